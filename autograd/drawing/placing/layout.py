"""Where everything stands: the result of a layout engine, or of our own layout, in points with y downwards."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot
from typing import Any

from autograd.drawing.labels import ROOMY, edge_text, lines, size
from autograd.drawing.model import Graph
from autograd.drawing.words import width

Point = tuple[float, float]
WAY_BACK = 6.0
"""How far beside an edge its gradient flows back."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its centre."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height / 2

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        return (self.left < other.right and self.right > other.left
                and self.top < other.bottom and self.bottom > other.top)

    @property
    def turned(self) -> Box:
        """The box in a picture that runs to the right instead of downwards."""
        return Box(self.y, self.x, self.height, self.width)


@dataclass(slots=True)
class Layout:
    """Boxes by vertex id, cubic Bézier routes by the edge's place in `Graph.edges`, frames by cluster id."""

    width: float
    height: float
    boxes: dict[str, Box]
    routes: dict[int, list[Point]]
    engine: str  # that placed it, or "layered"
    labels: dict[int, Point] = field(default_factory=dict)
    frames: dict[str, Box] = field(default_factory=dict)
    trouble: str = ""  # what went wrong with the engine that was to place it


def enclosing(points: Sequence[Point]) -> Box:
    """The smallest box around points."""
    (left, right), (top, bottom) = ((min(numbers), max(numbers)) for numbers in zip(*points, strict=True))
    return Box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


def sizes(graph: Graph) -> dict[str, tuple[float, float]]:
    """Width and height of every vertex."""
    return {
        key: size(lines(vertex, backward=graph.backward), vertex.kind) for key, vertex in graph.vertices.items()
    }


def from_engine(answer: bytes, graph: Graph, engine: str) -> Layout:
    """The layout in Graphviz's `json0` answer. Raises `ValueError` if it does not place every vertex."""
    try:
        return _read(json.loads(answer), graph, engine)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{engine} answered without {error}") from None


def _read(data: dict[str, Any], graph: Graph, engine: str) -> Layout:
    _, _, width, height = (float(x) for x in data["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")[:2]
        return float(x), height - float(y)

    boxes: dict[str, Box] = {}
    frames: dict[str, Box] = {}
    for item in data.get("objects", ()):
        if "pos" in item:
            x, y = point(item["pos"])
            boxes[item["id"]] = Box(x, y, float(item["width"]) * 72, float(item["height"]) * 72)
        elif "bb" in item and "id" in item:
            left, low, right, high = (float(part) for part in item["bb"].split(","))
            frames[item["id"]] = Box((left + right) / 2, height - (low + high) / 2, right - left, high - low)
    missing = graph.vertices.keys() - boxes.keys()
    if missing:
        raise ValueError(f"{engine} placed {len(boxes)} of {len(graph.vertices)} vertices")
    layout = Layout(width, height, boxes, {}, engine, {}, frames)
    for item in data.get("edges", ()):
        if "id" in item and "pos" in item:
            number = int(item["id"][1:])
            layout.routes[number] = _route(item["pos"], point)
            if "lp" in item:
                layout.labels[number] = point(item["lp"])
    return labelled(graph, layout)


def _route(text: str, point: Any) -> list[Point]:
    """A spline as Graphviz writes it: an arrow's tip first, `e,x,y`, then 3n + 1 control points."""
    tip: list[Point] = []
    start: list[Point] = []
    control: list[Point] = []
    for part in text.split(";", maxsplit=1)[0].split():
        if part.startswith("e,"):
            tip = [point(part[2:])]
        elif part.startswith("s,"):
            start = [point(part[2:])]
        else:
            control.append(point(part))
    if start:
        control[0] = start[0]
    if tip:
        control[-1] = tip[0]
    return control


def labelled(graph: Graph, layout: Layout) -> Layout:
    """The layout with places for the shapes on edges that have none yet: beside the last piece that turns, or above."""
    for number, edge in enumerate(graph.edges) if len(graph.edges) <= ROOMY else ():
        if edge.label and number in layout.routes and number not in layout.labels:
            route = layout.routes[number]
            pieces = [(route[i], route[i + 3]) for i in range(0, len(route) - 3, 3)]
            turning = (piece for piece in reversed(pieces) if piece[0][0] != piece[1][0])
            (x0, y0), (x1, y1) = next(turning, pieces[-1])
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            flat = abs(x1 - x0) > abs(y1 - y0)
            half = width(edge_text(edge, roomy=True)[0], 9) / 2
            layout.labels[number] = (x, y - 8) if flat else (x + 5 + half, y)
    return layout


def drawn_lines(graph: Graph, layout: Layout) -> Iterator[list[Point]]:
    """The routes of all that is drawn as a line: edges, and the gradients' way back."""
    yield from layout.routes.values()
    yield from ways_back(graph, layout).values()


def ways_back(graph: Graph, layout: Layout) -> dict[int, list[Point]]:
    """The routes of gradients, in the backward view, by the numbers of the edges that they go beside."""
    return {number: _beside(layout.routes[number], layout.boxes[edge.target], layout.boxes[edge.source])
            for number, edge in enumerate(graph.edges)
            if graph.backward and number in layout.routes and graph.flows_back(edge)}


def _beside(route: list[Point], reader: Box, maker: Box) -> list[Point]:
    """A route beside another, in the other direction, from box to box."""
    dx, dy = route[-1][0] - route[0][0], route[-1][1] - route[0][1]
    length = hypot(dx, dy) or 1.0
    aside = (-dy / length * WAY_BACK, dx / length * WAY_BACK)
    back = [(x + aside[0], y + aside[1]) for x, y in reversed(route)]
    back = _outside(back[::-1], reader)[::-1]
    return _outside(back, maker)


def _outside(route: list[Point], box: Box) -> list[Point]:
    """The route up to where it enters the box at its end."""
    piece, size = route[-4:], 1.0
    while size > 0.2 and _within(point_at(piece, size), box):
        size -= 0.05
    return [*route[:-4], *_cut(piece, size)]


def point_at(piece: Sequence[Point], t: float) -> Point:
    """The point of a Bézier piece at a parameter from 0 to 1."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = piece
    u = 1 - t
    p, q, r, s = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return p * ax + q * bx + r * cx + s * dx, p * ay + q * by + r * cy + s * dy


def _within(point: Point, box: Box) -> bool:
    return box.left - 1 < point[0] < box.right + 1 and box.top - 1 < point[1] < box.bottom + 1


def _cut(piece: list[Point], t: float) -> list[Point]:
    """The first part of a Bézier piece, up to the parameter `t` (de Casteljau)."""
    kept, rest = [piece[0]], piece
    while len(rest) > 1:
        rest = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(rest)]
        kept.append(rest[0])
    return kept

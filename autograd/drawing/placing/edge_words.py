"""Where the words on edges stand: next to the arrow or in the middle, and never on top of anything else.

A word that finds no free place is left out of the picture; the edge's tooltip has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot, sqrt

from autograd.drawing.labels import ROOMY, edge_text
from autograd.drawing.model import Graph
from autograd.drawing.words import width

from .frame_words import frame_words
from .layout import Box, Layout, Point, way_back
from .room import Room

SIZE = 9.0


@dataclass(frozen=True, slots=True)
class Word:
    """A word on an edge, centred at a place."""

    edge: int
    text: str
    x: float
    y: float


def edge_words(graph: Graph, layout: Layout) -> list[Word]:
    """The words of all edges, each at the first of its places that is free: of lines too, if there is such a one."""
    roomy = len(graph.edges) <= ROOMY
    solid, lines = Room(), Room()
    for box in (*layout.boxes.values(), *frame_words(graph, layout).values(), *sum_marks(graph, layout).values()):
        solid.take(box)
    for route in _lines(graph, layout) if roomy else ():
        lines.take_line(route)
    found: list[Word] = []
    for number, edge in enumerate(graph.edges):
        if edge.carried or number not in layout.routes:
            continue
        middle, head = edge_text(edge, roomy=roomy and number in layout.labels)
        text = middle or head
        if not text:
            continue
        half = width(text, SIZE) / 2 + 1
        places = [layout.labels[number]] if middle else []
        places += _beside(layout.routes[number], half, graph.backward)
        free = list(filter(solid.is_free, (Box(x, y, 2 * half, SIZE + 1) for x, y in places)))
        if free:
            chosen = next(filter(lines.is_free, free), free[0])
            solid.take(chosen)
            found.append(Word(number, text, chosen.x, chosen.y))
    return found


def sum_marks(graph: Graph, layout: Layout) -> dict[str, Box]:
    """Where `Σ 3` stands in the backward view: at the corner of each vertex where so many gradients add up."""
    found = {}
    for key, count in graph.meetings().items() if graph.backward else ():
        box = layout.boxes[key]
        found[key] = Box(box.right - 2, box.bottom, width(f"Σ {count}", SIZE, bold=True) + 8, 14.0)
    return found


def _lines(graph: Graph, layout: Layout) -> Iterator[list[Point]]:
    """The routes of all that is drawn as a line: edges, and the gradients' way back."""
    for number, route in layout.routes.items():
        edge = graph.edges[number]
        yield route
        if graph.backward and graph.flows_back(edge):
            yield way_back(route, layout.boxes[edge.target], layout.boxes[edge.source])


def _beside(route: list[Point], half: float, backward: bool) -> Iterator[Point]:
    """Places along the last piece of a route, from the head backwards: at its sides, the outer one first, above and
    below. In the backward view the side comes first on which no gradient flows back.
    """
    for distance in (11.0, 18.0, 26.0, 36.0):
        x, y, slope = _before_end(route, distance)
        right = backward or route[0][0] >= route[-1][0]
        for side in (1, -1) if right else (-1, 1):
            yield x + side * (half + 3 + abs(slope) * 4), y
        for side in (-1, 1):
            yield x, y + side * (SIZE / 2 + 3 + half * sqrt(max(1 - slope * slope, 0.0)))


def _before_end(route: list[Point], distance: float) -> tuple[float, float, float]:
    """The point of the last Bézier piece that lies `distance` before its end, and the sine of its slope there."""
    a, b, c, d = route[-4:]
    last, gone = d, 0.0
    for step in range(19, -1, -1):
        t = step / 20
        u = 1 - t
        here = tuple(u**3 * a[k] + 3 * u * u * t * b[k] + 3 * u * t * t * c[k] + t**3 * d[k] for k in (0, 1))
        piece = hypot(here[0] - last[0], here[1] - last[1])
        gone += piece
        if gone >= distance:
            return here[0], here[1], (last[0] - here[0]) / (piece or 1.0)
        last = (here[0], here[1])
    return (a[0] + d[0]) / 2, (a[1] + d[1]) / 2, 0.0

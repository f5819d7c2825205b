"""The positions of edge labels: next to the arrow or in the middle, and never on top of anything else.

A word that finds no free place is left out of the picture; the edge's tooltip has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot

from autograd.drawing.labels import BEHIND, TINY, edge_text
from autograd.drawing.model import Graph, Kind
from autograd.drawing.words import width

from .frame_words import frame_words
from .geometry import Box, Point, Route, points_along
from .layout import Layout
from .marks import marks
from .room import Room
from .ways_back import WAY_BACK, drawn_lines

CLEAR = 3.0
"""How far a word stays from its line."""
LEAST_SLOPE = 0.25
"""Beside a flatter line a label would be too far from it, and so it would above a steeper one."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word on an edge, centred at a place."""

    edge: int
    text: str
    x: float
    y: float


def edge_words(graph: Graph, layout: Layout) -> list[Word]:
    """The words of all edges, each at the first of its free places that the fewest lines come through."""
    solid, lines = _solid(graph, layout), _lines(graph, layout) if graph.roomy else Room()
    into: dict[str, list[tuple[int, Route]]] = {}
    for number, route in layout.routes.items():
        into.setdefault(graph.edges[number].target, []).append((number, route))
    found: list[Word] = []
    for number, edge in enumerate(graph.edges):
        if edge.carried or number not in layout.routes:
            continue
        middle, head = edge_text(edge, roomy=graph.roomy and number in layout.labels)
        text = middle or head
        if not text:
            continue
        half = width(text, TINY) / 2 + 1
        places = [layout.labels[number]] if middle else []
        places += _beside(layout.routes[number], half, graph.backward)
        free = list(filter(solid.is_free, (Box(x, y, 2 * half, TINY + 1) for x, y in places)))
        if free:
            operands = into[edge.target]
            chosen = min(free, key=lambda box: (_is_anothers(box, number, operands), lines.met(box)))
            solid.take(chosen)
            found.append(Word(number, text, chosen.x, chosen.y))
    return found


def _is_anothers(box: Box, number: int, operands: Sequence[tuple[int, Route]]) -> bool:
    """Whether a label would be on the edge of another operand of the same vertex, and be taken for that edge's."""
    return any(box.meets(Box(x, y, 1.5, 1.5)) for other, route in operands if other != number
               for x, y in points_along(route))


def _solid(graph: Graph, layout: Layout) -> Room:
    """What no word may cover: vertices, marks, and the words of frames."""
    room = Room()
    framed = [words.box for words in frame_words(graph, layout).values()]
    for box in (*layout.boxes.values(), *framed, *(mark.box for mark in marks(graph, layout))):
        room.take(box)
    for key, vertex in graph.vertices.items():
        if vertex.kind is Kind.MODULE:
            box, behind = layout.boxes[key], BEHIND[0]
            room.take(Box(box.x + behind, box.y + behind, box.width, box.height))
    return room


def _lines(graph: Graph, layout: Layout) -> Room:
    """What a word covers if need be: edges, and the outlines of frames."""
    room = Room()
    for route in drawn_lines(graph, layout):
        room.take_line(route)
    for frame in layout.frames.values():
        room.take_outline(frame)
    return room


def _beside(route: Route, half: float, backward: bool) -> Iterator[Point]:
    """Places along a route, from the head backwards: at its sides, the outer one first, above and
    below, as far from the line as its slope asks for. In the backward view the side comes first on which no gradient
    flows back, and the other leaves room for it.
    """
    high = TINY / 2 + 1
    for distance in (11.0, 18.0, 26.0, 36.0, 48.0, 64.0, 84.0):
        x, y, along, down = _before_end(route, distance)
        right = backward or route[0][0] >= route[-1][0]
        if down > LEAST_SLOPE:
            for side in (1, -1) if right else (-1, 1):
                aside = CLEAR + WAY_BACK * (backward and side < 0)
                yield x + side * (half + (aside + high * along) / down), y
        if along > LEAST_SLOPE:
            for side in (-1, 1):
                yield x, y + side * (high + (CLEAR + half * down) / along)


def _before_end(route: Route, distance: float) -> tuple[float, float, float, float]:
    """The point of a route that lies `distance` before its end, or its beginning, and the line's direction there."""
    here, last, gone = route[-1], route[-1], 0.0
    for point in reversed(list(points_along(route))):
        if point != here:
            here, last = point, here
            gone += hypot(here[0] - last[0], here[1] - last[1])
        if gone >= distance:
            break
    across, down = abs(here[0] - last[0]), abs(here[1] - last[1])
    length = hypot(across, down) or 1.0
    return *here, across / length, down / length

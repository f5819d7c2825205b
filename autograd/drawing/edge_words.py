"""Where the words on edges stand: next to the arrow or in the middle, and never on top of anything else.

A word that finds no free place is left out of the picture; the edge's tooltip has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot

from .labels import ROOMY, edge_text
from .layout import Box, Layout, Point
from .model import Graph
from .words import width

SIZE = 9.0
CELL = 80.0


@dataclass(frozen=True, slots=True)
class Word:
    """A word on an edge, centred at a place."""

    edge: int
    text: str
    x: float
    y: float


class _Taken:
    """Rectangles that are in use, by the cells of a grid that they touch."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def _touched(self, box: Box) -> Iterator[tuple[int, int]]:
        for column in range(int(box.left // CELL), int(box.right // CELL) + 1):
            for row in range(int(box.top // CELL), int(box.bottom // CELL) + 1):
                yield column, row

    def add(self, box: Box) -> None:
        for cell in self._touched(box):
            self._cells.setdefault(cell, []).append(box)

    def free(self, box: Box) -> bool:
        return not any(
            box.left < other.right and box.right > other.left and box.top < other.bottom and box.bottom > other.top
            for cell in self._touched(box) for other in self._cells.get(cell, ())
        )


def edge_words(graph: Graph, layout: Layout) -> list[Word]:
    """The words of all edges, each at the first of its places that is free."""
    taken = _Taken()
    for box in layout.boxes.values():
        taken.add(box)
    found: list[Word] = []
    roomy = len(graph.edges) <= ROOMY
    for number, edge in enumerate(graph.edges):
        if edge.carried or number not in layout.routes:
            continue
        middle, head = edge_text(edge, roomy=roomy and number in layout.labels)
        text = middle or head
        if not text:
            continue
        half = width(text, SIZE) / 2 + 1
        route = layout.routes[number]
        places = [layout.labels[number]] if middle else []
        for x, y in [*places, *_beside(route, half, graph.backward)]:
            box = Box(x, y, 2 * half, SIZE + 1)
            if taken.free(box):
                taken.add(box)
                found.append(Word(number, text, x, y))
                break
    return found


def _beside(route: list[Point], half: float, backward: bool) -> Iterator[Point]:
    """Places along the last piece of a route, from the head backwards, on the outer side first.

    In the backward view the side comes first on which no gradient flows back.
    """
    for distance in (11.0, 18.0, 26.0, 36.0):
        x, y, slope = _before_end(route, distance)
        right = backward or route[0][0] >= route[-1][0]
        for side in (1, -1) if right else (-1, 1):
            yield x + side * (half + 3 + abs(slope) * 4), y


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

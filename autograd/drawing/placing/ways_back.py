"""The lines of a picture: the routes of edges, and beside them, in the backward view, those of the gradients."""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot

from autograd.drawing.model import Graph

from .geometry import Box, Point, Route, point_at, up_to
from .layout import Layout

WAY_BACK = 6.0
"""How far beside an edge its gradient flows back."""


def drawn_lines(graph: Graph, layout: Layout) -> Iterator[Route]:
    """The routes of all that is drawn as a line: edges, and the gradients' way back."""
    yield from layout.routes.values()
    yield from ways_back(graph, layout).values()


def ways_back(graph: Graph, layout: Layout) -> dict[int, Route]:
    """The routes of gradients in the backward view, by the numbers of the edges that they follow."""
    return {number: _beside(layout.routes[number], layout.boxes[edge.target], layout.boxes[edge.source])
            for number, edge in enumerate(graph.edges)
            if graph.backward and number in layout.routes and graph.flows_back(edge)}


def _beside(route: Route, reader: Box, maker: Box) -> Route:
    """A route beside another, in the other direction, from box to box."""
    dx, dy = route[-1][0] - route[0][0], route[-1][1] - route[0][1]
    length = hypot(dx, dy) or 1.0
    aside = (-dy / length * WAY_BACK, dx / length * WAY_BACK)
    back = [(x + aside[0], y + aside[1]) for x, y in reversed(route)]
    back = _outside(back[::-1], reader)[::-1]
    return _outside(back, maker)


def _outside(route: Route, box: Box) -> Route:
    """The route up to where it enters the box at its end."""
    piece, size = route[-4:], 1.0
    while size > 0.2 and _within(point_at(piece, size), box):
        size -= 0.05
    return [*route[:-4], *up_to(piece, size)]


def _within(point: Point, box: Box) -> bool:
    return box.left - 1 < point[0] < box.right + 1 and box.top - 1 < point[1] < box.bottom + 1

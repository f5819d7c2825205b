"""The routes of edges in our own layout: straight where they pass a layer, curved between layers, around for loops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from autograd.drawing.model import Graph

from .geometry import Box, Point, Route
from .layout import Layout
from .spacing import apart

Span = tuple[float, float]  # top and bottom
Stop = tuple[float, float, float]  # where a route goes straight down, and from where to where

LEAST_STRAIGHT = 4.0
AISLE, ASIDE, APART, CORNER = 9.0, 14.0, 7.0, 9.0
"""The distance of a loop's route from the layers, from boxes, from other routes; and the radius of its corners."""


def routes(graph: Graph, boxes: dict[str, Box], rows: dict[str, Span], passed: dict[int, list[Stop]],
           ) -> dict[int, Route]:
    """The routes of the edges; those to the same box arrive side by side, in the order of their sources."""
    arriving: dict[str, list[tuple[float, int]]] = {}
    for number, edge in enumerate(graph.edges):
        if not edge.carried:
            before = passed[number][-1][0] if passed.get(number) else boxes[edge.source].x
            arriving.setdefault(edge.target, []).append((before, number))
    ends = {number: x for key, edges in arriving.items() for number, x in _arrivals(boxes[key], sorted(edges))}
    return {number: _curve([(boxes[edge.source].x, boxes[edge.source].bottom, rows[edge.source][1]),
                            *passed.get(number, ()), (ends[number], rows[edge.target][0], boxes[edge.target].top)])
            for number, edge in enumerate(graph.edges) if not edge.carried}


def _arrivals(box: Box, edges: Sequence[tuple[float, int]]) -> Iterator[tuple[int, float]]:
    """Where edges enter a box: an edge to its middle goes straight down, the others beside it."""
    reach = box.width * 0.38
    offsets = [min(22.0, reach / max(1, len(edges) - 1)) * place for place in range(len(edges))]
    wanted = [min(max(x, box.x - reach), box.x + reach) for x, _ in edges]
    weights = [1 / (abs(x - box.x) + 1e-9) for x in wanted]
    for (_, number), x, offset in zip(edges, apart(wanted, weights, offsets), offsets, strict=True):
        yield number, min(max(x, box.x - reach + offset), box.x + reach - offsets[-1] + offset)


def _curve(stops: list[Stop]) -> Route:
    """A smooth route, straight down where it passes a layer, so that it meets none of the boxes there."""
    first, last = stops[0], stops[-1]
    stops = [_merged(first, first[1]), *stops[1:-1], _merged(last, last[2])]
    route = [stops[0][:2]]
    for (x0, top, bottom), (x1, y1, _) in pairwise(stops):
        route += _straight(x0, top, bottom)
        middle = (bottom + y1) / 2
        route += [(x0, middle), (x1, middle), (x1, y1)]
    return route + _straight(*stops[-1])


def _merged(stop: Stop, y: float) -> Stop:
    """The beginning or end of a route at its box, without a straight piece that is too short for a bend."""
    return stop if stop[2] - stop[1] > LEAST_STRAIGHT else (stop[0], y, y)


def _straight(x: float, top: float, bottom: float) -> Route:
    """A piece of a route that goes straight down, if there is a way to go."""
    return [(x, top + (bottom - top) / 3), (x, bottom - (bottom - top) / 3), (x, bottom)] if bottom > top else []


def looped(graph: Graph, layout: Layout, direction: str) -> Layout:
    """The layout with the ways to the next turn of each block, around what is placed, one beside another.

    An engine would wind them through the gaps between the boxes.
    """
    turned = direction == "LR"
    boxes = [box.turned if turned else box for box in layout.boxes.values()]
    at = dict(zip(layout.boxes, boxes, strict=True))
    aside = ASIDE
    for number, edge in enumerate(graph.edges):
        if edge.carried:
            route = _around(at[edge.source], at[edge.target], boxes, aside)
            layout.routes[number] = [(y, x) for x, y in route] if turned else route
            layout.width = max([layout.width, *(x + 12 for x, _ in layout.routes[number])])
            layout.height = max([layout.height, *(y + 12 for _, y in layout.routes[number])])
            aside += APART
    return layout


def _around(start: Box, end: Box, boxes: Sequence[Box], aside: float) -> Route:
    """A route to the next repetition of a block: out at the bottom, around all boxes in the way, in at the top."""
    low = max(box.bottom for box in boxes if box.top < start.bottom and box.bottom > start.top) + AISLE
    high = min(box.top for box in boxes if box.top < end.bottom and box.bottom > end.top) - AISLE
    side = max(start.right, end.right)
    for box in sorted(boxes, key=lambda box: box.left):
        if box.bottom > min(high, low) and box.top < max(high, low) and box.left < side + aside + CORNER:
            side = max(side, box.right)
    side += aside
    out, back = start.x + start.width / 4, end.x + end.width / 4
    return _rounded([(out, start.bottom), (out, low), (side, low), (side, high), (back, high), (back, end.top)])


def _rounded(corners: Route) -> Route:
    """A way along straight lines as Bézier pieces, its corners rounded."""
    route = [corners[0]]
    for (x0, y0), (x1, y1), (x2, y2) in zip(corners, corners[1:], corners[2:], strict=False):
        before = min(CORNER, (abs(x1 - x0) + abs(y1 - y0)) / 2)
        after = min(CORNER, (abs(x2 - x1) + abs(y2 - y1)) / 2)
        enter, leave = _towards((x1, y1), (x0, y0), before), _towards((x1, y1), (x2, y2), after)
        route += [*_line(route[-1], enter), (x1, y1), (x1, y1), leave]
    return route + _line(route[-1], corners[-1])


def _towards(start: Point, end: Point, distance: float) -> Point:
    """The point so far from `start` on an upright or level line to `end`."""
    x, y = end[0] - start[0], end[1] - start[1]
    share = distance / (abs(x) + abs(y) or 1.0)
    return start[0] + x * share, start[1] + y * share


def _line(start: Point, end: Point) -> Route:
    """A straight piece of a route, its inner points on the way: an arrow's head looks back from the end to the last."""
    x, y = (end[0] - start[0]) / 3, (end[1] - start[1]) / 3
    return [(start[0] + x, start[1] + y), (end[0] - x, end[1] - y), end]

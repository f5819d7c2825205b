"""`Layout`: the positions of everything, from a layout engine or from our own layout."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograd.drawing.labels import TINY, edge_text, lines, size
from autograd.drawing.model import Graph
from autograd.drawing.words import width

from .geometry import Box, Point, Route


@dataclass(slots=True)
class Layout:
    """Boxes by vertex id, cubic Bézier routes by the edge's place in `Graph.edges`, frames by cluster id."""

    width: float
    height: float
    boxes: dict[str, Box]
    routes: dict[int, Route]
    engine: str  # that placed it, or "layered"
    labels: dict[int, Point] = field(default_factory=dict)
    frames: dict[str, Box] = field(default_factory=dict)
    trouble: str = ""  # what went wrong with the intended engine


def sizes(graph: Graph) -> dict[str, tuple[float, float]]:
    """Width and height of every vertex."""
    return {key: size(lines(vertex, backward=graph.backward), vertex.kind) for key, vertex in graph.vertices.items()}


def labelled(graph: Graph, layout: Layout) -> Layout:
    """The layout with places for the shapes on edges that have none yet: beside the last piece that turns, or above."""
    for number, edge in enumerate(graph.edges) if graph.roomy else ():
        if edge.label and number in layout.routes and number not in layout.labels:
            route = layout.routes[number]
            pieces = [(route[i], route[i + 3]) for i in range(0, len(route) - 3, 3)]
            turning = (piece for piece in reversed(pieces) if piece[0][0] != piece[1][0])
            (x0, y0), (x1, y1) = next(turning, pieces[-1])
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            flat = abs(x1 - x0) > abs(y1 - y0)
            half = width(edge_text(edge, roomy=True)[0], TINY) / 2
            layout.labels[number] = (x, y - 8) if flat else (x + 5 + half, y)
    return layout

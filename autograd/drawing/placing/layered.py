"""Our own layered layout: for machines without an engine, and for graphs that an engine would take minutes over.

Layers by longest path, with leaves pulled down to their first use; order within a layer by barycentres, with the
members of a cluster kept together; places by least squares under minimal distances. Sugiyama, Tagawa, Toda (1981).
"""

from __future__ import annotations

from itertools import chain

from autograd.drawing.labels import ROOMY, edge_text
from autograd.drawing.model import Graph
from autograd.drawing.words import width

from .crossings import ordered
from .layers import Layers, layers_of
from .layout import Box, Layout, Point, sizes
from .routes import Span, looped, routes
from .spacing import spaced

LAYER_GAP, FRAME_PADDING = 30.0, 12.0
FRAME_GAP, FRAME_WORDS = 7.2, 12.0
"""Between a frame and what it holds, and for its words above that."""
MOST_PADDED = 3
"""Of frames in frames so many get a gap of their own at the sides and below."""


def layered(graph: Graph, direction: str = "TB") -> Layout:
    """A layout of any graph in time nearly linear in its size."""
    measured = sizes(graph)
    if direction == "LR":
        measured = {key: (high, wide) for key, (wide, high) in measured.items()}
    layers, vertices, bends = layers_of(graph, measured)
    if not layers:
        return Layout(0.0, 0.0, {}, {}, "layered")
    layers = ordered(layers)
    beside = FRAME_PADDING if direction == "TB" else FRAME_GAP + FRAME_WORDS  # where a frame's words stand, turned
    spaced(layers, beside)
    rows, height = _rows(layers)
    everything = list(chain(*layers))
    deepest = max(len(place.clusters) for place in everything)
    aside = max(FRAME_PADDING, min(deepest, MOST_PADDED) * FRAME_GAP + 2)
    left = min(place.left for place in everything) - max(aside, deepest * beside * (direction == "LR"))
    right = max(place.right for place in everything) + aside
    boxes = {key: Box(place.x - left, sum(rows[place.layer]) / 2, place.width, place.height)
             for key, place in vertices.items()}
    layout = Layout(right - left, height + aside, boxes, {}, "layered")
    passed = {number: [(bend.x - left, *rows[bend.layer]) for bend in passing] for number, passing in bends.items()}
    layout.routes = routes(graph, boxes, {key: rows[place.layer] for key, place in vertices.items()}, passed)
    if len(graph.edges) <= ROOMY:
        for number, edge in enumerate(graph.edges):
            if edge.label and not edge.carried:
                layout.labels[number] = _beside_middle(layout.routes[number], edge_text(edge, roomy=True)[0])
    layout.width = max([layout.width, *(x + 12 for route in layout.routes.values() for x, _ in route)])
    if direction == "LR":
        layout = _turned(layout)
    layout.frames = _frames(graph, layout.boxes)
    return looped(graph, layout, direction)


def _rows(layers: Layers) -> tuple[list[Span], float]:
    """Top and bottom of each layer, with room for the frames that begin or end between two layers."""
    bottom, rows = 4.0 - LAYER_GAP, []
    before: set[str] = set()
    for layer in layers:
        here = set().union(*[place.clusters for place in layer])
        depth = max((len(place.clusters) for place in layer), default=0)
        top = bottom + LAYER_GAP + (8.0 + FRAME_PADDING) * min(depth, len(here - before))
        bottom = top + max((place.height for place in layer), default=0.0)
        rows.append((top, bottom))
        before = here
    return rows, bottom + 4.0


def _beside_middle(route: list[Point], text: str) -> Point:
    """Right of the middle of the last piece of a route that is no straight way down."""
    pieces = [(route[i], route[i + 3]) for i in range(0, len(route) - 3, 3)]
    (x0, y0), (x1, y1) = next((piece for piece in reversed(pieces) if piece[0][0] != piece[1][0]), pieces[-1])
    return (x0 + x1) / 2 + 5 + width(text, 9) / 2, (y0 + y1) / 2


def _turned(layout: Layout) -> Layout:
    """The layout from left to right instead of downwards."""
    return Layout(
        layout.height, layout.width, {key: box.turned for key, box in layout.boxes.items()},
        {number: [(y, x) for x, y in route] for number, route in layout.routes.items()}, layout.engine,
        {number: (y, x) for number, (x, y) in layout.labels.items()},
    )


def _frames(graph: Graph, boxes: dict[str, Box]) -> dict[str, Box]:
    """A rectangle around each cluster; left out where it would also surround a stranger."""
    members: dict[str, list[str]] = {key: [] for key in graph.clusters}
    for key, vertex in graph.vertices.items():
        for cluster in graph.lineage(vertex.cluster):
            members[cluster].append(key)
    frames: dict[str, Box] = {}
    for cluster, keys in members.items():
        if not keys:
            continue
        depths = [len(graph.lineage(graph.vertices[k].cluster)) - len(graph.lineage(cluster)) for k in keys]
        pad = FRAME_GAP * min(1 + max(depths), MOST_PADDED)
        left, right = min(boxes[k].left for k in keys) - pad, max(boxes[k].right for k in keys) + pad
        top = min(boxes[k].top - (1 + depth) * (FRAME_GAP + FRAME_WORDS) for k, depth in zip(keys, depths, strict=True))
        bottom = max(boxes[k].bottom for k in keys) + pad
        inside = set(keys)
        strangers = (
            box for key, box in boxes.items()
            if key not in inside and box.right > left and box.left < right and box.bottom > top and box.top < bottom
        )
        if next(strangers, None) is None:
            frames[cluster] = Box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
    return frames

"""Our own layered layout: for machines without an engine, and for graphs that an engine would take minutes over.

Layers by longest path, with leaves pulled down to their first use; order within a layer by barycentres, with the
members of a cluster kept together; places by least squares under minimal distances. Sugiyama, Tagawa, Toda (1981).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .labels import ROOMY, edge_text
from .layout import Box, Layout, Point, sizes
from .model import Graph
from .words import width

GAP, LAYER_GAP, FRAME_PADDING = 18.0, 30.0, 12.0
SWEEPS = 6
LONGEST_BEND = 40
"""An edge over more layers than this goes straight through: bends for it would cost more than they show."""


@dataclass(slots=True)
class _Item:
    """A vertex, or a bend of an edge that passes a layer."""

    width: float
    height: float
    layer: int
    clusters: tuple[str, ...] = ()
    above: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    order: float = 0.0
    x: float = 0.0


def layered(graph: Graph) -> Layout:
    """A layout of any graph in time nearly linear in its size."""
    items, index, chains = _items(graph)
    layers = _layers(items)
    _sort(layers, items)
    _place(layers, items)
    tops, height = _rows(layers, items)
    if not items:
        return Layout(0.0, 0.0, {}, {}, "layered")
    left = min(item.x - item.width / 2 for item in items) - FRAME_PADDING
    right = max(item.x + item.width / 2 for item in items) + FRAME_PADDING
    boxes = {
        key: Box(items[i].x - left, tops[items[i].layer], items[i].width, items[i].height) for key, i in index.items()
    }
    layout = Layout(right - left, height, boxes, {}, "layered")
    layout.frames = _frames(graph, boxes)
    for number, edge in enumerate(graph.edges):
        if edge.carried:
            layout.routes[number] = _back(boxes[edge.source], boxes[edge.target])
            continue
        bends = [(items[i].x - left, tops[items[i].layer]) for i in chains.get(number, ())]
        layout.routes[number] = _curve(boxes[edge.source], bends, boxes[edge.target])
        if edge.label and len(graph.edges) <= ROOMY:
            middle = layout.routes[number][len(layout.routes[number]) // 2]
            layout.labels[number] = (middle[0] + 4 + width(edge_text(edge, roomy=True)[0], 9) / 2, middle[1])
    extent = max([layout.width, *(x + 12 for route in layout.routes.values() for x, _ in route)])
    layout.width = extent
    return layout


def ranks(graph: Graph) -> dict[str, int]:
    """The layer of each vertex: one below its lowest parent; a leaf stands just above its first use."""
    incoming, outgoing = graph.incoming(), graph.outgoing()
    rank: dict[str, int] = {}
    for key in graph.vertices:  # in topological order
        rank[key] = max((rank[edge.source] + 1 for edge in incoming[key]), default=0)
    for key in graph.vertices:
        if not incoming[key] and outgoing[key]:
            rank[key] = max(0, min(rank[edge.target] for edge in outgoing[key]) - 1)
    return rank


def _items(graph: Graph) -> tuple[list[_Item], dict[str, int], dict[int, list[int]]]:
    rank, measured = ranks(graph), sizes(graph)
    items: list[_Item] = []
    index: dict[str, int] = {}
    lineage = {key: tuple(graph.lineage(key)) for key in ("", *graph.clusters)}
    for key, vertex in graph.vertices.items():
        index[key] = len(items)
        items.append(_Item(*measured[key], rank[key], lineage[vertex.cluster]))
    chains: dict[int, list[int]] = {}
    for number, edge in enumerate(graph.edges):
        if edge.carried:
            continue
        first, last = index[edge.source], index[edge.target]
        span = items[last].layer - items[first].layer
        previous = first
        if 1 < span <= LONGEST_BEND:
            shared = _common(items[first].clusters, items[last].clusters)
            for layer in range(items[first].layer + 1, items[last].layer):
                items.append(_Item(6.0, 0.0, layer, shared))
                _join(items, previous, len(items) - 1)
                previous = len(items) - 1
                chains.setdefault(number, []).append(previous)
        _join(items, previous, last)
    return items, index, chains


def _join(items: list[_Item], upper: int, lower: int) -> None:
    items[upper].below.append(lower)
    items[lower].above.append(upper)


def _common(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    size = 0
    while size < min(len(a), len(b)) and a[size] == b[size]:
        size += 1
    return a[:size]


def _layers(items: Sequence[_Item]) -> list[list[int]]:
    layers: list[list[int]] = [[] for _ in range(max((item.layer for item in items), default=-1) + 1)]
    for i, item in enumerate(items):
        layers[item.layer].append(i)
    return layers


def _sort(layers: list[list[int]], items: list[_Item]) -> None:
    """Order each layer by the mean place of its neighbours, down and up in turns; cluster members stay together."""
    for layer in layers:
        _number(layer, items)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            for i in layer:
                near = items[i].above if down else items[i].below
                if near:
                    items[i].order = sum(items[j].order for j in near) / len(near)
        means = _cluster_means(items)
        for layer in layers:
            layer.sort(key=lambda i: (*((means[c], c) for c in items[i].clusters), (items[i].order, "")))
            _number(layer, items)


def _number(layer: list[int], items: list[_Item]) -> None:
    """Places in the layer from -½ to ½, so that narrow layers pull to the middle of wide ones."""
    for place, i in enumerate(layer):
        items[i].order = (place + 0.5) / len(layer) - 0.5


def _cluster_means(items: list[_Item]) -> dict[str, float]:
    total: dict[str, list[float]] = {}
    for item in items:
        for cluster in item.clusters:
            total.setdefault(cluster, []).append(item.order)
    return {cluster: sum(orders) / len(orders) for cluster, orders in total.items()}


def _place(layers: list[list[int]], items: list[_Item]) -> None:
    """Each layer at the places nearest to its neighbours' means that keep it in order and apart."""
    for layer in layers:
        x = 0.0
        for i in layer:
            items[i].x = x + items[i].width / 2
            x += items[i].width + GAP
        for i in layer:
            items[i].x -= (x - GAP) / 2
    for sweep in range(SWEEPS + 2):
        kind = sweep % 3  # by the neighbours above, below, and at last on both sides
        for layer in layers if kind != 1 else reversed(layers):
            wanted = []
            for i in layer:
                item = items[i]
                near = item.above if kind == 0 else item.below if kind == 1 else item.above + item.below
                wanted.append(sum(items[j].x for j in near) / len(near) if near else item.x)
            for i, x in zip(layer, _apart(layer, items, wanted), strict=True):
                items[i].x = x


def _apart(layer: list[int], items: list[_Item], wanted: list[float]) -> list[float]:
    """The places closest to `wanted` in least squares with the minimal distances kept: pool adjacent violators."""
    offset, offsets = 0.0, []
    for place, i in enumerate(layer):
        if place:
            before = items[layer[place - 1]]
            frames = len(set(before.clusters) ^ set(items[i].clusters))
            offset += (before.width + items[i].width) / 2 + GAP + frames * FRAME_PADDING
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []  # (mean, size)
    for value, offset in zip(wanted, offsets, strict=True):
        mean, count = value - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, size = blocks.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        blocks.append((mean, count))
    places = [mean for mean, count in blocks for _ in range(count)]
    return [place + offset for place, offset in zip(places, offsets, strict=True)]


def _rows(layers: list[list[int]], items: list[_Item]) -> tuple[list[float], float]:
    """The middle of each layer, with room for the frames that begin or end between two layers."""
    y, middles = 4.0, []
    before: set[str] = set()
    for layer in layers:
        here = {cluster for i in layer for cluster in items[i].clusters}
        depth = max((len(items[i].clusters) for i in layer), default=0)
        y += (8.0 + FRAME_PADDING) * min(depth, len(here - before))
        high = max((items[i].height for i in layer), default=0.0)
        middles.append(y + high / 2)
        y += high + LAYER_GAP
        before = here
    return middles, y - LAYER_GAP + 4.0 + FRAME_PADDING


def _curve(start: Box, bends: list[Point], end: Box) -> list[Point]:
    """A smooth route that leaves downwards and arrives from above."""
    points = [(start.x, start.bottom), *bends, (end.x, end.top)]
    route = [points[0]]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        middle = (y0 + y1) / 2
        route += [(x0, middle), (x1, middle), (x1, y1)]
    return route


def _back(start: Box, end: Box) -> list[Point]:
    """A route around the right side, from a block's end to its beginning."""
    side = max(start.right, end.right) + 36
    return [(start.right, start.y), (side, start.y), (side, end.y), (end.right, end.y)]


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
        deep = 1 + max(len(graph.lineage(graph.vertices[key].cluster)) - len(graph.lineage(cluster)) for key in keys)
        pad = FRAME_PADDING * min(deep, 3) * 0.6
        left, right = min(boxes[k].left for k in keys) - pad, max(boxes[k].right for k in keys) + pad
        top, bottom = min(boxes[k].top for k in keys) - pad - 12, max(boxes[k].bottom for k in keys) + pad
        inside = set(keys)
        strangers = (
            box for key, box in boxes.items()
            if key not in inside and box.right > left and box.left < right and box.bottom > top and box.top < bottom
        )
        if next(strangers, None) is None:
            frames[cluster] = Box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
    return frames

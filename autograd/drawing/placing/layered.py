"""Our own layered layout: for machines without an engine, and for graphs that an engine would take minutes over.

Layers by longest path, with leaves pulled down to their first use; order within a layer by barycentres, with the
members of a cluster kept together; places by least squares under minimal distances. Sugiyama, Tagawa, Toda (1981).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from autograd.drawing.labels import ROOMY, edge_text
from autograd.drawing.model import LEAVES, Graph
from autograd.drawing.words import width

from .layout import Box, Layout, Point, sizes
from .ranks import ranks
from .routes import Span, looped, routes

GAP, LAYER_GAP, FRAME_PADDING = 18.0, 30.0, 12.0
FRAME_GAP, FRAME_WORDS = 7.2, 12.0
"""Between a frame and what it holds, and for its words above that."""
MOST_PADDED = 3
"""Of frames in frames so many get a gap of their own at the sides and below."""
SWEEPS = 6
COUNTED = 5000
"""In layouts of more vertices and bends than this crossings are not counted: the last order is taken."""
LONGEST_BEND = 40
"""An edge over more layers than this goes straight through: bends for it would cost more than they show."""


@dataclass(slots=True)
class _Item:
    """A vertex, or a bend of an edge that passes a layer."""

    width: float
    height: float
    layer: int
    clusters: tuple[str, ...] = ()
    weight: float = 1.0
    above: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    order: float = 0.0
    x: float = 0.0


def layered(graph: Graph, direction: str = "TB") -> Layout:
    """A layout of any graph in time nearly linear in its size."""
    measured = sizes(graph)
    if direction == "LR":
        measured = {key: (high, wide) for key, (wide, high) in measured.items()}
    items, index, chains = _items(graph, measured)
    layers = _layers(items)
    _sort(layers, items)
    beside = FRAME_PADDING if direction == "TB" else FRAME_GAP + FRAME_WORDS  # where a frame's words stand, turned
    _place(layers, items, beside)
    rows, height = _rows(layers, items)
    if not items:
        return Layout(0.0, 0.0, {}, {}, "layered")
    deepest = max(len(item.clusters) for item in items)
    aside = max(FRAME_PADDING, min(deepest, MOST_PADDED) * FRAME_GAP + 2)
    left = min(item.x - item.width / 2 for item in items) - max(aside, deepest * beside * (direction == "LR"))
    right = max(item.x + item.width / 2 for item in items) + aside
    boxes = {
        key: Box(items[i].x - left, sum(rows[items[i].layer]) / 2, items[i].width, items[i].height)
        for key, i in index.items()
    }
    layout = Layout(right - left, height + aside, boxes, {}, "layered")
    passed = {number: [(items[i].x - left, *rows[items[i].layer]) for i in chain] for number, chain in chains.items()}
    layout.routes = routes(graph, boxes, {key: rows[items[i].layer] for key, i in index.items()}, passed)
    if len(graph.edges) <= ROOMY:
        for number, edge in enumerate(graph.edges):
            if edge.label and not edge.carried:
                layout.labels[number] = _beside_middle(layout.routes[number], edge_text(edge, roomy=True)[0])
    layout.width = max([layout.width, *(x + 12 for route in layout.routes.values() for x, _ in route)])
    if direction == "LR":
        layout = _turned(layout)
    layout.frames = _frames(graph, layout.boxes)
    return looped(graph, layout, direction)


def _items(graph: Graph, measured: dict[str, tuple[float, float]],
           ) -> tuple[list[_Item], dict[str, int], dict[int, list[int]]]:
    rank = ranks(graph)
    items: list[_Item] = []
    index: dict[str, int] = {}
    lineage = {key: tuple(path) for key, path in graph.lineages().items()}
    for key, vertex in graph.vertices.items():
        index[key] = len(items)
        weight = 1.0 if vertex.kind in LEAVES else 8.0
        items.append(_Item(*measured[key], rank[key], lineage[vertex.cluster], weight))
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
                items.append(_Item(6.0, 0.0, layer, shared, 2.0))
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
    """Put each layer into the order with the fewest crossings that is found from two starts: leaves last, leaves first.

    A layout too large for crossings to be counted takes the last order of its first start.
    """
    counted = len(items) <= COUNTED
    starts = [layers, [sorted(layer, key=lambda i: items[i].weight) for layer in layers]] if counted else [layers]
    best: list[list[int]] = []
    fewest = -1
    for start in starts:
        for order in _turns(start, items, swaps=counted):
            count = _crossings(order, items) if counted else 0
            if fewest < 0 or count < fewest or not counted:
                best, fewest = [list(layer) for layer in order], count
        if fewest == 0:
            break
    for layer in best:
        _number(layer, items)
    layers[:] = best


def _turns(layers: list[list[int]], items: list[_Item], *, swaps: bool) -> Iterator[list[list[int]]]:
    """Each layer ordered by the mean place of its neighbours, down and up in turns; cluster members stay together.

    Leaves weigh less than what is computed.
    """
    for layer in layers:
        _number(layer, items)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            for i in layer:
                near = items[i].above if down else items[i].below
                if near:
                    heavy = sum(items[j].weight for j in near)
                    items[i].order = sum(items[j].order * items[j].weight for j in near) / heavy
        means = _cluster_means(items)
        for layer in layers:
            layer.sort(key=lambda i: (*((means[c], c) for c in items[i].clusters), (items[i].order, "")))
            _number(layer, items)
        if swaps:
            _swap(layers, items)
        yield layers


def _swap(layers: list[list[int]], items: list[_Item]) -> None:
    """Neighbours of one cluster change places where fewer of their edges cross then."""
    for layer in layers:
        for k in range(len(layer) - 1):
            a, b = layer[k], layer[k + 1]
            if items[a].clusters != items[b].clusters:
                continue
            gain = sum((items[i].order > items[j].order) - (items[i].order < items[j].order)
                       for side in ("above", "below") for i in getattr(items[a], side) for j in getattr(items[b], side))
            if gain > 0:
                layer[k], layer[k + 1] = b, a
        _number(layer, items)


def _crossings(layers: list[list[int]], items: list[_Item]) -> int:
    """How many pairs of edges between neighbouring layers cross: pairs that are out of order below."""
    found = 0
    for layer in layers:
        passed: list[float] = []
        for i in layer:
            ends = sorted(items[j].order for j in items[i].below if items[j].layer == items[i].layer + 1)
            found += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return found


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


def _place(layers: list[list[int]], items: list[_Item], beside: float) -> None:
    """Each layer at the places nearest to its neighbours' means that keep it in order and apart.

    Where a frame begins or ends between two, they are `beside` further apart.
    """
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
                total = sum(items[j].weight for j in near)
                wanted.append(sum(items[j].x * items[j].weight for j in near) / total if near else item.x)
            for i, x in zip(layer, _apart(layer, items, wanted, beside), strict=True):
                items[i].x = x


def _apart(layer: list[int], items: list[_Item], wanted: list[float], beside: float) -> list[float]:
    """The places closest to `wanted` in least squares with the minimal distances kept: pool adjacent violators."""
    offset, offsets = 0.0, []
    for place, i in enumerate(layer):
        if place:
            before = items[layer[place - 1]]
            frames = len(set(before.clusters) ^ set(items[i].clusters))
            offset += (before.width + items[i].width) / 2 + GAP + frames * beside
        offsets.append(offset)
    blocks: list[tuple[float, float, int]] = []  # (mean, weight, size)
    for i, value, offset in zip(layer, wanted, offsets, strict=True):
        mean, weight, count = value - offset, items[i].weight, 1
        while blocks and blocks[-1][0] > mean:
            other, heavy, size = blocks.pop()
            mean = (mean * weight + other * heavy) / (weight + heavy)
            weight, count = weight + heavy, count + size
        blocks.append((mean, weight, count))
    places = [mean for mean, _, count in blocks for _ in range(count)]
    return [place + offset for place, offset in zip(places, offsets, strict=True)]


def _rows(layers: list[list[int]], items: list[_Item]) -> tuple[list[Span], float]:
    """Top and bottom of each layer, with room for the frames that begin or end between two layers."""
    bottom, rows = 4.0 - LAYER_GAP, []
    before: set[str] = set()
    for layer in layers:
        members = [items[i] for i in layer]
        here = set().union(*[item.clusters for item in members])
        depth = max((len(item.clusters) for item in members), default=0)
        top = bottom + LAYER_GAP + (8.0 + FRAME_PADDING) * min(depth, len(here - before))
        bottom = top + max((item.height for item in members), default=0.0)
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

"""Layers: every vertex below what it reads, every cluster in a band of its own where the graph allows it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TypeVar

from autograd.drawing.model import Graph, Kind

Place = TypeVar("Place", int, float)
Constraint = tuple[str, str, int]  # the second is at least this many layers below the first


def ranks(graph: Graph) -> dict[str, int]:
    """The layer of each vertex, from 0: below its lowest parent, as near to its readers as its other edges allow."""
    plain: list[Constraint] = [(edge.source, edge.target, 1) for edge in graph.edges if not edge.carried]
    banded = plain + _bands(graph, plain)
    names = list(graph.vertices)
    order = _topological(names, banded)
    if order is None:  # clusters that feed each other have no bands
        banded, order = plain, _topological(names, plain) or names
    below: dict[str, list[tuple[str, int]]] = {key: [] for key in order}
    above: dict[str, list[tuple[str, int]]] = {key: [] for key in order}
    for upper, lower, distance in banded:
        below[upper].append((lower, distance))
        above[lower].append((upper, distance))
    rank: dict[str, int] = {}
    for key in order:
        rank[key] = max((rank[upper] + distance for upper, distance in above[key]), default=0)
    pulls = _pulls(graph)
    for key in reversed(order):
        if below[key] and pulls.get(key, 0) >= 0:
            rank[key] = min(rank[lower] - distance for lower, distance in below[key])
    lowest = min((rank[key] for key in graph.vertices), default=0)
    return {key: rank[key] - lowest for key in graph.vertices}


def lengths(graph: Graph) -> list[int]:
    """How many layers each edge must span at least, so that clusters that follow each other stand in bands.

    What an engine needs to be told: left to itself it puts a cluster's leaves beside the end of the cluster before.
    """
    if not graph.clusters:
        return [1] * len(graph.edges)
    rank = ranks(graph)
    lineage = {key: graph.lineage(vertex.cluster) for key, vertex in graph.vertices.items()}
    spans = extents((clusters, rank[key], rank[key]) for key, clusters in lineage.items())
    found = []
    for edge in graph.edges:
        left, entered = _left_and_entered(lineage[edge.source], lineage[edge.target])
        above = max((spans[c][1] - rank[edge.source] for c in left), default=0)
        below = max((rank[edge.target] - spans[c][0] for c in entered), default=0)
        found.append(max(1, min(above + below + 1, rank[edge.target] - rank[edge.source])))
    return found


def extents(held: Iterable[tuple[Iterable[str], Place, Place]]) -> dict[str, tuple[Place, Place]]:
    """The first and the last place in each cluster, of things that are given as `(their clusters, first, last)`."""
    found: dict[str, tuple[Place, Place]] = {}
    for clusters, low, high in held:
        for cluster in clusters:
            first, last = found.get(cluster, (low, high))
            found[cluster] = min(first, low), max(last, high)
    return found


def spine(graph: Graph) -> list[str]:
    """The longest way from the data to the last output: what a picture should show as a straight line.

    Of ways of the same length it is the one in the middle, so that many that meet come from both sides.
    """
    depth: dict[str, int] = {}
    before: dict[str, str] = {}
    incoming = graph.incoming()
    for key in graph.vertices:
        depth[key] = max((depth[edge.source] + 1 for edge in incoming[key]), default=0)
        longest = [edge.source for edge in incoming[key] if depth[edge.source] + 1 == depth[key]]
        if longest:
            before[key] = longest[(len(longest) - 1) // 2]
    found: list[str] = []
    key = max(graph.ends, key=lambda end: depth[end], default="")
    while key and incoming.get(key):
        found.append(key)
        key = before.get(key, "")
    if found:  # a parameter at the beginning stands aside
        found += [e.source for e in incoming[found[-1]] if graph.vertices[e.source].kind is Kind.INPUT][:1]
    return found[::-1]


def _pulls(graph: Graph) -> dict[str, int]:
    """How many more edges of a vertex get shorter than longer when it moves down; leaves follow, and count nothing."""
    read = {edge.target for edge in graph.edges if not edge.carried}
    pulls = dict.fromkeys(graph.vertices, 0)
    for edge in graph.edges:
        if not edge.carried:
            pulls[edge.source] += 1
            pulls[edge.target] -= edge.source in read
    return pulls


def _bands(graph: Graph, edges: Iterable[Constraint]) -> list[Constraint]:
    """Vertices that feed a cluster are above all of it, those that read from it below: by its gate and its exit."""
    if not graph.clusters:
        return []
    lineage = {key: graph.lineage(vertex.cluster) for key, vertex in graph.vertices.items()}
    found: dict[Constraint, None] = {}
    for key, clusters in lineage.items():
        for cluster in clusters:
            found[f"{cluster} gate", key, 0] = None
            found[key, f"{cluster} exit", 0] = None
    for source, target, _ in edges:
        left, entered = _left_and_entered(lineage[source], lineage[target])
        found.update({(source, f"{cluster} gate", 1): None for cluster in entered})
        found.update({(f"{cluster} exit", target, 1): None for cluster in left})
        found.update({(f"{a} exit", f"{b} gate", 1): None for a in left[:1] for b in entered[:1]})
    return list(found)


def _left_and_entered(source: list[str], target: list[str]) -> tuple[list[str], list[str]]:
    """The clusters that an edge leads out of, and into."""
    return [c for c in source if c not in target], [c for c in target if c not in source]


def _topological(names: Iterable[str], edges: Iterable[Constraint]) -> list[str] | None:
    """An order in which every edge points forwards; None where there is a circle."""
    waiting = dict.fromkeys(names, 0)
    below: dict[str, list[str]] = {}
    for upper, lower, _ in edges:
        waiting.setdefault(upper, 0)
        waiting[lower] = waiting.get(lower, 0) + 1
        below.setdefault(upper, []).append(lower)
    ready = deque(key for key, count in waiting.items() if not count)
    order: list[str] = []
    while ready:
        key = ready.popleft()
        order.append(key)
        for lower in below.get(key, ()):
            waiting[lower] -= 1
            if not waiting[lower]:
                ready.append(lower)
    return order if len(order) == len(waiting) else None

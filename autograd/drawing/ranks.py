"""Layers: every vertex below what it reads, every cluster in a band of its own where the graph allows it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from .model import Graph

Constraint = tuple[str, str, int]  # the second stands at least so many layers below the first


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
    """What feeds a cluster stands above all of it, and what reads from it below: through its gate and its exit."""
    if not graph.clusters:
        return []
    lineage = {key: graph.lineage(vertex.cluster) for key, vertex in graph.vertices.items()}
    found: dict[Constraint, None] = {}
    for key, clusters in lineage.items():
        for cluster in clusters:
            found[f"{cluster} gate", key, 0] = None
            found[key, f"{cluster} exit", 0] = None
    for source, target, _ in edges:
        entered = [cluster for cluster in lineage[target] if cluster not in lineage[source]]
        left = [cluster for cluster in lineage[source] if cluster not in lineage[target]]
        found.update({(source, f"{cluster} gate", 1): None for cluster in entered})
        found.update({(f"{cluster} exit", target, 1): None for cluster in left})
        found.update({(f"{a} exit", f"{b} gate", 1): None for a in left[:1] for b in entered[:1]})
    return list(found)


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

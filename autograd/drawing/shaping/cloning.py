"""A leaf that is read in many places, drawn once at each.

One weight read at T steps makes every layout engine lay O(T²) bends; T = 50 takes minutes. An alias at each use
("use 3 of 400") costs nothing, and nobody follows four hundred long lines anyway.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from autograd.drawing.model import LEAVES, Edge, Graph, Vertex

MANY = 6
"""Leaves with more readers than this are drawn at each."""


def cloned(graph: Graph, many: int = MANY) -> Graph:
    """The graph with aliases `n5_1`, `n5_2`, ... in place of each leaf that has more than `many` readers."""
    readers = Counter(edge.source for edge in graph.edges
                      if not edge.carried and graph.vertices[edge.source].kind in LEAVES)
    shared = {key: count for key, count in readers.items() if count > many}
    if not shared:
        return graph
    made: Counter[str] = Counter()
    aliases: dict[str, list[Vertex]] = {}  # by the reader that they precede
    edges: list[Edge] = []
    for edge in graph.edges:
        if edge.source in shared and not edge.carried:
            made[edge.source] += 1
            number, leaf = made[edge.source], graph.vertices[edge.source]
            alias = replace(leaf, id=f"{leaf.id}_{number}", copy=(number, shared[leaf.id]),
                            cluster=graph.vertices[edge.target].cluster)
            aliases.setdefault(edge.target, []).append(alias)
            edge = replace(edge, source=alias.id)
        edges.append(edge)
    vertices: dict[str, Vertex] = {}
    for key, vertex in graph.vertices.items():
        vertices |= {alias.id: alias for alias in aliases.get(key, ())}
        if key not in shared:
            vertices[key] = vertex
    return replace(graph, vertices=vertices, edges=edges)

"""How large a graph a layout engine is given; beyond that the drawing lays itself out."""

from __future__ import annotations

from autograd.drawing.model import Graph

from .ranks import ranks

ENGINE_VERTICES = 1500
ENGINE_COST = 4000
"""The number of edges plus twice the layers they cross: an engine's time grows with it faster than linearly."""
MOST_FAN = 300
"""The layers that the edges of one vertex with many readers may span together: an engine takes seconds from there on,
and minutes at twice as much."""
MANY_READERS = 6


def suits_engine(graph: Graph) -> bool:
    """Whether an engine will lay this graph out in about two seconds."""
    if len(graph.vertices) > ENGINE_VERTICES:
        return False
    rank = ranks(graph)
    spans: dict[str, list[int]] = {}
    for edge in graph.edges:
        if not edge.carried:
            spans.setdefault(edge.source, []).append(rank[edge.target] - rank[edge.source])
    if any(len(found) > MANY_READERS and sum(found) > MOST_FAN for found in spans.values()):
        return False
    edges = sum(map(len, spans.values()))
    return edges + 2 * (sum(map(sum, spans.values())) - edges) <= ENGINE_COST

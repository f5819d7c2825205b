"""A part of a large graph: the vertices within some steps of one, with `…` where the graph continues."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Set
from dataclasses import replace

from autograd.drawing.model import Edge, Graph, Kind, Vertex
from autograd.drawing.words import count_text


def neighbourhood(graph: Graph, centres: Iterable[str], *, hops: int | None, most: int,
                  downwards: bool = True) -> Graph:
    """The vertices within `hops` edges of the centres, at most `most` of them, nearest first.

    With `downwards` false only what the centres depend on is followed, not what depends on them.
    """
    near: dict[str, list[str]] = {key: [] for key in graph.vertices}
    for edge in graph.edges:
        near[edge.target].append(edge.source)
        if downwards:
            near[edge.source].append(edge.target)
    kept: set[str] = set()
    queue = deque((key, 0) for key in centres)
    while queue and len(kept) < most:
        key, distance = queue.popleft()
        if key in kept:
            continue
        kept.add(key)
        if hops is None or distance < hops:
            queue.extend((other, distance + 1) for other in near[key] if other not in kept)
    return graph if len(kept) == len(graph.vertices) else _cut(graph, kept)


def _cut(graph: Graph, kept: Set[str]) -> Graph:
    """The graph of the kept vertices, with a stub for each that reads something left out."""
    edges: list[Edge] = []
    stubs: Counter[str] = Counter()
    followers: Counter[str] = Counter()
    for edge in graph.edges:
        if edge.source in kept and edge.target in kept:
            edges.append(edge)
        elif edge.target in kept:
            stubs[edge.target] += 1
        elif edge.source in kept:
            followers[edge.source] += 1
    vertices: dict[str, Vertex] = {}
    for key, vertex in graph.vertices.items():
        if key not in kept:
            continue
        if key in stubs:
            vertices[f"{key}_more"] = _stub(f"{key}_more", stubs[key], "operand", vertex.cluster)
            edges.append(Edge(f"{key}_more", key))
        vertices[key] = vertex
        if key in followers:
            vertices[f"{key}_use"] = _stub(f"{key}_use", followers[key], "reader", vertex.cluster)
            edges.append(Edge(key, f"{key}_use"))
    return replace(graph, vertices=vertices, edges=edges).pruned()


def _stub(key: str, count: int, what: str, cluster: str) -> Vertex:
    return Vertex(key, Kind.MORE, op="…", notes=(count_text(count, f"more {what}"),), cluster=cluster, stands_for=0)

"""Modules as single boxes, down to a depth that the reader chose or that keeps the picture in bounds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fnmatch import translate

from autograd.drawing.model import Cluster, Graph, Kind, Vertex
from autograd.drawing.words import shape_text

from .redirection import redirected

Expand = str | Callable[[str], bool] | None


def depth_of(graph: Graph) -> int:
    """How deep the clusters nest."""
    return max((level(graph, key) for key in graph.clusters), default=0)


def level(graph: Graph, key: str) -> int:
    """How many module calls a cluster lies in, itself counted; frames of repetitions are none."""
    return sum(bool(graph.clusters[step].kind) for step in graph.lineage(key))


def collapsed(graph: Graph, depth: int, expand: Expand = None) -> Graph:
    """The graph with every module call below `depth` levels as one box; paths that `expand` names stay open.

    `expand` is a pattern (`"encoder.*"`) or a function of the path; what holds an open module is open too.
    """
    opened = _opened(graph, expand)
    closed: dict[str, str] = {}  # cluster: the outermost closed one around it, or itself
    for key in sorted(graph.clusters, key=lambda key: len(graph.lineage(key))):
        cluster = graph.clusters[key]
        if cluster.parent in closed:
            closed[key] = closed[cluster.parent]
        elif level(graph, key) > depth and key not in opened and cluster.kind:
            closed[key] = key
    return _boxed(graph, closed) if closed else graph


def _opened(graph: Graph, expand: Expand) -> set[str]:
    if expand is None:
        return set()
    wanted: Callable[[str], object] = expand if callable(expand) else re.compile(translate(expand)).match
    return {step for key, cluster in graph.clusters.items() if wanted(cluster.path) for step in graph.lineage(key)}


def _boxed(graph: Graph, closed: dict[str, str]) -> Graph:
    """Every vertex of a closed cluster becomes part of the cluster's box."""
    members: dict[str, list[Vertex]] = {}
    for vertex in graph.vertices.values():
        if vertex.cluster in closed:
            members.setdefault(closed[vertex.cluster], []).append(vertex)
    into = {v.id: (0, f"m{key[1:]}") for key, inside in members.items() for v in inside}
    last = {inside[-1].id: key for key, inside in members.items()}
    data: dict[str, list[str]] = {}  # data that a box reads, by box
    for edge in graph.edges:
        if edge.target in into and edge.source not in into and graph.vertices[edge.source].kind is Kind.INPUT:
            data.setdefault(closed[graph.vertices[edge.target].cluster], []).append(edge.source)
    vertices: dict[str, Vertex] = {}
    for vertex in graph.vertices.values():  # a box stands where the last of its members stood
        if vertex.id in last:
            key = last[vertex.id]
            box = _box(graph, graph.clusters[key], members[key], data.get(key, []))
            vertices[box.id] = box
        elif vertex.id not in into:
            vertices[vertex.id] = vertex
    edges = [replace(edge, operands=(), ordered=False) if edge.target in into else edge for edge in graph.edges]
    return replace(graph, vertices=vertices, edges=redirected(edges, into, vertices)).pruned()


def _box(graph: Graph, cluster: Cluster, members: list[Vertex], data: list[str]) -> Vertex:
    made = [v for v in members if v.id in cluster.outputs] or [members[-1]]
    origins = [graph.vertices[key] for key in dict.fromkeys((*cluster.inputs, *data)) if key in graph.vertices]
    ends = [", ".join(shape_text(v.shape) for v in group if v.shape is not None) for group in (origins, made)]
    name = cluster.repeats_text or cluster.path
    changes = {v.change for v in members}
    notes = [" → ".join(end for end in ends if end)] if any(ends) else []
    if cluster.repeats > 1:
        notes.append(f"× {cluster.repeats}")
    box = Vertex(f"m{cluster.id[1:]}", Kind.MODULE, op=cluster.kind, name=name, named_by="module",
                 value=made[0].value if len(made) == 1 else None, output=any(v.output for v in members),
                 failed=any(v.failed for v in members), cluster=cluster.parent, parameters=cluster.parameters,
                 stands_for=sum(v.stands_for for v in members), notes=tuple(notes),
                 change=changes.pop() if len(changes) == 1 else "")
    return graph.warmed(box, members)


def without_lonely_frames(graph: Graph) -> Graph:
    """Frames around a single vertex taken away; the vertex says which module it is instead."""
    held = Counter([*[c.parent for c in graph.clusters.values()], *[v.cluster for v in graph.vertices.values()]])
    changed = []
    for vertex in graph.vertices.values():
        words = []
        inner = vertex.cluster
        while inner and held[inner] == 1 and graph.clusters[inner].repeats == 1:
            cluster = graph.clusters[inner]
            words.append(f"{cluster.path}: {cluster.kind}" if cluster.path else cluster.kind)
            inner = cluster.parent
        if words:
            changed.append(replace(vertex, cluster=inner, notes=(*vertex.notes, *words)))
    return graph.with_vertices(changed).pruned()

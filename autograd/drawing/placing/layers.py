"""The layers of a picture: their members are vertices, and the bends of edges that pass a layer.

A member knows those that its edges lead to, above and below, so that a list of layers is all there is to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, pairwise

from autograd.drawing.model import LEAVES, Graph

from .geometry import Wide
from .ranks import extents, ranks, spine

LONGEST_BEND = 40
"""An edge over more layers than this goes straight through: bends for it would cost more than they show."""
LEAF, INNER = 1.0, 4.0
"""How strongly leaves, and operations, attract their neighbours."""


@dataclass(slots=True, eq=False)
class Member(Wide):
    """A member of a layer: a vertex, or a bend of an edge that passes it."""

    width: float
    height: float
    layer: int
    clusters: tuple[str, ...]
    weight: float
    straight: bool  # on the spine
    above: list[Member] = field(default_factory=list)
    below: list[Member] = field(default_factory=list)
    order: float = 0.0
    x: float = 0.0


Layers = list[list[Member]]


def layers_of(graph: Graph, measured: Mapping[str, tuple[float, float]],
              ) -> tuple[Layers, dict[str, Member], dict[int, list[Member]]]:
    """The layers, the member that each vertex is, and the bends of each edge by its number."""
    rank, way = ranks(graph), dict.fromkeys(spine(graph))
    lineage = {key: tuple(path) for key, path in graph.lineages().items()}
    vertices = {key: Member(*measured[key], rank[key], lineage[vertex.cluster],
                           LEAF if vertex.kind in LEAVES else INNER, key in way)
                for key, vertex in graph.vertices.items()}
    steps, spans = set(pairwise(way)), extents((m.clusters, m.layer, m.layer) for m in vertices.values())
    bends: dict[int, list[Member]] = {}
    for number, edge in enumerate(graph.edges):
        if edge.carried:
            continue
        start, end = vertices[edge.source], vertices[edge.target]
        stops = [start]
        if end.layer - start.layer <= LONGEST_BEND:
            straight = (edge.source, edge.target) in steps
            stops += [Member(6.0, 0.0, layer, _passed(start, end, layer, spans), start.weight, straight)
                      for layer in range(start.layer + 1, end.layer)]
            steps.discard((edge.source, edge.target))  # of several edges from one to the next
            bends[number] = stops[1:]
        for upper, lower in pairwise([*stops, end]):
            upper.below.append(lower)
            lower.above.append(upper)
    layers: Layers = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for member in chain(vertices.values(), *bends.values()):
        layers[member.layer].append(member)
    return layers, vertices, bends


def _passed(start: Member, end: Member, layer: int, spans: Mapping[str, tuple[int, int]]) -> tuple[str, ...]:
    """The clusters in which an edge passes a layer: those of its start that go on, or of its end that have begun."""
    left = tuple(cluster for cluster in start.clusters if layer <= spans[cluster][1])
    entered = tuple(cluster for cluster in end.clusters if layer >= spans[cluster][0])
    return max(left, entered, key=len)

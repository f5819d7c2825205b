"""The layers of a picture as rows of places: vertices, and the bends of edges that pass a layer.

Every place knows the places that its edges lead to, above and below, so that a list of layers is all there is to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from autograd.drawing.model import LEAVES, Graph

from .ranks import ranks

LONGEST_BEND = 40
"""An edge over more layers than this goes straight through: bends for it would cost more than they show."""


@dataclass(slots=True, eq=False)
class Place:
    """A vertex, or a bend of an edge that passes a layer."""

    width: float
    height: float
    layer: int
    clusters: tuple[str, ...]
    weight: float
    above: list[Place] = field(default_factory=list)
    below: list[Place] = field(default_factory=list)
    order: float = 0.0
    x: float = 0.0

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2


Layers = list[list[Place]]


def layers_of(graph: Graph, measured: Mapping[str, tuple[float, float]],
              ) -> tuple[Layers, dict[str, Place], dict[int, list[Place]]]:
    """The layers, the place of each vertex, and the bends of each edge by its number."""
    rank = ranks(graph)
    lineage = {key: tuple(path) for key, path in graph.lineages().items()}
    vertices = {key: Place(*measured[key], rank[key], lineage[vertex.cluster], 1.0 if vertex.kind in LEAVES else 8.0)
                for key, vertex in graph.vertices.items()}
    bends: dict[int, list[Place]] = {}
    for number, edge in enumerate(graph.edges):
        if edge.carried:
            continue
        last, end = vertices[edge.source], vertices[edge.target]
        if 1 < end.layer - last.layer <= LONGEST_BEND:
            shared = _common(last.clusters, end.clusters)
            bends[number] = [Place(6.0, 0.0, layer, shared, 2.0) for layer in range(last.layer + 1, end.layer)]
            for bend in bends[number]:
                _join(last, bend)
                last = bend
        _join(last, end)
    layers: Layers = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for place in chain(vertices.values(), *bends.values()):
        layers[place.layer].append(place)
    return layers, vertices, bends


def _join(upper: Place, lower: Place) -> None:
    upper.below.append(lower)
    lower.above.append(upper)


def _common(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    size = 0
    while size < min(len(a), len(b)) and a[size] == b[size]:
        size += 1
    return a[:size]

"""Marks at the corners of vertices: how many gradients add up there, and how often they come where no frame says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Literal

from autograd.drawing.labels import TINY
from autograd.drawing.model import Graph
from autograd.drawing.words import width

from .geometry import Box
from .layout import Layout


@dataclass(frozen=True, slots=True)
class Mark:
    """A few characters in a box of their own."""

    kind: Literal["sum", "count"]
    vertex: str
    text: str
    told: str
    box: Box


def marks(graph: Graph, layout: Layout) -> Iterator[Mark]:
    """`Σ 3` where three gradients meet in the backward view, and `× 49` in a repeated block that has no frame."""
    for key, count in graph.meetings().items() if graph.backward else ():
        box, told = layout.boxes[key], f"{count} gradients meet here and are added up"
        yield _mark("sum", key, f"Σ {count}", told, box.right - 2, box.bottom)
    unframed = {key: cluster.repeats for key, cluster in graph.clusters.items()
                if cluster.repeats > 1 and key not in layout.frames}
    for key, vertex in graph.vertices.items() if unframed else ():
        times = prod(unframed.get(cluster, 1) for cluster in graph.lineage(vertex.cluster))
        if times > 1:
            box = layout.boxes[key]
            yield _mark("count", key, f"× {times}", f"stands for {times} that are alike", box.right, box.top)


def _mark(kind: Literal["sum", "count"], vertex: str, text: str, told: str, x: float, y: float) -> Mark:
    return Mark(kind, vertex, text, told, Box(x, y, width(text, TINY, bold=True) + 8, 14.0))

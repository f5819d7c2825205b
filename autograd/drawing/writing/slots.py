"""Room on vertices for values, tangents and gradients that come step by step."""

from __future__ import annotations

from dataclasses import replace

from autograd.drawing.model import Graph, Kind, Slot, Vertex
from autograd.drawing.reading.steps import Trace


def leaf_of(key: str) -> str:
    """An alias `n5_2` shows what its leaf shows."""
    return key.partition("_")[0]


def with_slots(graph: Graph, trace: Trace) -> Graph:
    """The graph with room on each vertex for its value, tangent and gradient, empty until the steps fill it in."""
    def roomy(vertex: Vertex) -> Vertex:
        if vertex.kind is Kind.CONSTANT:
            return vertex
        slots: list[Slot] = []
        key = leaf_of(vertex.id)
        if key in trace.values:
            slots.append(("value", "= " + trace.values[key]))
        moving = [found[key] for found in trace.tangents.values() if key in found]
        if moving:
            slots.append(("tangent", "ẋ " + max(moving, key=len)))
        if key in trace.gradients:
            slots.append(("grad", "∂ " + trace.gradients[key]))
        return replace(vertex, value=None, grad=None, expects_grad=False, slots=tuple(slots))

    return graph.with_vertices(map(roomy, graph.vertices.values()))

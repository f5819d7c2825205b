"""What a layout engine is trusted with. Beyond it the drawing is laid out here, and beyond that it is cut."""

from __future__ import annotations

from .layered import ranks
from .model import Graph

ENGINE_VERTICES = 1500
ENGINE_COST = 9000
"""Vertices plus the layers that all edges span: what an engine's time grows with, faster than linearly."""
DRAWN_VERTICES = 4000
"""No picture holds more: a browser shows no more smoothly, and nobody sees more."""


def cost(graph: Graph) -> int:
    """Vertices and the bends an engine makes where edges pass layers."""
    rank = ranks(graph)
    spans = sum(rank[edge.target] - rank[edge.source] for edge in graph.edges if not edge.carried)
    return len(graph.vertices) + spans


def suits_engine(graph: Graph) -> bool:
    """Whether an engine will lay this graph out in about two seconds."""
    return len(graph.vertices) <= ENGINE_VERTICES and cost(graph) <= ENGINE_COST

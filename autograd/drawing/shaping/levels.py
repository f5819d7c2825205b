"""The levels of detail that a page offers, from modules as boxes to everything."""

from __future__ import annotations

from dataclasses import dataclass, replace

from autograd.drawing.model import Graph

from .collapse import depth_of
from .view import View, shaped

MOST_VERTICES = 1500
"""A level of more vertices than this is left out: it could not be moved about smoothly."""
MOST_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Level:
    """The picture at one level of detail."""

    name: str
    graph: Graph
    whole: bool = False  # every vertex of the full graph is there


def levels_of(full: Graph, view: View) -> list[Level]:
    """The levels from the coarsest to the finest, each only where it differs from the one before."""
    if view.around:
        return [Level("neighbourhood", shaped(full, view))]
    depth = depth_of(full)
    found: list[Level] = []
    for level in range(min(depth, MOST_LEVELS - 1)):
        _offer(found, f"depth {level}", shaped(full, replace(view, depth=level, expand=None)))
    _offer(found, "folded" if depth == 0 else "modules open", shaped(full, replace(view, depth=depth)))
    everything = shaped(full, View(depth=depth, fold=False))
    if len(everything.vertices) <= MOST_VERTICES:
        found = [level for level in found if level.graph.vertices.keys() != everything.vertices.keys()]
        found.append(Level("everything", everything, whole=True))
    return found or [Level("as drawn", shaped(full, view))]


def _offer(found: list[Level], name: str, graph: Graph) -> None:
    same = found and found[-1].graph.vertices.keys() == graph.vertices.keys()
    if not same and len(graph.vertices) <= MOST_VERTICES:
        found.append(Level(name, graph))

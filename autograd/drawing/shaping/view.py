"""From the full graph to the one that is drawn: folded, cloned and cut until it fits, always with a note on what is
missing. The order is that of `draw`'s options: a neighbourhood first, then repetitions, depth, shared leaves, limits.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograd.arrays import is_integer
from autograd.drawing.model import Graph

from .cloning import cloned
from .collapse import Expand, collapsed, depth_of, without_lonely_frames
from .folding import SMALL, folded
from .neighbourhood import neighbourhood

COMFORTABLE = 400
"""A picture of more vertices than this has its modules folded, if it has any."""
DRAWN_VERTICES = 4000
"""No picture holds more: a browser shows no more smoothly, and nobody sees more."""
KEPT = 600
"""How many vertices are shown of a graph that is too large to be drawn whole and has nothing to fold."""


@dataclass(frozen=True, slots=True)
class View:
    """What the reader asked to see."""

    depth: int | None = None
    expand: Expand = None
    fold: bool | None = None
    share_leaves: bool = False
    around: tuple[str, ...] = ()
    hops: int = 3

    def __post_init__(self) -> None:
        if not (self.expand is None or isinstance(self.expand, str) or callable(self.expand)):
            raise ValueError("expand is a pattern such as 'encoder.*', a function of the path or None, "
                             f"got {self.expand!r}")
        for name, levels in (("depth", self.depth or 0), ("hops", self.hops)):
            if not is_integer(levels) or levels < 0:
                raise ValueError(f"{name} is a whole number from 0 on, got {levels!r}")


def shaped(graph: Graph, view: View) -> Graph:
    """The graph as it will be drawn."""
    total = len(graph.vertices)
    if view.around:
        graph = neighbourhood(graph, view.around, hops=view.hops, most=DRAWN_VERTICES)
        if len(graph.vertices) < total:
            graph = graph.saying(f"Only what lies within {view.hops} steps; the whole graph has {total:,} vertices.")
    once = folded(graph) if _folds(graph, view) else graph
    shown = _to_depth(once, view)
    if once is not graph:
        shown = shown.saying(f"Repetitions are drawn once: {len(shown.vertices):,} vertices stand for "
                             f"{len(graph.vertices):,}. draw(..., fold=False) shows each.")
    if not view.share_leaves:
        shown = cloned(shown)
    if len(shown.vertices) > DRAWN_VERTICES:
        shown = _cut(shown, total)
    return without_lonely_frames(shown)


def _folds(graph: Graph, view: View) -> bool:
    """Whether repetitions are drawn once; unless that was said, where the picture would not be small without."""
    if view.fold is not None:
        return view.fold
    drawn = graph if view.share_leaves else cloned(graph)  # weights of eight steps are more than the steps
    return len(drawn.vertices) > SMALL


def _to_depth(graph: Graph, view: View) -> Graph:
    """Modules folded below the depth that was asked for, or below the one that keeps the picture comfortable."""
    if view.depth is not None:
        return collapsed(graph, view.depth, view.expand)
    depth = deepest = depth_of(graph)
    if not depth or len(graph.vertices) <= COMFORTABLE:
        return graph
    shown = graph
    while depth > 0 and len(shown.vertices) > COMFORTABLE:
        depth -= 1
        shown = collapsed(graph, depth, view.expand)
    if len(shown.vertices) == len(graph.vertices):
        return graph
    return shown.saying(f"Modules are folded below depth {depth} of {deepest}: {len(shown.vertices):,} of "
                        f"{len(graph.vertices):,} vertices are drawn. draw(..., depth={depth + 1}) opens more.")


def _cut(graph: Graph, total: int) -> Graph:
    cut = neighbourhood(graph, graph.ends, hops=None, most=KEPT, downwards=False)
    return cut.saying(f"Summary: the {KEPT:,} vertices nearest to the output are drawn, of {total:,}. "
                      "draw(..., around=tensor, hops=3) shows another part; .save('graph.json') holds all of it.")


def found(graph: Graph, name: str) -> tuple[str, ...]:
    """The ids of the vertices with this name or module path. Raises `KeyError` if there is none."""
    matching = [key for key, v in graph.vertices.items() if name in (key, v.name)]
    matching = matching or [key for key, v in graph.vertices.items()
                            if any(graph.clusters[c].path == name for c in graph.lineage(v.cluster))]
    if not matching:
        known = sorted({v.name for v in graph.vertices.values() if v.name})
        raise KeyError(f"nothing in the graph is called {name!r}; it has {', '.join(known[:12]) or 'no names'}")
    return tuple(matching)

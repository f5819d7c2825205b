"""Repetitions drawn once: `× 12   layers[0..11]`, with a dashed edge from one to the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from itertools import chain

from autograd.drawing.model import Cluster, Graph, Kind, Vertex

from .periods import Run, longest_run
from .redirection import redirected

SMALL = 40
"""Pictures of up to this many vertices show all: there is nothing to gain, and a beginner counts along."""
ROUNDS = 24


def folded(graph: Graph) -> Graph:
    """The graph with every repetition drawn once: the one that saves most first, those within it after."""
    for number in range(ROUNDS):
        run = longest_run(graph)
        if run is None or run.saved < max(4, len(graph.vertices) // 500):
            break
        graph = _merged(graph, run, f"r{number}")
    return graph


def _merged(graph: Graph, run: Run, key: str) -> Graph:
    """The graph with the first block of the run representing all of them."""
    first = run.blocks[0]
    part = {name: (j, first[q]) for j, block in enumerate(run.blocks) for q, name in enumerate(block)}
    alike = dict(zip(first, zip(*run.blocks, strict=True), strict=True))
    vertices: dict[str, Vertex] = {}
    for name, vertex in graph.vertices.items():
        if name in alike:
            vertices[name] = _for_all(graph, [graph.vertices[other] for other in alike[name]])
        elif name not in part:
            vertices[name] = vertex
    merged = replace(graph, vertices=vertices, edges=redirected(graph.edges, part, vertices))
    return _framed(graph, merged, run, key).pruned()


def _for_all(graph: Graph, alike: Sequence[Vertex]) -> Vertex:
    """One vertex for several with the same role: their common facts, and the sums of those that add up."""
    first = alike[0]
    end = next((v for v in reversed(alike) if v.output), None)
    name, named_by = pattern([v.name for v in alike]), first.named_by
    if not name and end is not None:
        name, named_by = end.name, end.named_by
    value = first.value if first.kind is Kind.CONSTANT and len({v.value for v in alike}) == 1 else None
    common = replace(first, name=name, named_by=named_by if name else "",
                     value=end.value if end is not None else value, grad=end.grad if end is not None else None,
                     expects_grad=all(v.expects_grad for v in alike), output=end is not None,
                     failed=any(v.failed for v in alike), stands_for=sum(v.stands_for for v in alike),
                     options=first.options if len({v.options for v in alike}) == 1 else "",
                     notes=first.notes if len({v.notes for v in alike}) == 1 else ())
    return graph.warmed(common, alike)


def pattern(names: Sequence[str]) -> str:
    """What several names have in common: `layers[0..11].weight` for `layers.0.weight` to `layers.11.weight`."""
    if len(set(names)) == 1:
        return names[0]
    split = [re.split(r"(\d+)", name) for name in names]
    if len({len(pieces) for pieces in split}) != 1:
        return ""
    columns = list(zip(*split, strict=True))
    differing = [i for i, column in enumerate(columns) if len(set(column)) > 1]
    if len(differing) != 1 or differing[0] % 2 == 0:
        return ""
    pieces, at = list(split[0]), differing[0]
    numbers = [int(n) for n in columns[at]]
    pieces[at] = f"[{min(numbers)}..{max(numbers)}]"
    pieces[at - 1] = pieces[at - 1].removesuffix(".")
    return "".join(pieces)


def _framed(graph: Graph, merged: Graph, run: Run, key: str) -> Graph:
    """A frame around the block: the module's own, if the block is one call of a module, or else a new one."""
    first = run.blocks[0]
    lineage = graph.lineages()

    def calls(name: str) -> list[str]:
        return lineage[graph.vertices[name].cluster]

    around = graph.around(*chain.from_iterable(run.blocks))
    depth = len(around)
    within = {calls(name)[depth] if len(calls(name)) > depth else "" for name in first}
    clusters = dict(merged.clusters)
    _rename_calls(graph, clusters, run, calls)
    if len(within) == 1 and "" not in within:
        own = within.pop()
        paths = [graph.clusters[calls(block[0])[depth]].path for block in run.blocks]
        clusters[own] = replace(clusters[own], repeats=clusters[own].repeats * run.count,
                                repeats_text=pattern(paths) or clusters[own].path)
        return replace(merged, clusters=clusters)
    frame = Cluster(key, "", "", parent=around[-1] if around else "", repeats=run.count)
    return _with_frame(replace(merged, clusters=clusters), frame, first, within - {""})


def _with_frame(graph: Graph, frame: Cluster, vertices: Sequence[str], inside: Set[str]) -> Graph:
    """A new frame around vertices, and around the frames `inside` of it that some of them are in already."""
    moved = {name: replace(graph.clusters[name], parent=frame.id) for name in inside}
    held = {name: replace(vertex, cluster=frame.id) for name in vertices
            if (vertex := graph.vertices[name]).cluster == frame.parent}
    return replace(graph, vertices={**graph.vertices, **held}, clusters={frame.id: frame, **graph.clusters, **moved})


def _rename_calls(graph: Graph, clusters: dict[str, Cluster], run: Run, calls: Callable[[str], list[str]]) -> None:
    """Calls within the block are named after all that they represent: `layers[0..11].attention`."""
    first = run.blocks[0]
    renamed: dict[str, str] = {}
    for place in range(len(first)):
        chains = [calls(block[place]) for block in run.blocks]
        for step in zip(*chains, strict=False):
            if len(set(step)) == len(step):
                renamed[step[0]] = pattern([graph.clusters[c].path for c in step])
    for key, path in renamed.items():
        if path:
            clusters[key] = replace(clusters[key], path=path)

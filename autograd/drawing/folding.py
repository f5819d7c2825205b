"""Repetitions drawn once: `× 12   layers[0..11]`, with a dashed edge from one to the next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .model import Cluster, Edge, Graph, Kind, Vertex
from .periods import Run, longest_run

SMALL = 40
"""Graphs of up to this many vertices are drawn in full: there is nothing to gain, and a beginner counts along."""
ROUNDS = 24


def folded(graph: Graph) -> Graph:
    """The graph with every repetition drawn once, the one that saves most first, those within it after."""
    for number in range(ROUNDS):
        run = longest_run(graph)
        if run is None or run.saved < 4:
            break
        graph = _merged(graph, run, f"r{number}")
    return graph


def _merged(graph: Graph, run: Run, key: str) -> Graph:
    """The graph with the first block of the run standing for all."""
    part = {name: (j, block[q]) for block in (run.blocks[0],) for q, name in enumerate(block) for j in (0,)}
    first = run.blocks[0]
    for j, block in enumerate(run.blocks):
        part.update({name: (j, first[q]) for q, name in enumerate(block)})
    vertices: dict[str, Vertex] = {}
    for name, vertex in graph.vertices.items():
        if name not in part:
            vertices[name] = vertex
        elif part[name][0] == 0:
            place = first.index(name) if len(first) < 8 else _index(first)[name]
            vertices[name] = _for_all([graph.vertices[block[place]] for block in run.blocks])
    merged = replace(graph, vertices=vertices, edges=_edges(graph.edges, part, vertices, run.count))
    return _framed(graph, merged, run, key).pruned()

"""Where the graph repeats itself: stretches of the topological order in which the same operations come again and again,
each repetition joined to the last in the same way. Steps of a recurrent network, equal layers, loops of any kind.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.drawing.model import LEAVES, Edge, Graph, Vertex

LEAST = 3
"""Repetitions from which on they are drawn once."""
MOST_OPERANDS = 8
CANDIDATES = 16


@dataclass(frozen=True, slots=True)
class Run:
    """`count` blocks of equal form: `blocks[j][q]` plays in block `j` the part of `blocks[0][q]` in the first."""

    blocks: tuple[tuple[str, ...], ...]

    @property
    def count(self) -> int:
        return len(self.blocks)

    @property
    def saved(self) -> int:
        return (self.count - 1) * len(self.blocks[0])


@dataclass(slots=True)
class _Sequence:
    """The order as numbers: the form of each place, and what it reads, by relative and by absolute position."""

    keys: list[str]
    form: NDArray[np.int64]
    relative: NDArray[np.int64]  # (places, operands)
    absolute: NDArray[np.int64]


def longest_run(graph: Graph) -> Run | None:
    """The repetition that saves most vertices, or None where nothing comes `LEAST` times in a row."""
    incoming = graph.incoming()
    sequence = _sequence(graph, incoming)
    size = len(sequence.keys)
    best: tuple[int, int, int] | None = None  # (period, start, length)
    saved = 0
    for period in _candidates(sequence.form):
        if period * LEAST > size:
            continue
        for start, length in _stretches(_equal(sequence, period)):
            count = (length + period) // period
            if count >= LEAST and (count - 1) * period > saved * 1.1:
                best, saved = (period, start, length), (count - 1) * period
    return None if best is None else _aligned(graph, incoming, sequence.keys, *best)


def _sequence(graph: Graph, incoming: dict[str, list[Edge]]) -> _Sequence:
    """A leaf with several readers belongs to no repetition: it is left out, and read absolutely."""
    readers = Counter(edge.source for edge in graph.edges)
    keys = [key for key, v in graph.vertices.items() if not (v.kind in LEAVES and readers[key] > 1)]
    place = {key: i for i, key in enumerate(keys)}
    for key in graph.vertices:
        place.setdefault(key, len(place))
    forms: dict[Any, int] = {}
    form = np.empty(len(keys), np.int64)
    relative = np.zeros((len(keys), MOST_OPERANDS), np.int64)
    absolute = np.full((len(keys), MOST_OPERANDS), -1, np.int64)
    chains = {key: tuple(graph.clusters[c].kind for c in lineage) for key, lineage in graph.lineages().items()}
    for i, key in enumerate(keys):
        vertex, origins = graph.vertices[key], incoming[key]
        if len(origins) > MOST_OPERANDS:
            form[i] = -1 - i  # like nothing else
            continue
        look = (_look(vertex), chains[vertex.cluster], tuple((e.operands, e.ordered) for e in origins))
        form[i] = forms.setdefault(look, len(forms))
        for k, edge in enumerate(origins):
            absolute[i, k] = place[edge.source]
            relative[i, k] = i - place[edge.source]
    return _Sequence(keys, form, relative, absolute)


def _look(vertex: Vertex) -> tuple[Any, ...]:
    """What two vertices must share to count as the same: nothing of names and values, no indices."""
    options = "" if vertex.op == "get_item" else vertex.options
    return (vertex.kind, vertex.op, options, vertex.shape, vertex.dtype, vertex.frozen, vertex.copy is not None,
            vertex.stands_for, vertex.change)


def _candidates(form: NDArray[np.int64]) -> list[int]:
    """Periods worth trying, short ones first: the commonest distances between equal forms."""
    order = np.argsort(form, kind="stable")
    same = form[order[1:]] == form[order[:-1]]
    distances, counts = np.unique((order[1:] - order[:-1])[same], return_counts=True)
    weight = counts * distances
    return sorted(int(d) for d in distances[np.argsort(-weight, kind="stable")[:CANDIDATES]])


def _equal(sequence: _Sequence, period: int) -> NDArray[np.bool_]:
    """At which places the vertex one period later has the same form, and the same operands, or those a period later."""
    now, later = slice(None, -period), slice(period, None)
    reads = (sequence.relative[now] == sequence.relative[later]) | (sequence.absolute[now] == sequence.absolute[later])
    return np.asarray((sequence.form[now] == sequence.form[later]) & reads.all(axis=1))


def _stretches(equal: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """`(start, length)` of the runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], equal, [False])).astype(np.int8)))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _aligned(graph: Graph, incoming: dict[str, list[Edge]], keys: list[str], period: int, start: int,
             length: int) -> Run | None:
    """The run cut into blocks where the fewest values cross, and where no module call is cut in two."""
    total = length + period
    slack = total % period
    for offsets in (range(slack + 1), range(slack + 1, period)):
        ranked = []
        for offset in offsets[:400]:
            first = start + offset
            count = (total - offset) // period
            blocks = [keys[first + j * period : first + (j + 1) * period] for j in range(count)]
            if count >= LEAST and _keeps_calls_whole(graph, blocks):
                # the first repetition is the one that tends to differ: rather leave something over before than after
                ranked.append((_crossing(incoming, blocks[0], blocks[1]), -offset, blocks))
        if ranked:
            _, _, blocks = min(ranked, key=lambda choice: choice[:2])
            return Run(tuple(map(tuple, blocks)))
    return None


def _keeps_calls_whole(graph: Graph, blocks: list[list[str]]) -> bool:
    """Whether each module call, apart from those around all blocks, lies within a single block."""
    def inside(block: list[str]) -> set[str]:
        return {step for key in block for step in graph.lineage(graph.vertices[key].cluster)}

    first, second, last = inside(blocks[0]), inside(blocks[1]), inside(blocks[-1])
    around = first & last
    if around != first & second:
        return False
    return all(around <= set(graph.lineage(graph.vertices[key].cluster)) for key in blocks[0])


def _crossing(incoming: dict[str, list[Edge]], first: list[str], second: list[str]) -> int:
    made = set(first)
    return len({edge.source for key in second for edge in incoming[key] if edge.source in made})

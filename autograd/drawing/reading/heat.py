"""Where time, memory and gradients are: figures of a measured run on the operations they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import hypot
from time import perf_counter
from typing import Any, Literal

import numpy as np

from autograd.arrays import Array
from autograd.drawing.words import bytes_text, count_text, flops_text, seconds_text
from autograd.graph import FREED, Leaf, Node
from autograd.modes import no_grad
from autograd.several_outputs import select

from .extract import Extraction
from .flops import flops
from .passes import cotangents, ones, pulled, seeds
from .replay import UNKNOWN, evaluated, operand_values

Measure = Literal["time", "bytes", "flops", "grad_norm"]
REPETITIONS = 3
LARGEST = 10_000_000


def colour(extraction: Extraction, measure: Measure) -> None:
    """Give each vertex its figure and the figure's share of the largest, and add a note on the largest."""
    if measure not in _MEASURES:
        raise ValueError(f"color_by is 'time', 'bytes', 'flops', 'grad_norm' or None, got {measure!r}")
    _MEASURES[measure](extraction)


def _operations(order: Sequence[Node]) -> list[Node]:
    """The nodes that compute something: no leaves, and no parts of an operation that has several outputs."""
    return [node for node in order if node.parents and node.primitive is not select]


def _by_time(extraction: Extraction) -> None:
    operations, values = _operations(extraction.order), extraction.filled(LARGEST)
    figures: dict[Node, float] = {}
    texts: dict[Node, str] = {}
    with no_grad(), np.errstate(all="ignore"):
        for node in operations:
            forward, backward = _timed(node, values)
            if forward is None:
                continue
            figures[node] = forward + (backward or 0.0)
            texts[node] = seconds_text(forward) + (f" + {seconds_text(backward)} back" if backward is not None else "")
    slowest = max(figures, key=figures.__getitem__, default=None)
    lines = []
    if slowest is not None:
        total = sum(figures.values())
        lines.append(f"Slowest: {slowest.primitive.name}, {seconds_text(figures[slowest])} of {seconds_text(total)} "
                     f"({figures[slowest] / (total or 1.0):.0%}). Each operation was run again, forward and backward, "
                     f"best of {REPETITIONS}.")
    missing = len(operations) - len(figures)
    if missing:
        lines.append(f"{count_text(missing, 'operation')} could not be run again.")
    _apply(extraction, figures, "time, forward and backward", lines, seconds_text, texts=texts)


def _timed(node: Node, values: Mapping[Node, Any]) -> tuple[float | None, float | None]:
    """Seconds of a node's forward evaluation and of its pullback; None where it cannot be run again."""
    rng = np.random.default_rng(0)
    operands = []
    for i, x in enumerate(operand_values(node, dict(values))):
        if x is UNKNOWN:  # how long it takes does not depend on the values
            spec = node.parents[i] if node.parents[i] is not None else dict(node.constants).get(i)
            if spec is None or spec.dtype is None or spec.dtype.kind not in "fc":
                return None, None
            x = rng.random(spec.shape).astype(spec.dtype)[()]
        operands.append(x)
    try:
        forward = best_of(lambda: evaluated(node, operands))
    except Exception:  # noqa: BLE001  # an operation that cannot be run again is not measured
        return None, None
    if node.saved is FREED or node.dtype.kind not in "fc":
        return forward, None
    g = ones(node)
    return forward, best_of(lambda: pulled(node.primitive, g, node))


def best_of(run: Callable[[], object]) -> float:
    """The shortest of several runs, in seconds."""
    times = []
    for _ in range(REPETITIONS):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return min(times)


def _by_bytes(extraction: Extraction) -> None:
    """Bytes that a node alone keeps alive for the backward pass; an array that several keep counts at the first."""
    seen: set[int] = set()
    kept: dict[Node, int] = {}
    for node in extraction.order:
        size = 0
        for value in node.saved if node.saved is not FREED else ():
            base = value.base if isinstance(value, np.ndarray) and isinstance(value.base, np.ndarray) else value
            if isinstance(base, np.ndarray) and id(base) not in seen and not _is_leafs(base, node):
                seen.add(id(base))
                size += base.nbytes
        kept[node] = size
    peak, place = _peak(extraction.order, kept)
    figures = {node: float(kept[node]) for node in _operations(extraction.order)}
    lines = [f"{bytes_text(sum(kept.values()))} are kept for the backward pass, the leaves' own memory not counted."]
    texts = {}
    if place is not None:
        texts[place] = f"{_kept(kept[place])} · peak"
        lines.append(f"The peak of the backward pass, {bytes_text(peak)}, is at {place.primitive.name}.")
    _apply(extraction, figures, "memory for the backward pass", lines, _kept, texts=texts)


def _kept(size: float) -> str:
    return f"{bytes_text(size)} kept"


def _is_leafs(array: Array, node: Node) -> bool:
    return any(isinstance(p, Leaf) and (p.array is array or getattr(p.array, "base", None) is array)
               for p in node.parents)


def _peak(order: Sequence[Node], kept: Mapping[Node, int]) -> tuple[int, Node | None]:
    """The most memory that saved values and gradients take together, and the node whose rule runs then."""
    saved = sum(kept.values())
    first: dict[Node, int] = {}  # when a gradient comes into being: at its last reader
    live, peak, place = 0, 0, None
    for node in reversed(_operations(order)):
        for parent in node.parents:
            if parent is not None and parent not in first:
                first[parent] = _bytes_of(parent)
                live += first[parent]
        if saved + live > peak:
            peak, place = saved + live, node
        live -= first.get(node, 0)
        saved -= kept[node]
    return peak, place


def _bytes_of(node: Node) -> int:
    return node.size * node.dtype.itemsize if node.dtype != object else 0


def _by_flops(extraction: Extraction) -> None:
    counts = {node: flops(node) for node in _operations(extraction.order)}
    figures = {node: float(count) for node, count in counts.items() if count is not None}
    unknown = dict.fromkeys(node.primitive.name for node, count in counts.items() if count is None)
    lines = []
    most = max(figures, key=figures.__getitem__, default=None)
    if most is not None:
        total = sum(figures.values())
        lines.append(f"One forward evaluation takes {flops_text(total)}; the operation with most of them is "
                     f"{most.primitive.name}, {flops_text(figures[most])} ({figures[most] / (total or 1.0):.0%}).")
    if unknown:
        lines.append(f"Not counted: {', '.join(unknown)}.")
    _apply(extraction, figures, "floating-point operations, forward", lines, flops_text)


def _by_gradient(extraction: Extraction) -> None:
    found = cotangents(extraction.order, seeds(extraction), extraction.filled(LARGEST))
    figures = {node: float(np.linalg.norm(np.ravel(g))) for node, g in found.items()
               if not isinstance(g, list) and node.primitive is not select}
    lines = []
    leaves = {node: size for node, size in figures.items() if isinstance(node, Leaf)}
    if leaves:
        low, high = min(leaves, key=leaves.__getitem__), max(leaves, key=leaves.__getitem__)
        lines.append(f"Norms at the leaves run from {leaves[low]:.3g} ({_called(extraction, low)}) "
                     f"to {leaves[high]:.3g} ({_called(extraction, high)}).")
    _apply(extraction, figures, "norm of the gradient", lines, lambda norm: f"‖grad‖ {norm:.3g}",
           together=lambda norms: hypot(*norms))


def _called(extraction: Extraction, node: Node) -> str:
    vertex = extraction.graph.vertices[extraction.ids[node]]
    return vertex.name or vertex.id


def _apply(extraction: Extraction, figures: Mapping[Node, float], unit: str, lines: Sequence[str],
           write: Callable[[float], str], *, texts: Mapping[Node, str] | None = None,
           together: Callable[[Sequence[float]], float] = sum) -> None:
    """Put the figures on the vertices, as `write` writes them where `texts` has nothing better."""
    graph, told = extraction.graph, texts or {}
    changed = [replace(graph.vertices[key], heat=figures[node], heat_text=told.get(node) or write(figures[node]))
               for key, node in extraction.nodes.items() if node in figures and np.isfinite(figures[node])]
    extraction.graph = replace(graph.with_vertices(changed).saying(*lines), heat_unit=unit, heat_figure=write,
                               heat_together=together)


_MEASURES: dict[str, Callable[[Extraction], None]] = {
    "time": _by_time, "bytes": _by_bytes, "flops": _by_flops, "grad_norm": _by_gradient,
}

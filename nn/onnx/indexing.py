"""`x[key]` between layers in ONNX: slices, whole numbers, `None` and `...`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import is_integer
from autograd.graph import Node
from nn.onnx.graph import Graph
from nn.onnx.kernels import input_shape

_ANY_BATCH = (None, -1, 0, 1)  # numbers that mean the same whatever the length of the batch; others may follow from it
_FARTHEST = np.iinfo(np.int64).max


def get_item(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """Slice, then drop the axes of whole numbers, then make those of `None`; raises KeyError for other keys."""
    key = _in_full(node.options["key"], len(input_shape(node)))
    taken = [part for part in key if part is not None]
    if inputs[0] not in graph.initializers and taken and not _holds_of_any_batch(taken[0]):
        raise KeyError("get_item")
    cuts = [(axis, _cut(part)) for axis, part in enumerate(taken) if part != slice(None)]
    out = inputs[0]
    if cuts:
        axes, bounds = zip(*cuts, strict=True)
        starts, ends, steps = zip(*bounds, strict=True)
        out = graph.add("Slice", [out, *map(graph.integers, (starts, ends, axes, steps))])
    if dropped := [axis for axis, part in enumerate(taken) if not isinstance(part, slice)]:
        out = graph.add("Squeeze", [out, graph.integers(dropped)])
    kept = [part for part in key if part is None or isinstance(part, slice)]
    if made := [axis for axis, part in enumerate(kept) if part is None]:
        out = graph.add("Unsqueeze", [out, graph.integers(made)])
    return out if out != inputs[0] else graph.add("Identity", [out])


def _in_full(key: Any, ndim: int) -> list[Any]:
    """A part of the key for each axis, and for each new one."""
    parts = list(key) if isinstance(key, tuple) else [key]
    if not all(part is None or part is ... or isinstance(part, slice) or is_integer(part) for part in parts):
        raise KeyError("get_item")
    if ... not in parts:
        parts.append(...)
    at = parts.index(...)
    parts[at : at + 1] = [slice(None)] * (ndim + 1 + parts.count(None) - len(parts))
    return parts


def _holds_of_any_batch(part: Any) -> bool:
    return part.start in _ANY_BATCH and part.stop in _ANY_BATCH if isinstance(part, slice) else part in _ANY_BATCH


def _cut(part: Any) -> tuple[int, int, int]:
    """Where a slice begins and ends, and its step, as ONNX has it."""
    if not isinstance(part, slice):
        return int(part), int(part) + 1 if part != -1 else _FARTHEST, 1
    step = 1 if part.step is None else int(part.step)
    first, end = (0, _FARTHEST) if step > 0 else (_FARTHEST, -_FARTHEST)
    return first if part.start is None else int(part.start), end if part.stop is None else int(part.stop), step

"""`x[key]` between layers in ONNX: slices, whole numbers, `None` and `...`, or the indices of one axis."""

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
    """Slice, then drop the axes of whole numbers, then make those of `None`; or gather along one axis.

    Raises KeyError for other keys, and for parts of the batch that may be of this one only.
    """
    key = _in_full(node.options["key"], len(input_shape(node)))
    if arrays := [axis for axis, part in enumerate(key) if isinstance(part, np.ndarray)]:
        if len(arrays) > 1 or arrays == [0] or any(part != slice(None) for part in key if part is not key[arrays[0]]):
            raise KeyError("get_item")
        return graph.add("Gather", [inputs[0], graph.constant(key[arrays[0]], "indices")], axis=arrays[0])
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
    parts = [_indices(part) for part in (key if isinstance(key, tuple) else (key,))]
    at = next((i for i, part in enumerate(parts) if part is ...), len(parts))
    parts[at:] = parts[at:] or [...]
    parts[at : at + 1] = [slice(None)] * (ndim + 1 + sum(part is None for part in parts) - len(parts))
    return parts


def _indices(part: Any) -> Any:
    """A part of a key, a list of indices as an array. Raises KeyError for a mask."""
    if part is None or part is ... or isinstance(part, slice) or is_integer(part):
        return part
    if (array := np.asarray(part)).dtype.kind not in "iu":
        raise KeyError("get_item")
    return array


def _holds_of_any_batch(part: Any) -> bool:
    return part.start in _ANY_BATCH and part.stop in _ANY_BATCH if isinstance(part, slice) else part in _ANY_BATCH


def _cut(part: Any) -> tuple[int, int, int]:
    """Where a slice begins and ends, and its step, as ONNX has it."""
    if not isinstance(part, slice):
        return int(part), int(part) + 1 if part != -1 else _FARTHEST, 1
    step = 1 if part.step is None else int(part.step)
    first, end = (0, _FARTHEST) if step > 0 else (_FARTHEST, -_FARTHEST)
    return first if part.start is None else int(part.start), end if part.stop is None else int(part.stop), step

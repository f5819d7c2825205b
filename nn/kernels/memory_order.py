"""The memory order of an array's axes, so that elementwise passes can run straight through memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.runtime.threads import in_parallel

LINE = 16  # elements moved at a time: neighbours in one cache line of a copy
FEW = 8  # elements up to which one at a time is faster: the next axis then runs innermost (measured)
SMALL = 1 << 13  # elements that are copied in one call
WORTH = 1 << 17  # elements that are worth a thread


def memory_order(x: Array) -> list[int]:
    """The axes of `x` from the outermost to the innermost in memory; axes of length 1 come first."""
    return sorted(range(x.ndim), key=lambda axis: (x.shape[axis] > 1, -x.strides[axis]))


def flat(x: Array, order: list[int]) -> Array:
    """All elements of `x` with its axes in this order, as a vector: a view if memory has this order."""
    return x.transpose(order).reshape(-1)


def empty(shape: tuple[int, ...], order: list[int], dtype: Any) -> Array:
    """A new array of this shape whose axes have this order in memory."""
    memory = np.empty([shape[axis] for axis in order], dtype)
    return memory.transpose(sorted(range(len(order)), key=order.__getitem__))


def in_order(x: Array, order: Sequence[int]) -> Array:
    """`x` with its axes transposed to this order, contiguous: a view if memory has this order."""
    ordered = x.transpose(order)
    if ordered.flags.c_contiguous or ordered.size <= SMALL:
        return np.ascontiguousarray(ordered)
    copy = np.empty(ordered.shape, x.dtype)
    length = ordered.shape[-1]
    together = LINE if length > FEW else 1
    step = together if ordered.strides[-1] != x.itemsize else max(1, length)

    def share(first: int, last: int) -> None:
        for start in range(0, length, step):
            some = slice(start, start + step)
            copy[first:last, ..., some] = ordered[first:last, ..., some]

    in_parallel(share, len(copy), WORTH * len(copy) // max(1, copy.size) + 1)
    return copy

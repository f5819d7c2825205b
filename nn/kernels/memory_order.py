"""The memory order of an array's axes, so that elementwise passes can run straight through memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.runtime.threads import in_parallel

LINE = 16  # elements moved at a time: neighbours in one cache line of a copy
FEW = 8  # elements up to which one at a time is faster: the next axis then runs innermost (measured)
SMALL = 1 << 13  # elements that are copied in one call
TAP = 1 << 10  # elements of a tap that are worth a call
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
    """`x` with its axes transposed to this order, contiguous: a view if memory has this order.

    Copied along lines of the cache, and where a weight's taps lie one after the other, a tap at a time.
    """
    ordered = x.transpose(order)
    if ordered.flags.c_contiguous or ordered.size <= SMALL:
        return np.ascontiguousarray(ordered)
    copy = np.empty(ordered.shape, x.dtype)
    length = ordered.shape[-1]
    pieces: list[tuple[Any, ...]] = [()]
    if _has_whole_taps(ordered):
        pieces = [*np.ndindex(ordered.shape[-2:])]
    elif ordered.strides[-1] != x.itemsize:
        together = LINE if length > FEW else 1
        pieces = [(slice(start, start + together),) for start in range(0, length, together)]

    def share(first: int, last: int) -> None:
        for piece in pieces:
            copy[(slice(first, last), ..., *piece)] = ordered[(slice(first, last), ..., *piece)]

    in_parallel(share, len(copy), WORTH * len(copy) // max(1, copy.size) + 1)
    return copy


def _has_whole_taps(weight: Array) -> bool:
    """Whether each tap of a weight (O, C, kh, kw) is one block of memory, of some length."""
    least = math.prod(weight.shape[:-2])
    return least >= TAP and all(stride >= least * weight.itemsize for stride in weight.strides[-2:])

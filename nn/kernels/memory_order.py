"""The order in which an array's axes lie in memory, so that elementwise passes can run straight through it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def memory_order(x: Array) -> list[int]:
    """The axes of `x` from the outermost to the innermost in memory; axes of one element come first."""
    return sorted(range(x.ndim), key=lambda axis: (x.shape[axis] > 1, -x.strides[axis]))


def flat(x: Array, order: list[int]) -> Array:
    """All elements of `x` with its axes in this order, as a vector: a view if they lie in memory so."""
    return x.transpose(order).reshape(-1)


def empty(shape: tuple[int, ...], order: list[int], dtype: Any) -> Array:
    """A new array of this shape whose axes lie in memory in this order."""
    memory = np.empty([shape[axis] for axis in order], dtype)
    return memory.transpose(sorted(range(len(order)), key=order.__getitem__))

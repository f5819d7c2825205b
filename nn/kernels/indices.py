"""The position of the first wrong number in an array, for error messages."""

from __future__ import annotations

import numpy as np

from autograd.arrays import Array

Index = tuple[int, ...] | int


def first_index(wrong: Array) -> Index:
    """The index of the first True, in the form that error messages show."""
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    return index[0] if len(index) == 1 else index


def first_outside(indices: Array, size: int) -> Index | None:
    """The position of the first index outside of `range(size)`, or None.

    Without an error it takes one pass: a negative number, viewed as unsigned, is a large one.
    """
    indices = np.asarray(getattr(indices, "_value", indices))  # a kernel's reference receives tensors
    unsigned = indices.view(indices.dtype.str.replace("i", "u")) if indices.dtype.kind == "i" else indices
    if not indices.size or unsigned.max() < size:
        return None
    return first_index(unsigned >= size)

"""Where a number in an array is not what it should be."""

from __future__ import annotations

import numpy as np

from autograd.arrays import Array

Index = tuple[int, ...] | int


def first_index(wrong: Array) -> Index:
    """The index of the first True, as a message shows it."""
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    return index[0] if len(index) == 1 else index


def first_outside(indices: Array, size: int) -> Index | None:
    """Where the first index outside of `range(size)` is, or None.

    One pass over them in the good case: a negative number, seen as unsigned, is a large one.
    """
    indices = np.asarray(getattr(indices, "_value", indices))  # a reference gets them as tensors
    unsigned = indices.view(indices.dtype.str.replace("i", "u")) if indices.dtype.kind == "i" else indices
    if not indices.size or unsigned.max() < size:
        return None
    return first_index(unsigned >= size)

"""Sums over the rows of matrices, by the fastest method for their size."""

from __future__ import annotations

import numpy as np

from autograd.arrays import Array
from autograd.runtime.matmul import vector_times

LONG = 1024  # from this many columns on, NumPy adds up rows faster than products with ones do


def sums_over_rows(x: Array) -> Array:
    """The sums over the rows of matrices (..., M, N): (..., N), by products with ones unless the rows are long.

    For short rows OpenBLAS's product also computes with leftover values on the stack, and discards the results. If one
    of these is a signalling nan, NumPy would warn of an invalid value although all operands are finite.
    """
    if x.shape[-1] >= LONG and x.strides[-1] == x.itemsize:
        return np.add.reduce(x, axis=-2)  # type: ignore[no-any-return]
    with np.errstate(invalid="ignore"):
        return vector_times(np.ones(x.shape[-2], x.dtype), x)

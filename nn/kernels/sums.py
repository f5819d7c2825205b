"""Sums over rows, by the quickest way there is."""

from __future__ import annotations

import numpy as np

from autograd.arrays import Array
from autograd.runtime.matmul import vector_times

LONG = 1024  # columns from which on NumPy adds up rows faster than short products do


def sums_over_rows(x: Array) -> Array:
    """The sums over the rows of matrices (..., M, N), unless these are long by products: (..., N).

    Of a vector and a matrix whose rows are short OpenBLAS also computes with what the stack held before, and throws it
    away; now and then that is a signalling nan, and NumPy would warn of an invalid value among finite ones.
    """
    if x.shape[-1] >= LONG and x.strides[-1] == x.itemsize:
        return np.add.reduce(x, axis=-2)  # type: ignore[no-any-return]
    with np.errstate(invalid="ignore"):
        return vector_times(np.ones(x.shape[-2], x.dtype), x)

"""Running sums and products of many rows: all rows go one step, then the next.

NumPy goes along one row after the other, and each sum waits for the last: 2.7 ns an element of a Zen 5, or 10 along a
middle axis. All rows at once take 0.3 to 0.7 ns, and 0.7 to 2.4 along the last axis. Each row is summed in the same
order, so the numbers are NumPy's to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.duck_arrays import Array

MANY = 200  # rows that are worth a call for each step


def running(function: Callable[..., Array], ufunc: np.ufunc) -> Callable[..., Array]:
    """`np.cumsum` or `np.cumprod`, of many rows in less time."""

    def evaluate(x: Array, *, axis: Any = None, dtype: Any = None) -> Array:
        if not (dtype is None and type(x) is np.ndarray and x.ndim > 1 and x.dtype.char in "fd" and type(axis) is int
                and -x.ndim <= axis < x.ndim and x.size >= MANY * max(1, x.shape[axis])):
            return function(x, axis=axis, dtype=dtype)
        out = np.empty_like(x, order="C" if 0 in x.strides else "K")  # the layout that NumPy's has
        steps, totals = np.moveaxis(x, axis, 0), np.moveaxis(out, axis, 0)
        totals[0] = steps[0]
        for before, step, after in zip(totals, steps[1:], totals[1:], strict=False):
            ufunc(before, step, out=after)
        return out

    return evaluate

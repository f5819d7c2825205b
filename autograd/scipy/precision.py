"""The precision in which SciPy computes, whatever that of its arguments is, and the dtype of its results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.arguments import arrays_of
from autograd.duck_arrays import Array


def at_least(dtype: Any, *given: Any) -> list[Array]:
    """Arrays in this precision, or their own if it is higher."""
    return [_in(dtype, x) for x in arrays_of(given)]


def in_double(x: Array) -> Array:
    """An array, or a number of NumPy's, in double precision, or its own if it is higher."""
    return _in(np.float64, x)


def result_dtype(function: Callable[..., Any], *given: Any) -> np.dtype[Any]:
    """The dtype of SciPy's result, found by calling it on zeros: it changes from one version of SciPy to the next."""
    return np.asarray(function(*[np.zeros((), x.dtype) if hasattr(x, "dtype") else x for x in given])).dtype


def _in(dtype: Any, x: Array) -> Array:
    return x.astype(np.result_type(x.dtype, dtype), copy=False)

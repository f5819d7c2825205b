"""`numpy.emath`: roots, logarithms and powers that are complex for arguments outside the real domain; all composed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.arguments import array_of, arrays_of
from autograd.declare import composite, decided
from autograd.duck_arrays import Array


def widened(x: Array, inside: Callable[[Array], Array]) -> Array:
    """x as it is, or complex if any of its elements is outside a function's real domain."""
    if x.dtype.kind == "c" or decided(lambda x: np.all(inside(x)), x):
        return x
    return x.astype(np.complex128 if x.dtype == np.float16 else np.result_type(x.dtype, np.complex64))


def with_domain(function: Callable[..., Any], inside: Callable[[Array], Array]) -> Callable[..., Any]:
    return lambda x: function(widened(array_of(x), inside))


def not_negative(x: Array) -> Array:
    return ~(x < 0)


def within_one(x: Array) -> Array:
    return ~(np.abs(x) > 1)


for name in ("sqrt", "log", "log2", "log10"):
    composite(getattr(np.emath, name))(with_domain(getattr(np, name), not_negative))
for name in ("arccos", "arcsin", "arctanh"):
    composite(getattr(np.emath, name))(with_domain(getattr(np, name), within_one))


@composite(np.emath.logn)
def logn(n: Any, x: Any) -> Any:
    return np.emath.log(x) / np.emath.log(n)


@composite(np.emath.power)
def emath_power(x: Any, p: Any) -> Any:
    x, p = arrays_of((x, p))
    return np.power(widened(x, not_negative), p * 1.0 if decided(lambda p: np.any(p < 0), p) else p)

"""Arrays made between or of given values, and the logarithms and roots that turn complex where they must."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.calling import arrays_of
from autograd.declare import composite
from autograd.numpy_protocol import decided

Array = Any


@composite(np.linspace)
def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None,
             axis: int = 0, *, device: str | None = None) -> Any:
    gap = np.subtract(stop, start) * 1.0
    shares = np.arange(num, dtype=gap.real.dtype) / max(num - 1 if endpoint else num, 1)
    shares = shares.reshape((-1,) + (1,) * gap.ndim)
    out = start + shares * gap
    if endpoint:
        out = np.where(shares == 1, stop, out)
    out = np.moveaxis(out, 0, axis)
    if dtype is not None:
        out = (np.floor(out) if np.dtype(dtype).kind in "iu" else out).astype(dtype)
    steps = num - 1 if endpoint else num
    return (out, gap / steps if steps > 0 else np.nan) if retstep else out


@composite(np.logspace)
def logspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None,
             axis: int = 0) -> Any:
    if np.ndim(base):
        start, stop, base = np.broadcast_arrays(start, stop, base)
        base = np.expand_dims(base, axis=axis)
    out = np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))
    return out if dtype is None else out.astype(dtype)


@composite(np.geomspace)
def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """start (stop / start)^s for s from 0 to 1."""
    start, stop = (x.astype(np.result_type(x.dtype, np.float64)) for x in arrays_of((start, stop)))
    if not all(decided(np.all, end) for end in (start, stop)):
        raise ValueError("geomspace cannot start or stop at 0")
    shares = np.linspace(0.0, 1.0, num, endpoint)
    shares = shares.reshape((-1,) + (1,) * max(start.ndim, stop.ndim))
    out = np.moveaxis(start * (stop / start) ** shares, 0, axis)
    return out if dtype is None else out.astype(dtype)


# --- numpy.emath: complex results for arguments outside the real domain ----------------------------------------------


def widened(x: Array, inside: Callable[[Array], Array]) -> Array:
    """x as it is, or complex if any of its elements is outside of a function's real domain."""
    if x.dtype.kind == "c" or decided(lambda x: np.all(inside(x)), x):
        return x
    return x.astype(np.complex128 if x.dtype == np.float16 else np.result_type(x.dtype, np.complex64))


def with_domain(function: Callable[..., Any], inside: Callable[[Array], Array]) -> Callable[..., Any]:
    return lambda x: function(widened(arrays_of((x,))[0], inside))


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

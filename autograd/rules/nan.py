"""Functions that skip nan: those of `reductions` on the other elements. The gradient of a nan element is 0."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.arguments import by_name
from autograd.declare import composite
from autograd.tensor.nested import values_of


def filled(function: Callable[..., Any], value: float) -> Callable[..., Any]:
    """The function with every nan replaced by its neutral element."""
    return lambda a, *args, **options: function(np.where(np.isnan(a), value, a), *args, **options)


def left_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with every nan masked by `where`."""

    def apply(a: Any, *args: Any, where: Any = True, **options: Any) -> Any:
        options = by_name(function, args, options)
        dtype = options.get("dtype")
        if dtype is not None and a.dtype.kind in "fc" and np.dtype(dtype).kind not in "fc":
            raise TypeError(f"nan{function.__name__} of {a.dtype} takes a dtype that holds fractions, got {dtype}")
        return function(a, where=~np.isnan(a) & where, **options)

    return apply


def nan_variance(function: Callable[..., Any]) -> Callable[..., Any]:
    """A variance or its root; nan unless more than `ddof` numbers are left."""
    left = left_out(function)

    def apply(a: Any, *args: Any, where: Any = True, **options: Any) -> Any:
        options = by_name(function, args, options)
        if a.dtype.kind not in "fc":
            return function(a, where=where, **options)
        counted = np.sum(~np.isnan(a) & where, axis=options.get("axis"), keepdims=True)
        enough = counted > options.get("correction", options.get("ddof", 0))
        return left(a, where=enough & where, **options)

    return apply


def extreme(function: Callable[..., Any], value: float) -> Callable[..., Any]:
    """The greatest or least number; nan where there is none and no `initial`."""

    def apply(a: Any, axis: Any = None, out: None = None, keepdims: bool = False, **options: Any) -> Any:
        if a.dtype.kind not in "fc":  # Python integers may be too large to compare with a float
            return function(a, axis=axis, out=out, keepdims=keepdims, **options)
        best = function(np.where(np.isnan(a), value, a), axis=axis, out=out, keepdims=keepdims, **options)
        if options.get("initial") is not None:
            return best
        nothing = np.all(np.isnan(a), axis=axis, keepdims=keepdims)
        if np.any(values_of(nothing)):
            warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=3)
        return np.where(nothing, np.nan, best)[()]

    return apply


composite(np.nansum)(filled(np.sum, 0))
composite(np.nanprod)(filled(np.prod, 1))
composite(np.nancumsum)(filled(np.cumsum, 0))
composite(np.nancumprod)(filled(np.cumprod, 1))
composite(np.nanmean)(left_out(np.mean))
composite(np.nanvar)(nan_variance(np.var))
composite(np.nanstd)(nan_variance(np.std))
composite(np.nanmax)(extreme(np.max, -np.inf))
composite(np.nanmin)(extreme(np.min, np.inf))


@composite(np.nan_to_num)
def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    if not copy:
        return np.positive(nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf), out=x)
    if x.dtype.kind == "c":
        return nan_to_num(np.real(x), nan=nan, posinf=posinf, neginf=neginf) + 1j * nan_to_num(
            np.imag(x), nan=nan, posinf=posinf, neginf=neginf)
    if x.dtype.kind != "f":
        return x
    limits = np.finfo(x.dtype)
    out = np.where(np.isnan(x), nan, x)
    out = np.where(x == np.inf, limits.max if posinf is None else posinf, out)
    return np.where(x == -np.inf, limits.min if neginf is None else neginf, out)[()]

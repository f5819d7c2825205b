"""Integrals of samples: the trapezoidal rule, Simpson's and Romberg's; and of a function by Gauss's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.integrate as si
from scipy.special import roots_legendre

from autograd.arguments import array_of, in_common
from autograd.arrays import floating
from autograd.declare.poles import quotient
from autograd.duck_arrays import Array
from autograd.rules.axes import one_axis, with_length
from autograd.rules.calculus import trapezoids
from autograd.scipy.precision import in_double, result_dtype
from autograd.scipy.twin import twin
from autograd.tensor.nested import values_of


@twin(si.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The area under the lines through the samples, in their precision; that of `np.trapezoid` depends on x's too."""
    y = floating(array_of(y))
    _require_places("trapezoid", y, x, axis, broadcast=True, least=0)
    out = np.trapezoid(y, x, dx, axis)
    return out.astype(y.dtype, copy=False) if out.dtype.kind == y.dtype.kind else out


@twin(si.cumulative_trapezoid)
def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    if initial not in (None, 0):
        raise ValueError(f"cumulative_trapezoid begins at 0 where it is given an initial value, got {initial}")
    y = array_of(y)
    _require_places("cumulative_trapezoid", y, x, axis)
    out = np.cumsum(trapezoids(y, x, dx, axis), axis=axis)
    if initial is None:
        return out
    return np.concatenate([np.full(with_length(out, axis, 1), initial, out.dtype), out], axis=axis)


@twin(si.simpson)
def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """The area under parabolas through three samples each; if their number is even, the last two parabolas overlap."""
    y = array_of(y)
    _require_places("simpson", y, x, axis)
    y = np.moveaxis(y, axis, -1)
    if x is None:
        widths = dx * np.ones(y.shape[-1] - 1, y.dtype)
    else:
        widths = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
    if y.shape[-1] == 2:
        return 0.5 * widths[..., 0] * (y[..., 0] + y[..., 1])
    even = y.shape[-1] % 2 == 0
    pairs = slice(None, -1) if even else slice(None)
    total = np.sum(_parabolas(y[..., pairs], widths[..., pairs]), axis=-1)
    return total + _last(y, widths) if even else total


def _require_places(name: str, y: Array, x: Any, axis: int, *, broadcast: bool = False, least: int = 1) -> None:
    """Raise ValueError unless there are places for all samples: one row for all of theirs, or as many as samples."""
    shape, count = np.shape(x), y.shape[one_axis(y, axis)]
    if count < least:
        raise ValueError(f"{name} takes at least one sample along axis {axis}, got shape {y.shape}")
    fits = shape in (y.shape, (count,)) or (broadcast and 1 < len(shape) <= y.ndim and all(
        length in (1, samples) for length, samples in zip(shape[::-1], y.shape[::-1], strict=False)))
    if x is not None and not fits:
        raise ValueError(f"{name} takes a place for each of the {count} samples along axis {axis}, or places of the "
                         f"shape of all, {y.shape}, got {shape}")


def _parabolas(y: Array, widths: Array) -> Array:
    """The areas under the parabolas through samples 0 1 2, 2 3 4, and so on; 0 between two at the same place."""
    h, k = widths[..., :-1:2], widths[..., 1::2]
    left, middle, right = y[..., :-2:2], y[..., 1:-1:2], y[..., 2::2]
    return (h + k) / 6 * (left * (2 - quotient(k, h)) + middle * quotient((h + k) ** 2, h * k)
                          + right * (2 - quotient(h, k)))


def _last(y: Array, widths: Array) -> Array:
    """The area of the last interval under the parabola through the last three samples (Cartwright 2017)."""
    h, k = widths[..., -2], widths[..., -1]
    return (y[..., -1] * quotient(2 * k**2 + 3 * h * k, 6 * (k + h)) + y[..., -2] * quotient(k**2 + 3 * h * k, 6 * h)
            - y[..., -3] * quotient(k**3, 6 * h * (h + k)))


@twin(si.cumulative_simpson)
def cumulative_simpson(y: Any, *, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    """The areas up to each sample under parabolas through three: the next two with it, or one on either side."""
    y = floating(array_of(y))
    _require_places("cumulative_simpson", y, x, axis)
    y = np.moveaxis(y, axis, -1)
    if y.shape[-1] < 3:
        pieces = np.moveaxis(trapezoids(np.moveaxis(y, -1, axis), x, dx, axis), axis, -1)
    else:
        if x is None:
            dx = array_of(dx)
            widths = np.ones(y.shape[-1] - 1, np.result_type(y, dx))
        else:
            widths = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
        if np.any(values_of(widths) <= 0):
            raise ValueError("cumulative_simpson takes places x that increase")
        first = _first(y, widths)
        second = np.flip(_first(np.flip(y, -1), np.flip(widths, -1)), -1)
        places = np.arange(y.shape[-1] - 1)
        pieces = np.where((places % 2 == 0) & (places < places[-1]), first[..., np.minimum(places, places[-1] - 1)],
                          second[..., np.maximum(places - 1, 0)])
        if x is None:  # dx may be 0
            pieces = pieces * (np.moveaxis(dx, axis, -1) if dx.ndim else dx)
    out = np.cumsum(pieces, axis=-1)
    if initial is not None:
        initial = array_of(initial)
        start = np.broadcast_to(np.moveaxis(initial, axis, -1) if initial.ndim else initial, (*out.shape[:-1], 1))
        out = np.concatenate([start, out + start], axis=-1)
    return np.moveaxis(out, -1, axis)


def _first(y: Array, widths: Array) -> Array:
    """The areas of the first intervals under the parabolas through each three samples."""
    h, k = widths[..., :-1], widths[..., 1:]
    share, both = h / (h + k), h * h / (k * (h + k))
    return h / 6 * ((3 - share) * y[..., :-2] + (3 + both + share) * y[..., 1:-1] - both * y[..., 2:])


@twin(si.romb)
def romb(y: Any, dx: Any = 1.0, axis: int = -1, show: Any = False) -> Any:
    """The trapezoidal rule for every 2^k-th sample, from which each power of the step is taken away."""
    y = np.moveaxis(in_double(array_of(y)), axis, -1)
    count = y.shape[-1] - 1
    if count < 1 or count & (count - 1):
        raise ValueError(f"romb takes one sample more than a power of 2, got {count + 1}")
    if show:
        raise ValueError("romb of tensors shows no table: leave show out")
    rules = np.stack([np.trapezoid(y[..., :: 1 << k], dx=1 << k) for k in range(count.bit_length())])
    power = 1
    while len(rules) > 1:
        power *= 4
        rules = rules[:-1] + (rules[:-1] - rules[1:]) / (power - 1)
    return rules[0] * dx


@twin(si.fixed_quad)
def fixed_quad(func: Callable[..., Any], a: Any, b: Any, args: tuple[Any, ...] = (), n: int = 5) -> Any:
    """The weighted sum of func(x, *args) at n places between a and b, which is exact for polynomials to 2n - 1."""
    a, b = in_common((a, b))
    if not np.all(np.isfinite(values_of([a, b]))):
        raise ValueError("fixed_quad takes finite ends; quad takes infinite ones")
    dtype = result_dtype(lambda a, b: si.fixed_quad(np.positive, a, b)[0], a, b)
    a, b, places, weights = (x.astype(dtype, copy=False) for x in (a, b, *roots_legendre(n)))
    return (b - a) / 2 * np.sum(weights * func((b - a) * (places + 1) / 2 + a, *args), axis=-1), None

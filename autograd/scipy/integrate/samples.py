"""Integrals of samples: the trapezoidal rule and Simpson's."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.integrate as si

from autograd.arguments import array_of
from autograd.declare.poles import quotient
from autograd.rules.axes import with_length
from autograd.rules.calculus import trapezoids
from autograd.scipy.twin import twin

Array = Any

trapezoid = twin(si.trapezoid)(lambda y, x=None, dx=1.0, axis=-1: np.trapezoid(y, x, dx, axis))


@twin(si.cumulative_trapezoid)
def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    if initial not in (None, 0):
        raise ValueError(f"cumulative_trapezoid begins at 0 where it is given an initial value, got {initial}")
    out = np.cumsum(trapezoids(y, x, dx, axis), axis=axis)
    if initial is None:
        return out
    return np.concatenate([np.full(with_length(out, axis, 1), initial, out.dtype), out], axis=axis)


@twin(si.simpson)
def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """The parabolas through each three samples; of an even number the last interval lies under the last parabola."""
    y = array_of(y)
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

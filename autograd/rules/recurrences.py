"""Linear recurrences along the last axis, y_i = a_i y_{i-1} + b_i, such as the derivatives of running products.

With the running products P of a, y_i = P_i (y_{-1} + sum_{j <= i} b_j / P_j): a few calls for as long a stretch as P
stays far from overflow and underflow. Elsewhere, at zeros too, element by element.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.declare import general, on_arrays_too
from autograd.duck_arrays import Array
from autograd.primitive import pole_safe

from .axes import at_least_one_axis, flat_or_along

SHORT = 8  # up to this many elements a loop is as fast


def _recurrence(a: Array, b: Array) -> Array:
    y = np.empty(b.shape, np.result_type(a, b))
    y[..., :1] = b[..., :1]
    if not y.size:
        return y
    with np.errstate(all="ignore"):
        _continued(a[..., 1:], b[..., 1:], y[..., :1], y[..., 1:])
    return y


def _continued(a: Array, b: Array, before: Array, y: Array) -> None:
    """Write the recurrence into y; `before` is the element before its first."""
    length = b.shape[-1]
    if length <= SHORT:
        for i in range(length):
            now = slice(i, i + 1)
            y[..., now] = before = pole_safe(before, a[..., now]) + b[..., now]
        return
    products = np.cumprod(a, axis=-1, dtype=y.dtype)
    sizes, bound = np.abs(products), np.finfo(y.dtype).max ** 0.25
    if sizes.min() > 1 / bound and sizes.max() < bound:  # False for nan
        np.cumsum(b / products, axis=-1, out=y)
        y += before
        y *= products
    else:
        half = length // 2
        _continued(a[..., :half], b[..., :half], before, y[..., :half])
        _continued(a[..., half:], b[..., half:], y[..., half - 1 : half], y[..., half:])


def previous(x: Array, first: float) -> Array:
    """The element before each, and `first` before the first of all."""
    return np.concatenate([np.full_like(x[..., :1], first), x[..., :-1]], axis=-1)


def backwards(a: Array, g: Array) -> Array:
    """h_i = g_i + a_{i+1} h_{i+1}: the cotangent of b."""
    return np.flip(recurrence(previous(np.flip(a, -1), 1), np.flip(g, -1)), -1)


recurrence: Any = on_arrays_too(general(
    _recurrence,
    [lambda g, a, out: pole_safe(backwards(a, g), previous(out, 0)), lambda g, a: backwards(a, g)],
    [lambda t, a, out: recurrence(a, pole_safe(t, previous(out, 0))), lambda t, a: recurrence(a, t)],
    operands=("a", "b"), name="recurrence"))


def _along_last(x: Array, axis: Any) -> Array:
    return np.moveaxis(*flat_or_along(at_least_one_axis(x), axis), -1)


def cumprod_back(g: Array, x: Array, *, axis: Any = None, dtype: Any = None) -> Array:
    """x_i receives (x_1 ... x_{i-1}) h_i, where h_i = g_i + x_{i+1} h_{i+1}."""
    last = _along_last(x, axis)
    received = pole_safe(backwards(last, _along_last(g, axis)), np.cumprod(previous(last, 1), axis=-1))
    return np.moveaxis(received, -1, -1 if axis is None else axis).reshape(x.shape)


def cumprod_forward(t: Array, x: Array, out: Array, *, axis: Any = None, dtype: Any = None) -> Array:
    """d_i = x_i d_{i-1} + out_{i-1} t_i."""
    changes = pole_safe(_along_last(t, axis), previous(_along_last(out, axis), 1))
    return np.moveaxis(recurrence(_along_last(x, axis), changes), -1, -1 if axis is None else axis)


general(np.cumprod, cumprod_back, cumprod_forward)

"""Linear recurrences along the last axis, y_i = a_i y_{i-1} + b_i, such as the derivatives of running products.

Step by step, or all at once by doubling: if y_i holds the terms of the last n places and p_i is the product of their a,
then y_i + p_i y_{i-n} and p_i p_{i-n} are those of the last 2 n. That needs as many calls as n has binary digits, and
no product of many a may overflow or lose digits before it meets a small or large b.

Source: Hillis and Steele, "Data parallel algorithms", 1986.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.declare import general, on_arrays_too
from autograd.duck_arrays import Array
from autograd.primitive import pole_safe
from autograd.runtime.running import running

from .axes import at_least_one_axis, flat_or_along
from .reductions import keeps_its_digits

SHORT = 8  # up to this many elements a loop is as fast


def _recurrence(a: Array, b: Array) -> Array:
    y = b.astype(np.result_type(a, b))
    with np.errstate(all="ignore"):
        _add_earlier(a.astype(y.dtype, copy=False), y)
    return y


def _add_earlier(a: Array, y: Array) -> None:
    """Turn y, which holds b, into the solution of the recurrence."""
    length = y.shape[-1]
    if length <= SHORT:
        for i in range(1, length):
            y[..., i] += pole_safe(y[..., i - 1], a[..., i])
    elif keeps_its_digits(np.abs(np.where(a == 0, 1, a))[..., 1:], -1):  # 0 is as good in each order
        products = np.array(np.broadcast_to(a, y.shape), order="C")
        products[..., 0] = 0  # so that one row can follow the other: no product goes beyond a row
        products, terms, step = products.reshape(-1), y.reshape(-1), 1
        while step < length:
            terms[step:] += pole_safe(terms[:-step], products[step:])
            products[step:] *= products[:-step]
            step *= 2
        y[...] = terms.reshape(y.shape)
    else:
        half = length // 2
        _add_earlier(a[..., :half], y[..., :half])
        y[..., half] += pole_safe(y[..., half - 1], a[..., half])
        _add_earlier(a[..., half:], y[..., half:])


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


def cumprod_back(g: Array, x: Array, out: Array, *, axis: Any = None, dtype: Any = None) -> Array:
    """x_i receives (x_1 ... x_{i-1}) h_i, where h_i = g_i + x_{i+1} h_{i+1}."""
    last = _along_last(x, axis)
    received = pole_safe(backwards(last, _along_last(g, axis)), previous(_along_last(out, axis), 1))
    return np.moveaxis(received, -1, -1 if axis is None else axis).reshape(x.shape)


def cumprod_forward(t: Array, x: Array, out: Array, *, axis: Any = None, dtype: Any = None) -> Array:
    """d_i = x_i d_{i-1} + out_{i-1} t_i."""
    changes = pole_safe(_along_last(t, axis), previous(_along_last(out, axis), 1))
    return np.moveaxis(recurrence(_along_last(x, axis), changes), -1, -1 if axis is None else axis)


general(np.cumprod, cumprod_back, cumprod_forward, evaluate=running(np.cumprod, np.multiply))

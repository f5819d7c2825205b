"""Norms of vectors and matrices, every `ord` and `axis`; derivative 0 where a norm has none, as at the zero vector."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays import floating, in_a_tuple
from autograd.declare import composite, reduction
from autograd.declare.poles import quotient
from autograd.duck_arrays import Array, as_returned
from autograd.runtime.reduction import in_short_rows, of_short_rows

from .axes import one_axis


def _length(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    if in_short_rows(np.add, x, axis):
        return np.sqrt(of_short_rows(np.add, x * x, keepdims))
    return np.linalg.vector_norm(x, axis=axis, keepdims=keepdims)


length = reduction(np.linalg.vector_norm, lambda g, x, out, *, axis=None: quotient(g, out) * np.conj(x),
                   evaluate=_length)


def _of_order(g: Array, x: Array, out: Array, *, axis: Any = None, ord: Any) -> Array:
    """The product of r and |r| ** (ord - 2) for r = x / out, which no scale of x makes infinite; 0 where x is."""
    share = quotient(np.conj(x), out)
    if ord >= 2:
        return g * share * power_of_size(share, ord - 2)
    there = share != 0
    return g * np.where(there, share * np.abs(np.where(there, share, 1)) ** (ord - 2), 0)


of_order = reduction(np.linalg.vector_norm, _of_order, name="norm_of_order")


@composite(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    x = floating(x)
    if ord in (None, 2):
        return length(x, axis=axis, keepdims=keepdims)
    if isinstance(ord, str):
        raise ValueError(f"a vector has no norm of ord={ord!r}; write a number, inf or -inf")
    size = np.abs(x)
    if ord == np.inf:
        return np.max(size, axis=axis, keepdims=keepdims, initial=0)
    if ord == -np.inf:
        return np.min(size, axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum((size != 0).astype(size.dtype), axis=axis, keepdims=keepdims)
    if ord == 1:
        return np.sum(size, axis=axis, keepdims=keepdims)
    return of_order(x, axis=axis, keepdims=keepdims, ord=ord)


def power_apart_from_zero(x: Array, exponent: float) -> Array:
    """The power x ** exponent for x >= 0, with derivative 0 at 0."""
    return as_returned(np.where(x == 0, np.inf if exponent < 0 else 0, np.where(x == 0, 1, x) ** exponent))


def power_of_size(x: Array, exponent: Any) -> Array:
    """The power |x| ** exponent, with derivative 0 at 0; an even one is smooth there, where |x| has a kink."""
    if isinstance(exponent, (int, float, np.integer)) and exponent > 0 and exponent % 2 == 0 and x.dtype.kind != "c":
        return x**exponent
    return power_apart_from_zero(np.abs(x), exponent)


def extreme(sizes: Array, ord: float) -> Array:
    """The largest or smallest absolute value, by the sign of `ord`."""
    return np.max(sizes, axis=-1, initial=0) if ord > 0 else np.min(sizes, axis=-1)


@composite(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    x = floating(x)
    if ord in (None, "fro", "f"):
        return length(x, axis=(-2, -1), keepdims=keepdims)
    if ord == "nuc":
        out = np.sum(np.abs(np.linalg.svdvals(x)), axis=-1)
    elif ord in (2, -2):
        out = extreme(np.abs(np.linalg.svdvals(x)), ord)
    elif ord in (1, -1, np.inf, -np.inf):
        sums = np.sum(np.abs(x), axis=-2 if abs(ord) == 1 else -1)
        out = extreme(sums, ord)
    else:
        raise ValueError(f"a matrix has no norm of ord={ord!r}; the choices are fro, nuc, 1, -1, 2, -2, inf, -inf")
    return out[..., None, None] if keepdims else out


@composite(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if axis is None:
        if ord is None or x.ndim == 1:
            return vector_norm(x, ord=ord, keepdims=keepdims)
        axis = tuple(range(x.ndim))
    axes = in_a_tuple(axis)
    if len(axes) == 1:
        return vector_norm(x, axis=axes[0], ord=ord, keepdims=keepdims)
    if len(axes) != 2 or len({one_axis(x, k) for k in axes}) != 2:
        raise ValueError(f"norm is over one axis or two different ones, got axis={axis} for shape {x.shape}")
    out = matrix_norm(np.moveaxis(x, axes, (-2, -1)), ord=ord)
    return np.expand_dims(out, axes) if keepdims else out

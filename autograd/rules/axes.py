"""Axes as NumPy reads them: counted from either end, None for all of them, `AxisError` for one that does not exist."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from autograd.duck_arrays import Array


def one_axis(x: Array, axis: Any) -> int:
    """The position of an axis."""
    return normalize_axis_index(axis, x.ndim)


def all_axes(x: Array, axis: Any) -> tuple[int, ...]:
    """The positions of the axes that a reduction goes over."""
    return tuple(range(x.ndim)) if axis is None else normalize_axis_tuple(axis, x.ndim)


def flat_or_along(x: Array, axis: Any) -> tuple[Array, int]:
    """An array and the axis to work along; if that is None, the flattened array."""
    return (x.reshape(-1), 0) if axis is None else (x, one_axis(x, axis))


def part(x: Array, axis: Any, key: Any) -> Array:
    """x[key] along an axis."""
    return x[(slice(None),) * one_axis(x, axis) + (key,)]


def neighbours(x: Array, axis: Any) -> tuple[Array, Array]:
    """All elements along an axis but the last, and all but the first: each with the one after it."""
    return part(x, axis, slice(None, -1)), part(x, axis, slice(1, None))


def along(vector: Array, x: Array, axis: Any) -> Array:
    """A vector reshaped to lie along an axis of x, against which it broadcasts."""
    return vector.reshape(-1, *[1] * (x.ndim - 1 - one_axis(x, axis)))


def with_length(x: Array, axis: int, length: int) -> tuple[int, ...]:
    """The shape of x with another length of one axis."""
    shape = list(x.shape)
    shape[axis] = length
    return tuple(shape)


def fitted(x: Array, size: int, axis: int) -> Array:
    """An array cut or padded with zeros to `size` along `axis`; the transpose of doing so to its own length."""
    if x.shape[axis] >= size:
        return part(x, axis, slice(0, size))
    return np.concatenate([x, np.zeros(with_length(x, axis, size - x.shape[axis]), x.dtype)], axis=axis)


def with_leading_axes(x: Array, ndim: int) -> Array:
    """An array of at least `ndim` axes: those that are missing are put in front, of length 1."""
    return x.reshape((1,) * (ndim - x.ndim) + x.shape) if x.ndim < ndim else x


def at_least_one_axis(x: Array) -> Array:
    """A 0-d array as a vector of one element, for functions that accept axis 0 of a 0-d array."""
    return x if x.ndim else x.reshape(1)


def reduced_last(x: Array, axes: tuple[int, ...]) -> Array:
    """The array with these axes moved to the end and joined into one."""
    rest = tuple(k for k in range(x.ndim) if k not in axes)
    return x.transpose(rest + axes).reshape(*[x.shape[k] for k in rest], prod(x.shape[k] for k in axes))


def moved_back(flat: Array, shape: tuple[int, ...], axes: tuple[int, ...]) -> Array:
    """The inverse of `reduced_last`: an array of this shape."""
    order = (*[k for k in range(len(shape)) if k not in axes], *axes)
    return flat.reshape([shape[k] for k in order]).transpose(np.argsort(order))

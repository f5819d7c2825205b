"""Inserting, deleting and joining. Positions are found on plain integers, and elements gathered by them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arguments import array_of, arrays_of
from autograd.declare import composite, decided
from autograd.duck_arrays import Array
from autograd.tensor.nested import shared_values

from .axes import all_axes, flat_or_along, part, with_leading_axes, with_length
from .shaping import lying_as


@composite(np.append)
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    arr, values = arrays_of((arr, values))
    if axis is None:
        arr, values, axis = arr.reshape(-1), values.reshape(-1), 0
    return np.concatenate([arr, values], axis=axis)


@composite(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    arr, axis = flat_or_along(array_of(arr), axis)
    obj, places = shared_values(obj), np.arange(arr.shape[axis])
    if isinstance(obj, slice) or (np.size(obj) == 1 and np.asarray(obj).dtype.kind in "iu"):
        return lying_as(arr, np.take(arr, np.delete(places, obj), axis=axis))
    return part(arr, axis, np.delete(places, obj))  # with NumPy's memory layout


@composite(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """The new elements are appended, and then all are gathered in their order."""
    arr, values = arrays_of((arr, values))
    arr, axis = flat_or_along(arr, axis)
    obj, size = shared_values(obj), arr.shape[axis]
    where = np.arange(size)[obj] if isinstance(obj, slice) else np.asarray(obj)
    shape = values.shape[max(values.ndim - arr.ndim, 0) :]  # axes in front have length 1
    values = values.reshape((1,) * (arr.ndim - len(shape)) + shape)
    if where.ndim == 0:
        values = np.moveaxis(values, 0, axis)
    count = int(np.sum(where)) if where.dtype == bool else where.size
    count = values.shape[axis] if count == 1 else count  # a single position takes a block of any length
    new = np.broadcast_to(values, with_length(arr, axis, count)).astype(arr.dtype)
    order = np.insert(np.arange(size), obj, np.arange(size, size + count))
    return lying_as(arr, np.take(np.concatenate([arr, new], axis=axis), order, axis=axis))


@composite(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    shape = (new_shape,) if isinstance(new_shape, (int, np.integer)) else tuple(new_shape)
    if any(length < 0 for length in shape):
        raise ValueError(f"resize takes lengths of at least 0, got {new_shape}")
    flat = np.ravel(a)
    size = int(np.prod(shape))
    return flat[np.arange(size) % flat.size].reshape(shape) if flat.size else np.zeros(shape, flat.dtype)


@composite(np.trim_zeros)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    filt = array_of(filt)
    if sorted(trim.lower()) not in (["b"], ["f"], ["b", "f"]):
        raise ValueError(f"trim_zeros trims at 'f', 'b' or 'fb', got {trim!r}")
    axes = all_axes(filt, axis)
    low, high = decided(used_range, filt)
    some, trim = bool(np.all(low < high)), trim.lower()
    bounds = [slice(low[k] if "f" in trim or not some else None, high[k] if "b" in trim or not some else None)
              for k in range(filt.ndim)]
    return filt[tuple(bounds[k] if k in axes else slice(None) for k in range(filt.ndim))]


def used_range(x: Array) -> tuple[Array, Array]:
    """The first index and the end of the nonzero elements along each axis; both are 0 if there are none."""
    used = np.argwhere(x)
    return (used.min(axis=0), used.max(axis=0) + 1) if len(used) else (np.zeros(np.ndim(x), int),) * 2


@composite(np.block)
def block(arrays: Any) -> Any:
    ndim = max(depth(arrays), *[np.ndim(x) for x in leaves_of(arrays)])
    out = assembled(arrays, ndim, depth(arrays))
    return out if isinstance(arrays, list) else np.copy(out)  # joined with nothing, it would be a view


def depth(nested: Any) -> int:
    return 1 + max(map(depth, nested), default=0) if isinstance(nested, list) else 0


def leaves_of(nested: Any) -> list[Any]:
    return [x for part in nested for x in leaves_of(part)] if isinstance(nested, list) else [nested]


def assembled(nested: Any, ndim: int, level: int) -> Array:
    """The innermost lists are joined along the last axis, those around them along the one before."""
    if isinstance(nested, list):
        return np.concatenate([assembled(part, ndim, level - 1) for part in nested], axis=-level)
    return with_leading_axes(array_of(nested), ndim)

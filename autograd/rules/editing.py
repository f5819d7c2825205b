"""Inserting, deleting and writing. Positions are found on plain integers, and elements gathered by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arguments import array_of, arrays_of, refuse_ndarray
from autograd.arrays import plain_array
from autograd.declare import composite, decided, piecewise_constant
from autograd.tensor import Tensor
from autograd.tensor.index import indices_of
from autograd.tensor.mutation import assign
from autograd.tensor.nested import joined, shared_values

from .axes import all_axes, flat_or_along, one_axis, part, with_length
from .indexing import along, within
from .shaping import lying_as

Array = Any


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
    return part(arr, axis, np.delete(places, obj))  # which lies as NumPy's own does


@composite(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """The new elements are appended, and then all are gathered in their order."""
    arr, values = arrays_of((arr, values))
    arr, axis = flat_or_along(arr, axis)
    obj, size = shared_values(obj), arr.shape[axis]
    where = np.arange(size)[obj] if isinstance(obj, slice) else np.asarray(obj)
    values = values.reshape((1,) * (arr.ndim - values.ndim) + values.shape)
    if where.ndim == 0:
        values = np.moveaxis(values, 0, axis)
    count = int(np.sum(where)) if where.dtype == bool else where.size
    count = values.shape[axis] if count == 1 else count  # one position takes a block of any length
    new = np.broadcast_to(values, with_length(arr, axis, count)).astype(arr.dtype)
    order = np.insert(np.arange(size), obj, np.arange(size, size + count))
    return lying_as(arr, np.take(np.concatenate([arr, new], axis=axis), order, axis=axis))


@composite(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    shape = (new_shape,) if isinstance(new_shape, (int, np.integer)) else tuple(new_shape)
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
    """Where the elements that are not zero begin and end along each axis; at 0 if there are none."""
    used = np.argwhere(x)
    return (used.min(axis=0), used.max(axis=0) + 1) if len(used) else (np.zeros(np.ndim(x), int),) * 2


@composite(np.block)
def block(arrays: Any) -> Any:
    ndim = max(depth(arrays), *[np.ndim(x) for x in leaves_of(arrays)])
    return assembled(arrays, ndim, depth(arrays))


def depth(nested: Any) -> int:
    return 1 + max(map(depth, nested), default=0) if isinstance(nested, list) else 0


def leaves_of(nested: Any) -> list[Any]:
    return [x for part in nested for x in leaves_of(part)] if isinstance(nested, list) else [nested]


def assembled(nested: Any, ndim: int, level: int) -> Array:
    """The innermost lists are joined along the last axis, those around them along the one before."""
    if isinstance(nested, list):
        return np.concatenate([assembled(part, ndim, level - 1) for part in nested], axis=-level)
    x = array_of(nested)
    return x.reshape((1,) * (ndim - x.ndim) + x.shape)


# --- Functions that write into their first argument ------------------------------------------------------------------


def elements_for(a: Any, values: Any, name: str = "", casting: Any = "unsafe") -> Any:
    """What is written into `a`: numbers and lists become its dtype if they can, arrays by the rule of casting."""
    if isinstance(values, (int, float, complex, np.number, list, tuple)):
        values = joined(values)
        return values.astype(a.dtype) if isinstance(values, Tensor) else plain_array(values, a.dtype)
    if hasattr(values, "dtype") and not np.can_cast(values.dtype, a.dtype, casting):
        raise TypeError(f"{name} cannot cast {values.dtype} to {a.dtype} according to the rule {casting!r}")
    return values


def write(name: str, target: Any, key: Any, values: Any) -> None:
    """`target[key] = values` for a tensor."""
    refuse_ndarray(name, target)
    assign(target, key, values)


@composite(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None) -> None:
    indices = indices_of(indices)
    key = np.unravel_index(from_the_front(indices, arr.size), arr.shape) if axis is None else along(
        arr.shape, indices, one_axis(arr, axis))
    write("put_along_axis", arr, key, values)


def from_the_front(places: Any, size: int) -> Any:
    """Flat positions, where negative ones are counted from the end."""
    return np.where(places < 0, places + size, places)


@composite(np.put)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    places = np.ravel(shared_values(ind))
    size = a.size
    places, v = from_the_front(within(places, size, mode), size), elements_for(a, v)
    if np.size(v) and len(places):  # else nothing is written
        values = np.resize(v, places.shape)
        write("put", a, *((np.unravel_index(places, a.shape), values) if a.ndim else (..., values[-1])))


@composite(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    mask = np.asarray(shared_values(mask)).astype(bool).reshape(arr.shape)
    vals = elements_for(arr, vals, "place", "safe")
    if not np.size(vals) and np.any(mask):
        raise ValueError("place takes at least one value, got none")
    write("place", arr, mask, np.resize(vals, int(np.sum(mask))))


@composite(np.putmask)
def putmask(a: Any, /, mask: Any, values: Any) -> None:
    mask, values = np.asarray(shared_values(mask)).astype(bool), elements_for(a, values, "putmask", "safe")
    if np.size(values):  # else nothing is written
        write("putmask", a, mask, np.resize(values, a.shape)[mask])


@composite(np.copyto)
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    weak = type(src) is int and dst.dtype.kind != "b"
    src = elements_for(dst, src if weak else array_of(src), "copyto", casting)
    write("copyto", dst, ..., src if where is True else np.where(where, src, dst))


@composite(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    marks = np.zeros(a.shape, bool)
    np.fill_diagonal(marks, True, wrap)
    val = elements_for(a, val)
    if np.size(val):  # else nothing is written
        write("fill_diagonal", a, marks, np.resize(val, np.count_nonzero(marks)))


# --- Sets: each value is read where it first occurs ------------------------------------------------------------------


def first_places(function: Any) -> Any:
    """Unique values gathered from the array, beside what NumPy says of their places."""

    def apply(x: Any) -> Any:
        found = piecewise_constant(function)(x)
        if x.dtype.kind not in "fc":
            return found
        places = piecewise_constant(lambda x: np.unique(x, return_index=True, equal_nan=False)[1])(x)
        values = np.take_along_axis(np.ravel(x), places, 0)
        return found._replace(values=values) if hasattr(found, "_fields") else values

    return apply


@composite(np.unique)
def unique(ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
           axis: int | None = None, *, equal_nan: bool = True, **order: bool) -> Any:  # NumPy 2.3 has sorted=
    find = piecewise_constant(np.unique)
    _, places, *rest = find(ar, True, return_inverse, return_counts, axis, equal_nan=equal_nan, **order)
    values = np.take_along_axis(np.ravel(ar), places, 0) if axis is None else np.take(ar, places, axis=axis)
    return (values, *([places] if return_index else []), *rest) if return_index or rest else values


for function in (np.unique_values, np.unique_counts, np.unique_inverse, np.unique_all):
    composite(function)(first_places(function))
composite(np.union1d)(lambda ar1, ar2: np.unique(np.concatenate([np.ravel(ar1), np.ravel(ar2)])))


@composite(np.intersect1d)
def intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    _, i, j = piecewise_constant(np.intersect1d)(ar1, ar2, assume_unique, True)
    values = np.ravel(ar1)[i].astype(np.result_type(*arrays_of((ar1, ar2))))
    return (values, i, j) if return_indices else values


@composite(np.setdiff1d)
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    ar1 = np.ravel(ar1) if assume_unique else np.unique(ar1)
    return ar1[~np.isin(ar1, ar2)]


@composite(np.setxor1d)
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    parts: Sequence[Any] = [np.ravel(x) if assume_unique else np.unique(x) for x in (ar1, ar2)]
    return np.sort(np.concatenate([parts[0][~np.isin(parts[0], parts[1])], parts[1][~np.isin(parts[1], parts[0])]]))

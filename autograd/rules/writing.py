"""Functions that write into their first argument, which is a tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arguments import array_of, refuse_ndarray
from autograd.arrays import plain_array
from autograd.declare import composite
from autograd.tensor import Tensor
from autograd.tensor.index import indices_of
from autograd.tensor.mutation import assign
from autograd.tensor.nested import joined, shared_values

from .axes import one_axis
from .indexing import index_along, within


def elements_for(a: Any, values: Any, name: str = "", casting: Any = "unsafe") -> Any:
    """What is written into `a`: numbers and lists in its dtype; arrays unchanged, if `casting` allows to cast them."""
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
    indices, axes = indices_of(indices), 1 if axis is None else arr.ndim
    if np.ndim(indices) != axes:
        raise ValueError(f"put_along_axis with axis={axis} takes indices of {axes} axes, got shape {np.shape(indices)}")
    key = (np.unravel_index(from_the_front(indices, arr.size), arr.shape) if axis is None
           else index_along(arr.shape, indices, one_axis(arr, axis)))
    write("put_along_axis", arr, key, values)


def from_the_front(places: Any, size: int) -> Any:
    """Flat positions, where negative ones are counted from the end."""
    return np.where(places < 0, places + size, places)


@composite(np.put)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    places = np.ravel(shared_values(ind))
    size = a.size
    outside = places[(places < -size) | (places >= size)] if mode == "raise" or not size else places[:0]
    if len(outside):
        raise IndexError(f"put: index {outside[0]} is out of bounds for {size} elements")
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
    if not weak and dst.dtype.kind in "iu" and src.dtype.kind in "iu":
        src = src.astype(dst.dtype, copy=False)  # wraps around as in NumPy, which refuses to assign one such number
    write("copyto", dst, ..., src if where is True else np.where(where, src, dst))


@composite(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    marks = np.zeros(a.shape, bool)
    np.fill_diagonal(marks, True, wrap)
    val = elements_for(a, val)
    if np.size(val):  # else nothing is written
        write("fill_diagonal", a, marks, np.resize(val, np.count_nonzero(marks)))

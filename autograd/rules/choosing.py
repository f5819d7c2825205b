"""Choosing among arrays or elements by conditions, and applying functions piece by piece; all composed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arguments import array_of, in_common, refuse_out
from autograd.arrays import in_a_tuple
from autograd.declare import composite, decided
from autograd.duck_arrays import as_returned
from autograd.tensor import tensor
from autograd.tensor.nested import shared_values, values_of

from .axes import one_axis
from .indexing import within
from .shaping import lying_as


@composite(np.select)
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    if len(condlist) != len(choicelist) or not condlist:
        raise ValueError(f"select takes as many conditions as choices, got {len(condlist)} and {len(choicelist)}")
    shape = np.broadcast_shapes(*map(np.shape, (*condlist, *choicelist, default)))
    *choices, default = in_common([*choicelist, default])
    out = np.broadcast_to(default, shape)
    for condition, choice in zip(reversed(condlist), reversed(choices), strict=True):
        out = np.where(condition, choice, out)
    return np.copy(out.astype(np.result_type(*choices, default)), order="C")


@composite(np.choose)
def choose(a: Any, choices: Any, out: None = None, mode: str = "raise") -> Any:
    refuse_out("choose", out)
    a = array_of(a)
    if a.dtype.kind not in "biu":
        raise TypeError(f"choose takes integers or booleans, got {a.dtype}")
    a = a.astype(np.intp)
    parts = np.broadcast_arrays(*in_common([choices[i] for i in range(len(choices))]), a)[:-1]
    which = np.broadcast_to(a, parts[0].shape)
    size = len(parts)
    which = within(which, size, mode)
    low, high = (extreme(values_of(which), initial=0) for extreme in (np.min, np.max))
    if low < 0 or high >= size:
        raise ValueError(f"choose among {size} arrays takes indices below {size}, got {low} to {high}")
    return as_returned(np.copy(np.take_along_axis(np.stack(parts), which[None], axis=0)[0], order="C"))


@composite(np.compress)
def compress(condition: Any, a: Any, axis: int | None = None, out: None = None) -> Any:
    if np.ndim(condition) != 1:
        raise ValueError(f"compress takes a condition of one axis, got shape {np.shape(condition)}; write np.extract")
    return np.take(a, np.flatnonzero(shared_values(condition)), axis=axis, out=out)


@composite(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    return np.take(np.ravel(arr), np.flatnonzero(shared_values(condition)))


@composite(np.partition)
def partition(a: Any, kth: Any, axis: int | None = -1, kind: Any = "introselect", order: None = None) -> Any:
    a, axis = (np.ravel(a), -1) if axis is None else (a, axis)
    return lying_as(a, np.take_along_axis(a, np.argpartition(a, kth, axis, kind), axis))


@composite(np.sort_complex)
def sort_complex(a: Any) -> Any:
    narrow = a.dtype.kind in "iu" and a.dtype.itemsize <= 2
    return np.sort(a, axis=-1).astype(np.complex64 if narrow else np.result_type(a.dtype, np.complex128)
                                      if a.dtype.kind != "c" else a.dtype)


@composite(np.real_if_close)
def real_if_close(a: Any, tol: float = 100) -> Any:
    if a.dtype.kind != "c":
        return a
    limit = np.finfo(a.dtype).eps * tol if tol > 1 else tol
    return np.real(a) if decided(lambda a: np.all(np.abs(np.imag(a)) < limit), a) else a


# --- Functions applied to parts --------------------------------------------------------------------------------------


@composite(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    x = array_of(x)
    several = isinstance(condlist, (list, tuple)) or np.ndim(condlist) > 0
    single = not several or (np.ndim(condlist[0]) == 0 and x.ndim > 0)
    conditions = [np.asarray(shared_values(c), bool) for c in ([condlist] if single else condlist)]
    if len(funclist) == len(conditions) + 1:
        conditions.append(~np.any(conditions, axis=0))
    if len(funclist) != len(conditions):
        raise ValueError(f"piecewise with {len(conditions)} conditions takes as many functions, or one more, "
                         f"got {len(funclist)}")
    out = lying_as(x, tensor(np.zeros(x.shape, x.dtype)))
    for condition, function in zip(conditions, funclist, strict=True):
        if not callable(function):
            out[condition] = function
        elif np.any(condition):
            out[condition] = function(x[condition], *args, **kw)
    return out


@composite(np.apply_along_axis)
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    arr = np.moveaxis(arr, axis, -1)
    around = arr.shape[:-1]
    rows = [func1d(arr[index], *args, **kwargs) for index in np.ndindex(around)]
    if not rows:
        raise ValueError(f"apply_along_axis finds nothing to apply the function to in shape {arr.shape}")
    out = np.stack([array_of(row) for row in rows])
    inner = out.shape[1:]
    at = one_axis(arr, axis)
    return np.moveaxis(out.reshape(*around, *inner), tuple(range(len(around), len(around) + len(inner))),
                       tuple(range(at, at + len(inner))))


@composite(np.apply_over_axes)
def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    a = array_of(a)
    for axis in in_a_tuple(axes):
        out = func(a, one_axis(a, axis))
        a = out if out.ndim == a.ndim else np.expand_dims(out, axis)
    return a


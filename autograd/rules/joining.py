"""Functions that join and split arrays: concatenate, stack, array, split and the like. All are linear."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from operator import index
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from autograd.arguments import arrays_of, as_tensor, in_common, refuse_out
from autograd.arrays import check_device
from autograd.declare import composite, variadic
from autograd.duck_arrays import Array
from autograd.tensor.nested import joined

from .axes import one_axis, part, with_leading_axes


def section(g: Array, i: int, operands: Any, *, axis: int, sizes: tuple[int, ...]) -> Array:
    """The part of the joined cotangent that belongs to operand `i`."""
    start = sum(sizes[:i])
    return part(g, axis, slice(start, start + sizes[i]))


join = variadic("linear", "concatenate", lambda *arrays, axis, sizes: np.concatenate(arrays, axis=axis), section)


@composite(np.concatenate)
def concatenate(arrays: Sequence[Any], axis: int | None = 0, out: None = None, *, dtype: Any = None,
                casting: Any = "same_kind") -> Any:
    refuse_out("concatenate", out)
    refuse_second("concatenate", axis)
    parts = in_one_dtype("concatenate", in_common(arrays), dtype, casting)
    if not parts:
        raise ValueError("need at least one array to concatenate")
    if axis is None:
        parts, axis = [np.ravel(x) for x in parts], 0
    shapes = [x.shape for x in parts]
    if () in shapes:
        raise ValueError("zero-dimensional arrays cannot be concatenated; write np.stack")
    axis = one_axis(parts[0], axis)
    return join(*parts, axis=axis, sizes=tuple([shape[axis] if axis < len(shape) else 0 for shape in shapes]))


def refuse_second(name: str, axis: Any) -> None:
    """Raise if an array has the axis's place: NumPy would say that it is no integer."""
    if getattr(axis, "ndim", 0):
        raise TypeError(f"{name} takes its arrays as one list; write np.{name}([a, b])")


def in_one_dtype(name: str, parts: list[Any], dtype: Any, casting: Any) -> list[Any]:
    """The arrays in the requested dtype, or else in the one that NumPy promotes them to."""
    if parts and (dtype is not None or casting != "same_kind"):
        dtype = np.dtype(np.result_type(*parts) if dtype is None else dtype)
        refused = [x.dtype for x in parts if not np.can_cast(x.dtype, dtype, casting)]
        if refused:
            raise TypeError(f"{name} cannot cast {refused[0]} to {dtype} according to the rule {casting!r}")
        parts = [x.astype(dtype) for x in parts]
    return parts


pile = variadic("linear", "stack", lambda *arrays, axis: np.stack(arrays, axis),
                lambda g, i, operands, *, axis: part(g, axis, i))


@composite(np.stack)
def stack(arrays: Sequence[Any], axis: int = 0, out: None = None, *, dtype: Any = None,
          casting: Any = "same_kind") -> Any:
    refuse_out("stack", out)
    refuse_second("stack", axis)
    parts = in_one_dtype("stack", arrays_of(arrays), dtype, casting)
    shapes = {x.shape for x in parts}
    if len(shapes) != 1:
        raise ValueError(f"stack needs arrays of one shape, got {', '.join(map(str, sorted(shapes))) or 'none'}")
    return pile(*parts, axis=normalize_axis_index(axis, parts[0].ndim + 1))


@composite(np.asarray)
@composite(np.asanyarray)
def asarray(a: Any, dtype: Any = None, order: Any = None, *, device: str | None = None,
            copy: bool | None = None) -> Any:
    """`np.asarray(a, like=t)`: `like=` tells NumPy to make a tensor, as it does not look for tensors in lists."""
    check_device(device)
    out = as_tensor(joined(a))
    out = out if dtype in (None, out.dtype) else out.astype(dtype)
    return np.copy(out, order=order or "K") if copy or order in ("C", "F") else out


@composite(np.array)
def array(object: Any, dtype: Any = None, *, copy: bool | None = True, order: str = "K", subok: bool = False,
          ndmin: int = 0) -> Any:
    return with_leading_axes(asarray(object, dtype, order, copy=copy), ndmin)


@composite(np.vstack)
def vstack(tup: Sequence[Any], *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    return np.concatenate([np.atleast_2d(x) for x in arrays_of(tup)], axis=0, dtype=dtype, casting=casting)


@composite(np.hstack)
def hstack(tup: Sequence[Any], *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    parts = [np.atleast_1d(x) for x in arrays_of(tup)]
    return np.concatenate(parts, axis=0 if parts[0].ndim == 1 else 1, dtype=dtype, casting=casting)


@composite(np.dstack)
def dstack(tup: Sequence[Any]) -> Any:
    return np.concatenate([np.atleast_3d(x) for x in arrays_of(tup)], axis=2)


@composite(np.column_stack)
def column_stack(tup: Sequence[Any]) -> Any:
    return np.concatenate([x if x.ndim > 1 else x.reshape(-1, 1) for x in arrays_of(tup)], axis=1)


def at_least(ndim: int, lifted: Callable[[Any], Any]) -> Callable[..., Any]:
    """The arrays, those with fewer axes extended to this many."""

    def apply(*arrays: Any) -> Any:
        out = tuple(x if x.ndim >= ndim else lifted(x) for x in arrays_of(arrays))
        return out[0] if len(out) == 1 else out

    return apply


composite(np.atleast_1d)(at_least(1, lambda x: x.reshape(1)))
composite(np.atleast_2d)(at_least(2, lambda x: x.reshape(1, -1)))
composite(np.atleast_3d)(at_least(3, lambda x: x[:, :, None] if x.ndim == 2 else x.reshape(1, -1, 1)))


@composite(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    size = ary.shape[one_axis(ary, axis)]
    if isinstance(indices_or_sections, (int, np.integer)):
        if indices_or_sections <= 0:
            raise ValueError(f"an array is split into 1 section or more, got {indices_or_sections}")
        each, extra = divmod(size, int(indices_or_sections))
        bounds = np.cumsum([0] + extra * [each + 1] + (int(indices_or_sections) - extra) * [each]).tolist()
    else:
        bounds = [0, *map(index, indices_or_sections), size]
    return [part(ary, axis, slice(a, b)) for a, b in itertools.pairwise(bounds)]


@composite(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    if isinstance(indices_or_sections, (int, np.integer)) and ary.shape[axis] % indices_or_sections:
        raise ValueError(f"array split does not result in an equal division: {ary.shape[axis]} into "
                         f"{indices_or_sections}; write np.array_split")
    return array_split(ary, indices_or_sections, axis)


def split_along(axis: int, least: int) -> Callable[[Any, Any], Any]:
    """A split along a fixed axis, or an earlier one for arrays with fewer axes."""

    def apply(ary: Any, indices_or_sections: Any) -> Any:
        if ary.ndim < least:
            raise ValueError(f"a split along axis {axis} takes arrays of at least {least} axes, got shape {ary.shape}")
        return split(ary, indices_or_sections, min(axis, ary.ndim - 1))

    return apply


composite(np.hsplit)(split_along(1, 1))
composite(np.vsplit)(split_along(0, 2))
composite(np.dsplit)(split_along(2, 3))


@composite(np.unstack)
def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    return tuple(part(x, axis, i) for i in range(x.shape[one_axis(x, axis)]))

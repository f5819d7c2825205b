"""Functions that move elements: reshape, transpose, repeat, broadcast. All are linear."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from operator import index
from typing import Any

import numpy as np

from autograd.arguments import arrays_of
from autograd.arrays import check_device, in_dtype, one_of
from autograd.declare import composite, constant, linear, on_arrays_too, piecewise_constant
from autograd.duck_arrays import Array, at_least_single
from autograd.registry import register
from autograd.runtime.reduction import reduce
from autograd.tensor import Tensor
from autograd.tensor.mutation import one_example
from autograd.tensor.nested import shared_values, values_of

from .axes import at_least_one_axis, flat_or_along, with_leading_axes
from .indexing import added_up, scatter

# --- Shape and order of axes -----------------------------------------------------------------------------------------

reshape_of = linear(np.reshape, lambda g, x, *, shape=None, order="C", copy=None: g.reshape(x.shape, order=order),
                    views=True, evaluate=lambda x, *, shape, order="C", copy=None: x.reshape(
                        shape, order=order, **({} if copy is None else {"copy": copy})))
ravel_of = linear(np.ravel, lambda g, x, *, order="C": g.reshape(x.shape, order=order), views=True)


def _turned_back(g: Array, *, axes: Any = None) -> Array:
    """`g.transpose(np.argsort(axes))`: each axis where it was."""
    return np.transpose(g, None if axes is None else np.argsort(np.atleast_1d(axes) % g.ndim))


linear(np.transpose, _turned_back, views=True, evaluate=lambda x, *, axes=None: x.transpose(axes))
linear(np.swapaxes, lambda g, *, axis1, axis2: np.swapaxes(g, axis1, axis2), views=True,
       evaluate=lambda x, *, axis1, axis2: x.swapaxes(axis1, axis2))
linear(np.moveaxis, lambda g, *, source, destination: np.moveaxis(g, destination, source), views=True)
linear(np.rollaxis, lambda g, *, axis, start=0: np.moveaxis(g, *rolled(g.ndim, axis, start)), views=True)
linear(np.squeeze, lambda g, x, *, axis=None: g.reshape(x.shape), views=True)
linear(np.expand_dims, lambda g, x, *, axis: g.reshape(x.shape), views=True)
linear(np.broadcast_to, lambda g, *, shape, subok=False: g, views=True)
linear(np.flip, lambda g, *, axis=None: np.flip(g, axis), views=True)
linear(np.roll, lambda g, *, shift, axis=None: np.roll(g, np.negative(shift), axis))
linear(np.rot90, lambda g, *, k=1, axes=(0, 1): np.rot90(g, -k, axes), views=True)
composite(np.matrix_transpose)(lambda x, /: np.swapaxes(x, -1, -2))
composite(np.fliplr)(lambda m: np.flip(m, 1))
composite(np.flipud)(lambda m: np.flip(m, 0))
linear(np.copy, lambda g, *, order="K", subok=False: g)


def rolled(ndim: int, axis: int, start: int) -> tuple[int, int]:
    axis, start = axis % ndim, start + ndim if start < 0 else start
    return (start - 1 if axis < start else start), axis


def settled_order(x: Any, order: str | None) -> str:
    """The order as "C", "F" or "K": in capitals, and "A" decided by the layout of x in memory."""
    if order == "C" or order == "F":
        return order
    np.empty(0).ravel(order)  # type: ignore[arg-type]  # NumPy raises for an invalid order
    letter = "C" if order is None else order.upper()
    if letter != "A":
        return letter
    flags = as_it_lies(x).flags
    return "F" if flags.f_contiguous and not flags.c_contiguous else "C"


def as_it_lies(x: Any) -> Any:
    """The array, or that of one example."""
    value = np.asarray(values_of(x))
    if not value.size:
        return np.empty(x.shape)
    return value if value.ndim == x.ndim else np.asarray(one_example(x))


def lying_as(x: Any, out: Array) -> Array:
    """`out` in Fortran order if x is in that order only, as some NumPy functions return it.

    Whether a flattened result is a view depends on it.
    """
    return np.copy(out, order="F") if as_it_lies(x).flags.fnc else out


@composite(np.reshape)
def reshape(a: Any, /, shape: Any, order: str = "C", *, copy: bool | None = None) -> Any:
    if copy:
        a = np.copy(a)
    options = {} if copy is not False else {"copy": False}
    return reshape_of(a, shape=shape, order=settled_order(a, order), **options)


@composite(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    """The order "K" is "C" with the axes sorted by their strides."""
    order = settled_order(a, order)
    if order == "K":
        return ravel_of(np.transpose(a, axes_by_strides(as_it_lies(a))))
    return ravel_of(a, order=order)


def axes_by_strides(x: np.ndarray[Any, Any]) -> list[int]:
    """The axes from the longest stride to the shortest, as NumPy's iterator sorts them: an insertion sort from the last
    axis on, in which axes of stride 0, along which nothing changes, are not compared.
    """
    strides = [0 if n == 1 else abs(stride) for n, stride in zip(x.shape, x.strides, strict=True)]
    inner: list[int] = []
    for axis in reversed(range(x.ndim)):
        place = len(inner)
        for k in reversed([k for k in range(place) if strides[axis] and strides[inner[k]]]):
            if strides[inner[k]] <= strides[axis]:
                break
            place = k
        inner.insert(place, axis)
    return inner[::-1]


# --- Diagonals and triangles ------------------------------------------------------------------------------------------

linear(
    np.diagonal, lambda g, x, *, offset=0, axis1=0, axis2=1: on_diagonal(g, x.shape, offset, axis1, axis2), views=True
)
tril_of = linear(np.tril, lambda g, *, k=0: np.tril(g, k))
triu_of = linear(np.triu, lambda g, *, k=0: np.triu(g, k))
composite(np.tril)(lambda m, k=0: tril_of(rows_of(m), k=k))
composite(np.triu)(lambda m, k=0: triu_of(rows_of(m), k=k))


def rows_of(x: Any) -> Any:
    """A vector as each row of a square matrix, which is what NumPy takes it for."""
    return np.broadcast_to(x, x.shape * 2) if x.ndim == 1 else x


def on_diagonal(g: Array, shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Array:
    """Zeros of `shape` with `g` on the diagonal that `np.diagonal` reads."""
    return np.moveaxis(diagonal_matrices(g, shape[axis1], shape[axis2], offset), (-2, -1), (axis1, axis2))


def diagonal_matrices(g: Array, rows: int, columns: int, offset: int) -> Array:
    """Matrices of zeros (..., rows, columns) with `g` on a diagonal."""
    first = max(-offset, 0) * columns + max(offset, 0)  # in a matrix that is laid out in one row
    places = slice(first, first + g.shape[-1] * (columns + 1), columns + 1)
    placed = scatter(g, key=(..., places), shape=(*g.shape[:-1], rows * columns))
    return placed.reshape(*g.shape[:-1], rows, columns)


@composite(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    if v.ndim == 2:
        return np.diagonal(v, k)
    size = v.shape[0] + abs(k)
    return diagonal_matrices(v, size, size, k)


@composite(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    return diag(v.reshape(-1), k)


@composite(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: None = None) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype, out=out)


# --- Dtypes -----------------------------------------------------------------------------------------------------------


def cast(x: Any, *, dtype: Any) -> Any:
    """The values in another dtype; the engine casts the cotangent back."""
    return x.astype(dtype)


astype_of_floats = linear(cast, lambda g, *, dtype: g)


@composite(np.astype)
def astype(x: Any, dtype: Any, copy: bool = True, device: str | None = None, *, casting: Any = "unsafe") -> Any:
    check_device(device)
    dtype = np.dtype(dtype)
    if casting != "unsafe" and not np.can_cast(x.dtype, dtype, casting):
        raise TypeError(f"cannot cast {x.dtype} to {dtype} with casting={casting!r}; write casting='unsafe'")
    if dtype == x.dtype and not copy:
        return x
    if x.dtype.kind == "c" and dtype.kind in "iuf":
        raise TypeError(f"cannot cast {x.dtype} to {dtype}: it would drop the imaginary part; write np.real(x) first")
    if dtype.kind not in "biufc":
        raise TypeError(f"a tensor holds numbers, and cannot be cast to {dtype.name}; write x.numpy().astype(...)")
    if dtype.kind not in "fc" or x.dtype.kind not in "fc":
        return plain_cast(x, dtype=dtype)
    return astype_of_floats(x, dtype=dtype)


plain_cast = piecewise_constant(lambda x, *, dtype: np.asarray(x).astype(dtype)[()])

# --- Repeat, fill and broadcast ---------------------------------------------------------------------------------------


def sum_of_copies(g: Array, x: Array, *, reps: tuple[int, ...]) -> Array:
    """The transpose of `np.tile` with a repetition per axis: an axis is that of the copies and that of one copy."""
    apart = [m for n, r in zip(x.shape, reps, strict=True) for m in (r, n)]
    return reduce(np.add, at_least_single(g.reshape(apart)), axis=tuple(range(0, len(apart), 2)))


tiled = linear(np.tile, sum_of_copies, evaluate=lambda A, *, reps: np.tile(A, reps))


@composite(np.tile)
def tile(A: Any, reps: Any) -> Any:
    reps = (reps,) if isinstance(reps, (int, np.integer)) else tuple(reps)
    return tiled(with_leading_axes(A, len(reps)), reps=(1,) * (A.ndim - len(reps)) + reps)


repeated = linear(np.repeat, lambda g, x, *, repeats, axis: reduce(
    np.add, at_least_single(g.reshape(*x.shape[: axis + 1], repeats, *x.shape[axis + 1 :])), axis=axis + 1))


@composite(np.repeat)
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    a, axis = flat_or_along(at_least_one_axis(a), axis)
    repeats = shared_values(repeats)
    if np.ndim(repeats):
        return np.take(a, np.repeat(np.arange(a.shape[axis]), repeats), axis)
    return repeated(a, repeats=index(repeats), axis=axis)


@composite(np.full)
def full(shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", *, device: str | None = None) -> Any:
    """`np.full(shape, fill_value, like=t)`."""
    check_device(device)
    filled = np.broadcast_to(fill_value, shape)
    return np.copy(in_dtype(filled, dtype), order="F" if order == "F" else "C")


@composite(np.full_like)
def full_like(a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *,
              device: str | None = None) -> Any:
    check_device(device)
    dtype = a.dtype if dtype is None else dtype
    if not isinstance(fill_value, Tensor):  # a Python integer that does not fit is refused
        fill_value = Tensor(fill_value, dtype=dtype if type(fill_value) is int else None)
    out = full(a.shape if shape is None else shape, fill_value, dtype, order)
    return lying_as(a, out) if shape is None and order in ("K", "A") else out


@composite(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    shape = np.broadcast_shapes(*[np.shape(x) for x in args])
    return tuple(np.broadcast_to(x, shape) for x in args)


@composite(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    one_of("meshgrid: indexing", indexing, ("xy", "ij"))
    count = len(xi)
    axes = [1, 0, *range(2, count)] if indexing == "xy" and count > 1 else list(range(count))
    grids = [x.reshape([-1 if i == axis else 1 for i in range(count)])
             for axis, x in zip(axes, arrays_of(xi), strict=True)]
    grids = grids if sparse else broadcast_arrays(*grids)
    return tuple(np.copy(x, order="C") for x in grids) if copy else tuple(grids)


@composite(np.ix_)
def ix_(*args: Any) -> tuple[Any, ...]:
    """Each vector along an axis of its own; of a mask, the places."""
    vectors = [np.nonzero(x)[0] if x.dtype.kind == "b" else x for x in arrays_of(args)]
    for x in vectors:
        if x.ndim != 1:
            raise ValueError(f"ix_ takes vectors, got shape {x.shape}")
    return tuple(x.reshape([x.size if i == k else 1 for i in range(len(vectors))]) for k, x in enumerate(vectors))


# --- Facts about an array, and functions of them ---------------------------------------------------------------------


def fact(function: Callable[..., Any], read: Callable[..., Any]) -> None:
    """Register what is read off a tensor's shape or dtype; inside vmap that of an example."""
    register(function, read, "constant", function)


fact(np.shape, lambda a: a.shape)
fact(np.ndim, lambda a: a.ndim)
fact(
    np.size, lambda a, axis=None: a.size if axis is None else prod(np.atleast_1d(a.shape)[np.atleast_1d(axis)].tolist())
)
fact(np.iscomplexobj, lambda x: x.dtype.kind == "c")
fact(np.isrealobj, lambda x: x.dtype.kind != "c")
fact(np.result_type, lambda *given: np.result_type(*[x.dtype if isinstance(x, Tensor) else x for x in given]))
constant(np.zeros_like, np.ones_like, np.empty_like, np.array_equal, np.array_equiv, np.allclose, np.isclose,
         np.may_share_memory, np.shares_memory, np.can_cast, np.common_type, np.min_scalar_type, np.tril_indices_from,
         np.triu_indices_from, np.diag_indices_from, np.array_repr, np.array_str, np.array2string)


# --- Windows ---------------------------------------------------------------------------------------------------------

windows_of = np.lib.stride_tricks.sliding_window_view
linear(windows_of, lambda g, x, *, window_shape, axis=None: windows_added(
    g, window_shape=window_shape, axis=axis, shape=x.shape), views=True)


def add_up_windows(g: Array, *, window_shape: Any, axis: Any, shape: tuple[int, ...]) -> Array:
    """Zeros of `shape` with the elements of each window added where it lies."""
    size = prod(shape)
    return added_up(g, windows_of(np.arange(size).reshape(shape), window_shape, axis), (size,)).reshape(shape)


windows_added: Callable[..., Any] = on_arrays_too(
    linear(add_up_windows, lambda g, *, window_shape, axis, shape: windows_of(g, window_shape, axis)))

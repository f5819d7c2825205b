"""Functions that move elements: reshape, transpose, repeat, pad. All are linear."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from autograd.calling import arrays_of
from autograd.declare import composite, constant, linear
from autograd.numpy_protocol import plain
from autograd.registry import registry
from autograd.tensor import Tensor

Array = Any

# --- Shape and order of axes -----------------------------------------------------------------------------------------

linear(np.reshape, lambda g, x, *, shape=None, order="C", copy=None: g.reshape(x.shape, order=order), views=True,
       evaluate=lambda x, *, shape, order="C", copy=None: np.reshape(x, shape, order=order))
linear(np.ravel, lambda g, x, *, order="C": g.reshape(x.shape, order=order), views=True)
linear(
    np.transpose,
    lambda g, *, axes=None: np.transpose(g, None if axes is None else np.argsort([a % g.ndim for a in axes])),
    views=True,
)
linear(np.swapaxes, lambda g, *, axis1, axis2: np.swapaxes(g, axis1, axis2), views=True)
linear(np.moveaxis, lambda g, *, source, destination: np.moveaxis(g, destination, source), views=True)
linear(np.rollaxis, lambda g, *, axis, start=0: np.moveaxis(g, *rolled(g.ndim, axis, start)), views=True)
linear(np.squeeze, lambda g, x, *, axis=None: g.reshape(x.shape), views=True)
linear(np.expand_dims, lambda g, x, *, axis: g.reshape(x.shape), views=True)
linear(np.broadcast_to, lambda g, *, shape, subok=False: g, views=True)
linear(np.flip, lambda g, *, axis=None: np.flip(g, axis), views=True)
linear(np.roll, lambda g, *, shift, axis=None: np.roll(g, opposite(shift), axis))
linear(np.rot90, lambda g, *, k=1, axes=(0, 1): np.rot90(g, -k, axes), views=True)
linear(
    np.diagonal, lambda g, x, *, offset=0, axis1=0, axis2=1: on_diagonal(g, x.shape, offset, axis1, axis2), views=True
)
linear(np.tril, lambda g, *, k=0: np.tril(g, k), operands=("x",))
linear(np.triu, lambda g, *, k=0: np.triu(g, k), operands=("x",))
composite(np.matrix_transpose)(lambda x, /: np.swapaxes(x, -1, -2))
composite(np.fliplr)(lambda m: np.flip(m, 1))
composite(np.flipud)(lambda m: np.flip(m, 0))
linear(np.copy, lambda g, *, order="K", subok=False: g)


def rolled(ndim: int, axis: int, start: int) -> tuple[int, int]:
    axis, start = axis % ndim, start + ndim if start < 0 else start
    return (start - 1 if axis < start else start), axis


def opposite(shift: Any) -> Any:
    return tuple(-s for s in shift) if isinstance(shift, tuple) else -shift


def on_diagonal(g: Array, shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Array:
    """Zeros of `shape` with `g` on the diagonal that `np.diagonal` reads."""
    ndim = len(shape)
    axis1, axis2 = axis1 % ndim, axis2 % ndim
    rows, columns = np.arange(g.shape[-1]) + max(-offset, 0), np.arange(g.shape[-1]) + max(offset, 0)
    rest = [i for i in range(ndim) if i not in (axis1, axis2)]
    lead = tuple(shape[i] for i in rest)
    flat = scatter_last(g, rows * shape[axis2] + columns, shape[axis1] * shape[axis2])
    placed = flat.reshape((*lead, shape[axis1], shape[axis2]))
    return placed.transpose(np.argsort([*rest, axis1, axis2]))


def scatter_last(g: Array, positions: Array, size: int) -> Array:
    """Zeros with `g` at `positions` of the last axis, as a gather, which speaks to tensors too."""
    source = np.full(size, g.shape[-1])
    source[positions] = np.arange(g.shape[-1])
    padded = np.concatenate([g, np.zeros((*g.shape[:-1], 1), g.dtype)], axis=-1)
    return padded[..., source]


def _cast(g: Array, x: Array, *, dtype: Any) -> Array:
    return g


def cast(x: Any, *, dtype: Any) -> Any:
    """The values in another dtype; the engine casts the cotangent back."""
    return x.astype(dtype)


astype_of_floats = linear(cast, _cast, operands=("x",))


@composite(np.astype)
def astype(x: Any, dtype: Any, copy: bool = True, device: str | None = None) -> Any:
    dtype = np.dtype(dtype)
    if dtype == x.dtype and not copy:
        return x
    if x.dtype.kind == "c" and dtype.kind in "iuf":
        raise TypeError(f"cannot cast {x.dtype} to {dtype}: it would drop the imaginary part; write np.real(x) first")
    if dtype.kind not in "fc" or x.dtype.kind not in "fc":
        return plain_cast(x, dtype=dtype)
    return astype_of_floats(x, dtype=dtype)


plain_cast = plain(lambda x, *, dtype: np.asarray(x).astype(dtype)[()])

# --- Repeat and pad --------------------------------------------------------------------------------------------------


@composite(np.tile)
def tile(A: Any, reps: Any) -> Any:
    reps = (reps,) if isinstance(reps, (int, np.integer)) else tuple(reps)
    shape = (1,) * (len(reps) - A.ndim) + A.shape
    reps = (1,) * (A.ndim - len(reps)) + reps
    spread = A.reshape([m for n in shape for m in (1, n)])
    spread = np.broadcast_to(spread, [m for n, r in zip(shape, reps, strict=True) for m in (r, n)])
    return spread.reshape([n * r for n, r in zip(shape, reps, strict=True)])


@composite(np.repeat)
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    if axis is None:
        a, axis = a.reshape(-1), 0
    axis %= a.ndim
    positions = np.repeat(np.arange(a.shape[axis]), np.asarray(repeats))
    return a[(slice(None),) * axis + (positions,)]


STATISTICS: dict[str, Callable[..., Any]] = {
    "mean": np.mean, "maximum": np.max, "minimum": np.min, "median": np.median,
}


@composite(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """Every mode that copies elements is a gather by padded positions; `constant` and `linear_ramp` join blocks."""
    if array.dtype.kind not in "fc":
        return plain(np.pad)(array, pad_width, mode, **options)
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(i, pad_width.get(i - array.ndim, 0)) for i in range(array.ndim)]
        pad_width = [(w, w) if np.ndim(w) == 0 else tuple(w) for w in pad_width]
    widths = np.broadcast_to(np.asarray(pad_width), (array.ndim, 2)).tolist()
    for axis, (before, after) in enumerate(widths):
        if before or after:
            array = _pad_axis(array, axis, before, after, mode, options)
    return array


def _pad_axis(x: Array, axis: int, before: int, after: int, mode: Any, options: dict[str, Any]) -> Array:
    lead, size = (slice(None),) * axis, x.shape[axis]
    if mode in ("edge", "wrap") or (mode in ("reflect", "symmetric") and options.get("reflect_type", "even") == "even"):
        return x[(*lead, np.pad(np.arange(size), (before, after), mode=mode))]
    first, last = x[(*lead, slice(0, 1))], x[(*lead, slice(size - 1, size))]
    if mode == "constant":
        low, high = np.broadcast_to(np.asarray(options.get("constant_values", 0)), (x.ndim, 2))[axis]
        blocks = [
            np.full([*x.shape[:axis], n, *x.shape[axis + 1 :]], value, x.dtype)
            for n, value in ((before, low), (after, high))
        ]
        return np.concatenate([blocks[0], x, blocks[1]], axis=axis)
    if mode == "linear_ramp":
        low, high = np.broadcast_to(np.asarray(options.get("end_values", 0)), (x.ndim, 2))[axis].tolist()
        shape = [-1] + [1] * (x.ndim - axis - 1)
        down, up = (np.arange(n, dtype=x.dtype).reshape(shape) / max(n, 1) for n in (before, after))
        return np.concatenate(
            [low + (first - low) * down, x, last + (high - last) * (up + (1 / max(after, 1)))], axis=axis
        )
    if mode in STATISTICS:
        function = STATISTICS[mode]
        length = options.get("stat_length")
        if length is None:
            low_part = high_part = x
        else:
            low_n, high_n = np.broadcast_to(np.asarray(length), (x.ndim, 2))[axis].tolist()
            low_part, high_part = x[(*lead, slice(0, low_n))], x[(*lead, slice(size - high_n, size))]
        parts = [
            np.repeat(function(part, axis=axis, keepdims=True), n, axis=axis)
            for part, n in ((low_part, before), (high_part, after))
        ]
        return np.concatenate([parts[0], x, parts[1]], axis=axis)
    if mode in ("reflect", "symmetric"):
        even = _pad_axis(x, axis, before, after, mode, {})
        low_part, high_part = even[(*lead, slice(0, before))], even[(*lead, slice(before + size, None))]
        if max(before, after) >= size:
            raise ValueError("odd reflection wider than the array is not differentiated; pad twice instead")
        return np.concatenate([2 * first - low_part, x, 2 * last - high_part], axis=axis)
    raise ValueError(
        f"np.pad(mode={mode!r}) has no derivative; the modes are constant, edge, linear_ramp, maximum, mean, "
        "median, minimum, reflect, symmetric, wrap"
    )


@composite(np.full_like)
def full_like(a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *,
              device: str | None = None) -> Any:
    (value,) = arrays_of((fill_value,))
    return np.broadcast_to(value, a.shape if shape is None else shape).astype(a.dtype if dtype is None else dtype)


@composite(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    shape = np.broadcast_shapes(*[np.shape(x) for x in args])
    return tuple(np.broadcast_to(x, shape) for x in args)


@composite(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    count = len(xi)
    grids = [x.reshape([-1 if i == k else 1 for k in range(count)]) for i, x in enumerate(arrays_of(xi))]
    if indexing == "xy" and count > 1:
        grids = [np.swapaxes(x, 0, 1) for x in grids]
    return tuple(grids) if sparse else broadcast_arrays(*grids)


@composite(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    if v.ndim == 2:
        return np.diagonal(v, k)
    size = v.shape[0] + abs(k)
    return on_diagonal(v, (size, size), k, 0, 1)


@composite(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    return diag(v.reshape(-1), k)


@composite(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: None = None) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype, out=out)


# --- Facts about an array, and functions of them ---------------------------------------------------------------------


def fact(function: Callable[..., Any], read: Callable[..., Any]) -> None:
    """Register what is read off a tensor's shape or dtype; inside vmap that of an example."""
    registry[function] = read
    read.kind = "constant"  # type: ignore[attr-defined]  # what supported() says of it


fact(np.shape, lambda a: a.shape)
fact(np.ndim, lambda a: a.ndim)
fact(
    np.size, lambda a, axis=None: a.size if axis is None else prod(np.atleast_1d(a.shape)[np.atleast_1d(axis)].tolist())
)
fact(np.iscomplexobj, lambda x: x.dtype.kind == "c")
fact(np.isrealobj, lambda x: x.dtype.kind != "c")
fact(np.result_type, lambda *given: np.result_type(*[x.dtype if isinstance(x, Tensor) else x for x in given]))
constant(np.zeros_like, np.ones_like, np.empty_like, np.array_equal, np.allclose, np.isclose, np.may_share_memory,
         np.shares_memory)

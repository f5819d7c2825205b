"""Reductions of arrays whose last axis in memory is short, such as coordinates, classes, or channels.

NumPy's own loop starts anew in each row: 11 ns for a sum and 28 for a maximum, where three elements take about 1.

Along the rows, whole columns are combined one after the other in NumPy's order, so that the results are bitwise the
same (for that, a sum of eight or more elements keeps eight partial sums). A sum over the rows treats many rows as one
long row, whose parts are added up in the end: that rounds less often, and 100,000 points take a twentieth of the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.duck_arrays import Array

EIGHT = 8  # partial sums that NumPy keeps in a row that is long enough
SHORT: dict[np.ufunc, int] = {np.add: 16, np.maximum: 32, np.minimum: 32, np.multiply: 32}  # elements of a row at most
MANY = 1024  # elements in all from which on this is faster
LARGE = 4096  # elements from which on a copy is worth avoiding
SAFE = 40.0  # numbers of smaller magnitude have harmless exponentials
NARROW, WIDE = 64, 256  # columns of short rows at most, and of the long rows that many of them make


def reduce(ufunc: np.ufunc, x: Array, *, axis: Any = None, keepdims: bool = False, **options: Any) -> Array:
    """`ufunc.reduce(x, axis=axis, keepdims=keepdims, **options)`, over all axes by default."""
    if x.size >= MANY and not options:
        if in_short_rows(ufunc, x, axis):
            return of_short_rows(ufunc, x, keepdims)
        if ufunc is np.add and (rows := _rows(x, axis)) is not None:
            total = _sum_of_rows(rows)
            return np.expand_dims(total, axis) if keepdims else total
    return ufunc.reduce(x, axis=axis, keepdims=keepdims, **options)


def in_short_rows(ufunc: np.ufunc, x: Array, axis: Any) -> bool:
    """Whether a reduction over `axis` goes along many short rows of floats."""
    return (
        type(axis) is int and type(x) is np.ndarray and x.size >= MANY and x.ndim > 1
        and (axis == -1 or axis == x.ndim - 1) and x.dtype.char in "fd"
        and 1 < x.shape[-1] <= (SHORT.get(ufunc, 0) if x.flags.c_contiguous else EIGHT - 1)
    )


def of_short_rows(ufunc: np.ufunc, x: Array, keepdims: bool) -> Array:
    """The reduction of each row, over the last axis."""
    columns = [x[..., k] for k in range(x.shape[-1])]
    if ufunc is np.add and len(columns) >= EIGHT:
        columns = _in_eights(columns)
    out = ufunc(columns[0], columns[1])
    for column in columns[2:]:
        ufunc(out, column, out=out)
    return out[..., np.newaxis] if keepdims else out


def _in_eights(columns: list[Array]) -> list[Array]:
    """The columns as NumPy adds them up: eight partial sums, added in pairs, and the rest of fewer than eight."""
    whole = len(columns) // EIGHT * EIGHT
    sums = columns[:EIGHT]
    for k in range(EIGHT, whole):
        sums[k % EIGHT] = sums[k % EIGHT] + columns[k]
    while len(sums) > 2:  # the caller adds the last pair
        sums = [a + b for a, b in zip(sums[::2], sums[1::2], strict=True)]
    return sums + columns[whole:]


def _rows(x: Array, axis: Any) -> Array | None:
    """The array as short rows (rows, columns), a view of memory, if the sum is over all of them; else None."""
    if type(x) is not np.ndarray or x.size < LARGE or x.ndim < 2 or x.dtype.char not in "fd":
        return None
    axes = (axis,) if type(axis) is int else axis
    if type(axes) is not tuple or len(axes) != x.ndim - 1:
        return None
    kept = [k for k in range(x.ndim) if k not in axes and k - x.ndim not in axes]
    if len(kept) != 1 or not 1 < x.shape[kept[0]] <= NARROW or x.strides[kept[0]] != x.itemsize:
        return None
    outwards = sorted({*range(x.ndim)} - {*kept}, key=lambda k: -x.strides[k])
    turned = x.transpose(*outwards, *kept)
    return turned.reshape(-1, turned.shape[-1]) if turned.flags.c_contiguous else None


def _sum_of_rows(rows: Array) -> Array:
    count, columns = rows.shape
    together = WIDE // columns
    whole = count // together * together
    total = np.add.reduce(rows[:whole].reshape(-1, together * columns)).reshape(together, columns)
    return np.add.reduce(np.concatenate([total, rows[whole:]]))


def harmless_to_exp(x: Array) -> bool:
    """Whether all numbers are so small that their exponentials, and sums of these, neither overflow nor underflow."""
    return bool(x.size) and bool(x.min() > -SAFE) and bool(x.max() < SAFE)


def nan_or_largest(x: Array) -> Any:
    """The largest number, or nan if there is one, by the cheapest means that NumPy has; 0 for an empty array.

    If the axes of `x` have another order in memory, as those of images do, `x.argmax()` would copy it.
    """
    flat = x if x.size < LARGE else x.ravel("K")
    return flat.item(flat.argmax()) if x.size else 0

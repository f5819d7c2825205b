"""Matrix products in pieces that OpenBLAS computes in the calling thread, so that its threads and ours do not fight.

Up to 100^3 multiplications it also skips the packing of its operands, which makes many small products faster, not
slower, than a large one: 105 against 90 GFLOP/s a core for (1024, 192) x (192, 64) on a Zen 4 with AVX-512.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from autograd.runtime.blas import SHARED, UNPACKED, reads_small_operands
from autograd.runtime.matmul import LARGE, vector_times

Array = np.ndarray[Any, Any]

# Multiplications in one piece. Two of our threads that wait for OpenBLAS's spin: on a busy machine a convolution took a
# hundred times as long.
SMALL = UNPACKED if reads_small_operands() else SHARED // 2
THIN = 16  # rows below which a piece is inefficient
THIN_TRANSPOSED = 48  # and those below which adding up its results costs too much
NARROWEST = 64 if SMALL == UNPACKED else 16  # columns that a piece keeps
LONG = 1024  # columns from which on NumPy adds up rows faster than short products do


def piece(inner: int, columns: int, thin: int = THIN) -> tuple[int, int]:
    """How many columns and how many rows a piece has, of a product over `inner`; 0 rows where no piece is efficient."""
    while inner * columns * thin > SMALL and columns > NARROWEST:
        columns = -(-columns // 2)
    height = SMALL // max(1, inner * columns)
    return columns, height if height >= thin else 0


def in_pieces(matrix: Array, columns: int) -> Array:
    """A matrix (M, K), to be multiplied with (K, columns) again and again, as a stack (pieces, M / pieces, K).

    One piece where several would not be of one efficient height, and where a second thread is worth its risk.
    """
    rows, inner = matrix.shape
    width, height = piece(inner, columns)
    cut = width == columns and rows * inner * columns <= LARGE
    even = [p for p in range(1, rows // THIN + 1) if rows % p == 0 and rows // p <= height] if cut else []
    return np.ascontiguousarray(matrix).reshape(even[0] if even else 1, -1, inner)


def multiply(a: Array, b: Array, out: Array) -> Array:
    """`out[s] = a[s] @ b[s]`, of shapes (S, M, K) and (S, K, N)."""
    stack, rows, inner = a.shape
    width, height = piece(inner, b.shape[2])
    whole = rows // height * height if height else 0
    if not whole and height:
        height = whole = rows
    if not whole:
        half = inner // 2
        if height or half < THIN:
            return np.matmul(a, b, out=out)
        multiply(a[:, :, :half], b[:, :half], out)
        return np.add(out, multiply(a[:, :, half:], b[:, half:], np.empty_like(out)), out=out)
    cut = stack, whole // height, height
    pieces = a[:, :whole].reshape(*cut, inner)
    for first in range(0, b.shape[2], width):
        part = b[:, :, first : first + width]
        into = out[:, :, first : first + width]
        np.matmul(pieces, part[:, np.newaxis], out=into[:, :whole].reshape(*cut, part.shape[2]))
        if whole < rows:
            np.matmul(a[:, whole:], part, out=into[:, whole:])
    return out


def add_transposed(a: Array, b: Array, total: Array, scratch: Array) -> None:
    """`total[s] += a[s].T @ b[s]`, of shapes (S, M, K) and (S, M, N); `scratch` has the shape (S, K, N) of `total`."""
    rows, inner = a.shape[1:]
    width, height = piece(inner, b.shape[2], THIN_TRANSPOSED)
    if not height and inner >= 2 * THIN:
        for half in (slice(inner // 2), slice(inner // 2, inner)):
            add_transposed(a[:, :, half], b, total[:, half], scratch[:, half])
        return
    if not height:
        width, height = b.shape[2], rows
    count = max(1, -(-rows // max(1, height)))
    bounds = [rows * k // count for k in range(count + 1)]  # pieces of equal height
    flipped = a.transpose(0, 2, 1)
    for low, high in pairwise(bounds):
        for first in range(0, b.shape[2], width):
            np.matmul(flipped[:, :, low:high], b[:, low:high, first : first + width],
                      out=scratch[:, :, first : first + width])
        np.add(total, scratch, out=total)


def sums_over_rows(x: Array) -> Array:
    """The sums over the rows of matrices (..., M, N), unless these are long by products: (..., N).

    Of a vector and a matrix whose rows are short OpenBLAS also computes with what the stack held before, and throws it
    away; now and then that is a signalling nan, and NumPy would warn of an invalid value among finite ones.
    """
    if x.shape[-1] >= LONG and x.strides[-1] == x.itemsize:
        return np.add.reduce(x, axis=-2)  # type: ignore[no-any-return]
    with np.errstate(invalid="ignore"):
        return vector_times(np.ones(x.shape[-2], x.dtype), x)

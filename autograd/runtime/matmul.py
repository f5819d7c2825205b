"""Matrix products of a middle size, in pieces that OpenBLAS computes in the calling thread.

OpenBLAS shares out a product of 2 * 65536 * 4 multiplications and more among its threads, which wait for one another
by spinning. On an idle machine the second thread saves 4 of the 11 us that so many take, and 9 of 21 for twice as many;
on a busy one a product takes a thousand times as long, again and again, and 32 rows through a dense layer of 64 inputs
and 256 outputs are enough. Large products are left to OpenBLAS: its threads gain more there than pieces would lose.

NumPy's OpenBLAS has code for small products on processors with AVX-512, which also skips the packing of its operands:
1,000,000 multiplications with a matrix that is not transposed on the right stay in the calling thread by themselves.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

PIECE = 65536 * 4  # multiplications in a piece; twice as many start the threads of OpenBLAS
SHARED = 2 * PIECE
LARGE = 4 * PIECE  # beyond which the second thread is worth its risk
UNPACKED = 1_000_000  # multiplications that code for small products does itself
ALIGNED = 16  # rows or columns in a piece are a multiple of it


@cache
def reads_small_operands() -> bool:
    """Whether NumPy's BLAS has kernels for small products, and this processor or the environment chooses them."""
    chosen = os.environ.get("OPENBLAS_CORETYPE", "").upper()
    facts: Any = np.show_config(mode="dicts")
    wide = chosen in ("SKYLAKEX", "COOPERLAKE", "SAPPHIRERAPIDS") if chosen else any(
        name == "X86_V4" or name.startswith("AVX512")  # the first in NumPy 2.4, the other before
        for name in facts["SIMD Extensions"]["found"]
    )
    return wide and "openblas" in facts["Build Dependencies"]["blas"]["name"]


def matmul_of_arrays(x: Any, y: Any) -> Any:
    """`np.matmul(x, y)` of arrays with two axes or more, in pieces if they are of a middle size."""
    if _middle(x, y):
        leading = np.broadcast_shapes(x.shape[:-2], y.shape[:-2]) if x.ndim > 2 or y.ndim > 2 else ()
        out = np.empty((*leading, x.shape[-2], y.shape[-1]), x.dtype)
        _in_pieces(x, y, out)
        return out
    return np.matmul(x, y)


def dot(x: Array, y: Array) -> Array:
    """The product of a matrix or vector with a matrix by `dot`, which takes half of matmul's time for a few rows."""
    if x.size * y.shape[1] >= SHARED and x.ndim > 1:
        return matmul_of_arrays(x, y)  # type: ignore[no-any-return]
    return x.dot(y)  # type: ignore[no-any-return]


def _middle(x: Array, y: Array) -> bool:
    """Whether threads of OpenBLAS would start for little."""
    work = x.shape[-2] * x.shape[-1] * y.shape[-1]
    return (
        SHARED <= work <= LARGE and x.shape[-1] == y.shape[-2] and x.dtype == y.dtype and x.dtype.char in "fd"
        and not (work <= UNPACKED and y.strides[-1] == y.itemsize and reads_small_operands())
    )


def _in_pieces(x: Array, y: Array, out: Array) -> None:
    """Products of (M, K) and (K, N) matrices into (M, N), the longer of M and N cut into equal lengths and a rest."""
    (rows, inner), columns = x.shape[-2:], y.shape[-1]
    if rows > columns:
        _in_pieces(y.swapaxes(-1, -2), x.swapaxes(-1, -2), out.swapaxes(-1, -2))
        return
    pieces = -(-rows * inner * columns // PIECE)
    width = -(-columns // pieces // ALIGNED) * ALIGNED
    whole = columns // width * width
    np.matmul(x[..., np.newaxis, :, :], _cut(y, whole, width), out=_cut(out, whole, width))
    if whole < columns:
        np.matmul(x, y[..., whole:], out=out[..., whole:])


def _cut(matrix: Array, whole: int, width: int) -> Array:
    """The first columns of (..., K, N) as (..., pieces, K, width), a view."""
    return matrix[..., :whole].reshape(*matrix.shape[:-1], whole // width, width).swapaxes(-2, -3)

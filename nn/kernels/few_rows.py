"""The product of a few rows with a transposed matrix, which is what a dense layer computes, a small batch at a time.

BLAS repacks the transposed matrix before it multiplies, which for 64 rows costs as much as half of the product. For
float32 on AVX-512, NumPy's OpenBLAS has kernels that read small operands where they lie: up to 1,000,000
multiplications and 1,024 results at once. In pieces of that size 64 rows take 0.7 of the time, 16 rows 0.4.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.threads import in_parallel

Array = NDArray[Any]

HEIGHT = 8  # rows in one piece
RESULTS = 1024  # numbers that a piece computes
MULTIPLICATIONS = 1_000_000  # in one piece
MOST = 128  # rows beyond which packing pays
LONGEST = 4096  # numbers in a row beyond which it does, too
WORTH_A_THREAD = 4_000_000  # multiplications


def times_transposed(x: Array, weight: Array) -> Array:
    """`x @ weight.T`, of shapes (M, K) or (K,), and (N, K)."""
    if x.ndim < 2 or len(x) < HEIGHT or len(x) > MOST or x.size * len(weight) <= MULTIPLICATIONS or (
        x.shape[1] > LONGEST or not x.dtype.char == weight.dtype.char == "f" or not _reads_small_operands()
    ):
        return x @ weight.T
    rows, inner = x.shape
    out = np.empty((rows, len(weight)), np.float32)
    whole = rows // HEIGHT * HEIGHT
    pieces = x[:whole].reshape(-1, HEIGHT, inner)
    width = min(RESULTS, MULTIPLICATIONS // inner) // HEIGHT

    def multiply(first: int, last: int) -> None:
        for start in range(first, last, width):
            part = weight[start : min(start + width, last)].T
            into = out[:, start : min(start + width, last)]
            np.matmul(pieces, part, out=into[:whole].reshape(-1, HEIGHT, part.shape[1]))
            if whole < rows:
                np.matmul(x[whole:], part, out=into[whole:])

    in_parallel(multiply, len(weight), WORTH_A_THREAD // x.size + 1)
    return out


@cache
def _reads_small_operands() -> bool:
    """Whether NumPy's BLAS has such kernels and this processor runs them."""
    facts: Any = np.show_config(mode="dicts")
    found = facts["SIMD Extensions"]["found"]
    return "openblas" in facts["Build Dependencies"]["blas"]["name"] and any(
        name == "X86_V4" or name.startswith("AVX512") for name in found  # the first in NumPy 2.4, the other before
    )

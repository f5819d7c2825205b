"""Products of few rows with a transposed matrix, in tiles whose factors OpenBLAS reads where they lie (`blas.py`).

Of a larger product it first copies both factors into the order in which its kernel reads them. That takes a time that
few rows do not make up for. Microseconds of one thread of a Zen 5, whole (or turned round) and in tiles:

                                float32      float64
    x (64, 784), W (256, 784)  144  121
    x (64, 256), W (128, 256)   30   21      56   38
    x (8, 512), W (512, 512)    54   27     130   54

That is with W at a cache line, as parameters are (`lines.py`); elsewhere the first takes 138.
"""

from __future__ import annotations

import numpy as np

from autograd.arrays import Array
from autograd.runtime.blas import IN_PLACE

ROWS, COLUMNS = 8, 128  # of a tile, at most
MANY = 64  # rows up to which copies cost more than they save
SHORT, LONG = 128, 4096  # elements and bytes of rows that gain: eight fit the L1 cache, with four of W's


def in_tiles(x: Array, y: Array, out: Array) -> bool:
    """Write the product of two matrices to `out` and return True, if tiles are faster; else only return False."""
    (rows, inner), size = x.shape, x.itemsize
    if not (x.strides[1] == y.strides[0] == size and ROWS <= rows <= MANY and SHORT <= inner <= LONG // size
            and ROWS * COLUMNS * inner <= IN_PLACE):
        return False
    tiles = rows // ROWS
    whole = tiles * ROWS
    for start in range(0, y.shape[1], COLUMNS):
        some, there = y[:, start : start + COLUMNS], out[:, start : start + COLUMNS]
        np.matmul(x[:whole].reshape(tiles, ROWS, inner), some, out=there[:whole].reshape(tiles, ROWS, some.shape[1]))
        if whole < rows:
            np.matmul(x[whole:], some, out=there[whole:])
    return True

"""Arrays that begin with a cache line.

NumPy's begin at any multiple of 16 bytes. Where a processor reads a line of 64 at once, as with AVX-512, each read then
touches two. A product whose factors are read where they lie (`tiles.py`) is slowed down if both lie like that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from autograd.arrays import Array

LINE = 64  # bytes


def at_line(array: Array, dtype: DTypeLike) -> Array:
    """A copy of an array, in this dtype and the same order of memory, that begins with a cache line."""
    like = np.empty_like(array, dtype)
    memory = np.empty(like.nbytes + LINE, np.uint8)
    start = -memory.__array_interface__["data"][0] % LINE
    copied = np.ndarray(like.shape, like.dtype, memory, start, like.strides)
    copied[...] = array
    return copied

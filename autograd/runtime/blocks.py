"""Work in blocks along an axis that stay in the L2 cache, shared by the threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograd.arrays import Array
from autograd.runtime.threads import in_parallel

BLOCK = 2**16  # elements per block by default: about four arrays of this size fill the cache
LONG = 2 * BLOCK  # elements per block for fast passes: in shorter blocks two threads wait for each other
BUFFER = 512  # elements of NumPy's buffer


def for_blocks(work: Callable[[slice], object], length: int, block: int, *, row: int = 0, least: int = 2) -> None:
    """Call `work(slice)` for slices of `block` elements that cover `range(length)`, in any order.

    `work` writes its results into arrays, each slice into its own part, so no result depends on the threads.
    `row` is the length of the rows that it broadcasts along. NumPy copies rows shorter than its buffer through that
    buffer, which costs a second pass; with a small buffer it reads rows of `BUFFER` elements or more in place.
    Each thread gets `least` blocks or more: waking one takes 40 us, and in that time one pass covers a million bytes.
    """

    def share(first: int, last: int) -> None:
        for start in range(first * block, min(last * block, length), block):
            work(slice(start, min(start + block, length)))

    def unbuffered(first: int, last: int) -> None:
        with np.errstate():  # it also restores the size of the buffer
            np.setbufsize(BUFFER)
            share(first, last)

    in_parallel(unbuffered if row >= BUFFER else share, -(-length // block), least)


def in_blocks(work: Callable[..., object], out: Array, *arrays: Array, block: int = BLOCK,
              least: int = 1) -> bool:
    """Call `work(out, *arrays)` for blocks of corresponding elements; False if an array's memory order is not `out`'s.

    `out` has no gaps, like the arrays that `np.empty_like` makes; `work` receives flat views.
    """
    flat = []
    for array in (out, *arrays):
        if array.strides != out.strides:
            return False
        flat.append(array.ravel("K"))
    if out.size <= block:
        work(*flat)
    else:
        for_blocks(lambda some: work(*[array[some] for array in flat]), out.size, block_length(out.size, 1, block),
                   least=least)
    return True


def filled(work: Callable[..., object], out: Array, *arrays: Array, block: int = BLOCK, least: int = 1) -> Array:
    """`out` after `work(out, *arrays)`, called in blocks if the arrays have the same memory order, else at once."""
    if not in_blocks(work, out, *arrays, block=block, least=least):
        work(out, *arrays)
    return out


def block_length(length: int, elements: int, size: int = BLOCK) -> int:
    """How many of `length` slices, of `elements` each, make a block of up to `size`; all blocks about equally long."""
    most = max(1, size // max(1, elements))
    return max(1, -(-length // max(1, -(-length // most))))

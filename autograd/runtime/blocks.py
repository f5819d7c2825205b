"""Work in blocks of an axis that stay in the L2 cache, shared out among the threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograd.arrays import Array
from autograd.runtime.threads import in_parallel

BLOCK = 2**16  # elements, where a kernel does not say otherwise: about four arrays of them fill the cache
LONG = 2 * BLOCK  # elements for a kernel of quick passes: in shorter ones two threads wait for each other
BUFFER = 512  # elements


def for_blocks(work: Callable[[slice], object], length: int, block: int, *, row: int = 0, least: int = 2) -> None:
    """Call `work(slice)` for slices of `block` elements that cover `range(length)`, in any order.

    `work` writes what it computes into arrays, each slice into its own part: no result depends on the threads.
    `row` is the length of the rows that it broadcasts along. NumPy copies rows that are shorter than its buffer through
    that buffer, at the price of a second pass; with a small buffer it takes rows of `BUFFER` and more as they lie.
    A thread is given `least` blocks or more: waking one takes 40 us, in which a single pass is over a million bytes.
    """

    def share(first: int, last: int) -> None:
        for start in range(first * block, min(last * block, length), block):
            work(slice(start, min(start + block, length)))

    def unbuffered(first: int, last: int) -> None:
        with np.errstate():  # restores the size of the buffer, too
            np.setbufsize(BUFFER)
            share(first, last)

    in_parallel(unbuffered if row >= BUFFER else share, -(-length // block), least)


def in_blocks(work: Callable[..., object], out: Array, *arrays: Array, block: int = BLOCK,
              least: int = 1) -> bool:
    """Call `work(out, *arrays)` for blocks of corresponding elements; False where arrays lie in memory unlike `out`.

    `out` has no gaps, as `np.empty_like` makes it; what `work` is given are flat views.
    """
    flat = []
    for array in (out, *arrays):
        if array.strides != out.strides:
            return False
        flat.append(array.ravel("K"))
    if out.size <= block:
        work(*flat)
    else:
        for_blocks(lambda some: work(*[array[some] for array in flat]), out.size, block, least=least)
    return True


def filled(work: Callable[..., object], out: Array, *arrays: Array, block: int = BLOCK, least: int = 1) -> Array:
    """`out` after `work(out, *arrays)`, in blocks where the arrays lie alike, at once elsewhere."""
    if not in_blocks(work, out, *arrays, block=block, least=least):
        work(out, *arrays)
    return out


def block_length(length: int, elements: int, size: int = BLOCK) -> int:
    """How many of `length` slices of so many `elements` make one block: up to `size`, all blocks about equally long."""
    most = max(1, size // max(1, elements))
    return max(1, -(-length // max(1, -(-length // most))))

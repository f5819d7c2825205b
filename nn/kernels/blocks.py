"""Work in blocks of an axis that stay in the L2 cache, shared out among the threads."""

from __future__ import annotations

from collections.abc import Callable

from nn.kernels.threads import in_parallel

BLOCK = 2**16  # elements, where a kernel does not say otherwise: about four arrays of them fill the cache


def for_blocks(work: Callable[[slice], object], length: int, block: int) -> None:
    """Call `work(slice)` for slices of `block` elements that cover `range(length)`, in any order.

    `work` writes what it computes into arrays, each slice into its own part: no result depends on the threads.
    """

    def share(first: int, last: int) -> None:
        for start in range(first * block, min(last * block, length), block):
            work(slice(start, min(start + block, length)))

    in_parallel(share, -(-length // block))


def block_length(elements: int, size: int = BLOCK) -> int:
    """How many slices of so many `elements` make one block, at least 1."""
    return max(1, size // max(1, elements))

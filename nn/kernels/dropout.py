"""Dropout as a primitive: elements are zeroed with probability p, the others multiplied by 1 / (1 - p).

    out = x keep scale,   scale = 1 / (1 - p)

The random choice is made outside of the primitive, which is a function of its operands like any other: `keep` has one
byte an element, and the pullback reads it again. Sixteen bits decide about an element, so p is a multiple of 1/65536.
Memory: `keep` and out have the order of x, whatever it is; the passes go in blocks that stay in the L2 cache. x itself
is not kept, on which no derivative depends.

Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs, fused
from autograd.registry import Operation
from autograd.runtime.blocks import BLOCK, for_blocks
from autograd.tensor.box import constant_like
from nn.kernels.memory_order import empty, flat, memory_order

DRAW = 2**18  # elements decided about at a time


def keep_mask(generator: np.random.Generator, shape: tuple[int, ...], p: float, *,
              order: list[int] | None = None) -> np.ndarray[Any, np.dtype[np.bool]]:
    """True with probability 1 - p, in an array of this shape; `order` is that of its axes in memory."""
    keep = empty(shape, list(range(len(shape))) if order is None else order, bool)
    decisions = flat(keep, memory_order(keep))
    threshold = round(p * 2**16)
    for start in range(0, keep.size, DRAW):
        part = decisions[start : start + DRAW]
        words = generator.integers(2**64, size=-(-part.size // 4), dtype=np.uint64)
        np.greater_equal(words.view(np.uint16)[: part.size], threshold, out=part)
    return keep


def keep_scale(p: float) -> float:
    """What is not zeroed is multiplied by this."""
    return 1 / (1 - p) if p < 1 else 0.0


def _scaled(x: Array, keep: Array, scale: float) -> Array:
    order = memory_order(keep)
    out = empty(x.shape, order, x.dtype)
    source, kept, target = (flat(array, order) for array in (x, keep, out))
    factor = np.asarray(scale, x.dtype)

    def work(block: slice) -> None:
        part = np.multiply(source[block], kept[block], out=target[block])
        np.multiply(part, factor, out=part)

    for_blocks(work, out.size, BLOCK)
    return out


def forward(x: Array, keep: Array, *, scale: float) -> tuple[Array, tuple[()]]:
    return _scaled(x, keep, scale), ()


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[()], needs: Needs, *,
             scale: float) -> tuple[Array | None, ...]:
    return _scaled(g, operands[1], scale), None


def reference(x: Any, keep: Any, *, scale: float) -> Any:
    return x * keep * scale


scaled_where_kept: Operation = fused("dropout", forward, pullback, reference, unread=[0])


def dropout(x: Any, p: float, generator: np.random.Generator) -> Any:
    """`x` (a tensor) with each element zeroed with probability p, drawn from `generator`, the others over 1 - p."""
    value = np.asarray(x._value)
    keep: Any = keep_mask(generator, value.shape, p, order=memory_order(value))
    if x._boxed:  # a choice for each example of a `vmap`, as in a loop over them
        keep = constant_like(x, keep)
    return scaled_where_kept(x, keep, scale=keep_scale(p))

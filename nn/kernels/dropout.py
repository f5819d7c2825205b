"""Dropout as a primitive: elements are zeroed with probability p, the others multiplied by 1 / (1 - p).

    out = x keep scale,   scale = 1 / (1 - p)

The random choice is made outside of the primitive, which is thus an ordinary function of its operands. `keep` takes one
byte per element, and the pullback reads it again. Sixteen bits decide on each element, so p is rounded to a multiple of
1/65536. Memory: `keep` and out have the memory order of x; passes run in blocks that threads share. x is not
kept, as no derivative depends on it.

Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.arrays import Array
from autograd.declare.fused import Needs, fused
from autograd.registry import Operation
from autograd.runtime.blocks import LONG, for_blocks
from autograd.tensor.box import constant_like
from nn.kernels.memory_order import empty, flat, memory_order

DRAW = 2**18  # elements per call of the random generator


def keep_mask(generator: np.random.Generator, shape: tuple[int, ...], p: float, *,
              order: list[int] | None = None) -> np.ndarray[Any, np.dtype[np.bool]]:
    """A random boolean array of this shape, True with probability 1 - p; `order` is its axes' order in memory."""
    keep = empty(shape, list(range(len(shape))) if order is None else order, bool)
    decisions = flat(keep, memory_order(keep))
    threshold = round(p * 2**16)
    for start in range(0, keep.size, DRAW):
        part = decisions[start : start + DRAW]
        words = generator.integers(2**64, size=-(-part.size // 4), dtype=np.uint64)
        np.greater_equal(words.view(np.uint16)[: part.size], threshold, out=part)
    return keep


def keep_scale(p: float) -> float:
    """The factor for the elements that are kept."""
    return 1 / (1 - p) if p < 1 else 0.0


def _scaled(x: Array, keep: Array, scale: float) -> Array:
    order = memory_order(keep)
    out = empty(x.shape, order, x.dtype)
    source, kept, target = (flat(array, order) for array in (x, keep, out))
    factor = np.asarray(scale, x.dtype)

    def work(block: slice) -> None:
        part = np.multiply(source[block], kept[block], out=target[block])
        np.multiply(part, factor, out=part)

    for_blocks(work, out.size, LONG)
    return out


def forward(x: Array, keep: Array, *, scale: float) -> tuple[Array, tuple[()]]:
    return _scaled(x, keep, scale), ()


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[()], needs: Needs, *,
             scale: float) -> tuple[Array | None, ...]:
    return _scaled(g, operands[1], scale), None


def reference(x: Any, keep: Any, *, scale: float) -> Any:
    return x * keep * scale


scaled_where_kept: Operation = fused("dropout", forward, pullback, reference, unread=[0])


def dropout(x: Tensor, p: float, generator: np.random.Generator) -> Tensor:
    """The tensor `x` with elements zeroed with probability p, as `generator` draws, and the others divided by 1 - p."""
    value = np.asarray(x._value)
    keep: Any = keep_mask(generator, value.shape, p, order=memory_order(value))
    if x._boxed:  # each example of a `vmap` has its own choice, as in a loop over the examples
        keep = constant_like(x, keep)
    return scaled_where_kept(x, keep, scale=keep_scale(p))

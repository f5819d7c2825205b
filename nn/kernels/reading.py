"""Reading between the pixels of one axis, as resizing and padding do: a linear map whose transpose is one, too.

    out[..., i, ...] = sum over the entries of i of  weight * x[..., source, ...]

Memory: images are brought into the kernels' order, H N W C, so that an entry moves all channels of a pixel, or whole
rows of pixels. The entries are taken in rounds, in which none of out's places comes twice: a round copies what it
reads, scales it, and adds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare import linear, on_arrays_too
from nn.kernels.half_precision import in_single
from nn.kernels.memory_order import in_order, memory_order

ORDERS = {3: [2, 0, 1], 4: [2, 0, 3, 1], 5: [3, 0, 2, 4, 1]}  # of sequences, images and volumes, as in `layout.py`
SHORT = 256  # numbers behind the axis up to which a weight is repeated for each of them: NumPy's inner loops are long

Round = tuple[Array | None, Array, Array | None]


class Reading:
    """Entries: to the place `to` of `after` is added `weight` (1 if None) times the pixel `source` of `length`."""

    def __init__(self, to: Array, source: Array, weight: Array | None, *, length: int, after: int) -> None:
        self.to, self.source, self.weight, self.length, self.after = to, source, weight, length, after

    @classmethod
    def of(cls, places: Array, weights: Array | None, length: int) -> Reading:
        """The reading of `places` (K, m): pixel j of m is the sum over k of weights[k, j] x[places[k, j]]."""
        taps, after = places.shape
        return cls(np.tile(np.arange(after), taps), places.reshape(-1),
                   None if weights is None else weights.reshape(-1), length=length, after=after)

    @cached_property
    def transpose(self) -> Reading:
        return Reading(self.source, self.to, self.weight, length=self.after, after=self.length)

    @cached_property
    def times(self) -> int:
        """How often each pixel comes, one after the other; 0 if not all come equally often, or in this order."""
        times = self.after // self.length
        return times if np.array_equal(self.source, np.repeat(np.arange(self.length), times)) else 0

    @cached_property
    def rounds(self) -> list[Round]:
        """The places, None for all of them in order, with the pixels and the weights that are added there."""
        return list(self._rounds())

    def _rounds(self) -> Iterator[Round]:
        order = np.argsort(self.to, kind="stable")
        to = self.to[order]
        earlier = np.arange(len(to)) - np.searchsorted(to, to)  # how many entries the place has before this one
        for k in range(int(earlier.max(initial=-1)) + 1):
            now = order[earlier == k]
            yield (None if len(now) == self.after else self.to[now], self.source[now],
                   None if self.weight is None else self.weight[now])

    def __repr__(self) -> str:
        return f"{self.after} of {self.length} in {len(self.to)} entries"


@in_single
def _read(x: Array, *, axis: int, reading: Reading) -> Array:
    order = ORDERS.get(x.ndim) or memory_order(x)
    at = order.index(axis)
    source = in_order(x, order)
    shape = (*source.shape[:at], reading.after, *source.shape[at + 1 :])
    out: Array | None = None
    for to, pixels, weight in reading.rounds:
        part = np.take(source, pixels, at)
        if weight is not None:
            _scale(part, weight, at)
        if to is None:
            out = part if out is None else np.add(out, part, out=out)
        else:
            out = np.zeros(shape, x.dtype) if out is None else out
            out[(slice(None),) * at + (to,)] += part
    made = np.zeros(shape, x.dtype) if out is None else out
    return made.transpose(np.argsort(order))


def _scale(part: Array, weight: Array, at: int) -> None:
    """Multiply a new array by weights along an axis."""
    behind = prod(part.shape[at + 1 :])
    weight = weight.astype(part.dtype)
    if behind <= SHORT:
        rows = part.reshape(*part.shape[:at], len(weight) * behind)
        rows *= np.repeat(weight, behind)
    else:
        part *= weight.reshape(-1, *[1] * (part.ndim - at - 1))


read: Any = on_arrays_too(linear(
    _read, lambda g, *, axis, reading: read(g, axis=axis, reading=reading.transpose), name="read_pixels"))

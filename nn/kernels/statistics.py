"""Statistics per channel, and affine maps with coefficients per channel, for images in any memory order.

An image (N, C, ...) is read, without copying, as matrices (S, rows, length):

    by rows      a row is one channel of one sample: (N, C, pixels)         for N C H W
    by columns   a column belongs to one channel: (parts, pixels, C)        for H N W C, and for (N, C) itself

By columns, several pixels share a row so that inner loops stay long. A pass over memory goes in blocks of S, which the
threads share. A mean and a variance take one pass if the mean is near zero, and two if it is far.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.runtime.blocks import block_length, for_blocks
from nn.kernels.memory_order import empty, in_order, memory_order
from nn.kernels.sums import sums_over_rows

BLOCK = 2**18  # elements per block: calls of some 10 us, as two threads hinder each other in shorter ones
RUN = 16  # from this many neighbouring pixels on, a channel is read by rows
LINE = 2048  # elements to which a row of pixels is lengthened
NEAR = 0.8  # up to this ratio of mean² to mean of x², their difference is a precise variance


def merged(count: int, means: Array, squares: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    """Mean and sum of squared deviations of the union of parts, each of `count` elements, that lie along `axes`.

    sum over parts of  squares + count (mean - mean of all)²,  without the cancellation of E[x²] - E[x]².
    Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
    """
    mean = means.mean(axis=axes, keepdims=True)
    deviation = means - mean
    return mean.squeeze(axes), (squares + count * deviation * deviation).sum(axis=axes)


Shape = tuple[int, ...]
Reading = tuple[tuple[int, int, int], Shape, Shape]
"""The shape of the matrices, the shape of the sums of their rows or columns, and the axes along which to add these."""


def _rows(outer: int, channels: int, pixels: int, by_sample: bool) -> Reading:
    """One row per channel of each sample."""
    return (outer, channels, pixels), (outer, channels), () if by_sample else (0,)


def _columns(first: int, channels: int, pixels: int) -> Reading:
    """One column per channel, several pixels per row where channels are few; matrices that fit the cache."""
    line = _divisor(first, LINE // max(1, channels * pixels))
    length, rows = line * channels * pixels, first // line
    part = _divisor(rows, BLOCK // max(1, length))
    return (rows // part, part, length), (rows // part, line, channels, pixels), (0, 1, 3)


def _columns_of_samples(samples: int, first: int, between: int, channels: int, pixels: int) -> Reading:
    """`_columns` within each sample, with one matrix per sample; `between` of its pixels are neighbours in memory."""
    line = between if first > 1 else _divisor(between, LINE // max(1, channels * pixels))
    return (samples, first * between // line, line * channels * pixels), (samples, line, channels, pixels), (1, 3)


class Layout:
    """How an image is read for statistics per channel, (C,), or with `by_sample` per sample and channel, (N, C).

    `count` elements share a statistic. All methods take images of this shape and memory order: see `aligned`.
    """

    def __init__(self, x: Array, *, by_sample: bool) -> None:
        order = memory_order(x)
        if by_sample and order.index(0) > order.index(1):
            order = list(range(x.ndim))
        n, c = order.index(0), order.index(1)
        sizes = [x.shape[axis] for axis in order]
        samples, channels = x.shape[:2]
        pixels = math.prod(sizes[c + 1 :])
        first, between = (math.prod(sizes[:n]), math.prod(sizes[n + 1 : c])) if by_sample else (math.prod(sizes[:c]), 1)
        self.by_rows = pixels >= RUN and (not by_sample or first == between == 1)
        if self.by_rows:
            self.shape, self.parts, self.axes = _rows(samples if by_sample else first, channels, pixels, by_sample)
        elif by_sample:
            self.shape, self.parts, self.axes = _columns_of_samples(samples, first, between, channels, pixels)
        else:
            self.shape, self.parts, self.axes = _columns(first, channels, pixels)
        self.order, self.dtype, self.image_shape = order, x.dtype, x.shape
        self.samples_inside = by_sample and first > 1  # memory is (pixels, N, ...): N is moved to the front
        self.count = x.size // max(1, samples * channels if by_sample else channels)
        self.block = block_length(self.shape[0], self.shape[1] * self.shape[2], BLOCK)

    def aligned(self, x: Array) -> Array:
        """`x` itself if it has this memory order, otherwise a copy in this order."""
        ordered = in_order(x, self.order)
        return x if np.may_share_memory(ordered, x) else ordered.transpose(np.argsort(self.order))

    def matrices(self, x: Array) -> Array:
        ordered = x.transpose(self.order)
        if self.samples_inside:
            samples, rows, length = self.shape
            return ordered.reshape(rows, samples, length).transpose(1, 0, 2)
        return ordered.reshape(self.shape)

    def image(self) -> tuple[Array, Array]:
        """A new image in this order: as matrices, and as an image."""
        image = empty(self.image_shape, self.order, self.dtype)
        return self.matrices(image), image

    def coefficients(self, values: Any) -> Any:
        """Values per statistic, shaped, and repeated where needed, to broadcast against the matrices."""
        values = np.asarray(values, self.dtype)
        if self.by_rows:
            return values.reshape((-1, self.shape[1], 1))
        if self.shape[2] == values.shape[-1]:
            return values.reshape((-1, 1, self.shape[2]))
        spread: Array = np.empty((len(values) if 0 not in self.axes else 1, *self.parts[1:]), self.dtype)
        spread[...] = values[..., np.newaxis, :, np.newaxis]
        return spread.reshape(-1, 1, self.shape[2])

    def _with_products(self, block: Array, other: Array) -> tuple[Array, Array]:
        """The sums of the rows or columns of a block of matrices, and of its elementwise product with another block."""
        if self.by_rows:
            return sums_over_rows(block.swapaxes(-1, -2)), np.vecdot(block, other)
        return sums_over_rows(block), sums_over_rows(block * other)

    def _summed(self, of_block: Callable[[slice], tuple[Array, Array]]) -> Array:
        """Two sums per statistic, added up from those that `of_block` returns for the rows or columns of a block."""
        samples, rows, length = self.shape
        sums = np.empty((2, samples, rows if self.by_rows else length), self.dtype)

        def work(block: slice) -> None:
            sums[0, block], sums[1, block] = of_block(block)

        self._for_blocks(work)
        return np.add.reduce(sums.reshape(2, *self.parts), axis=tuple(axis + 1 for axis in self.axes))  # type: ignore[no-any-return]

    def _for_blocks(self, work: Callable[[slice], object]) -> None:
        for_blocks(work, self.shape[0], self.block, row=self.shape[2], least=1)

    # --- Passes over memory ------------------------------------------------------------------------------------------

    def moments(self, x: Array) -> tuple[Array, Array]:
        """Mean and sum of squared deviations per statistic."""
        matrices = self.matrices(x)
        with np.errstate(over="ignore", invalid="ignore"):  # if it overflows, the second pass decides
            total, squares = self._summed(lambda block: self._with_products(matrices[block], matrices[block]))
            mean = total / self.count
            of_mean = total * mean
            if (of_mean <= NEAR * squares).all() and np.isfinite(squares).all():
                return mean, squares - of_mean
        centre = self.coefficients(mean)

        def of_deviations(block: slice) -> tuple[Array, Array]:
            deviation = matrices[block] - _of(centre, block)
            return self._with_products(deviation, deviation)

        total, squares = self._summed(of_deviations)
        rest = np.where(np.isinf(mean), 0, total / self.count)  # the mean's rounding error; infinity has none
        return mean + rest, squares - total * rest

    def products(self, g: Array, x: Array, mean: Array, inverse: Array) -> tuple[Array, Array]:
        """The sums of g, and of g (x - mean), per statistic; `inverse` is 1 over the standard deviation."""
        cotangents, matrices = self.matrices(g), self.matrices(x)
        near = (np.abs(mean) <= math.sqrt(NEAR / (1 - NEAR)) / inverse).all()
        centre = None if near else self.coefficients(mean)

        def of_products(block: slice) -> tuple[Array, Array]:
            part = matrices[block]
            return self._with_products(cotangents[block], part if centre is None else part - _of(centre, block))

        total, product = self._summed(of_products)
        return total, product - mean * total if near else product

    def affine(self, x: Array, scale: Array, shift: Array) -> Array:
        """The image scale x + shift, with coefficients per statistic."""
        out, image = self.image()
        matrices, scale, shift = self.matrices(x), self.coefficients(scale), self.coefficients(shift)

        def work(block: slice) -> None:
            part = np.multiply(matrices[block], _of(scale, block), out=out[block])
            np.add(part, _of(shift, block), out=part)

        self._for_blocks(work)
        return image

    def combined(self, g: Array, scale: Array, x: Array, slope: Array, shift: Array, *, over: bool = False) -> Array:
        """The image scale g + slope x + shift, with coefficients per statistic; with `over`, written over g."""
        cotangents, matrices = self.matrices(g), self.matrices(x)
        out, image = (cotangents, g) if over else self.image()
        scale, slope, shift = (self.coefficients(values) for values in (scale, slope, shift))

        def work(block: slice) -> None:
            scaled = cotangents[block] * _of(scale, block)
            part = np.multiply(matrices[block], _of(slope, block), out=out[block])
            np.add(part, _of(shift, block), out=part)
            np.add(part, scaled, out=part)

        self._for_blocks(work)
        return image


def _of(coefficients: Array, block: slice) -> Array:
    return coefficients if len(coefficients) == 1 else coefficients[block]


@lru_cache
def _divisor(number: int, limit: int) -> int:
    """The largest divisor of `number` up to `limit`, or, if that is far below the limit, the next divisor above it."""
    below = next((d for d in range(min(number, max(1, limit)), 0, -1) if number % d == 0), 1)
    if 8 * below >= min(number, limit):
        return below
    return next((d for d in range(limit + 1, min(8 * limit, number) + 1) if number % d == 0), number)

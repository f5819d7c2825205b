"""Correlation of images with few channels: the image is unfolded along H only, a product for each output column.

Where a pixel was, there are then the kh * C numbers that one column of the kernel sees, so that the window of an output
column is one run of kw * kh * C numbers in memory, which the next column's overlaps: one product
(rows * images, kw * kh * C) x (kw * kh * C, O) a column, straight into place.

BLAS computes the columns of a product by fours. If O is no multiple of that, a product makes several output columns:
from the run that all of them see, by a band, in which the weight stands once for each, shifted, among zeros. (Where a
pixel is infinite or nan, zeros times it would be nan in columns that do not see it: there, each column is made alone.)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograd.arrays import Array
from nn.kernels.layout import overlapping, pixels
from nn.kernels.windows import Axis

BLOCK = 1 << 17  # numbers in a block, unfolded or of the output: 0.5 MB of float32, to stay in a core's cache


class Band:
    """Products that make `together` neighbouring output columns each: so many, from output column `first` on."""

    def __init__(self, first: int, products: int, together: int) -> None:
        self.first, self.products, self.together = first, products, together

    def reach(self, columns: Axis) -> int:
        """How many pixels of a row a product's columns see."""
        return columns.stride * (self.together - 1) + columns.kernel

    def seen(self, unfolded: Array, columns: Axis) -> Array:
        """What each product's columns see: (products, rows * images, run), overlapping views."""
        _, per_image, per_pixel, _, item = unfolded.strides
        step = columns.stride * per_pixel
        shape = (self.products, unfolded.shape[0] * unfolded.shape[1], self.reach(columns) * per_pixel // item)
        return overlapping(unfolded, shape, (self.together * step, per_image, item), self.first * step)

    def made(self, out: Array) -> Array:
        """What they make of an output (rows, images, OW, O), of which rows or images are all or one: a view."""
        units = out.shape[3]
        lines = out.reshape(-1, out.shape[2] * units)
        width = self.together * units
        mine = lines[:, self.first * units : self.first * units + self.products * width]
        return mine.reshape(len(lines), self.products, width).transpose(1, 0, 2)

    def matrix(self, weight: Array, columns: Axis) -> Array:
        """The weight (O, C, kh, kw) in a band (run, together * O)."""
        turned = weight.transpose(3, 2, 1, 0)
        step, width = columns.stride, columns.kernel
        band = np.zeros((self.reach(columns), *turned.shape[1:3], self.together, len(weight)), weight.dtype)
        for k in range(self.together):
            band[k * step : k * step + width, :, :, k] = turned
        return band.reshape(-1, self.together * len(weight))

    def weight(self, matrix: Array, columns: Axis, shape: tuple[int, int, int, int]) -> Array:
        """The adjoint of `matrix`, for a weight whose shape is given turned round, (kw, kh, C, O)."""
        taps = matrix.reshape(-1, *shape[1:3], self.together, shape[3])
        step, width = columns.stride, columns.kernel
        total = np.zeros(shape, matrix.dtype)
        for k in range(self.together):
            total += taps[k * step : k * step + width, :, :, k]
        return total.transpose(3, 2, 1, 0)


def bands(columns: Axis, units: int, several: bool = True) -> list[Band]:
    """All output columns: as many at once as make products fast, if several may be, and the rest."""
    together = min(columns.outputs, 4 if units == 1 else 2 if units % 4 else 1) if several else 1
    products, rest = divmod(columns.outputs, max(1, together))
    all_of_them = (Band(0, products, together), Band(products * together, 1, rest))
    return [band for band in all_of_them if band.products and band.together]


def matrices(image: Array, weight: Array, columns: Axis) -> list[tuple[Band, Array]]:
    """The bands in which the output columns of this image are made, with the weight (O, C, kh, kw) in each."""
    finite = len(weight) % 4 == 0 or bool(np.isfinite(image).all())
    return [(band, band.matrix(weight, columns)) for band in bands(columns, len(weight), finite)]


def correlate_columns(image: Array, matrices: list[tuple[Band, Array]], rows: Axis, columns: Axis, bias: Array | None,
                      out: Array) -> None:
    """The correlation with a weight as `matrices` of it, into `out` (OH, N, OW, O); `bias` (OW * O,)."""
    for some_rows, some_images, unfolded in _unfolded(image, rows, columns, out.shape[3]):
        for band, matrix in matrices:
            np.matmul(band.seen(unfolded, columns), matrix, out=band.made(out[some_rows, some_images]))
    if bias is not None:
        lines = out.reshape(-1, len(bias))
        lines += bias


def weight_by_columns(image: Array, g: Array, rows: Axis, columns: Axis) -> Array:
    """The adjoint in the weight for the cotangent (OH, N, OW, O): (O, C, kh, kw)."""
    channels, units = image.shape[3], g.shape[3]
    shape = (columns.kernel, rows.kernel, channels, units)
    totals = [(band, np.zeros((band.reach(columns) * rows.kernel * channels, band.together * units), image.dtype))
              for band in bands(columns, units)]
    for some_rows, some_images, unfolded in _unfolded(image, rows, columns, units):
        for band, total in totals:
            made = band.made(g[some_rows, some_images])
            total += np.matmul(band.seen(unfolded, columns).transpose(0, 2, 1), made).sum(axis=0)
    return np.asarray(sum(band.weight(total, columns, shape) for band, total in totals))


def _unfolded(image: Array, rows: Axis, columns: Axis, units: int) -> Iterator[tuple[slice, slice, Array]]:
    """Some output rows, some images, and what these see, of whom one is all or one: (rows, images, width, kh, C).

    The width is what the output columns see together, padding included. The next block is written over the last.
    """
    _, batch, size, channels = image.shape
    width = (columns.outputs - 1) * columns.stride + columns.kernel
    row = max(1, width * rows.kernel * channels, columns.outputs * units)
    images = max(1, min(batch, BLOCK // row))
    block = max(1, min(rows.outputs, BLOCK // (images * row)))
    left = max(0, -columns.before)
    right = max(left, min(size, width - columns.before))
    make = np.empty if right - left == width else np.zeros
    taps = [rows.tap(i) for i in range(rows.kernel)]
    for low in range(0, batch, images):
        some = slice(low, min(low + images, batch))
        seen = pixels(image)[:, some, left:right]
        unfolded = make((block, some.stop - low, width, rows.kernel, channels), image.dtype)
        into = pixels(unfolded)[:, :, left + columns.before : right + columns.before]
        for first in range(0, rows.outputs, block):
            last = min(first + block, rows.outputs)
            for i, (outputs, inputs) in enumerate(taps):
                start, stop = max(first, outputs.start), min(last, outputs.stop)
                if start > first:
                    unfolded[: start - first, :, :, i] = 0
                if stop < last:
                    unfolded[max(0, stop - first) :, :, :, i] = 0
                if start < stop:
                    met = seen[inputs][start - outputs.start : stop - outputs.start]
                    into[start - first : stop - first, ..., i] = met
            yield slice(first, last), some, unfolded[: last - first]

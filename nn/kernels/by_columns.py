"""Correlation of images with few channels: the image is unfolded along H only, with one product per output column.

Each pixel is replaced by the kh * C numbers that one column of the kernel sees, so that the window of an output column
is one run of kw * kh * C numbers in memory. The windows of neighbouring columns overlap. Each column takes one product
(rows * images, kw * kh * C) x (kw * kh * C, O), written straight to its place.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograd.arrays import Array
from nn.kernels.layout import overlapping, pixels
from nn.kernels.windows import Axis

BLOCK = 1 << 17  # numbers in a block, unfolded or output: 0.5 MB of float32, which stays in a core's cache


def correlate_columns(image: Array, matrix: Array, rows: Axis, columns: Axis, bias: Array | None, out: Array) -> None:
    """Write the correlation with a weight, as `matrix` (kw * kh * C, O), to `out` (OH, N, OW, O); `bias` (OW * O,)."""
    for some_rows, some_images, windows in _windows(image, rows, columns, out.shape[3]):
        np.matmul(windows, matrix, out=_by_column(out[some_rows, some_images]))
    if bias is not None:
        lines = out.reshape(-1, len(bias))
        lines += bias


def weight_by_columns(image: Array, g: Array, rows: Axis, columns: Axis) -> Array:
    """The adjoint in the weight for the cotangent (OH, N, OW, O): (O, C, kh, kw)."""
    channels, units = image.shape[3], g.shape[3]
    total = np.zeros((columns.kernel * rows.kernel * channels, units), image.dtype)
    for some_rows, some_images, windows in _windows(image, rows, columns, units):
        total += np.matmul(windows.transpose(0, 2, 1), _by_column(g[some_rows, some_images])).sum(axis=0)
    return total.reshape(columns.kernel, rows.kernel, channels, units).transpose(3, 2, 1, 0)


def _by_column(out: Array) -> Array:
    """A block (rows, images, OW, O) of the output as (OW, rows * images, O): a view.

    The block has all images, or only one row.
    """
    return out.reshape(-1, *out.shape[2:]).transpose(1, 0, 2)


def _windows(image: Array, rows: Axis, columns: Axis, units: int) -> Iterator[tuple[slice, slice, Array]]:
    """Blocks of output rows and images, and the windows of each output column: (OW, rows * images, kw * kh * C).

    The windows are overlapping views of memory, which the next block overwrites. See `_unfolded` for the blocks.
    """
    for some_rows, some_images, unfolded in _unfolded(image, rows, columns, units):
        _, per_image, per_column, _, item = unfolded.strides
        shape = (columns.outputs, unfolded.shape[0] * unfolded.shape[1], columns.kernel * per_column // item)
        yield some_rows, some_images, overlapping(unfolded, shape, (columns.stride * per_column, per_image, item))


def _unfolded(image: Array, rows: Axis, columns: Axis, units: int) -> Iterator[tuple[slice, slice, Array]]:
    """Blocks of output rows and images, with the image unfolded for them: (rows, images, width, kh, C).

    A block has all images, or only one row. The width is what all output columns see together, padding included. Each
    block overwrites the previous one.
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

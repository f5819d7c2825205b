"""Correlation of images with many channels: the image is unfolded along W only, with one product per kernel row.

An output pixel then sees kw * C numbers of an image row, side by side in memory, and each of the kh kernel rows adds
one product (pixels, kw * C) x (kw * C, O). Image rows are unfolded in blocks that stay in a core's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from autograd.arrays import Array
from nn.kernels.layout import pixels
from nn.kernels.windows import Axis

BLOCK = 1 << 17  # numbers in an unfolded block: 0.5 MB of float32, which stays in a core's cache


def correlate_rows(image: Array, matrices: Array, rows: Axis, columns: Axis, bias: Array | None, out: Array) -> None:
    """Write the correlation with a weight, as `matrices` (kh, kw * C, O), to `out` (OH, N, OW, O); `bias` (OW * O,)."""
    units = out.shape[3]
    lines = out.reshape(-1, out.shape[2] * units)
    once = rows.kernel == 1 and rows.tap(0)[0] == slice(0, rows.outputs)  # one product writes every pixel
    if not once:
        lines[...] = 0 if bias is None else bias
    scratch = np.empty((0, units), out.dtype)
    for i, into, patches in _patches(image, rows, columns, units):
        target = out[into].reshape(-1, units)
        if not once and len(scratch) < len(target):
            scratch = np.empty_like(target)
        made = target if once else scratch[: len(target)]
        np.matmul(patches, matrices[i], out=made)
        if not once:
            target += made
    if once and bias is not None:
        lines += bias


def weight_by_rows(image: Array, g: Array, rows: Axis, columns: Axis) -> Array:
    """The adjoint in the weight for the cotangent (OH, N, OW, O): (O, C, kh, kw)."""
    units, channels, width = g.shape[3], image.shape[3], columns.kernel
    total = np.zeros((rows.kernel, units, width * channels), image.dtype)
    scratch = np.empty_like(total[0])
    for i, seen_by, patches in _patches(image, rows, columns, units):
        total[i] += np.matmul(g[seen_by].reshape(-1, units).T, patches, out=scratch)
    return total.reshape(rows.kernel, units, width, channels).transpose(1, 3, 0, 2)


def _patches(image: Array, rows: Axis, columns: Axis, units: int) -> Iterator[tuple[int, slice, Array]]:
    """Kernel row i, the output rows it contributes to, and the pixels it sees for them: (rows * N * OW, kw * C)."""
    run = columns.kernel * image.shape[3]
    block = max(1, BLOCK // max(1, image.shape[1] * columns.outputs * max(run, units)))
    unfold = _unfolding(image, columns, min(block, len(image)))
    for r in range(rows.stride):  # the input rows r, r + stride, ... are seen by the same kernel rows
        met = {i: (i * rows.dilation - rows.before - r) // rows.stride for i in range(rows.kernel)
               if (i * rows.dilation - rows.before - r) % rows.stride == 0}
        if not met:
            continue
        start, stop = max(0, min(met.values())), min(len(image[r :: rows.stride]), rows.outputs + max(met.values()))
        for first in range(start, stop, block):
            last = min(first + block, stop)
            patches = unfold(slice(r + first * rows.stride, r + last * rows.stride, rows.stride))
            for i, ahead in met.items():
                low, high = max(0, first - ahead), min(rows.outputs, first + len(patches) - ahead)
                if low < high:
                    yield i, slice(low, high), patches[low + ahead - first : high + ahead - first].reshape(-1, run)


def _unfolding(image: Array, columns: Axis, most: int) -> Callable[[slice], Array]:
    """A function that unfolds image rows: for each output column the pixels that it sees, (rows, N, OW, kw, C).

    Its memory holds `most` rows, and each call overwrites it. Where each output column sees only its own pixel, the
    rows are returned as they are.
    """
    _, batch, size, channels = image.shape
    if columns.kernel == columns.stride == 1 and columns.before == 0 and columns.outputs == size:
        return lambda rows: image[rows]
    unfolded = np.zeros((most, batch, columns.outputs, columns.kernel, channels), image.dtype)
    seen, into = pixels(image), pixels(unfolded)

    def unfold(rows: slice) -> Array:
        some = seen[rows]
        for j in range(columns.kernel):
            outputs, inputs = columns.tap(j)
            into[: len(some), :, outputs, j] = some[:, :, inputs]
        return unfolded[: len(some)]

    return unfold

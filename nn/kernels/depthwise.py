"""Depthwise convolution, of each channel by itself, on arrays in memory order (H, N, W, C).

    out[y, n, x, c]  = sum over i, j of  image[y s + i d - p, n, x s + j d - p, c] * weight[c, 0, i, j]

No sums are shared that a matrix product could compute. But with the channels innermost, one tap of one output row is a
run of OW * C numbers in memory, and einsum multiplies and adds such runs in one pass, with all taps in the cache.

A stride would cut the runs into pieces of C. So the image is split into *phases*: the rows and columns that the same
taps see, copied side by side with zeros for the padding. Within a phase the windows have stride 1.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograd.arrays import Array
from autograd.runtime.threads import in_parallel
from nn.kernels.correlation import gather
from nn.kernels.layout import overlapping, per_pixel, pixels
from nn.kernels.windows import Axis

WORTH = 1_000_000  # multiplications that are worth a thread: about 0.16 ms


def correlate(image: Array, weight: Array, rows: Axis, columns: Axis, bias: Array | None = None) -> Array:
    """The correlation of (H, N, W, C) with a weight (C, 1, kh, kw), plus a bias (C,): (OH, N, OW, C)."""
    lines = per_pixel(weight[:, 0].transpose(1, 2, 0), columns.outputs)
    out = np.empty((rows.outputs, image.shape[1], columns.outputs, len(weight)), image.dtype)
    runs = out.reshape(*out.shape[:2], columns.outputs * len(weight))

    def share(first: int, last: int) -> None:
        part = runs[first:last]
        phases = _phases(image, rows.part(slice(first, last)), columns)
        for k, (i, j, seen) in enumerate(phases):
            if k == 0:
                np.einsum("ynijp,ijp->ynp", seen, lines[i, j], out=part)
            else:
                part += np.einsum("ynijp,ijp->ynp", seen, lines[i, j])
        if bias is not None:
            part += per_pixel(bias, columns.outputs)

    in_parallel(share, rows.outputs, _least(out, rows, columns))
    return out


def correlate_image(g: Array, weight: Array, rows: Axis, columns: Axis, bias: Array | None = None) -> Array:
    """The adjoint in the image: cotangent (OH, N, OW, C), weight (C, 1, kh, kw), plus a bias (C,): (H, N, W, C)."""
    return gather(correlate, g, weight, rows, columns, bias, together=False)


def correlate_weight(image: Array, g: Array, rows: Axis, columns: Axis) -> Array:
    """The adjoint in the weight: image (H, N, W, C), cotangent (OH, N, OW, C), result (C, 1, kh, kw)."""
    shape = rows.kernel, columns.kernel, columns.outputs, g.shape[3]
    runs = g.reshape(*g.shape[:2], shape[2] * shape[3])

    def share(first: int, last: int) -> Array:
        lines = np.empty((*shape[:2], runs.shape[2]), g.dtype)
        for i, j, seen in _phases(image, rows.part(slice(first, last)), columns):
            lines[i, j] = np.einsum("ynijp,ynp->yijp", seen, runs[first:last]).sum(axis=0)
        return lines

    total = np.add.reduce(in_parallel(share, rows.outputs, _least(g, rows, columns)))
    return np.ascontiguousarray(total.reshape(shape).sum(axis=2).transpose(2, 0, 1)[:, np.newaxis])


def _least(out: Array, rows: Axis, columns: Axis) -> int:
    """The number of output rows that are worth a thread."""
    return -(-WORTH // max(1, out[:1].size * rows.kernel * columns.kernel))


def _phases(image: Array, rows: Axis, columns: Axis) -> Iterator[tuple[slice, slice, Array]]:
    """For each phase its taps along H and W, and what they see as overlapping views: (OH, N, taps, taps, OW * C)."""
    _, batch, _, channels = image.shape
    for i, down, of_rows in rows.phases():
        for j, right, of_columns in columns.phases():
            phase = np.zeros((of_rows.outputs, batch, of_columns.outputs, channels), image.dtype)
            (into_rows, from_rows), (into_columns, from_columns) = of_rows.tap(0), of_columns.tap(0)
            pixels(phase)[into_rows, :, into_columns] = pixels(image)[from_rows, :, from_columns]
            per_row, per_image, per_column, item = phase.strides
            taps = len(range(rows.kernel)[i]), len(range(columns.kernel)[j])
            yield i, j, overlapping(phase, (rows.outputs, batch, *taps, columns.outputs * channels),
                                    (per_row, per_image, down * per_row, right * per_column, item))

"""The products of a convolution, on arrays in memory order (H, N, W, C): forward, and its two adjoints.

    out[y, n, x, o]    = sum over i, j, c of  image[y s + i d - p, n, x s + j d - p, c] * weight[o, c, i, j]

No full table of patches is built. There are two ways, chosen by how many numbers one kernel row of one pixel has:

- *by rows* (many channels): the image is unfolded along W only, in blocks that fit the cache; a pixel then holds kw * C
  numbers, and each of the kh kernel rows adds one matrix product (pixels, kw * C) x (kw * C, O).
- *by columns* (few channels): the image is unfolded along H only, so that the window of an output column is one run of
  kw * kh * C numbers in memory: one product (pixels, kw * kh * C) x (kw * kh * C, O) a column, straight into place.

The adjoint in the image is itself a correlation, with the taps reversed: one for every residue of the stride.
Output rows are shared out to threads; an output's numbers do not depend on how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from autograd.arrays import Array
from autograd.runtime.blas import one_thread
from autograd.runtime.threads import in_parallel
from nn.kernels.layout import overlapping, per_pixel, pixels
from nn.kernels.windows import Axis
from nn.kernels.winograd import correlate_tiles, suits, transformed, weight_of_tiles

Result = TypeVar("Result")

NARROW = 128  # numbers in a kernel row below which the products by columns are faster (measured)
FEW = 3  # the same of channels, for kernels one pixel wide
BLOCK = 1 << 17  # numbers in an unfolded block: 0.5 MB of float32, to stay in a core's cache
WORTH = 16_000_000  # multiplications that are worth a thread: about 0.16 ms
MOVED = 25  # multiplications in the time that takes a number into an unfolded block or out of a product


def correlate(image: Array, weight: Array, rows: Axis, columns: Axis, bias: Array | None = None) -> Array:
    """The correlation of (H, N, W, C) with a weight (O, C, kh, kw), plus a bias (O,): (OH, N, OW, O)."""
    units = len(weight)
    out = np.empty((rows.outputs, image.shape[1], columns.outputs, units), image.dtype)
    line = None if bias is None else per_pixel(bias, columns.outputs)
    work: Callable[..., None]
    if tiled := suits(rows, columns, image, units):
        work, prepared = correlate_tiles, transformed(weight)
    elif narrow(image, columns):
        work, prepared = _by_columns, np.ascontiguousarray(weight.transpose(3, 2, 1, 0)).reshape(-1, units)
    else:
        work = _by_rows
        prepared = np.ascontiguousarray(weight.transpose(2, 3, 1, 0)).reshape(rows.kernel, -1, units)

    def share(part: slice) -> None:
        work(image, prepared, rows.part(part), columns, line, out[part])

    _shared_out(share, out, image, rows, columns, tiled)
    return out


def correlate_weight(image: Array, g: Array, rows: Axis, columns: Axis) -> Array:
    """The adjoint in the weight: image (H, N, W, C), cotangent (OH, N, OW, O), result (O, C, kh, kw)."""
    tiled = suits(rows, columns, image, g.shape[3])
    direct = _weight_by_columns if narrow(image, columns) else _weight_by_rows
    work: Callable[..., Array] = weight_of_tiles if tiled else direct

    def share(part: slice) -> Array:
        return work(image, g[part], rows.part(part), columns)

    return np.ascontiguousarray(sum(_shared_out(share, g, image, rows, columns, tiled)))


def correlate_image(g: Array, weight: Array, rows: Axis, columns: Axis, bias: Array | None = None) -> Array:
    """The adjoint in the image: cotangent (OH, N, OW, O), weight (O, C, kh, kw), plus a bias (C,): (H, N, W, C)."""
    return gather(correlate, g, weight.swapaxes(0, 1), rows, columns, bias)


def gather(correlate: Callable[..., Array], g: Array, swapped: Array, rows: Axis, columns: Axis,
           bias: Array | None) -> Array:
    """The adjoint of `correlate` in its image, by `correlate` with the taps reversed; `swapped` is (C, O, kh, kw)."""
    if rows.stride == columns.stride == 1:
        (_, _, over_rows), = rows.adjoint()
        (_, _, over_columns), = columns.adjoint()
        return correlate(g, swapped[:, :, ::-1, ::-1], over_rows, over_columns, bias)
    image = np.empty((rows.size, g.shape[1], columns.size, len(swapped)), g.dtype)
    for ys, i, over_rows in rows.adjoint():
        for xs, j, over_columns in columns.adjoint():
            taps = swapped[:, :, i, j][:, :, ::-1, ::-1]
            if taps.size:
                pixels(image)[ys, :, xs] = pixels(correlate(g, taps, over_rows, over_columns, bias))
            else:
                image[ys, :, xs] = 0 if bias is None else bias
    return image


def narrow(image: Array, columns: Axis) -> bool:
    """Whether products by columns are faster. Kernels one pixel wide, as of sequences, by rows unfold nothing."""
    channels: int = image.shape[3]
    return channels < FEW if columns.kernel == 1 else columns.kernel * channels < NARROW and columns.dilation == 1


def _shared_out(share: Callable[[slice], Result], out: Array, image: Array, rows: Axis, columns: Axis,
                in_pairs: bool) -> list[Result]:
    """`share` of the output rows for each thread, in pairs of rows where they make tiles; one if little is to do."""
    step = 2 if in_pairs else 1
    run, units = columns.kernel * image.shape[3], out.shape[3]
    pixel = rows.kernel * run * units + MOVED * (run + units)
    length = -(-len(out) // step)
    least = -(-WORTH // max(1, pixel * out[:1, ..., 0].size * step))

    def rows_of(first: int, last: int) -> Result:
        return share(slice(first * step, min(last * step, len(out))))

    with one_thread:
        return in_parallel(rows_of, length, least)


# --- By rows ---------------------------------------------------------------------------------------------------------


def _unfolding(image: Array, columns: Axis, most: int) -> Callable[[slice], Array]:
    """What sets side by side, for each output column, the pixels that it sees in image rows: (rows, N, OW, kw, C).

    In memory for so many rows at most, which the next ones are written over; pixels that lie so already, as they are.
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


def _row_patches(image: Array, rows: Axis, columns: Axis, units: int) -> Iterator[tuple[int, slice, Array]]:
    """Kernel row i, the output rows that it adds to, and the pixels it sees there: (rows * N * OW, kw * C)."""
    run = columns.kernel * image.shape[3]
    block = max(1, BLOCK // max(1, image.shape[1] * columns.outputs * max(run, units)))
    unfold = _unfolding(image, columns, min(block, len(image)))
    for r in range(rows.stride):  # the input rows r, r + stride, ... are met by the same kernel rows
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


def _by_rows(image: Array, matrices: Array, rows: Axis, columns: Axis, bias: Array | None, out: Array) -> None:
    units = out.shape[3]
    lines = out.reshape(-1, out.shape[2] * units)
    once = rows.kernel == 1 and rows.tap(0)[0] == slice(0, rows.outputs)  # one product writes every pixel
    if not once:
        lines[...] = 0 if bias is None else bias
    scratch = np.empty((0, units), out.dtype)
    for i, into, patches in _row_patches(image, rows, columns, units):
        target = out[into].reshape(-1, units)
        if not once and len(scratch) < len(target):
            scratch = np.empty_like(target)
        made = target if once else scratch[: len(target)]
        np.matmul(patches, matrices[i], out=made)
        if not once:
            target += made
    if once and bias is not None:
        lines += bias


def _weight_by_rows(image: Array, g: Array, rows: Axis, columns: Axis) -> Array:
    units, channels, width = g.shape[3], image.shape[3], columns.kernel
    total = np.zeros((rows.kernel, width * channels, units), image.dtype)
    scratch = np.empty_like(total[0])
    for i, seen_by, patches in _row_patches(image, rows, columns, units):
        total[i] += np.matmul(patches.T, g[seen_by].reshape(-1, units), out=scratch)
    return total.reshape(rows.kernel, width, channels, units).transpose(3, 2, 0, 1)


# --- By columns ------------------------------------------------------------------------------------------------------


def _column_patches(image: Array, rows: Axis, columns: Axis) -> Iterator[tuple[slice, slice, Array]]:
    """Output rows, images, and what each column of those sees: (OW, rows * images, kw * kh * C), overlapping views."""
    _, batch, size, channels = image.shape
    kernel = rows.kernel
    run = columns.kernel * kernel * channels
    width = (columns.outputs - 1) * columns.stride + columns.kernel
    images = min(batch, max(1, BLOCK // max(1, width * kernel * channels)))
    block = max(1, min(BLOCK // max(1, images * width * kernel * channels), rows.outputs))
    left = max(0, -columns.before)
    right = max(left, min(size, width - columns.before))
    inside = slice(left + columns.before, right + columns.before)
    for low_image in range(0, batch, max(1, images)):
        some = slice(low_image, min(low_image + images, batch))
        unfolded = np.zeros((block, some.stop - some.start, width, kernel, channels), image.dtype)
        into, seen = pixels(unfolded), pixels(image)
        _, per_image, per_column, _, item = unfolded.strides
        shape = (columns.outputs, block * unfolded.shape[1], run)
        patches = overlapping(unfolded, shape, (columns.stride * per_column, per_image, item))
        for first in range(0, rows.outputs, block):
            last = min(first + block, rows.outputs)
            for i in range(kernel):
                outputs, inputs = rows.tap(i, first, last)
                low, high = outputs.start - first, outputs.stop - first
                unfolded[high:, :, :, i] = 0  # below the image; what is above it has been 0 from the beginning
                into[low:high, :, inside, i] = seen[inputs, some, left:right]
            yield slice(first, last), some, patches[:, : (last - first) * unfolded.shape[1]]


def _columns_of(image: Array, rows: slice, images: slice) -> Array:
    """A part of an output (OH, N, OW, O) as (OW, rows * images, O): a view, as one of the two is whole or single."""
    part = image[rows, images]
    return part.reshape(-1, *part.shape[2:]).transpose(1, 0, 2)


def _by_columns(image: Array, matrix: Array, rows: Axis, columns: Axis, bias: Array | None, out: Array) -> None:
    for some_rows, some_images, patches in _column_patches(image, rows, columns):
        np.matmul(patches, matrix, out=_columns_of(out, some_rows, some_images))
    if bias is not None:
        lines = out.reshape(-1, out.shape[2] * out.shape[3])
        lines += bias


def _weight_by_columns(image: Array, g: Array, rows: Axis, columns: Axis) -> Array:
    units, channels = g.shape[3], image.shape[3]
    total = np.zeros((columns.kernel * rows.kernel * channels, units), image.dtype)
    for some_rows, some_images, patches in _column_patches(image, rows, columns):
        total += np.matmul(patches.transpose(0, 2, 1), _columns_of(g, some_rows, some_images)).sum(axis=0)
    return total.reshape(columns.kernel, rows.kernel, channels, units).transpose(3, 2, 1, 0)

"""The products of a convolution, on arrays in memory order (H, N, W, C): forward, and its two adjoints.

    out[y, n, x, o]    = sum over i, j, c of  image[y s + i d - p, n, x s + j d - p, c] * weight[o, c, i, j]

No full matrix of patches is built. Images with few channels are unfolded along H (`by_columns.py`), with many along W
(`by_rows.py`), depending on the count of numbers in a kernel row; 3 x 3 kernels over many channels use `winograd.py`.

The adjoint in the image is itself a correlation, with the taps reversed: one for every residue of the stride, or for
some of them. Threads share the output rows; the numbers in the output do not depend on how.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TypeVar

import numpy as np

from autograd.arrays import Array
from autograd.runtime.blas import one_thread
from autograd.runtime.threads import in_parallel
from nn.kernels.by_columns import correlate_columns, weight_by_columns
from nn.kernels.by_rows import correlate_rows, weight_by_rows
from nn.kernels.layout import per_pixel, pixels
from nn.kernels.memory_order import in_order
from nn.kernels.windows import Axis
from nn.kernels.winograd import correlate_tiles, suits, transformed, weight_of_tiles

Result = TypeVar("Result")

NARROW = 128  # numbers in a kernel row below which the products by columns are faster (measured)
FEW = 3  # channels below which they are faster for kernels one pixel wide
SLIM = 16  # units up to which pixels of several residues of a stride are made in one product (measured)
WORTH = 16_000_000  # multiplications that are worth a thread: about 0.16 ms
MOVED = 40  # multiplications that take as long as moving a number into an unfolded block or out of a product


def correlate(image: Array, weight: Array, rows: Axis, columns: Axis, bias: Array | None = None) -> Array:
    """The correlation of (H, N, W, C) with a weight (O, C, kh, kw), plus a bias (O,): (OH, N, OW, O)."""
    units = len(weight)
    out = np.empty((rows.outputs, image.shape[1], columns.outputs, units), image.dtype)
    line = None if bias is None else per_pixel(bias, columns.outputs)
    work: Callable[..., None]
    if tiled := suits(rows, columns, image, units):
        work, prepared = correlate_tiles, transformed(weight)
    elif narrow(image, columns):
        work, prepared = correlate_columns, np.ascontiguousarray(weight.transpose(3, 2, 1, 0)).reshape(-1, units)
    else:
        work = correlate_rows
        prepared = in_order(weight, (2, 3, 1, 0)).reshape(rows.kernel, -1, units)

    def share(part: slice) -> None:
        work(image, prepared, rows.part(part), columns, line, out[part])

    _shared_out(share, out, image, rows, columns, tiled)
    return out


def correlate_weight(image: Array, g: Array, rows: Axis, columns: Axis) -> Array:
    """The adjoint in the weight: image (H, N, W, C), cotangent (OH, N, OW, O), result (O, C, kh, kw)."""
    tiled = suits(rows, columns, image, g.shape[3])
    direct = weight_by_columns if narrow(image, columns) else weight_by_rows
    work: Callable[..., Array] = weight_of_tiles if tiled else direct

    def share(part: slice) -> Array:
        return work(image, g[part], rows.part(part), columns)

    first, *others = _shared_out(share, g, image, rows, columns, tiled)
    return in_order(sum(others, first), (0, 1, 2, 3))


def correlate_image(g: Array, weight: Array, rows: Axis, columns: Axis, bias: Array | None = None) -> Array:
    """The adjoint in the image: cotangent (OH, N, OW, O), weight (O, C, kh, kw), plus a bias (C,): (H, N, W, C)."""
    return gather(correlate, g, weight.swapaxes(0, 1), rows, columns, bias, together=weight.shape[1] <= SLIM)


def gather(correlate: Callable[..., Array], g: Array, swapped: Array, rows: Axis, columns: Axis,
           bias: Array | None, *, together: bool) -> Array:
    """The adjoint of `correlate` in its image, by `correlate` with the taps reversed; `swapped` is (C, O, kh, kw).

    With `together` pixels that have as many taps, and see the same windows, are made as the units of one correlation.
    """
    if rows.stride == columns.stride == 1:
        ((over_rows, _),), ((over_columns, _),) = rows.adjoint(together), columns.adjoint(together)
        return correlate(g, swapped[:, :, ::-1, ::-1], over_rows, over_columns, bias)
    channels = len(swapped)
    swapped = np.ascontiguousarray(swapped.transpose(2, 3, 1, 0)).transpose(3, 2, 0, 1)  # whole taps are cut out below
    image = np.empty((rows.size, g.shape[1], columns.size, channels), g.dtype)
    for (over_rows, ys), (over_columns, xs) in product(rows.adjoint(together), columns.adjoint(together)):
        met = [*product(ys, xs)]
        parts = [swapped[:, :, y.taps, x.taps] for y, x in met]
        taps = (parts[0] if len(parts) == 1 else np.concatenate(parts))[:, :, ::-1, ::-1]
        if not taps.size:
            for y, x in met:
                image[y.inputs, :, x.inputs] = 0 if bias is None else bias
            continue
        made = correlate(g, taps, over_rows, over_columns, None if bias is None else np.tile(bias, len(met)))
        values = pixels(made.reshape(*made.shape[:3], len(met), channels))
        for k, (y, x) in enumerate(met):
            pixels(image)[y.inputs, :, x.inputs] = values[y.windows, :, x.windows, k]
    return image


def narrow(image: Array, columns: Axis) -> bool:
    """Whether products by columns are faster. By rows, a kernel one pixel wide, as for sequences, unfolds nothing."""
    channels: int = image.shape[3]
    return channels < FEW if columns.kernel == 1 else columns.kernel * channels < NARROW and columns.dilation == 1


def _shared_out(share: Callable[[slice], Result], out: Array, image: Array, rows: Axis, columns: Axis,
                in_pairs: bool) -> list[Result]:
    """`share` called on a part of the output rows per thread, and once if there is little work.

    `in_pairs` keeps the two rows of a Winograd tile in the same part.
    """
    step = 2 if in_pairs else 1
    run, units = columns.kernel * image.shape[3], out.shape[3]
    pixel = rows.kernel * run * units + MOVED * (run + units)
    length = -(-len(out) // step)
    least = -(-WORTH // max(1, pixel * out[:1, ..., 0].size * step))

    def rows_of(first: int, last: int) -> Result:
        return share(slice(first * step, min(last * step, len(out))))

    with one_thread:
        return in_parallel(rows_of, length, least)

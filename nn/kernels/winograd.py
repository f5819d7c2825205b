"""Convolution with 3 x 3 kernels by Winograd's minimal filtering along H: 6 multiplications per output instead of 9.

A tile of two output rows sees four input rows d. With F the transform of the kernel rows w,

    y = A' [(B' d) * F],    F = G w                               (' is the transpose, * is elementwise)

    B' = | 1  0 -1  0 |     G = | 1    0    0  |     A' = | 1  1  1  0 |
         | 0  1  1  0 |         | 1/2  1/2 1/2 |          | 0  1 -1 -1 |
         | 0 -1  1  0 |         | 1/2 -1/2 1/2 |
         | 0  1  0 -1 |         | 0    0    1  |

Summed over channels and over the three taps along W, each of the four places is a matrix product: the rows of a column
(tiles * N, 3 C), overlapping views of memory, times (3 C, O). The adjoint in the weight reverses these steps:
G' [sum over pixels of (B' d)' (A g)]. Coefficients are 0, 1 and 1/2: rounding errors stay those of the direct sum.

Along both axes there would be 4 multiplications per output, but four times as many sums. They would cost more than the
saved products: sums run at the speed of the cache, products at that of the processor.

Memory. Images are (H, N, W, C). Every sum runs along whole rows (W * C), for one place of some tiles at a time, which
stays in a core's cache.

Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015, arXiv:1509.09308.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograd.arrays import Array
from autograd.runtime.blocks import block_length
from nn.kernels.layout import overlapping
from nn.kernels.memory_order import in_order
from nn.kernels.windows import Axis

CHUNK = 3 << 15  # numbers of one place in a block
G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])


def suits(rows: Axis, columns: Axis, image: Array, units: int) -> bool:
    """Whether this is the faster method: 3 x 3, stride and dilation 1, enough channels, units and pixels (measured)."""
    return (rows[1:4] == columns[1:4] == (3, 1, 1) and min(image.shape[3], units) >= 48
            and image.shape[1] * columns.outputs >= 128)


def transformed(weight: Array) -> Array:
    """The transform F of the weight (O, C, 3, 3): (4, 3 * C, O)."""
    units, channels = weight.shape[:2]
    taps = in_order(weight, (2, 3, 1, 0)).reshape(3, -1)
    places: Array = G.astype(weight.dtype) @ taps
    return places.reshape(4, 3 * channels, units)


def correlate_tiles(image: Array, places: Array, rows: Axis, columns: Axis, bias: Array | None, out: Array) -> None:
    """Write the correlation with the transformed weight `places` to `out` (OH, N, OW, O); `bias` (OW * O,)."""
    for tiles, some, inputs in _inputs(image, rows, columns):
        made, kept = np.empty((2, len(tiles), some.stop - some.start, *out.shape[2:]), out.dtype)
        for place, seen in enumerate(inputs):
            _along_columns(seen, places[place], kept if place == 1 else made)
            for y, product, second in zip(tiles, made, kept, strict=True):
                _add_to_rows(place, product, second, out[y : y + 2, some])
    if bias is not None:
        lines = out.reshape(-1, len(bias))
        lines += bias


def weight_of_tiles(image: Array, g: Array, rows: Axis, columns: Axis) -> Array:
    """The adjoint in the weight for the cotangent (OH, N, OW, O): (O, C, 3, 3)."""
    channels, units = image.shape[3], g.shape[3]
    total = np.zeros((4, 3, units, channels), image.dtype)
    scratch = np.empty_like(total[0])
    for tiles, some, inputs in _inputs(image, rows, columns):
        for place, (seen, cotangents) in enumerate(zip(inputs, _cotangents(g[:, some], tiles), strict=True)):
            pixels = seen.size // channels - 2
            taps = overlapping(seen, (3, pixels, channels), (seen.strides[2], *seen.strides[2:]))
            by_pixel = cotangents.reshape(1, -1, units)[:, :pixels]
            np.add(total[place], np.matmul(by_pixel.transpose(0, 2, 1), taps, out=scratch), out=total[place])
    taps = G.astype(image.dtype).T @ total.reshape(4, -1)
    return taps.reshape(3, 3, units, channels).transpose(2, 3, 0, 1)


def _inputs(image: Array, rows: Axis, columns: Axis) -> Iterator[tuple[range, slice, Iterator[Array]]]:
    """Blocks of tiles and images: the tiles' first output rows, the images, and the places of B' d one after another.

    A place is (tiles, N, OW + 2, C), zero where there is padding along W; the next place overwrites it.
    """
    _, batch, size, channels = image.shape
    width = columns.outputs + 2
    inside = slice(max(0, columns.before), min(width, size + columns.before))
    seen = slice(inside.start - columns.before, inside.stop - columns.before)
    images = block_length(batch, width * channels, CHUNK)
    count = block_length(-(-rows.outputs // 2), images * width * channels, CHUNK)
    nothing = np.zeros((1, 1, 1), image.dtype)

    def row(some: slice, y: int) -> Array:
        return image[y, some, seen] if 0 <= y < len(image) else nothing

    def places(tiles: range, some: slice, place: Array) -> Iterator[Array]:
        lines = [[row(some, y - rows.before + k) for k in range(4)] for y in tiles]
        for one, other, combine in ((0, 2, np.subtract), (1, 2, np.add), (2, 1, np.subtract), (1, 3, np.subtract)):
            for into, line in zip(place, lines, strict=False):
                combine(line[one], line[other], out=into[:, inside])
            yield place[: len(tiles)]

    for first in range(0, batch, images):
        some = slice(first, min(first + images, batch))
        place = np.zeros((count, some.stop - first, width, channels), image.dtype)
        for y in range(0, rows.outputs, 2 * count):
            tiles = range(y, min(y + 2 * count, rows.outputs), 2)
            yield tiles, some, places(tiles, some, place)


def _along_columns(place: Array, matrix: Array, out: Array) -> None:
    """Write the sum of (tiles, N, OW + 2, C) over channels and taps along W to `out` (tiles, N, OW, O)."""
    tiles, batch, outputs, units = out.shape
    _, per_image, per_column, item = place.strides
    windows = overlapping(place, (outputs, tiles * batch, len(matrix)), (per_column, per_image, item))
    np.matmul(windows, matrix, out=out.reshape(-1, outputs, units).transpose(1, 0, 2))


def _add_to_rows(place: int, product: Array, second: Array, out: Array) -> None:
    """Add a place's product to one or two rows (1 or 2, N, OW, O), as A' says; `second` is the product of place 1."""
    if place == 1:
        np.add(product, second, out=out[0])
    if place == 2:
        np.add(out[0], product, out=out[0])
        np.subtract(second, product, out=out[1:])
    if place == 3:
        np.subtract(out[1:], product, out=out[1:])


def _cotangents(g: Array, tiles: range) -> Iterator[Array]:
    """The places of A g for the cotangent (OH, N, OW, O), one after another: (tiles, N, OW + 2, O), zero-padded."""
    place = np.zeros((len(tiles), g.shape[1], g.shape[2] + 2, g.shape[3]), g.dtype)
    inside = place[:, :, :-2]
    pairs = [(g[y], g[y + 1] if y + 1 < len(g) else np.zeros_like(g[y])) for y in tiles]
    for into, (above, _) in zip(inside, pairs, strict=True):
        into[...] = above
    yield place
    for combine in (np.add, np.subtract):
        for into, pair in zip(inside, pairs, strict=True):
            combine(*pair, out=into)
        yield place
    for into, (_, below) in zip(inside, pairs, strict=True):
        np.negative(below, out=into)
    yield place

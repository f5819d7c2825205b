"""Convolution with 3 x 3 kernels by Winograd's minimal filtering: 4 multiplications an output in place of 9.

An output tile of 2 x 2 pixels sees 4 x 4 pixels d. With F the transformed weight of one channel and unit,

    y = A' [(B' d B) * F] A,    F = G w G'                        (' is the transpose, * is by elements)

    B' = | 1  0 -1  0 |     G = | 1    0    0  |     A' = | 1  1  1  0 |
         | 0  1  1  0 |         | 1/2  1/2 1/2 |          | 0  1 -1 -1 |
         | 0 -1  1  0 |         | 1/2 -1/2 1/2 |
         | 0  1  0 -1 |         | 0    0    1  |

Summed over channels, each of the 16 places of the 4 x 4 square is a matrix product (tiles, C) x (C, O). The adjoint in
the weight turns the same picture around: G' [sum over tiles of (B' d B) (A g A')] G. The coefficients are 0, 1 and 1/2,
so that rounding errors stay those of the direct sum, to within a factor of about 2.

Memory. Images are (H, N, W, C). Even and odd columns are taken apart, pixel by pixel, so that every sum that follows
runs through long stretches of memory. Work goes by rows of tiles, some images at a time, to stay in a core's cache.

Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015, arXiv:1509.09308.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.blocks import block_length
from nn.kernels.layout import pixels
from nn.kernels.products import add_transposed, multiply
from nn.kernels.windows import Axis

Array = NDArray[Any]

CHUNK = 1 << 15  # numbers of one place of the 4 x 4 square that are worked on together
G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])


def suits(rows: Axis, columns: Axis, image: Array, units: int) -> bool:
    """Whether this is the faster way: 3 x 3, stride and dilation 1, enough channels, units and pixels (measured)."""
    return (rows[1:4] == columns[1:4] == (3, 1, 1) and min(image.shape[3], units) >= 48
            and image.shape[1] * columns.outputs >= 128)


def transformed(weight: Array) -> Array:
    """The weight (O, C, 3, 3) as (4, 4, C, O)."""
    square = G.astype(weight.dtype)
    units, channels = weight.shape[:2]
    taps = np.ascontiguousarray(weight.transpose(2, 3, 1, 0)).reshape(9, -1)
    both: Array = np.kron(square, square) @ taps
    return both.reshape(4, 4, channels, units)


def correlate_tiles(image: Array, squares: Array, rows: Axis, columns: Axis, bias: Array | None, out: Array) -> None:
    """The correlation with the transformed weight `squares` into `out` (OH, N, OW, O); `bias` (OW * O,)."""
    units = out.shape[3]
    tiles = -(-columns.outputs // 2)
    for some in _chunks(image, tiles, max(units, image.shape[3])):
        count = some.stop - some.start
        above, below, part = np.empty((3, 4, count * tiles, units), out.dtype)
        corners = np.empty((2, count, tiles, units), out.dtype)
        for y, places in _input_squares(image[:, some], rows, columns):
            multiply(next(places), squares[0], out=above)
            multiply(next(places), squares[1], out=below)
            np.add(above, below, out=above)
            multiply(next(places), squares[2], out=part)
            np.add(above, part, out=above)
            np.subtract(below, part, out=below)
            multiply(next(places), squares[3], out=part)
            np.subtract(below, part, out=below)
            for row, (a, b, c, d) in ((y, above), (y + 1, below)):
                if row == len(out):
                    break
                left, right = corners.reshape(2, -1, units)
                np.add(a, b, out=left)
                np.add(left, c, out=left)
                np.subtract(b, c, out=right)
                np.subtract(right, d, out=right)
                line = pixels(out[row : row + 1, some])[0]
                line[:, 0::2] = pixels(corners[:1])[0]
                line[:, 1::2] = pixels(corners[1:])[0][:, : columns.outputs // 2]
    if bias is not None:
        lines = out.reshape(-1, len(bias))
        lines += bias


def weight_of_tiles(image: Array, g: Array, rows: Axis, columns: Axis) -> Array:
    """The adjoint in the weight for the cotangent (OH, N, OW, O): (O, C, 3, 3)."""
    channels, units = image.shape[3], g.shape[3]
    total = np.zeros((4, 4, channels, units), image.dtype)
    scratch = np.empty_like(total[0])
    tiles = -(-columns.outputs // 2)
    for some in _chunks(image, tiles, max(units, channels)):
        cotangents = _output_squares(g[:, some], tiles)
        for _, places in _input_squares(image[:, some], rows, columns):
            for place, (left, right) in enumerate(zip(places, next(cotangents), strict=True)):
                add_transposed(left, right, total[place], scratch)
    square = G.astype(image.dtype)
    taps = np.kron(square, square).T @ total.reshape(16, -1)
    return taps.reshape(3, 3, channels, units).transpose(3, 2, 0, 1)


def _chunks(image: Array, tiles: int, channels: int) -> Iterator[slice]:
    """Images to work on together."""
    batch = image.shape[1]
    count = block_length(batch, tiles * channels, CHUNK)
    return (slice(first, min(first + count, batch)) for first in range(0, batch, count))


def _input_squares(image: Array, rows: Axis, columns: Axis) -> Iterator[tuple[int, Iterator[Array]]]:
    """For every row of tiles: its first output row, and the rows of B' d B, each (4, N * tiles, C)."""
    _, batch, _, channels = image.shape
    tiles = -(-columns.outputs // 2)
    lines = np.zeros((4, 2, batch, tiles + 1, channels), image.dtype)  # four input rows, by parity of the column
    for y in range(0, rows.outputs, 2):
        for at in range(2 if y else 0, 4):  # the lower two rows of the tiles before are the upper two of these
            _split(image, y + at - rows.before, columns.before, lines[(y + at) % 4])
        yield y, _rows_of_squares(*(lines[(y + at) % 4] for at in range(4)))


def _split(image: Array, row: int, before: int, line: Array) -> None:
    """An input row into even and odd columns (2, N, tiles + 1, C), counted from `before` columns of padding on."""
    if not 0 <= row < len(image):
        line[...] = 0
        return
    size = image.shape[2]
    source, into = pixels(image[row : row + 1])[0], pixels(line)
    for parity in range(2):
        first = max(0, -(-(before - parity) // 2))  # the first of these columns within the image
        start = 2 * first + parity - before
        count = max(0, min(into.shape[2] - first, -(-(size - start) // 2)))
        into[parity, :, first : first + count] = source[:, start : start + 2 * count : 2]


def _rows_of_squares(a: Array, b: Array, c: Array, d: Array) -> Iterator[Array]:
    _, batch, width, channels = a.shape
    line = np.empty_like(a)
    places = np.empty((4, batch, width - 1, channels), a.dtype)
    for first, second, combine in ((a, c, np.subtract), (b, c, np.add), (c, b, np.subtract), (b, d, np.subtract)):
        even, odd = combine(first, second, out=line)
        np.subtract(even[:, :-1], even[:, 1:], out=places[0])
        np.add(odd[:, :-1], even[:, 1:], out=places[1])
        np.subtract(even[:, 1:], odd[:, :-1], out=places[2])
        np.subtract(odd[:, :-1], odd[:, 1:], out=places[3])
        yield places.reshape(4, -1, channels)


def _output_squares(g: Array, tiles: int) -> Iterator[Iterator[Array]]:
    """For every row of tiles, the rows of A g A', each (4, N * tiles, O)."""
    height, batch, width, units = g.shape
    lines = np.zeros((2, 2, batch, tiles, units), g.dtype)
    for y in range(0, height, 2):
        for at in range(2):
            if y + at == height:
                lines[at] = 0
                continue
            source = pixels(g[y + at : y + at + 1])[0]
            pixels(lines[at])[0][...] = source[:, 0::2]
            pixels(lines[at])[1][:, : width // 2] = source[:, 1::2]
        yield _rows_of_output_squares(*lines)


def _rows_of_output_squares(a: Array, b: Array) -> Iterator[Array]:
    line = np.empty_like(a)
    places = np.empty((4, *a.shape[1:]), a.dtype)
    nothing = a.dtype.type(0)
    for first, second, combine in ((a, nothing, np.add), (a, b, np.add), (a, b, np.subtract),
                                   (nothing, b, np.subtract)):
        even, odd = combine(first, second, out=line)
        places[0] = even
        np.add(even, odd, out=places[1])
        np.subtract(even, odd, out=places[2])
        np.negative(odd, out=places[3])
        yield places.reshape(4, -1, a.shape[3])

"""Matrix products in tiles that OpenBLAS computes in the calling thread, shared out among our threads.

OpenBLAS shares out a product of 2 * 65536 * 4 multiplications and more among threads of its own, which wait by
spinning: within a product for one another, so that on a busy machine one takes a thousand times as long, again and
again; and after it, for 20 ms, for the next, on the cores that our threads would work on. In tiles, OpenBLAS's threads
stay asleep, and there is one owner of the cores, `threads.py`. A tile reaches the speed of the whole product, or more
(97 to 116 against 77 to 105 GFLOP/s a core of a Zen 4 with AVX-512), as its operands stay in the cache.

A product larger than some 800^3 is left whole, to OpenBLAS, which then knows better.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd.runtime.blas import LIGHT, SHARED, UNPACKED, reads_small_operands
from autograd.runtime.threads import in_parallel

Array = np.ndarray[Any, Any]

LARGE = 2 * SHARED  # multiplications beyond which, in a recurrence, OpenBLAS's second thread is worth its risk
WHOLE = 2**29  # multiplications that are OpenBLAS's
WORTH = 2**22  # multiplications that are worth a thread: about 0.08 ms


class Tile(NamedTuple):
    """How large the tiles of a product (M, K) x (K, N) are at most (measured)."""

    inner: int  # K, beyond which it is halved, and the parts are added up
    panel: int  # numbers in its columns of (K, N), though eight columns in any case
    columns: int


STRAIGHT = Tile(400, 2**14, 2**9)
TRANSPOSED = Tile(1024, 2**12, 32)  # where the columns of (K, N) lie in memory one after the other
ROWS = 32  # of a tile, or fewer
ALIGNED = 16  # rows or columns that are not parted
GRAIN = 2**16  # multiplications that are shared out together


def _most() -> int:
    return WHOLE if reads_small_operands() else LARGE


class Product(NamedTuple):
    """x y + plus, with a row `plus` or None, of so many multiplications, to be computed into `out`."""

    x: Array
    y: Array
    plus: Array | None
    out: Array
    work: int


def matmul_of_arrays(x: Any, y: Any) -> Any:
    """`np.matmul(x, y)` of arrays with two axes or more, in tiles unless it is small or very large."""
    if (product := _in_parts(x, y)) is None:
        return np.matmul(x, y)
    _compute(product)
    return product.out


def dot(x: Array, y: Array, plus: Array | None = None) -> Array:
    """The product of a matrix or vector with a matrix, plus a row; if it is small by NumPy's `dot`.

    That takes half of the time of NumPy's `matmul` for a few rows.
    """
    if x.size * y.shape[1] >= SHARED and x.ndim > 1 and (product := _in_parts(x, y, plus)) is not None:
        _compute(product)
        return product.out
    out = x.dot(y)
    if plus is not None:
        out += plus
    return out  # type: ignore[no-any-return]


def dots(first: tuple[Array, Array], second: tuple[Array, Array]) -> tuple[Array, Array]:
    """Two products as `dot` makes them, large ones as one piece of work for the threads."""
    one, other = _in_parts(*first), _in_parts(*second)
    if one is None or other is None:
        return dot(*first), dot(*second)
    _compute(one, other)
    return one.out, other.out


def _in_parts(x: Any, y: Any, plus: Any = None) -> Product | None:
    """The product, unless it is one to be left whole."""
    (rows, inner), columns = x.shape[-2:], y.shape[-1]
    work = rows * inner * columns
    if not (SHARED <= work <= _most() and inner == y.shape[-2] and x.dtype == y.dtype and x.dtype.char in "fd"):
        return None
    leading = np.broadcast_shapes(x.shape[:-2], y.shape[:-2]) if x.ndim > 2 or y.ndim > 2 else ()
    return Product(x, y, plus, np.empty((*leading, rows, columns), x.dtype), work)


def _compute(*products: Product) -> None:
    total = products[0].work if len(products) == 1 else sum([product.work for product in products])
    if total < 2 * WORTH:
        for x, y, plus, out, _ in products:
            _fill(x, y, plus, out)
        return

    def share(first: int, last: int) -> None:
        at, end = first * GRAIN, last * GRAIN
        for product in products:
            if at < product.work and end > 0:
                _fill_between(product, max(at, 0), min(end, product.work))
            at, end = at - product.work, end - product.work

    in_parallel(share, -(-total // GRAIN), WORTH // GRAIN)


def _fill_between(product: Product, at: int, end: int) -> None:
    """Compute what lies from one multiplication to another along the longer side, in whole units."""
    x, y, plus, out, work = product
    rows, columns = out.shape[-2:]
    longer = max(rows, columns)
    units = -(-longer // ALIGNED)
    part = slice(at * units // work * ALIGNED, min(end * units // work * ALIGNED, longer))
    if part.start >= part.stop:
        return
    if rows == longer:
        _fill(x[..., part, :], y, plus, out[..., part, :])
    else:
        _fill(x, y[..., part], plus if plus is None else plus[part], out[..., part])


def _fill(x: Array, y: Array, plus: Array | None, out: Array) -> None:
    _in_tiles(x, y, out)
    if plus is not None:
        np.add(out, plus, out=out)


def times_vector(x: Array, vector: Array) -> Array:
    """`x @ vector` of a matrix (M, N), in parts that OpenBLAS computes in the calling thread."""
    rows, columns = x.shape
    height = LIGHT // max(1, columns)
    if not 1 < height < rows:
        return x.dot(vector)  # type: ignore[no-any-return]
    whole = rows // height * height
    out = np.empty(rows, x.dtype)
    np.matmul(x[:whole].reshape(-1, height, columns), vector, out=out[:whole].reshape(-1, height))
    np.matmul(x[whole:], vector, out=out[whole:])
    return out


def vector_times(vector: Array, x: Array) -> Array:
    """`vector @ x` of matrices (..., M, N), in parts that OpenBLAS computes in the calling thread."""
    rows, columns = x.shape[-2:]
    height = LIGHT // max(1, columns)
    if not 1 < height < rows:
        small: Array = vector.dot(x) if x.ndim == 2 else np.matmul(vector, x)  # dot is quicker
        return small
    whole = rows // height * height
    parts = x[..., :whole, :].reshape(*x.shape[:-2], -1, height, columns)
    total: Array = np.add.reduce(np.matmul(vector[:whole].reshape(-1, 1, height), parts), axis=-3)[..., 0, :]
    total += np.matmul(vector[whole:], x[..., whole:, :])
    return total


def _in_tiles(x: Array, y: Array, out: Array) -> None:
    """Products of (M, K) and (K, N) matrices into (M, N), the parts that make no whole tiles in tiles of their own."""
    (rows, inner), columns = x.shape[-2:], y.shape[-1]
    straight = y.strides[-1] == y.itemsize
    if rows * inner * columns <= (UNPACKED if straight and reads_small_operands() else SHARED - 1):
        np.matmul(x, y, out=out)
        return
    tile = STRAIGHT if straight else TRANSPOSED
    if inner > tile.inner:
        half = inner // 2
        _in_tiles(x[..., :half], y[..., :half, :], out)
        rest = np.empty_like(out)
        _in_tiles(x[..., half:], y[..., half:, :], rest)
        np.add(out, rest, out=out)
        return
    height = min(rows, ROWS)
    width = min(columns, max(8, _power_of_two(tile.panel // inner)), tile.columns,
                _power_of_two((SHARED - 1) // (inner * height)))
    low, left = rows // height * height, columns // width * width
    np.matmul(_rows_of(x[..., :low, :], height)[..., np.newaxis, :, :],
              _columns_of(y[..., :left], width)[..., np.newaxis, :, :, :],
              out=_columns_of(_rows_of(out[..., :low, :left], height), width))
    if left < columns:
        _in_tiles(x[..., :low, :], y[..., left:], out[..., :low, left:])
    if low < rows:
        _in_tiles(x[..., low:, :], y, out[..., low:, :])


def _power_of_two(largest: int) -> int:
    return 1 << max(0, largest.bit_length() - 1)  # the largest that is not above it


def _rows_of(matrix: Array, height: int) -> Array:
    """(..., M, N) as (..., M / height, height, N), a view."""
    return matrix.reshape(*matrix.shape[:-2], -1, height, matrix.shape[-1])


def _columns_of(matrix: Array, width: int) -> Array:
    """(..., M, N) as (..., N / width, M, width), a view."""
    return matrix.reshape(*matrix.shape[:-1], -1, width).swapaxes(-2, -3)

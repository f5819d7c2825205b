"""Large matrix products, shared out among our threads: each computes a part of the rows, the columns, or a stack.

BLAS computes each part in the thread that asks for it (`blas.py`). A product of more than some 800^3 is left whole to
BLAS, which shares it out better.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.runtime.blas import one_thread, one_thread_if
from autograd.runtime.threads import in_parallel

SHARED = 2 * 65536 * 4  # multiplications of a product from which on OpenBLAS's threads would share it
LIGHT = 9 * 1024 - 1  # elements of a matrix that OpenBLAS multiplies with a vector without its threads
WHOLE = 2**29  # multiplications that are BLAS's
WORTH = 2**22  # multiplications that are worth a thread: about 0.08 ms
SEVERAL = 5 * WORTH // 2  # those of two threads of which the caller's ends last: to wake it again costs as much
ALIGNED = 16  # rows or columns that are not parted
LINE = 200  # numbers that are packed in the time in which two threads write to one line of memory
FEW = 8  # one row for so many numbers in each is few: packed as they are, they cost less than a transposed matrix
GRAIN = 2**16  # multiplications that are shared out together


class Product(NamedTuple):
    """x y + plus, with a row `plus` or None, of so many multiplications, to be computed into `out`."""

    x: Array
    y: Array
    plus: Array | None
    out: Array
    work: int


def matmul_of_arrays(x: Any, y: Any) -> Any:
    """`np.matmul(x, y)` of arrays with two axes or more, not empty, shared out unless it is small or very large.

    A stack of matrices that meets one matrix is one product of all its rows.
    """
    if x.ndim > 2 == y.ndim and x.flags.c_contiguous and x.shape[-1] == len(y):
        return matmul_of_arrays(x.reshape(-1, len(y)), y).reshape(*x.shape[:-1], y.shape[1])
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
    if not (inner == y.shape[-2] and x.dtype == y.dtype and x.dtype.char in "fd"):
        return None
    leading: tuple[int, ...] = x.shape[:-2]
    if leading != y.shape[:-2]:
        leading = np.broadcast_shapes(leading, y.shape[:-2])
    one = rows * inner * columns
    work = one * math.prod(leading)
    if not (one <= WHOLE and work >= SHARED):
        return None
    return Product(x, y, plus, np.empty((*leading, rows, columns), x.dtype), work)


def _compute(*products: Product) -> None:
    total = products[0].work if len(products) == 1 else sum([product.work for product in products])
    if total < SEVERAL:
        with one_thread:
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
    """Compute what lies from one multiplication to another along one axis, rows and columns in whole units.

    It is the longest, but of the last two the cheaper: along rows each thread packs all of y for its processor; along
    columns all of x, and in each row two threads write to one line of memory.
    """
    x, y, plus, out, work = product
    (rows, inner), columns = x.shape[-2:], y.shape[-1]
    last = -2 if inner * columns <= (inner + LINE) * rows else -1
    units = [*out.shape[:-2], -(-out.shape[last] // ALIGNED)]
    longest = max(units)
    axis = last if longest == units[-1] else units.index(longest) - out.ndim
    unit = ALIGNED if axis == last else 1
    part = slice(at * longest // work * unit, min(end * longest // work * unit, out.shape[axis]))
    if part.start >= part.stop:
        return
    some: Any = (..., part, *(slice(None),) * (-1 - axis))
    if axis == -1:
        y, plus = y[some], plus if plus is None else plus[part]
    elif axis == -2:
        x = x[some]
    else:
        x, y = (np.broadcast_to(factor, out.shape[:-2] + factor.shape[-2:])[some] for factor in (x, y))
    _fill(x, y, plus, out[some])


def _fill(x: Array, y: Array, plus: Array | None, out: Array) -> None:
    if out.ndim == 2 and 1 < len(x) <= len(y) // FEW and y.flags.f_contiguous and x.dtype.char == "f":
        product = np.matmul(y.T, x.T).T
        np.copyto(out, product) if plus is None else np.add(product, plus, out=out)
        return
    np.matmul(x, y, out=out)
    if plus is not None:
        np.add(out, plus, out=out)


def times_vector(x: Array, vector: Array) -> Array:
    """`x @ vector` of a matrix (M, N)."""
    with one_thread_if(x.size > LIGHT):
        return x.dot(vector)  # type: ignore[no-any-return]


def vector_times(vector: Array, x: Array) -> Array:
    """`vector @ x` of matrices (..., M, N)."""
    with one_thread_if(x.size > LIGHT):
        return vector.dot(x) if x.ndim == 2 else np.matmul(vector, x)  # type: ignore[no-any-return]  # dot is quicker

"""Large matrix products, shared by our threads: each computes a part of the rows, of the columns, or of a stack.

BLAS computes each part in the calling thread (`blas.py`). A product of more than some 800^3 multiplications is left
whole to BLAS, which splits it better.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.runtime.blas import one_thread, one_thread_if
from autograd.runtime.threads import in_parallel
from autograd.runtime.tiles import in_tiles

SHARED = 2 * 65536 * 4  # multiplications of a product from which on OpenBLAS's threads would share it
LIGHT = 9 * 1024 - 1  # the most elements of a matrix that OpenBLAS multiplies with a vector in one thread
WHOLE = 2**29  # multiplications above which a product is left to BLAS
WORTH = 2**23  # multiplications that are worth a thread: about 0.1 ms, in which one wakes and answers
ALIGNED = 16  # rows or columns that stay together in one part
LINE = 200  # numbers that are packed in the time that two threads writing to one cache line lose
FEW = 8  # rows are few below 1/8 of their length: to pack them costs less than to pack a transposed matrix
GRAIN = 2**16  # multiplications per unit in which the work is divided


class Product(NamedTuple):
    """The product x y + plus, with a row `plus` or None, to be written to `out`; `work` is its multiplications."""

    x: Array
    y: Array
    plus: Array | None
    out: Array
    work: int


def matmul_of_arrays(x: Any, y: Any) -> Any:
    """`np.matmul(x, y)` of nonempty arrays with two axes or more, shared by the threads unless small or very large.

    A stack of matrices times a single matrix is one product of all rows of the stack.
    """
    if x.ndim > 2 == y.ndim and x.flags.c_contiguous and x.shape[-1] == len(y):
        return matmul_of_arrays(x.reshape(-1, len(y)), y).reshape(*x.shape[:-1], y.shape[1])
    if (product := _in_parts(x, y)) is None:
        return np.matmul(x, y)
    _compute(product)
    return product.out


def dot(x: Array, y: Array, plus: Array | None = None) -> Array:
    """The product of a matrix or vector with a matrix, plus a row.

    If it is small, NumPy's `dot` computes it: for a few rows that takes half the time of NumPy's `matmul`.
    """
    if x.size * y.shape[1] >= SHARED and x.ndim > 1 and (product := _in_parts(x, y, plus)) is not None:
        _compute(product)
        return product.out
    out = x.dot(y)
    if plus is not None:
        out += plus
    return out  # type: ignore[no-any-return]


def dots(first: tuple[Array, Array], second: tuple[Array, Array]) -> tuple[Array, Array]:
    """Two products as by `dot`; large ones are one piece of work for the threads."""
    (x, y), (z, w) = first, second
    if x.size * y.shape[1] < SHARED or z.size * w.shape[1] < SHARED:
        return dot(x, y), dot(z, w)
    one, other = _in_parts(x, y), _in_parts(z, w)
    if one is None or other is None:
        return dot(x, y), dot(z, w)
    _compute(one, other)
    return one.out, other.out


def _in_parts(x: Any, y: Any, plus: Any = None) -> Product | None:
    """The product to be shared by the threads, or None if it is to be left whole."""
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
    if total < 2 * WORTH:
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
    """Compute the part of a product between two counts of multiplications, cut along one axis of `out`.

    It is the longest axis, where of the last two only the cheaper counts: cut along rows, each thread packs all of y;
    along columns, it packs all of x, and in each row two threads write to one cache line. Rows and columns are cut in
    whole units of `ALIGNED`.
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
    if out.ndim > 2 or not in_tiles(x, y, out):
        if out.ndim == 2 and 1 < len(x) <= len(y) // FEW and y.flags.f_contiguous and x.dtype.char == "f":
            product = np.matmul(y.T, x.T).T
            np.copyto(out, product) if plus is None else np.add(product, plus, out=out)
            return
        np.matmul(x, y, out=out)
    if plus is not None:
        np.add(out, plus, out=out)


def times_vector(x: Array, vector: Array) -> Array:
    """`x @ vector` for a matrix x (M, N)."""
    with one_thread_if(x.size > LIGHT):
        return x.dot(vector)  # type: ignore[no-any-return]


def vector_times(vector: Array, x: Array) -> Array:
    """`vector @ x` for matrices x (..., M, N)."""
    if x.size <= LIGHT and x.ndim == 2:  # without a context, which takes twice as long as a small product
        return vector.dot(x)  # type: ignore[no-any-return]
    with one_thread_if(x.size > LIGHT):
        return vector.dot(x) if x.ndim == 2 else np.matmul(vector, x)  # type: ignore[no-any-return]  # dot is faster

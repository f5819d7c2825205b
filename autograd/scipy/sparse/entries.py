"""Sparse matrices whose entries are tensors: values at places, where duplicates add up, as in SciPy's COO."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sl

from autograd.arguments import array_of
from autograd.arrays import in_dtype, is_integer
from autograd.declare import general, on_arrays_too
from autograd.duck_arrays import Array
from autograd.tensor.nested import holds_tensors, joined

from .products import of_constant


@dataclass(frozen=True, eq=False)
class Places:
    """Where the entries of a matrix are."""

    row: Array
    col: Array
    shape: tuple[int, int]

    @property
    def T(self) -> Places:
        return Places(self.col, self.row, self.shape[::-1])

    def matrix(self, values: Array) -> Any:
        """SciPy's matrix of these numbers."""
        return sp.coo_array((values, (self.row, self.col)), self.shape)

    def sums(self) -> Any:
        """The constant matrix that adds up what belongs to each row; in the smallest dtype, which widens no other."""
        return sp.csr_array((np.ones(len(self.row), np.int8), (self.row, np.arange(len(self.row)))),
                            (self.shape[0], len(self.row)))

    def __repr__(self) -> str:
        return f"{len(self.row)} of {self.shape}"


def by_rows(values: Array, x: Array) -> Array:
    """The values, with an axis for the columns of x if it has any."""
    return values if x.ndim == 1 else values[:, None]


def times(values: Array, x: Array, places: Places) -> Array:
    """The matrix of these values, times x."""
    return of_constant(places.sums(), by_rows(values, x) * x[places.col])


def outer_at(left: Array, right: Array, places: Places) -> Array:
    """The entries of left right^T at the places."""
    products = left[places.row] * right[places.col]
    return products if products.ndim == 1 else np.sum(products, axis=1)


def solve(x: Array, y: Array, *, places: Places) -> Array:
    dtype = np.result_type(x, y, np.float32)
    return sl.splu(places.matrix(x.astype(dtype)).tocsc()).solve(y)


system: Any = on_arrays_too(general(
    solve,
    [lambda g, x, y, out, *, places: -outer_at(system(x, g, places=places.T), out, places),
     lambda g, x, *, places: system(x, g, places=places.T)],
    [lambda t, x, y, out, *, places: -system(x, times(t, out, places), places=places),
     lambda t, x, *, places: system(x, t, places=places)],
    name="sparse_solve"))


class Entries:
    """A sparse matrix whose entries are tensors: `A @ x`, `x @ A`, `A + B`, `k * A`, `A.T`, and `linalg.spsolve(A, b)`.

    `data` (nnz,) are the entries at the rows `row` and columns `col`; duplicates add up. Other operands are SciPy's
    constant sparse matrices, numbers, tensors of one element, and matrices of this kind. Raises ValueError for shapes
    that do not fit.
    """

    __array_ufunc__ = None  # so that arrays defer `x * A` to the matrix
    ndim = 2

    def __init__(self, data: Any, places: Places) -> None:
        self.data, self.places = data, places

    @property
    def shape(self) -> tuple[int, int]:
        return self.places.shape

    @property
    def dtype(self) -> Any:
        return self.data.dtype

    @property
    def nnz(self) -> int:
        return len(self.places.row)

    @property
    def T(self) -> Entries:
        return Entries(self.data, self.places.T)

    def asformat(self, *_: Any, **__: Any) -> Entries:
        """The matrix itself: which format it has makes no difference here."""
        return self

    tocoo = tocsr = tocsc = asformat

    def toarray(self) -> Any:
        rows, columns = self.shape
        flat = Places(self.places.row * columns + self.places.col, self.places.col, (rows * columns, columns))
        return of_constant(flat.sums(), self.data).reshape(self.shape)

    def __matmul__(self, x: Any) -> Any:
        if isinstance(x, Entries) or sp.issparse(x):
            raise TypeError("a sparse matrix of tensors multiplies vectors and dense matrices; write A @ (B @ x)")
        x = array_of(x)
        if x.ndim not in (1, 2) or x.shape[0] != self.shape[1]:
            raise ValueError(f"a matrix {self.shape} multiplies ({self.shape[1]},) or ({self.shape[1]}, K), got "
                             f"{x.shape}")
        return times(self.data, x, self.places)

    def __rmatmul__(self, x: Any) -> Any:
        return np.transpose(self.T @ np.transpose(array_of(x)))

    def __add__(self, other: Any) -> Any:
        if not (isinstance(other, Entries) or sp.issparse(other)):
            return NotImplemented
        if other.shape != self.shape:
            raise ValueError(f"matrices of one shape are added, got {self.shape} and {other.shape}")
        coo = other.tocoo()
        data, places = coo.data, coo.places if isinstance(other, Entries) else coo
        row, col = (np.concatenate([getattr(each, name) for each in (self.places, places)]) for name in ("row", "col"))
        return Entries(np.concatenate([self.data, data]), Places(row, col, self.shape))

    def __neg__(self) -> Entries:
        return Entries(-self.data, self.places)

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, number: Any) -> Any:
        return Entries(self.data * number, self.places) if np.ndim(number) == 0 else NotImplemented

    def __truediv__(self, number: Any) -> Any:
        return Entries(self.data / number, self.places) if np.ndim(number) == 0 else NotImplemented

    __radd__, __rmul__ = __add__, __mul__

    def __repr__(self) -> str:
        return f"<sparse matrix {self.shape} of {self.nnz} tensors, {self.dtype}>"


def coo_array(arg1: Any, shape: Any = None, dtype: Any = None, copy: bool = False, **options: Any) -> Any:
    """SciPy's `coo_array`, or with tensors in it, as `coo_array((data, (row, col)), shape)`, an `Entries`."""
    if not holds_tensors(arg1):
        return sp.coo_array(arg1, shape, dtype, copy, **options)
    data: Any = joined(arg1[0]) if isinstance(arg1, tuple) and len(arg1) == 2 else 0
    if np.ndim(data) != 1:
        raise TypeError("a sparse matrix of tensors is coo_array((data, (row, col)), shape), with data (nnz,)")
    row, col = arg1[1]
    checked = sp.coo_array((np.ones(data.shape), (row, col)), shape, **options)  # raises for what does not fit
    return Entries(in_dtype(data, dtype), Places(np.array(checked.row), np.array(checked.col), checked.shape))


def diags_array(diagonals: Any, *, offsets: Any = 0, shape: Any = None, **options: Any) -> Any:
    """SciPy's `diags_array`, or with tensors in it an `Entries`: `diags_array([low, main, up], offsets=[-1, 0, 1])`."""
    if not holds_tensors(diagonals):
        return sp.diags_array(diagonals, offsets=offsets, shape=shape, **options)
    of_one = is_integer(offsets)
    each = [array_of(d) for d in ([diagonals] if of_one and np.ndim(diagonals[0]) == 0 else diagonals)]
    every = [offsets] if of_one else list(offsets)
    frame = sp.diags_array([np.ones(np.shape(d)) for d in each], offsets=every, shape=shape, **options)  # as above
    rows, columns = frame.shape
    lengths = [min(rows + min(k, 0), columns - max(k, 0)) for k in every]
    row, col = (np.concatenate([np.arange(length) + max(side * k, 0) for k, length in zip(every, lengths, strict=True)])
                for side in (-1, 1))
    data = [np.broadcast_to(d, (length,)) for d, length in zip(each, lengths, strict=True)]
    return Entries(in_dtype(np.concatenate(data), options.get("dtype")), Places(row, col, frame.shape))


def coo_matrix(arg1: Any, *args: Any, **options: Any) -> Any:
    """`coo_array`, or without tensors SciPy's `coo_matrix`."""
    return (coo_array if holds_tensors(arg1) else sp.coo_matrix)(arg1, *args, **options)


def diags(diagonals: Any, offsets: Any = 0, shape: Any = None, format: Any = None, **options: Any) -> Any:
    """`diags_array`, or without tensors SciPy's `diags`."""
    make = diags_array if holds_tensors(diagonals) else sp.diags
    return make(diagonals, offsets=offsets, shape=shape, format=format, **options)

"""The linear algebra extension of the array API standard 2024.12."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.arguments import as_tensor
from autograd.lazy import on_first_use
from autograd.tensor import Tensor
from autograd.tensor.nested import shared_values

from .apply import call, call_for_several

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class EigResult(NamedTuple):
    """Eigenvalues, in no particular order, and the matrix whose columns are eigenvectors, both complex."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class EighResult(NamedTuple):
    """Eigenvalues in ascending order and the matrix whose columns are eigenvectors."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class QRResult(NamedTuple):
    """A matrix with orthonormal columns and an upper triangular one."""

    Q: Tensor
    R: Tensor


class SlogdetResult(NamedTuple):
    """The sign and the logarithm of the absolute value of a determinant."""

    sign: Tensor
    logabsdet: Tensor


class SVDResult(NamedTuple):
    """Left singular vectors, singular values in descending order, and right singular vectors, transposed."""

    U: Tensor
    S: Tensor
    Vh: Tensor


def matmul(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The matrix product, over stacks of matrices."""
    return call(np.matmul, x1, x2)


def matrix_transpose(x: Tensor, /) -> Tensor:
    """The last two axes swapped."""
    return call(np.matrix_transpose, as_tensor(x))


def tensordot(x1: ArrayLike, x2: ArrayLike, /, axes: Any = 2) -> Tensor:
    """The sum of products over the given axes."""
    return call(np.tensordot, x1, x2, axes=axes)


def vecdot(x1: ArrayLike, x2: ArrayLike, /, *, axis: int = -1) -> Tensor:
    """The dot products of vectors along `axis`, the first conjugated."""
    return call(np.vecdot, x1, x2, axis=axis)


def cholesky(x: Tensor, /, *, upper: bool = False) -> Tensor:
    """The triangular factor of a positive definite matrix."""
    return call(np.linalg.cholesky, as_tensor(x), upper=upper)


def cross(x1: Tensor, x2: Tensor, /, *, axis: int = -1) -> Tensor:
    """The cross product of vectors of length 3."""
    return call(np.linalg.cross, x1, x2, axis=axis)


def det(x: Tensor, /) -> Tensor:
    """The determinant."""
    return call(np.linalg.det, as_tensor(x))


def diagonal(x: Tensor, /, *, offset: int = 0) -> Tensor:
    """The diagonal of the last two axes."""
    return call(np.linalg.diagonal, as_tensor(x), offset=offset)


def eig(x: Tensor, /) -> EigResult:
    """Eigenvalues and eigenvectors of any square matrix. New in 2025.12."""
    return EigResult(*map(_complex, call_for_several(np.linalg.eig, as_tensor(x))))


def eigh(x: Tensor, /) -> EighResult:
    """Eigenvalues and eigenvectors of a symmetric or Hermitian matrix."""
    return EighResult(*call_for_several(np.linalg.eigh, as_tensor(x)))


def eigvals(x: Tensor, /) -> Tensor:
    """Eigenvalues of any square matrix. New in 2025.12."""
    return _complex(call(np.linalg.eigvals, as_tensor(x)))


def eigvalsh(x: Tensor, /) -> Tensor:
    """Eigenvalues of a symmetric or Hermitian matrix."""
    return call(np.linalg.eigvalsh, as_tensor(x))


def inv(x: Tensor, /) -> Tensor:
    """The inverse."""
    return call(np.linalg.inv, as_tensor(x))


def matrix_norm(x: Tensor, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    """A norm of matrices in the last two axes."""
    return call(np.linalg.matrix_norm, as_tensor(x), keepdims=keepdims, ord=ord)


def matrix_power(x: Tensor, n: int, /) -> Tensor:
    """A matrix to an integer power."""
    return call(np.linalg.matrix_power, as_tensor(x), n)


def matrix_rank(x: Tensor, /, *, rtol: Any = None) -> Tensor:
    """The number of singular values above the tolerance."""
    if x.ndim < 2:
        raise ValueError(f"matrix_rank needs at least two dimensions, got shape {x.shape}")
    return call(np.linalg.matrix_rank, as_tensor(x), rtol=rtol)


def outer(x1: Tensor, x2: Tensor, /) -> Tensor:
    """The outer product of two vectors."""
    return call(np.linalg.outer, x1, x2)


def pinv(x: Tensor, /, *, rtol: Any = None) -> Tensor:
    """The pseudo-inverse of Moore and Penrose, of a rank that `rtol` decides."""
    return call(np.linalg.pinv, as_tensor(x), rtol=shared_values(rtol))


def qr(x: Tensor, /, mode: str = "reduced") -> QRResult:
    """The QR decomposition."""
    return QRResult(*call_for_several(np.linalg.qr, as_tensor(x), mode=mode))


def slogdet(x: Tensor, /) -> SlogdetResult:
    """Sign and logarithm of the determinant."""
    return SlogdetResult(*call_for_several(np.linalg.slogdet, as_tensor(x)))


def solve(x1: Tensor, x2: Tensor, /) -> Tensor:
    """The solution of `x1 @ x = x2`."""
    return call(np.linalg.solve, x1, x2)


def svd(x: Tensor, /, full_matrices: bool = True) -> SVDResult:
    """The singular value decomposition."""
    return SVDResult(*call_for_several(np.linalg.svd, as_tensor(x), full_matrices=full_matrices))


def svdvals(x: Tensor, /) -> Tensor:
    """The singular values, in descending order."""
    return call(np.linalg.svdvals, as_tensor(x))


def trace(x: Tensor, /, *, offset: int = 0, dtype: Any = None) -> Tensor:
    """The sum of the diagonal of the last two axes."""
    return call(np.linalg.trace, as_tensor(x), offset=offset, dtype=dtype)


def vector_norm(x: Tensor, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Tensor:
    """A norm of vectors over the axes."""
    return call(np.linalg.vector_norm, as_tensor(x), axis=axis, keepdims=keepdims, ord=ord)


def _complex(x: Tensor) -> Tensor:
    """Complex numbers of the same precision, whatever the values are: NumPy gives real ones where all are real."""
    return call(np.astype, x, np.result_type(x.dtype, np.complex64))


if not TYPE_CHECKING:  # or else a type checker would take every name for one that exists
    __getattr__, __dir__ = on_first_use(__name__, {}, {name: f"write np.linalg.{name}" for name in np.linalg.__all__})

"""Sparse matrices: constant ones, whose own `A @ x` would turn tensors into arrays, and those of tensors."""

from __future__ import annotations

from typing import Any

from autograd.arguments import array_of
from autograd.scipy.twin import no_twins_but_these

from . import linalg
from .entries import Entries, coo_array, coo_matrix, diags, diags_array
from .products import of_constant

__all__ = ["coo_array", "coo_matrix", "diags", "diags_array", "linalg", "matmul"]

__getattr__ = no_twins_but_these(__name__, "coo_array((data, (row, col)), shape) and diags_array take tensors; ")


def matmul(A: Any, x: Any) -> Any:
    """`A @ x` of a constant sparse matrix (M, N) and a vector (N,) or matrix (N, K), differentiated in x.

    The matrix is copied at the call; a matrix of tensors is differentiated, too. Raises `TypeError` for anything but a
    sparse matrix.
    """
    if isinstance(A, Entries):
        return A @ x
    if not hasattr(A, "toarray"):
        raise TypeError(f"matmul takes one of SciPy's sparse matrices, got {type(A).__name__}; write A @ x")
    return of_constant(A.copy(), array_of(x))

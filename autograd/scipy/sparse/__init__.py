"""Products with constant sparse matrices, which SciPy's own `A @ x` would turn tensors into arrays for."""

from __future__ import annotations

from typing import Any

from autograd.arguments import array_of
from autograd.declare import linear, on_arrays_too
from autograd.scipy.twin import no_twins_but_these

from . import linalg

__all__ = ["linalg", "matmul"]

__getattr__ = no_twins_but_these(__name__)

Array = Any


def multiply(x: Array, *, matrix: Any) -> Array:
    return matrix @ x


product: Any = on_arrays_too(
    linear(multiply, lambda g, *, matrix: product(g, matrix=matrix.T), name="sparse_matmul"))


def matmul(A: Any, x: Any) -> Any:
    """`A @ x` of a constant sparse matrix (M, N) and a vector (N,) or matrix (N, K), differentiated in x.

    The matrix is kept as it is at the call. Raises `TypeError` if it is not one of SciPy's.
    """
    if not hasattr(A, "toarray"):
        raise TypeError(f"matmul takes one of SciPy's sparse matrices, got {type(A).__name__}; write A @ x")
    x = array_of(x)
    return product(x, matrix=A.copy())

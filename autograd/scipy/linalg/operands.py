"""Matrices as SciPy takes them: in a precision that LAPACK has, and broadcast to one stack."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.duck_arrays import Array
from autograd.scipy.precision import at_least


def for_lapack(*given: Any) -> list[Array]:
    """A matrix in single precision at least, as SciPy casts it: LAPACK has no half precision, which NumPy refuses."""
    return at_least(np.float32, *given)


def of_one_stack(*matrices: Array) -> list[Array]:
    """Stacks of matrices, broadcast to one another."""
    stack = np.broadcast_shapes(*[x.shape[:-2] for x in matrices])
    return [np.broadcast_to(x, (*stack, *x.shape[-2:])) for x in matrices]


def square(name: str, a: Array) -> Array:
    """The matrix, or stack of them; raises `LinAlgError` for a row or a vector, which would broadcast to a matrix."""
    if a.ndim < 2 or a.shape[-2] != a.shape[-1]:
        raise np.linalg.LinAlgError(f"{name} takes a square matrix, got shape {a.shape}")
    return a

"""Matrices as SciPy reads them: in a precision that LAPACK has, and broadcast to one stack."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.duck_arrays import Array
from autograd.scipy.precision import at_least


def for_lapack(*given: Any) -> list[Array]:
    """In single precision at least: LAPACK has no half precision, for which SciPy takes single; NumPy refuses it."""
    return at_least(np.float32, *given)


def of_one_stack(*matrices: Array) -> list[Array]:
    """Stacks of matrices, broadcast to one another."""
    stack = np.broadcast_shapes(*[x.shape[:-2] for x in matrices])
    return [np.broadcast_to(x, (*stack, *x.shape[-2:])) for x in matrices]

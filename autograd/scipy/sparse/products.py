"""Products with constant sparse matrices."""

from __future__ import annotations

from typing import Any

from autograd.declare import linear, on_arrays_too
from autograd.duck_arrays import Array


def multiply(x: Array, *, matrix: Any) -> Array:
    return matrix @ x


product: Any = on_arrays_too(linear(multiply, lambda g, *, matrix: product(g, matrix=matrix.T), name="sparse_matmul"))


def of_constant(matrix: Any, x: Array) -> Array:
    """`matrix @ x`, for a matrix that nobody changes."""
    return product(x, matrix=matrix)

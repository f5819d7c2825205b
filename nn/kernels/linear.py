"""The affine map of a dense layer as a primitive: one product forward, and one for each cotangent.

    out = x W^T + b      x (..., in), weight (out, in), bias (out,) or None, out (..., out)
    dx = g W,   dW = g^T x,   db = sum of g

Memory: all leading axes are merged, so that each is a single matrix product (rows, in) x (in, out) in row-major order.
The bias is added to each part while it is in the cache, and the threads compute dx and dW as one piece of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs, fused
from autograd.registry import Operation
from autograd.runtime.matmul import dot, dots, vector_times


def forward(x: Array, weight: Array, bias: Array | None) -> tuple[Array, tuple[()]]:
    rows = x if x.ndim < 3 else x.reshape(-1, x.shape[-1])
    out = dot(rows, weight.T, bias)
    return out if x.ndim < 3 else out.reshape(*x.shape[:-1], len(weight)), ()


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[()], needs: Needs) -> tuple[Array | None, ...]:
    x, weight, _ = operands
    rows, inputs = _matrix(g), _matrix(x)
    dx: Array | None
    dw: Array | None
    if needs[0] and needs[1]:
        dx, dw = dots((rows, weight), (rows.T, inputs))
    else:
        dx, dw = dot(rows, weight) if needs[0] else None, dot(rows.T, inputs) if needs[1] else None
    db = vector_times(_ones(len(rows), g.dtype), rows) if needs[2] else None
    return None if dx is None else dx.reshape(x.shape), dw, db


def recorded(g: Any, operands: Sequence[Any], needs: Needs) -> tuple[Any, ...]:
    x, weight, _ = operands
    rows = _matrix(g)
    return (g @ weight if needs[0] else None,
            rows.T @ _matrix(x) if needs[1] else None,
            rows.sum(axis=0) if needs[2] else None)


def _matrix(x: Any) -> Any:
    return x if x.ndim == 2 else x.reshape(-1, x.shape[-1])


@lru_cache(8)
def _ones(count: int, dtype: np.dtype[Any]) -> Array:
    """A vector of ones: its product with a matrix is the sum of the rows, in two thirds of the time of `sum`."""
    return np.ones(count, dtype)


def reference(x: Any, weight: Any, bias: Any) -> Any:
    out = x @ weight.T
    return out if bias is None else out + bias


linear: Operation = fused("linear", forward, pullback, reference, recorded=recorded)

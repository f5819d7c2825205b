"""Multi-head self-attention as a primitive, from one projection that holds the queries, keys and values of all heads.

    q, k, v = thirds of the projection, each (N, T, heads, d);   out = attention(q, k, v), heads side by side

projection is (N, T, 3 E), out (N, T, E), E = heads d; `mask` broadcasts to (N, heads, T, T), `keep` has that shape;
both are as in `attention.py`, whose kernels work here on views of the projection: nothing is split or concatenated, and
the cotangents of queries, keys and values are written to their places in the cotangent of the projection.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs
from autograd.registry import Operation
from nn.kernels import attention
from nn.kernels.half_precision import fused_in_single


def _parts(projection: Any, heads: int) -> Any:
    """The projection as queries, keys and values, (3, N, heads, T, d)."""
    batch, steps, width = projection.shape
    return projection.reshape((batch, steps, 3, heads, width // (3 * heads))).transpose((2, 0, 3, 1, 4))


def _side_by_side(out: Any) -> Any:
    """(N, heads, T, d) as (N, T, heads d)."""
    batch, heads, steps, width = out.shape
    return out.swapaxes(1, 2).reshape((batch, steps, heads * width))


def forward(projection: Array, mask: Array | None, keep: Array | None, *, heads: int,
            keep_scale: float = 1.0) -> tuple[Array, tuple[Array, ...]]:
    q, k, v = _parts(projection, heads)
    out, residuals = attention.forward(q, k, v, mask, keep, keep_scale=keep_scale)
    return _side_by_side(out), residuals


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Array, ...], needs: Needs, *, heads: int,
             keep_scale: float = 1.0) -> tuple[Array | None, ...]:
    projection, mask, keep = operands
    q, k, v = _parts(projection, heads)
    dprojection = np.empty(projection.shape, projection.dtype)
    dscores = np.empty((*q.shape[:-2], q.shape[-2], q.shape[-2]), q.dtype) if needs[1] else None
    cotangent = g.reshape((*g.shape[:2], heads, q.shape[-1])).swapaxes(1, 2)
    attention.accumulate(cotangent, (q, k, v, mask, keep), residuals, (*_parts(dprojection, heads), dscores),
                         np.asarray(1 / math.sqrt(q.shape[-1]), q.dtype), keep_scale)
    return dprojection if needs[0] else None, None if dscores is None else dscores.swapaxes(-1, -2), None


def reference(projection: Any, mask: Any, keep: Any, *, heads: int, keep_scale: float = 1.0) -> Any:
    parts = _parts(projection, heads)
    return _side_by_side(attention.reference(parts[0], parts[1], parts[2], mask, keep, keep_scale=keep_scale))


self_attention: Operation = fused_in_single("self_attention", forward, pullback, reference)

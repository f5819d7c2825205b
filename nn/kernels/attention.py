"""Scaled dot-product attention as a primitive.

    out = softmax(scale q kᵀ + mask) v,   scale = 1 / sqrt(d) unless given

q is (..., T, d), k (..., S, d), v (..., S, e), out (..., T, e); leading axes broadcast. `mask` broadcasts to (..., T, S):
boolean, True where a query may attend to a key, or floating and added to the scores. A query that may attend to nothing
gets 0, and gives zero gradients. `keep` (..., T, S), boolean, drops weights; those kept are multiplied by `keep_scale`.

Memory. Scores are held transposed, (S, T): the softmax then runs over whole rows of memory instead of along each.
Its division is done on the output, (T, e), not on the weights. Kept for the pullback: exp(scores - max), the sums, out.
All works on blocks of the first leading axis that stay in the L2 cache. out has the memory order of q: heads that are
views of one projection (N, T, heads, d) need no copy before, nor after.

Source: Vaswani et al., "Attention is all you need", 2017.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.fused import fused
from nn.kernels.broadcasting import summed_to
from nn.kernels.blocks import block_length, for_blocks

Array = NDArray[Any]


def _transposed(x: Array) -> Array:
    return x.swapaxes(-1, -2)


def _scale(q: Array, scale: float | None) -> float:
    return 1 / math.sqrt(q.shape[-1]) if scale is None else scale


def _additive(mask: Any, dtype: Any) -> Any:
    """A mask as numbers to add to the scores."""
    return np.where(mask, 0.0, -np.inf).astype(dtype) if mask.dtype == bool else mask


def _leading(*operands: Array | None) -> tuple[int, ...]:
    """The leading axes that the operands broadcast to, at least one: the work is shared out along the first."""
    return np.broadcast_shapes((1,), *(x.shape[:-2] for x in operands if x is not None))


def _expanded(x: Array | None, leading: tuple[int, ...]) -> Array | None:
    if x is None:
        return None
    return np.broadcast_to(x, leading + x.shape[-2:]) if x.shape[:-2] != leading else x


def forward(q: Array, k: Array, v: Array, mask: Array | None, keep: Array | None, *, scale: float | None = None,
            keep_scale: float = 1.0) -> tuple[Array, tuple[Array, ...]]:
    factor = np.asarray(_scale(q, scale), q.dtype)
    leading = _leading(q, k, v, mask)
    if mask is not None:
        mask = _expanded(_transposed(np.atleast_2d(_additive(mask, q.dtype))), leading)
    queries, keys = q.shape[-2], k.shape[-2]
    bare = max(x.ndim for x in (q, k, v) if x is not None) == 2
    shape = (*leading, queries, v.shape[-1])
    q, k, v, keep = (_expanded(x, leading) for x in (q, k, v, keep))
    out = np.empty_like(q) if q.shape == shape else np.empty(shape, q.dtype)
    weights = np.empty((*leading, keys, queries), q.dtype)
    sums = np.empty((*leading, queries, 1), q.dtype)
    ones = np.ones(keys, q.dtype)

    def work(block: slice) -> None:
        part = weights[block]
        np.matmul(k[block], _transposed(q[block] * factor), out=part)
        if mask is not None:
            np.add(part, mask[block], out=part)
        largest = part.max(axis=-2, keepdims=True)
        if mask is not None:
            np.maximum(largest, np.finfo(q.dtype).min, out=largest)  # a column of -inf alone becomes 0
        np.subtract(part, largest, out=part)
        np.exp(part, out=part)
        total = ones @ part
        if mask is not None:
            total[total == 0] = 1
        sums[block] = total[..., np.newaxis]
        kept = part if keep is None else _kept(part, keep[block])
        result = np.matmul(_transposed(kept), v[block], out=out[block])
        np.multiply(result, keep_scale / sums[block], out=result)

    for_blocks(work, leading[0], block_length(math.prod(leading[1:]) * queries * keys))
    return out[0] if bare else out, (weights, sums, out)


def _kept(weights: Array, keep: Array) -> Array:
    return weights * _transposed(keep)


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Array, ...], needs: Sequence[bool], *,
             scale: float | None = None, keep_scale: float = 1.0) -> tuple[Array | None, ...]:
    """With p the weights:  dv = pᵀ g,  ds = p (g vᵀ - g · out),  dq = scale ds k,  dk = scale dsᵀ q."""
    weights, sums, out = residuals
    leading, (keys, queries) = weights.shape[:-2], weights.shape[-2:]
    factor = np.asarray(_scale(operands[0], scale), out.dtype)
    q, k, v, _, keep = (_expanded(x, leading) if i != 3 else None for i, x in enumerate(operands))
    g = _expanded(g, leading)
    dq, dk, dv = (np.empty_like(x, subok=False) if needed else None
                  for x, needed in zip((q, k, v), needs, strict=False))
    dmask = np.empty_like(weights) if needs[3] else None
    scores = needs[0] or needs[1] or needs[3]

    def work(block: slice) -> None:
        part = weights[block]
        cotangent = g[block] / sums[block]
        along = np.einsum("...te,...te->...t", cotangent, out[block])[..., np.newaxis, :]
        if keep is not None:
            cotangent *= keep_scale
        if dv is not None:
            kept = part if keep is None else _kept(part, keep[block])
            np.matmul(kept, cotangent, out=dv[block])
        if not scores:
            return
        ds = v[block] @ _transposed(cotangent)
        if keep is not None:
            np.multiply(ds, _transposed(keep[block]), out=ds)
        np.subtract(ds, along, out=ds)
        np.multiply(ds, part, out=ds)
        if dmask is not None:
            dmask[block] = ds
        if dk is not None:
            np.matmul(ds, q[block] * factor, out=dk[block])
        if dq is not None:
            result = np.matmul(_transposed(ds), k[block], out=dq[block])
            np.multiply(result, factor, out=result)

    for_blocks(work, leading[0], block_length(math.prod(leading[1:]) * queries * keys))
    cotangents = (dq, dk, dv, None if dmask is None else _transposed(dmask))
    return (*[None if d is None else summed_to(d, x.shape) for d, x in zip(cotangents, operands, strict=False)], None)


def attention_weights(q: Any, k: Any, mask: Any, *, scale: float | None = None) -> Any:
    """softmax(scale q kᵀ + mask), (..., T, S), in differentiable NumPy calls; all zero where nothing may be attended to."""
    scores = np.matmul(q, k.swapaxes(-1, -2)) * _scale(q, scale)
    if mask is not None:
        scores = scores + _additive(mask, scores.dtype)
    largest = np.maximum(np.max(scores, axis=-1, keepdims=True), np.finfo(scores.dtype).min)
    weights = np.exp(scores - largest)
    total = np.sum(weights, axis=-1, keepdims=True)
    return weights / np.where(total == 0, 1, total)


def reference(q: Any, k: Any, v: Any, mask: Any, keep: Any, *, scale: float | None = None,
              keep_scale: float = 1.0) -> Any:
    weights = attention_weights(q, k, mask, scale=scale)
    return np.matmul(weights if keep is None else weights * keep * keep_scale, v)


scaled_dot_product_attention = fused("attention", forward, pullback, reference)

"""Scaled dot-product attention as a primitive.

    out = softmax(scale q kᵀ + mask) v,   scale = 1 / sqrt(d) unless given

q is (..., T, d), k (..., S, d), v (..., S, e), out (..., T, e); leading axes broadcast. `mask` broadcasts to
(..., T, S): boolean, True where a query may attend to a key, or floating and added to the scores. A query that may
attend to no key has output 0 and zero gradients. `keep` (..., T, S), boolean or None, is dropout: weights where it is
False are dropped, and the others multiplied by `keep_scale`.

Memory. The work is done in blocks of the first leading axis, and no weights are kept: the pullback recomputes those of
its block as exp(score - logsumexp), a tenth of its time. The logsumexp of each query and out are kept. Scores are
stored transposed, (S, T): the softmax then runs over whole rows of memory instead of along each. out has the memory
order of q, and each cotangent that of its operand: heads that are views of one projection (N, T, heads, d) are copied
neither before nor after.

Sources: Vaswani et al., "Attention is all you need", 2017; Dao et al., "FlashAttention: fast and memory-efficient exact
attention with IO-awareness", 2022.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs
from autograd.registry import Operation
from autograd.runtime.blocks import block_length, for_blocks
from autograd.runtime.reduction import harmless_to_exp
from nn.kernels.half_precision import fused_in_single, in_single
from nn.kernels.sums import sums_over_rows

BLOCK = 2**17  # scores per block: two arrays of this size fill the L2 cache


def _transposed(x: Array) -> Array:
    return x.swapaxes(-1, -2)


def _scale(q: Any, scale: float | None) -> float:
    return 1 / math.sqrt(q.shape[-1]) if scale is None else scale


def _additive(mask: Any, dtype: Any) -> Any:
    """The mask as numbers to add to the scores: 0 or -inf if it is boolean."""
    return np.where(mask, 0.0, -np.inf).astype(dtype) if mask.dtype == bool else mask


def _expanded(x: Any, leading: tuple[int, ...]) -> Any:
    """An operand broadcast to the leading axes; None stays None."""
    return x if x is None or x.shape[:-2] == leading else np.broadcast_to(x, leading + x.shape[-2:])


def _scores(q: Array, k: Array, factor: Array) -> Array:
    """The scores of a block before masking, transposed: (..., S, T)."""
    turned = np.multiply(_transposed(q), factor, order="C")  # products of few rows with a transposed view are slow
    return np.matmul(k, turned)  # type: ignore[no-any-return]


def _added(mask: Array | None, dtype: Any) -> Array | None:
    """The numbers that a mask adds to the transposed scores, or None without a mask."""
    return None if mask is None else _transposed(np.atleast_2d(_additive(mask, dtype)))


@np.errstate(under="ignore")
def forward(q: Array, k: Array, v: Array, mask: Array | None, keep: Array | None, *, scale: float | None = None,
            keep_scale: float = 1.0) -> tuple[Array, tuple[Array, ...]]:
    factor = np.asarray(_scale(q, scale), q.dtype)
    added = _added(mask, q.dtype)
    shapes = [x.shape[:-2] for x in (q, k, v, added) if x is not None]
    leading = np.broadcast_shapes((1,), *shapes)  # at least one axis: threads share the work along the first
    q, k, v, added, keep = (_expanded(x, leading) for x in (q, k, v, added, keep))
    queries, keys = q.shape[-2], k.shape[-2]
    out = np.empty_like(q) if q.shape[-1] == v.shape[-1] else np.empty((*leading, queries, v.shape[-1]), q.dtype)
    logs = np.empty((*leading, 1, queries), q.dtype)  # log of the sum of exponentials
    bounded = q.dtype.char in "fd" and (mask is None or mask.dtype == bool)  # a boolean mask adds only 0 or -inf

    def work(block: slice) -> None:
        part = _scores(q[block], k[block], factor)
        safe = bounded and harmless_to_exp(part)
        if added is not None:
            np.add(part, added[block], out=part)
        if not safe:
            largest = part.max(axis=-2, keepdims=True, initial=np.finfo(q.dtype).min)  # finite even if all are -inf
            np.subtract(part, largest, out=part)
        np.exp(part, out=part)
        total = sums_over_rows(part)[..., np.newaxis, :]
        total[total == 0] = 1
        np.log(total, out=logs[block])
        if not safe:
            logs[block] += largest
        if keep is not None:
            np.multiply(part, _transposed(keep[block]), out=part)
        np.multiply(part, (1 if keep is None else keep_scale) / total, out=part)
        np.matmul(_transposed(part), v[block], out=out[block])

    for_blocks(work, len(q), block_length(len(q), logs[:1].size * keys, BLOCK), least=1)
    return (out if any(shapes) else out[0]), (logs, out)


def _weights(q: Array, k: Array, added: Array | None, logs: Array, factor: Array) -> Array:
    """The weights of a block, recomputed and transposed: exp(score + mask - logsumexp)."""
    part = _scores(q, k, factor)
    if added is not None:
        np.add(part, added, out=part)
    np.subtract(part, logs, out=part)
    np.exp(part, out=part)
    return part


def accumulate(g: Array, operands: Sequence[Any], residuals: tuple[Array, ...], targets: Sequence[Array | None],
               factor: Array, keep_scale: float) -> None:
    """Write the cotangents of q, k, v and of the transposed scores into those `targets` that are not None.

    With weights p and scores s:  dv = pᵀ g,  ds = p (g vᵀ - g · out),  dq = scale ds k,  dk = scale dsᵀ q.
    """
    q, k, v, mask, keep = operands
    logs, out = residuals
    dq, dk, dv, dscores = targets
    added = _expanded(_added(mask, q.dtype), logs.shape[:-2])

    def work(block: slice) -> None:
        part = _weights(q[block], k[block], None if added is None else added[block], logs[block], factor)
        cotangent = g[block]
        along = np.vecdot(cotangent, out[block])[..., np.newaxis, :]
        if keep is None:
            kept = part
        else:
            cotangent = cotangent * keep_scale
            kept = part * _transposed(keep[block])
        if dv is not None:
            np.matmul(kept, cotangent, out=dv[block])
        if dq is dk is dscores is None:
            return
        ds = np.matmul(v[block], np.ascontiguousarray(_transposed(cotangent)))
        if keep is not None:
            np.multiply(ds, _transposed(keep[block]), out=ds)
        np.subtract(ds, along, out=ds)
        np.multiply(ds, part, out=ds)
        if dscores is not None:
            dscores[block] = ds
        np.multiply(ds, factor, out=ds)
        if dk is not None:
            np.matmul(ds, q[block], out=dk[block])
        if dq is not None:
            np.matmul(_transposed(ds), k[block], out=dq[block])

    for_blocks(work, len(q), block_length(len(q), logs[:1].size * k.shape[-2], BLOCK), least=1)


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Array, ...], needs: Needs, *,
             scale: float | None = None, keep_scale: float = 1.0) -> tuple[Array | None, ...]:
    leading = residuals[0].shape[:-2]
    mask = operands[3]
    q, k, v, keep, g = (_expanded(x, leading) for x in (*operands[:3], operands[4], g))
    targets = [np.empty_like(x) if needed else None for x, needed in zip((q, k, v), needs, strict=False)]
    dscores = np.empty((*leading, k.shape[-2], q.shape[-2]), q.dtype) if needs[3] else None
    accumulate(g, (q, k, v, mask, keep), residuals, (*targets, dscores), np.asarray(_scale(q, scale), q.dtype),
               keep_scale)
    return *targets, None if dscores is None else _transposed(dscores), None


@in_single
def attention_weights(q: Any, k: Any, mask: Any, *, scale: float | None = None) -> Any:
    """softmax(scale q kᵀ + mask), (..., T, S), in differentiable NumPy calls; 0 where a query may attend to no key."""
    scores = np.matmul(q, k.swapaxes(-1, -2)) * _scale(q, scale)
    if mask is not None:
        scores = scores + _additive(mask, scores.dtype)
    largest = np.max(scores, axis=-1, keepdims=True, initial=np.finfo(scores.dtype).min)
    weights = np.exp(scores - largest)
    total = np.sum(weights, axis=-1, keepdims=True)
    return weights / np.where(total == 0, 1, total)


def reference(q: Any, k: Any, v: Any, mask: Any, keep: Any, *, scale: float | None = None,
              keep_scale: float = 1.0) -> Any:
    weights = attention_weights(q, k, mask, scale=scale)
    return np.matmul(weights if keep is None else weights * keep * keep_scale, v)


scaled_dot_product_attention: Operation = fused_in_single("attention", forward, pullback, reference)

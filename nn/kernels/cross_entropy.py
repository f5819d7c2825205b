"""Softmax and categorical cross-entropy of logits in one primitive.

    loss_n = -sum_c w_c a_nc log p_nc,   p = softmax(x),   log p = x - log sum_k exp(x_k)

Logits x are (N, C, d1, ...); `labels.py` defines the class probabilities a of a target, the weights w, and the mean.
Where w a is 0, w a log p is 0, even for p = 0: a logit of -inf rules a class out. The loss of a row with only -inf is
inf, and its gradient is the finite one of p = 0.
Memory: x is read in its memory order. Kept for the pullback: exp(x - max), its sums and the maxima.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs
from autograd.registry import Operation
from autograd.runtime.blocks import block_length, for_blocks
from autograd.runtime.reduction import reduce
from nn.kernels import labels, log_likelihood
from nn.kernels.half_precision import fused_in_single


def _exponentials(x: Array) -> tuple[Array, Array, Array]:
    """exp(x - max), its sums, and the maxima; the latter two have length 1 along the class axis."""
    exponentials = np.empty_like(x)
    sums, largest = np.empty((2, len(x), 1, *x.shape[2:]), x.dtype)
    lowest = np.finfo(x.dtype).min

    def work(block: slice) -> None:
        part, top = exponentials[block], largest[block]
        np.maximum(reduce(np.maximum, x[block], axis=1, keepdims=True), lowest, out=top)  # finite for rows of -inf
        np.subtract(x[block], top, out=part)
        np.exp(part, out=part)
        np.maximum(reduce(np.add, part, axis=1, keepdims=True), 1, out=sums[block])  # else 0 for rows of -inf

    for_blocks(work, len(x), block_length(len(x), x[:1].size))
    return exponentials, sums, largest


@np.errstate(under="ignore")
def forward(x: Array, target: Array, weight: Array | None, *, reduction: str = "mean", ignore_index: int = -100,
            label_smoothing: float = 0.0) -> tuple[Any, tuple[Any, ...]]:
    exponentials, sums, largest = _exponentials(x)
    composed = labels.composition(x, target, weight, reduction, ignore_index, label_smoothing)
    at = composed[1]
    costs = np.log(sums) - (x - largest) if at is None else np.log(sums[:, 0]) - (x[at] - largest[:, 0])
    return labels.loss(costs, composed, reduction), (exponentials, sums, largest, *composed)


def pullback(g: Any, operands: Sequence[Any], residuals: tuple[Any, ...], needs: Needs, *,
             reduction: str = "mean", **options: Any) -> tuple[Array | None, ...]:
    """With g the cotangent per loss:  dx = g (p sum_c w_c a_c - w a),  da = -g w log p,  dw = -sum g a log p."""
    x = operands[0]
    exponentials, sums, largest, counts, at, divisor = residuals
    each = labels.each_cotangent(g, x, divisor, reduction)
    dx = None
    if needs[0]:
        dx = np.empty_like(x)
        if at is None:
            total = each * counts.sum(axis=1, keepdims=True)
        else:
            total = each if counts is None else each * counts[:, np.newaxis]
        factor = total / sums
        for_blocks(lambda block: np.multiply(exponentials[block], factor[block], out=dx[block]), len(x),
                   block_length(len(x), x[:1].size))
        if at is None:
            dx -= each * counts
        else:
            dx[at] -= total[:, 0] if total.ndim else total
    if not (needs[1] or needs[2]):
        return dx, None, None

    def costs(a: Array) -> Array:
        found: Array = np.log(sums) - (x - largest)
        found[np.isinf(found) & (a == 0)] = 0
        return found

    return dx, *labels.other_cotangents(each, costs, operands, needs, divisor, reduction=reduction, **options)


def reference(x: Any, target: Any, weight: Any, **options: Any) -> Any:
    largest = np.maximum(np.max(x, axis=1, keepdims=True), np.finfo(x.dtype).min)
    shifted = x - largest
    total = np.sum(np.exp(shifted), axis=1, keepdims=True)
    return log_likelihood.reference(shifted - np.log(np.where(total == 0, 1, total)), target, weight, **options)


cross_entropy: Operation = fused_in_single("cross_entropy", forward, pullback, reference)

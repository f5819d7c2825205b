"""Softmax and categorical cross-entropy of logits as one primitive.

    loss_n = -sum_c w_c a_nc log p_nc,   p = softmax(x),   log p = x - log sum_k exp(x_k)

Logits x are (N, C, d1, ...). The target is either class indices y, integers (N, d1, ...), with a the unit vector of y,
or class probabilities a, floating (N, C, d1, ...). Label smoothing s makes a into (1 - s) a + s / C. A label
`ignore_index` costs nothing. `weight` w is (C,) or None. `reduction` is "none", "sum", or "mean": for class indices
over the weights w_y of the labels that count (0 if none does), for probabilities over all N d1 ... .

Where w a is 0, w a log p is 0, even for p = 0: a logit of -inf is a class that is ruled out. A row of -inf alone costs
inf, and its gradient is that of p = 0: finite.
Memory: x keeps its order. Kept for the pullback: exp(x - max), its sums and the maxima. Without smoothing, labels are
gathered, and no distribution a is built.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.runtime.blocks import block_length, for_blocks
from nn.kernels.half_precision import fused_in_single
from nn.kernels.indices import first_outside

Array = NDArray[Any]


# --- Targets ---------------------------------------------------------------------------------------------------------


def _labels(target: Array, classes: int, ignore_index: int) -> tuple[Array, Array | None]:
    """Class indices, 0 where ignored; and which count, None for all of them."""
    if not 0 <= ignore_index < classes and first_outside(target, classes) is None:
        return target, None
    counted = target != ignore_index
    labels = np.where(counted, target, 0)
    at = first_outside(labels, classes)
    if at is not None:
        raise ValueError(f"cross_entropy got the label {labels[at]} at index {at if len(at) > 1 else at[0]}, "
                         f"but there are {classes} classes: 0 to {classes - 1}")
    return labels, counted


def _at(labels: Array) -> tuple[Array, ...]:
    """The index of each label's own logit."""
    ndim = labels.ndim
    index = [np.arange(size).reshape([-1 if i == axis else 1 for i in range(ndim)])
             for axis, size in enumerate(labels.shape)]
    return (index[0], labels, *index[1:])


def _along_classes(weight: Any, ndim: int) -> Any:
    return weight.reshape((-1, *[1] * (ndim - 2)))


def _distribution(x: Any, target: Any, ignore_index: int, smoothing: float) -> Any:
    """a, with zeros where a label is ignored."""
    if target.dtype.kind == "f":
        return target if smoothing == 0 else (1 - smoothing) * target + smoothing / x.shape[1]
    labels, counted = _labels(target, x.shape[1], ignore_index)
    own = np.expand_dims(labels, 1) == _along_classes(np.arange(x.shape[1]), x.ndim)
    rest = smoothing / x.shape[1]
    a = np.where(own, x.dtype.type(rest + (1 - smoothing)), x.dtype.type(rest))
    return a if counted is None else a * np.expand_dims(counted, 1)


def _divisor(x: Any, target: Any, weight: Any, ignore_index: int) -> Any:
    """What "mean" divides by: infinity where no label has a weight."""
    if target.dtype.kind == "f":
        return x.size // x.shape[1]
    labels, counted = _labels(target, x.shape[1], ignore_index)
    if counted is None and weight is None:
        return max(1, labels.size)
    share = 1 if counted is None else counted.astype(x.dtype)
    total = np.sum(share if weight is None else weight[labels] * share)
    return np.where(total == 0, np.inf, total)


# --- The kernel ------------------------------------------------------------------------------------------------------


def _exponentials(x: Array) -> tuple[Array, Array, Array]:
    """exp(x - max) and, with an axis of length 1 for the classes, its sums and the maxima."""
    exponentials = np.empty_like(x)
    sums, largest = np.empty((2, len(x), 1, *x.shape[2:]), x.dtype)
    lowest = np.finfo(x.dtype).min

    def work(block: slice) -> None:
        part, top = exponentials[block], largest[block]
        np.maximum(x[block].max(axis=1, keepdims=True), lowest, out=top)  # for a row of -inf alone
        np.subtract(x[block], top, out=part)
        np.exp(part, out=part)
        part.sum(axis=1, keepdims=True, out=sums[block])

    for_blocks(work, len(x), block_length(len(x), x[:1].size))
    sums[sums == 0] = 1
    return exponentials, sums, largest


def _costs(x: Array, sums: Array, largest: Array, share: Any) -> Any:
    """-log p, and 0 where it is infinite but has no share in the loss."""
    costs = np.log(sums) - (x - largest)
    costs[np.isinf(costs) & (share == 0)] = 0
    return costs


def forward(x: Array, target: Array, weight: Array | None, *, reduction: str = "mean", ignore_index: int = -100,
            label_smoothing: float = 0.0) -> tuple[Any, tuple[Any, ...]]:
    exponentials, sums, largest = _exponentials(x)
    at = None
    if target.dtype.kind == "f" or label_smoothing:
        share: Any = _distribution(x, target, ignore_index, label_smoothing)
        if weight is not None:
            share = share * _along_classes(weight, x.ndim)
        losses = (share * _costs(x, sums, largest, share)).sum(axis=1)
        divisor = _divisor(x, target, weight, ignore_index) if reduction == "mean" else 1
    else:
        labels, counted = _labels(target, x.shape[1], ignore_index)
        at = _at(labels)
        share = None if weight is None else weight[labels]
        if counted is not None:
            share = counted.astype(x.dtype) if share is None else share * counted
        losses = np.log(sums[:, 0]) - (x[at] - largest[:, 0])
        if share is not None:
            losses[share == 0] = 0  # not infinity
            losses *= share
        divisor = 1 if reduction != "mean" else labels.size if share is None else share.sum() or np.inf
    out = losses if reduction == "none" else losses.sum() / divisor
    return out, (exponentials, sums, largest, share, at, divisor)


def pullback(g: Any, operands: Sequence[Any], residuals: tuple[Any, ...], needs: Sequence[bool], *,
             reduction: str = "mean", ignore_index: int = -100,
             label_smoothing: float = 0.0) -> tuple[Array | None, ...]:
    """With g the cotangent of each loss:  dx = g (p sum_c w_c a_c - w a),  da = -g w log p,  dw = -sum g a log p."""
    x, target, weight = operands
    exponentials, sums, largest, share, at, divisor = residuals
    each = np.asarray(g / divisor, x.dtype)
    if reduction == "none":
        each = each[:, np.newaxis]
    dx = dtarget = dweight = None
    if needs[0]:
        dx = np.empty_like(x)
        if at is None:
            total = each * share.sum(axis=1, keepdims=True)
        else:
            total = each if share is None else each * share[:, np.newaxis]
        factor = total / sums
        for_blocks(lambda block: np.multiply(exponentials[block], factor[block], out=dx[block]), len(x),
                   block_length(len(x), x[:1].size))
        if at is None:
            dx -= each * share
        else:
            dx[at] -= total[:, 0] if total.ndim else total
    if needs[1]:
        spread = 1 if weight is None else _along_classes(weight, x.ndim)
        dtarget = each * spread * (1 - label_smoothing) * _costs(x, sums, largest, target)
    if needs[2]:
        rest = (0, *range(2, x.ndim))
        a = _distribution(x, target, ignore_index, label_smoothing)
        dweight = (each * a * _costs(x, sums, largest, a)).sum(axis=rest)
        if reduction == "mean" and target.dtype.kind != "f":  # the divisor is a sum of weights, too
            counts = _distribution(x, target, ignore_index, 0.0).sum(axis=rest)
            dweight -= (dweight @ weight) / divisor * counts
    return dx, dtarget, dweight


def reference(x: Any, target: Any, weight: Any, *, reduction: str = "mean", ignore_index: int = -100,
              label_smoothing: float = 0.0) -> Any:
    largest = np.maximum(np.max(x, axis=1, keepdims=True), np.finfo(x.dtype).min)
    shifted = x - largest
    total = np.sum(np.exp(shifted), axis=1, keepdims=True)
    log_p = shifted - np.log(np.where(total == 0, 1, total))
    a = _distribution(x, target, ignore_index, label_smoothing)
    share = a if weight is None else a * _along_classes(weight, x.ndim)
    losses = -np.sum(share * np.where((share == 0) & (log_p == -np.inf), 0, log_p), axis=1)
    if reduction == "none":
        return losses
    return np.sum(losses) / (_divisor(x, target, weight, ignore_index) if reduction == "mean" else 1)


cross_entropy = fused_in_single("cross_entropy", forward, pullback, reference)

"""Negative log-likelihood of labels or class probabilities as a primitive.

    loss_n = -sum_c w_c a_nc x_nc

Log-probabilities x are (N, C, d1, ...); `labels.py` defines the class probabilities a of a target, the weights w, and
the mean. Where w a is 0, w a x is 0, even for x = -inf. Kept for the pullback: the index of the labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs
from autograd.registry import Operation
from nn.kernels import labels
from nn.kernels.half_precision import fused_in_single
from nn.kernels.layout import along_channels


def forward(x: Array, target: Array, weight: Array | None, *, reduction: str = "mean", ignore_index: int = -100,
            label_smoothing: float = 0.0) -> tuple[Any, labels.Composition]:
    composed = labels.composition(x, target, weight, reduction, ignore_index, label_smoothing)
    at = composed[1]
    return labels.loss(-(x if at is None else x[at]), composed, reduction), composed


def pullback(g: Any, operands: Sequence[Any], residuals: labels.Composition, needs: Needs, *,
             reduction: str = "mean", **options: Any) -> tuple[Array | None, ...]:
    """With g the cotangent per loss:  dx = -g w a,  da = -g w x,  dw = -sum g a x."""
    x, (counts, at, total) = operands[0], residuals
    each = labels.each_cotangent(g, x, total, reduction)
    dx = None
    if needs[0] and at is None:
        dx = -each * counts
    elif needs[0]:
        dx, own = np.zeros_like(x), each[:, 0] if each.ndim else each
        dx[at] = -own if counts is None else -own * counts
    if not (needs[1] or needs[2]):
        return dx, None, None
    return dx, *labels.other_cotangents(each, lambda a: np.where((a == 0) & np.isinf(x), 0, -x), operands, needs, total,
                                 reduction=reduction, **options)


def reference(x: Any, target: Any, weight: Any, *, reduction: str = "mean", ignore_index: int = -100,
              label_smoothing: float = 0.0) -> Any:
    a = labels.distribution(x, target, ignore_index, label_smoothing)
    share = a if weight is None else a * along_channels(weight, x.ndim)
    losses = -np.sum(share * np.where((share == 0) & (x == -np.inf), 0, x), axis=1)
    if reduction == "none":
        return losses
    return np.sum(losses) / (labels.divisor(x, target, weight, ignore_index) if reduction == "mean" else 1)


negative_log_likelihood: Operation = fused_in_single("negative_log_likelihood", forward, pullback, reference)

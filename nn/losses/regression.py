"""Losses for numbers: squared, absolute, and the two joined."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import weak
from autograd.registry import Operation
from nn.kernels.half_precision import in_single
from nn.kernels.regression import absolute_error, huber_error, squared_error
from nn.layers.arguments import nonnegative, positive
from nn.layers.input import Speaker, refusal
from nn.losses.reduction import Loss, check_reduction, paired, reduced, weights


class MSELoss(Loss):
    """(x - t)^2, averaged: the loss whose best constant is the mean.

    Predictions and targets have one shape; ValueError otherwise, (N, 1) against (N,) included.
    """

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return mse_loss(input, target, self.reduction, speaker=self)


class L1Loss(Loss):
    """|x - t|, averaged: the loss whose best constant is the median.

    The gradient is the sign of x - t, 0 where they are equal. Both have one shape, else ValueError; `reduction` is
    "mean", "sum" or "none".
    """

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return l1_loss(input, target, self.reduction, speaker=self)


class HuberLoss(Loss):
    """d^2 / 2 where d = |x - t| <= delta, else delta (d - delta / 2): squared near, absolute far (Huber 1964).

    Shapes as in MSELoss. Raises ValueError unless `delta` is positive.
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        positive("HuberLoss", delta=delta)
        self.delta = delta

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return huber_loss(input, target, self.reduction, self.delta, speaker=self)


class SmoothL1Loss(Loss):
    """d^2 / (2 beta) where d = |x - t| < beta, else d - beta / 2: HuberLoss divided by its `beta`, so L1Loss at 0.

    Shapes as in MSELoss. Raises ValueError for a negative `beta`. Source: Girshick, arXiv:1504.08083.
    """

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        nonnegative("SmoothL1Loss", beta=beta)
        self.beta = beta

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return smooth_l1_loss(input, target, self.reduction, self.beta, speaker=self)


def mse_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean", weight: ArrayLike | None = None, *,
             speaker: Speaker = "mse_loss") -> Tensor:
    """(x - t)^2 of predictions and targets of one shape: their mean, sum, or each.

    `weight`, of their shape, multiplies each, and the mean is that of the weights. Raises ValueError where shapes
    differ, (N, 1) against (N,) included.
    """
    return _errors(squared_error, speaker, input, target, reduction, weight)


def l1_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean", weight: ArrayLike | None = None, *,
            speaker: Speaker = "l1_loss") -> Tensor:
    """|x - t| of predictions and targets of one shape: their mean, sum, or each; the slope at 0 is 0.

    `weight` as in `mse_loss`. Raises ValueError where shapes differ, (N, 1) against (N,) included.
    """
    return _errors(absolute_error, speaker, input, target, reduction, weight)


def huber_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean", delta: float = 1.0,
               weight: ArrayLike | None = None, *, speaker: Speaker = "huber_loss") -> Tensor:
    """d^2 / 2 where d = |x - t| <= delta, else delta (d - delta / 2): their mean, sum, or each.

    `weight`, of their shape, multiplies each before the mean, as in PyTorch, which does not divide by its sum here.
    Raises ValueError unless delta is positive, and where shapes differ, (N, 1) against (N,) included.
    """
    positive(speaker, delta=delta)
    return _errors(huber_error, speaker, input, target, reduction, weight, per_weight=False, delta=weak(delta))


def smooth_l1_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean", beta: float = 1.0, *,
                   speaker: Speaker = "smooth_l1_loss") -> Tensor:
    """d^2 / (2 beta) where d = |x - t| < beta, else d - beta / 2: their mean, sum, or each; |x - t| where beta is 0.

    Raises ValueError for a negative beta and where shapes differ, (N, 1) against (N,) included.
    """
    nonnegative(speaker, beta=beta)
    if beta == 0:
        return l1_loss(input, target, reduction, speaker=speaker)
    return huber_loss(input, target, reduction, beta, speaker=speaker) / weak(beta)


def _errors(kernel: Operation, speaker: Speaker, input: ArrayLike, target: ArrayLike, reduction: str,
            weight: ArrayLike | None, *, per_weight: bool = True, **options: Any) -> Tensor:
    """The losses of a kernel, times a weight, reduced; with `per_weight` a mean divides by the sum of the weights."""
    check_reduction(speaker, reduction)
    x, t = paired(speaker, input, target)
    if weight is None:
        return kernel(x, t, reduction=reduction, **options)
    w = weights(speaker, "weight", weight, x.dtype)
    if w.shape != x.shape:
        raise refusal(speaker, f"a weight for each prediction, {x.shape}", w)
    return _weighted(x, t, w, kernel=kernel, reduction=reduction, per_weight=per_weight, **options)


@in_single
def _weighted(x: Tensor, t: Tensor, w: Tensor, *, kernel: Operation, reduction: str, per_weight: bool,
              **options: Any) -> Tensor:
    weighted = kernel(x, t, reduction="none", **options) * w
    if reduction != "mean" or not per_weight:
        return reduced(weighted, reduction)
    total = w.sum()
    return weighted.sum() / np.where(total == 0, 1, total)  # a mean over no weight is 0, as in `cross_entropy`

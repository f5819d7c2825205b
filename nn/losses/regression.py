"""Losses for numbers: squared, absolute, and the two joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd import Tensor
from autograd.arrays import weak
from nn.kernels.regression import absolute_error, huber_error, squared_error
from nn.layers.arguments import nonnegative, positive
from nn.layers.input import Speaker
from nn.losses.reduction import Loss, check_reduction, paired

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


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


def mse_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean", *, speaker: Speaker = "mse_loss") -> Tensor:
    """(x - t)^2 of predictions and targets of one shape: their mean, sum, or each.

    Raises ValueError where shapes differ, (N, 1) against (N,) included.
    """
    check_reduction(speaker, reduction)
    return squared_error(*paired(speaker, input, target), reduction=reduction)


def l1_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean", *, speaker: Speaker = "l1_loss") -> Tensor:
    """|x - t| of predictions and targets of one shape: their mean, sum, or each; the slope at 0 is 0.

    Raises ValueError where shapes differ, (N, 1) against (N,) included.
    """
    check_reduction(speaker, reduction)
    return absolute_error(*paired(speaker, input, target), reduction=reduction)


def huber_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean", delta: float = 1.0, *,
               speaker: Speaker = "huber_loss") -> Tensor:
    """d^2 / 2 where d = |x - t| <= delta, else delta (d - delta / 2): their mean, sum, or each.

    Raises ValueError unless delta is positive, and where shapes differ, (N, 1) against (N,) included.
    """
    check_reduction(speaker, reduction)
    positive(speaker, delta=delta)
    x, t = paired(speaker, input, target)
    return huber_error(x, t, reduction=reduction, delta=weak(delta))


def smooth_l1_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean", beta: float = 1.0, *,
                   speaker: Speaker = "smooth_l1_loss") -> Tensor:
    """d^2 / (2 beta) where d = |x - t| < beta, else d - beta / 2: their mean, sum, or each; |x - t| where beta is 0.

    Raises ValueError for a negative beta and where shapes differ, (N, 1) against (N,) included.
    """
    nonnegative(speaker, beta=beta)
    if beta == 0:
        return l1_loss(input, target, reduction, speaker=speaker)
    return huber_loss(input, target, reduction, beta, speaker=speaker) / weak(beta)

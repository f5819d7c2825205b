"""Losses that are the negative logarithm of a density: predictions are its parameters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import weak
from nn.kernels.half_precision import in_single
from nn.layers.input import Speaker, admitted, broadcasts, mistake, refuse_where
from nn.losses.reduction import Loss, check_reduction, paired, reduced


class GaussianNLLLoss(Loss):
    """(log v + (x - t)^2 / v) / 2 for predicted means x and variances v, averaged.

    The call takes `(x, t, v)`; v has the shape of x, lacks its last axis, or broadcasts. `full` adds log(2 pi) / 2.
    A variance below `eps` counts as eps but keeps a slope, as in PyTorch, so that training can raise it again.
    Raises ValueError for a negative variance and where shapes do not fit. Source: Nix & Weigend 1994.
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full, self.eps = full, eps

    def forward(self, input: ArrayLike, target: ArrayLike, var: ArrayLike) -> Tensor:
        return gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction, speaker=self)


class PoissonNLLLoss(Loss):
    """exp(x) - t x for predicted logarithms x of rates, averaged; with `log_input=False` x - t log(x + eps) for rates.

    `full` adds Stirling's t log t - t + log(2 pi t) / 2 for t > 1. Raises ValueError for a negative count t, and unless
    both have one shape.
    """

    def __init__(self, log_input: bool = True, full: bool = False, *, eps: float = 1e-8,
                 reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return poisson_nll_loss(input, target, self.log_input, self.full, self.eps, self.reduction, speaker=self)


def gaussian_nll_loss(input: ArrayLike, target: ArrayLike, var: ArrayLike, full: bool = False, eps: float = 1e-6,
                      reduction: str = "mean", *, speaker: Speaker = "gaussian_nll_loss") -> Tensor:
    """(log v + (x - t)^2 / v) / 2 for means x and variances v: their mean, sum, or each; as `nn.GaussianNLLLoss`."""
    check_reduction(speaker, reduction)
    x, t = paired(speaker, input, target, real=True)
    variance = admitted(speaker, var, x.dtype, real=True)
    if variance.shape != x.shape and variance.shape == x.shape[:-1]:
        variance = variance[..., np.newaxis]
    if not broadcasts(variance.shape, x.shape):
        raise mistake(speaker, f"needs variances that broadcast to {x.shape}, got {variance.shape}")
    refuse_where(variance._value < 0, speaker, variance, "variances of at least 0",
                 "for their logarithms write np.exp(var)")
    return _gaussian(x, t, variance, full=full, eps=eps, reduction=reduction)


@in_single
def _gaussian(x: Any, t: Any, variance: Any, *, full: bool, eps: float, reduction: str) -> Tensor:
    variance = variance + np.clip(weak(eps) - variance.detach(), 0, None)
    losses = (np.log(variance) + (x - t) ** 2 / variance) / 2 + (math.log(2 * math.pi) / 2 if full else 0)
    return reduced(losses, reduction)


def poisson_nll_loss(input: ArrayLike, target: ArrayLike, log_input: bool = True, full: bool = False, eps: float = 1e-8,
                     reduction: str = "mean", *, speaker: Speaker = "poisson_nll_loss") -> Tensor:
    """exp(x) - t x, or without `log_input` x - t log(x + eps): their mean, sum, or each; as `nn.PoissonNLLLoss`."""
    check_reduction(speaker, reduction)
    x, t = paired(speaker, input, target, real=True)
    refuse_where(t._value < 0, speaker, t, "counts of at least 0")
    return _poisson(x, t, log_input=log_input, full=full, eps=eps, reduction=reduction)


@in_single
def _poisson(x: Any, t: Any, *, log_input: bool, full: bool, eps: float, reduction: str) -> Tensor:
    losses = np.exp(x) - t * x if log_input else x - t * np.log(x + weak(eps))
    if full:
        large = np.where(t > 1, t, 1)
        stirling: Any = large * np.log(large) - large + 0.5 * np.log(2 * math.pi * large)
        losses = losses + np.where(t > 1, stirling, 0)
    return reduced(losses, reduction)

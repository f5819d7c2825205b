"""Binary cross-entropy of probabilities p, and of logits z, as primitives.

    loss = -weight (t log p + (1 - t) log(1 - p)),    both logarithms clipped at -100
    loss = weight (pos_weight t softplus(-z) + (1 - t) softplus(z))
    softplus(z) = log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|))

Predictions and targets t have the same shape; `weight` and `pos_weight` broadcast to it, or are None. `reduction` is
"mean", "sum" or "none". Logits neither overflow nor lose small probabilities: softplus(-z) = softplus(z) - z, and the
sigmoid of the pullback is exp(min(z, 0)) / (1 + exp(-|z|)). Only the operands are kept for the pullback.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs
from autograd.registry import Operation
from autograd.runtime.selection import maximum, minimum
from nn.kernels.half_precision import fused_in_single
from nn.kernels.reduction import reduced, reduced_array, share


def _log1p_exp(z: Array) -> Array:
    return np.log1p(np.exp(-np.abs(z)))


def _softplus(z: Array) -> Any:
    return maximum(z, 0) + _log1p_exp(z)


def _sigmoid(z: Array) -> Any:
    return np.exp(minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


def _losses(z: Array, t: Array, weight: Array | None, pos_weight: Array | None) -> Any:
    if pos_weight is None:
        losses = maximum(z, 0) - t * z + _log1p_exp(z)  # in this order: for t = 1 the first two cancel exactly
    else:
        losses = (1 - t) * _softplus(z) + pos_weight * t * _softplus(-z)
    return losses if weight is None else weight * losses


@np.errstate(under="ignore")
def forward(z: Array, t: Array, weight: Array | None, pos_weight: Array | None, *,
            reduction: str = "mean") -> tuple[Array, tuple[()]]:
    return reduced_array(_losses(z, t, weight, pos_weight), reduction), ()


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[()], needs: Needs, *,
             reduction: str = "mean") -> tuple[Array | None, ...]:
    z, t, weight, pos_weight = operands
    unweighted = share(g, z.size, reduction)
    each = unweighted if weight is None else unweighted * weight
    dz = dt = dweight = dpos = None
    if needs[0]:
        slope = _sigmoid(z)
        if pos_weight is None:
            slope -= t
        else:  # (1 - t) σ(z) - pos_weight t σ(-z), and σ(-z) = 1 - σ(z)
            slope = (1 - t) * slope - pos_weight * t * _sigmoid(-z)
        slope *= each
        dz = slope
    if needs[1]:
        dt = (-z if pos_weight is None else pos_weight * _softplus(-z) - _softplus(z)) * each
    if needs[2]:
        dweight = _losses(z, t, None, pos_weight) * unweighted
    if needs[3]:
        dpos = t * _softplus(-z) * each
    return dz, dt, dweight, dpos


def reference(z: Any, t: Any, weight: Any, pos_weight: Any, *, reduction: str = "mean") -> Any:
    if pos_weight is None:
        losses = np.logaddexp(z, 0) - t * z
    else:
        losses = (1 - t) * np.logaddexp(z, 0) + pos_weight * t * np.logaddexp(-z, 0)
    return reduced(losses if weight is None else weight * losses, reduction)


binary_cross_entropy_with_logits: Operation = fused_in_single("binary_cross_entropy_with_logits", forward, pullback,
                                                              reference)


# --- With probabilities ----------------------------------------------------------------------------------------------

LOWEST = -100  # log p and log(1 - p) are at least this, as in PyTorch
SMALLEST = math.exp(LOWEST)

# `inside` is the caller's promise that SMALLEST < p < 1: no logarithm need be clipped, a third of a small batch's time.


def _logarithms(p: Any, inside: bool) -> tuple[Any, Any]:
    if inside:
        return np.log(p), np.log1p(-p)
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(p), LOWEST), np.maximum(np.log1p(-p), LOWEST)


def _costs(p: Any, t: Any, inside: bool = False) -> Any:
    yes, no = _logarithms(p, inside)
    return (t - 1) * no - t * yes


def probability_forward(p: Array, t: Array, weight: Array | None, *, reduction: str = "mean",
                        inside: bool = False) -> tuple[Array, tuple[()]]:
    losses = _costs(p, t, inside)
    return reduced_array(losses if weight is None else losses * weight, reduction), ()


def probability_pullback(g: Array, operands: Sequence[Any], residuals: tuple[()], needs: Needs, *,
                         reduction: str = "mean", inside: bool = False) -> tuple[Array | None, ...]:
    p, t, weight = operands
    unweighted = share(g, p.size, reduction)
    each = unweighted if weight is None else unweighted * weight
    dp = dt = dweight = None
    if needs[0]:
        slope = (p - t) / (p * (1 - p))
        if not inside:  # the slope of a clipped logarithm is 0
            slope = np.where(p < 1, np.where(p > SMALLEST, slope, 1 - t), -t)
        dp = slope * each
    if needs[1]:
        yes, no = _logarithms(p, inside)
        dt = (no - yes) * each
    if needs[2]:
        dweight = _costs(p, t, inside) * unweighted
    return dp, dt, dweight


def probability_reference(p: Any, t: Any, weight: Any, *, reduction: str = "mean", inside: bool = False) -> Any:
    losses = _costs(p, t)
    return reduced(losses if weight is None else losses * weight, reduction)


binary_cross_entropy: Operation = fused_in_single("binary_cross_entropy", probability_forward, probability_pullback,
                                                  probability_reference)

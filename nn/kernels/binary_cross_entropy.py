"""Binary cross-entropy of logits as a primitive.

    loss = weight (pos_weight t softplus(-z) + (1 - t) softplus(z))
    softplus(z) = log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|))

Logits z and targets t have one shape; `weight` and `pos_weight` broadcast to it, or are None. `reduction` is "mean",
"sum" or "none". Neither overflows nor loses small probabilities: softplus(-z) = softplus(z) - z, and the sigmoid of the
pullback is exp(min(z, 0)) / (1 + exp(-|z|)). Kept for the pullback: nothing but the operands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.fused import fused
from nn.kernels.broadcasting import summed_to

Array = NDArray[Any]


def _log1p_exp(z: Array) -> Array:
    return np.log1p(np.exp(-np.abs(z)))


def _softplus(z: Array) -> Array:
    return np.maximum(z, 0) + _log1p_exp(z)


def _sigmoid(z: Array) -> Any:
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


def _losses(z: Array, t: Array, weight: Array | None, pos_weight: Array | None) -> Any:
    if pos_weight is None:
        losses = np.maximum(z, 0) - t * z + _log1p_exp(z)  # in this order: for t = 1 the first two cancel exactly
    else:
        losses = (1 - t) * _softplus(z) + pos_weight * t * _softplus(-z)
    return losses if weight is None else weight * losses


def _reduced(losses: Any, reduction: str) -> Any:
    return losses if reduction == "none" else losses.mean() if reduction == "mean" else losses.sum()


def forward(z: Array, t: Array, weight: Array | None, pos_weight: Array | None, *,
            reduction: str = "mean") -> tuple[Array, tuple[()]]:
    return _reduced(_losses(z, t, weight, pos_weight), reduction), ()


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[()], needs: Sequence[bool], *,
             reduction: str = "mean") -> tuple[Array | None, ...]:
    z, t, weight, pos_weight = operands
    unweighted = g / z.size if reduction == "mean" else g
    each = unweighted if weight is None else unweighted * weight
    dz = dt = dweight = dpos = None
    if needs[0]:
        slope = _sigmoid(z)
        if pos_weight is None:
            slope -= t
        else:  # (1 - t) σ(z) - pos_weight t σ(-z), and σ(-z) = 1 - σ(z)
            slope = (1 - t) * slope - pos_weight * t * _sigmoid(-z)
        dz = np.multiply(slope, each, out=slope)
    if needs[1]:
        dt = (-z if pos_weight is None else pos_weight * _softplus(-z) - _softplus(z)) * each
    if needs[2]:
        dweight = summed_to(_losses(z, t, None, pos_weight) * unweighted, weight.shape)
    if needs[3]:
        dpos = summed_to(t * _softplus(-z) * each, pos_weight.shape)
    return dz, dt, dweight, dpos


def reference(z: Any, t: Any, weight: Any, pos_weight: Any, *, reduction: str = "mean") -> Any:
    if pos_weight is None:
        losses = np.logaddexp(z, 0) - t * z
    else:
        losses = (1 - t) * np.logaddexp(z, 0) + pos_weight * t * np.logaddexp(-z, 0)
    return _reduced(losses if weight is None else weight * losses, reduction)


binary_cross_entropy_with_logits = fused("binary_cross_entropy_with_logits", forward, pullback, reference)

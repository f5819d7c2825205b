"""Adamax."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays import Array

from .optimizer import Params, average
from .two_moments import TwoMoments


class Adamax(TwoMoments):
    """Adam with a decaying maximum of the gradients in place of the root of their mean square.

        m_t = beta1 * m_{t-1} + (1 - beta1) * g_t
        V_t = max(beta2 * V_{t-1}, |g_t| + eps)
        eta_t = lr * (m_t / (1 - beta1^t)) / V_t
        w_{t+1} = w_t - eta_t

    Raises what `Adam` raises. D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2014.
    """

    def __init__(self, params: Params, lr: float = 0.002, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.0, *, decoupled_weight_decay: bool = False) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, decoupled_weight_decay=decoupled_weight_decay)

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        m, V = moments
        beta1, beta2 = options["betas"]
        average(m, g, beta1, out)
        np.abs(g, out=out)
        out += options["eps"]
        V *= beta2
        np.maximum(V, out, out=V)
        np.divide(m, V, out=out)
        out *= options["lr"] / (1 - beta1**t)

"""Adadelta."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays import Array

from .optimizer import Optimizer, Params, average


class Adadelta(Optimizer):
    """Adadelta: steps as long as the earlier ones were, so that they have the weight's own unit.

        m_t = g_t,    V_t = rho * V_{t-1} + (1 - rho) * g_t^2
        d_t = sqrt(D_{t-1} + eps) / sqrt(V_t + eps) * g_t,    D_t = rho * D_{t-1} + (1 - rho) * d_t^2
        eta_t = lr * d_t
        w_{t+1} = w_t - eta_t

    Raises ValueError for a `rho` outside [0, 1), a negative `lr`, `eps` or `weight_decay`. M. D. Zeiler, "ADADELTA:
    An Adaptive Learning Rate Method", 2012.
    """

    moments = ("V", "D")

    def __init__(self, params: Params, lr: float = 1.0, rho: float = 0.9, eps: float = 1e-6,
                 weight_decay: float = 0.0) -> None:
        super().__init__(params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        V, D = moments
        rho, eps = options["rho"], options["eps"]
        average(V, np.multiply(g, g, out=out), rho, out)
        np.divide(D + eps, V + eps, out=out)
        np.sqrt(out, out=out)
        out *= g
        square = out * out
        average(D, square, rho, square)
        out *= options["lr"]

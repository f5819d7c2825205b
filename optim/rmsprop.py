"""RMSProp."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays import Array

from .optimizer import Optimizer, Params, average, write_step


class RMSProp(Optimizer):
    """RMSProp: the gradient over the root of a running mean of its square.

        m_t = g_t,    V_t = beta * V_{t-1} + (1 - beta) * g_t^2
        eta_t = lr * g_t / (sqrt(V_t) + eps)
        w_{t+1} = w_t - eta_t

    Raises `ValueError` for a `beta` outside [0, 1), a negative `lr`, `eps` or `weight_decay`. T. Tieleman and
    G. Hinton, "Lecture 6.5: rmsprop", Neural Networks for Machine Learning, 2012.
    """

    moments = ("V",)

    def __init__(self, params: Params, lr: float = 0.01, beta: float = 0.99, eps: float = 1e-8,
                 weight_decay: float = 0.0) -> None:
        super().__init__(params, lr=lr, beta=beta, eps=eps, weight_decay=weight_decay)

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        (V,) = moments
        average(V, np.multiply(g, g, out=out), options["beta"], out)
        write_step(g, V, options["eps"], options["lr"], out)

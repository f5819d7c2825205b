"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays import Array

from .optimizer import Optimizer, Params


class SGD(Optimizer):
    """Stochastic gradient descent: every weight goes downhill by a multiple of its gradient.

        m_t = g_t,    V_t = 1
        eta_t = lr * g_t
        w_{t+1} = w_t - eta_t

    Raises ValueError for a negative `lr` or `weight_decay`. With `weight_decay`, `g_t` is the gradient plus
    `weight_decay * w_t`. H. Robbins and S. Monro, "A Stochastic Approximation Method", 1951.
    """

    def __init__(self, params: Params, lr: float, *, weight_decay: float = 0.0) -> None:
        super().__init__(params, lr=lr, weight_decay=weight_decay)

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        np.multiply(g, options["lr"], out=out)

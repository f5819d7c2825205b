"""Stochastic gradient descent with momentum."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays import Array

from .optimizer import Optimizer, Params, average


class SGDM(Optimizer):
    """Gradient descent with momentum: the step follows an exponential average of the gradients.

        m_t = beta * m_{t-1} + (1 - beta) * g_t,    V_t = 1
        eta_t = lr * m_t
        w_{t+1} = w_t - eta_t

    The `(1 - beta)` makes it an average: PyTorch's `SGD(momentum=beta)` leaves it out, which equals an `lr` that is
    `1 / (1 - beta)` times as large. Raises ValueError for a `beta` outside [0, 1), a negative `lr` or `weight_decay`.
    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    moments = ("m",)

    def __init__(self, params: Params, lr: float, beta: float = 0.9, *, weight_decay: float = 0.0) -> None:
        super().__init__(params, lr=lr, beta=beta, weight_decay=weight_decay)

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        (m,) = moments
        average(m, g, options["beta"], out)
        np.multiply(m, options["lr"], out=out)

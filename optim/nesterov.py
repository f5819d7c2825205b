"""Nesterov's accelerated gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays import Array

from .optimizer import average
from .sgdm import SGDM


class Nesterov(SGDM):
    """Gradient descent with momentum that looks ahead: the step is the one that SGDM would take for the same g next.

        m_t = beta * m_{t-1} + (1 - beta) * g_t,    V_t = 1
        eta_t = lr * (beta * m_t + (1 - beta) * g_t)
        w_{t+1} = w_t - eta_t

    It is PyTorch's `SGD(momentum=beta, nesterov=True)` for an `lr` that is `1 / (1 - beta)` times as large. Raises what
    `SGDM` raises. Y. Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k^2)",
    1983; I. Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
    """

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        (m,) = moments
        beta = options["beta"]
        average(m, g, beta, out)
        np.multiply(g, 1 - beta, out=out)
        out += beta * m
        out *= options["lr"]

"""RAdam."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from autograd.arrays import Array

from .optimizer import write_step
from .two_moments import TwoMoments, update_moments


class RAdam(TwoMoments):
    """Adam that trusts V_t as far as it has seen gradients, in place of a warm-up of the rate.

        rho = 2 / (1 - beta2) - 1,    rho_t = rho - 2 t beta2^t / (1 - beta2^t),    m_t and V_t as in `Adam`
        r_t^2 = (rho_t - 4) (rho_t - 2) rho / ((rho - 4) (rho - 2) rho_t)
        eta_t = lr * (m_t / (1 - beta1^t)) * r_t sqrt(1 - beta2^t) / (sqrt(V_t) + eps), while rho_t <= 5 without V_t
        w_{t+1} = w_t - eta_t

    Raises what `Adam` raises. L. Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", 2019.
    """

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        m, V = update_moments(moments, g, options["betas"], out)
        beta1, beta2 = options["betas"]
        rate, left = options["lr"] / (1 - beta1**t), 1 - beta2**t
        rho = 2 / (1 - beta2) - 1
        rho_t = rho - 2 * t * beta2**t / left
        if rho_t <= 5:
            np.multiply(m, rate, out=out)
        else:
            r_t = sqrt((rho_t - 4) * (rho_t - 2) * rho / ((rho - 4) * (rho - 2) * rho_t))
            write_step(m, V, options["eps"], rate * r_t * sqrt(left), out)

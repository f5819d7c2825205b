"""AMSGrad."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays import Array

from .adam import corrected
from .optimizer import write_step
from .two_moments import TwoMoments, update_moments


class AMSGrad(TwoMoments):
    """Adam whose steps never grow because gradients became small: by the largest second moment so far.

        m_t = beta1 * m_{t-1} + (1 - beta1) * g_t
        V_t = beta2 * V_{t-1} + (1 - beta2) * g_t^2,    L_t = max(L_{t-1}, V_t)
        eta_t = lr * (m_t / (1 - beta1^t)) / (sqrt(L_t / (1 - beta2^t)) + eps)
        w_{t+1} = w_t - eta_t

    Raises what `Adam` raises. S. J. Reddi, S. Kale and S. Kumar, "On the Convergence of Adam and Beyond", 2018; with
    corrections of the bias, as in PyTorch.
    """

    moments = ("m", "V", "L")

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        m, V = update_moments(moments[:2], g, options["betas"], out)
        L = moments[2]
        np.maximum(L, V, out=L)
        write_step(m, L, *corrected(t, options), out)

"""Adagrad."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays import Array

from .optimizer import Optimizer, Params, write_step


class Adagrad(Optimizer):
    """Adagrad: a weight whose gradients were large so far takes smaller steps.

        m_t = g_t,    V_t = V_{t-1} + g_t^2,    V_0 = initial_accumulator_value
        eta_t = lr / (1 + (t - 1) * lr_decay) * g_t / (sqrt(V_t) + eps)
        w_{t+1} = w_t - eta_t

    Raises ValueError for a negative option. J. Duchi, E. Hazan and Y. Singer, "Adaptive Subgradient Methods for
    Online Learning and Stochastic Optimization", 2011.
    """

    moments = ("V",)

    def __init__(self, params: Params, lr: float = 0.01, eps: float = 1e-10, weight_decay: float = 0.0, *,
                 lr_decay: float = 0.0, initial_accumulator_value: float = 0.0) -> None:
        super().__init__(params, lr=lr, eps=eps, weight_decay=weight_decay, lr_decay=lr_decay,
                         initial_accumulator_value=initial_accumulator_value)

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        (V,) = moments
        if t == 1:
            V += options["initial_accumulator_value"]
        V += np.multiply(g, g, out=out)
        write_step(g, V, options["eps"], options["lr"] / (1 + (t - 1) * options["lr_decay"]), out)

"""NAdam."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from typing import Any

import numpy as np

from autograd.arrays import Array

from .optimizer import Optimizer, Params, write_step
from .two_moments import update_moments


class NAdam(Optimizer):
    """Adam with Nesterov's look ahead: its momentum, warmed up, counts as if the next step had begun.

        mu_t = beta1 * (1 - 0.96^(t * momentum_decay) / 2),    P_t = mu_1 mu_2 ... mu_t,    m_t and V_t as in `Adam`
        n_t = mu_{t+1} * m_t / (1 - P_{t+1}) + (1 - mu_t) * g_t / (1 - P_t)
        eta_t = lr * n_t / (sqrt(V_t / (1 - beta2^t)) + eps)
        w_{t+1} = w_t - eta_t

    With `decoupled_weight_decay` weights shrink as in `AdamW`. Raises what `Adam` raises, and ValueError for a
    negative `momentum_decay`. T. Dozat, "Incorporating Nesterov Momentum into Adam", 2016.
    """

    moments = ("m", "V")

    def __init__(self, params: Params, lr: float = 0.002, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.0, momentum_decay: float = 0.004, *,
                 decoupled_weight_decay: bool = False) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay,
                         decoupled_weight_decay=decoupled_weight_decay)

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        m, V = update_moments(moments, g, options["betas"], out)
        beta1, beta2 = options["betas"]
        mu, mu_next = (_momentum(at, beta1, options["momentum_decay"]) for at in (t, t + 1))
        P, P_next = (_product(at, beta1, options["momentum_decay"]) for at in (t, t + 1))
        n = m * (mu_next / (1 - P_next))
        n += np.multiply(g, (1 - mu) / (1 - P), out=out)
        correction = sqrt(1 - beta2**t)
        write_step(n, V, options["eps"] * correction, options["lr"] * correction, out)


def _momentum(t: Any, beta1: float, decay: float) -> Any:
    """`mu_t`, of one step or an array of steps."""
    return beta1 * (1 - 0.5 * 0.96 ** (t * decay))


@lru_cache(maxsize=16)
def _product(t: int, beta1: float, decay: float) -> float:
    """`P_t`: a function of t, so that there is nothing more to save; 0 where it is lost beside 1 in any case."""
    return float(np.prod(_momentum(np.arange(1.0, t + 1), beta1, decay))) if beta1**t > 1e-17 else 0.0

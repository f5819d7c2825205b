"""Adam."""

from __future__ import annotations

from math import sqrt
from typing import Any

from autograd.arrays import Array

from . import compiled
from .optimizer import write_step
from .two_moments import TwoMoments, update_moments


class Adam(TwoMoments):
    """Adam: the running mean of the gradient over the root of the running mean of its square.

        m_t = beta1 * m_{t-1} + (1 - beta1) * g_t
        V_t = beta2 * V_{t-1} + (1 - beta2) * g_t^2
        eta_t = lr * (m_t / (1 - beta1^t)) / (sqrt(V_t / (1 - beta2^t)) + eps)
        w_{t+1} = w_t - eta_t

    Dividing by `1 - beta^t` takes out the bias of moments that start at 0. With `decoupled_weight_decay` it is `AdamW`.
    Raises ValueError for betas outside [0, 1), a negative `lr`, `eps` or `weight_decay`. D. P. Kingma and J. Ba,
    "Adam: A Method for Stochastic Optimization", 2014.
    """

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        m, V = update_moments(moments, g, options["betas"], out)
        write_step(m, V, *corrected(t, options), out)

    def step_many(self, w: Array, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any]) -> bool:
        loop = compiled.adam(w.size) if w.dtype.char in "fd" and g.dtype == w.dtype else None
        if loop is None:
            return False
        beta1, beta2 = options["betas"]
        decay = options["weight_decay"]
        coupled, decoupled = (0.0, options["lr"] * decay) if options["decoupled_weight_decay"] else (decay, 0.0)
        numbers = (beta1, 1 - beta1, beta2, 1 - beta2, *corrected(t, options), coupled, decoupled)
        loop(w, g, *moments, *map(w.dtype.type, numbers))
        return True


def corrected(t: int, options: dict[str, Any]) -> tuple[float, float]:
    """`eps` and `lr` with both bias corrections folded in, which saves passes over the moments."""
    beta1, beta2 = options["betas"]
    correction = sqrt(1 - beta2**t)
    return options["eps"] * correction, options["lr"] * correction / (1 - beta1**t)

"""What Adam and its variants share: a running mean of the gradient, and a second moment that measures its size."""

from __future__ import annotations

import numpy as np

from autograd.arrays import Array

from .optimizer import Optimizer, Params, average


class TwoMoments(Optimizer):
    """An optimizer with the moments `m_t` and `V_t`, which fade by `betas`, and an `eps` that keeps steps finite.

    With `decoupled_weight_decay` weights shrink by `lr * weight_decay * w_t` by themselves, as `AdamW`'s do.
    Raises ValueError for betas outside [0, 1), a negative `lr`, `eps` or `weight_decay`.
    """

    moments: tuple[str, ...] = ("m", "V")

    def __init__(self, params: Params, lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.0, *, decoupled_weight_decay: bool = False) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
                         decoupled_weight_decay=decoupled_weight_decay)


def update_moments(moments: tuple[Array, ...], g: Array, betas: tuple[float, float], out: Array) -> tuple[Array, Array]:
    """Advance the running means `m_t` of the gradient and `V_t` of its square by one step; `out` is overwritten."""
    m, V = moments
    beta1, beta2 = betas
    average(m, g, beta1, out)
    average(V, np.multiply(g, g, out=out), beta2, out)
    return m, V

"""What Adam and its kin share: a running mean of the gradient, and a second moment that measures its size."""

from __future__ import annotations

from .optimizer import Optimizer, Params


class TwoMoments(Optimizer):
    """An optimizer with the moments `m_t` and `V_t`, which fade by `betas`, and an `eps` that keeps steps finite.

    Raises `ValueError` for betas outside [0, 1), a negative `lr`, `eps` or `weight_decay`.
    """

    moments = ("m", "V")

    def __init__(self, params: Params, lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.0) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

"""AdamW."""

from __future__ import annotations

from .adam import Adam
from .optimizer import Params


class AdamW(Adam):
    """Adam with decoupled weight decay: the weights shrink by themselves, not through the gradient and its moments.

        eta_t = lr * (m_t / (1 - beta1^t)) / (sqrt(V_t / (1 - beta2^t)) + eps),    m_t and V_t as in `Adam`
        w_{t+1} = w_t - eta_t - lr * weight_decay * w_t

    Raises what `Adam` raises. I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization", 2017.
    """

    def __init__(self, params: Params, lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.01) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, decoupled_weight_decay=True)

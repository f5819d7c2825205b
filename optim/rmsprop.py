"""RMSProp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd.arrays import Array

from .optimizer import Optimizer, Params, average, write_step


class RMSProp(Optimizer):
    """RMSProp: the gradient over the root of a running mean of its square.

        m_t = g_t,    V_t = beta * V_{t-1} + (1 - beta) * g_t^2
        eta_t = lr * g_t / (sqrt(V_t) + eps)
        w_{t+1} = w_t - eta_t

    With `centered`, `V_t` is the running variance of the gradient: the mean `M_t` of g, of the same `beta`, squared, is
    taken off. With a `momentum`, `m_t = momentum * m_{t-1} + g_t / (sqrt(V_t) + eps)` and `eta_t = lr * m_t`.
    Raises ValueError for `beta` or `momentum` outside [0, 1), a negative `lr`, `eps` or `weight_decay`. T. Tieleman
    and G. Hinton, "Lecture 6.5: rmsprop", 2012; A. Graves, "Generating Sequences With Recurrent Neural Networks", 2013.
    """

    moments = ("V",)

    def __init__(self, params: Params, lr: float = 0.01, beta: float = 0.99, eps: float = 1e-8,
                 weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = False) -> None:
        super().__init__(params, lr=lr, beta=beta, eps=eps, weight_decay=weight_decay, momentum=momentum,
                         centered=centered)

    def moments_of(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        mean, running = ("M",) if options["centered"] else (), ("m",) if options["momentum"] else ()
        return self.moments + mean + running

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        V, beta, momentum = moments[0], options["beta"], options["momentum"]
        if options["centered"]:
            update_variance(V, moments[1], g, beta, out)
        else:
            average(V, np.multiply(g, g, out=out), beta, out)
        write_step(g, V, options["eps"], 1.0 if momentum else options["lr"], out)
        if momentum:
            m = moments[-1]
            m *= momentum
            m += out
            np.multiply(m, options["lr"], out=out)


def update_variance(V: Array, M: Array, g: Array, beta: float, out: Array) -> None:
    """Advance the running variance `V_t = beta * (V_{t-1} + (1 - beta) * (g_t - M_{t-1})^2)` and mean `M_t`.

    V_t equals the mean of g^2 minus M_t^2, a difference that rounding would make negative where g hardly changes. `out`
    is overwritten.
    """
    np.subtract(g, M, out=out)
    out *= out
    out *= 1 - beta
    V += out
    V *= beta
    average(M, g, beta, out)

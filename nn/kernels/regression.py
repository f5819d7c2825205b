"""The losses for numbers as primitives: a cost of the error e = x - t, and its slope.

    squared    e^2                                      2 e
    absolute   |e|                                      e / |e|, 0 at 0
    Huber      m (|e| - m / 2), m = min(|e|, delta)     m e / |e|

Predictions x and targets t have one shape, in any memory order. `reduction` is "mean", "sum" or "none". Kept for the
pullback: nothing but the operands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.fused import fused
from nn.kernels.reduction import reduced, reduced_array, share

Array = NDArray[Any]


def loss_of_errors(name: str, cost: Callable[..., Any], slope: Callable[..., Any]) -> Callable[..., Any]:
    """`cost(x - t)`, reduced, as a primitive; `cost` and `slope` take the loss's options."""

    def forward(x: Array, t: Array, *, reduction: str = "mean", **options: Any) -> tuple[Array, tuple[()]]:
        return reduced_array(cost(x - t, **options), reduction), ()

    def pullback(g: Array, operands: Sequence[Any], residuals: tuple[()], needs: Sequence[bool], *,
                 reduction: str = "mean", **options: Any) -> tuple[Array | None, Array | None]:
        error = operands[0] - operands[1]
        dx = slope(error, **options) * share(g, error.size, reduction)
        return dx if needs[0] else None, -dx if needs[1] else None

    def reference(x: Any, t: Any, *, reduction: str = "mean", **options: Any) -> Any:
        return reduced(cost(x - t, **options), reduction)

    return fused(name, forward, pullback, reference)


def _direction(error: Array) -> Any:
    """The derivative of |e|; conjugated, as complex cotangents are inside a pass."""
    return np.sign(error) if error.dtype.kind == "f" else np.sign(error).conj()


def _huber(error: Any, *, delta: float) -> Any:
    distance = abs(error)
    near = np.minimum(distance, delta)
    return near * (distance - 0.5 * near)


squared_error = loss_of_errors("squared_error", lambda e: e * e, lambda e: 2 * e)
absolute_error = loss_of_errors("absolute_error", abs, _direction)
huber_error = loss_of_errors("huber_error", _huber, lambda e, *, delta: np.minimum(abs(e), delta) * _direction(e))

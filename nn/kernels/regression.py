"""Regression losses as primitives: a cost of the error e = x - t, and its slope.

    squared    |e|^2                                    2 e
    absolute   |e|                                      e / |e|, 0 at 0
    Huber      c (e - c / 2), c: e clipped to +-delta   c

Predictions x and targets t have the same shape, in any memory order. `reduction` is "mean", "sum" or "none". Only the
error is kept for the pullback: with the error as prediction and 0 as target the derivatives are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs, fused
from autograd.duck_arrays import HALF, at_least_single
from autograd.registry import Operation
from nn.kernels.half_precision import in_single, narrow
from nn.kernels.reduction import reduced, reduced_array, share


def loss_of_errors(name: str, cost: Callable[..., Any], slope: Callable[..., Any]) -> Operation:
    """`cost(x - t)`, reduced, as a primitive; `cost` and `slope` take the loss's options."""

    def forward(x: Array, t: Array, *, reduction: str = "mean", **options: Any) -> tuple[Array, tuple[Array]]:
        error = x - t
        loss = reduced_array(cost(at_least_single(error), **options), reduction)
        return loss if error.dtype.char != HALF else narrow(loss), (error,)

    def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Array], needs: Needs, *,
                 reduction: str = "mean", **options: Any) -> tuple[Array | None, Array | None]:
        (error,) = residuals
        dx = slope(error, **options) * share(g, error.size, reduction)
        return dx if needs[0] else None, -dx if needs[1] else None

    def reference(x: Any, t: Any, *, reduction: str = "mean", **options: Any) -> Any:
        return reduced(cost(x - t, **options), reduction)

    return fused(name, forward, pullback, in_single(reference), unread=(0, 1),
                 equivalent=lambda e: (e, e.dtype.type(0)))


def _direction(error: Array) -> Any:
    """The derivative of |e|; conjugated, as complex cotangents are within the backward pass."""
    return np.sign(error) if error.dtype.kind == "f" else np.sign(error).conj()


def _cut(error: Any, *, delta: float) -> Any:
    """The error, clipped to magnitude delta; not computed from |e|, which has no second derivative at 0."""
    if error.dtype.kind == "f":
        return np.clip(error, -delta, delta)
    distance = abs(error)
    far = distance > delta
    return error * np.where(far, delta / np.where(far, distance, 1), 1)


def _huber(error: Any, *, delta: float) -> Any:
    near = _cut(error, delta=delta)
    cost = near.conj() * (error - 0.5 * near)
    return cost if error.dtype.kind == "f" else cost.real


def _square(error: Any) -> Any:
    return error * error if error.dtype.kind == "f" else (error * error.conj()).real


squared_error = loss_of_errors("squared_error", _square, lambda e: 2 * e.conj())
absolute_error = loss_of_errors("absolute_error", abs, _direction)
huber_error = loss_of_errors("huber_error", _huber, lambda e, *, delta: _cut(e, delta=delta).conj())

"""Functions that are integrals of exponentials, differentiated under the integral sign: right at 0, to every order."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.declare import composite, general
from autograd.duck import on_arrays_too

Array = Any
NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2  # for the interval from 0 to 1


# --- sinc(x) = int_0^1 cos(pi x t) dt --------------------------------------------------------------------------------


def sinc_derivative(x: Array, *, order: int = 0) -> Array:
    """The derivative of sinc of an order: by quadrature where x is small, by the recurrence of x sinc(x) elsewhere."""
    if not order:
        return np.sinc(x)
    wide = np.asarray(x, np.result_type(x, np.float64))
    phase = order * (np.pi / 2)
    near = np.cos(np.pi * NODES * wide[..., None] + phase) @ (WEIGHTS * (np.pi * NODES) ** order)
    away = np.where(np.abs(wide) < order + 1, order + 1, wide)
    far = np.sinc(away)
    for k in range(1, order + 1):
        far = (np.pi ** (k - 1) * np.sin(np.pi * away + k * (np.pi / 2)) - k * far) / away
    return np.where(np.abs(wide) < order + 1, near, far).astype(np.asarray(x).dtype)[()]


sinc_of = on_arrays_too(general(
    sinc_derivative, lambda g, x, *, order=0: g * sinc_of(x, order=order + 1),
    lambda t, x, *, order=0: t * sinc_of(x, order=order + 1), name="sinc"), sinc_derivative)
composite(np.sinc)(lambda x: sinc_of(x))

# --- i0(x) = 1/pi int_0^pi exp(x cos t) dt ---------------------------------------------------------------------------


def i0_derivative(x: Array, *, order: int = 0) -> Array:
    """The derivative of i0 of an order, by the trapezoidal rule, which converges exponentially for periodic functions."""
    if not order:
        return np.i0(x)
    wide = np.asarray(x, float)
    count = 24 + order + int(8 * np.sqrt(np.max(np.abs(wide), initial=0)))
    cosines = np.cos(np.pi * (np.arange(count) + 0.5) / count)
    return (np.exp(wide[..., None] * cosines) @ (cosines**order / count)).astype(np.asarray(x).dtype)[()]


i0_of = on_arrays_too(general(
    i0_derivative, lambda g, x, *, order=0: g * i0_of(x, order=order + 1),
    lambda t, x, *, order=0: t * i0_of(x, order=order + 1), name="i0"), i0_derivative)
composite(np.i0)(lambda x: i0_of(x))

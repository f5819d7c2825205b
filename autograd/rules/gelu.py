"""The GELU, x times the normal distribution function Phi(x); with a kernel of its own for networks' float32.

    gelu(x) = max(x, 0) - y r(y) exp(-y² / 2),   y = |x|,   r(y) = exp(y² / 2) Phi(-y)

r is smooth, and a quotient of polynomials of degrees 3 and 4 comes to within 8e-7 of it. The derivative is
Phi(x) + x exp(-x² / 2) / sqrt(2 pi), with Phi(x) = gelu(x) / x.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs, fused
from autograd.primitive import pole_safe
from autograd.registry import Operation
from autograd.runtime.blocks import LONG, filled

from .error_function import normal_cdf

# r from 0 to 15, highest power first; minimax in the relative error, by Lawson's iteration on 900 points.
NUMERATOR = (0.398898523, 2.78888254, 8.42983723, 11.615341)
DENOMINATOR = (6.98616795, 22.2068557, 35.3946265, 23.2306913)  # after y^4
END = 15.0  # beyond, exp(-y² / 2) is 0 in float32
DENSITY = 0.3989422804014327  # of the normal distribution at 0
TINY = 1e-36  # below this square a quotient of such small numbers loses digits, or is 0 / 0


def _value(out: Array, x: Array) -> None:
    y = np.abs(x.clip(-END, END))
    tail = y * NUMERATOR[0]
    for coefficient in NUMERATOR[1:-1]:
        tail += coefficient
        tail *= y
    tail += NUMERATOR[-1]
    tail *= y
    below = y + DENOMINATOR[0]
    for coefficient in DENOMINATOR[1:]:
        below *= y
        below += coefficient
    tail /= below
    y *= y
    y *= -0.5
    tail *= np.exp(y, out=y)
    np.subtract(x.clip(0, np.inf), tail, out=out)


@np.errstate(under="ignore")
def _forward(x: Array) -> tuple[Array, tuple[Array]]:
    out = filled(_value, np.empty_like(x), x, block=LONG)
    return out, (out,)


def _pulled(dx: Array, g: Array, x: Array, out: Array) -> None:
    square = x * x
    slope = np.multiply(square, -0.5)
    np.exp(slope, out=slope)
    slope *= x
    slope *= DENSITY
    slope += out / x
    if not (square.min(initial=1) > TINY and square.max(initial=1) < np.inf):
        ends = np.where(square < TINY, 0.5, np.heaviside(x, 0.5))
        slope = np.where((square > TINY) & (square < np.inf), slope, ends)
    dx[...] = pole_safe(g, slope)


def _pullback(g: Array, operands: Sequence[Any], residuals: tuple[Array], needs: Needs) -> tuple[Array]:
    x, out = operands[0], residuals[0]
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # another expression replaces these
        return (filled(_pulled, np.empty_like(x), g, x, out, block=LONG),)


gelu_in_single: Operation = fused("gelu", _forward, _pullback, lambda x: x * normal_cdf(x))

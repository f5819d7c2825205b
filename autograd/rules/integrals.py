"""Functions that are integrals of simple ones, differentiated under the integral sign: right at 0, to every order.

Each is one primitive with the option `order`, and its derivative is the same primitive of the next order. Quotients
F(x)/x with F(0) = 0 use quadrature near 0, and elsewhere x f^(n) + n f^(n-1) = F^(n).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import factorial
from typing import Any

import numpy as np

from autograd.declare import composite, general, on_arrays_too
from autograd.declare.poles import quotient
from autograd.duck_arrays import Array
from autograd.primitive import pole_safe
from autograd.registry import real_only

Derivative = Callable[[Array, int], Array]


@cache
def quadrature(count: int = 40) -> tuple[Array, Array]:
    """Nodes and weights of Gauss and Legendre for the interval from 0 to 1; made when they are first needed."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return (nodes + 1) / 2, weights / 2


def by_order(name: str, value: Callable[[Array], Array], derivative: Derivative) -> Callable[..., Any]:
    """A function and all of its derivatives, on arrays and on tensors: `f(x, order=n)`."""

    def evaluate(x: Array, *, order: int = 0) -> Array:
        if not order:
            return value(x)
        wide = np.asarray(x, np.result_type(x, np.float64))
        return derivative(wide, order).astype(value_dtype(x))[()]

    apply = on_arrays_too(
        general(evaluate, lambda g, x, *, order=0: pole_safe(g, apply(x, order=order + 1)),
                lambda t, x, *, order=0: pole_safe(t, apply(x, order=order + 1)), name=name))
    return apply


def derivatives_of_quotient(value: Callable[[Array], Array], integrand: Callable[[Array, int], Array],
                            numerator: Derivative, radius: Callable[[int], float]) -> Derivative:
    """The derivatives of f(x) = F(x)/x = int_0^1 k(x t) dt, from those of k and of F; quadrature within the radius."""

    def derivative(x: Array, order: int) -> Array:
        near = np.abs(x) < radius(order)
        away = np.where(near, 1, x)
        out = value(away)
        for k in range(1, order + 1):
            out = (numerator(away, k) - k * out) / away
        if np.any(near):
            nodes, weights = quadrature(12 + 2 * order)
            out = np.asarray(out)
            out[near] = integrand(np.asarray(x)[near][:, None] * nodes, order) @ (weights * nodes**order)
        return out

    return derivative


sinc = by_order("sinc", np.sinc, derivatives_of_quotient(
    np.sinc, lambda x, n: np.pi**n * np.cos(np.pi * x + n * (np.pi / 2)),
    lambda x, n: np.pi ** (n - 1) * np.sin(np.pi * x + n * (np.pi / 2)), lambda n: (n + 1) / 4))
composite(np.sinc)(lambda x: sinc(x))


def relative(numerator: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """F(x)/x with the limit 1 at 0."""
    return lambda x: np.where(x == 0, 1, quotient(numerator(x), x)).astype(value_dtype(x))[()]


def value_dtype(x: Array) -> Any:
    """The dtype of a function's value: that of x, and float64 for integers and Python numbers."""
    return np.result_type(np.asarray(x), np.float16)


exprel = by_order("exprel", relative(np.expm1), derivatives_of_quotient(  # (exp(x) - 1) / x
    relative(np.expm1), lambda x, n: np.exp(x), lambda x, n: np.exp(x), lambda n: n + 1.0))
log1prel = by_order("log1prel", relative(np.log1p), derivatives_of_quotient(  # log(1 + x) / x
    relative(np.log1p), lambda x, n: -factorial(n) / (-1 - x) ** (n + 1),
    lambda x, n: -factorial(n - 1) / (-1 - x) ** n, lambda n: 0.5))


OVERFLOWS = 720.0  # where exp(x) overflows, and with it i0


def i0_derivative(x: Array, order: int) -> Array:
    """1/pi int_0^pi cos(t)^n exp(x cos t) dt by the trapezoidal rule, which converges exponentially."""
    count = 24 + order + int(8 * np.sqrt(np.max(np.abs(x), initial=0, where=np.abs(x) < OVERFLOWS)))
    cosines = np.cos(np.pi * (np.arange(count) + 0.5) / count)
    return np.exp(x[..., None] * cosines) @ (cosines**order / count)


i0 = by_order("i0", np.i0, i0_derivative)
composite(np.i0)(lambda x: i0(x))
real_only.add(np.i0)

"""Logarithms, powers, entropies and losses that stay accurate where their formulas do not."""

from __future__ import annotations

from math import log, pi
from typing import Any

import numpy as np

from autograd.duck_arrays import Array
from autograd.rules.closed import by_definition, elementwise
from autograd.rules.integrals import exprel, log1prel
from autograd.rules.ufuncs import power_slopes

from .ufuncs import special as sc

by_definition(sc.cbrt)(lambda x: np.cbrt(x))
by_definition(sc.exp2)(lambda x: np.exp2(x))
by_definition(sc.expm1)(lambda x: np.expm1(x))
by_definition(sc.log1p)(lambda x: np.log1p(x))
by_definition(sc.exprel)(lambda x: exprel(x))
elementwise(sc.exp10, lambda out: out * log(10))
elementwise(sc.cosm1, lambda x: -np.sin(x))
elementwise(sc.powm1, power_slopes[0], lambda x, y: power_slopes[1](x, x**y))

# --- Degrees ---------------------------------------------------------------------------------------------------------

elementwise(sc.sindg, lambda x: sc.cosdg(x) * (pi / 180))
elementwise(sc.cosdg, lambda x: -sc.sindg(x) * (pi / 180))
elementwise(sc.tandg, lambda out: (1 + out * out) * (pi / 180))
elementwise(sc.cotdg, lambda out: -(1 + out * out) * (pi / 180))
elementwise(sc.radian, pi / 180, pi / 10800, pi / 648000)

# --- The logistic function and entropies -----------------------------------------------------------------------------

elementwise(sc.expit, lambda x, out: out * sc.expit(-x))  # 1 - out is 0 from x = 37 on
elementwise(sc.log_expit, lambda x: sc.expit(-x))
elementwise(sc.logit, lambda x: 1 / (x * (1 - x)))
elementwise(sc.xlogy, lambda x, y: np.log(apart_from_both(x, y)), lambda x, y: x / apart_from_both(x, y))
elementwise(sc.xlog1py, lambda x, y: np.log1p(np.where((x == 0) & (y == -1), 0, y)),
            lambda x, y: x / np.where((x == 0) & (y == -1), 1, 1 + y))
elementwise(sc.entr, lambda x: -np.log(x) - 1)
elementwise(sc.rel_entr, lambda x, y: np.log(x / y) + 1, lambda x, y: -x / apart_from_both(x, y))
elementwise(sc.kl_div, lambda x, y: np.log(x / y), lambda x, y: 1 - x / apart_from_both(x, y))


def apart_from_both(x: Array, y: Array) -> Array:
    """y, but 1 where x and y are 0: x log(y) is 0 there, and the cost of a class with no share in two distributions."""
    return np.where((x == 0) & (y == 0), 1, y)


# --- Losses ----------------------------------------------------------------------------------------------------------

elementwise(sc.huber, lambda d, r: np.maximum(np.abs(r) - d, 0), lambda d, r: np.minimum(np.maximum(r, -d), d),
            operands=("d", "r"))
elementwise(sc.pseudo_huber, lambda d, r: pseudo_huber_slope(d, r / d),
            lambda d, r: r / np.hypot(1, r / d), operands=("d", "r"))


def pseudo_huber_slope(d: Array, share: Array) -> Array:
    """The derivative of d^2 (h - 1) in d for r = d share and h^2 = 1 + share^2, by h - 1 = share^2 / (1 + h)."""
    h = np.hypot(1, share)
    rise = share * (share / (1 + h))
    return d * rise * (rise / h)


# --- Box and Cox: powers through exprel(z) = (exp(z) - 1)/z, right at lmbda = 0 ---------------------------------------

elementwise(sc.boxcox, lambda x, p: x ** (p - 1), lambda x, p: power_slope(np.log(x), p), operands=("x", "p"))
elementwise(sc.boxcox1p, lambda x, p: np.exp(sc.xlog1py(p - 1, x)), lambda x, p: power_slope(np.log1p(x), p),
            operands=("x", "p"))
elementwise(sc.inv_boxcox, lambda y, p: inverse_slope(y, p), lambda y, p, out: out * root_slope(y, p),
            operands=("y", "p"))
elementwise(sc.inv_boxcox1p, lambda y, p: inverse_slope(y, p), lambda y, p, out: (1 + out) * root_slope(y, p),
            operands=("y", "p"))


def power_slope(logarithm: Array, p: Array) -> Array:
    """d/dp (x^p - 1)/p for log x; at x = 0 it is that of -1/p."""
    none = (logarithm == -np.inf) & (p > 0)
    return np.where(none, 1 / np.where(none, p, 1) ** 2, logarithm * logarithm * exprel(logarithm * p, order=1))


def root_slope(y: Array, p: Array) -> Array:
    """d/dp log(1 + p y)/p."""
    return y * y * log1prel(p * y, order=1)


def inverse_slope(y: Array, p: Array) -> Array:
    """d/dy (1 + p y)^(1/p)."""
    return np.exp(y * log1prel(p * y)) / (1 + p * y)


@by_definition(sc.agm)
def agm(a: Any, b: Any) -> Any:
    """The arithmetic-geometric mean: its iteration doubles the digits each time; with 0 it is 0."""
    none = (a == 0) | (b == 0)
    for _ in range(12):
        sign = np.sign(a)
        a, b = (a + b) / 2, sign * np.sqrt(sign * a) * np.sqrt(sign * b)  # a product of two might be infinite
    return np.where(none, 0, a)

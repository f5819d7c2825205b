"""The gamma function and what is made of it: beta, binomials, polygamma, zeta. Source: DLMF, chapters 5 and 25."""

from __future__ import annotations

from math import factorial, pi
from typing import Any

import numpy as np

from autograd.declare import constant
from autograd.duck_arrays import Array
from autograd.registry import real_only
from autograd.rules.closed import elementwise
from autograd.rules.integrals import by_order

from .ufuncs import special as sc

LARGE = 100.0  # from here on series of three terms are exact to rounding

elementwise(sc.gamma, lambda x, out: out * sc.psi(x))
elementwise(sc.gammaln, lambda x: sc.psi(x))
elementwise(sc.loggamma, lambda x: sc.psi(x))
elementwise(sc.rgamma, lambda x, out: reciprocal_slope(x, out))
elementwise(sc.psi, lambda x: trigamma(x) if x.dtype.kind == "c" else sc.zeta(2, x))
elementwise(sc._ufuncs._zeta, None, lambda s, q: -s * sc.zeta(s + 1, q), name="zeta", operands=("s", "q"))
real_only.add(sc._ufuncs._zeta)
constant(sc.gammasgn)


def log_minus_psi(a: Array) -> Array:
    """log a - psi(a), and for large a by its series."""
    large = a > LARGE
    s, b = np.where(large, a, LARGE), np.where(large, 1, a)
    return np.where(large, (0.5 + (1 / 12 - (1 / 120 - 1 / 252 / s**2) / s**2) / s) / s, np.log(b) - sc.psi(b))


def psi_rise(x: Array, h: Array) -> Array:
    """psi(x + h) - psi(x), and for large x the rise of log x and of what remains, since psi itself grows slowly."""
    large = (x > LARGE) & (h > -x / 2)
    s, step = np.where(large, x, LARGE), np.where(large, h, 0)
    z, end = np.where(large, 1, x), np.where(large, 1, x + h)
    return np.where(large, np.log1p(step / s) + log_minus_psi(s) - log_minus_psi(s + step), sc.psi(end) - sc.psi(z))


def at_pole(x: Array) -> Array:
    """Where Gamma has a pole: there 1/Gamma is 0, with a slope, which is no product with psi."""
    return (x <= 0) & (np.floor(x) == x)


def reciprocal_slope(x: Array, out: Array) -> Array:
    """The derivative of out = 1/Gamma(x), to the left of 1/2 by that of Gamma(1 - x) sin(pi x) / pi.

    Near a pole the second derivative is the difference of two terms as large as psi^2, and small itself. Where
    Gamma(1 - x) overflows, so does out.
    """
    if np.iscomplexobj(x):
        return -out * sc.psi(x)
    left = (x < 0.5) & (x > -170)
    here, there = np.where(left, x, 0), np.where(left, 1, x)
    nearest = np.round(here)
    angle, sign = pi * (here - nearest), 1 - 2 * np.mod(nearest, 2)
    mirrored = sign * sc.gamma(1 - here) * (np.cos(angle) - sc.psi(1 - here) * np.sin(angle) / pi)
    return np.where(left, mirrored, -out * sc.psi(there))


def quotient_slope(out: Array, top: Array, bottom: Array, factor: Array | float) -> Array:
    """The derivative of out = factor Gamma(top) / Gamma(bottom) as both move: out (psi(top) - psi(bottom)).

    At a pole of both by reflection, psi(1 - z) - psi(z) = pi cot(pi z); at one of the bottom by the quotient's zero.
    """
    above, below = at_pole(top), at_pole(bottom)
    both, alone = above & below, below & ~above
    first, second = np.where(both, 1 - top, top), np.where(both, 1 - bottom, np.where(alone, 1, bottom))
    upper, lower = np.where(alone, top, 1), np.where(alone, bottom, 0)
    zero = factor * sc.gamma(upper) * (sc.psi(upper) * sc.rgamma(lower) + reciprocal_slope(lower, sc.rgamma(lower)))
    return np.where(alone, zero, out * (sc.psi(first) - sc.psi(second)))


def choice_slope(out: Array, top: Array, chosen: Array, rest: Array) -> Array:
    """The derivative of out = Gamma(top) / (Gamma(chosen) Gamma(rest)) as one of the last two grows by the other."""
    zero = (at_pole(chosen) | at_pole(rest)) & ~at_pole(top)
    one, other, whole = (np.where(zero, x, 1) for x in (chosen, rest, top))
    first, second = sc.rgamma(one), sc.rgamma(other)
    at_zero = sc.gamma(whole) * (reciprocal_slope(one, first) * second - first * reciprocal_slope(other, second))
    return np.where(zero, at_zero, out * (sc.psi(np.where(zero, 1, rest)) - sc.psi(np.where(zero, 1, chosen))))


elementwise(sc.beta, lambda x, y, out: quotient_slope(out, x, x + y, sc.gamma(y)),
            lambda x, y, out: quotient_slope(out, y, x + y, sc.gamma(x)))
elementwise(sc.betaln, lambda x, y: -psi_rise(x, y), lambda x, y: -psi_rise(y, x))
elementwise(sc.binom, lambda n, k, out: quotient_slope(out, n + 1, n - k + 1, sc.rgamma(k + 1)),
            lambda n, k, out: choice_slope(out, n + 1, k + 1, n - k + 1), operands=("n", "k"))
elementwise(sc.poch, lambda z, m, out: quotient_slope(out, z + m, z, 1.0), lambda z, m, out: out * sc.psi(z + m),
            operands=("z", "m"))


# --- SciPy's polygamma is real only ----------------------------------------------------------------------------------

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66)


def complex_zeta(s: int, q: Array) -> Array:
    """sum_k (q + k)^-s by Euler and Maclaurin, from where Re q >= 14 (DLMF 25.11.28)."""
    first = 14 + s + max(0, int(-np.min(q.real, initial=0)))
    near = np.sum((q[..., None] + np.arange(first)) ** -s, axis=-1)
    z = q + first
    tail, term = z ** (1 - s) / (s - 1) + z**-s / 2, s * z ** (-s - 1) / 2
    for k, number in enumerate(BERNOULLI, start=1):
        tail = tail + number * term
        term = term * (s + 2 * k - 1) * (s + 2 * k) / ((2 * k + 1) * (2 * k + 2) * z * z)
    return near + tail


def polygamma(z: Array, n: int) -> Array:
    return (-1) ** (n + 1) * factorial(n) * complex_zeta(n + 1, z)


trigamma: Any = by_order("trigamma", lambda z: polygamma(np.asarray(z), 1)[()],
                         lambda z, order: polygamma(z, order + 1))

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
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66)  # the numbers B_2k

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


def half_turns(x: Array) -> tuple[Array, Array]:
    """The angle a between -pi/2 and pi/2, and the sign with which sin(pi x) = sign sin(a), and cos(pi x) as well."""
    nearest = np.round(x)
    return pi * (x - nearest), 1 - 2 * np.mod(nearest, 2)


def sine_of_half_turns(x: Array) -> Array:
    angle, sign = half_turns(x)
    return sign * np.sin(angle)


def psi_rise(x: Array, h: Array) -> Array:
    """psi(x + h) - psi(x), which is proportional to h where h is small, and so must be its rounding error.

    Left of 0 it follows from psi(1 - z) - psi(z) = pi cot(pi z); between poles cot does not change.
    """
    end = x + h
    right, left = (x > 0) & (end > 0) & np.isfinite(h), (x <= 0) & (end <= 0)
    at_x, at_end, of_h = (sine_of_half_turns(np.where(left, v, 0.5)) for v in (x, end, h))
    cotangents = np.where(at_pole(x) & at_pole(end), 0, pi * of_h / (at_x * at_end))
    start, finish = np.where(right, x, np.where(left, 1 - end, 1)), np.where(right, end, np.where(left, 1 - x, 1))
    rise = psi_rise_to_the_right(start, finish, np.where(right | left, h, 0))
    beside = np.where(right | left, 1, x), np.where(right | left, 1, end)
    return np.where(right, rise, np.where(left, cotangents - rise, sc.psi(beside[1]) - sc.psi(beside[0])))


def psi_rise_to_the_right(x: Array, end: Array, h: Array) -> Array:
    """psi_rise for positive x and end = x + h."""
    return np.log1p(h / (x + AHEAD)) + psi_rise_but_for_that(x, end, h)


def rise_of_psi_minus_log(x: Array, h: Array) -> Array:
    """psi_rise(x, h) - log1p(h / x) for positive x and x + h: for large x these two hardly differ."""
    end = x + h
    return np.log1p(-AHEAD * h / ((x + AHEAD) * end)) + psi_rise_but_for_that(x, end, h)


AHEAD = 16


def psi_rise_but_for_that(x: Array, end: Array, h: Array) -> Array:
    """psi(x + h) - psi(x) without the rise of log z at z = x + 16, where end is x + h.

    psi(z) = psi(z + 1) - 1/z leads from x to x + 16, where psi(z) - log z has a series. The differences of its terms
    have the factor h, which is taken out of them.
    """
    steps = np.arange(float(AHEAD))
    first, last, rise = (np.expand_dims(v, -1) for v in (x, end, h))
    near = np.sum(rise / (last + steps) / (first + steps), axis=-1)
    one, other = 1 / (x + AHEAD), 1 / (end + AHEAD)
    series, powers, power = 0.0, 1.0, 1.0
    for k, number in enumerate(BERNOULLI, start=1):  # powers: (one^2k - other^2k) / (one^2 - other^2)
        series, power = series + number / (2 * k) * powers, power * other**2
        powers = powers * one**2 + power
    return near + h * one * other * (0.5 + (one + other) * series)


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
    angle, sign = half_turns(here)
    mirrored = sign * sc.gamma(1 - here) * (np.cos(angle) - sc.psi(1 - here) * np.sin(angle) / pi)
    return np.where(left, mirrored, -out * sc.psi(there))


def quotient_slope(out: Array, top: Array, bottom: Array, rise: Array, factor: Array | float) -> Array:
    """The derivative of out = factor Gamma(top) / Gamma(bottom) as both move: out times the rise of psi to the top.

    At a pole of the bottom alone by the quotient's zero.
    """
    alone = at_pole(bottom) & ~at_pole(top)
    upper, lower = np.where(alone, top, 1), np.where(alone, bottom, 0)
    zero = factor * sc.gamma(upper) * (sc.psi(upper) * sc.rgamma(lower) + reciprocal_slope(lower, sc.rgamma(lower)))
    return np.where(alone, zero, out * rise)


def choice_slope(out: Array, top: Array, chosen: Array, rest: Array) -> Array:
    """The derivative of out = Gamma(top) / (Gamma(chosen) Gamma(rest)) as one of the last two grows by the other."""
    zero = (at_pole(chosen) | at_pole(rest)) & ~at_pole(top)
    one, other, whole = (np.where(zero, x, 1) for x in (chosen, rest, top))
    first, second = sc.rgamma(one), sc.rgamma(other)
    at_zero = sc.gamma(whole) * (reciprocal_slope(one, first) * second - first * reciprocal_slope(other, second))
    return np.where(zero, at_zero, out * (sc.psi(np.where(zero, 1, rest)) - sc.psi(np.where(zero, 1, chosen))))


elementwise(sc.beta, lambda x, y, out: quotient_slope(out, x, x + y, -psi_rise(x, y), sc.gamma(y)),
            lambda x, y, out: quotient_slope(out, y, x + y, -psi_rise(y, x), sc.gamma(x)))
elementwise(sc.betaln, lambda x, y: -psi_rise(x, y), lambda x, y: -psi_rise(y, x))
elementwise(sc.binom,
            lambda n, k, out: quotient_slope(out, n + 1, n - k + 1, -psi_rise(n + 1, -k), sc.rgamma(k + 1)),
            lambda n, k, out: choice_slope(out, n + 1, k + 1, n - k + 1), operands=("n", "k"))
elementwise(sc.poch, lambda z, m, out: quotient_slope(out, z + m, z, psi_rise(z, m), 1.0),
            lambda z, m, out: out * sc.psi(z + m), operands=("z", "m"))


# --- SciPy's polygamma is real only ----------------------------------------------------------------------------------


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

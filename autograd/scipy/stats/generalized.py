"""Families that generalize others by one more shape. Source: the definitions in SciPy's manual."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np

from autograd.duck_arrays import Array
from autograd.rules.special.ufuncs import special as sc

from .continuous import HALF_LOG_2PI, INF, expon, log_expm1, log_of_one_and_square, norm
from .distribution import Distribution, of_member, through

# --- Extremes: with a shape c, which may be 0, logarithms and exponentials of 1 + c x over c --------------------------


def over_shape(c: Array, x: Array, function: Callable[[Array], Array], *coefficients: float) -> Array:
    """`function(c x) / c`, near c x = 0 by the series of `function(t) / t`: it is x where c is 0, with all slopes."""
    t = c * np.where((c == 0) & np.isinf(x), 0.0, x)
    near = np.abs(t) < 1e-2
    inner = np.where(near, t, 0.0)
    series: Array = 0.0
    for coefficient in reversed(coefficients):
        series = series * inner + coefficient
    return np.where(near, x * series, function(np.where(near, 1.0, t)) / np.where(near, 1.0, c))


def log_over(c: Array, x: Array) -> Array:
    """log(1 + c x) / c."""
    return over_shape(c, x, np.log1p, *[(-1) ** k / (k + 1) for k in range(9)])


def power_over(c: Array, y: Array) -> Array:
    """(exp(c y) - 1) / c, the inverse of `log_over`."""
    return over_shape(c, y, np.expm1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320)


def end_of(c: Array) -> Array:
    """-1 / c, where the support of these ends if c is negative; else infinity."""
    return np.where(c < 0, -1 / np.where(c < 0, c, -1.0), INF)


def finite(c: Array) -> Array:
    return np.isfinite(c)


def pareto_log_density(y: Array, c: Array) -> Array:
    """-(1 + c) y; y is infinite where the support ends, up to which the density is 1 if c is -1."""
    return np.where(np.isinf(y) & (c == -1), 0.0, -(1 + c) * y)


def extreme_log_density(y: Array, c: Array) -> Array:
    """(c - 1) y - exp(-y); where y is infinite the support ends, in SciPy's density with 1 if c is 1, else with 0."""
    ended = np.isinf(y)
    return np.where(ended & (c == 1), 0.0, np.where(ended, -INF, (c - 1) * y - np.exp(-y)))


genpareto = Distribution(
    "genpareto", lambda c: (0.0 * c, end_of(c)), possible=finite,
    logpdf=lambda x, c: pareto_log_density(log_over(c, x), c), cdf=lambda x, c: -np.expm1(-log_over(c, x)),
    sf=lambda x, c: np.exp(-log_over(c, x)), logsf=lambda x, c: -log_over(c, x),
    ppf=lambda q, c: power_over(c, -np.log1p(-q)), isf=lambda q, c: power_over(c, -np.log(q)))
genextreme = Distribution(
    "genextreme", lambda c: (-end_of(c), end_of(-c)), open_below=True, possible=finite,
    logpdf=lambda x, c: extreme_log_density(log_over(-c, x), c),
    log_limit=lambda x, c: np.where((c < 1) | (x < 0), -INF, np.where(c > 1, INF, 0.0)),
    cdf=lambda x, c: np.exp(-np.exp(-log_over(-c, x))), logcdf=lambda x, c: -np.exp(-log_over(-c, x)),
    sf=lambda x, c: -np.expm1(-np.exp(-log_over(-c, x))),
    ppf=lambda q, c: power_over(-c, -np.log(-np.log(q))), isf=lambda q, c: power_over(-c, -np.log(-np.log1p(-q))))

# --- With another power ----------------------------------------------------------------------------------------------


def either(c: Array, under: Array, over: Array) -> Array:
    """`under` for a positive power of x, `over` for a negative one, which turns the order around."""
    return np.where(c > 0, under, over)


gengamma = Distribution(
    "gengamma", (0, INF), possible=lambda a, c: (a > 0) & (np.abs(c) > 0),
    logpdf=lambda x, a, c: np.where((x == 0) & (c < 0), -INF, np.log(np.abs(c)) + sc.xlogy(c * a - 1, x) - x**c
                                    - sc.gammaln(a)),
    cdf=lambda x, a, c: either(c, sc.gammainc(a, x**c), sc.gammaincc(a, x**c)),
    sf=lambda x, a, c: either(c, sc.gammaincc(a, x**c), sc.gammainc(a, x**c)),
    ppf=lambda q, a, c: either(c, sc.gammaincinv(a, q), sc.gammainccinv(a, q)) ** (1 / c),
    isf=lambda q, a, c: either(c, sc.gammainccinv(a, q), sc.gammaincinv(a, q)) ** (1 / c))
exponweib = Distribution(
    "exponweib", (0, INF),
    logpdf=lambda x, a, c: np.log(a) + np.log(c) + sc.xlogy(a - 1, -np.expm1(-(x**c))) - x**c + sc.xlogy(c - 1, x),
    cdf=lambda x, a, c: (-np.expm1(-(x**c))) ** a, sf=lambda x, a, c: -np.expm1(a * np.log1p(-np.exp(-(x**c)))),
    ppf=lambda q, a, c: (-np.log1p(-(q ** (1 / a)))) ** (1 / c),
    isf=lambda q, a, c: (-np.log(-np.expm1(np.log1p(-q) / a))) ** (1 / c))
burr12 = Distribution(
    "burr12", (0, INF),
    logpdf=lambda x, c, d: np.log(c) + np.log(d) + sc.xlogy(c - 1, x) - (d + 1) * np.log1p(x**c),
    cdf=lambda x, c, d: -np.expm1(-d * np.log1p(x**c)), sf=lambda x, c, d: np.exp(-d * np.log1p(x**c)),
    logsf=lambda x, c, d: -d * np.log1p(x**c), ppf=lambda q, c, d: np.exp(log_expm1(-np.log1p(-q) / d) / c),
    isf=lambda q, c, d: np.exp(log_expm1(-np.log(q) / d) / c))
genlogistic = Distribution("genlogistic", (-INF, INF), **through(
    expon, lambda x, c: -c * sc.log_expit(x), lambda y, c: -log_expm1(y / c), lambda x, c: np.log(c) + sc.log_expit(-x),
    falling=True))
johnsonsu = Distribution("johnsonsu", (-INF, INF), possible=lambda a, b: finite(a) & (b > 0), **through(
    norm, lambda x, a, b: a + b * np.arcsinh(x), lambda y, a, b: np.sinh((y - a) / b),
    lambda x, a, b: np.log(b) - log_of_one_and_square(x) / 2))


def log_of_longer(x: Array, K: Array) -> Array:
    """log(K pdf) of exponnorm, also the logarithm of the difference of its cdf and the normal distribution's.

    It is log(exp(z^2 / 2) Phi(-z)) - x^2 / 2 with z = 1/K - x: for z > 0 by erfcx, where the terms would be large.
    """
    z = 1 / K - x
    above = z > 0
    short = np.log(sc.erfcx(np.where(above, z, 0.0) / sqrt(2)) / 2) - x * x / 2
    return np.where(above, short, (0.5 / K - x) / K + sc.log_ndtr(-np.where(above, 0.0, z)))


exponnorm = Distribution(
    "exponnorm", (-INF, INF), logpdf=lambda x, K: log_of_longer(x, K) - np.log(K),
    cdf=lambda x, K: sc.ndtr(x) - np.exp(log_of_longer(x, K)),
    sf=lambda x, K: sc.ndtr(-x) + np.exp(log_of_longer(x, K)))

# --- Of the time until a level is reached -----------------------------------------------------------------------------


def first_passage(x: Array, mu: Array) -> tuple[Array, Array, Array]:
    """The logarithms of the terms of invgauss' cdf and sf: Phi(u), Phi(-u), and exp(2 / mu) Phi(-v), added or not."""
    u, v = (x / mu - 1) / np.sqrt(x), (x / mu + 1) / np.sqrt(x)
    return sc.log_ndtr(u), sc.log_ndtr(-u), 2 / mu + sc.log_ndtr(-v)


def log_passed(x: Array, mu: Array) -> Array:
    under, _, more = first_passage(x, mu)
    return np.logaddexp(under, more)


def log_to_come(x: Array, mu: Array) -> Array:
    _, over, more = first_passage(x, mu)
    return over + np.log1p(-np.exp(more - over))


invgauss = Distribution(
    "invgauss", (0, INF), open_below=True,
    logpdf=lambda x, mu: -((x / mu - 1) ** 2) / (2 * x) - 1.5 * np.log(x) - HALF_LOG_2PI,
    cdf=lambda x, mu: np.exp(log_passed(x, mu)), logcdf=lambda x, mu: log_passed(x, mu),
    sf=lambda x, mu: np.exp(log_to_come(x, mu)), logsf=lambda x, mu: log_to_come(x, mu))
wald = Distribution("wald", (0, INF), open_below=True, **of_member(invgauss, 1.0))

"""Distributions of nonnegative quantities: speeds, incomes, lifetimes. Source: the definitions in SciPy's manual."""

from __future__ import annotations

from math import log, pi, sqrt

import numpy as np

from autograd.duck_arrays import Array
from autograd.rules.special.incomplete import gamma_log_peak
from autograd.rules.special.ufuncs import special as sc

from .continuous import HALF_LOG_2PI, INF, expon, log_expm1, log_of_one_and_square, lognorm, norm
from .distribution import Distribution, of_member, through

# --- Of the length of normal vectors ----------------------------------------------------------------------------------

chi = Distribution(
    "chi", (0, INF), logpdf=lambda x, df: sc.xlogy(df - 1, x) - x * x / 2 - (df / 2 - 1) * log(2) - sc.gammaln(df / 2),
    cdf=lambda x, df: sc.gammainc(df / 2, x * x / 2), sf=lambda x, df: sc.gammaincc(df / 2, x * x / 2),
    ppf=lambda q, df: np.sqrt(2 * sc.gammaincinv(df / 2, q)), isf=lambda q, df: np.sqrt(2 * sc.gammainccinv(df / 2, q)))
maxwell = Distribution(
    "maxwell", (0, INF), logpdf=lambda x: log(2 / pi) / 2 + 2 * np.log(x) - x * x / 2,
    cdf=lambda x: sc.gammainc(1.5 + 0 * x, x * x / 2), sf=lambda x: sc.gammaincc(1.5 + 0 * x, x * x / 2),
    ppf=lambda q: np.sqrt(2 * sc.gammaincinv(1.5 + 0 * q, q)),
    isf=lambda q: np.sqrt(2 * sc.gammainccinv(1.5 + 0 * q, q)))
nakagami = Distribution(
    "nakagami", (0, INF),
    logpdf=lambda x, nu: log(2) + gamma_log_peak(nu) + sc.xlogy(2 * nu - 1, x) + nu * (1 - x) * (1 + x),
    cdf=lambda x, nu: sc.gammainc(nu, nu * x * x), sf=lambda x, nu: sc.gammaincc(nu, nu * x * x),
    ppf=lambda q, nu: np.sqrt(sc.gammaincinv(nu, q) / nu), isf=lambda q, nu: np.sqrt(sc.gammainccinv(nu, q) / nu))

halfgennorm = Distribution(
    "halfgennorm", (0, INF), logpdf=lambda x, beta: np.log(beta) - sc.gammaln(1 / beta) - x**beta,
    cdf=lambda x, beta: sc.gammainc(1 / beta, x**beta), sf=lambda x, beta: sc.gammaincc(1 / beta, x**beta),
    ppf=lambda q, beta: sc.gammaincinv(1 / beta, q) ** (1 / beta),
    isf=lambda q, beta: sc.gammainccinv(1 / beta, q) ** (1 / beta))
foldnorm = Distribution(
    "foldnorm", (0, INF), possible=lambda c: c >= 0,
    logpdf=lambda x, c: np.logaddexp(-((x - c) ** 2) / 2, -((x + c) ** 2) / 2) - HALF_LOG_2PI,
    cdf=lambda x, c: (sc.erf((x - c) / sqrt(2)) + sc.erf((x + c) / sqrt(2))) / 2,
    sf=lambda x, c: sc.ndtr(c - x) + sc.ndtr(-c - x))

# --- Halves -----------------------------------------------------------------------------------------------------------

halfcauchy = Distribution(
    "halfcauchy", (0, INF), logpdf=lambda x: log(2 / pi) - log_of_one_and_square(x),
    cdf=lambda x: 2 / pi * np.arctan(x), sf=lambda x: 2 / pi * np.arctan2(1.0, x),
    ppf=lambda q: np.tan(pi / 2 * q), isf=lambda q: 1 / np.tan(pi / 2 * q))
halflogistic = Distribution(
    "halflogistic", (0, INF), logpdf=lambda x: log(2) - x - 2 * np.log1p(np.exp(-x)), cdf=lambda x: np.tanh(x / 2),
    sf=lambda x: 2 * sc.expit(-x), ppf=lambda q: 2 * np.arctanh(q), isf=lambda q: np.log((2 - q) / q))

# --- With long tails --------------------------------------------------------------------------------------------------

levy = Distribution(
    "levy", (0, INF), open_below=True, logpdf=lambda x: -(log(2 * pi) + 3 * np.log(x) + 1 / x) / 2,
    cdf=lambda x: sc.erfc(0.5 / np.sqrt(x / 2)), sf=lambda x: sc.erf(0.5 / np.sqrt(x / 2)),
    ppf=lambda q: 1 / sc.ndtri(q / 2) ** 2, isf=lambda q: 0.5 / sc.erfinv(q) ** 2)
lomax = Distribution("lomax", (0, INF), **through(
    expon, lambda x, c: c * np.log1p(x), lambda y, c: np.expm1(y / c), lambda x, c: np.log(c) - np.log1p(x)))
fisk = Distribution(
    "fisk", (0, INF), logpdf=lambda x, c: np.log(c) + sc.xlogy(c - 1, x) - 2 * np.log1p(x**c),
    cdf=lambda x, c: sc.expit(c * np.log(x)), sf=lambda x, c: sc.expit(-c * np.log(x)),
    ppf=lambda q, c: np.exp(sc.logit(q) / c), isf=lambda q, c: np.exp(-sc.logit(q) / c))
betaprime = Distribution(
    "betaprime", (0, INF), logpdf=lambda x, a, b: sc.xlogy(a - 1, x) - sc.xlog1py(a + b, x) - sc.betaln(a, b),
    cdf=lambda x, a, b: sc.fdtr(2 * a, 2 * b, b * x / a), sf=lambda x, a, b: sc.fdtrc(2 * a, 2 * b, b * x / a),
    ppf=lambda q, a, b: sc.betaincinv(a, b, q) / sc.betainccinv(b, a, q),
    isf=lambda q, a, b: sc.betainccinv(a, b, q) / sc.betaincinv(b, a, q))
invweibull = Distribution("invweibull", (0, INF), open_below=True, **through(
    expon, lambda x, c: x**-c, lambda y, c: y ** (-1 / c), lambda x, c: np.log(c) - (c + 1) * np.log(x), falling=True))

# --- Of quantities that have a familiar distribution as a member, or whose logarithm has one -------------------------

gibrat = Distribution("gibrat", (0, INF), open_below=True, **of_member(lognorm, 1.0))
burr = Distribution(
    "burr", (0, INF), logpdf=lambda x, c, d: np.log(c) + np.log(d) + sc.xlogy(c * d - 1, x) - (d + 1) * np.log1p(x**c),
    cdf=lambda x, c, d: np.exp(-d * np.log1p(x**-c)), logcdf=lambda x, c, d: -d * np.log1p(x**-c),
    sf=lambda x, c, d: -np.expm1(-d * np.log1p(x**-c)), ppf=lambda q, c, d: np.exp(-log_expm1(-np.log(q) / d) / c),
    isf=lambda q, c, d: np.exp(-log_expm1(-np.log1p(-q) / d) / c))
loglaplace = Distribution(
    "loglaplace", (0, INF), logpdf=lambda x, c: np.log(c / 2) + sc.xlogy(np.where(x < 1, c, -c) - 1, x),
    cdf=lambda x, c: np.where(x < 1, np.where(x < 1, x, 1.0) ** c / 2, 1 - np.where(x < 1, 1.0, x) ** -c / 2),
    sf=lambda x, c: np.where(x < 1, 1 - np.where(x < 1, x, 1.0) ** c / 2, np.where(x < 1, 1.0, x) ** -c / 2),
    ppf=lambda q, c: np.where(q < 0.5, (2 * q) ** (1 / c), 1 / (2 * (1 - q)) ** (1 / c)),
    isf=lambda q, c: np.where(q > 0.5, (2 * (1 - q)) ** (1 / c), 1 / (2 * q) ** (1 / c)))


def of_normal(y: Array, c: Array) -> Array:
    """The x with sqrt(x) - 1 / sqrt(x) = c y."""
    size = c * np.where(y < 0, -y, y)
    x = (size + np.sqrt(size * size + 4)) ** 2 / 4
    return np.where(y < 0, 1 / x, x)


fatiguelife = Distribution("fatiguelife", (0, INF), open_below=True, **through(
    norm, lambda x, c: (x - 1) / np.sqrt(x) / c, of_normal,
    lambda x, c: np.log1p(x) - np.log(2 * c) - 1.5 * np.log(x)))

# --- Others -----------------------------------------------------------------------------------------------------------

gompertz = Distribution("gompertz", (0, INF), **through(
    expon, lambda x, c: c * np.expm1(x), lambda y, c: np.log1p(y / c), lambda x, c: np.log(c) + x))
exponpow = Distribution("exponpow", (0, INF), **through(
    expon, lambda x, b: np.expm1(x**b), lambda y, b: np.log1p(y) ** (1 / b),
    lambda x, b: np.log(b) + sc.xlogy(b - 1, x) + x**b))
powerlaw = Distribution(
    "powerlaw", (0, 1), logpdf=lambda x, a: np.log(a) + sc.xlogy(a - 1, x), cdf=lambda x, a: x**a,
    sf=lambda x, a: -np.expm1(a * np.log(x)), logcdf=lambda x, a: a * np.log(x), ppf=lambda q, a: q ** (1 / a),
    isf=lambda q, a: np.exp(np.log1p(-q) / a))

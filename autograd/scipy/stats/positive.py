"""Distributions of nonnegative quantities: speeds, incomes, lifetimes. Source: the definitions in SciPy's manual."""

from __future__ import annotations

from math import log, pi

import numpy as np

from autograd.rules.special.ufuncs import special as sc

from .continuous import INF, log_of_one_and_square
from .distribution import Distribution

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
    logpdf=lambda x, nu: log(2) + sc.xlogy(nu, nu) - sc.gammaln(nu) + sc.xlogy(2 * nu - 1, x) - nu * x * x,
    cdf=lambda x, nu: sc.gammainc(nu, nu * x * x), sf=lambda x, nu: sc.gammaincc(nu, nu * x * x),
    ppf=lambda q, nu: np.sqrt(sc.gammaincinv(nu, q) / nu), isf=lambda q, nu: np.sqrt(sc.gammainccinv(nu, q) / nu))

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
    cdf=lambda x: sc.erfc(np.sqrt(0.5 / x)), sf=lambda x: sc.erf(np.sqrt(0.5 / x)),
    ppf=lambda q: 1 / sc.ndtri(q / 2) ** 2, isf=lambda q: 0.5 / sc.erfinv(q) ** 2)
lomax = Distribution(
    "lomax", (0, INF), logpdf=lambda x, c: np.log(c) - (c + 1) * np.log1p(x),
    cdf=lambda x, c: -np.expm1(-c * np.log1p(x)), sf=lambda x, c: np.exp(-c * np.log1p(x)),
    logsf=lambda x, c: -c * np.log1p(x), ppf=lambda q, c: np.expm1(-np.log1p(-q) / c),
    isf=lambda q, c: np.expm1(-np.log(q) / c))
fisk = Distribution(
    "fisk", (0, INF), logpdf=lambda x, c: np.log(c) + sc.xlogy(c - 1, x) - 2 * np.log1p(x**c),
    cdf=lambda x, c: sc.expit(c * np.log(x)), sf=lambda x, c: sc.expit(-c * np.log(x)),
    ppf=lambda q, c: np.exp(sc.logit(q) / c), isf=lambda q, c: np.exp(-sc.logit(q) / c))
betaprime = Distribution(
    "betaprime", (0, INF), logpdf=lambda x, a, b: sc.xlogy(a - 1, x) - sc.xlog1py(a + b, x) - sc.betaln(a, b),
    cdf=lambda x, a, b: sc.fdtr(2 * a, 2 * b, b * x / a), sf=lambda x, a, b: sc.fdtrc(2 * a, 2 * b, b * x / a),
    ppf=lambda q, a, b: sc.betaincinv(a, b, q) / sc.betainccinv(b, a, q),
    isf=lambda q, a, b: sc.betainccinv(a, b, q) / sc.betaincinv(b, a, q))
invweibull = Distribution(
    "invweibull", (0, INF), open_below=True, logpdf=lambda x, c: np.log(c) - (c + 1) * np.log(x) - x**-c,
    cdf=lambda x, c: np.exp(-(x**-c)), logcdf=lambda x, c: -(x**-c), sf=lambda x, c: -np.expm1(-(x**-c)),
    ppf=lambda q, c: (-np.log(q)) ** (-1 / c), isf=lambda q, c: (-np.log1p(-q)) ** (-1 / c))

# --- Others -----------------------------------------------------------------------------------------------------------

gompertz = Distribution(
    "gompertz", (0, INF), logpdf=lambda x, c: np.log(c) + x - c * np.expm1(x),
    cdf=lambda x, c: -np.expm1(-c * np.expm1(x)), sf=lambda x, c: np.exp(-c * np.expm1(x)),
    logsf=lambda x, c: -c * np.expm1(x), ppf=lambda q, c: np.log1p(-np.log1p(-q) / c),
    isf=lambda q, c: np.log1p(-np.log(q) / c))
powerlaw = Distribution(
    "powerlaw", (0, 1), logpdf=lambda x, a: np.log(a) + sc.xlogy(a - 1, x), cdf=lambda x, a: x**a,
    sf=lambda x, a: -np.expm1(a * np.log(x)), logcdf=lambda x, a: a * np.log(x), ppf=lambda q, a: q ** (1 / a),
    isf=lambda q, a: np.exp(np.log1p(-q) / a))

"""Continuous distributions, each by the forms of its standard member. Source: the definitions in SciPy's manual."""

from __future__ import annotations

from math import log, pi, sqrt

import numpy as np

from autograd.duck_arrays import Array
from autograd.rules.special.incomplete import f_log_density, student_log_density
from autograd.rules.special.ufuncs import special as sc

from .distribution import Distribution, through

INF = np.inf
HALF_LOG_2PI = log(2 * pi) / 2

norm = Distribution(
    "norm", (-INF, INF), logpdf=lambda x: -x * x / 2 - HALF_LOG_2PI, cdf=lambda x: sc.ndtr(x), sf=lambda x: sc.ndtr(-x),
    logcdf=lambda x: sc.log_ndtr(x), logsf=lambda x: sc.log_ndtr(-x), ppf=lambda q: sc.ndtri(q),
    isf=lambda q: -sc.ndtri(q))
lognorm = Distribution("lognorm", (0, INF), open_below=True, **through(
    norm, lambda x, s: np.log(x) / s, lambda y, s: np.exp(s * y), lambda x, s: -np.log(s) - np.log(x)))
halfnorm = Distribution(
    "halfnorm", (0, INF), logpdf=lambda x: log(2 / pi) / 2 - x * x / 2, cdf=lambda x: sc.erf(x / sqrt(2)),
    sf=lambda x: 2 * sc.ndtr(-x), ppf=lambda q: sqrt(2) * sc.erfinv(q), isf=lambda q: -sc.ndtri(q / 2))
gamma = Distribution(
    "gamma", (0, INF), logpdf=lambda x, a: sc.xlogy(a - 1, x) - x - sc.gammaln(a), cdf=lambda x, a: sc.gammainc(a, x),
    sf=lambda x, a: sc.gammaincc(a, x), ppf=lambda q, a: sc.gammaincinv(a, q), isf=lambda q, a: sc.gammainccinv(a, q))
invgamma = Distribution(
    "invgamma", (0, INF), open_below=True, logpdf=lambda x, a: -(a + 1) * np.log(x) - sc.gammaln(a) - 1 / x,
    cdf=lambda x, a: sc.gammaincc(a, 1 / x), sf=lambda x, a: sc.gammainc(a, 1 / x),
    ppf=lambda q, a: 1 / sc.gammainccinv(a, q), isf=lambda q, a: 1 / sc.gammaincinv(a, q))
chi2 = Distribution(
    "chi2", (0, INF), logpdf=lambda x, df: sc.xlogy(df / 2 - 1, x) - x / 2 - sc.gammaln(df / 2) - df / 2 * log(2),
    cdf=lambda x, df: sc.gammainc(df / 2, x / 2), sf=lambda x, df: sc.gammaincc(df / 2, x / 2),
    ppf=lambda q, df: 2 * sc.gammaincinv(df / 2, q), isf=lambda q, df: 2 * sc.gammainccinv(df / 2, q))
beta = Distribution(
    "beta", (0, 1), logpdf=lambda x, a, b: sc.xlogy(a - 1, x) + sc.xlog1py(b - 1, -x) - sc.betaln(a, b),
    cdf=lambda x, a, b: sc.betainc(a, b, x), sf=lambda x, a, b: sc.betaincc(a, b, x),
    ppf=lambda q, a, b: sc.betaincinv(a, b, q), isf=lambda q, a, b: sc.betainccinv(a, b, q))
f = Distribution(
    "f", (0, INF), logpdf=lambda x, dfn, dfd: f_log_density(x, dfn, dfd),
    cdf=lambda x, dfn, dfd: sc.fdtr(dfn, dfd, x), sf=lambda x, dfn, dfd: sc.fdtrc(dfn, dfd, x),
    ppf=lambda q, dfn, dfd: sc.fdtri(dfn, dfd, q), isf=lambda q, dfn, dfd: 1 / sc.fdtri(dfd, dfn, q))
t = Distribution(
    "t", (-INF, INF),
    logpdf=lambda x, df: student_log_density(df, x),
    cdf=lambda x, df: sc.stdtr(df, x), sf=lambda x, df: sc.stdtr(df, -x), ppf=lambda q, df: student_quantile(q, df),
    isf=lambda q, df: -student_quantile(q, df))


def student_quantile(q: Array, df: Array) -> Array:
    """The quantile; for q = 0 it is -inf, where `scipy.special.stdtrit` gives inf."""
    none = q == 0
    x = sc.stdtrit(df, np.where(none, 1, q))
    return np.where(none, -x, x)


cauchy = Distribution(
    "cauchy", (-INF, INF), logpdf=lambda x: -log_of_one_and_square(x) - log(pi), cdf=lambda x: np.arctan2(1.0, -x) / pi,
    sf=lambda x: np.arctan2(1.0, x) / pi, ppf=lambda q: cauchy_quantile(q), isf=lambda q: -cauchy_quantile(q))


def log_of_one_and_square(x: Array) -> Array:
    """log(1 + x^2), also where x^2 overflows."""
    large = np.abs(x) > 1
    size = np.where(large, np.abs(x), 1.0)
    return np.log1p(np.where(large, 1 / size, x) ** 2) + 2 * np.log(size)


def log_expm1(x: Array) -> Array:
    """log(exp(x) - 1) of a positive x, also where exp(x) overflows."""
    return x + np.log(-np.expm1(-x))


def cauchy_quantile(q: Array) -> Array:
    """tan(pi (q - 1/2)), by the probability of the tail where the difference would lose its digits."""
    tail = np.abs(q - 0.5) > 0.25
    beyond = np.where(tail, np.where(q < 0.5, q, 1 - q), 0.25)
    return np.where(tail, np.sign(q - 0.5) / np.tan(pi * beyond), np.tan(pi * np.where(tail, 0.0, q - 0.5)))


def laplace_cdf(x: Array) -> Array:
    """The cumulative distribution, which is smooth at 0."""
    tail = np.exp(np.where(x > 0, -x, x)) / 2
    return np.where(x > 0, 1 - tail, tail)


uniform = Distribution("uniform", (0, 1), logpdf=lambda x: 0 * x, cdf=lambda x: x, ppf=lambda q: q)
expon = Distribution(
    "expon", (0, INF), logpdf=lambda x: -x, cdf=lambda x: -np.expm1(-x), sf=lambda x: np.exp(-x), logsf=lambda x: -x,
    ppf=lambda q: -np.log1p(-q), isf=lambda q: -np.log(q))
laplace = Distribution(
    "laplace", (-INF, INF), logpdf=lambda x: -np.abs(x) - log(2),
    cdf=lambda x: laplace_cdf(x), sf=lambda x: laplace_cdf(-x),
    ppf=lambda q: np.where(q > 0.5, -np.log(2 * (1 - q)), np.log(2 * q)),
    isf=lambda q: np.where(q > 0.5, np.log(2 * (1 - q)), -np.log(2 * q)))
logistic = Distribution(
    "logistic", (-INF, INF), logpdf=lambda x: sc.log_expit(x) + sc.log_expit(-x), cdf=lambda x: sc.expit(x),
    sf=lambda x: sc.expit(-x), logcdf=lambda x: sc.log_expit(x), logsf=lambda x: sc.log_expit(-x),
    ppf=lambda q: sc.logit(q), isf=lambda q: -sc.logit(q))
gumbel_r = Distribution(
    "gumbel_r", (-INF, INF), logpdf=lambda x: -x - np.exp(-x), cdf=lambda x: np.exp(-np.exp(np.minimum(-x, 80.0))),
    logcdf=lambda x: -np.exp(-x), sf=lambda x: -np.expm1(-np.exp(np.minimum(-x, 80.0))),
    ppf=lambda q: -np.log(-np.log(q)), isf=lambda q: -np.log(-np.log1p(-q)))
gumbel_l = Distribution(
    "gumbel_l", (-INF, INF), logpdf=lambda x: x - np.exp(x), sf=lambda x: np.exp(-np.exp(np.minimum(x, 80.0))),
    logsf=lambda x: -np.exp(x), cdf=lambda x: -np.expm1(-np.exp(np.minimum(x, 80.0))),
    ppf=lambda q: np.log(-np.log1p(-q)), isf=lambda q: np.log(-np.log(q)))
LOG_LEAST = log(np.finfo(np.float64).tiny)
"""Below it exp(x) is so small that it loses digits."""
loggamma = Distribution(
    "loggamma", (-INF, INF), logpdf=lambda x, c: c * x - np.exp(x) - sc.gammaln(c),
    cdf=lambda x, c: np.where(x < LOG_LEAST, np.exp(first_power(x, c)), sc.gammainc(c, exp_of(x))),
    sf=lambda x, c: np.where(x < LOG_LEAST, -np.expm1(first_power(x, c)), sc.gammaincc(c, exp_of(x))),
    ppf=lambda q, c: log_of_gamma(sc.gammaincinv(c, q), np.log(q), c),
    isf=lambda q, c: log_of_gamma(sc.gammainccinv(c, q), np.log1p(-q), c))


def exp_of(x: Array) -> Array:
    """exp(x), but a finite number where that overflows: probabilities have reached 0 or 1 long before."""
    return np.exp(np.minimum(x, 700.0))


def first_power(x: Array, c: Array) -> Array:
    """The logarithm of the first term of the series of gammainc(c, exp(x)), which alone matters far out."""
    return c * np.minimum(x, LOG_LEAST) - sc.gammaln(c + 1)


def log_of_gamma(x: Array, logcdf: Array, c: Array) -> Array:
    """log(x), and by the first term what is too small to have all digits."""
    least = np.exp(LOG_LEAST)
    small = x < least
    return np.where(small, (logcdf + sc.gammaln(c + 1)) / c, np.log(np.where(small, 1.0, x)))


hypsecant = Distribution(
    "hypsecant", (-INF, INF), logpdf=lambda x: log(2 / pi) - np.logaddexp(x, -x),
    cdf=lambda x: 2 / pi * np.arctan(np.exp(x)), sf=lambda x: 2 / pi * np.arctan(np.exp(-x)),
    ppf=lambda q: np.log(np.tan(pi / 2 * q)), isf=lambda q: -np.log(np.tan(pi / 2 * q)))
moyal = Distribution(
    "moyal", (-INF, INF), logpdf=lambda x: -(x + np.exp(-x)) / 2 - HALF_LOG_2PI,
    cdf=lambda x: sc.erfc(np.exp(-x / 2) / sqrt(2)), sf=lambda x: sc.erf(np.exp(-x / 2) / sqrt(2)),
    ppf=lambda q: -2 * np.log(sqrt(2) * sc.erfcinv(q)), isf=lambda q: -2 * np.log(sqrt(2) * sc.erfinv(q)))
weibull_min = Distribution("weibull_min", (0, INF), **through(
    expon, lambda x, c: x**c, lambda y, c: y ** (1 / c), lambda x, c: np.log(c) + sc.xlogy(c - 1, x)))
weibull_max = Distribution("weibull_max", (-INF, 0), **through(
    expon, lambda x, c: (-x) ** c, lambda y, c: -(y ** (1 / c)), lambda x, c: np.log(c) + sc.xlogy(c - 1, -x),
    falling=True))
rayleigh = Distribution("rayleigh", (0, INF), **through(
    expon, lambda x: x * x / 2, lambda y: np.sqrt(2 * y), lambda x: np.log(x)))
pareto = Distribution(
    "pareto", (1, INF), logpdf=lambda x, b: np.log(b) - (b + 1) * np.log(x), cdf=lambda x, b: -np.expm1(-b * np.log(x)),
    sf=lambda x, b: x**-b, logsf=lambda x, b: -b * np.log(x), ppf=lambda q, b: np.exp(-np.log1p(-q) / b),
    isf=lambda q, b: q ** (-1 / b))

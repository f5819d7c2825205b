"""Distributions between two ends. Source: the definitions in SciPy's manual."""

from __future__ import annotations

from math import log, pi

import numpy as np

from autograd.duck_arrays import Array
from autograd.rule_signature import reading
from autograd.rules.closed import closed
from autograd.rules.special.ufuncs import special as sc

from .continuous import HALF_LOG_2PI, INF
from .distribution import Distribution

arcsine = Distribution(
    "arcsine", (0, 1), logpdf=lambda x: -log(pi) - (np.log(x) + np.log1p(-x)) / 2,
    cdf=lambda x: 2 / pi * np.arcsin(np.sqrt(x)), sf=lambda x: 2 / pi * np.arcsin(np.sqrt(1 - x)),
    ppf=lambda q: np.sin(pi / 2 * q) ** 2)


def log_height(x: Array) -> Array:
    """The logarithm of the height of a half circle of area 1."""
    return log(2 / pi) + (np.log1p(-x) + np.log1p(x)) / 2


circle_cdf = closed(  # its terms have infinite slopes at the ends
    reading(("x",), lambda x: (pi / 2 + np.arcsin(x) + x * np.sqrt((1 - x) * (1 + x))) / pi),
    "standard semicircular.cdf", lambda x: np.exp(log_height(x)))
semicircular = Distribution("semicircular", (-1, 1), logpdf=log_height, cdf=circle_cdf, sf=lambda x: circle_cdf(-x))
johnsonsb = Distribution(
    "johnsonsb", (0, 1), open_below=True, possible=lambda a, b: np.isfinite(a) & (b > 0),
    logpdf=lambda x, a, b: np.where(x == 1, -INF, np.log(b) - np.log(x) - np.log1p(-x)
                                    - (a + b * sc.logit(x)) ** 2 / 2 - HALF_LOG_2PI),
    cdf=lambda x, a, b: sc.ndtr(a + b * sc.logit(x)), sf=lambda x, a, b: sc.ndtr(-a - b * sc.logit(x)),
    logcdf=lambda x, a, b: sc.log_ndtr(a + b * sc.logit(x)), logsf=lambda x, a, b: sc.log_ndtr(-a - b * sc.logit(x)),
    ppf=lambda q, a, b: sc.expit((sc.ndtri(q) - a) / b), isf=lambda q, a, b: sc.expit((-sc.ndtri(q) - a) / b))
truncexpon = Distribution(
    "truncexpon", lambda b: (0.0 * b, b), logpdf=lambda x, b: -x - np.log(-np.expm1(-b)),
    cdf=lambda x, b: np.expm1(-x) / np.expm1(-b), sf=lambda x, b: np.exp(-x) * np.expm1(x - b) / np.expm1(-b),
    ppf=lambda q, b: -np.log1p(q * np.expm1(-b)), isf=lambda q, b: np.where(
        q < 0.5, -np.log(np.exp(-b) - q * np.expm1(-b)), -np.log1p((1 - q) * np.expm1(-b))))


def rising(x: Array, c: Array) -> Array:
    """Whether x is before the mode of triang, at which there is no way up or no way down if it is an end."""
    return (x < c) | (c == 1)


def way(c: Array) -> Array:
    """A length to divide by, 1 where it is 0 and the other way is taken."""
    return np.where(c > 0, c, 1.0)


triang = Distribution(
    "triang", (0, 1), possible=lambda c: (c >= 0) & (c <= 1),
    logpdf=lambda x, c: log(2) + np.where(rising(x, c), np.log(x / way(c)), np.log((1 - x) / way(1 - c))),
    cdf=lambda x, c: np.where(rising(x, c), x * x / way(c), 1 - (1 - x) ** 2 / way(1 - c)),
    sf=lambda x, c: np.where(rising(x, c), 1 - x * x / way(c), (1 - x) ** 2 / way(1 - c)),
    ppf=lambda q, c: np.where(rising(q, c), np.sqrt(c * q), 1 - np.sqrt((1 - c) * (1 - q))),
    isf=lambda q, c: np.where(rising(1 - q, c), np.sqrt(c * (1 - q)), 1 - np.sqrt((1 - c) * q)))
loguniform = Distribution(
    "loguniform", lambda a, b: (a, b), possible=lambda a, b: (a > 0) & (b > a),
    logpdf=lambda x, a, b: -np.log(x) - np.log(np.log(b / a)), cdf=lambda x, a, b: np.log(x / a) / np.log(b / a),
    sf=lambda x, a, b: np.log(b / x) / np.log(b / a), ppf=lambda q, a, b: a * (b / a) ** q,
    isf=lambda q, a, b: b * (a / b) ** q)
wrapcauchy = Distribution(  # tan(pi cdf) is (1 + c) / (1 - c) tan(x / 2)
    "wrapcauchy", (0, 2 * pi), possible=lambda c: (c > 0) & (c < 1),
    logpdf=lambda x, c: np.log1p(-c * c) - log(2 * pi) - np.log((1 - c) ** 2 - 2 * c * sc.cosm1(x)),
    cdf=lambda x, c: np.arctan2((1 + c) * np.sin(x / 2), (1 - c) * np.cos(x / 2)) / pi,
    sf=lambda x, c: np.arctan2((1 + c) * np.sin(x / 2), (c - 1) * np.cos(x / 2)) / pi,
    ppf=lambda q, c: 2 * np.arctan2((1 - c) * np.sin(pi * q), (1 + c) * np.cos(pi * q)))

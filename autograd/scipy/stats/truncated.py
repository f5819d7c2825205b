"""The normal distribution between two ends, by logarithms: far out in a tail the probabilities themselves are 0."""

from __future__ import annotations

import numpy as np

from autograd.duck_arrays import Array
from autograd.rules.special.ufuncs import special as sc

from .continuous import HALF_LOG_2PI
from .distribution import Distribution


def log_mass(low: Array, high: Array) -> Array:
    """log(Phi(high) - Phi(low)), in the left tail by the mirror image of the right one."""
    right = low > 0
    low, high = np.where(right, -high, low), np.where(right, -low, high)
    left = high <= 0
    whole, rest = (sc.log_ndtr(np.where(left, x, end)) for x, end in ((high, 0.0), (low, -1.0)))
    in_tail = whole + np.log(-np.expm1(rest - whole))
    return np.where(left, in_tail, np.log1p(-sc.ndtr(low) - sc.ndtr(-high)))


def more_precise(log_p: Array, log_rest: Array) -> Array:
    """The logarithm of a probability, by that of 1 - p where this is known more precisely."""
    most = log_p > -0.1
    return np.where(most, np.log1p(-np.exp(np.where(most, log_rest, -1.0))), log_p)


def under(x: Array, a: Array, b: Array) -> Array:
    return log_mass(a, x) - log_mass(a, b)


def over(x: Array, a: Array, b: Array) -> Array:
    return log_mass(x, b) - log_mass(a, b)


def quantile(under: Array, over: Array, a: Array, b: Array) -> Array:
    """The x with these probabilities of what is between a and x, and x and b, by the smaller of the two tails."""
    whole = log_mass(a, b)
    left, right = log_sum(sc.log_ndtr(a), under, whole), log_sum(sc.log_ndtr(-b), over, whole)
    on_left = left <= right
    x = sc.ndtri_exp(np.where(on_left, left, right))
    return np.where(on_left, x, -x)


def log_sum(tail: Array, p: Array, whole: Array) -> Array:
    """log(exp(tail) + p exp(whole)): where p is 0 it has a slope, unless there is no tail."""
    apart = whole - tail > 700
    near = tail + np.log1p(p * np.exp(np.where(apart, 0.0, whole - tail)))
    return np.where(apart, np.logaddexp(tail, np.log(p) + whole), near)


truncnorm = Distribution(
    "truncnorm", lambda a, b: (a, b), possible=lambda a, b: a < b,
    logpdf=lambda x, a, b: -x * x / 2 - HALF_LOG_2PI - log_mass(a, b),
    cdf=lambda x, a, b: np.exp(more_precise(under(x, a, b), over(x, a, b))),
    sf=lambda x, a, b: np.exp(more_precise(over(x, a, b), under(x, a, b))),
    logcdf=lambda x, a, b: more_precise(under(x, a, b), over(x, a, b)),
    logsf=lambda x, a, b: more_precise(over(x, a, b), under(x, a, b)),
    ppf=lambda q, a, b: quantile(q, 1 - q, a, b),
    isf=lambda q, a, b: quantile(1 - q, q, a, b))

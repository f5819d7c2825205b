"""Distributions whose probabilities are integrals of their densities, to all digits of the smaller tail.

The tail on one side of the mode is integrated by Gauss-Legendre quadrature, from x outwards until the density has
fallen by exp(-FALL). Where it ends depends on values only, so the derivatives are those of the integral.
"""

from __future__ import annotations

from math import log, pi

import numpy as np

from autograd.declare import piecewise_constant
from autograd.duck_arrays import Array
from autograd.rules.integrals import quadrature
from autograd.rules.special.incomplete import gamma_log_peak
from autograd.rules.special.ufuncs import special as sc
from autograd.scipy.precision import at_least

from .continuous import HALF_LOG_2PI, INF
from .distribution import Distribution, Form
from .generalized import end_of, finite
from .noncentral import apart

FALL = 50.0
"""A tail ends where the logarithm of the density has fallen by this."""


def integral(log_density: Form, start: Array, end: Array, *shapes: Array) -> Array:
    """The integral of a density between two points in either order; it is 0 at the end, which does not move."""
    nodes, weights = quadrature(64)
    start, end, *own = apart(start, end, *shapes)
    length = end - start
    return np.sum(weights * np.exp(log_density(start + length * nodes, *own)) * np.abs(length), axis=-1)


# --- Of an angle, around the circle again and again ------------------------------------------------------------------


@piecewise_constant
def turns_of(x: Array) -> Array:
    return np.round(x / (2 * pi))


@piecewise_constant
def around(x: Array, kappa: Array) -> Array:
    """The angle at which kappa cos has fallen by `FALL` from its value at x; half a turn if it never falls so far."""
    return np.arccos(np.maximum(np.cos(x) - FALL / np.maximum(kappa, 1.0), -1.0))


def angle_log_density(x: Array, kappa: Array) -> Array:
    return kappa * sc.cosm1(x) - np.log(sc.i0e(kappa)) - log(2 * pi)


def angle_cdf(x: Array, kappa: Array) -> Array:
    """The probability from the point opposite the mode on, and 1 more for each turn before that."""
    turns = turns_of(x)
    z = x - 2 * pi * turns
    size = np.where(z < 0, -z, z)
    tail = integral(angle_log_density, size, around(size, kappa), kappa)
    return turns + np.where(z < 0, tail, 1 - tail)


vonmises = Distribution(
    "vonmises", (-INF, INF), possible=lambda kappa: kappa >= 0, logpdf=angle_log_density, cdf=angle_cdf,
    sf=lambda x, kappa: angle_cdf(-x, kappa))

# --- Normal, with a mean and variance of an inverse Gaussian distribution: in v, where x = sinh(v) -------------------


def tempered_log_density(v: Array, a: Array, b: Array) -> Array:
    """The density of v."""
    root = np.sqrt((a - b) * (a + b))
    return np.log(a / pi) + np.log(sc.k1e(a * np.cosh(v))) + root - a * np.cosh(v) + b * np.sinh(v)


@piecewise_constant
def tempered_end(v: Array, a: Array, b: Array) -> Array:
    """The point further from the mode than v at which a cosh - b sinh has risen by `FALL`."""
    square, above = (a - b) * (a + b), a * np.cosh(v) - b * np.sinh(v) + FALL
    way = np.where(under_mode(np.sinh(v), a, b), -1.0, 1.0)
    return np.arcsinh((b * above + way * a * np.sqrt(above * above - square)) / square)


def under_mode(x: Array, a: Array, b: Array) -> Array:
    return x * np.sqrt((a - b) * (a + b)) < b


def tempered_cdf(x: Array, a: Array, b: Array) -> Array:
    v = np.arcsinh(x)
    tail = integral(tempered_log_density, v, tempered_end(v, a, b), a, b)
    return np.where(under_mode(x, a, b), tail, 1 - tail)


def tempered(x: Array, a: Array, b: Array) -> Array:
    return tempered_log_density(np.arcsinh(x), a, b) - np.log(np.hypot(1.0, x))


def halved(q: Array, a: Array, b: Array) -> Array:
    """The quantile, by halving the range of v until nothing is left of it."""
    q, a, b = np.broadcast_arrays(q, a, b)
    low, high = np.full(q.shape, -50.0), np.full(q.shape, 50.0)
    for _ in range(60):
        middle = (low + high) / 2
        under = tempered_cdf(np.sinh(middle), a, b) < q
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return np.where(np.isnan(q + a + b), np.nan, np.sinh((low + high) / 2))


norminvgauss = Distribution(
    "norminvgauss", (-INF, INF), possible=lambda a, b: (a > 0) & (np.abs(b) < a), logpdf=tempered,
    cdf=tempered_cdf, sf=lambda x, a, b: tempered_cdf(-x, a, -b),
    quantiles={"ppf": halved, "isf": lambda q, a, b: -halved(q, a, -b)}.__getitem__)

# --- A gamma distribution of mean 0 and variance 1, by its skew: normal where that is 0 ------------------------------

SMALL = 0.2  # for a smaller skew, the gamma distribution's shape 4 / skew^2 is above 100, and a series is used


def skewed_peak(skew: Array) -> Array:
    """The logarithm of the density at 0."""
    small = np.abs(skew) < SMALL
    r, shape = np.where(small, skew * skew / 4, 0.0), 4 / np.where(small, 1.0, skew * skew)
    series = -HALF_LOG_2PI - (1 / 12 - (1 / 360 - r * r / 1260) * r * r) * r
    return np.where(small, series, gamma_log_peak(shape) - np.log(shape) / 2)


def skewed_log_density(x: Array, skew: Array) -> Array:
    """The value at 0 plus (a - 1) log(1 + t) - a t, with t = skew x / 2 and the shape a = 4 / skew^2."""
    t = skew * x / 2
    near = np.abs(t) < 0.1
    inner, outer, shape = np.where(near, t, 0.0), np.where(near, 1.0, t), 4 / np.where(near, 1.0, skew * skew)
    series: Array = 0.0
    for k in range(16, 1, -1):
        series = series * inner + (-1) ** (k + 1) / k
    return skewed_peak(skew) + np.where(near, x * x * series - np.log1p(inner),
                                        sc.xlog1py(shape - 1, outer) - shape * outer)


@piecewise_constant
def skewed_end(x: Array, skew: Array) -> Array:
    """A point on the side of x so far out that the density has fallen by `FALL`, or is near the end of the support."""
    way = np.where(x < -skew / 2, -1.0, 1.0)
    skew, reach = way * skew, 1 + skew * x / 2
    half = FALL / 2 * skew
    longer = np.maximum(half, 0) + np.sqrt(half * half + 2 * FALL * reach)
    shorter = np.minimum(np.sqrt(2 * FALL * reach), 1.999 * reach / np.maximum(-skew, 1e-300))
    return x + way * np.where(skew > 0, longer, shorter)


def skewed_cdf(x: Array, skew: Array) -> Array:
    """That of the gamma distribution; its derivatives would cancel for a small skew, where it is almost normal.

    In half precision its shape, 4 / skew^2, would be rounded before anything else: the slope had one digit.
    """
    dtype = x.dtype
    x, skew = at_least(np.float32, x, skew)
    small = np.abs(skew) < SMALL
    z, s = np.where(small, x, 0.0), np.where(small, skew, 0.0)
    tail = integral(skewed_log_density, z, skewed_end(z, s), s)
    shape = 4 / np.where(small, 1.0, skew * skew)
    y = np.maximum(shape * (1 + np.where(small, 0.0, skew) * x / 2), 0.0)
    by_gamma = np.where(skew > 0, sc.gammainc(shape, y), sc.gammaincc(shape, y))
    return np.where(small, np.where(z < -s / 2, tail, 1 - tail), by_gamma).astype(dtype)


pearson3 = Distribution(
    "pearson3", lambda skew: (-end_of(-skew / 2), end_of(skew / 2)), possible=finite, logpdf=skewed_log_density,
    cdf=skewed_cdf, sf=lambda x, skew: skewed_cdf(-x, -skew))

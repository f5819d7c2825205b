"""Noncentral distributions, by their definitions as mixtures of central ones.

Chi-squared and F distributions are mixed by a Poisson distribution with half the noncentrality as its mean, normal ones
by a chi distribution of the standard deviation (Johnson, Kotz and Balakrishnan 1995, ch. 29-31). All terms are
positive. Which of them are summed depends on values only, so the derivatives are those of the sum.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial, log, pi
from typing import Any

import numpy as np

from autograd.arguments import arrays_of
from autograd.declare import piecewise_constant
from autograd.duck_arrays import Array, add_all
from autograd.rules.special.incomplete import gamma_log_density
from autograd.rules.special.ufuncs import special as sc
from autograd.scipy.special import logsumexp

from .continuous import INF
from .distribution import Distribution

Term = Callable[[Array], Array]


def apart(*given: Any) -> list[Array]:
    """The arrays with an axis for terms at the end."""
    return [x[..., None] for x in arrays_of(given)]


# --- Sums over counts -------------------------------------------------------------------------------------------------

TERMS = 192


def counts(center: Array) -> tuple[Array, Array]:
    """Counts around a center, and their step. Where the terms vary slowly with the count, the sum over every n-th of
    them times n equals the sum over all of them to rounding.
    """
    reach = 10 * np.sqrt(center + 1) + 20
    low = np.maximum(np.floor(center - reach), 0)
    step = np.maximum(np.ceil((center + reach - low) / TERMS), 1)
    return low + step * np.arange(TERMS), step


def log_mixture(log_term: Term, mean: Array, center: Array) -> Array:
    """log sum_j Poisson(j; mean) exp(log_term(j)); the largest terms are around `center`."""
    j, log_weights = weights(mean, center)
    first, *others = [log_term(k) for k in BESIDE]
    known = np.isfinite(first)
    ratios = [np.where(known, np.exp(term - np.where(known, first, 0.0)), 0.0) for term in others]
    return at_0_or(mean, first - mean + np.log1p(in_powers(mean, 0.0, *ratios)),
                   logsumexp(log_weights + log_term(j), axis=-1))


def mixture(term: Term, mean: Array, center: Array) -> Array:
    """sum_j Poisson(j; mean) term(j)."""
    j, log_weights = weights(mean, center)
    return at_0_or(mean, np.exp(-mean) * in_powers(mean, *[term(k) for k in BESIDE]),
                   np.sum(np.exp(log_weights) * term(j), axis=-1))


def weights(mean: Array, center: Array) -> tuple[Array, Array]:
    """The counts, and the logarithms of their probabilities for a mean that is not 0."""
    j, step = piecewise_constant(counts)(center)
    some, counted = np.where(mean > 0, mean, 1.0), np.maximum(j, 1.0)
    log_of_counted = gamma_log_density(counted, np.log(some / counted)) - np.log(counted)
    return j, np.where(j > 0, log_of_counted, -some) + np.log(step)


BESIDE = [np.asarray(float(k)) for k in range(4)]
"""The counts that the first three derivatives at a mean of 0 depend on."""


def in_powers(mean: Array, *terms: Any) -> Array:
    """sum_k mean^k / k! terms[k]."""
    return add_all([mean**k / factorial(k) * term for k, term in enumerate(terms)])


def at_0_or(mean: Array, at_0: Array, elsewhere: Array) -> Array:
    return np.where(mean[..., 0] > 0, elsewhere, at_0[..., 0])


def peak(mean: Array, a: Array, rate: Array, more: Array) -> Array:
    """The j at which mean / (j + 1) times (rate j + more) / (a + j + 1), the ratio of two terms, is 1."""
    half = (a + 2 - mean * rate) / 2
    return np.maximum(np.sqrt(np.maximum(half * half - (a + 1) + mean * more, 0.0)) - half, 0.0)


def of_chi2(x: Array, df: Array, nc: Array, mix: Callable[..., Array], term: Callable[..., Array],
            center_of: Callable[..., Array]) -> Array:
    """A function of the noncentral chi-squared distribution; the largest terms are around `center_of(peak, mean)`."""
    x, a, mean = apart(x, df / 2, nc / 2)
    return mix(lambda j: term(a + j, x / 2), mean, center_of(peak(mean, a, 0.0, x / 2), mean))


def of_f(x: Array, dfn: Array, dfd: Array, nc: Array, mix: Callable[..., Array], term: Callable[..., Array],
         center_of: Callable[..., Array]) -> Array:
    """A function of the noncentral F distribution, by that of y = dfn x / dfd, a mixture of betaprime ones."""
    y, a, b, mean = apart(dfn * x / dfd, dfn / 2, dfd / 2, nc / 2)
    rate = y / (1 + y)
    return mix(lambda j: term(a + j, b, y), mean, center_of(peak(mean, a, rate, rate * (a + b)), mean))


def at_peak(center: Array, mean: Array) -> Array:
    return center


ncx2 = Distribution(
    "ncx2", (0, INF), possible=lambda df, nc: (df > 0) & (nc >= 0),
    logpdf=lambda x, df, nc: of_chi2(
        x, df, nc, log_mixture, lambda a, y: sc.xlogy(a - 1, y) - y - sc.gammaln(a) - log(2), at_peak),
    cdf=lambda x, df, nc: of_chi2(x, df, nc, mixture, lambda a, y: sc.gammainc(a, y), np.minimum),
    sf=lambda x, df, nc: of_chi2(x, df, nc, mixture, lambda a, y: sc.gammaincc(a, y), np.maximum))
ncf = Distribution(
    "ncf", (0, INF), possible=lambda dfn, dfd, nc: (dfn > 0) & (dfd > 0) & (nc >= 0),
    logpdf=lambda x, dfn, dfd, nc: np.log(dfn / dfd) + of_f(
        x, dfn, dfd, nc, log_mixture,
        lambda a, b, y: sc.xlogy(a - 1, y) - (a + b) * np.log1p(y) - sc.betaln(a, b), at_peak),
    cdf=lambda x, dfn, dfd, nc: of_f(
        x, dfn, dfd, nc, mixture, lambda a, b, y: sc.betainc(a, b, y / (1 + y)), np.minimum),
    sf=lambda x, dfn, dfd, nc: of_f(
        x, dfn, dfd, nc, mixture, lambda a, b, y: sc.betainc(b, a, 1 / (1 + y)), np.maximum))
rice = Distribution(  # x^2 has the distribution ncx2 with df=2 and nc=b^2
    "rice", (0, INF), possible=lambda b: b >= 0,
    logpdf=lambda x, b: np.log(x) - (x - b) ** 2 / 2 + np.log(sc.i0e(x * b)),
    cdf=lambda x, b: ncx2.forms["cdf"](x * x, 2 + 0 * b, b * b),
    sf=lambda x, b: ncx2.forms["sf"](x * x, 2 + 0 * b, b * b))

# --- Integrals over a root --------------------------------------------------------------------------------------------

PLACES = 400


def places(center: Array, width: Array, power: Array, bend: Array) -> tuple[Array, Array]:
    """Points around a center, and the logarithms of their weights in the trapezoidal rule.

    The integrand decays as exp(power s) on the left; in z, where s = bend + z - exp(-z), doubly exponentially
    (Takahasi and Mori 1974). To the left of the bend points are far apart, and the integrand must change slowly.
    """
    low, high = center - 9 * width - 40 / power - bend, center + 9 * width - bend
    low, high = low + sc.wrightomega(-low), high + sc.wrightomega(-high)
    step = (high - low) / PLACES
    z = low + step * np.arange(PLACES + 1)
    return bend + z - np.exp(-z), np.log(step) + np.log1p(np.exp(-z))


def log_integral(log_of_integrand: Term, center: Array, width: Array, power: Array, bend: Any = 0.0) -> Array:
    """log of the integral of exp(log_of_integrand(s)) over all s."""
    s, weights = piecewise_constant(places)(center, width, power, bend)
    return logsumexp(log_of_integrand(s) + weights, axis=-1)


def larger_root(p: Array, q: Array) -> Array:
    """The positive root of u^2 = p u + q for q > 0, without cancellation."""
    root = np.sqrt(p * p + 4 * q)
    return np.where(p > 0, (p + root) / 2, 2 * q / (root - p))


def nct_log_density(x: Array, df: Array, nc: Array) -> Array:
    """By the integral of u^df exp(-(u - m)^2 / 2) over u = exp(s)."""
    square = df + x * x
    m, power = apart(nc * x / np.sqrt(square), df + 1)
    u = larger_root(m, power)
    area = log_integral(lambda s: power * s - (np.exp(s) - m) ** 2 / 2, np.log(u), 1 / np.sqrt(u * u + power), power)
    return (area + df / 2 * np.log(df) - nc * nc * df / (2 * square) - log(pi) / 2 - sc.gammaln(df / 2)
            - (df - 1) / 2 * log(2) - (df + 1) / 2 * np.log(square))


def nct_logcdf(x: Array, df: Array, nc: Array) -> Array:
    """The expectation of Phi(x u / sqrt(df) - nc), where u = exp(s) has a chi distribution."""
    slope, df, nc = apart(x / np.sqrt(df), df, nc)
    tail = slope * np.sqrt(df) < nc  # Phi decays like a density there, which moves the peak
    u = np.where(tail, larger_root(nc * slope / (1 + slope * slope), df / (1 + slope * slope)), np.sqrt(df))
    rises = np.log(np.maximum(np.abs(nc), 1)) - np.log(np.abs(slope))  # Phi goes from one limit to the other there
    area = log_integral(lambda s: df * s - np.exp(2 * s) / 2 + sc.log_ndtr(slope * np.exp(s) - nc), np.log(u),
                        1 / np.sqrt(2 * df), df, np.minimum(rises - 4, 0))
    return area - ((df / 2 - 1) * log(2) + sc.gammaln(df / 2))[..., 0]


nct = Distribution(
    "nct", (-INF, INF), possible=lambda df, nc: (df > 0) & np.isfinite(nc), logpdf=nct_log_density,
    cdf=lambda x, df, nc: np.exp(nct_logcdf(x, df, nc)), logcdf=nct_logcdf,
    sf=lambda x, df, nc: np.exp(nct_logcdf(-x, df, -nc)), logsf=lambda x, df, nc: nct_logcdf(-x, df, -nc))

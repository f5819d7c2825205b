"""Distributions of counts, each by the forms of its standard member. Source: the definitions in SciPy's manual.

The size of a binomial distribution may be a real number, in which its probabilities are differentiated.
"""

from __future__ import annotations

import numpy as np

from autograd.duck_arrays import Array
from autograd.rules.special.ufuncs import special as sc

from .distribution import Discrete

INF = np.inf


def probability(p: Array) -> Array:
    return (p >= 0) & (p <= 1)


def positive_probability(p: Array) -> Array:
    return (p > 0) & (p <= 1)


poisson = Discrete(
    "poisson", (0, INF), possible=lambda mu: mu >= 0, logpmf=lambda k, mu: sc.xlogy(k, mu) - sc.gammaln(k + 1) - mu,
    cdf=lambda k, mu: sc.pdtr(k, mu) + 0 * k, sf=lambda k, mu: sc.pdtrc(k, mu) + 0 * k)  # of nan nan, for mu = 0 too
bernoulli = Discrete(
    "bernoulli", (0, 1), possible=probability, logpmf=lambda k, p: sc.xlogy(k, p) + sc.xlog1py(1 - k, -p),
    cdf=lambda k, p: np.where(k < 1, 1 - p, 1.0 + 0 * k), sf=lambda k, p: np.where(k < 1, p, 0 * k))
binom = Discrete(
    "binom", (0, INF), possible=lambda n, p: (n >= 0) & probability(p), logpmf=lambda k, n, p: np.where(
        k > n, -INF, sc.gammaln(n + 1.0) - sc.gammaln(k + 1) - sc.gammaln(np.where(k > n, 1.0, n - k + 1))
        + sc.xlogy(k, p) + sc.xlog1py(n - k, -p)),
    cdf=lambda k, n, p: np.where(k >= n, 1.0, sc.betainc(np.maximum(n - k, 1), k + 1, 1 - p)),
    sf=lambda k, n, p: np.where(k >= n, 0.0, sc.betainc(k + 1, np.maximum(n - k, 1), p)))
geom = Discrete(
    "geom", (1, INF), possible=positive_probability, logpmf=lambda k, p: sc.xlog1py(k - 1, -p) + np.log(p),
    cdf=lambda k, p: -np.expm1(np.log1p(-p) * k), sf=lambda k, p: np.exp(np.log1p(-p) * k),
    logsf=lambda k, p: np.log1p(-p) * k)
nbinom = Discrete(
    "nbinom", (0, INF), possible=lambda n, p: (n > 0) & positive_probability(p),
    logpmf=lambda k, n, p: sc.gammaln(n + k) - sc.gammaln(k + 1) - sc.gammaln(n) + sc.xlogy(n, p) + sc.xlog1py(k, -p),
    cdf=lambda k, n, p: sc.betainc(n, k + 1, p), sf=lambda k, n, p: sc.betaincc(n, k + 1, p))
betabinom = Discrete(
    "betabinom", lambda n, a, b: (0 * n, n), possible=lambda n, a, b: (n >= 0) & (np.floor(n) == n) & (a > 0) & (b > 0),
    logpmf=lambda k, n, a, b: -np.log(n + 1.0) - sc.betaln(n - k + 1, k + 1) + sc.betaln(k + a, n - k + b)
    - sc.betaln(a, b))

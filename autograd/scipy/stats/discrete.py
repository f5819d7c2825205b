"""Distributions of counts, each by the forms of its standard member. Source: the definitions in SciPy's manual."""

from __future__ import annotations

import numpy as np

from autograd.rules.special.ufuncs import special as sc

from .distribution import Discrete

INF = np.inf

poisson = Discrete(
    "poisson", (0, INF), logpmf=lambda k, mu: sc.xlogy(k, mu) - sc.gammaln(k + 1) - mu,
    cdf=lambda k, mu: sc.pdtr(k, mu), sf=lambda k, mu: sc.pdtrc(k, mu))
bernoulli = Discrete(
    "bernoulli", (0, 1), logpmf=lambda k, p: sc.xlogy(k, p) + sc.xlog1py(1 - k, -p),
    cdf=lambda k, p: np.where(k < 1, 1 - p, 1.0), sf=lambda k, p: np.where(k < 1, p, 0.0))
binom = Discrete(
    "binom", (0, INF), logpmf=lambda k, n, p: np.where(
        k > n, -INF, sc.gammaln(n + 1.0) - sc.gammaln(k + 1) - sc.gammaln(np.where(k > n, 1.0, n - k + 1))
        + sc.xlogy(k, p) + sc.xlog1py(n - k, -p)),
    cdf=lambda k, n, p: np.where(k >= n, 1.0, sc.betainc(np.maximum(n - k, 1), k + 1, 1 - p)),
    sf=lambda k, n, p: np.where(k >= n, 0.0, sc.betainc(k + 1, np.maximum(n - k, 1), p)))
geom = Discrete(
    "geom", (1, INF), logpmf=lambda k, p: sc.xlog1py(k - 1, -p) + np.log(p),
    cdf=lambda k, p: -np.expm1(np.log1p(-p) * k), sf=lambda k, p: np.exp(np.log1p(-p) * k),
    logsf=lambda k, p: np.log1p(-p) * k)
nbinom = Discrete(
    "nbinom", (0, INF), logpmf=lambda k, n, p: sc.gammaln(n + k) - sc.gammaln(k + 1) - sc.gammaln(n) + sc.xlogy(n, p)
    + sc.xlog1py(k, -p), cdf=lambda k, n, p: sc.betainc(n, k + 1, p), sf=lambda k, n, p: sc.betaincc(n, k + 1, p))

"""Distributions of counts, each by the forms of its standard member. Source: the definitions in SciPy's manual.

The size of a binomial distribution may be a real number, in which its probabilities are differentiated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autograd.duck_arrays import Array
from autograd.rule_signature import argument_names, reading
from autograd.rules.special.ufuncs import special as sc

from .distribution import Discrete, Form

INF = np.inf


class Trials(Discrete):
    """Counts k with the probabilities `exp(rest) p^i (1 - p)^j`, where p is the last parameter.

    `powers` of k and the parameters are i and j.
    """

    def __init__(self, name: str, support: tuple[float, float], *, possible: Callable[..., Array], rest: Form,
                 powers: Callable[..., tuple[Array, Array]], **forms: Form) -> None:
        def logpmf(k: Array, *shapes: Array) -> Array:
            i, j = powers(k, *shapes)
            return rest(k, *shapes) + sc.xlogy(i, shapes[-1]) + sc.xlog1py(j, -shapes[-1])

        self.rest, self.powers = rest, powers
        super().__init__(name, support, open_below=False, possible=possible,
                         logpmf=reading(argument_names(rest), logpmf), **forms)

    def _density(self, x: Array, shapes: Sequence[Array], loc: Array, scale: Array) -> Array:
        """The probability; what is impossible at p = 0 or 1 does not stay so, which its logarithm does not tell."""
        z, p = (x - loc) / scale, shapes[-1]
        within, k = self._inside(z, shapes)
        rest, (i, j) = self.rest(k, *shapes), self.powers(k, *shapes)
        at_end = within & (k == z) & ((p == 0) | (p == 1)) & (rest < 700)
        product = np.exp(np.where(at_end, rest, 0)) * p**i * (1 - p) ** j
        return np.where(at_end, product, np.exp(self._log_density(x, shapes, loc, scale)))


def log_choices(kinds: Array, k: Array) -> Array:
    """log (Gamma(kinds + k) / (Gamma(kinds) k!)): the ways to choose k, each of any kind, where order does not count.

    By the beta function: of many kinds the logarithms of gamma functions are large, and almost equal.
    """
    return -sc.betaln(kinds, k + 1) - np.log(kinds + k)


def probability(p: Array) -> Array:
    return (p >= 0) & (p <= 1)


def positive_probability(p: Array) -> Array:
    return (p > 0) & (p <= 1)


poisson = Trials(
    "poisson", (0, INF), possible=lambda mu: mu >= 0, rest=lambda k, mu: -sc.gammaln(k + 1) - mu,
    powers=lambda k, mu: (k, 0 * k), cdf=lambda k, mu: sc.pdtr(k, mu) + 0 * k,  # of nan nan, for mu = 0 too
    sf=lambda k, mu: sc.pdtrc(k, mu) + 0 * k)
bernoulli = Trials(
    "bernoulli", (0, 1), possible=probability, rest=lambda k, p: 0 * k, powers=lambda k, p: (k, 1 - k),
    cdf=lambda k, p: np.where(k < 1, 1 - p, 1.0 + 0 * k), sf=lambda k, p: np.where(k < 1, p, 0 * k))
binom = Trials(
    "binom", (0, INF), possible=lambda n, p: (n >= 0) & probability(p), rest=lambda k, n, p: np.where(
        k > n, -INF, log_choices(np.where(k > n, 1.0, n - k + 1.0), k)),
    powers=lambda k, n, p: (k, np.where(k > n, 0, n - k)),
    cdf=lambda k, n, p: np.where(k >= n, 1.0, sc.betainc(np.maximum(n - k, 1), k + 1, 1 - p)),
    sf=lambda k, n, p: np.where(k >= n, 0.0, sc.betainc(k + 1, np.maximum(n - k, 1), p)))
geom = Trials(
    "geom", (1, INF), possible=positive_probability, rest=lambda k, p: 0 * k, powers=lambda k, p: (1.0, k - 1),
    cdf=lambda k, p: np.where(p == 1, 1 - (1 - p) ** k, -np.expm1(np.log1p(-p) * k)),
    sf=lambda k, p: np.where(p == 1, (1 - p) ** k, np.exp(np.log1p(-p) * k)),  # a logarithm hides the slope there
    logsf=lambda k, p: np.log1p(-p) * k)
nbinom = Trials(
    "nbinom", (0, INF), possible=lambda n, p: (n > 0) & positive_probability(p),
    rest=lambda k, n, p: log_choices(n, k), powers=lambda k, n, p: (n, k),
    cdf=lambda k, n, p: sc.betainc(n, k + 1, p), sf=lambda k, n, p: sc.betaincc(n, k + 1, p))
betabinom = Discrete(
    "betabinom", lambda n, a, b: (0 * n, n), possible=lambda n, a, b: (n >= 0) & (np.floor(n) == n) & (a > 0) & (b > 0),
    logpmf=lambda k, n, a, b: log_choices(n - k + 1.0, k) + sc.betaln(k + a, n - k + b) - sc.betaln(a, b))

"""Distributions of counts of several kinds, the last axis of `x`; nothing is differentiated in the counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arguments import arrays_of
from autograd.duck_arrays import Array
from autograd.rules.special.ufuncs import special as sc
from autograd.scipy.precision import in_double
from autograd.tensor.nested import values_of

from .discrete import log_choices
from .frozen import Freezing, exponential, registered


def counts_of(x: Array) -> Array:
    """The counts as floating-point numbers, without a derivative."""
    return in_double(np.asarray(values_of(x)))


class Multinomial(Freezing):
    """The distribution of n draws among kinds of probabilities p."""

    name = "multinomial"

    def logpmf(self, x: Any, n: Any, p: Any) -> Any:
        """log n! - sum log x! + sum x log p; -inf where x are not the counts of n draws.

        Raises `ValueError` where p does not sum to 1 over its last axis: SciPy replaces the last one.
        """
        x, n, p = arrays_of((x, n, p))
        return self._logarithm(counts_of(x), counts_of(n), p, p)

    def pmf(self, x: Any, n: Any, p: Any) -> Any:
        """exp(logpmf), with a p of 0 as a factor of its own: there the probability has a slope, its logarithm none."""
        x, n, p = arrays_of((x, n, p))
        x, n, none = counts_of(x), counts_of(n), p == 0
        factors = np.where(none, p, 1.0) ** np.where(none, np.maximum(x, 0), 0.0)
        return np.prod(factors, axis=-1) * np.exp(self._logarithm(x, n, p, np.where(none, 1.0, p)))

    def _logarithm(self, x: Array, n: Array, p: Array, bases: Array) -> Array:
        """The logarithm of the probability of the counts x, in which each kind has a factor `bases`^x."""
        if x.ndim == 0 or p.ndim == 0 or x.shape[-1] != p.shape[-1]:
            raise ValueError(f"multinomial takes as many counts as probabilities in the last axis, got x of shape "
                             f"{x.shape} and p of shape {p.shape}")
        total = np.sum(values_of(p), axis=-1)
        if np.any(np.abs(total - 1) > 10 * np.finfo(np.result_type(p.dtype, np.float32)).eps):
            raise ValueError(f"multinomial takes probabilities that sum to 1 over the last axis, got the sums {total}; "
                             "divide them by their sum")
        counted = np.all((x == np.floor(x)) & (x >= 0), axis=-1) & (np.sum(x, axis=-1) == n)
        some = np.where(counted[..., None], x, 0.0)
        known = np.all((p >= 0) & (p <= 1), axis=-1) & (n >= 0)
        found = sc.gammaln(n + 1) + np.sum(sc.xlogy(some, bases) - sc.gammaln(some + 1), axis=-1)
        return np.where(known, np.where(counted, found, -np.inf), np.nan)


class DirichletMultinomial(Freezing):
    """The distribution of n draws among kinds whose probabilities are drawn by a Dirichlet distribution."""

    name = "dirichlet_multinomial"

    def logpmf(self, x: Any, alpha: Any, n: Any) -> Any:
        """log (n! Gamma(A) / Gamma(n + A)) + sum log (Gamma(x + alpha) / (x! Gamma(alpha))), A = sum alpha.

        -inf where x does not sum to n. Raises `ValueError` for x and n that are not counts, and unless alpha > 0.
        """
        x, alpha, n = arrays_of((x, alpha, n))
        x, n = counts_of(x), counts_of(n)
        if np.any(x != np.floor(x)) or np.any(x < 0) or np.any(n != np.floor(n)) or np.any(n < 0):
            raise ValueError("dirichlet_multinomial takes counts x and n, whole numbers of 0 or more")
        if np.any(values_of(alpha) <= 0):
            raise ValueError(f"dirichlet_multinomial takes positive alphas, got {values_of(alpha)}")
        found = np.sum(log_choices(alpha, x), axis=-1) - log_choices(np.sum(alpha, axis=-1), n)
        drawn = np.sum(np.broadcast_to(x, np.broadcast_shapes(x.shape, alpha.shape)), axis=-1)
        return np.where(drawn == n, found, -np.inf)

    pmf = exponential(logpmf)


multinomial = registered(Multinomial())
dirichlet_multinomial = registered(DirichletMultinomial())

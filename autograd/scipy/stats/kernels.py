"""Densities that are sums of normal ones around samples (Scott, "Multivariate density estimation", 1992, chapter 6)."""

from __future__ import annotations

from math import log, pi
from typing import Any

import numpy as np
import scipy.stats as st

from autograd.duck_arrays import Array
from autograd.rules.special.ufuncs import special as sc
from autograd.scipy.precision import at_least
from autograd.scipy.special import logsumexp
from autograd.scipy.takes_tensors import twin_class

from .multivariate import log_det


class Kernels:
    """sum_i w_i N(x; x_i, factor^2 C) of samples that are the columns of `dataset`, whose covariance matrix is C."""

    def __init__(self, dataset: Any, factor: Any, weights: Any) -> None:
        self.dataset, self.factor, self.weights = at_least(np.float64, dataset, factor, weights)

    @property
    def d(self) -> int:
        """The number of dimensions."""
        return len(self.dataset)

    @property
    def cho_cov(self) -> Array:
        """The Cholesky factor of the covariance of each normal density."""
        apart = self.dataset - np.sum(self.weights * self.dataset, axis=1, keepdims=True)
        covariance = (self.weights * apart) @ apart.T / (1 - np.sum(self.weights**2))
        return self.factor * np.linalg.cholesky(covariance)

    def logpdf(self, x: Any) -> Any:
        """The logarithm of the density at points that are the columns of `x`."""
        (x,) = at_least(np.float64, x)
        points = np.atleast_2d(x)
        points = points.T if points.shape == (1, self.d) else points
        if len(points) != self.d:
            raise ValueError(f"gaussian_kde of {self.d} dimensions takes points as columns of as many numbers, got "
                             f"shape {points.shape}")
        left = self.cho_cov
        data, points = np.linalg.solve(left, self.dataset), np.linalg.solve(left, points)
        energy = np.sum(np.square(points[:, None, :] - data[:, :, None]), axis=0) / 2
        total = logsumexp(-energy, axis=0, b=self.weights[:, None])
        return total - log_det(left) / 2 - self.d * log(2 * pi) / 2

    def evaluate(self, points: Any) -> Any:
        """The density at points that are the columns of an array."""
        return np.exp(self.logpdf(points))

    __call__ = pdf = evaluate

    def integrate_box_1d(self, low: Any, high: Any) -> Any:
        """The probability between two ends, in one dimension."""
        if self.d != 1:
            raise ValueError(f"integrate_box_1d takes samples of one dimension, got {self.d}")
        deviation, samples = self.cho_cov[0, 0], self.dataset[0]
        low, high = ((end - samples) / deviation for end in (low, high))
        return np.sum(self.weights * (sc.ndtr(high) - sc.ndtr(low)))


@twin_class(st.gaussian_kde, Kernels, real=True)
def gaussian_kde(dataset: Any, bw_method: Any = None, weights: Any = None) -> Kernels:
    """A density as a sum of normal ones around samples, the columns of `dataset`, as `scipy.stats.gaussian_kde`.

    `dataset` is of the shape (dimensions, samples) or (samples,). Differentiable in it, in the `weights` (samples,), in
    a number `bw_method`, and in the points it is called with. Source: Scott, "Multivariate density estimation", 1992.
    """
    (dataset,) = at_least(np.float64, dataset)
    dataset = np.atleast_2d(dataset)
    d, n = dataset.shape
    if n <= d:
        raise ValueError(f"gaussian_kde takes samples as columns, more of them than each has numbers, got shape "
                         f"{dataset.shape}")
    (weights,) = at_least(np.float64, np.ones(n) if weights is None else weights)
    if weights.shape != (n,):
        raise ValueError(f"gaussian_kde takes a weight for each of the {n} samples, got shape {weights.shape}")
    weights = weights / np.sum(weights)
    effective = 1 / np.sum(weights**2)
    if bw_method is None or isinstance(bw_method, str):
        if bw_method not in (None, "scott", "silverman"):
            raise ValueError(f"gaussian_kde's bw_method is 'scott', 'silverman' or a number, got {bw_method!r}")
        bw_method = (effective * ((d + 2) / 4 if bw_method == "silverman" else 1)) ** (-1 / (d + 4))
    return Kernels(dataset, bw_method, weights)

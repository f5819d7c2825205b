"""Distributions of vectors: the normal, Student's and the Dirichlet distribution. Results have no axes of length 1, as
SciPy's.
"""

from __future__ import annotations

from math import log, pi
from typing import Any

import numpy as np

from autograd.arguments import array_of, arrays_of
from autograd.declare import decided
from autograd.duck_arrays import Array
from autograd.rules.axes import along
from autograd.rules.special.ufuncs import special as sc
from autograd.tensor.box import tracked
from autograd.tensor.nested import values_of

from .frozen import Freezing, exponential, registered


class MultivariateNormal(Freezing):
    """The normal distribution of vectors, the last axis of `x`; `cov` is a matrix, a diagonal, or a number."""

    name = "multivariate_normal"

    def logpdf(self, x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
        """-(k log 2 pi + log det cov + (x - mean)^T cov^-1 (x - mean)) / 2; `cov` must be positive definite.

        With `allow_singular` it is the density on the space that `cov` spans, by its pseudoinverse and the product of
        its nonzero eigenvalues, and -inf elsewhere. Raises `ValueError` if a singular `cov` is differentiated: hold it
        constant.
        """
        x = array_of(x)
        mean, cov = _parameters("multivariate_normal takes mean and cov", mean, cov)
        size = len(cov)
        x = _vectors(x, size, "multivariate_normal")
        if allow_singular and decided(_rank, cov) < size:
            return np.squeeze(_within_span(x - mean, cov))
        distance, volume = _measured(x - mean, cov)
        return np.squeeze(-(distance / 2 + volume + size * log(2 * pi) / 2))

    pdf = exponential(logpdf)

    def entropy(self, mean: Any = None, cov: Any = 1) -> Any:
        """(k (1 + log 2 pi) + log det cov) / 2."""
        _, cov = _parameters("multivariate_normal takes mean and cov", mean, cov)
        volume = log_det(np.linalg.cholesky(cov)) / 2
        return volume + cov.shape[0] * (1 + log(2 * pi)) / 2


def _parameters(name: str, mean: Any, cov: Any) -> tuple[Array, Array]:
    """The mean as a vector and the covariance as a matrix, of the size that either of them says."""
    cov = array_of(getattr(cov, "covariance", cov))  # SciPy also has Covariance objects
    size = cov.shape[0] if cov.ndim else 1 if mean is None else np.size(mean)
    mean = np.zeros(size) if mean is None else np.atleast_1d(array_of(mean))
    cov = np.eye(size) * cov if cov.ndim < 2 else cov
    if mean.shape != (size,) or cov.shape != (size, size):
        raise ValueError(f"{name} of shape (k,) and (k, k), got {mean.shape} and {cov.shape}")
    return mean, cov


def _vectors(x: Array, size: int, name: str) -> Array:
    """The points as vectors of this length along the last axis."""
    x = x[..., None] if x.ndim == 0 or (x.ndim == 1 and size == 1) else x
    if x.shape[-1] != size:
        raise ValueError(f"{name} takes vectors of length {size} in the last axis, as its parameters say, got shape "
                         f"{x.shape}")
    return x


def log_det(left: Array) -> Array:
    """The logarithm of the determinant of the matrix with this Cholesky factor."""
    return 2 * np.sum(np.log(np.linalg.diagonal(left)), axis=-1)


def _measured(off: Array, cov: Array) -> tuple[Array, Array]:
    """The square off^T cov^-1 off of vectors, and log det cov / 2."""
    left = np.linalg.cholesky(cov)
    white = np.linalg.solve(left, off.reshape(-1, off.shape[-1]).T)
    return np.sum(white * white, axis=0).reshape(off.shape[:-1]), log_det(left) / 2


def _negligible(values: Array) -> Any:
    """The size below which SciPy takes the eigenvalues of a covariance for 0."""
    return (1e3 if values.dtype == np.float32 else 1e6) * np.finfo(values.dtype).eps * np.max(np.abs(values))


def _rank(cov: Array) -> int:
    """How many eigenvalues of a covariance are not 0; raises `ValueError` if one is negative."""
    values = np.linalg.eigvalsh(cov)
    if values[0] < -_negligible(values):
        raise ValueError("multivariate_normal takes a symmetric matrix without negative eigenvalues as cov, the "
                         f"least of this one's is {values[0]:.6g}")
    return int(np.sum(values > _negligible(values)))


def _within_span(off: Array, cov: Array) -> Array:
    """The logarithm of the normal density around 0 in the space that a constant `cov` spans."""
    if tracked(cov):
        raise ValueError("multivariate_normal has no derivative in a singular cov: its rank changes beside it; give "
                         "cov.detach(), or the density of what it is made of")
    values, vectors = np.linalg.eigh(values_of(cov))
    small = values <= _negligible(values)
    white = off @ vectors[:, ~small] / np.sqrt(values[~small])
    volume = np.sum(np.log(2 * pi * values[~small]))
    beside = np.linalg.norm(off @ vectors[:, small], axis=-1) >= 1e3 * _negligible(values)
    return np.where(beside, -np.inf, -(volume + np.sum(white * white, axis=-1)) / 2)


class MultivariateT(Freezing):
    """Student's distribution of vectors, the last axis of `x`; `shape` is a matrix, a diagonal, or a number."""

    name = "multivariate_t"

    def logpdf(self, x: Any, loc: Any = None, shape: Any = 1, df: Any = 1) -> Any:
        """log Gamma((df + k)/2) - log Gamma(df/2) - (k log(pi df) + log det shape)/2 - (df + k)/2 log(1 + d^2 / df).

        d^2 is (x - loc)^T shape^-1 (x - loc), of a positive definite shape; an infinite df gives the normal density.
        Raises `ValueError` for a df that is not positive, and for shapes that do not fit.
        """
        x, df = arrays_of((x, df))
        if df.ndim or not np.all(values_of(df) > 0):
            raise ValueError(f"multivariate_t takes one positive number as df, got {values_of(df)}")
        if np.all(np.isinf(values_of(df))):
            return multivariate_normal.logpdf(x, loc, shape)
        loc, shape = _parameters("multivariate_t takes loc and shape", loc, shape)
        half = len(shape) / 2
        distance, volume = _measured(_vectors(x, len(shape), self.name) - loc, shape)
        constant = sc.gammaln(half) - sc.betaln(df / 2, half) - half * np.log(pi * df)  # large gammas would cancel
        return np.squeeze(constant - volume - (df / 2 + half) * np.log1p(distance / df))

    pdf = exponential(logpdf)


class Dirichlet(Freezing):
    """The distribution of probabilities, which are the first axis of `x`; the last of them may be left out."""

    name = "dirichlet"

    def logpdf(self, x: Any, alpha: Any) -> Any:
        """sum (alpha - 1) log x - log B(alpha); raises `ValueError` where x is no point of the simplex."""
        x, alpha = arrays_of((x, alpha))
        if alpha.ndim != 1 or np.any(values_of(alpha) <= 0):
            raise ValueError(f"dirichlet takes a vector of positive alphas, got {values_of(alpha)!r}")
        if x.shape[0] + 1 == alpha.shape[0]:
            x = np.concatenate([x, (1 - np.sum(x, axis=0))[None]])
        if x.shape[0] != alpha.shape[0]:
            raise ValueError(f"dirichlet takes as many probabilities as alphas, or one less, got {x.shape[0]} and "
                             f"{alpha.shape[0]}")
        powers = along(alpha - 1, x, 0)
        total, at_pole = values_of([np.sum(x, axis=0), (x == 0) & (powers < 0)])
        rounding = max(1e-9, x.shape[0] * np.finfo(x.dtype).eps) if x.dtype.kind == "f" else 0.0
        if np.any(values_of(x) < 0) or np.any(np.abs(total - 1) > rounding):
            raise ValueError("dirichlet takes probabilities, which are not negative and sum to 1 over the first axis; "
                             f"the least is {np.min(values_of(x))}, the sums are {total}")
        if np.any(at_pole):
            raise ValueError("dirichlet takes probabilities greater than 0 where their alpha is less than 1")
        constant = np.sum(sc.gammaln(alpha)) - sc.gammaln(np.sum(alpha))
        return np.squeeze(np.sum(sc.xlogy(powers, x), axis=0) - constant)

    pdf = exponential(logpdf)


multivariate_normal = registered(MultivariateNormal())
multivariate_t = registered(MultivariateT())
dirichlet = registered(Dirichlet())

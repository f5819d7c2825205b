"""Distributions of matrices: the matrix normal, Wishart and inverse Wishart distributions."""

from __future__ import annotations

from math import log, pi
from typing import Any

import numpy as np

from autograd.arguments import array_of
from autograd.duck_arrays import Array
from autograd.rules.transposes import mT
from autograd.scipy.special import multigammaln
from autograd.tensor.nested import values_of

from .frozen import Freezing, exponential, registered
from .multivariate import log_det


def square(left: Array) -> Array:
    """The squared Frobenius norm."""
    return np.sum(left * left, axis=(-2, -1))


class MatrixNormal(Freezing):
    """The normal distribution of matrices, the last two axes of `X`, with covariances of rows and of columns."""

    name = "matrix_normal"

    def logpdf(self, X: Any, mean: Any = None, rowcov: Any = 1, colcov: Any = 1) -> Any:
        """-(r c log 2 pi + c log det R + r log det C + tr(C^-1 (X - M)^T R^-1 (X - M))) / 2.

        R and C are positive definite, given as matrices, diagonals, or numbers. Raises `ValueError` for other shapes.
        """
        X, given = array_of(X), [array_of(cov) for cov in (rowcov, colcov)]
        mean = None if mean is None else array_of(mean)
        sizes = [1 if mean is None else mean.shape[k] if mean.ndim == 2 else 0 for k in range(2)]
        covs = [np.eye(n) * cov if cov.ndim < 2 else cov for n, cov in zip(
            [len(cov) if cov.ndim else n for n, cov in zip(sizes, given, strict=True)], given, strict=True)]
        rows, columns = (cov.shape[0] for cov in covs)
        mean = np.zeros((rows, columns)) if mean is None else mean
        if [cov.shape for cov in covs] != [(rows, rows), (columns, columns)] or mean.shape != (rows, columns):
            raise ValueError("matrix_normal takes mean of shape (r, c), rowcov of shape (r, r) and colcov of shape "
                             f"(c, c), got {mean.shape}, {given[0].shape} and {given[1].shape}")
        if X.shape[-2:] != mean.shape:
            raise ValueError(f"matrix_normal takes matrices of shape {mean.shape} in the last axes, got {X.shape}")
        of_rows, of_columns = map(np.linalg.cholesky, covs)
        white = np.linalg.solve(of_columns, mT(np.linalg.solve(of_rows, X - mean)))
        return np.squeeze(-(rows * columns * log(2 * pi) + columns * log_det(of_rows) + rows * log_det(of_columns)
                            + square(white)) / 2)

    pdf = exponential(logpdf)


class Wishart(Freezing):
    """The distribution of sums x of outer products of normal vectors, a matrix in the first two axes."""

    name = "wishart"

    def logpdf(self, x: Any, df: Any, scale: Any) -> Any:
        """((df - p - 1) log det x - tr(S^-1 x) - df p log 2 - df log det S) / 2 - log Gamma_p(df / 2).

        Raises `ValueError` for shapes that are not (p, p, ...) and (p, p), and unless df > p - 1.
        """
        x, df, left = self._parameters(x, df, scale)
        size, of_x = left.shape[0], np.linalg.cholesky(x)
        trace = square(np.linalg.solve(left, of_x))
        return np.squeeze((df - size - 1) / 2 * log_det(of_x) - trace / 2 - df * size / 2 * log(2)
                          - df / 2 * log_det(left) - multigammaln(df / 2, size))

    pdf = exponential(logpdf)

    def _parameters(self, x: Any, df: Any, scale: Any) -> tuple[Array, Array, Array]:
        """The matrices along a first axis, the degrees of freedom, and the Cholesky factor of the scale."""
        x, scale = array_of(x), array_of(1.0 if scale is None else scale)
        scale = np.diag(np.atleast_1d(scale)) if scale.ndim < 2 else scale
        size = scale.shape[0]
        df = array_of(float(size) if df is None else df)
        if x.ndim == 0 or (x.ndim == 1 and size > 1):
            x = np.eye(size) * x
        x = x.reshape(1, 1, -1) if x.ndim == 1 else x[:, :, None] if x.ndim == 2 else x
        if scale.shape != (size, size) or x.ndim != 3 or x.shape[:2] != scale.shape:
            raise ValueError(f"{self.name} takes x of shape (p, p) or (p, p, n) and scale of shape (p, p), got "
                             f"{x.shape} and {scale.shape}")
        if df.ndim or not np.all(values_of(df) > size - 1):
            raise ValueError(f"{self.name} takes one number greater than {size - 1} as df, got {values_of(df)}")
        return np.moveaxis(x, -1, 0), df, np.linalg.cholesky(scale)


class InverseWishart(Wishart):
    """The distribution of the inverse of a Wishart matrix, a prior for covariances."""

    name = "invwishart"

    def logpdf(self, x: Any, df: Any, scale: Any) -> Any:
        """(df log det S - (df + p + 1) log det x - tr(S x^-1) - df p log 2) / 2 - log Gamma_p(df / 2).

        Raises as `wishart`.
        """
        x, df, left = self._parameters(x, df, scale)
        size, of_x = left.shape[0], np.linalg.cholesky(x)
        trace = square(np.linalg.solve(of_x, left))
        return np.squeeze(df / 2 * log_det(left) - (df + size + 1) / 2 * log_det(of_x) - trace / 2
                          - df * size / 2 * log(2) - multigammaln(df / 2, size))

    pdf = exponential(logpdf)


matrix_normal = registered(MatrixNormal())
wishart = registered(Wishart())
invwishart = registered(InverseWishart())

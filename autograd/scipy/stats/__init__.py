"""Twins of the distributions of `scipy.stats`: densities, distribution functions and their logarithms and inverses.

All is written in NumPy and `scipy.special` calls, so that every parameter is differentiated, to any order.
"""

from __future__ import annotations

from autograd.scipy.twin import no_twins_but_these

from .continuous import (
    beta,
    cauchy,
    chi2,
    expon,
    f,
    gamma,
    gumbel_r,
    halfnorm,
    invgamma,
    laplace,
    logistic,
    lognorm,
    norm,
    pareto,
    rayleigh,
    t,
    uniform,
    weibull_min,
)
from .discrete import bernoulli, binom, geom, nbinom, poisson
from .kernels import gaussian_kde
from .multivariate import dirichlet, multivariate_normal
from .truncated import truncnorm

__all__ = [
    "bernoulli", "beta", "binom", "cauchy", "chi2", "dirichlet", "expon", "f", "gamma", "gaussian_kde", "geom",
    "gumbel_r", "halfnorm", "invgamma", "laplace", "logistic", "lognorm", "multivariate_normal", "nbinom", "norm",
    "pareto", "poisson", "rayleigh", "t", "truncnorm", "uniform", "weibull_min",
]

__getattr__ = no_twins_but_these(__name__)

"""Twins of the distributions of `scipy.stats`: densities, distribution functions and their logarithms and inverses.

They are written in NumPy and `scipy.special` calls, so that every parameter is differentiated, to any order.
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
    gumbel_l,
    gumbel_r,
    halfnorm,
    hypsecant,
    invgamma,
    laplace,
    logistic,
    lognorm,
    moyal,
    norm,
    pareto,
    rayleigh,
    t,
    uniform,
    weibull_min,
)
from .discrete import bernoulli, binom, geom, nbinom, poisson
from .generalized import (
    burr12,
    exponweib,
    genextreme,
    gengamma,
    genlogistic,
    gennorm,
    genpareto,
    invgauss,
    johnsonsu,
    loguniform,
    triang,
    vonmises,
)
from .kernels import gaussian_kde
from .multivariate import dirichlet, multivariate_normal
from .positive import (
    betaprime,
    chi,
    fisk,
    gompertz,
    halfcauchy,
    halflogistic,
    invweibull,
    levy,
    lomax,
    maxwell,
    nakagami,
    powerlaw,
)
from .truncated import truncnorm

__all__ = [
    "bernoulli", "beta", "betaprime", "binom", "burr12", "cauchy", "chi", "chi2", "dirichlet", "expon", "exponweib",
    "f", "fisk", "gamma", "gaussian_kde", "genextreme", "gengamma", "genlogistic", "gennorm", "genpareto", "geom",
    "gompertz", "gumbel_l", "gumbel_r", "halfcauchy", "halflogistic", "halfnorm", "hypsecant", "invgamma", "invgauss",
    "invweibull", "johnsonsu", "laplace", "levy", "logistic", "lognorm", "loguniform", "lomax", "maxwell", "moyal",
    "multivariate_normal", "nakagami", "nbinom", "norm", "pareto", "poisson", "powerlaw", "rayleigh", "t", "triang",
    "truncnorm", "uniform", "vonmises", "weibull_min",
]

__getattr__ = no_twins_but_these(__name__)

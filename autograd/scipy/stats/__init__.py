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
from .counts import dirichlet_multinomial, multinomial
from .discrete import bernoulli, betabinom, binom, geom, nbinom, poisson
from .generalized import (
    burr12,
    exponnorm,
    exponweib,
    genextreme,
    gengamma,
    genlogistic,
    gennorm,
    genpareto,
    invgauss,
    johnsonsu,
    loguniform,
    skewnorm,
    triang,
    vonmises,
)
from .kernels import gaussian_kde
from .matrices import invwishart, matrix_normal, wishart
from .multivariate import dirichlet, multivariate_normal, multivariate_t
from .noncentral import ncf, nct, ncx2, rice
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
    "bernoulli", "beta", "betabinom", "betaprime", "binom", "burr12", "cauchy", "chi", "chi2", "dirichlet",
    "dirichlet_multinomial", "expon", "exponnorm", "exponweib", "f", "fisk", "gamma", "gaussian_kde", "genextreme",
    "gengamma", "genlogistic", "gennorm", "genpareto", "geom", "gompertz", "gumbel_l", "gumbel_r", "halfcauchy",
    "halflogistic", "halfnorm", "hypsecant", "invgamma", "invgauss", "invweibull", "invwishart", "johnsonsu", "laplace",
    "levy", "logistic", "lognorm", "loguniform", "lomax", "matrix_normal", "maxwell", "moyal", "multinomial",
    "multivariate_normal", "multivariate_t", "nakagami", "nbinom", "ncf", "nct", "ncx2", "norm", "pareto", "poisson",
    "powerlaw", "rayleigh", "rice", "skewnorm", "t", "triang", "truncnorm", "uniform", "vonmises", "weibull_min",
    "wishart",
]

__getattr__ = no_twins_but_these(__name__)

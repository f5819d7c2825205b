"""Twins of the distributions of `scipy.stats`: densities, distribution functions and their logarithms and inverses,
and distances between samples.

They are written in NumPy and `scipy.special` calls, so that every parameter is differentiated, to any order.
"""

from autograd.scipy.twin import no_twins_but_these

from .bounded import arcsine, johnsonsb, loguniform, semicircular, triang, truncexpon, wrapcauchy
from .by_quadrature import norminvgauss, pearson3, vonmises
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
    loggamma,
    logistic,
    lognorm,
    moyal,
    norm,
    pareto,
    rayleigh,
    t,
    uniform,
    weibull_max,
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
    genpareto,
    invgauss,
    johnsonsu,
    wald,
)
from .kernels import gaussian_kde
from .matrices import invwishart, matrix_normal, wishart
from .multivariate import dirichlet, multivariate_normal, multivariate_t
from .noncentral import ncf, nct, ncx2, rice
from .positive import (
    betaprime,
    burr,
    chi,
    exponpow,
    fatiguelife,
    fisk,
    foldnorm,
    gibrat,
    gompertz,
    halfcauchy,
    halfgennorm,
    halflogistic,
    invweibull,
    levy,
    loglaplace,
    lomax,
    maxwell,
    nakagami,
    powerlaw,
)
from .transport import energy_distance, wasserstein_distance
from .truncated import truncnorm
from .two_sided import dgamma, dweibull, gennorm, laplace_asymmetric, skewnorm

__all__ = [
    "arcsine", "bernoulli", "beta", "betabinom", "betaprime", "binom", "burr", "burr12", "cauchy", "chi", "chi2",
    "dgamma", "dirichlet", "dirichlet_multinomial", "dweibull", "energy_distance", "expon", "exponnorm", "exponpow",
    "exponweib", "f", "fatiguelife", "fisk", "foldnorm", "gamma", "gaussian_kde", "genextreme", "gengamma",
    "genlogistic", "gennorm", "genpareto", "geom", "gibrat", "gompertz", "gumbel_l", "gumbel_r", "halfcauchy",
    "halfgennorm", "halflogistic", "halfnorm", "hypsecant", "invgamma", "invgauss", "invweibull", "invwishart",
    "johnsonsb", "johnsonsu", "laplace", "laplace_asymmetric", "levy", "loggamma", "logistic", "loglaplace", "lognorm",
    "loguniform", "lomax", "matrix_normal", "maxwell", "moyal", "multinomial", "multivariate_normal", "multivariate_t",
    "nakagami", "nbinom", "ncf", "nct", "ncx2", "norm", "norminvgauss", "pareto", "pearson3", "poisson", "powerlaw",
    "rayleigh", "rice", "semicircular", "skewnorm", "t", "triang", "truncexpon", "truncnorm", "uniform", "vonmises",
    "wald", "wasserstein_distance", "weibull_max", "weibull_min", "wishart", "wrapcauchy",
]

__getattr__ = no_twins_but_these(__name__)

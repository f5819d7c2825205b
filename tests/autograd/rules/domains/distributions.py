"""The distributions of `scipy.stats`."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import scipy.stats

from autograd.scipy import stats

from .rows import POSITIVE, UNIT, Operand, Table

table = Table()
smooth, on = table.smooth, table.on
definite = Operand((3, 3), (-1.0, 1.0), "definite")

SHAPES = {
    "norm": 0,
    "lognorm": 1,
    "halfnorm": 0,
    "gamma": 1,
    "invgamma": 1,
    "chi2": 1,
    "beta": 2,
    "f": 2,
    "t": 1,
    "cauchy": 0,
    "uniform": 0,
    "expon": 0,
    "laplace": 0,
    "logistic": 0,
    "gumbel_r": 0,
    "weibull_min": 1,
    "rayleigh": 0,
    "pareto": 1,
    "gumbel_l": 0,
    "hypsecant": 0,
    "moyal": 0,
    "chi": 1,
    "maxwell": 0,
    "nakagami": 1,
    "halfcauchy": 0,
    "halflogistic": 0,
    "levy": 0,
    "lomax": 1,
    "fisk": 1,
    "betaprime": 2,
    "invweibull": 1,
    "gompertz": 1,
    "powerlaw": 1,
    "genpareto": 1,
    "gengamma": 2,
    "exponweib": 2,
    "burr12": 2,
    "genlogistic": 1,
    "johnsonsu": 2,
    "invgauss": 1,
    "vonmises": 1,
    "gennorm": 1,
    "ncx2": 2,
    "ncf": 3,
    "nct": 2,
    "rice": 1,
    "skewnorm": 1,
    "exponnorm": 1,
    "loggamma": 1,
    "arcsine": 0,
    "semicircular": 0,
    "johnsonsb": 2,
    "dgamma": 1,
    "dweibull": 1,
    "laplace_asymmetric": 1,
    "halfgennorm": 1,
    "foldnorm": 1,
    "gibrat": 0,
    "wald": 0,
    "burr": 2,
    "loglaplace": 1,
    "fatiguelife": 1,
    "exponpow": 1,
}
for name, count in SHAPES.items():
    distribution = getattr(stats, name)
    low = 1.0 if name == "pareto" else 0.0  # with loc 0.05 at most and scale 1 at least, x / scale is in the support
    for method in distribution.functions():
        shares = (0.4, 0.6) if name == "ncf" else UNIT  # slopes in its heavy tails are too large for float16
        inner = shares if method in ("ppf", "isf") else (low * 1.5 + 0.2, low * 1.5 + 0.8)
        smooth(getattr(distribution, method), inner, *[POSITIVE] * count, (0.01, 0.05), (1.0, 1.2),
               note="in all parameters, loc and scale")
for method in ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"):
    smooth(getattr(stats.truncnorm, method), UNIT, (-1.5, -0.5), (1.5, 2.5), (0.01, 0.05), (1.0, 1.2))
for method in stats.weibull_max.functions():
    smooth(getattr(stats.weibull_max, method), UNIT if method in ("ppf", "isf") else (-0.9, -0.3), POSITIVE,
           (0.01, 0.05), (1.0, 1.2))
for method in stats.pearson3.functions():
    smooth(getattr(stats.pearson3, method), UNIT, POSITIVE, note="loc and scale would double the time of second order")
for method in stats.norminvgauss.functions():
    smooth(getattr(stats.norminvgauss, method), UNIT, (1.5, 2.5), (-0.5, 0.5), (0.01, 0.05), (1.0, 1.2))
for method in stats.wrapcauchy.functions():
    smooth(getattr(stats.wrapcauchy, method), UNIT, (0.3, 0.7), (0.01, 0.05), (1.0, 1.2))
for name, given in {  # loguniform has no scale, which its density cancels
    "truncexpon": ((1.5, 2.5), (0.01, 0.05), (1.0, 1.2)),
    "genextreme": ((-0.6, -0.1), (0.01, 0.05), (1.0, 1.2)), "triang": ((0.1, 0.15), (0.01, 0.05), (1.0, 1.2)),
    "loguniform": ((0.05, 0.1), (1.5, 2.5), (0.01, 0.05))}.items():
    for method in getattr(stats, name).functions():
        smooth(getattr(getattr(stats, name), method), (0.25, 0.9), *given)
COUNTS: dict[str, tuple[Any, ...]] = {"poisson": (), "bernoulli": (), "geom": (), "binom": (5,), "nbinom": (5,)}
for name, fixed in COUNTS.items():
    for method in ("pmf", "logpmf", "cdf", "logcdf", "sf", "logsf"):
        smooth(
            getattr(getattr(stats, name), method),
            UNIT,
            note="the count k is not differentiated",
            call=partial(getattr(getattr(stats, name), method), 0.0 if name == "bernoulli" else 2.0, *fixed),
        )
for function in (stats.multivariate_normal.logpdf, stats.multivariate_normal.pdf):
    on(function, (2, 3), (3,), definite)
on(stats.multivariate_normal.entropy, definite, call=lambda cov: stats.multivariate_normal.entropy(None, cov))
on(scipy.stats.gaussian_kde, Operand((2, 5), (-1.0, 1.0), "distinct"), Operand((5,), POSITIVE), (2, 3), call={
    "": lambda x, w, at: stats.gaussian_kde(x, None, w)(at),
    "logpdf": lambda x, w, at: stats.gaussian_kde(x, np.sum(w), w).logpdf(at),
    "between": lambda x, w, at: stats.gaussian_kde(x[0], "silverman", w).integrate_box_1d(at[0, 0], at[1, 1])})
for function in (stats.dirichlet.logpdf, stats.dirichlet.pdf):
    on(function, Operand((3,), (0.2, 0.3)), Operand((4,), POSITIVE))
for method in ("pmf", "logpmf"):
    smooth(getattr(stats.betabinom, method), POSITIVE, POSITIVE, note="the count k is not differentiated",
           call=partial(getattr(stats.betabinom, method), 2.0, 5.0))
    on(getattr(stats.multinomial, method), Operand((2, 3), POSITIVE), call=partial(
        lambda f, p: f([[2, 0, 1], [1, 1, 1]], 3, p / np.sum(p, axis=-1, keepdims=True)),
        getattr(stats.multinomial, method)))
    on(getattr(stats.dirichlet_multinomial, method), Operand((2, 3), POSITIVE), call=partial(
        lambda f, alpha: f([2, 0, 1], alpha, 3), getattr(stats.dirichlet_multinomial, method)))
for method in ("pdf", "logpdf"):
    on(getattr(stats.multivariate_t, method), (2, 3), (3,), definite, Operand((), POSITIVE))
    on(getattr(stats.matrix_normal, method), (2, 2, 3), (2, 3), Operand((2, 2), (-1.0, 1.0), "definite"), definite)
    for family in (stats.wishart, stats.invwishart):
        on(getattr(family, method), definite, Operand((), (3.2, 5.0)), definite,
           call=partial(lambda f, x, df, scale: f(x, df[()], scale), getattr(family, method)))
values = Operand((5,), (-2.0, 2.0), "distinct")
for name in ("wasserstein_distance", "energy_distance"):
    on(getattr(scipy.stats, name), values, values, Operand((5,), POSITIVE), Operand((5,), POSITIVE))

"""Distributions of a quantity that is likely on both sides of 0. Source: the definitions in SciPy's manual."""

from __future__ import annotations

from math import log, pi

import numpy as np

from autograd.duck_arrays import Array
from autograd.rule_signature import reading
from autograd.rules.closed import closed, slope
from autograd.rules.special.ufuncs import special as sc

from .continuous import HALF_LOG_2PI, INF, gamma, weibull_min
from .distribution import Distribution, Form, scipys
from .positive import halfgennorm

# --- Alike on both sides: by the distribution of the size ------------------------------------------------------------


def on_both_sides(name: str, size: Distribution, log_density: Form | None = None) -> Distribution:
    """The symmetric distribution whose |x| has the distribution `size`.

    The slope of its cdf at 0 is the density there, though |x| has the slope 0, and that of the median its reciprocal.
    """
    names, forms = ("x", *size.shapes), size.forms

    def of_half(x: Array, *shapes: Array) -> Array:
        return forms["logpdf"](np.abs(x), *shapes) - log(2)

    def below(x: Array, *shapes: Array) -> Array:
        tail = forms["sf"](np.abs(x), *shapes) / 2
        return np.where(x > 0, 1 - tail, tail)

    def quantile(q: Array, *shapes: Array) -> Array:
        right = q > 0.5
        x = forms["isf"](2 * np.where(right, 1 - q, q), *shapes)
        return np.where(right, x, -x)

    def in_shapes(form: Form) -> list[Form]:
        return [slope(form, i + 1) for i in range(len(size.shapes))]

    density, probability = reading(names, log_density or of_half), reading(names, below)
    cdf = closed(probability, f"standard {name}.cdf", reading(names, lambda *at: np.exp(density(*at))),
                 *in_shapes(probability))
    quantiles = reading(("q", *size.shapes), quantile)
    ppf = closed(quantiles, f"standard {name}.ppf", reading(("out", *size.shapes), lambda *at: np.exp(-density(*at))),
                 *in_shapes(quantiles))
    return Distribution(name, (-INF, INF), logpdf=density, cdf=cdf, sf=lambda x, *shapes: cdf(-x, *shapes),
                        ppf=ppf, isf=lambda q, *shapes: -ppf(q, *shapes))


dgamma, dweibull = on_both_sides("dgamma", gamma), on_both_sides("dweibull", weibull_min)
gennorm = on_both_sides("gennorm", halfgennorm, lambda x, beta: (  # smooth at 0, by a power of x^2
    np.log(beta / 2) - sc.gammaln(1 / beta) - (x * x) ** (beta / 2)))

# --- Likelier on one side --------------------------------------------------------------------------------------------


def skew_log_density(x: Array, a: Array) -> Array:
    return log(2) - x * x / 2 - HALF_LOG_2PI + sc.log_ndtr(a * x)


skew_cdf = closed(  # Phi(x) - 2 T(x, a) of Owen's T, which SciPy has to more digits
    reading(("x", "a"), scipys("skewnorm", "cdf")), "standard skewnorm.cdf",
    lambda x, a: np.exp(skew_log_density(x, a)), lambda x, a: -np.exp(-x * x * (1 + a * a) / 2) / (pi * (1 + a * a)))
skewnorm = Distribution(
    "skewnorm", (-INF, INF), possible=lambda a: np.isfinite(a), logpdf=skew_log_density, cdf=skew_cdf,
    sf=lambda x, a: skew_cdf(-x, -a))


def probability_above(kappa: Array) -> Array:
    """The probability of x > 0 in laplace_asymmetric, which decays as exp(-kappa x) there, else as exp(x / kappa)."""
    return 1 / (1 + kappa * kappa)


def asymmetric_cdf(x: Array, kappa: Array) -> Array:
    return np.where(x < 0, probability_above(1 / kappa) * np.exp(np.where(x < 0, x, 0.0) / kappa),
                    1 - probability_above(kappa) * np.exp(-kappa * np.where(x < 0, 0.0, x)))


def asymmetric_log_cdf(x: Array, kappa: Array) -> Array:
    """A line below 0, also where the probability is too small for a number."""
    return np.where(x < 0, np.log(probability_above(1 / kappa)) + np.where(x < 0, x, 0.0) / kappa,
                    np.log1p(-probability_above(kappa) * np.exp(-kappa * np.where(x < 0, 0.0, x))))


def asymmetric_quantile(q: Array, kappa: Array) -> Array:
    below, above = probability_above(1 / kappa), probability_above(kappa)
    return np.where(q < below, kappa * np.log(q / below), -np.log((1 - q) / above) / kappa)


laplace_asymmetric = Distribution(  # -x has the distribution of 1 / kappa
    "laplace_asymmetric", (-INF, INF),
    logpdf=lambda x, kappa: -np.maximum(x, 0.0) * kappa - np.maximum(-x, 0.0) / kappa - np.log(kappa + 1 / kappa),
    cdf=asymmetric_cdf, sf=lambda x, kappa: asymmetric_cdf(-x, 1 / kappa),
    logcdf=asymmetric_log_cdf, logsf=lambda x, kappa: asymmetric_log_cdf(-x, 1 / kappa),
    ppf=asymmetric_quantile, isf=lambda q, kappa: -asymmetric_quantile(q, 1 / kappa))

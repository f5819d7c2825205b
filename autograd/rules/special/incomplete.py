"""Incomplete gamma and beta functions in all of their arguments, and the distributions that they are.

In the upper limit the derivative is the density. In a parameter it is the integral of the density's derivative, taken
on the side of the mean where nothing cancels: with the limit at s = 0, the integrand is exp(-q(s)) with q growing, and
Gauss-Legendre quadrature reaches as far as q = 50. All is written in NumPy calls, so every order follows.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, pi
from typing import Any

import numpy as np

from autograd.declare import on_arrays_too, piecewise_constant
from autograd.declare.poles import quotient
from autograd.duck_arrays import Array
from autograd.rule_signature import Rule, argument_names, reading
from autograd.rules.closed import by_definition, closed, computed_in_double, elementwise, slope
from autograd.rules.integrals import quadrature

from .gamma_functions import LARGE, log_minus_psi, psi_rise, rise_of_psi_minus_log
from .ufuncs import special as sc

NODES, WEIGHTS = quadrature(128)
NODES, WEIGHTS = NODES**3, 3 * NODES**2 * WEIGHTS  # closer near 0, since small shapes reach far
SHORT = 3e-3  # up to here six terms of a series are exact to rounding
FAR = 1e150  # beyond, a square might overflow, and anything added to it is lost by rounding

# --- Densities -------------------------------------------------------------------------------------------------------


def gamma_density(a: Array, x: Array) -> Array:
    """x^(a-1) exp(-x) / Gamma(a); for large a about its peak: the terms of its logarithm are far larger than that."""
    large = (a > LARGE) & (x > 0) & (x < np.inf)
    b, y = np.where(large, a, 1.0), np.where(large, x, 1.0)
    return np.where(large, np.exp(gamma_log_density(b, np.log(y / b))) / y,
                    np.where(x == np.inf, 0, np.exp(sc.xlogy(a - 1, x) - x - sc.gammaln(a))))


def gamma_log_density(a: Array, w: Array) -> Array:
    """The logarithm of the density of log x, that is x^a exp(-x) / Gamma(a), at x = a exp(w)."""
    return gamma_log_peak(a) - a * (np.expm1(w) - w)


def gamma_log_peak(a: Array) -> Array:
    """a log a - a - log Gamma(a), and for large a by Stirling's series, where that cancels."""
    large = a > LARGE
    s, b = np.where(large, a, LARGE), np.where(large, 1, a)
    series = np.log(s / (2 * pi)) / 2 - (1 / 12 - (1 / 360 - 1 / 1260 / s**2) / s**2) / s
    return np.where(large, series, sc.xlogy(b, b) - b - sc.gammaln(b))


def beta_density(a: Array, b: Array, x: Array) -> Array:
    """x^(a-1) (1-x)^(b-1) / B(a, b)."""
    return np.exp(sc.xlogy(a - 1, x) + sc.xlog1py(b - 1, -x) - sc.betaln(a, b))


def student_log_density(df: Array, t: Array) -> Array:
    """The logarithm of the density of t; with infinitely many degrees of freedom that of the normal distribution."""
    normal = df == np.inf
    some = np.where(normal, 1, df)
    return student_log_peak(df) - np.where(normal, t * t / 2, (some + 1) / 2 * student_growth(some, t))


def student_log_peak(df: Array) -> Array:
    """-log B(df/2, 1/2) - log(df) / 2, and for large df by its series, where that cancels, and its slope even more."""
    large = df > LARGE
    s, some = np.where(large, df, LARGE), np.where(large, 1, df)
    series = -log(2 * pi) / 2 - (1 / 4 - (1 / 24 - (1 / 20 - 17 / 112 / s**2) / s**2) / s**2) / s
    return np.where(large, series, -sc.betaln(some / 2, np.asarray(0.5, some.dtype)) - np.log(some) / 2)


def student_growth(df: Array, t: Array) -> Array:
    """log(1 + t^2 / df), also of a t whose square overflows."""
    far = np.abs(t) > FAR
    near = np.where(far, 0.0, t)
    return np.where(far, 2 * np.log(np.where(far, np.abs(t), 1.0)) - np.log(df), np.log1p(near * near / df))


def student_density(df: Array, t: Array) -> Array:
    return np.exp(student_log_density(df, t))


# --- How far to integrate: where q(s) is 50 or a little more, for every x on that side of the mean ------------------


def gamma_reach(a: Array, x: Array) -> tuple[Array, Array]:
    """How far to integrate in v = log x, and whether upwards: then q(s) is x expm1(s) - a s, else a s + x expm1(-s)."""
    a, x = np.broadcast_arrays(*(np.asarray(p, float) for p in (a, x)))
    upper = x > a
    return np.where(upper, np.log1p((50 + 10 * np.sqrt(x)) / x), 50 / a + 10 / np.sqrt(a)), upper


def seen_from(upper: Array, a: Array, b: Array, x: Array, rest: Array) -> tuple[Array, Array, Array]:
    """a, b, x as they are, or where `upper` as the other end of the interval sees them."""
    return np.where(upper, b, a), np.where(upper, a, b), np.where(upper, rest, x)


def beta_reach(a: Array, b: Array, x: Array) -> tuple[Array, Array]:
    """The same downwards in log x, or in log(1 - x): there q(s) = a s - (b - 1) log((1 - x exp(-s)) / (1 - x))."""
    a, b, x = np.broadcast_arrays(*(np.asarray(p, float) for p in (a, b, x)))
    upper = x > a / (a + b)
    near, far, _ = seen_from(upper, a, b, x, x)
    return 50 / near + 10 * np.sqrt(far / (near * (near + far))), upper


gamma_range: Any = on_arrays_too(piecewise_constant(gamma_reach))
beta_range: Any = on_arrays_too(piecewise_constant(beta_reach))

# --- Derivatives in a parameter --------------------------------------------------------------------------------------


def gamma_slope(a: Array, x: Array) -> Array:
    """The derivative of gammainc(a, x) in a: of the density in log x, times log x - psi(a), the integral."""
    ended = (x == 0) | (x == np.inf)  # where gammainc is 0 or 1 for every a
    x = np.where(ended, 1, x)
    span, upper = gamma_range(a, x)
    sign = np.where(upper, 1, -1)
    w = np.log(x / a)[..., None] + (sign * span)[..., None] * NODES
    a = np.expand_dims(a, -1)
    density = np.exp(gamma_log_density(a, w))
    return np.where(ended, 0, -sign * span * np.sum(WEIGHTS * density * (w + log_minus_psi(a)), axis=-1))


def beta_slope(a: Array, b: Array, x: Array, rest: Array) -> Array:
    """The derivative of betainc(a, b, x) in a: of the density times log x - psi(a) + psi(a + b), the integral.

    `rest` is 1 - x, which the caller may know more precisely.
    """
    ended = (x == 0) | (rest == 0)  # where betainc is 0 or 1 for every a and b
    x, rest = np.where(ended, 0.5, x), np.where(ended, 0.5, rest)
    rise = psi_rise(a, b)[..., None]
    return np.where(ended, 0, odds_integral(a, b, x, rest, lambda odds: log_of_share(odds) + rise))


def odds_integral(a: Array, b: Array, x: Array, rest: Array, score: Callable[[Array], Array]) -> Array:
    """The integral of a score times the density of betainc(a, b, x) from 0 to x; from 0 to 1 it must be 0.

    It is taken over log(x / (1 - x)), which the score is a function of, on the side of the mean where x lies.
    """
    span, upper = beta_range(a, b, x)
    sign, end = np.where(upper, 1, -1), np.log(np.where(upper, rest, x)) - span
    odds = np.where(rest < x, np.log1p(-rest) - np.log(rest), np.log(x) - np.log1p(-x))
    reach = sign * (np.log(-np.expm1(end)) - end - sign * odds)
    at = odds[..., None] + reach[..., None] * NODES
    density = np.exp(odds_log_density(np.expand_dims(a, -1), np.expand_dims(b, -1), at))
    return -reach * np.sum(WEIGHTS * density * score(at), axis=-1)


def odds_log_density(a: Array, b: Array, odds: Array) -> Array:
    """The logarithm of the density of log(x / (1 - x)), if betainc(a, b, x) is the share below x.

    It is computed relative to its peak, at log(a / b), because its terms are far larger than their sum. Let s be the
    smaller of a and b, n their sum, and w the distance from the peak, positive where x > a/n if s is a and where
    x < a/n if s is b. Then the logarithm is that of the peak plus s w - n log(1 + s/n (exp(w) - 1)).
    """
    first, n = a <= b, a + b
    s, w = np.where(first, a, b), np.where(first, 1, -1).astype(odds.dtype) * (odds + np.log(b / a))
    kept = np.minimum(w, exponent_limit(w))
    between = s * w - n * (np.log1p(s / n * np.expm1(kept)) + (w - kept))
    return between + (gamma_log_peak(a) + gamma_log_peak(b) - gamma_log_peak(n))


def log_of_share(odds: Array) -> Array:
    """The logarithm of the x with these log(x / (1 - x))."""
    kept = np.maximum(odds, -exponent_limit(odds))
    return odds - kept - np.log1p(np.exp(-kept))


def exponent_limit(x: Array) -> Any:
    """An exponent whose exponential does not overflow."""
    return np.log(np.finfo(x.dtype).max) - 1


def student_slope(df: Array, t: Array) -> Array:
    """The derivative of stdtr(df, t) in df, the integral of the density's: from 0 to t, or over the tail.

    There it is taken in w = log(1 + t^2 / df), in which the density falls as exp(-w df / 2), and t = 0 is a cusp.
    """
    ended = np.isinf(t) | np.isinf(df)  # a share of 0 or 1, or the normal distribution's: as at t = 0 it stays so
    df, t = np.where(ended, 1.0, df), np.where(ended, 0.0, t)
    near = t * t < np.where(df < 1, df, 1)  # inside of the poles at +-i sqrt(df), and where no tail is small
    inner, outer = np.where(near, t, 0.0), np.where(near, 1.0, t)
    nodes, weights = quadrature()
    shape = np.expand_dims(df, -1)
    peak, steepness = student_log_peak(shape), slope(student_log_peak, 0)(shape)
    growth = np.log1p((inner[..., None] * nodes) ** 2 / shape)
    score = student_score(shape, steepness, growth, np.expm1(-growth))
    middle = inner * ((np.exp(peak - (shape + 1) / 2 * growth) * score) @ weights)
    w = student_growth(df, outer)[..., None] + 100 / shape * NODES
    fall = np.expm1(-w)
    falling = np.exp(peak - shape / 2 * w) / np.sqrt(-fall) * student_score(shape, steepness, w, fall)
    return np.where(near, middle, -np.sign(outer) * 50 / np.sqrt(df) * (falling @ WEIGHTS))


def student_score(df: Array, of_peak: Array, growth: Array, fall: Array) -> Array:
    """The derivative of the logarithm of the density in df, where log(1 + t^2 / df) is `growth`.

    `of_peak` is that of the peak's logarithm, and `fall` is exp(-growth) - 1.
    """
    return of_peak - growth / 2 - (1 + 1 / df) / 2 * fall


# --- The functions and their inverses --------------------------------------------------------------------------------


def negative(slope: Rule) -> Rule:
    """A slope of 1 - F, from that of F."""
    return reading(argument_names(slope), lambda *at: -slope(*at))


def inverse(*slopes: Rule, place: int = -1, far: float | None = None) -> list[Rule]:
    """The slopes of x(a, p), where p = F(a, x), from those of F: -F_a / F_x in a, and 1 / F_x in p.

    In other words p takes the place of x, which is the last or another argument of F. `far` is the limit of the slope
    in a for large x, where both shares and densities are 0; for large negative x it is the opposite.
    """
    names = list(argument_names(slopes[place]))
    by, names[place] = slopes[place], "out"

    def rule(slope: Rule) -> Rule:
        if slope is by:
            return reading(tuple(names), lambda *at: 1 / by(*at))

        def along(*at: Array) -> Array:
            inside = -quotient(slope(*at), by(*at))
            return inside if far is None else np.where(np.isinf(at[place]), far * np.sign(at[place]), inside)

        return reading(tuple(names), along)

    return list(map(rule, slopes))


shape, gamma_slopes = ("a", "x"), (gamma_slope, gamma_density)
elementwise(sc.gammainc, *gamma_slopes, operands=shape)
elementwise(sc.gammaincc, *map(negative, gamma_slopes), operands=shape)
elementwise(sc.gammaincinv, *inverse(*gamma_slopes, far=np.inf), operands=shape)
elementwise(sc.gammainccinv, *inverse(*map(negative, gamma_slopes), far=np.inf), operands=shape)

shapes, beta_slopes = ("a", "b", "x"), (
    lambda a, b, x: beta_slope(a, b, x, 1 - x), lambda a, b, x: -beta_slope(b, a, 1 - x, x), beta_density)
elementwise(sc.betainc, *beta_slopes, operands=shapes)
elementwise(sc.betaincc, *map(negative, beta_slopes), operands=shapes)
elementwise(sc.betaincinv, *inverse(*beta_slopes), operands=shapes)
elementwise(sc.betainccinv, *inverse(*map(negative, beta_slopes)), operands=shapes)
elementwise(sc.btdtria, *inverse(*beta_slopes, place=0), operands=("p", "b", "x"))
elementwise(sc.btdtrib, *inverse(*beta_slopes, place=1), operands=("a", "p", "x"))
elementwise(sc.stdtr, student_slope, student_density, operands=("df", "t"))
elementwise(sc.stdtrit, *inverse(student_slope, student_density, far=-np.inf), operands=("df", "p"))
elementwise(sc.stdtridf, *inverse(student_slope, student_density, place=0), operands=("p", "t"))

# --- The F distribution is I_y(d/2, e/2) at y = d x / (e + d x), whose rest 1 - y has digits of its own ---------------


def f_log_inside(x: Array, d: Array, e: Array) -> Array:
    return odds_log_density(d / 2, e / 2, np.log(d / e) + np.log(x)) - np.log(x)


def f_log_slope(x: Array, d: Array, e: Array) -> Array:
    """The derivative of the logarithm of the density in x; one form is exact for large d, one for d near 2."""
    rest = 1 / (1 + d / e * x)
    return np.where(d > 4, (d / 2 * (1 - x) * rest - 1) / x, (d / 2 - 1) / x - d / 2 * (1 + d / e) * rest)


def ratio_score(d: Array, e: Array, odds: Array) -> Array:
    """The derivative of the logarithm of the density in d, where log(y / (1 - y)) is `odds`.

    With a = d/2, b = e/2, n = a + b and z = a / (n y) - 1 it is half of
    psi(n) - log(n) - psi(a) + log(a) - log(1 + z) + z / (1 + z). For small z a series replaces the last two terms.
    """
    a, b = d / 2, e / 2
    growth = -np.log1p(b / a) - log_of_share(odds)
    close = np.abs(growth) < SHORT
    z = b / (a + b) * np.expm1(np.where(close, np.log(a / b) - odds, 0))
    series = z * z * (1 / 2 - z * (2 / 3 - z * (3 / 4 - z * (4 / 5 - z * (5 / 6 - z * 6 / 7)))))
    return (rise_of_psi_minus_log(a, b) - np.where(close, series, growth + np.expm1(-growth))) / 2


f_log_inside = closed(
    f_log_inside, "f_log_density", f_log_slope, lambda x, d, e: ratio_score(d, e, np.log(d / e) + np.log(x)),
    lambda x, d, e: ratio_score(e, d, np.log(e / d) - np.log(x)))


def f_log_density(x: Array, d: Array, e: Array) -> Array:
    """The logarithm of the density. At x = 0 it is computed from the power of x, whose exponent may be 0."""
    inside = x > 0
    edge = np.where(inside, 1, x)
    return np.where(inside, f_log_inside(np.where(inside, x, 1), d, e), d / 2 * np.log(d / e) + sc.xlogy(
        d / 2 - 1, edge) - (d + e) / 2 * np.log1p(d / e * edge) - sc.betaln(d / 2, e / 2))


def ratio_density(d: Array, e: Array, x: Array) -> Array:
    return np.exp(f_log_density(x, d, e))


def upper_slope(d: Array, e: Array, x: Array) -> Array:
    """The derivative of fdtr(d, e, x) in d."""
    return ratio_slope(d, e, d / e * x)  # the quotient first, so that small integers do not overflow


def lower_slope(d: Array, e: Array, x: Array) -> Array:
    """The derivative of fdtr(d, e, x) in e."""
    return -ratio_slope(e, d, 1 / (d / e * x))


def ratio_slope(d: Array, e: Array, ratio: Array) -> Array:
    ended = (ratio == 0) | (ratio == np.inf)
    some = np.where(ended, 1.0, ratio)
    return np.where(ended, 0, odds_integral(d / 2, e / 2, some / (1 + some), 1 / (1 + some), lambda odds: ratio_score(
        np.expand_dims(d, -1), np.expand_dims(e, -1), odds)))


ratio, ratio_slopes = ("d", "e", "x"), [*map(computed_in_double, (upper_slope, lower_slope, ratio_density))]
elementwise(sc.fdtr, *ratio_slopes, operands=ratio)
elementwise(sc.fdtrc, *map(negative, ratio_slopes), operands=ratio)
elementwise(sc.fdtri, *inverse(*ratio_slopes), operands=("d", "e", "p"))
elementwise(sc.fdtridfd, *inverse(*ratio_slopes, place=1), operands=("d", "p", "x"))

# --- Cumulative distributions that are these functions of other arguments --------------------------------------------

by_definition(sc.chdtr)(lambda v, x: sc.gammainc(v / 2, x / 2))
by_definition(sc.chdtrc)(lambda v, x: sc.gammaincc(v / 2, x / 2))
by_definition(sc.chdtri)(lambda v, p: 2 * sc.gammainccinv(v / 2, p))
by_definition(sc.gdtr)(lambda a, b, x: sc.gammainc(b, a * x))
by_definition(sc.gdtrc)(lambda a, b, x: sc.gammaincc(b, a * x))
by_definition(sc.gdtrix)(lambda a, b, p: sc.gammaincinv(b, p) / a)
by_definition(sc.gdtria)(lambda p, b, x: sc.gammaincinv(b, p) / x)
elementwise(sc.gdtrib, *inverse(
    lambda a, b, x: x * gamma_density(b, a * x), lambda a, b, x: gamma_slope(b, a * x),
    lambda a, b, x: a * gamma_density(b, a * x), place=1), operands=("a", "p", "x"))
elementwise(sc.chdtriv, *inverse(
    lambda v, x: gamma_slope(v / 2, x / 2) / 2, lambda v, x: gamma_density(v / 2, x / 2) / 2, place=0),
    operands=("p", "x"))
elementwise(sc.pdtrik, *[  # 0 is the least count, also of a p below that of 0
    reading(argument_names(rule), lambda k, m, rule=rule: np.where(k == 0, 0, rule(k, m))) for rule in inverse(
        lambda k, m: -gamma_slope(k + 1, m), lambda k, m: -gamma_density(k + 1, m), place=0)], operands=("p", "m"))
by_definition(sc.nrdtrimn)(lambda p, std, x: x - std * sc.ndtri(p))
by_definition(sc.nrdtrisd)(lambda mn, p, x: (x - mn) / sc.ndtri(p))


# Counts are piecewise constant in k, and have no derivative in n.
def binomial_slope(k: Array, n: Array, p: Array) -> Array:
    """The slope in p of the probability of more than k of n; SciPy cuts off the fraction of n, and rounds k down."""
    return beta_density(np.floor(k) + 1, np.trunc(n) - np.floor(k), p)


counts = ("k", "n", "p")
elementwise(sc.pdtr, 0, lambda k, m: -gamma_density(np.floor(k) + 1, m), operands=("k", "m"))
elementwise(sc.pdtrc, 0, lambda k, m: gamma_density(np.floor(k) + 1, m), operands=("k", "m"))
elementwise(sc.bdtr, 0, None, lambda k, n, p: -binomial_slope(k, n, p), operands=counts)
elementwise(sc.bdtrc, 0, None, lambda k, n, p: binomial_slope(k, n, p), operands=counts)
elementwise(sc.nbdtr, 0, None, lambda k, n, p: beta_density(np.trunc(n), np.trunc(k) + 1, p), operands=counts)
elementwise(sc.nbdtrc, 0, None, lambda k, n, p: -beta_density(np.trunc(n), np.trunc(k) + 1, p), operands=counts)
elementwise(sc.pdtri, 0, lambda k, out: -1 / gamma_density(np.trunc(k) + 1, out), operands=("k", "y"))
elementwise(sc.bdtri, 0, None, lambda k, n, out: -1 / binomial_slope(k, n, out), operands=("k", "n", "y"))
elementwise(sc.nbdtri, 0, None, lambda k, n, out: 1 / beta_density(np.trunc(n), np.trunc(k) + 1, out),
            operands=("k", "n", "y"))

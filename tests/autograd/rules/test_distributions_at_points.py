"""Distributions of numbers, counts and vectors at drawn and at special points, and what they refuse."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, grad, jacobian
from autograd.scipy import linalg, signal, stats
from autograd.testing import check_gradients

rng = np.random.default_rng(2)
FAMILIES = {"norm": (), "gamma": (1.7,), "beta": (1.7, 2.3), "t": (3.3,), "chi2": (3.2,), "lognorm": (0.7,),
            "expon": (),
            "logistic": (), "uniform": (), "laplace": (), "weibull_min": (1.7,), "pareto": (1.7,)}


@given(st.sampled_from(list(FAMILIES)), st.sampled_from(["pdf", "logpdf", "cdf", "logcdf", "sf", "logsf"]),
       st.floats(-3, 30), st.floats(-1, 1), st.floats(0.3, 3))
def test_values_are_scipys_inside_and_outside_of_the_support(name: str, method: str, x: float, loc: float,
                                                             scale: float) -> None:
    ours, theirs = (getattr(getattr(module, name), method) for module in (stats, scipy.stats))
    with np.errstate(all="ignore"):
        value = ours(np.array(x), *FAMILIES[name], loc=loc, scale=scale)
        expected = theirs(x, *FAMILIES[name], loc=loc, scale=scale)
    np.testing.assert_allclose(value, expected, rtol=1e-7, atol=1e-15)


def test_the_cauchy_distribution_where_squares_overflow() -> None:
    x = np.array([-1e200, -3.0, -1.0, -0.5, 0.0, 1e-200, 1.0, 1e200])
    np.testing.assert_allclose(stats.cauchy.logpdf(Tensor(x)).numpy(), scipy.stats.cauchy.logpdf(x), rtol=1e-14)
    np.testing.assert_allclose(grad(lambda x: np.sum(stats.cauchy.logpdf(x)))(x),
                               [2e-200, 0.6, 1.0, 0.8, 0.0, -2e-200, -1.0, -2e-200])
    check_gradients(stats.cauchy.logpdf, np.array([-2.0, -1.0, 0.3, 1.0]), order=2)


@pytest.mark.parametrize("x", [1e120, 1e160, 1e200])
def test_levys_upper_tail_has_slopes_where_the_square_of_a_reciprocal_underflows(x: float) -> None:
    """Its share is sqrt(2 / (pi x)) there: the first slope was 0 far out, the second at 1e120 of the wrong sign."""
    share = np.sqrt(2 / np.pi) * x**-0.5
    assert float(stats.levy.sf(x)) == pytest.approx(share, rel=1e-12, abs=0)
    assert grad(stats.levy.sf)(x) == pytest.approx(-share / x / 2, rel=1e-12, abs=1e-320)
    assert grad(grad(stats.levy.sf))(x) == pytest.approx(0.75 * share / x / x, rel=1e-12, abs=1e-320)
    assert grad(stats.levy.logsf)(x) == pytest.approx(-0.5 / x, rel=1e-12, abs=0)


@pytest.mark.parametrize(("x", "c"), [
    (1 + 3e-7, 1e-7), (1 - 3e-7, 1e-7), (1.2, 0.05), (0.8, 0.05), (0.1, 0.05), (5.0, 0.05), (1e-9, 0.05), (1e9, 0.05),
    (1e-18, 1.7), (1e18, 1.7), (4e3, 1.7), (8e3, 30.0)])
def test_a_life_until_fatigue_has_logarithms_far_out_and_digits_beside_1(x: float, c: float) -> None:
    """Far out they were infinite with slopes of 0, and a share of an x - 1 of 1e-7 kept nine digits."""
    with mpmath.workdps(50):
        root, size = mpmath.sqrt(x), abs(mpmath.mpf(x) - 1)
        y = size / (root * c)
        share, density = mpmath.ncdf(-y), mpmath.npdf(y)
        value, pull = float(mpmath.log(share)), density / share
        slopes = [float(-pull * (root + 1 / root) / (2 * mpmath.mpf(x) * c)), float(pull * y / c)]
    tail = stats.fatiguelife.logsf if x > 1 else stats.fatiguelife.logcdf
    assert float(tail(x, c)) == pytest.approx(value, rel=1e-12)
    assert grad(tail, argnums=(0, 1))(x, c) == pytest.approx([np.sign(x - 1) * slopes[0], slopes[1]], rel=1e-12)


def test_a_parameter_is_given_once() -> None:
    with pytest.raises(TypeError, match="got 2 parameters by position and loc by name"):
        stats.gamma.ppf(Tensor([0.1]), 2.0, 3.0, loc=1.0)


CONTINUOUS = {name: FAMILIES.get(name, ()) for name in (
    "norm", "lognorm", "halfnorm", "gamma", "invgamma", "chi2", "beta", "f", "t", "cauchy", "uniform", "expon",
    "laplace", "logistic", "gumbel_r", "weibull_min", "rayleigh", "pareto")} | {
        "invgamma": (2.3,), "f": (3.3, 5.1), "truncnorm": (-0.7, 1.3)}
QUANTILES = np.array([0.003, 0.25, 0.5, 0.75, 0.98])
"""Both tails, the median (where a distribution function and its complement are one half), and between."""


@pytest.mark.parametrize("method", ["pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"])
@pytest.mark.parametrize("name", CONTINUOUS)
def test_every_function_of_a_distribution_is_differentiated_in_all_parameters(name: str, method: str) -> None:
    function, shapes = getattr(getattr(stats, name), method), CONTINUOUS[name]
    theirs = getattr(scipy.stats, name)
    x = QUANTILES if method in ("ppf", "isf") else theirs.ppf(QUANTILES, *shapes, 0.4, 1.6)
    if name == "laplace" and method not in ("ppf", "isf"):
        x = x[x != 0.4]  # where its density has a cusp
    parameters = [np.array(x), *map(np.array, shapes), np.array(0.4), np.array(1.6)]
    np.testing.assert_allclose(function(*map(Tensor, parameters)).numpy(),
                               getattr(theirs, method)(*parameters), rtol=1e-10, atol=1e-13)
    check_gradients(function, *parameters, order=2)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_quantiles_keep_their_digits_in_the_tails(name: str) -> None:
    """A share of 1e-15 is that of its quantile; at an end that is not 0, as the lower one of pareto, there is none."""
    family, shapes = getattr(stats, name), CONTINUOUS[name]
    for quantile, share in (("ppf", "cdf"), ("isf", "sf")):
        if (name, quantile) in {("pareto", "ppf"), ("beta", "isf"), ("uniform", "isf"),
                                ("truncnorm", "ppf"), ("truncnorm", "isf")}:
            continue
        for p in (1e-15, 1e-6, 0.2, 0.5, 0.7, 0.999):
            x = getattr(family, quantile)(Tensor(p), *shapes)
            assert getattr(family, share)(x, *shapes).item() == pytest.approx(p, rel=1e-11, abs=0), (quantile, p)


def of_f(x: Any, dfn: Any, dfd: Any) -> Any:
    return (mpmath.loggamma((dfn + dfd) / 2) - mpmath.loggamma(dfn / 2) - mpmath.loggamma(dfd / 2)
            + dfn / 2 * mpmath.log(dfn / dfd) + (dfn / 2 - 1) * mpmath.log(x)
            - (dfn + dfd) / 2 * mpmath.log1p(dfn * x / dfd))


def of_nakagami(x: Any, nu: Any) -> Any:
    return (mpmath.log(2) + nu * mpmath.log(nu) - mpmath.loggamma(nu) + (2 * nu - 1) * mpmath.log(x) - nu * x * x)


def of_exponnorm(x: Any, K: Any) -> Any:
    return (0.5 / K - x) / K + mpmath.log(mpmath.erfc((1 / K - x) / mpmath.sqrt(2)) / 2) - mpmath.log(K)


@pytest.mark.parametrize(("name", "exact", "x", "shapes"), [
    ("f", of_f, 1.3, (3.0, 1e5)), ("f", of_f, 1.3, (3.0, 1e12)), ("f", of_f, 1.00003, (1e11, 1e10)),
    ("nakagami", of_nakagami, 1.0003, (1e6,)),
    ("nakagami", of_nakagami, 0.99999, (1e8,)), ("exponnorm", of_exponnorm, 0.7, (1e-3,)),
    ("exponnorm", of_exponnorm, -3.0, (1e-6,)), ("exponnorm", of_exponnorm, 3.0, (0.5,)),
])
def test_densities_close_to_those_of_a_simpler_family_keep_their_digits(name: str, exact: Any, x: float,
                                                                        shapes: tuple[float, ...]) -> None:
    """Of an F with dfd=1e8 or an exponnorm with K=1e-6 the slopes in these were without digits, and values with few."""
    logpdf = getattr(stats, name).logpdf
    with mpmath.workdps(60):
        given = [mpmath.mpf(v) for v in (x, *shapes)]
        value, last = float(exact(*given)), given[-1]
        slope = float(mpmath.diff(lambda p: exact(*given[:-1], p), last, h=last * mpmath.mpf(10) ** -15))
    assert float(logpdf(x, *shapes)) == pytest.approx(value, rel=1e-10, abs=0)
    assert grad(logpdf, argnums=len(shapes))(x, *shapes) == pytest.approx(slope, rel=2e-8, abs=0)


def score_of_f(x: Any, d: Any, e: Any) -> Any:
    """The derivative of its logarithm in d; with 1/x, e and d the one in e."""
    rise = mpmath.psi(0, (d + e) / 2) - mpmath.psi(0, d / 2)
    return (rise + mpmath.log(d / e) + 1 + mpmath.log(x) - mpmath.log1p(d * x / e) - (d + e) * x / (e + d * x)) / 2


def share_slope_of_f(x: Any, d: Any, e: Any) -> Any:
    """The integral of the density's derivative in d, over the log of what lies to the smaller side of x."""
    sign = 1 if x > 1 else -1
    reach = 60 * (mpmath.sqrt(2 / d + 2 / e) + 2 / (e if x > 1 else d))

    def at(v: Any) -> Any:
        t = x * mpmath.exp(sign * v)
        return mpmath.exp(of_f(t, d, e)) * t * score_of_f(t, d, e)

    return -sign * mpmath.quad(at, [reach * part for part in (0, 0.01, 0.03, 0.1, 0.3, 1)])


@pytest.mark.parametrize(("x", "d", "e"), [
    (1.3, 1e7, 3.0), (0.6, 1e12, 3.0), (1.2, 1e12, 0.3), (0.998, 1e7, 4e6), (1.000003, 3e11, 1e12), (0.144, 0.135, 5e3),
    (1.0, 1e-3, 1e-3), (1e-9, 3.0, 5.0), (1e6, 3.0, 5.0)])
def test_an_f_distribution_has_slopes_in_its_degrees_of_freedom(x: float, d: float, e: float) -> None:
    """With many of them it hardly changes, and how was a difference of equal numbers: of 1e7 it kept three digits."""
    with mpmath.workdps(50):
        at = [mpmath.mpf(v) for v in (x, d, e)]
        turned = [1 / at[0], at[2], at[1]]  # 1/x has this distribution with d and e exchanged
        density = [float(score_of_f(*given)) for given in (at, turned)]
        share = [float(share_slope_of_f(*at)), -float(share_slope_of_f(*turned))]
    assert grad(stats.f.logpdf, argnums=(1, 2))(x, d, e) == pytest.approx(density, rel=1e-9, abs=0)
    assert grad(stats.f.cdf, argnums=(1, 2))(x, d, e) == pytest.approx(share, rel=1e-8, abs=0)


@pytest.mark.parametrize(("quantile", "expected"), [
    (lambda: stats.truncexpon.isf(1e-300, 30.0), 30.0), (lambda: stats.truncexpon.isf(1e-20, 100.0), -np.log(1e-20)),
    (lambda: stats.truncexpon.isf(0.9999, 2.0), scipy.stats.truncexpon.isf(0.9999, 2.0)),
    (lambda: stats.burr.ppf(1e-30, 30.0, 0.05), 1e-20), (lambda: stats.burr12.isf(1e-30, 30.0, 0.05), 1e20),
    (lambda: stats.genlogistic.ppf(1e-30, 0.05), 20 * np.log(1e-30)),
])
def test_quantiles_of_shares_far_below_the_rounding_of_1(quantile: Any, expected: float) -> None:
    """They were nothing or infinite, truncexpon's beyond its end."""
    assert float(quantile()) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n", [1e3, 1e6, 1e9, 1e12])
def test_probabilities_of_few_counts_among_many_keep_their_digits(n: float) -> None:
    for k in (0.0, 3.0, 20.0):
        for ours, theirs, p in ((stats.binom, scipy.stats.binom, 3 / n), (stats.nbinom, scipy.stats.nbinom, 1 - 3 / n)):
            assert float(ours.pmf(k, n, p)) == pytest.approx(theirs.pmf(k, n, p), rel=1e-9)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_a_distribution_is_the_standard_one_unless_told_otherwise(name: str) -> None:
    shapes, p = CONTINUOUS[name], np.array([0.2, 0.6])
    theirs, ours = getattr(scipy.stats, name), getattr(stats, name)
    np.testing.assert_allclose(ours.ppf(Tensor(p), *shapes).numpy(), theirs.ppf(p, *shapes), rtol=1e-10)
    for loc in ((), (0.3,)):
        for method in ("pdf", "cdf", "sf"):
            found = getattr(ours, method)(Tensor(1 + p), *shapes, *loc).numpy()
            np.testing.assert_allclose(found, getattr(theirs, method)(1 + p, *shapes, *loc), rtol=1e-10)
COUNTED = {"poisson": ("mu",), "bernoulli": ("p",), "binom": ("n", "p"), "geom": ("p",), "nbinom": ("n", "p")}


@given(st.sampled_from(list(COUNTED)), st.sampled_from(["pmf", "logpmf", "cdf", "logcdf", "sf", "logsf"]),
       st.integers(-2, 14), st.sampled_from([0.0, 0.0, 0.5]), st.integers(-2, 2), st.floats(0.05, 0.95),
       st.integers(1, 9))
def test_distributions_of_counts_are_scipys_inside_and_outside_of_the_support(
        name: str, method: str, count: int, fraction: float, loc: int, p: float, n: int) -> None:
    ours, theirs = (getattr(getattr(module, name), method) for module in (stats, scipy.stats))
    k, given_for = np.array(count + fraction), {"mu": 6 * p, "p": p, "n": float(n)}
    parameters = [given_for[parameter] for parameter in COUNTED[name]]
    moving = [np.array(parameters[-1])]
    with np.errstate(all="ignore"):
        expected = theirs(k, *parameters, loc=loc)
        value = ours(Tensor(k), *parameters[:-1], Tensor(moving[0], requires_grad=True), loc=loc)
    np.testing.assert_allclose(value.detach().numpy(), expected, rtol=1e-9, atol=1e-14)
    if np.isfinite(expected):
        slope = grad(lambda p: ours(k, *parameters[:-1], p, loc=loc))(moving[0])
        step = 1e-6
        change = [theirs(k, *parameters[:-1], moving[0] + sign * step, loc=loc) for sign in (1, -1)]
        assert slope == pytest.approx((change[0] - change[1]) / (2 * step), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("df", [0.3, 1.0, 3.3, 40.0, 900.0])
def test_students_distribution_is_smooth_in_df_at_zero_too(df: float) -> None:
    """Mixed derivatives are the same in either order, and vanish in the limit of the normal distribution."""
    cdf = stats.t.cdf
    for x in (0.0, 1e-9, 0.1, 0.99, 1.01, 7.0):
        x, v = np.array(x), np.array(df)
        mixed = grad(grad(cdf, 1), 0)(x, v)
        assert mixed == pytest.approx(grad(grad(cdf, 0), 1)(x, v), rel=1e-9, abs=1e-16)
    check_gradients(cdf, np.array([-7.0, -1.01, -0.2, 0.0, 1e-3, 0.9, 2.0]), np.array(df), order=2)


@pytest.mark.parametrize("x", [1e-40, 1e-310, 0.0, -0.0, -1.0])
@pytest.mark.parametrize("method", ["pdf", "logpdf", "cdf", "logcdf", "sf", "logsf"])
def test_a_support_without_its_lower_end_begins_at_the_smallest_number(method: str, x: float) -> None:
    for name, s in (("lognorm", 0.7), ("invgamma", 1.3)):
        with np.errstate(all="ignore"):
            ours, theirs = (getattr(getattr(module, name), method)(x, s) for module in (stats, scipy.stats))
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("method", ["logpdf", "pdf", "cdf", "sf", "logcdf", "logsf"])
def test_float32_stays_float32_and_nan_stays_nan(method: str) -> None:
    for name, shapes in FAMILIES.items():
        x = Tensor(np.array([1.5, np.nan, 2.5], np.float32), requires_grad=True)
        out = getattr(getattr(stats, name), method)(x, *shapes, loc=0.1, scale=2)
        np.sum(out[np.array([0, 2])]).backward()
        assert x.grad is not None
        assert out.dtype == x.grad.dtype == np.float32, name
        assert np.isnan(out.detach().numpy()).tolist() == [False, True, False], name
    rate = Tensor(np.float32(1.5), requires_grad=True)
    assert getattr(stats.poisson, method.replace("pdf", "pmf"))(2, rate).dtype == np.float32
    assert np.isnan(getattr(stats.poisson, method.replace("pdf", "pmf"))(np.nan, rate).item())


def test_outside_of_the_support_the_gradient_is_zero_and_not_nan() -> None:
    for name, shapes in FAMILIES.items():
        for method in ("pdf", "cdf", "sf"):
            f = getattr(getattr(stats, name), method)
            if name not in ("norm", "t", "logistic", "laplace"):
                assert grad(lambda x, f=f, shapes=shapes: f(x, *shapes))(-0.5) == 0.0, (name, method)


def test_parameters_by_name_position_and_mistake() -> None:
    assert stats.gamma.logpdf(1.5, a=2.0, scale=3.0) == stats.gamma.logpdf(1.5, 2.0, 0.0, 3.0)
    with pytest.raises(TypeError, match=r"gamma\.logpdf\(x, a, loc, scale\)"):
        stats.gamma.logpdf(1.5, b=2.0)
    with pytest.raises(TypeError, match=r"poisson\.pmf\(x, mu, loc\)"):
        stats.poisson.pmf(1.0, 2.0, scale=3.0)


def test_maximum_likelihood_has_gradient_zero_at_the_sample_moments() -> None:
    x = rng.standard_normal(50)
    gradient = grad(lambda p: np.sum(stats.norm.logpdf(x, p[0], p[1])))(np.array([x.mean(), x.std()]))
    np.testing.assert_allclose(gradient, 0, atol=1e-10)
    c = np.cov(rng.standard_normal((3, 50)), bias=True)
    samples = rng.multivariate_normal(np.zeros(3), c, 5)
    check_gradients(lambda m, a: np.sum(stats.multivariate_normal.logpdf(samples, m, a @ a.T + np.eye(3))),
                    np.zeros(3), rng.standard_normal((3, 3)), order=1)


@pytest.mark.parametrize("name", ["x", "mean", "cov"])
@pytest.mark.parametrize(("x", "mean", "cov"), [
    (np.ones((5, 3)), None, np.eye(3) + 0.5), (np.ones((2, 5, 3)), np.arange(3.0), 2.0),
    (np.ones(3), np.arange(3.0), np.array([1.0, 2.0, 3.0])), (np.arange(4.0), 0.5, 2.0), (np.arange(4.0), None, 1),
    (0.3, 0.5, [[2.0]]), (np.ones((5, 1)), [0.5], 2.0)])
def test_normal_vectors_take_what_scipys_take(x: Any, mean: Any, cov: Any, name: str) -> None:
    given = {"x": x, "mean": mean, "cov": cov}
    tracked = {k: Tensor(v, requires_grad=True) if k == name and np.asarray(v).dtype == float else v
               for k, v in given.items()}
    expected = scipy.stats.multivariate_normal.logpdf(**given)
    assert np.shape(expected) == stats.multivariate_normal.logpdf(**tracked).shape
    np.testing.assert_allclose(stats.multivariate_normal.logpdf(**tracked).tolist(), expected)
    del given["x"], tracked["x"]
    if np.ndim(cov) != 1:  # of which SciPy has the density and not the entropy
        np.testing.assert_allclose(stats.multivariate_normal.entropy(**tracked).tolist(),
                                   scipy.stats.multivariate_normal.entropy(**given))


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_a_normal_vector_within_the_span_of_its_covariance(rank: int) -> None:
    rng = np.random.default_rng(rank)
    factor, mean, within = rng.normal(size=(3, rank)), rng.normal(size=3), rng.normal(size=(5, rank))
    cov = factor @ factor.T
    for points in (mean + within @ factor.T, rng.normal(size=(5, 3))):
        for name in ("logpdf", "pdf"):
            found, expected = (getattr(module.multivariate_normal, name)(points, mean, cov, allow_singular=True)
                               for module in (stats, scipy.stats))
            np.testing.assert_allclose(found, expected, rtol=1e-9)
    check_gradients(lambda w, m: np.sum(stats.multivariate_normal.logpdf(
        mean + w @ factor.T, mean + factor @ m, cov, allow_singular=True)), within, rng.normal(size=rank))
    beside = grad(lambda x: np.sum(stats.multivariate_normal.pdf(x, mean, cov, allow_singular=True)))(points)
    assert np.all(beside == 0)
    with pytest.raises(ValueError, match=r"no derivative in a singular cov.*cov\.detach\(\)"):
        grad(lambda cov: np.sum(stats.multivariate_normal.logpdf(points, mean, cov, allow_singular=True)))(cov)


def test_a_regular_covariance_that_may_be_singular_is_differentiated() -> None:
    cov = np.cov(np.random.default_rng(0).normal(size=(3, 9)))
    density = stats.multivariate_normal.logpdf
    plain, allowed = (jacobian(grad(lambda cov, kind=kind: np.sum(density(np.eye(3), None, cov, **kind))))(cov)
                      for kind in ({}, {"allow_singular": True}))
    np.testing.assert_array_equal(plain, allowed)


TRACKED = Tensor(np.ones((5, 3)), requires_grad=True)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: stats.multivariate_normal.logpdf(TRACKED, np.zeros(3), np.diag([1.0, -1.0, 0.0]), allow_singular=True),
     "without negative eigenvalues as cov, the least of this one's is -1"),
    (lambda: stats.multivariate_normal.logpdf(TRACKED, np.zeros(3), np.diag([1.0, 1.0, 0.0])), "not positive definite"),
    (lambda: stats.multivariate_normal.logpdf(TRACKED), r"length 1 in the last axis.*\(5, 3\)"),
    (lambda: stats.multivariate_normal.logpdf(TRACKED, np.zeros(2)), r"length 2 in the last axis.*\(5, 3\)"),
    (lambda: stats.multivariate_normal.pdf(TRACKED, np.zeros(3), np.eye(2)), r"got \(3,\) and \(2, 2\)"),
    (lambda: stats.multivariate_normal.entropy(0.5, TRACKED[:3]), r"got \(1,\) and \(3, 3\)"),
    (lambda: stats.dirichlet.logpdf(TRACKED, np.ones(3)), "as many probabilities as alphas, or one less, got 5 and 3"),
    (lambda: linalg.eigh(TRACKED[:3], subset_by_index=[0, 3]), r"0 <= first <= last < 3, got \[0, 3\]"),
    (lambda: linalg.eigvalsh(TRACKED[:3], subset_by_value=[1, 1]), r"low < high, got \[1, 1\]"),
    (lambda: linalg.eigh(TRACKED[:3], subset_by_index=[0, 1], subset_by_value=[0, 1]), "not both"),
    (lambda: linalg.eigh(TRACKED[:3], np.eye(3), type=2), "type=1 only, got 2"),
    (lambda: linalg.solve(TRACKED[:3], TRACKED[0], assume_a="tall"), "positive definite.*got 'tall'"),
    (lambda: signal.fftconvolve(TRACKED, np.ones(2)), r"arrays of as many axes, got shapes \(5, 3\) and \(2,\)"),
    (lambda: signal.convolve(TRACKED, np.ones((2, 2)), "sum"), "mode must be one of 'full', .*, got 'sum'"),
    (lambda: signal.correlate(TRACKED, np.ones((2, 4)), "valid"), r"'valid' needs one operand.*\(5, 3\) and \(2, 4\)"),
])
def test_what_has_no_derivative_or_does_not_fit_is_refused(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(("x", "alpha"), [
    ([0.2, 0.3, 0.5], [2.0, 3.0, 4.0]), ([0.2, 0.3], [2.0, 3.0, 4.0]), ([0.0, 0.5, 0.5], [2.0, 3.0, 0.5]),
    ([0.0, 0.5, 0.5], [1.0, 3.0, 0.5]), ([[0.2, 0.1], [0.8, 0.9]], [0.5, 3.0]), ([[0.2, 0.1], [0.8, 0.8]], [0.5, 3.0]),
    ([0.2, 0.3, 0.6], [2.0, 3.0, 4.0]), ([0.2, -0.1, 0.9], [2.0, 3.0, 4.0]), ([0.8, 0.3], [2.0, 3.0, 4.0]),
    ([0.0, 0.5, 0.5], [0.5, 3.0, 4.0]), ([0.2, 0.3, 0.5], [2.0, 0.0, 4.0]), ([0.2, 0.3, 0.5], [2.0, -1.0, 4.0]),
    ([0.2, 0.3, 0.5], [[2.0], [1.0], [4.0]]), ([0.2, np.nan, 0.5], [2.0, 1.0, 4.0]), ([1, 1, 0], [2.0, 1.0, 4.0]),
    ([0, 1, 0], [2.0, 1.0, 4.0]),
])
@pytest.mark.parametrize("which", [0, 1])
def test_dirichlet_takes_what_scipys_does(x: Any, alpha: Any, which: int) -> None:
    given = [x, alpha]
    given[which] = Tensor(given[which], requires_grad=np.asarray(given[which]).dtype.kind == "f")
    try:
        expected = scipy.stats.dirichlet.logpdf(x, alpha)
    except ValueError:
        for function in (stats.dirichlet.logpdf, stats.dirichlet.pdf):
            with pytest.raises(ValueError, match="dirichlet takes"):
                function(*given)
    else:
        np.testing.assert_allclose(stats.dirichlet.logpdf(*given).tolist(), expected)


def test_dirichlet_takes_probabilities_of_float32_and_looks_at_every_example_of_a_batch() -> None:
    scores = rng.standard_normal((50, 4)).astype(np.float32)
    x = autograd.softmax(Tensor(scores, requires_grad=True))
    alpha = np.array([2.0, 3.0, 0.5, 1.5], np.float32)
    found = autograd.vmap(lambda x: stats.dirichlet.logpdf(x, alpha))(x)
    expected = scipy.special.softmax(scores.astype(float), axis=-1)
    np.testing.assert_allclose(found.tolist(), scipy.stats.dirichlet.logpdf(expected.T, alpha),
                               rtol=1e-5, atol=1e-5)  # sums of float32 terms, some of which cancel
    with pytest.raises(ValueError, match="not negative and sum to 1"):
        autograd.vmap(lambda x: stats.dirichlet.logpdf(x, alpha))(np.array([[0.2, 0.3, 0.1], [0.2, 0.8, 0.1]]))


@pytest.mark.parametrize(("name", "shapes", "end"), [
    ("genpareto", (0.5,), 0.0), ("loguniform", (0.5, 3.0), 0.5), ("loguniform", (0.5, 3.0), 3.0),
    ("truncnorm", (-1.0, 2.0), 2.0)])
def test_an_end_that_depends_on_the_shapes_is_a_kink(name: str, shapes: tuple[float, ...], end: float) -> None:
    density = getattr(stats, name).pdf
    assert density(Tensor(end), *shapes).item() > 0
    assert grad(lambda x: density(x, *shapes))(end) == 0

"""Twins of SciPy functions: values on arrays are SciPy's; gradients through equations, of distributions, of ODEs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
import scipy.signal
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import NoDerivativeError, Tensor, grad, hessian, jvp, vjp
from autograd.scipy import integrate, linalg, signal, special, stats
from autograd.testing import check_gradients

rng = np.random.default_rng(2)


def test_plain_arrays_go_to_scipy_itself() -> None:
    x = rng.standard_normal((3, 3))
    assert type(linalg.expm(x)) is np.ndarray
    np.testing.assert_array_equal(linalg.expm(x), scipy.linalg.expm(x))
    np.testing.assert_array_equal(special.logsumexp(x, axis=0), scipy.special.logsumexp(x, axis=0))


def test_triangular_solver_reads_one_triangle() -> None:
    a, b = rng.standard_normal((3, 3)) + 3 * np.eye(3), rng.standard_normal(3)
    for lower, unit in ((True, False), (False, True)):
        gradient = grad(lambda a, lower=lower, unit=unit: np.sum(
            linalg.solve_triangular(a, b, lower=lower, unit_diagonal=unit)))(a)
        assert not np.any(np.triu(gradient, 1) if lower else np.tril(gradient, -1))
        assert np.any(np.diagonal(gradient)) != unit


def test_matrix_exponential_of_commuting_matrices() -> None:
    x = np.diag([0.3, -0.2])
    np.testing.assert_allclose(grad(lambda t: np.sum(linalg.expm(t * x)))(1.0), np.sum(x @ scipy.linalg.expm(x)))
    root = linalg.sqrtm(Tensor(np.diag([4.0, 9.0]), requires_grad=True))
    np.testing.assert_allclose(root.detach().numpy(), np.diag([2.0, 3.0]))


@pytest.mark.parametrize("function", [linalg.sqrtm, linalg.logm])
@pytest.mark.parametrize("symmetric", [True, False])
def test_roots_and_logarithms_of_matrices_with_negative_eigenvalues(function: Any, symmetric: bool) -> None:
    a = np.random.default_rng(0).standard_normal((4, 4))
    a = a + a.T if symmetric else a
    values = np.linalg.eigvals(a)
    assert np.any((values.imag == 0) & (values.real < 0))  # on the cut of both functions
    np.testing.assert_allclose(function(Tensor(a)).numpy(), function(a), atol=1e-12)
    check_gradients(function, a, order=2)


def test_generalized_eigenvalues_against_their_residual() -> None:
    a, b = rng.standard_normal((4, 4)), rng.standard_normal((4, 4))
    a, b = a + a.T, b @ b.T + np.eye(4)
    values, vectors = linalg.eigh(Tensor(a, requires_grad=True), b)
    values, vectors = values.detach().numpy(), vectors.detach().numpy()
    np.testing.assert_allclose(a @ vectors, b @ vectors * values, atol=1e-12)
    np.testing.assert_allclose(vectors.T @ b @ vectors, np.eye(4), atol=1e-12)


# --- Distributions ---------------------------------------------------------------------------------------------------

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


CONTINUOUS = {name: FAMILIES.get(name, ()) for name in (
    "norm", "lognorm", "halfnorm", "gamma", "invgamma", "chi2", "beta", "f", "t", "cauchy", "uniform", "expon",
    "laplace", "logistic", "gumbel_r", "weibull_min", "rayleigh", "pareto")} | {
        "invgamma": (2.3,), "f": (3.3, 5.1)}
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
    """A share of 1e-15 is that of its quantile; at the lower end of pareto and the upper one of beta there is none."""
    family, shapes = getattr(stats, name), CONTINUOUS[name]
    for quantile, share in (("ppf", "cdf"), ("isf", "sf")):
        if (name, quantile) in {("pareto", "ppf"), ("beta", "isf"), ("uniform", "isf")}:
            continue
        for p in (1e-15, 1e-6, 0.2, 0.5, 0.7, 0.999):
            x = getattr(family, quantile)(Tensor(p), *shapes)
            assert getattr(family, share)(x, *shapes).item() == pytest.approx(p, rel=1e-11), (quantile, p)


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


TRACKED = Tensor(np.ones((5, 3)), requires_grad=True)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: stats.multivariate_normal.logpdf(TRACKED, allow_singular=True), "allow_singular=True.*regular covariance"),
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
    (lambda: signal.convolve(TRACKED, np.ones((2, 2)), "sum"), "modes full, same and valid, got 'sum'"),
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


def test_keywords_that_scipy_has_not_are_refused() -> None:
    with pytest.raises(TypeError, match="eigval_only"):
        linalg.eigh(TRACKED[:3], eigval_only=True)


def test_options_of_eigenvalues_and_convolutions_give_scipys_values() -> None:
    a = rng.standard_normal((4, 4))
    definite, tracked = a @ a.T + np.eye(4), Tensor(a, requires_grad=True)
    for options in ({}, {"lower": False}, {"b": definite}, {"b": definite, "lower": False}):
        np.testing.assert_allclose(linalg.eigvalsh(tracked, **options).tolist(), scipy.linalg.eigvalsh(a, **options))
        np.testing.assert_allclose(linalg.eigh(tracked, **options)[0].tolist(), scipy.linalg.eigh(a, **options)[0])
    kernel = rng.standard_normal((2, 3))
    for axes in (None, (0, 1), (-1, 0)):
        np.testing.assert_allclose(signal.fftconvolve(a.tolist(), Tensor(kernel), axes=axes).tolist(),
                                   scipy.signal.fftconvolve(a, kernel, axes=axes))


# --- Differential equations ------------------------------------------------------------------------------------------


def growth(y: Any, t: Any, rate: Any) -> Any:
    return rate * y


TIMES = np.array([0.0, 0.5, 1.5])
PRECISE = {"rtol": 1e-11, "atol": 1e-11}


def final(y0: Any, rate: Any) -> Any:
    return integrate.odeint(growth, y0, TIMES, args=(rate,), **PRECISE)[-1, 0]


def test_exponential_growth_has_the_derivatives_of_its_formula() -> None:
    y0, rate = np.array([2.0]), 0.7
    grown = np.exp(rate * 1.5)
    np.testing.assert_allclose(grad(final)(y0, rate), [grown], rtol=1e-7)
    np.testing.assert_allclose(grad(final, 1)(y0, rate), 2 * 1.5 * grown, rtol=1e-7)
    np.testing.assert_allclose(jvp(lambda r: final(y0, r), (rate,), (1.0,))[1], 2 * 1.5 * grown, rtol=1e-7)
    np.testing.assert_allclose(hessian(lambda r: final(y0, r))(rate), 2 * 1.5**2 * grown, rtol=1e-5)


def test_times_are_differentiated_too() -> None:
    def states(t: Any) -> Any:
        return integrate.odeint(growth, np.array([2.0]), t, args=(0.7,), **PRECISE)[:, 0]

    out, pullback = vjp(states, TIMES)
    np.testing.assert_allclose(pullback(np.array([0.0, 1.0, 0.0]))[0], [-0.7 * out[1], 0.7 * out[1], 0.0], atol=1e-7)
    np.testing.assert_allclose(
        jvp(states, (TIMES,), (np.array([1.0, 0.0, 0.0]),))[1], [0.0, *-0.7 * out[1:]], atol=1e-7
    )


def test_several_arguments_and_times_of_a_system_are_differentiated_at_once() -> None:
    """Two unknowns, an array and a number as arguments, a loss at several times: against differences of SciPy's own."""
    def swing(y: Any, t: Any, k: Any, force: Any) -> Any:
        return np.stack([y[1], -k[0] * y[0] - k[1] * y[1] * abs(t) + force * t])

    def loss(y0: Any, t: Any, k: Any, force: Any) -> Any:
        y = integrate.odeint(swing, y0, t, args=(k, force), **PRECISE)
        return np.sum(y * np.arange(1.0, 9.0).reshape(4, 2))

    at = [np.array([1.0, -0.5]), np.array([0.0, 0.3, 0.7, 1.5]), np.array([2.0, 0.3]), np.array(0.8)]
    gradients = grad(loss, argnums=(0, 1, 2, 3))(*at)
    for i, g in enumerate(gradients):
        for index in np.ndindex(at[i].shape):
            d = np.zeros_like(at[i])
            d[index] = 1e-5
            ends = [loss(*at[:i], at[i] + sign * d, *at[i + 1 :]) for sign in (1, -1)]
            assert np.asarray(g)[index] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5, abs=1e-7), (i, index)
    back = [at[0], at[1][::-1].copy(), *at[2:]]  # and in time that runs backwards
    slope = jvp(loss, back, [np.ones_like(x) for x in back])[1]
    assert slope == pytest.approx(sum(np.sum(g) for g in grad(loss, argnums=(0, 1, 2, 3))(*back)), rel=1e-7)


def test_discrete_lyapunov_of_a_matrix_that_is_not_square_free() -> None:
    a, q = 0.4 * rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    x = linalg.solve_discrete_lyapunov(Tensor(a), q).numpy()
    np.testing.assert_allclose(x, scipy.linalg.solve_discrete_lyapunov(a, q), rtol=1e-10)


def test_a_parameter_that_is_not_passed_is_refused() -> None:
    rate = Tensor(0.7, requires_grad=True)
    with pytest.raises(NoDerivativeError, match=r"args=\(...\)"):
        integrate.odeint(lambda y, t: rate * y, Tensor([1.0], requires_grad=True), TIMES)


def test_twins_are_in_the_table_with_their_path() -> None:
    notes = {row.function: row.note for row in autograd.supported()}
    assert notes["scipy.linalg.expm"] == "call autograd.scipy.linalg.expm"
    assert notes["scipy.stats.norm.logpdf"] == "call autograd.scipy.stats.norm.logpdf"
    assert not notes["scipy.special.erf"]


def test_modules_name_what_they_have_not() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        autograd.scipy.nothing  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        autograd.testing.nothing  # noqa: B018
    with pytest.raises(ValueError, match="no Dfun and no full_output"):
        integrate.odeint(growth, Tensor([1.0]), TIMES, args=(0.5,), full_output=1)

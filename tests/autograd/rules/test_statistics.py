"""Covariances and correlations where they are degenerate: NumPy's values, and never a finite slope that is wrong."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, hessian
from autograd.testing import check_gradients

rng = np.random.default_rng(3)
V, X = rng.normal(size=5), rng.normal(size=(3, 4))


def test_a_correlation_is_never_beyond_1() -> None:
    """By rounding it would be, of one variable and a multiple of it, on either side and in the complex plane."""
    generator = np.random.default_rng(0)
    for _ in range(50):
        x = generator.normal(size=(1, 7))
        for factor in (3.7, -0.3, 2.9j, -1.3j, complex(-0.3)):
            expected = np.corrcoef(np.concatenate([x, factor * x]))
            found = np.corrcoef(Tensor(np.concatenate([x, factor * x]))).numpy()
            np.testing.assert_array_equal(np.abs(found.real) > 1, np.abs(expected.real) > 1)
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
            assert max(np.max(np.abs(found.real)), np.max(np.abs(found.imag))) <= 1


def test_a_perfect_correlation_is_curved() -> None:
    """Rounded to 1 or beyond, it met a bound and had no second derivative; rounded to less, it had one."""
    def without_rounding(x: Any, y: Any) -> Any:
        x, y = x - np.mean(x), y - np.mean(y)
        return np.real(np.vdot(y, x)) / np.sqrt(np.vdot(x, x) * np.vdot(y, y))

    generator = np.random.default_rng(0)
    for factor in (1.0, 2.0, 3.7, -0.3, -1.0) * 3:
        x = generator.normal(size=4)
        of_x = hessian(lambda x, y: np.corrcoef(x, y)[0, 1])(x, factor * x)
        np.testing.assert_allclose(of_x, hessian(without_rounding)(x, factor * x), rtol=1e-7, atol=1e-9)
        assert np.max(np.abs(of_x)) > 0.1


@pytest.mark.parametrize("ddof", [4, 5, 9])
@pytest.mark.parametrize("options", [{}, {"fweights": [1, 2, 1]}, {"aweights": np.array([1.0, 3.0, 2.0])}])
def test_a_covariance_without_degrees_of_freedom_is_numpys(options: Any, ddof: int) -> None:
    weights = {k: Tensor(w, requires_grad=True) for k, w in options.items() if k == "aweights"}
    with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
        found = np.cov(Tensor(X[:2, :3], requires_grad=True), ddof=ddof, **options | weights).detach().numpy()
        np.testing.assert_allclose(found, np.cov(X[:2, :3], ddof=ddof, **options))


@pytest.mark.parametrize("ddof", [3, 4])
@pytest.mark.parametrize("where", [True, np.ones(3, bool)])
@pytest.mark.parametrize("function", [np.var, np.std])
def test_a_spread_without_degrees_of_freedom_has_no_finite_slope(function: Any, where: Any, ddof: int) -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        assert not np.isfinite(function(V[:3], ddof=ddof, where=where))
        assert not np.isfinite(grad(lambda x: function(x, ddof=ddof, where=where))(V[:3])).any()


@pytest.mark.parametrize("spread", [np.var, np.std])
def test_a_spread_about_a_mean_that_is_given_does_not_move_with_the_mean(spread: Any) -> None:
    mean = np.full((1, 4), 0.5)
    expected = 2 * (X - mean) / len(X)
    if spread is np.std:
        expected /= 2 * np.sqrt(np.mean((X - mean) ** 2, axis=0))
    found = grad(lambda x: np.sum(spread(x, axis=0, mean=mean)))(X)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize("options", [{}, {"ddof": 1}, {"correction": 1}, {"axis": 0},
                                     {"axis": (0, 1), "keepdims": True},
                                     {"axis": -1, "where": X > -0.5}])
@pytest.mark.parametrize("spread", [np.var, np.std, np.nanvar, np.nanstd])
def test_a_spread_about_a_mean_that_varies_moves_with_it(spread: Any, options: dict[str, Any]) -> None:
    """So that about the mean of x it is the spread of x, in the second derivative too."""
    axis, where = options.get("axis"), options.get("where", True)

    def told(x: Any) -> Any:
        return np.sum(spread(x, mean=np.mean(x, axis=axis, keepdims=True, where=where), **options) ** 2)

    def alone(x: Any) -> Any:
        return np.sum(spread(x, **options) ** 2)

    np.testing.assert_allclose(told(Tensor(X)).item(), alone(X), rtol=1e-13)
    np.testing.assert_allclose(grad(told)(X), grad(alone)(X), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(hessian(told)(X), hessian(alone)(X), rtol=1e-11, atol=1e-13)
    mean = np.full_like(np.mean(X, axis=axis, keepdims=True), 0.3)
    check_gradients(lambda x, m: np.sum(spread(x, mean=m, **options)), X, mean)


@pytest.mark.parametrize("spread", [np.var, np.std])
def test_a_spread_of_complex_numbers_about_a_mean_that_varies_is_real(spread: Any) -> None:
    z, mean = X + 1j * X[::-1], np.array([[0.2 + 0.1j]])
    found = spread(z, mean=Tensor(mean))
    np.testing.assert_allclose(found.numpy(), spread(z, mean=mean), rtol=1e-13)
    assert found.dtype == np.float64
    check_gradients(lambda z, m: spread(z, mean=m), z, mean)


MASK = np.array([True, True, False])
TOGETHER, APART = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[1.0, -1.0], [-1.0, 1.0]])


@pytest.mark.parametrize(("f", "left_out", "expected"), [
    (lambda x: np.mean(x, where=MASK) ** 2, 5.0, TOGETHER / 2), (lambda x: np.nanmean(x) ** 2, np.nan, TOGETHER / 2),
    (lambda x: (np.var(x, where=MASK) - 1) ** 2, 5.0, APART * 2),
    (lambda x: (np.nanvar(x) - 1) ** 2, np.nan, APART * 2),
    (lambda x: (np.std(x, where=MASK) - 1) ** 2, 5.0, APART / 2),
    (lambda x: (np.nanstd(x) - 1) ** 2, np.nan, APART / 2),
])
def test_a_cotangent_that_is_0_for_now_has_a_second_derivative(f: Any, left_out: float, expected: Any) -> None:
    """At (1, -1) each square is 0, and so is what comes back of it; its curvature, 2 grad grad^T, is not."""
    found = hessian(f)(np.array([1.0, -1.0, left_out]))
    np.testing.assert_allclose(found, np.pad(expected, (0, 1)), rtol=1e-13)

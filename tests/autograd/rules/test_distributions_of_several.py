"""Distributions of vectors, matrices and counts of several kinds: SciPy's values in every form, and what is refused."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.stats

from autograd import Tensor, grad, vmap
from autograd.scipy import stats
from autograd.testing import check_gradients

rng = np.random.default_rng(5)
ROWS, COLUMNS = (np.cov(rng.normal(size=(n, 9))) for n in (2, 3))
VECTORS, MATRICES, MEAN = rng.normal(size=(4, 3)), rng.normal(size=(5, 2, 3)), rng.normal(size=(2, 3))
STACK = np.stack([COLUMNS, COLUMNS + np.eye(3)], axis=-1)
SHARES, COUNTS = np.array([0.2, 0.3, 0.5]), np.array([[1, 2, 0], [3, 0, 0], [1, 1, 0]])

FORMS: list[tuple[str, tuple[Any, ...]]] = [
    ("multivariate_t", (VECTORS, MEAN[0], COLUMNS, 2.5)),
    ("multivariate_t", (VECTORS[0],)), ("multivariate_t", (VECTORS[0], None, COLUMNS)),
    ("multivariate_t", (VECTORS, MEAN[0], 2.0, 3.0)), ("multivariate_t", (VECTORS, MEAN[0], np.arange(1.0, 4), 3.0)),
    ("matrix_normal", (MATRICES, MEAN, ROWS, COLUMNS)), ("matrix_normal", (MATRICES[0], None, ROWS, COLUMNS)),
    ("matrix_normal", (MATRICES, MEAN, 2.0, np.array([1.0, 2, 3]))), ("matrix_normal", (np.array([[0.3]]),)),
    ("matrix_normal", (MATRICES[:1], MEAN, ROWS, COLUMNS)),
    *[(name, given) for name in ("wishart", "invwishart") for given in (
        (STACK, 4.5, COLUMNS), (COLUMNS, 4.5, COLUMNS), (np.array([0.3, 0.4]), 4.5, 1.3),
        (np.array([0.3, 0.4]), 4.5, np.array([1.3, 2.0])), (np.array(0.3), 4.5, np.array([1.3, 2.0])),
        (COLUMNS, None, COLUMNS), (np.array([0.3, 0.4]), 4.5, None))]]


@pytest.mark.parametrize(("name", "given"), FORMS)
def test_every_form_has_scipys_values(name: str, given: tuple[Any, ...]) -> None:
    for method in ("logpdf", "pdf"):
        ours, theirs = (getattr(getattr(module, name), method) for module in (stats, scipy.stats))
        found, expected = ours(Tensor(given[0]), *given[1:]), theirs(*given)
        assert found.shape == np.shape(expected)
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-11)
        np.testing.assert_allclose(getattr(getattr(stats, name)(*given[1:]), method)(given[0]), expected, rtol=1e-11)


def test_students_distribution_of_infinite_df_is_normal() -> None:
    found = stats.multivariate_t.logpdf(Tensor(VECTORS), MEAN[0], COLUMNS, np.inf)
    np.testing.assert_allclose(found.numpy(), scipy.stats.multivariate_normal.logpdf(VECTORS, MEAN[0], COLUMNS))


@pytest.mark.parametrize("df", [3.0, 1e3, 1e6, 1e8])
def test_students_vectors_have_a_slope_in_df_where_they_are_almost_normal(df: float) -> None:
    """It is of some df^-2; of logarithms of gamma functions it was a difference, at 1e8 without digits."""
    x = np.array([0.3, -0.5, 1.0])
    with mpmath.workdps(40):
        d, square = mpmath.mpf(df), sum(mpmath.mpf(v) ** 2 for v in x)
        slope = (mpmath.digamma((d + 3) / 2) - mpmath.digamma(d / 2) - 3 / d - mpmath.log1p(square / d)
                 + (d + 3) * square / d / (d + square)) / 2
    found = grad(lambda df: stats.multivariate_t.logpdf(x, None, np.eye(3), df))(df)
    assert found == pytest.approx(float(slope), rel=1e-13 + 1e-15 * df, abs=0)


def test_counts_of_several_kinds_have_scipys_shares() -> None:
    more = np.array([*COUNTS, [-1, 2, 2], [1, 1, 1]])
    for p in (SHARES, np.array([0.0, 0.5, 0.5]), np.array([SHARES, SHARES[::-1]])[:, None]):
        for n in (3, np.array([3, 3, 2, 3, 4])):
            with np.errstate(all="ignore"):
                expected = scipy.stats.multinomial.logpmf(more, n, p)
            np.testing.assert_allclose(stats.multinomial.logpmf(more, n, Tensor(p)).numpy(), expected, rtol=1e-12)
            np.testing.assert_allclose(stats.multinomial.pmf(more, n, Tensor(p)).numpy(), np.exp(expected), rtol=1e-12)
    for n in (3, np.array([3, 3, 2])):
        np.testing.assert_allclose(stats.dirichlet_multinomial.logpmf(COUNTS, Tensor(SHARES), n).numpy(),
                                   scipy.stats.dirichlet_multinomial.logpmf(COUNTS, SHARES, n), rtol=1e-12)
    k = np.array([-1.0, 0, 2, 5, 7, 2.5])
    for n in (5.0, 0.0, 2.5):
        np.testing.assert_allclose(stats.betabinom.pmf(k, n, Tensor(1.3), 2.4).numpy(),
                                   scipy.stats.betabinom.pmf(k, n, 1.3, 2.4), rtol=1e-10)
    assert np.isnan(stats.multinomial.logpmf([1, 2], 3, Tensor([1.2, -0.2])).item())


def test_an_impossible_count_moves_nothing() -> None:
    found = grad(lambda p: np.sum(stats.multinomial.pmf([[1, 2, 0], [4, 4, 4], [-1, 2, 2]], 3, p)))(SHARES)
    np.testing.assert_allclose(found, [3 * 0.09, 3 * 0.2 * 2 * 0.3, 0])


def test_a_kind_that_never_came_gets_likelier_with_its_probability() -> None:
    """The slope of 4! / (1! 2! 1!) p q^2 r at p = 0, as of a binomial distribution; and of two that are 0 none."""
    for p, slopes in (([0.0, 0.6, 0.4], [12 * 0.36 * 0.4, 0, 0]), ([0.0, 1.0, 0.0], [0, 0, 0])):
        assert stats.multinomial.pmf([1, 2, 1], 4, Tensor(p)).item() == 0
        np.testing.assert_allclose(grad(lambda p: stats.multinomial.pmf([1, 2, 1], 4, p))(np.array(p)), slopes)
    found = grad(lambda p: np.sum(stats.multinomial.pmf([[0, 2, 1], [-1, 3, 1]], 3, p)))(np.array([0.0, 0.6, 0.4]))
    np.testing.assert_allclose(found, [0, 3 * 2 * 0.6 * 0.4, 3 * 0.36])


def test_batches_are_those_of_a_loop() -> None:
    for name, x, others in (
            ("multivariate_t", VECTORS, (MEAN[0], COLUMNS, 2.5)), ("matrix_normal", MATRICES, (MEAN, ROWS, COLUMNS)),
            ("wishart", np.moveaxis(STACK, -1, 0), (4.5, COLUMNS))):
        slope = grad(getattr(stats, name).logpdf)
        np.testing.assert_allclose(vmap(lambda x, s=slope, o=others: s(x, *o))(x), [slope(one, *others) for one in x])


def test_a_covariance_is_differentiated_through_all_that_made_it() -> None:
    """Two parameters of each matrix; df in the last place."""
    def made(c: Any, size: int) -> Any:
        return np.eye(size) * c[0] + c[1]

    at = np.array([1.3, 0.2])
    check_gradients(lambda c, d: stats.multivariate_t.logpdf(VECTORS, MEAN[0], made(c, 3), d), at, np.array(2.5))
    check_gradients(lambda c, d: stats.matrix_normal.logpdf(MATRICES, MEAN, made(c, 2), made(d, 3)), at, at)
    for family in (stats.wishart, stats.invwishart):
        check_gradients(lambda c, d, df, f=family: f.logpdf(made(c, 3), df, made(d, 3)), at, at + 0.1, np.array(4.5))


def test_what_does_not_fit_is_refused() -> None:
    x = Tensor(VECTORS)
    for call, said in (
        (lambda: stats.multivariate_t.logpdf(x, MEAN[0], COLUMNS, -1.0), "one positive number as df, got -1.0"),
        (lambda: stats.multivariate_t.logpdf(x, MEAN[0], ROWS), r"loc and shape of shape \(k,\) and \(k, k\), got"),
        (lambda: stats.multivariate_t.logpdf(x, MEAN[0, :2], ROWS), "vectors of length 2 in the last axis"),
        (lambda: stats.matrix_normal.logpdf(Tensor(MEAN), MEAN, COLUMNS), r"rowcov of shape \(r, r\)"),
        (lambda: stats.matrix_normal.logpdf(Tensor(MEAN), [MEAN]), r"mean of shape \(r, c\)"),
        (lambda: stats.matrix_normal.logpdf(Tensor(MEAN), MEAN.T, COLUMNS, ROWS), r"matrices of shape \(3, 2\)"),
        (lambda: stats.wishart.logpdf(Tensor(COLUMNS), 2.0, COLUMNS), "one number greater than 2 as df, got 2.0"),
        (lambda: stats.invwishart.logpdf(Tensor(ROWS), 4.0, COLUMNS), r"invwishart takes x of shape \(p, p\)"),
        (lambda: stats.multinomial.logpmf([1, 1], 2, Tensor([0.3, 0.3])), "divide them by their sum"),
        (lambda: stats.multinomial.logpmf([1, 1, 0], 2, Tensor([0.3, 0.7])), "as many counts as probabilities"),
        (lambda: stats.dirichlet_multinomial.logpmf([1, 1.5], Tensor([0.3, 0.3]), 2), "whole numbers"),
        (lambda: stats.dirichlet_multinomial.logpmf([1, 1], Tensor([0.3, -0.3]), 2), "positive alphas")):
        with pytest.raises(ValueError, match=said):
            call()

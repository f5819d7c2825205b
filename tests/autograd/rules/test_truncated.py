"""The normal distribution between two ends: far in its tails, at its ends, and with an end that is infinite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats

from autograd import Tensor, grad
from autograd.scipy import stats
from autograd.testing import check_gradients

INF = np.inf
ENDS = [(-1.0, 1.3), (-2.0, INF), (-INF, 0.5), (-INF, INF), (0.5, 1.0), (39.0, 41.0), (-41.0, -39.0), (-8.0, 8.0),
        (0.0, 3.0), (-3.0, 0.0), (30.0, INF)]
POINTS = np.array([-60, -41, -39.5, -10, -1, -0.5, 0, 0.3, 1, 1.3, 5, 30, 39.5, 41, 50, INF, -INF, np.nan])
SHARES = np.array([0, 1e-3, 0.2, 0.5, 0.7, 0.99, 1, -0.1, 1.1, np.nan])
METHODS = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("ends", ENDS)
def test_values_are_scipys_in_the_farthest_tail(ends: tuple[float, float], method: str) -> None:
    ours, theirs = (getattr(module.truncnorm, method) for module in (stats, scipy.stats))
    x = SHARES if method in ("ppf", "isf") else POINTS
    with np.errstate(all="ignore"):
        expected = theirs(x, *ends)
    np.testing.assert_allclose(ours(Tensor(x), *ends).numpy(), expected, rtol=3e-9, atol=1e-14 if x is SHARES else 0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("ends", ENDS)
def test_slopes_in_the_ends_and_in_between(ends: tuple[float, float], method: str) -> None:
    function, finite = getattr(stats.truncnorm, method), [i for i in (0, 1) if np.isfinite(ends[i])]
    shares = np.array([0.2, 0.5, 0.9])
    x = shares if method in ("ppf", "isf") else scipy.stats.truncnorm.ppf(shares, *ends)

    def of_finite(x: Any, *given: Any) -> Any:
        every: list[Any] = list(ends)
        for i, end in zip(finite, given, strict=True):
            every[i] = end
        return function(x, *every)

    check_gradients(of_finite, x, *[np.array(ends[i]) for i in finite], order=2)
    for i in {0, 1} - set(finite):
        assert grad(lambda a, b: np.sum(function(x, a, b)), argnums=i)(*ends) == 0


def test_a_quantile_of_0_or_1_is_an_end_and_has_the_slope_there() -> None:
    at_ends = scipy.stats.truncnorm.pdf([-0.7, 1.3], -0.7, 1.3)
    for method, order in (("ppf", 1), ("isf", -1)):
        slopes = grad(lambda q, m=method: np.sum(getattr(stats.truncnorm, m)(q, -0.7, 1.3)))(np.array([0.0, 1.0]))
        np.testing.assert_allclose(slopes, order / at_ends[::order])
    assert grad(stats.truncnorm.ppf, argnums=(1, 2))(0.0, -0.7, 1.3) == pytest.approx((1.0, 0.0))


def test_ends_in_the_wrong_order_or_unknown_give_nan() -> None:
    for method in METHODS:
        for ends in ((1.0, -1.0), (0.5, 0.5), (np.nan, 1.0), (0.0, np.nan)):
            assert np.isnan(getattr(stats.truncnorm, method)(Tensor([-3.0, 0.2, 7.0]), *ends).numpy()).all()

"""Distributions by quadrature of their densities: shares by mpmath, where SciPy has few digits, and derivatives."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats

from autograd import Tensor, grad
from autograd.scipy import stats
from autograd.testing import check_gradients

POINTS = np.array([-30.0, -8.0, -3.0, -1.0, -0.1, 0.0, 0.3, 1.0, 2.5, 9.0, 33.0])
SHARES = ("cdf", "sf", "logcdf", "logsf")
SHAPES: dict[str, list[tuple[float, ...]]] = {
    "vonmises": [(0.0,), (0.5,), (3.0,), (8.0,)], "norminvgauss": [(1.0, 0.5), (2.0, -1.9), (0.3, 0.0)],
    "pearson3": [(0.0,), (0.01,), (-0.01,), (0.19,), (0.21,), (-1.0,), (2.0,), (3.0,), (-5.0,)]}
CASES = [(name, shapes) for name, given in SHAPES.items() for shapes in given]


@pytest.mark.filterwarnings("ignore:The algorithm does not converge", "ignore:The occurrence of roundoff")
@pytest.mark.parametrize(("name", "shapes"), CASES)
def test_values_are_scipys(name: str, shapes: tuple[float, ...]) -> None:
    """As far as SciPy knows them: it integrates a density until the error is 1e-8, or sums a series of sines."""
    for method in ("pdf", "logpdf", *SHARES, "ppf", "isf"):
        ours, theirs = (getattr(getattr(module, name), method) for module in (stats, scipy.stats))
        x = np.array([1e-3, 0.2, 0.5, 0.51, 0.999]) if method in ("ppf", "isf") else POINTS
        with np.errstate(all="ignore"):
            expected = theirs(x, *shapes, 0.1, 1.3)
            found = ours(Tensor(x), *shapes, 0.1, 1.3).numpy()
        if method == "logpdf" and name == "norminvgauss":
            expected = np.where(np.isinf(expected), found, expected)  # the logarithm of a number that is 0
        np.testing.assert_allclose(np.exp(found) if method in ("logcdf", "logsf") else found,
                                   np.exp(expected) if method in ("logcdf", "logsf") else expected,
                                   rtol=2e-8, atol=1e-7 if name == "norminvgauss" else 1e-14, err_msg=method)


@pytest.mark.parametrize("kappa", [1.7, 60.0, 1e3, 1e6])
def test_shares_of_an_angle_have_all_their_digits(kappa: float) -> None:
    """SciPy's have six beyond kappa = 50."""
    with mpmath.workdps(60):
        def density(t: Any) -> Any:
            return mpmath.exp(kappa * (mpmath.cos(t) - 1))

        width = 1 / mpmath.sqrt(kappa)
        for z in (-3.0, -0.2, -0.01, 0.3):
            start = max(-mpmath.pi, min(z, 0) - 45 * width)  # what is before is smaller by exp(-1000)
            share = (mpmath.quad(density, mpmath.linspace(start, z, 50))
                     / (2 * mpmath.pi * mpmath.besseli(0, kappa) / mpmath.exp(kappa)))
            assert stats.vonmises.cdf(z, kappa) == pytest.approx(float(share), rel=1e-11, abs=1e-300)
            assert stats.vonmises.sf(-z, kappa) == pytest.approx(float(share), rel=1e-11, abs=1e-300)
    assert stats.vonmises.cdf(2 * np.pi + 0.3, kappa) == pytest.approx(1 + stats.vonmises.cdf(0.3, kappa))


@pytest.mark.parametrize(("a", "b"), [(1.0, 0.5), (2.0, -1.99), (30.0, 5.0)])
def test_shares_of_a_mixture_have_all_their_digits(a: float, b: float) -> None:
    """By QUADPACK, to a relative error, in v = arcsinh(x); SciPy's own share of 33 for (30, 5) is 2e-36."""
    def log_density(v: Any) -> Any:
        return np.log(scipy.special.k1e(a * np.cosh(v))) - a * np.cosh(v) + b * np.sinh(v)

    def relative(v: Any, top: float) -> Any:
        return np.exp(log_density(v) - top)

    for x in (-30.0, -3.0, 0.2, 3.0):
        end = np.arcsinh(x)
        peak = min(end, np.arctanh(b / a))
        share = sum(scipy.integrate.quad(relative, *part, (log_density(peak),), epsabs=0, epsrel=1e-13, limit=500)[0]
                    for part in ((-12, peak), (peak, end)))
        logarithm = np.log(share * a / np.pi) + log_density(peak) + np.sqrt((a - b) * (a + b))
        for found in (stats.norminvgauss.cdf(x, a, b), stats.norminvgauss.sf(-x, a, -b)):
            assert found == pytest.approx(np.exp(logarithm), rel=1e-11, abs=1e-300)
        if -20 < logarithm < -1e-9:
            assert stats.norminvgauss.ppf(np.exp(logarithm), a, b) == pytest.approx(x, rel=1e-9)


@pytest.mark.parametrize("skew", [0.0, 1e-7, -1e-3, 0.05, 0.19, 0.21, -0.7])
def test_a_skew_near_0_is_differentiated_as_any_other(skew: float) -> None:
    """SciPy takes the normal distribution below 0.000016, where the slope in the skew would be lost."""
    with mpmath.workdps(60):
        def log_density(x: Any, s: Any) -> Any:
            a = 4 / s**2
            return (mpmath.log(abs(2 / s)) + (a - 1) * mpmath.log(a + 2 * x / s) - a - 2 * x / s - mpmath.loggamma(a))

        def below(x: Any, s: Any) -> Any:
            share = mpmath.gammainc(4 / s**2, 0, 4 / s**2 + 2 * x / s, regularized=True)
            return share if s > 0 else 1 - share

        s = mpmath.mpf(skew or 1e-15)
        for x in (-1.3, 0.0, 0.7, 2.7):
            found = stats.pearson3.logpdf, grad(stats.pearson3.logpdf, 1), grad(grad(stats.pearson3.logpdf, 1), 1)
            for order, f in enumerate(found):
                expected = mpmath.diff(lambda s, x=x: log_density(mpmath.mpf(x), s), s, order, h=mpmath.mpf("1e-18"))
                assert f(x, skew) == pytest.approx(float(expected), rel=1e-8, abs=1e-8)
            if abs(skew) > 0.01:
                share, change = (float(mpmath.diff(lambda s, x=x: below(mpmath.mpf(x), s), s, n, h=mpmath.mpf("1e-18")))
                                 for n in (0, 1))
                assert stats.pearson3.cdf(x, skew) == pytest.approx(share, rel=1e-11)
                assert grad(stats.pearson3.cdf, 1)(x, skew) == pytest.approx(change, rel=1e-10, abs=1e-13)
    for x in (-1.3, 0.7):  # the first terms of Edgeworth's series
        normal = scipy.stats.norm.pdf(x)
        assert grad(stats.pearson3.cdf, 1)(x, 0.0) == pytest.approx(-(x * x - 1) / 6 * normal, rel=1e-11)


@pytest.mark.parametrize(("name", "x", "shapes"), [
    ("vonmises", [-3.0, -0.5, 0.2, 4.0], (2.0,)), ("norminvgauss", [-3.0, -0.5, 0.2, 2.0], (1.3, 0.4)),
    ("pearson3", [0.2], (0.0,)), ("wrapcauchy", [0.3, 2.0, 4.0], (0.6,))])
def test_derivatives_in_everything(name: str, x: list[float], shapes: tuple[float, ...]) -> None:
    """Those of logarithms follow from these by rules that every distribution shares."""
    for method in ("cdf", "sf"):
        check_gradients(getattr(getattr(stats, name), method), np.array(x), *shapes, 0.01, 1.1, order=2)


def test_the_mode_is_no_kink() -> None:
    for name, x, shapes in (("vonmises", 0.0, (2.0,)), ("norminvgauss", 0.4 / np.sqrt(1.3**2 - 0.16), (1.3, 0.4)),
                            ("pearson3", -0.05, (0.1,))):
        cdf, density = getattr(stats, name).cdf, getattr(stats, name).pdf
        for at in (x, x - 1e-9, x + 1e-9):
            assert grad(cdf)(at, *shapes) == pytest.approx(density(at, *shapes), rel=1e-9)
            assert grad(cdf, 1)(at, *shapes) == pytest.approx(grad(cdf, 1)(x, *shapes), rel=1e-6, abs=1e-9)


def test_what_is_no_share_has_no_quantile() -> None:
    """And no distribution has none: halving an interval would find a number for nan, too."""
    for name, shapes in {"vonmises": (2.0,), "norminvgauss": (1.3, 0.4), "pearson3": (0.5,),
                         "wrapcauchy": (0.6,)}.items():
        family = getattr(stats, name)
        for quantile in (family.ppf, family.isf):
            assert np.isnan([quantile(q, *shapes) for q in (np.nan, -0.1, 1.1)]).all()
            assert np.isnan(quantile(0.3, *[np.nan for _ in shapes]))
        assert np.isnan([family.cdf(np.nan, *shapes), family.sf(np.nan, *shapes), family.logpdf(np.nan, *shapes)]).all()
    assert np.isnan(stats.norminvgauss.ppf(0.3, 1.0, 1.5))

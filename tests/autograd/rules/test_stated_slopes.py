"""Distributions whose numbers are SciPy's and whose slopes are stated: quantiles as inverses, shares by densities."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.stats

from autograd import Tensor, grad, jvp
from autograd.scipy import stats
from autograd.testing import check_gradients

INVERTED = {"ncx2": (3.2, 1.7), "ncf": (3.2, 5.1, 1.7), "nct": (3.2, 1.7), "rice": (1.2,), "exponnorm": (1.7,),
            "invgauss": (0.7,), "skewnorm": (-1.7,), "foldnorm": (0.7,), "semicircular": ()}


@pytest.mark.parametrize("name", INVERTED)
def test_a_quantile_is_differentiated_as_the_inverse_of_the_share(name: str) -> None:
    """The bits of SciPy; slopes in the share, the shapes, loc and scale by SciPy's own differences, and a bend."""
    family, theirs = getattr(stats, name), getattr(scipy.stats, name)
    for method in ("ppf", "isf"):
        ours, known = getattr(family, method), getattr(theirs, method)
        for share in (0.02, 0.3, 0.9):
            given = (share, *INVERTED[name], 0.4, 1.6)
            np.testing.assert_array_equal(ours(Tensor(share), *INVERTED[name]).numpy(), known(*given[:-2]))
            slopes = grad(ours, argnums=tuple(range(len(given))))(*given)
            for i, slope in enumerate(slopes):
                step = 1e-5 * (share if i == 0 else 1)
                up, down = (known(*given[:i], given[i] + by, *given[i + 1 :]) for by in (step, -step))
                assert slope == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=1e-8)
            bend, step = grad(grad(ours))(*given), 1e-4 * share
            slope_at = [grad(ours)(share + by, *given[1:]) for by in (step, -step)]
            assert bend == pytest.approx((slope_at[0] - slope_at[1]) / (2 * step), rel=1e-5, abs=1e-6)
            tangent = jvp(ours, given, (1.0,) + (0.0,) * (len(given) - 1))[1]
            assert tangent == pytest.approx(slopes[0], rel=1e-12)


@pytest.mark.parametrize("name", INVERTED)
def test_the_ends_are_the_quantiles_of_0_and_1(name: str) -> None:
    family, theirs, shapes = getattr(stats, name), getattr(scipy.stats, name), INVERTED[name]
    for method in ("ppf", "isf"):
        found = getattr(family, method)(Tensor([0.0, 1.0]), *shapes, 0.4, 1.6).numpy()
        np.testing.assert_array_equal(found, getattr(theirs, method)([0.0, 1.0], *shapes, 0.4, 1.6))
    assert grad(lambda q: np.sum(np.where(q == 0, 0.0, family.ppf(q, *shapes))))(np.array([0.0, 0.3]))[0] == 0


@pytest.mark.parametrize(("name", "shapes"), [("gennorm", (1.7,)), ("gennorm", (0.8,)), ("dgamma", (1.0,)),
                                              ("dweibull", (1.0,)), ("laplace_asymmetric", (1.7,))])
def test_shares_on_two_sides_are_smooth_in_the_middle(name: str, shapes: tuple[float, ...]) -> None:
    """Where |x| has a kink: the slope is the density, as it is for an x close to it."""
    family = getattr(stats, name)
    density = scipy.stats.gennorm.pdf(0.0, *shapes) if name == "gennorm" else family.pdf(0.0, *shapes)
    assert density > 0.2
    for method, sign in {"cdf": 1, "sf": -1}.items():
        assert grad(getattr(family, method))(0.0, *shapes) == pytest.approx(sign * density, rel=1e-12)
        for x in (-1e-9, 1e-9):
            assert grad(getattr(family, method))(x, *shapes) == pytest.approx(sign * density, rel=1e-6)
    for method, sign in {"ppf": 1, "isf": -1}.items():
        assert grad(getattr(family, method))(family.cdf(0.0, *shapes) if sign == 1 else family.sf(0.0, *shapes), *shapes
                                             ) == pytest.approx(sign / density, rel=1e-12)


def test_the_logarithms_of_the_tails_of_laplace_asymmetric_are_lines() -> None:
    """Also where the probability is too small for a number: exp(-kappa x) above and exp(x / kappa) below."""
    for method, x, kappa in (("logsf", 100.0, 10.0), ("logsf", 300.0, 10.0), ("logcdf", -300.0, 0.1)):
        function, steepness = getattr(stats.laplace_asymmetric, method), 10.0 if x < 0 else -10.0
        assert function(Tensor(x), kappa).item() == pytest.approx(-np.log1p(100.0) - 10 * abs(x), rel=1e-12)
        of_x, of_kappa, of_scale = grad(function, argnums=(0, 1, 3))(x, kappa, 0.0, 1.0)
        share = -2 * kappa / (1 + kappa**2) if x > 0 else 2 / kappa**3 / (1 + kappa**-2)
        assert of_x == pytest.approx(steepness, rel=1e-12)
        assert of_kappa == pytest.approx(share + (-x if x > 0 else -x / kappa**2), rel=1e-12)
        assert of_scale == pytest.approx(-steepness * x, rel=1e-12)


@pytest.mark.parametrize(("x", "a"), [(-3.0, 2.0), (-1.0, 0.5), (0.3, -4.0), (2.0, 3.0), (0.0, 1.0)])
def test_the_shares_of_skewnorm_are_those_of_its_density(x: float, a: float) -> None:
    """By mpmath's integrals of the density and of its slope in a."""
    ends = [-mpmath.inf, min(x, -1), x]
    expected = mpmath.quad(lambda t: 2 * mpmath.npdf(t) * mpmath.ncdf(a * t), ends)
    slope = mpmath.quad(lambda t: 2 * mpmath.npdf(t) * t * mpmath.npdf(a * t), ends)
    assert stats.skewnorm.cdf(Tensor(x), a).item() == pytest.approx(float(expected), rel=1e-9)
    found = grad(stats.skewnorm.cdf, argnums=(0, 1))(x, a)
    assert found == pytest.approx((scipy.stats.skewnorm.pdf(x, a), float(slope)), rel=1e-9)
    assert grad(stats.skewnorm.logcdf)(x, a) == pytest.approx(found[0] / float(expected), rel=1e-8)


@pytest.mark.parametrize("x", [-800.0, -707.0, -2.0, 3.0, 700.0])
def test_loggamma_far_out(x: float) -> None:
    """Where exp(x) is no number any more, the share below x still has a logarithm of c x - log Gamma(c + 1)."""
    for c in (0.01, 0.5):
        slope = grad(stats.loggamma.logcdf, argnums=(0, 1))(x, c)
        expected = (c, x - float(mpmath.digamma(c + 1))) if x < -100 else (
            float(mpmath.diff(lambda t, c=c: mpmath.log(mpmath.gammainc(c, 0, mpmath.exp(t), regularized=True)), x)),
            float(mpmath.diff(lambda c: mpmath.log(mpmath.gammainc(c, 0, mpmath.exp(x), regularized=True)), c)))
        assert slope == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert grad(stats.loggamma.cdf)(1e4, 0.01) == 0
    q = scipy.stats.loggamma.cdf(x, 0.01)
    if 0 < q < 0.99:
        assert stats.loggamma.ppf(Tensor(q), 0.01).item() == pytest.approx(x, rel=1e-8)


def test_the_share_of_a_half_circle_has_no_slope_at_its_ends() -> None:
    """Where those of the arc sine and the root are infinite."""
    for x in (-1.0, 1.0):
        assert grad(stats.semicircular.cdf)(x) == grad(stats.semicircular.sf)(x) == 0
    check_gradients(stats.semicircular.cdf, np.array([-0.9, 0.2]))

"""Noncentral distributions against their definitions by mpmath: SciPy's own are not right everywhere."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.stats

from autograd import Tensor, grad, vmap
from autograd.scipy import stats
from autograd.testing import check_gradients

FAMILIES: dict[str, tuple[float, ...]] = {"ncx2": (3.2, 1.7), "ncf": (3.2, 5.1, 1.7), "nct": (3.2, 1.7)}


def by_counts(nc: Any, share: Any) -> Any:
    return mpmath.nsum(lambda j: mpmath.exp(-nc / 2) * (nc / 2) ** j / mpmath.factorial(j) * share(j), [0, mpmath.inf])


def chi2_share(x: Any, df: Any, nc: Any) -> Any:
    return by_counts(nc, lambda j: mpmath.gammainc(df / 2 + j, 0, x / 2, regularized=True))


def f_share(x: Any, dfn: Any, dfd: Any, nc: Any) -> Any:
    y = dfn * x / (dfd + dfn * x)
    return by_counts(nc, lambda j: mpmath.betainc(dfn / 2 + j, dfd / 2, 0, y, regularized=True))


def t_share(x: Any, df: Any, nc: Any) -> Any:
    def part(u: Any) -> Any:
        return mpmath.ncdf(x * u / mpmath.sqrt(df) - nc) * u ** (df - 1) * mpmath.exp(-u * u / 2)

    middle = mpmath.sqrt(df)
    whole = mpmath.quad(part, [0, middle / 2, middle, 2 * middle, 4 * middle + 20, mpmath.inf])
    return whole / (2 ** (df / 2 - 1) * mpmath.gamma(df / 2))


SHARES = {"ncx2": chi2_share, "ncf": f_share, "nct": t_share}
PLACES = [("ncx2", (0.7, 3.2, 1.7)), ("ncx2", (30.0, 2.0, 12.0)), ("ncf", (0.7, 3.2, 5.1, 1.7)),
          ("ncf", (9.0, 2.0, 4.0, 6.0)), ("nct", (0.7, 3.2, 1.7)),
          ("nct", (-2.0, 3.2, 1.7)), ("nct", (12.0, 2.0, -1.5)), ("nct", (0.5, 0.4, 0.3))]


@pytest.mark.parametrize(("name", "at"), PLACES)
def test_shares_and_densities_and_their_slopes_are_those_of_the_definition(name: str, at: tuple[float, ...]) -> None:
    family, share = getattr(stats, name), SHARES[name]
    with mpmath.workdps(25):
        exact = tuple(map(mpmath.mpf, at))
        slopes = [mpmath.diff(share, exact, tuple(int(i == k) for i in range(len(at)))) for k in range(len(at))]
        np.testing.assert_allclose(family.cdf(*at), float(share(*exact)), rtol=1e-11)
        np.testing.assert_allclose(family.sf(*at), float(1 - share(*exact)), rtol=1e-11)
        np.testing.assert_allclose(family.logpdf(*at), float(mpmath.log(slopes[0])), rtol=1e-9)
    found = grad(family.cdf, range(len(at)))(*at)
    np.testing.assert_allclose(found, [float(s) for s in slopes], rtol=1e-9)
    np.testing.assert_allclose(grad(family.sf, range(len(at)))(*at), [-float(s) for s in slopes], rtol=1e-8)


@pytest.mark.parametrize(("x", "df", "nc"), [
    (1e6, 0.05, 3.0), (1e3, 0.1, 0.5), (1e6, 0.3, 10.0), (1e6, 0.5, 3.0), (1e6, 0.3, -2.0), (-30.0, 0.1, 0.0)])
def test_a_t_of_few_degrees_of_freedom_has_shares_and_slopes_far_out(x: float, df: float, nc: float) -> None:
    """The normal share in the integrand rises at a u of about df / x, where points were too far apart."""
    def share(df: Any, nc: Any) -> Any:
        def part(s: Any) -> Any:
            return mpmath.exp(df * s - mpmath.exp(2 * s) / 2) * mpmath.ncdf(x * mpmath.exp(s) / mpmath.sqrt(df) - nc)

        rises = mpmath.log(mpmath.sqrt(df) * max(abs(nc), 1) / abs(x))
        near = [rises + d for d in (-8, -4, -1, 0, 1, 2, 4)]
        ends = sorted([-80 / df, -30 / df, -10 / df, *near, -2, 0, 0.8, 1.6, 3])
        return mpmath.quad(part, ends) / (2 ** (df / 2 - 1) * mpmath.gamma(df / 2))

    with mpmath.workdps(30):
        at = mpmath.mpf(df), mpmath.mpf(nc)
        expected = [share(*at), *(mpmath.diff(share, at, n, h=mpmath.mpf(10) ** -10) for n in ((1, 0), (0, 1)))]
    found = [stats.nct.cdf(x, df, nc), *grad(stats.nct.cdf, argnums=(1, 2))(x, df, nc)]
    np.testing.assert_allclose(found, [float(v) for v in expected], rtol=1e-9)
    assert grad(stats.nct.cdf)(x, df, nc) == pytest.approx(float(stats.nct.pdf(x, df, nc)), rel=1e-9)


def test_a_tail_keeps_its_digits() -> None:
    """Of which SciPy's has three."""
    with mpmath.workdps(40):
        exact = 1 - t_share(mpmath.mpf(40), mpmath.mpf(2), mpmath.mpf(-6))
    np.testing.assert_allclose(stats.nct.sf(40.0, 2.0, -6.0), float(exact), rtol=1e-10)


@pytest.mark.parametrize(("name", "shapes"), [
    ("ncx2", (2.0, 300.0)), ("ncx2", (50.0, 5000.0)), ("ncx2", (0.7, 1e-3)), ("ncf", (2.0, 9.0, 300.0)),
    ("ncf", (50.0, 30.0, 900.0)), ("nct", (0.2, 0.0)), ("nct", (50.0, 5.0)), ("nct", (3.0, 30.0))])
def test_large_and_small_parameters_have_scipys_values(name: str, shapes: tuple[float, ...]) -> None:
    family, theirs = getattr(stats, name), getattr(scipy.stats, name)
    x = theirs.mean(*shapes) * np.array([0.8, 1.0, 1.3]) if shapes[-1] and shapes[0] > 1 else np.array([0.5, 2.0, 7.0])
    for method in ("logpdf", "cdf", "sf"):
        np.testing.assert_allclose(getattr(family, method)(x, *shapes), getattr(theirs, method)(x, *shapes), rtol=1e-10)
    check_gradients(lambda x, *s: family.logpdf(x, *s), x, *map(np.array, shapes), order=1, rtol=1e-5)


@pytest.mark.parametrize("name", ["ncx2", "ncf"])
@pytest.mark.parametrize("method", ["pdf", "logpdf", "cdf", "logcdf", "sf"])
def test_a_noncentrality_of_0_has_the_slopes_of_those_beside_it(name: str, method: str) -> None:
    """To second order: a mixture that is one distribution there is not so beside it."""
    at, family = (2.0, 3.2, 5.1)[: 2 if name == "ncx2" else 3], getattr(stats, name)
    found = getattr(family, method)
    central = getattr(stats.chi2 if name == "ncx2" else stats.f, method)
    np.testing.assert_allclose(found(*at, 0.0), central(*at), rtol=1e-12)
    place = len(at)
    np.testing.assert_allclose(grad(found, place)(*at, 0.0), grad(found, place)(*at, 1e-9), rtol=1e-6)
    second = grad(grad(found, place), place)
    np.testing.assert_allclose(second(*at, 0.0), second(*at, 1e-6), rtol=1e-4)


@pytest.mark.parametrize("name", FAMILIES)
def test_batches_are_those_of_a_loop_and_single_precision_stays(name: str) -> None:
    family, shapes = getattr(stats, name), FAMILIES[name]
    x = np.array([0.5, 2.0, 40.0])
    for function in (family.cdf, family.logpdf, grad(family.logpdf, len(shapes))):
        found = vmap(lambda x, f=function: f(x, *shapes))(x)
        np.testing.assert_allclose(found, [function(one, *shapes) for one in x], rtol=1e-12)
    assert grad(lambda x: np.sum(family.logpdf(x, *shapes)))(x.astype(np.float32)).dtype == np.float32


def test_what_has_no_distribution_is_nan_and_what_lies_outside_has_no_share() -> None:
    assert np.isnan([stats.ncx2.cdf(1.0, 2.0, -0.1), stats.nct.logpdf(1.0, 0.0, 1.0)]).all()
    assert (stats.ncf.cdf(-1.0, 2.0, 3.0, 1.0), stats.ncf.logpdf(-1.0, 2.0, 3.0, 1.0)) == (0, -np.inf)
    with pytest.raises(AttributeError, match="vonmises has pdf, logpdf, cdf, .*, and no moment"):
        _ = stats.vonmises.moment


@pytest.mark.parametrize("b", [0.0, 1.7, 12.0])
def test_a_length_has_scipys_density_and_the_shares_of_its_square(b: float) -> None:
    """SciPy takes the upper share from 1, which leaves no digits of a small one."""
    x = np.array([0.0, 0.3, 1.5, 12.0, 25.0])
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(stats.rice.logpdf(x, Tensor(b)).numpy(), scipy.stats.rice.logpdf(x, b), rtol=1e-11)
        square = scipy.stats.ncx2(2, b * b)
    np.testing.assert_allclose(stats.rice.cdf(x, Tensor(b)).numpy(), scipy.stats.rice.cdf(x, b), rtol=1e-11)
    np.testing.assert_allclose(stats.rice.sf(x, Tensor(b)).numpy(), square.sf(x * x), rtol=1e-10)
    check_gradients(lambda x, b: stats.rice.cdf(x, b), x[1:3], np.array(b + 0.1))


def test_quantiles_of_a_heavy_tail_have_the_digits_of_single_precision() -> None:
    """They had four, and their slopes three."""
    at = np.array([0.889956, 0.4138043, 0.4057837, 0.7099399], np.float32)
    exact = at.astype(np.float64)
    np.testing.assert_allclose(stats.ncf.ppf(*Tensor(at)).numpy(), scipy.stats.ncf.ppf(*exact), rtol=2e-7)
    found, expected = (grad(stats.ncf.ppf, range(4))(*x) for x in (at, exact))
    np.testing.assert_allclose(found, expected, rtol=2e-6)


@pytest.mark.parametrize("b", [100.0, 1e3])
def test_shares_of_large_noncentralities_keep_their_digits(b: float) -> None:
    """The logarithms of Poisson's probabilities were differences of terms of the size of b^2 log b."""
    for x in (b - 2, b + 0.5):
        assert float(stats.rice.cdf(x, b)) == pytest.approx(scipy.stats.rice.cdf(x, b), rel=1e-14 * b)

"""Distributions on grids that hold every branch: both ends of the support, its outside, all parameters as arrays."""

from __future__ import annotations

import copy
import itertools
import warnings
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
import scipy.stats

from autograd import Tensor, grad, jvp
from autograd.scipy import stats
from autograd.testing import check_gradients

COUNTS = np.concatenate([np.arange(-3.0, 14.0), [0.5, 3.5, 6.5, 150.0]])
DISCRETE: dict[str, list[tuple[float, ...]]] = {
    "poisson": [(0.3,), (2.0,), (9.5,)],
    "bernoulli": [(0.1,), (0.5,), (0.85,)],
    "binom": [(1.0, 0.3), (5.0, 0.2), (5.0, 0.7), (12.0, 0.45)],
    "geom": [(0.1,), (0.5,), (0.9,)],
    "nbinom": [(1.0, 0.3), (2.5, 0.6), (7.0, 0.85)],
}
MASSES = ("pmf", "logpmf", "cdf", "logcdf", "sf", "logsf")


@pytest.mark.parametrize("loc", [0, 2, -1])
@pytest.mark.parametrize("method", MASSES)
@pytest.mark.parametrize("name", DISCRETE)
def test_every_count_has_scipys_share(name: str, method: str, loc: int) -> None:
    ours, theirs = (getattr(getattr(module, name), method) for module in (stats, scipy.stats))
    parameters = np.array(DISCRETE[name]).T[:, :, None]
    with np.errstate(all="ignore"):
        expected = theirs(COUNTS, *parameters, loc)
        found = [ours(Tensor(COUNTS), *parameters, loc).numpy(), ours(COUNTS, *map(Tensor, parameters), loc).numpy()]
        if loc == 0:
            found.append(ours(Tensor(COUNTS), *parameters).numpy())
    for values in found:
        assert values.dtype == np.float64
        np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("method", MASSES)
@pytest.mark.parametrize("name", DISCRETE)
def test_every_count_has_the_slope_of_its_share(name: str, method: str) -> None:
    """In the last parameter, against central differences of SciPy's own."""
    ours, theirs = (getattr(getattr(module, name), method) for module in (stats, scipy.stats))
    *fixed, moving = np.array(DISCRETE[name]).T[:, :, None]
    moving, step = moving + np.zeros(COUNTS.shape), 1e-6
    with np.errstate(all="ignore"):
        slope = grad(lambda p: np.sum(np.where(certain, 0.0, ours(COUNTS, *fixed, p))))
        values, upper, lower = (theirs(COUNTS, *fixed, moving + by) for by in (0, step, -step))
        certain = ~np.isfinite(values)
        expected = np.where(certain, 0.0, (upper - lower) / (2 * step))
        found = slope(moving)
    tiny = np.abs(values) < 1e-300
    np.testing.assert_allclose(np.where(tiny, 0, found), np.where(tiny, 0, expected), rtol=1e-5, atol=3e-7)


@pytest.mark.parametrize("method", ["pmf", "cdf", "sf"])
@pytest.mark.parametrize(("name", "fixed", "p"), [
    ("poisson", (), 0.0), ("poisson", (), 1.0), ("bernoulli", (), 0.0), ("bernoulli", (), 1.0), ("binom", (5.0,), 0.0),
    ("binom", (5.0,), 1.0), ("geom", (), 1.0), ("nbinom", (3.0,), 1.0)])
def test_what_is_impossible_at_an_end_of_p_becomes_likelier_beside_it(name: str, fixed: tuple[float, ...], p: float,
                                                                     method: str) -> None:
    """A probability that is 0 there has a slope, which its logarithm, minus infinity, hides."""
    ours, theirs = (getattr(getattr(module, name), method) for module in (stats, scipy.stats))
    counts, step = np.arange(-1.0, 8.0), 1e-7 * (1 if p == 0 or name == "poisson" else -1)
    with np.errstate(all="ignore"):
        at, beside = (theirs(counts, *fixed, p + by) for by in (0, step))
    slopes = [grad(ours, argnums=len(fixed) + 1)(k, *fixed, p) for k in counts]
    np.testing.assert_allclose(slopes, (beside - at) / step, atol=3e-6)
    np.testing.assert_allclose(slopes, [jvp(lambda p, k=k: ours(k, *fixed, p), (p,), (1.0,))[1] for k in counts])


def test_where_the_number_of_choices_overflows_none_is_likely_at_once() -> None:
    assert stats.binom.pmf(500.0, 2000.0, Tensor(0.0)).item() == 0
    assert grad(stats.binom.pmf, argnums=2)(500.0, 2000.0, 0.0) == 0


@pytest.mark.parametrize("method", ["pmf", "logpmf"])
def test_the_size_of_counts_is_differentiated_where_it_is_a_real_number(method: str) -> None:
    for name, p in (("nbinom", 0.6), ("binom", 0.3)):
        check_gradients(lambda n, p, name=name: getattr(getattr(stats, name), method)(2.0, n, p),
                        np.array([3.5, 6.2]), np.array(p))


# --- Continuous ------------------------------------------------------------------------------------------------------

CONTINUOUS: dict[str, tuple[float, ...]] = {
    "norm": (), "lognorm": (0.7,), "halfnorm": (), "gamma": (1.7,), "invgamma": (2.3,), "chi2": (3.2,),
    "beta": (1.7, 2.3), "f": (3.3, 5.1), "t": (3.3,), "cauchy": (), "uniform": (), "expon": (), "laplace": (),
    "logistic": (), "gumbel_r": (), "weibull_min": (1.7,), "rayleigh": (), "pareto": (1.7,),
    "gumbel_l": (), "hypsecant": (), "moyal": (), "chi": (3.2,), "maxwell": (),
    "nakagami": (1.7,), "halfcauchy": (), "halflogistic": (), "levy": (), "lomax": (1.7,), "fisk": (2.3,),
    "betaprime": (1.7, 2.3), "invweibull": (1.7,), "gompertz": (0.7,), "powerlaw": (1.7,),
    "genpareto": (0.3,), "genextreme": (0.3,), "gengamma": (1.7, 2.3), "exponweib": (1.7, 2.3),
    "burr12": (1.7, 2.3), "genlogistic": (1.7,), "johnsonsu": (0.7, 1.3), "triang": (0.3,), "loguniform": (0.4, 2.6),
    "weibull_max": (1.7,), "loggamma": (1.7,), "arcsine": (), "semicircular": (), "johnsonsb": (0.7, 1.3),
    "truncexpon": (2.3,), "dgamma": (1.7,), "dweibull": (1.7,), "laplace_asymmetric": (1.7,), "gennorm": (1.7,),
    "skewnorm": (1.7,), "halfgennorm": (1.7,), "foldnorm": (0.7,), "gibrat": (), "wald": (), "invgauss": (0.7,),
    "burr": (1.7, 2.3), "loglaplace": (1.7,), "fatiguelife": (0.7,), "exponpow": (1.7,), "exponnorm": (1.7,),
    "truncnorm": (-0.7, 1.3)}
IN_DOUBLES = {"ncx2": (3.2, 1.7), "ncf": (3.2, 5.1, 1.7), "nct": (3.2, 1.7)}
"""Those whose densities of single numbers are double ones."""
OTHER_SHAPES: dict[str, list[tuple[float, ...]]] = {
    "genpareto": [(-0.4,), (0.0,), (1e-5,), (-1.0,)], "genextreme": [(-0.4,), (0.0,), (1e-5,), (1.0,), (1.6,)],
    "gengamma": [(1.7, -1.3)], "triang": [(0.0,), (1.0,)], "gennorm": [(0.8,), (2.0,)],
    "invgauss": [(30.0,), (0.02,)], "skewnorm": [(0.0,), (-2.0,)], "loggamma": [(0.01,)], "foldnorm": [(0.0,)],
    "dgamma": [(0.8,), (1.0,)], "laplace_asymmetric": [(0.3,)]}
POINTS = np.array([-30.0, -3.0, -1.0, -0.25, 0.0, 0.125, 0.25, 0.5, 0.75, 1.0, 1.25, 2.0, 3.0, 12.0, 25.0, 33.0])
SHARES = np.array([1e-6, 1e-3, 0.1, 0.25, 0.3, 0.5, 0.7, 0.75, 0.8, 0.999])
"""SciPy takes some quantiles of 1 - q, and has no nine digits of those of smaller shares."""


UNDERFLOW = {("moyal", "logpdf"), ("gompertz", "logsf"), ("foldnorm", "logpdf"), ("exponpow", "logsf")}
"""Of which SciPy takes the logarithm of a number that is so small that it is 0."""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", CONTINUOUS)
def test_numbers_lists_and_arrays_of_one_precision_are_taken_alike(name: str, dtype: Any) -> None:
    """A tensor in any place; Python's numbers and what is left out change no dtype."""
    shapes, x = CONTINUOUS[name], np.array([1.25, 1.5], dtype)
    for method in ("pdf", "logsf", "ppf"):
        ours, theirs = (getattr(getattr(module, name), method) for module in (stats, scipy.stats))
        points = x / 2 if method == "ppf" else x
        expected = theirs(points.astype(float), *shapes, 0.25, 1.5)
        arrays = [points, *(np.full(2, s, dtype) for s in (*shapes, 0.25, 1.5))]
        for place, array in enumerate(arrays):
            lists = [x.tolist() for x in arrays]
            numbers = [points, *shapes, 0.25, 1.5]
            for others in (lists, numbers, arrays):
                given = [*others[:place], Tensor(array), *others[place + 1 :]]
                found = ours(*given)
                assert found.dtype == (dtype if others is not lists else np.float64)
                np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4 if dtype is np.float32 else 1e-8)
        assert ours(Tensor(points), *shapes).dtype == dtype


@pytest.mark.parametrize("method", ["pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"])
@pytest.mark.parametrize("name", CONTINUOUS)
def test_every_point_has_scipys_value(name: str, method: str) -> None:
    """In the tails to their last digits, at the ends of the support and outside, for every location and scale."""
    ours, theirs = (getattr(getattr(module, name), method) for module in (stats, scipy.stats))
    shapes, x = CONTINUOUS[name], SHARES if method in ("ppf", "isf") else POINTS
    placed: list[dict[str, Any]] = [{}, {"loc": -0.5}, {"scale": 2.0}, {"loc": np.array([[0.0], [0.25]]), "scale": 0.5}]
    for where in placed:
        with np.errstate(all="ignore"):
            found, expected = ours(Tensor(x), *shapes, **where).numpy(), theirs(x, *shapes, **where)
        assert found.dtype == np.float64
        if (name, method) in UNDERFLOW:
            expected = np.where(np.isneginf(expected), found, expected)
        np.testing.assert_allclose(found, expected, rtol=2e-9, atol=1e-200 if method in ("sf", "logsf") else 1e-16)


@pytest.mark.parametrize("name", {**IN_DOUBLES, **OTHER_SHAPES})
def test_every_point_has_scipys_value_for_other_shapes_too(name: str) -> None:
    """Where the formulas have an end, a limit, or another side."""
    family = getattr(stats, name)
    for shapes in [*OTHER_SHAPES.get(name, []), *([IN_DOUBLES[name]] if name in IN_DOUBLES else [])]:
        for method in family.functions():
            x = SHARES if method in ("ppf", "isf") else POINTS
            for where in ({}, {"loc": -0.5}, {"scale": 2.0}):
                with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):  # SciPy's, of some quantiles
                    found = getattr(family, method)(Tensor(x), *shapes, **where).numpy()
                    expected = getattr(getattr(scipy.stats, name), method)(x, *shapes, **where)
                np.testing.assert_allclose(found, expected, rtol=2e-9, atol=1e-200 if method == "logsf" else 1e-16,
                                           err_msg=f"{method}{shapes} {where}")


@pytest.mark.parametrize(("name", "sign"), [("genpareto", 1), ("genextreme", -1)])
@pytest.mark.parametrize("c", [0.0, 1e-4, -0.02, 0.3])
def test_a_shape_near_0_is_differentiated_as_any_other(name: str, sign: int, c: float) -> None:
    """Where log(1 + c x) / c is a limit: three derivatives in c and in x, by mpmath."""
    def density(x: Any, c: Any) -> Any:
        y = mpmath.log1p(sign * c * x) / (sign * c) if c else x
        return -(1 + c) * y if sign > 0 else -mpmath.exp(-y) - y * (1 - c)

    ours = getattr(stats, name).logpdf
    with mpmath.workdps(60):
        for k in range(1, 4):
            in_shape, in_x = ours, ours
            for _ in range(k):
                in_shape, in_x = grad(in_shape, argnums=1), grad(in_x)
            expected = mpmath.diff(lambda s: density(mpmath.mpf("0.7"), s), mpmath.mpf(c), k)
            assert in_shape(0.7, c) == pytest.approx(float(expected), rel=1e-7)
            expected = mpmath.diff(lambda x: density(x, mpmath.mpf(c)), mpmath.mpf("0.7"), k)
            assert in_x(0.7, c) == pytest.approx(float(expected), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("beta", [2.0, 4.0])
def test_a_smooth_density_is_smooth_in_the_middle(beta: float) -> None:
    """(x^2)^(beta / 2), whose second derivative at 0 a power of |x| would lose."""
    assert grad(grad(stats.gennorm.logpdf))(0.0, beta) == pytest.approx(-2.0 if beta == 2 else 0.0)
    assert grad(stats.gennorm.logpdf)(0.0, beta) == 0


def test_what_is_impossible_has_logarithms_without_a_warning() -> None:
    """As SciPy's; the suite makes errors of warnings."""
    assert stats.binom.logsf(1.0, 1.0, Tensor(0.5, requires_grad=True)).item() == -np.inf
    assert grad(lambda p: stats.binom.logsf(0.0, 1.0, p, loc=1))(0.5) == pytest.approx(0)
    assert stats.expon.logcdf(Tensor(0.0)).item() == -np.inf


ROUNDED = {("pareto", "cdf"), *[(name, "sf") for name in ("fisk", "triang", "arcsine", "burr", "truncexpon")], *[
    (name, share) for name in ("loguniform", "truncnorm", "semicircular") for share in ("cdf", "sf")]}
"""What SciPy takes as 1 minus the other share, or of numbers that are close to each other."""


@pytest.mark.parametrize("name", CONTINUOUS)
def test_small_shares_have_all_their_digits(name: str) -> None:
    """And logarithms where the shares themselves are too small to be numbers."""
    ours, theirs = (getattr(module, name) for module in (stats, scipy.stats))
    shapes = CONTINUOUS[name]
    for share, quantile in (("cdf", "ppf"), ("sf", "isf")) if "sf" in ours.functions() else ():
        for p in (1e-8, 1e-13):
            x = getattr(theirs, quantile)(p, *shapes)
            found, expected = (getattr(family, share)(at, *shapes) for family, at in ((ours, Tensor(x)), (theirs, x)))
            assert (name, share) in ROUNDED or found.item() == pytest.approx(expected, rel=1e-9, abs=0)
        for beyond in (20 * x, x / 100):
            with np.errstate(all="ignore"):
                expected = getattr(theirs, f"log{share}")(beyond, *shapes)
            if -np.inf < expected < -720:
                found = getattr(ours, f"log{share}")(Tensor(beyond), *shapes)
                assert found.item() == pytest.approx(expected, rel=1e-9)


# --- Where there is no distribution, and at the ends -----------------------------------------------------------------


@pytest.mark.parametrize("name", [*CONTINUOUS, *DISCRETE])
def test_impossible_parameters_and_shares_give_nan(name: str) -> None:
    """As SciPy's do, for points outside of the support as well; a scale that a search made negative had numbers."""
    ours, theirs = (getattr(module, name) for module in (stats, scipy.stats))
    shapes = CONTINUOUS[name] if name in CONTINUOUS else DISCRETE[name][0]
    methods = MASSES if name in DISCRETE else ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
    named = dict(zip(ours.parameters, shapes, strict=False)) | ({} if name in DISCRETE else {"scale": 1.0})
    x = np.array([-3.0, 0.0, 0.25, 1.0, 7.0])
    for parameter, tried in itertools.product(named, (-1.0, 0.0, 1.5, np.nan)):
        given = named | {parameter: tried}
        for method in methods if (name, parameter, tried) != ("binom", "n", 1.5) else ():  # ours takes real numbers
            found = getattr(ours, method)(Tensor(x), **named | {parameter: Tensor(tried)}).numpy()
            with np.errstate(all="ignore"):
                impossible = np.isnan(tried) | np.isnan(theirs.sf(1.0, **given))
                expected = np.isnan(getattr(theirs, method)(x, **given)) | impossible
            assert np.isnan(found).tolist() == expected.tolist(), (method, parameter, tried)
    for method in ("ppf", "isf") if name not in DISCRETE else ():
        found = getattr(ours, method)(Tensor([-0.1, 1.1, np.nan]), **named).numpy()
        assert np.isnan(found).all(), method


@pytest.mark.parametrize("name", DISCRETE)
def test_counts_are_whole_numbers_from_the_location_on(name: str) -> None:
    ours, theirs = getattr(stats, name).pmf, getattr(scipy.stats, name).pmf
    x, shapes = np.array([0.5, 1.0, 1.5, 3.5, np.nan]), DISCRETE[name][0]
    assert np.isnan(getattr(stats, name).cdf(np.nan, *(0.0 if name == "poisson" else s for s in shapes)))
    np.testing.assert_allclose(ours(Tensor(x), *shapes, loc=0.5).numpy(), theirs(x, *shapes, loc=0.5), rtol=1e-9)


@pytest.mark.parametrize("method", ["pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"])
@pytest.mark.parametrize("name", ["t", "rayleigh"])
def test_the_ends_and_infinitely_many_degrees_of_freedom(name: str, method: str) -> None:
    ours, theirs = (getattr(getattr(module, name), method) for module in (stats, scipy.stats))
    x = np.array([0.0, 0.3, 1.0]) if method in ("ppf", "isf") else np.array([-np.inf, 0.0, 0.3, 1.0, np.inf])
    with np.errstate(all="ignore"):
        for shapes in [(3.3,), (np.inf,)] if name == "t" else [()]:
            np.testing.assert_allclose(ours(Tensor(x), *shapes).numpy(), theirs(x, *shapes), rtol=1e-9, atol=1e-300)
    if name == "t":
        slope, of_normal = grad(lambda x: ours(x, np.inf)), grad(getattr(stats.norm, method))
        assert slope(0.3) == pytest.approx(of_normal(0.3), rel=1e-12)


def moves_of_an_end(theirs: Any, shapes: tuple[float, ...], place: int) -> list[float]:
    """How an end of the support moves with each shape, by central differences; not with one that cannot be less."""
    moves = []
    for i, shape in enumerate(shapes):
        step = 1e-6 * (abs(shape) or 1.0)
        low, high = (theirs.support(*shapes[:i], shape + by, *shapes[i + 1 :])[place] for by in (-step, step))
        moves.append(np.nan_to_num((high - low) / (2 * step)))
    return moves


@pytest.mark.parametrize("method", ["ppf", "isf"])
@pytest.mark.parametrize("name", [*CONTINUOUS, *IN_DOUBLES])
def test_quantiles_end_where_the_support_does(name: str, method: str) -> None:
    """Their slope in q is what it comes to from inside, where forms divide 0 by 0; in the shapes it is the end's."""
    theirs, quantile = getattr(scipy.stats, name), getattr(getattr(stats, name), method)
    for shapes in ((CONTINUOUS | IN_DOUBLES)[name], *OTHER_SHAPES.get(name, [])):
        for q, place in ((0.0, 0), (1.0, 1)) if method == "ppf" else ((0.0, 1), (1.0, 0)):
            end = theirs.support(*shapes)[place]
            assert quantile(Tensor(q), *shapes).item() == end
            with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):  # SciPy's, of some quantiles
                slope, *near = (grad(quantile)(abs(q - by), *shapes) for by in (0, 1e-9, 1e-6))
                moves = [grad(lambda *s, q=q: quantile(q, *s), i)(*shapes) for i in range(len(shapes))]
            growth = near[0] / near[1]  # 1, or a power of 1000
            assert slope == pytest.approx(near[0] if 0.5 < growth < 1.3 else near[0] * (np.inf if growth > 1 else 0),
                                          rel=0.2, abs=1e-4)
            assert np.isinf(end) or moves == pytest.approx(moves_of_an_end(theirs, shapes, place), rel=1e-6, abs=1e-9)


def test_where_quantiles_are_infinite_their_slopes_in_the_shapes_are_limits_or_unknown() -> None:
    with np.errstate(all="ignore"):
        for gamma in (stats.gamma.ppf, stats.chi2.ppf):
            assert grad(gamma, argnums=(0, 1))(1.0, 2.5) == (np.inf, np.inf)
            assert grad(gamma, argnums=(0, 1))(0.0, 2.5) == (np.inf, 0.0)
        assert grad(stats.t.ppf, argnums=(0, 1))(0.0, 2.5) == (np.inf, np.inf)
        assert grad(stats.t.isf, argnums=(0, 1))(0.0, 2.5) == (-np.inf, -np.inf)
        assert grad(stats.burr.ppf, argnums=1)(1.0, 1.7, 2.3) == -np.inf
        assert np.isnan(grad(stats.invweibull.ppf, argnums=1)(1.0, 1.7))
        assert grad(scipy.special.gammaincinv, argnums=(0, 1))(2.5, 1.0) == (np.inf, np.inf)


SHAPES: dict[str, tuple[float, ...]] = {
    "t": (1.7,), "f": (1.7, 2.3), "gamma": (1.7,), "pareto": (1.7,), "chi2": (2.3,), "norm": (), "poisson": (2.5,),
    "nbinom": (5.0, 0.4), "binom": (5.0, 0.4), "geom": (0.4,), "truncnorm": (-0.7, 1.3),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_share_between_infinities_is_1_and_moves_with_no_parameter(name: str) -> None:
    """As an observation that is censored on one side or both has them."""
    distribution = getattr(stats, name)
    parameters = (*SHAPES[name], 0.5, 1.5) if hasattr(distribution, "pdf") else SHAPES[name]

    def share(*parameters: Any) -> Any:
        return distribution.cdf(np.inf, *parameters) - distribution.cdf(-np.inf, *parameters) + np.sum(
            distribution.sf([np.inf, -np.inf], *parameters)) + distribution.logcdf(np.inf, *parameters)

    places = tuple(range(len(parameters)))
    assert share(*parameters) == 2
    assert grad(share, argnums=places)(*parameters) == (0,) * len(parameters)
    assert jvp(share, parameters, (1.0,) * len(parameters))[1] == 0


def test_laplaces_distribution_is_smooth_in_the_middle() -> None:
    """Only its density has a kink at the location."""
    for method, slope in {"cdf": 0.5, "sf": -0.5, "logcdf": 1.0, "logsf": -1.0}.items():
        assert grad(getattr(stats.laplace, method))(0.0) == pytest.approx(slope)
        assert grad(lambda loc, method=method: getattr(stats.laplace, method)(1.5, loc))(1.5) == pytest.approx(-slope)


@pytest.mark.parametrize("x", [1e-25, 1e28])
def test_both_tails_of_f_are_differentiated_to_their_last_digits(x: float) -> None:
    """Where 1 - cdf is 1 a change of it is not nothing. By mpmath."""
    with mpmath.workdps(80):
        d, point = mpmath.mpf(0.45), mpmath.mpf(x)
        mass, change = mpmath.diff(lambda x: f_share(x, d), point), mpmath.diff(lambda d: f_share(point, d), d)
    for method, sign in (("cdf", 1), ("sf", -1)):
        distribution = getattr(stats.f, method)
        assert grad(distribution)(x, 0.45, 0.4) == pytest.approx(sign * float(mass), rel=1e-9, abs=0)
        assert grad(distribution, argnums=1)(x, 0.45, 0.4) == pytest.approx(sign * float(change), rel=1e-9, abs=0)
    for inner in (np.array(0.0), np.array(1.0)):
        assert np.isfinite(grad(stats.f.cdf, argnums=(1, 2))(inner, 0.45, 0.4)).all()
    assert np.isfinite(grad(grad(lambda d: stats.f.ppf(9e-5, d, 2.1)))(0.5))


def f_share(x: Any, d: Any) -> Any:
    e = mpmath.mpf(0.4)
    return mpmath.betainc(d / 2, e / 2, 0, d * x / (e + d * x), regularized=True)


@pytest.mark.parametrize("x", [1e-30, 1e-17, 1.0, 1e9, 1e28])
def test_both_tails_of_betaprime_are_there_where_beside_1_they_round_away(x: float) -> None:
    """Its shapes may be so small that much of the mass is out there. By mpmath."""
    def share(x: Any, a: Any, b: Any) -> Any:
        return mpmath.betainc(a, b, 0, x / (1 + x), regularized=True)

    with mpmath.workdps(80):
        at = [mpmath.mpf(number) for number in (x, 0.05, 0.1)]
        mass, slopes = share(*at), [mpmath.diff(share, at, n) for n in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
        expected = {"cdf": (float(mass), 1), "sf": (float(1 - mass), -1)}
    for method, (value, sign) in expected.items():
        ours = getattr(stats.betaprime, method)
        assert ours(Tensor(x), 0.05, 0.1).item() == pytest.approx(value, rel=1e-12, abs=0)
        expected = [sign * float(slope) for slope in slopes]
        assert grad(ours, argnums=(0, 1, 2))(x, 0.05, 0.1) == pytest.approx(expected, rel=1e-9, abs=0)


@pytest.mark.parametrize("shape", [(1,), (1, 1), (2, 1), (1, 2, 1), (1, 3), (3,), (2, 3)])
def test_distributions_of_vectors_have_scipys_shapes(shape: tuple[int, ...]) -> None:
    """Without the axes of length 1."""
    x, cov = np.full(shape, 0.25), np.eye(shape[-1])
    ours, theirs = (module.multivariate_normal.logpdf for module in (stats, scipy.stats))
    assert ours(Tensor(x), None, cov).shape == np.shape(theirs(x, None, cov))
    alpha = np.full(shape[0] + 1, 1.5)
    ours, theirs = (module.dirichlet.pdf for module in (stats, scipy.stats))
    if len(shape) < 3:
        assert ours(Tensor(x / shape[0]), alpha).shape == np.shape(theirs(x / shape[0], alpha))


def test_a_small_eigenvalue_in_single_precision_is_not_taken_for_0() -> None:
    x, cov = np.array([0.5, -0.1], np.float32), np.diag(np.array([1.0, 0.01], np.float32))
    found = stats.multivariate_normal.logpdf(Tensor(x), None, cov, allow_singular=True).item()
    assert found == pytest.approx(scipy.stats.multivariate_normal.logpdf(x, None, cov), rel=1e-5)


def test_a_covariance_may_be_an_object_of_scipys() -> None:
    for known in (scipy.stats.Covariance.from_diagonal([1.0, 4.0]), scipy.stats.Covariance.from_cholesky(np.eye(2))):
        found = stats.multivariate_normal.logpdf(Tensor([0.5, -1.0]), [0.0, 1.0], known).item()
        np.testing.assert_allclose(found, scipy.stats.multivariate_normal.logpdf([0.5, -1.0], [0.0, 1.0], known))


@pytest.mark.parametrize(("name", "shapes"), [
    ("gamma", (3.0,)), ("chi2", (2.2,)), ("f", (5.5, 2.0)), ("beta", (1.7, 2.0)), ("weibull_min", (1.5,)),
    ("rayleigh", ()), ("invgamma", (1.5,)), ("lognorm", (0.7,)), ("gumbel_r", ())])
def test_a_density_that_is_0_stays_so(name: str, shapes: tuple[float, ...]) -> None:
    """At the end of the support, or where its logarithm is not finite any more, its slopes were nan."""
    density, x = getattr(stats, name).pdf, -1e4 if name == "gumbel_r" else 0.0
    assert density(Tensor(x), *shapes).item() == 0
    for place in range(len(shapes) + 3):
        assert grad(density, argnums=place)(x, *shapes, 0.0, 1.5) == 0
    if name == "gumbel_r":
        assert grad(stats.gumbel_r.cdf)(x) == grad(stats.gumbel_r.sf)(x) == 0


@pytest.mark.parametrize("name", ["norm", "gamma", "t", "binom", "poisson", "multivariate_normal", "dirichlet"])
def test_a_frozen_distribution_is_scipys(name: str) -> None:
    parameters: dict[str, tuple[list[Any], dict[str, Any]]] = {
        "norm": ([0.3], {"scale": 1.2}), "gamma": ([2.5], {"loc": 0.1, "scale": 0.7}), "t": ([4.0, 0.2, 1.5], {}),
        "binom": ([5, 0.3], {}), "poisson": ([], {"mu": 2.0}), "dirichlet": ([np.array([0.5, 1.5, 2.0])], {}),
        "multivariate_normal": ([np.array([0.1, 0.2])], {"cov": np.array([[1.0, 0.2], [0.2, 2.0]])}),
    }
    given, named = parameters[name]
    x: Any = {"dirichlet": np.array([0.2, 0.3, 0.5]), "multivariate_normal": np.array([0.4, 0.9])}.get(name, 2.0)
    theirs = getattr(scipy.stats, name)(*given, **named)
    for ours in (getattr(stats, name)(*given, **named), copy.deepcopy(getattr(stats, name)(*given, **named))):
        for method in getattr(stats, name).functions():
            at = () if method == "entropy" else (0.3,) if method in ("ppf", "isf") else (x,)
            np.testing.assert_allclose(getattr(ours, method)(*at), getattr(theirs, method)(*at), rtol=1e-9)


def test_a_frozen_distribution_is_differentiated_in_what_it_was_given() -> None:
    def loss(loc: Any, scale: Any) -> Any:
        return stats.norm(loc, scale=scale).logpdf(np.array([0.1, 2.0])).sum()

    check_gradients(loss, 0.3, 1.2, order=2)


@pytest.mark.parametrize("name", ["norm", "binom", "dirichlet"])
def test_what_a_distribution_does_not_have_is_said(name: str) -> None:
    family = getattr(stats, name)
    for asked in (family, family(0.3)):
        with pytest.raises(AttributeError, match=rf"{name} has .*p[dm]f.*, and no rvs: scipy.stats.{name}.rvs"):
            _ = asked.rvs

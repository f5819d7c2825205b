"""Derivatives of `scipy.special` where a formula is 0 times infinity, or the difference of what is almost equal."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special as sc
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, grad, jvp, vmap
from autograd.scipy import special, stats
from autograd.testing import check_gradients

Case = tuple[Any, Callable[..., Any], tuple[Any, ...], int]


def voigt(x: Any, sigma: Any, gamma: Any) -> Any:
    z = (x + 1j * gamma) / (sigma * mpmath.sqrt(2))
    return mpmath.re(mpmath.exp(-z * z) * mpmath.erfc(-1j * z)) / (sigma * mpmath.sqrt(2 * mpmath.pi))


def carlson(x: Any, y: Any) -> Any:
    """R_C, and for y < 0 its principal value, in elementary functions."""
    return mpmath.atanh(mpmath.sqrt(x / (x - y))) / mpmath.sqrt(x - y) if y > 0 else mpmath.log(
        (mpmath.sqrt(x) + mpmath.sqrt(x - y)) / mpmath.sqrt(-y)) / mpmath.sqrt(x - y)


def far(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """With many digits, where little is left of them."""

    def apply(x: Any) -> Any:
        with mpmath.workdps(80):
            return function(x)

    return apply


mp_dawson = far(lambda x: mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(-x * x) * mpmath.erfi(x))
mp_erfcx = far(lambda x: mpmath.exp(x * x) * mpmath.erfc(x))
CASES: list[Case] = [
    *[(sc.rgamma, mpmath.rgamma, (x,), 0) for x in (
        0.0, -1.0, -3.0, -12.0, -2.5, 0.5, 1e-30, -1e-8, -1 + 1e-12, -3 + 1e-6, -12 - 1e-9, -150.3)],
    *[(sc.poch, mpmath.rf, args, place) for args, place in (
        ((-1.0, 0.2), 0), ((-2.0, -4.8), 0), ((-4.0, 4.5), 0), ((-2.0, 4.0), 0), ((-5.0, 2.0), 0), ((1.5, 0.5), 1))],
    *[(sc.binom, mpmath.binomial, args, place) for args, place in (
        ((3.0, 5.0), 0), ((0.0, 5.0), 0), ((1.5, 5.5), 0), ((5.0, 2.0), 0), ((0.4, -2.0), 1),
        ((1.5, 5.5), 1), ((3.0, 5.0), 1), ((5.5, 2.0), 1))],
    *[(sc.beta, mpmath.beta, (-1.5, -0.5), place) for place in (0, 1)],
    *[(sc.ellipk, mpmath.ellipk, (m,), 0) for m in (-0.99, -1.01, -50.0, -1e6, -1e12, -1e16)],
    *[(sc.ellipkm1, lambda rest: mpmath.ellipk(1 - rest), (rest,), 0) for rest in (1e-3, 1.99, 2.01, 1e6, 1e16)],
    (sc.ellipkinc, mpmath.ellipf, (4.0, -1e12), 1),
    *[(sc.elliprc, carlson, args, place) for args in ((4.0, -4.0), (2.5, -0.01)) for place in (0, 1)],
    *[(f, mp, (x,), 0) for x in (60.0, 1e3, 1e5) for f, mp in ((sc.dawsn, mp_dawson), (sc.erfcx, mp_erfcx))],
    *[(sc.dawsn, mp_dawson, (x,), 0) for x in (-60.0, 3.0)],
    *[(sc.voigt_profile, voigt, args, place) for place in (0, 1, 2) for args in (
        (1.79, 0.00032, 0.72), (40.0, 0.5, 0.1), (0.3, 0.002, 2.0), (0.5, 0.7, 0.2), (30.0, 0.01, 1e-3))],
    *[(sc.boxcox, lambda x, p: (mpmath.power(x, p) - 1) / p, (0.0, 1.5), 1)],
    *[(sc.boxcox1p, lambda x, p: (mpmath.power(1 + x, p) - 1) / p, (-1.0, 2.5), 1)],
    *[(sc.powm1, lambda x, y: mpmath.power(x, y) - 1, args, place) for args, place in (
        ((0.0, 1.5), 1), ((2.5, -1.5), 1), ((2.5, -1.5), 0), ((0.0, 2.0), 0))],
]


@pytest.mark.parametrize(("function", "exact", "args", "place"), CASES)
def test_derivatives_where_formulas_are_undetermined_or_cancel(
        function: Any, exact: Callable[..., Any], args: tuple[float, ...], place: int) -> None:
    """First and second, in both modes, against mpmath."""

    def along(x: Any) -> Any:
        return function(*args[:place], x, *args[place + 1 :])

    with mpmath.workdps(40):
        given = [mpmath.mpf(x) for x in args]
        one_sided = {"direction": 1} if args[place] in (0.0, -1.0) and "oxcox" in function.__name__ else {}
        first, second = (mpmath.diff(lambda x: exact(*given[:place], x, *given[place + 1 :]), given[place], n,
                                     h=mpmath.mpf("1e-12") * max(1, abs(given[place])), **one_sided) for n in (1, 2))
    assert grad(along)(args[place]) == pytest.approx(float(first), rel=1e-8, abs=1e-300)
    assert jvp(along, (args[place],), (1.0,))[1] == pytest.approx(float(first), rel=1e-8, abs=1e-300)
    assert grad(grad(along))(args[place]) == pytest.approx(float(second), rel=1e-6, abs=1e-300)


@pytest.mark.parametrize(("function", "exact"), [(sc.dawsn, mp_dawson), (sc.erfcx, mp_erfcx)])
def test_a_slope_by_a_series_has_all_digits_from_where_the_series_begins(function: Any, exact: Any) -> None:
    with mpmath.workdps(40):
        expected = float(mpmath.diff(exact, mpmath.mpf(50.01)))
    assert grad(function)(50.01) == pytest.approx(expected, rel=1e-15, abs=0)


def test_a_normal_tail_stays_a_parabola_to_the_end() -> None:
    """log ndtr(x) is -x^2/2 in the distance, whose second derivative is -1."""
    for x in (-1e3, -1e6, -1e9):
        assert grad(grad(sc.log_ndtr))(x) == pytest.approx(-1, rel=2 / x**2 + 1e-12)


def test_a_profile_without_width_is_cauchys_density() -> None:
    x, gamma = 1.5, 0.7

    def density(x: Any, gamma: Any) -> Any:
        return gamma / np.pi / (x * x + gamma * gamma)

    assert grad(sc.voigt_profile)(x, 0.0, gamma) == pytest.approx(grad(density)(x, gamma))
    assert grad(sc.voigt_profile, argnums=1)(x, 0.0, gamma) == 0
    assert grad(sc.voigt_profile, argnums=2)(x, 0.0, gamma) == pytest.approx(grad(density, argnums=1)(x, gamma))


# --- Orders and degrees ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["legendre", "chebyt", "chebyu", "chebyc", "chebys", "sh_legendre", "sh_chebyt",
                                  "sh_chebyu", "laguerre", "hermite", "hermitenorm"])
@pytest.mark.parametrize("dtype", [int, float])
def test_polynomials_of_the_lowest_degrees_have_all_derivatives_everywhere(kind: str, dtype: Any) -> None:
    """Those of degree 0 and 1 had nan for a second derivative."""
    polynomial, x = getattr(sc, f"eval_{kind}"), np.array([-3.5, -1.0, -0.3, 0.0, 0.9, 1.0, 2.5])
    degrees = np.arange(4)
    for n in degrees:
        exact = np.polynomial.Polynomial.fit(nodes := np.linspace(-1, 1, n + 1), polynomial(n, nodes), n)
        f = partial(polynomial, int(n) if "hermite" in kind else dtype(n))
        found, value = [], f
        for order in range(1, 4):
            value = grad(lambda x, f=value: np.sum(f(x)))
            expected = exact.deriv(order)(x) if order <= n else 0 * x
            found = value(x)
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_general_families_have_degree_0() -> None:
    for f in (lambda x: sc.eval_gegenbauer(0, 0.7, x), lambda x: sc.eval_jacobi(0, 0.7, 1.2, x)):
        assert grad(f)(-2.5) == 0 == grad(grad(f))(-2.5)
    for f in (lambda x: sc.eval_gegenbauer(1, 0.7, x), lambda x: sc.eval_jacobi(1, 0.7, 1.2, x)):
        assert grad(grad(f))(-2.5) == 0 != grad(f)(-2.5)


def test_negative_degrees_continue_the_recurrence() -> None:
    """T_-n = T_n, P_(-n-1) = P_n, U_(-n-2) = -U_n."""
    for x in (0.3, -0.8):
        for order in (1, 2):
            def derived(f: Any, order: int = order) -> Any:
                return grad(f) if order == 1 else grad(grad(f))

            assert derived(lambda x: sc.eval_chebyt(-4, x))(x) == pytest.approx(
                derived(lambda x: sc.eval_chebyt(4, x))(x))
            assert derived(lambda x: sc.eval_legendre(-4, x))(x) == pytest.approx(
                derived(lambda x: sc.eval_legendre(3, x))(x))
            assert derived(lambda x: sc.eval_chebyu(-5, x))(x) == pytest.approx(
                -derived(lambda x: sc.eval_chebyu(3, x))(x))


@pytest.mark.filterwarnings("ignore:floating point number truncated", "ignore:non-integer arg n")
@pytest.mark.parametrize(("function", "args", "place"), [
    (sc.kn, (0.83, 5.0), 1), (sc.kn, (1.08, 4.0), 1), (sc.yn, (0.25, 0.84), 1), (sc.yn, (-0.64, 2.7), 1),
    (sc.expn, (0.29, 2.5), 1), (sc.expn, (1.8, 2.5), 1), (sc.nbdtr, (2.3, 4.6, 0.3), 2),
    (sc.nbdtrc, (-0.2, 2.6, 0.3), 2), (sc.bdtr, (2.3, 28.6, 0.3), 2), (sc.bdtrc, (2.3, 28.6, 0.3), 2),
    (sc.bdtri, (2.3, 28.6, 0.4), 2), (sc.pdtri, (-0.2, 0.8), 1)])
def test_orders_that_scipy_cuts_off_are_cut_off_in_slopes_too(
        function: Any, args: tuple[float, ...], place: int) -> None:
    cut = [float(np.trunc(x)) for x in args[:place]]
    for times in (1, 2):
        f, g = (lambda x: function(*args[:place], x)), (lambda x: function(*cut, x))
        for _ in range(times):
            f, g = grad(f), grad(g)
        assert f(args[place]) == pytest.approx(g(args[place]), rel=1e-12)


@pytest.mark.parametrize(("function", "part", "series"), [
    (sc.it2i0k0, 0, lambda x: x / 4 + x**3 / 64), (sc.it2j0y0, 0, lambda x: x / 4 - x**3 / 64)])
def test_integrals_of_differences_keep_their_digits_near_0(function: Any, part: int, series: Any) -> None:
    for x in (1e-9, -1e-5, 1e-2):
        assert grad(lambda x: function(x)[part])(x) == pytest.approx(series(x), rel=1e-8, abs=0)
    assert grad(lambda x: function(x)[part])(0.0) == 0
    assert grad(grad(lambda x: function(x)[part]))(0.0) == pytest.approx(0.25)


def test_more_points_at_0() -> None:
    assert grad(sc.it2struve0)(0.0) == pytest.approx(-2 / np.pi)
    assert grad(grad(lambda x: np.imag(sc.kelvin(x)[0])))(0.0) == pytest.approx(0.5)
    assert grad(lambda a: sc.agm(a, 0.0))(1.5) == 0
    assert grad(lambda z: sc.hyp2f1(0.0, 0.3, 1.5, z))(3.5) == 0
    assert grad(grad(lambda z: sc.hyp2f1(-1.0, 0.3, 1.5, z)))(3.5) == 0
    for p, f in ((0.0, sc.gammaincinv), (1.0, sc.gammainccinv)):
        assert grad(lambda a, f=f, p=p: f(a, p))(2.5) == 0
    for p, f in ((0.0, sc.betaincinv), (1.0, sc.betainccinv), (0.0, sc.fdtri)):
        assert grad(lambda a, f=f, p=p: f(a, 2.5, p))(3.5) == 0
        assert grad(lambda b, f=f, p=p: f(3.5, b, p))(2.5) == 0


# --- Twins of what is no ufunc ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["jn", "in", "yn", "kn"])
def test_spherical_bessel_functions_have_slopes_at_0(kind: str) -> None:
    """Divided by z they were nan there."""
    function = f"spherical_{kind}"
    ours, theirs = getattr(special, function), getattr(sc, function)
    n = np.arange(5)
    for z in (0.0, 1e-9, 0.7, 6.0):
        if z or kind in ("jn", "in"):
            expected = theirs(n, z, True)
            np.testing.assert_allclose(ours(n, Tensor(np.full(5, z)), True).numpy(), expected, rtol=1e-9, atol=1e-15)
            found = [grad(lambda z, k=k: ours(int(k), z))(z) for k in n]
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-15)
    if kind in ("jn", "in"):
        sign = -1 if kind == "jn" else 1
        second = [grad(grad(lambda z, k=k: ours(k, z)))(0.0) for k in range(4)]
        np.testing.assert_allclose(second, [sign / 3, 0, 2 / 15, 0], atol=1e-15)


def test_logsumexp_of_complex_numbers_is_the_principal_value_and_its_sign_turns() -> None:
    a, b = np.array([[30 + 40j, 29 - 5j], [-503.7 - 246.2j, -500.0 + 1j]]), np.array([1.5, -0.3])
    for axis in (0, 1, None):
        np.testing.assert_allclose(special.logsumexp(Tensor(a), axis, b).numpy(), sc.logsumexp(a, axis, b), rtol=1e-10)
        found = special.logsumexp(Tensor(a), axis, b, return_sign=True)
        expected = sc.logsumexp(a, axis, b, return_sign=True)
        for x, y in zip(found, expected, strict=True):
            np.testing.assert_allclose(x.numpy(), y, rtol=1e-10)
    check_gradients(lambda a: np.real(special.logsumexp(a, 1, b, return_sign=True)[1] * (1 - 0.3j)), a[:1] / 10)


def test_logsumexp_of_whole_numbers_and_of_negative_sums() -> None:
    assert special.logsumexp(Tensor([1, 2])).item() == pytest.approx(sc.logsumexp([1, 2]))
    assert np.isnan(special.logsumexp(Tensor([1.0, 2.0]), b=[1.0, -1.0]).item())  # without a warning, as SciPy's
    assert special.logsumexp(Tensor(np.float32([1, 2])), b=np.float32([1, -1])).dtype == np.float32


def test_terms_that_do_not_count_are_not_the_largest() -> None:
    """Beside exp(1000) all others would be 0, or it would be infinite."""
    for a, b in (([1000.0, -900.0], [0.0, 2.0]), ([1000.0, 900.0], [0.0, 2.0])):
        assert special.logsumexp(Tensor(a), b=b).item() == pytest.approx(a[1] + np.log(2), rel=1e-14)


def test_choices_of_nothing_and_from_nothing_are_counted_as_scipy_does() -> None:
    """For all numbers of things, whole ones, those between, and those below 0."""
    n = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.5])
    for count in (special.comb, special.perm, partial(special.comb, repetition=True)):
        np.testing.assert_allclose(count(Tensor(n[:, None]), n).numpy(), count(n[:, None], n), rtol=1e-13)
    for extend in ("zero", "complex"):
        np.testing.assert_allclose(special.factorial(Tensor(n), extend=extend).numpy(),
                                   special.factorial(n, extend=extend), rtol=1e-13)
    for dimensions in (1, 2, 5):
        a = (dimensions - 1) / 2 + np.array([1e-9, 0.3, 2.0])  # from where it is defined
        np.testing.assert_allclose(special.multigammaln(Tensor(a), dimensions).numpy(),
                                   special.multigammaln(a, dimensions), rtol=1e-13)


def test_multigammaln_refuses_what_scipy_refuses() -> None:
    for a in (1.0, Tensor(1.0), Tensor([3.0, 0.5])):
        with pytest.raises(ValueError, match="greater than|condition"):
            special.multigammaln(a, 3)


def test_slopes_are_no_differences_of_what_is_almost_equal() -> None:
    for x in (-50.0, 0.3, 30.0, 60.0):
        assert grad(sc.expit)(x) == pytest.approx(float(np.exp(-abs(x)) / (1 + np.exp(-abs(x))) ** 2), rel=1e-13, abs=0)
        assert grad(stats.logistic.cdf)(x) == pytest.approx(stats.logistic.pdf(x), rel=1e-13, abs=0)
    for d, r in ((2.0, 1e-3), (2.0, 1e-7), (1.5, 0.7), (0.5, 1e8)):
        with mpmath.workdps(60):
            exact = mpmath.diff(lambda d, r=r: d * d * (mpmath.sqrt(1 + (mpmath.mpf(r) / d) ** 2) - 1), mpmath.mpf(d))
        assert grad(lambda d, r=r: sc.pseudo_huber(d, r))(d) == pytest.approx(float(exact), rel=1e-12, abs=0)


def test_the_least_count_stays_for_smaller_probabilities() -> None:
    """pdtrik is 0 for all p below exp(-m): it had the slopes of a count."""
    for p, m in ((0.001, 0.3), (0.3, 0.9)):
        assert sc.pdtrik(p, m) == 0
        assert grad(sc.pdtrik, argnums=(0, 1))(p, m) == (0, 0)
    difference = (sc.pdtrik(0.5 + 1e-6, 0.9) - sc.pdtrik(0.5, 0.9)) / 1e-6
    assert grad(sc.pdtrik)(0.5, 0.9) == pytest.approx(difference, rel=1e-4)


def test_hyp1f1_is_infinite_at_a_pole_of_its_second_parameter() -> None:
    """And so is its slope: two numbers of Python's were divided."""
    for a, sign in ((1, 1), (2.5, 1), (-0.5, -1)):
        assert sc.hyp1f1(a, 0, 0.3) == np.inf
        assert grad(lambda z, a=a: sc.hyp1f1(a, 0, z))(0.3) == sign * np.inf


def test_kelvin_functions_have_all_derivatives_at_0() -> None:
    """Those of ber = 1 - x^4 / 64 + ... and bei = x^2 / 4 - x^6 / 2304 + ..."""
    expected = {sc.ber: [0, 0, 0, -3 / 8, 0, 0], sc.bei: [0, 1 / 2, 0, 0, 0, -5 / 16]}
    for part, (function, slopes) in zip((np.real, np.imag), expected.items(), strict=True):
        for value in (function, lambda x, part=part: part(sc.kelvin(x)[0])):
            found = []
            for _ in slopes:
                value = grad(value)
                found.append(value(0.0))
            np.testing.assert_allclose(found, slopes, rtol=1e-14, atol=1e-15)


def test_a_class_without_a_share_in_either_distribution_costs_what_it_does_beside_0() -> None:
    p, q = np.array([0.0, 0.3, 0.7]), np.array([0.0, 0.4, 0.6])
    np.testing.assert_allclose(grad(lambda q: np.sum(sc.rel_entr(p, q)))(q), [0, -0.3 / 0.4, -0.7 / 0.6])
    np.testing.assert_allclose(grad(lambda q: np.sum(sc.kl_div(p, q)))(q), [1, 1 - 0.3 / 0.4, 1 - 0.7 / 0.6])


@pytest.mark.parametrize("a", [1e2, 101.0, 1e4, 1e6, 1e9, 1e12])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_quantiles_of_large_shapes_keep_their_digits(a: float, p: float) -> None:
    """The density against its own in 40 digits, and the slope in the shape against Cornish's and Fisher's series."""
    x, z = float(sc.gammaincinv(a, p)), float(sc.ndtri(p))
    with mpmath.workdps(40):
        density = mpmath.exp((a - 1) * mpmath.log(x) - x - mpmath.loggamma(a))
    assert grad(lambda p: sc.gammaincinv(a, p))(p) * float(density) == pytest.approx(1, rel=1e-9)
    assert grad(lambda x: sc.gammainc(a, x))(x) == pytest.approx(float(density), rel=1e-9, abs=0)
    series = z / (2 * np.sqrt(a)) - (z**3 - 7 * z) / 72 * a**-1.5
    assert grad(lambda a: sc.gammaincinv(a, p))(a) - 1 == pytest.approx(series, abs=0.1 / a**2 + 1e-15 * np.sqrt(a))


@pytest.mark.parametrize("t", [1e3, 1e99, 1e149, 1.1e150, 1e155, 1e200])
@pytest.mark.parametrize("df", [0.3, 1.0, 2.5])
def test_students_tails_keep_their_slopes(df: float, t: float) -> None:
    """Of tails alone: t^-df times a constant, to a share of 1/t^2."""
    with mpmath.workdps(40):
        d, t_ = mpmath.mpf(df), mpmath.mpf(t)
        x = d / (d + t_**2)
        tail = mpmath.betainc(d / 2, 0.5, 0, x, regularized=True) / 2
        moved = mpmath.diff(lambda d: mpmath.betainc(d / 2, 0.5, 0, d / (d + t_**2), regularized=True) / 2, d)
        density = mpmath.gamma((d + 1) / 2) / mpmath.gamma(d / 2) / mpmath.sqrt(d * mpmath.pi) * x ** ((d + 1) / 2)
    assert tail > 0
    for s in (-t, t):
        expected = float(moved if s < 0 else -moved)
        assert grad(lambda d, s=s: sc.stdtr(d, s))(df) == pytest.approx(expected, rel=1e-11, abs=1e-300)
        assert grad(lambda t: sc.stdtr(df, t))(s) == pytest.approx(float(density), rel=1e-11, abs=1e-300)


@pytest.mark.parametrize("t", [0.7, 1.01, -3.0, 8.0])
@pytest.mark.parametrize("df", [60.0, 99.0, 101.0, 1e4, 1e6, 1e8])
def test_students_distribution_has_slopes_where_it_is_almost_normal(df: float, t: float) -> None:
    """A slope of some df^-2 was the difference of terms of the size of 10: at df=1e8 nine times too large."""
    with mpmath.workdps(40):
        d, t_ = mpmath.mpf(df), mpmath.mpf(t)

        def log_density(d: Any, t: Any) -> Any:
            return mpmath.loggamma((d + 1) / 2) - mpmath.loggamma(d / 2) - mpmath.log(mpmath.pi * d) / 2 - (
                d + 1) / 2 * mpmath.log1p(t * t / d)

        def score(t: Any) -> Any:
            s = t * t / d
            return (mpmath.digamma((d + 1) / 2) - mpmath.digamma(d / 2) - 1 / d - mpmath.log1p(s)
                    + (1 + 1 / d) * s / (1 + s)) / 2

        value, of_value = float(log_density(d, t_)), float(score(t_))
        of_share = float(mpmath.quad(lambda t: mpmath.exp(log_density(d, t)) * score(t), [0, t_ / 3, t_]))
    rounding = 1e-12 + 1e-15 * df
    assert float(stats.t.logpdf(t, df)) == pytest.approx(value, rel=1e-15, abs=1e-15)
    assert grad(lambda d: stats.t.logpdf(t, d))(df) == pytest.approx(of_value, rel=rounding, abs=0)
    assert grad(lambda d: sc.stdtr(d, t))(df) == pytest.approx(of_share, rel=rounding, abs=0)


@pytest.mark.parametrize(("df", "t"), [(3.0, np.inf), (3.0, -np.inf), (np.inf, 0.7), (np.inf, -2.0)])
def test_students_shares_do_not_change_with_df_at_the_ends(df: float, t: float) -> None:
    assert grad(lambda d: sc.stdtr(d, t))(df) == 0


@pytest.mark.parametrize(("below", "rest"), [(1e-3, 2.0**-27), (1e-6, 2.0**-40), (0.1, 2.0**-52), (0.5, 0.0)])
def test_elliptic_integrals_close_to_their_singularity_have_slopes(below: float, rest: float) -> None:
    """1 - m sin(phi)^2 is almost 0 there, and not the difference of its rounded terms."""
    phi, m = np.pi / 2 - below, 1 - rest
    with mpmath.workdps(50):
        p, q, h = mpmath.mpf(phi), mpmath.mpf(m), mpmath.mpf(10) ** -25
        expected = [float(mpmath.diff(f, at, h=h)) for f, at in (
            (lambda p: mpmath.ellipf(p, q), p), (lambda q: mpmath.ellipf(p, q), q),
            (lambda p: mpmath.ellipe(p, q), p), (lambda q: mpmath.ellipe(p, q), q))]
    found = [slope for f in (sc.ellipkinc, sc.ellipeinc) for slope in grad(f, (0, 1))(phi, m)]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("function", [sc.eval_legendre, sc.eval_chebyu, sc.eval_chebys, sc.eval_sh_legendre])
def test_polynomials_of_high_degrees_have_slopes_also_where_these_are_floats(function: Any) -> None:
    """SciPy has Gegenbauer's polynomials, of which they are made, for degrees of a floating dtype up to 170 only."""
    for n in (150, 170, 1000):
        for x in (0.1, 0.3, 0.999):
            expected = grad(lambda x, n=n: function(n, x))(x)
            assert grad(lambda x, n=n: function(float(n), x))(x) == pytest.approx(expected, rel=1e-9)
    with mpmath.workdps(30):
        exact = float(mpmath.diff(lambda x: mpmath.legendre(1000, x), 0.3))
    assert grad(lambda x: sc.eval_legendre(1000.0, x))(0.3) == pytest.approx(exact, rel=1e-11)
    assert grad(lambda x: sc.lpmv(0, 200.0, x))(1.0) == pytest.approx(200 * 201 / 2, rel=1e-13)


@pytest.mark.parametrize("x", [7.0, 99.0, 112.0, 170.0, 1e4, 1e8])
def test_scaled_bessel_functions_have_slopes_far_out(x: float) -> None:
    """They fade there by half of themselves over x; as a difference that had no digit at 1e7 in single precision."""
    functions = [(sc.i0e, 0, mpmath.besseli, -1), (sc.i1e, 1, mpmath.besseli, -1), (sc.k0e, 0, mpmath.besselk, 1),
                 (sc.k1e, 1, mpmath.besselk, 1), (partial(sc.ive, 2.5), 2.5, mpmath.besseli, -1),
                 (partial(sc.kve, 2.5), 2.5, mpmath.besselk, 1)]
    for function, v, exact, rate in functions:
        with mpmath.workdps(50):
            z = mpmath.mpf(x)
            expected = float(mpmath.diff(lambda z, e=exact, v=v, r=rate: mpmath.exp(r * z) * e(v, z), z,
                                         h=z * mpmath.mpf(10) ** -15))
        assert grad(function)(x) == pytest.approx(expected, rel=1e-12, abs=0)
        assert grad(function)(np.float32(x)) == pytest.approx(expected, rel=1e-3 if x < 120 else 1e-6, abs=0)
        if rate == -1 and v in (0, 1):
            assert abs(grad(function)(-x)) == pytest.approx(abs(expected), rel=1e-12, abs=0)
    for function, v in ((sc.hankel1e, -1j), (sc.hankel2e, 1j)):
        kind = mpmath.hankel1 if v == -1j else mpmath.hankel2
        with mpmath.workdps(50):
            z = mpmath.mpf(x)
            exact = complex(mpmath.diff(lambda z, f=kind, v=v: f(2.5, z) * mpmath.exp(v * z), z, h=z / 10**15))
        slope = jvp(lambda x, f=function: f(2.5, x + 0j), (x,), (1.0,))[1]
        assert slope == pytest.approx(exact, rel=1e-12, abs=0)


@pytest.mark.parametrize("v", [0.0, 1.5, 7.0])
@pytest.mark.parametrize("z", [0.3, 1.0, 40.0, 1e4, 1e8])
def test_struves_functions_have_slopes_far_out(v: float, z: float) -> None:
    """A power of z was taken from one that is almost as large: at v=1.5 and z=1e8 no digit was left."""
    for function, exact in ((sc.struve, mpmath.struveh), (sc.modstruve, mpmath.struvel)):
        if np.isfinite(function(v, z)):
            with mpmath.workdps(40):
                p, q = mpmath.mpf(v), mpmath.mpf(z)
                expected = float(exact(p - 1, q) - p / q * exact(p, q))
            assert grad(lambda z, f=function: f(v, z))(z) == pytest.approx(expected, rel=1e-12, abs=0)
    assert grad(lambda z: sc.struve(1000.0, z))(7.0) == 0  # as its value: the power of z alone would overflow


@pytest.mark.parametrize("x", [20.0, 101.0, 1e4, 1e8, 1e12, 1e16])
@pytest.mark.parametrize("y", [1e-3, 0.5, 7.0, 300.0])
def test_the_beta_function_of_a_large_argument_has_slopes_in_it(x: float, y: float) -> None:
    """psi(x) - psi(x + y) had no digits at 1e16, and three at 1e12."""
    with mpmath.workdps(40):
        expected = float(mpmath.digamma(x) - mpmath.digamma(mpmath.mpf(x) + y))
    rounding = 1e-14 + 1e-15 / y if x > 100 else 1e-15 * x / min(x, y)
    assert grad(lambda x: sc.betaln(x, y))(x) == pytest.approx(expected, rel=rounding, abs=0)
    assert grad(lambda x: sc.betaln(y, x))(x) == pytest.approx(expected, rel=rounding, abs=0)


@pytest.mark.parametrize("h", [1e-300, 1e-20, 1e-10, -1e-10, 1e-5, -1e-5, 0.4])
@pytest.mark.parametrize("x", [0.3, 2.5, 50.0, 1e4, 1e8, -1.5, -1e4 - 0.3])
def test_quotients_of_gamma_functions_that_are_close_have_slopes(x: float, h: float) -> None:
    """psi(x + h) - psi(x) was a difference of equal numbers: from h=1e-16 on the slopes were 0."""
    with mpmath.workdps(400 if abs(h) < 1e-100 else 60):
        z, step = mpmath.mpf(x), mpmath.mpf(h)
        psi, rise = mpmath.psi(0, z), mpmath.psi(0, z + step) - mpmath.psi(0, z)
        exact = [(sc.poch, mpmath.rf(z, step) * rise), (sc.beta, -mpmath.beta(z, step) * rise),
                 (sc.binom, mpmath.binomial(z, step) * (psi + 1 / z - mpmath.psi(0, z - step + 1)))]
    for function, slope in exact:
        rounding = 1e-10 if abs(x) > 1e3 else 1e-12  # of SciPy's values, and of x + h near a pole
        assert grad(function)(x, h) == pytest.approx(float(slope), rel=rounding, abs=0), function


@pytest.mark.parametrize("arguments", [
    (0.0, 1.0, 2.0), (1e-30, 1e-10, 1.0), (1e-100, 1.0, 1.0), (1.0, 1.0, 1e30), (1e-150, 1.0, 1e100), (1.0, 2.0, 1e-40),
    (0.0, 1.0, 2.0, 3.0), (1.0, 1.0, 1.0, 1e30), (1e100, 1.0, 1.0, 1.0), (1e-30, 1e-20, 1.0, 1e-10),
])
def test_slopes_of_carlsons_integrals_at_arguments_of_very_different_sizes(arguments: tuple[float, ...]) -> None:
    ours, exact = (sc.elliprd, mpmath.elliprd) if len(arguments) == 3 else (sc.elliprj, mpmath.elliprj)

    def at(i: int, v: Any) -> list[Any]:
        return [*arguments[:i], v, *arguments[i + 1 :]]

    for i, value in enumerate(arguments):
        if value:
            with mpmath.workdps(300):
                x, h = mpmath.mpf(value), value * mpmath.mpf(10) ** -100
                expected = mpmath.diff(lambda v, i=i: exact(*map(mpmath.mpf, at(i, v))), x, h=h)
            assert grad(lambda v, i=i: ours(*at(i, v)))(value) == pytest.approx(float(expected), rel=1e-11, abs=1e-300)


def test_slopes_of_the_third_integral_below_its_pole() -> None:
    """For p < 0 it is Cauchy's principal value, whose gradient was nan."""
    x, y, z = np.array([0.3, 2.0, 1.1]), np.array([1.2, 0.7, 1.1]), np.array([2.1, 0.4, 1.1])
    check_gradients(sc.elliprj, x, y, z, np.array([-0.4, -3.0, -0.9]))
    both = grad(lambda p: np.sum(sc.elliprj(0.3, 1.2, 2.1, p)))(np.array([-0.4, 0.4]))
    np.testing.assert_allclose(both, [grad(sc.elliprj, 3)(2.1, 0.3, 1.2, p) for p in (-0.4, 0.4)], rtol=1e-13)
    at_end = grad(sc.elliprj, (1, 2, 3))(0.0, 1.0, 1.0, -0.5)
    np.testing.assert_allclose(at_end, [7 * np.pi / 12, 7 * np.pi / 12, -2 * np.pi / 3], rtol=1e-12)
    assert sum(v * g for v, g in zip((1.0, 1.0, -0.5), at_end, strict=True)) == pytest.approx(
        -1.5 * sc.elliprj(0.0, 1.0, 1.0, -0.5), rel=1e-12)  # homogeneous of degree -3/2


SIZES = [*((np.float32, size) for size in (1e-25, 1e-20, 1.0, 1e20, 1e25)),
         *((np.float64, size) for size in (1e-200, 1e-160, 1.0, 1e160, 1e200))]


@pytest.mark.parametrize(("dtype", "size"), SIZES)
def test_slopes_of_large_and_small_numbers_need_no_squares_of_them(dtype: Any, size: float) -> None:
    x, y = dtype(3 * size), dtype(4 * size)
    np.testing.assert_allclose(grad(np.arctan2, (0, 1))(x, y), [4 / 25 / size, -3 / 25 / size], rtol=1e-6)
    np.testing.assert_allclose(grad(np.arcsinh)(x), 10**-0.5 if size == 1 else 1 / max(3 * size, 1), rtol=1e-6)


@pytest.mark.parametrize("x", [1e3, 1e6, 1e10, -1e10, 1e20, 1e150])
def test_scaled_bessel_functions_have_slopes_far_away(x: float) -> None:
    """They fall as 1 / sqrt(|x|): to the rounding of that, the slope is -f / (2 x)."""
    for f, leading in ((sc.i0e, 1), (sc.i1e, -3), *(((sc.k0e, -1), (sc.k1e, 3)) if x > 0 else ())):
        expected = -f(x) / (2 * x) * (1 + leading / (4 * abs(x)))
        np.testing.assert_allclose(grad(f)(x), expected, rtol=1 / x**2, atol=4e-16 * abs(f(x)))


@pytest.mark.parametrize("y", [-1e-300, -1e-5, -0.7, -3.0, -1e10, -1e15, -1e20, -1e200])
def test_the_inverse_of_a_normal_tail_has_a_slope_to_the_end(y: float) -> None:
    assert grad(sc.ndtri_exp)(y) * grad(sc.log_ndtr)(sc.ndtri_exp(y)) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("x", [1e-300, 1e-20, 1e-10, 0.3, 0.6, 0.999, 1.0, 1.001, 7.0])
def test_the_dilogarithm_has_its_slope_from_0_on(x: float) -> None:
    with mpmath.workdps(40):
        expected = float(mpmath.log(x) / (1 - mpmath.mpf(x))) if x != 1 else -1.0
    assert grad(sc.spence)(x) == pytest.approx(expected, rel=1e-14)


@given(samples=st.lists(st.sampled_from([-np.inf, -3.0, 0.0, 10.0, np.inf]), min_size=1, max_size=5),
       places=st.lists(st.floats(-1, 5) | st.integers(-1, 5).map(float), min_size=1, max_size=6))
def test_lines_between_infinite_samples_are_numpys(samples: list[float], places: list[float]) -> None:
    x, xp, fp = np.array(places), np.arange(float(len(samples))), np.array(samples)
    expected = np.interp(x, xp, fp)
    leaf = Tensor(x, requires_grad=True)
    found = np.interp(leaf, xp, fp)
    np.testing.assert_array_equal(found.data, expected)
    np.testing.assert_array_equal(vmap(lambda x: np.interp(x, xp, fp))(x), expected)
    found[np.isfinite(expected)].sum().backward()
    assert leaf.grad is not None
    assert np.isfinite(leaf.grad.data).all()

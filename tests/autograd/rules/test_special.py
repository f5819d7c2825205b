"""Special functions against mpmath, at their removable singularities, and how their rules are loaded."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special as sc

from autograd import NoDerivativeError, Tensor, grad, jvp, numerical
from autograd.registry import registry
from autograd.rules.integrals import exprel, i0, log1prel, quadrature, sinc
from autograd.rules.special import gamma_functions, incomplete
from autograd.rules.special.gamma_functions import polygamma

mpmath.mp.dps = 30


def derivatives(f: Any, count: int) -> list[Any]:
    """f and its derivatives, by reverse accumulation of reverse accumulation."""
    fs = [f]
    for _ in range(count):
        fs.append(grad(fs[-1]))
    return fs


@pytest.mark.parametrize(("ours", "theirs", "points"), [
    (np.sinc, mpmath.sincpi, (0.0, 1e-9, 0.3, 1.0, 1.9, 2.1, 5.3)),
    (sc.exprel, lambda x: mpmath.quad(lambda t: mpmath.exp(x * t), [0, 1]), (0.0, 1e-9, 0.3, -0.9, 3.0, -7.0)),
    (np.i0, lambda x: mpmath.besseli(0, x), (0.0, 0.5, -2.0, 9.0)),
    (lambda x: sc.spence(1 + x), lambda x: mpmath.quad(lambda t: -mpmath.log1p(x * t) / t, [0, 1]), (0.0, 0.1, -0.2)),
])
def test_all_derivatives_at_removable_singularities(ours: Any, theirs: Any, points: tuple[float, ...]) -> None:
    for order, f in enumerate(derivatives(ours, 3)):
        for x in points:
            expected = float(mpmath.diff(theirs, x, order))
            assert float(f(x)) == pytest.approx(expected, rel=1e-7, abs=1e-9), (order, x)


@pytest.mark.parametrize("a", [99.0, 100.5, 130.0, 1e3, 1e6])
def test_series_of_the_gamma_function_are_exact_to_rounding(a: float) -> None:
    with mpmath.workdps(40):
        centre, peak = mpmath.log(a) - mpmath.digamma(a), a * mpmath.log(a) - a - mpmath.loggamma(a)
    rounding = 4e-16 if a > gamma_functions.LARGE else 1e-12  # the terms nearly cancel
    assert gamma_functions.log_minus_psi(np.float64(a)) == pytest.approx(float(centre), rel=rounding, abs=0)
    assert incomplete.gamma_log_peak(np.float64(a)) == pytest.approx(float(peak), rel=rounding, abs=0)


def gamma_share(a: Any, x: Any) -> Any:
    return mpmath.gammainc(a, 0, x, regularized=True)


def beta_share(a: Any, b: Any, x: Any) -> Any:
    return mpmath.betainc(a, b, 0, x, regularized=True)


@pytest.mark.parametrize(("inverse", "share", "at", "place"), [
    (sc.btdtria, beta_share, (0.3, 1.2, 0.6), 0), (sc.btdtrib, beta_share, (1.2, 0.3, 0.6), 1),
    (sc.gdtria, lambda a, b, x: gamma_share(b, a * x), (0.3, 1.2, 0.7), 0),
    (sc.gdtrib, lambda a, b, x: gamma_share(b, a * x), (1.2, 0.3, 0.7), 1),
    (sc.chdtriv, lambda v, x: gamma_share(v / 2, x / 2), (0.3, 1.2), 0),
    (sc.pdtrik, lambda k, m: 1 - gamma_share(k + 1, m), (0.8, 1.2), 0),
])
def test_inverses_in_a_parameter_against_mpmath(inverse: Any, share: Any, at: tuple[float, ...], place: int) -> None:
    """Each derivative is that of the root of share(..., root, ...) = p, where p is in the root's place."""
    def root(*given: Any) -> Any:
        others = list(given)

        def misfit(u: Any) -> Any:
            others[place] = u
            return share(*others) - given[place]

        return mpmath.findroot(misfit, float(inverse(*at)))

    for i, found in enumerate(grad(inverse, tuple(range(len(at))))(*at)):
        expected = mpmath.diff(lambda u, i=i: root(*at[:i], u, *at[i + 1 :]), at[i])
        assert float(found) == pytest.approx(float(expected), rel=1e-7)


@pytest.mark.parametrize("a", [1e-3, 0.5, 3.0, 50.0, 1e4])
def test_incomplete_gamma_in_its_parameter(a: float) -> None:
    for share in (0.01, 0.5, 0.999, 1.001, 3.0):
        expected = float(mpmath.diff(lambda p, x=a * share: mpmath.gammainc(p, 0, x, regularized=True), a))
        for f, sign in ((sc.gammainc, 1), (sc.gammaincc, -1)):
            assert float(grad(f)(a, a * share)) == pytest.approx(sign * expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(("a", "b"), [(0.01, 0.01), (0.5, 3.0), (3.0, 0.5), (50.0, 20.0), (1.0, 1.0), (300.0, 2000.0)])
def test_incomplete_beta_in_its_parameters(a: float, b: float) -> None:
    """On both sides of the mean, where the integral is taken from the one or the other end."""
    for x in (0.05, a / (a + b), 0.9):
        for place, at in enumerate((a, b)):
            def shifted(p: Any, place: int = place, x: float = x) -> Any:
                return mpmath.betainc(*[p if i == place else (a, b)[i] for i in (0, 1)], 0, x, regularized=True)

            expected = float(mpmath.diff(shifted, at))
            for f, sign in ((sc.betainc, 1), (sc.betaincc, -1)):
                assert float(grad(f, place)(a, b, x)) == pytest.approx(sign * expected, rel=2e-11, abs=1e-60)


@pytest.mark.parametrize("p", [1e-6, 0.2, 0.7, 0.9999])
@pytest.mark.parametrize(("a", "b"), [(0.3, 3.0), (3.0, 0.5), (50.0, 20.0), (2.0, 2.0)])
def test_inverses_of_incomplete_integrals_move_so_that_the_integral_stays(a: float, b: float, p: float) -> None:
    inverses = ((sc.betaincinv, sc.betainc), (sc.betainccinv, sc.betaincc))
    for inverse, f, given in [(inv, f, (a, b)) for inv, f in inverses] + [
            (sc.gammaincinv, sc.gammainc, (a,)), (sc.gammainccinv, sc.gammaincc, (a,)), (sc.stdtrit, sc.stdtr, (a,))]:
        x = inverse(*given, p)
        slope = grad(f, len(given))(*given, x)
        assert grad(inverse, len(given))(*given, p) == pytest.approx(1 / slope, rel=1e-8, abs=0)
        for place in range(len(given)):
            expected = -grad(f, place)(*given, x) / slope
            assert grad(inverse, place)(*given, p) == pytest.approx(expected, rel=1e-8, abs=0)


@pytest.mark.parametrize("a", [1e6, 1e8])
@pytest.mark.parametrize("deviation", [-3.0, -0.2, 0.0, 1.5])
def test_incomplete_integrals_of_large_parameters_step_by_the_density(a: float, deviation: float) -> None:
    """F(a + 1) - F(a) is known, and the derivative half way between but for a part in a; the integrand is narrow."""
    x = a + deviation * np.sqrt(a)
    step = -np.exp(a * np.log(x) - x - sc.gammaln(a + 1))
    assert float(grad(sc.gammainc)(a + 0.5, x)) == pytest.approx(step, rel=1e-6, abs=0)
    x = (1 + deviation / np.sqrt(a)) / 3
    step = -np.exp(a * np.log(x) + 2 * a * np.log1p(-x) - np.log(a) - sc.betaln(a, 2 * a))
    assert float(grad(sc.betainc)(a + 0.5, 2 * a, x)) == pytest.approx(step, rel=1e-6, abs=0)
    assert float(grad(sc.betainc, 1)(2 * a, a + 0.5, 1 - x)) == pytest.approx(-step, rel=1e-6, abs=0)


def test_degrees_minutes_and_seconds_are_worth_what_one_of_them_is() -> None:
    for k, one in enumerate(np.eye(3)):
        assert grad(sc.radian, k)(1.0, 2.0, 3.0) == pytest.approx(float(sc.radian(*one)), rel=1e-15)


def test_log_of_the_normal_distribution_function_far_out() -> None:
    np.testing.assert_allclose(grad(sc.log_ndtr)(-1e6), 1e6, rtol=1e-9)
    assert grad(sc.log_ndtr)(50.0) == 0.0


def test_entropies_of_impossible_events_have_finite_gradients() -> None:
    assert grad(lambda x: sc.xlogy(x, x * 0))(0.0) == 0.0
    assert grad(lambda y: sc.xlogy(0.0, y))(0.0) == 0.0
    assert grad(sc.xlogy)(0.0, 2.0) == grad(sc.xlog1py)(0.0, 1.0) == np.log(2)
    with np.errstate(divide="ignore"):
        assert grad(sc.xlogy, 1)(2.0, 0.0) == grad(sc.xlog1py, 1)(2.0, -1.0) == np.inf
    assert grad(sc.xlogy)(0.0, 0.0) == grad(sc.xlogy, 1)(0.0, 0.0) == 0.0
    assert grad(sc.xlog1py)(0.0, -1.0) == grad(sc.xlog1py, 1)(0.0, -1.0) == 0.0
    p = np.array([0.0, 0.5, 0.5])
    np.testing.assert_allclose(grad(lambda q: np.sum(sc.xlogy(p, q)))(np.array([0.0, 0.5, 0.5])), [0.0, 1.0, 1.0])
    np.testing.assert_allclose(grad(lambda x: np.sum(np.where(x > 0, sc.entr(x), 0.0)))(p), [0.0, *-np.log(p[1:]) - 1])


def test_box_and_cox_at_zero() -> None:
    x = 1.7
    assert grad(sc.boxcox, 1)(x, 0.0) == pytest.approx(np.log(x) ** 2 / 2)
    assert grad(sc.inv_boxcox, 1)(x, 0.0) == pytest.approx(-np.exp(x) * x**2 / 2)


@pytest.mark.parametrize(("f", "argument"), [
    (lambda t: sc.jv(t, 1.5), "v"), (lambda t: sc.zeta(t, 1.5), "s"), (lambda t: sc.hyp2f1(t, 1.0, 2.0, 0.3), "a"),
    (lambda t: sc.ellipj(0.3, t)[0], "m"), (lambda t: sc.eval_legendre(t, 0.3), "n"),
])
def test_arguments_without_a_derivative_are_refused_in_both_modes(f: Any, argument: str) -> None:
    with pytest.raises(NoDerivativeError, match=f"no derivative in its argument {argument}"):
        grad(f)(2.5)
    with pytest.raises(NoDerivativeError, match=f"no derivative in its argument {argument}"):
        jvp(f, (2.5,), (1.0,))


@pytest.mark.parametrize("z", [1 + 1j, 0.3 - 2j, -3.5 + 0.2j, 20 + 5j, -20.3 + 1j])
def test_complex_polygamma_is_mpmaths(z: complex) -> None:
    slope = jvp(sc.psi, (z,), (1 + 0j,))[1]
    curvature = jvp(lambda w: jvp(sc.psi, (w,), (1 + 0j,))[1], (z,), (1 + 0j,))[1]
    assert complex(slope) == pytest.approx(complex(mpmath.psi(1, z)), rel=1e-13)
    assert complex(curvature) == pytest.approx(complex(mpmath.psi(2, z)), rel=1e-13)
    assert complex(jvp(lambda w: jvp(sc.loggamma, (w,), (1 + 0j,))[1], (z,), (1 + 0j,))[1]) == complex(slope)


@pytest.mark.parametrize("r", [-3.0, -1.01, -0.99, -0.2, 0.0, 0.5, 0.99, 1.01, 4.0])
def test_losses_of_huber_on_both_sides_of_their_pieces(r: float) -> None:
    for f in (sc.huber, sc.pseudo_huber):
        for i in (0, 1):
            at, d = np.array([1.0, r]), 1e-6 * np.eye(2)[i]
            assert grad(f, i)(*at) == pytest.approx((f(*at + d) - f(*at - d)) / 2e-6, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("n", [1, 2, 4, 9, 19])
@pytest.mark.parametrize("z", [13.9 + 0.1j, 0.1 + 14j, 30 - 3j, -0.5 + 1e-3j, 2 + 0j])
def test_derivatives_of_the_complex_polygamma_are_mpmaths(n: int, z: complex) -> None:
    """Near the place where the asymptotic series begins, its last term counts."""
    assert complex(polygamma(np.array(z), n)) == pytest.approx(complex(mpmath.psi(n, z)), rel=2e-13, abs=0)


@pytest.mark.parametrize("x", [0.03, 0.5, 1.0, 2.5, 20.0])
def test_exponential_integrals_of_order_0_and_more(x: float) -> None:
    for n in (0, 1, 2, 7):
        expected = float(mpmath.diff(lambda x, n=n: mpmath.expint(n, x), x))
        assert grad(lambda x, n=n: sc.expn(n, x))(x) == pytest.approx(expected, rel=1e-9, abs=0)


@pytest.mark.parametrize("x", [0.0, 0.5, 30.0, 200.0, 700.0])
def test_derivatives_of_i0_for_large_arguments_and_beside_infinite_ones(x: float) -> None:
    given = np.array([x, -x, np.inf])
    with np.errstate(all="ignore"):
        for order in (1, 2, 3):
            expected = float(mpmath.diff(lambda x: mpmath.besseli(0, x), x, order))
            found = i0(given, order=order)
            assert found[0] == pytest.approx(expected, rel=1e-9, abs=1e-12)
            assert found[1] == pytest.approx((-1) ** order * expected, rel=1e-9, abs=1e-12)


INTEGRANDS: dict[str, tuple[Any, Any, tuple[float, ...]]] = {
    "sinc": (sinc, lambda x, t, n: (mpmath.pi * t) ** n * mpmath.cos(mpmath.pi * x * t + n * mpmath.pi / 2),
             (0.0, 0.4, -3.2, 5.7, 8.9, -13.1, 30.0)),
    "exprel": (exprel, lambda x, t, n: t**n * mpmath.exp(x * t), (0.0, 0.4, -3.2, 5.7, 8.9, -13.1, 30.0)),
    "log1prel": (log1prel, lambda x, t, n: (-t) ** n * mpmath.factorial(n) / (1 + x * t) ** (n + 1),
                 (0.0, 0.3, -0.499, 0.499, -0.501, 0.7, -0.95, 3.0)),
    "i0": (i0, lambda x, t, n: mpmath.cos(mpmath.pi * t) ** n * mpmath.exp(x * mpmath.cos(mpmath.pi * t)),
           (0.0, 0.5, 3.0, -25.0)),
}


@pytest.mark.parametrize(("name", "order"), [  # 60! is lost in the sums of all but the last
    (name, order) for name in INTEGRANDS for order in (1, 2, 5, 8, *([60] if name == "i0" else []))])
def test_derivatives_of_every_order_are_the_integrals_of_those_of_the_integrand(name: str, order: int) -> None:
    f, integrand, points = INTEGRANDS[name]
    expected = [float(mpmath.quad(lambda t, x=x: integrand(x, t, order), mpmath.linspace(0, 1, 9))) for x in points]
    scale = float(np.max(np.abs(expected))) if name == "sinc" else np.abs(expected)
    np.testing.assert_array_less(np.abs(f(np.array(points), order=order) - expected), 2e-11 * scale + 1e-15)


@pytest.mark.parametrize("arguments", [(2.0, 2.0, 2.0), (1e-8, 1.0, 2.0), (0.5, 1e6, 3.0), (1e-20, 2e-20, 1e-20),
                                       (1.0, 1.0 + 1e-9, 1.0)])
def test_elliptic_integrals_of_equal_and_of_distant_arguments(arguments: tuple[float, ...]) -> None:
    for i, at in enumerate(arguments):
        def along(x: Any, function: Any = sc.elliprd, i: int = i) -> Any:
            return function(*arguments[:i], x, *arguments[i + 1 :])

        expected = mpmath.diff(lambda x, i=i: along(x, mpmath.elliprd, i), at, h=at * mpmath.mpf(10) ** -12)
        assert float(grad(along)(at)) == pytest.approx(float(expected), rel=1e-11, abs=0)


@pytest.mark.parametrize("name", ["pdtr", "pdtrc", "bdtr", "bdtrc", "nbdtr", "nbdtrc"])
def test_distributions_are_level_between_counts(name: str) -> None:
    """A count that is a tensor gets the gradient 0, in both modes; the probability its own."""
    f, further = getattr(sc, name), (1.7,) if name.startswith("p") else (6, 0.3)
    assert grad(lambda k: f(k, *further))(2.0) == 0
    assert jvp(lambda k: f(k, *further), (2.0,), (1.0,))[1] == 0
    assert jvp(lambda k, p: f(k, *further[:-1], p), (2.0, further[-1]), (1.0, 1.0))[1] == pytest.approx(
        (f(2.0, *further[:-1], further[-1] + 1e-6) - f(2.0, *further[:-1], further[-1] - 1e-6)) / 2e-6, rel=1e-7)


@pytest.mark.parametrize("a", [0.3, 1.0, 4.0])
def test_incomplete_integrals_at_their_ends_do_not_move_with_their_parameters(a: float) -> None:
    with np.errstate(all="ignore"):
        for f in (sc.gammainc, sc.gammaincc):
            assert grad(f)(a, 0.0) == 0
        for f in (sc.betainc, sc.betaincc):
            for x in (0.0, 1.0):
                assert grad(f, 0)(a, 2.0, x) == pytest.approx(0, abs=1e-12)
                assert grad(f, 1)(a, 2.0, x) == pytest.approx(0, abs=1e-12)
        assert np.isnan(grad(sc.gammainc)(a, np.nan))
        assert np.isnan(grad(sc.betainc)(a, 2.0, np.nan))
        assert grad(sc.gammainc)(a, np.inf) == 0
        assert grad(grad(sc.gammainc))(a, 0.0) == 0
        assert grad(grad(sc.betainc))(a, 2.0, 0.0) == 0


@pytest.mark.parametrize("x", [1e-300, 1e-40, 1e-18, 1e-9])
def test_the_incomplete_beta_function_close_to_its_end_moves_with_both_parameters(x: float) -> None:
    """Where 1 - x has lost the digits of x, or is 1."""
    a, b = 0.01, 3.0
    for place in (0, 1):
        def at(p: Any, place: int = place) -> Any:
            return mpmath.betainc(*[p if i == place else (a, b)[i] for i in (0, 1)], 0, x, regularized=True)

        assert float(grad(sc.betainc, place)(a, b, x)) == pytest.approx(float(mpmath.diff(at, (a, b)[place])), rel=1e-7)


@pytest.mark.parametrize("a", [0.5, 3.0, 20.0])
@pytest.mark.parametrize("share", [0.3, 1.0, 2.0])
def test_the_incomplete_beta_function_of_one_large_parameter_steps_by_the_density(a: float, share: float) -> None:
    """Its mass is close to 0, far closer than the parameter that is small would let one look."""
    b = 1e8
    x = share * a / b
    step = np.exp(a * np.log(x) + b * np.log1p(-x) - np.log(b) - sc.betaln(a, b))
    assert float(grad(sc.betainc, 1)(a, b + 0.5, x)) == pytest.approx(step, rel=1e-6, abs=0)
    assert float(grad(sc.betainc)(b + 0.5, a, 1 - x)) == pytest.approx(-step, rel=1e-6, abs=0)


@pytest.mark.parametrize("name", [name for name in dir(sc) if name.startswith("eval_")
                                  and getattr(sc, name) in registry])
def test_orthogonal_polynomials_of_every_degree(name: str) -> None:
    """Of degree 0, too, which is constant, and 1, whose slope is."""
    f = getattr(sc, name)
    parameters = (0.7, 0.4)[: f.nin - 2]
    for n in (0, 1, 2, 5):
        for x in (0.3, 0.8):
            expected = numerical.grad(lambda x, n=n: f(n, *parameters, x), x, "richardson")
            assert grad(lambda x, n=n: f(n, *parameters, x))(x) == pytest.approx(expected, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("name", ["jve", "ive", "jv", "iv"])
def test_bessel_functions_have_their_slope_at_0(name: str) -> None:
    """Half of the neighbour of order 0, which is 1, and none of the exponential that scales."""
    assert (grad(sc.berp)(0.0), grad(sc.beip)(0.0)) == (0, 0.5)  # of x^4 / 64 and x^2 / 4 the second derivatives
    for order, slope in ((1, 0.5), (2, 0.0)):
        assert grad(lambda z, order=order: getattr(sc, name)(order, z))(0.0) == slope
        assert jvp(lambda z, order=order: getattr(sc, name)(order, z), (0.0,), (1.0,))[1] == slope


def test_small_integers_beside_a_variable_do_not_overflow_in_its_derivative() -> None:
    """A function that is defined by others computes as the ufunc does, which casts its operands first."""
    for f, d, x in ((sc.fdtr, 100, 2), (sc.fdtrc, 100, 2), (sc.gdtr, 60, 3)):
        found = grad(lambda e, f=f, d=d, x=x: f(np.int8(d), e, np.int8(x)))(150.0)
        assert found == pytest.approx(grad(lambda e, f=f, d=d, x=x: f(float(d), e, float(x)))(150.0), rel=1e-12)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_nodes_and_weights_integrate_polynomials_from_0_to_1(count: int) -> None:
    nodes, weights = quadrature.__wrapped__(count)
    powers = np.arange(2 * count)
    np.testing.assert_allclose(weights @ nodes[:, None] ** powers, 1 / (powers + 1), rtol=1e-13)


def test_the_tolerance_of_lambertw_is_no_variable() -> None:
    assert grad(lambda tol: np.real(sc.lambertw(0.5, 0, tol)))(1e-8) == 0


def test_scaled_bessel_functions_refuse_complex_arguments() -> None:
    with pytest.raises(NoDerivativeError, match="scale the unscaled one"):
        np.real(sc.ive(1.0, Tensor(1 + 1j, requires_grad=True))).backward()


def test_scipy_is_not_imported_until_it_is_used() -> None:
    script = ("import sys, autograd\n"
              "assert 'scipy' not in sys.modules\n"
              "import scipy.special\n"
              "assert 'autograd.rules.special' not in sys.modules\n"
              "t = autograd.Tensor(0.5, requires_grad=True)\n"
              "scipy.special.erf(t).backward()\n"
              "print(float(t.grad.numpy()))\n")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(done.stdout) == pytest.approx(2 / np.sqrt(np.pi) * np.exp(-0.25))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_are_scipys(dtype: Any) -> None:
    x = np.array([0.3, 0.7], dtype)
    for f in (sc.erf, sc.gammaln, sc.expit, sc.log_ndtr, lambda t: sc.gammainc(dtype(2), t), lambda t: sc.jv(1, t)):
        t = Tensor(x, requires_grad=True)
        out = f(t)
        assert out.dtype == f(x).dtype == dtype
        np.sum(out).backward()
        assert t.grad is not None
        assert t.grad.dtype == dtype


@pytest.mark.parametrize("x", [1e3, -1e6])
def test_a_normal_peak_far_away_gains_a_tail_with_its_first_width_of_cauchys(x: float) -> None:
    """Of the normal density at gamma = 0 Voigt's profile has the slope 1/(pi x^2) (1 + 3 sigma^2/x^2 + ...)."""
    found = grad(sc.voigt_profile, 2)(x, 1.0, 0.0)
    assert float(found) == pytest.approx((1 + 3 / x**2) / (np.pi * x**2), rel=1e-10, abs=0)


@pytest.mark.parametrize(("x", "p"), [(1e-30, 1e30), (1e-5, 1e6), (1e-10, -1e10), (0.3, 1.0), (-0.5, 0.0)])
def test_a_power_of_nearly_one_has_its_slope(x: float, p: float) -> None:
    with mpmath.workdps(60):
        exact = (1 + mpmath.mpf(x)) ** (mpmath.mpf(p) - 1)
    assert grad(lambda x: sc.boxcox1p(x, p))(x) == pytest.approx(float(exact), rel=1e-14)


@pytest.mark.parametrize(("a", "b", "dtype"), [
    (1e200, 1.0, np.float64), (1e-200, 1e-200, np.float64), (1e30, 0.99, np.float32), (1e-30, 1e-20, np.float32)])
def test_the_mean_of_huge_and_tiny_numbers_has_its_slope(a: float, b: float, dtype: Any) -> None:
    """The product of two numbers on the way was infinite or 0."""
    a, b = dtype(a), dtype(b)
    step = mpmath.mpf(float(a)) * mpmath.mpf(10) ** -20
    with mpmath.workdps(60):
        exact = mpmath.diff(lambda a: mpmath.agm(a, float(b)), mpmath.mpf(float(a)), h=step)
    assert grad(lambda a: sc.agm(a, b))(a) == pytest.approx(float(exact), rel=1e-13 if dtype is np.float64 else 1e-5)


@pytest.mark.parametrize("given", [
    (sc.eval_legendre, 1e-5, 0.3), (sc.eval_chebyt, 1e-5, 30.3), (sc.eval_laguerre, -1e-5, -1.0),
    (sc.eval_genlaguerre, 1e-5, 0.1, 1.5), (sc.eval_gegenbauer, 1e-5, 1.0, 0.3), (sc.eval_jacobi, 1e-5, 0.2, 0.4, 0.3),
    (sc.fdtr, 8e-6, 3.0, 0.7), (sc.fdtrc, 1e-5, 30.3, 0.7), (sc.fdtr, 3.0, 8e-6, 0.7)])
def test_slopes_in_float32_have_the_digits_of_their_operands(given: Any) -> None:
    """Those in a small degree or number of degrees of freedom were wrong by a hundredth."""
    function, *numbers = given
    single = [np.float32(x) for x in numbers]
    for place in (0, 1, 2) if function in (sc.fdtr, sc.fdtrc) else (len(numbers) - 1,):  # polynomials only in x
        found, exact = (grad(function, place)(*x) for x in (single, [np.float64(x) for x in single]))
        assert found.dtype == np.float32
        assert found == pytest.approx(exact, rel=1e-5)

"""Twins of `scipy.integrate`: equations by `solve_ivp`, integrals of functions and of samples."""

from __future__ import annotations

from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.integrate as si

from autograd import NoDerivativeError, Tensor, grad, jacfwd, jacrev, jvp, tensor, vmap
from autograd.scipy import integrate
from autograd.testing import check_gradients

PRECISE = {"rtol": 1e-10, "atol": 1e-10}
START = np.array([1.0, 0.5])


def hunters(t: Any, y: Any, a: Any, b: Any) -> Any:
    """Lotka and Volterra's, with immigration."""
    return [a * y[0] - b * y[0] * y[1], -y[1] + b * y[0] * y[1] + 0.1 * t]


# --- solve_ivp -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA"])
@pytest.mark.parametrize("times", [None, [0.0, 0.7, 2.0], [0.3, 0.3001]])
def test_solutions_are_scipys_at_the_same_times(method: str, times: Any) -> None:
    found = integrate.solve_ivp(hunters, (0, 2), Tensor(START), method, times, args=(1.1, 0.4))
    expected = si.solve_ivp(hunters, (0, 2), START, method, times, args=(1.1, 0.4))
    assert found.keys() == expected.keys()
    assert (found.success, found.message, found.nfev) == (True, expected.message, expected.nfev)
    np.testing.assert_array_equal(found.t, expected.t)
    assert found.y.shape == expected.y.shape
    np.testing.assert_allclose(found.y.numpy(), expected.y, rtol=3e-3)  # it may take its steps elsewhere


@pytest.mark.parametrize("method", ["RK45", "DOP853"])
def test_start_arguments_and_times_of_an_equation_are_differentiated(method: str) -> None:
    def states(y0: Any, a: Any, t: Any) -> Any:
        return integrate.solve_ivp(hunters, (0.0, 2.0), y0, method, t_eval=t, args=(a, 0.4), **PRECISE).y

    check_gradients(states, START, np.array(1.1), np.array([0.3, 1.0, 1.7]), order=1, rtol=1e-5)


def test_the_ends_of_the_span_are_differentiated_and_time_may_run_backwards() -> None:
    """y' = cos(t) y goes from y0 to y0 exp(sin t1 - sin t0); the solver's own times in between are constants."""
    def end(t0: Any, t1: Any) -> Any:
        found = integrate.solve_ivp(lambda t, y: np.cos(t) * y, (t0, t1), [1.5], **PRECISE)
        assert len(found.t) > 3
        return found.y[0, -1]

    for t0, t1 in ((0.2, 1.6), (1.6, 0.2)):
        value = 1.5 * np.exp(np.sin(t1) - np.sin(t0))
        np.testing.assert_allclose(grad(end, (0, 1))(t0, t1), [-value * np.cos(t0), value * np.cos(t1)], rtol=1e-7)
        np.testing.assert_allclose(jvp(end, (t0, t1), (1.0, 1.0))[1], value * (np.cos(t1) - np.cos(t0)), rtol=1e-7)


def test_equations_of_complex_states_have_derivatives() -> None:
    """Schroedinger's: the state at t is exp(-i w H t) y0."""
    energies = np.array([[0.2, 1 + 0.5j], [1 - 0.5j, 0.3]])

    def states(y0: Any, w: Any) -> Any:
        return integrate.solve_ivp(lambda t, y, w: -1j * w * (energies @ y), (0.0, 1.0), y0, t_eval=[0.5, 1.0],
                                   args=(w,), **PRECISE).y

    check_gradients(states, np.array([1 + 0.3j, 0.2j]), np.array(0.8), order=1, rtol=1e-5)
    check_gradients(lambda y0, w: np.abs(states(y0, w)) ** 2, np.array([1 + 0.3j, 0.2j]), np.array(0.8), order=1,
                    rtol=1e-5)


def test_each_unknown_may_have_tolerances_of_its_own() -> None:
    each = {"rtol": np.array([1e-9, 1e-8]), "atol": np.array([1e-9, 1e-10])}
    for solved in (
        lambda a: integrate.solve_ivp(hunters, (0.0, 2.0), START, t_eval=[2.0], args=(a, 0.4), **each).y[:, 0],
        lambda a: integrate.odeint(hunters, START, [0.0, 2.0], (a, 0.4), tfirst=True, **each)[-1],
    ):
        check_gradients(solved, np.array(1.1), order=1, rtol=1e-5)


@pytest.mark.parametrize("times", [[0.5], [0.5, 1.0]])
def test_the_start_may_be_among_the_times(times: list[float]) -> None:
    def states(y0: Any) -> Any:
        return integrate.solve_ivp(hunters, (0.5, 1.0), y0, t_eval=times, args=(1.1, 0.4), **PRECISE).y[:, 0]

    np.testing.assert_array_equal(jacrev(states)(START), np.eye(2))
    np.testing.assert_array_equal(jacfwd(states)(START), np.eye(2))


def test_a_solver_that_gives_up_says_so() -> None:
    with pytest.raises(RuntimeError, match="did not reach t = 2.0: Required step size"):
        integrate.solve_ivp(lambda t, y, a: a * y * y, (0.0, 2.0), np.ones(1), args=(Tensor(1.0),))


def prey_alone(solver: str, k: Any) -> Any:
    """Hunters who grow fewer beside their prey: going backwards, they once made gradients a million times too large."""
    def slope(t: Any, z: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
        return np.stack([a * z[0] - b * z[0] * z[1], -c * z[1] + d * z[0] * z[1]])

    start, times, args = np.array([2.0, 1.0]), np.linspace(0, 5, 20), tuple(k)
    if solver == "odeint":
        return np.mean(integrate.odeint(slope, start, times, args, tfirst=True) ** 2)
    return np.mean(integrate.solve_ivp(slope, (0.0, 5.0), start, t_eval=times, args=args, rtol=1e-8, atol=1e-8).y ** 2)


@pytest.mark.parametrize("solver", ["odeint", "solve_ivp"])
def test_what_fades_in_time_has_its_gradient_too(solver: str) -> None:
    """The solution would grow on the way back, and not come back the way it went."""
    at = np.array([1.11668676, 0.15643208, 1.12656454, -0.38511948])
    forward = jacfwd(partial(prey_alone, solver))(at)
    np.testing.assert_allclose(grad(partial(prey_alone, solver))(at), forward, rtol=1e-6)


@pytest.mark.parametrize("method", ["Radau", "BDF", "LSODA", "odeint"])
def test_a_stiff_equation_goes_back_in_few_calls(method: str) -> None:
    """Van der Pol's: a gradient once took twenty times as many calls as the solution, and by LSODA it did not end."""
    calls = [0]

    def swing(t: Any, y: Any, mu: Any) -> Any:
        calls[0] += 1
        return np.stack([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]])

    def end(mu: Any) -> Any:
        if method == "odeint":
            return integrate.odeint(swing, START, [0.0, 40.0], args=(mu,), tfirst=True, mxstep=5000)[-1, 0]
        return integrate.solve_ivp(swing, (0.0, 40.0), START, method, [40.0], args=(mu,), rtol=1e-6, atol=1e-7).y[0, 0]

    def with_sensitivity(t: Any, y: Any) -> Any:
        x, v, dx, dv = y
        return [v, 20 * (1 - x**2) * v - x, dv, (1 - x**2) * v - 40 * x * v * dx + 20 * (1 - x**2) * dv - dx]

    exact = si.solve_ivp(with_sensitivity, (0.0, 40.0), [*START, 0, 0], "LSODA", rtol=1e-10, atol=1e-10).y[2, -1]
    calls[0] = 0
    mu = tensor(20.0, requires_grad=True)
    out = end(mu)
    forward, calls[0] = calls[0], 0
    out.backward()
    assert calls[0] < 2 * forward
    assert mu.grad.item() == pytest.approx(exact, rel=5e-3)


def test_what_is_known_of_one_equation_is_not_taken_for_that_of_its_derivative() -> None:
    """The shape of its Jacobian, and its first step, which is longer than the way between two times."""
    def states(k: Any, **settings: Any) -> Any:
        return integrate.solve_ivp(lambda t, y, k: [-k * y[0] + y[1], -y[1]], (0.0, 1.0), START, args=(k,), **settings,
                                   t_eval=[0.1, 0.2, 1.0], rtol=1e-7, atol=1e-7).y

    expected = jacfwd(states)(np.array(3.0))
    for settings in ({"method": "LSODA", "lband": 0, "uband": 1, "first_step": 0.3},
                     {"method": "Radau", "jac_sparsity": np.array([[1, 1], [0, 1]])}):
        for jacobian in (jacrev, jacfwd):
            np.testing.assert_allclose(jacobian(partial(states, **settings))(np.array(3.0)), expected, atol=1e-5)


@pytest.mark.parametrize("k", [1.0, 30.0, 100.0])
def test_a_quick_decay_has_its_gradient_in_both_modes(k: float) -> None:
    def end(k: Any) -> Any:
        return integrate.odeint(lambda y, t, k: -k * (y - np.cos(t)), np.zeros(1), np.array([0.0, 1.0]), (k,))[-1, 0]

    exact = mpmath.diff(lambda k: k * (k * mpmath.cos(1) + mpmath.sin(1) - k * mpmath.exp(-k)) / (1 + k * k), k)
    assert grad(end)(k) == pytest.approx(float(exact), rel=1e-3)
    assert jvp(end, (k,), (1.0,))[1] == pytest.approx(float(exact), rel=1e-3)


def test_what_solve_ivp_of_tensors_does_not_do_is_refused() -> None:
    with pytest.raises(ValueError, match="takes no jac: leave it out"):
        integrate.solve_ivp(hunters, (0.0, 1.0), Tensor(START), args=(1.1, 0.4), jac=np.eye(2))


# --- Equations and integrals inside of other transforms --------------------------------------------------------------


def falling(k: Any) -> Any:
    return integrate.odeint(lambda y, t, k: -k * y, np.ones(1), np.array([0.0, 1.0]), args=(k,), **PRECISE)[-1, 0]


def falling_with(k: Any) -> Any:
    found = integrate.solve_ivp(lambda t, y, k: -k * y, (0.0, 1.0), np.ones(1), t_eval=[1.0], args=(k,), **PRECISE)
    return found.y[0, 0]


def bell(k: Any) -> Any:
    return integrate.quad(lambda x, k: np.exp(-k * x * x), -np.inf, np.inf, args=(k,))[0]


def energy_kept(k: Any) -> Any:
    """Hamilton's equations, whose slope is itself a gradient."""
    def slope(t: Any, y: Any, k: Any) -> Any:
        g = grad(lambda y: 0.5 * (y[1] ** 2 + k * y[0] ** 2))(y)
        return np.stack([g[1], -g[0]])

    return integrate.solve_ivp(slope, (0.0, 1.0), np.array([1.0, 0.2]), t_eval=[1.0], args=(k,), **PRECISE).y[0, 0]


@pytest.mark.parametrize("f", [falling, falling_with, bell, energy_kept])
def test_batches_of_solutions_and_of_their_gradients_are_those_of_a_loop(f: Any) -> None:
    ks = np.array([0.5, 1.0, 2.0])
    for function in (f, grad(f), lambda k: jvp(f, (k,), (1.0,))[1]):
        np.testing.assert_allclose(vmap(function)(ks), [function(k) for k in ks], rtol=1e-9)


def test_times_that_the_solver_chooses_are_refused_inside_vmap() -> None:
    with pytest.raises(ValueError, match="inside vmap needs t_eval"):
        vmap(lambda a: integrate.solve_ivp(hunters, (0.0, 1.0), START, args=(a, 0.4)).y[:, -1])(np.array([1.0, 1.9]))


# --- quad ------------------------------------------------------------------------------------------------------------


def test_integrals_are_differentiated_in_their_ends_and_arguments() -> None:
    def integral(a: Any, b: Any, k: Any, c: Any) -> Any:
        return integrate.quad(lambda x, k, c: np.exp(-k * x * x) * np.cos(c["w"][0] * x + c["w"][1]), a, b,
                              args=(k, {"w": c}), epsabs=1e-12, epsrel=1e-12)[0]

    check_gradients(integral, np.array(-0.5), np.array(1.3), np.array(0.7), np.array([1.1, 0.3]), order=2)


def test_the_ends_alone_may_move() -> None:
    def area(a: Any, b: Any) -> Any:
        return integrate.quad(np.sin, a, b)[0]

    np.testing.assert_allclose(grad(area, (0, 1))(0.3, 1.2), [-np.sin(0.3), np.sin(1.2)])
    np.testing.assert_allclose(jvp(area, (0.3, 1.2), (1.0, 2.0))[1], 2 * np.sin(1.2) - np.sin(0.3))


def test_infinite_ends_and_integrable_poles() -> None:
    k = 1.3
    root = np.sqrt(np.pi)
    np.testing.assert_allclose(grad(bell)(k), -0.5 * root * k**-1.5)
    np.testing.assert_allclose(grad(grad(bell))(k), 0.75 * root * k**-2.5)
    half = grad(lambda k: integrate.quad(lambda x, k: np.exp(-k * x), 0, np.inf, args=k)[0])(k)
    np.testing.assert_allclose(half, -1 / k**2)
    squared_log = grad(lambda k: integrate.quad(lambda x, k: k * k * np.log(x) ** 2, 0, 1, args=(k,))[0])(k)
    np.testing.assert_allclose(squared_log, 2 * k * 2, rtol=1e-7)


def test_an_integral_comes_with_its_error_and_kinks_may_be_named() -> None:
    def cusp(x: Any, k: Any) -> Any:
        return k * np.abs(x - 0.3) ** 0.5

    value, error = integrate.quad(cusp, 0.0, Tensor(1.0), args=(2.0,), points=[0.3], limit=70)
    expected = si.quad(cusp, 0.0, 1.0, args=(2.0,), points=[0.3], limit=70)
    assert (value.item(), error.item()) == expected
    assert not error.requires_grad


def test_what_quad_of_tensors_does_not_do_is_refused() -> None:
    with pytest.raises(ValueError, match="takes epsabs, epsrel, limit, points, not full_output"):
        integrate.quad(np.sin, 0.0, Tensor(1.0), full_output=1)
    with pytest.raises(ValueError, match="takes epsabs, epsrel, limit, limlst, maxp1 with a weight, not points"):
        integrate.quad(np.sin, 0.0, Tensor(1.0), weight="cos", wvar=2.0, points=[0.5])
    with pytest.raises(ValueError, match="weight must be one of 'cos', .*, got 'tan'"):
        integrate.quad(np.sin, 0.0, Tensor(1.0), weight="tan", wvar=2.0)
    with pytest.raises(NoDerivativeError, match=r"leave the weight out, and have func return f\(x\) \* \(x - a\)"):
        grad(lambda p: integrate.quad(np.cos, 0.0, 1.0, weight="alg", wvar=(p, 0.0))[0])(0.5)


def weighted(x: Any, k: Any) -> Any:
    return np.exp(-k * x) + k * x


POLES = [("alg", (0.3, -0.4)), ("alg-loga", (0.3, -0.4)), ("alg-logb", (0.3, -0.4)), ("alg-log", (-0.2, 1.1))]
WAVES = [("cos", 3.0), ("sin", 40.0), ("cos", -2.0), ("sin", 0.0), ("cos", 0.0), ("cauchy", 0.4)]


@pytest.mark.parametrize("ends", [(0.1, 1.7), (1.7, 0.1)])
@pytest.mark.parametrize(("weight", "wvar"), WAVES + POLES)
def test_integrals_with_a_weight_are_scipys_and_are_differentiated(weight: str, wvar: Any, ends: Any) -> None:
    given = {"weight": weight, "epsabs": 1e-10, "epsrel": 1e-10, "limit": 60}
    value, error = integrate.quad(weighted, ends[0], Tensor(ends[1]), args=(0.7,), wvar=wvar, **given)
    expected = si.quad(weighted, *ends, args=(0.7,), wvar=wvar, **given)
    np.testing.assert_allclose([value.item(), error.item()], expected, rtol=1e-9, atol=1e-10)

    def integral(a: Any, b: Any, k: Any, *wvars: Any) -> Any:
        return integrate.quad(weighted, a, b, args=(k,), wvar=wvars[0] if wvars else wvar, **given)[0]

    check_gradients(integral, *map(np.array, (*ends, 0.7)), *([np.array(wvar)] if np.ndim(wvar) == 0 else []),
                    order=2 if weight in ("sin", "cauchy", "alg") and ends[0] < ends[1] else 1)


@pytest.mark.parametrize("frequency", [2.0, -2.0])
def test_waves_without_end_are_fourier_transforms(frequency: float) -> None:
    """Of exp(-k x): k / (k^2 + w^2) and w / (k^2 + w^2)."""
    def transform(k: Any, w: Any, weight: str, a: float, b: float) -> Any:
        return integrate.quad(lambda x, k: np.exp(-k * np.abs(x)), a, b, args=(k,), weight=weight, wvar=w,
                              epsabs=1e-11)[0]

    k, w = 0.7, frequency
    for weight, slopes in (("cos", [(w * w - k * k) / (k * k + w * w) ** 2, -2 * k * w / (k * k + w * w) ** 2]),
                           ("sin", [-2 * k * w / (k * k + w * w) ** 2, (k * k - w * w) / (k * k + w * w) ** 2])):
        for a, b, sign in ((0.0, np.inf, 1), (-np.inf, 0.0, 1 if weight == "cos" else -1)):
            np.testing.assert_allclose(grad(transform, (0, 1))(k, w, weight, a, b), sign * np.array(slopes), rtol=1e-8)
            along = jvp(lambda k, w: transform(k, w, weight, a, b), (k, w), (1.0, 1.0))[1]  # noqa: B023  # at once
            np.testing.assert_allclose(along, sign * sum(slopes), rtol=1e-8)


def test_weights_of_several_arguments_and_of_batches() -> None:
    def transform(c: Any, w: Any) -> Any:
        return integrate.quad(lambda x, c: c[0] + x * c[1], 0.0, 1.0, args=(c,), weight="sin", wvar=w)[0]

    check_gradients(transform, np.array([0.3, 1.2]), np.array(2.0), order=2)
    ws, c = np.array([0.5, 2.0]), np.array([0.3, 1.2])
    np.testing.assert_allclose(vmap(grad(transform, 1), (None, 0))(c, ws), [grad(transform, 1)(c, w) for w in ws])


# --- several variables -----------------------------------------------------------------------------------------------


def test_an_integral_in_an_integral_moves_with_all_ends_and_arguments() -> None:
    def f(y: Any, x: Any, c: Any) -> Any:
        return c * x * y**2

    def volume(a: Any, b: Any, c: Any) -> Any:
        return integrate.dblquad(f, a, b, lambda x: x, 2.0, args=(c,))[0]

    expected = si.dblquad(f, 0.2, 1.3, np.sin, 2.0, (0.7,))
    found = integrate.dblquad(f, Tensor(0.2), 1.3, np.sin, 2.0, (0.7,))
    np.testing.assert_allclose([x.item() for x in found], expected, rtol=1e-12)
    a, b, c = 0.2, 1.3, 0.7  # c/3 times the integral of x (8 - x^3)
    by_ends = [-c / 3 * a * (8 - a**3), c / 3 * b * (8 - b**3)]
    by_factor = (4 * (b**2 - a**2) - (b**5 - a**5) / 5) / 3
    np.testing.assert_allclose(grad(volume, (0, 1, 2))(a, b, c), [*by_ends, by_factor], rtol=1e-9)
    np.testing.assert_allclose(jvp(volume, (a, b, c), (0.0, 0.0, 1.0))[1], by_factor, rtol=1e-9)


@pytest.mark.parametrize("count", [2, 3])
def test_each_variable_has_its_own_options(count: int) -> None:
    def integral(module: Any, end: Any) -> Any:
        waves = [{"weight": weight, "wvar": w} for weight, w in (("cos", 1.0), ("sin", 2.0), ("cos", 3.0))]
        ranges = [(0.0, 1.0)] * (count - 1)
        return module.nquad(lambda *x: 1.0 + np.prod(x), [*ranges, (0.0, end)], opts=waves[:count])[0]

    assert integral(integrate, Tensor(1.0)).item() == pytest.approx(integral(si, 1.0), rel=1e-10)


def test_ranges_may_depend_on_the_variables_after_them_and_on_arguments() -> None:
    def volume(height: Any) -> Any:
        """Under a roof over a triangle, height^3 / 6."""
        ranges = [lambda y, h: (0.0, h - y), lambda h: (0.0, h)]
        return integrate.nquad(lambda x, y, h: h - x - y, ranges, args=(height,), opts=[{"epsabs": 1e-6}, {}])[0]

    np.testing.assert_allclose(grad(volume)(1.5), 1.5**2 / 2, rtol=1e-9)
    with pytest.raises(ValueError, match="no full_output"):
        integrate.nquad(np.sin, [(0.0, Tensor(1.0))], full_output=True)


# --- simpson ---------------------------------------------------------------------------------------------------------


def test_a_single_sample_encloses_no_area() -> None:
    assert integrate.simpson(Tensor([3.0])).item() == 0


@pytest.mark.parametrize("count", range(2, 8))  # of one sample SciPy's versions say different things
@pytest.mark.parametrize("axis", [0, -1])
def test_simpsons_rule_of_any_number_of_samples(count: int, axis: int) -> None:
    rng = np.random.default_rng(count)
    y, places = rng.standard_normal((count, count)), np.cumsum(rng.uniform(0.1, 1, (count, count)), axis=axis)
    for given in ({}, {"dx": 0.3}, {"x": places[0] if axis else places[:, 0]}, {"x": places}):
        for samples in (y, y.astype(np.float32), np.round(4 * y).astype(int), y + 1j * y[::-1]):
            found = integrate.simpson(Tensor(samples), axis=axis, **given).numpy()
            expected = si.simpson(samples, axis=axis, **given)
            assert found.dtype == expected.dtype
            np.testing.assert_allclose(found, expected, rtol=1e-12,
                                       atol=1e-6 if samples.dtype == np.float32 else 1e-13)
    if count > 2:
        check_gradients(lambda y, x: integrate.simpson(y, x=x, axis=axis), y, places, order=2)


def test_samples_at_the_same_place_enclose_no_area() -> None:
    for places in ([0.0, 1, 1, 2, 3], [0.0, 1, 1, 1, 2], [0.0, 1, 1, 1]):
        y = np.arange(1.0, len(places) + 1) ** 2
        assert integrate.simpson(Tensor(y), x=places).item() == pytest.approx(si.simpson(y, x=places))


@pytest.mark.parametrize("name", ["simpson", "cumulative_trapezoid", "cumulative_simpson"])
@pytest.mark.parametrize(("shape", "axis"), [((0,), -1), ((0, 3), 0), ((3, 0), -1)])
def test_without_a_sample_there_is_no_area_to_tell(name: str, shape: tuple[int, ...], axis: int) -> None:
    """Running areas were empty, or one 0 after an initial one, where SciPy refuses too; no rows are no areas."""
    for places in (None, np.zeros(0)):
        with pytest.raises(ValueError, match=f"{name} takes at least one sample along axis {axis}, got shape"):
            getattr(integrate, name)(Tensor(np.zeros(shape)), x=places, axis=axis)
    rows = np.zeros((0, 3))
    assert getattr(integrate, name)(Tensor(rows)).shape == getattr(si, name)(rows).shape
    assert integrate.trapezoid(Tensor(np.zeros(shape)), axis=axis).sum().item() == 0


def test_samples_without_a_distance_enclose_no_area() -> None:
    y, dx = np.arange(10.0).reshape(2, 5) ** 2, np.array([[0.0], [0.7]])
    np.testing.assert_allclose(integrate.cumulative_simpson(Tensor(y), dx=0.0), np.zeros((2, 4)))
    np.testing.assert_allclose(integrate.cumulative_simpson(Tensor(y), dx=dx), si.cumulative_simpson(y, dx=dx))
    check_gradients(lambda y, dx: integrate.cumulative_simpson(y, dx=dx), y, dx)


def test_each_end_alone_moves_an_integral() -> None:
    """The other one is a number, whose cotangent nobody asks for."""
    def f(x: Any) -> Any:
        return np.exp(-x * x)

    for integral in (integrate.quad, integrate.quad_vec):
        np.testing.assert_allclose(grad(lambda a, i=integral: i(f, a, 1.2)[0])(0.3), -np.exp(-0.09), rtol=1e-10)
        np.testing.assert_allclose(grad(lambda b, i=integral: i(f, 0.3, b)[0])(1.2), np.exp(-1.44), rtol=1e-10)


def test_what_twins_of_integrals_do_not_take_is_said() -> None:
    b, samples = Tensor(1.0), Tensor(np.ones(5))
    for call, said in ((lambda: integrate.quad_vec(np.sin, 0.0, b, full_output=True), "full_output"),
                       (lambda: integrate.romb(samples, show=True), "shows no table"),
                       (lambda: integrate.romb(samples[:4]), "got 4"), (lambda: integrate.romb(samples[:1]), "got 1"),
                       (lambda: integrate.fixed_quad(np.sin, -np.inf, b), "finite ends"),
                       (lambda: integrate.cumulative_simpson(samples, x=np.zeros(5)), "places x that increase")):
        with pytest.raises(ValueError, match=said):
            call()


def test_gauss_rule_reads_tensors_from_anywhere() -> None:
    found = grad(lambda c: integrate.fixed_quad(lambda x: np.exp(c * x), 0.0, 1.0)[0])(0.4)
    np.testing.assert_allclose(found, (np.exp(0.4) * (0.4 - 1) + 1) / 0.16, rtol=1e-8)
    assert integrate.fixed_quad(np.sin, Tensor(0.0), 1.0)[1] is None


@pytest.mark.parametrize("a", [0, 0.0, *(dtype(0) for dtype in (np.float16, np.float32, np.float64, np.int8))])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_gauss_rule_evaluates_at_the_places_of_the_scipy_that_is_installed(a: Any, dtype: Any) -> None:
    """SciPy 1.17 does so in double precision, 1.18 in that of the ends."""
    places: list[Any] = []
    for b in (dtype(1.5), Tensor(dtype(1.5))):
        found = integrate.fixed_quad(lambda x: places.append(x) or np.sin(x), a, b)[0]
        places.append(found)
    expected, total, found, integral = places
    assert (found.dtype, integral.dtype) == (expected.dtype, total.dtype)
    np.testing.assert_allclose(found.numpy(), expected, rtol=4 * np.finfo(expected.dtype).eps)
    np.testing.assert_allclose(integral.numpy(), total, rtol=4 * np.finfo(expected.dtype).eps)


@pytest.mark.parametrize("options", [{"quadrature": "trapezoid"}, {"norm": "max", "points": [0.3]}, {"limit": 2}])
def test_a_vector_is_integrated_by_the_rule_that_is_asked_for(options: dict[str, Any]) -> None:
    def counted(module: Any, b: Any) -> tuple[Any, float, int]:
        places: list[float] = []

        def f(x: Any) -> Any:
            places.append(x)
            return np.stack([np.exp(x), np.abs(x - 0.3)])

        value, error = module.quad_vec(f, 0.0, b, epsrel=1e-6, **options)
        return value, float(error), len(places)

    (found, *course), (expected, *known) = counted(integrate, Tensor(1.0)), counted(si, 1.0)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)
    assert course[0] == pytest.approx(known[0])
    assert course[1] - known[1] in (0, 1)  # one more to know how many numbers there are


@pytest.mark.parametrize("places", [None, np.int64, np.float32, np.float64])
@pytest.mark.parametrize("dtype", [np.int64, np.float16, np.float32, np.float64, np.complex64])
@pytest.mark.parametrize("name", ["trapezoid", "cumulative_trapezoid", "cumulative_simpson"])
def test_sums_of_samples_have_scipys_precision(name: str, dtype: Any, places: Any) -> None:
    """The trapezoidal rule's is that of the samples, whatever that of their places."""
    ours, theirs = getattr(integrate, name), getattr(si, name)
    y, at = np.array([1, 2, 5, 3], dtype), {} if places is None else {"x": np.array([0, 1, 3, 4], places)}
    expected = theirs(y, **at)
    assert ours(Tensor(y), **at).dtype == expected.dtype
    np.testing.assert_allclose(ours(Tensor(y), **at).numpy(), expected, rtol=1e-3)

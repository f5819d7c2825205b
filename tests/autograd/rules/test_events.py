"""`solve_ivp` with events and dense output: times of events move as the implicit function theorem says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.integrate as si

from autograd import Tensor, grad, hvp, jvp, tensor, vmap
from autograd.scipy import integrate
from autograd.testing import check_gradients

PRECISE = {"rtol": 1e-10, "atol": 1e-10}
START, GRAVITY, DRAG = np.array([1.0, 5.0]), np.array(9.81), np.array(0.1)


def thrown(t: Any, y: Any, g: Any, k: Any) -> Any:
    return [y[1], -g - k * y[1]]


def ground(t: Any, y: Any, *args: Any) -> Any:
    return y[0]


def top(t: Any, y: Any, *args: Any) -> Any:
    return y[1]


def level(t: Any, y: Any, g: Any, k: Any) -> Any:
    return y[0] - 1.5 - k - 0.2 * t


ground.terminal, ground.direction = True, -1  # type: ignore[attr-defined]


@pytest.mark.parametrize("times", [None, [0.1, 0.6, 3.0]])
@pytest.mark.parametrize("end", [10.0, 1.0, -2.0])
def test_events_are_scipys(end: float, times: Any) -> None:
    asked = times and [np.sign(end) * t for t in times if t < abs(end)]
    given = (thrown, (0.0, end)), {"t_eval": asked, "events": (ground, top, level), "args": (9.81, 0.1), **PRECISE}
    found = integrate.solve_ivp(*given[0], Tensor(START), **given[1])
    expected = si.solve_ivp(*given[0], START, **given[1])
    assert found.keys() == expected.keys()
    assert (found.status, found.message, found.sol) == (expected.status, expected.message, None)
    assert list(map(len, found.t_events)) == list(map(len, expected.t_events))
    for name in ("t_events", "y_events"):
        for ours, theirs in zip(found[name], expected[name], strict=True):
            np.testing.assert_allclose(ours.numpy().ravel(), theirs.ravel(), rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(np.array([float(t) for t in found.t]), expected.t, rtol=1e-8)
    np.testing.assert_allclose(found.y.numpy(), expected.y, rtol=1e-7, atol=1e-8)


def test_times_and_states_of_events_are_differentiated() -> None:
    def happened(y0: Any, g: Any, k: Any, t0: Any, end: Any) -> Any:
        found = integrate.solve_ivp(thrown, (t0, end), y0, events=[ground, top, level], args=(g, k), **PRECISE)
        assert list(map(len, found.t_events)) == [1, 1, 2]
        return np.concatenate([*found.t_events, found.t[-1:], found.y_events[0][0, 1:], found.y_events[1][0, :1],
                               np.ravel(found.y_events[2]), found.y[1:, -1]])

    check_gradients(happened, START, GRAVITY, DRAG, np.array(0.3), np.array(4.0), order=1, rtol=1e-5, atol=1e-7)


def landing(height: Any, **given: Any) -> Any:
    """Without drag after (v + sqrt(v^2 + 2 g h)) / g."""
    found = integrate.solve_ivp(thrown, (0.0, 10.0), np.stack([height, 5.0]), events=ground, args=(9.81, 0.0),
                                **given, **PRECISE)
    return found.t_events[0][0]


def test_the_time_of_an_event_has_the_derivatives_of_its_formula() -> None:
    h, speed = 1.0, np.sqrt(25 + 2 * 9.81)
    assert landing(Tensor(h)).item() == pytest.approx((5 + speed) / 9.81)
    assert grad(landing)(h) == pytest.approx(1 / speed)
    assert jvp(landing, (h,), (1.0,))[1] == pytest.approx(1 / speed)
    for second in (grad(grad(landing))(h), hvp(landing, h, 1.0), jvp(grad(landing), (h,), (1.0,))[1],
                   jvp(lambda h: jvp(landing, (h,), (1.0,))[1], (h,), (1.0,))[1]):
        assert second == pytest.approx(-9.81 / speed**3)


def test_batches_of_events_are_those_of_a_loop() -> None:
    heights = np.array([1.0, 2.0])

    def batched(h: Any) -> Any:
        return landing(h, t_eval=[0.1])

    for function, alone in ((batched, landing), (grad(batched), grad(landing))):
        np.testing.assert_allclose(vmap(function)(heights), [alone(h) for h in heights], rtol=1e-8)


def test_events_of_complex_states() -> None:
    """The phase of a state that turns by w is first pi/2 after (pi/2 - phase) / w."""
    def crosses(t: Any, y: Any, w: Any) -> Any:
        return np.real(y[0])

    def when(y0: Any, w: Any) -> Any:
        return integrate.solve_ivp(lambda t, y, w: 1j * w * y, (0.0, 2.0), y0, events=crosses, args=(w,),
                                   **PRECISE).t_events[0]

    y0 = np.array([1 + 0.5j])
    np.testing.assert_allclose(when(Tensor(y0), 1.2).numpy(), (np.pi / 2 - np.angle(y0)) / 1.2, rtol=1e-8)
    check_gradients(when, y0, np.array(1.2), order=1, rtol=1e-6)


def test_an_event_that_does_not_happen_has_no_times() -> None:
    found = integrate.solve_ivp(thrown, (0.0, 1.0), Tensor(START), events=[ground, top], args=(9.81, 0.1))
    assert (found.status, len(found.t_events[0]), len(found.t_events[1])) == (0, 0, 1)
    assert integrate.solve_ivp(thrown, (0.0, 1.0), Tensor(START), args=(9.81, 0.1)).t_events is None


def test_an_event_uses_what_it_is_given() -> None:
    k = tensor(0.1, requires_grad=True)

    def when(k: Any) -> Any:
        return integrate.solve_ivp(thrown, (0.0, 9.0), Tensor(START), events=lambda t, y, *_: y[0] - k,
                                   args=(9.81, 0.1), **PRECISE).t_events[0]

    times = when(k)
    assert len(times)
    times[-1].backward()
    assert k.grad.item() == pytest.approx((when(0.1 + 1e-4)[-1] - when(0.1 - 1e-4)[-1]).item() / 2e-4, rel=1e-4)


@pytest.mark.parametrize("event", [lambda t, y, *_: np.sign(t - 0.05), lambda t, y, *_: np.maximum(t - 0.05, 0.0)])
def test_an_event_that_does_not_cross_zero_has_no_derivative(event: Any) -> None:
    def when(g: Any) -> Any:
        return np.sum(integrate.solve_ivp(thrown, (0.0, 1.0), START, events=event, args=(g, 0.1)).t_events[0])

    for derivative in (grad(when), lambda g: jvp(when, (g,), (1.0,))):
        with pytest.raises(np.linalg.LinAlgError, match="touches 0 and does not cross it, or jumps: .* a better event"):
            derivative(9.81)


@pytest.mark.parametrize("end", [2.0, -2.0])
def test_the_solution_at_any_time_is_scipys_and_is_differentiated(end: float) -> None:
    at = np.sign(end) * np.array([0.7, 0.2, 2.0, 0.0, 0.7])

    def solved(solver: Any, y0: Any, g: Any, t0: Any = 0.0, end: Any = end) -> Any:
        return solver.solve_ivp(thrown, (t0, end), y0, dense_output=True, args=(g, 0.1), **PRECISE).sol

    ours, theirs = solved(integrate, Tensor(START), 9.81), solved(si, START, 9.81)
    np.testing.assert_allclose(ours(at).numpy(), theirs(at), rtol=1e-7)
    np.testing.assert_allclose(ours(at[0]).numpy(), theirs(at[0]), rtol=1e-7)
    assert (ours.t_min.item(), ours.t_max.item()) == (theirs.t_min, theirs.t_max)
    check_gradients(lambda y0, g, t, t0: solved(integrate, y0, g, t0)(t), START, GRAVITY, at[:2], np.array(end / 20),
                    order=1, rtol=1e-5)
    np.testing.assert_allclose(vmap(lambda t: ours(t)[0])(at), theirs(at)[0], rtol=1e-7)


def test_the_solution_is_not_known_beyond_its_ends() -> None:
    sol = integrate.solve_ivp(thrown, (0.0, 10.0), Tensor(START), dense_output=True, events=ground,
                              args=(9.81, 0.1)).sol
    for outside in (-0.1, [0.5, 1.3]):
        with pytest.raises(ValueError, match=r"known from t = 0.0 to 1\.17\d+, got .*: solve over a t_span"):
            sol(outside)
    with pytest.raises(ValueError, match=r"a time or a vector of times, got shape \(1, 1\)"):
        sol([[0.5]])


def test_an_event_that_does_not_happen_has_no_times_and_costs_no_gradient() -> None:
    def end(k: Any) -> Any:
        found = integrate.solve_ivp(lambda t, y, k: -k * y, (0.0, 1.0), np.ones(1), args=(k,), rtol=1e-9, atol=1e-12,
                                    events=lambda t, y, k: y[0] - 5)
        assert [len(times) for times in found.t_events] == [0]
        return found.y[0, -1]

    assert float(grad(end)(0.7)) == pytest.approx(-np.exp(-0.7), rel=1e-7)

"""The twin of `scipy.integrate.odeint`: derivatives in the start, the times and the arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, hessian, jvp, vjp
from autograd.scipy import integrate

TIMES = np.array([0.0, 0.5, 1.5])
PRECISE = {"rtol": 1e-11, "atol": 1e-11}


def growth(y: Any, t: Any, rate: Any) -> Any:
    return rate * y


def final(y0: Any, rate: Any) -> Any:
    return integrate.odeint(growth, y0, TIMES, args=(rate,), **PRECISE)[-1, 0]


def test_exponential_growth_has_the_derivatives_of_its_formula() -> None:
    y0, rate = np.array([2.0]), 0.7
    grown = np.exp(rate * 1.5)
    np.testing.assert_allclose(grad(final)(y0, rate), [grown], rtol=1e-7)
    np.testing.assert_allclose(grad(final, 1)(y0, rate), 2 * 1.5 * grown, rtol=1e-7)
    np.testing.assert_allclose(jvp(lambda r: final(y0, r), (rate,), (1.0,))[1], 2 * 1.5 * grown, rtol=1e-7)
    np.testing.assert_allclose(hessian(lambda r: final(y0, r))(rate), 2 * 1.5**2 * grown, rtol=1e-5)


def test_times_are_differentiated_too() -> None:
    def states(t: Any) -> Any:
        return integrate.odeint(growth, np.array([2.0]), t, args=(0.7,), **PRECISE)[:, 0]

    out, pullback = vjp(states, TIMES)
    np.testing.assert_allclose(pullback(np.array([0.0, 1.0, 0.0]))[0], [-0.7 * out[1], 0.7 * out[1], 0.0], atol=1e-7)
    np.testing.assert_allclose(
        jvp(states, (TIMES,), (np.array([1.0, 0.0, 0.0]),))[1], [0.0, *-0.7 * out[1:]], atol=1e-7
    )


def test_several_arguments_and_times_of_a_system_are_differentiated_at_once() -> None:
    """Two unknowns, an array and a number as arguments, a loss at several times: against differences of SciPy's own."""
    def swing(y: Any, t: Any, k: Any, force: Any) -> Any:
        return np.stack([y[1], -k[0] * y[0] - k[1] * y[1] * abs(t) + force * t])

    def loss(y0: Any, t: Any, k: Any, force: Any) -> Any:
        y = integrate.odeint(swing, y0, t, args=(k, force), **PRECISE)
        return np.sum(y * np.arange(1.0, 9.0).reshape(4, 2))

    at = [np.array([1.0, -0.5]), np.array([0.0, 0.3, 0.7, 1.5]), np.array([2.0, 0.3]), np.array(0.8)]
    gradients = grad(loss, argnums=(0, 1, 2, 3))(*at)
    for i, g in enumerate(gradients):
        for index in np.ndindex(at[i].shape):
            d = np.zeros_like(at[i])
            d[index] = 1e-5
            ends = [loss(*at[:i], at[i] + sign * d, *at[i + 1 :]) for sign in (1, -1)]
            assert np.asarray(g)[index] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5, abs=1e-7), (i, index)
    back = [at[0], at[1][::-1].copy(), *at[2:]]  # and in time that runs backwards
    slope = jvp(loss, back, [np.ones_like(x) for x in back])[1]
    assert slope == pytest.approx(sum(np.sum(g) for g in grad(loss, argnums=(0, 1, 2, 3))(*back)), rel=1e-7)


def test_a_parameter_that_is_not_passed_gets_its_gradient() -> None:
    rate, start = Tensor(0.7, requires_grad=True), Tensor([1.0], requires_grad=True)
    integrate.odeint(lambda y, t: rate * y, start, TIMES)[-1, 0].backward()
    span = TIMES[-1] - TIMES[0]
    assert rate.grad.item() == pytest.approx(span * np.exp(0.7 * span), rel=1e-5)
    assert start.grad.item() == pytest.approx(np.exp(0.7 * span), rel=1e-5)


def test_what_odeint_of_tensors_does_not_do_is_refused() -> None:
    with pytest.raises(ValueError, match="no Dfun and no full_output"):
        integrate.odeint(growth, Tensor([1.0]), TIMES, args=(0.5,), full_output=1)

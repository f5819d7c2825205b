"""A tensor that a user's function finds elsewhere is as good as one that it is given, or it is refused."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import (
    Tensor,
    checkpoint,
    closures,
    grad,
    hessian,
    hvp,
    implicit,
    jacfwd,
    jacrev,
    jvp,
    no_grad,
    tensor,
    vjp,
    vmap,
)
from autograd.errors import NoDerivativeError
from autograd.frozen import frozen
from autograd.scipy import integrate, optimize

PRECISE = {"rtol": 1e-9, "atol": 1e-9}
TIMES = np.linspace(0.0, 1.0, 3)

Pair = tuple[Callable[[Any], Any], Callable[[Any], Any]]

SOLVERS: dict[str, Pair] = {
    "quad": (
        lambda a: integrate.quad(lambda x: np.exp(-a[0] * x) * a[1], 0, 1)[0],
        lambda a: integrate.quad(lambda x, a: np.exp(-a[0] * x) * a[1], 0, 1, args=(a,))[0]),
    "quad to an end that moves": (
        lambda a: integrate.quad(lambda x: np.sin(a[0] * x), 0.0, a[1])[0],
        lambda a: integrate.quad(lambda x, a: np.sin(a[0] * x), 0.0, a[1], args=(a,))[0]),
    "quad with a weight": (
        lambda a: integrate.quad(lambda x: np.exp(-a[0] * x), 0, 1, weight="cos", wvar=a[1])[0],
        lambda a: integrate.quad(lambda x, a: np.exp(-a[0] * x), 0, 1, args=(a,), weight="cos", wvar=a[1])[0]),
    "dblquad": (
        lambda a: integrate.dblquad(lambda y, x: np.exp(-a[0] * x * y), 0, 1, 0, lambda x: a[1] * x)[0],
        lambda a: integrate.nquad(lambda y, x, a: np.exp(-a[0] * x * y), [lambda x, a: (0, a[1] * x), (0, 1)],
                                  args=(a,))[0]),
    "nquad": (
        lambda a: integrate.nquad(lambda y, x: np.cos(a[0] * x * y), [lambda x: (0, a[1]), (0, 1)])[0],
        lambda a: integrate.nquad(lambda y, x, a: np.cos(a[0] * x * y), [lambda x, a: (0, a[1]), (0, 1)],
                                  args=(a,))[0]),
    "odeint": (
        lambda a: integrate.odeint(lambda y, t: -a[0] * y + np.sin(a[1] * t), 1.0, TIMES, **PRECISE)[-1, 0],
        lambda a: integrate.odeint(lambda y, t, a: -a[0] * y + np.sin(a[1] * t), 1.0, TIMES, args=(a,),
                                   **PRECISE)[-1, 0]),
    "solve_ivp": (
        lambda a: integrate.solve_ivp(lambda t, y: [y[1], -a[0] * y[0]], (0, 1), [1.0, a[1]], **PRECISE).y[0, -1],
        lambda a: integrate.solve_ivp(lambda t, y, a: [y[1], -a[0] * y[0]], (0, 1), [1.0, a[1]], args=(a,),
                                      **PRECISE).y[0, -1]),
    "an event of solve_ivp": (
        lambda a: integrate.solve_ivp(lambda t, y: [y[1], -9.81 * a[0]], (0, 9), [2.0, 0.0],
                                      events=lambda t, y: y[0] - 0.3 * a[1], **PRECISE).t_events[0][0],
        lambda a: np.sqrt(2 * (2 - 0.3 * a[1]) / (9.81 * a[0]))),
    "brentq": (
        lambda a: optimize.brentq(lambda x: x**3 + a[0] * x - a[1], 0, 5),
        lambda a: optimize.brentq(lambda x, a: x**3 + a[0] * x - a[1], 0, 5, args=(a,))),
    "newton": (
        lambda a: optimize.newton(lambda x: x**3 + a[0] * x - a[1], 1.0, fprime=lambda x: 3 * x**2 + a[0]),
        lambda a: optimize.brentq(lambda x, a: x**3 + a[0] * x - a[1], 0, 5, args=(a,))),
    "root_scalar": (
        lambda a: optimize.root_scalar(lambda x: x**3 + a[0] * x - a[1], bracket=(0, 5)).root,
        lambda a: optimize.brentq(lambda x, a: x**3 + a[0] * x - a[1], 0, 5, args=(a,))),
    "fsolve": (
        lambda a: optimize.fsolve(lambda x: [x[0] ** 2 - a[0], x[1] * x[0] - a[1]], [1.0, 1.0])[1],
        lambda a: a[1] / np.sqrt(a[0])),
    "root": (
        lambda a: optimize.root(lambda x: np.stack([x[0] ** 2 - a[0], x[1] * x[0] - a[1]]), [1.0, 1.0]).x[1],
        lambda a: a[1] / np.sqrt(a[0])),
    "fixed_point": (
        lambda a: optimize.fixed_point(lambda x: np.cos(0.5 * a[0] * x) + a[1], 0.5),
        lambda a: optimize.fixed_point(lambda x, a: np.cos(0.5 * a[0] * x) + a[1], 0.5, args=(a,))),
    "minimize": (
        lambda a: optimize.minimize(lambda x: np.sum((x - a) ** 2 + x**4), [1.0, 1.0]).x[0],
        lambda a: optimize.minimize(lambda x, a: np.sum((x - a) ** 2 + x**4), [1.0, 1.0], args=(a,)).x[0]),
    "minimize_scalar": (
        lambda a: optimize.minimize_scalar(lambda x: np.cosh(x - a[0]) + a[1] * x**2).x,
        lambda a: optimize.minimize_scalar(lambda x, a: np.cosh(x - a[0]) + a[1] * x**2, args=(a,)).x),
    "least_squares": (
        lambda a: optimize.least_squares(lambda x: [x[0] - a[0], x[1] * x[0] - a[1]], [1.0, 1.0]).x[1],
        lambda a: a[1] / a[0]),
    "leastsq": (
        lambda a: optimize.leastsq(lambda x: [x[0] - a[0], x[1] * x[0] - a[1]], [1.0, 1.0])[0][1],
        lambda a: a[1] / a[0]),
    "curve_fit": (
        lambda a: optimize.curve_fit(lambda x, p: p * x * a[0] + a[1], np.arange(1.0, 5), np.arange(2.0, 6))[0][0],
        lambda a: np.sum(np.arange(1.0, 5) * (np.arange(2.0, 6) - a[1])) / (30 * a[0])),
    "implicit.root": (
        lambda a: implicit.root(lambda x: x**3 + a[0] * x - a[1], 1.0),
        lambda a: implicit.root(lambda x, a: x**3 + a[0] * x - a[1], 1.0, a)),
    "implicit.fixed_point": (
        lambda a: implicit.fixed_point(lambda x: np.cos(0.5 * a[0] * x) + a[1], 0.5),
        lambda a: implicit.fixed_point(lambda x, a: np.cos(0.5 * a[0] * x) + a[1], 0.5, a)),
}

MODES: dict[str, Callable[[Any], Callable[[Any], Any]]] = {
    "the value": lambda f: lambda a: f(a),
    "reverse": grad,
    "forward": lambda f: lambda a: jvp(f, (a,), (np.array([0.3, -1.1]),))[1],
    "backward()": lambda f: lambda a: by_backward(f, a),
    "hessian": hessian,
    "reverse over forward": lambda f: lambda a: hvp(f, a, np.array([0.3, -1.1])),
    "forward over forward": lambda f: jacfwd(jacfwd(f)),
    "forward over reverse": lambda f: jacfwd(grad(f)),
    "reverse over reverse": lambda f: jacrev(grad(f)),
    "a batch": lambda f: lambda a: vmap(f)(np.stack([a, a * 1.1])),
    "the gradient of a batch": lambda f: grad(lambda a: np.sum(vmap(f)(np.stack([a, a * 1.1])) ** 2)),
}


def by_backward(f: Callable[[Any], Any], a: Any) -> Any:
    leaf = Tensor(a.copy(), requires_grad=True)
    f(leaf).backward()
    return leaf.grad


SLOW = {"dblquad", "nquad", "an event of solve_ivp"}
FEW = ["the value", "reverse", "forward", "backward()"]


@pytest.mark.parametrize(("solver", "mode"), [(s, m) for s in SOLVERS for m in (FEW if s in SLOW else MODES)])
def test_what_a_function_captures_is_as_what_it_is_given(solver: str, mode: str) -> None:
    captured, given = SOLVERS[solver]
    if solver == "solve_ivp" and "batch" in mode:
        captured, given = (lambda a: integrate.odeint(lambda y, t: -a[0] * y + a[1], [1.0], TIMES, **PRECISE)[-1, 0],
                           lambda a: np.exp(-a[0]) * (1 - a[1] / a[0]) + a[1] / a[0])
    a = np.array([0.7, 1.3])
    ours, theirs = (np.asarray(MODES[mode](f)(a)) for f in (captured, given))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("solver", ["quad", "odeint", "brentq", "an event of solve_ivp", "implicit.root"])
@settings(max_examples=5)
@given(first=st.floats(0.5, 1.5), second=st.floats(0.5, 1.5))
def test_it_is_the_limit_of_differences(solver: str, first: float, second: float) -> None:
    captured, _ = SOLVERS[solver]
    a, h = np.array([first, second]), 1e-3
    slopes = [(captured(a + h * e) - captured(a - h * e)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(grad(captured)(a), slopes, rtol=1e-4, atol=1e-4)


class Medium:
    """Something that has its tensors in attributes, lists and properties."""

    def __init__(self, k: Any) -> None:
        self.k = k
        self.parts = [2 * k, {"square": k**2}]

    @property
    def third(self) -> Any:
        return self.k**3

    def __call__(self, x: Any) -> Any:
        return np.exp(-self.k * x) * self.parts[0] + self.parts[1]["square"] * x + self.third


def through_another_function(a: Any) -> Any:
    b = 2 * a

    def phase(x: Any) -> Any:
        return np.sin(b * x)

    return integrate.quad(lambda x: phase(x) * a + b, 0, 1)[0]


def on_branches(a: Any) -> Any:
    left, right = a**2, a**3
    return integrate.quad(lambda x: left * x if x < 0.995 else right * x**2, 0, 1, points=[0.995])[0]


def by_its_own_value(a: Any) -> Any:
    b = a**2
    return integrate.quad(lambda x: b * x if a > 0.5 else x, 0, 1)[0]


def by_views(a: Any) -> Any:
    v = np.stack([a, a**2])
    return integrate.quad(lambda x: v[1] * x * v[0], 0, 1)[0]


def quad(f: Callable[..., Any], a: Any, low: Any = 0, high: Any = 1) -> Any:
    return integrate.quad(f, low, high, args=(a,))[0]


PROGRAMS: dict[str, Pair] = {
    "an object": (lambda a: integrate.quad(Medium(a), 0, 1)[0],
                  lambda a: quad(lambda x, a: np.exp(-a * x) * 2 * a + a**2 * x + a**3, a)),
    "a method": (lambda a: integrate.quad(Medium(a).__call__, 0, 1)[0],
                 lambda a: quad(lambda x, a: np.exp(-a * x) * 2 * a + a**2 * x + a**3, a)),
    "another function": (through_another_function, lambda a: quad(lambda x, a: np.sin(2 * a * x) * a + 2 * a, a)),
    "branches": (on_branches, lambda a: a**2 * 0.995**2 / 2 + a**3 * (1 - 0.995**3) / 3),
    "a branch on what it captures": (by_its_own_value, lambda a: a**2 / 2),
    "nothing but the tensor": (lambda a: integrate.quad(lambda x: a, 0, 1)[0], lambda a: 1.0 * a),
    "some in args": (lambda a: integrate.quad(lambda x, c: np.exp(-a * x * c), 0, 1, args=(a**2,))[0],
                     lambda a: quad(lambda x, a: np.exp(-(a**3) * x), a)),
    "one argument that is no tuple": (lambda a: integrate.quad(lambda x, c: a * x * c, 0, 1, args=2.0)[0],
                                      lambda a: 1.0 * a),
    "a view": (by_views, lambda a: a**3 / 2),
    "a gradient within": (lambda a: integrate.quad(lambda x: grad(lambda u: np.sin(a * u) * u)(x), 0, 1)[0], np.sin),
    "a gradient in it": (lambda a: integrate.quad(lambda x: grad(lambda b: np.sin(b * x))(a), 0, 1)[0],
                         lambda a: quad(lambda x, a: x * np.cos(a * x), a)),
    "a tangent within": (
        lambda a: integrate.quad(lambda x: jvp(lambda u: np.sin(a * u) * u, (x,), (1.0,))[1], 0, 1)[0], np.sin),
    "a batch within": (lambda a: integrate.quad(lambda x: np.sum(vmap(lambda c: c * a * x)(np.arange(3.0))), 0, 1)[0],
                       lambda a: 1.5 * a),
    "a checkpoint": (lambda a: integrate.quad(lambda x: checkpoint(lambda u: np.exp(-a * u) * u)(x), 0, 1)[0],
                     lambda a: quad(lambda x, a: np.exp(-a * x) * x, a)),
    "an integral within": (
        lambda a: integrate.quad(lambda y: integrate.quad(lambda x: np.exp(-a * x * y) * y, 0, y)[0], 0, 1)[0],
        lambda a: integrate.nquad(lambda x, y, a: np.exp(-a * x * y) * y, [lambda y, a: (0, y), (0, 1)],
                                  args=(a,))[0]),
    "a root within": (
        lambda a: integrate.quad(lambda y: optimize.brentq(lambda x: x**3 + a * x - y, 0, 5), 0, 1)[0],
        lambda a: quad(lambda y, a: optimize.brentq(lambda x, a, y: x**3 + a * x - y, 0, 5, args=(a, y)), a)),
    "a constant of its batch": (
        lambda a: np.sum(vmap(lambda b: integrate.quad(lambda x: np.floor(3 * b) * b**2 * x, 0, 1)[0])(
            a * np.array([1.0, 2.0]))),
        lambda a: a**2 + 8 * a**2),
}


NESTED = {"an integral within", "a root within"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_it_is_found_wherever_it_is(program: str) -> None:
    ours, theirs = PROGRAMS[program]
    modes = [grad, lambda f: lambda x: jvp(f, (x,), (1.0,))[1], lambda f: grad(grad(f)), hessian]
    for mode in modes[: 2 if program in NESTED else 4]:
        np.testing.assert_allclose(np.asarray(mode(ours)(0.7)), np.asarray(mode(theirs)(0.7)), rtol=1e-6, atol=1e-9)


def test_the_parameters_of_a_model_are_found() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2))
    start = np.array([1.0, -0.5])

    def loss(solve: Any) -> Any:
        for parameter in model.parameters():
            parameter.zero_grad()
        end = solve()
        np.sum(end**2).backward()
        return [np.array(parameter.grad.numpy()) for parameter in model.parameters()]

    def given(t: Any, y: Any, *weights: Any) -> Any:
        first, bias, second, other = weights
        return np.tanh(y @ first.T + bias) @ second.T + other

    ours = loss(lambda: integrate.solve_ivp(lambda t, y: model(y), (0, 1), start, **PRECISE).y[:, -1])
    theirs = loss(lambda: integrate.solve_ivp(given, (0, 1), start, args=tuple(model.parameters()), **PRECISE).y[:, -1])
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


# --- What a function reads later -------------------------------------------------------------------------------------

weight = 1.0


# ruff: noqa: B023  # functions that do not bind the variable of a loop are what these tests are about
def in_a_loop(a: Any, of: str) -> Any:
    total = 0.0
    for w in (1.0, 2.0):
        if of == "quad":
            total = total + integrate.quad(lambda x: np.exp(-a * w * x), 0, 1)[0]
        elif of == "quad with args":
            total = total + integrate.quad(lambda x, a: np.exp(-a * w * x), 0, 1, args=(a,))[0]
        elif of == "brentq with args":
            total = total + optimize.brentq(lambda x, a: x**3 + w * x - a, 0, 5, args=(a,))
        elif of == "odeint with args":
            total = total + integrate.odeint(lambda y, t, a: -a * w * y, 1.0, TIMES, args=(a,))[-1, 0]
        elif of == "implicit.root":
            total = total + implicit.root(lambda x, a: x**3 + w * x - a, 1.0, a)
    return total


@pytest.mark.parametrize("of", ["quad", "quad with args", "brentq with args", "odeint with args", "implicit.root"])
def test_functions_of_a_loop_each_see_their_own_turn(of: str) -> None:
    """In Python all of them see the last one once the loop is over, which is when derivatives are taken."""
    h = 1e-3
    slope = (in_a_loop(0.7 + h, of) - in_a_loop(0.7 - h, of)) / (2 * h)
    assert float(grad(in_a_loop)(0.7, of)) == pytest.approx(float(slope), rel=1e-4)
    curve = (in_a_loop(0.7 + h, of) - 2 * in_a_loop(0.7, of) + in_a_loop(0.7 - h, of)) / h**2
    assert float(grad(grad(in_a_loop))(0.7, of)) == pytest.approx(float(curve), rel=1e-2)


def test_a_variable_is_followed_where_it_is_bound_again() -> None:
    def f(a: Any) -> Any:
        total = 0.0
        for _ in range(3):
            total = total + integrate.quad(lambda x: np.exp(-a * x), 0, 1)[0]
            a = 2 * a
        return total

    def by_args(a: Any) -> Any:
        return sum(quad(lambda x, a: np.exp(-a * x), a * n) for n in (1, 2, 4))

    assert float(grad(f)(0.7)) == pytest.approx(float(grad(by_args)(0.7)))


def test_a_variable_of_a_module_stays_what_it_was() -> None:
    global weight
    a, total = tensor(0.7, requires_grad=True), 0.0
    for weight in (1.0, 2.0):
        total = total + integrate.quad(lambda x: np.exp(-a * weight * x), 0, 1)[0]
    total.backward()
    assert a.grad.item() == pytest.approx(float(grad(in_a_loop)(0.7, "quad")))


def later(change: str, a: Any) -> Any:
    medium, factor = Medium(a), np.ones(2)

    def f(x: Any) -> Any:
        return medium.k * x * factor[0]

    value = integrate.quad(f, 0, 1)[0]
    if change == "attribute":
        medium.k = 3.0
    elif change == "tensor":
        medium.k = a**2
    elif change == "array":
        factor[0] = 5.0
    return value


@pytest.mark.parametrize("change", ["attribute", "tensor", "array"])
def test_a_function_that_gives_something_else_later_is_refused(change: str) -> None:
    assert float(grad(lambda a: later("none", a))(0.7)) == pytest.approx(0.5)
    with pytest.raises(RuntimeError, match=r"f gave something else when it was run again for a derivative: .* w=w"):
        grad(lambda a: later(change, a))(0.7)


@pytest.mark.parametrize("solve", [
    lambda f: integrate.quad(f, 0, 1)[0], lambda f: optimize.brentq(lambda x: x - f(x), 0, 5),
    lambda f: implicit.root(lambda x: x - f(x), 1.0)], ids=["quad", "brentq", "root"])
def test_a_change_between_two_passes_of_one_graph_is_noticed(solve: Any) -> None:
    medium, a = Medium(2.0), tensor(0.7, requires_grad=True)
    value = solve(lambda x: np.exp(-a * medium.k * x))
    value.backward(retain_graph=True)
    first = a.grad.item()
    medium.k = 3.0
    with pytest.raises(RuntimeError, match="gave something else"):
        value.backward(retain_graph=True)
    medium.k = 2.0
    value.backward()
    assert a.grad.item() == 2 * first


def test_within_a_pass_it_is_asked_once_what_a_function_gives() -> None:
    count = []

    def f(x: Any, a: Any) -> Any:
        count.append(1)
        return np.exp(-a * x)

    a = tensor(0.7, requires_grad=True)
    value = integrate.quad(f, 0, 1, args=(a,))[0]
    runs = [len(count)]
    for _ in range(3):
        value.backward(retain_graph=True)
        runs.append(len(count))
    first, *others = np.diff(runs)
    assert first == others[0] == others[1] <= runs[0] + 2


def test_a_step_between_the_passes_is_noticed() -> None:
    w = tensor(0.7, requires_grad=True)
    value = integrate.quad(lambda x: np.exp(-w * x), 0, 1)[0]
    with no_grad():
        w -= 0.1
    with pytest.raises(RuntimeError, match="gave something else"):
        value.backward()


def test_a_parameter_that_was_frozen_between_the_passes_is_noticed() -> None:
    """No operation meets it any more: it would be a constant."""
    w = tensor(0.7, requires_grad=True)
    value = integrate.quad(lambda x: np.exp(-w * x), 0, 1)[0]
    w.requires_grad = False
    with pytest.raises(RuntimeError, match="gave something else"):
        value.backward()


def test_losses_of_a_loop_each_see_their_own_turn() -> None:
    def fits(a: Any, power: Any = None) -> Any:
        total = 0.0
        for w in (1.0, 3.0):
            total = total + optimize.least_squares(
                lambda x, a: np.stack([x[0] - a, x[0] - a**2, 2 * x[0]]), [0.5], args=(a,),
                loss=lambda z: np.stack([z + w * z**2, 1 + 2 * w * z, 2 * w + 0 * z])).x[0]
        return total

    h = 1e-5
    assert float(grad(fits)(0.7)) == pytest.approx((fits(0.7 + h) - fits(0.7 - h)) / (2 * h), rel=1e-3)


def test_arguments_in_an_array_stay_arguments() -> None:
    def end(k: Any) -> Any:
        return integrate.solve_ivp(lambda t, y, a, b: k * a * y - b, (0, 1), [1.0], args=np.array([0.5, 0.1]),
                                   **PRECISE).y[0, -1]

    slope = (end(1.0 + 1e-4) - end(1.0 - 1e-4)) / 2e-4
    assert float(grad(end)(1.0)) == pytest.approx(slope, rel=1e-5)


def test_a_function_that_draws_random_numbers_is_refused() -> None:
    generator = np.random.default_rng(0)
    with pytest.raises(RuntimeError, match="draws random numbers"):
        grad(lambda a: implicit.root(lambda x, a: x - a + 1e-12 * generator.normal(), 1.0, a))(0.7)


# --- What is refused, or costs nothing -------------------------------------------------------------------------------


def test_a_tensor_that_turns_up_in_the_derivative_alone_is_refused() -> None:
    """Where no value was taken of it, no argument stands for it."""
    for seen in (False, True):
        a, b = tensor(0.7, requires_grad=True), tensor(0.3, requires_grad=True)
        passes = []

        def f(x: Any, seen: bool = seen, a: Tensor = a, b: Tensor = b, passes: list[int] = passes) -> Any:
            return a * x + (0 * b * x if seen or passes else 0)

        value = integrate.quad(f, 0, 1)[0]
        passes.append(1)
        if seen:
            value.backward()
            assert (a.grad.item(), b.grad.item()) == (pytest.approx(0.5), 0)
        else:
            with pytest.raises(NoDerivativeError, match=r"pass it in args=\(\.\.\.\)"):
                value.backward()


def test_other_tensors_each_time_are_refused() -> None:
    def f(x: Any) -> Any:
        return tensor(0.5, requires_grad=True) * x

    with pytest.raises(NoDerivativeError, match=r"is not among its arguments; pass it in args=\(\.\.\.\)"):
        integrate.quad(f, 0, 1)


def test_a_function_that_writes_to_what_it_captures_is_refused() -> None:
    c = tensor([1.0, 2.0], requires_grad=True) * 1.0

    def f(x: Any) -> Any:
        c[0] = c[0] * 1.1
        return c[0] * x

    with pytest.raises(NoDerivativeError, match="not among its arguments"):
        integrate.quad(f, 0, 1)


def test_within_no_grad_it_is_a_constant() -> None:
    a = tensor(0.7, requires_grad=True)
    with no_grad():
        value = integrate.quad(lambda x: a * x, 0, 1)[0]
    assert not getattr(value, "requires_grad", False)
    assert float(value) == pytest.approx(0.35)


def test_one_that_does_not_matter_is_no_argument() -> None:
    a = tensor(0.7, requires_grad=True)
    value = integrate.quad(lambda x: a.item() * x + np.floor(a), 0, 1)[0]
    assert not isinstance(value, Tensor)


def test_a_function_without_captured_tensors_runs_as_often_as_ever() -> None:
    count = []

    def f(x: Any, a: Any) -> Any:
        count.append(1)
        return np.exp(-a * x)

    integrate.quad(f, 0, 1, args=(0.7,))
    by_scipy = len(count)
    grad(lambda a: integrate.quad(f, 0, 1, args=(a,))[0])(0.7)
    assert len(count) - by_scipy <= 2 * by_scipy + 5


def test_a_tensor_that_is_used_again_and_again_is_found_at_once() -> None:
    a = tensor(0.7, requires_grad=True)

    def f(x: Any) -> Any:
        total = a
        for _ in range(60):  # 2^60 ways lead from the end to the beginning
            total = (total + total) / 2
        return total * x

    integrate.quad(f, 0, 1)[0].backward()
    assert a.grad is not None
    assert a.grad.item() == pytest.approx(0.5)


def test_a_tensor_in_a_graph_outside_of_the_function_is_found() -> None:
    def f(a: Any) -> Any:
        _, pull = vjp(lambda u: np.sin(a * u), a)
        return integrate.quad(lambda x: pull(x)[0], 0, 1)[0]

    h = 1e-5
    slope = (a_cos(0.7 + h) - a_cos(0.7 - h)) / (2 * h)
    assert float(grad(f)(0.7)) == pytest.approx(slope, rel=1e-6)


def a_cos(a: float) -> float:
    return a * np.cos(a * a) / 2


def test_nothing_keeps_a_graph_alive() -> None:
    gc.collect()
    gc.disable()
    try:
        a = tensor(0.7, requires_grad=True)
        b = 2 * a
        reference = weakref.ref(b._node)
        value = integrate.quad(lambda x, b=b: b * x, 0, 1)[0]
        value.backward()
        del value, b
        assert reference() is None
    finally:
        gc.enable()


# --- Functions as they are now ---------------------------------------------------------------------------------------


def test_a_frozen_function_keeps_its_variables_and_those_of_functions_that_it_finds() -> None:
    def fibonacci(n: int) -> int:
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    n, factor = 5, 2

    def inner(x: int, *, more: int = 1) -> int:
        return factor * x + more

    def outer(x: int) -> int:
        return inner(x) + fibonacci(n)

    kept = frozen(outer)
    n, factor = 0, 100
    assert kept(3) == 2 * 3 + 1 + 5
    assert outer(3) == 301


def test_functions_that_a_transform_or_a_partial_was_given_are_frozen_with_it() -> None:
    a = 5.0
    slope, line = (frozen(f) for f in (grad(lambda x: a * x * x), partial(lambda f, x: f(x), lambda x: a * x)))
    a = 7.0
    assert (slope(1.0), line(1.0), a) == (10.0, 5.0, 7.0)


def test_a_frozen_function_may_have_a_variable_that_is_bound_later() -> None:
    def f() -> Any:
        return unbound

    kept = frozen(f)
    unbound = 1
    with pytest.raises(NameError):
        kept()
    assert f() == 1
    assert frozen(np.sin) is np.sin
    assert frozen(Medium(1.0).__call__)(0.0) == 3


def test_what_another_call_captures_is_its_own_to_add() -> None:
    other = closures.Captured([], closures.Conversion({}, "of another"))

    def attempt(conversion: Any) -> Any:
        raise other

    with pytest.raises(closures.Captured) as raised:
        closures.converted(attempt, "write it in args")
    assert raised.value is other


def test_a_call_that_finds_nothing_new_does_not_begin_again_for_ever() -> None:
    runs = []

    def attempt(conversion: Any) -> Any:
        runs.append(conversion)
        raise closures.Captured([], conversion)

    with pytest.raises(NoDerivativeError, match="write it in args"):
        closures.converted(attempt, "write it in args")
    assert len(runs) == 1


def test_a_result_of_which_nothing_is_found_is_refused_with_the_advice() -> None:
    function = closures.Function(lambda x: x, closures.Conversion({}, "write it in args"))
    with pytest.raises(NoDerivativeError, match="write it in args"):
        function._read((Tensor(1.0),), {}, closures.Tracked(iter(())))

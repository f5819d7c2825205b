"""Derivatives of roots and fixed points: against closed forms, in every mode and order, at a small cost."""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from scipy import optimize

import autograd
from autograd import Tensor, implicit
from autograd.implicit import fixed_point, root
from autograd.testing import check_gradients, strategies
from tests.examples import examples

RNG = np.random.default_rng(0)
A = RNG.normal(size=(5, 5)) + 4 * np.eye(5)


def square(x: Any, a: Any) -> Any:
    return x * x - a


def linear(x: Any, b: Any) -> Any:
    return A @ x + 0.1 * np.tanh(x) - b


def test_a_square_root_has_all_its_derivatives() -> None:
    def f(a: Any) -> Any:
        return root(square, 1.0, a)

    assert f(2.0) == pytest.approx(np.sqrt(2))
    assert isinstance(f(2.0), float)
    assert autograd.grad(f)(2.0) == pytest.approx(2**-0.5 / 2)
    assert float(autograd.jvp(f, (2.0,), (1.0,))[1]) == pytest.approx(2**-0.5 / 2)
    assert autograd.grad(autograd.grad(f))(2.0) == pytest.approx(-(2**-1.5) / 4)
    assert autograd.grad(autograd.grad(autograd.grad(f)))(2.0) == pytest.approx(3 / 8 * 2**-2.5)


@examples(20)
@given(strategies.positive_definite(3), strategies.arrays((3,)))
def test_a_linear_system_is_its_inverse(m: Any, b: Any) -> None:
    jacobian = autograd.jacobian(lambda b: root(lambda x, b: m @ x - b, np.zeros(3), b))(b)
    np.testing.assert_allclose(jacobian, np.linalg.inv(m), rtol=1e-9, atol=1e-9)


def test_every_mode_and_order_agrees_with_differences_through_the_solver() -> None:
    assert check_gradients(lambda b: root(linear, np.zeros(5), b), np.arange(5.0), full=False).largest_error < 1e-7
    assert check_gradients(lambda a: fixed_point(lambda x, a: (x + a / x) / 2, 1.0, a), 2.0).largest_error < 1e-7

    def nested(p: Any) -> Any:
        def f(x: Any, p: Any, n: int) -> Any:
            return {"u": x["u"] ** n + x["u"] - p["a"], "v": x["v"] - p["b"] * x["u"]}

        return root(f, {"u": 1.0, "v": np.zeros(2)}, p, 3)

    assert check_gradients(nested, {"a": 2.0, "b": np.ones(2)}).largest_error < 1e-7


def test_tensors_are_recorded_and_backward_reaches_them() -> None:
    a = Tensor([2.0, 9.0], requires_grad=True)
    x = root(square, Tensor([1.0, 1.0], requires_grad=True), a)
    x.sum().backward()
    assert a.grad.tolist() == pytest.approx([2**-0.5 / 2, 1 / 6])


@pytest.mark.parametrize("solver", [
    "hybr", "lm", "krylov", "df-sane", "broyden1", optimize.fsolve, lambda f, x: optimize.newton(f, x),
    lambda f, x: optimize.root(f, x, method="lm"), lambda f, x: optimize.newton_krylov(f, x, f_tol=1e-13),
    lambda f, x: optimize.brentq(lambda z: f(np.array([z]))[0], 0, 5),
])
def test_any_solver_may_stand_inside(solver: Any) -> None:
    found = autograd.grad(lambda a: root(square, 1.0, a, solver=solver))(2.0)
    assert found == pytest.approx(2**-0.5 / 2, rel=1e-6)


def test_a_fixed_point_may_bring_its_solver() -> None:
    def steffensen(g: Any, x: Any) -> Any:
        return optimize.fixed_point(g, x, xtol=1e-12)

    def f(a: Any) -> Any:
        return fixed_point(lambda x, a: np.cos(x) * a, 0.7, a, solver=steffensen)

    x = f(1.0)
    assert x == pytest.approx(np.cos(x))
    assert autograd.grad(f)(1.0) == pytest.approx(np.cos(x) / (1 + np.sin(x)))


def test_the_start_has_no_gradient() -> None:
    with pytest.warns(autograd.DisconnectedWarning):
        assert autograd.grad(lambda x0: root(square, x0, 2.0))(1.0) == 0


def test_what_cannot_be_differentiated_is_refused() -> None:
    with pytest.raises(ValueError, match="1 unknowns, but f returned 2 numbers"):
        root(lambda x, a: np.array([1.0, 2.0]) * x * a, 1.0, 2.0)
    with pytest.raises(np.linalg.LinAlgError):
        autograd.grad(lambda a: root(lambda x, a: 0 * x + 0 * a, 1.0, a))(2.0)


def test_a_map_that_does_not_contract_needs_its_solver() -> None:
    """x -> x^2 - a runs away from (1 + sqrt(1 + 4a)) / 2, whose slope is 1 / sqrt(1 + 4a)."""
    def newton(g: Any, x: Any) -> Any:
        for _ in range(20):
            x = x - (g(x) - x) / (2 * x - 1)
        return x

    def largest(a: Any) -> Any:
        return fixed_point(lambda x, a: x * x - a, 3.0, a, solver=newton)

    assert largest(2.0) == pytest.approx(2, abs=1e-12)
    assert autograd.grad(largest)(2.0) == pytest.approx(1 / 3, abs=1e-12)
    assert autograd.grad(autograd.grad(largest))(2.0) == pytest.approx(-2 / 27, abs=1e-12)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e6])
def test_a_fixed_point_is_found_to_twelve_digits_of_itself_or_of_one(size: float) -> None:
    """x -> 0.9 x + 0.1 a comes a tenth nearer at each step: it stops once a step is 1e-12 of 1 + |x|."""
    found = fixed_point(lambda x, a: 0.9 * x + 0.1 * a, np.array([0.0, 1.0]), np.array([size, -size]))
    np.testing.assert_allclose(found, [size, -size], atol=1.1e-11 * (1 + size), rtol=0)
    steps = []
    fixed_point(lambda x, a: (steps.append(1), 0.9 * x + 0.1 * a)[1], 0.0, size)
    assert len(steps) < 320
    rough = fixed_point(lambda x, a: 0.9 * x + 0.1 * a, 0.0, 1.0, tol=1e-3)
    assert 1e-4 < abs(rough - 1) < 2e-2
    assert fixed_point(lambda x, a: a, 0.0, 3.0, tol=0.0) == 3
    assert fixed_point(lambda x, a: 0.9 * x + a, np.ones(0), np.ones(0)).shape == (0,)


def test_a_start_of_whole_numbers_is_one_of_floats() -> None:
    assert root(square, 1, 2.0) == pytest.approx(np.sqrt(2))
    assert root(lambda x, a: x * x - a, np.array([1 + 1j]), np.array([2j]),
                solver=lambda f, x: x - f(x) / (2 * x)).dtype == np.complex128
    assert fixed_point(lambda x, a: (x + a / x) / 2, 1, 2.0) == pytest.approx(np.sqrt(2))


def test_complex_roots_are_differentiated_by_the_conjugate_transpose() -> None:
    a = np.array([[2 + 1j, 0.3j], [0.5, 1 - 2j]])

    def newton(f: Any, x: Any) -> Any:
        return x - np.linalg.solve(a, f(x))

    b = np.array([1 + 2j, 3 - 1j])
    weights = np.array([0.7 - 0.2j, 1.1 + 0.4j])
    gradient = autograd.grad(lambda b: np.sum(np.real(weights * root(lambda x, b: a @ x - b, 0 * b, b, solver=newton))))
    np.testing.assert_allclose(gradient(b), np.conj(np.linalg.inv(a).T @ weights), rtol=1e-12)


@pytest.mark.parametrize(("size", "by"), [(2, "the matrix"), (70, "products"), (70, "products that do not suffice")])
@pytest.mark.parametrize("contracts", [False, True])
def test_complex_unknowns_and_parameters_agree_with_differences(size: int, by: str, contracts: bool,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a function that is not holomorphic in its parameter."""
    if by == "products that do not suffice":
        monkeypatch.setattr("scipy.sparse.linalg.gmres", lambda *args, **options: (None, 1))
    matrix = (RNG.normal(size=(size, size)) + 1j * RNG.normal(size=(size, size))) * 0.2 / np.sqrt(size)
    b, d = RNG.normal(size=(2, size)) + 1j * RNG.normal(size=(2, size))

    def step(x: Any, b: Any) -> Any:
        return matrix @ x + b * np.abs(b[0]) + 0.1 * x * x

    def newton(f: Any, x: Any) -> Any:
        for _ in range(60):  # each leaves less than a third of the error
            x = x - f(x)
        return x

    def loss(b: Any) -> Any:
        x = fixed_point(step, 0 * b, b) if contracts else root(lambda x, b: x - step(x, b), 0 * b, b, solver=newton)
        return np.sum(np.abs(x) ** 2) + np.sum(np.real((1 + 2j) * x))

    b = b / np.sqrt(size) / 4
    slope = (loss(b + 1e-6 * d) - loss(b - 1e-6 * d)) / 2e-6
    assert np.sum(np.real(np.conj(autograd.grad(loss)(b)) * d)) == pytest.approx(slope, rel=1e-6)
    assert float(autograd.jvp(loss, (b,), (d,))[1]) == pytest.approx(slope, rel=1e-6)


def test_failure_to_converge_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="scipy.optimize.root.'hybr'. did not converge: The iteration is not making"):
        root(lambda x, a: x * x + a, 1.0, 1e-6)
    with pytest.raises(RuntimeError, match="the solver did not converge"):
        root(lambda x, a: x * x + a, 1.0, 2.0, solver=lambda f, x: optimize.root(f, x))
    with pytest.raises(RuntimeError, match="fixed_point did not converge: step 1023 was inf"):
        fixed_point(lambda x: 2 * x + 1, 1.0)
    with pytest.raises(RuntimeError, match="max_iterations=5"):
        fixed_point(lambda x: np.cos(x), 1.0, max_iterations=5)


WEIGHTS = RNG.normal(size=(40, 40)) / np.sqrt(40)


@pytest.mark.parametrize("solve", [
    lambda b: root(lambda x, b: x + 0.5 * np.tanh(WEIGHTS @ x) - b, np.zeros(40), b),
    lambda b: fixed_point(lambda x, b: b - 0.5 * np.tanh(WEIGHTS @ x), np.zeros(40), b),
])
def test_the_gradient_costs_at_most_five_times_the_solution(solve: Any) -> None:
    b = RNG.normal(size=40)

    def seconds(f: Any) -> float:
        start = time.thread_time()  # what this thread computed, whatever else the machine does
        f()
        return time.thread_time() - start

    gradient = autograd.grad(lambda b: solve(b).sum())
    ways = (lambda: solve(b), lambda: gradient(b), lambda: autograd.jvp(solve, (b,), (b,)))
    turns = np.array([[seconds(way) for way in ways] for _ in range(15)])  # in turns: a busy moment hits all alike
    _, reverse, tangent = np.median(turns / turns[:, :1], axis=0)
    assert reverse < 5
    assert tangent < 5


N = implicit.DENSE + 6
MANY = RNG.normal(size=(N, N)) / (2 * np.sqrt(N))


def contraction(x: Any, b: Any) -> Any:
    return np.tanh(MANY @ x) + b


@pytest.mark.parametrize("how", ["gmres", "gmres fails", "no scipy"])
def test_many_unknowns_are_solved_by_products(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    if how == "gmres fails":
        monkeypatch.setattr("scipy.sparse.linalg.gmres", lambda *args, **options: (None, 1))
    elif how == "no scipy":
        monkeypatch.setitem(sys.modules, "scipy.sparse.linalg", None)
    else:
        monkeypatch.setattr(implicit.Problem, "matrix", None)  # which takes a pass through f for each unknown
    b = RNG.normal(size=N)

    def by_root(b: Any) -> Any:
        return root(lambda x, b: contraction(x, b) - x, np.zeros(N), b)

    def by_iteration(b: Any) -> Any:
        return fixed_point(contraction, np.zeros(N), b)

    u, v = RNG.normal(size=(2, N))
    inverse = np.linalg.inv(np.eye(N) - (1 - np.tanh(MANY @ by_iteration(b)) ** 2)[:, None] * MANY)
    for solve in (by_root, by_iteration):
        np.testing.assert_allclose(autograd.vjp(solve, b)[1](u)[0], inverse.T @ u, rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(autograd.jvp(solve, (b,), (v,))[1], inverse @ v, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("brings", ["nothing", "a solver", "a solver with results"])
@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1.0, 1e9])
def test_cotangents_and_tangents_of_any_size_are_solved_for_alike(scale: float, brings: str) -> None:
    """What stops an iteration is an absolute size, and a cotangent has none: a mean over many makes it small."""
    n = 40
    m = np.random.default_rng(0).normal(size=(n, n))
    m *= 0.8 / np.max(np.abs(np.linalg.eigvals(m)))
    inverse = np.linalg.inv(np.eye(n) - m)

    def iterate(f: Any, x: Any) -> Any:
        for _ in range(1000):
            x, before = f(x), x
            if np.max(np.abs(x - before)) < 1e-12:
                break
        return x if brings == "a solver" else optimize.OptimizeResult(x=x, success=True)

    def solution(b: Any) -> Any:
        return fixed_point(lambda x, b: m @ x + b, np.zeros(n), b, solver=None if brings == "nothing" else iterate)

    b = np.ones(n)
    gradient = autograd.grad(lambda b: scale * np.sum(solution(b)))(b)
    np.testing.assert_allclose(gradient / scale, np.sum(inverse, axis=0), rtol=1e-8)
    tangent = autograd.jvp(solution, (b,), (scale * b,))[1]
    np.testing.assert_allclose(tangent / scale, np.sum(inverse, axis=1), rtol=1e-8)


def test_many_unknowns_have_a_second_order() -> None:
    b = RNG.normal(size=N)

    def loss(b: Any) -> Any:
        return (fixed_point(contraction, np.zeros(N), np.sin(b)) ** 2).sum()

    def by_matrix(b: Any) -> Any:
        monkey.setattr(implicit._Contraction, "dense", N)
        return loss(b)

    v = RNG.normal(size=N)
    products = autograd.hvp(loss, b, v), autograd.jvp(autograd.grad(loss), (b,), (v,))[1]
    with pytest.MonkeyPatch.context() as monkey:
        expected = autograd.hvp(by_matrix, b, v)
    for found in products:
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
    bent = autograd.jvp(lambda b: autograd.jvp(loss, (b,), (v,))[1], (b,), (v,))[1]
    np.testing.assert_allclose(bent, v @ expected, rtol=1e-7)


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(ImportError, match=r"cleargrad\[scipy\]"):
        root(square, 1.0, 2.0)
    assert fixed_point(lambda x, a: (x + a / x) / 2, 1.0, 2.0) == pytest.approx(np.sqrt(2)), "needs no SciPy"


def test_the_solver_of_the_user_solves_the_problem_and_nothing_else() -> None:
    """Not the linear system of the gradient, which has its own solver."""
    called = []

    def newton(residual: Any, start: Any) -> Any:
        called.append(len(start))
        return optimize.root(residual, start, tol=1e-13).x

    for size in (3, 20, 70):
        called.clear()
        a = np.linspace(1.0, 2.0, size)
        gradient = autograd.grad(lambda a, size=size: np.sum(root(square, np.ones(size), a, solver=newton)))(a)
        np.testing.assert_allclose(gradient, 0.5 / np.sqrt(a), rtol=1e-9)
        assert called == [size]


def test_what_a_solver_is_given_is_its_own() -> None:
    """It may write into its start and into residuals, and asks in its own precision, which f does not see."""
    start, dtypes = np.array([1.0, 2.0], np.float32), set()

    def returned(x: Any, a: Any) -> Any:
        dtypes.add(x.dtype)
        return x

    def writing(residual: Any, x: Any) -> Any:
        x[:] = 7
        r = residual(x)
        assert r is not x
        r[:] = 3
        np.testing.assert_array_equal(x, 7)
        return residual(np.zeros(2))

    np.testing.assert_array_equal(root(returned, start, 1.0, solver=writing), 0)
    np.testing.assert_array_equal(start, [1, 2])
    assert dtypes == {np.dtype(np.float32)}

    def nearest(residual: Any, x: Any) -> Any:
        assert x == 0.5
        while abs(change := residual(x)[0]) > 1e-9:
            x -= 0.1 * change
        return x

    found = autograd.vmap(lambda a: root(square, 0.5, a, solver=nearest))(np.array([4.0, 1.0, 9.0]))
    np.testing.assert_allclose(found, [2, 1, 3])


@pytest.mark.parametrize("size", [3, 70])
def test_roots_of_few_and_of_many_unknowns_have_second_derivatives(size: int) -> None:
    a, v = np.linspace(1.0, 2.0, size), np.linspace(-1.0, 1.0, size)

    def total(a: Any) -> Any:
        return np.sum(root(square, np.ones(size), a) ** 3 * np.linspace(1.0, 3.0, size))

    expected = 0.75 * a**-0.5 * v * np.linspace(1.0, 3.0, size)
    np.testing.assert_allclose(autograd.grad(lambda a: np.sum(autograd.grad(total)(a) * v))(a), expected, rtol=1e-8)
    np.testing.assert_allclose(autograd.jvp(autograd.grad(total), (a,), (v,))[1], expected, rtol=1e-8)
    twice = autograd.jvp(lambda a: autograd.jvp(total, (a,), (v,))[1], (a,), (v,))[1]
    assert twice == pytest.approx(np.sum(expected * v), rel=1e-8)

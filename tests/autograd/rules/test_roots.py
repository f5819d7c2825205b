"""Twins of the solvers of equations in `scipy.optimize`: against closed forms, and differences of SciPy's results."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import scipy.optimize as so
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, grad, hessian, jacobian, jvp, vmap
from autograd.scipy import optimize
from tests.examples import examples

BETWEEN = ["bisect", "brenth", "brentq", "ridder", "toms748"]
METHODS = ["hybr", "lm", "broyden1", "broyden2", "anderson", "krylov", "df-sane", "diagbroyden"]


def square(x: Any, t: Any) -> Any:
    return x * x - t


def between(solver: Any, t: Any) -> Any:
    return solver(square, 0.0, 5.0, args=(t,))


def solvers() -> dict[str, Any]:
    """Each solver, as a function of t that finds its square root."""
    return {
        **{name: partial(between, getattr(optimize, name)) for name in BETWEEN},
        "newton, a secant": lambda t: optimize.newton(square, 1.5, args=(t,)),
        "newton": lambda t: optimize.newton(square, 1.5, lambda x, t: 2 * x, args=(t,)),
        "newton of several": lambda t: optimize.newton(square, np.ones(3), args=(t,))[1],
        "root_scalar": lambda t: optimize.root_scalar(square, args=(t,), bracket=[0.0, 5.0]).root,
        "root_scalar, told derivatives": lambda t: optimize.root_scalar(
            lambda x, t: (x * x - t, 2 * x, 2.0), args=t, x0=1.5, fprime=True, fprime2=True).root,
        "fsolve": lambda t: optimize.fsolve(square, 1.5, args=t)[0],
        "root": lambda t: optimize.root(square, [1.5], args=(t,)).x[0],
        "root, told its Jacobian": lambda t: optimize.root(
            lambda x, t: (x * x - t, np.diag(2 * x)), 1.5, t, jac=True).x[0],
        "fixed_point": lambda t: optimize.fixed_point(lambda x, t: (x + t / x) / 2, 1.5, args=(t,)),
        "fixed_point of several": lambda t: optimize.fixed_point(
            lambda x, t: (x + t / x) / 2 + 0.1 * (x[::-1] - x), [1.5, 1.2], args=(t,), method="iteration")[0],
    }


@pytest.mark.parametrize("name", solvers())
def test_a_square_root_has_all_its_derivatives_to_the_last_digits(name: str) -> None:
    """At SciPy's own tolerances, which are far from the last digits."""
    f = solvers()[name]
    for t in (0.5, 2.0):
        exact = [t**0.5, 0.5 * t**-0.5, -0.25 * t**-1.5, 0.375 * t**-2.5]
        assert float(f(Tensor(t))) == pytest.approx(exact[0], rel=1e-14)
        for order, derivative in enumerate((grad(f), grad(grad(f)), grad(grad(grad(f)))), 1):
            assert float(derivative(t)) == pytest.approx(exact[order], rel=1e-12)
        assert float(jvp(f, (t,), (1.0,))[1]) == pytest.approx(exact[1], rel=1e-12)
        assert float(jvp(grad(f), (t,), (1.0,))[1]) == pytest.approx(exact[2], rel=1e-12)
    np.testing.assert_allclose(vmap(f)(np.array([0.5, 2.0])), [0.5**0.5, 2**0.5], rtol=1e-14)
    np.testing.assert_allclose(vmap(grad(f))(np.array([0.5, 2.0])), [0.5**0.5, 0.5 * 2**-0.5], rtol=1e-12)


@pytest.mark.parametrize("name", solvers())
def test_numbers_go_to_scipy_itself(name: str) -> None:
    found = solvers()[name](2.0)
    assert not isinstance(found, Tensor)
    assert found == pytest.approx(2**0.5, rel=1e-7)


@examples(40)
@given(st.floats(0.2, 3), st.floats(-3, 3), st.floats(-1, 1))
def test_roots_move_as_scipys_own_do(a: float, b: float, c: float) -> None:
    def f(x: Any, p: Any) -> Any:
        return p[0] * x**3 + x - p[1] + p[2] * np.cos(x)

    def theirs(p: Any) -> Any:
        return so.brentq(f, -8.0, 8.0, args=(p,), xtol=1e-15)

    def ours(p: Any) -> Any:
        return optimize.brentq(f, -8.0, 8.0, args=(p,))

    p = np.array([a, b, c])
    differences = [(theirs(p + e) - theirs(p - e)) / 2e-5 for e in 1e-5 * np.eye(3)]
    np.testing.assert_allclose(grad(ours)(p), differences, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(jacobian(ours)(p), grad(ours)(p), rtol=1e-12)
    second = [(grad(ours)(p + e) - grad(ours)(p - e)) / 2e-5 for e in 1e-5 * np.eye(3)]
    np.testing.assert_allclose(hessian(ours)(p), second, rtol=1e-6, atol=1e-7)


def coupled(x: Any, p: Any) -> Any:
    return [x[0] ** 3 + 2 * x[0] + x[1] - p["a"], 2 * x[1] + np.tanh(x[0]) * p["b"][0] - p["b"][1]]


@pytest.mark.parametrize("method", METHODS)
def test_systems_by_every_method(method: str) -> None:
    """`dx = -A^-1 df`, with arguments nested as they please, from equations that come as a list."""
    def f(a: Any, b: Any) -> Any:
        return optimize.root(coupled, [0.1, 0.2], args=({"a": a, "b": b},), method=method)

    a, b = 0.7, np.array([0.4, 1.1])
    found = f(Tensor(a), b)
    assert type(found) is so.OptimizeResult
    assert found.success
    x = found.x.numpy()
    np.testing.assert_allclose(found.fun, [0, 0], atol=1e-15)
    inverse = np.linalg.inv([[3 * x[0] ** 2 + 2, 1], [b[0] / np.cosh(x[0]) ** 2, 2]])
    by_a, by_b = jacobian(lambda a, b: f(a, b).x, (0, 1))(a, b)
    np.testing.assert_allclose(by_a, inverse @ [1, 0], rtol=1e-11)
    np.testing.assert_allclose(by_b, inverse @ [[0, 0], [-np.tanh(x[0]), 1]], rtol=1e-11)


def test_what_comes_with_a_root_comes_as_scipy_gives_it() -> None:
    t = Tensor(2.0, requires_grad=True)
    for name in BETWEEN:
        x, results = getattr(optimize, name)(square, 0.0, 5.0, (t,), full_output=True)
        expected = getattr(so, name)(square, 0.0, 5.0, (2.0,), full_output=True)[1]
        assert type(results) is so.RootResults
        assert results.root is x
        assert {key: value for key, value in results.items() if key != "root"} == {
            key: value for key, value in expected.items() if key != "root"}
    x, results = optimize.newton(square, 1.0, args=(t,), full_output=True)
    assert results.root is x
    assert results.method == "secant"
    found = optimize.newton(square, np.ones(2), args=(t,), full_output=True)
    assert found.root.requires_grad
    assert found.converged.tolist() == [True, True]
    assert type(optimize.root_scalar(square, (t,), x0=1.0)) is so.RootResults
    x, info, *words = optimize.fsolve(square, [1.0], t, full_output=True)
    assert words == [1, "The solution converged."]
    assert info.keys() == {"nfev", "fvec"}, "fjac, r and qtf would have lost their gradients"
    assert "fjac" not in optimize.root(square, [1.0], t)


def test_the_start_has_no_gradient_and_may_be_that_of_each_example() -> None:
    def f(x0: Any, t: Any) -> Any:
        return optimize.fsolve(square, x0, args=(t,))[0]

    assert [float(g) for g in grad(f, (0, 1))(1.0, 4.0)] == pytest.approx([0, 0.25])
    np.testing.assert_allclose(vmap(f)(np.array([1.0, -1.0]), np.array([4.0, 9.0])), [2, -3])
    np.testing.assert_allclose(vmap(grad(f, 1))(np.array([1.0, -1.0]), np.array([4.0, 9.0])), [1 / 4, -1 / 6])
    ends = grad(lambda a, b: optimize.brentq(lambda x: x * x - 2, a, b), (0, 1))(0.0, 5.0)
    assert [float(g) for g in ends] == [0, 0]


def test_many_equations_of_one_unknown_each_cost_no_matrix() -> None:
    b = np.linspace(0, 1, 30_000)

    def f(b: Any) -> Any:
        return optimize.newton(lambda x, b: x + 0.3 * np.tanh(x) - b, np.zeros(30_000), args=(b,))

    x = f(b)
    gradient = grad(lambda b: np.sum(f(b)))(b)
    np.testing.assert_allclose(gradient, 1 / (1 + 0.3 / np.cosh(x) ** 2), rtol=1e-12)


def test_many_equations_are_solved_by_products() -> None:
    n = 90
    m = np.random.default_rng(0).normal(size=(n, n)) / np.sqrt(n)
    b = np.linspace(0, 1, n)

    def f(b: Any) -> Any:
        return optimize.root(lambda x, b: x + 0.3 * np.tanh(m @ x) - b, np.zeros(n), args=(b,)).x

    x = f(Tensor(b)).numpy()
    inverse = np.linalg.inv(np.eye(n) + 0.3 * (1 - np.tanh(m @ x) ** 2)[:, None] * m)
    np.testing.assert_allclose(grad(lambda b: np.sum(f(b)))(b), np.sum(inverse, axis=0), rtol=1e-9)
    np.testing.assert_allclose(jvp(f, (b,), (b,))[1], inverse @ b, rtol=1e-9)


def test_complex_roots_and_their_derivatives() -> None:
    def f(t: Any) -> Any:
        return optimize.newton(square, 1 + 1j, args=(t,))

    t = 0.5 + 2j
    assert complex(f(Tensor(t))) == pytest.approx(np.sqrt(t), rel=1e-14)
    assert complex(jacobian(f)(t)) == pytest.approx(0.5 / np.sqrt(t), rel=1e-12)
    with pytest.raises(TypeError, match="complex128"):  # a real start for a root that is none
        optimize.newton(square, 1.0, args=(Tensor(t),))


def test_single_precision_is_solved_in_double_and_gets_its_gradients_in_single() -> None:
    t = Tensor(np.float32(2), requires_grad=True)
    x = optimize.brentq(square, 0.0, np.float32(5), args=(t,))
    assert x.dtype == np.float64
    x.backward()
    assert t.grad is not None
    assert t.grad.dtype == np.float32
    assert t.grad.item() == pytest.approx(0.5 * 2**-0.5, rel=1e-7)


def test_whole_numbers_and_words_among_the_arguments_are_constants() -> None:
    def f(x: Any, t: Any, n: int, kind: str, mask: Any) -> Any:
        return x**n - t * mask if kind == "power" else x

    gradient = grad(lambda t: optimize.brentq(f, 0, 5, args=(t, 2, "power", Tensor(True))))(2.0)
    assert float(gradient) == pytest.approx(0.5 * 2**-0.5)
    of_integers = optimize.brentq(f, 0, 5, args=(2, 2, "power", Tensor(1)))
    assert isinstance(of_integers, Tensor)
    assert of_integers.item() == pytest.approx(2**0.5)


# --- Tensors from elsewhere, and what is refused ----------------------------------------------------------------------


@pytest.mark.parametrize("other", [0.0, Tensor(0.0)])
@pytest.mark.parametrize("solve", [
    lambda t, a: optimize.brentq(lambda x: x * x - t, a, 5.0),
    lambda t, a: optimize.newton(lambda x: x * x - t, a + 1.0),
    lambda t, a: optimize.root_scalar(lambda x: x * x - t, bracket=(a, 5.0)).root,
    lambda t, a: optimize.fsolve(lambda x: [x[0] ** 2 - t], [a + 1.0])[0],
    lambda t, a: optimize.root(lambda x: x * x - t, [a + 1.0]).x[0],
    lambda t, a: optimize.fixed_point(lambda x: (x + t / x) / 2, a + 1.0),
])
def test_a_tensor_that_the_function_finds_elsewhere_moves_the_root(solve: Any, other: Any) -> None:
    """Beside a tensor that it is given, or none."""
    slope = pytest.approx(0.5 * 2**-0.5)
    assert float(grad(lambda t: np.sum(solve(t, other)))(2.0)) == slope
    assert float(jvp(lambda t: solve(t, other), (2.0,), (1.0,))[1]) == slope
    np.testing.assert_allclose(vmap(lambda t: solve(t, other))(np.array([2.0, 3.0])), np.sqrt([2.0, 3.0]))


@pytest.mark.parametrize("solve", [
    lambda t: optimize.brentq(lambda x, t: (x - t) ** 3, 0.0, 5.0, args=(t,)),
    lambda t: optimize.brentq(lambda x, t: np.sign(x - t), 0.0, 5.0, args=(t,)),
    lambda t: optimize.newton(lambda x, t: (x - t) ** 2 * (x + 4), 1.9, args=(t,), tol=1e-4),
    lambda t: optimize.newton(square, np.ones(2) + 0 * t, args=(np.zeros(2),)),
])
def test_multiple_roots_and_jumps_have_no_derivative(solve: Any) -> None:
    with pytest.raises((np.linalg.LinAlgError, RuntimeError), match="multiple root|Failed to converge"):
        grad(lambda t: np.sum(solve(t)))(2.0)


def test_a_root_among_others_beside_it_has_no_derivative() -> None:
    """All x with x0 x1 = t are fixed points; the matrix that would say which is singular but for rounding."""
    for start in ([1.5, 1.2], [0.3, 0.7]):
        with pytest.raises((np.linalg.LinAlgError, RuntimeError), match="singular there|multiple root"):
            optimize.fixed_point(lambda x, t: (x + t / x[::-1]) / 2, start, args=(Tensor(2.0),), method="iteration")


def test_what_a_solver_left_far_from_a_root_is_no_solution() -> None:
    """Newton's method is to find the last digits, and no other root than SciPy would have found."""
    with pytest.raises(RuntimeError, match=r"is not near one: Newton's method went .* smaller tolerance or another "):
        grad(lambda t: optimize.root(square, [30.0], args=(t,), options={"maxfev": 3}).x[0])(2.0)
    with pytest.raises(RuntimeError, match="is not near one"):
        optimize.fsolve(lambda x, t: x * x + t, [1.0], args=(Tensor(2.0),))
    with pytest.raises(RuntimeError, match=r"\[1.5625\] is not near one"):
        optimize.bisect(square, 0.0, 5.0, args=(Tensor(2.0),), xtol=0.5)
    rough = optimize.root(square, [1.5], args=(Tensor(2.0),), tol=1e-2)
    assert rough.x[0].item() == pytest.approx(2**0.5, rel=1e-14)


def test_in_small_units_a_root_is_one_too_or_none() -> None:
    """Roots at 0, 1e-9 and 2e-9: all of them are near each other, and near anything that a loose tolerance leaves."""
    def f(x: Any, t: Any) -> Any:
        return 1e9 * x * (1e9 * x - 1) * (1e9 * x - t)

    def found(start: float) -> float:
        return float(optimize.newton(f, start, args=(Tensor(2.0),), tol=1.0).item())

    assert found(1.9e-9) == pytest.approx(2e-9, rel=1e-14, abs=0)
    for start in (1.45e-9, 1.55e-9):
        with pytest.raises(RuntimeError, match="is not near one"):
            found(start)


def test_equations_that_depend_on_other_places_are_none_for_newton() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="at other places, for which write autograd.scipy.optimize.root"):
        optimize.newton(lambda x, t: x**2 - t + 0.1 * x[::-1], np.ones(3), args=(Tensor(2.0),))


def test_as_many_equations_as_unknowns() -> None:
    with pytest.raises(ValueError, match="1 unknowns, but f returned 2 numbers"):
        optimize.root(lambda x, t: np.stack([x[0] - t, 2 * (x[0] - t)]), [1.0], args=(Tensor(2.0),), method="lm")


def test_a_name_without_a_twin_says_what_to_write() -> None:
    with pytest.raises(AttributeError, match=r"broyden1 has no twin.*autograd.minimize.*autograd.implicit.root"):
        optimize.broyden1  # noqa: B018
    with pytest.raises(TypeError, match="brentq of tensors takes f, a, b, args, .*missing a required argument: 'b'"):
        optimize.brentq(square, Tensor(0.0))
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'f'"):
        optimize.brentq(a=0.0, b=5.0)

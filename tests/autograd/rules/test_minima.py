"""Twins of the minimizers in `scipy.optimize`, of least squares and linear programs: against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.optimize as so
from hypothesis import given
from hypothesis import strategies as st

from autograd import DisconnectedWarning, NoDerivativeError, Tensor, grad, hessian, jacobian, jvp, vmap
from autograd.scipy import optimize
from autograd.testing import strategies
from tests.examples import examples

UNBOUNDED = ["BFGS", "CG", "L-BFGS-B", "TNC", "SLSQP", "Nelder-Mead", "Powell", "COBYLA", "COBYQA", "trust-constr"]
BOUNDED = ["L-BFGS-B", "TNC", "SLSQP", "Nelder-Mead", "Powell", "COBYLA", "COBYQA", "trust-constr"]
NEWTONS = ["Newton-CG", "trust-ncg", "trust-krylov", "trust-exact"]


def differences(f: Any, p: Any, step: float = 1e-5) -> Any:
    """Central differences along each number of a vector, as the last axis."""
    return np.stack([(f(p + e) - f(p - e)) / (2 * step) for e in step * np.eye(len(p))], axis=-1)


# --- minimize --------------------------------------------------------------------------------------------------------


def valley(x: Any, p: Any) -> Any:
    return (p[0] - x[0]) ** 2 + p[1] * (x[1] - x[0] ** 2) ** 2 + p[2] * x[1]


def in_the_valley(p: Any) -> tuple[Any, Any]:
    """Where it is lowest, and how that moves: `x0 = p0 / (1 + p2)`, `x1 = x0^2 - p2 / (2 p1)`."""
    a, b, c = p
    x = a / (1 + c)
    return np.array([x, x * x - c / (2 * b)]), np.array([
        [1 / (1 + c), 0, -x / (1 + c)], [2 * x / (1 + c), c / (2 * b * b), -2 * x * x / (1 + c) - 1 / (2 * b)]])


P = np.array([1.0, 5.0, 0.3])


@pytest.mark.parametrize("method", UNBOUNDED + NEWTONS)
def test_minima_by_every_method_are_exact_at_its_own_tolerances(method: str) -> None:
    with_derivatives = {} if method not in NEWTONS else {"jac": grad(valley), "hess": hessian(valley)}

    def f(p: Any) -> Any:
        return optimize.minimize(valley, [0.5, 0.5], args=(p,), method=method, **with_derivatives)

    x, slopes = in_the_valley(P)
    found = f(Tensor(P))
    assert type(found) is so.OptimizeResult
    assert found.success
    np.testing.assert_allclose(found.x, x, rtol=1e-13)
    np.testing.assert_allclose(found.jac, [0, 0], atol=1e-14)
    assert not {"hess_inv", "hess", "final_simplex", "direc", "grad"} & found.keys()
    np.testing.assert_allclose(jacobian(lambda p: f(p).x)(P), slopes, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(jvp(lambda p: f(p).x, (P,), (P,))[1], slopes @ P, rtol=1e-10)
    np.testing.assert_allclose(grad(lambda p: f(p).fun)(P), grad(valley, 1)(x, P), rtol=1e-10)


def test_a_minimum_has_second_derivatives_and_batches() -> None:
    def f(p: Any) -> Any:
        return optimize.minimize(valley, [0.5, 0.5], args=(p,)).x

    second = differences(lambda p: in_the_valley(p)[1], P)
    np.testing.assert_allclose(jacobian(jacobian(f))(P), second, rtol=1e-7, atol=1e-9)
    batch = np.stack([P, P + 0.1])
    np.testing.assert_allclose(vmap(jacobian(f))(batch), [in_the_valley(p)[1] for p in batch], rtol=1e-10, atol=1e-12)


def test_a_function_may_give_its_gradient_along() -> None:
    def with_gradient(x: Any, p: Any) -> Any:
        return np.sum((x - p) ** 4 + x * x), 4 * (x - p) ** 3 + 2 * x

    p = np.array([1.0, -0.5])
    found = jacobian(lambda p: optimize.minimize(with_gradient, np.zeros(2), (p,), jac=True).x)(p)
    x = optimize.minimize(with_gradient, np.zeros(2), (Tensor(p),), jac=True).x.numpy()
    np.testing.assert_allclose(found, np.diag(6 * (x - p) ** 2 / (6 * (x - p) ** 2 + 1)), rtol=1e-12)


def pit(x: Any, c: Any) -> Any:
    return np.sum((x - c) ** 2 + 0.1 * (x - c) ** 4)


@pytest.mark.parametrize("method", BOUNDED)
def test_at_a_bound_a_minimum_moves_with_it(method: str) -> None:
    """The minimum is c within the bounds: below the first, between the second, above the third."""
    c, lower, upper = np.array([-1.0, 0.2, 0.8]), np.array([-0.5, -0.5, -0.4]), np.array([0.4, 0.5, 0.6])

    def f(c: Any, lower: Any, upper: Any) -> Any:
        return optimize.minimize(pit, np.zeros(3), (c,), method, bounds=np.stack([lower, upper], axis=1))

    tensors = [Tensor(x) for x in (c, lower, upper)]
    np.testing.assert_allclose(f(*tensors).x, np.clip(c, lower, upper), rtol=1e-13)
    free = np.diag([0.0, 1, 0])
    found = jacobian(lambda *given: f(*given).x, (0, 1, 2))(c, lower, upper)
    for slopes, expected in zip(found, (free, np.diag([1.0, 0, 0]), np.diag([0.0, 0, 1])), strict=True):
        np.testing.assert_allclose(slopes, expected, atol=1e-11)
    push = 2 * (f(*tensors).x.numpy() - c) + 0.4 * (f(*tensors).x.numpy() - c) ** 3
    np.testing.assert_allclose(f(*tensors).jac, push, atol=1e-14)
    np.testing.assert_allclose(grad(lambda lower: f(c, lower, upper).fun)(lower), push * [1, 0, 0], atol=1e-13)


def test_bounds_come_in_all_of_scipys_forms() -> None:
    c = Tensor([-1.0, 0.2])
    for bounds in ([(0, None), (None, 0.1)], so.Bounds([0, -np.inf], [np.inf, 0.1]), np.array([[0, 9], [-9, 0.1]])):
        np.testing.assert_allclose(optimize.minimize(pit, [0.5, 0.0], (c,), bounds=bounds).x, [0, 0.1], atol=1e-14)
    np.testing.assert_allclose(optimize.minimize(pit, [0.5, 0.0], (c,), bounds=so.Bounds(0, 1)).x, [0, 0.2], atol=1e-14)


def test_where_a_bound_only_just_holds_the_minimum_moves_with_it() -> None:
    """The minimum max(c, 0) has a kink at 0, where the derivative of `maximum(c, 0)` is 0."""
    def f(c: Any) -> Any:
        return optimize.minimize(lambda x, c: np.sum((x - c) ** 2), [0.5], args=(c,), bounds=[(0.0, None)]).x[0]

    assert [float(grad(f)(c)) for c in (-0.5, 0.0, 0.5)] == pytest.approx([0, 0, 1], abs=1e-12)


@examples(30)
@given(strategies.positive_definite(3), strategies.arrays((3,)))
def test_the_minimum_of_a_quadratic_in_a_box_moves_as_scipys_own(m: Any, b: Any) -> None:
    def quadratic(x: Any, b: Any) -> Any:
        return 0.5 * x @ m @ x - b @ x

    box = [(-0.3, 0.4)] * 3

    def theirs(b: Any) -> Any:
        return so.minimize(quadratic, np.zeros(3), (b,), "L-BFGS-B", lambda x, b: m @ x - b, bounds=box,
                           options={"ftol": 0, "gtol": 1e-12}).x

    x = theirs(b)
    push = m @ x - b
    free = np.abs(x - np.clip(x, -0.2999, 0.3999)) == 0
    if np.any(np.abs(push[~free]) < 1e-3):
        return  # near a kink, on whose sides the derivatives differ
    expected = np.zeros((3, 3))
    expected[np.ix_(free, free)] = np.linalg.inv(m[np.ix_(free, free)])
    found = jacobian(lambda b: optimize.minimize(quadratic, np.zeros(3), (b,), bounds=box).x)(b)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(found, differences(theirs, b, 1e-4), rtol=1e-3, atol=1e-4)


def test_minima_in_one_variable() -> None:
    def cost(x: Any, t: Any) -> Any:
        return np.cosh(x - t) + 0.5 * x

    def f(t: Any, **options: Any) -> Any:
        return optimize.minimize_scalar(cost, args=(t,), **options)

    for options in ({}, {"method": "golden"}, {"bounds": (-3.0, 3.0)}, {"bracket": (-1, 2)}):
        found = f(Tensor(0.7), **options)
        assert found.x.item() == pytest.approx(0.7 - np.arcsinh(0.5), rel=1e-13)
        assert float(grad(lambda t, o=options: f(t, **o).x)(0.7)) == pytest.approx(1, rel=1e-12)
        assert float(grad(lambda t, o=options: f(t, **o).fun)(0.7)) == pytest.approx(0.5, rel=1e-12)
    by_centre, by_end = grad(lambda t, end: f(t, bounds=(-1.0, end)).x, (0, 1))(5.0, 2.0)
    assert [float(by_centre), float(by_end)] == [0, 1]
    assert f(5.0, bounds=(-1.0, Tensor(2.0))).x.item() == 2


def test_what_minimize_does_not_do_is_refused() -> None:
    t = Tensor(2.0, requires_grad=True)
    with pytest.raises(ValueError, match="takes bounds, but no constraints: write autograd.implicit.root"):
        optimize.minimize(pit, np.zeros(2), args=(t,), constraints={"type": "eq", "fun": np.sum})
    for flat in (lambda x, t: np.sum(np.abs(x - t)), lambda x, t: np.sum((x - t) ** 4),
                 lambda x, t: (x[0] + x[1] - t) ** 2):
        with pytest.raises((np.linalg.LinAlgError, RuntimeError), match="singular there|flat minimum"):
            optimize.minimize(flat, np.zeros(2), args=(t,), method="Nelder-Mead")
    with pytest.raises(RuntimeError, match="is not near one"):
        optimize.minimize(valley, [-3.0, 2.0], args=(Tensor(P),), options={"maxiter": 2})
    with pytest.raises(np.linalg.LinAlgError), pytest.warns(DisconnectedWarning):
        optimize.minimize(lambda x, t: np.asarray(getattr(x, "data", x))[0] ** 2, [1.0], args=(t.detach(),))


# --- least squares ---------------------------------------------------------------------------------------------------

rng = np.random.default_rng(1)
X = np.linspace(0, 3, 9)
Y = 2 * np.exp(-X) + 0.1 * np.cos(7 * X)
A, B = rng.normal(size=(7, 3)), rng.normal(size=7)
TIGHT = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}


def decay(x: Any, a: Any, b: Any) -> Any:
    return a * np.exp(-b * x)


def misfit(p: Any, y: Any, *, x: Any = X) -> Any:
    return decay(x, *p) - y


@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
def test_linear_least_squares_are_the_pseudoinverse(method: str) -> None:
    def f(a: Any, b: Any) -> Any:
        return optimize.least_squares(lambda x, a, b: a @ x - b, np.zeros(3), args=(a, b), method=method).x

    np.testing.assert_allclose(f(Tensor(A), B), np.linalg.pinv(A) @ B, rtol=1e-12)
    by_a, by_b = jacobian(f, (0, 1))(A, B)
    expected = jacobian(lambda a: np.linalg.pinv(a) @ B)(A)
    np.testing.assert_allclose(by_a, expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(by_b, np.linalg.pinv(A), rtol=1e-10, atol=1e-12)


def soft(z: Any) -> Any:
    """soft_l1, as users give it."""
    return np.stack([2 * ((1 + z) ** 0.5 - 1), (1 + z) ** -0.5, -0.5 * (1 + z) ** -1.5])


@pytest.mark.parametrize("loss", ["linear", "soft_l1", "huber", "cauchy", "arctan", soft])
def test_every_loss_at_every_scale_is_differentiated(loss: Any) -> None:
    """In data and scale; and what the result says beside x is SciPy's, to its tolerance."""
    def f(p: Any, module: Any = optimize) -> Any:
        return module.least_squares(misfit, [1.5, 0.8], "3-point", args=(p[1:],), loss=loss, f_scale=p[0],
                                    kwargs={"x": X}, **TIGHT)

    p = np.array([0.08, *Y])
    found, expected = f(Tensor(p)), f(p, so)
    assert type(found) is so.OptimizeResult
    for key in ("x", "cost", "fun", "jac"):
        np.testing.assert_allclose(found[key], expected[key], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(found.grad, [0, 0], atol=1e-15)
    for key in ("x", "cost", "fun", "jac"):
        ours, theirs = jacobian(lambda p, k=key: f(p)[k])(p), differences(lambda p, k=key: f(p, so)[k], p, 1e-4)
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=2e-5 * np.max(np.abs(ours)))


@pytest.mark.parametrize("method", ["trf", "dogbox"])
def test_least_squares_at_bounds_move_with_them(method: str) -> None:
    """SciPy's trf stays inside: the last step to the bound is Newton's."""
    def f(y: Any, high: Any) -> Any:
        return optimize.least_squares(misfit, [1.0, 0.8], args=(y,), bounds=([0.0, -1.0], [high, 4.0]), method=method)

    found = f(Tensor(Y), 1.6)
    assert found.x[0].item() == 1.6
    assert found.active_mask.tolist() == [1, 0]
    lowest = optimize.least_squares(lambda x, y: x - y, [0.5, 0.5], args=(Tensor([-1.0, 0.3]),), bounds=(0.0, 1.0),
                                    method=method)
    assert lowest.active_mask.tolist() == [-1, 0]
    slopes = jacobian(lambda y, high: f(y, high).x, (0, 1))(Y, 1.6)
    assert not np.any(slopes[0][0])
    assert slopes[1][0] == 1
    alone = jacobian(lambda y, high: optimize.least_squares(
        lambda b, y, high: decay(X, high, b[0]) - y, [0.8], args=(y, high)).x[0], (0, 1))(Y, 1.6)
    for within, by_itself in zip(slopes, alone, strict=True):
        np.testing.assert_allclose(within[1], by_itself, rtol=1e-10)


# --- curve_fit -------------------------------------------------------------------------------------------------------


def test_a_weighted_straight_line_in_closed_form() -> None:
    """popt = C M^T W y and pcov = C s^2 with C = (M^T W M)^-1, in y, x and sigma."""
    def exact(x: Any, y: Any, sigma: Any, absolute: bool) -> Any:
        m = np.stack([np.ones_like(x), x], axis=1) / sigma[:, None]
        covariance = np.linalg.inv(m.T @ m)
        popt = covariance @ m.T @ (y / sigma)
        return popt, covariance * (1 if absolute else np.sum((m @ popt - y / sigma) ** 2) / 7)

    sigma = np.linspace(0.5, 1.5, 9)
    for absolute in (False, True):
        def fit(x: Any, y: Any, sigma: Any, absolute: bool = absolute) -> Any:
            return optimize.curve_fit(lambda x, a, b: a + b * x, x, y, sigma=sigma, absolute_sigma=absolute)

        found = fit(Tensor(X), Y, sigma)
        for ours, theirs, known in zip(found, so.curve_fit(
                lambda x, a, b: a + b * x, X, Y, sigma=sigma, absolute_sigma=absolute), exact(X, Y, sigma, absolute),
                strict=True):
            np.testing.assert_allclose(ours, known, rtol=1e-11)
            np.testing.assert_allclose(ours, theirs, rtol=1e-6)
        for part in (0, 1):
            ours = jacobian(lambda *given, i=part: fit(*given)[i], (0, 1, 2))(X, Y, sigma)
            known = jacobian(lambda *given, i=part, a=absolute: exact(*given, a)[i], (0, 1, 2))(X, Y, sigma)
            for one, other in zip(ours, known, strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("options", [
    {}, {"sigma": 0.3}, {"sigma": 0.1 * np.eye(9) + 0.05, "absolute_sigma": True},
    {"p0": [1.0, 1.0], "method": "dogbox"},
    {"method": "trf", "loss": "cauchy", "f_scale": 0.3}, {"bounds": ([0, 0], [1.7, 5.0])},
    {"jac": lambda x, a, b: np.stack([np.exp(-b * x), -a * x * np.exp(-b * x)], axis=1)},
])
def test_fits_and_their_covariances_move_as_scipys_own(options: dict[str, Any]) -> None:
    def fit(module: Any, y: Any, part: int) -> Any:
        tight = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15} if module is so else {}
        return module.curve_fit(decay, X, y, **options, **tight)[part]

    for part in (0, 1):
        ours = jacobian(lambda y, i=part: fit(optimize, y, i))(Y)
        theirs = differences(lambda y, i=part: fit(so, y, i), Y, 1e-4)
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=1e-3 * np.max(np.abs(ours)))


def test_fits_have_second_derivatives_and_batches() -> None:
    def fit(y: Any) -> Any:
        return optimize.curve_fit(decay, X, y)[0]

    slopes = jacobian(fit)
    second = differences(slopes, Y)
    np.testing.assert_allclose(jacobian(slopes)(Y), second, rtol=1e-6, atol=1e-8)
    batch = np.stack([Y, Y + 0.1])
    np.testing.assert_allclose(vmap(slopes)(batch), [slopes(y) for y in batch], rtol=1e-9, atol=1e-11)


def test_the_forms_of_a_fit() -> None:
    y = Tensor(Y, requires_grad=True)
    popt, pcov, info, *words = optimize.curve_fit(decay, list(X), y, full_output=True)
    assert words == list(so.curve_fit(decay, X, Y, full_output=True)[3:])
    assert info.keys() == {"nfev", "fvec"}
    assert popt.requires_grad
    assert pcov.requires_grad
    assert info["fvec"].requires_grad
    for integers in ([1, 2, 4], np.array([1, 2, 4])):
        of_integers = optimize.curve_fit(lambda x, a: a * x**-1, integers, Tensor([2.0, 1.0, 0.5]))[0]
        np.testing.assert_allclose(of_integers, [2.0])
    of_a_dict = optimize.curve_fit(lambda x, a, b: decay(x["times"], a, b), {"times": X}, y)[0]
    np.testing.assert_allclose(of_a_dict.numpy(), optimize.curve_fit(decay, X, Y)[0], rtol=1e-6)
    with pytest.warns(so.OptimizeWarning, match="could not be estimated"):
        popt, pcov = optimize.curve_fit(decay, X[:2], y[:2])
    np.testing.assert_array_equal(pcov, np.full((2, 2), np.inf))


def test_what_curve_fit_does_not_do_is_refused() -> None:
    y = Tensor(Y, requires_grad=True)
    with pytest.raises(ValueError, match="no nan_policy='omit': leave out what is nan"):
        optimize.curve_fit(decay, X, y, nan_policy="omit")
    with pytest.raises(NoDerivativeError, match="give it in xdata, or write .*least_squares"):
        optimize.curve_fit(lambda x, a, b: Tensor(1.0, requires_grad=True) * decay(x, a, b), X, y)
    with pytest.raises(ValueError, match="Unable to determine number of fit parameters"):
        optimize.curve_fit(lambda *given: given[0], X, y)
    with pytest.raises((np.linalg.LinAlgError, RuntimeError)):  # only the product of its parameters is determined
        optimize.curve_fit(lambda x, a, b: a * b * x, X, y)


# --- linear programs -------------------------------------------------------------------------------------------------

ROWS, LIMITS = np.array([[1.0, 1.0], [0.2, 1.0]]), np.array([4.0, 3.0])


def test_a_vertex_moves_with_the_constraints_that_meet_there() -> None:
    def f(c: Any, rows: Any, limits: Any) -> Any:
        return optimize.linprog(c, rows, limits)

    c = np.array([-1.0, -2.0])
    found, expected = f(c, Tensor(ROWS), LIMITS), so.linprog(c, ROWS, LIMITS)
    assert type(found) is so.OptimizeResult
    for key in ("x", "fun", "slack", "con", "status", "message", "nit"):
        np.testing.assert_array_equal(np.isclose(found[key], expected[key]) if key != "message" else True, True)
    inverse = np.linalg.inv(ROWS)
    by_c, by_rows, by_limits = jacobian(lambda *given: f(*given).x, (0, 1, 2))(c, ROWS, LIMITS)
    assert not np.any(by_c)
    np.testing.assert_allclose(by_limits, inverse, rtol=1e-12)
    np.testing.assert_allclose(by_rows, -inverse[:, :, None] * (inverse @ LIMITS), rtol=1e-12)
    np.testing.assert_allclose(grad(lambda b: f(c, ROWS, b).fun)(LIMITS), expected.ineqlin.marginals, rtol=1e-12)
    np.testing.assert_allclose(grad(lambda c: f(c, ROWS, LIMITS).fun)(c), expected.x, rtol=1e-12)
    second = hessian(lambda b: f(c, ROWS, b).fun ** 2)(LIMITS)
    np.testing.assert_allclose(second, 2 * np.outer(expected.ineqlin.marginals, expected.ineqlin.marginals), rtol=1e-12)


@pytest.mark.parametrize(("bounds", "slopes"), [
    ([(0, None), (0, "end")], [-1, 1]), ((0, "end"), [1, 1]), ([("end", "end"), (0, None)], [1, -0.2]),
    ([(0, "end")], [1, 1]),
])
def test_a_vertex_moves_with_bounds(bounds: Any, slopes: list[float]) -> None:
    def put(given: Any, end: Any) -> Any:
        if isinstance(given, (list, tuple)):
            return type(given)(put(x, end) for x in given)
        return end if given == "end" else given

    def f(end: Any) -> Any:
        return optimize.linprog([-1.0, -2.0], ROWS, LIMITS, bounds=put(bounds, end)).x

    end = 1.1
    np.testing.assert_allclose(f(Tensor(end)), so.linprog([-1.0, -2.0], ROWS, LIMITS, bounds=put(bounds, end)).x)
    np.testing.assert_allclose(jacobian(f)(end), slopes, atol=1e-12)


@examples(30)
@given(st.integers(0, 10_000))
def test_random_programs_move_as_scipys_own(seed: int) -> None:
    """Of which most have a vertex; the others are refused."""
    rng = np.random.default_rng(seed)
    rows, equal = rng.normal(size=(4, 3)), rng.normal(size=(1, 3))
    inside, c = rng.uniform(0.2, 0.8, 3), rng.normal(size=3)
    limits, bounds = rows @ inside + rng.uniform(0.1, 0.5, 4), [(0, 1), (None, 2), (-1, None)]

    def solve(module: Any, limits: Any) -> Any:
        return module.linprog(c, rows, limits, equal, equal @ inside, bounds)

    if solve(so, limits).status != 0:
        with pytest.raises(RuntimeError, match="linprog found no solution"):
            solve(optimize, Tensor(limits))
        return
    np.testing.assert_allclose(jacobian(lambda b: solve(optimize, b).x)(limits),
                               differences(lambda b: solve(so, b).x, limits, 1e-6), atol=1e-6)


def test_programs_in_a_batch_share_their_vertex() -> None:
    costs = np.array([[-1.0, -2.0], [-1.1, -2.0]])
    found = vmap(grad(lambda c: optimize.linprog(c, ROWS, LIMITS).fun))(costs)
    np.testing.assert_allclose(found, [[1.25, 2.75]] * 2)
    with pytest.raises(TypeError, match="differ from example to example"):
        vmap(lambda c: optimize.linprog(c, ROWS, LIMITS).fun)(np.array([[-1.0, -2.0], [-5.0, -2.0]]))


@pytest.mark.parametrize(("c", "rows", "limits", "met", "held"), [
    ([-1.0, -2.0], [[1, 1], [1, 0], [0, 1]], [2, 1, 1], 3, 2),  # one too many meet
    ([-1.0, -1.0], [[1, 1]], [2], 2, 1),  # all of an edge is optimal
])
def test_programs_without_a_derivative_say_so(c: Any, rows: Any, limits: Any, met: int, held: int) -> None:
    with pytest.raises(ValueError, match=f"{met} constraints meet there, {held} of which hold it, where 2 must do"):
        optimize.linprog(c, rows, Tensor(np.array(limits, float)))


@pytest.mark.parametrize("given", [{}, {"bounds": None}, {"bounds": []}])
def test_without_bounds_no_unknown_of_a_linear_program_is_below_0(given: dict[str, Any]) -> None:
    def f(limits: Any) -> Any:
        return optimize.linprog([1.0, 3.0], [[-1.0, -2.0]], limits, **given).x

    assert f(Tensor([-2.0])).tolist() == [2, 0]
    np.testing.assert_allclose(jacobian(f)(np.array([-2.0])), [[-1], [0]])


def test_what_linprog_does_not_do_is_refused() -> None:
    with pytest.raises(ValueError, match="takes no integrality"):
        optimize.linprog([-1.0, -2.0], ROWS, Tensor(LIMITS), integrality=[1, 0])
    for half in ({"A_ub": ROWS}, {"b_eq": LIMITS}):
        with pytest.raises(ValueError, match="takes A_(ub|eq) and b_(ub|eq) together, got one of them alone"):
            optimize.linprog(Tensor([-1.0, -2.0]), **half)
    for bounds in (None, [], (0, None)):
        with pytest.raises(RuntimeError, match="linprog found no solution: The problem is unbounded"):
            optimize.linprog(Tensor([-1.0, -2.0]), bounds=bounds)

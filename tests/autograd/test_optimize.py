"""`minimize`: nested parameters through SciPy, with the derivatives each method takes and no call too many."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import optimize

import autograd
from autograd import Tensor, minimize
from autograd.tensor.box import Box

GRADIENT = ["CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP"]
PRODUCTS = ["Newton-CG", "trust-ncg", "trust-krylov", "trust-constr"]
HESSIAN = ["dogleg", "trust-exact"]
NONE = ["Nelder-Mead", "Powell", "COBYLA"]


def bowl(p: Any) -> Any:
    """Convex in both, with its minimum 0.5 at x = (1, 2), s = 3."""
    x, s = p["x"] - np.array([1.0, 2.0]), p["s"] - 3
    return np.sum(np.cosh(x) - 1) + s * s + 0.1 * s * x[0] + 0.5


START = {"x": np.array([0.5, 1.0]), "s": 2.0}


@pytest.mark.parametrize("method", GRADIENT + PRODUCTS + HESSIAN + NONE)
def test_every_method_reaches_the_minimum(method: str) -> None:
    result = minimize(bowl, START, method)
    assert result.fun == pytest.approx(0.5, abs=1e-6)
    assert set(result.params) == {"x", "s"}
    assert result.params["x"] == pytest.approx([1, 2], abs=2e-3)
    assert isinstance(result.params["s"], float)
    assert result.params["s"] == pytest.approx(3, abs=2e-3)


@pytest.mark.parametrize("method", GRADIENT + PRODUCTS + HESSIAN)
def test_f_and_its_gradient_are_evaluated_together_once(method: str) -> None:
    points: list[bytes] = []

    def counted(p: Any) -> Any:
        x = autograd.ravel(p)[0]
        if isinstance(x, Tensor) and not isinstance(x, Box):
            points.append(x.detach().numpy().tobytes())
        return bowl(p)

    result = minimize(counted, START, method)
    if method in HESSIAN:  # the Hessian is a recorded gradient, a call of its own; SciPy does not count the first
        assert len(points) <= result.nfev + result.nhev + 1
    elif method in PRODUCTS:  # a product rides on duals, which are not counted here
        assert len(points) <= result.nfev
    else:
        assert len(points) == result.nfev == len(set(points))


def test_methods_without_a_gradient_record_nothing() -> None:
    recorded = []
    minimize(lambda x: recorded.append(x.requires_grad) or (x - 1) ** 2, 0.0, "Nelder-Mead")
    assert recorded
    assert not any(recorded)


def test_newton_methods_get_the_exact_hessian() -> None:
    diagonal = np.array([1.0, 50.0, 1000.0])
    result = minimize(lambda x: 0.5 * np.sum(diagonal * (x - 1) ** 2), np.zeros(3), "trust-exact")
    assert result.nit <= 10
    assert result.params == pytest.approx(np.ones(3), abs=1e-9)


class Line(NamedTuple):
    slope: Any
    offset: Any


def test_structures_types_and_dtypes_come_back() -> None:
    x = np.linspace(-1, 1, 20).astype(np.float32)
    y = 2 * x + 1
    for start in (Line(np.zeros(1, np.float32), 0), Line(Tensor(np.zeros(1, np.float32), requires_grad=True), 0)):
        result = minimize(lambda p: np.mean((p.slope * x + p.offset - y) ** 2), start)
        assert isinstance(result.params, Line)
        assert type(result.params.slope) is type(start.slope)
        assert result.params.slope.dtype == np.float32
        assert result.params.slope.tolist() == pytest.approx([2], abs=1e-4)
        assert result.params.offset == pytest.approx(1, abs=1e-4)
    assert minimize(lambda x: (x - 2) ** 2, 0).params == pytest.approx(2)


def test_arguments_callbacks_and_tolerances_are_passed_on() -> None:
    seen: list[Any] = []
    result = minimize(lambda p, a: (p["x"] - a) ** 4, {"x": 0.0}, args=(2.0,), tol=1e-3, callback=seen.append)
    assert result.params["x"] == pytest.approx(2, abs=0.2)
    assert len(seen) == result.nit
    assert set(seen[0]) == {"x"}


class Pair(NamedTuple):
    p: Any
    q: Any


def test_where_a_tree_of_bounds_has_none_there_is_no_bound() -> None:
    def far(p: Any) -> Any:
        single, pair = p["rest"]
        return np.sum((p["x"] + 3.0) ** 2) + (single - 4.0) ** 2 + (pair.q + 5.0) ** 2 + pair.p**2

    start = {"x": np.ones(2), "rest": [1.0, Pair(1.0, 1.0)]}
    lower = {"x": 0.5, "rest": [None, Pair(None, -1.0)]}
    upper = {"x": None, "rest": [2.0, None]}
    found = minimize(far, start, "L-BFGS-B", bounds=(lower, upper)).params
    np.testing.assert_allclose(found["x"], 0.5)
    np.testing.assert_allclose([found["rest"][0], *found["rest"][1]], [2.0, 0.0, -1.0], atol=1e-6)


def test_bounds_are_numbers_or_trees() -> None:
    low = minimize(bowl, START, "L-BFGS-B", bounds=({"x": np.array([-np.inf, 2.5]), "s": -np.inf}, None))
    assert low.params["x"][1] == pytest.approx(2.5)
    high = minimize(bowl, START, "L-BFGS-B", bounds=(None, 1.5))
    assert high.params["x"][1] == pytest.approx(1.5)
    assert high.params["s"] == pytest.approx(1.5)
    own = minimize(lambda x: np.sum(x**2), np.ones(2), "L-BFGS-B", bounds=optimize.Bounds([0.5, -1], [2, 2]))
    assert own.params == pytest.approx([0.5, 0])
    with pytest.raises(ValueError, match="bounds is a pair"):
        minimize(bowl, START, "L-BFGS-B", bounds=[(0, 1), (0, 1), (0, 1)])
    with pytest.raises(ValueError, match=r"bounds \{'x': 0.0\} do not fit .*; give one for all, or a tree"):
        minimize(bowl, START, "L-BFGS-B", bounds=({"x": 0.0}, None))


@pytest.mark.parametrize("wrap", [lambda c: c, lambda c: [c]])
def test_constraints_take_the_tree_and_get_their_jacobian(wrap: Any) -> None:
    result = minimize(lambda p: np.sum(p["x"] ** 2), {"x": np.array([2.0, 0.5])}, "SLSQP",
                      constraints=wrap({"type": "eq", "fun": lambda p: p["x"][0] + p["x"][1] - 1}))
    assert result.params["x"] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("wrap", [lambda c: c, lambda c: [c]])
def test_scipys_own_constraints_pass_unchanged(wrap: Any) -> None:
    result = minimize(lambda x: np.sum(x**2), np.array([2.0, 0.5]), "trust-constr",
                      constraints=wrap(optimize.LinearConstraint(np.ones((1, 2)), 1, 1)))
    assert result.params == pytest.approx([0.5, 0.5], abs=1e-4)


def test_wrong_parameters_are_refused() -> None:
    with pytest.raises(TypeError, match="real parameters, got complex128"):
        minimize(lambda z: np.abs(z), np.ones(1) * 1j)
    with pytest.raises(TypeError, match="numbers, arrays or tensors as parameters, got str"):
        minimize(lambda z: z, "x")


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(ImportError, match=r"cleargrad\[scipy\]"):
        minimize(bowl, START)


def test_a_function_of_several_outputs_is_named() -> None:
    def square(x: Any) -> Any:
        return x * x

    with pytest.raises(TypeError, match=r"square to return one number, got shape \(2,\)"):
        minimize(square, np.ones(2))


@pytest.mark.parametrize("method", ["BFGS", "Newton-CG", "trust-exact"])
@pytest.mark.parametrize("loss", [lambda x: np.sum((x - 1) ** 2).item(),
                                  lambda x: (x.detach().numpy() @ [1.0, 1.0]) ** 2])
def test_a_function_that_loses_its_gradient_is_refused_and_not_minimal_where_it_starts(loss: Any, method: str) -> None:
    with pytest.raises(TypeError, match=f"minimize by {method} follows the gradient .* at the start f returned float"):
        minimize(loss, np.zeros(2), method)
    assert minimize(loss, np.zeros(2), "Nelder-Mead").success


def test_a_barrier_may_be_a_plain_number_away_from_the_start() -> None:
    def loss(x: Any) -> Any:
        return np.inf if np.any(x <= 0) else np.sum(x - np.log(x))

    with pytest.warns(autograd.DisconnectedWarning):
        found = minimize(loss, np.array([8.0, 0.01]))
    assert found.params == pytest.approx([1, 1], abs=1e-4)


def test_scipys_own_minimize_leads_to_its_twin() -> None:
    with pytest.raises(ValueError, match="objective function must return a scalar") as refused:
        optimize.minimize(lambda x: np.sum((Tensor(x, requires_grad=True) - 1) ** 2), np.ones(2))
    assert "look for autograd.scipy.optimize.minimize" in str(refused.value.__cause__)

"""Linear least squares in a box, and MINPACK's least squares: SciPy's solutions, and how they move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.optimize as so
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, grad, jacobian, vmap
from autograd.numerical import jacobian as differences
from autograd.scipy import optimize
from autograd.testing import check_gradients
from tests.examples import examples

A = np.array([[1.0, 0.5, -0.3], [-0.4, 1.2, 0.8], [0.3, -1.0, 1.5], [0.9, 0.1, 0.2]])
B = np.array([1.0, -0.7, 0.4, 2.0])


def test_what_is_found_is_scipys() -> None:
    x, norm = optimize.nnls(Tensor(A), B)
    expected, distance = so.nnls(A, B)
    np.testing.assert_allclose(x.data, expected, rtol=1e-12)
    assert norm.item() == pytest.approx(distance, rel=1e-12)
    found, theirs = (module.lsq_linear(a, B, (-0.2, 0.5)) for module, a in ((optimize, Tensor(A)), (so, A)))
    assert type(found) is so.OptimizeResult
    for key in ("x", "fun", "cost", "active_mask", "status", "success"):
        np.testing.assert_allclose(np.asarray(found[key]), theirs[key], atol=1e-8)
    assert found.message == theirs.message


@examples(30)
@given(st.integers(0, 10_000))
def test_solutions_move_as_scipys_own(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b, low = rng.normal(size=(6, 4)), rng.normal(size=6), rng.uniform(-0.5, -0.1, 4)

    def boxed(module: Any, low: Any) -> Any:
        return module.lsq_linear(a, b, (low, 0.3), method="bvls").x

    np.testing.assert_allclose(jacobian(lambda low: boxed(optimize, low))(low),
                               differences(lambda low: boxed(so, low), low), atol=1e-6)
    for solve in (lambda module, a, b: module.nnls(a, b)[0],
                  lambda module, a, b: module.lsq_linear(a, b, (low, 0.3), method="bvls").x):
        np.testing.assert_allclose(jacobian(lambda b, solve=solve: solve(optimize, a, b))(b),
                                   differences(lambda b, solve=solve: solve(so, a, b), b), atol=1e-6)
        np.testing.assert_allclose(jacobian(lambda a, solve=solve: solve(optimize, a, b))(a),
                                   differences(lambda a, solve=solve: solve(so, a, b), a), atol=1e-6)


@pytest.mark.parametrize("method", ["trf", "bvls"])
def test_orders_and_modes(method: Any) -> None:
    check_gradients(lambda a, b: optimize.nnls(a, b)[0] * optimize.nnls(a, b)[1], A, B, order=2)
    check_gradients(lambda a, b, low, high: optimize.lsq_linear(a, b, (low, high), method, 1e-12).cost, A, B,
                    np.full(3, -0.2), np.full(3, 0.5), order=2)


def test_without_an_active_bound_it_is_the_solution_of_least_norm() -> None:
    check_gradients(lambda a, b: optimize.lsq_linear(a, b, so.Bounds(-9, 9)).x, A[:2], B[:2], order=2)


def test_an_unknown_at_a_bound_stays_there_where_it_only_just_holds() -> None:
    assert jacobian(lambda b: optimize.nnls(np.eye(2), b)[0])(np.array([0.0, 1.0])).tolist() == [[0, 0], [0, 1]]


def test_unknowns_that_are_all_at_bounds_below_0_stay_there() -> None:
    def f(b: Any) -> Any:
        return optimize.lsq_linear(np.eye(2), b, (-3, 0), method="bvls").x

    assert f(Tensor([-5.0, -4.0])).tolist() == [-3, -3]
    assert not np.any(jacobian(f)(np.array([-5.0, -4.0])))


def test_examples_share_the_unknowns_that_are_at_a_bound() -> None:
    rows = np.stack([B, B * 1.01])
    norms = vmap(grad(lambda b: optimize.nnls(A, b)[1]))(rows)
    np.testing.assert_allclose(norms, [grad(lambda b: optimize.nnls(A, b)[1])(b) for b in rows])
    with pytest.raises(TypeError, match="differ from example to example"):
        vmap(lambda b: optimize.nnls(A, b)[0])(np.stack([B, -B]))


def test_where_all_of_an_edge_is_optimal_there_is_no_derivative() -> None:
    with pytest.raises(ValueError, match="has no derivative: it is not clear which unknowns are at a bound"):
        optimize.lsq_linear([[1.0, 1.0]], Tensor([4.0]), ([0, 0], [3.5, 1.0]))


@pytest.mark.parametrize("beyond", [1.001, -0.001])
def test_an_unknown_that_scipy_leaves_just_inside_of_its_bound_is_not_beyond_it(beyond: float) -> None:
    assert so.lsq_linear(np.eye(2), [beyond, 0.5], (0, 1)).active_mask.tolist() == [0, 0]
    with pytest.raises(ValueError, match="lsq_linear is surer with method='bvls'"):
        optimize.lsq_linear(np.eye(2), Tensor([beyond, 0.5]), (0, 1))
    exact = optimize.lsq_linear(np.eye(2), Tensor([beyond, 0.5]), (0, 1), method="bvls")
    np.testing.assert_array_equal(exact.x.numpy(), [round(beyond), 0.5])


def decay(p: Any, y: Any) -> Any:
    return p[0] * np.exp(-p[1] * np.arange(5.0)) - y


def test_leastsq_is_least_squares() -> None:
    y = np.exp(-0.6 * np.arange(5.0)) + 0.02 * np.cos(np.arange(5.0))
    x, status = optimize.leastsq(decay, [1.0, 0.5], args=(Tensor(y),))
    expected = so.leastsq(decay, [1.0, 0.5], args=(y,), full_output=True, ftol=1e-14, xtol=1e-14)  # 1e-8 by default
    np.testing.assert_allclose(x.data, expected[0], rtol=1e-7)
    assert status in (1, 2, 3, 4)
    x, covariance, info, message, status = optimize.leastsq(decay, [1.0, 0.5], args=(Tensor(y),), full_output=True)
    np.testing.assert_allclose(covariance.data, expected[1], rtol=1e-6)
    np.testing.assert_allclose(info["fvec"].data, expected[2]["fvec"], atol=1e-7)
    assert (type(message), type(info["nfev"])) == (str, int)
    slopes = jacobian(lambda y: optimize.leastsq(decay, [1.0, 0.5], args=(y,))[0])(y)
    np.testing.assert_allclose(slopes, jacobian(lambda y: optimize.least_squares(decay, [1.0, 0.5], args=(y,)).x)(y))
    check_gradients(lambda y: optimize.leastsq(decay, [1.0, 0.5], args=(y,), full_output=True)[1], y, order=1)

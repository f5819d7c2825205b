"""The losses for numbers as primitives: their formulas, element by element, and their references."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, grad, hessian, jacfwd
from nn.kernels.regression import absolute_error, huber_error, squared_error
from tests.examples import examples
from tests.nn.kernels.kernel_checks import assert_close, check, random

DELTA = 0.7
KERNELS: list[tuple[Any, dict[str, Any], Callable[[float], float]]] = [
    (squared_error, {}, lambda e: e**2),
    (absolute_error, {}, abs),
    (huber_error, {"delta": DELTA}, lambda e: e**2 / 2 if abs(e) <= DELTA else DELTA * (abs(e) - DELTA / 2)),
]


@examples(40)
@given(kernel=st.sampled_from(KERNELS), shape=st.lists(st.integers(1, 4), max_size=3).map(tuple),
       reduction=st.sampled_from(["mean", "sum", "none"]), dtype=st.sampled_from([np.float32, np.float64]))
def test_values_of_the_formula_and_derivatives_of_the_reference(kernel: Any, shape: tuple[int, ...], reduction: str,
                                                                dtype: Any) -> None:
    function, options, cost = kernel
    generator = np.random.default_rng(0)
    x, t = (np.asarray(random(generator, *shape, dtype=dtype)) if shape else np.asarray(generator.random(), dtype)
            for _ in range(2))
    costs = np.array([cost(float(e)) for e in (x - t).ravel()]).reshape(shape)
    expected = costs if reduction == "none" else costs.mean() if reduction == "mean" else costs.sum()
    assert_close(function(x, t, reduction=reduction, **options).data, expected, 1e-5 if dtype is np.float32 else 1e-13)
    if shape:
        check(function, [x, t], [0, 1], reduction=reduction, **options)


@pytest.mark.parametrize(("kernel", "options"), [case[:2] for case in KERNELS])
def test_complex_numbers_have_the_gradient_of_the_reference(kernel: Any, options: dict[str, Any]) -> None:
    generator = np.random.default_rng(1)
    x, t, g = (random(generator, 5) + 1j * random(generator, 5) for _ in range(3))
    gradients = []
    for function in (kernel, kernel.reference):
        leaf = Tensor(x, requires_grad=True)
        out = function(leaf, t, reduction="none", **options)
        out.backward(g if out.dtype.kind == "c" else g.real)
        gradients.append(leaf.grad.data)
    assert_close(*gradients, 1e-13)


def test_the_mean_of_complex_targets_is_the_best_constant() -> None:
    targets = np.array([1 + 2j, -1 + 1j, 3 - 1j])
    leaf = Tensor(np.full(3, targets.mean()), requires_grad=True)
    loss = squared_error(leaf, targets)
    assert loss.dtype == np.float64
    assert loss.item() == pytest.approx((np.abs(targets - targets.mean()) ** 2).mean())
    loss.backward()
    np.testing.assert_allclose(leaf.grad.data.sum(), 0, atol=1e-15)


def test_no_error_has_no_slope() -> None:
    leaf = Tensor(np.ones(3), requires_grad=True)
    absolute_error(leaf, np.ones(3)).backward()
    np.testing.assert_array_equal(leaf.grad.data, 0)


@pytest.mark.parametrize("of", [hessian, lambda f: jacfwd(jacfwd(f))])
def test_a_huber_loss_is_curved_where_there_is_no_error(of: Any) -> None:
    """e^2 / 2 has the second derivative 1 at 0 as well, which a way through |e| would lose."""
    errors = np.array([0.0, 0.3, -0.3, 0.9, -0.9])
    curvature = of(lambda e: huber_error(e, np.zeros(5), delta=DELTA, reduction="sum"))(errors)
    np.testing.assert_allclose(curvature, np.diag([1, 1, 1, 0, 0]), atol=1e-15)
    parts = of(lambda p: huber_error(p[0] + 1j * p[1], np.zeros(()), delta=DELTA, reduction="sum"))(np.zeros(2))
    np.testing.assert_allclose(parts, np.eye(2), atol=1e-15)


@pytest.mark.parametrize(("kernel", "options"), [case[:2] for case in KERNELS])
def test_of_predictions_and_targets_their_difference_is_kept(kernel: Any, options: dict[str, Any]) -> None:
    x, t = Tensor(np.arange(3.0), requires_grad=True), np.array([1.0, 1.0, 0.5])
    loss = kernel(x, t, **options)
    t[:] = 100
    kept = [value.tolist() for value in loss._node.saved if isinstance(value, np.ndarray)]
    assert kept == [[1, 1, 0.5], [-1, 0, 1.5]]  # the target for pictures alone, which would show it changed
    loss.backward()
    assert np.abs(x.grad.data).max() <= 1


@pytest.mark.parametrize("single", [0, 1])
def test_float32_beside_float64_is_curved_as_float64_is(single: int) -> None:
    x, t = np.array([0.1, 0.7]), np.array([0.1 + 1e-9, -0.3])
    if single:
        t = t.astype(np.float32)
    else:
        x = x.astype(np.float32)
    sides = []
    for function in (huber_error, huber_error.reference):
        slopes = grad(lambda x, t, f=function: f(x, t, delta=DELTA, reduction="sum"), argnums=(0, 1))

        def along(x: Any, t: Any, slopes: Any = slopes) -> Any:
            of_x, of_t = slopes(x, t)
            return of_x.sum() + 2 * of_t.sum()

        sides.append(grad(along, argnums=(0, 1))(x, t))
    for found, expected in zip(*sides, strict=True):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-7)
        np.testing.assert_allclose(np.abs(found), [1, 0], rtol=1e-7)

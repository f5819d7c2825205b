"""Activations of straight pieces and compositions of others: what NumPy makes of their formulas, and their corners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, grad, manual_seed, vmap
from nn import functional

WIDE = np.array([-1e4, -7.0, -3.5, -2.0, -1.2, -0.7, -0.3, 0.2, 0.6, 1.5, 2.5, 3.7, 5.0, 6.5, 1e4])
FORMULAS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "relu6": (functional.relu6, lambda x: np.minimum(np.maximum(x, 0), 6)),
    "hardtanh": (functional.hardtanh, lambda x: np.clip(x, -1, 1)),
    "hardsigmoid": (functional.hardsigmoid, lambda x: np.interp(x, [-3, 3], [0, 1])),
    "hardswish": (functional.hardswish, lambda x: x * np.interp(x, [-3, 3], [0, 1])),
    "hardshrink": (functional.hardshrink, lambda x: x * (np.abs(x) > 0.5)),
    "softshrink": (functional.softshrink, lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)),
    "threshold": (lambda x: functional.threshold(x, 0.1, -3.0), lambda x: np.where(x > 0.1, x, -3.0)),
    "selu": (functional.selu, lambda x: 1.0507009873554805 * np.where(
        x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0)))),
    "celu": (lambda x: functional.celu(x, 0.5), lambda x: np.where(x > 0, x, 0.5 * np.expm1(np.minimum(x, 0) / 0.5))),
    "mish": (functional.mish, lambda x: x * np.tanh(np.logaddexp(0, x))),
    "logsigmoid": (functional.logsigmoid, lambda x: -np.logaddexp(0, -x)),
    "softsign": (functional.softsign, lambda x: x / (1 + np.abs(x))),
    "tanhshrink": (functional.tanhshrink, lambda x: x - np.tanh(x)),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_each_is_its_formula(name: str) -> None:
    function, formula = FORMULAS[name]
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 1e-6), (np.float16, 1e-2)):
        x = WIDE.astype(dtype)
        found = function(x)
        assert found.dtype == dtype
        np.testing.assert_allclose(found.data, formula(x.astype(float)), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("function", "corners", "slopes"), [
    (functional.relu6, [0.0, 6.0], [0, 0]), (functional.hardtanh, [-1.0, 1.0], [0, 0]),
    (functional.hardsigmoid, [-3.0, 3.0], [0, 0]), (functional.hardswish, [-3.0, 3.0], [0, 1]),
    (functional.hardshrink, [-0.5, 0.5, 0.0], [0, 0, 0]), (functional.softshrink, [-0.5, 0.5, 0.0], [0, 0, 0]),
    (lambda x: functional.threshold(x, 1.0, 2.0), [1.0], [0]), (functional.softsign, [0.0], [1]),
    (functional.celu, [0.0], [1]),
])
def test_slopes_at_corners_are_pytorchs(function: Callable[[Any], Any], corners: list[float],
                                        slopes: list[float]) -> None:
    np.testing.assert_array_equal(grad(lambda x: function(x).sum())(np.array(corners)), slopes)


def test_an_elu_of_negative_scale_grows_below_zero() -> None:
    """Its halves stay where they are; PyTorch 2.13 gives these."""
    x = np.array([-2.0, -0.5, 0.0, 0.5, 2.0])
    np.testing.assert_allclose(nn.CELU(-1.0)(x).data, [-6.38905609893065, -0.6487212707001282, 0, 0.5, 2], rtol=1e-12)
    slopes = [54.598150033144236, 2.718281828459045, 1, 1, 1]
    np.testing.assert_allclose(grad(lambda x: functional.celu(x, -0.5).sum())(x), slopes, rtol=1e-12)


@pytest.mark.parametrize("name", FORMULAS)
def test_far_away_nothing_overflows(name: str) -> None:
    x = Tensor(np.array([-3e4, -300.0, 300.0, 3e4], np.float16), requires_grad=True)
    out = FORMULAS[name][0](x)
    out.sum().backward()
    assert np.isfinite(out.data).all()
    assert np.isfinite(x.grad.data).all()
    assert np.isnan(FORMULAS[name][0](np.array([np.nan])).item())


@given(st.integers(1, 4), st.sampled_from([0, 1, -1]))
def test_gates_by_halves(half: int, dim: int) -> None:
    shape = [3, 5, 7]
    shape[dim] = 2 * half
    x = np.random.default_rng(half).normal(size=shape)
    a, b = np.split(x, 2, dim)
    np.testing.assert_allclose(nn.GLU(dim)(x).data, a / (1 + np.exp(-b)), rtol=1e-12)


@pytest.mark.parametrize("layer", [nn.ReLU(), nn.Tanh(), nn.Sigmoid(), nn.GELU(), nn.Softplus(), nn.LeakyReLU()])
def test_whole_numbers_are_refused_however_they_come(layer: Any) -> None:
    for x in ([1, -2], np.array([1, -2]), Tensor(np.array([1, -2])), Tensor(np.array([True, False]))):
        with pytest.raises(TypeError, match=r"expected floating-point input, got (int64|bool) \(2,\)"):
            layer(x)


def test_softmin_is_softmax_of_the_opposite() -> None:
    x = np.random.default_rng(0).normal(size=(3, 4))
    powers = np.exp(-x)
    np.testing.assert_allclose(nn.Softmin(0)(x).data, powers / powers.sum(0), rtol=1e-12)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: nn.Hardtanh(1, 1), ValueError, "Hardtanh: min_val must be below max_val, got 1 and 1"),
    (lambda: functional.hardtanh(1.0, 2, 1), ValueError, "hardtanh: min_val must be below max_val"),
    (lambda: nn.Softshrink(-1), ValueError, "Softshrink: lambd must be at least 0, got -1"),
    (lambda: functional.softshrink(1.0, -1), ValueError, "softshrink: lambd must be at least 0"),
    (lambda: nn.CELU(0), ValueError, "CELU: alpha must not be 0"),
    (lambda: functional.celu(1.0, 0), ValueError, "celu: alpha must not be 0"),
    (lambda: nn.GLU(1)(np.ones((2, 3))), ValueError, r"GLU\(dim=1\) expected an axis 1 of even length, got \(2, 3\)"),
    (lambda: functional.glu(np.ones(3), 1), ValueError, r"glu expected an axis 1 of even length, got \(3,\)"),
    (lambda: nn.Softmin(2)(np.ones((2, 3))), ValueError, r"Softmin\(dim=2\) expected input with an axis 2, got"),
    *((lambda f=f: f(np.ones(2, complex)), TypeError, "expected floating-point input, got complex128")
      for f in (functional.relu6, nn.Hardswish(), functional.hardshrink, nn.Softshrink(), nn.SELU(), nn.Softsign())),
    *((lambda f=f: f(np.ones(2, int)), TypeError, r"expected floating-point input, got int64 \(2,\); pass x.astype")
      for f in (functional.relu6, nn.Mish(), nn.Tanhshrink())),
])
def test_what_does_not_fit(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_class_is_drawn_as_often_as_its_probability_says() -> None:
    manual_seed(0)
    chances = np.array([0.2, 0.5, 0.3])
    logits = np.broadcast_to(np.log(chances), (20_000, 3))
    for tau in (0.3, 2.0):
        soft = functional.gumbel_softmax(logits, tau).data
        np.testing.assert_allclose(soft.sum(axis=1), 1)
        np.testing.assert_allclose(np.bincount(soft.argmax(axis=1)) / 20_000, chances, atol=0.02)
    hard = functional.gumbel_softmax(logits, 0.5, hard=True, dim=1).data
    assert set(np.unique(np.round(hard, 12))) == {0, 1}
    np.testing.assert_allclose(hard.mean(axis=0), chances, atol=0.02)


def test_a_hard_choice_has_the_gradient_of_the_soft_one() -> None:
    x, slope = np.random.default_rng(0).normal(size=(2, 4, 3))

    def gradient(hard: bool) -> Any:
        def loss(x: Any) -> Any:
            return (functional.gumbel_softmax(x, 0.7, hard, dim=0) * slope).sum()

        manual_seed(3)
        return grad(loss)(x)

    np.testing.assert_allclose(gradient(True), gradient(False), rtol=1e-12)
    assert np.abs(gradient(True)).max() > 0.01
    drawn = vmap(functional.gumbel_softmax)(np.zeros((5, 3)))
    assert len(np.unique(drawn)) == 15  # anew in each example
    with pytest.raises(ValueError, match="gumbel_softmax needs a tau above 0, got 0"):
        functional.gumbel_softmax(x, 0)

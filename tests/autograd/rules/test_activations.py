"""Activations: the value in every memory order, since the fast way walks along memory."""

from __future__ import annotations

import math
import tracemalloc
import warnings
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Tensor
from autograd.graph import reachable
from autograd.rules.error_function import erfc_of_positive, normal_cdf_values
from autograd.runtime.blocks import LONG
from autograd.testing import check_gradients

LARGE = 2**16


@given(st.permutations(range(3)), st.lists(st.sampled_from([1, 2, -1, -2]), min_size=3, max_size=3),
       st.sampled_from([np.float16, np.float32, np.float64]), st.integers(0, 2**32 - 1))
def test_relu_of_any_strides_is_the_maximum_with_zero(axes: Any, steps: Any, dtype: Any, seed: int) -> None:
    whole = np.random.default_rng(seed).standard_normal((14, 32, 20)).astype(dtype)
    x = whole.transpose(axes)[tuple(slice(None, None, step) for step in steps)]
    x[0, 0, 0] = np.nan
    np.testing.assert_array_equal(autograd.relu(Tensor(x)).numpy(), np.where(x < 0, 0, x))
    assert autograd.relu(Tensor(x)).dtype == dtype


@pytest.mark.parametrize("size", [LARGE - 1, LARGE, LARGE + 1, 3 * LARGE + 5])
def test_relu_and_its_gradient_over_several_blocks(size: int) -> None:
    x = np.random.default_rng(0).standard_normal(size)
    t = Tensor(x, requires_grad=True)
    y = autograd.relu(t)
    y.sum().backward()
    np.testing.assert_array_equal(y.numpy(), np.where(x < 0, 0, x))
    np.testing.assert_array_equal(t.grad.numpy(), (x > 0).astype(float))


def test_a_large_relu_takes_its_short_cut_and_is_the_same() -> None:
    x = np.random.default_rng(3).normal(size=(40, 50))
    expected = np.maximum(x, 0)
    for laid in (x, x.T, x[:, ::2], x.astype(np.float32)):  # one goes along the short cut, others cannot
        np.testing.assert_array_equal(autograd.relu(Tensor(laid)).numpy(), np.maximum(laid, 0))
    np.testing.assert_array_equal(autograd.grad(lambda x: np.sum(autograd.relu(x)))(x), (expected > 0).astype(float))


def test_options_of_activations() -> None:
    x = np.random.default_rng(3).normal(size=(3, 4))
    check_gradients(lambda x: autograd.gelu(x, approximate="tanh"), x)
    check_gradients(lambda x: autograd.logsumexp(x, axis=1, keepdims=True), x)
    np.testing.assert_allclose(autograd.gelu(Tensor(1.0), approximate="tanh").item(), 0.841191990608)  # by mpmath


def test_the_approximate_gelu_keeps_its_digits_on_the_negative_side() -> None:
    """1 + tanh lost them: at -5 nearly half of them in single precision, at -10 all of them in double."""
    def gelu(x: Any) -> Any:
        return autograd.gelu(x, approximate="tanh")

    x = np.array([-3.0, -4.0, -5.0], np.float32)
    np.testing.assert_allclose(gelu(x).numpy(), gelu(x.astype(float)).numpy(), rtol=1e-5)
    exact = mpmath.mpf(-10) / (1 + mpmath.exp(mpmath.sqrt(8 / mpmath.pi) * (10 + mpmath.mpf("44.715"))))
    assert gelu(Tensor(-10.0)).item() == pytest.approx(float(exact), rel=1e-12, abs=0)


@pytest.mark.usefixtures("three_threads")
@pytest.mark.parametrize("function", [autograd.sigmoid, autograd.silu])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("odd", [0.0, np.inf, -np.inf, np.nan])
def test_many_numbers_are_what_they_are_one_by_one(function: Any, dtype: Any, odd: float) -> None:
    """Many go in blocks, with another expression for the gradient, which is nan where the first one has a limit."""
    x = np.linspace(-30, 30, 3 * LONG // 64 * 64, dtype=dtype).reshape(64, -1).T
    x[200, 7] = odd
    large, small = (Tensor(part, requires_grad=True) for part in (x, x[::200]))  # as few as take the other expression
    out = function(large)
    np.testing.assert_array_equal(out.numpy()[::200], function(small).numpy())
    out.sum().backward()
    function(small).sum().backward()
    found = large.grad.numpy()[::200]
    np.testing.assert_allclose(found, small.grad.numpy(), rtol=40 * np.finfo(dtype).eps, atol=np.finfo(dtype).eps)
    if odd == -np.inf:
        assert found[1, 7] == 0
    if odd == np.inf:
        assert found[1, 7] == (function is autograd.silu)


@pytest.mark.parametrize("function", [autograd.sigmoid, autograd.silu, autograd.gelu,
                                      lambda x: autograd.gelu(x, approximate="tanh")])
def test_in_half_precision_they_are_computed_in_single_and_rounded(function: Any) -> None:
    """exp(-x) overflows at -11.1 in float16: sigmoid was 0 from there on, whose smallest number is at -17.3."""
    x = np.linspace(-18, 12, 301).astype(np.float16)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = function(Tensor(x))
    np.testing.assert_array_equal(out.numpy(), function(x.astype(np.float32)).numpy().astype(np.float16))


def test_the_gradient_of_a_large_relu_needs_no_mask_of_its_size() -> None:
    x = Tensor(np.random.default_rng(0).standard_normal(16 * LARGE), requires_grad=True)
    y, g = autograd.relu(x), np.ones(x.shape)
    tracemalloc.start()
    y.backward(g)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8.5 * x.size, "the gradient of 8 bytes an element"


def test_relu_keeps_the_memory_order_of_images() -> None:
    x = np.random.default_rng(0).standard_normal((9, 8, 9, 16)).transpose(1, 3, 0, 2)
    assert autograd.relu(Tensor(x)).numpy().strides == x.strides


@pytest.mark.usefixtures("three_threads")
@pytest.mark.parametrize("like", ["its own", "another", "spread", "float64"])
def test_the_gradient_of_a_large_relu_takes_cotangents_of_any_order(like: str) -> None:
    """Where both lie in memory alike, the product goes in blocks, shared out among threads; else all at once."""
    generator = np.random.default_rng(0)
    x = generator.standard_normal((9, 40, 30, 16), dtype=np.float32).transpose(1, 3, 0, 2)
    g = generator.standard_normal((9, 40, 30, 16), dtype=np.float32).transpose(1, 3, 0, 2)
    if like == "another":
        g = np.ascontiguousarray(g)
    elif like == "spread":
        g = np.broadcast_to(np.float32(3), x.shape)
    elif like == "float64":
        g = g.astype(np.float64)
    out, pullback = autograd.vjp(autograd.relu, x)
    np.testing.assert_array_equal(out, np.maximum(x, 0))
    np.testing.assert_array_equal(pullback(g)[0], (g * (x > 0)).astype(np.float32))
    _, pushed = autograd.jvp(autograd.relu, (x,), (np.asarray(g, np.float32),))
    np.testing.assert_array_equal(pushed, (g * (x > 0)).astype(np.float32))


# --- Against the definitions ------------------------------------------------------------------------------------------

EDGES = [0.46875, 4.0, 27.0]  # where one approximation of erf gives way to the next
POINTS = np.array([0.0, 1e-300, 1e-8, 0.1, 0.3, *EDGES, *[np.nextafter(x, to) for x in EDGES for to in (0, 99)],
                   0.4999, 0.7, 1.0, 1.5, 2.3, 3.3, 3.999, 4.5, 5.7, 7.0, 12.3, 26.4, 40.0, 1e300, np.inf])


def test_erf_is_pythons_within_four_units_in_the_last_place() -> None:
    for x in (POINTS, -POINTS):
        expected = np.array([math.erf(v) for v in x])
        np.testing.assert_array_max_ulp(autograd.erf(Tensor(x)).numpy(), expected, maxulp=4)
    assert np.isnan(autograd.erf(Tensor(np.nan)).item())
    assert autograd.erf(Tensor(np.float32(0.5))).dtype == np.float32


def test_the_complement_of_erf_is_pythons_within_eight_units_in_the_last_place() -> None:
    """Up to where it is the smallest normal number: the square in its exponent is taken without rounding."""
    y = np.concatenate([POINTS[(POINTS >= 0.46875) & (POINTS < 26.5)], np.linspace(0.5, 26.4, 400)])
    np.testing.assert_array_max_ulp(erfc_of_positive(y), np.array([math.erfc(v) for v in y]), maxulp=8)


def test_gelu_keeps_its_digits_in_the_lower_tail() -> None:
    x = np.concatenate([-POINTS[np.isfinite(POINTS) & (POINTS < 50)], POINTS[POINTS < 50]])
    expected = np.array([v * math.erfc(-v / math.sqrt(2)) / 2 for v in x])
    np.testing.assert_allclose(autograd.gelu(Tensor(x)).numpy(), expected, rtol=2e-13, atol=1e-310)
    np.testing.assert_array_equal(autograd.gelu(Tensor(np.array([-39.0, -1e4, -1e308]))), 0)  # not 1e308 * 2e-319


@pytest.mark.parametrize("laid", [lambda x: x, lambda x: x[::2], lambda x: np.resize(x, (400, 1000)).T])
def test_gelu_in_single_and_its_slope_keep_their_digits(laid: Any) -> None:
    ends = [0.0, -0.0, 1e-45, 1e-41, 1e-30, 1e-19, 1e-18, 1e-17, 20.0, 1e19, 3e38]
    x = laid(np.array([*np.linspace(-13, 13, 10001), *ends, *(-v for v in ends)], np.float32))
    wide = x.astype(float)
    cdf = np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in wide.flat]).reshape(x.shape)
    out, pullback = autograd.vjp(autograd.gelu, x)
    np.testing.assert_allclose(out, wide * cdf, rtol=6e-6, atol=1e-37)
    np.testing.assert_allclose(out[wide > -5], (wide * cdf)[wide > -5], rtol=1.2e-6, atol=1e-37)
    g = np.full_like(x, 2)
    density = np.exp(-wide * wide / 2) / math.sqrt(2 * math.pi)
    np.testing.assert_allclose(pullback(g)[0], 2 * (cdf + wide * density), rtol=1e-5, atol=6e-7)
    assert out.dtype == pullback(g)[0].dtype == np.float32


def test_gelu_in_single_at_the_ends() -> None:
    infinite = np.array([np.inf, -np.inf], np.float32)
    out, pullback = autograd.vjp(autograd.gelu, infinite)
    assert out.tolist() == [np.inf, 0]
    assert pullback(np.ones(2, np.float32))[0].tolist() == [1, 0]
    spoilt = np.array([np.nan, 1.0], np.float32)
    out, pullback = autograd.vjp(autograd.gelu, spoilt)
    assert np.isnan(out).tolist() == np.isnan(pullback(np.ones(2, np.float32))[0]).tolist() == [True, False]
    assert pullback(np.zeros(2, np.float32))[0].tolist() == [0, 0]
    assert autograd.gelu(np.zeros((2, 0), np.float32)).shape == (2, 0)
    assert autograd.grad(autograd.grad(autograd.gelu))(np.float32(0)) == pytest.approx(2 / math.sqrt(2 * math.pi))


@pytest.mark.parametrize("laid", [lambda x: x, lambda x: x[::2], lambda x: np.resize(x, (400, 500)).T])
def test_the_normal_distribution_in_single_is_right_within_eight_units_in_the_last_place(laid: Any) -> None:
    finite = POINTS[POINTS < 1e30]
    x = laid(np.concatenate([np.linspace(-13, 13, 10001), finite, -finite, [np.inf, -np.inf]]).astype(np.float32))
    expected = np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in x.astype(float).flat], np.float32).reshape(x.shape)
    found = normal_cdf_values(x)
    assert found.dtype == np.float32
    np.testing.assert_array_max_ulp(found, expected, maxulp=8)
    assert np.isnan(normal_cdf_values(np.full(3, np.nan, np.float32))).all()


def test_slopes_that_are_tensors_are_differentiated_too() -> None:
    x = np.array([-1.0, 2.0, -3.0])
    check_gradients(lambda x, s: autograd.leaky_relu(x, s), x, 0.1)
    check_gradients(lambda x, s: autograd.elu(x, s), x, 0.7)


def inner(x: float) -> float:
    """What gelu's approximation takes the hyperbolic tangent of."""
    return math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)


KINKED: dict[str, tuple[Any, Any, Any]] = {  # the function; by definition its value, and its slope
    "relu": (autograd.relu, lambda x: max(x, 0.0), lambda x: float(x > 0)),
    "leaky_relu": (autograd.leaky_relu, lambda x: x if x > 0 else 0.01 * x, lambda x: 1.0 if x > 0 else 0.01),
    "leaky_relu, 0.3": (lambda x: autograd.leaky_relu(x, 0.3), lambda x: x if x > 0 else 0.3 * x,
                        lambda x: 1.0 if x > 0 else 0.3),
    "elu": (autograd.elu, lambda x: x if x > 0 else math.expm1(x), lambda x: 1.0 if x > 0 else math.exp(x)),
    "elu, 2": (lambda x: autograd.elu(x, 2.0), lambda x: x if x > 0 else 2 * math.expm1(x),
               lambda x: 1.0 if x > 0 else 2 * math.exp(x)),
    "softplus": (autograd.softplus, lambda x: math.log1p(math.exp(-abs(x))) + max(x, 0),
                 lambda x: 1 / (1 + math.exp(-x))),
    "silu": (autograd.silu, lambda x: x / (1 + math.exp(-x)),
             lambda x: (1 + math.exp(-x) * (1 + x)) / (1 + math.exp(-x)) ** 2),
    "erf": (autograd.erf, math.erf, lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x)),
    "gelu": (autograd.gelu, lambda x: x * math.erfc(-x / math.sqrt(2)) / 2,
             lambda x: math.erfc(-x / math.sqrt(2)) / 2 + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)),
    "gelu by tanh": (lambda x: autograd.gelu(x, "tanh"), lambda x: x / (1 + math.exp(-2 * inner(x))),
                     lambda x: (1 + math.tanh(inner(x))) / 2 + x / 2 / math.cosh(min(abs(inner(x)), 300)) ** 2
                     * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)),
    "sigmoid": (autograd.sigmoid, lambda x: 1 / (1 + math.exp(-x)), lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2),
}


@pytest.mark.parametrize("name", KINKED)
def test_activations_and_their_slopes_by_definition(name: str) -> None:
    function, value, slope = KINKED[name]
    x = np.array([-20.0, -3.0, -0.5, -1e-9, 0.0, 1e-9, 0.5, 3.0, 30.0])
    out, pullback = autograd.vjp(function, x)
    np.testing.assert_allclose(out, list(map(value, x)), rtol=1e-13)
    np.testing.assert_allclose(pullback(np.ones_like(x))[0], list(map(slope, x)), rtol=1e-13, atol=1e-16)


FUNCTIONS = [autograd.relu, autograd.leaky_relu, autograd.elu, autograd.softplus, autograd.silu, autograd.erf,
             autograd.gelu, lambda x: autograd.gelu(x, "tanh"), autograd.sigmoid, autograd.softmax,
             autograd.log_softmax, autograd.logsumexp, lambda x: nn.functional.softplus(x, 2.0)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_integers_lists_and_numbers_are_what_their_floats_are(function: Any) -> None:
    expected = function(Tensor([1.0, 2.0])).numpy()
    for numbers in ([1, 2], [1.0, 2.0], np.array([1, 2]), np.array([1, 2], np.uint32), Tensor([1, 2])):
        np.testing.assert_allclose(function(numbers).numpy(), expected, rtol=1e-15)
    for dtype in (np.uint8, np.int8, bool):
        np.testing.assert_allclose(function(np.array([1, 0], dtype)).numpy(), function([1.0, 0.0]).numpy(), rtol=2e-3)
    for number in (1, 1.0, np.float64(1)):
        assert function(number).item() == function(Tensor([[1.0]])).item()


@pytest.mark.parametrize("function", [autograd.erf, autograd.gelu])
def test_the_error_function_is_for_real_numbers(function: Any) -> None:
    with pytest.raises(TypeError, match=r"for real numbers; write scipy.special.erf\(z\)"):
        function(np.array([1 + 1j]))


def test_softmax_and_its_logarithm_are_over_the_last_axis_and_logsumexp_over_all() -> None:
    x = np.random.default_rng(1).normal(size=(2, 3, 4))
    powers = np.exp(x)
    np.testing.assert_allclose(autograd.softmax(Tensor(x)).numpy(), powers / powers.sum(-1, keepdims=True), rtol=1e-14)
    np.testing.assert_allclose(autograd.log_softmax(Tensor(x)).numpy(),
                               x - np.log(powers.sum(-1, keepdims=True)), rtol=1e-13)
    assert autograd.logsumexp(Tensor(x)).item() == pytest.approx(np.log(powers.sum()))


@pytest.mark.parametrize("axis", [0, 1, -1, (0, 1)])
def test_softmax_and_its_logarithms_neither_overflow_nor_vanish(axis: Any) -> None:
    x = np.array([[1000.0, 1001.0, 998.0], [-1000.0, -1000.5, 7.0]])
    shifted = x - np.max(x, axis=axis, keepdims=True)
    shares = np.exp(shifted) / np.exp(shifted).sum(axis=axis, keepdims=True)
    total = np.log(np.exp(shifted).sum(axis=axis)) + np.max(x, axis=axis)
    np.testing.assert_allclose(autograd.softmax(Tensor(x), axis).numpy(), shares, rtol=1e-14)
    np.testing.assert_allclose(autograd.log_softmax(Tensor(x), axis).numpy(),
                               x - np.expand_dims(total, axis), rtol=1e-14)
    np.testing.assert_allclose(autograd.logsumexp(Tensor(x), axis).numpy(), total, rtol=1e-14)
    gradient = autograd.grad(lambda x: np.sum(autograd.logsumexp(x, axis)))(x)
    np.testing.assert_allclose(gradient, shares, rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_keeps_its_digits_in_the_lower_tail(dtype: Any) -> None:
    """So that the logarithm of a small probability is right: 1/2 + tanh(x / 2) / 2 is 0 from -17 on in float32."""
    x = np.array([-80.0, -40.0, -20.0, -17.0, -5.0, 100.0, 1e5], dtype)
    out = autograd.sigmoid(Tensor(x)).numpy()
    assert out.dtype == dtype
    np.testing.assert_allclose(np.log(out[:4]), x[:4], rtol=1e-6)
    np.testing.assert_allclose(out, [1 / (1 + math.exp(-v)) for v in x.astype(float)], rtol=4 * np.finfo(dtype).eps)
    assert autograd.sigmoid(Tensor(dtype(-1e30))).item() == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("largest", [1.0, 39.9, 40.1, 700.0])
@pytest.mark.parametrize("axis", [0, -1, (0, 1)])
def test_softmax_of_many_numbers_by_definition(axis: Any, largest: float, dtype: Any) -> None:
    """Those whose exponentials are harmless are not shifted first."""
    x = np.linspace(-largest, largest, 2 * 64 * 65).astype(dtype).reshape(2, 64, 65)[::-1]
    shifted = x.astype(np.longdouble)
    powers = np.exp(shifted - shifted.max(axis=axis, keepdims=True))
    shares = powers / powers.sum(axis=axis, keepdims=True)
    np.testing.assert_allclose(autograd.softmax(x, axis).numpy(), shares.astype(float),
                               rtol=largest * np.finfo(dtype).eps + 20 * np.finfo(dtype).eps, atol=1e-37)
    spoilt = x.copy()
    spoilt[0, 0, 0] = np.nan
    assert np.isnan(autograd.softmax(spoilt, axis).numpy()).any()


@pytest.mark.parametrize("f", [autograd.softmax, autograd.log_softmax, autograd.logsumexp])
def test_a_class_without_a_probability_moves_no_other_in_either_mode(f: Any) -> None:
    """Its logit is -inf, and so is the slope of the logarithm that it comes from."""
    p, v = np.array([0.0, 0.25, 0.75]), np.array([1.0, 2.0, -1.0])

    def g(p: Any) -> Any:
        return np.ravel(f(np.log(p)))[-2:]

    with warnings.catch_warnings(action="ignore"):
        slope, rows = autograd.jvp(g, (p,), (v,))[1], autograd.jacrev(g)(p)
    assert np.isfinite(slope).all()
    np.testing.assert_allclose(slope, rows @ v, rtol=1e-12)


def test_logsumexp_of_infinities() -> None:
    for x in ([-np.inf, -np.inf], [np.inf, 1.0], [-np.inf, 2.0]):
        with np.errstate(all="ignore"):
            assert autograd.logsumexp(Tensor(x)).item() == np.logaddexp(*x)
    assert autograd.grad(lambda x: autograd.logsumexp(x))(np.full(2, -np.inf)).tolist() == [0, 0]


@pytest.mark.parametrize("function", [autograd.softmax, autograd.log_softmax])
def test_of_no_classes_there_are_no_shares(function: Any) -> None:
    x = Tensor(np.zeros((2, 0)), requires_grad=True)
    y = function(x, -1)
    np.sum(y).backward()
    assert y.shape == x.grad.shape == (2, 0)
    assert function(np.zeros((0, 2)), 0).shape == (0, 2)
    assert autograd.jvp(function, (np.zeros((2, 0)),), (np.zeros((2, 0)),))[1].shape == (2, 0)


def test_softmax_of_more_float16_than_float16_counts_to() -> None:
    x = np.zeros((2, 70_000), np.float16)
    np.testing.assert_allclose(autograd.softmax(x).numpy(), np.float16(1 / 70_000), rtol=1e-3)
    np.testing.assert_allclose(autograd.log_softmax(x).numpy(), -math.log(70_000), rtol=1e-3)
    out, pullback = autograd.vjp(lambda x: autograd.logsumexp(x, axis=1), x)
    np.testing.assert_allclose(out, math.log(70_000), rtol=1e-3)
    np.testing.assert_allclose(pullback(np.ones(2, np.float16))[0], np.float16(1 / 70_000), rtol=1e-3)
    _, tangent = autograd.jvp(lambda x: autograd.logsumexp(x, axis=1), (x,), (x + 1,))
    np.testing.assert_allclose(tangent, 1, rtol=2e-2)  # of numbers that are subnormal in float16
    assert out.dtype == tangent.dtype == np.float16


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("slope", [0.0, 0.2, 1.0, 1.5, -0.3])
def test_leaky_relu_and_elu_of_any_slope_at_the_ends(slope: float, dtype: Any) -> None:
    values = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 1e-30, -1e-30]
    for count in (1, 200):  # few and many elements go different ways
        x = np.array(values * count, dtype)
        with np.errstate(invalid="ignore"):
            leaky = autograd.leaky_relu(autograd.tensor(x), slope)
            elu = autograd.elu(autograd.tensor(x), slope)
            expected = np.where(x > 0, x, slope * x.astype(float))
        np.testing.assert_allclose(leaky.data, expected, rtol=2 * np.finfo(dtype).eps)
        expected = [v if v > 0 else slope * math.expm1(v) for v in x.astype(float)]
        np.testing.assert_allclose(elu.data, expected, rtol=4 * np.finfo(dtype).eps)
        assert leaky.dtype == elu.dtype == dtype


def test_clip_by_numbers_is_one_operation_and_flat_at_its_bounds() -> None:
    x = Tensor([-2.0, -1.0, 0.5, 1.0, np.inf, np.nan], requires_grad=True)
    y = np.clip(x, -1, 1.0)
    assert [node.primitive.name for node in reachable(y._node)] == ["leaf", "clip"]
    np.testing.assert_array_equal(y.data, [-1, -1, 0.5, 1, 1, np.nan])
    np.testing.assert_array_equal(autograd.jvp(lambda x: np.clip(x, -1, 1.0), (x.data,), (np.ones(6),))[1],
                                  [0, 0, 1, 0, 0, 0])
    y.backward(np.full(6, np.inf))
    np.testing.assert_array_equal(x.grad.data, [0, 0, np.inf, 0, 0, 0])


@pytest.mark.parametrize(("function", "name"), [(autograd.leaky_relu, "negative_slope"), (autograd.elu, "alpha")])
def test_a_coefficient_is_not_left_out_by_none(function: Any, name: str) -> None:
    """The result was `NotImplemented`."""
    with pytest.raises(TypeError, match=f"{name} must be a number, an array or a tensor, got None"):
        function(Tensor([1.0]), None)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "softplus"])
@pytest.mark.parametrize("tracked", [True, False])
def test_a_kink_or_a_bend_at_zero_is_for_real_numbers(name: str, tracked: bool) -> None:
    """NumPy would compare complex numbers by their real parts."""
    z = Tensor(np.array([1 + 2j, -1 - 1j]), requires_grad=tracked)
    with pytest.raises(TypeError, match=rf"{name} is for real numbers; write np\."):
        getattr(autograd, name)(z)


@pytest.mark.parametrize("name", ["logsumexp", "softmax", "log_softmax"])
@pytest.mark.parametrize("scale", [1, 30])
def test_exponentials_of_complex_numbers_are_those_of_scipy(name: str, scale: float) -> None:
    """The logarithm of a sum is the principal one, whichever angles are taken out of the sum."""
    rng = np.random.default_rng(0)
    x = scale * (rng.normal(size=(4, 5)) + 3j * rng.normal(size=(4, 5)))
    found, expected = getattr(autograd, name)(Tensor(x), axis=1).numpy(), getattr(scipy.special, name)(x, axis=1)
    if name == "log_softmax":  # SciPy's keeps no branch
        expected = x - scipy.special.logsumexp(x, axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    check_gradients(lambda x: getattr(autograd, name)(x, axis=1), x / scale)

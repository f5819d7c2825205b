"""Pooling by loops over windows: adaptive windows and their places, powers, and ties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, grad, vjp
from autograd.testing import check_gradients
from nn import functional
from tests.nn.loops import adaptive

sizes = st.integers(1, 7)


@given(st.integers(1, 3), st.lists(st.integers(3, 6), min_size=3, max_size=3), st.integers(1, 3), st.integers(0, 1))
def test_what_was_pooled_is_put_back(axes: int, size: list[int], stride: int, padding: int) -> None:
    """At the place of each largest value, of which overlapping windows may have one, that value; else 0."""
    x = np.random.default_rng(0).normal(size=(2, 3, *size[:axes]))
    pool, back = (getattr(functional, f"{name}{axes}d") for name in ("max_pool", "max_unpool"))
    values, places = pool(x, 2, stride, padding, return_indices=True)
    out = back(values, places, 2, stride, padding, output_size=x.shape)
    expected = np.zeros((2, 3, x[0, 0].size))
    np.put_along_axis(expected, places.data.reshape(2, 3, -1), values.data.reshape(2, 3, -1), axis=2)
    np.testing.assert_array_equal(out.data, expected.reshape(x.shape))
    np.testing.assert_array_equal(back(values[0], places[0], 2, stride, padding, x.shape[2:]).data, out.data[0])
    if stride > 1:
        check_gradients(lambda values: back(values, places, 2, stride, padding, x.shape), values.data)


def test_the_smallest_image_is_meant_unless_told() -> None:
    values, places = np.ones((1, 1, 2, 2)), np.array([[[[0, 3], [8, 6]]]])
    assert nn.MaxUnpool2d(2)(values, places).shape == (1, 1, 4, 4)
    assert nn.MaxUnpool2d(3, 2, 1)(values, places).shape == (1, 1, 3, 3)
    assert nn.MaxUnpool2d(2)(values, places, output_size=(1, 1, 5, 4)).shape == (1, 1, 5, 4)
    assert nn.MaxUnpool2d(3, 2, 1).extra_repr() == "3, stride=2, padding=1"


@pytest.mark.parametrize(("call", "message"), [
    (lambda x, i: nn.MaxUnpool2d(2)(x, i[..., :1]), r"places of the shape \(1, 1, 2, 2\), .*int64 \(1, 1, 2, 1\)"),
    (lambda x, i: nn.MaxUnpool2d(2)(x, i * 0.5), r"MaxUnpool2d\(2\) expected places .* as integers, got float64"),
    (lambda x, i: nn.MaxUnpool2d(2)(x, i, (6, 4)), r"less than a stride of \(2, 2\) from \(4, 4\), not \(6, 4\)"),
    (lambda x, i: nn.MaxUnpool2d(2)(x, i, 5), r"less than a stride of \(2, 2\) from \(4, 4\), not \(5,\)"),
    (lambda x, i: nn.MaxUnpool2d(2)(x, i + 7), r"in an output of \(4, 4\), got 16 at index \(0, 0, 1, 0\)"),
    (lambda x, i: functional.max_unpool1d(x, i, 2), r"max_unpool1d expected \(N, C, L\), got \(1, 1, 2, 2\)"),
    (lambda x, i: nn.MaxUnpool1d(0), "MaxUnpool1d: kernel_size must be an integer of at least 1, got 0"),
])
def test_what_cannot_be_put_back(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(np.ones((1, 1, 2, 2)), np.array([[[[0, 3], [9, 6]]]]))


@given(sizes, sizes, sizes, sizes, st.booleans())
def test_adaptive_windows_by_a_loop(height: int, width: int, rows: int, columns: int, ties: bool) -> None:
    """In reading order: of equal values the first is the largest, and its place gets the gradient."""
    rng = np.random.default_rng(height)
    x = rng.integers(0, 3, (2, 3, height, width)) / 1.0 if ties else rng.normal(size=(2, 3, height, width))
    leaf = Tensor(x, requires_grad=True)
    out, places = functional.adaptive_max_pool2d(leaf, (rows, columns), return_indices=True)
    cotangent = rng.normal(size=out.shape)
    (out * cotangent).sum().backward()
    expected = np.zeros_like(x)
    for n, c, i, j in np.ndindex(2, 3, rows, columns):
        down, right = adaptive((i, j), (height, width), (rows, columns))
        window = x[n, c, down, right]
        at = np.unravel_index(window.argmax(), window.shape)
        y, z = down.start + at[0], right.start + at[1]
        assert out.data[n, c, i, j] == window.max()
        assert places.data[n, c, i, j] == y * width + z
        expected[n, c, y, z] += cotangent[n, c, i, j]
    np.testing.assert_allclose(leaf.grad.data, expected, rtol=1e-12)
    alone, pullback = vjp(lambda x: functional.adaptive_max_pool2d(x, (rows, columns)), x)  # without their places
    np.testing.assert_array_equal(alone.data, out.data)
    np.testing.assert_allclose(pullback(cotangent)[0].data, expected, rtol=1e-12)
    lines = functional.adaptive_max_pool1d(x[:, :, 0], columns)
    np.testing.assert_array_equal(lines.data, functional.adaptive_max_pool2d(x[:, :, :1], (1, columns)).data[:, :, 0])
    mean = functional.adaptive_avg_pool1d(x[:, :, 0], columns).data
    last = x[1, 2, 0, *adaptive((columns - 1,), (width,), (columns,))]
    np.testing.assert_allclose(mean[1, 2, -1], last.mean(), rtol=1e-12)


@given(st.sampled_from([1, 2, 3, 1.5]), st.integers(1, 3), st.integers(1, 3))
def test_powers_of_windows_by_a_loop(p: float, kernel: int, stride: int) -> None:
    x = np.random.default_rng(kernel).uniform(0.1, 1, size=(2, 3, 7, 5))
    out = nn.LPPool2d(p, kernel, stride)(x).data
    for i, j in np.ndindex(out.shape[2:]):
        window = x[:, :, i * stride : i * stride + kernel, j * stride : j * stride + kernel]
        np.testing.assert_allclose(out[:, :, i, j], (window**p).sum((2, 3)) ** (1 / p), rtol=1e-12)
    check_gradients(lambda x: functional.lp_pool1d(x, p, kernel, stride), x[:, :, 0])
    of_line = functional.lp_pool2d(x[:1, :, :1], p, (1, kernel), (1, stride)).data[0, :, 0]
    np.testing.assert_allclose(functional.lp_pool1d(x[0, :, 0], p, kernel, stride).data, of_line, rtol=1e-12)


@pytest.mark.filterwarnings("ignore:invalid value encountered in power:RuntimeWarning")
def test_sums_below_zero() -> None:
    x = np.array([[[-1.0, -2.0, 3.0, -4.0]]])
    np.testing.assert_array_equal(functional.lp_pool1d(x, 1, 2).data, [[[-3, -1]]])
    assert np.isnan(functional.lp_pool1d(x, 3, 2).data).all()
    np.testing.assert_allclose(functional.lp_pool1d(x, 2, 2).data, np.sqrt([[[5, 25]]]), rtol=1e-12)


def test_the_slope_where_all_is_zero_is_zero() -> None:
    x = Tensor(np.zeros((1, 1, 4)), requires_grad=True)
    nn.LPPool1d(2, 2)(x).sum().backward()
    np.testing.assert_array_equal(x.grad.data, 0)


@pytest.mark.parametrize("p", [1, 3])
def test_the_slope_of_a_sum_of_zero_is_zero(p: int) -> None:
    x = Tensor([[[1.0, -1.0, 0.0, 0.0, 2.0, -2.0]]], requires_grad=True)
    functional.lp_pool1d(x, p, 2).sum().backward()
    np.testing.assert_array_equal(x.grad.data, 0)


def test_the_infinite_power_is_the_largest_size() -> None:
    """Numbers of PyTorch 2.13; its windows that reach beyond the border count as what is inside."""
    x = np.array([[[[1.0, -3.0, 2.0, 0.5], [-4.0, 2.0, 0.0, 1.0], [0.5, -0.25, 3.0, -3.0]]]])
    for p, overlapping, slopes, apart in (
        (np.inf, [[4, 3, 2], [4, 3, 3]], [[0, -1, 1, 0], [-2, 0, 0, 0], [0, 0, 2, 0]], [4, 3]),
        (-np.inf, [[1, 0, 0], [0.25, 0, 0]], [[1, 0, 0, 0], [0, 0, 0, 0], [0, -1, 0, 0]], [0, 0]),
    ):
        np.testing.assert_array_equal(nn.LPPool2d(p, 2, 1, ceil_mode=True)(x).data[0, 0], overlapping)
        found = grad(lambda x, p=p: functional.lp_pool2d(x, p, 2, 1, ceil_mode=True).sum())(x)
        np.testing.assert_array_equal(found[0, 0], slopes)
        np.testing.assert_array_equal(nn.LPPool2d(p, 3, 2, ceil_mode=True)(x).data[0, 0, 0], apart)
        line = x[0, :, 0]
        np.testing.assert_array_equal(functional.lp_pool1d(line, p, 4).data, [[abs(line).max() if p > 0 else 0.5]])


def test_means_of_sequences_are_those_of_lines() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 9))
    for options in ({"stride": 2, "padding": 1}, {"ceil_mode": True, "count_include_pad": False}):
        found = functional.avg_pool1d(x, 3, **options).data
        wide = {k: (v, 0)[::-1] if k == "padding" else (1, v) if k == "stride" else v for k, v in options.items()}
        of_lines = functional.avg_pool2d(x[:, :, None], (1, 3), **wide).data[:, :, 0]
        np.testing.assert_allclose(found, of_lines, rtol=1e-12)


@pytest.mark.parametrize(("build", "message"), [
    (lambda: nn.AdaptiveMaxPool1d((1, 2)), r"AdaptiveMaxPool1d: output_size must be an integer, got \(1, 2\)"),
    (lambda: functional.adaptive_max_pool2d(np.ones((1, 1, 2, 2)), 0), "output_size must be an integer of at least 1"),
    (lambda: nn.AdaptiveMaxPool2d(2)(np.ones((1, 2, 2), complex)), "expected floating-point input, got complex128"),
    (lambda: nn.LPPool2d(2, 3)(np.ones((1, 1, 2, 2))), "has a window of 3 x 3, larger than its padded input of 2 x 2"),
    (lambda: nn.AvgPool1d(2, padding=2), "AvgPool1d: padding must be at most half of the kernel size"),
    (lambda: nn.ZeroPad1d((1, 2, 3, 4)), r"ZeroPad1d: padding is an integer or \(left, right\), got"),
    (lambda: nn.ConstantPad1d(1, 2.0)(np.ones((2, 3, 4, 5))), r"ConstantPad1d\(1, 2.0\) expected \(N, C, L\), got"),
])
def test_what_does_not_fit(build: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        build()

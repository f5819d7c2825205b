"""Batch, group and layer normalization: against literal formulas, PyTorch and references, in every memory order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, jvp
from nn.kernels import statistics
from nn.kernels.layer_norm import forward as layer_norm_forward
from nn.kernels.layer_norm import layer_norm
from nn.kernels.layer_norm import reference as layer_norm_reference
from nn.kernels.memory_order import memory_order
from nn.kernels.normalization import (
    batch_norm,
    batch_norm_forward,
    batch_norm_inference,
    batch_norm_pullback,
    group_norm,
    group_norm_forward,
    group_norm_pullback,
)
from nn.kernels.rms_norm import rms_norm
from tests.examples import examples
from tests.nn.kernels.kernel_checks import assert_close, check, check_golden, golden, random

ORDERS = {"NCHW": (0, 1, 2, 3), "HNWC": (2, 0, 3, 1), "NHWC": (0, 2, 3, 1), "CNHW": (1, 0, 2, 3), "HWNC": (2, 3, 0, 1)}
orders = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)


def image(shape: tuple[int, ...], order: tuple[int, ...] | None = None, dtype: Any = np.float64) -> Any:
    means = np.arange(shape[1], dtype=dtype).reshape(-1, *[1] * (len(shape) - 2))
    x = 2 * random(np.random.default_rng(1), *shape, dtype=dtype) + means
    return x if order is None else np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))


def affine(channels: int, dtype: Any = np.float64) -> tuple[Any, Any]:
    return tuple(random(np.random.default_rng(seed), channels, dtype=dtype) for seed in (2, 3))  # type: ignore[return-value]


def literally(x: Any, weight: Any, bias: Any, eps: float, groups: int | None) -> Any:
    """The formula, statistic by statistic; `groups` None: over the batch."""
    out = np.empty(x.shape)
    size = 1 if groups is None else x.shape[1] // groups
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            first = c // size * size
            sample = x[:, c] if groups is None else x[n, first : first + size]
            mean = sample.sum() / sample.size
            variance = ((sample - mean) ** 2).sum() / sample.size
            out[n, c] = (x[n, c] - mean) / np.sqrt(variance + eps) * weight[c] + bias[c]
    return out


@orders
@pytest.mark.parametrize("shape", [(3, 4, 2, 3), (2, 6, 5, 4), (1, 2, 4, 8)])
def test_the_formula_in_every_memory_order(order: tuple[int, ...], shape: tuple[int, ...]) -> None:
    x, (weight, bias) = image(shape, order), affine(shape[1])
    out, mean, variance = batch_norm(x, weight, bias, eps=1e-3)
    assert_close(out.data, literally(x, weight, bias, 1e-3, None), 1e-12)
    assert_close(mean.data, x.mean(axis=(0, 2, 3)), 1e-13)
    assert_close(variance.data, x.var(axis=(0, 2, 3), ddof=1), 1e-12)
    grouped = group_norm(x, weight, bias, groups=2, eps=1e-3)
    assert_close(grouped.data, literally(x, weight, bias, 1e-3, 2), 1e-12)
    inferred = batch_norm_inference(x, mean.data, variance.data, weight, bias, eps=1e-3)
    assert memory_order(inferred.data) == memory_order(out.data) == memory_order(x)


@orders
@pytest.mark.parametrize("kernel", [batch_norm, group_norm, batch_norm_inference])
@examples(5)
@given(batch=st.integers(2, 3), groups=st.integers(1, 3), members=st.integers(1, 2), height=st.integers(1, 5),
       width=st.integers(1, 6), with_affine=st.booleans(), single=st.booleans())
def test_values_and_derivatives_are_those_of_the_reference(kernel: Any, order: tuple[int, ...], batch: int, groups: int,
                                                           members: int, height: int, width: int, with_affine: bool,
                                                           single: bool) -> None:
    dtype = np.float32 if single else np.float64
    channels = groups * members
    x = image((batch, channels, height, width), order, dtype)
    parameters: list[Any] = list(affine(channels, dtype)) if with_affine else [None, None]
    options: dict[str, Any] = {"eps": 0.1}
    given = [x, *parameters]
    if kernel is group_norm:
        options["groups"] = groups
    if kernel is batch_norm_inference:
        given[1:1] = [random(np.random.default_rng(4), channels, dtype=dtype),
                      np.random.default_rng(5).random(channels).astype(dtype)]
    check(kernel, given, [i for i, value in enumerate(given) if value is not None], **options)


@pytest.mark.parametrize("shape", [(7, 3), (4, 3, 5), (37, 2), (5, 1, 40), (2, 3, 2, 2, 2)])
@pytest.mark.parametrize("kernel", [batch_norm, group_norm])
def test_rows_and_sequences(kernel: Any, shape: tuple[int, ...]) -> None:
    options = {"groups": 1} if kernel is group_norm else {}
    check(kernel, [image(shape), *affine(shape[1])], [0, 1, 2], eps=0.1, **options)


@pytest.mark.parametrize("rows", [1, 2 * 5003, 10007])
def test_batches_that_divide_badly(rows: int) -> None:
    x = random(np.random.default_rng(0), rows, 40, dtype=np.float32)
    _, mean, variance = batch_norm(x, None, None, eps=0.1)
    np.testing.assert_allclose(mean.data, x.mean(axis=0, dtype=float), atol=1e-6)
    np.testing.assert_allclose(variance.data, x.var(axis=0, ddof=min(rows - 1, 1), dtype=float), rtol=1e-5)


@orders
@pytest.mark.parametrize("kernel", [batch_norm, group_norm])
def test_many_blocks(kernel: Any, order: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "BLOCK", 32)
    monkeypatch.setattr(statistics, "LINE", 8)
    monkeypatch.setattr(statistics, "block_length", lambda length, elements, size: 1)
    options = {"groups": 2} if kernel is group_norm else {}
    check(kernel, [image((6, 4, 5, 4), order), *affine(4)], [0, 1, 2], second=False, eps=0.1, **options)


@orders
def test_a_mean_far_from_zero_costs_no_more_digits_than_the_input_has_lost(order: tuple[int, ...]) -> None:
    offset = np.float32(1000)
    x = image((8, 4, 6, 6), order, np.float32)
    shifted = x + offset
    out, _, variance = batch_norm(shifted, None, None, eps=0.0)
    double, axes = shifted.astype(np.float64), (0, 2, 3)
    exact = (double - double.mean(axes, keepdims=True)) / double.std(axes, keepdims=True)
    assert_close(out.data, exact, 1e-4)
    np.testing.assert_allclose(variance.data, double.var(axes, ddof=1), rtol=1e-5)


@orders
@pytest.mark.parametrize("offset", [0.0, 0.5, 1.9, 2.1, 5.0, 1e3, 1e20])
@pytest.mark.parametrize(("forward", "pullback", "options"), [
    (batch_norm_forward, batch_norm_pullback, {}), (group_norm_forward, group_norm_pullback, {"groups": 4})])
def test_images_far_from_zero_keep_float32s_digits(forward: Any, pullback: Any, options: dict[str, Any],
                                                   order: tuple[int, ...], offset: float) -> None:
    """Near zero variances come from mean squares and products without the mean, elsewhere from deviations."""
    x = image((8, 4, 6, 6), order, np.float32)
    x[:, ::2] += np.float32(offset)
    weight, bias = affine(4, np.float32)
    g = image((8, 4, 6, 6), order, np.float32)
    wide = [a.astype(np.float64) for a in (x, weight, bias)]
    found, exact = [], []
    for operands, cotangent, results in (((x, weight, bias), g, found), (wide, g.astype(np.float64), exact)):
        out, residuals = forward(*operands, eps=1e-5, **options)
        batch = type(out) is tuple
        results.append(out[0] if batch else out)
        results += pullback([cotangent, None, None] if batch else cotangent, operands, residuals, (True,) * 3,
                            eps=1e-5, **options)
    lost = 1e-7 * offset  # of x, of a standard deviation of 1
    near = slice(1, None, 2) if offset == 1e20 else slice(None)  # what has no digits left is not compared
    for got, expected in zip(found, exact, strict=True):
        axis = got.ndim == 4
        got, expected = (a[:, near] if axis else a[near] for a in (got, expected))
        assert_close(got, expected, 1e-5 + 3 * min(lost, 1))
        assert np.isfinite(got).all()


@examples(12)
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple), data=st.data(), single=st.booleans(),
       weighted=st.booleans(), shifted=st.booleans())
def test_layer_norm_is_its_reference(shape: tuple[int, ...], data: Any, single: bool, weighted: bool,
                                     shifted: bool) -> None:
    axes = data.draw(st.integers(1, len(shape)))
    dtype = np.float32 if single else np.float64
    generator = np.random.default_rng(0)
    x = 2 * random(generator, *shape, dtype=dtype) + 1
    parameters = (random(generator, *shape[-axes:], dtype=dtype) if given else None for given in (weighted, shifted))
    given = [x, *parameters]
    check(layer_norm, given, [i for i, value in enumerate(given) if value is not None], axes=axes, eps=0.1)


@examples(12)
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple), data=st.data(), single=st.booleans(),
       weighted=st.booleans())
def test_rms_norm_is_its_reference(shape: tuple[int, ...], data: Any, single: bool, weighted: bool) -> None:
    axes = data.draw(st.integers(1, len(shape)))
    dtype = np.float32 if single else np.float64
    generator = np.random.default_rng(0)
    x = 2 * random(generator, *shape, dtype=dtype) + 1
    weight = random(generator, *shape[-axes:], dtype=dtype) if weighted else None
    for active in ([0, 1], [1]) if weighted else ([0],):
        check(rms_norm, [x, weight], active, axes=axes, eps=0.1)
    check(rms_norm, [np.asfortranarray(x), weight], [0], second=False, axes=axes, eps=0.1)


def test_layer_norm_over_many_rows_and_in_other_memory_orders(three_threads: None,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nn.kernels.layer_norm.BLOCK", 2**15)
    x = random(np.random.default_rng(0), 40, 30, 80)  # three blocks
    check(layer_norm, [x, *affine(80)], [0, 1, 2], second=False, axes=1, eps=1e-5)
    assert_close(layer_norm(x.transpose(2, 0, 1), *affine(30), axes=1, eps=1e-5).data,
          layer_norm(np.ascontiguousarray(x.transpose(2, 0, 1)), *affine(30), axes=1, eps=1e-5).data, 1e-14)


@pytest.mark.parametrize(("options", "arrays"), [pytest.param(*case, id=f"{case[0]['kind']}-{i}")
                                                 for i, case in enumerate(golden("normalization"))])
def test_values_and_gradients_are_pytorchs(options: dict[str, Any], arrays: Any) -> None:
    kind = options.pop("kind")
    kernel = {"batch": batch_norm, "group": group_norm, "layer": layer_norm}[kind]
    more = {"group": {"groups": 3}, "layer": {"axes": arrays["in"]["x"].ndim - 1}}.get(kind, {})
    check_golden(kernel, ("x", "weight", "bias"), arrays, ("out",), **options, **more)


@pytest.mark.parametrize(("kernel", "shape", "options"), [
    (batch_norm, (40, 3, 16, 16), {}), (group_norm, (2, 4, 64, 64), {"groups": 2}),
    (layer_norm, (3, 8192), {"axes": 1}), (rms_norm, (3, 8192), {"axes": 1}),
])
def test_sums_of_half_precision_do_not_overflow(kernel: Any, shape: tuple[int, ...], options: dict[str, Any]) -> None:
    """The squares of this many numbers around 5 add up to more than the 65,504 that a float16 can hold."""
    generator = np.random.default_rng(0)
    x, g = (generator.standard_normal(shape) * 5).astype(np.float16), generator.standard_normal(shape)
    channels = shape[1]
    results = []
    for dtype in (np.float16, np.float64):
        given = [Tensor(value.astype(dtype), requires_grad=True)
                 for value in (x, np.ones(channels), np.zeros(channels))[: 2 if kernel is rms_norm else 3]]
        for function in (kernel, kernel.reference):
            out = function(*given, eps=1e-5, **options)
            (first, *_) = out if isinstance(out, tuple) else (out,)
            assert first.dtype == dtype
            (first * (g / 64).astype(dtype)).sum().backward()
            results.append([first.data, *(t.grad.data for t in given)])
            for t in given:
                t.grad = None
    for found in results[:3]:
        for got, expected in zip(found, results[3], strict=True):
            assert_close(got.astype(np.float64), expected, 5e-3)


def test_a_group_norm_of_no_samples() -> None:
    check(group_norm, [np.ones((0, 4, 3)), np.ones(4), np.ones(4)], [0, 1, 2], second=False, groups=2, eps=1e-5)


@pytest.mark.parametrize("offset", [0.0, 0.5, 1.0, 1.9, 2.1, 5.0, 1e3, 1e20])
@pytest.mark.parametrize("length", [1, 2, 128, 600])
def test_layer_norm_of_rows_far_from_zero_keeps_float32s_digits(length: int, offset: float) -> None:
    """Near zero the variance comes from the mean square, elsewhere from deviations."""
    generator = np.random.default_rng(3)
    x = random(generator, 200, length, dtype=np.float32)
    x[::3] += np.float32(offset)
    weight, bias = random(generator, 2, length, dtype=np.float32)
    wide = [a.astype(np.float64) for a in (x, weight, bias)]
    expected = layer_norm_reference(*wide, axes=1, eps=1e-5)
    out, _ = layer_norm_forward(x, weight, bias, axes=1, eps=1e-5)
    far = 1e-6 * np.abs(wide[0].mean(1)) / np.sqrt(wide[0].var(1) + 1e-5)  # what rounding of x - mean may cost
    near = np.arange(200) % 3 > (-1 if offset < 1e20 else 0)
    assert (np.abs(out - expected) <= 1e-5 * np.abs(expected).max() + far[:, np.newaxis] * np.abs(weight))[near].all()


@pytest.mark.parametrize("scale", [1e-15, 1e-5, 1e5, 1e15, 3e17])
@pytest.mark.parametrize("rows", [6, 600])
@pytest.mark.parametrize(("kernel", "options"), [
    (batch_norm, {}), (group_norm, {"groups": 2}), (layer_norm, {"axes": 1}), (rms_norm, {"axes": 1})])
def test_gradients_far_from_one_keep_float32s_digits(kernel: Any, options: dict[str, Any], rows: int,
                                                     scale: float) -> None:
    """1 / deviation is their size there, and its cube less than float32 can hold."""
    generator = np.random.default_rng(4)
    x, g = (random(generator, rows, 16, dtype=np.float32) for _ in range(2))
    x *= np.float32(scale)
    parameters = affine(16, np.float32)[: 1 if kernel is rms_norm else 2]

    def gradients(dtype: Any) -> list[Any]:
        given = [Tensor(a.astype(dtype), requires_grad=True) for a in (x, *parameters)]
        out = kernel(*given, eps=1e-5, **options)
        ((out[0] if kernel is batch_norm else out) * g.astype(dtype)).sum().backward()
        return [t.grad.data for t in given]

    for single, double in zip(gradients(np.float32), gradients(np.float64), strict=True):
        assert_close(single.astype(float) / np.abs(double).max(), double / np.abs(double).max(), 2e-5)


@pytest.mark.parametrize(("kernel", "options"), [
    (batch_norm, {}), (group_norm, {"groups": 2}), (layer_norm, {"axes": 1}), (rms_norm, {"axes": 1})])
def test_values_and_tangents_of_half_precision_are_half_precise(kernel: Any, options: dict[str, Any]) -> None:
    """Though they are computed in float32, as digits tell: three of the mean are lost where that is not so."""
    generator = np.random.default_rng(0)
    x, t = ((2 * random(generator, 4, 6, 5) + 3).astype(np.float16) for _ in range(2))
    parameters = [p.astype(np.float16) for p in affine(5 if "axes" in options else 6)][: 1 if kernel is rms_norm else 2]

    def run(dtype: Any) -> Any:
        def out(x: Any) -> Any:
            made = kernel(x, *[p.astype(dtype) for p in parameters], eps=0.1, **options)
            return made[0] if kernel is batch_norm else made

        return jvp(out, (x.astype(dtype),), (t.astype(dtype),))

    for half, single in zip(run(np.float16), run(np.float32), strict=True):
        assert half.dtype == np.float16
        np.testing.assert_allclose(half, single, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("shape", [(4, 2), (4, 2, 3, 3), (2, 2, 8, 8)])
@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
def test_the_mean_of_a_channel_with_an_infinity_is_infinite(shape: tuple[int, ...], infinity: float) -> None:
    """As NumPy's and PyTorch's, whose running mean shows it; the variance is nan, and the other channel as ever."""
    x = image(shape)
    x[(1, 0) + (0,) * (len(shape) - 2)] = infinity
    with np.errstate(invalid="ignore"):
        out, mean, variance = (part.numpy() for part in batch_norm(x, None, None, eps=1e-5))
        axes = (0, *range(2, x.ndim))
        np.testing.assert_allclose(mean, x.mean(axes), rtol=1e-12)
        np.testing.assert_allclose(variance, x.var(axes, ddof=1), rtol=1e-12)
    assert np.isnan(out[:, 0]).all()
    assert np.isfinite(out[:, 1]).all()

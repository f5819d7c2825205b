"""Pooling: against nested loops, where gradients go, and its derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, jvp
from autograd.testing import check_gradients
from nn.kernels import max_pooling
from nn.kernels.average_pooling import adaptive_average_pool, average_pool, repeat_pixels
from nn.kernels.max_pooling import max_pool
from tests.examples import examples
from tests.nn.kernels.kernel_checks import assert_close, check, random
from tests.nn.loops import adaptive, extent, windows


@st.composite
def geometries(draw: st.DrawFn, dilated: bool = True) -> tuple[tuple[int, ...], dict[str, Any]]:
    """The shape of a sequence, an image or a volume, and windows that fit it: each sees at least one pixel."""
    axes = draw(st.sampled_from((1, 2, 2, 3)))
    kernel, stride, dilation, padding, size = ([], [], [], [], [])
    for _ in range(axes):
        k, d = draw(st.integers(1, 4)), draw(st.integers(1, 2)) if dilated else 1
        p = draw(st.integers(0, k // 2)) if d == 1 else 0
        kernel.append(k)
        dilation.append(d)
        padding.append(p)
        stride.append(draw(st.integers(1, 4)))
        size.append(max(draw(st.integers(1, 9 if axes < 3 else 5)), d * (k - 1) + 1 - 2 * p))
    options = {"kernel": kernel, "stride": stride, "padding": padding, "ceil_mode": draw(st.booleans())}
    if dilated:
        options["dilation"] = dilation
    return (draw(st.integers(1, 3)), draw(st.integers(1, 3)), *size), options


@examples(80)
@given(geometry=geometries(), seed=st.integers(0, 99), ties=st.booleans())
def test_maxima_are_those_of_loops(geometry: tuple[tuple[int, ...], dict[str, Any]], seed: int, ties: bool) -> None:
    shape, options = geometry
    generator = np.random.default_rng(seed)
    x = generator.integers(-2, 2, shape).astype(float) if ties else random(generator, *shape)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(max_pooling, "BLOCK", 1)
        out, residuals = max_pooling.forward(x, **options)
        g = random(generator, *out.shape)
        (dx,) = max_pooling.pullback(g, (x,), residuals, (True,), **options)
    expected, gradient = np.zeros(out.shape), np.zeros(shape)
    for at, places in windows(shape[2:], **options):
        for n, c in np.ndindex(*shape[:2]):
            first = max(places, key=lambda place, channel=x[n, c]: channel[place])
            expected[n, c, *at] = x[n, c, *first]
            gradient[n, c, *first] += g[n, c, *at]
    np.testing.assert_array_equal(out, expected)
    assert_close(dx, gradient, 1e-13)


class Pool:
    """Max pooling with its options, as `check` wants a kernel."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options

    def __call__(self, x: Any) -> Any:
        return max_pool(x, **self.options)

    def reference(self, x: Any) -> Any:
        return max_pooling.reference(x, **self.options)


@examples(25)
@given(geometry=geometries(), seed=st.integers(0, 99), dtype=st.sampled_from((np.float32, np.float64)))
def test_derivatives_of_maxima_are_those_of_the_reference(geometry: tuple[tuple[int, ...], dict[str, Any]], seed: int,
                                                          dtype: Any) -> None:
    shape, options = geometry
    size = int(np.prod(shape))
    x = (np.random.default_rng(seed).permutation(size).reshape(shape) - size / 2).astype(dtype) / 8  # no ties
    check(Pool(options), [x], [0])


@examples(25)
@given(geometry=geometries(), seed=st.integers(0, 99), share=st.sampled_from((0.05, 0.3, 1.0)))
def test_nan_is_the_largest_and_the_first_of_it_gets_the_cotangent(geometry: tuple[tuple[int, ...], dict[str, Any]],
                                                                   seed: int, share: float) -> None:
    shape, options = geometry
    rng = np.random.default_rng(seed)
    x = rng.choice([-np.inf, -1.0, 0.0, 1.0, np.inf], size=shape)
    x[rng.random(shape) < share] = np.nan
    out, residuals = max_pooling.forward(x, **options)
    g = rng.normal(size=out.shape)
    (dx,) = max_pooling.pullback(g, (x,), residuals, (True,), **options)
    expected, places = np.zeros_like(x), {name: options[name] for name in ("kernel", "stride", "padding", "dilation")}
    for at, seen in windows(shape[2:], ceil_mode=options["ceil_mode"], **places):
        for sample, channel in np.ndindex(shape[:2]):
            best = seen[int(np.argmax([x[sample, channel][place] for place in seen]))]  # NumPy's too takes nan
            np.testing.assert_array_equal(out[sample, channel][at], x[sample, channel][best])
            expected[sample, channel][best] += g[sample, channel][at]
    np.testing.assert_allclose(dx, expected, atol=1e-12)
    _, tangent = jvp(lambda x: max_pool(x, **options), (x,), (t := rng.normal(size=shape),))
    assert np.sum(g * np.asarray(tangent)) == pytest.approx(np.sum(t * dx))


@pytest.mark.parametrize("size", [4, 64])
def test_an_infinite_cotangent_goes_to_the_largest_alone(size: int) -> None:
    x = np.random.default_rng(0).permutation(size * size).reshape(1, 1, size, size).astype(np.float32)
    options = {"kernel": (2, 2), "stride": (2, 2), "padding": (0, 0), "dilation": (1, 1), "ceil_mode": False}
    out, residuals = max_pooling.forward(x, **options)
    (dx,) = max_pooling.pullback(np.full_like(out, np.inf), (x,), residuals, (True,), **options)
    np.testing.assert_array_equal(dx, np.where(np.isin(x, out), np.inf, 0))


def test_the_cotangent_of_nothing_but_minus_infinity_goes_to_the_first_in_reading_order() -> None:
    x = np.full((1, 1, 3, 3), -np.inf)
    options = {"kernel": (2, 2), "stride": (2, 2), "padding": (1, 1), "dilation": (1, 1), "ceil_mode": False}
    out, residuals = max_pooling.forward(x, **options)
    (dx,) = max_pooling.pullback(np.arange(1.0, 5).reshape(out.shape), (x,), residuals, (True,), **options)
    np.testing.assert_array_equal(dx, [[[[1, 2, 0], [3, 4, 0], [0, 0, 0]]]])


@pytest.mark.parametrize("kernel", [(1, 1), (2, 2), (3, 2)])
def test_memory_order_does_not_matter_and_nothing_is_shared(kernel: tuple[int, int]) -> None:
    generator = np.random.default_rng(0)
    x = random(generator, 3, 4, 6, 5)
    options = {"kernel": kernel, "stride": (1, 2), "padding": (0, 0), "dilation": (1, 1), "ceil_mode": False}
    results = []
    for order in ((0, 1, 2, 3), (2, 0, 3, 1), (3, 2, 1, 0)):
        image = np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))
        out, residuals = max_pooling.forward(image, **options)
        assert not np.may_share_memory(out, image)
        results.append((out, *max_pooling.pullback(out, (image,), residuals, (True,), **options)))
    for others in results[1:]:
        for one, other in zip(results[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


@examples(60)
@given(geometry=geometries(dilated=False), seed=st.integers(0, 99), include=st.booleans(),
       divisor=st.sampled_from((None, None, 3)))
def test_averages_are_those_of_loops(geometry: tuple[tuple[int, ...], dict[str, Any]], seed: int, include: bool,
                                     divisor: int | None) -> None:
    shape, options = geometry
    generator = np.random.default_rng(seed)
    x = Tensor(random(generator, *shape), requires_grad=True)
    out = average_pool(x, count_include_pad=include, divisor=divisor, **options)
    g = random(generator, *out.shape)
    (out * g).sum().backward()
    expected, gradient = np.zeros(out.shape), np.zeros(shape)
    kernel, stride, padding = options["kernel"], options["stride"], options["padding"]
    for at, places in windows(shape[2:], dilation=[1] * len(kernel), **options):
        count = divisor or (extent(at, shape[2:], kernel, stride, padding) if include else len(places))
        for place in places:
            expected[:, :, *at] += x.data[:, :, *place] / count
            gradient[:, :, *place] += g[:, :, *at] / count
    assert_close(out.data, expected, 1e-13)
    assert_close(x.grad.data, gradient, 1e-13)


@pytest.mark.parametrize("shape", [(2, 3, 6, 4), (2, 3, 5, 7), (2, 3, 8), (2, 3, 2, 3, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_adaptive_averages_are_those_of_loops(shape: tuple[int, ...], dtype: Any) -> None:
    x = random(np.random.default_rng(0), *shape, dtype=dtype)
    for size in np.ndindex(*shape[2:]):
        wanted = tuple(m + 1 for m in size)
        out = adaptive_average_pool(Tensor(x), size=wanted)
        expected = np.zeros((*shape[:2], *wanted))
        for at in np.ndindex(*wanted):
            part = x[:, :, *adaptive(at, shape[2:], wanted)]
            expected[:, :, *at] = part.astype(float).mean(axis=tuple(range(2, len(shape))))
        assert out.dtype == dtype
        assert_close(out.data, expected, 1e-6 if dtype == np.float32 else 1e-13)


@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("size", [(3, 2), (6, 5), (7, 9)])
def test_what_is_not_finite_stays_in_its_windows(odd: float, size: tuple[int, int]) -> None:
    x = np.zeros((1, 1, 6, 5))
    x[0, 0, 2, 3] = odd
    out = adaptive_average_pool(Tensor(x), size=size).data[0, 0]
    for i, j in np.ndindex(*size):
        np.testing.assert_equal(out[i, j], x[0, 0, *adaptive((i, j), (6, 5), size)].mean())


@pytest.mark.parametrize("size", [(1, 1), (3, 5)])
def test_an_average_of_many_float16_neither_overflows_nor_loses_digits(size: tuple[int, int]) -> None:
    x = np.random.default_rng(0).uniform(10, 30, (1, 1, 64, 64)).astype(np.float16)
    narrow, wide = (Tensor(x.astype(dtype), requires_grad=True) for dtype in (np.float16, np.float64))
    out, expected = (adaptive_average_pool(t, size=size) for t in (narrow, wide))
    assert out.dtype == np.float16
    np.testing.assert_array_equal(out.data, expected.data.astype(np.float16))
    out.backward(np.ones_like(out.data))
    expected.backward(np.ones_like(expected.data))
    np.testing.assert_array_equal(narrow.grad.data, wide.grad.data.astype(np.float16))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("times", [(3,), (2, 1), (1, 2, 3), (1, 1)])
def test_repeated_pixels_are_those_of_loops(times: tuple[int, ...], dtype: Any) -> None:
    generator = np.random.default_rng(0)
    x = Tensor(random(generator, 2, 3, 4, 5, 3)[..., *[0] * (3 - len(times))].astype(dtype), requires_grad=True)
    out = repeat_pixels(x, times)
    assert out.dtype == dtype
    assert not np.may_share_memory(out.data, x.data)
    g = random(generator, *out.shape).astype(dtype)
    out.backward(g)
    gradient = np.zeros(x.shape)
    for at in np.ndindex(*out.shape[2:]):
        place = tuple(i // k for i, k in zip(at, times, strict=True))
        np.testing.assert_array_equal(out.data[:, :, *at], x.data[:, :, *place])
        gradient[:, :, *place] += g[:, :, *at]
    assert_close(x.grad.data, gradient, 1e-2 if dtype == np.float16 else 1e-6)
    check_gradients(lambda x: repeat_pixels(x, times) ** 2, x.data.astype(float))


def test_averages_differentiate_twice() -> None:
    x = random(np.random.default_rng(0), 2, 2, 5, 6)
    options = {"kernel": (3, 2), "stride": (2, 1), "padding": (1, 1), "count_include_pad": False}
    check_gradients(lambda x: average_pool(x, **options) ** 2, x)
    check_gradients(lambda x: adaptive_average_pool(x, size=(2, 4)) ** 2, x)

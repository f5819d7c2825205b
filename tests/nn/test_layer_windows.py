"""Convolution and pooling layers against loops over windows: of sequences, images and volumes, of random geometry."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor
from tests.examples import examples
from tests.nn.loops import adaptive, convolved, extent, windows

small = st.integers(1, 3)
axes = st.sampled_from((1, 2, 2, 3))
geometries = axes.flatmap(lambda n: st.tuples(*[st.tuples(*[small] * n)] * 3))
"""Kernel, stride and dilation."""


def layer(family: str, kernel: tuple[int, ...]) -> Any:
    """The class that has as many axes: `nn.Conv2d` for "Conv" and a kernel (3, 3)."""
    return getattr(nn, f"{family}{len(kernel)}d")


@examples(100)
@given(data=st.data(), geometry=geometries, groups=st.sampled_from([1, 2]), seed=st.integers(0, 99))
def test_a_convolution_is_a_loop_over_windows(data: st.DataObject, geometry: Any, groups: int, seed: int) -> None:
    kernel, stride, dilation = geometry
    same = set(stride) == {1} and data.draw(st.booleans())
    padding = "same" if same else tuple(data.draw(st.integers(0, 2)) for _ in kernel)
    spans = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    pads = [(s // 2, s - s // 2) for s in spans] if same else [(p, p) for p in padding]
    size = [data.draw(st.integers(max(1, s + 1 - sum(p)), s + 4)) for s, p in zip(spans, pads, strict=True)]
    module = layer("Conv", kernel)(2 * groups, 3 * groups, kernel, stride, padding, dilation, groups, dtype=float)
    x = np.random.default_rng(seed).normal(size=(2, 2 * groups, *size))
    expected = convolved(x, module.weight.data, stride=stride, padding=pads, dilation=dilation, groups=groups)
    expected += module.bias.data.reshape(-1, *[1] * len(kernel))
    np.testing.assert_allclose(module(x).data, expected, rtol=1e-10, atol=1e-12)
    if same:
        assert expected.shape[2:] == x.shape[2:]


@examples(100)
@given(data=st.data(), geometry=geometries, groups=st.sampled_from([1, 2]), seed=st.integers(0, 99))
def test_transposed_convolution_is_the_adjoint(data: st.DataObject, geometry: Any, groups: int, seed: int) -> None:
    """<A x, y> = <x, A^T y> for the convolution A, whatever x: so its numbers are the loops' too."""
    kernel, stride, dilation = geometry
    padding = tuple(data.draw(st.integers(0, d * (k - 1) // 2)) for d, k in zip(dilation, kernel, strict=True))
    extra = tuple(data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True))
    size = tuple(data.draw(small) for _ in kernel)
    module = layer("ConvTranspose", kernel)(2 * groups, 3 * groups, kernel, stride, padding, extra, groups,
                                            dilation=dilation, bias=False, dtype=float)
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(2, 2 * groups, *size))
    out = module(y).data
    x = rng.normal(size=out.shape)
    forward = convolved(x, module.weight.data, stride=stride, padding=[(p, p) for p in padding], dilation=dilation,
                        groups=groups)
    forward = forward[:, :, *map(slice, size)]  # an output padding may make room for one more window
    np.testing.assert_allclose((forward * y).sum(), (x * out).sum(), rtol=1e-9, atol=1e-9)


@examples(100)
@given(data=st.data(), geometry=geometries, ceil=st.booleans(), seed=st.integers(0, 99))
def test_max_pooling_is_a_loop_over_windows(data: st.DataObject, geometry: Any, ceil: bool, seed: int) -> None:
    """Of whole numbers with many ties, where the first in reading order has the gradient and its place is told."""
    kernel, stride, dilation = geometry
    padding = [data.draw(st.integers(0, k // 2)) for k in kernel]
    size = [data.draw(st.integers(d * (k - 1) + 1, d * (k - 1) + 4)) for k, d in zip(kernel, dilation, strict=True)]
    leaf = Tensor(np.random.default_rng(seed).integers(-3, 1, (2, 2, *size)).astype(float), requires_grad=True)
    out, places = layer("MaxPool", kernel)(kernel, stride, padding, dilation, True, ceil)(leaf)
    seen = dict(windows(size, kernel, stride, padding, dilation, ceil))
    assert list(seen) == list(np.ndindex(*out.shape[2:]))
    gradient = np.zeros(leaf.shape)
    for n, c, *at in np.ndindex(*out.shape):
        best = max(seen[tuple(at)], key=lambda place: leaf.data[n, c, *place])
        assert out.data[n, c, *at] == leaf.data[n, c, *best]
        assert places.data[n, c, *at] == np.ravel_multi_index(best, size)
        gradient[n, c, *best] += 1
    out.sum().backward()
    np.testing.assert_array_equal(leaf.grad.data, gradient)


@examples(50)
@given(data=st.data(), geometry=geometries, seed=st.integers(0, 99))
def test_average_pooling_is_a_loop_over_windows(data: st.DataObject, geometry: Any, seed: int) -> None:
    """By every way to count what a window sees, of which those at the end differ."""
    kernel, stride, _ = geometry
    padding = [data.draw(st.integers(0, k // 2)) for k in kernel]
    size = [data.draw(st.integers(k, k + 4)) for k in kernel]
    x = np.random.default_rng(seed).normal(size=(2, 2, *size))
    for ceil, (include, divisor) in product((False, True), ((True, None), (False, None), (True, 3))):
        out = layer("AvgPool", kernel)(kernel, stride, padding, ceil, include, divisor)(x).data
        seen = dict(windows(size, kernel, stride, padding, (1,) * len(kernel), ceil))
        assert list(seen) == list(np.ndindex(*out.shape[2:]))
        for at, places in seen.items():
            count = divisor or (extent(at, size, kernel, stride, padding) if include else len(places))
            expected = sum(x[:, :, *place] for place in places) / count
            np.testing.assert_allclose(out[:, :, *at], expected, rtol=1e-10, atol=1e-12)


@given(sizes=axes.flatmap(lambda n: st.tuples(st.tuples(*[st.integers(1, 7)] * n), st.tuples(*[small] * n))),
       seed=st.integers(0, 99))
def test_adaptive_pooling_is_a_loop_over_windows(sizes: Any, seed: int) -> None:
    size, wanted = sizes
    x = np.random.default_rng(seed).normal(size=(2, 2, *size))
    means, largest = (layer(family, wanted)(wanted)(x).data for family in ("AdaptiveAvgPool", "AdaptiveMaxPool"))
    for at in np.ndindex(*wanted):
        seen = x[:, :, *adaptive(at, size, wanted)]
        inner = tuple(range(2, x.ndim))
        np.testing.assert_allclose(means[:, :, *at], seen.mean(inner), rtol=1e-10, atol=1e-12)
        np.testing.assert_array_equal(largest[:, :, *at], seen.max(inner))

"""Layers of volumes against nested loops, over random geometry, and in the words with which they refuse."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, draw
from nn import functional
from tests.examples import examples
from tests.nn.test_layer_windows import windows

small = st.integers(1, 3)
triples = st.tuples(small, small, small)


def convolved(x: Any, weight: Any, stride: Any, pads: Any, dilation: Any, groups: int) -> Any:
    """Window by window, each a sum over all that it sees; pads are (before, after) along each axis."""
    x = np.pad(x, [(0, 0), (0, 0), *pads])
    share, units = x.shape[1] // groups, len(weight) // groups
    size = [(n - d * (k - 1) - 1) // s + 1
            for n, k, s, d in zip(x.shape[2:], weight.shape[2:], stride, dilation, strict=True)]
    out = np.empty((len(x), len(weight), *size))
    for n, o, *at in np.ndindex(*out.shape):
        first = o // units * share
        seen = x[n, first : first + share]
        for axis, (begin, k, s, d) in enumerate(zip(at, weight.shape[2:], stride, dilation, strict=True), start=1):
            seen = seen.take(begin * s + np.arange(k) * d, axis)
        out[n, o, *at] = (seen * weight[o]).sum()
    return out


@examples(50)
@given(data=st.data(), kernel=triples, stride=triples, dilation=triples, groups=st.sampled_from([1, 2]))
def test_a_convolution_is_a_loop_over_windows(data: Any, kernel: Any, stride: Any, dilation: Any, groups: int) -> None:
    same = stride == (1, 1, 1) and data.draw(st.booleans())
    padding = "same" if same else data.draw(st.tuples(*[st.integers(0, 2)] * 3))
    spans = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    pads = [(s // 2, s - s // 2) for s in spans] if same else [(p, p) for p in padding]
    size = [data.draw(st.integers(max(1, s + 1 - sum(p)), s + 3)) for s, p in zip(spans, pads, strict=True)]
    layer = nn.Conv3d(2 * groups, 3 * groups, kernel, stride, padding, dilation, groups, dtype=float)
    x = np.random.default_rng(0).normal(size=(2, 2 * groups, *size))
    expected = convolved(x, layer.weight.data, stride, pads, dilation, groups)
    found = layer(x).data - layer.bias.data.reshape(-1, 1, 1, 1)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@examples(50)
@given(data=st.data(), kernel=triples, stride=triples, dilation=triples, groups=st.sampled_from([1, 2]), size=triples)
def test_transposed_convolution_is_the_adjoint(data: Any, kernel: Any, stride: Any, dilation: Any, groups: int,
                                               size: Any) -> None:
    """<A x, y> = <x, A^T y> for the convolution A, whatever x: so its numbers are the loops' too."""
    padding = tuple(data.draw(st.integers(0, d * (k - 1) // 2)) for d, k in zip(dilation, kernel, strict=True))
    extra = tuple(data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True))
    layer = nn.ConvTranspose3d(2 * groups, 3 * groups, kernel, stride, padding, extra, groups, dilation=dilation,
                               bias=False, dtype=float)
    rng = np.random.default_rng(0)
    y = rng.normal(size=(2, 2 * groups, *size))
    out = layer(y).data
    x = rng.normal(size=out.shape)
    forward = convolved(x, layer.weight.data, stride, [(p, p) for p in padding], dilation, groups)
    forward = forward[:, :, : size[0], : size[1], : size[2]]  # an output padding may make room for one more window
    np.testing.assert_allclose((forward * y).sum(), (x * out).sum(), rtol=1e-9, atol=1e-9)


@examples(50)
@given(data=st.data(), kernel=triples, stride=triples, dilation=triples, ceil=st.booleans())
def test_max_pooling_is_a_loop_over_windows(data: Any, kernel: Any, stride: Any, dilation: Any, ceil: bool) -> None:
    """Of whole numbers with many ties, where the first in reading order has the gradient and its place is told."""
    padding = [data.draw(st.integers(0, k // 2)) for k in kernel]
    size = [data.draw(st.integers(d * (k - 1) + 1, d * (k - 1) + 3)) for k, d in zip(kernel, dilation, strict=True)]
    leaf = Tensor(np.random.default_rng(0).integers(0, 4, size=(2, 2, *size)).astype(float), requires_grad=True)
    out, places = nn.MaxPool3d(kernel, stride, padding, dilation, True, ceil)(leaf)
    seen = [windows(*each, ceil) for each in zip(size, kernel, stride, padding, dilation, strict=True)]
    assert out.shape == (2, 2, *map(len, seen))
    gradient = np.zeros(leaf.shape)
    for n, c, *at in np.ndindex(*out.shape):
        reached = itertools.product(*[windows[i] for windows, i in zip(seen, at, strict=True)])
        inside = [place for place in reached if all(0 <= i < m for i, m in zip(place, size, strict=True))]
        best = max(inside, key=lambda place: leaf.data[n, c, *place])
        assert out.data[n, c, *at] == leaf.data[n, c, *best]
        assert places.data[n, c, *at] == np.ravel_multi_index(best, size)
        gradient[n, c, *best] += 1
    out.sum().backward()
    np.testing.assert_array_equal(leaf.grad.data, gradient)


@examples(50)
@given(data=st.data(), kernel=triples, stride=triples, ceil=st.booleans(), include=st.booleans(),
       divisor=st.sampled_from([None, 3]))
def test_average_pooling_is_a_loop_over_windows(data: Any, kernel: Any, stride: Any, ceil: bool, include: bool,
                                                divisor: int | None) -> None:
    padding = [data.draw(st.integers(0, k // 2)) for k in kernel]
    size = [data.draw(st.integers(k, k + 3)) for k in kernel]
    x = np.random.default_rng(0).normal(size=(2, 2, *size))
    out = nn.AvgPool3d(kernel, stride, padding, ceil, include, divisor)(x)
    seen = [windows(*each, 1, ceil) for each in zip(size, kernel, stride, padding, strict=True)]
    for n, c, *at in np.ndindex(*out.shape):
        reached = [windows[i] for windows, i in zip(seen, at, strict=True)]
        inside = [[i for i in along if 0 <= i < m] for along, m in zip(reached, size, strict=True)]
        padded = [[i for i in along if i < m + p] for along, m, p in zip(reached, size, padding, strict=True)]
        count = divisor or np.prod([len(along) for along in (padded if include else inside)])
        np.testing.assert_allclose(out.data[n, c, *at], x[n, c][np.ix_(*inside)].sum() / count, rtol=1e-10, atol=1e-12)


@given(size=st.tuples(*[st.integers(1, 5)] * 3), wanted=triples)
def test_adaptive_pooling_is_a_loop_over_windows(size: Any, wanted: Any) -> None:
    x = np.random.default_rng(0).normal(size=(2, 2, *size))
    means, largest = nn.AdaptiveAvgPool3d(wanted)(x), nn.AdaptiveMaxPool3d(wanted)(x)
    for at in np.ndindex(*wanted):
        seen = x[:, :, *[slice(i * n // m, -(-(i + 1) * n // m)) for i, n, m in zip(at, size, wanted, strict=True)]]
        np.testing.assert_allclose(means.data[:, :, *at], seen.mean((2, 3, 4)), rtol=1e-10, atol=1e-12)
        np.testing.assert_array_equal(largest.data[:, :, *at], seen.max((2, 3, 4)))


def test_trilinear_is_linear_along_each_axis() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 4, 5))
    out = nn.Upsample(size=(5, 3, 7), mode="trilinear")(x).data
    expected = x
    for axis, after in enumerate((5, 3, 7), start=2):
        before = x.shape[axis]
        places = (np.arange(after) + 0.5) * before / after - 0.5
        expected = np.apply_along_axis(lambda y, at=places, n=before: np.interp(at, np.arange(n), y), axis, expected)
    np.testing.assert_allclose(out, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("call", "message"), [
    (lambda x: nn.Conv3d(2, 3, 3)(x), "Conv3d(2, 3, 3) expected (N, 2, D, H, W), got (1, 4, 5, 6, 2); write x.transp"),
    (lambda x: nn.Conv3d(2, 3, 3)(x), "write x.transpose(0, 4, 1, 2, 3) to put channels first"),
    (lambda x: nn.Conv3d(1, 3, 3)(x[0]), "got (4, 5, 6, 2); write x[:, None] to give it a channel axis"),
    (lambda x: nn.Conv3d(4, 3, 3)(x), "has a window of 3 x 3 x 3, larger than its padded input of 5 x 6 x 2"),
    (lambda x: nn.Conv3d(4, 3, (3, 3)), "Conv3d: kernel_size must be an integer or 3 of them, got (3, 3)"),
    (lambda x: functional.conv3d(x, np.ones((3, 4, 1, 1))), "expected a weight (out, in / groups, kd, kh, kw)"),
    (lambda x: nn.ConvTranspose3d(4, 3, 3)(x, (9, 9, 9)), "makes outputs from (7, 8, 4) to (7, 8, 4)"),
    (lambda x: functional.conv_transpose3d(x[:, :, :0], np.ones((4, 2, 3, 1, 1))), "with at least one value along D"),
    (lambda x: nn.MaxPool3d(3)(x), "MaxPool3d(3) has a window of 3 x 3 x 3, larger than its padded input of 5 x 6 x 2"),
    (lambda x: nn.AdaptiveAvgPool3d(1)(x[0, 0]), "AdaptiveAvgPool3d(1) expected (N, C, D, H, W), got (5, 6, 2)"),
    (lambda x: nn.BatchNorm3d(4)(x[0]), "BatchNorm3d(4) expected (N, 4, D, H, W), got (4, 5, 6, 2)"),
    (lambda x: nn.InstanceNorm3d(3)(x), "InstanceNorm3d(3) expected (N, 3, D, H, W), got (1, 4, 5, 6, 2)"),
    (lambda x: nn.Dropout3d()(x[0, 0]), "Dropout3d(0.5) expected (N, C, D, H, W) or (C, D, H, W), got (5, 6, 2)"),
    (lambda x: nn.ZeroPad3d((1, 1)), "padding is an integer or (left, right, top, bottom, front, back), got (1, 1)"),
    (lambda x: functional.interpolate(x, 3, mode="bilinear"), "interpolate expected (N, C, H, W), got (1, 4, 5, 6, 2)"),
    (lambda x: functional.interpolate(x[0], 3, mode="trilinear"), "interpolate expected (N, C, D, H, W), got"),
    (lambda x: functional.interpolate(x, 3, mode="area", align_corners=True), "has no align_corners in mode 'area'"),
])
def test_what_does_not_fit_is_refused_in_words(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        call(np.ones((1, 4, 5, 6, 2), np.float32))


def test_what_windows_see_along_the_depth_is_not_kept() -> None:
    """A convolution keeps its operands, not three times its volume."""
    layer, x = nn.Conv3d(8, 2, 3), Tensor(np.ones((2, 8, 6, 6, 6), np.float32), requires_grad=True)
    kept = [value for value in layer(x)[0]._node.parents[0].saved if isinstance(value, np.ndarray)]
    assert sum(value.nbytes for value in kept) <= x.nbytes + sum(p.nbytes for p in layer.parameters())


def test_operations_of_volumes_are_counted() -> None:
    source = draw(nn.Conv3d(2, 3, 2)(Tensor(np.ones((1, 2, 3, 3, 3)), requires_grad=True)), color_by="flops").source
    assert f"{2 * 3 * 8 * 16 + 3 * 8:,}" in source

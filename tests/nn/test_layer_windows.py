"""Convolution and pooling layers against nested loops, over random geometry."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor
from tests.examples import examples

small = st.integers(1, 3)
pairs = st.tuples(small, small)


def convolved(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: Any, pads: Any, dilation: Any,
              groups: int) -> np.ndarray:
    """The sum over window and channels, number by number; pads are (before, after) along each axis."""
    n, c, h, w = x.shape
    o, _, kh, kw = weight.shape
    padded = np.zeros((n, c, h + sum(pads[0]), w + sum(pads[1])))
    padded[:, :, pads[0][0] : pads[0][0] + h, pads[1][0] : pads[1][0] + w] = x
    rows = (padded.shape[2] - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    columns = (padded.shape[3] - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    out = np.zeros((n, o, rows, columns))
    for b, k, y, z in np.ndindex(*out.shape):
        first = k // (o // groups) * (c // groups)
        total = bias[k]
        for channel, i, j in itertools.product(range(c // groups), range(kh), range(kw)):
            seen = padded[b, first + channel, y * stride[0] + i * dilation[0], z * stride[1] + j * dilation[1]]
            total += seen * weight[k, channel, i, j]
        out[b, k, y, z] = total
    return out


@examples(60)
@given(data=st.data(), kernel=pairs, stride=pairs, dilation=pairs, groups=st.sampled_from([1, 2]),
       seed=st.integers(0, 99))
def test_a_convolution_is_a_loop_over_windows(data: st.DataObject, kernel: Any, stride: Any, dilation: Any, groups: int,
                                              seed: int) -> None:
    same = stride == (1, 1) and data.draw(st.booleans())
    padding = "same" if same else data.draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    spans = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    pads = [(s // 2, s - s // 2) for s in spans] if same else [(p, p) for p in padding]
    size = [data.draw(st.integers(max(1, s + 1 - sum(p)), s + 4)) for s, p in zip(spans, pads, strict=True)]
    layer = nn.Conv2d(2 * groups, 3 * groups, kernel, stride, padding, dilation, groups, dtype=float)
    x = np.random.default_rng(seed).normal(size=(2, 2 * groups, *size))
    expected = convolved(x, layer.weight.data, layer.bias.data, stride, pads, dilation, groups)
    np.testing.assert_allclose(layer(x).data, expected, rtol=1e-10, atol=1e-12)
    if same:
        assert expected.shape[2:] == x.shape[2:]


@examples(60)
@given(data=st.data(), kernel=pairs, stride=pairs, dilation=pairs, groups=st.sampled_from([1, 2]),
       size=st.tuples(small, small), seed=st.integers(0, 99))
def test_transposed_convolution_is_the_adjoint(data: st.DataObject, kernel: Any, stride: Any, dilation: Any,
                                               groups: int, size: Any, seed: int) -> None:
    """<A x, y> = <x, A^T y> for the convolution A, whatever x: so its numbers are the loops' too."""
    padding = tuple(data.draw(st.integers(0, d * (k - 1) // 2)) for d, k in zip(dilation, kernel, strict=True))
    extra = tuple(data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True))
    layer = nn.ConvTranspose2d(2 * groups, 3 * groups, kernel, stride, padding, extra, groups, dilation=dilation,
                               bias=False, dtype=float)
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(2, 2 * groups, *size))
    out = layer(y).data
    x = rng.normal(size=out.shape)
    pads = [(p, p) for p in padding]
    forward = convolved(x, layer.weight.data, np.zeros(2 * groups), stride, pads, dilation, groups)
    forward = forward[:, :, : size[0], : size[1]]  # an output padding may make room for one more window
    np.testing.assert_allclose((forward * y).sum(), (x * out).sum(), rtol=1e-9, atol=1e-9)


def windows(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil: bool) -> list[list[int]]:
    """The positions that each window sees, outside ones included, by PyTorch's rule for the last window."""
    count = (size + 2 * padding - dilation * (kernel - 1) - 1 + (stride - 1 if ceil else 0)) // stride + 1
    if ceil and (count - 1) * stride >= size + padding:
        count -= 1
    return [[o * stride + i * dilation - padding for i in range(kernel)] for o in range(count)]


@examples(60)
@given(data=st.data(), kernel=pairs, stride=pairs, dilation=pairs, ceil=st.booleans(), seed=st.integers(0, 99))
def test_max_pooling_is_a_loop_over_windows(data: st.DataObject, kernel: Any, stride: Any, dilation: Any, ceil: bool,
                                            seed: int) -> None:
    padding = [data.draw(st.integers(0, k // 2)) for k in kernel]
    size = [data.draw(st.integers(d * (k - 1) + 1, d * (k - 1) + 5)) for k, d in zip(kernel, dilation, strict=True)]
    x = np.random.default_rng(seed).normal(size=(2, 2, *size))
    leaf = Tensor(x, requires_grad=True)
    out = nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil)(leaf)
    seen = [windows(*each, ceil) for each in zip(size, kernel, stride, padding, dilation, strict=True)]
    assert out.shape == (2, 2, len(seen[0]), len(seen[1]))
    gradient = np.zeros_like(x)
    for n, c, y, z in np.ndindex(*out.shape):
        places = [(i, j) for i in seen[0][y] for j in seen[1][z] if 0 <= i < size[0] and 0 <= j < size[1]]
        best = max(places, key=lambda place: x[n, c, place[0], place[1]])
        assert out.data[n, c, y, z] == x[n, c, best[0], best[1]]
        gradient[n, c, best[0], best[1]] += 1
    out.sum().backward()
    np.testing.assert_array_equal(leaf.grad.data, gradient)


@examples(60)
@given(data=st.data(), kernel=pairs, stride=pairs, ceil=st.booleans(), include=st.booleans(), seed=st.integers(0, 99))
def test_average_pooling_is_a_loop_over_windows(data: st.DataObject, kernel: Any, stride: Any, ceil: bool,
                                                include: bool, seed: int) -> None:
    padding = [data.draw(st.integers(0, k // 2)) for k in kernel]
    size = [data.draw(st.integers(k, k + 4)) for k in kernel]
    x = np.random.default_rng(seed).normal(size=(2, 2, *size))
    out = nn.AvgPool2d(kernel, stride, padding, ceil, include)(x)
    seen = [windows(*each, 1, ceil) for each in zip(size, kernel, stride, padding, strict=True)]
    for n, c, y, z in np.ndindex(*out.shape):
        inside = [x[n, c, i, j] for i in seen[0][y] for j in seen[1][z] if 0 <= i < size[0] and 0 <= j < size[1]]
        reached = [sum(i < s + p for i in at) for at, s, p in zip((seen[0][y], seen[1][z]), size, padding, strict=True)]
        count = reached[0] * reached[1] if include else len(inside)
        np.testing.assert_allclose(out.data[n, c, y, z], sum(inside) / count, rtol=1e-10, atol=1e-12)


@given(size=st.tuples(st.integers(1, 7), st.integers(1, 7)), wanted=pairs, seed=st.integers(0, 99))
def test_adaptive_pooling_is_a_loop_over_windows(size: Any, wanted: Any, seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=(1, 2, *size))
    out = nn.AdaptiveAvgPool2d(wanted)(x)
    for c, y, z in np.ndindex(2, *wanted):
        rows, columns = (slice(i * n // m, -(-(i + 1) * n // m)) for i, n, m in zip((y, z), size, wanted, strict=True))
        np.testing.assert_allclose(out.data[0, c, y, z], x[0, c, rows, columns].mean(), rtol=1e-10, atol=1e-12)

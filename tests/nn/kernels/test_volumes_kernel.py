"""What stands side by side for windows along the depth, against its adjoint, and volumes as stacks of images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.kernels.convolution import convolution
from nn.kernels.layout import in_memory_order, logical
from nn.kernels.volumes import added, apart, beside, kernels, matrices, stacked
from nn.kernels.windows import axis
from tests.examples import examples
from tests.nn.kernels.kernel_checks import assert_close, random

PLAIN: dict[str, Any] = {"stride": (1,) * 3, "padding": ((0, 0),) * 3, "dilation": (1,) * 3}


@pytest.mark.parametrize("size", [(4,), (4, 5), (3, 4, 5)], ids=["sequences", "images", "volumes"])
def test_what_is_taken_apart_is_what_it_was(size: tuple[int, ...]) -> None:
    x = random(np.random.default_rng(0), 2, 6, *size)
    depth, ndim = size[0] if len(size) == 3 else 1, x.ndim
    for back in (logical(in_memory_order(x), ndim), apart(stacked(x), depth, ndim), kernels(matrices(x), depth, ndim)):
        np.testing.assert_array_equal(back, x)


@examples(60)
@given(size=st.integers(1, 6), kernel=st.integers(1, 3), stride=st.integers(1, 3), dilation=st.integers(1, 3),
       padding=st.tuples(st.integers(0, 2), st.integers(0, 2)), groups=st.sampled_from([1, 2]))
def test_what_is_added_is_the_adjoint_of_what_stands_side_by_side(size: int, kernel: int, stride: int, dilation: int,
                                                                  padding: Any, groups: int) -> None:
    size = max(size, dilation * (kernel - 1) + 1 - sum(padding))
    deep = axis(size, kernel, stride, dilation, padding)
    generator = np.random.default_rng(0)
    x = random(generator, 2, 4, size, 3, 5)
    out = beside(x, deep, groups)
    padded = np.pad(x, [(0, 0), (0, 0), padding, (0, 0), (0, 0)])
    seen = out.reshape(3, 2, -1, 5, groups, kernel, 4 // groups)
    for o, j in np.ndindex(seen.shape[2], kernel):
        at = padded[:, :, o * stride + j * dilation].transpose(2, 0, 3, 1)
        np.testing.assert_array_equal(seen[:, :, o, :, :, j].reshape(3, 2, 5, 4), at)
    y = random(generator, *out.shape)
    assert_close((added(y, deep, groups, 5) * x).sum(), (y * out).sum(), 1e-12)


def test_an_empty_batch_of_volumes_is_none() -> None:
    x, weight = np.ones((0, 3, 4, 5, 6)), np.ones((4, 3, 2, 2, 2))
    assert convolution(x, weight, None, groups=1, **PLAIN).shape == (0, 4, 3, 4, 5)


@pytest.mark.parametrize("needs", [(False, True, True), (True, False, False), (False, False, False)])
def test_what_nobody_needs_is_not_computed(needs: tuple[bool, ...]) -> None:
    x, weight, bias = np.ones((1, 2, 3, 4, 4)), np.ones((3, 2, 2, 2, 2)), np.ones(3)
    out, residuals = convolution.evaluate(x, weight, bias, groups=1, **PLAIN)
    cotangents = convolution.backward_kernel(out, (x, weight, bias), residuals, needs, groups=1, **PLAIN)
    assert tuple(c is not None for c in cotangents) == needs

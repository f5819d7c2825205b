"""Convolution of volumes against its reference, and what stands side by side against its adjoint."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.kernels.volumes import added, beside, convolution, pullback
from nn.kernels.windows import axis
from tests.examples import examples
from tests.nn.kernels.kernel_checks import check, close, random

PLAIN: dict[str, Any] = {"stride": (1,) * 3, "padding": ((0, 0),) * 3, "dilation": (1,) * 3}


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("with_bias", [True, False])
def test_it_is_its_reference_to_second_order(groups: int, with_bias: bool) -> None:
    generator = np.random.default_rng(0)
    x, weight = random(generator, 2, 4, 3, 4, 5), random(generator, 8, 4 // groups, 2, 3, 2)
    bias = random(generator, 8) if with_bias else None
    active = [0, 1, 2] if with_bias else [0, 1]
    for stride, dilation in (((1, 1, 1), (1, 1, 1)), ((2, 1, 3), (1, 2, 1))):
        check(convolution, [x, weight, bias], active, stride=stride, dilation=dilation,
              padding=((1, 2), (2, 1), (0, 1)), groups=groups)


@examples(60)
@given(size=st.integers(1, 6), kernel=st.integers(1, 3), stride=st.integers(1, 3), dilation=st.integers(1, 3),
       padding=st.tuples(st.integers(0, 2), st.integers(0, 2)), groups=st.sampled_from([1, 2]))
def test_what_is_added_is_the_adjoint_of_what_stands_side_by_side(size: int, kernel: int, stride: int, dilation: int,
                                                                  padding: Any, groups: int) -> None:
    size = max(size, dilation * (kernel - 1) + 1 - sum(padding))
    options: dict[str, Any] = {"deep": axis(size, kernel, stride, dilation, padding), "groups": groups}
    generator = np.random.default_rng(0)
    x = random(generator, 2, 4, size, 3, 2)
    out = beside(x, **options).data
    padded = np.pad(x, [(0, 0), (0, 0), padding, (0, 0), (0, 0)])
    seen = out.reshape(2, -1, groups, kernel, 4 // groups, 3, 2)
    for o, j in np.ndindex(seen.shape[1], kernel):
        np.testing.assert_array_equal(seen[:, o, :, j].reshape(2, 4, 3, 2), padded[:, :, o * stride + j * dilation])
    y = random(generator, *out.shape)
    close((added(y, **options).data * x).sum(), (y * out).sum(), 1e-12)


def test_neither_memory_order_nor_an_empty_batch_matters() -> None:
    generator = np.random.default_rng(0)
    x, weight = random(generator, 2, 3, 4, 5, 6), random(generator, 4, 3, 2, 2, 2)
    expected = convolution(x, weight, None, groups=1, **PLAIN).data
    for order in ((3, 0, 2, 4, 1), (4, 3, 2, 1, 0)):
        other = np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))
        np.testing.assert_array_equal(convolution(other, weight, None, groups=1, **PLAIN).data, expected)
    assert convolution(x[:0], weight, None, groups=1, **PLAIN).shape == (0, *expected.shape[1:])


@pytest.mark.parametrize("needs", [(False, True, True), (True, False, False), (False, False, False)])
def test_what_nobody_needs_is_not_computed(needs: tuple[bool, ...]) -> None:
    x, weight, bias = np.ones((1, 2, 3, 4, 4)), np.ones((3, 2, 2, 2, 2)), np.ones(3)
    out, residuals = convolution.evaluate(x, weight, bias, groups=1, **PLAIN)
    cotangents = pullback(out, (x, weight, bias), residuals, needs, groups=1, **PLAIN)
    assert tuple(c is not None for c in cotangents) == needs

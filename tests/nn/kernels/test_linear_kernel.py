"""The dense layer's product: against loops, its derivatives, and the shapes it takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.kernels.linear import forward, linear, pullback
from tests.examples import examples
from tests.nn.kernels.kernel_checks import assert_close, check, random


@examples(30)
@given(leading=st.lists(st.integers(0, 3), max_size=3).map(tuple), inputs=st.integers(1, 5), units=st.integers(1, 5),
       with_bias=st.booleans(), dtype=st.sampled_from((np.float32, np.float64)))
def test_values_of_the_formula_and_derivatives_of_the_reference(leading: tuple[int, ...], inputs: int, units: int,
                                                                with_bias: bool, dtype: Any) -> None:
    generator = np.random.default_rng(0)
    x, weight = random(generator, *leading, inputs, dtype=dtype), random(generator, units, inputs, dtype=dtype)
    bias = random(generator, units, dtype=dtype) if with_bias else None
    expected = np.zeros((*leading, units))
    for at in np.ndindex(*leading, units):
        *row, j = at
        expected[at] = sum(float(x[(*row, i)]) * float(weight[j, i]) for i in range(inputs))
        expected[at] += 0 if bias is None else float(bias[j])
    assert_close(linear(x, weight, bias).data, expected, 1e-5 if dtype is np.float32 else 1e-13)
    check(linear, [x, weight, bias], [0, 1, 2] if with_bias else [0, 1])


def test_memory_order_does_not_matter() -> None:
    generator = np.random.default_rng(0)
    x, weight, g = random(generator, 4, 3, 5), random(generator, 6, 5), random(generator, 4, 3, 6)
    plain = pullback(g, (x, weight, None), (), (True, True, True))
    turned = pullback(np.asfortranarray(g), (np.asfortranarray(x), np.asfortranarray(weight), None), (),
                      (True, True, True))
    for one, other in zip(plain, turned, strict=True):
        assert_close(one, other, 1e-14)


def test_layers_of_a_few_long_rows() -> None:
    """Of a size that is computed in tiles, with a hidden layer that lies in columns, too."""
    generator = np.random.default_rng(0)
    x, g = random(generator, 32, 300), random(generator, 32, 70)
    first, second, bias = random(generator, 250, 300), random(generator, 70, 250), random(generator, 250)
    hidden, _ = forward(x, first, bias)
    assert_close(hidden, x @ first.T + bias, 1e-14)
    for turned in (hidden, np.asfortranarray(hidden)):
        out, _ = forward(turned, second, None)
        assert_close(out, hidden @ second.T, 1e-14)
        dx, dw, _ = pullback(g, (turned, second, None), (), (True, True, False))
        assert_close(dx, g @ second, 1e-14)
        assert_close(dw, g.T @ hidden, 1e-14)


@pytest.mark.parametrize("needs", [(False, True, True), (True, False, False), (False, False, False)])
def test_what_nobody_needs_is_not_computed(needs: tuple[bool, ...]) -> None:
    x, weight, bias = np.ones((2, 3)), np.ones((4, 3)), np.ones(4)
    out, residuals = forward(x, weight, bias)
    cotangents = pullback(out, (x, weight, bias), residuals, needs)
    assert tuple(c is not None for c in cotangents) == needs

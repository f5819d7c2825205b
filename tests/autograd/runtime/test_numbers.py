"""A number beside an array is taken for an array of its own, and nothing but the time tells."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import tensor
from autograd.runtime import numbers

NUMBERS = st.floats() | st.integers(-(2**62), 2**62) | st.sampled_from([0, 0.0, -0.0, 1, -1, 2**24 + 1, 1e-45, 3e38])
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv]


@pytest.mark.parametrize("dtype", ["e", "f", "d", "F", "q"])
@pytest.mark.parametrize("function", OPERATORS)
@given(number=NUMBERS)
@example(number=-0.0)
@example(number=float("nan"))
def test_a_tensor_and_a_number_give_what_numpy_gives(function: Callable[..., Any], dtype: str, number: float) -> None:
    x = np.array([-2, 0, 3]).astype(dtype)
    with np.errstate(all="ignore"):
        for a, b in (x, number), (number, x):
            expected = function(a, b)
            for _ in range(2):  # made, and found
                found = function(*(tensor(v) if v is x else v for v in (a, b))).data
                assert found.dtype == expected.dtype
                assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(number=NUMBERS)
def test_slopes_by_a_number_are_numpys_products(dtype: type, number: float) -> None:
    x, g = tensor(np.array([-2, 1, 3], dtype), requires_grad=True), np.array([0, 0.5, -1], dtype)
    with np.errstate(all="ignore"):
        (x * number).backward(g)
        expected = np.where(g == 0, 0, g * number)
    assert x.grad is not None
    assert x.grad.dtype == dtype
    np.testing.assert_array_equal(x.grad.data, expected)


def test_programs_that_compute_their_numbers_do_not_fill_the_memory() -> None:
    x = tensor(np.ones(3))
    kept = []
    for k in range(2500):
        x * (k + 0.5)
        kept.append(len(numbers._made[x.dtype]))
    assert max(kept) == 1000


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_are_kept_that_fit_both_precisions_and_equal_no_other(dtype: type) -> None:
    """Not those that overflow in one of them, or vanish; nor 0, which -0.0 equals."""
    for number in (1e-29, 0.001, -0.5, 1, 7, -3.0, 1e29, -1e29):
        kept = numbers.as_array(number, np.dtype(dtype))
        assert kept is numbers.as_array(number, np.dtype(dtype))
        assert (kept.dtype, kept.shape, kept.item()) == (dtype, (), dtype(number))
    for number in (0, 0.0, -0.0, 1e-31, 1e39, 10**40, float("inf"), float("nan")):
        assert numbers.as_array(number, np.dtype(dtype)) is number


def test_nobody_can_write_into_a_number() -> None:
    kept = numbers.as_array(2.5, np.dtype(float))
    assert numbers.as_array(2.5, np.dtype(float)) is kept
    with pytest.raises(ValueError, match="read-only"):
        kept[...] = 3

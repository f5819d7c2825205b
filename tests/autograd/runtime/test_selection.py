"""Choosing by bits is `np.where`, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.runtime.selection import LEAST, maximum, minimum, parted, select

SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1.5]


def numbers(seed: int, shape: Any, dtype: Any) -> Any:
    """Ordinary numbers and special ones."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal(shape)
    return np.where(generator.random(shape) < 0.3, generator.choice(SPECIAL, shape), x).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex128, np.int64])
@given(st.integers(0, 2**32), st.sampled_from([(LEAST - 1,), (LEAST,), (3, LEAST // 2), (2, 1, LEAST)]),
       st.sampled_from(["arrays", "zero", "number", "row", "column", "turned"]), st.booleans())
def test_bits_are_chosen_as_numpy_chooses(dtype: Any, seed: int, shape: Any, other: str, swapped: bool) -> None:
    with np.errstate(all="ignore"):
        x = numbers(seed, shape, dtype)
        condition = np.random.default_rng(seed).random(shape) < 0.5
        if other == "turned":
            x, condition = x.T, condition.T
        y = {"zero": 0, "number": 2, "row": x[..., :1] * 3, "column": x[:1] * 3}.get(other)
        y = numbers(seed + 1, x.shape, dtype) if y is None else y
        operands = (y, x) if swapped else (x, y)
        chosen, expected = select(condition, *operands), np.where(condition, *operands)
    assert (chosen.dtype, chosen.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(chosen, expected)
    np.testing.assert_array_equal(np.signbit(chosen.real), np.signbit(expected.real))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64, np.int32])
@given(st.integers(0, 2**32), st.sampled_from([(3,), (LEAST,), (3, LEAST // 2)]), st.booleans(), st.booleans())
def test_both_sides_of_a_condition_are_numpys(dtype: Any, seed: int, shape: Any, turned: bool, owned: bool) -> None:
    with np.errstate(all="ignore"):
        x = numbers(seed, shape, dtype)
    condition = np.random.default_rng(seed).random(shape) < 0.5
    if turned:
        x = x.T
        condition = np.ascontiguousarray(condition.T)
    sides = np.where(condition, x, 0), np.where(condition, 0, x)
    before = x.copy()
    for side, expected in zip(parted(condition, x, owned=owned), sides, strict=True):
        assert side.dtype == expected.dtype
        np.testing.assert_array_equal(side, expected)
        np.testing.assert_array_equal(np.signbit(side.real), np.signbit(expected.real))
    assert owned or np.array_equal(x, before, equal_nan=True)


def test_a_condition_may_broadcast_over_both() -> None:
    x, y = np.arange(5.0), -np.arange(5.0)
    condition = np.random.default_rng(0).random((LEAST, 1)) < 0.5
    np.testing.assert_array_equal(select(condition, x, y), np.where(condition, x, y))


@pytest.mark.parametrize("condition", [np.arange(LEAST) % 3, np.linspace(-1, 1, LEAST), [0, 2, -1, 0] * (LEAST // 4)],
                         ids=["counts", "floats", "a list"])
def test_a_condition_of_numbers_holds_where_they_are_not_zero(condition: Any) -> None:
    x, y = np.random.default_rng(0).standard_normal((2, LEAST))
    for other in (y, 0):
        np.testing.assert_array_equal(select(condition, x, other), np.where(condition, x, other))


def test_operands_of_two_dtypes_are_numpys_to_cast() -> None:
    condition = np.arange(LEAST) % 2 == 0
    x = np.ones(LEAST, np.float32)
    for y in (np.full(LEAST, np.pi), np.float64(np.pi), np.arange(LEAST), True):
        for operands in ((x, y), (y, x)):
            chosen, expected = select(condition, *operands), np.where(condition, *operands)
            assert chosen.dtype == expected.dtype
            np.testing.assert_array_equal(chosen, expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex128, np.int64])
@given(st.integers(0, 2**32), st.sampled_from([(LEAST - 1,), (2, LEAST)]), st.booleans(),
       st.sampled_from([0, 2, -3.5, np.inf, -np.inf, np.nan, np.float32(0.1), True, "array"]))
def test_the_larger_and_the_smaller_are_numpys(dtype: Any, seed: int, shape: Any, swapped: bool, other: Any) -> None:
    with np.errstate(all="ignore"):
        x = numbers(seed, shape, dtype).T
        y = numbers(seed + 1, x.shape, dtype) if isinstance(other, str) else other
        operands = (y, x) if swapped else (x, y)
        for ours, numpys in ((maximum, np.maximum), (minimum, np.minimum)):
            chosen, expected = ours(*operands), numpys(*operands)
            assert (chosen.dtype, chosen.shape, chosen.strides) == (expected.dtype, expected.shape, expected.strides)
            np.testing.assert_array_equal(chosen, expected)

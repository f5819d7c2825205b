"""Reductions along short rows are NumPy's, to the bit; sums over short rows are nearer to the sum."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd.runtime.reduction import MANY, in_short_rows, nan_or_largest, reduce


@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.maximum, np.minimum])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex128, np.int8, bool])
@given(st.integers(0, 2**32), st.one_of(st.integers(1, 9), st.integers(10, 33)),
       st.sampled_from([(MANY,), (30, 40), (3,)]), st.sampled_from(["C", "F", "reversed", "spread"]), st.booleans(),
       st.booleans(), st.booleans())
def test_every_element_of_a_row_is_taken_in_its_order(ufunc: Any, dtype: Any, seed: int, length: int, rows: Any,
                                                      laid: str, keepdims: bool, last: bool, nan: bool) -> None:
    x = np.random.default_rng(seed).standard_normal((*rows, length)) * 3
    if nan and np.dtype(dtype).kind == "f":
        x.flat[::17] = np.nan
    x = x.astype(dtype)
    x = {"C": x, "F": np.asfortranarray(x), "reversed": x[..., ::-1], "spread": np.repeat(x, 2, -1)[..., ::2]}[laid]
    axis = x.ndim - 1 if last else -1
    with np.errstate(all="ignore"):
        found, expected = reduce(ufunc, x, axis=axis, keepdims=keepdims), ufunc.reduce(x, axis=axis, keepdims=keepdims)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(found, expected)


def test_options_and_other_axes_are_numpys() -> None:
    x = np.random.default_rng(0).standard_normal((MANY, 3))
    assert in_short_rows(np.add, x, -1)
    np.testing.assert_array_equal(reduce(np.add, x), np.add.reduce(x, axis=None))
    np.testing.assert_array_equal(reduce(np.add, x, axis=0), np.add.reduce(x, axis=0))
    np.testing.assert_array_equal(reduce(np.add, x, axis=(0, 1)), np.add.reduce(x, axis=(0, 1)))
    for options in ({"initial": 2.0}, {"where": x > 0, "initial": 0.0}, {"dtype": np.float32}):
        np.testing.assert_array_equal(reduce(np.add, x, axis=1, **options), np.add.reduce(x, axis=1, **options))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.int64])
@given(st.integers(0, 2**32), st.sampled_from([1, 2, 3, 5, 10, 64, 65]), st.integers(1, 3), st.permutations(range(4)),
       st.booleans(), st.booleans())
def test_a_sum_over_many_rows_is_the_sum(dtype: Any, seed: int, columns: int, axes: int, order: Any, keepdims: bool,
                                         negative: bool) -> None:
    generator = np.random.default_rng(seed)
    memory = generator.integers(-9, 9, (*(int(generator.integers(1, 40)) for _ in range(2)), 41, columns)).astype(dtype)
    x = memory.transpose(order)  # whole numbers: every order of addition gives the same
    over = tuple((k - 4 if negative else k) for k in generator.permutation(4)[:axes].tolist())
    for axis in (over if len(over) > 1 else over[0], tuple(k for k in range(4) if order[k] != 3)):
        found = reduce(np.add, x, axis=axis, keepdims=keepdims)
        expected = np.add.reduce(x, axis=axis, keepdims=keepdims)
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("axis", [(0, 0), (0, -2), (0, 2), (0, -3), (2,), 2, -3])
def test_axes_that_numpy_refuses_are_refused(axis: Any) -> None:
    """Twice the same, or one that is not there beside one that is: what remains of them is the axis of a sum."""
    x = np.ones((3000, 4))
    with pytest.raises(ValueError, match="axis") as expected:
        np.add.reduce(x, axis=axis)
    with pytest.raises(type(expected.value), match=re.escape(str(expected.value))):
        reduce(np.add, x, axis=axis)


def test_a_sum_over_rows_loses_fewer_digits_than_numpys() -> None:
    x = np.random.default_rng(0).random((100_003, 3)).astype(np.float32)
    exact = x.astype(np.float64).sum(axis=0)
    found = [np.abs(total - exact).max() for total in (reduce(np.add, x, axis=0), np.add.reduce(x, axis=0))]
    assert found[0] < found[1] / 10
    for function in (np.sum, np.mean):
        (g,) = autograd.vjp(lambda x, f=function: f(x, axis=0), x)[1](np.ones(3, np.float32))
        np.testing.assert_array_equal(g, np.full(x.shape, 1 if function is np.sum else np.float32(1) / len(x)))
    with pytest.raises(np.exceptions.AxisError):
        reduce(np.add, x, axis=2)
    with pytest.raises(ValueError, match="duplicate"):
        reduce(np.add, x[:, :, np.newaxis], axis=(0, 0))


@pytest.mark.parametrize("function", [np.sum, np.mean, np.prod, np.max, np.min, np.linalg.norm, np.linalg.vector_norm])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_points_in_space_have_numpys_results_and_gradients(function: Any, dtype: Any) -> None:
    x = np.random.default_rng(1).standard_normal((MANY, 3)).astype(dtype)
    out, pullback = autograd.vjp(lambda x: function(x, axis=-1), x)
    np.testing.assert_array_equal(out, function(x, axis=-1))
    (by_row,) = pullback(np.ones(MANY, dtype))
    few = autograd.grad(lambda x: np.sum(function(x, axis=-1)))(x[:5])
    np.testing.assert_allclose(by_row[:5], few, rtol=1e-6)


@pytest.mark.parametrize(("shape", "axes"), [
    ((MANY, 1), 1), ((3,), 0), ((1, 3), 0), ((), (0, 1)), ((1,), (0, 1)), ((1, 1), (0, 1)),
])
def test_what_was_broadcast_over_short_rows_gets_its_sums(shape: Any, axes: Any) -> None:
    x = np.random.default_rng(2).standard_normal((MANY, 3))
    found = autograd.grad(lambda c: np.sum(x * c))(np.ones(shape))
    np.testing.assert_array_equal(found, x.sum(axis=axes).reshape(shape))


@given(st.integers(0, 2**32), st.sampled_from([(0,), (3,), (64, 63), (64, 64), (2, 40, 50, 3)]), st.booleans(),
       st.permutations(range(4)))
def test_a_nan_is_found_wherever_it_lies(seed: int, shape: Any, nan: bool, axes: Any) -> None:
    x = np.random.default_rng(seed).standard_normal(shape)
    if nan and x.size:
        x.flat[seed % x.size] = np.nan
    x = x.transpose([a for a in axes if a < x.ndim])
    np.testing.assert_array_equal(nan_or_largest(x), np.max(x) if x.size else 0)
    np.testing.assert_array_equal(nan_or_largest(x[..., ::-2]), np.max(x[..., ::-2]) if x.size else 0)

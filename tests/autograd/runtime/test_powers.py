"""Whole powers are NumPy's to within two units in the last place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.runtime.powers import power

SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-30, -1e-30, 1e12, -1e12]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64, np.int64])
@given(st.sampled_from([-7, -4, -3, -2, -1, 0, 0.5, 1, 2, 2.5, 3, 3.0, 4, 5, 6.0, 7, 31, 1e9, np.inf, np.nan]),
       st.integers(0, 2**32))
def test_any_power_of_any_array(dtype: Any, exponent: Any, seed: int) -> None:
    with np.errstate(all="ignore"):
        x = np.concatenate([SPECIAL, np.random.default_rng(seed).normal(scale=3, size=50)]).astype(dtype)
        if dtype is np.int64:
            x = np.abs(x) + 1
            exponent = float(exponent)
        made, expected = power(x, exponent), x**exponent
    assert made.dtype == expected.dtype
    if dtype in (np.float32, np.float64):
        limits, known = np.finfo(dtype), ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(made[known]), np.signbit(expected[known]))
        np.testing.assert_allclose(made, expected, rtol=2 * limits.eps, atol=limits.smallest_subnormal)
    else:
        np.testing.assert_array_equal(made, expected)


def test_of_numbers_and_by_arrays_it_is_numpys() -> None:
    x = np.linspace(0.5, 2, 5)
    assert power(np.float64(-1.1), 3) == np.float64(-1.1) ** 3
    np.testing.assert_array_equal(power(x, x), x**x)
    np.testing.assert_array_equal(power(2, x), 2**x)

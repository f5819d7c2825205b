"""Slopes of products, in digits."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from operator import mul
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import grad


@pytest.mark.parametrize(("dtype", "widest"), [(np.float32, 36), (np.float64, 300)])
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=6), st.sampled_from([0.01, 0.1, 0.6]))
@example([-1.0, -0.9, 1.0], 0.6)
def test_a_slope_has_the_digits_that_the_product_lost(dtype: Any, widest: int, exponents: list[float],
                                                      spread: float) -> None:
    """Divided by a factor, a product of 1e-160, 1e-160 and 1e200 gave 1.00008e40 for 1e40: it was subnormal between."""
    x = np.array([1.2345 * 10 ** (widest * spread * e) for e in exponents], dtype)
    factors, limits = [Fraction(float(v)) for v in x], np.finfo(dtype)
    with np.errstate(over="ignore"):
        slopes = grad(lambda x: np.prod(x))(x)
    for i, slope in enumerate(slopes):
        before, after = list(accumulate(factors[:i], mul)), list(accumulate(factors[:i:-1], mul))
        true = (before or [1])[-1] * (after or [1])[-1]
        if all(limits.smallest_normal < part < limits.max for part in (*before, *after, true)):
            assert abs(Fraction(float(slope)) / true - 1) < 20 * limits.eps

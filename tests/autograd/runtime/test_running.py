"""Running sums and products of many rows are NumPy's: to the bit, and laid out in memory as NumPy lays them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.runtime.running import MANY, running

LAYOUTS: dict[str, Any] = {
    "C": lambda x: x, "F": np.asfortranarray, "reversed": lambda x: x[::-1, :, ::-1],
    "spread": lambda x: np.repeat(x, 2, -1)[..., ::2],
    "axes turned": lambda x: x.transpose(1, 2, 0).copy().transpose(2, 0, 1),
    "one row for all": lambda x: np.broadcast_to(x[:1], x.shape),
}


def strides(x: Any) -> list[int]:
    return [stride for stride, length in zip(x.strides, x.shape, strict=True) if length > 1]


@pytest.mark.parametrize(("function", "ufunc"), [(np.cumsum, np.add), (np.cumprod, np.multiply)])
@pytest.mark.parametrize("laid", LAYOUTS)
@given(st.integers(0, 2**32), st.sampled_from([(MANY, 3, 2), (2, 40, 7), (20, 10, 3), (MANY, 1, 0), (1, 30, 9)]),
       st.sampled_from([np.float16, np.float32, np.float64, np.complex64, np.int8, bool]),
       st.one_of(st.none(), st.integers(-3, 2)), st.sampled_from([None, np.float64]), st.booleans())
def test_each_row_is_numpys(function: Any, ufunc: Any, laid: str, seed: int, shape: tuple[int, ...], dtype: Any,
                            axis: int | None, computed: Any, odd: bool) -> None:
    x = np.random.default_rng(seed).standard_normal(shape) * 3
    if odd and np.dtype(dtype).kind == "f":
        x.flat[::17], x.flat[5::19] = np.nan, np.inf
    x = LAYOUTS[laid](x.astype(dtype))
    computed = None if dtype is np.complex64 else computed
    with np.errstate(all="ignore"):
        found = running(function, ufunc)(x, axis=axis, dtype=computed)
        expected = function(x, axis=axis, dtype=computed)
    assert found.dtype == expected.dtype
    assert strides(found) == strides(expected)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("axis", "error"), [(2, np.exceptions.AxisError), (-3, np.exceptions.AxisError),
                                             (1.0, TypeError), ("0", TypeError)])
def test_axes_that_are_none_are_refused_as_numpy_refuses_them(axis: Any, error: type[Exception]) -> None:
    x = np.ones((MANY, MANY))
    for cumulate in (np.cumsum, running(np.cumsum, np.add)):
        with pytest.raises(error, match="axis|integer"):
            cumulate(x, axis=axis)

"""Slopes of products, in digits; ties, variances and means."""

from __future__ import annotations

import warnings
from fractions import Fraction
from itertools import accumulate
from operator import mul
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import Tensor, grad, jvp, vjp


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


@pytest.mark.parametrize(("function", "twin"), [(np.max, np.maximum), (np.min, np.minimum)])
def test_a_tie_with_what_an_extreme_begins_with_is_one_with_a_constant(function: Any, twin: Any) -> None:
    """The slope of least size is 0, as of `np.maximum(x, 0)`; it was 1."""
    for x in ([0.0], [0.0, 0.0], [1.0, -1.0], [0.0, 1.0], [0.0, -1.0], [1.0, 1.0], [-1.0, -1.0]):
        def f(x: Any) -> Any:
            return function(x, initial=0.0)

        def g(x: Any) -> Any:
            return twin(function(x), 0.0)

        np.testing.assert_array_equal(grad(f)(np.array(x)), grad(g)(np.array(x)))
        direction = np.arange(1.0, len(x) + 1)
        assert jvp(f, (np.array(x),), (direction,)) == jvp(g, (np.array(x),), (direction,))


@pytest.mark.parametrize("function", [np.var, np.std, np.nanvar, np.nanstd])
def test_a_variance_is_real_also_in_a_complex_dtype(function: Any) -> None:
    """Its imaginary part is 0 and stays so; it was given the slope of the real part."""
    z = np.array([1.0 + 2j, 3.0, 4j])
    out, pullback = vjp(lambda z: function(z, dtype=complex), z)
    assert out.dtype == complex
    assert not np.any(pullback(1j)[0])
    np.testing.assert_allclose(pullback(1.0)[0], grad(function)(z))
    assert np.imag(jvp(lambda z: function(z, None, complex), (z,), (1j * z**2,))[1]) == 0


@pytest.mark.parametrize("options", [{}, {"ddof": 1}, {"ddof": 0.5}, {"ddof": np.float64(1)}, {"ddof": 3},
                                     {"correction": 1}, {"dtype": float}, {"keepdims": True}], ids=str)
@pytest.mark.parametrize("shape", [(3,), (3, 5), (1, 1), (0,), (0, 3), (2000, 3), ()])
@pytest.mark.parametrize("function", [np.var, np.std])
def test_a_variance_is_numpys_in_value_type_and_warnings(function: Any, shape: tuple[int, ...],
                                                         options: dict[str, Any]) -> None:
    for dtype, tolerance in ((np.float16, 0), (np.float32, 1e-6), (np.float64, 1e-14), (np.complex64, 0)):
        x = np.asarray(np.random.default_rng(0).normal(50, 1, shape).astype(dtype))
        for axis in (None, *range(x.ndim), tuple(range(x.ndim))):
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                expected = function(x, axis, **options)
            with warnings.catch_warnings(record=True) as heard:
                warnings.simplefilter("always")
                found = function(Tensor(x), axis, **options).numpy()
            assert [str(w.message) for w in heard] == [str(w.message) for w in said]
            np.testing.assert_allclose(found, np.asarray(expected), rtol=tolerance, strict=True)


@pytest.mark.parametrize("axis", [None, 0, (0, 1), -1])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int8, np.bool_])
def test_a_mean_is_added_up_in_the_dtype_that_numpy_adds_it_up_in(dtype: Any, axis: Any) -> None:
    """The sum of these numbers is infinite in float16."""
    x = np.random.default_rng(0).uniform(60, 120, (1000, 4)).astype(dtype)
    np.testing.assert_array_equal(np.mean(Tensor(x), axis=axis).numpy(), np.mean(x, axis=axis), strict=True)


@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"where": np.ones(90_000, bool)}])
def test_a_mean_of_more_float16_than_float16_counts_to_has_a_slope(options: dict[str, Any]) -> None:
    """It was divided by 90,000, which is infinite in float16."""
    slopes = grad(lambda x: np.mean(3 * x, **options))(np.ones(90_000, np.float16))
    np.testing.assert_allclose(slopes, np.float16(3 / 90_000), rtol=5e-3)


@pytest.mark.parametrize("f", [np.var, np.std, np.nanvar, np.nanstd])
@pytest.mark.parametrize("x", [np.arange(70_000) % 7, np.array([300, 600, 900, 1500]), np.array([1, 2, 3, 5]) * 1e-4],
                         ids=["more than float16 counts to", "infinite squares", "squares of 0"])
def test_a_spread_of_float16_has_its_slope_where_float16_has_no_squares(f: Any, x: np.ndarray[Any, Any]) -> None:
    """NumPy computes these in float16, in which they are infinite or 0; so was or was not their slope."""
    x = x.astype(np.float16)
    variable = Tensor(x, requires_grad=True)
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        found = f(variable)
        np.testing.assert_array_equal(found.numpy(), f(x))
        found.backward()
    assert variable.grad is not None
    exact = grad(lambda x: f(x.astype(float)))(x.astype(float))
    np.testing.assert_allclose(variable.grad.numpy(), exact, rtol=4e-3, atol=1e-7)

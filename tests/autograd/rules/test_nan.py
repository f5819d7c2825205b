"""Functions that leave nan out, or put numbers there: as NumPy's on arrays with holes, with gradient 0 at a hole."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autograd import Tensor, grad, jacfwd, jacrev, vjp, vmap
from autograd.arrays import Array

PAIRS = {np.nansum: np.sum, np.nanprod: np.prod, np.nanmean: np.mean, np.nanvar: np.var, np.nanstd: np.std,
         np.nanmax: np.max, np.nanmin: np.min, np.nanmedian: np.median}
holed = arrays(float, (3, 4), elements=st.floats(-3, 3) | st.just(np.nan))
AXES = st.sampled_from([None, 0, -1, (0, 1)])


@given(st.sampled_from(list(PAIRS)), holed, AXES, st.booleans())
def test_values_are_numpys_and_holes_have_no_gradient(f: Any, x: Array, axis: Any, keepdims: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's and ours: an empty slice
        out, pullback = vjp(lambda x: f(x, axis=axis, keepdims=keepdims), x)
        np.testing.assert_allclose(out, f(x, axis=axis, keepdims=keepdims), rtol=1e-12, atol=1e-12)
    (gradient,) = pullback(np.where(np.isnan(out), 0, 1.0) if np.ndim(out) else np.float64(not np.isnan(out)))
    assert not np.any(np.isnan(gradient))
    assert not np.any(gradient[np.isnan(x)])


@given(st.sampled_from(list(PAIRS.items())), arrays(float, (3, 4), elements=st.floats(-3, 3)), AXES)
def test_without_holes_the_gradient_is_that_of_the_other_function(pair: Any, x: Array, axis: Any) -> None:
    with_nan, without = pair
    np.testing.assert_array_equal(*(grad(lambda x, f=f: np.sum(f(x, axis=axis)))(x) for f in (with_nan, without)))


def test_an_empty_slice_is_nan_with_gradient_zero() -> None:
    x = np.array([[np.nan, np.nan], [1.0, np.nan]])
    for f in (np.nanmax, np.nanmin):
        with pytest.warns(RuntimeWarning, match="All-NaN slice encountered"):
            gradient = grad(lambda x, f=f: np.sum(f(x, axis=1)[1:]))(x)
        np.testing.assert_array_equal(gradient, [[0, 0], [1, 0]])


@pytest.mark.parametrize("f", [np.fmax, np.fmin])
def test_of_a_number_and_a_nan_the_number_is_taken_and_receives_all(f: Any) -> None:
    x, y = np.array([np.nan, 1.0, 3.0]), np.array([2.0, np.nan, 3.0])
    out, pullback = vjp(f, x, y)
    np.testing.assert_array_equal(out, [2, 1, 3])
    np.testing.assert_array_equal(pullback(np.ones(3)), [[0, 1, 0.5], [1, 0, 0.5]])


@pytest.mark.parametrize("f", [np.nancumsum, np.nancumprod])
def test_running_totals_pass_over_holes(f: Any) -> None:
    x = np.array([2.0, np.nan, 3.0])
    expected = {np.nancumsum: [3.0, 0.0, 1.0], np.nancumprod: [1 + 1 + 3.0, 0.0, 2.0]}[f]
    np.testing.assert_allclose(grad(lambda x: np.sum(f(x)))(x), expected)


def test_nan_to_num_passes_the_gradient_of_numbers_only() -> None:
    x = np.array([1.0, np.nan, np.inf, -np.inf])
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.nan_to_num(x, posinf=2.0, neginf=-2.0)))(x), [1, 0, 0, 0])


def test_what_is_left_of_nothing_in_a_batch_of_nothings() -> None:
    with warnings.catch_warnings(action="ignore"):
        found = vmap(lambda x: np.nanmean(x, axis=0))(np.zeros((2, 0, 3)))
    np.testing.assert_array_equal(found, np.full((2, 3), np.nan))


SPECIAL: dict[str, Array] = {
    "float64": np.array([np.nan, np.inf, -np.inf, 1.5]),
    "float32": np.array([np.nan, np.inf, -np.inf, 1.5], np.float32),
    "complex": np.array([complex(np.nan, np.inf), complex(-np.inf, np.nan), 1 + 2j]),
}


@pytest.mark.parametrize("options", [{}, {"nan": 3.0}, {"posinf": 7.0}, {"neginf": -7.0}])
@pytest.mark.parametrize("kind", SPECIAL)
def test_nan_to_num_is_numpys(kind: str, options: dict[str, float]) -> None:
    found = np.nan_to_num(Tensor(SPECIAL[kind], requires_grad=True), **options).detach().numpy()
    expected = np.nan_to_num(SPECIAL[kind], **options)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


LEFT = {"nanmean": (np.nanmean, {}), "nanvar": (np.nanvar, {"ddof": 1}), "nanstd": (np.nanstd, {"ddof": 1}),
        "mean": (lambda x, **options: np.mean(x, where=~np.isnan(x), **options), {})}


@pytest.mark.parametrize("name", LEFT)
@pytest.mark.parametrize("options", [{"axis": 1}, {"axis": 1, "keepdims": True}, {"axis": None}])
@pytest.mark.parametrize("row", [[np.nan, np.nan], [1.0, np.nan], [1.0, 3.0]])
def test_both_modes_find_no_derivative_where_the_value_is_nan_by_division(name: str, options: Any, row: Any) -> None:
    f, more = LEFT[name]
    x = np.array([row])
    with warnings.catch_warnings(action="ignore"):
        out = f(x, **options, **more)
        backward, forward = (jacobian(lambda x: f(x, **options, **more))(x) for jacobian in (jacrev, jacfwd))
    np.testing.assert_allclose(backward, forward, rtol=1e-12)
    assert np.all(np.isnan(backward) == np.isnan(out.item()))


@pytest.mark.parametrize("f", [np.nanvar, np.nanstd])
def test_a_spread_of_too_few_numbers_is_numpys(f: Any) -> None:
    x = np.array([[1.0, 2.0, np.nan], [1.0, 2.0, 4.0], [np.nan, np.nan, np.nan]])
    with warnings.catch_warnings(action="ignore"):
        np.testing.assert_array_equal(f(Tensor(x), axis=1, ddof=2).numpy(), f(x, axis=1, ddof=2))


@pytest.mark.parametrize("f", [np.nanmax, np.nanmin])
def test_an_extreme_of_nothing_warns_as_numpy_does(f: Any) -> None:
    x = np.array([[np.nan, np.nan], [1.0, np.nan]])
    for call in (lambda: f(Tensor(x), axis=1), lambda: vmap(f)(x)):
        with pytest.warns(RuntimeWarning, match="All-NaN slice encountered"):
            call()
    with warnings.catch_warnings(action="error"):
        f(Tensor(x), axis=0, initial=0.0)
        f(Tensor(x[1:]))

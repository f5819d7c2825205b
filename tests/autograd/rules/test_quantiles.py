"""Order statistics: NumPy's values for every method, and gradients that share the elements read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autograd import NoDerivativeError, Tensor, grad, jvp, vmap
from autograd.arrays import Array
from autograd.testing import check_gradients

METHODS = ("inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen",
           "weibull",
           "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest")
tied = arrays(float, (2, 3, 4), elements=st.integers(-3, 3).map(float))


@given(tied, st.sampled_from(METHODS), st.floats(0, 1) | st.lists(st.floats(0, 1), min_size=1, max_size=3),
       st.sampled_from([None, 0, -1, (0, 2)]), st.booleans())
def test_quantile_is_numpys_and_its_gradient_sums_to_one(
    x: Array, method: str, q: Any, axis: Any, keepdims: bool
) -> None:
    def f(x: Any) -> Any:
        return np.quantile(x, q, axis=axis, keepdims=keepdims, method=method)

    t = Tensor(x, requires_grad=True)
    out = f(t)
    np.testing.assert_allclose(out.detach().numpy(), f(x), rtol=1e-12, atol=1e-12)
    np.sum(out).backward()
    assert t.grad is not None
    np.testing.assert_allclose(np.sum(t.grad.numpy()), f(x).size)
    assert np.all(t.grad.numpy() >= -1e-12)


def test_weights_choose_the_element() -> None:
    x, w = np.array([3.0, 1.0, 2.0]), np.array([0.1, 0.1, 0.8])
    gradient = grad(lambda x: np.quantile(x, 0.5, weights=w, method="inverted_cdf"))(x)
    np.testing.assert_array_equal(gradient, [0, 0, 1])


def test_of_equal_elements_one_with_a_weight_is_chosen() -> None:
    """In whatever order a sort leaves them."""
    w = np.arange(100) == 71
    gradient = grad(lambda x: np.quantile(x, 0.5, weights=1.0 * w, method="inverted_cdf"))(np.ones(100))
    np.testing.assert_array_equal(gradient, w)


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (2, 1)])
@pytest.mark.parametrize("function", [np.quantile, np.percentile, np.nanquantile, np.nanpercentile])
def test_weights_of_every_element_choose_one_of_each_row(function: Any, axis: Any) -> None:
    x, w = np.random.default_rng(0).normal(size=(3, 3, 3)), np.random.default_rng(1).uniform(0.1, 1.0, (3, 3, 3))
    level = 40 if "percentile" in function.__name__ else 0.4

    def f(x: Any) -> Any:
        return function(x, level, axis=axis, weights=w, method="inverted_cdf")

    axes = range(3) if axis is None else np.atleast_1d(axis) % 3
    rest = [k for k in range(3) if k not in axes]
    rows = [np.transpose(a, [*rest, *axes]).reshape(*[3] * len(rest), -1) for a in (x, w)]
    chosen = np.empty(rows[0].shape[:-1])  # by each row alone: NumPy 2.2 mixes up the weights of several axes
    for place in np.ndindex(chosen.shape):
        chosen[place] = function(rows[0][place], level, weights=rows[1][place], method="inverted_cdf")
    np.testing.assert_array_equal(f(Tensor(x)).numpy(), chosen)
    np.testing.assert_array_equal(grad(lambda x: np.sum(f(x)))(x), np.isin(x, chosen))


def test_median_of_an_even_number_shares_the_two_in_the_middle() -> None:
    np.testing.assert_array_equal(grad(np.median)(np.array([4.0, 1.0, 2.0, 3.0])), [0, 0, 0.5, 0.5])
    assert np.isnan(np.median(Tensor([1.0, np.nan])).item())


def test_what_has_no_derivative_is_refused() -> None:
    t = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(NoDerivativeError, match="quantile has no derivative in weights"):
        np.quantile(np.arange(2.0), 0.5, weights=t, method="inverted_cdf")
    with pytest.raises(TypeError, match="assign the result"):
        np.median(t, overwrite_input=True)


# --- The level -------------------------------------------------------------------------------------------------------

sample = np.random.default_rng(3).normal(size=(5, 7))


@pytest.mark.filterwarnings("ignore:the output of f does not depend")  # a step is constant
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("function", [np.quantile, np.percentile, np.nanquantile, np.nanpercentile])
@given(q=st.floats(0.002, 0.998), axis=st.sampled_from([None, 0, (0, 1)]))
def test_a_quantile_moves_with_its_level_as_differences_say(function: Any, method: str, q: float, axis: Any) -> None:
    whole = 100 if "percentile" in function.__name__ else 1
    x = np.where(sample > 1.2, np.nan, sample) if "nan" in function.__name__ else sample

    def f(q: Any) -> Any:
        return np.sum(np.sin(function(x, q * whole, axis=axis, method=method)))

    h = 1e-6
    left, right = f(q) - f(q - h), f(q + h) - f(q)
    assume(abs(left - right) < 5e-9 and abs(left) < 1e-2)  # no corner and no step within
    slope = float(grad(f)(q))
    assert slope == pytest.approx((left + right) / (2 * h), rel=1e-4, abs=1e-6)
    assert float(jvp(f, (q,), (1.0,))[1]) == pytest.approx(slope)


def test_levels_and_elements_are_differentiated_together() -> None:
    def f(q: Any, x: Any) -> Any:
        return np.sum(np.quantile(x, q, axis=1) ** 2)

    check_gradients(f, np.array([0.21, 0.54]), sample, order=2)
    examples = vmap(grad(lambda x, q: np.quantile(x, q), 1), (0, None))(sample, 0.3)
    np.testing.assert_allclose(examples, [grad(lambda q, x=x: np.quantile(x, q))(0.3) for x in sample])
    assert float(grad(lambda q: np.quantile(np.arange(4), q))(0.4)) == pytest.approx(3)


@pytest.mark.parametrize(("method", "q", "slope"), [
    ("linear", 0.0, 3.0), ("linear", 1 / 3, 3.0), ("linear", 2 / 3, 1.5), ("linear", 1.0, 1.5),
    ("hazen", 0.0, 0.0), ("hazen", 0.1, 0.0), ("hazen", 1 / 8, 0.0), ("hazen", 3 / 8, 4.0), ("hazen", 1.0, 0.0),
    ("interpolated_inverted_cdf", 0.25, 0.0), ("interpolated_inverted_cdf", 1.0, 2.0),
])
def test_at_an_element_it_is_the_lesser_slope_and_at_the_end_of_levels_that_within(
    method: str, q: float, slope: float
) -> None:
    x = np.array([1.0, 0.0, 3.5, 3.0])
    assert float(grad(lambda q: np.quantile(x, q, method=method))(q)) == pytest.approx(slope)


def test_the_level_of_infinite_and_missing_elements() -> None:
    def slope(q: float, *x: float) -> float:
        return float(grad(lambda q: np.quantile(np.array(x), q))(q))

    assert slope(0.4, 1.0, 2.0, 3.0, np.inf) == pytest.approx(3)
    assert slope(0.9, 1.0, np.nan, 3.0, 2.0) == 0
    assert slope(0.5, 1.0) == 0


@pytest.mark.parametrize("axis", [0, 1, -1, (0, 2)])
@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("function", [np.quantile, np.nanquantile])
def test_levels_lie_in_memory_as_numpy_lays_them(function: Any, missing: bool, axis: Any) -> None:
    x = np.arange(24.0).reshape(2, 3, 4)
    x[1, 1, 1] = np.nan if missing else 7
    found, expected = (function(a, [0.2, 0.5], axis=axis) for a in (Tensor(x), x))
    np.testing.assert_array_equal(found, expected)
    assert found.data.strides == expected.strides

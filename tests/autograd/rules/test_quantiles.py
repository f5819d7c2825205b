"""Order statistics: NumPy's values for every method, and gradients that share the elements read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autograd import NoDerivativeError, Tensor, grad

Array = np.ndarray[Any, Any]
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


def test_median_of_an_even_number_shares_the_two_in_the_middle() -> None:
    np.testing.assert_array_equal(grad(np.median)(np.array([4.0, 1.0, 2.0, 3.0])), [0, 0, 0.5, 0.5])
    assert np.isnan(np.median(Tensor([1.0, np.nan])).item())


def test_what_has_no_derivative_is_refused() -> None:
    t = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(NoDerivativeError, match="quantile has no derivative in q"):
        np.quantile(np.arange(3.0), t[0])
    with pytest.raises(TypeError, match="assign the result"):
        np.median(t, overwrite_input=True)

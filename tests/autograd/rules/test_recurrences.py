"""Linear recurrences: a few calls along regular stretches, element by element elsewhere, and the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd.rules.recurrences import recurrence
from autograd.testing import check_gradients


def element_by_element(a: Any, b: Any) -> Any:
    y = np.empty_like(b)
    before = np.zeros_like(b[..., 0])
    for i in range(b.shape[-1]):
        y[..., i] = before = np.where((before == 0) | (a[..., i] == 0), 0, before * a[..., i]) + b[..., i]
    return y


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@given(st.integers(0, 2**32), st.integers(1, 700), st.sampled_from([0.01, 0.5, 1.0, 3.0, 1e3]),
       st.sampled_from([(), (3,), (2, 2)]), st.integers(0, 4))
def test_a_recurrence_is_its_loop(dtype: Any, seed: int, length: int, scale: float, rows: Any, zeros: int) -> None:
    """Over stretches whose product would over- or underflow, and with zeros and infinities among the factors."""
    generator = np.random.default_rng(seed)
    a, b = (generator.standard_normal((*rows, length)).astype(dtype) for _ in range(2))
    a *= scale
    for special in (0, np.inf)[: zeros]:
        a.flat[generator.integers(0, a.size, zeros)] = special
    with np.errstate(all="ignore"):
        expected, found = element_by_element(a, b), recurrence(a, b)
        assert found.dtype == dtype
        sizes = element_by_element(np.abs(a), np.abs(b))  # what rounding errors are relative to
        near = np.abs(found - expected) <= 50 * length * np.finfo(dtype).eps * np.abs(sizes)
        assert np.all(near | ~np.isfinite(expected))
        np.testing.assert_array_equal(np.isfinite(expected.real[..., :1]), np.isfinite(found.real[..., :1]))


def test_a_running_product_of_many_numbers_has_the_gradient_of_its_logarithms() -> None:
    x = np.exp(np.random.default_rng(0).uniform(-0.5, 0.5, 20_000)) * np.where(np.arange(20_000) % 3, 1, -1)
    g = np.random.default_rng(1).standard_normal(x.size)
    out, pullback = autograd.vjp(np.cumprod, x)
    expected = np.cumsum((g * out)[::-1])[::-1] / x
    np.testing.assert_allclose(pullback(g)[0], expected, rtol=1e-8, atol=1e-8 * np.abs(expected).max())


def test_recurrences_of_tensors_differentiate_in_both_operands() -> None:
    generator = np.random.default_rng(2)
    a, b = generator.standard_normal((2, 12)), generator.standard_normal((2, 12))
    a[0, 5] = 0
    check_gradients(recurrence, a, b, order=2)
    each = autograd.vmap(autograd.grad(lambda a, b: np.sum(np.sin(recurrence(a, b))), (0, 1)))(a, b)
    for i in range(2):
        alone = autograd.grad(lambda a, b: np.sum(np.sin(recurrence(a, b))), (0, 1))(a[i], b[i])
        np.testing.assert_allclose([part[i] for part in each], alone, rtol=1e-12)

"""Activations: the value in every memory order, since the fast way walks along memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor

LARGE = 2**16


@given(st.permutations(range(3)), st.lists(st.sampled_from([1, 2, -1, -2]), min_size=3, max_size=3),
       st.sampled_from([np.float16, np.float32, np.float64]), st.integers(0, 2**32 - 1))
def test_relu_of_any_strides_is_the_maximum_with_zero(axes: Any, steps: Any, dtype: Any, seed: int) -> None:
    whole = np.random.default_rng(seed).standard_normal((14, 32, 20)).astype(dtype)
    x = whole.transpose(axes)[tuple(slice(None, None, step) for step in steps)]
    x[0, 0, 0] = np.nan
    np.testing.assert_array_equal(autograd.relu(Tensor(x)).numpy(), np.where(x < 0, 0, x))
    assert autograd.relu(Tensor(x)).dtype == dtype


@pytest.mark.parametrize("size", [LARGE - 1, LARGE, LARGE + 1, 3 * LARGE + 5])
def test_relu_and_its_gradient_over_several_blocks(size: int) -> None:
    x = np.random.default_rng(0).standard_normal(size)
    t = Tensor(x, requires_grad=True)
    y = autograd.relu(t)
    y.sum().backward()
    np.testing.assert_array_equal(y.numpy(), np.where(x < 0, 0, x))
    np.testing.assert_array_equal(t.grad.numpy(), (x > 0).astype(float))


def test_relu_keeps_the_memory_order_of_images() -> None:
    x = np.random.default_rng(0).standard_normal((9, 8, 9, 16)).transpose(1, 3, 0, 2)
    assert autograd.relu(Tensor(x)).numpy().strides == x.strides


@pytest.mark.usefixtures("three_threads")
@pytest.mark.parametrize("like", ["its own", "another", "spread", "float64"])
def test_the_gradient_of_a_large_relu_takes_cotangents_of_any_order(like: str) -> None:
    """Where both lie in memory alike, the product goes in blocks, shared out among threads; else all at once."""
    generator = np.random.default_rng(0)
    x = generator.standard_normal((9, 40, 30, 16), dtype=np.float32).transpose(1, 3, 0, 2)
    g = generator.standard_normal((9, 40, 30, 16), dtype=np.float32).transpose(1, 3, 0, 2)
    if like == "another":
        g = np.ascontiguousarray(g)
    elif like == "spread":
        g = np.broadcast_to(np.float32(3), x.shape)
    elif like == "float64":
        g = g.astype(np.float64)
    out, pullback = autograd.vjp(autograd.relu, x)
    np.testing.assert_array_equal(out, np.maximum(x, 0))
    np.testing.assert_array_equal(pullback(g)[0], (g * (x > 0)).astype(np.float32))
    _, pushed = autograd.jvp(autograd.relu, (x,), (np.asarray(g, np.float32),))
    np.testing.assert_array_equal(pushed, (g * (x > 0)).astype(np.float32))

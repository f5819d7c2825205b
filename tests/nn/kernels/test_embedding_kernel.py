"""Rows of a table by index: against a loop over single indices; gradients that add up; indices out of range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, grad, jvp
from nn.kernels.embedding import embedding
from tests.examples import examples
from tests.nn.kernels.kernel_checks import assert_close, check, random


@examples(40)
@given(rows=st.integers(1, 9), width=st.integers(1, 3), shape=st.lists(st.integers(0, 6), max_size=3).map(tuple),
       dtype=st.sampled_from((np.int64, np.int32, np.uint8)), padding=st.booleans(), seed=st.integers(0, 99))
def test_gradients_of_repeated_indices_add_up(rows: int, width: int, shape: tuple[int, ...], dtype: Any, padding: bool,
                                              seed: int) -> None:
    generator = np.random.default_rng(seed)
    weight, indices = random(generator, rows, width), np.asarray(generator.integers(0, rows, shape), dtype)
    padding_idx = int(generator.integers(-rows, rows)) if padding else None
    g = random(generator, *shape, width)
    leaf = Tensor(weight, requires_grad=True)
    out = embedding(leaf, indices, padding_idx=padding_idx)
    np.testing.assert_array_equal(out.data, weight[indices])
    out.backward(Tensor(g))
    expected = np.zeros_like(weight)
    for place in np.ndindex(shape):
        expected[indices[place]] += g[place]
    if padding_idx is not None:
        expected[padding_idx] = 0
    assert_close(leaf.grad.data, expected, 1e-13)
    if not padding:
        check(embedding, [weight, indices], [0], second=False)


@pytest.mark.parametrize("rows", [3, 2**16, 2**16 + 1])
def test_one_index_many_times_and_large_tables(rows: int) -> None:
    indices = np.array([rows - 1] * 1000 + [0] * 37 + [1])
    leaf = Tensor(np.zeros((rows, 2), np.float32), requires_grad=True)
    embedding(leaf, indices).sum().backward()
    np.testing.assert_array_equal(leaf.grad.data[[0, 1, rows - 1]], [[37, 37], [1, 1], [1000, 1000]])
    assert leaf.grad.data.sum() == 2 * 1038


@pytest.mark.parametrize("padding", [2, -2])
def test_no_gradient_reaches_the_padding_in_any_order(padding: int) -> None:
    weight = random(np.random.default_rng(0), 4, 2)
    indices = np.array([2, 0, 2, 3])

    def cost(w: Any) -> Any:
        return (embedding(w, indices, padding_idx=padding) ** 3).sum()

    first = grad(cost)(weight)
    second = grad(lambda w: (grad(cost)(w) * 1.0).sum())(weight)
    assert not np.asarray(first)[2].any()
    assert jvp(cost, (weight,), (np.eye(4)[:, [2, 2]],))[1] == 0
    np.testing.assert_allclose(np.asarray(second), 6 * weight * np.array([[1], [0], [0], [1]]), rtol=1e-12)


@pytest.mark.parametrize(("indices", "message"), [
    ([0, 5], r"embedding expected indices from 0 to 4, got 5 at index 1: the table has 5 rows"),
    ([[0, 1], [-1, 2]], r"embedding expected indices from 0 to 4, got -1 at index \(1, 0\): the table has 5 rows"),
])
def test_indices_out_of_range_are_named(indices: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        embedding(np.zeros((5, 2)), np.array(indices))

"""Reading between pixels: against the matrix of its weights, in every order of axes, and its transpose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor
from autograd.testing import check_gradients
from nn.kernels import reading as kernel
from nn.kernels.layout import in_memory_order
from nn.kernels.reading import Reading, read
from tests.examples import examples
from tests.nn.kernels.kernel_checks import assert_close, random


def matrix(reading: Reading) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The map as a matrix, entry by entry."""
    found = np.zeros((reading.after, reading.length))
    for k, (to, source) in enumerate(zip(reading.to, reading.source, strict=True)):
        found[to, source] += 1 if reading.weight is None else reading.weight[k]
    return found


@examples(80)
@given(data=st.data(), short=st.sampled_from((0, 256)))
def test_it_is_the_product_with_the_matrix_of_its_entries(data: st.DataObject, short: int) -> None:
    """Also of places that nothing is read to, and that one pixel is read to several times."""
    shape = tuple(data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=5)))
    axis = data.draw(st.integers(0, len(shape) - 1))
    shape = (*shape[:axis], max(1, shape[axis]), *shape[axis + 1 :])
    length, after = shape[axis], data.draw(st.integers(1, 6))
    entries = data.draw(st.lists(st.tuples(st.integers(0, after - 1), st.integers(0, length - 1)), max_size=9))
    generator = np.random.default_rng(len(entries))
    to, source = np.array(entries, int).reshape(-1, 2).T
    weight = random(generator, len(entries)) if data.draw(st.booleans()) else None
    reading = Reading(to, source, weight, length=length, after=after)
    order = data.draw(st.permutations(range(len(shape))))
    x, axis = random(generator, *shape).transpose(order), order.index(axis)
    limit, kernel.SHORT = kernel.SHORT, short
    try:
        t = Tensor(x, requires_grad=True)
        out = read(t, axis=axis, reading=reading)
        g = random(generator, *out.shape)
        (out * g).sum().backward()
    finally:
        kernel.SHORT = limit
    dense = matrix(reading)
    assert_close(out.data, np.moveaxis(np.tensordot(dense, x, (1, axis)), 0, axis), 1e-13)
    assert_close(t.grad.data, np.moveaxis(np.tensordot(dense.T, g, (1, axis)), 0, axis), 1e-13)


def test_a_pixel_is_only_in_what_it_is_read_to() -> None:
    """An infinite one, and an infinite cotangent, which a product with a matrix would turn into nan everywhere."""
    reading = Reading.of(np.array([[0, 0, 1, 2], [0, 1, 2, 2]]), np.full((2, 4), 0.5), 3)
    x = Tensor([[[np.inf, 1.0, 2.0]]], requires_grad=True)
    out = read(x, axis=2, reading=reading)
    np.testing.assert_array_equal(out.data, [[[np.inf, np.inf, 1.5, 2]]])
    out.backward(np.array([[[1.0, 1, 1, np.inf]]]))
    np.testing.assert_array_equal(x.grad.data, [[[1.5, 1, np.inf]]])


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_the_dtype_stays_and_images_have_the_order_of_the_kernels(dtype: Any) -> None:
    x = random(np.random.default_rng(0), 2, 3, 4, 5).astype(dtype)
    reading = Reading.of(np.array([[0, 1, 2, 3, 4, 4]]), None, 5)
    out = read(Tensor(x), axis=3, reading=reading).data
    assert out.dtype == dtype
    np.testing.assert_array_equal(out, x[..., [0, 1, 2, 3, 4, 4]])
    assert np.may_share_memory(in_memory_order(out), out)


def test_it_differentiates_twice() -> None:
    reading = Reading.of(np.array([[0, 1, 1], [1, 2, 2]]), np.array([[0.3, 0.5, 0.9], [0.7, 0.5, 0.1]]), 3)
    check_gradients(lambda x: read(x, axis=2, reading=reading) ** 2, random(np.random.default_rng(0), 2, 2, 3, 2))

"""Dropout: which elements are kept, how many, in which memory order, and its derivative."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, grad, jvp, vmap
from nn.kernels.dropout import DRAW, dropout, keep_mask, scaled_where_kept
from nn.kernels.memory_order import memory_order
from tests.examples import examples
from tests.nn.kernels.kernel_checks import check, random


@examples(20)
@given(shape=st.lists(st.integers(0, 4), max_size=4).map(tuple), p=st.sampled_from((0.0, 0.3, 0.5, 1.0)),
       single=st.booleans())
def test_values_and_derivatives_are_those_of_the_reference(shape: tuple[int, ...], p: float, single: bool) -> None:
    generator = np.random.default_rng(0)
    x = random(generator, *shape, dtype=np.float32 if single else np.float64)
    check(scaled_where_kept, [np.asarray(x), keep_mask(generator, shape, p)], [0], scale=2.0)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.999, 1.0])
def test_the_share_kept(p: float) -> None:
    keep = keep_mask(np.random.default_rng(0), (3, 5, DRAW // 8), p)
    deviation = np.sqrt(max(p * (1 - p), 1e-12) / keep.size)
    assert abs(keep.mean() - (1 - p)) <= 5 * deviation + 2**-17
    assert keep.dtype == bool


def test_one_seed_gives_one_choice_and_the_next_another() -> None:
    generator = np.random.default_rng(7)
    first, second = keep_mask(generator, (40, 30), 0.5), keep_mask(generator, (40, 30), 0.5)
    np.testing.assert_array_equal(first, keep_mask(np.random.default_rng(7), (40, 30), 0.5))
    assert 0.4 < (first != second).mean() < 0.6


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.SFC64, np.random.MT19937, np.random.Philox])
def test_elements_are_independent_with_every_source_of_bits(bits: type[np.random.BitGenerator]) -> None:
    keep = keep_mask(np.random.Generator(bits(1)), (2**16,), 0.5).astype(float) - 0.5
    for lag in (1, 2, 3, 4, 8, 16):
        assert abs(np.mean(keep[lag:] * keep[:-lag])) < 5 * 0.25 / 2**8


@pytest.mark.parametrize("p", [0.25, 1.0])
def test_images_keep_their_memory_order(p: float) -> None:
    image = random(np.random.default_rng(0), 6, 5, 7, 4, dtype=np.float32).transpose(1, 3, 0, 2)
    x = Tensor(image, requires_grad=True)
    out = dropout(x, p, np.random.default_rng(3))
    assert memory_order(out.data) == memory_order(image)
    kept = out.data != 0
    np.testing.assert_allclose(out.data[kept], image[kept] / np.float32(1 - p) if p < 1 else [], rtol=1e-6)
    g = random(np.random.default_rng(1), *image.shape, dtype=np.float32)  # in another order
    out.backward(Tensor(g))
    np.testing.assert_allclose(x.grad.data, np.where(kept, g / max(1 - p, 1e-9), 0), rtol=1e-6)
    assert out.dtype == x.grad.dtype == np.float32


def test_the_input_is_not_kept_and_higher_orders_do_without() -> None:
    x = Tensor(np.linspace(1, 2, 6), requires_grad=True)
    y = x * x
    out = dropout(y, 0.5, np.random.default_rng(1))
    assert out._node.saved[0] is None
    kept = 2.0 * (out.data != 0)
    assert 0 < kept.sum() < 12
    first = grad(lambda v: np.sum(scaled_where_kept(v * v, kept > 0, scale=2.0) ** 2))
    np.testing.assert_allclose(first(x).data, 4 * x.data**3 * kept**2, rtol=1e-12)
    second = grad(lambda v: np.sum(first(v)))
    np.testing.assert_allclose(second(x).data, 12 * x.data**2 * kept**2, rtol=1e-12)
    _, pushed = jvp(first, (x,), (np.ones(6),))
    np.testing.assert_allclose(pushed.data, 12 * x.data**2 * kept**2, rtol=1e-12)
    batch = np.linspace(1, 2, 18).reshape(3, 6)
    np.testing.assert_allclose(vmap(first)(batch).data, 4 * batch**3 * kept**2, rtol=1e-12)


def test_a_whole_array_in_many_blocks() -> None:
    x = np.ones(300_001, np.float32)
    out = dropout(Tensor(x), 0.5, np.random.default_rng(0)).data
    assert set(np.unique(out)) == {0, 2}
    assert abs(out.mean() - 1) < 0.01

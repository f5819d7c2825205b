"""Floating-point operations, held against loops that count every multiplication and addition."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Tensor
from autograd.drawing import draw
from autograd.drawing.reading.flops import flops
from autograd.drawing.reading.order import computation_order
from tests.examples import examples

SIZES = st.integers(1, 4)


def array(*shape: int) -> Tensor:
    return Tensor(np.ones(shape, "f4"), requires_grad=True)


def counted(out: Tensor, name: str) -> int | None:
    """What is counted for the one operation of that name."""
    found = [flops(node) for node in computation_order([out._node]) if node.primitive.name == name]  # type: ignore[list-item]
    assert len(found) == 1
    return found[0]


@examples(25)
@given(SIZES, SIZES, SIZES, SIZES)
def test_operations_of_products_are_counted(batch: int, n: int, k: int, m: int) -> None:
    steps = sum(2 for _ in product(range(batch), range(n), range(m), range(k)))
    assert counted(array(batch, n, k) @ array(k, m), "matmul") == steps
    assert counted(np.einsum("bnk,km->bnm", array(batch, n, k), array(k, m)), "einsum") == steps
    assert counted(nn.Linear(k, m)(array(batch, n, k)), "linear") == steps + batch * n * m


@examples(15)
@given(st.integers(1, 2), st.integers(1, 2), st.integers(1, 3), st.integers(4, 6), st.integers(1, 2))
def test_operations_of_convolutions_are_counted(batch: int, groups: int, kernel: int, size: int, stride: int) -> None:
    inside, outside = 2 * groups, 3 * groups
    layer = nn.Conv2d(inside, outside, kernel, stride=stride, groups=groups, bias=False)
    places = range(0, size - kernel + 1, stride)
    steps = sum(2 for _ in product(range(batch), range(outside), places, places, range(inside // groups),
                                   range(kernel), range(kernel)))
    assert counted(layer(array(batch, inside, size, size)), "convolution") == steps
    back = nn.ConvTranspose2d(inside, outside, kernel, stride=stride, groups=groups, bias=False)
    spread = sum(2 for _ in product(range(batch), range(inside), range(size), range(size), range(outside // groups),
                                    range(kernel), range(kernel)))
    assert counted(back(array(batch, inside, size, size)), "transposed_convolution") == spread


def test_reading_between_pixels_is_counted_and_moving_them_is_free() -> None:
    resized = nn.functional.interpolate(array(2, 3, 5), size=7, mode="linear")
    assert counted(resized, "read_pixels") == sum(2 for _ in product(range(2), range(3), range(7), range(2)))
    assert counted(nn.ReflectionPad1d(1)(array(2, 3, 5)), "read_pixels") == 0


@pytest.mark.parametrize(("layer", "gates"), [(nn.RNN, 1), (nn.GRU, 3), (nn.LSTM, 4)])
def test_operations_of_recurrences_are_counted(layer: type[nn.Module], gates: int) -> None:
    state = array(1, 2, 5)
    steps = 7 * 2 * 2 * gates * (5 * 3 + 5 * 5)
    for start in (None, (state, state) if layer is nn.LSTM else state):
        out, _ = layer(3, 5)(array(7, 2, 3), start)  # type: ignore[call-arg]
        assert counted(out, layer.__name__.lower()) == steps


def test_attention_with_and_without_a_kernel_of_its_own() -> None:
    """Scores and sums of each head are two products; three operations a score are the softmax."""
    batch, length, heads, each = 2, 5, 2, 4
    scores = batch * heads * length * length
    layer = nn.TransformerEncoderLayer(heads * each, heads, 8, dropout=0.0, batch_first=True)
    order = computation_order([layer(array(batch, length, heads * each)).sum()._node])  # type: ignore[list-item]
    found = [flops(node) for node in order if node.primitive.name in ("attention", "self_attention")]
    assert found == [scores * (2 * each + 2 * each + 3)]
    out, _ = nn.MultiheadAttention(heads * each, heads, batch_first=True)(
        array(batch, 3, heads * each), array(batch, length, heads * each), array(batch, length, heads * each),
        need_weights=False)
    assert counted(out, "attention") == batch * heads * 3 * length * (2 * each + 2 * each + 3)


def test_what_moves_costs_nothing_and_what_is_not_known_is_named() -> None:
    x = array(3, 3)
    assert counted(x.T + 1.0, "transpose") == 0
    assert counted(np.linalg.inv(x + np.eye(3)), "inv") == 54
    drawing = draw(np.linalg.qr(x + np.eye(3, dtype="f4")).R.sum(), color_by="flops")
    assert "Not counted: qr." in drawing.graph.banner


def test_fourier_transforms_and_tapers() -> None:
    assert counted(np.fft.fft(array(8)), "fft") == 5 * 8 * 3
    assert counted(np.fft.fft(array(4, 8), axis=0), "fft") == 5 * 32 * 2
    assert counted(autograd.relu(array(4, 6)), "relu") == 24

"""Sequences of several lengths in one batch: each is as if it were alone, whatever stands beyond its end."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn import functional

RNG = np.random.default_rng(0)
LENGTHS = [3, 6, 1, 3, 5]
LAYERS = [nn.RNN(3, 4, dtype=float), nn.GRU(3, 4, 2, bidirectional=True, dtype=float),
          nn.LSTM(3, 4, 2, bidirectional=True, dtype=float),
          nn.LSTM(3, 4, proj_size=2, bidirectional=True, dtype=float)]


def listed(state: Any) -> list[Tensor]:
    return list(state) if isinstance(state, tuple) else [state]


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("with_state", [False, True])
@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_each_is_as_if_it_were_alone(layer: Any, with_state: bool, batch_first: bool) -> None:
    rng = np.random.default_rng(0)  # its own: processes that share out the tests would each draw other numbers
    x = rng.normal(size=(7, 5, 3))
    for n, length in enumerate(LENGTHS):
        x[length:, n] = np.nan
    layer.batch_first = batch_first
    rows = layer.num_layers * (2 if layer.bidirectional else 1)
    widths = (layer.proj_size or 4, 4) if isinstance(layer, nn.LSTM) else (4,)
    states = [rng.normal(size=(rows, 5, width)) for width in widths]
    together = Tensor(x.swapaxes(0, 1) if batch_first else x, requires_grad=True)

    def given(n: Any) -> Any:
        parts = [state[:, n] for state in states]
        return None if not with_state else tuple(parts) if len(parts) == 2 else parts[0]

    out, final = layer(together, given(slice(None)), lengths=LENGTHS)
    layer.zero_grad()
    (out * out).sum().backward()
    found = {name: p.grad.data for name, p in layer.named_parameters()}
    assert out.shape == ((5, 7) if batch_first else (7, 5)) + out.shape[2:]
    gradient = together.grad.data.swapaxes(0, 1) if batch_first else together.grad.data
    values = out.data.swapaxes(0, 1) if batch_first else out.data
    layer.zero_grad()
    for n, length in enumerate(LENGTHS):
        alone = Tensor(x[:length, n], requires_grad=True)
        expected, last = layer(alone, given(n))
        (expected * expected).sum().backward()
        np.testing.assert_allclose(values[:length, n], expected.data, rtol=1e-12)
        np.testing.assert_array_equal(values[length:, n], 0)
        np.testing.assert_allclose(gradient[:length, n], alone.grad.data, rtol=1e-10, atol=1e-14)
        np.testing.assert_array_equal(gradient[length:, n], 0)
        for one, other in zip(listed(final), listed(last), strict=True):
            np.testing.assert_allclose(one.data[:, n], other.data, rtol=1e-12)
    for name, p in layer.named_parameters():
        np.testing.assert_allclose(found[name], p.grad.data, rtol=1e-10, atol=1e-12)


def test_sequences_that_are_padded_go_on_with_a_value() -> None:
    parts = [RNG.normal(size=(n, 2)) for n in (2, 4, 1)]
    padded = functional.pad_sequence(parts, padding_value=-1.0)
    assert padded.shape == (4, 3, 2)
    for n, part in enumerate(parts):
        np.testing.assert_array_equal(padded.data[: len(part), n], part)
        np.testing.assert_array_equal(padded.data[len(part) :, n], -1)
    np.testing.assert_array_equal(functional.pad_sequence(parts, True, -1.0).data, padded.data.swapaxes(0, 1))
    words = functional.pad_sequence([[3, 1], [2]], batch_first=True)
    assert words.dtype == np.int64
    assert words.tolist() == [[3, 1], [2, 0]]


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.uint64])
def test_lengths_of_any_integers(dtype: Any) -> None:
    layer, x = nn.GRU(3, 4, bidirectional=True, dtype=float), RNG.normal(size=(7, 5, 3))
    np.testing.assert_array_equal(layer(x, lengths=np.array(LENGTHS, dtype))[0].data, layer(x, lengths=LENGTHS)[0].data)


@pytest.mark.parametrize(("lengths", "error", "message"), [
    ([1, 2], ValueError, "RNN(3, 4) expected 3 lengths from 1 to 5, got [1, 2]"),
    ([1, 0, 2], ValueError, "expected 3 lengths from 1 to 5, got [1, 0, 2]"),
    ([1, 6, 2], ValueError, "expected 3 lengths from 1 to 5, got [1, 6, 2]"),
    ([1.0, 2.0, 2.0], TypeError, "RNN(3, 4) expected integer lengths, got float64 (3,)"),
])
def test_lengths_that_do_not_fit(lengths: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        nn.RNN(3, 4)(np.ones((5, 3, 3)), lengths=lengths)


@pytest.mark.parametrize("sequences", [[], [np.ones((2, 3)), np.ones((2, 4))], [np.ones(())]])
def test_sequences_that_cannot_be_padded(sequences: Any) -> None:
    with pytest.raises(ValueError, match=r"pad_sequence expected sequences \(L, ...\) that differ in L alone, got"):
        functional.pad_sequence(sequences)

"""Layers that do otherwise in training: dropout draws, batch normalization uses and remembers the batch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Tensor
from nn import functional

RNG = np.random.default_rng(0)


@given(st.floats(0, 1))
def test_dropout_drops_a_share_and_keeps_the_mean(p: float) -> None:
    autograd.manual_seed(1)
    x = Tensor(np.ones((100, 100)), requires_grad=True)
    out = nn.Dropout(p)(x)
    dropped = out.data == 0
    assert abs(dropped.mean() - p) < 0.03
    if p < 1:
        np.testing.assert_allclose(out.data[~dropped], 1 / (1 - p))
    out.sum().backward()
    np.testing.assert_array_equal(x.grad.data, out.data)  # the gradient goes where the value went


def test_dropout_evaluates_as_identity_and_repeats_from_a_seed() -> None:
    layer, x = nn.Dropout(0.5), Tensor(np.ones(1000))
    assert layer.eval()(x) is x
    layer.train()
    autograd.manual_seed(3)
    first = layer(x).data
    assert (layer(x).data != first).any()
    autograd.manual_seed(3)
    np.testing.assert_array_equal(layer(x).data, first)


@pytest.mark.parametrize("layer", [
    nn.MultiheadAttention(4, 2, dropout=0.5), nn.TransformerEncoderLayer(4, 2, 8, dropout=0.5),
    nn.LSTM(4, 4, num_layers=2, dropout=0.5),
], ids=lambda layer: type(layer).__name__)
@pytest.mark.parametrize("weights", [True, False])
def test_dropout_inside_other_layers(layer: nn.Module, weights: bool) -> None:
    x = RNG.normal(size=(3, 2, 4)).astype(np.float32)
    attention = isinstance(layer, nn.MultiheadAttention)

    def run() -> np.ndarray:
        out = layer(x, x, x, need_weights=weights) if attention else layer(x)
        return (out[0] if isinstance(out, tuple) else out).data

    layer.train()
    autograd.manual_seed(3)
    first = run()
    assert (run() != first).any()
    autograd.manual_seed(3)
    np.testing.assert_array_equal(run(), first)
    layer.eval()
    np.testing.assert_array_equal(run(), run())


def test_batch_norm_uses_the_biased_variance_and_tracks_the_unbiased_one() -> None:
    layer = nn.BatchNorm1d(3, dtype=float)
    x = RNG.normal(2, 3, (5, 3))
    out = layer(x)
    np.testing.assert_allclose(out.data, (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5))
    np.testing.assert_allclose(layer.running_mean.data, 0.1 * x.mean(0))
    np.testing.assert_allclose(layer.running_var.data, 0.9 + 0.1 * x.var(0, ddof=1))
    assert layer.num_batches_tracked.item() == 1


def test_batch_norm_in_evaluation_leaves_its_buffers_alone() -> None:
    layer = nn.BatchNorm2d(2).eval()
    before = layer.state_dict()
    layer(RNG.normal(size=(3, 2, 2, 2)))
    for key, value in layer.state_dict().items():
        np.testing.assert_array_equal(value, before[key])


def test_batch_norm_counts_no_batch_that_it_refused() -> None:
    layer = nn.BatchNorm1d(3)
    with pytest.raises(ValueError, match="more than one value"):
        layer(np.ones((1, 3)))
    assert layer.num_batches_tracked.item() == 0


def test_batch_norm_with_momentum_none_averages_all_batches() -> None:
    layer = nn.BatchNorm1d(2, momentum=None, dtype=float)
    batches = RNG.normal(size=(4, 6, 2))
    for batch in batches:
        layer(batch)
    np.testing.assert_allclose(layer.running_mean.data, batches.mean((0, 1)))
    np.testing.assert_allclose(layer.running_var.data, batches.var(1, ddof=1).mean(0))
    layer.reset_running_stats()
    assert layer.num_batches_tracked.item() == 0
    np.testing.assert_array_equal(layer.running_var.data, 1)
    untracked = nn.BatchNorm1d(2, track_running_stats=False)
    untracked.reset_running_stats()
    assert untracked.running_mean is None


def test_batch_norm_without_running_statistics_has_none() -> None:
    layer = nn.BatchNorm1d(2, track_running_stats=False)
    assert set(layer.state_dict()) == {"weight", "bias"}
    x = RNG.normal(size=(6, 2)).astype(np.float32)
    np.testing.assert_array_equal(layer(x).data, layer.eval()(x).data)


def test_tracking_under_no_grad_and_a_frozen_layer() -> None:
    layer = nn.BatchNorm1d(2).requires_grad_(False)
    with autograd.no_grad():
        layer(RNG.normal(size=(6, 2)))
    assert layer.num_batches_tracked.item() == 1


def test_batch_norm_as_a_function_moves_the_statistics_it_is_given() -> None:
    x = RNG.normal(size=(6, 2))
    mean, variance = Tensor(np.zeros(2)), Tensor(np.ones(2))
    functional.batch_norm(x, mean, variance, training=True, momentum=1.0)
    np.testing.assert_allclose(mean.data, x.mean(0))
    np.testing.assert_allclose(variance.data, x.var(0, ddof=1))


def test_layers_that_draw_or_remember_do_so_once_inside_a_checkpoint() -> None:
    """Its second run, for the backward pass, has the same dropout, and leaves the running statistics alone."""
    def block() -> nn.Module:
        autograd.manual_seed(1)
        return nn.Sequential(nn.Linear(3, 8, dtype=float), nn.Dropout(0.5), nn.BatchNorm1d(8, dtype=float), nn.ReLU())

    x = RNG.normal(size=(6, 3))
    plain, kept = block(), block()
    for f in (plain, autograd.checkpoint(kept)):
        autograd.manual_seed(2)
        for _ in range(2):
            (f(Tensor(x)) ** 2).sum().backward()
    for a, b in zip((*plain.parameters(), *plain.buffers()), (*kept.parameters(), *kept.buffers()), strict=True):
        np.testing.assert_allclose(b.data, a.data, rtol=1e-12)
        if a.grad is not None:
            np.testing.assert_allclose(b.grad.data, a.grad.data, rtol=1e-12)

"""Bad input: every layer says in its own words what it expected and what came. Good input is cast, differentiably."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from nn import functional
from tests.nn.every_layer import flat

Build = Callable[[], Any]
DATA, LABELS = Tensor(np.ones((2, 3))), np.array([0, 1])


def floats(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


# --- Shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("layer", "shape", "message"), [
    (nn.Linear(5, 3), (2, 4), "Linear(5, 3) expected (..., 5), got (2, 4)"),
    (nn.Linear(784, 10), (64, 1, 28, 28), "expected (..., 784), got (64, 1, 28, 28); put nn.Flatten() before it"),
    (nn.Conv2d(16, 32, 3), (64, 1, 28, 28), "Conv2d(16, 32, 3) expected (N, 16, H, W), got (64, 1, 28, 28)"),
    (nn.Conv2d(1, 8, 3), (64, 28, 28), "expected (N, 1, H, W), got (64, 28, 28); write x[:, None]"),
    (nn.Conv2d(3, 8, 3), (28, 28, 3), "got (28, 28, 3); write x.transpose(2, 0, 1) to put channels first"),
    (nn.Conv2d(3, 8, 3), (4, 28, 28, 3), "got (4, 28, 28, 3); write x.transpose(0, 3, 1, 2) to put channels first"),
    (nn.Conv2d(3, 8, 3), (4, 3), "expected (N, 3, H, W), got (4, 3)"),
    (nn.Conv1d(3, 8, 3), (4, 2, 9), "Conv1d(3, 8, 3) expected (N, 3, L), got (4, 2, 9)"),
    (nn.ConvTranspose2d(3, 8, 3, stride=2), (4, 2, 9, 9),
     "ConvTranspose2d(3, 8, 3, stride=2) expected (N, 3, H, W), got (4, 2, 9, 9)"),
    (nn.MaxPool2d(2), (4, 9), "MaxPool2d(2) expected (N, C, H, W), got (4, 9)"),
    (nn.MaxPool1d(2), (4,), "MaxPool1d(2) expected (N, C, L), got (4,)"),
    (nn.AvgPool2d(2), (4, 3), "AvgPool2d(2) expected (N, C, H, W), got (4, 3)"),
    (nn.AdaptiveAvgPool2d((2, 3)), (4, 3), "AdaptiveAvgPool2d((2, 3)) expected (N, C, H, W), got (4, 3)"),
    (nn.BatchNorm1d(3), (4, 2), "BatchNorm1d(3) expected (N, 3) or (N, 3, L), got (4, 2)"),
    (nn.BatchNorm2d(3), (4, 3), "BatchNorm2d(3) expected (N, 3, H, W), got (4, 3)"),
    (nn.LayerNorm((3, 4)), (2, 4, 3), "LayerNorm((3, 4)) expected (..., 3, 4), got (2, 4, 3)"),
    (nn.GroupNorm(2, 6), (2, 5), "GroupNorm(2, 6) expected (N, 6, ...), got (2, 5)"),
    (nn.LSTM(3, 4), (5, 2, 2), "LSTM(3, 4) expected (L, N, 3), got (5, 2, 2)"),
    (nn.GRU(3, 4, batch_first=True), (5, 2, 2), "GRU(3, 4, batch_first=True) expected (N, L, 3), got (5, 2, 2)"),
    (nn.RNN(3, 4), (0, 2, 3), "RNN(3, 4) expected a sequence of at least one step, got (0, 2, 3)"),
    (nn.Flatten(2), (3, 4), "Flatten(start_dim=2) expected input with axes 2 to -1, got (3, 4)"),
    (nn.Softmax(dim=2), (3, 4), "Softmax(dim=2) expected input with an axis 2, got (3, 4)"),
    (nn.RMSNorm((3, 4)), (2, 4, 3), "RMSNorm((3, 4)) expected (..., 3, 4), got (2, 4, 3)"),
    (nn.InstanceNorm2d(3), (2, 4, 5, 5), "InstanceNorm2d(3) expected (N, 3, H, W), got (2, 4, 5, 5)"),
    (nn.InstanceNorm1d(3), (3,), "InstanceNorm1d(3) expected (N, 3, L), got (3,)"),
    (nn.PReLU(3), (2, 4), "PReLU(num_parameters=3) expected (N, 3, ...), got (2, 4)"),
    (nn.LSTMCell(3, 4), (2, 1, 3), "LSTMCell(3, 4) expected (N, 3), got (2, 1, 3)"),
    (nn.Unflatten(1, (2, 3)), (2, 5), "Unflatten(1, (2, 3)) expected an axis 1 that is 2 * 3, got (2, 5)"),
    (nn.Unflatten(1, (2, -1)), (2, 5), "expected an axis 1 that is 2 * -1, got (2, 5)"),
    (nn.Unflatten(2, (2, 3)), (2, 6), "expected input with an axis 2, got (2, 6)"),
    (nn.PixelShuffle(2), (2, 6, 3, 3), "expected (N, C, H, W) with channels that 4 divides, got (2, 6, 3, 3)"),
    (nn.ChannelShuffle(4), (2, 6, 3), "expected (N, C, ...) with channels that 4 divides, got (2, 6, 3)"),
    (nn.Softmax2d(), (2, 6), "Softmax2d() expected (N, C, H, W) or (C, H, W), got (2, 6)"),
    (nn.Upsample(size=3, mode="bilinear"), (2, 3, 4), "expected (N, C, H, W), got (2, 3, 4)"),
    (nn.Upsample(size=3), (2, 3, 0, 4), "expected (N, C, L) or (N, C, H, W) or (N, C, D, H, W), got (2, 3, 0, 4)"),
    (nn.Upsample(size=3), (2, 3), "expected (N, C, L) or (N, C, H, W) or (N, C, D, H, W), got (2, 3)"),
    (nn.ZeroPad2d(1), (4, 4), "ZeroPad2d(1) expected (N, C, H, W), got (4, 4)"),
    (nn.Dropout2d(), (4, 4), "Dropout2d(0.5) expected (N, C, H, W) or (N, C, L), got (4, 4)"),
    (nn.TransformerEncoderLayer(8, 2, 16), (5, 2, 7), "MultiheadAttention(8, 2, dropout=0.1) expected query (L, N, 8)"),
])
def test_a_wrong_shape_is_named_beside_the_expected_one(layer: nn.Module, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        layer(floats(*shape))
    assert message in str(caught.value)


def test_a_layer_in_a_model_says_where_it_stands() -> None:
    model = nn.Sequential({"features": nn.Sequential(nn.ReLU(), nn.Linear(5, 3))})
    with pytest.raises(ValueError, match=r"Linear\(5, 3\) expected \(..., 5\), got \(2, 4\) \(module features.1\)"):
        model(floats(2, 4))


@pytest.mark.parametrize(("layer", "shape", "message"), [
    (nn.Conv2d(1, 2, 5), (1, 1, 4, 9), "has a window of 5 x 5, larger than its padded input of 4 x 9"),
    (nn.Conv2d(1, 2, 3, dilation=3), (1, 1, 6, 9), "has a window of 7 x 7, larger than its padded input of 6 x 9"),
    (nn.Conv1d(1, 2, 5, padding=1), (1, 1, 2), "has a window of 5, larger than its padded input of 4"),
    (nn.MaxPool2d(3), (1, 1, 2, 5), "has a window of 3 x 3, larger than its padded input of 2 x 5"),
    (nn.AvgPool2d(3), (1, 1, 2, 5), "has a window of 3 x 3, larger than its padded input of 2 x 5"),
    (nn.ConvTranspose2d(1, 1, 2, padding=2), (1, 1, 2, 2), "would make an output of size (-1, -1)"),
    (nn.Conv2d(1, 1, 3, padding=2, padding_mode="reflect"), (1, 1, 2, 5),
     "needs an input of at least 3 along each axis for padding_mode='reflect'"),
    (nn.ReflectionPad2d(2), (1, 1, 2, 5), "needs an input of at least 3 along each axis"),
    (nn.ZeroPad2d((0, 0, -3, 0)), (1, 1, 2, 5), "would cut off more than there is: pad=(0, 0, -3, 0) of (1, 1, 2, 5)"),
    (nn.Upsample(scale_factor=0.2), (1, 1, 4, 9), "would make 0 pixels of the 4 along axis 2"),
    (nn.Upsample(size=(2, 3, 4)), (1, 1, 4, 9), "needs one number or 2 for (1, 1, 4, 9), got (2, 3, 4)"),
    (nn.InstanceNorm2d(3), (2, 3, 1, 1), "needs more than one value per channel"),
    (nn.InstanceNorm1d(3), (3, 1), "needs more than one value per channel"),
    (nn.BatchNorm1d(3), (1, 3), "needs more than one value per channel"),
    (nn.BatchNorm2d(3), (1, 3, 1, 1), "needs more than one value per channel"),
])
def test_a_wrong_size_is_explained(layer: nn.Module, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=r"^\w+\(.*\) (has|would|needs)") as caught:
        layer(floats(*shape))
    assert message in str(caught.value)


@pytest.mark.parametrize(("layer", "shape", "given", "message"), [
    (nn.Linear(3, 2), (4, 3), (5, 3), r"^Linear\(3, 2\) needs a weight .*, got \(5, 3\) and \(2,\): give"),
    (nn.Linear(3, 2), (4, 3), (1, 3), r"got \(1, 3\) and \(2,\): give both"),
    (nn.Linear(3, 2, bias=False), (4, 3), (3,), r"got \(3,\) and None"),
    (nn.Linear(3, 2), (4, 3), (2, 4), r"^Linear\(3, 2\) needs a weight \(out, 3\) .*, got \(2, 4\) and \(2,\): give"),
    (nn.Conv2d(1, 2, 3), (1, 1, 5, 5), (3, 3), r"^Conv2d\(1, 2, 3\) needs a weight .*, got \(3, 3\) and \(2,\)"),
    (nn.Conv2d(1, 2, 3), (1, 1, 5, 5), (4, 1, 3, 3), r"got \(4, 1, 3, 3\) and \(2,\)"),
    (nn.ConvTranspose2d(1, 2, 3), (1, 1, 5, 5), (1, 4, 3, 3), r"needs a weight \(in, out / .*, got \(1, 4, 3, 3\) and"),
    (nn.BatchNorm1d(2), (4, 2), (1,), r"BatchNorm1d\(2\) expected a weight \(2,\), got \(1,\)"),
])
def test_data_of_another_shape_must_fit_the_rest(layer: Any, shape: Any, given: Any, message: str) -> None:
    layer.weight.data = floats(*given)
    with pytest.raises(ValueError, match=message):
        layer(floats(*shape))


@pytest.mark.parametrize(("layer", "calls", "name", "given", "expected"), [
    (nn.Linear(3, 2), 1, "bias", (1,), "Linear(3, 2) needs a weight (out, 3) and a bias (out,), got (2, 3) and (1,)"),
    (nn.Linear(3, 2), 1, "bias", (), "needs a weight (out, 3) and a bias (out,), got (2, 3) and (): give both their"),
    (nn.RNN(3, 4), 1, "weight_ih_l0", (4, 2), "RNN(3, 4) expected weight_ih_l0 (4, 3), got (4, 2)"),
    (nn.GRU(3, 4), 1, "weight_hh_l0", (9, 4), "GRU(3, 4) expected weight_hh_l0 (12, 4), got (9, 4)"),
    (nn.LSTM(3, 4), 1, "bias_ih_l0", (1,), "LSTM(3, 4) expected bias_ih_l0 (16,), got (1,)"),
    (nn.LSTM(3, 4, bidirectional=True), 1, "bias_hh_l0_reverse", (12,), "bias_hh_l0_reverse (16,), got (12,)"),
    (nn.LSTM(3, 4, proj_size=2), 1, "weight_hr_l0", (2, 5), "expected weight_hr_l0 (2, 4), got (2, 5)"),
    (nn.RNNCell(3, 4), 1, "weight_ih", (4,), "RNNCell(3, 4) expected weight_ih (4, 3), got (4,)"),
    (nn.LSTMCell(3, 4), 1, "bias_hh", (), "LSTMCell(3, 4) expected bias_hh (16,), got ()"),
    (nn.MultiheadAttention(3, 1), 3, "in_proj_weight", (12, 3), "expected in_proj_weight (9, 3), got (12, 3)"),
    (nn.MultiheadAttention(3, 1, kdim=3, vdim=2), 3, "v_proj_weight", (3, 3), "v_proj_weight (3, 2), got (3, 3)"),
    (nn.MultiheadAttention(3, 1, add_bias_kv=True), 3, "bias_k", (1, 1, 1), "expected bias_k (1, 1, 3), got (1, 1, 1)"),
])
def test_data_of_another_shape_is_refused_where_a_part_of_it_might_be_taken(layer: Any, calls: int, name: str,
                                                                           given: tuple[int, ...],
                                                                           expected: str) -> None:
    getattr(layer, name).data = floats(*given)
    with pytest.raises(ValueError, match=re.escape(expected)):
        layer(*[floats(2, 3)] * calls)


def test_a_layer_grows_where_all_its_parameters_do() -> None:
    layer = nn.Linear(3, 2)
    layer.weight.data, layer.bias.data = floats(5, 3), floats(5)
    layer(floats(4, 3)).sum().backward()
    assert layer.weight.grad.shape == (5, 3)


def test_batch_norm_takes_one_example_in_evaluation() -> None:
    assert nn.BatchNorm1d(3).eval()(floats(1, 3)).shape == (1, 3)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: nn.LSTM(3, 4)(floats(5, 2, 3), floats(1, 2, 4)), r"expected the state as a tuple \(h, c\), got ndarray"),
    (lambda: nn.GRU(3, 4)(floats(5, 2, 3), floats(2, 4)), r"an initial state \(1, 2, 4\), got \(2, 4\)"),
    (lambda: nn.LSTM(3, 4)(floats(5, 2, 3), (floats(1, 2, 4), floats(1, 2, 3))), r"state \(1, 2, 4\), got \(1, 2, 3\)"),
    (lambda: nn.ConvTranspose2d(1, 1, 3, stride=2)(floats(1, 1, 3, 3), output_size=(9, 9)),
     r"makes outputs from \(7, 7\) to \(8, 8\) of an input \(1, 1, 3, 3\), not \(9, 9\)"),
    (lambda: nn.ConvTranspose2d(1, 1, 3, stride=2)(floats(1, 1, 3, 3), output_size=7), r"to \(8, 8\) .*, not \(7,\)"),
    (lambda: nn.ConvTranspose2d(1, 1, 3)(floats(3), (7, 7)), r"expected \(N, 1, H, W\), got \(3,\)"),
    (lambda: nn.ConvTranspose2d(1, 1, 2, dilation=2)(floats(1, 1, 3, 3), output_size=(6, 6)),
     r"makes outputs from \(5, 5\) to \(5, 5\) of an input \(1, 1, 3, 3\), not \(6, 6\)"),
    (lambda: nn.MultiheadAttention(8, 2)(floats(5, 2, 8), floats(5, 3, 8), floats(5, 3, 8)), "expected one batch size"),
    (lambda: nn.MultiheadAttention(8, 2)(*[floats(5, 2, 8)] * 3, attn_mask=np.zeros((4, 4), bool)),
     r"expected attn_mask \(5, 5\) or \(4, 5, 5\), got \(4, 4\)"),
    (lambda: nn.MultiheadAttention(8, 2)(*[floats(5, 2, 8)] * 3, key_padding_mask=np.zeros((5, 2), bool)),
     r"expected key_padding_mask \(2, 5\), got \(5, 2\)"),
    (lambda: nn.MultiheadAttention(8, 2)(*[floats(5, 2, 8)] * 3, attn_mask=np.zeros((5, 5), int)),
     r"attn_mask to be boolean \(True forbids\) or floating \(added to the scores\), got int64"),
    (lambda: nn.Embedding(7, 3)([[0, 1], [7, 2]]), r"Embedding\(7, 3\) expected indices from 0 to 6, got 7"),
    (lambda: nn.Embedding(7, 3)([0, -1]), "got -1"),
    (lambda: nn.Embedding(7, 3)([0.5]), r"Embedding\(7, 3\) expected integer indices, got float64 \(1,\)"),
    (lambda: functional.linear(floats(2, 3), floats(4, 5)), r"linear expected \(..., 5\) for a weight \(4, 5\)"),
    (lambda: functional.conv2d(floats(1, 2, 5, 5), floats(4, 3, 3, 3)), r"conv2d expected \(N, 3, H, W\)"),
    (lambda: functional.linear(floats(2, 3), floats(3)), r"linear expected a weight \(out, in\), got \(3,\)"),
    (lambda: functional.linear(floats(2, 3), floats(4, 3), floats(3)), r"linear expected a bias \(4,\), got \(3,\)"),
    (lambda: functional.conv2d(floats(1, 2, 5, 5), floats(4, 3, 3)), r"conv2d expected a weight"),
    (lambda: functional.batch_norm(floats(4), training=True), r"batch_norm expected \(N, C, ...\), got \(4,\)"),
    (lambda: functional.batch_norm(floats(4, 2), floats(3), floats(2)), r"expected a running_mean \(2,\), got \(3,\)"),
    (lambda: functional.layer_norm(floats(4, 2), (2,), floats(3)), r"layer_norm expected a weight \(2,\), got \(3,\)"),
    (lambda: functional.group_norm(floats(4, 2), 2, None, floats(3)), r"expected a bias \(2,\), got \(3,\)"),
    (lambda: functional.scaled_dot_product_attention(*[floats(2, 3, 4)] * 3, np.ones((2, 4), bool)),
     r"an attn_mask that broadcasts to \(2, 3, 3\), got \(2, 4\)"),
    (lambda: functional.scaled_dot_product_attention(floats(2, 3, 4), floats(5, 3, 4), floats(5, 3, 4)),
     "query, key and value with leading axes that broadcast"),
    (lambda: functional.batch_norm(floats(4, 2)), "batch_norm needs running_mean and running_var, or training=True"),
    (lambda: functional.group_norm(floats(4, 5), 2), r"group_norm expected \(N, C, ...\) with channels that 2 groups"),
    (lambda: functional.scaled_dot_product_attention(floats(3, 4), floats(3, 5), floats(3, 4)), "expected query"),
    (lambda: functional.scaled_dot_product_attention(*[floats(3, 4)] * 3, np.ones((3, 3), bool), is_causal=True),
     "give attn_mask or is_causal, not both"),
    (lambda: functional.embedding([0, 1], floats(3)), r"embedding expected a weight \(rows, width\), got \(3,\)"),
    (lambda: nn.Upsample(size=7.9)(floats(1, 1, 4)), r"\(size=7.9\): size must be an integer of at least 1, got 7"),
    (lambda: functional.dropout(floats(3), 1.5), "dropout: p must be between 0 and 1, got 1.5"),
])
def test_a_wrong_argument_of_a_call(call: Build, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()


# --- Constructors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("build", "message"), [
    (lambda: nn.Linear(0, 3), "Linear: in_features must be an integer of at least 1, got 0"),
    (lambda: nn.Linear((3,), 2), r"Linear: in_features must be an integer, got \(3,\)"),
    (lambda: nn.Linear(3, 2.5), "Linear: out_features must be an integer, got 2.5"),
    (lambda: nn.Linear(3, 2, 5), "Linear: bias must be True or False, got 5$"),
    (lambda: nn.LSTM(5, 3, 2, 0.5), "LSTM: bias must be True or False, got 0.5"),  # there was no dropout at all
    (lambda: nn.RNN(5, 3, dropout=True), "RNN: dropout must be a number, got True"),
    (lambda: nn.MaxPool2d(2, return_indices="no"), "MaxPool2d: return_indices must be True or False, got 'no'; an act"),
    (lambda: nn.ELU(None), "ELU: alpha must be a number, got None"),
    (lambda: nn.LayerNorm(3, [1e-5]), r"LayerNorm: eps must be a number, got \[1e-05\]"),
    (lambda: nn.BatchNorm1d(3, eps=-1e-5), "BatchNorm1d: eps must be at least 0, got -1e-05"),
    (lambda: nn.GroupNorm(1, 3, eps=-1.0), "GroupNorm: eps must be at least 0, got -1"),
    (lambda: nn.RMSNorm(3, eps=-1.0), "RMSNorm: eps must be at least 0, got -1"),
    (lambda: nn.BatchNorm2d(3, momentum="fast"), "BatchNorm2d: momentum must be a number, got 'fast'"),
    (lambda: nn.TripletMarginLoss(margin=float("nan")), "TripletMarginLoss: margin must be a number, got nan"),
    (lambda: nn.CrossEntropyLoss(ignore_index=1.5), "CrossEntropyLoss: ignore_index must be an integer, got 1.5"),
    (lambda: nn.LSTM(3, "four"), "LSTM: hidden_size must be an integer, got 'four'"),
    (lambda: nn.LPPool1d(0, 2), "LPPool1d: norm_type must not be 0"),
    (lambda: nn.functional.lp_pool1d(floats(1, 1, 4), 0.0, 2), "lp_pool1d: norm_type must not be 0"),
    (lambda: nn.Embedding(5, 3, max_norm=-1.0), "Embedding: max_norm must be at least 0, got -1"),
    (lambda: nn.Embedding(5, 3, norm_type=-1.0), "Embedding: norm_type must be positive, got -1"),
    (lambda: nn.Unflatten(1, 2.5), "Unflatten: each of unflattened_size must be an integer of at least -1, got 2.5"),
    (lambda: nn.Conv2d(3, 8, 3, padding_mode=["zeros"]), r"padding_mode must be one of .*, got \['zeros'\]"),
    (lambda: nn.functional.dropout(floats(2), "half"), "dropout: p must be between 0 and 1, got 'half'"),
    (lambda: nn.Linear(3, 2, dtype=int), "Linear: dtype must be floating, got int64"),
    (lambda: nn.Conv2d(3, 8, 3, groups=2), "Conv2d: groups=2 must divide in_channels=3 and out_channels=8"),
    (lambda: nn.Conv2d(4, 6, 3, groups=4), "groups=4 must divide in_channels=4 and out_channels=6"),
    (lambda: nn.Conv2d(3, 8, 0), "Conv2d: kernel_size must be an integer of at least 1, got 0"),
    (lambda: nn.Conv2d(3, 8, (3, 3, 3)), r"kernel_size must be an integer or 2 of them, got \(3, 3, 3\)"),
    (lambda: nn.Conv2d(3, 8, 3, stride=0), "stride must be an integer of at least 1, got 0"),
    (lambda: nn.Conv2d(3, 8, 3, dilation=0), "dilation must be an integer of at least 1, got 0"),
    (lambda: nn.Conv2d(3, 8, 3, padding=-1), "padding must be an integer of at least 0, got -1"),
    (lambda: nn.Conv2d(3, 8, 3, padding="full"), "padding is a number, one per axis, 'same' or 'valid', got 'full'"),
    (lambda: nn.Conv2d(3, 8, 3, stride=2, padding="same"), "padding='same' needs stride 1"),
    (lambda: nn.Conv2d(3, 8, 3, padding_mode="mirror"), "padding_mode must be one of 'zeros', 'reflect', 'replicate'"),
    (lambda: nn.ConvTranspose2d(3, 8, 3, output_padding=1), "output_padding must be smaller than stride or dilation"),
    (lambda: nn.ConvTranspose2d(3, 8, 3, padding_mode="reflect"), "padding_mode must be one of 'zeros', got 'reflect'"),
    (lambda: nn.ConvTranspose2d(3, 8, 3, padding="same"), "padding must be an integer of at least 0, got 'same'"),
    (lambda: functional.conv_transpose2d(np.zeros((1, 1, 4, 4)), np.zeros((1, 1, 3, 3)), padding="same"),
     "^conv_transpose2d: padding must be an integer of at least 0, got 'same'"),
    (lambda: nn.MaxPool2d(2, padding=2), "padding must be at most half of the kernel size, got padding=2"),
    (lambda: nn.AvgPool2d(2, divisor_override=0), "divisor_override must not be 0"),
    (lambda: nn.AdaptiveAvgPool2d((1, 2, 3)), "output_size must be an integer or 2 of them"),
    (lambda: nn.AdaptiveAvgPool2d(0), "output_size must be an integer of at least 1"),
    (lambda: nn.BatchNorm2d(3, momentum=2), "momentum must be between 0 and 1, or None, got 2"),
    (lambda: nn.GroupNorm(4, 6), "GroupNorm: num_groups=4 must divide num_channels=6"),
    (lambda: nn.LayerNorm(0), "normalized_shape must be an integer of at least 1"),
    (lambda: nn.Dropout(-0.1), "Dropout: p must be between 0 and 1, got -0.1"),
    (lambda: nn.ReflectionPad1d(1.5), r"ReflectionPad1d: padding is an integer or \(left, right\), got 1.5"),
    (lambda: nn.Embedding(5, 3, padding_idx=1.5), "Embedding: padding_idx must be an integer, got 1.5"),
    (lambda: nn.Embedding(5, 3, padding_idx=5), "padding_idx must be one of the 5 rows, got 5"),
    (lambda: nn.functional.embedding([0], np.ones((5, 3)), padding_idx=-6), "embedding: padding_idx must be one of"),
    (lambda: nn.EmbeddingBag(5, 3, mode="min"), "EmbeddingBag: mode must be one of 'sum', 'mean', 'max', got 'min'"),
    (lambda: nn.EmbeddingBag(5, 3)([0, 1]), r"expected indices \(B, L\), or \(N,\) with offsets, got \(2,\)"),
    (lambda: nn.EmbeddingBag(5, 3)([[0, 1]], [0]), r"expected indices \(B, L\), or .* got \(1, 2\)"),
    (lambda: nn.EmbeddingBag(5, 3)([0.5, 1], [0]), r"EmbeddingBag\(5, 3\) expected integer indices, got float64"),
    (lambda: nn.EmbeddingBag(5, 3)([0, 5], [0]), r"expected indices from 0 to 4, got 5 at index \(0, 1\)"),
    (lambda: nn.EmbeddingBag(5, 3)([0, 1], [1]), r"offsets that begin with 0 and rise to at most 2, got \[1\]"),
    (lambda: nn.EmbeddingBag(5, 3)([0, 1], [0, 2, 1]), r"begin with 0 and rise to at most 2, got \[0, 2, 1\]"),
    (lambda: nn.EmbeddingBag(5, 3)([[0, 1]], None, np.ones((1, 2))), r"mode 'sum'; got \(1, 2\) and mode 'mean'"),
    (lambda: nn.Bilinear(3, 4, 2)(floats(5, 3), floats(6, 4)),
     r"Bilinear\(3, 4, 2\) expected \(..., 3\) and \(..., 4\), else of one shape, got \(5, 3\) and \(6, 4\)"),
    (lambda: functional.bilinear(floats(5, 3), floats(5, 4), floats(3, 4)), r"a weight \(out, in1, in2\), got"),
    (lambda: nn.RNN(3, 4, nonlinearity="gelu"), "nonlinearity must be one of 'tanh', 'relu', got 'gelu'"),
    (lambda: nn.LSTM(3, 4, proj_size=4), "proj_size must be from 0"),
    (lambda: nn.GRU(3, 4, dropout=2), "GRU: dropout must be between 0 and 1, got 2"),
    (lambda: nn.GRU(3, 4, num_layers=0), "num_layers must be an integer of at least 1, got 0"),
    (lambda: nn.MultiheadAttention(8, 3), "num_heads=3 must divide embed_dim=8"),
    (lambda: nn.TransformerEncoderLayer(8, 2, activation="swish"), "activation is 'relu', 'gelu' or a function"),
    (lambda: nn.TransformerDecoderLayer(8, 2, activation="swish"), "TransformerDecoderLayer: activation is"),
    (lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2), 0),
     "num_layers must be an integer of at least 1, got 0"),
    (lambda: nn.RNNCell(3, 4, nonlinearity="gelu"), "RNNCell: nonlinearity must be one of 'tanh', 'relu', got 'gelu'"),
    (lambda: nn.ZeroPad2d((1, 2)), r"padding is an integer or \(left, right, top, bottom\), got \(1, 2\)"),
    (lambda: nn.Upsample(size=2, mode="cubic"), "Upsample: mode must be one of 'nearest', .*, got 'cubic'"),
    (lambda: nn.Upsample(mode="nearest"), "needs either size or scale_factor"),
    (lambda: nn.Upsample(size=2, align_corners=True), "has no align_corners in mode 'nearest'"),
    (lambda: nn.SmoothL1Loss(beta=-1), "SmoothL1Loss: beta must be at least 0, got -1"),
    (lambda: nn.GELU("erf"), "approximate must be one of 'none', 'tanh', got 'erf'"),
    (lambda: nn.Softplus(beta=0), "beta must not be 0"),
    *((lambda cls=cls: cls(DATA), rf"{cls.__name__} is first constructed.* nn.{cls.__name__}\(...\), then layer\(x\)")
      for cls in (nn.ReLU, nn.LeakyReLU, nn.GELU, nn.Sigmoid, nn.Softmax, nn.LogSoftmax, nn.Flatten, nn.Dropout,
                  nn.Linear, nn.Conv2d, nn.MaxPool2d, nn.LayerNorm, nn.Embedding, nn.LSTM)),
    *((lambda cls=cls: cls(DATA, LABELS), rf"nn.{cls.__name__}\(...\), then layer\(outputs, targets\)")
      for cls in (nn.MSELoss, nn.L1Loss, nn.HuberLoss, nn.SmoothL1Loss, nn.BCELoss, nn.BCEWithLogitsLoss,
                  nn.CrossEntropyLoss, nn.NLLLoss, nn.KLDivLoss)),
    (lambda: nn.Tanh(np.ones(3)), r"nn.Tanh\(...\), then layer\(x\)"),
])
def test_wrong_arguments_of_a_constructor(build: Build, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        build()


def test_a_layer_of_ones_own_may_be_made_of_data() -> None:
    class Scaled(nn.Linear):
        def __init__(self, scale: Any) -> None:
            super().__init__(3, 2)
            self.scale = nn.Parameter(scale)

    assert Scaled(DATA).scale.shape == (2, 3)
    assert list(inspect.signature(nn.Linear).parameters)[:2] == ["in_features", "out_features"]


# --- dtypes -----------------------------------------------------------------------------------------------------------

LAYERS: list[tuple[nn.Module, tuple[int, ...]]] = [
    (nn.Linear(4, 3), (2, 4)),
    (nn.Conv1d(2, 3, 2), (2, 2, 5)),
    (nn.Conv2d(2, 3, 2), (2, 2, 4, 4)),
    (nn.ConvTranspose2d(2, 3, 2), (2, 2, 4, 4)),
    (nn.BatchNorm1d(4), (3, 4)),
    (nn.BatchNorm2d(2, affine=False), (3, 2, 2, 2)),
    (nn.LayerNorm(4), (2, 4)),
    (nn.GroupNorm(2, 4), (2, 4)),
    (nn.LSTM(4, 3), (2, 2, 4)),
    (nn.GRU(4, 3), (2, 2, 4)),
    (nn.RNN(4, 3), (2, 2, 4)),
    (nn.TransformerEncoderLayer(4, 2, 8), (3, 2, 4)),
    (nn.RMSNorm(4), (2, 4)),
    (nn.InstanceNorm1d(4, affine=True), (2, 4, 3)),
    (nn.PReLU(), (2, 4)),
    (nn.GRUCell(4, 3), (2, 4)),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=lambda value: type(value).__name__)
def test_floating_input_is_cast_to_the_parameters_dtype(layer: nn.Module, shape: tuple[int, ...]) -> None:
    x = Tensor(floats(*shape).astype(np.float64), requires_grad=True)
    out = layer(x)
    out = out[0] if isinstance(out, tuple) else out
    assert out.dtype == np.float32
    out.sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == np.float64
    assert all(p.grad is None or p.grad.dtype == np.float32 for p in layer.parameters())


@pytest.mark.parametrize(("layer", "shape"), [
    *LAYERS, (nn.ReLU(), (3,)), (nn.Softmax(), (3,)), (nn.MaxPool2d(1), (1, 1, 2, 2)), (nn.Dropout(), (3,)),
], ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool])
def test_integers_are_refused(layer: nn.Module, shape: tuple[int, ...], dtype: type) -> None:
    advice = r"pass x.astype\(np.float32\)" + (" / 255 for images" if dtype is np.uint8 else "")
    with pytest.raises(TypeError, match=f"expected floating-point input, got {np.dtype(dtype)} .*{advice}"):
        layer(np.zeros(shape, dtype))


def test_complex_input_to_a_real_layer_is_refused() -> None:
    with pytest.raises(TypeError, match=r"got complex128 \(2, 4\); pass the real part"):
        nn.Linear(4, 3)(np.zeros((2, 4), complex))
    with pytest.raises(TypeError, match=r"or build the layer with dtype=np.complex64"):
        nn.Linear(4, 3)(np.zeros((2, 4), complex))
    layer = nn.Linear(4, 3, dtype=np.complex64)
    assert layer(np.zeros((2, 4), np.float32)).dtype == np.complex64


@pytest.mark.parametrize("call", [
    lambda z: functional.layer_norm(z, (4,)), lambda z: functional.group_norm(z, 2),
    lambda z: functional.batch_norm(z, training=True), lambda z: functional.scaled_dot_product_attention(z, z, z),
    nn.LayerNorm(4, elementwise_affine=False), nn.GroupNorm(2, 4), nn.BatchNorm1d(4, affine=False).astype(np.complex64),
    lambda z: nn.MultiheadAttention(4, 2).astype(np.complex128)(z, z, z), lambda z: nn.CosineSimilarity()(z, z),
    lambda z: functional.cosine_similarity(z.real, z), lambda z: functional.prelu(z, np.ones(4)),
])
def test_what_is_a_matter_of_real_numbers_refuses_complex_ones(call: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match=r"expected floating-point input, got complex128 \(2, 4\); pass the real part"):
        call(np.ones((2, 4), complex))


@pytest.mark.parametrize(("build", "shape"), [
    (partial(nn.Linear, 4, 3), (2, 4)), (partial(nn.Conv1d, 4, 3, 2), (2, 4, 5)),
    (partial(nn.ConvTranspose2d, 4, 3, 2), (2, 4, 5, 5)), (partial(nn.RNN, 4, 3), (5, 2, 4)),
    (partial(nn.LSTM, 4, 3, proj_size=2), (5, 2, 4)), (partial(nn.GRUCell, 4, 3), (2, 4)),
    (partial(nn.LayerNorm, 4), (2, 4)), (partial(nn.RMSNorm, 4), (2, 4)), (partial(nn.BatchNorm1d, 4), (2, 4)),
    (partial(nn.GroupNorm, 2, 4), (2, 4)), (partial(nn.InstanceNorm1d, 4, affine=True), (2, 4, 5)),
    (partial(nn.PReLU, 4), (2, 4)), (partial(nn.TransformerEncoderLayer, 4, 2), (5, 2, 4)),
])
def test_a_layer_can_be_made_complex_where_it_takes_complex_numbers(build: Callable[..., Any],
                                                                    shape: tuple[int, ...]) -> None:
    x, refusal = np.ones(shape, complex), ""
    try:
        build().astype(complex)(x)
    except TypeError as error:
        refusal = str(error)
    if not refusal:
        assert flat(build(dtype=np.complex64)(x)).dtype == np.complex64
        return
    assert re.search("got complex128.*; pass the real part", refusal)
    with pytest.raises(TypeError, match="dtype must be real and floating, got complex64"):
        build(dtype=np.complex64)


def test_lists_and_arrays_are_tensors_too() -> None:
    layer = nn.Linear(2, 1)
    expected = layer(Tensor(np.array([[1, 2]], np.float32))).data
    np.testing.assert_array_equal(layer([[1.0, 2.0]]).data, expected)
    np.testing.assert_array_equal(layer(np.array([[1.0, 2.0]])).data, expected)
    for module in (nn.ReLU(), nn.Tanh(), nn.Sigmoid(), nn.GELU(), nn.Softmax(), nn.Flatten(0)):
        assert isinstance(module(np.ones((2, 2))), Tensor)


@pytest.mark.parametrize(("given", "message"), [
    (None, "expected a tensor, got None; does the layer before it return its output?"),
    ((Tensor([1.0]), Tensor([2.0])), ("expected a tensor, got tuple of 2; take the part that is meant, as out[0] of an "
     "RNN, or make one tensor of all, np.stack(tensors)")),
    ({"x": [1.0]}, "expected a tensor, got dict with 'x'; take the array out of it"),
])
def test_what_is_no_array(given: Any, message: str) -> None:
    for layer in (nn.Linear(1, 1), nn.ReLU(), nn.Conv2d(1, 1, 1), nn.GRU(1, 1)):
        with pytest.raises(TypeError) as caught:
            layer(given)
        assert message in str(caught.value)


MASKED = np.ma.array(np.ones((2, 3)), mask=[[1, 0, 0], [0, 0, 1]])


@pytest.mark.parametrize("call", [
    lambda: nn.Linear(3, 2)(MASKED), lambda: nn.ReLU()(MASKED), lambda: nn.MSELoss()(np.ones((2, 3)), MASKED),
    lambda: nn.CrossEntropyLoss()(np.ones((2, 3)), MASKED[:, 0].astype(int)),
    lambda: nn.NLLLoss()(np.ones((2, 3)), MASKED[:, 0].astype(int)),
    lambda: nn.Embedding.from_pretrained(MASKED), lambda: nn.data.DataLoader(MASKED, 1),
    lambda: nn.metrics.accuracy(np.ones((2, 3)), MASKED[:, 0].astype(int)),
    lambda: functional.scaled_dot_product_attention(DATA, DATA, DATA, MASKED[:, :2].astype(bool)),
])
def test_the_mask_of_a_masked_array_is_not_lost(call: Build) -> None:
    with pytest.raises(TypeError, match="the mask of a masked array would be lost"):
        call()


def test_functions_take_lists_and_integers_for_weights() -> None:
    x, images = np.ones((2, 3), np.float32), np.ones((1, 3, 2, 2), np.float32)
    for function, given, shapes in (
        (functional.linear, x, ((2, 3), (2,))), (functional.conv2d, images, ((2, 3, 1, 1), (2,))),
        (functional.conv_transpose2d, images, ((3, 2, 1, 1), (2,))), (functional.prelu, x, ((3,),)),
        (functional.batch_norm, images, ((3,), (3,), (3,), (3,))),
        (lambda x, w, b: functional.layer_norm(x, (3,), w, b), x, ((3,), (3,))),
        (lambda x, w, b: functional.group_norm(x, 1, w, b), images, ((3,), (3,))),
        (lambda x, w: functional.rms_norm(x, (3,), w), x, ((3,),)),
        (functional.embedding, [2, 0], ((3, 2),)),
    ):
        arrays = [np.arange(1, 1 + np.prod(shape), dtype=np.float32).reshape(shape) for shape in shapes]
        expected = function(given, *arrays)
        found = function(given, *[a.tolist() for a in arrays])
        np.testing.assert_allclose(found.data, expected.data, rtol=1e-6)
    assert functional.layer_norm(x, (3,), np.ones(3, int)).dtype == np.float32


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: functional.conv_transpose2d(np.ones((1, 2, 3, 3)), np.ones((2, 3, 3))), ValueError,
     r"conv_transpose2d expected a weight \(in, out / groups, kh, kw\), got \(2, 3, 3\)"),
    (lambda: functional.conv2d(np.ones((1, 2, 3, 3)), np.ones((4, 2, 0, 1))), ValueError,
     r"conv2d expected a weight \(out, in / groups, kh, kw\), got \(4, 2, 0, 1\)"),
    (lambda: functional.conv1d(np.ones((1, 4, 3)), np.ones((3, 2, 1)), groups=2), ValueError,
     r"conv1d needs groups that divide the first axis of its weight, got 2 for \(3, 2, 1\)"),
    (lambda: functional.conv2d(np.ones((1, 2, 3, 3)), np.ones((4, 2, 1, 1)), groups=0), ValueError,
     "conv2d: groups must be an integer of at least 1, got 0"),
    (lambda: functional.conv2d(np.ones((1, 2, 3, 3)), np.ones((4, 2, 1, 1)), np.ones(3)), ValueError,
     r"conv2d expected a bias \(4,\), got \(3,\)"),
    (lambda: functional.prelu(DATA, np.ones(0)), ValueError, r"prelu expected \(N, 0, ...\), got \(2, 3\)"),
    (lambda: functional.batch_norm(DATA, np.zeros(3), np.ones(3), training=True), TypeError,
     "batch_norm moves the running statistics in place: give them as tensors"),
    (lambda: functional.scaled_dot_product_attention(DATA, DATA, DATA, np.ones((2, 2), int)), TypeError,
     r"to be boolean \(True allows\) or floating \(added to the scores\), got int64; write mask.astype\(bool\)"),
    (lambda: nn.MaxPool2d(3, padding=1)(np.ones((1, 1, 2, 0))), ValueError,
     r"expected \(N, C, H, W\) with at least one value along H, W, got \(1, 1, 2, 0\)"),
    (lambda: nn.AdaptiveAvgPool2d(2)(np.ones((1, 1, 0, 2))), ValueError, "with at least one value along H, W"),
    (lambda: nn.GroupNorm(1, 2)(np.ones((1, 2, 0))), ValueError, "with at least one value per channel"),
    (lambda: nn.ReplicationPad2d(1)(np.ones((1, 1, 2, 0))), ValueError, "an input of at least 1 along each axis"),
    (lambda: nn.MaxPool1d(2)(np.ones((1, 1, 4), complex)), TypeError, "got complex128.*pass the real part"),
    (lambda: nn.GaussianNLLLoss()(DATA, DATA, np.ones((2, 3), complex)), TypeError, "got complex128.*the real part"),
    *((lambda loss=loss, t=t: loss(np.ones((2, 3), complex), t), TypeError, "got complex128.*pass the real part")
      for loss, t in ((nn.BCELoss(), np.ones((2, 3))), (nn.BCEWithLogitsLoss(), np.ones((2, 3))),
                      (nn.KLDivLoss(), np.ones((2, 3))), (nn.CrossEntropyLoss(), [0, 1]), (nn.NLLLoss(), [0, 1]))),
    (lambda: nn.LocalResponseNorm(3)(np.ones((2, 3))), ValueError,
     r"LocalResponseNorm\(3\) expected \(N, C, ...\) with an axis after the channels, got \(2, 3\)"),
    (lambda: functional.local_response_norm(np.ones((1, 2, 3)), 0), ValueError,
     "size must be an integer of at least 1, got 0"),
    (lambda: functional.softplus(1.0, 0), ValueError, "softplus: beta must not be 0"),
])
def test_operands_that_do_not_fit(call: Build, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_nan_is_found_under_anomaly_detection() -> None:
    layer = nn.Linear(2, 1)
    with autograd.detect_anomaly(), pytest.raises(autograd.AnomalyError, match="linear"):
        layer(np.array([[np.nan, 1.0]]))
    for bad in (lambda x: autograd.jvp(layer, (x,), (x,)), autograd.vmap(layer)):
        with autograd.detect_anomaly(), pytest.raises(autograd.AnomalyError, match="^linear made nan .*from operand 0"):
            bad(np.array([[np.nan, 1.0]], np.float32))

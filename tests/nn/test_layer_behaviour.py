"""What layers do besides their formula: empty batches, names of arguments, kinks, repr, and their functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Tensor
from nn import functional

RNG = np.random.default_rng(0)


# --- Linear is the subject's formula ----------------------------------------------------------------------------------


def test_every_unit_is_a_small_regression() -> None:
    """a_j = w_j . x + b_j with w_j = layer.weight[j]."""
    layer = nn.Linear(4, 3)
    x = RNG.normal(size=4).astype(np.float32)
    for j in range(3):
        by_hand = float(np.dot(layer.weight[j].data, x) + layer.bias[j].data)
        assert layer(x)[j].item() == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize(("layer", "shape"), [
    (nn.Linear(3, 2), (0, 3)),
    (nn.Conv2d(2, 4, 3, stride=2, groups=2, dilation=2), (0, 2, 9, 9)),
    (nn.Conv1d(2, 4, 3, padding="same"), (0, 2, 9)),
    (nn.ConvTranspose2d(2, 4, 3, stride=2), (0, 2, 4, 4)),
    (nn.MaxPool2d(2), (0, 2, 4, 4)),
    (nn.AvgPool2d(3, 2, 1), (0, 2, 5, 5)),
    (nn.AdaptiveAvgPool2d(2), (0, 2, 5, 5)),
    (nn.BatchNorm2d(2).eval(), (0, 2, 3, 3)),
    (nn.LayerNorm(3), (0, 3)),
    (nn.GroupNorm(1, 2), (0, 2, 3)),
    (nn.GRU(3, 2, bidirectional=True), (4, 0, 3)),
    (nn.TransformerEncoderLayer(4, 2, 8), (3, 0, 4)),
    (nn.LSTMCell(3, 2), (0, 3)),
    (nn.RMSNorm(3), (0, 3)),
    (nn.InstanceNorm2d(2), (0, 2, 3, 3)),
    (nn.Upsample(scale_factor=2, mode="bilinear"), (0, 2, 3, 3)),
    (nn.PixelShuffle(2), (0, 4, 3, 3)),
    (nn.ReflectionPad2d(1), (0, 2, 3, 3)),
    (nn.Dropout2d(), (0, 2, 3, 3)),
    (nn.PReLU(2), (0, 2, 3)),
    (nn.Unflatten(1, (2, 3)), (0, 6)),
    (nn.Flatten(), (0, 2, 3)),
    (nn.Softmax(1), (0, 3)),
], ids=lambda value: type(value).__name__)
def test_a_batch_of_no_examples_goes_through(layer: nn.Module, shape: tuple[int, ...]) -> None:
    """As at the end of a filtered data set: no error, and gradients of zero."""
    x = Tensor(np.zeros(shape, np.float32), requires_grad=True)
    out = layer(x)
    out = out[0] if isinstance(out, tuple) else out
    assert out.size == 0
    out.sum().backward()
    assert x.grad.shape == shape
    assert all(p.grad is None or not p.grad.data.any() for p in layer.parameters())


def test_places_of_an_empty_batch() -> None:
    values, places = nn.MaxPool2d(2, return_indices=True)(np.zeros((0, 1, 4, 4)))
    assert values.shape == places.shape == (0, 1, 2, 2)


def test_a_number_is_flattened_to_one_element() -> None:
    assert functional.flatten(3.0).shape == (1,)


def test_calls_take_pytorchs_argument_names() -> None:
    x = RNG.normal(size=(2, 3))
    np.testing.assert_array_equal(nn.Softmax(1)(input=x).data, functional.softmax(input=x, dim=1).data)
    assert nn.Embedding(4, 2)(input=[1, 3]).shape == (2, 2)
    assert functional.linear(input=x, weight=np.ones((4, 3))).shape == (2, 4)
    np.testing.assert_array_equal(functional.dropout(x, 0.5, training=False, inplace=True).data, x)
    for name in ("relu", "silu", "elu", "leaky_relu"):
        here = getattr(functional, name)(input=x, inplace=True).data
        np.testing.assert_array_equal(here, getattr(autograd, name)(x).data)
    layer = nn.TransformerEncoderLayer(4, 2, 8)
    assert len(nn.TransformerEncoder(layer, 2, enable_nested_tensor=False, mask_check=False).layers) == 2


# --- Pooling ----------------------------------------------------------------------------------------------------------


@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 1), st.integers(1, 2), st.booleans(), st.integers(5, 8))
def test_max_pool_says_where_each_value_was(kernel: int, stride: int, padding: int, dilation: int, ceil: bool,
                                            size: int) -> None:
    padding = min(padding, kernel // 2)
    x = np.random.default_rng(size).permutation(2 * 3 * size * (size + 1)).reshape(2, 3, size, size + 1) - 50.0
    out, places = nn.MaxPool2d(kernel, stride, padding, dilation, return_indices=True, ceil_mode=ceil)(x)
    assert places.dtype.kind == "i"
    picked = np.take_along_axis(x.reshape(2, 3, -1), places.data.reshape(2, 3, -1), axis=2)
    np.testing.assert_array_equal(picked.reshape(out.shape), out.data)
    row, indices = nn.MaxPool1d(2, return_indices=True)(np.array([[[1.0, 3.0, 2.0, 0.0]]]))
    np.testing.assert_array_equal(row.data, [[[3, 2]]])
    np.testing.assert_array_equal(indices.data, [[[1, 2]]])
    one, at = nn.MaxPool2d(2, return_indices=True)(np.arange(4.0).reshape(1, 2, 2))
    assert (one.shape, at.item()) == ((1, 1, 1), 3)


# --- Embedding --------------------------------------------------------------------------------------------------------


def test_an_embedding_of_vectors_that_are_there() -> None:
    vectors = RNG.normal(size=(4, 3)).astype(np.float32)
    frozen = nn.Embedding.from_pretrained(vectors, padding_idx=1)
    np.testing.assert_array_equal(frozen.weight.data, vectors)
    assert not frozen.weight.requires_grad
    assert (frozen.num_embeddings, frozen.embedding_dim, frozen.padding_idx) == (4, 3, 1)
    assert nn.Embedding.from_pretrained(vectors, freeze=False).weight.requires_grad
    with pytest.raises(ValueError, match=r"from_pretrained expected embeddings \(rows, width\), got \(4,\)"):
        nn.Embedding.from_pretrained(vectors[:, 0])


def test_the_padding_row_stays() -> None:
    layer = nn.Embedding(5, 3, padding_idx=-1)
    assert layer.padding_idx == 4
    layer([4, 1, 4]).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.data[4], 0)
    np.testing.assert_array_equal(layer.weight.grad.data[1], 1)
    np.testing.assert_array_equal(layer([4]).data, 0)


@pytest.mark.parametrize("norm_type", [1.0, 2.0, np.inf])
def test_rows_that_are_read_are_shortened_in_the_table(norm_type: float) -> None:
    layer = nn.Embedding(6, 4, max_norm=0.5, norm_type=norm_type, dtype=float)
    memory, before = layer.weight.data, layer.weight.data.copy()
    out = layer([[0, 3], [3, 5]])
    lengths = np.linalg.norm(before, norm_type, axis=1)
    expected = before * np.where(np.isin(range(6), [0, 3, 5]), np.minimum(1, 0.5 / lengths), 1)[:, np.newaxis]
    np.testing.assert_allclose(layer.weight.data, expected, rtol=1e-6)
    assert layer.weight.data is memory
    np.testing.assert_array_equal(out.data, memory[[[0, 3], [3, 5]]])
    out.sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.data[:, 0], [1, 0, 0, 2, 0, 1])
    with pytest.raises(ValueError, match="expected indices from 0 to 5, got 6"):
        layer([6])


def test_long_rows_of_half_precision_are_shortened_not_erased() -> None:
    layer = nn.Embedding.from_pretrained(np.full((2, 4), 300, np.float16), max_norm=4.0)  # squares beyond float16
    np.testing.assert_allclose(layer([1]).data, [[2, 2, 2, 2]], rtol=1e-3)
    assert layer.weight.dtype == np.float16


def test_the_least_mean_square_of_half_precision_is_that_of_single() -> None:
    """As in PyTorch: that of float16, 1e-3, would make numbers around 1e-3 thirty times too small."""
    x = np.array([[1e-3, 2e-3, -1e-3]])
    for dtype in (np.float16, np.float32):
        found = functional.rms_norm(x.astype(dtype), (3,)).data
        np.testing.assert_allclose(found, [[0.6869, 1.3739, -0.6869]], rtol=1e-3)
    np.testing.assert_allclose(functional.rms_norm(x, (3,)).data, x / np.sqrt(2e-6), rtol=1e-9)


@pytest.mark.parametrize(("function", "x"), [
    (lambda x: functional.mse_loss(x, 0 * x.detach()), RNG.normal(size=(300, 300))),
    (lambda x: functional.mse_loss(x, 0 * x.detach()), np.eye(50) * 300),
    (lambda x: functional.l1_loss(x, 0 * x.detach()), 10 * RNG.normal(size=(300, 300))),
    (lambda x: functional.smooth_l1_loss(x, 0 * x.detach()), 10 * RNG.normal(size=(300, 300))),
    (lambda x: functional.embedding_bag(np.zeros((1, 3000), int), x, mode="mean"), RNG.normal(size=(2, 5))),
    (lambda x: functional.embedding_bag(np.zeros((1, 3000), int), x, mode="sum"), RNG.normal(size=(2, 5))),
    (lambda x: functional.local_response_norm(x, 3, alpha=0.01), 400 * RNG.normal(size=(2, 4, 3))),
    (lambda x: functional.multi_margin_loss(x, [1]), RNG.uniform(0, 0.5, (1, 70_000))),
    (lambda x: functional.lp_pool1d(x, 2, 4), 400 * RNG.normal(size=(2, 3, 8))),
])
def test_sums_of_half_precision_are_those_of_single(function: Callable[[Tensor], Tensor], x: Any) -> None:
    """Squares beyond 65,504, a mean of more numbers than that, and sums whose terms are less than their last digit."""
    half, wide = (Tensor(x.astype(np.float16).astype(dtype), requires_grad=True) for dtype in (np.float16, float))
    for t in (half, wide):
        function(t).sum().backward()
    assert function(half).dtype == half.grad.dtype == np.float16
    np.testing.assert_allclose(function(half).data, function(wide).data, rtol=2e-3)
    np.testing.assert_allclose(half.grad.data, wide.grad.data, rtol=2e-3, atol=1e-7)


def test_a_table_whose_rows_are_shortened_may_be_read_twice_in_a_step() -> None:
    """No derivative reads the table, so that the second read may shorten what the first one read."""
    layer = nn.Embedding(3, 4, max_norm=0.1)
    (layer([0, 1]).sum() + layer([1, 1]).sum()).backward()
    np.testing.assert_array_equal(layer.weight.grad.data[:, 0], [1, 3, 0])


def test_rows_of_what_is_computed_are_not_shortened() -> None:
    weight = Tensor(np.ones((3, 2)), requires_grad=True)
    with pytest.raises(ValueError, match="embedding shortens rows in place, which takes a leaf"):
        functional.embedding([0], weight * 2, max_norm=1.0)
    with pytest.raises(ValueError, match="shortens rows in place"):
        autograd.vmap(lambda w: functional.embedding([0], w, max_norm=1.0))(np.ones((2, 3, 2)))


def test_gradients_of_rows_that_are_read_often_are_as_small_as_of_those_read_once() -> None:
    weight, indices = RNG.normal(size=(5, 3)), np.array([[0, 1, 1], [3, 1, 0]])

    def read(weight: Any) -> Any:
        return functional.embedding(indices, weight, scale_grad_by_freq=True)

    def of(indices: Any) -> Any:
        return autograd.grad(lambda w: functional.embedding(indices, w, scale_grad_by_freq=True).sum())

    np.testing.assert_allclose(of(indices)(weight)[:, 0], [1, 1, 0, 1, 0])
    _, along = autograd.jvp(read, (weight,), (weight,))
    np.testing.assert_allclose(along, weight[indices] / [[[2], [3], [3]], [[1], [3], [2]]])
    bags = autograd.grad(lambda w: functional.embedding_bag([0, 1, 1, 3, 1, 0], w, [0, 3], scale_grad_by_freq=True,
                                                            mode="sum").sum())(weight)
    np.testing.assert_allclose(bags[:, 0], [1, 1, 0, 1, 0])
    each = autograd.vmap(lambda indices: of(indices)(weight))(indices)  # how often in each example
    np.testing.assert_allclose(np.asarray(each)[:, :, 0], [[1, 1, 0, 0, 0], [1, 1, 0, 1, 0]])


# --- Activations at their kinks: the subgradient of least norm --------------------------------------------------------


@pytest.mark.parametrize(("layer", "slope"), [
    (nn.ReLU(), 0), (nn.LeakyReLU(0.2), 0.2), (nn.ELU(), 1), (nn.SiLU(), 0.5), (nn.GELU(), 0.5), (nn.Sigmoid(), 0.25),
    (nn.Tanh(), 1), (nn.Softplus(), 0.5), (nn.Softplus(beta=3, threshold=1), 0.5),
], ids=repr)
def test_slopes_at_zero(layer: nn.Module, slope: float) -> None:
    x = Tensor(np.zeros(2), requires_grad=True)
    layer(x).sum().backward()
    np.testing.assert_allclose(x.grad.data, slope)


@pytest.mark.parametrize("layer", [
    nn.ReLU(), nn.LeakyReLU(), nn.ELU(), nn.SiLU(), nn.GELU(), nn.GELU("tanh"), nn.Sigmoid(), nn.Tanh(), nn.Softplus(),
    nn.Softmax(), nn.LogSoftmax(),
], ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activations_are_finite_and_keep_the_dtype(layer: nn.Module, dtype: type) -> None:
    x = Tensor(np.array([-1e4, -50, 0, 50, 1e4], dtype), requires_grad=True)
    out = layer(x)
    out.sum().backward()
    assert out.dtype == x.grad.dtype == dtype
    assert np.isfinite(out.data).all()
    assert np.isfinite(x.grad.data).all()


# --- Functions and layers are the same thing --------------------------------------------------------------------------


TENTH = np.float64(0.1)  # as a sweep over np.linspace(...) gives it


@pytest.mark.parametrize("function", [
    nn.LeakyReLU(TENTH), nn.ELU(TENTH), nn.Softplus(TENTH), nn.Softplus(threshold=TENTH), nn.Dropout(TENTH),
    nn.LayerNorm(3, TENTH), nn.GroupNorm(1, 3, TENTH), nn.BatchNorm1d(3, TENTH, TENTH),
    lambda x: nn.HuberLoss(delta=TENTH)(x, np.zeros((4, 3))),
    lambda x: nn.CrossEntropyLoss(label_smoothing=TENTH)(x, [0, 1, 2, 0]),
    lambda x: nn.CrossEntropyLoss(label_smoothing=TENTH)(x, np.full((4, 3), 1 / 3)),
    lambda x: nn.CrossEntropyLoss(label_smoothing=TENTH, from_logits=False)(nn.functional.softmax(x), [0, 1, 2, 0]),
    lambda x: nn.functional.scaled_dot_product_attention(x, x, x, scale=TENTH),
])
def test_a_numpy_number_as_option_does_not_widen(function: Any) -> None:
    x = Tensor(RNG.normal(size=(4, 3)).astype(np.float32), requires_grad=True)
    out = function(x)
    out.sum().backward()
    assert out.dtype == x.grad.dtype == np.float32


def test_functions_agree_with_layers() -> None:
    x = RNG.normal(size=(2, 4, 6, 5)).astype(np.float32)
    conv = nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2)
    transposed = nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)
    line = nn.Conv1d(4, 3, 2, padding="same")
    norm, layer_norm, group = nn.BatchNorm2d(4), nn.LayerNorm(5), nn.GroupNorm(2, 4)
    dense, table = nn.Linear(5, 3), nn.Embedding(6, 3)
    pairs = [
        (conv(x), functional.conv2d(x, conv.weight, conv.bias, 2, 1, 1, 2)),
        (transposed(x), functional.conv_transpose2d(x, transposed.weight, transposed.bias, 2, 1, 1, 2)),
        (line(x[..., 0]), functional.conv1d(x[..., 0], line.weight, line.bias, padding="same")),
        (nn.MaxPool2d(2)(x), functional.max_pool2d(x, 2)),
        (nn.MaxPool1d(3, 1)(x[..., 0]), functional.max_pool1d(x[..., 0], 3, 1)),
        (nn.AvgPool2d(2, 1, 1)(x), functional.avg_pool2d(x, 2, 1, 1)),
        (nn.AdaptiveAvgPool2d((2, 2))(x), functional.adaptive_avg_pool2d(x, (2, 2))),
        (norm(x), functional.batch_norm(x, None, None, norm.weight, norm.bias, training=True)),
        (norm.eval()(x), functional.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)),
        (layer_norm(x), functional.layer_norm(x, (5,), layer_norm.weight, layer_norm.bias)),
        (group(x), functional.group_norm(x, 2, group.weight, group.bias)),
        (dense(x), functional.linear(x, dense.weight, dense.bias)),
        (table([1, 2]), functional.embedding([1, 2], table.weight)),
        (nn.Flatten()(x), functional.flatten(x, 1)),
        (nn.LeakyReLU(0.3)(x), functional.leaky_relu(x, 0.3)),
        (nn.Softplus(2.0)(x), functional.softplus(x, 2.0)),
        (nn.LogSoftmax(1)(x), functional.log_softmax(x, 1)),
    ]
    for by_layer, by_function in pairs:
        np.testing.assert_array_equal(by_layer.data, by_function.data)


# --- repr, state, batching --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "Linear(4, 3)", "Linear(4, 3, bias=False)", "Conv2d(3, 8, (3, 5), padding='same', dilation=2)",
    "Conv2d(3, 8, 3, padding=1, padding_mode='reflect')", "Conv1d(3, 8, 3)",
    "ConvTranspose2d(3, 8, 3, stride=2, output_padding=1)", "MaxPool2d(2, stride=1, ceil_mode=True)",
    "AvgPool2d((2, 3), count_include_pad=False)", "AdaptiveAvgPool2d((None, 3))", "BatchNorm2d(3, momentum=None)",
    "LayerNorm((3, 4), eps=0.001)", "LayerNorm(3, bias=False)", "GroupNorm(2, 4, affine=False)", "Dropout(0.3)",
    "Embedding(5, 3, padding_idx=1)", "RNN(3, 4, nonlinearity='relu')", "LSTM(3, 4, num_layers=2, proj_size=2)",
    "GRU(3, 4, batch_first=True, bidirectional=True)", "LeakyReLU(negative_slope=0.2)", "GELU(approximate='tanh')",
    "Softplus(beta=2.0)", "Softmax(dim=1)", "Flatten(start_dim=2)", "Sigmoid()",
    "CrossEntropyLoss(label_smoothing=0.1)", "PReLU(num_parameters=3, init=0.5)", "Unflatten(1, (2, -1))",
    "Dropout2d(0.3)", "AlphaDropout(0.3)",
    "RNNCell(3, 4, nonlinearity='relu')", "LSTMCell(3, 4, bias=False)", "GRUCell(3, 4)",
    "Upsample(scale_factor=2, mode='bilinear', align_corners=True)", "Upsample(size=(3, 4))", "RMSNorm(3, eps=0.1)",
    "PixelShuffle(2)", "InstanceNorm2d(3, affine=True)", "InstanceNorm2d(3, affine=True, bias=False)",
    "InstanceNorm1d(3, momentum=0.3, track_running_stats=True)", "ZeroPad2d((1, 2, 3, 4))", "ReflectionPad2d(1)",
    "SmoothL1Loss(beta=0.5)",
    "Unfold(3, padding=(1, 2), stride=2)", "Fold((4, 5), 3, dilation=2)", "PixelUnshuffle(2)",
    "LocalResponseNorm(5, k=2.0)",
    "AvgPool1d(3, stride=2)", "LPPool2d(2, (2, 3), ceil_mode=True)", "AdaptiveMaxPool2d((None, 3))",
    "AdaptiveMaxPool1d(2, return_indices=True)", "ConvTranspose1d(2, 3, 4, output_padding=1, dilation=2)",
    "ConstantPad1d((1, 2), 0.5)", "CircularPad2d(1)", "Hardtanh(max_val=2.0)", "Hardshrink(lambd=1.0)", "ReLU6()",
    "Softshrink(lambd=1.0)", "Threshold(0.1, 2.0)", "CELU(alpha=0.5)", "GLU(dim=1)", "Softmin(dim=0)",
    "CosineSimilarity(dim=0)", "PairwiseDistance(p=1, keepdim=True)", "MarginRankingLoss(margin=0.5)",
    "TripletMarginLoss(margin=2.0, swap=True, reduction='sum')", "GaussianNLLLoss(full=True)",
    "PoissonNLLLoss(log_input=False)", "CosineEmbeddingLoss(margin=0.1)", "HingeEmbeddingLoss()", "SoftMarginLoss()",
    "MultiMarginLoss(p=2, margin=0.5)", "Bilinear(3, 4, 2, bias=False)", "Softmax2d()", "ChannelShuffle(3)",
    "EmbeddingBag(5, 3, mode='max', padding_idx=1)", "Embedding(5, 3, max_norm=1.0, scale_grad_by_freq=True)",
    "Conv3d(2, 3, (1, 2, 3), stride=2)", "ConvTranspose3d(2, 3, 2, output_padding=(0, 1, 0), dilation=2)",
    "MaxPool3d(2, ceil_mode=True)", "AvgPool3d((1, 2, 3), stride=2, divisor_override=4)", "Dropout3d(0.3)",
    "AdaptiveAvgPool3d((1, None, 2))", "InstanceNorm3d(3)", "BatchNorm3d(3, affine=False)", "ZeroPad3d(1)",
    "MaxUnpool2d(3, stride=2)", "Upsample(scale_factor=1.5, mode='linear', recompute_scale_factor=True)",
    "CrossEntropyLoss(from_logits=False, ignore_index=3, reduction='sum')", "BCELoss(from_logits=True)",
])
def test_repr_builds_the_layer_again(text: str) -> None:
    assert repr(eval("nn." + text)) == text


@pytest.mark.parametrize("kind", [nn.InstanceNorm1d, nn.BatchNorm1d])
def test_a_normalization_without_a_bias_is_one_whose_bias_is_0(kind: type[nn.InstanceNorm1d | nn.BatchNorm1d]) -> None:
    without, biased = kind(3, affine=True, bias=False), kind(3, affine=True)
    assert biased.state_dict().keys() - without.state_dict().keys() == {"bias"}
    x = RNG.normal(size=(2, 3, 5)).astype(np.float32)
    np.testing.assert_array_equal(without(x).data, biased(x).data)


def test_layers_work_one_example_at_a_time_under_vmap() -> None:
    images = RNG.normal(size=(3, 2, 5, 5)).astype(np.float32)
    rows = RNG.normal(size=(3, 4)).astype(np.float32)
    for layer, batch in [(nn.Linear(4, 2), rows), (nn.Conv2d(2, 3, 3), images), (nn.MaxPool2d(2), images),
                         (nn.LayerNorm(4), rows), (nn.ReLU(), rows), (nn.Sequential(nn.Linear(4, 3), nn.Tanh()), rows)]:
        np.testing.assert_allclose(autograd.vmap(layer)(batch).data, layer(batch).data, rtol=1e-4, atol=1e-5)


def test_forward_mode_goes_through_layers() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3, dtype=float), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2, dtype=float))
    x, v = RNG.normal(size=(2, 1, 4, 4)), RNG.normal(size=(2, 1, 4, 4))
    _, tangent = autograd.jvp(model, (x,), (v,))
    difference = (model(x + 1e-6 * v).data - model(x - 1e-6 * v).data) / 2e-6
    np.testing.assert_allclose(np.asarray(tangent.data), difference, rtol=1e-6, atol=1e-8)


def test_frozen_layers_get_no_gradient_but_pass_it_on() -> None:
    first, second = nn.Linear(3, 3), nn.Linear(3, 1).requires_grad_(False)
    second(first(np.ones((2, 3)))).sum().backward()
    assert second.weight.grad is None
    assert first.weight.grad is not None


@pytest.mark.parametrize("layer", [nn.LayerNorm(3), nn.GroupNorm(1, 3), nn.BatchNorm1d(3), nn.LayerNorm(3, bias=False)])
def test_normalizations_start_again_from_one_and_zero(layer: Any) -> None:
    for parameter in layer.parameters():
        parameter.data = np.full(3, 7.0, np.float32)
    layer.reset_parameters()
    assert layer.weight.tolist() == [1, 1, 1]
    assert layer.bias is None or layer.bias.tolist() == [0, 0, 0]


@pytest.mark.parametrize("kind", [getattr(nn.layers, name) for name in nn.layers.__all__])
def test_a_layer_is_of_no_kind_that_computes_something_else(kind: type) -> None:
    public = {getattr(nn.layers, name) for name in nn.layers.__all__}
    assert public.intersection(kind.__mro__) == {kind}  # a Conv1d is no Conv2d: isinstance says what a layer computes

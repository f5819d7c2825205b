"""export_onnx: what another runtime computes from the file, for every layer, against the model itself."""

from __future__ import annotations

import sys

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

import autograd
import nn
from autograd import Tensor

RANDOM = np.random.default_rng(0)


def images(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


def trained(layer):
    """The layer with every parameter and running statistic away from where it starts."""
    for tensor in [*layer.parameters(), *layer.buffers()]:
        if tensor.dtype.kind == "f":
            tensor.data = (0.5 + RANDOM.random(tensor.shape)).astype(tensor.dtype) / 2
    return layer


def assert_same_elsewhere(model, example, path, *, other_batch=True):
    """Export, check, run in the reference evaluator, with another batch size as well."""
    nn.export_onnx(model, example, path)
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = ReferenceEvaluator(str(path))
    inputs = example if isinstance(example, tuple) else (example,)
    model.eval()
    for given in (inputs, tuple(np.concatenate([x, x[:1]]) for x in inputs)) if other_batch else (inputs,):
        result = model(*[Tensor(x) for x in given])
        expected = []
        for part in result if isinstance(result, tuple) else (result,):
            expected += part if isinstance(part, tuple) else [part]
        found = session.run(None, dict(zip(session.input_names, given, strict=True)))
        for theirs, ours in zip(found, expected, strict=True):
            np.testing.assert_allclose(theirs, ours.data, rtol=1e-4, atol=1e-5)
            assert theirs.dtype == ours.dtype


LAYERS = [
    (nn.Linear(5, 3), (2, 5)),
    (nn.Linear(5, 3, bias=False), (2, 4, 5)),
    (nn.Linear(5, 3), (2, 4, 5)),
    (nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2), (2, 4, 11)),
    (nn.Conv1d(2, 3, 4, padding="same"), (2, 2, 9)),
    (nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), bias=False), (2, 4, 9, 8)),
    (nn.Conv2d(2, 3, (2, 3), padding="same", dilation=2), (2, 2, 7, 7)),
    (nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect"), (2, 2, 5, 5)),
    (nn.Conv2d(2, 3, 3, padding=1, padding_mode="replicate"), (2, 2, 5, 5)),
    (nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular"), (2, 2, 5, 5)),
    (nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), (2, 4, 5, 5)),
    (nn.ConvTranspose2d(2, 3, (2, 3), bias=False), (2, 2, 4, 5)),
    (nn.ConvTranspose1d(4, 6, 3, stride=2, padding=1, groups=2), (2, 4, 5)),
    (nn.Conv3d(4, 6, (2, 3, 1), stride=(1, 2, 1), padding=(1, 0, 2), groups=2), (2, 4, 3, 5, 4)),
    (nn.Conv3d(2, 3, 3, padding=1, padding_mode="replicate"), (2, 2, 3, 3, 4)),
    (nn.ConvTranspose3d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), (2, 4, 2, 3, 2)),
    (nn.MaxPool3d(2, 1), (2, 3, 3, 4, 3)),
    (nn.AvgPool3d(2, padding=1), (2, 3, 4, 4, 6)),
    (nn.AdaptiveAvgPool3d(1), (2, 3, 4, 2, 3)),
    (nn.AdaptiveAvgPool3d((2, 1, 3)), (2, 3, 4, 2, 3)),
    (nn.AdaptiveMaxPool3d((2, 1, 3)), (2, 3, 4, 2, 3)),
    (nn.LPPool3d(2, 2), (2, 3, 4, 2, 4)),
    (nn.BatchNorm3d(3), (2, 3, 2, 3, 2)),
    (nn.InstanceNorm3d(3, affine=True), (2, 3, 2, 3, 2)),
    (nn.Dropout3d(0.5), (2, 3, 2, 3, 2)),
    (nn.ZeroPad3d((1, 0, 2, 3, 0, 1)), (2, 3, 2, 3, 4)),
    (nn.ConstantPad3d(1, 1.5), (2, 3, 2, 3, 4)),
    (nn.CircularPad3d(1), (2, 3, 2, 3, 4)),
    (nn.ReflectionPad3d(1), (2, 3, 2, 3, 4)),
    (nn.ReplicationPad3d(1), (2, 3, 2, 3, 4)),
    (nn.Upsample(scale_factor=2, mode="trilinear"), (2, 3, 2, 3, 2)),
    (nn.Upsample(size=(3, 4, 2)), (2, 3, 2, 3, 2)),
    (nn.Upsample(size=(3, 8), mode="nearest-exact"), (2, 3, 4, 5)),
    (nn.Upsample(size=(2, 2), mode="area"), (2, 3, 6, 8)),
    (nn.Upsample(scale_factor=1.3, mode="linear", recompute_scale_factor=True), (2, 3, 5)),
    (nn.MaxPool1d(3, stride=2, padding=1), (2, 3, 9)),
    (nn.MaxPool1d(2, return_indices=True), (2, 3, 6)),
    (nn.MaxPool2d(3, 2, 1, return_indices=True, ceil_mode=True), (2, 3, 5, 6)),
    (nn.MaxPool3d(2, return_indices=True), (2, 3, 4, 2, 4)),
    (nn.AdaptiveMaxPool2d((2, 3), return_indices=True), (2, 3, 4, 6)),
    (nn.MaxPool2d(2, dilation=2), (2, 3, 8, 8)),
    (nn.MaxPool2d(3, stride=2, ceil_mode=True), (2, 3, 8, 8)),
    *((layer, (2, 3, *size)) for size in ((4, 5), (7, 8), (8, 6)) for layer in (  # a last window would be in padding
        nn.MaxPool2d(2, 3, 1, ceil_mode=True), nn.MaxPool2d(2, (3, 2), 1, ceil_mode=True, return_indices=True),
        nn.AvgPool2d(2, 3, 1, ceil_mode=True), nn.AvgPool2d(2, 3, 1, ceil_mode=True, count_include_pad=False))),
    (nn.MaxPool2d((2, 3), (2, 3), (1, 0), ceil_mode=True), (2, 3, 5, 8)),
    (nn.AvgPool2d((2, 3), (2, 3), (1, 0), ceil_mode=True), (2, 3, 5, 8)),
    (nn.AvgPool2d(3, stride=2, padding=1), (2, 3, 7, 7)),
    (nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False), (2, 3, 7, 7)),
    (nn.AdaptiveAvgPool2d(1), (2, 3, 5, 7)),
    (nn.AdaptiveAvgPool2d((2, 3)), (2, 3, 4, 6)),
    (nn.AvgPool1d(3, stride=2, padding=1), (2, 3, 7)),
    (nn.AdaptiveAvgPool1d(3), (2, 3, 6)),
    (nn.AdaptiveAvgPool1d(4), (2, 3, 6)),
    (nn.AdaptiveAvgPool2d((7, 2)), (2, 3, 4, 5)),
    (nn.AdaptiveAvgPool3d((2, 2, 3)), (1, 2, 3, 5, 2)),
    (nn.AdaptiveMaxPool1d(1), (2, 3, 6)),
    (nn.AdaptiveMaxPool2d((2, 3)), (2, 3, 4, 6)),
    (nn.LPPool1d(2, 3, 2), (2, 3, 7)),
    (nn.LPPool2d(2, (2, 3)), (2, 3, 4, 6)),
    (nn.Flatten(), (2, 3, 4, 5)),
    (nn.Flatten(2), (2, 3, 4, 5)),
    (nn.BatchNorm1d(3), (2, 3)),
    (nn.BatchNorm2d(3, eps=1e-2, affine=False), (2, 3, 4, 4)),
    (nn.LayerNorm((3, 4), eps=1e-3), (2, 3, 4)),
    (nn.LayerNorm(4, elementwise_affine=False), (2, 3, 4)),
    (nn.LayerNorm(4, bias=False), (2, 3, 4)),
    (nn.GroupNorm(2, 4), (2, 4, 3, 3)),
    (nn.GroupNorm(2, 4, affine=False), (2, 4, 3)),
    (nn.Dropout(0.5), (2, 3)),
    (nn.Identity(), (2, 3)),
    (nn.ReLU(), (2, 3)),
    (nn.LeakyReLU(0.2), (2, 3)),
    (nn.ELU(0.7), (2, 3)),
    (nn.GELU(), (2, 3)),
    (nn.GELU("tanh"), (2, 3)),
    (nn.SiLU(), (2, 3)),
    (nn.Sigmoid(), (2, 3)),
    (nn.Tanh(), (2, 3)),
    *((layer, (4, 6)) for layer in (
        nn.ReLU6(), nn.Hardtanh(-0.5, 0.7), nn.Hardsigmoid(), nn.Hardswish(), nn.Hardshrink(0.4), nn.Softshrink(0.3),
        nn.Threshold(0.1, 20.0), nn.SELU(), nn.CELU(0.5), nn.Mish(), nn.LogSigmoid(), nn.Softsign(), nn.Tanhshrink(),
        nn.GLU(), nn.Softmin(1))),
    (nn.Softplus(), (2, 3)),
    (nn.Softplus(beta=2.0), (2, 3)),
    (nn.Softplus(beta=2.0, threshold=0.5), (4, 9)),
    (nn.Softmax(1), (2, 3)),
    (nn.LogSoftmax(-1), (2, 3)),
    (nn.Softmax2d(), (2, 3, 4, 5)),
    (nn.PReLU(), (2, 3)),
    (nn.PReLU(3), (2, 3, 4, 5)),
    (nn.Unflatten(1, (2, -1)), (2, 6)),
    (nn.PixelShuffle(2), (2, 8, 3, 4)),
    (nn.PixelUnshuffle(2), (2, 3, 4, 6)),
    (nn.ChannelShuffle(3), (2, 6, 4, 5)),
    (nn.Unfold(3, 2, (1, 2), 2), (2, 3, 6, 7)),
    (nn.Fold((4, 5), (2, 3), padding=(1, 0)), (2, 12, 15)),
    (nn.ZeroPad2d((1, 0, 2, 3)), (2, 3, 4, 5)),
    (nn.ZeroPad1d((1, 2)), (2, 3, 4)),
    (nn.ConstantPad1d((2, 1), 1.5), (2, 3, 4)),
    (nn.ConstantPad2d((1, 0, 2, 3), -2.0), (2, 3, 4, 5)),
    (nn.CircularPad1d(2), (2, 3, 4)),
    (nn.CircularPad2d((1, 2, 3, 0)), (2, 3, 4, 5)),
    (nn.ReflectionPad1d((3, 1)), (2, 3, 4)),
    (nn.ReplicationPad1d((1, 5)), (2, 3, 4)),
    (nn.ReflectionPad2d(2), (2, 3, 4, 5)),
    (nn.ReplicationPad2d((1, 0, 2, 3)), (2, 3, 4, 5)),
    (nn.Upsample(scale_factor=2), (2, 3, 4, 5)),
    (nn.Upsample(size=7), (2, 3, 5)),
    (nn.Upsample(size=(7, 9), mode="bilinear"), (2, 3, 4, 5)),
    (nn.Upsample(scale_factor=(2, 1.3), mode="bilinear"), (2, 3, 4, 5)),
    (nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), (2, 3, 4, 5)),
    (nn.Upsample(scale_factor=2, mode="bicubic"), (2, 3, 4, 5)),
    (nn.Upsample(size=(3, 8), mode="bicubic", align_corners=True), (2, 3, 4, 5)),
    (nn.InstanceNorm1d(3, affine=True), (2, 3, 4)),
    (nn.InstanceNorm2d(3), (2, 3, 4, 5)),
    (nn.InstanceNorm2d(3, affine=True, track_running_stats=True), (2, 3, 4, 5)),
    (nn.RMSNorm((3, 4)), (2, 3, 4)),
    (nn.LocalResponseNorm(3, alpha=0.5, k=2.0), (2, 5, 4, 3)),
    (nn.LocalResponseNorm(4, alpha=0.5, beta=0.5), (2, 3, 4)),
    (nn.RMSNorm(4, eps=1e-3, elementwise_affine=False), (2, 3, 4)),
    (nn.Dropout1d(0.5), (2, 3, 4)),
    (nn.AlphaDropout(0.5), (2, 3)),
    (nn.Dropout2d(0.5), (2, 3, 4, 5)),
    (nn.RNNCell(3, 4), (2, 3)),
    (nn.LSTMCell(3, 4), (2, 3)),
    (nn.GRUCell(3, 4, bias=False), (2, 3)),
    (nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2, nn.LayerNorm(8)), (2, 5, 8)),
    (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (2, 5, 8)),
    (nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", norm_first=True, bias=False), (5, 2, 8)),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=[f"{layer!r}".split("\n")[0] for layer, _ in LAYERS])
def test_a_layer_computes_the_same_elsewhere(layer, shape, tmp_path):
    assert_same_elsewhere(trained(layer), images(*shape), tmp_path / "model.onnx")


@pytest.mark.parametrize("layer", [nn.ELU(2), nn.LeakyReLU(2), nn.Hardshrink(1), nn.Softshrink(1), nn.LayerNorm(3, 1)])
def test_an_option_may_be_a_whole_number(layer, tmp_path):
    assert_same_elsewhere(layer, images(2, 3), tmp_path / "model.onnx")


@pytest.mark.parametrize("layer", [nn.ReLU6(), nn.Hardtanh(-2.0, 5.0), nn.Hardsigmoid(), nn.Hardswish(),
                                   nn.Threshold(-4.0, 7.0), nn.Softplus(), nn.Softplus(threshold=4.0)], ids=repr)
def test_pieces_end_where_they_do_elsewhere(layer, tmp_path):
    assert_same_elsewhere(layer, np.linspace(-9, 9, 145, dtype=np.float32).reshape(1, -1), tmp_path / "model.onnx")


def test_every_layer_has_a_case():
    from nn.onnx.convert import CONVERTERS

    tested = {type(layer) for layer, _ in LAYERS} | {nn.Embedding, nn.RNN, nn.LSTM, nn.GRU, nn.MultiheadAttention}
    tested |= {nn.TransformerDecoderLayer, nn.TransformerDecoder, nn.Transformer}
    tested |= {nn.CosineSimilarity, nn.PairwiseDistance, nn.Bilinear, nn.EmbeddingBag}
    tested |= {nn.MaxUnpool1d, nn.MaxUnpool2d, nn.MaxUnpool3d}
    assert set(CONVERTERS) <= tested
    assert {getattr(nn.layers, name) for name in nn.layers.__all__} == tested


@pytest.mark.parametrize("options", [{}, {"padding_idx": 2}, {"max_norm": 0.5}, {"include_last_offset": True}])
@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_bags_compute_the_same_elsewhere(mode, options, tmp_path):
    indices, path = np.array([[1, 2, 0, 6, 2], [2, 2, 2, 2, 2]]), tmp_path / "model.onnx"
    layer = nn.EmbeddingBag(7, 3, mode=mode, **options)
    assert_same_elsewhere(layer, indices, path)
    offsets = np.array([0, 2, 2, 4, 5] if "include_last_offset" in options else [0, 2, 2, 4])
    assert_same_elsewhere(layer, (indices[0], offsets), path, other_batch=False)
    session = ReferenceEvaluator(str(path))
    (found,) = session.run(None, {"input_0": indices[1], "input_1": offsets})
    np.testing.assert_allclose(found, layer(indices[1], offsets).data, rtol=1e-5)
    if mode == "sum":
        weights = RANDOM.random(5).astype(np.float32)
        nn.export_onnx(layer, (indices[0], offsets, weights), path)


@pytest.mark.parametrize(("layer", "pool", "shape"), [
    (nn.MaxUnpool1d(2), nn.MaxPool1d(2, return_indices=True), (2, 3, 6)),
    (nn.MaxUnpool2d(2, 3), nn.MaxPool2d(2, 3, return_indices=True), (2, 3, 5, 8)),
    (nn.MaxUnpool3d(2), nn.MaxPool3d(2, return_indices=True), (2, 3, 2, 4, 2)),
])
def test_unpooled_values_are_the_same_elsewhere(layer, pool, shape, tmp_path):
    values, places = pool(images(*shape))
    assert_same_elsewhere(layer, (values.data, places.data), tmp_path / "model.onnx")


def test_places_go_from_a_pool_to_what_puts_values_back(tmp_path):
    class Segmenter(nn.Module):
        def __init__(self):
            self.down, self.up = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)
            self.first, self.last = nn.Conv2d(1, 3, 3, padding=1), nn.Conv2d(3, 2, 1)

        def forward(self, x):
            values, places = self.down(self.first(x))
            return self.last(self.up(values, places))

    assert_same_elsewhere(Segmenter(), images(2, 1, 4, 6), tmp_path / "model.onnx")


def test_rows_that_the_example_does_not_read_are_shortened_elsewhere_too(tmp_path):
    layer = nn.Embedding(7, 3, max_norm=0.1)
    nn.export_onnx(layer, np.array([[0, 1]]), tmp_path / "model.onnx")
    found = ReferenceEvaluator(str(tmp_path / "model.onnx")).run(None, {"input": np.array([[5, 3]])})[0]
    np.testing.assert_allclose(found, layer([[5, 3]]).data, rtol=1e-5)


@pytest.mark.parametrize("layer", [nn.CosineSimilarity(), nn.CosineSimilarity(-1), nn.PairwiseDistance(),
                                   nn.PairwiseDistance(1, keepdim=True), nn.Bilinear(4, 4, 3),
                                   nn.Bilinear(4, 4, 3, bias=False)])
def test_layers_of_two_inputs_compute_the_same_elsewhere(layer, tmp_path):
    assert_same_elsewhere(layer, (images(2, 3, 4), images(2, 3, 4)), tmp_path / "model.onnx")


def test_options_that_onnx_has_not(tmp_path):
    with pytest.raises(ValueError, match="lengths of p = 1 and 2 only"):
        nn.export_onnx(nn.PairwiseDistance(3), (images(2, 4), images(2, 4)), tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="its inputs have 2 and 1 axes"):
        nn.export_onnx(nn.CosineSimilarity(), (images(2, 4), images(4)), tmp_path / "model.onnx")
    for power in (1.5, np.inf):
        with pytest.raises(ValueError, match="whole powers only"):
            nn.export_onnx(nn.LPPool1d(power, 2), abs(images(2, 3, 4)), tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="must divide evenly"):
        nn.export_onnx(nn.AdaptiveMaxPool1d(3), images(2, 3, 4), tmp_path / "model.onnx")


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize(
    "options",
    [{}, {"batch_first": True, "bias": False}, {"num_layers": 2, "bidirectional": True, "batch_first": True}],
    ids=["plain", "batch_first", "deep"],
)
def test_recurrent_layers_compute_the_same_elsewhere(kind, options, tmp_path):
    assert_same_elsewhere(trained(kind(3, 4, **options)), images(2, 5, 3), tmp_path / "model.onnx", other_batch=False)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("options", [{}, {"num_layers": 3, "bidirectional": True, "batch_first": True, "bias": False}],
                         ids=["plain", "deep"])
def test_a_decoder_begins_with_the_states_of_an_encoder(kind, options, tmp_path):
    class Translator(nn.Module):
        def __init__(self):
            self.encoder, self.decoder = kind(3, 4, **options), kind(3, 4, **options)

        def forward(self, x, y):
            return self.decoder(y, hx=self.encoder(x)[1])

    batch = bool(options)
    shapes = ((2, 5, 3), (2, 3, 3)) if batch else ((5, 2, 3), (3, 2, 3))
    assert_same_elsewhere(trained(Translator()), tuple(images(*s) for s in shapes), tmp_path / "model.onnx",
                          other_batch=batch)


@pytest.mark.parametrize("cell", [nn.RNNCell(3, 4), nn.GRUCell(3, 4), nn.LSTMCell(3, 4), nn.LSTMCell(3, 4, bias=False)])
def test_a_loop_over_a_cell(cell, tmp_path):
    class Loop(nn.Module):
        def __init__(self):
            self.cell = cell
            self.step = nn.Flatten(1)  # a layer, as export knows no indices

        def forward(self, x, y):
            state = self.cell(self.step(x))
            return self.cell(self.step(y), state)

    assert_same_elsewhere(trained(Loop()), (images(2, 3), images(2, 3)), tmp_path / "model.onnx")


def test_encoder_and_decoder_compute_the_same_elsewhere(tmp_path):
    model = nn.Transformer(8, 2, 2, 2, 16, batch_first=True)
    assert_same_elsewhere(trained(model), (images(2, 5, 8), images(2, 4, 8)), tmp_path / "model.onnx")


def test_a_recurrent_net_runs_on_any_batch(tmp_path):
    class Last(nn.Module):
        def __init__(self):
            self.rnn = nn.RNN(3, 4, batch_first=True)
            self.head = nn.Linear(4, 2)

        def forward(self, x):
            return self.head(self.rnn(x)[0]).mean(axis=1)

    assert_same_elsewhere(trained(Last()), images(2, 5, 3), tmp_path / "model.onnx")


def test_a_layer_may_be_given_its_inputs_by_name(tmp_path):
    class ByName(nn.Module):
        def __init__(self):
            self.attention, self.linear = nn.MultiheadAttention(8, 2, batch_first=True), nn.Linear(8, 8)

        def forward(self, x):
            return self.attention(value=x, key=self.linear(input=x), query=x)[0]

    assert_same_elsewhere(trained(ByName()), images(2, 3, 8), tmp_path / "model.onnx", other_batch=False)


@pytest.mark.parametrize("batch_first", [True, False])
def test_attention_computes_the_same_elsewhere(batch_first, tmp_path):
    class Cross(nn.Module):
        def __init__(self):
            self.attention = nn.MultiheadAttention(8, 2, batch_first=batch_first)

        def forward(self, x, y):
            return self.attention(x, y, y)

    shapes = ((2, 5, 8), (2, 3, 8)) if batch_first else ((5, 2, 8), (3, 2, 8))
    example = tuple(images(*shape) for shape in shapes)
    assert_same_elsewhere(trained(Cross()), example, tmp_path / "model.onnx", other_batch=batch_first)


CAUSAL = ~np.tri(4, dtype=bool)
MASKS = {
    "causal": {"is_causal": True},
    "of booleans": {"attn_mask": CAUSAL},
    "of numbers": {"attn_mask": np.where(CAUSAL, -np.inf, 0.5).astype(np.float32), "need_weights": False},
    "of each head": {"attn_mask": np.stack([CAUSAL, CAUSAL.T] * 2) & ~np.eye(4, dtype=bool)},
}


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("options", MASKS.values(), ids=MASKS)
def test_masks_of_attention_are_in_the_file(options, batch_first, tmp_path):
    class Model(nn.Module):
        def __init__(self):
            self.attention = nn.MultiheadAttention(8, 2, batch_first=batch_first)

        def forward(self, x):
            return self.attention(x, x, x, **options)[0]

    example = images(2, 4, 8) if batch_first else images(4, 2, 8)
    assert_same_elsewhere(trained(Model()), example, tmp_path / "model.onnx",
                          other_batch=batch_first and np.ndim(options.get("attn_mask")) < 3)


def test_a_mask_of_padding_is_an_input_of_the_file(tmp_path):
    class Model(nn.Module):
        def __init__(self):
            layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
            self.encoder = nn.TransformerEncoder(layer, 2)

        def forward(self, x, padding):
            return self.encoder(x, mask=nn.Transformer.generate_square_subsequent_mask(4), src_key_padding_mask=padding)

    padding = np.array([[False, False, True, True], [False] * 4])
    assert_same_elsewhere(trained(Model()), (images(2, 4, 8), padding), tmp_path / "model.onnx")


def test_an_embedding_takes_integers(tmp_path):
    model = trained(nn.Sequential(nn.Embedding(7, 4), nn.Flatten(), nn.Linear(12, 2)))
    assert_same_elsewhere(model, np.array([[0, 6, 2], [1, 1, 5]]), tmp_path / "model.onnx")


def test_nested_containers_and_the_names_in_the_file(tmp_path):
    model = trained(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Sequential(nn.ReLU(), nn.Flatten()), nn.Linear(72, 3)))
    assert_same_elsewhere(model, images(2, 1, 8, 8), tmp_path / "model.onnx")
    graph = onnx.load(tmp_path / "model.onnx").graph
    assert [i.name for i in graph.input] == ["input"]
    assert [o.name for o in graph.output] == ["output"]
    assert {"0.weight", "0.bias", "2.weight", "2.bias"} <= {i.name for i in graph.initializer}
    assert [n.name for n in graph.node][:2] == ["0.conv", "1.0.relu"]
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "N"


def test_what_forward_does_between_layers(tmp_path):
    class Residual(nn.Module):
        def __init__(self):
            self.first, self.second = nn.Linear(6, 6), nn.Linear(6, 6)
            self.scale = nn.Parameter(np.ones(6) * 0.3)

        def forward(self, x):
            x = x.reshape(len(x), -1)
            hidden = np.maximum(self.first(x) * self.scale, 0)
            hidden = hidden + self.second(np.tanh(hidden) ** 2 / 2.0) - 1
            hidden = hidden[..., np.arange(6) < 6]
            again = self.second(np.concatenate([hidden, -x], axis=1).reshape(len(x), 2, 6))
            return np.exp(again.mean(axis=1, keepdims=True)).sum(axis=-1), autograd.softmax(again.T, axis=0).T

    class Net(Residual):
        def forward(self, x):
            x = x.reshape(len(x), -1)
            hidden = np.maximum(self.first(x) * self.scale, 0)
            hidden = hidden + self.second(np.tanh(hidden) ** 2 / 2.0) - 1
            again = self.second(np.concatenate([hidden, -x], axis=1).reshape(len(x), 2, 6))
            return np.exp(again.mean(axis=1, keepdims=True)).sum(axis=-1), autograd.softmax(again, axis=2)

    assert_same_elsewhere(trained(Net()), images(2, 2, 3), tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="cannot express 'get_item', which Residual.forward uses between layers"):
        nn.export_onnx(Residual(), images(2, 2, 3), tmp_path / "model.onnx")


def test_the_example_takes_the_dtype_of_the_parameters(tmp_path):
    model = nn.Sequential(nn.Linear(3, 2, dtype=np.float64))
    assert_same_elsewhere(model, RANDOM.normal(size=(2, 3)), tmp_path / "model.onnx")
    nn.export_onnx(nn.Linear(3, 2), np.ones((2, 3)), tmp_path / "model.onnx")
    file = onnx.load(tmp_path / "model.onnx")
    assert file.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.FLOAT


def test_the_model_is_as_before(tmp_path):
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    model[2].eval()
    before = model.state_dict()
    nn.export_onnx(model, images(2, 3), tmp_path / "model.onnx")
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert [module.training for module in model.modules()] == [True, True, True, False]
    assert not any(module._hooks for module in model.modules())


@pytest.mark.parametrize("layer", [nn.LeakyReLU(0.3), nn.ELU(0.7), nn.GELU(), nn.LayerNorm(4, 0.01, dtype=np.float64)])
def test_a_model_of_double_precision_may_have_attributes_of_single(layer, tmp_path):
    class Model(nn.Module):
        def __init__(self):
            self.layer = layer

        def forward(self, x):
            return autograd.gelu(self.layer(x))

    assert_same_elsewhere(Model(), RANDOM.normal(size=(3, 4)), tmp_path / "model.onnx")


def test_double_precision_is_kept_in_group_normalization(tmp_path):
    model = trained(nn.GroupNorm(2, 4, dtype=np.float64))
    x = 1e3 + RANDOM.normal(size=(2, 4, 5))
    nn.export_onnx(model, x, tmp_path / "model.onnx")
    (found,) = ReferenceEvaluator(str(tmp_path / "model.onnx")).run(None, {"input": x})
    np.testing.assert_allclose(found, model(x).data, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"), [({"kdim": 3}, "kdim, vdim"), ({"add_zero_attn": True}, "add_bias_kv, add_zero_attn")]
)
def test_attention_with_keys_of_its_own_kind_is_refused(options, message, tmp_path):
    class Attends(nn.Module):
        def __init__(self):
            self.attention = nn.MultiheadAttention(4, 2, batch_first=True, **options)

        def forward(self, x, y):
            return self.attention(x, y, x if options.get("kdim") else y)[0]

    with pytest.raises(ValueError, match=message):
        nn.export_onnx(Attends(), (images(2, 5, 4), images(2, 5, options.get("kdim", 4))), tmp_path / "model.onnx")


def test_attention_within_one_sequence_is_refused(tmp_path):
    class Attends(nn.Module):
        def __init__(self):
            self.attention = nn.MultiheadAttention(4, 2)

        def forward(self, x):
            return self.attention(x, x, x)[0]

    with pytest.raises(ValueError, match=r"called on one sequence of shape \(5, 4\); give it a batch"):
        nn.export_onnx(Attends(), images(5, 4), tmp_path / "model.onnx")


def test_without_onnx_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r"cleargrad\[onnx\]"):
        nn.export_onnx(nn.Linear(3, 2), images(2, 3), tmp_path / "model.onnx")

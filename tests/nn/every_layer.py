"""Every layer and loss of `nn` and every function of `nn.functional`, small: what each is a function of.

A `Case` is a function of arrays: inputs, whose first axis is the batch, and parameters, which all examples share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import nn
from autograd import Tensor
from autograd.arrays import Array
from nn import functional as F

N = 3


class Case(NamedTuple):
    """`function(*inputs, *parameters)`; `alone` where each example's result is its own."""

    function: Callable[..., Any]
    inputs: tuple[Array, ...]
    parameters: tuple[Array, ...]
    alone: bool

    @property
    def operands(self) -> tuple[Array, ...]:
        return self.inputs + self.parameters

    @property
    def operands_of_floats(self) -> list[int]:
        """Where the operands are that are differentiated."""
        return [i for i, x in enumerate(self.operands) if x.dtype.kind == "f"]

    def at(self, operands: Sequence[Any]) -> Callable[..., Any]:
        """All numbers of the result as one vector, a function of the operands of floats alone."""
        places = self.operands_of_floats

        def function(*floats: Any) -> Any:
            given = list(operands)
            for i, x in zip(places, floats, strict=True):
                given[i] = x
            return flat(self.function(*given))

        return function

    def floats(self, operands: Sequence[Any] | None = None) -> list[Any]:
        """The operands of floats, of these or of the case's own."""
        held = self.operands if operands is None else operands
        return [held[i] for i in self.operands_of_floats]


def drawn(*shapes: Any) -> tuple[Array, ...]:
    """An array for each shape; what is an array already stays."""
    rng = np.random.default_rng(len(shapes) + sum(map(len, shapes)))
    return tuple(x if isinstance(x, np.ndarray) else rng.normal(size=x) for x in shapes)


def of_layer(module: nn.Module, *inputs: Any, alone: bool = True) -> Case:
    """A layer as a function of its inputs and parameters, which are drawn away from their symmetric starts."""
    names = [name for name, _ in module.named_parameters()]
    rng = np.random.default_rng(1)
    module = module.astype(np.float64)
    parameters = tuple(p.data + 0.3 * rng.normal(size=p.shape) for p in module.parameters())
    given = drawn(*inputs)

    def function(*operands: Any) -> Any:
        values = dict(zip(names, operands[len(given) :], strict=True))
        return nn.functional_call(module, values, *operands[: len(given)])

    return Case(function, given, parameters, alone)


def of_function(function: Callable[..., Any], *inputs: Any, parameters: tuple[Any, ...] = (),
                alone: bool = True) -> Case:
    return Case(function, drawn(*inputs), drawn(*parameters), alone)


def ints(high: int, *shape: int) -> Array:
    return np.random.default_rng(high).integers(0, high, shape)


def shares(*shape: int, axis: int = 1) -> Array:
    e = np.exp(np.random.default_rng(5).normal(size=shape))
    return e / e.sum(axis, keepdims=True)


def unit(*shape: int) -> Array:
    return np.random.default_rng(6).uniform(0.1, 0.9, shape)


class Lengths(nn.Module):
    """A recurrent layer on three sequences of several lengths."""

    def __init__(self, layer: nn.Module) -> None:
        self.layer = layer

    def forward(self, x: Any, state: Any = None) -> Any:
        return self.layer(x, state, [2, 4, 2])


ROWS, SEQUENCES, IMAGES, VOLUMES = (N, 4), (N, 4, 5), (N, 4, 5, 6), (N, 4, 3, 2, 4)
DEALT = np.stack([np.random.default_rng(8).permutation(4) for _ in range(4 * N)]).reshape(N, 4, 4)
"""Places in each channel, each once."""
WEIGHT = np.array([0.5, 1.5, 1.0, 0.2])

LAYERS: dict[str, Case] = {
    # activations
    **{kind.__name__: of_layer(kind(), ROWS) for kind in (
        nn.CELU, nn.ELU, nn.GELU, nn.GLU, nn.Hardshrink, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh, nn.Identity,
        nn.LeakyReLU, nn.LogSigmoid, nn.LogSoftmax, nn.Mish, nn.ReLU, nn.ReLU6, nn.SELU, nn.Sigmoid, nn.SiLU,
        nn.Softmax, nn.Softmin, nn.Softplus, nn.Softshrink, nn.Softsign, nn.Tanh, nn.Tanhshrink)},
    "Threshold": of_layer(nn.Threshold(0.1, 2.0), ROWS), "PReLU": of_layer(nn.PReLU(4), SEQUENCES),
    "PReLU, one slope": of_layer(nn.PReLU(), ROWS), "Softplus, bent": of_layer(nn.Softplus(2.0, 1.0), ROWS),
    "Softmax2d": of_layer(nn.Softmax2d(), IMAGES),
    # dense
    "Linear": of_layer(nn.Linear(4, 3), ROWS), "Linear of sequences": of_layer(nn.Linear(5, 3, bias=False), SEQUENCES),
    "Bilinear": of_layer(nn.Bilinear(4, 5, 2), (N, 6, 4), (N, 6, 5)),
    "Embedding": of_layer(nn.Embedding(7, 3), ints(7, N, 5)),
    "EmbeddingBag": of_layer(nn.EmbeddingBag(7, 3, padding_idx=2), ints(7, N, 5)),
    "EmbeddingBag, largest": of_layer(nn.EmbeddingBag(7, 3, mode="max"), ints(7, N, 5)),
    # convolutions
    "Conv1d": of_layer(nn.Conv1d(4, 6, 3, 2, 1, groups=2), SEQUENCES),
    "Conv1d, channel by channel": of_layer(nn.Conv1d(4, 4, 3, groups=4), SEQUENCES),
    "Conv2d": of_layer(nn.Conv2d(4, 2, 3, padding=1), IMAGES),
    "Conv2d, channel by channel": of_layer(nn.Conv2d(4, 8, 3, 2, 1, groups=4), IMAGES),
    "Conv2d, reflected": of_layer(nn.Conv2d(4, 2, (2, 3), padding=1, dilation=2, padding_mode="reflect"), IMAGES),
    "Conv3d": of_layer(nn.Conv3d(4, 2, (2, 1, 3), (1, 2, 1), padding=(1, 0, 1)), VOLUMES),
    "Conv3d, in groups": of_layer(nn.Conv3d(4, 4, 2, dilation=(2, 1, 1), groups=2, padding_mode="circular"), VOLUMES),
    "ConvTranspose1d": of_layer(nn.ConvTranspose1d(4, 2, 3, 2), SEQUENCES),
    "ConvTranspose2d": of_layer(nn.ConvTranspose2d(4, 2, 3, 2, 1, 1, groups=2), IMAGES),
    "ConvTranspose3d": of_layer(nn.ConvTranspose3d(4, 2, (3, 1, 2), 2, (1, 0, 0), 1, groups=2), VOLUMES),
    # pools
    "MaxPool1d": of_layer(nn.MaxPool1d(2, 1), SEQUENCES),
    "MaxPool2d": of_layer(nn.MaxPool2d(3, 2, 1, ceil_mode=True), IMAGES),
    "MaxPool3d": of_layer(nn.MaxPool3d(2, 1, 1), VOLUMES), "AvgPool1d": of_layer(nn.AvgPool1d(3, 2, 1), SEQUENCES),
    "AvgPool2d": of_layer(nn.AvgPool2d(3, 2, 1, count_include_pad=False), IMAGES),
    "AvgPool3d": of_layer(nn.AvgPool3d((2, 1, 3), (2, 1, 1), (1, 0, 1), ceil_mode=True), VOLUMES),
    "LPPool1d": of_layer(nn.LPPool1d(2, 2), SEQUENCES), "LPPool2d": of_layer(nn.LPPool2d(3, 2, 1), unit(*IMAGES)),
    "LPPool3d": of_layer(nn.LPPool3d(3, (2, 1, 2)), unit(*VOLUMES)),
    "AdaptiveAvgPool1d": of_layer(nn.AdaptiveAvgPool1d(3), SEQUENCES),
    "AdaptiveAvgPool2d": of_layer(nn.AdaptiveAvgPool2d((2, 4)), IMAGES),
    "AdaptiveAvgPool2d, whole": of_layer(nn.AdaptiveAvgPool2d(1), IMAGES),
    "AdaptiveAvgPool3d": of_layer(nn.AdaptiveAvgPool3d((2, 1, 3)), VOLUMES),
    "AdaptiveMaxPool1d": of_layer(nn.AdaptiveMaxPool1d(3), SEQUENCES),
    "AdaptiveMaxPool2d": of_layer(nn.AdaptiveMaxPool2d((2, 4)), IMAGES),
    "AdaptiveMaxPool3d": of_layer(nn.AdaptiveMaxPool3d((2, None, 3)), VOLUMES),
    "MaxUnpool1d": of_layer(nn.MaxUnpool1d(2, 1), (N, 4, 3), DEALT[:, :, :3]),
    "MaxUnpool2d": of_layer(nn.MaxUnpool2d((1, 3), 2, (0, 1)), (N, 4, 2, 2), DEALT[:, :, :4].reshape(N, 4, 2, 2)),
    "MaxUnpool3d": of_layer(nn.MaxUnpool3d(2), (N, 4, 1, 2, 1), DEALT[:, :, :2].reshape(N, 4, 1, 2, 1)),
    # normalizations
    "BatchNorm1d": of_layer(nn.BatchNorm1d(4, track_running_stats=False), ROWS, alone=False),
    "BatchNorm1d, evaluated": of_layer(nn.BatchNorm1d(4).eval(), SEQUENCES),
    "BatchNorm2d": of_layer(nn.BatchNorm2d(4, track_running_stats=False), IMAGES, alone=False),
    "BatchNorm2d, evaluated": of_layer(nn.BatchNorm2d(4).eval(), IMAGES),
    "BatchNorm3d": of_layer(nn.BatchNorm3d(4, track_running_stats=False), VOLUMES, alone=False),
    "BatchNorm3d, evaluated": of_layer(nn.BatchNorm3d(4).eval(), VOLUMES),
    "InstanceNorm1d": of_layer(nn.InstanceNorm1d(4, affine=True), SEQUENCES),
    "InstanceNorm2d": of_layer(nn.InstanceNorm2d(4), IMAGES),
    "InstanceNorm2d, evaluated": of_layer(nn.InstanceNorm2d(4, affine=True, track_running_stats=True).eval(), IMAGES),
    "InstanceNorm3d": of_layer(nn.InstanceNorm3d(4, affine=True), VOLUMES),
    "LayerNorm": of_layer(nn.LayerNorm(5), SEQUENCES), "RMSNorm": of_layer(nn.RMSNorm((4, 5)), SEQUENCES),
    "GroupNorm": of_layer(nn.GroupNorm(2, 4), IMAGES),
    "LocalResponseNorm": of_layer(nn.LocalResponseNorm(3, alpha=0.5), IMAGES),
    # dropout
    "Dropout": of_layer(nn.Dropout().eval(), ROWS), "Dropout1d": of_layer(nn.Dropout1d().eval(), SEQUENCES),
    "Dropout2d": of_layer(nn.Dropout2d().eval(), IMAGES), "Dropout3d": of_layer(nn.Dropout3d().eval(), VOLUMES),
    "AlphaDropout": of_layer(nn.AlphaDropout().eval(), ROWS),
    # padding
    "ZeroPad1d": of_layer(nn.ZeroPad1d((1, 2)), SEQUENCES), "ZeroPad2d": of_layer(nn.ZeroPad2d((1, -1, 2, 0)), IMAGES),
    "ZeroPad3d": of_layer(nn.ZeroPad3d((1, 0, -1, 2, 0, 1)), VOLUMES),
    "ConstantPad1d": of_layer(nn.ConstantPad1d(1, 2.0), SEQUENCES),
    "ConstantPad2d": of_layer(nn.ConstantPad2d(1, 2.0), IMAGES),
    "ConstantPad3d": of_layer(nn.ConstantPad3d(1, 2.0), VOLUMES),
    "CircularPad1d": of_layer(nn.CircularPad1d(2), SEQUENCES),
    "CircularPad2d": of_layer(nn.CircularPad2d((1, 2, 3, 4)), IMAGES),
    "CircularPad3d": of_layer(nn.CircularPad3d((1, 2, 0, 1, 2, 1)), VOLUMES),
    "ReflectionPad1d": of_layer(nn.ReflectionPad1d(2), SEQUENCES),
    "ReflectionPad2d": of_layer(nn.ReflectionPad2d(2), IMAGES),
    "ReflectionPad3d": of_layer(nn.ReflectionPad3d(1), VOLUMES),
    "ReplicationPad1d": of_layer(nn.ReplicationPad1d(2), SEQUENCES),
    "ReplicationPad2d": of_layer(nn.ReplicationPad2d(2), IMAGES),
    "ReplicationPad3d": of_layer(nn.ReplicationPad3d(1), VOLUMES),
    # sizes and places
    "Upsample, trilinear": of_layer(nn.Upsample(size=(4, 3, 5), mode="trilinear"), VOLUMES),
    "Upsample, area": of_layer(nn.Upsample(size=(2, 1, 7), mode="area"), VOLUMES),
    "Upsample, nearest-exact": of_layer(nn.Upsample(size=8, mode="nearest-exact"), SEQUENCES),
    "Upsample": of_layer(nn.Upsample(scale_factor=2), IMAGES),
    "Upsample, linear": of_layer(nn.Upsample(size=8, mode="linear"), SEQUENCES),
    "Upsample, bilinear": of_layer(nn.Upsample(size=(3, 9), mode="bilinear", align_corners=True), IMAGES),
    "Upsample, bicubic": of_layer(nn.Upsample(scale_factor=(1.3, 0.5), mode="bicubic"), IMAGES),
    "Unfold": of_layer(nn.Unfold(3, 2, 1), IMAGES), "Fold": of_layer(nn.Fold((4, 5), (2, 3)), (N, 12, 9)),
    "PixelShuffle": of_layer(nn.PixelShuffle(2), IMAGES),
    "PixelUnshuffle": of_layer(nn.PixelUnshuffle(2), (N, 4, 4, 6)),
    "ChannelShuffle": of_layer(nn.ChannelShuffle(2), IMAGES), "Flatten": of_layer(nn.Flatten(), IMAGES),
    "Unflatten": of_layer(nn.Unflatten(1, (2, 2)), SEQUENCES),
    # distances
    "CosineSimilarity": of_layer(nn.CosineSimilarity(), ROWS, ROWS),
    "PairwiseDistance": of_layer(nn.PairwiseDistance(3.0), SEQUENCES, SEQUENCES),
    # sequences
    "RNN": of_layer(nn.RNN(5, 3, 2, bidirectional=True, batch_first=True), SEQUENCES),
    "RNN, relu": of_layer(nn.RNN(5, 3, nonlinearity="relu", batch_first=True), SEQUENCES),
    "LSTM": of_layer(nn.LSTM(5, 3, 2, bidirectional=True, batch_first=True), SEQUENCES),
    "LSTM of several lengths": of_layer(Lengths(nn.LSTM(5, 3, 2, bidirectional=True)), (4, N, 5), alone=False),
    "LSTM, projected": of_layer(nn.LSTM(5, 3, proj_size=2, batch_first=True), SEQUENCES),
    "GRU of several lengths": of_layer(Lengths(nn.GRU(5, 3)), (4, N, 5), (1, N, 3), alone=False),
    "GRU": of_layer(nn.GRU(5, 3, 2, bidirectional=True, batch_first=True), SEQUENCES),
    "RNNCell": of_layer(nn.RNNCell(4, 3), ROWS, (N, 3)), "LSTMCell": of_layer(nn.LSTMCell(4, 3), ROWS),
    "GRUCell": of_layer(nn.GRUCell(4, 3), ROWS, (N, 3)),
    "MultiheadAttention": of_layer(nn.MultiheadAttention(6, 2, batch_first=True), (N, 4, 6), (N, 5, 6), (N, 5, 6)),
    "MultiheadAttention, extended": of_layer(
        nn.MultiheadAttention(6, 2, kdim=5, vdim=4, add_bias_kv=True, add_zero_attn=True, batch_first=True),
        (N, 4, 6), (N, 5, 5), (N, 5, 4)),
    "TransformerEncoderLayer": of_layer(nn.TransformerEncoderLayer(6, 2, 5, 0.0, batch_first=True), (N, 4, 6)),
    "TransformerDecoderLayer": of_layer(
        nn.TransformerDecoderLayer(6, 2, 5, 0.0, "gelu", norm_first=True, batch_first=True), (N, 4, 6), (N, 5, 6)),
    "TransformerEncoder": of_layer(
        nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 5, 0.0, batch_first=True), 2), (N, 3, 4)),
    "TransformerDecoder": of_layer(
        nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 5, 0.0, batch_first=True), 2), (N, 3, 4), (N, 2, 4)),
    "Transformer": of_layer(nn.Transformer(4, 2, 1, 1, 5, 0.0, batch_first=True), (N, 3, 4), (N, 2, 4)),
}


def aligned(loss: Callable[..., Any], chances: Any, labels: Any) -> Any:
    """Three sequences of several lengths."""
    return loss(np.log(chances), labels, [5, 4, 5], [2, 1, 2])


SIGNS = 2 * ints(2, *ROWS) - 1
LABELS, PLACES = ints(4, N), ints(4, N, 5)
LOSSES: dict[str, Case] = {
    f"{name}, {reduction}": of_layer(loss(reduction=reduction), *inputs, alone=reduction == "none")
    for reduction in ("mean", "sum", "none")
    for name, loss, inputs in (
        ("MSELoss", nn.MSELoss, (ROWS, ROWS)), ("L1Loss", nn.L1Loss, (ROWS, ROWS)),
        ("HuberLoss", nn.HuberLoss, (ROWS, ROWS)), ("SmoothL1Loss", nn.SmoothL1Loss, (ROWS, ROWS)),
        ("BCELoss", nn.BCELoss, (unit(*ROWS), unit(*ROWS)[::-1])),
        ("BCEWithLogitsLoss", lambda **o: nn.BCEWithLogitsLoss(WEIGHT, pos_weight=WEIGHT[::-1], **o),
         (ROWS, unit(*ROWS))),
        ("CrossEntropyLoss", nn.CrossEntropyLoss, (ROWS, LABELS)),
        ("CrossEntropyLoss, weighted, smoothed",
         lambda **o: nn.CrossEntropyLoss(WEIGHT, ignore_index=1, label_smoothing=0.2, **o), (SEQUENCES, PLACES)),
        ("CrossEntropyLoss of probabilities", nn.CrossEntropyLoss, (SEQUENCES, shares(*SEQUENCES))),
        ("CrossEntropyLoss, from_logits=False", lambda **o: nn.CrossEntropyLoss(WEIGHT, from_logits=False, **o),
         (shares(*SEQUENCES), PLACES)),
        ("MarginRankingLoss", lambda **o: nn.MarginRankingLoss(0.3, **o), (ROWS, ROWS, SIGNS)),
        ("HingeEmbeddingLoss", nn.HingeEmbeddingLoss, (ROWS, SIGNS)),
        ("SoftMarginLoss", nn.SoftMarginLoss, (ROWS, SIGNS)),
        ("CosineEmbeddingLoss", nn.CosineEmbeddingLoss, (ROWS, ROWS, SIGNS[:, 0])),
        ("TripletMarginLoss", lambda **o: nn.TripletMarginLoss(swap=True, **o), (ROWS, ROWS, ROWS)),
        ("TripletMarginWithDistanceLoss", lambda **o: nn.TripletMarginWithDistanceLoss(
            distance_function=lambda x, y: 1 - F.cosine_similarity(x, y), swap=True, **o), (ROWS, ROWS, ROWS)),
        ("MultiLabelSoftMarginLoss", lambda **o: nn.MultiLabelSoftMarginLoss(WEIGHT, **o), (ROWS, unit(*ROWS))),
        ("MultiMarginLoss", nn.MultiMarginLoss, (ROWS, LABELS)),
        ("MultiMarginLoss, weighted, squared", lambda **o: nn.MultiMarginLoss(2, 0.7, WEIGHT, **o), (ROWS, LABELS)),
        ("GaussianNLLLoss", nn.GaussianNLLLoss, (ROWS, ROWS, unit(*ROWS))),
        ("PoissonNLLLoss", nn.PoissonNLLLoss, (ROWS, unit(*ROWS))),
        ("NLLLoss", nn.NLLLoss, (ROWS, LABELS)),
        ("NLLLoss, weighted", lambda **o: nn.NLLLoss(WEIGHT, ignore_index=1, **o), (SEQUENCES, PLACES)),
        ("KLDivLoss", nn.KLDivLoss, (np.log(shares(*ROWS)), shares(*ROWS)[::-1])),
        ("KLDivLoss, log_target", lambda **o: nn.KLDivLoss(log_target=True, **o),
         (np.log(shares(*ROWS)), np.log(shares(*ROWS)[::-1]))),
    )
} | {"KLDivLoss, batchmean": of_layer(nn.KLDivLoss(reduction="batchmean"), np.log(shares(*ROWS)), shares(*ROWS)[::-1],
                                      alone=False)
} | {f"CTCLoss, {reduction}": of_function(partial(aligned, nn.CTCLoss(reduction=reduction)), shares(5, N, 4, axis=2),
                                          1 + ints(3, N, 2), alone=False) for reduction in ("mean", "sum", "none")}

MEANS, VARIANCES = drawn((4,))[0], np.array([0.5, 1.0, 2.0, 0.7])
FUNCTIONS: dict[str, Case] = {
    **{name: of_function(getattr(F, name), ROWS) for name in (
        "celu", "elu", "gelu", "glu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "log_softmax",
        "logsigmoid", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softmax", "softmin", "softplus",
        "softshrink", "softsign", "tanh", "tanhshrink")},
    "threshold": of_function(lambda x: F.threshold(x, 0.1, 2.0), ROWS),
    "prelu": of_function(F.prelu, IMAGES, parameters=((4,),)),
    "linear": of_function(F.linear, SEQUENCES, parameters=((3, 5), (3,))),
    "conv1d": of_function(lambda x, w, b: F.conv1d(x, w, b, padding="same"), SEQUENCES, parameters=((2, 4, 4), (2,))),
    "conv2d": of_function(lambda x, w, b: F.conv2d(x, w, b, (1, 2), groups=2), IMAGES,
                          parameters=((2, 2, 3, 3), (2,))),
    "conv_transpose2d": of_function(lambda x, w, b: F.conv_transpose2d(x, w, b, 2, dilation=2), IMAGES,
                                    parameters=((4, 2, 2, 2), (2,))),
    "conv_transpose1d": of_function(lambda x, w, b: F.conv_transpose1d(x, w, b, 3, output_padding=1), SEQUENCES,
                                    parameters=((4, 2, 2), (2,))),
    "conv3d": of_function(lambda x, w, b: F.conv3d(x, w, b, (2, 1, 1), (0, 1, 0), groups=2), VOLUMES,
                          parameters=((2, 2, 2, 3, 1), (2,))),
    "conv_transpose3d": of_function(lambda x, w, b: F.conv_transpose3d(x, w, b, (2, 1, 1), dilation=2), VOLUMES,
                                    parameters=((4, 2, 2, 1, 2), (2,))),
    "max_pool3d": of_function(lambda x: F.max_pool3d(x, (3, 1, 2), 1, dilation=(1, 1, 2)), VOLUMES),
    "avg_pool3d": of_function(lambda x: F.avg_pool3d(x, 2, 1, 1, divisor_override=7), VOLUMES),
    "lp_pool3d": of_function(lambda x: F.lp_pool3d(x, 2, 2, (1, 2, 2)), VOLUMES),
    "adaptive_avg_pool3d": of_function(lambda x: F.adaptive_avg_pool3d(x, (None, 1, 3)), VOLUMES),
    "adaptive_max_pool3d": of_function(lambda x: F.adaptive_max_pool3d(x, 2), VOLUMES),
    "dropout3d": of_function(lambda x: F.dropout3d(x, 0.5, False), VOLUMES),
    "avg_pool1d": of_function(lambda x: F.avg_pool1d(x, 2, 1), SEQUENCES),
    "lp_pool1d": of_function(lambda x: F.lp_pool1d(x, 1.5, 2), unit(*SEQUENCES)),
    "lp_pool2d": of_function(lambda x: F.lp_pool2d(x, 2, (2, 3), ceil_mode=True), IMAGES),
    "adaptive_avg_pool1d": of_function(lambda x: F.adaptive_avg_pool1d(x, 2), SEQUENCES),
    "adaptive_max_pool1d": of_function(lambda x: F.adaptive_max_pool1d(x, 2), SEQUENCES),
    "adaptive_max_pool2d": of_function(lambda x: F.adaptive_max_pool2d(x, (3, None)), IMAGES),
    "max_unpool1d": of_function(lambda x, i: F.max_unpool1d(x, i, 2, output_size=(5,)), (N, 4, 2), DEALT[:, :, :2]),
    "max_unpool2d": of_function(lambda x, i: F.max_unpool2d(x, i, 2), (N, 4, 2, 1), DEALT[:, :, :2, None]),
    "max_unpool3d": of_function(lambda x, i: F.max_unpool3d(x, i, 2), (N, 4, 1, 2, 1),
                                DEALT[:, :, :2].reshape(N, 4, 1, 2, 1)),
    "max_pool1d": of_function(lambda x: F.max_pool1d(x, 3, 2, 1), SEQUENCES),
    "max_pool2d": of_function(lambda x: F.max_pool2d(x, (2, 3), 1, dilation=2), IMAGES),
    "avg_pool2d": of_function(lambda x: F.avg_pool2d(x, 3, 2, 1, divisor_override=7), IMAGES),
    "adaptive_avg_pool2d": of_function(lambda x: F.adaptive_avg_pool2d(x, (None, 4)), IMAGES),
    "batch_norm": of_function(lambda x, w, b: F.batch_norm(x, None, None, w, b, True), IMAGES,
                              parameters=((4,), (4,)), alone=False),
    "batch_norm, evaluated": of_function(F.batch_norm, IMAGES, parameters=(MEANS, VARIANCES, (4,), (4,))),
    "layer_norm": of_function(lambda x, w, b: F.layer_norm(x, (4, 5), w, b), SEQUENCES, parameters=((4, 5), (4, 5))),
    "rms_norm": of_function(lambda x, w: F.rms_norm(x, (5,), w), SEQUENCES, parameters=((5,),)),
    "instance_norm": of_function(lambda x, w, b: F.instance_norm(x, None, None, w, b), IMAGES, parameters=((4,), (4,))),
    "group_norm": of_function(lambda x, w, b: F.group_norm(x, 2, w, b), IMAGES, parameters=((4,), (4,))),
    "local_response_norm": of_function(lambda x: F.local_response_norm(x, 2, 0.3, k=2.0), SEQUENCES),
    "dropout": of_function(lambda x: F.dropout(x, 0.5, False), ROWS),
    "dropout1d": of_function(lambda x: F.dropout1d(x, 0.5, False), SEQUENCES),
    "dropout2d": of_function(lambda x: F.dropout2d(x, 0.5, False), IMAGES),
    "alpha_dropout": of_function(lambda x: F.alpha_dropout(x, 0.5, False), ROWS),
    "embedding": of_function(F.embedding, ints(7, N, 5), parameters=((7, 3),)),
    "embedding_bag": of_function(lambda i, w: F.embedding_bag(i, w, [0, 3, 3], mode="max"), ints(7, 5),
                                 parameters=((7, 3),), alone=False),
    "embedding_bag, weighted": of_function(
        lambda i, s, w: F.embedding_bag(i, w, mode="sum", per_sample_weights=s), ints(7, N, 4), ROWS,
        parameters=((7, 3),)),
    "bilinear": of_function(F.bilinear, ROWS, (N, 3), parameters=((2, 4, 3), (2,))),
    "channel_shuffle": of_function(lambda x: F.channel_shuffle(x, 2), SEQUENCES),
    "flatten": of_function(lambda x: F.flatten(x, 1, 2), IMAGES),
    "pad": of_function(lambda x: F.pad(x, (1, 2, 0, -1), value=3.0), IMAGES),
    "pad, circular": of_function(lambda x: F.pad(x, (1, 2), "circular"), IMAGES),
    "pad_sequence": of_function(lambda a, b: F.pad_sequence([a, b], True, 0.5), (2, 4), (3, 4), alone=False),
    "pixel_shuffle": of_function(lambda x: F.pixel_shuffle(x, 2), IMAGES),
    "pixel_unshuffle": of_function(lambda x: F.pixel_unshuffle(x, 2), (N, 4, 4, 6)),
    "unfold": of_function(lambda x: F.unfold(x, (2, 3), stride=2), IMAGES),
    "fold": of_function(lambda x: F.fold(x, 4, 3, padding=1), (N, 9, 16)),
    "grid_sample": of_function(F.grid_sample, IMAGES, (N, 3, 4, 2)),
    "grid_sample, bicubic": of_function(lambda x, grid: F.grid_sample(x, grid, "bicubic"), IMAGES, (N, 3, 4, 2)),
    "grid_sample of volumes": of_function(F.grid_sample, VOLUMES, (N, 2, 1, 3, 3)),
    "affine_grid of volumes": of_function(lambda theta: F.affine_grid(theta, (*theta.shape[:1], 1, 2, 3, 4)),
                                          (N, 3, 4)),
    "affine_grid": of_function(lambda theta: F.affine_grid(theta, (*theta.shape[:1], 1, 3, 4)), (N, 2, 3)),
    "interpolate": of_function(lambda x: F.interpolate(x, scale_factor=(0.6, 1.5), mode="bilinear"), IMAGES),
    "scaled_dot_product_attention": of_function(F.scaled_dot_product_attention, (N, 4, 6), (N, 5, 6), (N, 5, 3)),
    "scaled_dot_product_attention, causal": of_function(
        lambda *qkv: F.scaled_dot_product_attention(*qkv, is_causal=True), (N, 2, 4, 6), (N, 2, 4, 6), (N, 2, 4, 6)),
    "mse_loss": of_function(F.mse_loss, ROWS, ROWS, alone=False),
    "l1_loss": of_function(F.l1_loss, ROWS, ROWS, alone=False),
    "huber_loss": of_function(lambda x, t: F.huber_loss(x, t, delta=0.5), ROWS, ROWS, alone=False),
    "smooth_l1_loss": of_function(lambda x, t: F.smooth_l1_loss(x, t, beta=0.5), ROWS, ROWS, alone=False),
    "binary_cross_entropy": of_function(F.binary_cross_entropy, unit(*ROWS), unit(*ROWS)[::-1],
                                        parameters=(WEIGHT,), alone=False),
    "binary_cross_entropy_with_logits": of_function(
        lambda x, t, w, p: F.binary_cross_entropy_with_logits(x, t, w, pos_weight=p), ROWS, unit(*ROWS),
        parameters=(WEIGHT, WEIGHT[::-1]), alone=False),
    "cross_entropy": of_function(lambda x, y, w: F.cross_entropy(x, y, w, 1, label_smoothing=0.1), SEQUENCES, PLACES,
                                 parameters=(WEIGHT,), alone=False),
    "nll_loss": of_function(lambda x, y, w: F.nll_loss(x, y, w, 1), SEQUENCES, PLACES, parameters=(WEIGHT,),
                            alone=False),
    "normalize": of_function(F.normalize, ROWS),
    "cosine_similarity": of_function(F.cosine_similarity, SEQUENCES, SEQUENCES),
    "pairwise_distance": of_function(F.pairwise_distance, ROWS, ROWS),
    "margin_ranking_loss": of_function(F.margin_ranking_loss, ROWS, ROWS, SIGNS, alone=False),
    "hinge_embedding_loss": of_function(F.hinge_embedding_loss, ROWS, SIGNS, alone=False),
    "soft_margin_loss": of_function(F.soft_margin_loss, ROWS, SIGNS, alone=False),
    "cosine_embedding_loss": of_function(F.cosine_embedding_loss, ROWS, ROWS, SIGNS[:, 1], alone=False),
    "triplet_margin_loss": of_function(F.triplet_margin_loss, ROWS, ROWS, ROWS, alone=False),
    "triplet_margin_with_distance_loss": of_function(F.triplet_margin_with_distance_loss, ROWS, ROWS, ROWS,
                                                     alone=False),
    "multilabel_soft_margin_loss": of_function(F.multilabel_soft_margin_loss, ROWS, unit(*ROWS), alone=False),
    "multi_margin_loss": of_function(lambda x, y, w: F.multi_margin_loss(x, y, 2, 0.8, w), ROWS, LABELS,
                                     parameters=(WEIGHT,), alone=False),
    "gaussian_nll_loss": of_function(F.gaussian_nll_loss, ROWS, ROWS, unit(N), alone=False),
    "poisson_nll_loss": of_function(lambda x, t: F.poisson_nll_loss(x, t, full=True), ROWS, 3 * unit(*ROWS),
                                    alone=False),
    "ctc_loss": of_function(partial(aligned, F.ctc_loss), shares(5, N, 4, axis=2), 1 + ints(3, N, 2), alone=False),
    "kl_div": of_function(F.kl_div, np.log(shares(*ROWS)), shares(*ROWS)[::-1], alone=False),
}

CASES = LAYERS | LOSSES | FUNCTIONS


def flat(out: Any) -> Any:
    """All numbers of a result, which may be nested, as one vector."""
    if isinstance(out, (tuple, list)):
        return np.concatenate([flat(part) for part in out if part is not None])
    return (out if isinstance(out, Tensor) else Tensor(out)).reshape(-1)

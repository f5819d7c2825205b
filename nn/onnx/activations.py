"""Activations as ONNX nodes."""

from __future__ import annotations

from collections.abc import Sequence

from nn import layers
from nn.kernels.layout import along_channels
from nn.module import Module
from nn.onnx.call import Call, ConvertLayer
from nn.onnx.graph import Graph


def simple(operator: str, **renamed: str) -> ConvertLayer:
    """A layer that is one operator, whose attributes are attributes of the layer."""

    def write(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
        attributes = {theirs: getattr(call.module, ours) for theirs, ours in renamed.items()}
        return [graph.add(operator, inputs[:1], **attributes)]

    return write


def _prelu(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    slopes = along_channels(call.module.weight.data, call.inputs[0].ndim)
    return [graph.add("PRelu", [inputs[0], graph.constant(slopes, f"{call.path}.weight")])]


def _softplus(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    beta = call.number(graph, "beta")
    scaled = graph.add("Mul", [inputs[0], beta])
    smooth = graph.add("Div", [graph.add("Softplus", [scaled]), beta])
    beyond = graph.add("Greater", [scaled, call.number(graph, "threshold")])
    return [graph.add("Where", [beyond, inputs[0], smooth])]


def _clip(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module = call.module
    low, high = (0, 6) if type(module) is layers.ReLU6 else (module.min_val, module.max_val)
    return [graph.add("Clip", [inputs[0], call.number(graph, "low", low), call.number(graph, "high", high)])]


def _threshold(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    beyond = graph.add("Greater", [inputs[0], call.number(graph, "threshold")])
    return [graph.add("Where", [beyond, inputs[0], call.number(graph, "value")])]


def _glu(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    a, b = graph.add_many("Split", inputs, 2, axis=call.module.dim, num_outputs=2)
    return [graph.add("Mul", [a, graph.add("Sigmoid", [b])])]


ACTIVATIONS: dict[type[Module], ConvertLayer] = {
    layers.ReLU: simple("Relu"),
    layers.PReLU: _prelu,
    layers.LeakyReLU: simple("LeakyRelu", alpha="negative_slope"),
    layers.ELU: simple("Elu", alpha="alpha"),
    layers.GELU: simple("Gelu", approximate="approximate"),
    layers.SiLU: lambda graph, call, inputs: [graph.add("Mul", [inputs[0], graph.add("Sigmoid", inputs)])],
    layers.Sigmoid: simple("Sigmoid"),
    layers.Tanh: simple("Tanh"),
    layers.Softplus: _softplus,
    layers.Softmax: simple("Softmax", axis="dim"),
    layers.LogSoftmax: simple("LogSoftmax", axis="dim"),
    layers.Softmin: lambda graph, call, inputs: [
        graph.add("Softmax", [graph.add("Neg", inputs)], axis=call.module.dim)],
    layers.ReLU6: _clip,
    layers.Hardtanh: _clip,
    layers.Hardsigmoid: lambda graph, call, inputs: [graph.add("HardSigmoid", inputs, alpha=1 / 6, beta=0.5)],
    layers.Hardswish: simple("HardSwish"),
    layers.Hardshrink: simple("Shrink", lambd="lambd"),
    layers.Softshrink: simple("Shrink", lambd="lambd", bias="lambd"),
    layers.Threshold: _threshold,
    layers.SELU: simple("Selu"),
    layers.CELU: simple("Celu", alpha="alpha"),
    layers.Mish: simple("Mish"),
    layers.LogSigmoid: lambda graph, call, inputs: [
        graph.add("Neg", [graph.add("Softplus", [graph.add("Neg", inputs)])])],
    layers.Softsign: simple("Softsign"),
    layers.Tanhshrink: lambda graph, call, inputs: [graph.add("Sub", [inputs[0], graph.add("Tanh", inputs)])],
    layers.GLU: _glu,
}

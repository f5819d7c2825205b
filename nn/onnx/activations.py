"""Activations as ONNX nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nn import layers
from nn.module import Module
from nn.onnx.call import Call
from nn.onnx.graph import Graph

Convert = Callable[[Graph, Call, Sequence[str]], list[str]]


def simple(operator: str, **renamed: str) -> Convert:
    """A layer that is one operator, whose attributes are attributes of the layer."""

    def write(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
        attributes = {theirs: getattr(call.module, ours) for theirs, ours in renamed.items()}
        return [graph.add(operator, inputs[:1], **attributes)]

    return write


def _prelu(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    slopes = call.module.weight.data.reshape(-1, *[1] * max(0, call.inputs[0].ndim - 2))
    return [graph.add("PRelu", [inputs[0], graph.constant(slopes, f"{call.path}.weight")])]


def _silu(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    return [graph.add("Mul", [inputs[0], graph.add("Sigmoid", inputs)])]


def _softplus(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module, dtype = call.module, call.inputs[0].dtype
    beta = graph.constant(np.array(module.beta, dtype), f"{call.path}.beta")
    scaled = graph.add("Mul", [inputs[0], beta])
    smooth = graph.add("Div", [graph.add("Softplus", [scaled]), beta])
    threshold = graph.constant(np.array(module.threshold, dtype), f"{call.path}.threshold")
    return [graph.add("Where", [graph.add("Greater", [scaled, threshold]), inputs[0], smooth])]


def _gelu(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    return [graph.add("Gelu", inputs, approximate=call.module.approximate)]


def _clip(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module, dtype = call.module, call.inputs[0].dtype
    low, high = (0, 6) if type(module) is layers.ReLU6 else (module.min_val, module.max_val)
    bounds = {"low": np.array(low, dtype), "high": np.array(high, dtype)}
    return [graph.add("Clip", [inputs[0], *(graph.constant(b, f"{call.path}.{name}") for name, b in bounds.items())])]


def _shrink(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    lambd = call.module.lambd
    return [graph.add("Shrink", inputs, lambd=lambd, bias=lambd if type(call.module) is layers.Softshrink else 0.0)]


def _threshold(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module, dtype = call.module, call.inputs[0].dtype
    threshold, value = (graph.constant(np.array(getattr(module, name), dtype), f"{call.path}.{name}")
                        for name in ("threshold", "value"))
    return [graph.add("Where", [graph.add("Greater", [inputs[0], threshold]), inputs[0], value])]


def _log_sigmoid(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    return [graph.add("Neg", [graph.add("Softplus", [graph.add("Neg", inputs)])])]


def _tanhshrink(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    return [graph.add("Sub", [inputs[0], graph.add("Tanh", inputs)])]


def _softmin(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    return [graph.add("Softmax", [graph.add("Neg", inputs)], axis=call.module.dim)]


def _glu(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    a, b = graph.add_many("Split", inputs, 2, axis=call.module.dim, num_outputs=2)
    return [graph.add("Mul", [a, graph.add("Sigmoid", [b])])]


ACTIVATIONS: dict[type[Module], Convert] = {
    layers.ReLU: simple("Relu"),
    layers.PReLU: _prelu,
    layers.LeakyReLU: simple("LeakyRelu", alpha="negative_slope"),
    layers.ELU: simple("Elu", alpha="alpha"),
    layers.GELU: _gelu,
    layers.SiLU: _silu,
    layers.Sigmoid: simple("Sigmoid"),
    layers.Tanh: simple("Tanh"),
    layers.Softplus: _softplus,
    layers.Softmax: simple("Softmax", axis="dim"),
    layers.LogSoftmax: simple("LogSoftmax", axis="dim"),
    layers.Softmin: _softmin,
    layers.ReLU6: _clip,
    layers.Hardtanh: _clip,
    layers.Hardsigmoid: lambda graph, call, inputs: [graph.add("HardSigmoid", inputs, alpha=1 / 6, beta=0.5)],
    layers.Hardswish: simple("HardSwish"),
    layers.Hardshrink: _shrink,
    layers.Softshrink: _shrink,
    layers.Threshold: _threshold,
    layers.SELU: simple("Selu"),
    layers.CELU: simple("Celu", alpha="alpha"),
    layers.Mish: simple("Mish"),
    layers.LogSigmoid: _log_sigmoid,
    layers.Softsign: simple("Softsign"),
    layers.Tanhshrink: _tanhshrink,
    layers.GLU: _glu,
}

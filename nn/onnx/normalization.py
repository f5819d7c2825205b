"""Normalizations by what the batch or neighbouring channels say, as ONNX nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nn import layers
from nn.module import Module
from nn.onnx.call import Call, ConvertLayer
from nn.onnx.graph import Graph


def _response_norm(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """Step by step: ONNX's reference evaluator gets its LRN wrong for more channels than examples."""
    module, shape = call.module, call.inputs[0].shape
    before = module.size // 2
    squares = graph.reshape(graph.add("Mul", [inputs[0], inputs[0]]), [0, 1, shape[1], -1])
    means = graph.add("AveragePool", [squares], kernel_shape=[module.size, 1], count_include_pad=1,
                      pads=[before, 0, module.size - 1 - before, 0])
    alpha, beta, k = (call.number(graph, name) for name in ("alpha", "beta", "k"))
    scaled = graph.add("Mul", [graph.reshape(means, [0, *shape[1:]]), alpha])
    return [graph.add("Div", [inputs[0], graph.add("Pow", [graph.add("Add", [scaled, k]), beta])])]


def _batch_norm(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    if call.module.running_mean is None:
        raise call.error("without running statistics it depends on the whole batch")
    parts = [*call.affine(graph, call.module.num_features), call.weight(graph, "running_mean"),
             call.weight(graph, "running_var")]
    return [graph.add("BatchNormalization", [inputs[0], *parts], epsilon=call.module.eps)]


NORMALIZATION: Mapping[ConvertLayer, Sequence[type[Module]]] = {
    _batch_norm: [layers.BatchNorm1d, layers.BatchNorm2d, layers.BatchNorm3d],
    _response_norm: [layers.LocalResponseNorm],
}

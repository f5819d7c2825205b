"""Normalizations as ONNX nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nn import layers
from nn.layers.normalization import spacing
from nn.module import Module
from nn.onnx.call import Call, ConvertLayer
from nn.onnx.graph import Graph


def _instance_norm(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    if call.module.running_mean is not None:
        return _batch_norm(graph, call, inputs)
    parts = call.affine(graph, call.module.num_features)
    return [graph.add("InstanceNormalization", [inputs[0], *parts], epsilon=call.module.eps)]


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


def _rms_norm(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module = call.module
    eps = call.number(graph, "eps", spacing(call.inputs[0].dtype) if module.eps is None else module.eps)
    axes = graph.integers(list(range(-len(module.normalized_shape), 0)))
    mean = graph.add("ReduceMean", [graph.add("Mul", [inputs[0], inputs[0]]), axes], keepdims=1)
    out = graph.add("Div", [inputs[0], graph.add("Sqrt", [graph.add("Add", [mean, eps])])])
    weight = call.weight(graph, "weight")
    return [graph.add("Mul", [out, weight]) if weight else out]


def _batch_norm(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    if call.module.running_mean is None:
        raise call.error("without running statistics it depends on the whole batch")
    parts = [*call.affine(graph, call.module.num_features), call.weight(graph, "running_mean"),
             call.weight(graph, "running_var")]
    return [graph.add("BatchNormalization", [inputs[0], *parts], epsilon=call.module.eps)]


def _layer_norm(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    shape = tuple(call.module.normalized_shape)
    scale = call.weight(graph, "weight") or graph.constant(np.ones(shape, call.inputs[0].dtype), f"{call.path}.weight")
    parts = [name for name in (inputs[0], scale, call.weight(graph, "bias")) if name]
    return [graph.add("LayerNormalization", parts, axis=-len(shape), epsilon=call.module.eps)]


def _group_norm(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    from onnx import helper

    module = call.module
    parts = call.affine(graph, module.num_channels)
    # Mean and variance are computed in float32 unless the file says otherwise.
    wide = helper.np_dtype_to_tensor_dtype(np.promote_types(call.inputs[0].dtype, np.float32))
    options = {"num_groups": module.num_groups, "epsilon": module.eps, "stash_type": wide}
    return [graph.add("GroupNormalization", [inputs[0], *parts], **options)]


NORMALIZATION: Mapping[ConvertLayer, Sequence[type[Module]]] = {
    _batch_norm: [layers.BatchNorm1d, layers.BatchNorm2d, layers.BatchNorm3d],
    _layer_norm: [layers.LayerNorm],
    _group_norm: [layers.GroupNorm],
    _instance_norm: [layers.InstanceNorm1d, layers.InstanceNorm2d, layers.InstanceNorm3d],
    _rms_norm: [layers.RMSNorm],
    _response_norm: [layers.LocalResponseNorm],
}

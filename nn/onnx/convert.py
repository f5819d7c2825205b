"""Layers as ONNX nodes: one function a layer, from the names of its inputs to the names of its outputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nn import layers
from nn.layers.padding import MODES
from nn.module import Module
from nn.onnx.activations import ACTIVATIONS, Convert, simple
from nn.onnx.call import Call
from nn.onnx.embeddings import convert_bag, convert_embedding
from nn.onnx.graph import Graph
from nn.onnx.operations import kept_axes
from nn.onnx.recurrent import convert_cell, convert_recurrent


def convert(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """Write a layer; `inputs` are the names of its inputs in the graph."""
    return CONVERTERS[type(call.module)](graph, call, inputs)


def _linear(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    weight, *bias = call.weights(graph)
    if call.inputs[0].ndim == 2:
        return [graph.add("Gemm", [inputs[0], weight, *bias], transB=1)]
    product = graph.add("MatMul", [inputs[0], graph.transpose(weight, [1, 0])])
    return [graph.add("Add", [product, *bias]) if bias else product]


def _convolution(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module, x, attributes = call.module, inputs[0], _kernel(call.module)
    if module.padding_mode != "zeros":
        befores, afters = zip(*module._pads, strict=True)
        x = graph.add("Pad", [x, graph.integers([0, 0, *befores, 0, 0, *afters])], mode=MODES[module.padding_mode])
        attributes["pads"] = [0] * len(attributes["pads"])
    return [graph.add("Conv", [x, *call.weights(graph)], **attributes)]


def _transposed_convolution(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module = call.module
    attributes = {**_kernel(module), "group": 1, "output_padding": list(module.output_padding)}
    weight, *bias = call.weights(graph)
    # Group by group: ONNX's reference evaluator knows no groups here, and could not check the file.
    parts, weights = [inputs[0]], [weight]
    if module.groups > 1:
        parts = graph.add_many("Split", inputs, module.groups, axis=1, num_outputs=module.groups)
        weights = graph.add_many("Split", [weight], module.groups, axis=0, num_outputs=module.groups)
    outs = [graph.add("ConvTranspose", pair, **attributes) for pair in zip(parts, weights, strict=True)]
    out = graph.add("Concat", outs, axis=1) if module.groups > 1 else outs[0]
    return [graph.add("Add", [out, graph.reshape(bias[0], [1, -1, *[1] * module.axes])]) if bias else out]


def _kernel(module: Any) -> dict[str, Any]:
    befores, afters = zip(*module._pads, strict=True)
    sizes = {"kernel_shape": module.kernel_size, "strides": module.stride, "dilations": module.dilation,
             "pads": (*befores, *afters)}
    return {"group": module.groups, **{name: list(size) for name, size in sizes.items()}}


def _max_pool(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    return _largest(graph, call, inputs, dilations=list(call.module.dilation), **_pool(call.module))


def _largest(graph: Graph, call: Call, inputs: Sequence[str], **options: Any) -> list[str]:
    if not call.module.return_indices:
        return [graph.add("MaxPool", inputs, **options)]
    out, places = graph.add_many("MaxPool", inputs, 2, **options)
    channel = graph.constant(np.array(math.prod(call.inputs[0].shape[-call.module.axes :])), f"{call.path}.channel")
    return [out, graph.add("Mod", [places, channel])]  # ONNX counts them over the whole batch


def _average_pool(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    if call.module.divisor_override is not None:
        raise call.error("ONNX has no divisor_override")
    counted = int(call.module.count_include_pad)
    return [graph.add("AveragePool", inputs, count_include_pad=counted, **_pool(call.module))]


def _pool(module: Any) -> dict[str, Any]:
    sizes = {"kernel_shape": module.kernel_size, "strides": module.stride, "pads": module.padding * 2}
    return {"ceil_mode": int(module.ceil_mode), **{name: list(size) for name, size in sizes.items()}}


def _lp_pool(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module = call.module
    if module.norm_type != int(module.norm_type) or module.ceil_mode:
        raise call.error("ONNX pools by whole powers only, and without ceil_mode")
    sizes = {"kernel_shape": list(module.kernel_size), "strides": list(module.stride)}
    return [graph.add("LpPool", inputs, p=int(module.norm_type), **sizes)]


def _adaptive_pool(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    axes = call.module.axes
    if isinstance(call.module, layers.AdaptiveMaxPool2d):
        return _largest(graph, call, inputs, **_even(call, axes))
    if set(call.outputs[0].shape[-axes:]) == {1}:
        return [graph.add("GlobalAveragePool", inputs)]
    return [graph.add("AveragePool", inputs, **_even(call, axes))]


def _even(call: Call, axes: int) -> dict[str, list[int]]:
    """The windows that stand side by side, as many as there are outputs. Raises ValueError where they would overlap."""
    before, after = call.inputs[0].shape[-axes:], call.outputs[0].shape[-axes:]
    if any(b % a for b, a in zip(before, after, strict=True)):
        raise call.error(f"ONNX has no pool from {before} to {after} pixels; it must divide evenly")
    kernel = [b // a for b, a in zip(before, after, strict=True)]
    return {"kernel_shape": kernel, "strides": kernel}


def _unpool(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """Values written at their places in channels of zeros; the batch may have another size at run time."""
    x, size = call.inputs[0], call.outputs[0].shape[-call.module.axes :]
    call.require_batch(axes=2 + call.module.axes)
    values, places = (graph.reshape(name, [0, 0, -1]) for name in inputs)
    lead = graph.add("Slice", [graph.add("Shape", [inputs[0]]), graph.integers([0]), graph.integers([2])])
    shape = graph.add("Concat", [lead, graph.integers([math.prod(size)])], axis=0)
    image = graph.add("Expand", [graph.constant(np.zeros((), x.dtype), "zero"), shape])
    out = graph.add("ScatterElements", [image, places, values], axis=2)
    return [graph.reshape(out, [0, 0, *size])]


def _flatten(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    return [graph.reshape(inputs[0], kept_axes(call.inputs[0].shape, call.outputs[0].shape))]


def _pad(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module = call.module
    lead = [0] * (call.inputs[0].ndim - module.axes)
    widths = graph.integers([*lead, *module.padding[-2::-2], *lead, *module.padding[::-2]])
    value = [call.number(graph, "value")] if module.value else []
    return [graph.add("Pad", [inputs[0], widths, *value], mode=MODES[module.mode])]


def _upsample(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module, after = call.module, call.outputs[0].shape[2:]
    if module.mode == "area":
        return [graph.add("AveragePool", inputs, **_even(call, len(after)))]
    if module.size is None and not module.recompute_scale_factor:
        given = module.scale_factor
        factors = np.array(given if isinstance(given, tuple | list) else [given] * len(after), np.float32)
        sizes = ["", graph.constant(factors, f"{call.path}.scales")]
    else:
        sizes = ["", "", graph.integers(after)]
    place = "align_corners" if module.align_corners else "asymmetric" if module.mode == "nearest" else "half_pixel"
    kind = "nearest" if "nearest" in module.mode else "cubic" if module.mode == "bicubic" else "linear"
    rounded = "round_prefer_ceil" if module.mode == "nearest-exact" else "floor"
    options = {"mode": kind, "coordinate_transformation_mode": place, "nearest_mode": rounded,
               "axes": list(range(2, 2 + len(after)))}
    return [graph.add("Resize", [inputs[0], *sizes], **options)]


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
    eps = call.number(graph, "eps", np.finfo(call.inputs[0].dtype).eps if module.eps is None else module.eps)
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


def _unfold(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """The columns read by one index, counted row by row in the padded image."""
    module, x = call.module, call.inputs[0]
    call.require_batch(axes=4)
    vertical, horizontal = module.padding
    padded = graph.add("Pad", [inputs[0], graph.integers([0, 0, vertical, horizontal] * 2)])
    size = [n + 2 * p for n, p in zip(x.shape[2:], module.padding, strict=True)]
    pixels = np.arange(size[0] * size[1], dtype=float).reshape(1, 1, *size)
    at = layers.Unfold(module.kernel_size, module.dilation, 0, module.stride)(pixels).data[0].astype(np.int64)
    rows = graph.reshape(padded, [0, 0, -1])
    columns = graph.add("Gather", [rows, graph.constant(at, f"{call.path}.at")], axis=2)
    return [graph.reshape(columns, [0, x.shape[1] * at.shape[0], at.shape[1]])]


def _fold(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module = call.module
    call.require_batch(axes=3)
    sizes = [graph.integers(module.output_size), graph.integers(module.kernel_size)]
    return [graph.add("Col2Im", [inputs[0], *sizes], dilations=list(module.dilation), pads=list(module.padding) * 2,
                      strides=list(module.stride))]


def _bilinear(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    weight, *bias = call.weights(graph)
    out = graph.add("Einsum", [inputs[0], weight, inputs[1]], equation="...i,oij,...j->...o")
    return [graph.add("Add", [out, *bias]) if bias else out]


def _attention(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """softmax(q k^T / sqrt(d)) v, head by head; (N, H, L, d) within."""
    module = call.module
    if not hasattr(module, "in_proj_weight"):
        raise call.error("keys and values have sizes of their own (kdim, vdim)")
    if module.bias_k is not None or module.add_zero_attn:
        raise call.error("it adds keys and values of its own (add_bias_kv, add_zero_attn)")
    call.require_batch(axes=3)
    heads, size = module.num_heads, module.embed_dim // module.num_heads
    weights = np.split(module.in_proj_weight.data, 3)
    biases = [None] * 3 if module.in_proj_bias is None else np.split(module.in_proj_bias.data, 3)
    to_heads = [0, 2, 1, 3] if module.batch_first else [1, 2, 0, 3]
    back = [0, 2, 1, 3] if module.batch_first else [2, 0, 1, 3]
    parts = []
    for letter, name, weight, bias in zip("qkv", inputs[:3], weights, biases, strict=True):
        projected = graph.add("MatMul", [name, graph.constant(weight.T, f"{call.path}.{letter}_weight")])
        if bias is not None:
            projected = graph.add("Add", [projected, graph.constant(bias, f"{call.path}.{letter}_bias")])
        parts.append(graph.transpose(graph.reshape(projected, [0, 0, heads, size]), to_heads))
    q, k, v = parts
    scale = graph.constant(np.array(1 / math.sqrt(size), dtype=weights[0].dtype), f"{call.path}.scale")
    scores = graph.add("Mul", [graph.add("MatMul", [q, graph.transpose(k, [0, 1, 3, 2])]), scale])
    attention = graph.add("Softmax", [scores], axis=-1)
    mixed = graph.transpose(graph.add("MatMul", [attention, v]), back)
    joined = graph.reshape(mixed, [0, 0, module.embed_dim])
    out = graph.add("MatMul", [joined, graph.constant(module.out_proj.weight.data.T, f"{call.path}.out_weight")])
    if module.out_proj.bias is not None:
        out = graph.add("Add", [out, graph.constant(module.out_proj.bias.data, f"{call.path}.out_bias")])
    return [out, graph.add("ReduceMean", [attention, graph.integers([1])], keepdims=0)]


def _cosine_similarity(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    a, b = call.inputs
    if a.ndim != b.ndim:
        raise call.error(f"its inputs have {a.ndim} and {b.ndim} axes; give both all of them")
    axis = graph.integers([call.module.dim])
    eps = call.number(graph, "eps")
    lengths = [graph.add("Max", [graph.add("ReduceL2", [x, axis], keepdims=1), eps]) for x in inputs]
    units = [graph.add("Div", pair) for pair in zip(inputs, lengths, strict=True)]
    return [graph.add("ReduceSum", [graph.add("Mul", units), axis], keepdims=0)]


def _pairwise_distance(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module = call.module
    if module.norm not in (1, 2):
        raise call.error("ONNX has lengths of p = 1 and 2 only")
    difference = graph.add("Add", [graph.add("Sub", inputs), call.number(graph, "eps")])
    axis = graph.integers([-1])
    return [graph.add(f"ReduceL{int(module.norm)}", [difference, axis], keepdims=int(module.keepdim))]


_LAYERS: dict[Convert, Sequence[type[Module]]] = {
    _linear: [layers.Linear],
    _convolution: [layers.Conv1d, layers.Conv2d, layers.Conv3d],
    _transposed_convolution: [layers.ConvTranspose1d, layers.ConvTranspose2d, layers.ConvTranspose3d],
    _max_pool: [layers.MaxPool1d, layers.MaxPool2d, layers.MaxPool3d],
    _average_pool: [layers.AvgPool1d, layers.AvgPool2d, layers.AvgPool3d],
    _lp_pool: [layers.LPPool1d, layers.LPPool2d, layers.LPPool3d],
    _adaptive_pool: [layers.AdaptiveAvgPool1d, layers.AdaptiveAvgPool2d, layers.AdaptiveAvgPool3d,
                     layers.AdaptiveMaxPool1d, layers.AdaptiveMaxPool2d, layers.AdaptiveMaxPool3d],
    _unpool: [layers.MaxUnpool1d, layers.MaxUnpool2d, layers.MaxUnpool3d],
    _flatten: [layers.Flatten, layers.Unflatten],
    _pad: [layers.CircularPad1d, layers.CircularPad2d, layers.CircularPad3d, layers.ConstantPad1d,
           layers.ConstantPad2d, layers.ConstantPad3d, layers.ReflectionPad1d, layers.ReflectionPad2d,
           layers.ReflectionPad3d, layers.ReplicationPad1d, layers.ReplicationPad2d, layers.ReplicationPad3d,
           layers.ZeroPad1d, layers.ZeroPad2d, layers.ZeroPad3d],
    _upsample: [layers.Upsample],
    _batch_norm: [layers.BatchNorm1d, layers.BatchNorm2d, layers.BatchNorm3d],
    _layer_norm: [layers.LayerNorm],
    _group_norm: [layers.GroupNorm],
    _instance_norm: [layers.InstanceNorm1d, layers.InstanceNorm2d, layers.InstanceNorm3d],
    _rms_norm: [layers.RMSNorm],
    _response_norm: [layers.LocalResponseNorm],
    simple("Identity"): [layers.AlphaDropout, layers.Dropout, layers.Dropout1d, layers.Dropout2d, layers.Dropout3d,
                         layers.Identity],
    _unfold: [layers.Unfold],
    _fold: [layers.Fold],
    convert_embedding: [layers.Embedding],
    convert_bag: [layers.EmbeddingBag],
    _bilinear: [layers.Bilinear],
    _cosine_similarity: [layers.CosineSimilarity],
    _pairwise_distance: [layers.PairwiseDistance],
    convert_recurrent: [layers.RNN, layers.LSTM, layers.GRU],
    convert_cell: [layers.RNNCell, layers.LSTMCell, layers.GRUCell],
    _attention: [layers.MultiheadAttention],
}
CONVERTERS = ACTIVATIONS | {kind: write for write, kinds in _LAYERS.items() for kind in kinds}

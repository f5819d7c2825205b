"""Layers as ONNX nodes: one function per layer, from the names of its inputs to the names of its outputs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from nn import layers
from nn.layers.padding import MODES
from nn.module import Module
from nn.onnx.activations import ACTIVATIONS, simple
from nn.onnx.call import Call, ConvertLayer
from nn.onnx.embeddings import convert_bag, convert_embedding
from nn.onnx.graph import Graph, pads
from nn.onnx.kernels import attended, limits, product
from nn.onnx.normalization import NORMALIZATION
from nn.onnx.operations import kept_axes
from nn.onnx.recurrent import convert_cell, convert_recurrent
from nn.onnx.windows import WINDOWS, even


def convert(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """Write a layer; `inputs` are the names of its inputs in the graph."""
    return CONVERTERS[type(call.module)](graph, call, inputs)


def _linear(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    return [product(graph, call.inputs[0].ndim, inputs[0], *call.weights(graph))]


def _flatten(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    return [graph.reshape(inputs[0], kept_axes(call.inputs[0].shape, call.outputs[0].shape))]


def _pad(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module = call.module
    around = zip(module.padding[-2::-2], module.padding[::-2], strict=True)
    widths = graph.integers(pads([*[(0, 0)] * (call.inputs[0].ndim - module.axes), *around]))
    value = [call.number(graph, "value")] if module.value else []
    return [graph.add("Pad", [inputs[0], widths, *value], mode=MODES.get(module.mode, "constant"))]


def _upsample(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module, after = call.module, call.outputs[0].shape[2:]
    if module.mode == "area":
        return [graph.add("AveragePool", inputs, **even(call, len(after)))]
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


def _bilinear(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    weight, *bias = call.weights(graph)
    out = graph.add("Einsum", [inputs[0], weight, inputs[1]], equation="...i,oij,...j->...o")
    return [graph.add("Add", [out, *bias]) if bias else out]


def _attention(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """Attention head by head, on (N, H, L, d), between projections."""
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
    projections = [_projected(graph, call, letter, name, weight, bias)
                   for letter, name, weight, bias in zip("qkv", inputs[:3], weights, biases, strict=True)]
    q, k, v = (graph.transpose(graph.reshape(x, [0, 0, heads, size]), to_heads) for x in projections)
    found, attention = attended(graph, q, k, v, _masks(graph, call, call.named(inputs)), ndim=4, dtype=weights[0].dtype,
                                scale=1 / math.sqrt(size))
    joined, last = graph.reshape(graph.transpose(found, back), [0, 0, module.embed_dim]), module.out_proj
    out = _projected(graph, call, "out", joined, last.weight.data, None if last.bias is None else last.bias.data)
    return [out, graph.add("ReduceMean", [attention, graph.integers([1])], keepdims=0)]


def _masks(graph: Graph, call: Call, given: Mapping[str, str]) -> Iterator[str]:
    """What is added to the scores (N, H, L, S): for a boolean mask, -inf where it is True."""
    dtype, heads, time = call.module.out_proj.weight.dtype, call.module.num_heads, 1 if call.module.batch_first else 0
    shapes = {"key_padding_mask": [0, 1, 1, -1], "attn_mask": [-1, heads, *(x.shape[time] for x in call.inputs[:2])]}
    zero, forbidden = limits(graph, dtype)
    for argument, shape in shapes.items():
        if argument in given:
            mask, kind = given[argument], call.arguments[argument]
            mask = graph.add("Where", [mask, forbidden, zero]) if kind.dtype == bool else graph.cast(mask, dtype)
            yield graph.reshape(mask, shape) if kind.ndim == 3 or shape[0] == 0 else mask
    if call.arguments.get("is_causal") and "attn_mask" not in given:
        yield graph.constant(np.where(np.triu(np.ones(shapes["attn_mask"][2:], bool), 1), -np.inf, 0).astype(dtype))


def _projected(graph: Graph, call: Call, name: str, x: str, weight: Any, bias: Any) -> str:
    """x W^T + b, with weights that are a part of the layer's."""
    parts = [graph.constant(part, f"{call.path}.{name}_{kind}")
             for kind, part in (("weight", weight), ("bias", bias)) if part is not None]
    return product(graph, 3, x, *parts)


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


_OTHERS: Mapping[ConvertLayer, Sequence[type[Module]]] = {
    _linear: [layers.Linear],
    _flatten: [layers.Flatten, layers.Unflatten],
    _pad: [layers.CircularPad1d, layers.CircularPad2d, layers.CircularPad3d, layers.ConstantPad1d,
           layers.ConstantPad2d, layers.ConstantPad3d, layers.ReflectionPad1d, layers.ReflectionPad2d,
           layers.ReflectionPad3d, layers.ReplicationPad1d, layers.ReplicationPad2d, layers.ReplicationPad3d,
           layers.ZeroPad1d, layers.ZeroPad2d, layers.ZeroPad3d],
    _upsample: [layers.Upsample],
    simple("Identity"): [layers.AlphaDropout, layers.Dropout, layers.Dropout1d, layers.Dropout2d, layers.Dropout3d,
                         layers.Identity],
    convert_embedding: [layers.Embedding],
    convert_bag: [layers.EmbeddingBag],
    _bilinear: [layers.Bilinear],
    _cosine_similarity: [layers.CosineSimilarity],
    _pairwise_distance: [layers.PairwiseDistance],
    convert_recurrent: [layers.RNN, layers.LSTM, layers.GRU],
    convert_cell: [layers.RNNCell, layers.LSTMCell, layers.GRUCell],
    _attention: [layers.MultiheadAttention],
}
CONVERTERS = ACTIVATIONS | {
    kind: write for table in (WINDOWS, NORMALIZATION, _OTHERS) for write, kinds in table.items() for kind in kinds}

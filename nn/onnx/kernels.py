"""The functions of layers, called between layers, as ONNX nodes: `F.max_pool2d(x, 2)` is a kernel in the graph.

Operands that a call leaves out, such as a bias, have the name "". Layers are written by `product` and `attended`, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import DTypeLike

from autograd.graph import Node
from nn.kernels.windows import Windows
from nn.onnx.graph import Graph

Convert = Callable[[Graph, Node, Sequence[str]], str]


def _input_shape(node: Node) -> tuple[int, ...]:
    parent = node.parents[0]
    if parent is None:  # a constant, which no pool or product of a model's input is
        raise KeyError(node.primitive.name)
    return parent.shape


def product(graph: Graph, ndim: int, x: str, weight: str, bias: str = "") -> str:
    """x W^T + b, for an x of so many axes: one operator if it is a matrix."""
    if ndim == 2:
        return graph.add("Gemm", filter(None, [x, weight, bias]), transB=1)
    out = graph.add("MatMul", [x, graph.transpose(weight, [1, 0])])
    return graph.add("Add", [out, bias]) if bias else out


def attended(graph: Graph, q: str, k: str, v: str, masks: Iterable[str], *, ndim: int, dtype: DTypeLike,
             scale: float) -> tuple[str, str]:
    """softmax(q k^T scale + masks) v, and the weights, which are 0 for a query that may attend to nothing."""
    keys = graph.transpose(k, [*range(ndim - 2), ndim - 1, ndim - 2])
    scores = graph.add("Mul", [graph.add("MatMul", [q, keys]), graph.constant(np.array(scale, dtype), "scale")])
    masked = scores
    for mask in masks:
        masked = graph.add("Add", [masked, mask])
    weights = graph.add("Softmax", [masked], axis=-1)
    if masked != scores:
        largest = graph.add("ReduceMax", [masked, graph.integers([-1])], keepdims=1)
        zero, forbidden = limits(graph, dtype)
        weights = graph.add("Where", [graph.add("Equal", [largest, forbidden]), zero, weights])
    return graph.add("MatMul", [weights, v]), weights


def limits(graph: Graph, dtype: DTypeLike) -> list[str]:
    """What is added to a score that counts, and to one that does not."""
    return [graph.constant(np.array(x, dtype), name) for name, x in (("allowed", 0), ("forbidden", -np.inf))]


def _convolution(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    options = node.options
    befores, afters = zip(*options["padding"], strict=True)
    sizes = {"strides": list(options["stride"]), "dilations": list(options["dilation"]), "pads": [*befores, *afters]}
    return graph.add("Conv", [name for name in inputs if name], group=options["groups"], **sizes)


def _max_pool(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    options = node.options
    sizes = {"kernel_shape": list(options["kernel"]), "strides": list(options["stride"]),
             "pads": list(options["padding"]) * 2, "dilations": list(options["dilation"])}
    return graph.add("MaxPool", inputs, ceil_mode=int(options["ceil_mode"]), **sizes)


def _average_pool(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    windows: Windows = node.options["geometry"]
    if node.options["divisor"] is not None:
        raise KeyError("average_pool")
    sizes = {"kernel_shape": [axis.kernel for axis in windows], "strides": [axis.stride for axis in windows],
             "pads": [axis.before for axis in windows] * 2}
    whole = [(axis.size + 2 * axis.before - axis.kernel) // axis.stride + 1 for axis in windows]
    beyond = any(axis.outputs > inside for axis, inside in zip(windows, whole, strict=True))
    return graph.add("AveragePool", inputs, ceil_mode=int(beyond), count_include_pad=int(node.options["include_pad"]),
                     **sizes)


def _attention(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """softmax(q k^T scale + mask) v, where a mask of booleans adds 0 where it is True and -inf elsewhere."""
    q, k, v, mask, keep = inputs
    if keep:
        raise KeyError("attention")
    scale = node.options["scale"]
    if (allowed := graph.initializers.get(mask)) is not None and allowed.dtype == bool:
        mask = graph.constant(np.where(allowed, 0, -np.inf).astype(node.dtype), "mask")
    return attended(graph, q, k, v, filter(None, [mask]), ndim=node.ndim, dtype=node.dtype,
                    scale=1 / math.sqrt(_input_shape(node)[-1]) if scale is None else scale)[0]


def _batch_norm(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    x, mean, variance, weight, bias = inputs
    channels = _input_shape(node)[1]
    scale, shift = weight or _filled(graph, node, channels, 1), bias or _filled(graph, node, channels, 0)
    return graph.add("BatchNormalization", [x, scale, shift, mean, variance], epsilon=node.options["eps"])


def _layer_norm(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    x, weight, bias = inputs
    axes, eps = node.options["axes"], node.options["eps"]
    scale = weight or _filled(graph, node, _input_shape(node)[-axes:], 1)
    return graph.add("LayerNormalization", [x, scale, *([bias] if bias else [])], axis=-axes, epsilon=eps)


def _filled(graph: Graph, node: Node, shape: int | tuple[int, ...], value: float) -> str:
    return graph.constant(np.full(shape, value, node.dtype), "ones" if value else "zeros")


KERNELS: Mapping[str, Convert] = {
    "linear": lambda graph, node, inputs: product(graph, node.ndim, *inputs),
    "convolution": _convolution,
    "max_pool": _max_pool,
    "average_pool": _average_pool,
    "attention": _attention,
    "batch_norm_inference": _batch_norm,
    "layer_norm": _layer_norm,
}

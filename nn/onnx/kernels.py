"""The functions of layers, called between layers, as ONNX nodes: `F.max_pool2d(x, 2)` is a kernel in the graph.

Operands that a call leaves out, such as a bias, have the name "". Layers are written by `product` and `attended`, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd.graph import Node
from nn.kernels.windows import Windows, pool_windows
from nn.onnx.graph import Graph, pads

ConvertOperation = Callable[[Graph, Node, Sequence[str]], str]


def input_shape(node: Node) -> tuple[int, ...]:
    """The shape of the first operand. Raises KeyError for a constant: what is made of it cannot be expressed."""
    parent = node.parents[0]
    if parent is None:
        raise KeyError(node.primitive.name)
    return parent.shape


def product(graph: Graph, ndim: int, x: str, weight: str, bias: str = "") -> str:
    """x W^T + b, for an x with this number of axes: one operator if it is a matrix."""
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
    sizes = {"strides": list(options["stride"]), "dilations": list(options["dilation"]),
             "pads": pads(options["padding"])}
    return graph.add("Conv", [name for name in inputs if name], group=options["groups"], **sizes)


def pooled(windows: Windows) -> dict[str, Any]:
    """The windows of a pool as attributes; dilations apart, which a mean has none of.

    With `ceil_mode` ONNX keeps a last window that begins in the padding after the input, unlike PyTorch and this
    library: no axis is rounded up where that is the only one, and otherwise the padding ends where the windows do.
    """
    reach = [(axis.outputs - 1) * axis.stride + axis.dilation * (axis.kernel - 1) + 1 - axis.before - axis.size
             for axis in windows]
    beyond = any(after > axis.before for after, axis in zip(reach, windows, strict=True))
    if beyond and min(reach) < 0:
        raise ValueError("export_onnx: a pool with ceil_mode reaches beyond the padding along one axis and ends "
                         "before the last pixel along another, but ONNX rounds up all axes or none; crop the input")
    around = [(axis.before, min(axis.before, end) if beyond else axis.before)
              for axis, end in zip(windows, reach, strict=True)]
    return {"kernel_shape": [axis.kernel for axis in windows], "strides": [axis.stride for axis in windows],
            "pads": pads(around), "ceil_mode": int(beyond)}


def _max_pool(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    options, sizes = node.options, input_shape(node)[2:]
    return graph.add("MaxPool", inputs, dilations=list(options["dilation"]), **pooled(pool_windows(sizes, **options)))


def _average_pool(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    if node.options["divisor"] is not None:
        raise KeyError("average_pool")
    return graph.add("AveragePool", inputs, count_include_pad=int(node.options["include_pad"]),
                     **pooled(node.options["geometry"]))


def _attention(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """softmax(q k^T scale + mask) v, where a mask of booleans adds 0 where it is True and -inf elsewhere."""
    q, k, v, mask, keep = inputs
    if keep:
        raise KeyError("attention")
    scale = node.options["scale"]
    if (allowed := graph.initializers.get(mask)) is not None and allowed.dtype == bool:
        mask = graph.constant(np.where(allowed, 0, -np.inf).astype(node.dtype), "mask")
    return attended(graph, q, k, v, filter(None, [mask]), ndim=node.ndim, dtype=node.dtype,
                    scale=1 / math.sqrt(input_shape(node)[-1]) if scale is None else scale)[0]


def _batch_norm(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    x, mean, variance, weight, bias = inputs
    channels = input_shape(node)[1]
    scale, shift = weight or _filled(graph, node, channels, 1), bias or _filled(graph, node, channels, 0)
    return graph.add("BatchNormalization", [x, scale, shift, mean, variance], epsilon=node.options["eps"])


def _layer_norm(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    x, weight, bias = inputs
    axes, eps = node.options["axes"], node.options["eps"]
    scale = weight or _filled(graph, node, input_shape(node)[-axes:], 1)
    return graph.add("LayerNormalization", [x, scale, *([bias] if bias else [])], axis=-axes, epsilon=eps)


def _filled(graph: Graph, node: Node, shape: int | tuple[int, ...], value: float) -> str:
    return graph.constant(np.full(shape, value, node.dtype), "ones" if value else "zeros")


KERNELS: Mapping[str, ConvertOperation] = {
    "linear": lambda graph, node, inputs: product(graph, node.ndim, *inputs),
    "convolution": _convolution,
    "max_pool": _max_pool,
    "average_pool": _average_pool,
    "attention": _attention,
    "batch_norm_inference": _batch_norm,
    "layer_norm": _layer_norm,
}

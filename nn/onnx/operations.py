"""What a model's `forward` does between its layers, operation by operation: primitives as ONNX nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.graph import Node
from autograd.registry import known_name
from nn.onnx.graph import Graph
from nn.onnx.indexing import get_item

Convert = Callable[[Graph, Node, Sequence[str]], str]

_SAME_MEANING = {
    "add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "power": "Pow", "matmul": "MatMul",
    "maximum": "Max", "minimum": "Min", "clip": "Clip", "negative": "Neg", "absolute": "Abs",
    "reciprocal": "Reciprocal", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos",
    "tanh": "Tanh", "erf": "Erf", "relu": "Relu", "leaky_relu": "PRelu", "sigmoid": "Sigmoid",
    "softplus": "Softplus",
}
_REDUCTIONS = {"sum": "ReduceSum", "mean": "ReduceMean", "max": "ReduceMax", "min": "ReduceMin", "prod": "ReduceProd"}


def convert(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """Write the operation of a node; raises KeyError for one that has no counterpart."""
    name = known_name(node.primitive)
    if name in _SAME_MEANING:
        return graph.add(_SAME_MEANING[name], inputs)
    if name in _REDUCTIONS:
        return _reduction(graph, node, inputs)
    return _OTHERS[name](graph, node, inputs)


def supported() -> list[str]:
    """The names of the primitives that `convert` knows."""
    return sorted([*_SAME_MEANING, *_REDUCTIONS, *_OTHERS])


def kept_axes(before: Sequence[int], after: Sequence[int]) -> list[int]:
    """A target shape for Reshape in which the first axis, the batch, stays what it is at run time."""
    keeps = bool(before) and bool(after) and before[0] == after[0]
    return [0 if keeps and axis == 0 else size for axis, size in enumerate(after)]


def _options(node: Node) -> dict[str, Any]:
    return getattr(node, "options", {})  # unset for operations that take none


def _reduction(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    axis = _options(node).get("axis")
    axes = [] if axis is None else [graph.integers([axis] if isinstance(axis, int) else list(axis))]
    keepdims = int(bool(_options(node).get("keepdims", False)))
    return graph.add(_REDUCTIONS[node.primitive.name], [*inputs, *axes], keepdims=keepdims)


def _reshape(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    (parent,) = node.parents
    assert parent is not None
    return graph.reshape(inputs[0], kept_axes(parent.shape, node.shape))


def _transpose(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    axes = _options(node).get("axes") or range(node.ndim)[::-1]
    return graph.transpose(inputs[0], [int(axis) % node.ndim for axis in axes])


def _swapaxes(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    axes = list(range(node.ndim))
    first, second = (int(_options(node)[name]) for name in ("axis1", "axis2"))
    axes[first], axes[second] = axes[second], axes[first]
    return graph.transpose(inputs[0], axes)


def _softmax(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    operator = {"softmax": "Softmax", "log_softmax": "LogSoftmax"}[node.primitive.name]
    return graph.add(operator, inputs, axis=int(_options(node).get("axis", -1)))


def _square(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    return graph.add("Mul", [inputs[0], inputs[0]])


def _normal_cdf(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    half, one, root = (graph.constant(np.array(value, node.dtype)) for value in (0.5, 1.0, 2**-0.5))
    error = graph.add("Erf", [graph.add("Mul", [inputs[0], root])])
    return graph.add("Mul", [half, graph.add("Add", [one, error])])


def _elu(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    return graph.add("Elu", inputs[:1], alpha=float(graph.initializers[inputs[1]]))


def _concatenate(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    return graph.add("Concat", inputs, axis=int(_options(node).get("axis", 0)))


def _stack(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    axis = int(_options(node)["axis"])
    spread = [graph.add("Unsqueeze", [x, graph.integers([axis])]) for x in inputs]
    return graph.add("Concat", spread, axis=axis)


def _pad(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    befores, afters = zip(*_options(node)["widths"], strict=True)
    return graph.add("Pad", [inputs[0], graph.integers([*befores, *afters])])


def _cast(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    from onnx import helper

    return graph.add("Cast", inputs, to=helper.np_dtype_to_tensor_dtype(np.dtype(node.dtype)))


_OTHERS: dict[str, Convert] = {
    "reshape": _reshape,
    "ravel": _reshape,
    "squeeze": _reshape,
    "expand_dims": _reshape,
    "transpose": _transpose,
    "swapaxes": _swapaxes,
    "softmax": _softmax,
    "log_softmax": _softmax,
    "square": _square,
    "normal_cdf": _normal_cdf,
    "gelu": lambda graph, node, inputs: graph.add("Gelu", inputs),
    "elu": _elu,
    "concatenate": _concatenate,
    "get_item": get_item,
    "stack": _stack,
    "pad": _pad,
    "cast": _cast,
}


def constant_of(node: Node, position: int) -> Any:
    """The value of an operand that needs no gradient, in the node's dtype; None if the graph does not keep it."""
    for place, constant in node.constants:
        if place == position and constant.value is not None:
            return np.asarray(constant.value, dtype=constant.dtype or node.dtype)
    return None

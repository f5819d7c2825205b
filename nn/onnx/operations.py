"""What a model's `forward` does between its layers, operation by operation: primitives as ONNX nodes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.graph import Node
from autograd.registry import known_name
from nn.onnx.graph import Graph, pads
from nn.onnx.indexing import get_item
from nn.onnx.kernels import KERNELS, ConvertOperation, input_shape

_SAME_MEANING = {
    "add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "power": "Pow", "matmul": "MatMul",
    "maximum": "Max", "minimum": "Min", "clip": "Clip", "negative": "Neg", "absolute": "Abs",
    "reciprocal": "Reciprocal", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos",
    "tan": "Tan", "arcsin": "Asin", "arccos": "Acos", "arctan": "Atan", "sinh": "Sinh", "cosh": "Cosh", "tanh": "Tanh",
    "arcsinh": "Asinh", "arccosh": "Acosh", "arctanh": "Atanh", "erf": "Erf", "relu": "Relu", "leaky_relu": "PRelu",
    "sigmoid": "Sigmoid", "softplus": "Softplus", "copy": "Identity", "where": "Where",
}
_REDUCTIONS = {"sum": "ReduceSum", "mean": "ReduceMean", "max": "ReduceMax", "min": "ReduceMin", "prod": "ReduceProd",
               "logsumexp": "ReduceLogSumExp"}


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
    """A target shape for Reshape that leaves the batch to the run time: 0 where the first axis stays, or else -1.

    If the first axis does not stay, as in (N, 3, 4) to (3 N, 4), the first one that is longer than 1 is -1.
    """
    if before and after and before[0] == after[0]:
        return [0, *after[1:]]
    free = next((axis for axis, size in enumerate(after) if size != 1 and 0 not in after), None)
    return [-1 if axis == free else size for axis, size in enumerate(after)]


def _options(node: Node) -> dict[str, Any]:
    return getattr(node, "options", {})  # unset for operations that take none


def _keepdims(node: Node) -> int:
    return int(bool(_options(node).get("keepdims", False)))


def _reduction(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    axis = _options(node).get("axis")
    axes = [] if axis is None else [graph.integers([axis] if isinstance(axis, int) else list(axis))]
    return graph.add(_REDUCTIONS[node.primitive.name], [*inputs, *axes], keepdims=_keepdims(node))


def _variance(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """The mean of (x - mean)^2, times n / (n - ddof), of an axis or several."""
    options, shape = _options(node), input_shape(node)
    axis, ddof = options.get("axis"), options.get("ddof", 0)
    given = range(len(shape)) if axis is None else [axis] if isinstance(axis, int) else axis
    axes, keepdims = graph.integers([int(a) for a in given]), _keepdims(node)
    deviation = graph.add("Sub", [inputs[0], graph.add("ReduceMean", [inputs[0], axes], keepdims=1)])
    out = graph.add("ReduceMean", [graph.add("Mul", [deviation, deviation]), axes], keepdims=keepdims)
    if ddof:
        count = math.prod(shape[a] for a in given)
        out = graph.add("Mul", [out, graph.constant(np.array(count / (count - ddof), node.dtype))])
    return out if node.primitive.name == "var" else graph.add("Sqrt", [out])


def _length(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    order = {1: "ReduceL1", 2: "ReduceL2"}[_options(node).get("ord", 2)]
    axis = graph.integers([int(_options(node)["axis"])])
    return graph.add(order, [inputs[0], axis], keepdims=_keepdims(node))


def _take(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    return _gather(graph, node, inputs, np.asarray(_options(node)["indices"]))


def _repeat(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    options = _options(node)
    return _gather(graph, node, inputs, np.repeat(np.arange(input_shape(node)[options["axis"]]), options["repeats"]))


def _gather(graph: Graph, node: Node, inputs: Sequence[str], indices: Any) -> str:
    """Rows of any axis but the batch's, which may have another length at run time."""
    axis = _options(node)["axis"]
    if not axis:
        raise KeyError(node.primitive.name)
    return graph.add("Gather", [inputs[0], graph.constant(indices, "indices")], axis=int(axis))


def _broadcast(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """Repeat axes of length 1 and add new ones."""
    given = input_shape(node)
    before = (1,) * (node.ndim - len(given)) + given
    sizes = [1 if a == b else b for a, b in zip(before, node.shape, strict=True)]  # 1 keeps an axis as it is
    return graph.add("Expand", [inputs[0], _repetitions(graph, node, before, sizes)])


def _tile(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    return graph.add("Tile", [inputs[0], _repetitions(graph, node, input_shape(node), _options(node)["reps"])])


def _repetitions(graph: Graph, node: Node, before: Sequence[int], given: Sequence[int]) -> str:
    """How often each axis is repeated; one of length 1 that becomes the batch's, as often as that is at run time."""
    if before[:1] != (1,) or node.shape[0] != graph.batch[1]:
        return graph.integers(given)
    length = graph.add("Slice", [graph.add("Shape", [graph.batch[0]]), graph.integers([0]), graph.integers([1])])
    return graph.add("Concat", [length, graph.integers(given[1:])], axis=0) if given[1:] else length


def _reshape(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    return graph.reshape(inputs[0], kept_axes(input_shape(node), node.shape))


def _permute(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """The order of the axes is the shape that NumPy makes of an array whose axes have the lengths 0, 1, 2, ..."""
    numbered = np.empty(range(node.ndim))
    return graph.transpose(inputs[0], getattr(np, node.primitive.name)(numbered, **_options(node)).shape)


def _softmax(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    operator = {"softmax": "Softmax", "log_softmax": "LogSoftmax"}[node.primitive.name]
    return graph.add(operator, inputs, axis=int(_options(node)["axis"]))


def _normal_cdf(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    half, one, root = (graph.constant(np.array(value, node.dtype)) for value in (0.5, 1.0, 2**-0.5))
    error = graph.add("Erf", [graph.add("Mul", [inputs[0], root])])
    return graph.add("Mul", [half, graph.add("Add", [one, error])])


def _stack(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    axis = int(_options(node)["axis"])
    spread = [graph.add("Unsqueeze", [x, graph.integers([axis])]) for x in inputs]
    return graph.add("Concat", spread, axis=axis)


_OTHERS: dict[str, ConvertOperation] = {
    "reshape": _reshape,
    "ravel": _reshape,
    "squeeze": _reshape,
    "expand_dims": _reshape,
    "transpose": _permute,
    "swapaxes": _permute,
    "moveaxis": _permute,
    "softmax": _softmax,
    "log_softmax": _softmax,
    "cumsum": lambda graph, node, inputs: graph.add(
        "CumSum", [inputs[0], graph.constant(np.array(_options(node)["axis"], np.int64), "axis")]),
    "square": lambda graph, node, inputs: graph.add("Mul", [inputs[0], inputs[0]]),
    "normal_cdf": _normal_cdf,
    "silu": lambda graph, node, inputs: graph.add("Mul", [inputs[0], graph.add("Sigmoid", inputs)]),
    "gelu": lambda graph, node, inputs: graph.add("Gelu", inputs),
    "elu": lambda graph, node, inputs: graph.add("Elu", inputs[:1], alpha=float(graph.initializers[inputs[1]])),
    "concatenate": lambda graph, node, inputs: graph.add("Concat", inputs, axis=int(_options(node).get("axis", 0))),
    "get_item": get_item,
    "stack": _stack,
    "pad": lambda graph, node, inputs: graph.add("Pad", [inputs[0], graph.integers(pads(_options(node)["widths"]))]),
    "tile": _tile,
    "cast": lambda graph, node, inputs: graph.cast(inputs[0], node.dtype),
    "var": _variance,
    "std": _variance,
    "vector_norm": _length,
    "take": _take,
    "repeat": _repeat,
    "einsum": lambda graph, node, inputs: graph.add("Einsum", inputs, equation=_options(node)["subscripts"]),
    "broadcast_to": _broadcast,
    **KERNELS,
}


def constant_of(node: Node, position: int) -> Any:
    """The value of an operand that needs no gradient, in the node's dtype; None for one that was left out.

    Raises LookupError for one that the graph does not keep.
    """
    constant = dict(node.constants).get(position)
    if constant is None:
        return None
    if constant.value is None:
        raise LookupError(node.primitive.name)
    return np.asarray(constant.value, dtype=constant.dtype or node.dtype)

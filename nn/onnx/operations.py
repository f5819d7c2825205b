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
    "sigmoid": "Sigmoid", "softplus": "Softplus", "copy": "Identity", "where": "Where", "fabs": "Abs",
    "positive": "Identity", "real": "Identity", "conjugate": "Identity", "det": "Det",
}
_REDUCTIONS = {"sum": ("ReduceSum", "Add"), "prod": ("ReduceProd", "Mul"), "max": ("ReduceMax", "Max"),
               "min": ("ReduceMin", "Min"), "mean": ("ReduceMean", ""), "logsumexp": ("ReduceLogSumExp", "")}
"""Each with the operator that joins `initial`."""

OF_VALUES = {
    "less": "Less", "less_equal": "LessOrEqual", "greater": "Greater", "greater_equal": "GreaterOrEqual",
    "equal": "Equal", "logical_and": "And", "logical_or": "Or", "logical_not": "Not", "isnan": "IsNaN",
    "bitwise_and": "And", "bitwise_or": "Or", "bitwise_xor": "Xor", "invert": "Not",
    "sign": "Sign", "floor": "Floor", "ceil": "Ceil", "rint": "Round",
}
"""Piecewise constant functions with numbers or conditions as results, which need no gradient, and their operators."""


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
    """Over one axis, several or all; raises KeyError for one of some elements only (`where`)."""
    (operator, join), options = _REDUCTIONS[node.primitive.name], _options(node)
    if "where" in options or len(inputs) > 1:
        raise KeyError(node.primitive.name)
    axis = options.get("axis")
    axes = [] if axis is None else [graph.integers([axis] if isinstance(axis, int) else list(axis))]
    out = graph.add(operator, [*inputs, *axes], keepdims=_keepdims(node))
    if options.get("initial") is None:
        return out
    return graph.add(join, [out, graph.constant(np.array(options["initial"], node.dtype))])


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
    order, axis = {1: "ReduceL1", 2: "ReduceL2"}[_options(node).get("ord", 2)], _options(node)["axis"]
    axes = graph.integers([axis] if isinstance(axis, int) else list(axis))
    return graph.add(order, [inputs[0], axes], keepdims=_keepdims(node))


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


def _pad(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    value = graph.constant(np.array(_options(node)["value"], node.dtype))
    return graph.add("Pad", [inputs[0], graph.integers(pads(_options(node)["widths"])), value])


def _scaled(operator: str, factor: float) -> ConvertOperation:
    """An operator, and then a factor: logarithms of another base are multiples of the natural one."""

    def write(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
        return graph.add("Mul", [graph.add(operator, inputs), graph.constant(np.array(factor, node.dtype))])

    return write


def _logaddexp(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """max(x, y) + log(1 + exp(-|x - y|))."""
    gap = graph.add("Neg", [graph.add("Abs", [graph.add("Sub", inputs)])])
    return graph.add("Add", [graph.add("Max", inputs), graph.add("Softplus", [gap])])


def _rearranged(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """Elements of one axis or several in another order, which NumPy's function says of the places along each.

    Raises KeyError where an axis is the batch's, which may have another length at run time.
    """
    name, options, shape = node.primitive.name, dict(_options(node)), input_shape(node)
    axes = options.pop("axis", None)
    given = [axes] if isinstance(axes, int) else [*(range(len(shape)) if axes is None else axes)]
    shifts = np.broadcast_to(options.pop("shift", 0), len(given)).tolist()
    out = inputs[0]
    for axis, shift in zip((a % len(shape) for a in given), shifts, strict=True):
        if not axis:
            raise KeyError(name)
        places = np.arange(shape[axis])
        order = np.flip(places) if name == "flip" else np.roll(places, shift)
        out = graph.add("Gather", [out, graph.constant(order, "indices")], axis=axis)
    return out


def _triangle(graph: Graph, node: Node, inputs: Sequence[str], upper: int) -> str:
    diagonal = graph.constant(np.array(_options(node)["k"], np.int64), "diagonal")
    return graph.add("Trilu", [inputs[0], diagonal], upper=upper)


def _one(graph: Graph, node: Node) -> str:
    return graph.constant(np.array(1, node.dtype))


def _log1p(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """2 artanh(x / (2 + x)) below 1, where log(1 + x) loses digits, and that above."""
    x, one, two = inputs[0], _one(graph, node), graph.constant(np.array(2, node.dtype))
    near = graph.add("Mul", [two, graph.add("Atanh", [graph.add("Div", [x, graph.add("Add", [x, two])])])])
    far = graph.add("Log", [graph.add("Add", [x, one])])
    return graph.add("Where", [graph.add("Less", [x, one]), near, far])


def _expm1(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """tanh(x/2) (exp(x) + 1), which keeps its digits beside 0."""
    tanh = graph.add("Tanh", [graph.add("Mul", [inputs[0], graph.constant(np.array(0.5, node.dtype))])])
    return graph.add("Mul", [tanh, graph.add("Add", [graph.add("Exp", inputs), _one(graph, node)])])


def _remainder(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """With the sign of the divisor: C's remainder, and the divisor added where the signs differ."""
    rest = graph.add("Mod", inputs, fmod=1)
    signs = graph.add("Mul", [graph.add("Sign", [name]) for name in (rest, inputs[1])])
    differ = graph.add("Less", [signs, graph.constant(np.array(0, node.dtype))])
    return graph.add("Where", [differ, graph.add("Add", [rest, inputs[1]]), rest])


def _sort(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """All elements of an axis but the batch's, the smallest first."""
    axis, shape = int(_options(node).get("axis", -1)), input_shape(node)
    if not axis % len(shape):
        raise KeyError("sort")
    return graph.add_many("TopK", [inputs[0], graph.integers([shape[axis]])], 2, axis=axis, largest=0)[0]


_OTHERS: dict[str, ConvertOperation] = {
    "reshape": _reshape,
    "ravel": _reshape,
    "squeeze": _reshape,
    "expand_dims": _reshape,
    "transpose": _permute,
    "swapaxes": _permute,
    "moveaxis": _permute,
    "rollaxis": _permute,
    "flip": _rearranged,
    "roll": _rearranged,
    "sort": _sort,
    "tril": lambda graph, node, inputs: _triangle(graph, node, inputs, upper=0),
    "triu": lambda graph, node, inputs: _triangle(graph, node, inputs, upper=1),
    "log2": _scaled("Log", 1 / math.log(2)),
    "log10": _scaled("Log", 1 / math.log(10)),
    "log1p": _log1p,
    "expm1": _expm1,
    "exp2": lambda graph, node, inputs: graph.add("Pow", [graph.constant(np.array(2, node.dtype)), *inputs]),
    **dict.fromkeys(("deg2rad", "radians"), _scaled("Identity", math.pi / 180)),
    **dict.fromkeys(("rad2deg", "degrees"), _scaled("Identity", 180 / math.pi)),
    "logaddexp": _logaddexp,
    "hypot": lambda graph, node, inputs: graph.add("Sqrt", [graph.add("Add", [
        graph.add("Mul", [x, x]) for x in inputs])]),
    "cbrt": lambda graph, node, inputs: graph.add("Mul", [graph.add("Sign", inputs), graph.add("Pow", [
        graph.add("Abs", inputs), graph.constant(np.array(1 / 3, node.dtype))])]),
    "fmod": lambda graph, node, inputs: graph.add("Mod", inputs, fmod=1),
    "remainder": _remainder,
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
    "pad": _pad,
    "tile": _tile,
    "cast": lambda graph, node, inputs: graph.add("Identity", inputs),  # operands come in the dtype of the result
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
    """The value of an operand that needs no gradient; None for one that was left out.

    It has the node's dtype, except for conditions, and for integers that a layer's function takes, which are places.
    Raises LookupError for one that the graph does not keep.
    """
    constant = dict(node.constants).get(position)
    if constant is None:
        return None
    if constant.value is None:
        raise LookupError(node.primitive.name)
    own = "biu" if known_name(node.primitive) in KERNELS else "b"
    kept = constant.dtype is not None and constant.dtype.kind in own
    return np.asarray(constant.value, dtype=constant.dtype if kept else node.dtype)

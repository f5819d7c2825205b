"""The functions of layers as ONNX nodes: `F.unfold(x, 2)` is a kernel in the graph, and so is `nn.Unfold(2)(x)`.

Operands that a call leaves out, such as a bias, have the name "". Layers are written by `product` and `attended`, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograd.graph import Node
from nn.kernels import patches
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


def _transposed_convolution(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """Group by group: ONNX's reference evaluator knows no groups here, and could not check the file."""
    options, (x, weight, bias) = node.options, inputs
    groups, (_, channels) = options["groups"], node.shape[:2]
    sizes = {"strides": list(options["stride"]), "dilations": list(options["dilation"]),
             "pads": pads(options["padding"]), "output_padding": list(options["output_padding"])}
    images, weights = [x], [weight]
    if groups > 1:
        images, weights = (graph.add_many("Split", [name], groups, axis=axis, num_outputs=groups)
                           for name, axis in ((x, 1), (weight, 0)))
    outs = [graph.add("ConvTranspose", pair, **sizes) for pair in zip(images, weights, strict=True)]
    out = graph.add("Concat", outs, axis=1) if groups > 1 else outs[0]
    return graph.add("Add", [out, graph.reshape(bias, [1, channels, *[1] * (node.ndim - 2)])]) if bias else out


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
    windows = node.options["geometry"]
    if all(axis.partition and axis.outputs == 1 for axis in windows):
        return graph.add("GlobalAveragePool", inputs)
    return graph.add("AveragePool", inputs, count_include_pad=int(node.options["include_pad"]), **pooled(windows))


def _repeat_pixels(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """Nearest resizing: with asymmetric coordinates and `floor`, output i reads the pixel i // times."""
    times = [1.0, 1.0, *(float(axis.kernel) for axis in node.options["geometry"])]
    scales = graph.constant(np.array(times, np.float32), "scales")
    return graph.add("Resize", [inputs[0], "", scales], mode="nearest", coordinate_transformation_mode="asymmetric",
                     nearest_mode="floor")


def _read_pixels(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """A product with the matrix of the weights, or, where each pixel is one of the old ones, these."""
    axis, reading, ndim = int(node.options["axis"]), node.options["reading"], len(input_shape(node))
    if reading.weight is None and [to for to, _, _ in reading.rounds] == [None]:
        return graph.add("Gather", [inputs[0], graph.constant(reading.rounds[0][1], "pixels")], axis=axis)
    weights = np.zeros((reading.after, reading.length), node.dtype)
    np.add.at(weights, (reading.to, reading.source), 1 if reading.weight is None else reading.weight)
    letters = "abcde"[:ndim]
    equation = f"{letters},z{letters[axis]}->{letters.replace(letters[axis], 'z')}"
    return graph.add("Einsum", [*inputs, graph.constant(weights, "weights")], equation=equation)


def _adaptive_average_pool(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """Windows that overlap, or are one pixel for several, as products with matrices; even ones are an average pool."""
    means = [graph.constant(_means(size, windows, node.dtype), "means")
             for size, windows in zip(input_shape(node)[2:], node.options["bounds"], strict=True)]
    read, wanted = "xyz"[:len(means)], "ijk"[:len(means)]
    factors = ",".join(map("".join, zip(wanted, read, strict=True)))
    return graph.add("Einsum", [*inputs, *means], equation=f"nc{read},{factors}->nc{wanted}")


def _means(size: int, windows: Sequence[tuple[int, int]], dtype: DTypeLike) -> NDArray[Any]:
    """The matrix (windows, size) that takes the mean of each window."""
    first, end = np.transpose(windows)[..., np.newaxis]
    inside = (first <= np.arange(size)) & (np.arange(size) < end)
    means: NDArray[Any] = inside / inside.sum(axis=1, keepdims=True)
    return means.astype(dtype)


def _unfold(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    """The columns read by one index, counted row by row in the padded image."""
    windows, channels = node.options["windows"], input_shape(node)[1]
    around = [(axis.before, axis.before) for axis in windows]
    padded = graph.add("Pad", [inputs[0], graph.integers(pads([(0, 0), (0, 0), *around]))])
    full = tuple(axis._replace(size=axis.size + 2 * axis.before, before=0) for axis in windows)
    size = [axis.size for axis in full]
    at = patches.unfold(np.arange(math.prod(size)).reshape(1, 1, *size), windows=full)[0]
    columns = graph.add("Gather", [graph.reshape(padded, [0, 0, -1]), graph.constant(at, "windows")], axis=2)
    return graph.reshape(columns, [0, channels * at.shape[0], at.shape[1]])


def _fold(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    windows = node.options["windows"]
    sizes = [graph.integers([getattr(axis, name) for axis in windows]) for name in ("size", "kernel")]
    return graph.add("Col2Im", [inputs[0], *sizes], dilations=[axis.dilation for axis in windows],
                     pads=pads((axis.before, axis.before) for axis in windows),
                     strides=[axis.stride for axis in windows])


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


def _group_norm(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    from onnx import helper

    x, weight, bias = inputs
    channels = input_shape(node)[1]
    parts = [weight or _filled(graph, node, channels, 1), bias or _filled(graph, node, channels, 0)]
    if node.options["groups"] == channels:
        return graph.add("InstanceNormalization", [x, *parts], epsilon=node.options["eps"])
    # Mean and variance are computed in float32 unless the file says otherwise.
    wide = helper.np_dtype_to_tensor_dtype(np.promote_types(node.dtype, np.float32))
    options = {"num_groups": node.options["groups"], "epsilon": node.options["eps"], "stash_type": wide}
    return graph.add("GroupNormalization", [x, *parts], **options)


def _rms_norm(graph: Graph, node: Node, inputs: Sequence[str]) -> str:
    (x, weight), axes = inputs, graph.integers(list(range(-node.options["axes"], 0)))
    mean = graph.add("ReduceMean", [graph.add("Mul", [x, x]), axes], keepdims=1)
    eps = graph.constant(np.array(node.options["eps"], node.dtype), "eps")
    out = graph.add("Div", [x, graph.add("Sqrt", [graph.add("Add", [mean, eps])])])
    return graph.add("Mul", [out, weight]) if weight else out


def _filled(graph: Graph, node: Node, shape: int | tuple[int, ...], value: float) -> str:
    return graph.constant(np.full(shape, value, node.dtype), "ones" if value else "zeros")


KERNELS: Mapping[str, ConvertOperation] = {
    "linear": lambda graph, node, inputs: product(graph, node.ndim, *inputs),
    "convolution": _convolution,
    "transposed_convolution": _transposed_convolution,
    "max_pool": _max_pool,
    "average_pool": _average_pool,
    "adaptive_average_pool": _adaptive_average_pool,
    "repeat_pixels": _repeat_pixels,
    "read_pixels": _read_pixels,
    "unfold": _unfold,
    "fold": _fold,
    "embedding": lambda graph, node, inputs: graph.add("Gather", inputs, axis=0),
    "attention": _attention,
    "batch_norm_inference": _batch_norm,
    "layer_norm": _layer_norm,
    "group_norm": _group_norm,
    "rms_norm": _rms_norm,
}

"""Convolutions, pools and patches as ONNX nodes: all operations with windows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn import layers
from nn.kernels.windows import adaptive_windows, pool_windows
from nn.layers.padding import MODES
from nn.module import Module
from nn.onnx.call import Call, ConvertLayer
from nn.onnx.graph import Graph, pads
from nn.onnx.kernels import pooled


def _convolution(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module, x, attributes = call.module, inputs[0], _kernel(call.module)
    if module.padding_mode != "zeros":
        around = graph.integers(pads([(0, 0), (0, 0), *module._pads]))
        x = graph.add("Pad", [x, around], mode=MODES[module.padding_mode])
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
    sizes = {"kernel_shape": module.kernel_size, "strides": module.stride, "dilations": module.dilation,
             "pads": pads(module._pads)}
    return {"group": module.groups, **{name: list(size) for name, size in sizes.items()}}


def _max_pool(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    return _largest(graph, call, inputs, dilations=list(call.module.dilation), **_pool(call))


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
    return [graph.add("AveragePool", inputs, count_include_pad=counted, **_pool(call))]


def _pool(call: Call) -> dict[str, Any]:
    module = call.module
    sizes = call.inputs[0].shape[-module.axes :]
    return pooled(pool_windows(sizes, module.kernel_size, module.stride, module.padding, module.dilation,
                               module.ceil_mode))


def _lp_pool(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    module = call.module
    if not float(module.norm_type).is_integer() or module.ceil_mode:
        raise call.error("ONNX pools by whole powers only, and without ceil_mode")
    sizes = {"kernel_shape": list(module.kernel_size), "strides": list(module.stride)}
    return [graph.add("LpPool", inputs, p=int(module.norm_type), **sizes)]


def _adaptive_max_pool(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    return _largest(graph, call, inputs, **even(call, call.module.axes))


def _adaptive_average_pool(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    axes = call.module.axes
    if set(call.outputs[0].shape[-axes:]) == {1}:
        return [graph.add("GlobalAveragePool", inputs)]
    before, after = call.inputs[0].shape[-axes:], call.outputs[0].shape[-axes:]
    if any(b % a for b, a in zip(before, after, strict=True)):
        call.require_batch(axes=2 + axes)
        means = [graph.constant(_means(b, a, call.inputs[0].dtype), "means")
                 for b, a in zip(before, after, strict=True)]
        read, wanted = "xyz"[:axes], "ijk"[:axes]
        factors = ",".join(map("".join, zip(wanted, read, strict=True)))
        return [graph.add("Einsum", [*inputs, *means], equation=f"nc{read},{factors}->nc{wanted}")]
    return [graph.add("AveragePool", inputs, **even(call, axes))]


def _means(before: int, after: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The matrix (after, before) that takes means of windows which overlap, or are one pixel for several."""
    first, end = np.transpose(adaptive_windows(before, after))[..., np.newaxis]
    pixel = np.arange(before)
    inside = (first <= pixel) & (pixel < end)
    weights: NDArray[Any] = inside / inside.sum(axis=1, keepdims=True)
    return weights.astype(dtype)


def even(call: Call, axes: int) -> dict[str, list[int]]:
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


WINDOWS: Mapping[ConvertLayer, Sequence[type[Module]]] = {
    _convolution: [layers.Conv1d, layers.Conv2d, layers.Conv3d],
    _transposed_convolution: [layers.ConvTranspose1d, layers.ConvTranspose2d, layers.ConvTranspose3d],
    _max_pool: [layers.MaxPool1d, layers.MaxPool2d, layers.MaxPool3d],
    _average_pool: [layers.AvgPool1d, layers.AvgPool2d, layers.AvgPool3d],
    _lp_pool: [layers.LPPool1d, layers.LPPool2d, layers.LPPool3d],
    _adaptive_max_pool: [layers.AdaptiveMaxPool1d, layers.AdaptiveMaxPool2d, layers.AdaptiveMaxPool3d],
    _adaptive_average_pool: [layers.AdaptiveAvgPool1d, layers.AdaptiveAvgPool2d, layers.AdaptiveAvgPool3d],
    _unpool: [layers.MaxUnpool1d, layers.MaxUnpool2d, layers.MaxUnpool3d],
    _unfold: [layers.Unfold],
    _fold: [layers.Fold],
}

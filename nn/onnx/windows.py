"""Convolutions and pools as ONNX nodes, where layers have options that their functions have not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nn import layers
from nn.kernels.windows import pool_windows
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


WINDOWS: Mapping[ConvertLayer, Sequence[type[Module]]] = {
    _convolution: [layers.Conv1d, layers.Conv2d, layers.Conv3d],
    _max_pool: [layers.MaxPool1d, layers.MaxPool2d, layers.MaxPool3d],
    _average_pool: [layers.AvgPool1d, layers.AvgPool2d, layers.AvgPool3d],
    _lp_pool: [layers.LPPool1d, layers.LPPool2d, layers.LPPool3d],
    _adaptive_max_pool: [layers.AdaptiveMaxPool1d, layers.AdaptiveMaxPool2d, layers.AdaptiveMaxPool3d],
    _unpool: [layers.MaxUnpool1d, layers.MaxUnpool2d, layers.MaxUnpool3d],
}

"""Embedding and EmbeddingBag as ONNX nodes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nn.layers.embedding import shortened
from nn.onnx.call import Call
from nn.onnx.graph import Graph


def convert_embedding(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """The rows that are read, from a table in which all rows have been shortened to `max_norm`."""
    module = call.module
    rows = module.weight.data
    if module.max_norm is not None:
        rows = shortened(rows, max_norm=module.max_norm, norm_type=module.norm_type)
    table = graph.constant(rows, f"{call.path}.weight")
    return [graph.add("Gather", [table, inputs[0]], axis=0)]


def convert_bag(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """A reduction over the rows (B, L, D), or (1, N, D) of bags in one vector, where they count: (B, L or N, 1)."""
    module, (indices, *others) = call.module, inputs
    last, first = graph.integers([-1]), graph.integers([0])
    rows, counted = convert_embedding(graph, call, inputs)[0], ""
    if call.inputs[0].ndim == 1:
        rows, counted = graph.add("Unsqueeze", [rows, first]), _own_places(graph, call, indices, others.pop(0))
    if module.padding_idx is not None:
        padding = graph.constant(np.array(module.padding_idx, call.inputs[0].dtype), "padding")
        words = graph.add("Not", [graph.add("Equal", [indices, padding])])
        counted = graph.add("And", [counted, words]) if counted else words
    if others:
        rows = graph.add("Mul", [rows, graph.add("Unsqueeze", [others[0], last])])
    reduction = {"sum": "ReduceSum", "mean": "ReduceMean", "max": "ReduceMax"}[module.mode]
    along = graph.integers([1])
    if not counted:
        return [graph.add(reduction, [rows, along], keepdims=0)]
    counted = graph.add("Unsqueeze", [counted, last])
    dtype = module.weight.dtype
    zero, one, least = (graph.constant(np.array(x, dtype), "bag") for x in (0, 1, -np.inf))
    if module.mode == "max":
        largest = graph.add("ReduceMax", [graph.add("Where", [counted, rows, least]), along], keepdims=0)
        return [graph.add("Where", [graph.add("Equal", [largest, least]), zero, largest])]
    total = graph.add("ReduceSum", [graph.add("Where", [counted, rows, zero]), along], keepdims=0)
    number = graph.add("ReduceSum", [graph.add("Where", [counted, one, zero]), along], keepdims=0)
    return [total if module.mode == "sum" else graph.add("Div", [total, graph.add("Max", [number, one])])]


def _own_places(graph: Graph, call: Call, indices: str, offsets: str) -> str:
    """Which of the indices (N,) belong to each bag, (B, N): those from its own offset to that of the next bag."""
    zero, one, end = (graph.integers([x]) for x in (0, 1, np.iinfo(np.int64).max))
    count = graph.add("Shape", [indices])
    offsets = graph.add("Cast", [offsets], to=7)  # int64, as shapes are
    later, starts = graph.add("Slice", [offsets, one, end, zero]), offsets
    if call.module.include_last_offset:
        starts = graph.add("Slice", [offsets, zero, graph.integers([-1]), zero])
    else:
        later = graph.add("Concat", [later, count], axis=0)
    at = graph.add("Range", [graph.constant(np.array(0)), graph.add("Squeeze", [count]), graph.constant(np.array(1))])
    starts, ends = (graph.add("Unsqueeze", [x, one]) for x in (starts, later))
    return graph.add("And", [graph.add("GreaterOrEqual", [at, starts]), graph.add("Less", [at, ends])])

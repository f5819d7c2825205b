"""RNN, LSTM and GRU as ONNX nodes: one node a layer, with the gates in ONNX's order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.onnx.call import Call
from nn.onnx.graph import Graph

# Our gates, which are PyTorch's, are i f g o and r z n; ONNX wants i o f c and z r h.
_GATES = {"RNN": [0], "LSTM": [0, 3, 1, 2], "GRU": [1, 0, 2]}


def convert_recurrent(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """The output and the final states; an initial state given as a second input is handed to every layer."""
    module, kind = call.module, type(call.module).__name__
    if getattr(module, "proj_size", 0):
        raise call.error("ONNX has no projection of the output (proj_size)")
    if getattr(module, "nonlinearity", "tanh") != "tanh":
        raise call.error("ONNX's reference evaluator has no RNN of relu, so that the file could not be checked")
    if len(inputs) > 1:
        raise call.error("an initial state is not exported")
    if call.inputs[0].ndim != 3:
        raise call.error(f"it was called on one sequence of shape {call.inputs[0].shape}; give it a batch")
    x = graph.transpose(inputs[0], [1, 0, 2]) if module.batch_first else inputs[0]
    directions = ["", "_reverse"] if module.bidirectional else [""]
    direction = "bidirectional" if module.bidirectional else "forward"
    attributes: dict[str, Any] = {"hidden_size": module.hidden_size, "direction": direction}
    if kind == "GRU":
        attributes["linear_before_reset"] = 1
    states: list[list[str]] = []
    for layer in range(module.num_layers):
        weights = [_stacked(graph, call, part, layer, directions) for part in ("weight_ih", "weight_hh")]
        biases = _biases(graph, call, layer, directions)
        y, *final = graph.add_many(kind, [x, *weights, *biases], 3 if kind == "LSTM" else 2, **attributes)
        states.append(final)
        x = graph.reshape(graph.transpose(y, [0, 2, 1, 3]), [0, 0, -1])  # (time, batch, directions * hidden)
    out = graph.transpose(x, [1, 0, 2]) if module.batch_first else x
    final = [graph.add("Concat", parts, axis=0) for parts in zip(*states, strict=True)]
    return [out, *final]


def _stacked(graph: Graph, call: Call, part: str, layer: int, directions: Sequence[str]) -> str:
    arrays = [_reordered(call, getattr(call.module, f"{part}_l{layer}{end}").data) for end in directions]
    return graph.constant(np.stack(arrays), f"{call.path}.{part}_l{layer}")


def _biases(graph: Graph, call: Call, layer: int, directions: Sequence[str]) -> list[str]:
    if not call.module.bias:
        return []
    parts = [[f"bias_{part}_l{layer}{end}" for part in ("ih", "hh")] for end in directions]
    arrays = [np.concatenate([_reordered(call, getattr(call.module, name).data) for name in pair]) for pair in parts]
    return [graph.constant(np.stack(arrays), f"{call.path}.bias_l{layer}")]


def _reordered(call: Call, weight: NDArray[np.floating]) -> NDArray[np.floating]:
    gates = np.split(weight, len(_GATES[type(call.module).__name__]))
    return np.concatenate([gates[gate] for gate in _GATES[type(call.module).__name__]])

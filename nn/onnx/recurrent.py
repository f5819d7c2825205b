"""RNN, LSTM and GRU, and one step of them, as ONNX nodes: one node per layer, with the gates in ONNX's order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nn.onnx.call import Call
from nn.onnx.graph import Graph

# Our gates, which are PyTorch's, are i f g o and r z n; ONNX wants i o f c and z r h.
_GATES = {"RNN": [0], "LSTM": [0, 3, 1, 2], "GRU": [1, 0, 2]}


def convert_recurrent(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """The output and the final states, from states of zeros or those that were given."""
    module = call.module
    if getattr(module, "proj_size", 0):
        raise call.error("ONNX has no projection of the output (proj_size)")
    _refuse_relu(call)
    if call.arguments.get("lengths") is not None:
        raise call.error("lengths are not exported")
    call.require_batch(axes=3)
    x = graph.transpose(inputs[0], [1, 0, 2]) if module.batch_first else inputs[0]
    directions = ["", "_reverse"] if module.bidirectional else [""]
    direction = "bidirectional" if module.bidirectional else "forward"
    states: list[list[str]] = []
    for layer in range(module.num_layers):
        weights = _weights(graph, call, [f"_l{layer}{end}" for end in directions])
        rows = [graph.integers([at * len(directions)]) for at in (layer, layer + 1)]
        first = [graph.add("Slice", [state, *rows]) for state in inputs[1:]]
        y, *final = _run(graph, call, [x, *weights, *_left_out(weights, first), *first], direction=direction)
        states.append(final)
        x = graph.reshape(graph.transpose(y, [0, 2, 1, 3]), [0, 0, -1])  # (time, batch, directions * hidden)
    out = graph.transpose(x, [1, 0, 2]) if module.batch_first else x
    final = [graph.add("Concat", parts, axis=0) for parts in zip(*states, strict=True)]
    return [out, *final]


def convert_cell(graph: Graph, call: Call, inputs: Sequence[str]) -> list[str]:
    """A sequence of one step, which begins with the states that the cell was given, if any."""
    _refuse_relu(call)
    call.require_batch(axes=2)
    first = graph.integers([0])
    x, *states = [graph.add("Unsqueeze", [name, first]) for name in inputs]
    weights = _weights(graph, call, [""])
    _, *after = _run(graph, call, [x, *weights, *_left_out(weights, states), *states])
    return [graph.add("Squeeze", [name, first]) for name in after]


def _run(graph: Graph, call: Call, inputs: Sequence[str], **attributes: str) -> list[str]:
    """The outputs of one layer, and its final states."""
    kind = _kind(call)
    gated = {"linear_before_reset": 1} if kind == "GRU" else {}
    return graph.add_many(kind, inputs, 3 if kind == "LSTM" else 2, hidden_size=call.module.hidden_size, **gated,
                          **attributes)


def _left_out(weights: Sequence[str], states: Sequence[str]) -> list[str]:
    """What stands between weights and states: biases if there are none, and the lengths of the sequences."""
    return [""] * (4 - len(weights)) if states else []


def _refuse_relu(call: Call) -> None:
    if getattr(call.module, "nonlinearity", "tanh") != "tanh":
        raise call.error("ONNX's reference evaluator has no RNN of relu, so that the file could not be checked")


def _weights(graph: Graph, call: Call, ends: Sequence[str]) -> list[str]:
    """The weights and, if there are any, the biases of all directions, whose names have these `ends`."""

    def stacked(*parts: str) -> str:
        arrays = [np.concatenate([_reordered(call, getattr(call.module, part + end).data) for part in parts])
                  for end in ends]
        return graph.constant(np.stack(arrays), f"{call.path}.{parts[0]}{ends[0]}")

    return [stacked("weight_ih"), stacked("weight_hh")] + ([stacked("bias_ih", "bias_hh")] if call.module.bias else [])


def _kind(call: Call) -> str:
    return type(call.module).__name__.removesuffix("Cell")


def _reordered(call: Call, weight: NDArray[np.floating]) -> NDArray[np.floating]:
    order = _GATES[_kind(call)]
    gates = np.split(weight, len(order))
    return np.concatenate([gates[gate] for gate in order])

"""`export_onnx`: follow one call of a model and write down what it did."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd import GradientLostWarning, Tensor, enable_grad
from autograd.boundary import as_plain
from autograd.errors import needing, require_instance
from autograd.graph import Leaf, Node, Scope, reachable
from autograd.modes import noting_values
from autograd.tensor.nested import tensors_in
from nn.evaluation_mode import evaluating
from nn.foreign_names import refuses_foreign_options
from nn.module import Module
from nn.onnx import operations
from nn.onnx.call import Call
from nn.onnx.checks import batch_length, check
from nn.onnx.convert import CONVERTERS, convert
from nn.onnx.graph import Graph
from nn.storage import replace_file
from nn.watched_calls import watched

Made = dict[int, tuple[str, tuple[Any, ...], Tensor]]
"""What was computed from values alone: by the result's id its function's name, the operands, and the result."""

OPSET = 21
IR_VERSION = 10


@refuses_foreign_options
def export_onnx(model: Module, example: Any, path: str | os.PathLike[str]) -> None:
    """Write `model` in evaluation mode to an ONNX file, following what it does on `example`.

    `example` is an input with a batch axis, or a tuple of inputs; the first axis may have another length at run time.
    Layers of `nn` become ONNX operators, in whatever way `forward` combines them, and so do the usual operations and
    functions between them (arithmetic, reshaping, reductions, activations, `conv2d` and others). Before it is written,
    the file is checked, executed by ONNX's reference evaluator on `example` and on other values, and its outputs are
    compared with the model's.
    Raises ValueError for what cannot be expressed, naming it; ImportError without the package onnx.
    Source: https://onnx.ai, operator set 21.
    """
    require_instance(model, Module, "export_onnx", "an nn.Module, an example of its input, and a path")
    if isinstance(example, (str, os.PathLike)):
        raise TypeError(f"export_onnx takes an example of the model's input, and then a path; got {example!r} first")
    inputs = [_input(model, value) for value in (example if isinstance(example, tuple) else (example,))]
    proto, outputs, constants = _followed(model, inputs)
    check(proto, model, inputs, outputs, constants)
    replace_file(path, proto.SerializeToString())


def _followed(model: Module, inputs: Sequence[Any]) -> tuple[Any, list[Tensor], list[Tensor]]:
    """What a call of the model does, as an ONNX model, what it returns, and what was taken for a constant."""
    with needing("onnx", extra="onnx"):
        from onnx import helper
    tracked = [Tensor(value, requires_grad=value.dtype.kind == "f") for value in inputs]
    made: Made = {}
    with evaluating(model), enable_grad(), _state(model) as state, _calls(model) as calls, noting_values(
            lambda function, operands, out: made.update({id(out): (function.__name__, operands, out)})):
        outputs = list(tensors_in(model(*tracked)))
    writer = _Writer(type(model).__name__, state, made)
    input_names, output_names = _numbered("input", inputs), _numbered("output", outputs)
    batch = batch_length(inputs)
    for name, value in zip(input_names, tracked, strict=True):
        writer.know(value, writer.graph.name(name))
    writer.graph.batch = input_names[0], batch
    for call in calls:
        writer.layer(call)
    for name, value in zip(output_names, outputs, strict=True):
        writer.graph.nodes.append(helper.make_node("Identity", [writer.find(value)], [name], name=name))
    return _proto(
        writer.graph,
        [_described(name, value, batch) for name, value in zip(input_names, inputs, strict=True)],
        [_described(name, value.data, batch) for name, value in zip(output_names, outputs, strict=True)],
    ), outputs, writer.taken_as_constant


def _numbered(name: str, values: Sequence[Any]) -> list[str]:
    """A name for each value; with a number where there are several."""
    return [name] if len(values) == 1 else [f"{name}_{number}" for number in range(len(values))]


def _input(model: Module, value: Any) -> Any:
    """An example as an array, in the dtype of the model's parameters if it is a floating one."""
    array = np.asarray(as_plain(value))
    parameters = [p.dtype for p in model.parameters() if p.dtype.kind == "f"]
    return array.astype(parameters[0]) if array.dtype.kind == "f" and parameters else array


@contextmanager
def _state(model: Module) -> Iterator[dict[Node, tuple[str, Tensor]]]:
    """Parameters and buffers as leaves of the graph, with their paths: frozen ones too, so that all uses are in it."""
    state = [(path, tensor) for path, tensor in (*model.named_parameters(), *model.named_buffers())
             if tensor.dtype.kind == "f"]
    frozen = [tensor for _, tensor in state if not tensor.requires_grad]
    for tensor in frozen:
        tensor.requires_grad = True
    try:
        with warnings.catch_warnings():  # about buffers, if forward reads its parameters
            warnings.filterwarnings("ignore", ".* is a tensor that requires grad and no Parameter", GradientLostWarning)
            yield {tensor._node: (path, tensor) for path, tensor in state}
    finally:
        for tensor in frozen:
            tensor.requires_grad = False


@contextmanager
def _calls(model: Module) -> Iterator[list[Call]]:
    """Record every call of a layer that has a converter, and nothing that goes on inside it."""
    calls: list[Call] = []
    depth = 0

    def enter(module: Module) -> None:
        nonlocal depth
        depth += 1

    def leave(module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        nonlocal depth
        depth -= 1
        if depth == 0:
            calls.append(Call.of(paths[module], module, inputs, output))

    paths = {module: path or "model" for path, module in model.named_modules() if type(module) in CONVERTERS}
    with watched(paths, leave, enter):
        yield calls


class _Writer:
    """Turns calls and the operations between them into a graph; knows which name each value of the call has there."""

    def __init__(self, kind: str, state: Mapping[Node, tuple[str, Tensor]], made: Made) -> None:
        self.graph = Graph()
        self.kind, self.state = kind, state
        self.made = {key: (name, operands, out) for key, (name, operands, out) in made.items()
                     if name in operations.OF_VALUES and isinstance(out, Tensor) and out.dtype.kind in "bf"}
        self.by_node: dict[Node, str] = {}
        self.by_tensor: dict[int, tuple[str, Tensor]] = {}  # untracked ones, kept so that their ids stay their own
        self.taken_as_constant: list[Tensor] = []  # until other inputs are tried

    def know(self, value: Tensor, name: str) -> None:
        if value._node is not None:
            self.by_node[value._node] = name
        else:
            self.by_tensor[id(value)] = (name, value)

    def layer(self, call: Call) -> None:
        inputs = [self.find(value) for value in call.inputs]
        self.graph.scope = call.path
        names = convert(self.graph, call, inputs)
        for value, name in zip(call.outputs, names, strict=False):
            self.know(value, name)

    def find(self, value: Tensor) -> str:
        """The name of a value, writing the operations that made it if they are not written yet."""
        if value._node is None:
            if id(value) not in self.by_tensor:
                self.know(value, self._untracked(value))
            return self.by_tensor[id(value)][0]
        for node in reachable(value._node, stop=frozenset(self.by_node)):
            if node not in self.by_node:
                self.graph.scope = _path(node.scope)
                self.by_node[node] = self._write(node)
        return self.by_node[value._node]

    def _untracked(self, value: Tensor) -> str:
        """The name of a value that is not tracked: of a view, which knows how it was taken, or else of a constant."""
        if (view := getattr(value, "_view", None)) is not None:
            base, primitive, options = view
            node, parent = Node(), Node()
            node.primitive, node.options, node.parents = primitive, options, (parent,)
            node.shape, node.dtype, parent.shape, parent.dtype = value.shape, value.dtype, base.shape, base.dtype
            return self._operation(node, [self.find(base)])
        if id(value) in self.made:
            name, operands, _ = self.made[id(value)]
            return self.graph.add(operations.OF_VALUES[name], self._in_one_dtype(operands))
        self.taken_as_constant.append(value)
        return self.graph.constant(value.data)

    def _in_one_dtype(self, operands: Sequence[Any]) -> list[str]:
        dtype = np.result_type(*[getattr(x, "dtype", x) for x in operands])
        return [self.graph.constant(np.asarray(x, dtype)) if not isinstance(x, Tensor) else self.find(x)
                if x.dtype == dtype else self.graph.cast(self.find(x), dtype) for x in operands]

    def _write(self, node: Node) -> str:
        if isinstance(node, Leaf):
            if node not in self.state:
                raise ValueError(f"export_onnx: {self.kind}.forward uses a tensor of shape {node.shape} from elsewhere")
            path, tensor = self.state[node]
            return self.graph.constant(tensor.data, path)
        inputs = [self._cast(parent, node) if parent is not None else self._constant(node, position)
                  for position, parent in enumerate(node.parents)]
        return self._operation(node, inputs)

    def _cast(self, parent: Node, node: Node) -> str:
        """The name of an operand in the dtype of the result: ONNX's operators take operands of one dtype only."""
        name = self.by_node[parent]
        return name if parent.dtype == node.dtype else self.graph.cast(name, node.dtype)

    def _operation(self, node: Node, inputs: Sequence[str]) -> str:
        try:
            return operations.convert(self.graph, node, inputs)
        except KeyError:
            raise ValueError(f"export_onnx cannot express {node.primitive.name!r}, which {self.kind}.forward uses "
                             "between layers; it knows the layers of nn and "
                             f"{', '.join(operations.supported())}") from None

    def _constant(self, node: Node, position: int) -> str:
        operand = dict(node.constants).get(position)
        given: Any = operand and operand.origin and operand.origin()
        if id(given) in self.by_tensor or id(given) in self.made:  # integers of an input or a layer, or a condition
            return self.find(given)
        try:
            value = operations.constant_of(node, position)
        except LookupError:
            raise ValueError(f"export_onnx: an operand of {node.primitive.name!r} in {self.kind}.forward is an array "
                             "that the graph does not keep; make it a buffer: self.register_buffer(name, "
                             "array)") from None
        return "" if value is None else self.graph.constant(value)


def _path(scope: Scope | None) -> str:
    """The path of the innermost module that returned a node."""
    path = ""
    while scope is not None:
        path, _, _, scope = scope
    return path


def _described(name: str, value: Any, batch: int) -> Any:
    from onnx import helper

    shape: list[Any] = list(value.shape)
    if shape and shape[0] == batch:
        shape[0] = "N"
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), shape)


def _proto(graph: Graph, inputs: Sequence[Any], outputs: Sequence[Any]) -> Any:
    from onnx import helper, numpy_helper

    weights = [numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)
               for name, array in graph.initializers.items()]
    body = helper.make_graph(graph.nodes, "model", list(inputs), list(outputs), weights)
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(body, producer_name="cleargrad", opset_imports=opsets, ir_version=IR_VERSION)

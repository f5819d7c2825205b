"""From the engine's live nodes to plain data. Reads the graph and changes nothing in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.drawing.model import Edge, Graph, Kind, Summary, Vertex
from autograd.drawing.words import shape_text
from autograd.errors import name_of
from autograd.graph import FREED, Constant, Leaf, Node
from autograd.registry import known_name
from autograd.several_outputs import select
from autograd.tensor import Tensor
from autograd.tensor.hooks import user_hooks

from .clusters import MASK, clustered
from .facts import IN_FULL, summary
from .names import Names, fuller
from .options import options_text
from .order import computation_order
from .replay import fill_in
from .rule_text import rule_text
from .sources import source_text

COMMUTATIVE = frozenset({"add", "multiply", "maximum", "minimum", "fmax", "fmin", "hypot", "logaddexp", "logaddexp2"})
LARGEST_READ = 10_000_000
"""Values of more elements than this are not read for their figures."""

MOST_FILLED = 2000
"""In graphs of up to this many nodes, small values that nobody kept are computed again,"""
LARGEST_FILLED_FROM = 4096
"""from operands of up to this many elements."""


@dataclass(slots=True)
class Extraction:
    """The drawn graph, and the nodes that its vertices represent, as stepping through the passes needs them."""

    graph: Graph
    order: list[Node] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    ids: dict[Node, str] = field(default_factory=dict)  # an operation's several outputs share the id of the operation
    origins: dict[int, tuple[str, Any]] = field(default_factory=dict)  # of untracked tensors and arrays, by identity
    values: dict[Node, Any] = field(default_factory=dict)  # values of the forward pass that are still known

    def filled(self, largest: int) -> dict[Node, Any]:
        """These values, and those that can be computed from them: results of up to `largest` elements."""
        values = dict(self.values)
        fill_in(self.order, values, largest=largest)
        return values


def extract(roots: Sequence[Tensor], names: Names, *, backward: bool = False) -> Extraction:
    """The graph that `roots` were computed by, in plain data."""
    found = Extraction(Graph(backward=backward))
    graph = found.graph
    ends = list(dict.fromkeys(tensor._node for tensor in roots if tensor._node is not None))
    order = computation_order(ends)
    found.order = order
    found.values = known_values(order, names)
    if len(order) <= MOST_FILLED:
        fill_in(order, found.values, largest=IN_FULL, reads=LARGEST_FILLED_FROM)
    parts = _outputs_in_use(order)
    for node in order:
        if whole := _whole(node):
            found.ids[node] = found.ids[whole]
        elif not isinstance(node, Leaf) or node in ends:  # a leaf comes with its first reader
            places = _tell_operands(found, node, names)
            key = graph.next_id()
            graph.add(_vertex(key, node, names, found.values, parts.get(node, ())))
            found.nodes[key], found.ids[node] = node, key
            _connect(found, key, node, places)
    for node in ends:
        key = found.ids[node]
        graph.vertices[key] = replace(graph.vertices[key], output=True)
    for tensor in roots:
        if tensor._node is None:
            _add_alone(graph, tensor, names)
    graph.total = len(graph.vertices)
    clustered(graph, order, found.ids)
    return found


def _whole(node: Node) -> Node | None:
    """The operation with several outputs that a node is one output of."""
    return node.parents[0] if node.primitive is select else None


def _outputs_in_use(order: Sequence[Node]) -> dict[Node, list[Node]]:
    """The outputs that are used of each operation with several."""
    parts: dict[Node, list[Node]] = {}
    for node in order:
        if whole := _whole(node):
            parts.setdefault(whole, []).append(node)
    return parts


def _tell_operands(found: Extraction, node: Node, names: Names) -> dict[int, str]:
    """Add the leaves that a node is the first to read, and its constants; returns the ids of these by operand."""
    graph, constants = found.graph, dict(node.constants)
    places: dict[int, str] = {}
    for i, parent in enumerate(node.parents):
        if isinstance(parent, Leaf) and parent not in found.ids:
            key = found.ids[parent] = graph.next_id()
            found.nodes[key] = parent
            graph.add(_leaf(key, parent, *names.of(parent), found.values))
        elif parent is None and i in constants and _is_number(constants[i]):
            places[i] = _untracked(found, constants[i], names)
    return places


def _untracked(found: Extraction, constant: Constant, names: Names) -> str:
    """The id of an untracked operand: one for all readers of a tensor or array; numbers are drawn at each reader."""
    graph = found.graph
    array = constant.value if isinstance(constant.value, np.ndarray) else None
    origin = array if constant.origin is None else constant.origin
    key, before = found.origins.get(id(origin), ("", None)) if origin is not None else ("", None)
    if key and (before is None or array is None or np.array_equal(before, array, equal_nan=True)):
        if before is None and array is not None:  # its first reader did not keep it
            found.origins[id(origin)] = key, array
            graph.vertices[key] = replace(graph.vertices[key], value=_figures(array))
        return key
    key = graph.next_id()
    graph.add(_constant(key, constant, names))
    if origin is not None and graph.vertices[key].kind is not Kind.CONSTANT:
        found.origins[id(origin)] = key, array
    return key


def known_values(order: Sequence[Node], names: Names) -> dict[Node, Any]:
    """Values of the forward pass: of leaves, of tensors at hand, and those that nodes keep for the backward pass."""
    values: dict[Node, Any] = {}
    for node in order:
        if node.saved is not FREED:
            count = len(node.parents)
            values |= {
                parent: value for parent, value in zip(node.parents, node.saved, strict=False)
                if parent is not None and value is not None and getattr(value, "shape", ()) == parent.shape
            }
            if len(node.saved) > count and getattr(node.saved[count], "shape", None) == node.shape:
                values[node] = node.saved[count]
        tensor = names.tensor(node)
        if tensor is not None:
            values[node] = tensor._value
        elif isinstance(node, Leaf):
            values[node] = node.array
    return values


def _is_number(constant: Constant) -> bool:
    """Whether an untracked operand is a value, and not a generator, a string or nothing."""
    return isinstance(constant.dtype, np.dtype) or isinstance(constant.value, (bool, int, float, complex, np.generic))


def _constant(key: str, constant: Constant, names: Names) -> Vertex:
    """An untracked operand: a number of the program, data, or a parameter that was frozen."""
    number = constant.shape == ()
    name = names.of_constant(constant)
    frozen = bool(name) and ("." in name or name in names.by_tensor.values())
    value = _figures(constant.value)
    if number and not name and value is not None:
        return Vertex(key, Kind.CONSTANT, shape=(), value=value)
    op = MASK if not name and constant.dtype == np.bool_ else ""
    return Vertex(key, Kind.PARAMETER if frozen else Kind.INPUT, op=op, name=name, named_by="user" if name else "",
                  shape=tuple(constant.shape), dtype=str(constant.dtype or ""), value=value, frozen=frozen)


def _figures(value: Any) -> Summary | None:
    return None if value is None or getattr(value, "size", 1) > LARGEST_READ else summary(value)


def _vertex(key: str, node: Node, names: Names, values: Mapping[Node, Any], parts: Sequence[Node]) -> Vertex:
    name, named_by = names.of(node)
    if isinstance(node, Leaf):
        return _leaf(key, node, name, named_by, values)
    options = options_text(getattr(node, "options", {}))
    shown: Node | None = node
    if parts:
        shown = parts[0] if len(parts) == 1 else None
        options = ", ".join(filter(None, [options, "" if shown else f"{node.shape[0]} outputs"]))
        called = [names.of(part) for part in sorted(parts, key=lambda part: part.options["index"])]
        if not name and any(own for own, _ in called):
            name = ", ".join(dict.fromkeys(own for own, _ in called if own))
            named_by = next(by for own, by in called if own)
    tensor = names.tensor(shown) if shown else None
    tracked = tuple(parent is not None for parent in node.parents)
    return Vertex(
        key, Kind.OPERATION, op=node.primitive.name, name=name, named_by=named_by,
        shape=shown.shape if shown else None, dtype=_dtype_name(shown.dtype) if shown else "", options=options,
        value=_figures(values.get(shown)) if shown else None,
        grad=_figures(getattr(tensor, "_grad", None)),  # a result has one only if asked for, and `.grad` would warn
        rule=rule_text(node.primitive, tracked), rule_kind=node.primitive.kind,
        source=source_text(getattr(node, "line", "")), notes=_hooks(node),
    )


def _hooks(node: Node) -> tuple[str, ...]:
    """The note on hooks of a node's gradient: a picture does not call them, and shows what they are given."""
    names = [name_of(hook) for hook in user_hooks(node.hooks)]
    return (f"gradient goes to hook {', '.join(names)}",) if names else ()


@lru_cache(maxsize=64)
def _dtype_name(dtype: np.dtype[Any]) -> str:
    return str(dtype)


def _leaf(key: str, node: Leaf, name: str, named_by: str, values: Mapping[Node, Any]) -> Vertex:
    tensor = node.tensor()
    grad = tensor.grad if tensor is not None else None
    return Vertex(key, Kind.PARAMETER, name=name, named_by=named_by, shape=node.shape, dtype=_dtype_name(node.dtype),
                  value=_figures(values.get(node)), grad=_figures(grad) if grad is not None else None,
                  expects_grad=tensor is not None and grad is None, notes=_hooks(node))


def _connect(found: Extraction, key: str, node: Node, constants: Mapping[int, str]) -> None:
    """The edges into a node: one from each origin, with the places at which it is read."""
    graph = found.graph
    places: dict[tuple[str, str], list[int]] = {}
    for i, parent in enumerate(node.parents):
        if parent is not None:
            label = ""
            if parent.primitive is select:
                label = f"[{parent.options['index']}] {shape_text(parent.shape)}"
            elif parent.shape != graph.vertices[key].shape:
                label = shape_text(parent.shape)
            places.setdefault((found.ids[parent], label), []).append(i)
        elif i in constants:
            places.setdefault((constants[i], ""), []).append(i)
    ordered = sum(map(len, places.values())) > 1 and known_name(node.primitive) not in COMMUTATIVE
    graph.edges += [Edge(source, key, tuple(at), label, ordered) for (source, label), at in places.items()]


def _add_alone(graph: Graph, tensor: Tensor, names: Names) -> None:
    """A tensor that no recorded operation made."""
    name = fuller(tensor.name or "", names.by_tensor.get(id(tensor), ""))
    graph.add(Vertex(graph.next_id(), Kind.INPUT, name=name, named_by="user" if name else "",
                     shape=tensor.shape, dtype=str(tensor.dtype), value=_figures(tensor), output=True))
    why = "nothing that it was made of requires grad, or the graph was cut by detach(), no_grad() or a plain array."
    graph.banner = (*graph.banner, f"{name or 'A tensor'} has no graph: {why}")

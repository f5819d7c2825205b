"""Recording the call of a module in the graph, for drawings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import Tensor
from autograd.graph import Node


def note_call(path: str, kind: str, inputs: Iterable[Any], out: Any) -> None:
    """Record on the nodes of `out` which module made them, and from what; inputs and outputs may be nested."""
    origins = _nodes(inputs)
    for node in (out._node,) if type(out) is Tensor else _nodes((out,)):
        if node is not None and node.parents and node not in origins:  # otherwise the input itself was returned
            node.scope = path, kind, origins, node.scope


def _nodes(values: Iterable[Any]) -> list[Node]:
    """The nodes of the tracked tensors among these values, also within dicts, lists and tuples."""
    found: list[Node] = []
    for value in values:
        if isinstance(value, Tensor):
            if (node := value._node) is not None:
                found.append(node)
        elif isinstance(value, (tuple, list)):
            found += _nodes(value)
        elif isinstance(value, dict):
            found += _nodes(value.values())
    return found

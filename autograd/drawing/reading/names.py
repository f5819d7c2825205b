"""What things are called. The order: the tensor's own name, the caller's `names=`, the key in the tree given to
`draw`, and, in italics, the caller's variable if just one refers to it. Nothing is guessed: the rest stay nameless.
Where the tensor's own name is the end of a path that the caller gave, the whole path is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd import tree
from autograd.graph import Constant, Leaf, Node
from autograd.tensor import Tensor
from autograd.tensor.box import bottom


@dataclass(slots=True)
class Names:
    """Names by node, their origins, and the live tensors that give access to values and gradients."""

    by_node: dict[Node, tuple[str, str]] = field(default_factory=dict)
    by_tensor: dict[int, str] = field(default_factory=dict)  # of tensors without a node, by identity
    tensors: dict[Node, Tensor] = field(default_factory=dict)

    def of(self, node: Node) -> tuple[str, str]:
        """`(name, named by)` of a node; empty strings for one without a name."""
        tensor = self.tensor(node)
        own = tensor.name if tensor is not None else node.name if isinstance(node, Leaf) else None
        given, by = self.by_node.get(node, ("", ""))
        if own and fuller(own, given) == own:
            return own, "module" if type(tensor) not in (Tensor, type(None)) and "." in own else "user"
        return given, by

    def of_constant(self, constant: Constant) -> str:
        """The name of an untracked operand, of which nothing else is known; as long as just one path ends so."""
        own = constant.name or ""
        paths = {fuller(own, path) for path in self.by_tensor.values()} - {own} if own else ()
        return next(iter(paths)) if len(paths) == 1 else own

    def tensor(self, node: Node) -> Tensor | None:
        """The live tensor of a node, where one is known."""
        return node.tensor() if isinstance(node, Leaf) else self.tensors.get(node)


def fuller(own: str, path: str) -> str:
    """A tensor's own name, or a path that it is the end of: `layers.0.weight` says more than `0.weight`."""
    return path if not own or path.endswith(f".{own}") else own


def gather(roots: Sequence[tuple[str, Tensor]], given: Any, variables: Mapping[str, Any]) -> Names:
    """All names that are known, weakest first, so that stronger ones replace them."""
    names = Names()
    _name_by_variables(names, variables)
    for key, tensor in roots:
        if tensor._node is not None:
            names.tensors[tensor._node] = tensor
            if key:
                names.by_node[tensor._node] = (key, "key")
    for path, tensor in named(given):
        names.by_tensor[id(tensor)] = path
        if tensor._node is not None:
            names.tensors[tensor._node] = tensor
            names.by_node[tensor._node] = (path, "module")
    return names


def _name_by_variables(names: Names, variables: Mapping[str, Any]) -> None:
    """Name the nodes that just one of the caller's variables refers to."""
    seen: dict[Node, list[str]] = {}
    for variable, value in variables.items():
        if isinstance(value, Tensor) and not variable.startswith("_"):
            value = bottom(value)
            if value._node is not None:
                seen.setdefault(value._node, []).append(variable)
                names.tensors[value._node] = value
    names.by_node = {node: (found[0], "local") for node, found in seen.items() if len(found) == 1}


def named(given: Any) -> Iterator[tuple[str, Tensor]]:
    """`(name, tensor)` of what the caller passed as `names=`: a module, or a tree of tensors."""
    if given is None:
        return
    if hasattr(given, "named_parameters"):
        yield from given.named_parameters()
        return
    found, structure = tree.flatten(given)
    for path, value in zip(tree.paths(structure), found, strict=True):
        if isinstance(value, Tensor):
            yield readable(path) or "value", value
        elif hasattr(value, "named_parameters"):
            prefix = readable(path)
            for name, parameter in value.named_parameters():
                yield f"{prefix}.{name}" if prefix else name, parameter


def readable(path: str) -> str:
    """A tree's path as a name: `['layers'][0].weight` is `layers.0.weight`."""
    return path.replace("['", ".").replace("']", "").replace("[", ".").replace("]", "").lstrip(".")

"""The directed acyclic graph that operations leave behind, and how it is walked.

A node stands for the *value* an operation made: it knows its operands' nodes, keeps exactly the arrays that the
derivative reads, and never the tensor itself, so a value dies with its last reader.
"""

from __future__ import annotations

import weakref
from collections.abc import Container, Iterable
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .arrays import refuse_objects
from .registry import primitives

if TYPE_CHECKING:
    from .primitive import Primitive
    from .tensor import Tensor

FREED: tuple[Any, ...] = ("freed",)
"""What `Node.saved` becomes once a backward pass has used it."""


Scope = tuple[str, str, list["Node"], "Scope | None"]
"""The module call that made a node: its dotted path, its class's name, the nodes of its inputs, the next call inside.

Each call has its own list of inputs, shared by its outputs, which distinguishes them from those of other calls. A node
may be the output of several nested calls. It is a plain tuple since each layer makes one in each step.
"""


class Node:
    """One recorded operation.

    `saved` holds the operands' values and the output, `None` for those that the rule does not read. `parents` are
    the operands' nodes, `None` for an operand that needs no gradient. Slots that are rarely used are left unset.
    """

    __slots__ = ("__weakref__", "dtype", "hooks", "line", "options", "parents", "primitive", "saved", "scope", "shape",
                 "untracked")

    primitive: Primitive
    parents: tuple[Node | None, ...]
    saved: tuple[Any, ...]
    options: dict[str, Any]
    untracked: tuple[Any, ...]
    hooks: list[Any] | None
    line: str
    scope: Scope | None
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def constants(self) -> tuple[tuple[int, Constant], ...]:
        """`(position, Constant)` of each operand that needs no gradient, for pictures of the graph."""
        described = getattr(self, "untracked", ())
        return tuple((i, operand) for i, operand in enumerate(map(_constant, described, self._kept())) if operand)

    def _kept(self) -> tuple[Any, ...]:
        size = len(self.parents)
        return self.saved[:size] if len(self.saved) >= size else (None,) * size

    def __repr__(self) -> str:
        return f"<Node {self.primitive.name} {self.shape} {self.dtype}>"


class Leaf(Node):
    """Where a gradient ends: a tensor that the user made with `requires_grad=True`, or an argument of a transform."""

    __slots__ = ("argument", "array", "changed", "name", "reference", "snapshot")

    primitive: Primitive = None  # type: ignore[assignment]  # the primitive "leaf", set where primitives are made
    parents: tuple[Node | None, ...] = ()
    saved: tuple[Any, ...] = ()
    argument: bool  # of a function that a transform differentiates
    name: str | None  # of the tensor, which may be gone
    array: Any
    snapshot: Any
    changed: str | None
    reference: weakref.ref[Tensor]

    def tensor(self) -> Tensor | None:
        """The leaf's tensor, or None if it no longer exists."""
        return self.reference()


def is_argument(node: Node | None) -> bool:
    """Whether a node is an argument of a function that a transform differentiates: copies of it stay in the graph."""
    if type(node) is Leaf:
        return node.argument
    return node is not None and node.primitive is primitives.get("input")


class Constant(NamedTuple):
    """An operand that needs no gradient, as a picture of the graph shows it; `value` only if the node keeps it anyway.

    `origin` is the same object for all operations that used the same tensor, even after the tensor is gone.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any] | None
    value: Any = None
    name: str | None = None
    origin: weakref.ref[Tensor] | None = None


def describe(operand: Any, parent: Node | None) -> Any:
    """What a picture of the graph shows of an untracked operand: a number, or the fields of `Constant` for an array."""
    if parent is not None or operand is None:
        return None
    value = getattr(operand, "_value", operand)
    if value is not operand:
        return value.shape, value.dtype, getattr(operand, "_name", None), weakref.ref(operand)
    if not isinstance(value, np.ndarray):
        return operand
    refuse_objects(value)
    return value.shape, value.dtype, None, None


def _constant(operand: Any, kept: Any) -> Constant | None:
    if operand is None:
        return None
    if isinstance(operand, tuple):
        shape, dtype, name, origin = operand
        return Constant(shape, dtype, kept, name, origin)
    return Constant((), getattr(operand, "dtype", None), value=operand)


def surroundings(roots: Iterable[Node], inside: Container[Node], given: Iterable[Node]) -> list[Node]:
    """The nodes next to those `inside` a part of a program that its results depend on, except the `given` ones."""
    found: list[Node] = []
    seen, stack, select = set(given), list(roots), primitives["select"]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in inside or (node.primitive is select and node.parents[0] in inside):
            stack += [parent for parent in node.parents if parent is not None]
        else:
            found.append(node)
    return found


def reachable(*roots: Node, stop: frozenset[Node] = frozenset()) -> list[Node]:
    """All nodes that the roots depend on, parents first, in an order that depends on the graph alone.

    Nodes in `stop` are included, what they depend on is not. Iterative: a graph of any depth.
    """
    order: list[Node] = []
    done: set[Node] = set()
    stack: list[Node | None] = list(reversed(roots))
    path: list[Node] = []
    while stack:
        node = stack.pop()
        if node is None:  # all parents of the node on top of the path are done
            order.append(path.pop())
            continue
        if node in done:
            continue
        done.add(node)
        path.append(node)
        stack.append(None)
        if node not in stop:
            stack.extend(parent for parent in reversed(node.parents) if parent is not None and parent not in done)
    return order

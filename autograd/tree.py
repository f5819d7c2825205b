"""Trees: dicts, lists, tuples, namedtuples and None, nested as the user likes, around leaves (anything else).

`flatten` takes a tree apart into a list of leaves and a `Structure`; `structure.unflatten` puts it together again.
Every transform works on the list and never sees the nesting. None holds no leaf. The leaves of a dict come in the
order of its sorted keys, so two dicts with the same keys have the same structure however they were filled; the dict
that is rebuilt has its keys in the order of the original.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Any

from .lazy import on_first_use

__all__ = ["Structure", "flatten", "leaves", "map", "paths"]


class Structure:
    """The shape of a tree without its leaves; compares by value, prints like the tree with `*` for a leaf."""

    __slots__ = ("children", "keys", "kind", "order", "size")

    def __init__(self, kind: type | None = None, keys: tuple[Any, ...] = (), children: tuple[Structure, ...] = (),
                 order: tuple[Any, ...] = ()) -> None:
        self.kind = kind  # the container's type; None for a leaf
        self.keys = keys  # the way to each child: a dict's key, a namedtuple's field, a position
        self.children = children
        self.order = order  # a dict's keys in insertion order
        self.size: int = 1 if kind is None else sum(child.size for child in children)

    def unflatten(self, leaves: Sequence[Any]) -> Any:
        """The tree of this structure with these leaves; ValueError where their number is not `size`."""
        if len(leaves) != self.size:
            raise ValueError(f"the structure {self} holds {self.size} leaves, but {len(leaves)} were given")
        if self.kind is None:
            return leaves[0]
        return self._build(iter(leaves))

    def _build(self, leaves: Any) -> Any:
        if self.kind is None:
            return next(leaves)
        if self.kind is NoneType:
            return None
        children = [child._build(leaves) for child in self.children]
        if issubclass(self.kind, dict):
            by_key = dict(zip(self.keys, children, strict=True))
            ordered: Any = {key: by_key[key] for key in self.order}
            return ordered if self.kind is dict else OrderedDict(ordered)
        if issubclass(self.kind, tuple) and hasattr(self.kind, "_make"):
            return self.kind._make(children)
        return list(children) if self.kind is list else self.kind(children)  # type: ignore[call-arg]

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Structure):
            return NotImplemented
        return self.kind is other.kind and self.keys == other.keys and self.children == other.children

    def __hash__(self) -> int:
        return hash((self.kind, self.keys, self.children))

    def __repr__(self) -> str:
        if self.kind is None:
            return "*"
        if self.kind is NoneType:
            return "None"
        if issubclass(self.kind, dict):
            pairs = zip(self.keys, self.children, strict=True)
            return "{" + ", ".join(f"{key!r}: {child}" for key, child in pairs) + "}"
        inside = ", ".join(str(child) for child in self.children)
        if issubclass(self.kind, list):
            return f"[{inside}]"
        if hasattr(self.kind, "_fields"):
            pairs = zip(self.keys, self.children, strict=True)
            return f"{self.kind.__name__}({', '.join(f'{field}={child}' for field, child in pairs)})"
        return f"({inside},)" if len(self.children) == 1 else f"({inside})"


LEAF = Structure()
NONE = Structure(NoneType)


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """The leaves of a tree, left to right, and its structure: `structure.unflatten(leaves)` is the tree again."""
    if not isinstance(tree, (dict, list, tuple)) and tree is not None:
        return [tree], LEAF
    found: list[Any] = []
    return found, _take_apart(tree, found)


def _take_apart(tree: Any, found: list[Any]) -> Structure:
    if tree is None:
        return NONE
    if isinstance(tree, dict):
        if type(tree) not in (dict, OrderedDict):
            name = type(tree).__name__
            raise TypeError(f"a tree is made of dict, list, tuple, namedtuple and None, got {name}; write dict(...)")
        keys = _sorted(tree)
        children = tuple([_take_apart(tree[key], found) for key in keys])
        return Structure(type(tree), keys, children, tuple(tree))
    if isinstance(tree, (list, tuple)):
        keys = getattr(tree, "_fields", None) or tuple(range(len(tree)))
        return Structure(type(tree), keys, tuple([_take_apart(child, found) for child in tree]))
    found.append(tree)
    return LEAF


def _sorted(keys: Any) -> tuple[Any, ...]:
    try:
        return tuple(sorted(keys))
    except TypeError:  # keys of mixed types: any order that depends on the keys alone will do
        return tuple(sorted(keys, key=lambda key: (type(key).__name__, repr(key))))


def leaves(tree: Any) -> list[Any]:
    """The leaves of a tree, left to right."""
    return flatten(tree)[0]


def map(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """The tree of `function(leaf, *leaves_at_the_same_place)`; ValueError where the structures differ."""
    first, structure = flatten(tree)
    columns = [first]
    for other in others:
        column, its_structure = flatten(other)
        if its_structure != structure:
            raise ValueError(f"expected trees of one structure, got {structure} and {its_structure}")
        columns.append(column)
    return structure.unflatten([function(*row) for row in zip(*columns, strict=True)])


def broadcast_prefix(name: str, prefix: Any, structure: Structure) -> list[Any]:
    """The entry for each leaf of a structure, from a prefix tree: one entry may hold for all leaves below it."""
    if not isinstance(prefix, (dict, list, tuple)):
        return [prefix] * structure.size
    if isinstance(prefix, dict):
        fits, parts = prefix.keys() == set(structure.keys), [prefix.get(key) for key in structure.keys]
    else:
        fits, parts = len(prefix) == len(structure.keys) and not structure.order, list(prefix)
    if not fits or structure.kind is None:
        raise ValueError(f"{name} {prefix} do not fit what has the structure {structure}; give one for all, or a tree "
                         "of them that begins as that does")
    return [leaf for part, child in zip(parts, structure.children, strict=True)
            for leaf in broadcast_prefix(name, part, child)]


def paths(structure: Structure) -> list[str]:
    """How Python reaches each leaf from the root: `['w'][0]`, `.mean`; the empty string for a bare leaf."""
    if structure.kind is None:
        return [""]
    named = hasattr(structure.kind, "_fields")
    return [(f".{key}" if named else f"[{key!r}]") + rest
            for key, child in zip(structure.keys, structure.children, strict=True)
            for rest in paths(child)]


if not TYPE_CHECKING:  # otherwise type checkers would accept any name
    __getattr__, __dir__ = on_first_use(__name__, {}, {
        "structure": "write tree.flatten(t)[1]", "unflatten": "write structure.unflatten(leaves)",
        "reduce": "write functools.reduce(f, tree.leaves(t))", "all": "write all(tree.leaves(t))"})

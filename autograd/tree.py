"""Trees: dicts, lists, tuples, namedtuples and None, nested as the user likes, around leaves (anything else).

`flatten` takes a tree apart into a list of leaves and a `Structure`; `structure.unflatten` puts it together again.
Every transform works on the list and never sees the nesting. None holds no leaf. The leaves of a dict come in the
order of its sorted keys, so two dicts with the same keys have the same structure however they were filled; the dict
that is rebuilt has its keys in the order of the original.
"""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from .arguments import array_of
from .arrays import consecutive
from .tensor import Tensor
from .tensor.box import Box

__all__ = ["Structure", "flatten", "leaves", "map", "paths", "ravel"]

type_of_none = type(None)


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
        if self.kind is type_of_none:
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
        if self.kind is type_of_none:
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
NONE = Structure(type_of_none)


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
    return [
        (f".{key}" if named else f"[{key!r}]") + rest
        for key, child in zip(structure.keys, structure.children, strict=True)
        for rest in paths(child)
    ]


def ravel(tree: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All numbers of a tree as one vector, and the function that makes a tree from such a vector.

    `unravel(vector)` restores the tree exactly, with dtypes and Python scalars; the vector has NumPy's common dtype of
    the leaves (float64 for none). With Tensors in the tree the vector is a Tensor, and gradients flow both ways;
    `unravel(tensor)` makes every leaf a Tensor. Raises TypeError for a leaf that is not a number or an array, or that
    the common dtype cannot hold; ValueError if the vector's shape, or its value for an integer, does not fit.
    """
    found, structure = flatten(tree)
    places = paths(structure)
    slots = [_Slot(leaf, place) for leaf, place in zip(found, places, strict=True)]
    dtype = np.result_type(*[slot.dtype for slot in slots]) if slots else np.dtype(np.float64)
    parts = consecutive(slot.size for slot in slots)
    size = parts[-1].stop if parts else 0
    pieces = [slot.flat(leaf, dtype) for slot, leaf in zip(slots, found, strict=True)]
    vector = np.concatenate(pieces) if pieces else np.zeros(0, dtype)

    def unravel(vector: Any) -> Any:
        if np.shape(vector) != (size,):
            raise ValueError(f"unravel expected a vector of shape ({size},), got shape {np.shape(vector)}")
        return structure.unflatten([slot.restore(vector[part]) for slot, part in zip(slots, parts, strict=True)])

    return vector, unravel


class _Slot:
    """What `unravel` must know about one leaf: its type, shape, dtype, size, and place in the tree."""

    __slots__ = ("dtype", "kind", "place", "shape", "size")

    def __init__(self, leaf: Any, place: str) -> None:
        array = array_of(leaf)
        if array.dtype.kind not in "biufc":
            raise TypeError(f"ravel expected numbers and arrays, got {type(leaf).__name__} at tree{place}")
        self.kind = Tensor if isinstance(leaf, Box) else type(leaf)  # a box belongs to the transform that made it
        self.shape = array.shape
        self.dtype = array.dtype
        self.size = array.size
        self.place = place

    def flat(self, leaf: Any, dtype: np.dtype[Any]) -> Any:
        flat = np.reshape(leaf, (self.size,))
        if dtype == self.dtype:
            return flat
        flat = flat.astype(dtype)
        if self.dtype.kind in "iu" and dtype.kind in "fc" and np.any(flat.real.astype(self.dtype) != np.ravel(leaf)):
            raise TypeError(f"ravel: {dtype} cannot hold the integers at tree{self.place} exactly; make them floats")
        return flat

    def restore(self, flat: Any) -> Any:
        if self.dtype.kind != "c" and flat.dtype.kind == "c":
            flat = flat.real
        if flat.dtype != self.dtype:
            with np.errstate(invalid="ignore"):
                cast = flat.astype(self.dtype)
            if self.dtype.kind in "biu" and np.any(flat != cast):
                raise ValueError(f"unravel: tree{self.place} is {self.dtype} and cannot hold {flat}; make it a float")
            flat = cast
        shaped = flat.reshape(self.shape)
        if not isinstance(flat, np.ndarray):
            return shaped
        if issubclass(self.kind, np.ndarray):
            return shaped.copy()
        if issubclass(self.kind, np.generic):
            return shaped[()]
        if issubclass(self.kind, (bool, int, float, complex)):
            return self.kind(shaped.item())
        return self.kind(shaped.copy())


def replaced(items: Iterable[Any], places: Iterable[int], values: Iterable[Any]) -> list[Any]:
    """The items as a list, with some of them replaced."""
    full = list(items)
    for i, value in zip(places, values, strict=True):
        full[i] = value
    return full


def add_all(terms: Sequence[Any]) -> Any:
    """The sum of arrays, or of tuples of arrays part by part; None if there are none."""
    if not terms:
        return None
    total = terms[0]
    for term in terms[1:]:
        total = tuple(map(operator.add, total, term)) if isinstance(total, tuple) else total + term
    return total

"""Who may write to the memory of a tensor, and what the graph may keep of it: memory is shared, lent, reclaimed."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.graph import Leaf

if TYPE_CHECKING:
    from .tensor import Tensor

WRITABLE = frozenset({np.ndarray, list, tuple})
"""Types of options that the caller may write to after the call, or that may contain one."""


def mutated(target: Tensor) -> None:
    """Record that the memory of a leaf was written to, so that a backward pass that needs the earlier values raises.

    Where no graph has the leaf any more, as after most steps of an optimizer, there is no such pass.
    """
    if target._node is None:
        return
    if COUNTED and _references(target, "_node") == ONE:
        target._node.array, target._node.snapshot = target._value, None
        return
    leaf = target._node
    leaf.changed = "by an optimizer step, under no_grad() or through .data"
    target._node = fresh = new_leaf(target)
    fresh.hooks, fresh.argument = leaf.hooks, leaf.argument


def owners(target: Tensor) -> Iterator[Tensor]:
    """The tensor, its base if it is a view, that one's base, and so on."""
    yield target
    while (view := getattr(target, "_view", None)) is not None:
        target = view[0]
        yield target


def recorded_owner(target: Tensor) -> Tensor | None:
    """The recorded result that a tensor is, or is a view of: its values belong to the graph and must not be written."""
    return next((x for x in owners(target) if x._node is not None and type(x._node) is not Leaf), None)


def share(target: Tensor) -> None:
    """Record that others may write into the memory of a tensor, and of its base, from now on."""
    for owner in owners(target):
        reclaim(owner)
        if owner._node is not None and not owner._shared:
            owner._node.snapshot = owner._value.copy()  # to notice a write after values were recorded
        owner._shared = True


def lend(target: Tensor) -> bool:
    """Whether the graph may keep a constant's own memory: it is not shared, and a later write will go elsewhere."""
    own: Any = getattr(target, "_own", None)
    if own is None or own is not target._value or target._shared:
        return False
    if not target._lent:
        target._lent = not living_views(target)
    return target._lent


def reclaim(target: Tensor) -> bool:
    """Move a tensor to new memory if the graph keeps its current memory. Returns whether it did."""
    own: Any = getattr(target, "_own", None)
    if own is None or own is not target._value or not target._lent:
        return False
    target._value = own.copy("K")
    return True


COUNTED = sys.implementation.name == "cpython"  # whether Python counts references


def _references(holder: Any, slot: str) -> int:
    return sys.getrefcount(getattr(holder, slot))


class _Holder:
    """Stands for whatever has the only reference to something."""

    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value = np.empty(1)


ONE = _references(_Holder(), "_value") if COUNTED else 0


def arrays_alone(target: Tensor) -> list[int]:
    """The ids of those arrays of a tensor that only the tensor, what it is a view of, and the views of that refer to.

    No node keeps them, and no variable. NumPy's views, and whatever else reads the memory, hold a reference to the
    array that owns it.
    """
    *_, root = owners(target)
    return _alone(root, views_of(root)) if COUNTED else []


def _alone(x: Any, views: list[Any], boxes: int = 0) -> list[int]:
    """The ids for a tensor and its views; so many boxes around each of them refer to its array, too."""
    if not x._boxed:
        alone = (type(x._value) is np.ndarray and x._value.base is None and x._value.flags.writeable and not x._shared
                 and type(x._node) is not Leaf and _references(x, "_value") == ONE + boxes + len(views)
                 and all(_references(v, "_value") == ONE + boxes and v._value.base is x._value for v in views))
        return [id(x._value)] if alone else []
    if any(type(v) is not type(x) or v.level != x.level for v in views):
        return []
    slots = [slot for slot in x.layers if all(_only_in(v, slot) for v in (x, *views))]
    return [i for slot in slots for i in _alone(getattr(x, slot), [getattr(v, slot) for v in views],
                                                boxes + 1 if slot == "_inner" else 0)]


def _only_in(box: Any, slot: str) -> bool:
    """Whether only a box, and views that were taken inside it, refer to one of its layers."""
    layer = getattr(box, slot)
    return _references(box, slot) == ONE + 1 + len(living_views(layer)) and (
        slot != "_inner" or layer._value is box._value)


def living_views(base: Tensor) -> list[Tensor]:
    """The views of a tensor that are still alive."""
    return [view for reference in getattr(base, "_views", ()) if (view := reference()) is not None]


def views_of(base: Tensor) -> list[Tensor]:
    """The living views of a tensor and theirs, to any depth, each after what it is a view of."""
    found = living_views(base)
    for view in found:
        found += living_views(view)
    return found


def unlink(target: Tensor) -> None:
    """Record that a tensor gets other memory: it is no longer a view, and its former views keep the old memory."""
    for shown in living_views(target):
        unlink_view(shown)
    unlink_view(target)


def unlink_view(target: Tensor) -> None:
    if hasattr(target, "_view"):
        base = target._view[0]
        base._views[:] = [reference for reference in base._views if reference() is not target]
        del target._view


def new_leaf(target: Tensor) -> Leaf:
    """The node where the gradient of `target` ends."""
    leaf = object.__new__(Leaf)
    leaf.snapshot = leaf.changed = leaf.hooks = leaf.scope = None
    leaf.argument, leaf.name = False, target.name
    leaf.array = target._value
    value: Any = target._value
    leaf.shape, leaf.dtype = value.shape, value.dtype
    leaf.reference = weakref.ref(target)
    return leaf


def copied_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options as a node keeps them, copied: the caller may write to a mask or an index before the backward pass."""
    for option in options.values():
        if type(option) in WRITABLE and _writable(option):
            return {name: _copied(option) for name, option in options.items()}
    return options


def _writable(option: Any) -> bool:
    """Whether the caller may write to an option, or to what it holds; a tuple of tuples is taken to hold something."""
    kind = type(option)
    return kind in WRITABLE and (kind is not tuple or not WRITABLE.isdisjoint(map(type, option)))


def _copied(option: Any) -> Any:
    if isinstance(option, np.ndarray):
        return option.copy()
    return type(option)([_copied(part) for part in option]) if type(option) in (list, tuple) else option

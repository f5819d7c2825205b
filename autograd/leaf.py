"""Leaves: making one for a tensor, and saying that its memory was written to."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from .graph import Leaf

if TYPE_CHECKING:
    from .tensor import Tensor


def mutated(target: Tensor) -> None:
    """Say that the memory of a leaf was written to: a backward pass that needs the earlier values then raises."""
    leaf = target._node
    if leaf is not None:
        leaf.changed = "by a step, under no_grad() or through .data"
        target._node = fresh = new_leaf(target)
        fresh.hooks, fresh.argument = leaf.hooks, leaf.argument


def new_leaf(target: Tensor) -> Leaf:
    """The node where the gradient of `target` ends."""
    leaf = object.__new__(Leaf)
    leaf.snapshot = leaf.changed = leaf.hooks = None
    leaf.argument = False
    leaf.array = target._value
    value = target._value
    leaf.shape, leaf.dtype = value.shape, value.dtype
    leaf.reference = weakref.ref(target)
    return leaf

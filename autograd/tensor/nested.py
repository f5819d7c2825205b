"""Tensors within arguments: in lists, tuples and dicts, nested as NumPy's functions take them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd.arrays import elements

from .box import shared_value
from .tensor import Tensor


def tensors_in(tree: Any) -> Iterator[Tensor]:
    """Every tensor in nested lists, tuples and dicts of arguments."""
    if isinstance(tree, Tensor):
        yield tree
    elif isinstance(tree, (list, tuple)):
        for branch in tree:
            yield from tensors_in(branch)
    elif isinstance(tree, dict):
        for branch in tree.values():
            yield from tensors_in(branch)


def holds_tensors(tree: Any) -> bool:
    """Whether there is a tensor in nested arguments."""
    return next(tensors_in(tree), None) is not None


def joined(given: Any) -> Any:
    """A (nested) list of tensors, numbers and arrays as one tensor; anything else as it is."""
    if isinstance(given, (list, tuple)) and holds_tensors(given):
        return np.stack([joined(part) for part in given])
    return given


def value_of(x: Any) -> Any:
    """The values of a tensor; anything else as it is."""
    return x._value if isinstance(x, Tensor) else x


def values_of(tree: Any, read: Callable[[Tensor], Any] = value_of) -> Any:
    """The same arguments with arrays, or what else `read` makes of a tensor, in place of tensors."""
    if isinstance(tree, Tensor):
        return read(tree)
    if isinstance(tree, dict):
        return {key: values_of(branch, read) for key, branch in tree.items()}
    if isinstance(tree, (list, tuple)):
        branches = [values_of(branch, read) for branch in tree]
        return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)
    return elements(tree)


def shared_values(tree: Any) -> Any:
    """The values that a function branches on; inside `vmap` all examples must share them, else `TypeError`."""
    return values_of(tree, shared_value)

"""A tree of numbers as one vector, for solvers and optimizers that know nothing else, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .arguments import array_of
from .arrays import consecutive
from .tensor import Tensor
from .tensor.box import Box
from .tree import flatten, paths


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

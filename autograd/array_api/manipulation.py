"""Manipulation and indexing functions of the array API standard 2024.12."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograd.arguments import as_tensor
from autograd.arrays import Axes
from autograd.tensor import Tensor

from .apply import call, call_for_several

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "broadcast_arrays", "broadcast_shapes", "broadcast_to", "concat", "expand_dims", "flip", "moveaxis", "permute_dims",
    "repeat", "reshape", "roll", "squeeze", "stack", "take", "take_along_axis", "tile", "unstack",
]


def broadcast_arrays(*arrays: Tensor) -> list[Tensor]:
    """All arrays broadcast to one shape, as a list."""
    return list(call_for_several(np.broadcast_arrays, *map(as_tensor, arrays)))


def broadcast_shapes(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that all shapes broadcast to. Raises `ValueError` if there is none. New in 2025.12."""
    return np.broadcast_shapes(*shapes)


def broadcast_to(x: Tensor, /, shape: tuple[int, ...]) -> Tensor:
    """`x` broadcast to `shape`."""
    return call(np.broadcast_to, as_tensor(x), shape)


def concat(arrays: Sequence[ArrayLike], /, axis: int | None = 0) -> Tensor:
    """The arrays joined along an existing axis; flattened first if `axis` is None."""
    return call(np.concatenate, arrays, axis=axis)


def stack(arrays: Sequence[ArrayLike], /, axis: int = 0) -> Tensor:
    """The arrays joined along a new axis."""
    return call(np.stack, arrays, axis=axis)


def unstack(x: Tensor, /, *, axis: int = 0) -> tuple[Tensor, ...]:
    """The slices of `x` along `axis`."""
    return call_for_several(np.unstack, as_tensor(x), axis=axis)


def expand_dims(x: Tensor, /, axis: int) -> Tensor:
    """`x` with a new axis of length 1."""
    return call(np.expand_dims, as_tensor(x), axis)


def squeeze(x: Tensor, /, axis: int | tuple[int, ...]) -> Tensor:
    """`x` without axes of length 1. Raises `ValueError` where the length is not 1."""
    return call(np.squeeze, as_tensor(x), axis)


def flip(x: Tensor, /, axis: Axes = None) -> Tensor:
    """`x` with the order of elements reversed along the axes."""
    return call(np.flip, as_tensor(x), axis)


def roll(x: Tensor, /, shift: int | tuple[int, ...], axis: Axes = None) -> Tensor:
    """`x` with elements rolled along the axes."""
    return call(np.roll, as_tensor(x), shift, axis)


def moveaxis(x: Tensor, source: int | tuple[int, ...], destination: int | tuple[int, ...], /) -> Tensor:
    """`x` with axes moved to other positions."""
    return call(np.moveaxis, as_tensor(x), source, destination)


def permute_dims(x: Tensor, /, axes: tuple[int, ...]) -> Tensor:
    """`x` with its axes in another order."""
    return call(np.transpose, as_tensor(x), axes)


def repeat(x: Tensor, repeats: ArrayLike, /, axis: int | None = None) -> Tensor:
    """Each element repeated."""
    return call(np.repeat, as_tensor(x), repeats, axis)


def tile(x: Tensor, repetitions: tuple[int, ...], /) -> Tensor:
    """`x` repeated as tiles."""
    return call(np.tile, as_tensor(x), repetitions)


def reshape(x: Tensor, /, shape: tuple[int, ...], *, copy: bool | None = None) -> Tensor:
    """`x` in another shape; `copy=False` raises `ValueError` where memory cannot be shared."""
    x = as_tensor(x)
    if copy is False:
        np.reshape(np.asarray(x._value), shape, copy=False)
    out = call(np.reshape, x, shape)
    return call(np.copy, out) if copy else out


def take(x: Tensor, indices: Tensor, /, axis: int | None = None) -> Tensor:
    """Elements of `x` at `indices` along `axis`."""
    return call(np.take, as_tensor(x), indices, axis=axis)


def take_along_axis(x: Tensor, indices: Tensor, /, axis: int = -1) -> Tensor:
    """Elements of `x` at `indices` of matching shape along `axis`."""
    return call(np.take_along_axis, as_tensor(x), indices, axis)

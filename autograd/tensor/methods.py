"""Array methods that NumPy has no function for, or that differ from it: `t.reshape(2, 3)`, `t.sort()`, `t.flat`.

Methods that change an array in place are written as `t[key] = v` on tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import numpy as np

from autograd.registry import registry

from .mutation import is_number
from .tensor import Tensor


def reshape(self: Any, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
    return registry[np.reshape](self, shape[0] if len(shape) == 1 else shape, order, copy=copy)


def flatten(self: Any, order: Any = "C") -> Any:
    if isinstance(order, int):
        raise TypeError(f"flatten makes all axes one, in an order such as 'C'; for axes from {order} on write "
                        f"nn.functional.flatten(t, {order})")
    flat = registry[np.ravel](self, order)
    return registry[np.copy](flat) if hasattr(flat, "_view") else flat


def transpose(self: Any, *axes: Any) -> Any:
    return registry[np.transpose](self, axes=(axes[0] if len(axes) == 1 else axes) if axes else None)


def power(self: Any, exponent: Any) -> Any:
    if type(exponent) is int and exponent == 2:  # by far the most frequent case, and its derivative has no pole
        return registry[np.square](self)
    return registry[np.power](self, exponent)


def copy(self: Any, order: str = "C") -> Any:
    found = registry[np.copy](self, order=order)
    return found[()] if is_number(self) else found  # as NumPy's method, unlike its function


def conjugate(self: Any) -> Any:
    return registry[np.conjugate](self) if self.dtype.kind == "c" else self  # as NumPy's method, unlike its function


def compress(self: Any, condition: Any, axis: int | None = None, out: Any = None) -> Any:
    return np.compress(condition, self, axis, out)


def with_target(function: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a NumPy function, which writes to a target that is given by its name: `t.take(i, out=y)`."""
    rule = registry[function]

    @wraps(rule)
    def method(self: Any, *args: Any, **options: Any) -> Any:
        return (function if "out" in options else rule)(self, *args, **options)

    return method


def repeat(self: Any, repeats: Any, axis: int | None = None, *more: int) -> Any:
    if more:
        raise TypeError(f"repeat takes how often each element comes, and an axis; to repeat the whole along each axis "
                        f"write np.tile(t, {(repeats, axis, *more)})")
    return registry[np.repeat](self, repeats, axis)


def rounded(self: Any, digits: int | None = None) -> Any:
    out = np.round(self, digits or 0)
    return out.astype(int) if digits is None else out


def contains(self: Tensor, value: Any) -> bool:
    """`value in t` as NumPy has it: whether any element equals what broadcasting puts beside it."""
    return bool(np.any(self == value))


# --- In place --------------------------------------------------------------------------------------------------------


def fill(self: Tensor, value: Any) -> None:
    self[...] = value


def sort(self: Tensor, axis: int = -1, kind: Any = None, **foreign: Any) -> None:
    if foreign:
        raise TypeError(f"sort has no option {', '.join(map(repr, foreign))}: it works in place; values and places are "
                        "np.sort(t, axis) and t.argsort(axis), descending ones np.flip of them")
    self[...] = np.sort(self, axis=axis, kind=kind)


def partition(self: Tensor, kth: Any, axis: int = -1, kind: Any = "introselect") -> None:
    self[...] = np.partition(self, kth, axis=axis, kind=kind)


class Flat:
    """The elements of a tensor in C order, to read, to write and to walk over, whatever its layout in memory."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    def __getitem__(self, key: Any) -> Tensor:
        return self.tensor.flatten()[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.tensor.put(np.arange(self.tensor.size)[key], value)

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self.tensor.flatten())

    def __len__(self) -> int:
        return self.tensor.size


def set_flat(self: Tensor, value: Any) -> None:
    Flat(self)[:] = value


def set_real(self: Tensor, value: Any) -> None:
    if self.dtype.kind == "c":
        np.real(self)[...] = value
    else:
        self[...] = value


def set_imag(self: Tensor, value: Any) -> None:
    if self.dtype.kind != "c":
        raise TypeError(f"only a complex tensor has an imaginary part to write to, got {self.dtype}; make it with "
                        "x.astype(complex)")
    np.imag(self)[...] = value

"""What arrays do in place: `t.sort()`, `t.fill(v)`, `t.flat[i] = v`, `t.real = v`. On tensors each is `t[key] = v`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .tensor import Tensor


def fill(self: Tensor, value: Any) -> None:
    self[...] = value


def sort(self: Tensor, axis: int = -1, kind: Any = None) -> None:
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

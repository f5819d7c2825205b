"""Creation functions of the array API standard 2024.12."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arguments import as_tensor
from autograd.arrays import check_device, elements
from autograd.tensor import Tensor
from autograd.tensor.nested import holds_tensors
from autograd.tensor.tensor import owning

from .apply import call, call_for_several

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike

__all__ = [
    "arange", "asarray", "empty", "empty_like", "eye", "from_dlpack", "full", "full_like", "linspace", "meshgrid",
    "ones", "ones_like", "tril", "triu", "zeros", "zeros_like",
]


def asarray(obj: Any, /, dtype: DTypeLike | None = None, *, device: str | None = None,
            copy: bool | None = None) -> Tensor:
    """A tensor of `obj`: a tensor, array, number, or nested sequence of them, whose tensors stay connected.

    `copy=True` always copies, `copy=False` raises `ValueError` where it cannot share, None shares where it can.
    """
    check_device(device)
    if isinstance(obj, Tensor):
        if dtype is not None and np.dtype(dtype) != obj.dtype:
            if copy is False:
                raise ValueError(f"cannot share memory and change the dtype from {obj.dtype} to {np.dtype(dtype)}")
            return obj.astype(dtype)
        return call(np.copy, obj) if copy else obj
    if isinstance(obj, (list, tuple)) and holds_tensors(obj):
        if copy is False:
            raise ValueError("a sequence of tensors cannot be made a tensor without a copy")
        return call(np.array, obj, dtype)
    array = np.asarray(elements(obj), dtype=dtype, copy=copy)
    return owning(array) if copy else Tensor(array)


def arange(start: float, /, stop: float | None = None, step: float = 1, dtype: DTypeLike | None = None, *,
           device: str | None = None) -> Tensor:
    """Evenly spaced values in [start, stop)."""
    check_device(device)
    return owning(np.arange(start, stop, step, dtype=dtype) if stop is not None else
                  np.arange(0, start, step, dtype=dtype))


def linspace(start: complex, stop: complex, /, num: int, *, dtype: DTypeLike | None = None, device: str | None = None,
             endpoint: bool = True) -> Tensor:
    """`num` evenly spaced values from `start` to `stop`; tensors stay connected."""
    check_device(device)
    values: Any = np.linspace(start, stop, num, dtype=dtype, endpoint=endpoint)
    return values if isinstance(values, Tensor) else owning(values)


def eye(n_rows: int, n_cols: int | None = None, /, k: int = 0, dtype: DTypeLike | None = None, *,
        device: str | None = None) -> Tensor:
    """Ones on the `k`-th diagonal, zeros elsewhere."""
    check_device(device)
    return owning(np.eye(n_rows, n_cols, k=k, dtype=dtype or float))


def _refuse_lengths(name: str, shape: Any, dtype: Any, more: tuple[int, ...]) -> None:
    """Raise for a shape that is not one argument."""
    if isinstance(dtype, int):
        raise TypeError(f"{name} takes a shape; write {name}({(shape, dtype, *more)})")


def empty(shape: int | Sequence[int], dtype: DTypeLike | None = None, *more: int, device: str | None = None) -> Tensor:
    """A tensor of `shape` with whatever values."""
    _refuse_lengths("empty", shape, dtype, more)
    check_device(device)
    return owning(np.empty(shape, dtype))


def zeros(shape: int | Sequence[int], dtype: DTypeLike | None = None, *more: int, device: str | None = None) -> Tensor:
    """Zeros of `shape`; tensors that require grad can be assigned into it."""
    _refuse_lengths("zeros", shape, dtype, more)
    check_device(device)
    return owning(np.zeros(shape, dtype or float))


def ones(shape: int | Sequence[int], dtype: DTypeLike | None = None, *more: int, device: str | None = None) -> Tensor:
    """Ones of `shape`."""
    _refuse_lengths("ones", shape, dtype, more)
    check_device(device)
    return owning(np.ones(shape, dtype))


def full(shape: int | Sequence[int], fill_value: ArrayLike, dtype: DTypeLike | None = None, *,
         device: str | None = None) -> Tensor:
    """`fill_value` in every element of `shape`; a tensor stays connected."""
    check_device(device)
    if isinstance(fill_value, Tensor):
        return call(np.full, shape, fill_value, dtype)
    return owning(np.full(shape, fill_value, dtype))


def empty_like(x: Tensor, /, dtype: DTypeLike | None = None, *, device: str | None = None) -> Tensor:
    """As `empty`, of the shape and dtype of `x`."""
    return empty(x.shape, dtype=dtype or x.dtype, device=device)


def zeros_like(x: Tensor, /, dtype: DTypeLike | None = None, *, device: str | None = None) -> Tensor:
    """As `zeros`, of the shape and dtype of `x`."""
    return zeros(x.shape, dtype=dtype or x.dtype, device=device)


def ones_like(x: Tensor, /, dtype: DTypeLike | None = None, *, device: str | None = None) -> Tensor:
    """As `ones`, of the shape and dtype of `x`."""
    return ones(x.shape, dtype=dtype or x.dtype, device=device)


def full_like(x: Tensor, /, fill_value: ArrayLike, dtype: DTypeLike | None = None, *,
              device: str | None = None) -> Tensor:
    """As `full`, of the shape and dtype of `x`."""
    return full(x.shape, fill_value, dtype=dtype or x.dtype, device=device)


def from_dlpack(x: Any, /, *, device: str | None = None, copy: bool | None = None) -> Tensor:
    """A tensor that shares the memory of any array with the DLPack protocol."""
    check_device(device)
    return Tensor(np.from_dlpack(x, copy=copy))


def meshgrid(*arrays: Tensor, indexing: str = "xy") -> list[Tensor]:
    """Coordinate matrices of coordinate vectors, as a list."""
    return list(call_for_several(np.meshgrid, *arrays, indexing=indexing))


def tril(x: Tensor, /, k: int = 0) -> Tensor:
    """The lower triangle, zeros above the `k`-th diagonal."""
    return call(np.tril, as_tensor(x), k=k)


def triu(x: Tensor, /, k: int = 0) -> Tensor:
    """The upper triangle, zeros below the `k`-th diagonal."""
    return call(np.triu, as_tensor(x), k=k)

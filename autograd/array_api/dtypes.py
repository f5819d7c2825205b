"""Data types of the array API standard 2024.12: names, promotion, limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arguments import as_tensor
from autograd.arrays import check_device, one_of
from autograd.tensor import Tensor

from .apply import call

__all__ = [
    "astype", "bool", "can_cast", "complex64", "complex128", "finfo", "float32", "float64", "iinfo", "int8", "int16",
    "int32", "int64", "isdtype", "result_type", "uint8", "uint16", "uint32", "uint64",
]

bool = np.bool_
int8, int16, int32, int64 = np.int8, np.int16, np.int32, np.int64
uint8, uint16, uint32, uint64 = np.uint8, np.uint16, np.uint32, np.uint64
float32, float64 = np.float32, np.float64
complex64, complex128 = np.complex64, np.complex128

KINDS: dict[str, str] = {
    "bool": "b", "signed integer": "i", "unsigned integer": "u", "integral": "iu", "real floating": "f",
    "complex floating": "c", "numeric": "iufc",
}


class finfo:  # the standard's name
    """Limits of a floating-point dtype, as Python numbers: `bits eps max min smallest_normal dtype`."""

    def __init__(self, type: Any, /) -> None:
        info = np.finfo(type.dtype if isinstance(type, (Tensor, np.ndarray)) else type)
        self.bits = int(info.bits)
        self.eps, self.max, self.min = float(info.eps), float(info.max), float(info.min)
        self.smallest_normal = float(info.smallest_normal)
        self.dtype = info.dtype


class iinfo:  # the standard's name
    """Limits of an integer dtype, as Python integers: `bits max min dtype`."""

    def __init__(self, type: Any, /) -> None:
        info = np.iinfo(type.dtype if isinstance(type, (Tensor, np.ndarray)) else type)
        self.bits, self.max, self.min, self.dtype = int(info.bits), int(info.max), int(info.min), info.dtype


def isdtype(dtype: Any, kind: Any) -> Any:
    """Whether `dtype` is `kind`: a dtype, a name of the standard such as `"real floating"`, or a tuple of them."""
    if isinstance(kind, tuple):
        return any(isdtype(dtype, k) for k in kind)
    if isinstance(kind, str):
        one_of("kind", kind, KINDS)
        return np.dtype(dtype).kind in KINDS[kind]
    return np.dtype(dtype) == np.dtype(kind)


def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that an operation on these arrays, dtypes and Python numbers gives."""
    return np.result_type(*arrays_and_dtypes)


def can_cast(from_: Any, to: Any, /) -> Any:
    """Whether values of a dtype, or of an array, can be cast by the promotion rules of the standard."""
    return np.can_cast(from_.dtype if isinstance(from_, (Tensor, np.ndarray)) else from_, to)


def astype(x: Tensor, dtype: Any, /, *, copy: Any = True, device: Any = None) -> Tensor:
    """The values in another dtype, differentiable between floating dtypes; complex to real raises `TypeError`."""
    check_device(device)
    return call(np.astype, as_tensor(x), dtype, copy=copy)

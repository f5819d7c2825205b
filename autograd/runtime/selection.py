"""Choosing between the elements of two arrays, or of one and a number, without a branch for each.

`np.where` branches at every element: of an irregular condition a processor guesses half of the branches wrong, at
3.6 ns an element, where arithmetic on the bits takes 0.4. Floats are integers to it, of which y + c (x - y), modulo
2^32 or 2^64, is x for c = 1 and y for c = 0: exactly, infinities, nan and -0.0 included.

`np.maximum` takes three times as long of an array and a number as of two arrays, 0.55 ns an element; `clip` does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.duck_arrays import Array

from .numbers import NUMBERS

LEAST = 1024  # elements
_INTEGERS: dict[Any, Any] = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}


def select(condition: Array, x: Array, y: Array) -> Array:
    """`np.where(condition, x, y)`; of many floats of one dtype, one of which may be a Python number, by their bits."""
    dtype: Any = x.dtype if isinstance(x, np.ndarray) else getattr(y, "dtype", None)
    if type(condition) is np.ndarray and condition.dtype == bool and condition.size >= LEAST and dtype in _INTEGERS:
        bits_of_x, bits_of_y = _bits(x, dtype), _bits(y, dtype)
        if bits_of_x is not None and bits_of_y is not None:
            if bits_of_y.ndim == 0 and not bits_of_y:
                return (bits_of_x * condition).view(dtype)
            difference = bits_of_x - bits_of_y
            chosen = np.multiply(difference, condition, out=difference if condition.shape == difference.shape else None)
            return np.add(chosen, bits_of_y, out=chosen).view(dtype)
    return np.where(condition, x, y)


def parted(condition: Array, x: Array) -> tuple[Array, Array]:
    """`x` where the condition holds, and where it does not, each with 0 elsewhere."""
    there = select(condition, x, 0)
    if x.dtype in _INTEGERS:  # the bits of one are those that are not in the other
        bits = _INTEGERS[x.dtype]
        return there, (x.view(bits) - there.view(bits)).view(x.dtype)
    return there, select(~condition, x, 0)


def maximum(x: Array, y: Array) -> Array:
    """`np.maximum(x, y)`."""
    if type(x) in NUMBERS:
        x, y = y, x
    return x.clip(y, np.inf) if _many_and_a_number(x, y) else np.maximum(x, y)


def minimum(x: Array, y: Array) -> Array:
    """`np.minimum(x, y)`."""
    if type(x) in NUMBERS:
        x, y = y, x
    return x.clip(-np.inf, y) if _many_and_a_number(x, y) else np.minimum(x, y)


def _many_and_a_number(x: Array, y: Array) -> bool:
    return type(y) in NUMBERS and type(x) is np.ndarray and x.dtype in _INTEGERS and x.size >= LEAST


def keep_into(out: Array, condition: Array, x: Array) -> None:
    """Write floats `x` where the condition holds, and 0 elsewhere whatever is there."""
    bits = _INTEGERS[x.dtype]
    np.multiply(x.view(bits), condition, out=out.view(bits))


def _bits(x: Array, dtype: np.dtype[Any]) -> np.ndarray[Any, Any] | None:
    """The bits of floats as integers; None for other numbers, which NumPy would cast."""
    if type(x) in (int, float):
        x = np.asarray(x, dtype)
    return x.view(_INTEGERS[dtype]) if type(x) is np.ndarray and x.dtype == dtype else None

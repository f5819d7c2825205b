"""Selection between the elements of two arrays, or of an array and a number, without branches.

`np.where` branches at every element: for an irregular condition the processor predicts half of the branches wrong, at
3.6 ns per element, where arithmetic on the bits takes 0.4. The bits of floats are read as integers: y + c (x - y),
modulo 2^32 or 2^64, is x for c = 1 and y for c = 0, exactly, including infinities, nan and -0.0.

`np.maximum` of an array and a number takes three times as long as of two arrays, 0.55 ns per element; `clip` does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.duck_arrays import Array

from .numbers import NUMBERS

LEAST = 1024  # elements from which on these methods are faster
_INTEGERS: dict[Any, Any] = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}


def select(condition: Array, x: Array, y: Array) -> Array:
    """`np.where(condition, x, y)`; for many floats of one dtype by their bits. x or y may be a Python number."""
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


def parted(condition: Array, x: Array, *, owned: bool = False) -> tuple[Array, Array]:
    """`x` where the condition holds, and `x` where it does not, each with 0 elsewhere.

    The second is written into `x` itself if it is `owned`, an array that nobody else has.
    """
    there = select(condition, x, 0)
    if x.dtype in _INTEGERS:  # the bits of the second are those of x less those of the first
        rest = x if owned else np.empty_like(x)
        bits = _INTEGERS[x.dtype]
        np.subtract(x.view(bits), there.view(bits), out=rest.view(bits))
        return there, rest
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
    """Write the floats `x` to `out` where the condition holds, and 0 elsewhere, even in place of nan."""
    bits = _INTEGERS[x.dtype]
    np.multiply(x.view(bits), condition, out=out.view(bits))


def _bits(x: Array, dtype: np.dtype[Any]) -> np.ndarray[Any, Any] | None:
    """The bits of floats as integers; None for other dtypes, which NumPy would cast."""
    if type(x) in (int, float):
        x = np.asarray(x, dtype)
    return x.view(_INTEGERS[dtype]) if type(x) is np.ndarray and x.dtype == dtype else None

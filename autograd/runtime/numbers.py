"""Python's numbers as arrays without axes, which NumPy would make of them in every call: that doubles a short one.

`y * 2` of ten elements takes 0.65 us, and 0.31 where the 2 is an array of y's dtype already; the values are the same.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

NUMBERS = (float, int)
WITH_ARRAYS = frozenset({operator.add, operator.sub, operator.mul, operator.truediv})
"""Functions that take such an array for its number. A power does not: NumPy squares by a number 2 alone."""

_LEAST, _MOST = 1e-30, 1e30  # between them a number fits every dtype, and differs from its negative, unlike 0
_MANY = 1000  # a program that computes its numbers must not fill the memory
_made: dict[np.dtype[Any], dict[float, np.ndarray[Any, Any]]] = {np.dtype(np.float64): {}, np.dtype(np.float32): {}}


def as_array(number: float, dtype: np.dtype[Any]) -> Any:
    """The number as an array of this dtype, or as it is where one may compute otherwise with it."""
    arrays = _made.get(dtype)
    if arrays is None:
        return number
    array = arrays.get(number)
    if array is None:
        if not _LEAST < abs(number) < _MOST:
            return number
        if len(arrays) >= _MANY:
            arrays.clear()
        array = np.array(number, dtype)
        array.flags.writeable = False
        arrays[number] = array
    return array

"""What a rule computes with: an array, or a tensor or a box in its place.

NumPy's functions take each of them, so that one text of a rule serves all orders, both modes, and batches.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

Array = Any

HALF = np.dtype(np.float16).char  # comparing characters takes a third of the time of comparing dtypes


def add_all(terms: Sequence[Any]) -> Any:
    """The sum of arrays, or of tuples of arrays part by part; None if there are none."""
    if not terms:
        return None
    total = terms[0]
    for term in terms[1:]:
        total = tuple(map(operator.add, total, term)) if isinstance(total, tuple) else total + term
    return total


def as_returned(x: Array) -> Array:
    """A result as most of NumPy's functions return it: a 0-d one is a number, so that += makes another."""
    return x if x.ndim else x[()]


def at_least_single(x: Array) -> Array:
    """float16 as float32, in which large numbers are not infinite and sums keep their digits."""
    return x.astype(np.float32) if x.dtype.char == HALF else x

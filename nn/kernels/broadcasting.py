"""What broadcasting an operand means for its cotangent."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def summed_to(cotangent: Array, shape: tuple[int, ...]) -> Array:
    """The cotangent of an operand of `shape` that was broadcast: the sum over the axes it was repeated along."""
    added = cotangent.ndim - len(shape)
    repeated = tuple(i for i in range(cotangent.ndim) if i < added or shape[i - added] == 1 < cotangent.shape[i])
    return cotangent.sum(axis=repeated, keepdims=True).reshape(shape) if repeated else cotangent

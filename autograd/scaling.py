"""Solvers have absolute tolerances, but cotangents no scale: in a mean over a million examples each one is 1e-6.

What is linear in a cotangent or a tangent is therefore solved for it divided by its size, and multiplied afterwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .tensor.nested import values_of


def size_of(*given: Any) -> float:
    """The largest absolute value in tensors or arrays, a constant; 1 where it is 0 or not finite."""
    size = max((float(np.max(np.abs(x), initial=0)) for x in values_of(list(given))), default=0.0)
    return size if size and np.isfinite(size) else 1.0

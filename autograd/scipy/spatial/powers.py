"""Distances by Minkowski's power, along the last axis or between all rows of two matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.spatial

from autograd.arguments import arrays_of
from autograd.duck_arrays import Array
from autograd.rules.norms import power_apart_from_zero, power_of_size
from autograd.scipy.precision import at_least
from autograd.scipy.twin import twin


@twin(scipy.spatial.minkowski_distance_p)
def minkowski_distance_p(x: Any, y: Any, p: float = 2.0) -> Any:
    """sum_i |y_i - x_i|^p, or for p = inf the largest of them."""
    x, y = at_least(np.float64, x, y)
    return np.max(np.abs(y - x), axis=-1) if p == np.inf else np.sum(power_of_size(y - x, p), axis=-1)


@twin(scipy.spatial.minkowski_distance)
def minkowski_distance(x: Any, y: Any, p: float = 2.0) -> Any:
    """The p-th root of `minkowski_distance_p`; where two points coincide, its gradient is 0."""
    total: Array = minkowski_distance_p(x, y, p)
    return total if p in (1, np.inf) else power_apart_from_zero(total, 1 / p)


@twin(scipy.spatial.distance_matrix)
def distance_matrix(x: Any, y: Any, p: float = 2.0, threshold: int = 1000000) -> Any:
    """The distances of each row of x from each row of y."""
    x, y = arrays_of((x, y))
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1]:
        raise ValueError(f"distance_matrix takes matrices with as many columns, got shapes {x.shape} and {y.shape}")
    return minkowski_distance(x[:, None], y[None], p)

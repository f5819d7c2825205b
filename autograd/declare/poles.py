"""Products and quotients at poles that do not matter, beside `pole_safe`, which every elementwise rule multiplies with.

A cotangent or tangent of exactly 0 contributes exactly 0: a dead branch does no harm, whatever its values.
"""

from __future__ import annotations

import numpy as np

from autograd.duck_arrays import Array
from autograd.primitive import pole_safe


def tangents(t: Array, *partials: Array) -> tuple[Array, ...]:
    """The tangents `t * partial` of several outputs, each `pole_safe`."""
    return tuple(pole_safe(t, partial) for partial in partials)


def quotient(x: Array, length: Array) -> Array:
    """x / length, and 0 with derivative 0 where the length is 0."""
    if isinstance(length, (np.ndarray, np.generic)) and np.count_nonzero(length) == length.size:
        return x / length
    return np.where(length == 0, 0, x / np.where(length == 0, 1, length))

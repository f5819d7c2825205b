"""The data of an interpolation, checked: increasing knots, and as many values."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.duck_arrays import Array
from autograd.tensor.nested import values_of

from .piecewise import doubles


def checked(name: str, x: Any, y: Any, *others: Any, axis: int, repeated: bool = False) -> list[Array]:
    """Knots and values in double precision, the interpolated axis of the values first; knots repeat if `repeated`."""
    x, y, *others = doubles(x, y, *others)
    if x.dtype.kind == "c" or x.ndim != 1 or len(x) < 2:
        raise ValueError(f"{name} takes a vector of two or more real knots x, got {x.dtype} of shape {x.shape}")
    steps = np.diff(values_of(x))
    if not (np.all(np.isfinite(values_of(x))) and np.all(steps >= 0 if repeated else steps > 0)):
        raise ValueError(f"{name} takes finite knots x that {'do not decrease' if repeated else 'increase strictly'}; "
                         "sort x and the values together")
    if any(len(x) != np.moveaxis(v, axis, 0).shape[0] or v.shape != y.shape for v in (y, *others)):
        raise ValueError(f"{name} takes as many values along axis {axis} as knots, {len(x)}, got shapes "
                         f"{', '.join(str(v.shape) for v in (y, *others))}")
    if not all(np.all(np.isfinite(values_of(v))) for v in (y, *others)):
        raise ValueError(f"{name} takes finite values; leave out those that are missing, and their knots")
    return [x, *[np.moveaxis(v, axis, 0) for v in (y, *others)]]


def real_checked(name: str, x: Any, y: Any, *, axis: int) -> list[Array]:
    x, y = checked(name, x, y, axis=axis)
    if y.dtype.kind == "c":
        raise ValueError(f"{name} takes real values, got {y.dtype}; interpolate np.real(y) and np.imag(y)")
    return [x, y]


def refuse_open(name: str, y: Array, axis: int) -> None:
    """Raise unless the values are periodic: the last equals the first."""
    if not np.allclose(values_of(y[0]), values_of(y[-1]), rtol=1e-15, atol=1e-15):
        raise ValueError(f"{name}(bc_type='periodic') takes values that begin and end alike along axis {axis}; close "
                         "them with np.concatenate([y, y[:1]])")

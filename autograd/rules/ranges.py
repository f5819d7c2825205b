"""Ranges of numbers between given ends; all composed."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arguments import array_of, arrays_of
from autograd.arrays import check_device, in_dtype, integer
from autograd.declare import composite, decided, piecewise_constant

from .axes import along


@composite(np.linspace)
def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None,
             axis: int = 0, *, device: str | None = None) -> Any:
    check_device(device)
    num = integer("linspace: num", num, 0)
    ends = [x if isinstance(x, (int, float, complex)) else array_of(x) for x in (start, stop)]
    kind = np.result_type(*ends, 0.0)
    start, stop = (x.astype(kind) for x in arrays_of(ends))  # unsigned differences would wrap
    gap = stop - start
    intervals = num - 1 if endpoint else num
    step = gap / max(intervals, 1)
    counted = np.arange(num, dtype=gap.real.dtype).reshape((-1,) + (1,) * gap.ndim)
    # Multiplied in NumPy's order, so that the result rounds to the same integers.
    out = np.where(np.any(step == 0), counted / max(intervals, 1) * gap, counted * step) + start
    if endpoint and num > 1:
        out = np.where(counted == num - 1, stop, out)
    out = np.moveaxis(out, 0, axis)
    if dtype is not None:
        out = (np.floor(out) if np.dtype(dtype).kind in "iu" else out).astype(dtype)
    return (out, step if intervals > 0 else np.nan) if retstep else out


@composite(np.logspace)
def logspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None,
             axis: int = 0) -> Any:
    if np.ndim(base):
        start, stop, base = np.broadcast_arrays(start, stop, base)
        base = np.expand_dims(base, axis=axis)
    out = np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))
    return in_dtype(out, dtype)


@composite(np.geomspace)
def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """10^e for e from log10(start) to log10(stop), both turned to be positive, and turned back."""
    start, stop = (x.astype(np.result_type(x.dtype, np.float64)) for x in arrays_of((start, stop)))
    if not all(decided(np.all, end) for end in (start, stop)):
        raise ValueError("geomspace cannot start or stop at 0")
    turn = piecewise_constant(np.sign)(start)  # the result does not depend on it
    between = np.power(10.0, np.linspace(np.log10(start / turn), np.log10(stop / turn), num, endpoint)) * turn
    counted = along(np.arange(num), between, 0)
    out = np.where(counted == 0, start, np.where((counted == num - 1) & endpoint, stop, between))
    out = np.moveaxis(out, 0, axis)
    return in_dtype(out, dtype)

"""Arrays in a few figures."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.drawing.model import Summary
from autograd.drawing.words import LINE, figure

IN_FULL = 4
"""Arrays of up to this many elements are written out, if that is no more than a line: no number is cut in two."""


def summary(value: Any) -> Summary | None:
    """The figures of an array, number or tensor; None for anything that is not numeric."""
    value = getattr(value, "_value", value)
    if isinstance(value, (float, int)):  # np.float64 is a subclass of float
        return _number(value)
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        return None
    if array.size == 0:
        return Summary(0, "empty")
    nan, infinite = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    with np.errstate(all="ignore"):
        wide = array.astype(np.complex128 if array.dtype.kind == "c" else float)
        norm = float(np.sqrt(np.square(np.abs(wide)).sum()))
        text, mean = _elements(array, wide[np.isfinite(wide)] if nan or infinite else wide)
    return Summary(array.size, text, mean, nan, infinite, norm)


def _elements(array: Array, finite: Array) -> tuple[str, str]:
    """The elements in full, or else from where to where they go, and their mean."""
    if array.size <= IN_FULL and len(written := _in_full(array)) <= LINE:
        return written, ""
    if array.dtype.kind == "c":
        size = np.abs(array)
        return f"|z| {figure(float(size.min()))} … {figure(float(size.max()))}", figure(complex(array.mean()))
    if not finite.size:
        return "nothing finite", ""
    low, high = (figure(_exact(end)) for end in (finite.min(), finite.max()))
    return low if low == high else f"{low} … {high}", figure(float(finite.mean()))


def _number(value: float) -> Summary:
    """One real number: the case of small graphs of many nodes."""
    bad = not isfinite(value)
    return Summary(1, figure(value), "", int(value != value), int(bad and value == value), float(abs(value)))


def _exact(number: Any) -> float | int:
    return int(number) if float(number).is_integer() and abs(number) < 1e6 else float(number)


def _in_full(array: Array) -> str:
    def write(part: Any) -> str:
        return "[" + ", ".join(map(write, part)) + "]" if isinstance(part, list) else figure(part)

    return write(array.tolist())

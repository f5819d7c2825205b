"""Whether a function is analytic where the complex step is taken: `Im f(x + ih v) / h` is its slope along v only then.

For `|x| g(x)` the complex step gives `|x| g'(x)`, only a part of the slope, without any sign of it. So the slope along
one line through all coordinates is also computed with real steps: as a central difference and, if that disagrees, as
Richardson's limit with its error bar, in shorter and shorter units, since f may vary fast. Two limits that agree with
each other, but not with the complex step, refute it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograd.arrays import Array

from . import extrapolation

UNITS = tuple(0.05**k for k in range(10))
GOLDEN = 0.6180339887498949


def weights(size: int) -> Array:
    """Numbers from 1/2 to 3/2 without a pattern in which slopes could cancel, the first 1."""
    found: Array = 0.5 + (0.5 + GOLDEN * np.arange(size)) % 1
    return found


def is_analytic(real: Callable[[float], Array], slope: Array, rounding: float, least: float) -> bool:
    """Whether `slope`, from a complex step, is the derivative of `real` at 0 as far as real steps can tell.

    `real` takes a step along the line to the values of f, `rounding` is their relative error e. A difference of less
    than `e^(3/8)` of the slope, or less than `least`, at which the complex step underflows, is not seen.
    """
    h = rounding ** (1 / 3)
    with np.errstate(all="ignore"):
        right, left = real(h), real(-h)
        error = rounding * (np.abs(right) + np.abs(left)) / h
        open_ = np.isfinite(slope) & ~_agree((right - left) / (2 * h), slope, error, rounding)
        if not np.any(open_):
            return True
        here = real(0.0)
        before, before_error = np.full(slope.shape, np.nan), np.zeros(slope.shape)
        for unit in UNITS:
            value, error, clear = _limit(real, unit, here, rounding)
            error, settled = error + least, open_ & clear
            open_ &= ~(settled & _agree(value, slope, error, rounding))
            if np.any(open_ & settled & (np.abs(value - before) <= 10 * (error + before_error))):
                return False
            if not np.any(open_):
                break
            before, before_error = np.where(settled, value, np.nan), error
    return True


def _limit(real: Callable[[float], Array], unit: float, here: Array, rounding: float) -> tuple[Array, Array, Array]:
    """Richardson's limit of the slope in steps of this unit, its error, and where it can be relied on."""
    samples: list[Array] = []

    def along(step: float) -> Array:
        samples.append(real(step * unit))
        return samples[-1]

    limit = extrapolation.derivative(along, here, rounding=rounding)
    steps = np.diff(np.sort(samples[: len(samples) // 2], axis=0), axis=0)
    return limit.value / unit, limit.error / unit, ~limit.unclear & np.all(steps != 0, axis=0)  # rounding makes equals


def _agree(difference: Array, slope: Array, error: Array, rounding: float) -> Array:
    found: Array = np.abs(difference - slope) <= 10 * error + rounding ** (3 / 8) * np.abs(slope)
    return found

"""Derivatives in one real variable to nearly full precision, with an error bar, by Richardson's extrapolation.

The central difference of step h is `D(h) = (g(h) - g(-h)) / 2h = g'(0) + c2 h^2 + c4 h^4 + ...`. Dividing h by 3 and
combining, `(9 D(h/3) - D(h)) / 8`, removes the h^2 term, the next column removes h^4, and so on. Steps run from large
(the series is cut off) to small (rounding is amplified), and each element takes the entry of the table whose neighbours
agree best. The same samples tell a kink: `K(h) = (g(h) - 2 g(0) + g(-h)) / h` is the slope on the right minus the slope
on the left, and tends to 0 wherever g is differentiable.

L. F. Richardson (1911), doi:10.1098/rsta.1911.0009; C. Ridders (1982), doi:10.1016/S0141-1195(82)80057-0.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from autograd.arrays import Array

LARGEST_STEP = 0.125
RATIO = 3.0
LEVELS = 11  # down to a step of 2e-6
COLUMNS = 5  # after the first: the error of the last one is of order h^12


class Limit(NamedTuple):
    """A derivative, the error it is known to, how far the slopes on the two sides differ, and how much g varied."""

    value: Array
    error: Array
    jump: Array
    jump_error: Array
    range: Array

    @property
    def unclear(self) -> Array:
        """Where the differences do not settle: at a jump, a pole, the edge of the domain, or for a very rough g."""
        slope = np.fmax.reduce(self.range, axis=None, initial=0) / LARGEST_STEP  # 0 is known to a part of it
        with np.errstate(invalid="ignore"):
            settled = (self.error <= 0.03 * np.abs(self.value)) | (self.error <= 1e-6 * slope)
            settled &= (self.jump_error <= 0.03 * np.abs(self.jump)) | (self.jump_error <= 1e-3 * slope)
        found: Array = ~settled | ~np.isfinite(self.value)
        return found

    @property
    def kink(self) -> Array:
        """Where one-sided slopes differ by more than their error, 1e-7 of the slope, and 1e-8 of how steep g is."""
        with np.errstate(invalid="ignore", over="ignore"):
            least = np.maximum(1e-7 * np.abs(self.value), 1e-8 * self.range / LARGEST_STEP)
            found: Array = np.abs(self.jump) > 10 * self.jump_error + least
        return found


def derivative(g: Callable[[float], Array], at_zero: Array, *, rounding: float = 0.0) -> Limit:
    """The derivative of `g` at 0, elementwise, for a g that takes a step and returns an array like `at_zero` = g(0).

    `rounding` is the relative error of g's values (at least its dtype's epsilon). Uses 22 values of g; non-finite ones
    are left out, and the error is infinite if too few remain.
    """
    rounding = max(rounding, float(np.finfo(at_zero.dtype).eps))
    steps = [LARGEST_STEP / RATIO**level for level in range(LEVELS)]
    with np.errstate(all="ignore"):
        right, left = np.array([g(h) for h in steps]), np.array([g(-h) for h in steps])
        h = np.array(steps).reshape((LEVELS, *[1] * at_zero.ndim))
        slopes = _columns((right - left) / (2 * h), leading=2)
        jumps = _columns((right - at_zero - (at_zero - left)) / h, leading=1)
        # Where the steps are smallest the series is exhausted, and what the third column still varies by is noise.
        noise = np.max(np.abs(np.diff(slopes[2], axis=0) * h[1:])[-3:], axis=0)
        size = np.maximum(np.abs(at_zero), np.fmin(np.abs(right), np.abs(left)))  # what is 0 at 0 rounds beside it
        noise = np.maximum(noise, rounding * size) / h
        moved = np.abs(np.stack([right, left]) - at_zero)
        spread = np.max(np.where(np.isfinite(moved), moved, 0), axis=(0, 1)) + np.abs(at_zero)
        return Limit(*_best(slopes, noise), *_best(jumps, 4 * noise), spread)


def _columns(differences: Array, *, leading: int) -> list[Array]:
    """Richardson's table, largest step first; the error of the first column starts with the power `leading` of h."""
    columns = [differences]
    for column in range(COLUMNS):
        previous = columns[-1]
        better = np.full_like(previous, np.nan)
        better[1:] = previous[1:] + np.diff(previous, axis=0) / (RATIO ** (leading + 2 * column) - 1)
        columns.append(better)
    return columns


def _best(columns: list[Array], noise: Array) -> tuple[Array, Array]:
    """The entry of the table that agrees best with its neighbours, and how well it does."""
    best = np.full_like(columns[0][0], np.nan)
    best_error = np.full(best.shape, np.inf, noise.dtype)
    for previous, entries in pairwise(columns):
        change = np.abs(entries[1:] - previous[1:]) + np.abs(entries[1:] - previous[:-1])
        # Two rows in turn must agree: one small difference alone may be chance.
        error = np.maximum(change[1:], change[:-1]) + noise[2:]
        error[np.isnan(error)] = np.inf
        row = np.argmin(error, axis=0)[np.newaxis]
        error, entries = (np.take_along_axis(table, row, axis=0)[0] for table in (error, entries[2:]))
        best, best_error = np.where(error < best_error, entries, best), np.minimum(error, best_error)
    return best, best_error

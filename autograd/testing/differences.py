"""Derivatives along directions by extrapolated differences, and where they can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from autograd.arrays import Array
from autograd.numerical import extrapolation

Arrays = list[Array]
Coordinate = tuple[int, tuple[int, ...], complex]
"""Which array, which element, and the unit it moves by: 1, or 1j for an imaginary part."""


@dataclass(frozen=True)
class Slope:
    """The derivative of all outputs, as one vector, along a direction: value, error, and the elements that have one.

    `size` is how large the outputs are and become nearby, of which rounding is a part also where all else vanishes.
    """

    direction: Arrays
    value: Array
    error: Array
    trusted: Array
    size: Array
    trouble: str = ""  # why the first untrusted element is not trusted

    def without(self, corners: Array) -> Slope:
        """The slope with some elements no longer trusted."""
        return replace(self, trusted=self.trusted & ~corners, trouble=self.trouble or "slopes do not add up: a corner")

    def trusted_part(self, values: Array) -> Array:
        """These values of the outputs, 0 where the slope is not trusted."""
        return np.where(self.trusted, values, 0)

    @property
    def quality(self) -> tuple[int, float]:
        """How many elements are untrusted, and how uncertain the others are; both negated, so that larger is better."""
        known = self.trusted & (self.value != 0)
        return -int(np.sum(~self.trusted)), -float(np.max(self.error[known] / np.abs(self.value[known]), initial=0))


class Differences:
    """A function from arrays to arrays, differentiated along directions at one point."""

    def __init__(self, raw: Callable[[Arrays], Arrays], values: Arrays, rounding: float) -> None:
        self.raw, self.values, self.rounding = raw, values, rounding
        self.here = raw(values)
        self.at_zero = joined(self.here)
        self.corners = np.zeros(self.at_zero.shape, bool)  # outputs that have slopes but no derivative

    def along(self, direction: Arrays) -> Slope:
        """The slope along a direction; where it does not settle, along the direction scaled by the inputs' sizes.

        Steps of 1/8 and less suit inputs of about 1. An input of 1e-9 in a logarithm wants steps relative to itself.
        """
        slope = self._slope(direction).without(self.corners)
        if slope.quality > (0, -1e-8):
            return slope
        sizes = [np.where(v == 0, 1, np.abs(v)) for v in self.values]
        relative = self._slope([d * s for d, s in zip(direction, sizes, strict=True)]).without(self.corners)
        return max(slope, relative, key=lambda slope: slope.quality)

    def exclude_corners(self, direction: Arrays, rng: np.random.Generator) -> bool:
        """Whether the slope of an output along `direction + r` is not the sum of the two slopes, for some random r.

        Such an output has a slope along every line and no derivative: a sort among three equal numbers. It is not
        trusted from now on.
        """
        found = np.zeros(self.at_zero.shape, bool)
        alone = self._slope(direction)
        size = max(float(np.max(np.abs(d), initial=0)) for d in direction)
        for share in (1, 0.3) * 4:  # sometimes all elements move, sometimes a few, which may miss a kink elsewhere
            other = [r * size * rng.uniform(0.1, 4, r.shape) * (rng.random(r.shape) < share)
                     for r in random_like(direction, rng)]
            both = self._slope([d + r for d, r in zip(direction, other, strict=True)])
            beside = self._slope(other)
            error = alone.error + both.error + beside.error
            apart = np.abs(both.value - alone.value - beside.value)
            known = alone.trusted & both.trusted & beside.trusted
            largest = np.abs(both.value) + np.abs(alone.value) + np.abs(beside.value)
            found |= known & (apart > 20 * error + 1e-6 * largest)
        new = found & ~self.corners
        self.corners |= found
        return bool(np.any(new))

    def _slope(self, direction: Arrays) -> Slope:
        limit = extrapolation.derivative(lambda h: self._moved(direction, h), self.at_zero, rounding=self.rounding)
        kink, unclear = limit.kink, limit.unclear
        trouble = ""
        if np.any(kink):
            at = int(np.argmax(kink))
            trouble = f"the slopes on its two sides differ by {abs(limit.jump[at]):.3g}"
        elif np.any(unclear):
            value = self.at_zero[int(np.argmax(unclear))]
            trouble = ("differences do not settle there (a jump, a pole, or the edge of the domain)"
                       if np.isfinite(value) else f"the value there is {value}")
        return Slope(direction, limit.value, limit.error, ~(kink | unclear), limit.range, trouble)

    def _moved(self, direction: Arrays, h: float) -> Array:
        moved = [(v + h * d).astype(v.dtype) for v, d in zip(self.values, direction, strict=True)]
        try:
            found = joined(self.raw(moved))
        except (ArithmeticError, ValueError):  # outside the domain: a singular matrix, a negative variance
            return np.full_like(self.at_zero, np.nan)
        return found if found.shape == self.at_zero.shape else np.full_like(self.at_zero, np.nan)


def joined(arrays: Arrays) -> Array:
    """All elements as one vector of float64, or complex128 where any are complex."""
    return np.concatenate([np.zeros(0), *[a.ravel() for a in arrays]])


def coordinates(values: Arrays) -> Iterator[Coordinate]:
    """Every real coordinate."""
    for i, v in enumerate(values):
        for index in np.ndindex(v.shape):
            yield i, index, 1
            if v.dtype.kind == "c":
                yield i, index, 1j


def unit(values: Arrays, coordinate: Coordinate) -> Arrays:
    """The direction along one coordinate."""
    i, index, step = coordinate
    direction = [np.zeros(v.shape, v.dtype) for v in values]
    direction[i][index] = step
    return direction


def random_like(arrays: Arrays, rng: np.random.Generator) -> Arrays:
    """Arrays of random sign and of size 1/2 to 1, so that no element counts for nothing."""

    def draw(a: Array) -> Array:
        drawn = rng.uniform(0.5, 1, a.shape) * rng.choice([-1.0, 1.0], a.shape)
        if a.dtype.kind == "c":
            drawn = drawn + 1j * rng.uniform(0.5, 1, a.shape) * rng.choice([-1.0, 1.0], a.shape)
        return np.asarray(drawn).astype(a.dtype)

    return [draw(a) for a in arrays]


def inner(a: Arrays, b: Arrays) -> float:
    """Re sum conj(a) b: the change of a real loss with gradient `a` along `b`, which need not move every element."""
    with np.errstate(invalid="ignore"):
        return float(sum(np.sum(np.real(np.conj(x) * y), where=y != 0) for x, y in zip(a, b, strict=True)))

"""Derivatives along directions by extrapolated differences, and where they can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import extrapolation

Array = np.ndarray[Any, Any]
Arrays = list[Array]


@dataclass(frozen=True)
class Slope:
    """The derivative of all outputs, as one vector, along a direction: value, error, and the elements that have one."""

    direction: Arrays
    value: Array
    error: Array
    trusted: Array
    trouble: str = ""  # why the first element that is not trusted is not

    @property
    def quality(self) -> tuple[int, float]:
        """How many elements are not trusted, and how well the others are known; both with a minus: larger is better."""
        known = self.trusted & (self.value != 0)
        return -int(np.sum(~self.trusted)), -float(np.max(self.error[known] / np.abs(self.value[known]), initial=0))


class Differences:
    """A function from arrays to arrays, differentiated along directions at one point."""

    def __init__(self, raw: Callable[[Arrays], Arrays], values: Arrays, rounding: float) -> None:
        self.raw, self.values, self.rounding = raw, values, rounding
        self.here = raw(values)
        self.at_zero = joined(self.here)

    def along(self, direction: Arrays) -> Slope:
        """The slope along a direction; where it does not settle, along the direction scaled by the inputs' sizes.

        Steps of 1/8 and less suit inputs of about 1. An input of 1e-9 in a logarithm wants steps relative to itself.
        """
        slope = self._slope(direction)
        if slope.quality > (0, -1e-8):
            return slope
        sizes = [np.where(v == 0, 1, np.abs(v)) for v in self.values]
        relative = self._slope([d * s for d, s in zip(direction, sizes, strict=True)])
        return max(slope, relative, key=lambda slope: slope.quality)

    def _slope(self, direction: Arrays) -> Slope:
        limit = extrapolation.derivative(lambda h: self._moved(direction, h), self.at_zero, rounding=self.rounding)
        kink, unclear = limit.kink, limit.unclear
        trouble = ""
        if np.any(kink):
            at = int(np.argmax(kink))
            trouble = f"the slopes on its two sides differ by {abs(limit.jump[at]):.3g}"
        elif np.any(unclear):
            trouble = "differences do not settle there (a jump, a pole, or the edge of the domain)"
        return Slope(direction, limit.value, limit.error, ~(kink | unclear), trouble)

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


def coordinates(values: Arrays) -> Iterator[tuple[int, tuple[int, ...], complex]]:
    """Every real coordinate: which array, which element, and the unit it moves by (1, or 1j for an imaginary part)."""
    for i, v in enumerate(values):
        for index in np.ndindex(v.shape):
            yield i, index, 1
            if v.dtype.kind == "c":
                yield i, index, 1j


def unit(values: Arrays, coordinate: tuple[int, tuple[int, ...], complex]) -> Arrays:
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
        return np.asarray(drawn).astype(np.result_type(a.dtype, np.float32))

    return [draw(a) for a in arrays]


def inner(a: Arrays, b: Arrays) -> float:
    """Re sum conj(a) b: the change of a real loss with gradient `a` along `b`."""
    return float(sum(np.sum(np.real(np.conj(x) * y)) for x, y in zip(a, b, strict=True)))

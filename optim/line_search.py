"""A step that satisfies the strong Wolfe conditions: enough descent, and a slope that is small enough.

    phi(a) <= phi(0) + c1 a phi'(0)    and    |phi'(a)| <= c2 |phi'(0)|

J. Nocedal and S. Wright, "Numerical Optimization", 2nd edition, 2006: algorithms 3.5 and 3.6, equations 3.7 and 3.59.
"""

from __future__ import annotations

from collections.abc import Callable
from math import copysign, isfinite, sqrt
from typing import Any, NamedTuple

DESCENT = 1e-4  # c1
CURVATURE = 0.9  # c2
EVALUATIONS = 25


class Point(NamedTuple):
    """A point along the line: the step, the value and the slope there, and whatever else was computed."""

    step: float
    value: float
    slope: float
    found: Any


class Search:
    """The search from `start` (step 0) along the line that `evaluate` evaluates."""

    def __init__(self, evaluate: Callable[[float], Point], start: Point, shortest: float) -> None:
        self.evaluate, self.start, self.shortest, self.left = evaluate, start, shortest, EVALUATIONS

    def run(self, step: float) -> Point:
        """Algorithm 3.5: longer and longer steps from `step` on, until a minimum is between two of them."""
        before, here = self.start, self._at(step)
        while self.left:
            if self._too_high(here) or (before.step and here.value >= before.value):
                return self._zoom(before, here)
            if self._flat(here):
                return here
            if here.slope >= 0:
                return self._zoom(here, before)
            longer = between(minimum(before, here), here.step + 0.01 * (here.step - before.step), 10 * here.step)
            before, here = here, self._at(longer)
        return min(before, here, key=lambda point: point.value)

    def _zoom(self, low: Point, high: Point) -> Point:
        """Algorithm 3.6: a minimum is between `low`, the lowest that descends enough, and `high`."""
        while self.left and abs(high.step - low.step) > self.shortest:
            margin = 0.1 * abs(high.step - low.step)
            ends = sorted((low.step, high.step))
            new = self._at(between(minimum(low, high), ends[0] + margin, ends[1] - margin))
            if self._too_high(new) or new.value >= low.value:
                high = new
                continue
            if self._flat(new):
                return new
            if new.slope * (high.step - low.step) >= 0:
                high = low
            low = new
        return low

    def _at(self, step: float) -> Point:
        self.left -= 1
        return self.evaluate(step)

    def _too_high(self, point: Point) -> bool:
        return not point.value <= self.start.value + DESCENT * point.step * self.start.slope  # nan counts as beyond

    def _flat(self, point: Point) -> bool:
        return abs(point.slope) <= CURVATURE * abs(self.start.slope)


def between(step: float, least: float, most: float) -> float:
    """The step, clipped to bounds; their middle if it is nan."""
    return min(max(step, least), most) if isfinite(step) else (least + most) / 2


def minimum(a: Point, b: Point) -> float:
    """Where the cubic with the values and slopes of two points has its minimum, equation 3.59; nan if nowhere."""
    width = b.step - a.step
    d1 = a.slope + b.slope - 3 * (b.value - a.value) / width
    square = d1 * d1 - a.slope * b.slope
    d2 = copysign(sqrt(square), width) if square >= 0 else float("nan")
    below = b.slope - a.slope + 2 * d2
    return b.step - width * (b.slope + d2 - d1) / below if below else float("nan")

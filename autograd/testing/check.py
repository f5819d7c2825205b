"""`check_gradients`: derivatives in every mode and order against extrapolated differences of the function itself.

At each order the function is a list of arrays in, a list of arrays out. Its slope along a direction is measured, and
every mode must give the same: forward accumulation element by element, reverse accumulation through
`<u, J v> = <J^T u, v>`. The next order is the same check of the derivative just proven, as a function.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autograd.arguments import refuses_foreign_options
from autograd.arrays import is_integer, tolerance
from autograd.errors import DisconnectedWarning, GradientMismatch
from autograd.tensor import Tensor

from .aliasing import check_ownership
from .differences import Coordinate, Differences, Slope, coordinates, random_like, unit
from .digits import check_digits
from .measures import ALL, MODES, Level, Measure, Mode, derivative, direction_of, element_of
from .report import Report
from .subject import Subject, as_array, raw

TOLERANCES = {"float64": (1e-6, 1e-11), "float32": (1e-3, 1e-5), "float16": (5e-2, 1e-2)}
"""Relative and absolute tolerance by the coarsest dtype that the function computes in."""

FULL_JACOBIAN = 24
"""Up to this many inputs every single derivative is compared; beyond, projections on random directions."""


@partial(refuses_foreign_options, advice={
    "eps": "steps are found: leave it out", **dict.fromkeys(("raise_exception", "fast_mode"), "leave it out")})
def check_gradients(f: Callable[..., Any], *args: Any, order: int = 2, modes: Sequence[Mode] = ("reverse", "forward"),
                    rtol: float | None = None, atol: float | None = None, full: bool | None = None,
                    seed: int = 0) -> Report:
    """Prove the derivatives of `f` at `args` in all `modes` up to `order`; the `Report` says how near they came.

    `args` are floats, arrays, tensors and nested structures; float32 is checked in float64 where `f` goes along. A
    derivative `a` passes against the difference `n` if `|a - n| <= atol + rtol max(|a|, |n|) + 10 (error of n)`; the
    usual `atol` belongs to functions of the size of 1, and shrinks with smaller ones. Where `f` has no derivative (a
    kink, a tie, a jump) the report says so. Inputs and random generators are left as they were. Raises
    `GradientMismatch` naming argument, index, both numbers, tolerance and mode; also for an `f` that is not
    deterministic, gradients that share memory, rules that round to float32; `ValueError` for arguments that hold nan.
    """
    if isinstance(modes, str) or not modes or not {*modes} <= {"reverse", "forward"}:
        raise ValueError(f"modes is a sequence of 'reverse' and 'forward', such as ('reverse',), got {modes!r}")
    if not is_integer(order) or order < 1:
        raise ValueError(f"order expected the highest derivative to check, 1 or more, got {order!r}")
    for name, given in (("rtol", rtol), ("atol", atol)):
        if given is not None:
            tolerance(f"check_gradients: {name}", given)
    subject = Subject(f, args)
    usual = TOLERANCES["float32" if np.finfo(subject.dtype).eps > 1e-10 else "float64"]
    usual = TOLERANCES["float16"] if np.finfo(subject.dtype).eps > 1e-5 else usual
    checker = _Checker(tuple(modes), usual[0] if rtol is None else rtol, usual[1] if atol is None else atol, seed,
                       float(np.finfo(subject.dtype).eps), Report(dtype=subject.dtype.name), fits=atol is None)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DisconnectedWarning)
            subject.require_deterministic()
            if "reverse" in modes:
                check_ownership(subject.call, subject.values, subject.given, subject.inputs)
            check_digits(subject.call, subject.values, subject.inputs, lambda: subject.outputs, modes)
            level = Level(subject.call, subject.values, subject.inputs, lambda: subject.outputs)
            checker.check(level, order, full)
    finally:
        subject.randomness.restore()
    checker.report.evaluations = subject.evaluations
    return checker.report


def check_rule(operation: Callable[..., Any], *operands: Any, order: int = 2, rtol: float | None = None,
               atol: float | None = None, **options: Any) -> Report:
    """Prove the rule of an operation (`autograd.custom`, `autograd.rule`, a NumPy function): `check_gradients` on more.

    Checks the gradients at `operands`; at strided copies of them, which a kernel may misread; and, for two or more
    operands, with each one alone differentiated, which takes other branches of the rule. Raises as `check_gradients`.
    """

    def apply(*operands: Any) -> Any:
        return operation(*operands, **options)

    report = check_gradients(apply, *operands, order=order, rtol=rtol, atol=atol)
    arrays = [i for i, x in enumerate(operands) if isinstance(x, (np.ndarray, Tensor)) and x.ndim]
    if arrays:
        def strided(*operands: Any) -> Any:
            return apply(*[_strided(x) if i in arrays else x for i, x in enumerate(operands)])

        check_gradients(strided, *operands, order=1, rtol=rtol, atol=atol)
    floating = [i for i, x in enumerate(operands) if as_array(x).dtype.kind in "fc"]
    for i in floating if len(floating) > 1 else ():
        def alone(x: Any, i: int = i) -> Any:
            return apply(*operands[:i], x, *operands[i + 1 :])

        check_gradients(alone, operands[i], order=1, rtol=rtol, atol=atol)
    return report


def _strided(x: Any) -> Any:
    """The same values, in memory that runs the other way."""
    return np.transpose(np.flip(np.copy(np.flip(np.transpose(x)), order="C")))


class _Checker:
    def __init__(self, modes: tuple[Mode, ...], rtol: float, atol: float, seed: int, eps: float, report: Report, *,
                 fits: bool) -> None:
        self.modes, self.rtol, self.atol, self.eps, self.report = modes, rtol, atol, eps, report
        self.rng = np.random.default_rng(seed)
        self.fits = fits  # whether atol shrinks with the function
        self.unit = 1.0  # the size that atol belongs to
        self.scale: float  # the largest derivative of the level, which errors are relative to
        self.value = 0.0  # the largest value so far: differences of a derivative that vanishes still round as it does

    def check(self, level: Level, order: int, full: bool | None) -> None:
        """Compare all modes with the differences, then do the same with each mode's derivative, one order higher."""
        compared = self.report.comparisons
        differences = Differences(partial(raw, level.call), level.values, self.eps)
        slopes = self._slopes(level, differences, full)
        self._note_kinks(level, slopes)
        self._settle_sizes(slopes, differences)
        for mode in self.modes:
            measure = MODES[mode](level, differences.here, self.rng)
            self.report.modes.append(measure.mode)
            for slope in slopes:
                self._prove(measure, level, differences, slope)
        if order > 1 and self.report.comparisons > compared:  # otherwise the derivative is not a function to check
            for mode in self.modes:
                self.check(derivative(mode, level, differences.here, self.rng), order - 1, False)

    def _slopes(self, level: Level, differences: Differences, full: bool | None) -> list[Slope]:
        """The slopes along a random direction, and, for few inputs or near a kink, along single elements."""
        units = list(coordinates(level.values))
        if not units:
            return []
        if full is None:
            full = len(units) <= FULL_JACOBIAN and not level.prefix
        slopes = [differences.along(random_like(level.values, self.rng))]
        if full:
            picked = units
        elif not np.all(slopes[0].trusted):  # a kink spoils a projection
            picked = [units[int(i)] for i in self.rng.permutation(len(units))[:FULL_JACOBIAN]]
        else:
            picked = []
        return slopes + [differences.along(unit(level.values, c)) for c in picked]

    def _settle_sizes(self, slopes: Sequence[Slope], differences: Differences) -> None:
        """Set the sizes that errors are relative to, and that `atol` is a part of."""
        sizes = [np.max(np.abs(s.value[s.trusted]), initial=0) for s in slopes]
        self.value = max(self.value, float(np.max(np.abs(differences.at_zero), initial=0)))
        if self.fits:
            nearby = [np.max(s.size[s.trusted], initial=0) for s in slopes]
            self.unit = min(1.0, max(*sizes, *nearby, self.value, 0.0)) or 1.0
        self.scale = float(max(*sizes, 1e-6 * self.value, self.atol * self.unit, 1e-300))

    def _prove(self, measure: Measure, level: Level, differences: Differences, slope: Slope) -> None:
        """Raise `GradientMismatch` where a mode is wrong along a direction, and no corner is to blame."""
        slope = slope.without(differences.corners)
        wrong = self._compare(measure, slope)
        if wrong is not None and differences.exclude_corners(slope.direction, self.rng):
            self._note_kinks(level, [differences.along(slope.direction)])
            slope = slope.without(differences.corners)
            wrong = self._compare(measure, slope)
        if wrong is not None:
            raise self._mismatch(self._locate(measure, differences, slope) or wrong)

    def _compare(self, measure: Measure, slope: Slope) -> _Wrong | None:
        """The worst violation along one direction, or None."""
        worst = self._worst(measure, slope)
        return worst if worst is not None and worst.excess > 1 else None

    def _worst(self, measure: Measure, slope: Slope) -> _Wrong | None:
        """The element along one direction that is furthest from its reference, in tolerances; None if none is known."""
        if not np.any(slope.trusted):
            return None
        got, expected, error = measure(slope)
        with np.errstate(invalid="ignore"):
            size = np.maximum(np.abs(got), np.abs(expected))
            largest = float(np.max(np.abs(expected), initial=0))
            tolerance = self.atol * max(self.unit, largest) + self.rtol * size + 10 * error + 1e-300
            difference = np.abs(got - expected)
            excess = np.where(np.isnan(difference), np.inf, difference / tolerance)
        worst = int(np.argmax(excess))
        place = measure.place(slope, worst)
        where = f"{measure.mode} mode, {place}"
        self.report.compared(float(np.max(difference)) / max(self.scale, largest), where, got.size)
        return _Wrong(measure.mode, place, got[worst], expected[worst], float(tolerance[worst]), float(excess[worst]))

    def _locate(self, measure: Measure, differences: Differences, slope: Slope) -> _Wrong | None:
        """The single input that made a projection wrong, by bisection.

        The first half that is wrong is followed or, if a large sum hides the error, the half that is further off.
        """

        def distance(part: list[Coordinate]) -> float:
            direction = [np.zeros_like(d) for d in slope.direction]
            for i, index, step in part:
                value = slope.direction[i][index]
                direction[i][index] += value.imag * 1j if step == 1j else value.real
            worst = self._worst(measure, differences.along(direction))
            if worst is None:
                return 0.0
            return np.inf if worst.excess > 1 else float(abs(worst.got - worst.expected))

        suspects = list(coordinates(differences.values))
        while len(suspects) > 1:
            half = len(suspects) // 2
            suspects = max(suspects[:half], suspects[half:], key=distance)
        return self._compare(measure, differences.along(unit(differences.values, suspects[0])))

    def _note_kinks(self, level: Level, slopes: Iterable[Slope]) -> None:
        """Report where a derivative is missing; of one order only: what is not smooth has no higher one either."""
        if self.report.not_differentiable:
            return
        found = [slope for slope in slopes if not np.all(slope.trusted)]
        single = [slope for slope in found if direction_of(level, slope.direction) != ALL]
        for slope in single or found:
            output = element_of(level.outputs(), raw(level.call, level.values), int(np.argmin(slope.trusted)))
            self.report.skipped(f"{output} along {direction_of(level, slope.direction)}: {slope.trouble}")

    def _mismatch(self, wrong: _Wrong) -> GradientMismatch:
        return GradientMismatch(f"{wrong.mode} mode: {wrong.place} is {_number(wrong.got)}, but finite differences "
                                f"give {_number(wrong.expected)}: they differ by "
                                f"{abs(wrong.got - wrong.expected):.3g}, and the tolerance is {wrong.tolerance:.3g} "
                                f"(rtol={self.rtol:g}, atol={self.atol * self.unit:.3g}, {self.report.dtype})")


@dataclass(frozen=True)
class _Wrong:
    mode: str
    place: str
    got: Any
    expected: Any
    tolerance: float
    excess: float  # how many tolerances apart


def _number(value: Any) -> str:
    return f"{value:.10g}"

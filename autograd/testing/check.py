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
from typing import Any, Literal

import numpy as np

from autograd.arrays import consecutive
from autograd.errors import DisconnectedWarning, GradientMismatch
from autograd.forward import jvp
from autograd.tensor import Tensor
from autograd.transforms import vjp

from .aliasing import check_ownership
from .differences import Array, Arrays, Coordinate, Differences, Slope, coordinates, inner, joined, random_like, unit
from .digits import check_digits
from .report import Report
from .subject import Subject, as_array, raw

Mode = Literal["reverse", "forward"]

TOLERANCES = {"float64": (1e-6, 1e-11), "float32": (1e-3, 1e-5), "float16": (5e-2, 1e-2)}
"""Relative and absolute tolerance by the coarsest dtype that the function computes in."""

FULL_JACOBIAN = 24
"""Up to this many inputs every single derivative is compared; beyond, projections on random directions."""


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
    if order < 1:
        raise ValueError(f"order expected the highest derivative to check, 1 or more, got {order}")
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
            level = _Level(subject.call, subject.values, subject.inputs, lambda: subject.outputs)
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
    floating = [i for i, x in enumerate(operands) if np.asarray(as_array(x)).dtype.kind in "fc"]
    for i in floating if len(floating) > 1 else ():
        def alone(x: Any, i: int = i) -> Any:
            return apply(*operands[:i], x, *operands[i + 1 :])

        check_gradients(alone, operands[i], order=1, rtol=rtol, atol=atol)
    return report


def _strided(x: Any) -> Any:
    """The same values, in memory that runs the other way."""
    return np.transpose(np.flip(np.copy(np.flip(np.transpose(x)), order="C")))


@dataclass
class _Level:
    """A function at one order of differentiation: of leaves, to a list of outputs."""

    call: Callable[..., list[Any]]
    values: Arrays
    inputs: list[str]
    outputs: Callable[[], list[str]]
    prefix: str = ""  # the modes that made this function from the user's


class _Checker:
    def __init__(self, modes: tuple[Mode, ...], rtol: float, atol: float, seed: int, eps: float, report: Report, *,
                 fits: bool) -> None:
        self.modes, self.rtol, self.atol, self.eps, self.report = modes, rtol, atol, eps, report
        self.rng = np.random.default_rng(seed)
        self.fits = fits  # whether atol shrinks with the function
        self.unit = 1.0  # the size that atol belongs to
        self.scale: float  # the largest derivative of the level, which errors are relative to
        self.value = 0.0  # the largest value so far: differences of a derivative that vanishes still round as it does

    def check(self, level: _Level, order: int, full: bool | None) -> None:
        """Compare all modes with the differences, then do the same with each mode's derivative, one order higher."""
        compared = self.report.comparisons
        differences = Differences(partial(raw, level.call), level.values, self.eps)
        units = list(coordinates(level.values))
        if full is None:
            full = len(units) <= FULL_JACOBIAN and not level.prefix
        directions = [random_like(level.values, self.rng)] if units else []
        directions += [unit(level.values, c) for c in units] if full else []
        slopes = [differences.along(direction) for direction in directions]
        if units and not full and not np.all(slopes[0].trusted):  # a kink spoils a projection: look at single elements
            picked = self.rng.permutation(len(units))[:FULL_JACOBIAN]
            slopes += [differences.along(unit(level.values, units[int(i)])) for i in picked]
        self._note_kinks(level, slopes)
        sizes = [np.max(np.abs(s.value[s.trusted]), initial=0) for s in slopes]
        self.value = max(self.value, float(np.max(np.abs(differences.at_zero), initial=0)))
        if self.fits:
            nearby = [np.max(s.size[s.trusted], initial=0) for s in slopes]
            self.unit = min(1.0, max(*sizes, *nearby, self.value, 0.0)) or 1.0
        self.scale = float(max(*sizes, 1e-6 * self.value, self.atol * self.unit, 1e-300))
        for mode in self.modes:
            measure = _MODES[mode](level, differences.here, self.rng)
            self.report.modes.append(measure.mode)
            for slope in slopes:
                slope = slope.without(differences.corners)
                wrong = self._compare(measure, slope)
                if wrong is not None and differences.exclude_corners(slope.direction, self.rng):
                    self._note_kinks(level, [differences.along(slope.direction)])
                    slope = slope.without(differences.corners)
                    wrong = self._compare(measure, slope)
                if wrong is not None:
                    raise self._mismatch(self._locate(measure, differences, slope) or wrong)
        if order > 1 and units and self.report.comparisons > compared:  # or else the derivative is no function to check
            for mode in self.modes:
                self.check(_derivative(mode, level, differences.here, self.rng), order - 1, False)

    def _compare(self, measure: _Measure, slope: Slope) -> _Wrong | None:
        """The worst violation along one direction, or None."""
        worst = self._worst(measure, slope)
        return worst if worst is not None and worst.excess > 1 else None

    def _worst(self, measure: _Measure, slope: Slope) -> _Wrong | None:
        """What is furthest from its reference along one direction, for its tolerance; None where nothing is known."""
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

    def _locate(self, measure: _Measure, differences: Differences, slope: Slope) -> _Wrong | None:
        """The single input that a projection went wrong by: half of the inputs at a time.

        It is the first half that is wrong or, where a large sum hides what is wrong in it, the one further off.
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

    def _note_kinks(self, level: _Level, slopes: Iterable[Slope]) -> None:
        """Report where a derivative is missing; of one order only: what is not smooth has no higher one either."""
        if self.report.not_differentiable:
            return
        found = [slope for slope in slopes if not np.all(slope.trusted)]
        single = [slope for slope in found if _along(level, slope.direction) != ALL]
        for slope in single or found:
            output = _element(level.outputs(), raw(level.call, level.values), int(np.argmin(slope.trusted)))
            self.report.skipped(f"{output} along {_along(level, slope.direction)}: {slope.trouble}")

    def _mismatch(self, wrong: _Wrong) -> GradientMismatch:
        return GradientMismatch(
            f"{wrong.mode} mode: {wrong.place} is {_number(wrong.got)}, but finite differences give "
            f"{_number(wrong.expected)}: they differ by {abs(wrong.got - wrong.expected):.3g}, and the tolerance is "
            f"{wrong.tolerance:.3g} (rtol={self.rtol:g}, atol={self.atol * self.unit:.3g}, {self.report.dtype})"
        )


@dataclass(frozen=True)
class _Wrong:
    mode: str
    place: str
    got: Any
    expected: Any
    tolerance: float
    excess: float  # how many tolerances apart


class _Forward:
    """What forward accumulation gives along a direction: the tangent of every output."""

    def __init__(self, level: _Level, here: Arrays, rng: np.random.Generator) -> None:
        self.level, self.here, self.mode = level, here, f"forward{level.prefix}"

    def __call__(self, slope: Slope) -> tuple[Array, Array, Array]:
        outs, tangents = jvp(self.level.call, self.level.values, slope.direction)
        for out, tangent, name in zip(outs, tangents, self.level.outputs(), strict=True):
            if np.shape(tangent) != np.shape(out):
                raise GradientMismatch(f"{self.mode} mode: the tangent of {name} has shape {np.shape(tangent)}, the "
                                       f"output {np.shape(out)}")
        got = joined([as_array(t) for t in tangents])
        return slope.trusted_part(got), slope.trusted_part(slope.value), slope.trusted_part(slope.error)

    def place(self, slope: Slope, element: int) -> str:
        output = _element(self.level.outputs(), self.here, element)
        return f"the tangent of {output} along {_along(self.level, slope.direction)}"


class _Reverse:
    """What reverse accumulation gives along a direction: the change of `<u, f>` for a random cotangent u."""

    def __init__(self, level: _Level, here: Arrays, rng: np.random.Generator) -> None:
        self.level, self.mode = level, f"reverse{level.prefix}"
        self.cotangents = [np.ones_like(here[0])] if len(here) == 1 and here[0].size == 1 else random_like(here, rng)
        outs, self.pullback = vjp(level.call, *level.values)
        outs = [as_array(out) for out in outs]
        for out, known, name in zip(outs, here, level.outputs(), strict=True):
            # As large as the largest entry: what was summed may have been far larger than what is left of it.
            largest = float(np.max(np.abs(known), initial=0, where=np.isfinite(known)))
            rounding = 1e3 * float(np.finfo(known.dtype).eps) * largest + 1e-30
            if not np.allclose(out, known, rtol=0, atol=rounding, equal_nan=True):
                raise GradientMismatch(f"{name} has another value when it is differentiated: {out} instead of {known}")
        self.known: dict[bytes, Arrays] = {}

    def __call__(self, slope: Slope) -> tuple[Array, Array, Array]:
        masked = slope.trusted_part(joined(self.cotangents))
        gradients = self._gradients(slope.trusted, masked)
        terms = np.real(np.conj(masked) * slope.trusted_part(slope.value))
        errors = np.abs(masked) * slope.trusted_part(slope.error) + 1e-14 * np.abs(terms)
        return np.array([inner(gradients, slope.direction)]), np.array([np.sum(terms)]), np.array([np.sum(errors)])

    def _gradients(self, trusted: Array, masked: Array) -> Arrays:
        key = trusted.tobytes()
        if key not in self.known:
            parts = [masked[place].reshape(u.shape) if u.dtype.kind == "c"
                     else masked[place].real.astype(u.dtype).reshape(u.shape)
                     for u, place in zip(self.cotangents, consecutive(u.size for u in self.cotangents), strict=True)]
            self.known[key] = [as_array(g) for g in self.pullback(parts)]
        return self.known[key]

    def place(self, slope: Slope, element: int) -> str:
        loss = "" if self.cotangents[0].size == 1 and len(self.cotangents) == 1 else " of sum(u * output)"
        along = _along(self.level, slope.direction)
        return f"the gradient{loss} along {along}" if along == ALL else f"the gradient{loss} for {along}"


_Measure = _Forward | _Reverse
_MODES: dict[str, type[_Forward] | type[_Reverse]] = {"forward": _Forward, "reverse": _Reverse}


def _derivative(mode: Mode, level: _Level, here: Arrays, rng: np.random.Generator) -> _Level:
    """The derivative of a level's function, by one mode, as the function of the next level."""
    if mode == "reverse":
        cotangents = random_like(here, rng)

        def call(*leaves: Any) -> list[Any]:
            return list(vjp(level.call, *leaves)[1](cotangents))

        names = [f"gradient of {name}" for name in level.inputs]
        return _Level(call, level.values, level.inputs, lambda: names, f" over reverse{level.prefix}")

    tangents = random_like(level.values, rng)

    def push(*leaves: Any) -> list[Any]:
        return list(jvp(level.call, leaves, tangents)[1])

    return _Level(push, level.values, level.inputs, lambda: [f"tangent of {name}" for name in level.outputs()],
                  f" over forward{level.prefix}")


ALL = "a random direction"


def _along(level: _Level, direction: Arrays) -> str:
    """The name of a direction: one element of an argument, or a random direction in all."""
    moved = [(i, tuple(map(int, index))) for i, d in enumerate(direction) for index in np.argwhere(d)]
    if len(moved) != 1:
        return ALL
    i, index = moved[0]
    part = ""
    if level.values[i].dtype.kind == "c":
        part = "the imaginary part of " if direction[i][index].real == 0 else "the real part of "
    return f"{part}{level.inputs[i]}" + (f" at index {index}" if index else "")


def _element(names: list[str], arrays: Arrays, element: int) -> str:
    """The name of an element of the joined outputs."""
    ends = np.cumsum([array.size for array in arrays])
    which = int(np.searchsorted(ends, element, side="right"))
    within = element - int(ends[which]) + arrays[which].size
    index = tuple(int(i) for i in np.unravel_index(within, arrays[which].shape))
    return names[which] + (f" at index {index}" if index else "")


def _number(value: Any) -> str:
    return f"{value:.10g}"

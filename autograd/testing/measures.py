"""What is measured at one order of differentiation: a function's slope along a direction, by each mode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from autograd.arrays import Array, consecutive
from autograd.errors import GradientMismatch
from autograd.forward import jvp
from autograd.transforms import vjp

from .differences import Arrays, Slope, inner, joined, random_like
from .subject import as_array

Mode = Literal["reverse", "forward"]


@dataclass
class Level:
    """A function at one order of differentiation: of leaves, to a list of outputs."""

    call: Callable[..., list[Any]]
    values: Arrays
    inputs: list[str]
    outputs: Callable[[], list[str]]
    prefix: str = ""  # the modes that made this function from the user's


class Forward:
    """What forward accumulation gives along a direction: the tangent of every output."""

    def __init__(self, level: Level, here: Arrays, rng: np.random.Generator) -> None:
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
        output = element_of(self.level.outputs(), self.here, element)
        return f"the tangent of {output} along {direction_of(self.level, slope.direction)}"


class Reverse:
    """What reverse accumulation gives along a direction: the change of `<u, f>` for a random cotangent u."""

    def __init__(self, level: Level, here: Arrays, rng: np.random.Generator) -> None:
        self.level, self.mode = level, f"reverse{level.prefix}"
        self.cotangents = [np.ones_like(here[0])] if len(here) == 1 and here[0].size == 1 else random_like(here, rng)
        outs, self.pullback = vjp(level.call, *level.values)
        outs = [as_array(out) for out in outs]
        for out, known, name in zip(outs, here, level.outputs(), strict=True):
            # As large as the largest entry: the summands may be far larger than their sum.
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
        along = direction_of(self.level, slope.direction)
        return f"the gradient{loss} along {along}" if along == ALL else f"the gradient{loss} for {along}"


Measure = Forward | Reverse
MODES: dict[str, type[Forward] | type[Reverse]] = {"forward": Forward, "reverse": Reverse}


def derivative(mode: Mode, level: Level, here: Arrays, rng: np.random.Generator) -> Level:
    """The derivative of a level's function, by one mode, as the function of the next level."""
    if mode == "reverse":
        cotangents = random_like(here, rng)

        def call(*leaves: Any) -> list[Any]:
            return list(vjp(level.call, *leaves)[1](cotangents))

        names = [f"gradient of {name}" for name in level.inputs]
        return Level(call, level.values, level.inputs, lambda: names, f" over reverse{level.prefix}")

    tangents = random_like(level.values, rng)

    def push(*leaves: Any) -> list[Any]:
        return list(jvp(level.call, leaves, tangents)[1])

    return Level(push, level.values, level.inputs, lambda: [f"tangent of {name}" for name in level.outputs()],
                  f" over forward{level.prefix}")


ALL = "a random direction"


def direction_of(level: Level, direction: Arrays) -> str:
    """The name of a direction: one element of an argument, or a random direction in all."""
    moved = [(i, tuple(map(int, index))) for i, d in enumerate(direction) for index in np.argwhere(d)]
    if len(moved) != 1:
        return ALL
    i, index = moved[0]
    part = ""
    if level.values[i].dtype.kind == "c":
        part = "the imaginary part of " if direction[i][index].real == 0 else "the real part of "
    return f"{part}{level.inputs[i]}" + (f" at index {index}" if index else "")


def element_of(names: list[str], arrays: Arrays, element: int) -> str:
    """The name of an element of the joined outputs."""
    ends = np.cumsum([array.size for array in arrays])
    which = int(np.searchsorted(ends, element, side="right"))
    within = element - int(ends[which]) + arrays[which].size
    index = tuple(int(i) for i in np.unravel_index(within, arrays[which].shape))
    return names[which] + (f" at index {index}" if index else "")

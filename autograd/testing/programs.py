"""Random differentiable programs: straight lines of NumPy that read like the code a user would write.

A program is a list of steps, each applying one template to earlier values; its `repr` is a function one can paste.
Every template is defined for all real numbers, and results are kept of moderate size, so that a wrong gradient stands
out and a right one is never blamed on rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.arrays import Array

Draw = Callable[[int, int], int]

LARGEST = 8.0
"""A step whose result exceeds this is squashed by arctan, which unlike tanh keeps the digits of its slope."""

MARGIN = 0.05
"""How far from a kink every element must stay."""

UNARY = (
    "np.sin({x})", "np.cos({x})", "np.tanh({x})", "np.exp(-{x} * {x})", "np.log(1 + {x} * {x})",
    "np.sqrt(1 + {x} ** 2)", "np.arctan({x})",
    "1 / (1 + {x} * {x})", "{x} ** 3 / 8", "-{x}", "0.5 * {x} + 1", "np.logaddexp({x}, 0)",
    "np.reshape({x}, -1)", "np.transpose({x})", "{x}[...]", "np.expand_dims({x}, 0)", "np.cumsum({x})",
    "np.sum({x})", "np.mean({x}, axis=-1, keepdims=True)", "np.prod({x}, axis=0)", "{x}[::-1]", "{x}[[0, 0, -1]]",
    "np.concatenate([{x}, {x}])", "np.var({x})", "np.stack([{x}, {x}], axis=-1)",
)
BINARY = (
    "{x} + {y}", "{x} - {y}", "{x} * {y}", "{x} / (1 + {y} * {y})", "np.hypot(1 + {x} * {x}, {y})", "{x} @ {y}",
    "np.arctan2({x}, 1 + {y} * {y})", "(1 + {x} * {x}) ** (np.tanh({y}))", "np.einsum('...i,...i->...', {x}, {y})",
    "np.concatenate([{x}, {y}])", "np.outer({x}, {y})",
)
KINKED = {
    "np.abs({x})": "{x}", "np.maximum({x}, 0)": "{x}", "np.maximum({x}, {y})": "{x} - {y}",
    "np.where({x} > {y}, {x}, {y} * {x})": "{x} - {y}", "np.clip({x}, -1, 1)": "1 - abs({x})",
    "np.minimum({x}, {y})": "{x} - {y}",
}
"""Functions with a kink, and what is zero at it."""


@dataclass(frozen=True)
class Program:
    """A differentiable function of arrays, with inputs to call it at: `program(*program.inputs)`."""

    inputs: tuple[Array, ...]
    steps: tuple[str, ...]

    @property
    def source(self) -> str:
        """The program as a Python function."""
        arguments = ", ".join(f"v{i}" for i in range(len(self.inputs)))
        lines = [f"    v{len(self.inputs) + k} = {step}" for k, step in enumerate(self.steps)]
        last = len(self.inputs) + len(self.steps) - 1
        return "\n".join([f"def program({arguments}):", *lines, f"    return v{last}"])

    def __call__(self, *values: Any) -> Any:
        """Run on arrays or tensors."""
        known = list(values)
        for step in self.steps:
            known.append(_run(step, known))
        return known[-1]

    def __repr__(self) -> str:
        return f"{self.source}\n\nprogram({', '.join(repr(x) for x in self.inputs)})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # how Hypothesis shows a failing example


def random_program(inputs: Sequence[Array], count: int, draw: Draw, *, smooth: bool = True,
                   scalar: bool = False) -> Program:
    """A program of `count` steps, chosen by `draw(low, high)`, which gives an integer between the two."""
    known: list[Any] = list(inputs)
    steps: list[str] = []

    def add(step: str) -> None:
        steps.append(step)
        known.append(np.asarray(_run(step, known)))

    catalogue = (*UNARY, *BINARY, *(() if smooth else KINKED))
    while len(steps) < count:
        template = catalogue[draw(0, len(catalogue) - 1)]
        # Counted back from the newest value, so that a shrunken program is a chain.
        names = {name: f"v{len(known) - 1 - draw(0, len(known) - 1)}" for name in "xy" if f"{{{name}}}" in template}
        step = template.format(**names)
        value = _attempt(step, known)
        if value is None or (template in KINKED and not _clear(KINKED[template].format(**names), known)):
            step = f"np.sin(v{len(known) - 1})"  # the template does not fit these shapes or values
            value = _attempt(step, known)
        add(step)
        if np.max(np.abs(known[-1]), initial=0) > LARGEST or known[-1].size > 64:
            add(f"np.arctan(v{len(known) - 1})" if known[-1].size <= 64 else f"np.mean(v{len(known) - 1})")
    if scalar:
        add(f"np.sum(v{len(known) - 1})")
    return Program(tuple(np.asarray(x) for x in inputs), tuple(steps))


_compiled: dict[str, Any] = {}


def _run(step: str, known: Sequence[Any]) -> Any:
    if step not in _compiled:
        _compiled[step] = compile(step, "<program>", "eval")
    return eval(_compiled[step], {"np": np, **{f"v{i}": v for i, v in enumerate(known)}})  # our own templates


def _attempt(step: str, known: Sequence[Any]) -> Any:
    """The step's value, or None where the shapes do not fit."""
    try:
        return _run(step, known)
    except (ValueError, IndexError):
        return None


def _clear(distance: str, known: Sequence[Any]) -> bool:
    """Whether every element stays away from the kink."""
    return bool(np.all(np.abs(_run(distance, known)) > MARGIN))

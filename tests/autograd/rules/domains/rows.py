"""What a row of the table says of a function: where it is smooth, on which shapes and options it is tried, how far."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.registry import registry

Interval = tuple[float, float]

ANY: Interval = (-2.0, 2.0)
POSITIVE: Interval = (0.3, 2.5)
NEGATIVE: Interval = (-2.5, -0.3)
INSIDE: Interval = (-0.8, 0.8)  # of -1 to 1
UNIT: Interval = (0.1, 0.9)


@dataclass(frozen=True)
class Operand:
    """An array argument: its shape, the interval its elements come from, and what else they must be.

    `form` is "free"; "distinct" (no two elements, even of two operands, are near each other: no ties); "definite" (a
    Hermitian positive definite matrix); "regular" (a matrix far from singular); "whole" (integers, not differentiated).
    """

    shape: tuple[int, ...] = (2, 3)
    interval: Interval = ANY
    form: str = "free"

    def sample(self, rng: np.random.Generator, dtype: Any = np.float64) -> Array:
        """An array of this kind; a complex dtype gives complex elements."""
        low, high = self.interval
        kind = np.dtype(dtype).kind
        if self.form == "whole":
            return rng.integers(int(low), int(high) + 1, self.shape)
        if self.form == "distinct":
            size = int(np.prod(self.shape))
            steps = (rng.permutation(size) + rng.uniform(0.3, 0.7, size)) / max(size, 1)
            values = (low + (high - low) * steps).reshape(self.shape)
        else:
            values = rng.uniform(low, high, self.shape)
        if kind == "c":
            values = values + 1j * rng.uniform(low, high, self.shape)
        if self.form in ("definite", "regular"):
            size = self.shape[-1]
            grown = values @ np.conj(values.swapaxes(-1, -2)) if self.form == "definite" else values
            values = grown + 3 * np.eye(self.shape[-2], size)
        return np.asarray(values).astype(dtype)


Call = Callable[..., Any]


@dataclass(frozen=True)
class Row:
    """A function of the registry with its samples.

    `calls` are functions of the operands, by the label of what they try; each returns arrays or nested arrays that
    have derivatives of every order there, but for those of `constant` functions, which are piecewise constant.
    `elementwise` says that operands of any shapes that broadcast may take the place of those given.
    """

    function: Any
    operands: tuple[Operand, ...]
    calls: dict[str, Call]
    constant: bool = False
    complex: bool = False
    elementwise: bool = False
    rtol: float | None = None  # where the function's own values are known less well than to rounding
    note: str = ""


@dataclass
class Table:
    """Rows in the order of their making; two rows for one function are a mistake."""

    rows: dict[Any, Row] = field(default_factory=dict)

    def _add(self, row: Row) -> None:
        if row.function in self.rows:
            raise ValueError(f"{row.function} has two rows")
        self.rows[row.function] = row

    def smooth(self, function: Any, *intervals: Interval, complex: bool = False, rtol: float | None = None,
               form: str = "free", call: Call | None = None, note: str = "") -> None:
        """An elementwise function, smooth on one interval an operand."""
        operands = tuple(Operand((2, 3), interval, form) for interval in intervals)
        self._add(Row(function, operands, {"": call or caller(function)}, False, complex, True, rtol, note))

    def on(self, function: Any, *operands: Operand | tuple[int, ...], options: Sequence[dict[str, Any]] = ({},),
           call: Call | dict[str, Call] | None = None, complex: bool = False, rtol: float | None = None,
           note: str = "") -> None:
        """A function of arrays of given shapes, with each of the options; or the calls that say how it is called."""
        given = tuple(x if isinstance(x, Operand) else Operand(x) for x in operands)
        if call is None:
            base = caller(function)
            calls = {label(o): with_options(base, o) for o in options}
        else:
            calls = call if isinstance(call, dict) else {"": call}
        self._add(Row(function, given, calls, False, complex, False, rtol, note))

    def constant(self, *functions: Any, operands: Sequence[Operand | tuple[int, ...]] = ((2, 3),),
                 call: Callable[..., Any] | None = None) -> None:
        """Functions whose value is piecewise constant; `call(function, *operands)` where they are called otherwise."""
        given = tuple(x if isinstance(x, Operand) else Operand(x) for x in operands)
        for function in functions:
            apply = caller(function) if call is None else bind(call, function)
            self._add(Row(function, given, {"": apply}, constant=True))


def caller(function: Any) -> Call:
    """NumPy's functions and SciPy's ufuncs are called as they are; other SciPy functions by their twins."""
    module = getattr(function, "__module__", None) or ""
    if not module.startswith("scipy") or isinstance(function, np.ufunc):
        return function
    importlib.import_module(f"autograd.{module.split('._')[0]}")
    return registry[function]


def with_options(function: Call, options: dict[str, Any]) -> Call:
    return partial(function, **options) if options else function


def bind(call: Callable[..., Any], function: Any) -> Call:
    return lambda *operands: call(function, *operands)


def label(options: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in options.items())

"""Twins of SciPy functions that call a function of the user's, which may read tensors that are not its arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograd.closures import Conversion, converted
from autograd.modes import outside
from autograd.rule_signature import Rule
from autograd.tensor.nested import holds_tensors

from .twin import fitting, in_registry

ARGS = "pass it in args=(...)"

OF_ARGS = frozenset(
    {"f", "fun", "func", "fprime", "fprime2", "jac", "hess", "hessp", "Dfun", "events", "ranges", "opts", "loss"})
"""The options of SciPy that are functions of the user's: they are called with `args`, a loss with what it captures."""


def on_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """A user's function as SciPy calls it, on plain numbers."""

    def apply(*args: Any) -> Any:
        with outside():
            return np.asarray(function(*args))

    return apply


Arguments = tuple[Any, ...]


def as_args(given: Any) -> Arguments:
    """SciPy's `args` as a tuple; a single one may be given without a tuple around it."""
    return given if isinstance(given, tuple) else (given,)


def at_the_end_of_args(call: dict[str, Any], captured: Arguments) -> None:
    """Add to SciPy's `args`, if there are any."""
    args = call.get("args")
    call["args"] = (*(() if args is None else as_args(args)), *captured)


def twin_of_functions(function: Callable[..., Any], of: str, how: str = ARGS, *,
                      enter: Callable[[dict[str, Any], Arguments], None] = at_the_end_of_args,
                      without_args: frozenset[str] = frozenset(),
                      real: bool = False) -> Callable[[Rule], Callable[..., Any]]:
    """Register a definition in NumPy calls as the twin of a SciPy function that takes functions of the user's.

    `enter(call, captured)` adds to a call the tensors that these functions capture, so that they are passed to them at
    the end of their arguments. `how` says what to write where that does not work. `without_args` names functions that
    are not called with `args`, for which the definition does so itself; `real` is as in `twin`.
    """
    signature = inspect.signature(function)
    rest = next((name for name, p in signature.parameters.items() if p.kind is p.VAR_KEYWORD), "")
    advice = (f"the function of the {of} uses a tensor that requires grad and is not among its arguments; {how}, so "
              "that its gradient is not lost")

    def register(definition: Rule) -> Callable[..., Any]:
        of_tensors = fitting(function, definition)

        def attempt(conversion: Conversion, given: dict[str, Any]) -> Any:
            call = given | {name: functions_in(given[name], conversion) for name in OF_ARGS & given.keys()}
            if conversion.arguments:
                enter(call, conversion.arguments)
            if holds_tensors(call):
                return of_tensors(**call)
            others = {name: functions_in(call[name], conversion) for name in without_args & call.keys()}
            return function(**call | others)

        @wraps(function)
        def apply(*args: Any, **options: Any) -> Any:
            try:
                given = signature.bind(*args, **options).arguments
            except TypeError:  # SciPy, or the definition, raises its own error
                return (of_tensors if holds_tensors((args, options)) else function)(*args, **options)
            given |= given.pop(rest, {})
            return converted(lambda conversion: attempt(conversion, given), advice)

        return in_registry(function, apply, real)

    return register


def functions_in(given: Any, convert: Callable[..., Any]) -> Any:
    """An argument with its functions (one, or a list of them) converted; anything else as it is."""
    if type(given) in (list, tuple):
        return type(given)(functions_in(part, convert) for part in given)
    return convert(given) if callable(given) else given

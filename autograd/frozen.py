"""A function as it is now, whatever happens to the variables that it reads.

Python looks captured variables up when a function runs, so all functions made in a loop see the last turn's values. A
function that runs again later, for a derivative, must see what it saw the first time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any


def frozen(function: Callable[..., Any]) -> Callable[..., Any]:
    """A copy of a function whose captured variables no longer change, nor those of the functions that it can reach.

    Module variables are fixed for functions of the same module as the first one. Objects are not copied, so changes
    inside them are visible.
    """
    innermost = function
    while isinstance(innermost, partial):
        innermost = getattr(innermost, "__wrapped__", innermost.func)  # the function that a transform was given
    return copied(function, getattr(innermost, "__globals__", None), {})  # type: ignore[no-any-return]


def copied(value: Any, home: Any, made: dict[FunctionType, FunctionType]) -> Any:
    """A variable's value: a function as a copy with variables of its own, anything else as it is."""
    if type(value) is MethodType:
        return MethodType(copied(value.__func__, home, made), value.__self__)
    if isinstance(value, partial):
        keywords = {name: copied(argument, home, made) for name, argument in value.keywords.items()}
        given = [copied(argument, home, made) for argument in value.args]
        bound = type(value)(copied(value.func, home, made), *given, **keywords)
        vars(bound).update(vars(value))
        return bound
    if type(value) is not FunctionType or (value.__globals__ is not home and not value.__closure__):
        return value
    if value in made:
        return made[value]
    around, originals = value.__globals__, value.__closure__ or ()
    found = {name: around[name] for name in names(value.__code__) if name in around} if around is home else {}
    cells = tuple(CellType() for _ in originals)
    made[value] = copy = FunctionType(value.__code__, found if around is home else around, value.__name__,
                                      value.__defaults__, cells)
    copy.__kwdefaults__ = value.__kwdefaults__
    copy.__dict__.update(value.__dict__)
    found.update({name: copied(variable, home, made) for name, variable in found.items()})
    for cell, original in zip(cells, originals, strict=True):
        with suppress(ValueError):  # an empty cell
            cell.cell_contents = copied(original.cell_contents, home, made)
    return copy


def names(code: CodeType) -> Iterator[str]:
    """The names that a function, and those defined within it, may look up in their module."""
    yield from ("__builtins__", "__name__")
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names(constant)

"""Errors for arguments that do not fit the constructors of layers, optimizers and the like."""

from __future__ import annotations

import copyreg
from collections.abc import Mapping, Sequence
from inspect import Parameter
from numbers import Real
from typing import Any, SupportsIndex

from .arguments import parameters
from .arrays import flag, is_integer

POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


class CheckedWhenMade:
    """What looks at its arguments in `__new__`: copies and pickles are made without, and so without looking."""

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        reduced = super().__reduce_ex__(protocol)
        plain = isinstance(reduced, tuple) and reduced[0] is copyreg.__newobj__  # type: ignore[attr-defined]
        return (object.__new__, *reduced[1:]) if plain else reduced


def refuse_missing(made: type, given: Sequence[Any], options: Mapping[str, Any]) -> None:
    """Raise TypeError for a required argument that is missing; Python would name the base that takes it."""
    required = [name for name, taken in parameters(made).items()
                if taken.default is taken.empty and taken.kind in POSITIONAL]
    missing = [name for name in required[len(given) :] if name not in options]
    if missing:
        raise TypeError(f"{made.__name__} needs {' and '.join(missing)}: {made.__name__}({', '.join(required)})")


def refuse_misfits(made: type, given: Sequence[Any], options: Mapping[str, Any], of_words: str = "") -> None:
    """Raise TypeError for an argument that is missing, or is not the bool, float or int that its annotation says.

    Otherwise nn.LSTM(5, 3, 2, 0.5) would have a bias of 0.5, and no dropout. `of_words` is added to the message if a
    word was given for True or False.
    """
    refuse_missing(made, given, options)
    annotations = {name: parameter.annotation for name, parameter in parameters(made).items()}
    for name, value in (*zip(annotations, given, strict=False), *options.items()):
        expected, _, rest = str(annotations.get(name)).partition(" | ")
        if expected not in ("bool", "float", "int") or (value is None and rest) or "Sequence" in rest:
            continue
        if expected == "bool":
            flag(f"{made.__name__}: {name}", value, of_words if isinstance(value, str) else "")
        if expected == "float" and (isinstance(value, bool) or not isinstance(value, Real) or value != value):
            raise TypeError(f"{made.__name__}: {name} must be a number, got {value!r:.60}")
        if expected == "int" and not is_integer(value):
            raise TypeError(f"{made.__name__}: {name} must be an integer, got {value!r:.60}")

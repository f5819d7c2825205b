"""The arguments that a transform differentiates with respect to, by their numbers or names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from autograd.errors import name_of

Argnums = int | str | Sequence[int | str]


def choose(f: Callable[..., Any], args: Sequence[Any], options: dict[str, Any],
           argnums: Argnums) -> tuple[Any, Callable[[Any], Any]]:
    """The arguments that `argnums` numbers or names, and `f` as a function of them alone."""
    wanted: Sequence[Any] = (argnums,) if isinstance(argnums, str) or not isinstance(argnums, Sequence) else argnums
    places = [_place(f, args, options, n) for n in wanted]
    if len(set(places)) < len(places):
        raise ValueError(f"argnums names each argument once, got {argnums} of {len(args) + len(options)} arguments")
    given: dict[Any, Any] = {**dict(enumerate(args)), **options}
    several = wanted is argnums

    def call(chosen: Any) -> Any:
        now = given | dict(zip(places, chosen if several else (chosen,), strict=True))
        return f(*[now[i] for i in range(len(args))], **{name: now[name] for name in options})

    return (tuple(given[i] for i in places) if several else given[places[0]]), call


def _place(f: Callable[..., Any], args: Sequence[Any], options: dict[str, Any], n: int | str) -> int | str:
    """Where an argument was given: its position, or its keyword."""
    if not isinstance(n, str):
        if not -len(args) <= n < len(args):
            raise ValueError(f"argnums numbers arguments given by position, of which there are {len(args)}, got {n}; "
                             "one given by keyword has its name: argnums='x'")
        return n % len(args)
    if n in options:
        return n
    named = _names(f)[: len(args)]
    if not named and not options:
        raise ValueError(f"argnums names an argument of the call, but those of {name_of(f)} have no names, got {n!r}; "
                         "number it: argnums=0")
    if n not in named:
        raise ValueError(f"argnums names an argument of the call, one of {[*named, *options]}, got {n!r}")
    return named.index(n)


def _names(f: Callable[..., Any]) -> list[str]:
    """The names of a function's parameters that take arguments by position; none if it has no signature to tell."""
    try:
        each = inspect.signature(f).parameters.values()
    except ValueError:
        return []
    return [p.name for p in each if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]

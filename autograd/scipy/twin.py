"""The decorator that makes a twin: SciPy's own function for arrays, a differentiable definition for tensors."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.arguments import into
from autograd.errors import needing, no_attribute
from autograd.foreign_names import OPTIONS
from autograd.primitive import wrap
from autograd.registry import real_only, registry
from autograd.rule_signature import Rule
from autograd.tensor import Tensor
from autograd.tensor.nested import holds_tensors

with needing("scipy", extra="scipy"):
    import scipy  # noqa: F401  # the modules of twins import its modules


TARGETS = frozenset({"out", "output"})
"""Options that may be arrays to write to; `output` may also be a dtype."""


def twin(function: Callable[..., Any], of_arrays: Callable[..., Any] | None = None, *,
         real: bool = False) -> Callable[[Rule], Callable[..., Any]]:
    """Register a definition in NumPy calls as the twin of a SciPy function: `@twin(scipy.linalg.expm)`.

    `of_arrays` replaces SciPy's function if that makes an object, which must take tensors later. `real` says that it
    takes no complex numbers.
    """

    def register(definition: Rule) -> Callable[..., Any]:
        of_tensors = fitting(function, definition)

        @functools.wraps(function)
        def apply(*args: Any, **options: Any) -> Any:
            return (of_tensors if holds_tensors((args, options)) else of_arrays or function)(*args, **options)

        return in_registry(function, apply, real)

    return register


def in_registry(function: Callable[..., Any], apply: Callable[..., Any], real: bool) -> Callable[..., Any]:
    """The twin of a function, once it stands in the registry."""
    registry[function] = apply
    if real:
        real_only.add(function)
    return apply


def fitting(function: Callable[..., Any], definition: Rule) -> Rule:
    """A definition whose results are tensors, written to a target if there is one; it explains wrong arguments."""

    def apply(*args: Any, **options: Any) -> Any:
        for name in TARGETS & options.keys():
            target = options[name]
            if isinstance(target, (np.ndarray, Tensor)):
                del options[name]
                if name == "output" and target.dtype != getattr(args[0] if args else None, "dtype", None):
                    options[name] = target.dtype  # the result is computed in the target's dtype, not cast to it
                return into(function.__name__, target, apply(*args, **options))
        try:
            return wrap(definition(*args, **options))
        except TypeError as error:
            refuse_what_does_not_fit(function.__name__, definition, args, options, error)
            raise

    return apply


def refuse_what_does_not_fit(name: str, definition: Rule, args: Sequence[Any], options: Mapping[str, Any],
                             error: TypeError) -> None:
    """Raise an error that says what arguments a definition takes if these do not fit; Python's names the definition."""
    takes = inspect.signature(definition)
    try:
        takes.bind(*args, **options)
    except TypeError as misfit:
        hint = "".join(f"; {OPTIONS[option]}" for option in options if option in OPTIONS.keys() - takes.parameters)
        raise TypeError(f"{name} of tensors takes {', '.join(takes.parameters)}: {misfit}{hint}") from error


def no_twins_but_these(module: str, instead: str = "", **named: str) -> Callable[[str], Any]:
    """The `__getattr__` of a module of twins: for a name that only SciPy has it raises, and says what to write instead.

    `named` says so for single names, `instead` for all others.
    """
    original = module.removeprefix("autograd.")

    def refuse(name: str) -> Any:
        there = not name.startswith("_") and hasattr(importlib.import_module(original), name)
        raise no_attribute(module, name, {
            name: f"{original}.{name} has no twin: it takes arrays, such as t.numpy(), or tensors, if it is one that "
                  f"does so with SCIPY_ARRAY_API=1; {named.get(name, instead)}autograd.custom gives what you "
                  "write with it a derivative",
        } if there else {})

    return refuse

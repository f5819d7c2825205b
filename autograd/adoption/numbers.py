"""Types of numbers as adopted code sees them: called with a tensor they give a tensor.

`float(x)` and `np.float64(x)` make a number of `x` without asking it, so only another type in their place can keep a
tensor. Such a stand-in compares equal to the type, and can be used as a dtype like it.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import array_api
from autograd.tensor.nested import holds_tensors

Function = Callable[..., Any]


class _StandIn(type):
    """The metaclass of stand-ins. A class that derives from one derives from the type itself (`_build_class`)."""

    kind: Any
    instances: tuple[type, ...]
    make: Function

    def __call__(cls, *args: Any, **options: Any) -> Any:
        return cls.make(*args, **options)

    def __instancecheck__(cls, x: object) -> bool:
        return isinstance(x, cls.instances)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.kind)

    def __eq__(cls, other: object) -> bool:
        return other is cls.kind or other is cls

    def __hash__(cls) -> int:
        return hash(cls.kind)


def stand_in(kind: Any, instances: tuple[type, ...], make: Function) -> Any:
    """A stand-in for a type: `make` is what calling it does, and objects of `instances` are its instances."""
    members = {"kind": kind, "instances": instances, "make": staticmethod(make), "__module__": kind.__module__}
    if kind is float:
        members["dtype"] = np.dtype(kind)
    return _StandIn(kind.__name__, (kind,), members)


def _number(kind: Any) -> Any:
    """A type of numbers, which makes a tensor of its dtype of a tensor."""

    def make(*args: Any, **options: Any) -> Any:
        if kind is complex and len(args) == 2 and holds_tensors(args):
            return make(args[0]) + 1j * make(args[1])
        if not (args and holds_tensors(args[0])):
            return kind(*args, **options)
        made = array_api.asarray(args[0], np.dtype(kind))
        if kind in (float, complex) and made.ndim:
            raise TypeError(f"{kind.__name__} expects a number, got a tensor of shape {made.shape}")
        return made if made.ndim else made[()]  # a number, which no one writes to

    return stand_in(kind, (kind,), make)


def _build_class(body: Function, name: str, *bases: Any, **options: Any) -> Any:
    """What a `class` statement calls."""
    return builtins.__build_class__(body, name, *[base.kind if isinstance(base, _StandIn) else base for base in bases],
                                    **options)


NUMBERS: dict[type, Any] = {kind: _number(kind) for kind in {*np.sctypeDict.values()} if issubclass(kind, np.inexact)}
"""NumPy's types."""

BUILTINS: dict[str, Any] = {"float": _number(float), "complex": _number(complex), "__build_class__": _build_class}
"""Python's types, and what builds classes that may derive from one."""

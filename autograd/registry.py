"""The tables of everything that tensors understand: NumPy functions with their rules, and primitives by name."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .primitive import Primitive
    from .tensor import Tensor

Operation = Callable[..., "Tensor"]
"""Applies a function with one output to tensors."""

SeveralOutputs = Callable[..., "tuple[Tensor, ...]"]
"""Applies a function with several outputs to tensors."""

registry: dict[Callable[..., Any], Callable[..., Any]] = {}
"""Every NumPy or SciPy function that has a rule, with the operation that applies it to tensors."""

primitives: dict[str, Primitive] = {}
"""Every primitive by its name."""

on_demand: dict[str, str] = {}
"""Rules that are loaded when their package is: the package, and the module of its rules."""

real_only: set[Callable[..., Any]] = set()
"""Functions of real arguments that a ufunc's type list does not show as such."""


def register(function: Callable[..., Any], apply: Callable[..., Any], kind: str, evaluate: Callable[..., Any],
             without: Sequence[str] = ()) -> Callable[..., Any]:
    """Register `apply` as the function's operation on tensors, and `evaluate` as its evaluation on arrays.

    `kind` is that of the rule, `without` the operands in which it has no derivative.
    """
    registry[function] = described(apply, kind, evaluate, without)
    return apply


def described(apply: Callable[..., Any], kind: str, evaluate: Callable[..., Any],
              without: Sequence[str] = ()) -> Callable[..., Any]:
    """`apply` with attributes that `supported()`, rules and batches ask for: its kind, and what it is on arrays."""
    vars(apply).update(kind=kind, evaluate=evaluate, without=without)
    return apply


def rule_of(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The operation of a function; rules on demand are loaded when a function without one first arrives."""
    if function not in registry:
        for package, rules in on_demand.items():
            if package in sys.modules:
                importlib.import_module(rules)
    return registry.get(function)


def known_name(primitive: Any) -> str:
    """A primitive's name in the tables; "" for a user's operation, whose name may not be unique."""
    name = str(primitive.name)
    return name if primitives.get(name) is primitive else ""


def public_name(function: Callable[..., Any]) -> str:
    """The name users know a function by: SciPy's ufuncs `_zeta` and `_riemann_zeta` are `scipy.special.zeta`."""
    name = str(getattr(function, "__name__", function))
    if isinstance(function, np.ufunc):
        if getattr(np, name, None) is function:
            return f"numpy.{name}"
        shown = name.removeprefix("_riemann").lstrip("_")
        return f"scipy.special.{shown}" if hasattr(sys.modules.get("scipy.special"), shown) else name
    module = str(getattr(function, "__module__", None) or "").split("._")[0].replace("numpy.lib.scimath", "numpy.emath")
    return f"{module}.{name.lstrip('_')}" if module else name


def ufunc_within(function: Callable[..., Any]) -> Callable[..., Any]:
    """The ufunc inside SciPy's wrapper for `SCIPY_ARRAY_API=1`, since that is what meets tensors; else the function."""
    wrapped = inspect.unwrap(function)
    return wrapped if isinstance(wrapped, np.ufunc) else function

"""What is known by name: the NumPy functions that tensors understand, and the primitives."""

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
"""What applies a function to tensors, where it has one output."""

registry: dict[Callable[..., Any], Callable[..., Any]] = {}
"""Every NumPy or SciPy function that has a rule, and what applies it to tensors."""

primitives: dict[str, Primitive] = {}
"""Every primitive by its name."""

on_demand: dict[str, str] = {}
"""Rules that are loaded after the package that they are about: the package, and the module of its rules."""

real_only: set[Callable[..., Any]] = set()
"""Functions of real arguments, where the types of a ufunc do not tell it."""


def register(function: Callable[..., Any], apply: Callable[..., Any], kind: str, evaluate: Callable[..., Any],
             without: Sequence[str] = ()) -> Callable[..., Any]:
    """Let `apply` stand for a function on tensors, and `evaluate` for it on arrays.

    The rule is of this kind, and without a derivative in some operands.
    """
    registry[function] = described(apply, kind, evaluate, without)
    return apply


def described(apply: Callable[..., Any], kind: str, evaluate: Callable[..., Any],
              without: Sequence[str] = ()) -> Callable[..., Any]:
    """`apply` with attributes that `supported()`, rules and batches ask for: its kind, and what it is on arrays."""
    vars(apply).update(kind=kind, evaluate=evaluate, without=without)
    return apply


def rule_of(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """What applies a function to tensors; rules on demand are loaded when the first one arrives that has none yet."""
    if function not in registry:
        for package, rules in on_demand.items():
            if package in sys.modules:
                importlib.import_module(rules)
    return registry.get(function)


def known_name(primitive: Any) -> str:
    """A primitive's name, as tables have it; "" for a user's operation, which may have the same name."""
    name = str(primitive.name)
    return name if primitives.get(name) is primitive else ""


def public_name(function: Callable[..., Any]) -> str:
    """Where users find a function: `scipy.special.zeta` is where SciPy shows its ufuncs `_zeta` and `_riemann_zeta`."""
    name = str(getattr(function, "__name__", function))
    if isinstance(function, np.ufunc):
        if getattr(np, name, None) is function:
            return f"numpy.{name}"
        shown = name.removeprefix("_riemann").lstrip("_")
        return f"scipy.special.{shown}" if hasattr(sys.modules.get("scipy.special"), shown) else name
    module = str(getattr(function, "__module__", None) or "").split("._")[0].replace("numpy.lib.scimath", "numpy.emath")
    return f"{module}.{name.lstrip('_')}" if module else name


def ufunc_within(function: Callable[..., Any]) -> Callable[..., Any]:
    """The ufunc that SciPy wraps with `SCIPY_ARRAY_API=1`: what meets tensors. Any other function is itself."""
    wrapped = inspect.unwrap(function)
    return wrapped if isinstance(wrapped, np.ufunc) else function

"""`supported()`: what has a derivative, as a table made from the registry that applies it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import scipy
from .registry import on_demand, public_name, real_only, registry
from .table import in_columns


class Support(NamedTuple):
    """One row: a NumPy or SciPy function and how it is differentiated."""

    function: str
    kind: str  # elementwise, linear, multilinear, general, constant, composite, custom
    reverse: bool
    forward: bool
    orders: str  # "any", "0" for a piecewise constant function, "1" for a custom one differentiated numerically
    complex: bool
    note: str  # what to call instead where SciPy offers no protocol; the arguments without a derivative


class SupportTable(tuple[Support, ...]):
    """The rows, in the order of the functions' names; prints as a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(in_columns([Support._fields, *[tuple(map(str, row)) for row in self]]))

    def to_markdown(self) -> str:
        """The table as the documentation page shows it."""
        words = [[("no", "yes")[cell] if isinstance(cell, bool) else cell for cell in row] for row in self]
        return "\n".join(f"| {' | '.join(row)} |" for row in [Support._fields, ["---"] * len(Support._fields), *words])


def supported() -> SupportTable:
    """Every function of NumPy and SciPy that tensors understand, with the modes and orders of its derivative.

    `kind` is that of the rule; "composite" is composed of other rows, "constant" is piecewise constant and gives a
    tensor without a gradient. The documentation's table and the tests are made from this one.
    """
    _load_all()
    rows = {public_name(function): (function, apply) for function, apply in registry.items() if _is_public(function)}
    return SupportTable(_row(name, function, apply) for name, (function, apply) in sorted(rows.items()))


def _load_all() -> None:
    """Load the rules that otherwise wait until their package is used; SciPy's only if it is installed."""
    for package, rules in (on_demand | {f"scipy.{name}": f"autograd.scipy.{name}" for name in scipy.__all__}).items():
        if importlib.util.find_spec(package.partition(".")[0]) is not None:
            importlib.import_module(rules)


def _is_public(function: Callable[..., Any]) -> bool:
    module = getattr(function, "__module__", None)
    return isinstance(function, np.ufunc) or (module is not None and module.split(".")[0] in ("numpy", "scipy"))


def _row(name: str, function: Callable[..., Any], apply: Callable[..., Any]) -> Support:
    kind = getattr(apply, "kind", "composite")
    constant = kind == "constant"
    without = getattr(apply, "without", ())
    notes = [] if kind == "custom" or _dispatches(function) else [f"call autograd.{name}"]
    notes += [f"not in {', '.join(without)}"] if without else []
    orders = "0" if constant else "1" if getattr(apply, "numeric", False) else "any"
    return Support(name, kind, not constant, not constant, orders, _takes_complex(function), "; ".join(notes))


def _dispatches(function: Callable[..., Any]) -> bool:
    """Whether the function itself takes tensors; the other ones have twins in `autograd.scipy`."""
    return isinstance(function, np.ufunc) or not str(getattr(function, "__module__", "")).startswith("scipy")


def _takes_complex(function: Callable[..., Any]) -> bool:
    if function in real_only:
        return False
    return not isinstance(function, np.ufunc) or any(set(t.split("->")[0]) & set("FDG") for t in function.types)

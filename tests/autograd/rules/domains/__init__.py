"""The table of all functions with a derivative: one row each, asked for by the property tests.

Importing it loads every rule there is, those of SciPy too.
"""

from __future__ import annotations

from typing import Any

import scipy.integrate

import autograd.rules.special
from autograd.registry import registry

from . import arrays, distributions, elementwise, images, interpolation, linear_algebra, special, twins
from .rows import Operand, Row

__all__ = ["ROWS", "Operand", "Row", "without_row"]

ROWS: dict[Any, Row] = {}
for module in (elementwise, arrays, linear_algebra, special, twins, distributions, interpolation, images):
    for function, row in module.table.rows.items():
        if function in ROWS:
            raise ValueError(f"{function} has two rows")
        ROWS[function] = row

ELSEWHERE = {scipy.integrate.tplquad}
"""Tried in a test of its own, as each of its integrals looks at 9,261 places; `nquad`, which it is, has a row."""


def without_row() -> list[str]:
    """The functions of NumPy and SciPy in the registry that no row tries; our own primitives have theirs."""
    assert autograd.rules.special is not None
    public = [f for f in registry if _module(f).split(".")[0] in ("numpy", "scipy")]
    return sorted(f"{_module(f)}.{f.__name__}" for f in public if f not in ROWS and f not in ELSEWHERE)


def _module(function: Any) -> str:
    return getattr(function, "__module__", None) or "numpy"

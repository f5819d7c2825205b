"""Symbolic differentiation: a function of tensors becomes a SymPy expression, and its derivative another one.

`expression(f)` runs `f` on symbols, `grad(f)` differentiates the result and returns a function again. Formulas are
exact, but swell when they are composed: `count_ops()` tells by how much.
"""

from __future__ import annotations

from .derivative import SymbolicGradient, count_ops, grad
from .trace import expression

__all__ = ["SymbolicGradient", "count_ops", "expression", "grad"]

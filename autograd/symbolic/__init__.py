"""Symbolic differentiation: a function of tensors becomes a SymPy expression, and its derivative another one.

`expression(f)` runs `f` on symbols, `grad(f)` differentiates what comes out and gives a function again. What is exact
for one formula swells when formulas are composed: `count_ops()` tells by how much.
"""

from __future__ import annotations

from .derivative import SymbolicGradient, count_ops, grad
from .trace import expression

__all__ = ["SymbolicGradient", "count_ops", "expression", "grad"]

"""How a rule is declared: one call per NumPy function, in the terms of the table in `primitive.py`.

Operand by operand (`elementwise`, `linear`, `multilinear`, `general`), for a reduction over axes, for any number of
operands (`variadic`), or as textbooks write a `differential`; functions may be a `composite` of others, or `constant`.
"""

from __future__ import annotations

from .by_operand import elementwise, general, linear, multilinear
from .composed import composite, constant, in_dtypes_of
from .differentials import differential
from .duck import on_arrays_too
from .on_values import decided, piecewise_constant, put_back
from .reductions import reduction
from .variadics import variadic

__all__ = ["composite", "constant", "decided", "differential", "elementwise", "general", "in_dtypes_of", "linear",
           "multilinear", "on_arrays_too", "piecewise_constant", "put_back", "reduction", "variadic"]

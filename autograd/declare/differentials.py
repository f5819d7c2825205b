"""Rules stated as a differential, as textbooks do: `d(A^-1) = -A^-1 dA A^-1`. Nothing else needs to be written.

The differential is a linear map of the operand's tangent, written in NumPy calls. Forward accumulation applies it;
reverse accumulation takes its transpose: it records the map once, as a graph of linear operations, and pulls the
cotangent back through that graph. Both modes come from one text and cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.duck_arrays import Array
from autograd.graph import Node
from autograd.modes import enable_grad
from autograd.primitive import Structured, calling_convention
from autograd.registry import register
from autograd.reverse import pull_within
from autograd.rule_signature import Rule, argument_names
from autograd.tensor import Tensor

from .by_operand import stated


class Differential(Structured):
    """A primitive of pushforwards alone, `(t, x, ..., out, *, options)`, one per operand: the tangent of the output."""

    def __init__(self, name: str, evaluate: Rule, operands: tuple[str, ...], rules: Sequence[Rule]) -> None:
        super().__init__("general", name, evaluate, operands, (), rules)
        self.cotangents = None  # `pullback` gives those of all operands at once
        self.reads = frozenset(name for rule in rules for name in argument_names(rule)[1:])

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        tangents = [Tensor(np.zeros(parent.shape, parent.dtype), requires_grad=True) if needed and parent else None
                    for parent, needed in zip(node.parents, needs, strict=True)]
        *operands, out = node.saved
        with enable_grad():
            slope = self.pushforward(tangents, operands, out, node.options)
        outs, cotangents = (slope, g) if isinstance(slope, tuple) else ((slope,), (g,))
        return pull_within(outs, cotangents, [None if t is None else t._node for t in tangents])


def differential(function: Callable[..., Any], *rules: Rule | None, name: str | None = None,
                 evaluate: Rule | None = None, operands: Sequence[str] = ("x", "y", "z")) -> Callable[..., Any]:
    """Register a function by its differential: one rule `(t, x, out, *, options)` per operand, linear in `t`.

    None for an operand raises `NoDerivativeError` if its derivative is needed.
    """
    given, without = stated(function, operands, rules)
    primitive = Differential(name or function.__name__, evaluate or function, tuple(operands[: len(given)]), given)
    return register(function, calling_convention(primitive, function), primitive.kind, primitive.evaluate,
                    without)

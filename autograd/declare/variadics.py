"""Functions of any number of operands, such as `concatenate` and `einsum`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.duck_arrays import Array, add_all
from autograd.graph import Node
from autograd.primitive import Primitive
from autograd.rule_signature import Rule

from .views import Viewing


class Variadic(Primitive):
    """A function of any number of operands, linear in each: one rule `(g, i, operands, **options)` for operand `i`."""

    takes_tensors = True

    def __init__(self, kind: str, name: str, evaluate: Rule, rule: Rule) -> None:
        super().__init__(name, evaluate, ("operands",))
        self.kind = kind
        self.rule = rule
        self.reads = frozenset({"operands"} if kind == "multilinear" else ())

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        values = [p if v is None else v for p, v in zip(node.parents, node.saved, strict=False)]
        return [self.rule(g, i, values, **node.options) if needed else None for i, needed in enumerate(needs)]

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array | None:
        if self.kind == "linear":
            return self.apply(*[np.zeros(x.shape, x.dtype) if t is None else t
                                for t, x in zip(tangents, operands, strict=True)], **options)
        return add_all([self.apply(*operands[:i], t, *operands[i + 1 :], **options)
                        for i, t in enumerate(tangents) if t is not None])


class View(Viewing, Variadic):
    """A function of any number of operands, whose result for one operand may be a view."""


def variadic(kind: str, name: str, evaluate: Rule, rule: Rule, views: bool = False) -> Primitive:
    """A primitive of any number of operands, linear in each: `rule(g, i, operands, *, options)` for operand `i`."""
    return (View if views else Variadic)(kind, name, evaluate, rule)

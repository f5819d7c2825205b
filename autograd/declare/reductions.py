"""Rules of functions that reduce an array over axes: `g * d out / d x`, stated once for both modes.

A rule sees `g` and `out` with the reduced axes put back, of length 1, so that they broadcast against `x`; keepdims and
the forms of `axis` are handled here. The tangent is the sum over the axes of the rule for g = 1, times t. As in
elementwise rules, what is exactly 0 stays 0, so a row that nothing reads does no harm, whatever its values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arrays import in_a_tuple
from autograd.duck_arrays import Array
from autograd.graph import Node
from autograd.primitive import Primitive, calling_convention, pole_safe
from autograd.registry import Operation, register
from autograd.rule_signature import Rule, argument_names, option_names
from autograd.runtime.reduction import nan_or_largest
from autograd.tensor import Tensor


class Reduction(Primitive):
    """A primitive of one operand whose rule is `(g, x, out, *, axis, options)`, the cotangent of x."""

    kind = "general"
    takes_tensors = True

    def __init__(self, name: str, evaluate: Rule, rule: Rule) -> None:
        super().__init__(name, evaluate, ("x",))
        self.rule = rule
        self.options = ("keepdims", *option_names(rule))
        self.read = argument_names(rule)[1:]
        self.reads = frozenset(self.read)
        self.rule_reads = (self.reads,)
        self.cotangents = (self.cotangent,)
        self.take_flat_path()

    def cotangent(self, g: Array, node: Node) -> Array:
        (x, out), (axis, keepdims, options) = node.saved, self.split(node.options)
        g = with_axes(g, node.parents[0], axis, keepdims)
        if not isinstance(g, Tensor):
            product = self.apply_rule(g, x, out, axis, keepdims, options)
            if (largest := nan_or_largest(product)) == largest:  # nothing is nan
                return product
        return pole_safe(g, self.apply_rule(node.dtype.type(1), x, out, axis, keepdims, options))

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array:
        (x,), (t,), (axis, keepdims, others) = operands, tangents, self.split(options)
        change = pole_safe(t, self.apply_rule(out.dtype.type(1), x, out, axis, keepdims, others))
        change = np.real(change) if change.dtype.kind == "c" != out.dtype.kind else change
        return np.sum(change, axis=axis, keepdims=keepdims)

    def split(self, options: dict[str, Any]) -> tuple[Any, bool, dict[str, Any]]:
        """The axis, keepdims, and the options for the rule: all but keepdims."""
        if "keepdims" not in options:
            return options.get("axis"), False, options
        return options.get("axis"), options["keepdims"], {k: v for k, v in options.items() if k != "keepdims"}

    def apply_rule(self, g: Array, x: Array, out: Array, axis: Any, keepdims: bool, options: dict[str, Any]) -> Array:
        read = {"x": x, "out": with_axes(out, x, axis, keepdims) if "out" in self.reads else None}
        return self.rule(g, *[read[name] for name in self.read], **options)


def with_axes(reduced: Array, x: Any, axis: Any, keepdims: bool) -> Array:
    """A reduced array with the axes that `x` was reduced over put back, of length 1; a single number needs none."""
    if keepdims or axis is None:
        return reduced
    back = {a % max(len(x.shape), 1) for a in in_a_tuple(axis)}  # NumPy lets a 0-d array have an axis 0
    return reduced.reshape(tuple([1 if k in back else n for k, n in enumerate(x.shape)]))


def reduction(function: Callable[..., Any], rule: Rule, *, name: str | None = None,
              evaluate: Rule | None = None) -> Operation:
    """Register a function that reduces over axes by its rule `(g, x, out, *, axis, options)`, linear in `g`.

    The rule gives the cotangent of x, for `g` and `out` with the reduced axes kept: `g * (x == out)`. It need not name
    keepdims.
    """
    primitive = Reduction(name or function.__name__, evaluate or function, rule)
    return register(function, calling_convention(primitive, function), primitive.kind, primitive.evaluate)

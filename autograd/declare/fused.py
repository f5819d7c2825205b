"""Fused operations: kernels on arrays whose derivative is written by hand, defined by a reference in NumPy calls.

The kernel makes the value and the first-order gradient fast. Its reference, the same function in plain differentiable
NumPy, defines it: forward accumulation, higher orders and batching differentiate the reference, and the tests hold the
kernel against it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arrays import in_a_tuple
from autograd.duck_arrays import Array
from autograd.graph import Node
from autograd.modes import among_partials, local
from autograd.primitive import Primitive, protected, wrap
from autograd.reverse import pull_within, wanted
from autograd.tensor import Tensor

Needs = Sequence[bool]
"""Which operands' cotangents a backward pass needs."""

Pullback = Callable[..., Sequence[Array | None]]
"""Gives the cotangents of all operands, None for those that are not needed."""


class Fused(Primitive):
    """`forward(*operands, **options) -> (out, residuals)`, and `pullback(g, operands, residuals, needs, **options)`."""

    kind = "fused"

    def __init__(self, name: str, forward: Callable[..., Any], pullback: Pullback,
                 reference: Callable[..., Any], unread: Sequence[int],
                 recorded: Pullback | None, equivalent: Callable[..., Any] | None) -> None:
        super().__init__(name, forward, ("operands",))
        self.backward_kernel = pullback
        self.reference = reference
        self.unread = frozenset(unread)
        self.recorded_pullback = recorded
        self.equivalent = equivalent

    def __call__(self, *operands: Any, **options: Any) -> Any:
        values: list[Any] = []
        nodes: list[Node | None] = []
        for x in operands:
            if isinstance(x, Tensor):
                if x._boxed:
                    return self._by_reference(operands, options)
                values.append(x._value)
                nodes.append(x._node)
            else:
                values.append(x)
                nodes.append(None)
        if not local.recording or not any(nodes):
            return wrap(self.evaluate(*values, **options)[0])
        for i, x in enumerate(operands):
            if x is not None and (nodes[i] is None or (x._shared and i not in self.unread)):
                values[i] = protected(x, nodes[i], values[i])
        out, residuals = self.evaluate(*values, **options)
        for i in self.unread:
            values[i] = None if nodes[i] is not None else values[i]
        return self.attach(out, operands, tuple(nodes), (*values, None, *residuals), options)

    def _by_reference(self, operands: Sequence[Any], options: dict[str, Any]) -> Any:
        """The reference, inside `jvp` and `vmap`. Its masks are infinite, so anomalies are reported of the kernel."""
        if (check := local.check_boxed) is None:
            return self.reference(*operands, **options)
        with among_partials():
            out = self.reference(*operands, **options)
        check(self, operands, out)
        return out

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        count = len(node.parents)
        operands, residuals = node.saved[:count], node.saved[count + 1 :]
        if type(g) is list:
            if any(isinstance(part, Tensor) for part in g):
                return self._recorded(g, operands, node, needs)
            g = tuple(g)
        elif isinstance(g, Tensor):
            return self._recorded([g], operands, node, needs)
        return self.backward_kernel(g, operands, residuals, needs, **node.options)

    def _recorded(self, parts: Sequence[Array], operands: Sequence[Any], node: Node,
                  needs: Sequence[bool]) -> Sequence[Array | None]:
        """The gradient of the reference, as a function of the operands and of the cotangent."""
        if self.recorded_pullback is not None:
            return self.recorded_pullback(*parts, operands, needs, **node.options)
        out = self.reference(*self._kept(operands, node), **node.options)
        return pull_within(in_a_tuple(out), parts, wanted(node.parents, needs))

    def _kept(self, operands: Sequence[Any], node: Node) -> list[Any]:
        """The operands as tensors of the graph; one that no derivative depends on may be 0 or equivalent."""
        if self.equivalent is not None:
            operands = self.equivalent(*node.saved[len(operands) + 1 :])
        return [
            operand if parent is None or isinstance(operand, Tensor) else
            Tensor._of(np.broadcast_to(parent.dtype.type(0) if operand is None else operand, parent.shape), parent)
            for operand, parent in zip(operands, node.parents, strict=True)
        ]


def fused(name: str, forward: Callable[..., Any], pullback: Pullback,
          reference: Callable[..., Any], *, unread: Sequence[int] = (),
          recorded: Pullback | None = None,
          equivalent: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """A kernel as an operation on tensors.

    `forward(*operands, **options)` returns the output (an array or a tuple of arrays) and a tuple of residuals;
    `pullback(g, operands, residuals, needs, **options)` the cotangents, None where `needs[i]` is False;
    `reference(*operands, **options)` is the same function in differentiable NumPy calls.
    `unread` names operands on whose values no derivative depends; they are not kept, and `pullback` finds None in their
    place. If a derivative depends on the residuals instead, `equivalent(*residuals)` returns operands at which all
    derivatives of the reference are the same. `recorded(g, operands, needs, **options)` returns the cotangents in
    differentiable NumPy calls, if these are fewer than those of the reference and its derivative.
    """
    return Fused(name, forward, pullback, reference, unread, recorded, equivalent)

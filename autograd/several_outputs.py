"""Operations with several outputs: one node for the operation, and one `select` node per output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .duck_arrays import Array
from .graph import Node
from .primitive import Primitive, wrap
from .tensor import Tensor


class Select(Primitive):
    """One output of an operation that has several: its cotangent is a list with a single entry filled."""

    kind = "linear"
    takes_tensors = True

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        parts: list[Array | None] = [None] * node.parents[0].shape[0]  # type: ignore[union-attr]  # always tracked
        parts[node.options["index"]] = g
        return (parts,)

    def split(self, node: Node, values: tuple[Any, ...]) -> tuple[Tensor, ...]:
        """The outputs of `node` as tensors; integers among them, indices or ranks, are constants."""
        return tuple(self._part(node, i, v) if v.dtype.kind in "fc" else wrap(v) for i, v in enumerate(values))

    def _part(self, parent: Node, index: int, value: Any) -> Tensor:
        node = Node()
        node.primitive, node.parents, node.options, node.saved = self, (parent,), {"index": index}, ()
        node.shape, node.dtype, node.hooks, node.scope = value.shape, value.dtype, None, None
        return Tensor._of(value, node)


select = Select("select", lambda outputs, *, index: outputs[index], ("x",))

"""The forward pass again, from the graph alone: values that no node kept are recomputed from those that were kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd.declare.fused import Fused
from autograd.graph import FREED, Node

REPEATABLE = frozenset({"elementwise", "linear", "multilinear", "general", "fused"})
"""Kinds of operations that are functions of their operands and options alone. A user's own operation may not be."""

UNKNOWN = object()


def operand_values(node: Node, values: dict[Node, Any]) -> list[Any]:
    """The values of a node's operands, `UNKNOWN` where nobody kept one."""
    known = {i: constant.value for i, constant in node.constants if constant.value is not None}
    if node.saved is FREED:
        known = {i: value for i, value in known.items() if not isinstance(value, str)}
    untracked = getattr(node, "untracked", ())
    found = []
    for i, parent in enumerate(node.parents):
        if parent is not None:
            found.append(values.get(parent, UNKNOWN))
        elif i < len(untracked) and untracked[i] is None:
            found.append(None)
        else:
            found.append(known.get(i, UNKNOWN))
    return found


def fill_in(order: Iterable[Node], values: dict[Node, Any], *, largest: int, reads: int | None = None) -> None:
    """Add to `values` what follows from it: results of up to `largest` elements, of operands of up to `reads` each."""
    reads = reads or largest
    with np.errstate(all="ignore"):
        for node in order:
            if node in values or not node.parents or not _is_repeatable(node) or node.size > largest:
                continue
            operands = operand_values(node, values)
            if any(x is UNKNOWN or getattr(x, "size", 1) > reads for x in operands):
                continue
            try:
                value = evaluated(node, operands)[0]
            except Exception:  # noqa: BLE001  # a value that cannot be computed again stays unknown
                continue
            if isinstance(value, tuple) or getattr(value, "shape", None) == node.shape:
                values[node] = value


def evaluated(node: Node, operands: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
    """The value of a node and, for a fused kernel, the residuals that its pullback reads."""
    result = node.primitive.evaluate(*operands, **getattr(node, "options", {}))
    if isinstance(node.primitive, Fused):
        return result  # type: ignore[no-any-return]
    return result, ()


def _is_repeatable(node: Node) -> bool:
    primitive = node.primitive
    return primitive.kind in REPEATABLE and (primitive.kind != "fused" or isinstance(primitive, Fused))

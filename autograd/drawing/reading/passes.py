"""Reverse and forward accumulation over a graph that is already there, keeping every node's cotangent or tangent.

The engine keeps only what it is asked for; a picture shows what happens on the way. Rules are those of the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd.declare.fused import Fused
from autograd.duck_arrays import Array
from autograd.forward import jvp_of_some
from autograd.graph import FREED, Node
from autograd.modes import no_grad
from autograd.primitive import Elementwise, Primitive
from autograd.reverse import added, fit
from autograd.tensor.nested import value_of

from .extract import Extraction
from .replay import UNKNOWN, evaluated, operand_values

Visit = Callable[[Node, Sequence[Array], Mapping[Node, Array]], None]


def cotangents(order: Sequence[Node], seeds: Mapping[Node, Array], values: dict[Node, Any],
               visit: Visit | None = None) -> dict[Node, Array]:
    """The cotangent of every node, children first; `visit(node, shares, totals)` sees what each rule gave.

    Stops at nodes whose saved values are gone and cannot be computed again: they and what is above get none.
    """
    totals: dict[Node, Array] = dict(seeds)
    with no_grad(), np.errstate(all="ignore"):
        for node in reversed(order):
            g = totals.get(node)
            if g is None or not node.parents:
                continue
            view = with_saved(node, values)
            if view is None:
                continue
            given = pulled(node.primitive, g, view)
            for parent, c in zip(node.parents, given, strict=True):
                if parent is not None and c is not None:
                    totals[parent] = added(totals.get(parent), c)
            if visit is not None:
                visit(node, given, totals)
    return totals


def pulled(primitive: Primitive, g: Array, node: Node) -> list[Array]:
    """The cotangents of a node's operands, None for one that is not tracked."""
    rules, parents = primitive.cotangents, node.parents
    if rules is None:
        given = primitive.pullback(g, node, tuple(map(bool, parents)))
    else:
        given = [None if parent is None else rules[i](g, node) for i, parent in enumerate(parents)]
    return [None if parent is None else fit(value_of(c), parent, primitive)
            for parent, c in zip(parents, given, strict=True)]


def with_saved(node: Node, values: dict[Node, Any]) -> Node | None:
    """The node with what its rule reads; rebuilt from `values` if a backward pass freed it; else None."""
    if node.saved is not FREED:
        return node
    operands = operand_values(node, values)
    primitive = node.primitive
    if isinstance(primitive, Fused):
        if any(x is UNKNOWN for x in operands):
            return None
        try:
            saved = [*operands, None, *evaluated(node, operands)[1]]
        except Exception:  # noqa: BLE001  # an operation that cannot be run again has no backward step
            return None
    else:
        names = (*primitive.names(len(operands)), "out")
        read = zip(names, [*operands, values.get(node, UNKNOWN)], strict=True)
        saved = [value if name in primitive.reads else None for name, value in read]
        if any(value is UNKNOWN for value in saved):
            return None
    view: Node = object.__new__(Node)
    view.primitive, view.parents, view.shape, view.dtype = primitive, node.parents, node.shape, node.dtype
    view.options = getattr(node, "options", {})
    view.saved = tuple(saved)
    return view


def tangents(order: Sequence[Node], seeds: Mapping[Node, Array], values: dict[Node, Any]) -> dict[Node, Array]:
    """The tangent of every node that varies with the seeds and whose operands' values are known."""
    found: dict[Node, Array] = dict(seeds)
    with no_grad(), np.errstate(all="ignore"):
        for node in order:
            moving = [found.get(parent) if parent is not None else None for parent in node.parents]
            if not node.parents or all(t is None for t in moving):
                continue
            operands = operand_values(node, values)
            if any(x is UNKNOWN for x in operands) or node not in values:
                continue
            try:
                found[node] = _pushed(node, moving, operands, values[node])
            except Exception:  # noqa: BLE001  # a tangent that this walk cannot make is left out of the picture
                continue
    return found


def _pushed(node: Node, moving: Sequence[Array], operands: Sequence[Any], out: Any) -> Array:
    options = getattr(node, "options", {})
    if isinstance(node.primitive, Elementwise):
        return value_of(node.primitive.pushforward(moving, operands, out, options))
    _, tangent = jvp_of_some(partial(node.primitive, **options), operands, moving)
    return tuple(map(value_of, tangent)) if isinstance(tangent, tuple) else value_of(tangent)


def seeds(extraction: Extraction) -> dict[Node, Array]:
    """What a reverse pass starts from: one in every element of every output."""
    return {node: ones(node) for key, node in extraction.nodes.items()
            if extraction.graph.vertices[key].output and node.dtype != object}


def ones(node: Node) -> Array:
    """What a pass starts from: one in every element."""
    return np.ones(node.shape, node.dtype)[()]

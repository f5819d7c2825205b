"""Edges after vertices were merged: from box to box where modules are closed, from block to block where repetitions
are drawn once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from autograd.drawing.model import Edge

Part = tuple[int, str]  # the repetition that a vertex belongs to, and the vertex drawn for it
ALONE = -1
"""The repetition of a vertex that stands for itself."""


def redirected(edges: Iterable[Edge], part: Mapping[str, Part], order: Iterable[str]) -> list[Edge]:
    """The edges between the drawn vertices, whose `order` is given; those that coincide are drawn once.

    `part` says which vertex is drawn in place of which. An edge from one repetition to another, or backwards, is
    carried. A vertex that stands for itself reads from all repetitions by one edge, which has all the operands'
    places, and a label only if they share it.
    """
    place = {name: i for i, name in enumerate(order)}
    found: dict[tuple[str, str, bool, tuple[int, ...]], Edge] = {}
    for edge in edges:
        first, source = part.get(edge.source, (ALONE, edge.source))
        second, target = part.get(edge.target, (ALONE, edge.target))
        carried = edge.carried or (first != second and ALONE not in (first, second))
        if source == target and not carried:
            continue
        moved = replace(edge, source=source, target=target, carried=carried or place[source] >= place[target])
        gathers = first != ALONE and second == ALONE
        key = (source, target, moved.carried, () if gathers else moved.operands)
        there = found.setdefault(key, moved)
        if gathers and there is not moved:
            found[key] = replace(there, operands=tuple(sorted(there.operands + moved.operands)),
                                 label=there.label if there.label == moved.label else "")
    return list(found.values())

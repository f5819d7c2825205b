"""Edges between what stands for others: from box to box where modules are closed, from block to block where the
repetitions of one are drawn once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from autograd.drawing.model import Edge

Part = tuple[int, str]  # the repetition that a vertex belongs to, and the vertex drawn for it
ALONE = -1
"""The repetition of a vertex that stands for itself."""


def redirected(edges: Iterable[Edge], part: Mapping[str, Part], order: Iterable[str]) -> list[Edge]:
    """The edges between what is drawn, in `order`, where `part` says what stands for what; those that coincide once.

    What leads from one repetition to another, or backwards, is carried. A vertex that stands for itself is read from
    by one edge with all the places at which it reads, and no label where these differ.
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

"""The changes from one graph to another as one graph: common, added and removed vertices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import replace

from autograd.drawing.model import Graph, Kind, Vertex
from autograd.drawing.words import count_text

Mark = tuple[int, int]  # the number of a form, and the vertex's number within that form


def difference(before: Graph, after: Graph) -> Graph:
    """`after` with what only `before` has beside it.

    Two vertices are the same if they are the same operation on the same operands; so whatever reads something new is
    new itself. Values do not count, except those of constants.
    """
    forms: dict[Hashable, int] = {}
    old, new = _marks(before, forms), _marks(after, forms)
    here = {mark: key for key, mark in new.items()}
    there = set(old.values())
    place = {key: here.get(mark, f"o{key[1:]}") for key, mark in old.items()}  # where a vertex of `before` stands now
    gone = {key for key, mark in old.items() if mark not in here}
    vertices = {key: vertex if new[key] in there else replace(vertex, change="added")
                for key, vertex in after.vertices.items()}
    for key in filter(gone.__contains__, before.vertices):  # in their order
        vertices[place[key]] = replace(before.vertices[key], id=place[key], cluster="", change="removed")
    edges = after.edges + [replace(edge, source=place[edge.source], target=place[edge.target])
                           for edge in before.edges if edge.target in gone]
    added = sum(vertex.change == "added" for vertex in vertices.values())
    said = (f"{count_text(added, 'vertex', 'vertices')} added, {len(gone)} removed, {len(after.vertices) - added} as "
            "before.")
    return replace(after, vertices=vertices, edges=edges, total=len(vertices), banner=(said,))


def _marks(graph: Graph, forms: dict[Hashable, int]) -> dict[str, Mark]:
    """Every vertex, identified by what it is and what it reads, in numbers that both graphs share."""
    incoming = graph.incoming()
    counts: Counter[int] = Counter()
    marks: dict[str, Mark] = {}
    for key, vertex in graph.vertices.items():
        operands = tuple(sorted((edge.operands, edge.label, marks[edge.source]) for edge in incoming[key]))
        form = forms.setdefault((_look(vertex), operands), len(forms))
        counts[form] += 1
        marks[key] = form, counts[form]
    return marks


def _look(vertex: Vertex) -> Hashable:
    name = vertex.name if vertex.named_by != "local" else ""
    number = vertex.value if vertex.kind is Kind.CONSTANT else None
    return vertex.kind, vertex.op, name, vertex.shape, vertex.dtype, vertex.options, vertex.frozen, number

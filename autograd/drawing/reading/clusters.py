"""Module calls as clusters: which vertices were made inside which call.

A module notes on its output's node where it was called and from what (`Scope`). What lies between the output and those
inputs was made inside; the walk also stops where the output of a module that is not part of this one begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from autograd.drawing.model import Cluster, Graph, Kind
from autograd.graph import Leaf, Node, Scope

MASK = "mask"
"""The name of nameless arrays of booleans: dropout makes one in each call, and others are much the same."""


@dataclass(slots=True)
class _Call:
    """One call of a module: the nodes of its outputs, and all that it made."""

    path: str
    kind: str
    inputs: list[Node]
    outputs: list[Node] = field(default_factory=list)
    made: set[Node] = field(default_factory=set)


def clustered(graph: Graph, order: Sequence[Node], ids: Mapping[Node, str]) -> None:
    """Add the clusters of all module calls in `order` to the graph, and put its vertices into them."""
    calls = _calls(order)
    if not calls:
        return
    for call in calls:
        call.made = _made_by(call)
    calls.sort(key=lambda call: -len(call.made))  # an outer call before those inside it; stable
    lineage: dict[str, list[str]] = {}
    for number, call in enumerate(calls):
        graph.clusters[f"c{number}"] = Cluster(
            f"c{number}", call.path, call.kind,
            inputs=tuple(dict.fromkeys(ids[node] for node in call.inputs if node in ids)),
            outputs=tuple(dict.fromkeys(ids[node] for node in call.outputs)),
        )
        for key in {ids[node]: None for node in call.made}:  # an operation and its outputs are one vertex
            lineage.setdefault(key, []).append(f"c{number}")
    _nest(graph, lineage)
    _take_in_leaves(graph)


def _calls(order: Sequence[Node]) -> list[_Call]:
    """Every call: its outputs are those that share one list of inputs."""
    found: dict[int, _Call] = {}
    for node in order:
        scope = node.scope
        while scope is not None:
            path, kind, inputs, scope = scope
            found.setdefault(id(inputs), _Call(path, kind, inputs)).outputs.append(node)
    return list(found.values())


def _made_by(call: _Call) -> set[Node]:
    """The operations between a call's outputs and its inputs."""
    stop = set(call.inputs)
    made: set[Node] = set()
    stack = list(call.outputs)
    while stack:
        node = stack.pop()
        if node in made or node in stop or isinstance(node, Leaf):
            continue
        if node not in call.outputs and _is_elsewhere(node.scope, call.path):
            continue
        made.add(node)
        stack.extend(parent for parent in node.parents if parent is not None)
    return made


def _is_elsewhere(scope: Scope | None, path: str) -> bool:
    """Whether a node is the output of a module call that is not part of the module at `path`."""
    while scope is not None:
        found, _, _, scope = scope
        part = bool(found) if not path else found.startswith(path + ".")
        if not part:
            return True
    return False


def _nest(graph: Graph, lineage: Mapping[str, list[str]]) -> None:
    """Each cluster into the innermost of those that hold all of it; each vertex into its innermost cluster."""
    around: dict[str, list[str]] = {}
    for key, path in lineage.items():
        for depth, cluster in enumerate(path):
            shared = around.get(cluster, path[:depth])
            around[cluster] = [outer for outer in shared if outer in path[:depth]]
        graph.vertices[key] = replace(graph.vertices[key], cluster=path[-1])
    for cluster, outer in around.items():
        graph.clusters[cluster] = replace(graph.clusters[cluster], parent=outer[-1] if outer else "")


def _take_in_leaves(graph: Graph) -> None:
    """A parameter, constant or mask belongs to the innermost cluster that contains all of its readers."""
    readers: dict[str, list[str]] = {}
    for edge in graph.edges:
        readers.setdefault(edge.source, []).append(edge.target)
    for key, vertex in graph.vertices.items():
        outside = vertex.kind not in (Kind.PARAMETER, Kind.CONSTANT) and vertex.op != MASK  # data comes from there
        if outside or not readers.get(key):
            continue
        if shared := graph.around(*readers[key]):
            graph.vertices[key] = replace(vertex, cluster=shared[-1])
    _count_parameters(graph)


def _count_parameters(graph: Graph) -> None:
    totals: Counter[str] = Counter()
    for vertex in graph.vertices.values():
        if vertex.kind is Kind.PARAMETER:
            for cluster in graph.lineage(vertex.cluster):
                totals[cluster] += prod(vertex.shape or ())
    graph.clusters = {key: replace(c, parameters=totals[key]) for key, c in graph.clusters.items()}

"""The passes step by step: every value, every tangent, every gradient and what it is the sum of, in words.

Forward evaluation visits the vertices in topological order; forward accumulation takes a tangent along; reverse
accumulation visits them backwards, and each rule hands on what it adds to the gradients of its operands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.drawing.labels import called
from autograd.drawing.model import Kind, Vertex
from autograd.drawing.words import shortened
from autograd.graph import Leaf, Node
from autograd.several_outputs import select

from .extract import Extraction
from .facts import summary
from .passes import cotangents, ones, seeds, tangents

LARGEST = 1_000_000
MOST = 300
"""Graphs of more vertices than this are not stepped through: nobody would reach the end."""
SMALL = 200_000
DIRECTIONS = 8
"""So many leaves are offered as the direction of forward accumulation."""


Shares = tuple[tuple[str, str, int, str], ...]
"""`(operand's vertex, its share, how many it has received, the sum so far)` of each operand that a rule gave to."""


@dataclass(frozen=True, slots=True)
class Pull:
    """One step of the reverse pass: the rule of `at` ran on its gradient and gave each operand its share."""

    at: str
    gives: Shares
    told: str


@dataclass(slots=True)
class Trace:
    """What there is to see, as text by vertex."""

    order: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)  # how the evaluation of a vertex is told
    gradients: dict[str, str] = field(default_factory=dict)
    pulls: list[Pull] = field(default_factory=list)
    tangents: dict[str, dict[str, str]] = field(default_factory=dict)  # by the leaf that moves
    note: str = ""


def traced(extraction: Extraction) -> Trace:
    """The steps of all passes over a graph; those whose values nobody kept are left open, and `note` says so."""
    graph = extraction.graph
    trace = Trace()
    if len(graph.vertices) > MOST:
        trace.note = f"Step by step is for graphs of up to {MOST} vertices; this one has {len(graph.vertices):,}."
        return trace
    order, values = extraction.order, extraction.filled(LARGEST)
    trace.order = list(graph.vertices)
    _note_values(extraction, values, trace)
    trace.told = {key: _given(graph.vertices[key], value) for key, value in trace.values.items()}
    _reverse(extraction, values, trace)
    leaves = [node for node in order if isinstance(node, Leaf)][:DIRECTIONS]
    for leaf in leaves:
        moved = tangents(order, {leaf: ones(leaf)}, values)
        trace.tangents[extraction.ids[leaf]] = {
            extraction.ids[node]: text(t) for node, t in moved.items() if not isinstance(t, tuple)
        }
    operations = [v.id for v in graph.vertices.values() if v.kind is Kind.OPERATION]
    pulled = {pull.at for pull in trace.pulls}
    unknown = sum(key not in trace.values for key in operations)
    stopped = sum(key in trace.gradients and key not in pulled for key in operations)
    if unknown or stopped:
        what = [f"the values of {unknown}"] * bool(unknown) + [f"the backward pass through {stopped}"] * bool(stopped)
        trace.note = (f"Not shown: {' and '.join(what)} of {len(operations)} operations, as the graph no longer keeps "
                      "what they need. Draw and save before backward(), or use backward(retain_graph=True).")
    return trace


def _given(vertex: Vertex, value: str) -> str:
    """A step of the forward pass in words."""
    if vertex.kind is Kind.CONSTANT and not vertex.name:
        return f"The constant {value} is given"
    return f"{called(vertex)} is {'evaluated' if vertex.kind is Kind.OPERATION else 'given'}: {value}"


def _told(vertices: Mapping[str, Vertex], key: str, own: str, gives: Shares) -> str:
    """A step of the reverse pass in words."""
    vertex = vertices[key]
    shares = [f"adds {share} to {called(vertices[key])}, now {total}" if count > 1 else
              f"gives {share} to {called(vertices[key])}" for key, share, count, total in gives]
    rule = f"; its rule, {vertex.rule}," if vertex.rule else ""
    return f"Back at {called(vertex)}: g = {own}{rule} {' and '.join(shares) or 'ends here'}."


def is_small(extraction: Extraction) -> bool:
    """Whether a drawing may keep the values at hand: they take no memory worth a word, and few steps."""
    if len(extraction.graph.vertices) > MOST:
        return False
    return sum(node.size for node in extraction.order) <= SMALL


def text(value: Any) -> str:
    """A value in a few characters: its elements if they are few, else its range."""
    found = summary(value)
    return shortened(found.text) if found is not None else "?"


def _note_values(extraction: Extraction, values: dict[Node, Any], trace: Trace) -> None:
    for key, vertex in extraction.graph.vertices.items():
        node = extraction.nodes.get(key)
        value = values.get(node) if node is not None else None
        if value is not None and not isinstance(value, tuple):
            trace.values[key] = text(value)
        elif vertex.value is not None:
            trace.values[key] = shortened(vertex.value.text)
    for node, value in values.items():  # an operation with several outputs shows the one that is used
        key = extraction.ids[node]
        if key not in trace.values and not isinstance(value, tuple):
            trace.values[key] = text(value)


def _reverse(extraction: Extraction, values: dict[Node, Any], trace: Trace) -> None:
    ids = extraction.ids
    received: Counter[str] = Counter()
    pulls: list[tuple[str, Shares]] = []

    def visit(node: Node, given: Sequence[Any], sums: Mapping[Node, Any]) -> None:
        if node.primitive is select:
            return
        gives = []
        for parent, share in zip(node.parents, given, strict=True):
            if parent is not None and share is not None and not isinstance(share, list):
                key = ids[parent]
                received[key] += 1
                gives.append((key, text(share), received[key], text(sums[parent])))
        pulls.append((ids[node], tuple(gives)))

    totals = cotangents(extraction.order, seeds(extraction), values, visit)
    for node, g in totals.items():
        if not isinstance(g, list):
            trace.gradients[ids[node]] = text(g)
    vertices = extraction.graph.vertices
    trace.pulls = [Pull(key, gives, _told(vertices, key, trace.gradients[key], gives)) for key, gives in pulls]

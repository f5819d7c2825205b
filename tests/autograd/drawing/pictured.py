"""Graphs to draw, made without the engine, and what can be read off a picture."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from autograd.drawing.model import Cluster, Edge, Graph, Kind, Summary, Vertex
from autograd.tensor import Tensor

NAMELESS = st.just("")
SVG = "{http://www.w3.org/2000/svg}"


def leaf(value: Any, name: str = "x") -> Tensor:
    return Tensor(value, requires_grad=True, name=name)


def neuron() -> Graph:
    """A neuron, `y = tanh(w x + b)`."""
    graph = Graph(title="A neuron")
    for vertex in (
        Vertex("n0", Kind.PARAMETER, name="w", named_by="user", shape=(), dtype="float64", value=Summary(1, "2"),
               expects_grad=True),
        Vertex("n1", Kind.INPUT, name="x", named_by="user", shape=(), dtype="float64", value=Summary(1, "3")),
        Vertex("n2", Kind.OPERATION, op="multiply", shape=(), dtype="float64", value=Summary(1, "6"), rule="g * y",
               rule_kind="elementwise"),
        Vertex("n3", Kind.PARAMETER, name="b", named_by="local", shape=(), dtype="float64", value=Summary(1, "-5"),
               grad=Summary(1, "0.42", norm=0.42)),
        Vertex("n4", Kind.OPERATION, op="add", shape=(), dtype="float64", value=Summary(1, "1"), rule="g",
               rule_kind="elementwise"),
        Vertex("n5", Kind.OPERATION, op="tanh", name="y", named_by="key", shape=(), dtype="float64",
               value=Summary(1, "0.7616"), rule="g * (1 - out * out)", rule_kind="elementwise", output=True),
    ):
        graph.add(vertex)
    graph.edges = [Edge("n0", "n2", (0,)), Edge("n1", "n2", (1,)), Edge("n2", "n4", (0,)), Edge("n3", "n4", (1,)),
                   Edge("n4", "n5", (0,))]
    graph.total = 6
    return graph


def chain(length: int, *, weight: bool = False) -> Graph:
    """`tanh` after `tanh`; with `weight` each multiplied by the same parameter first."""
    graph = Graph()
    graph.add(Vertex("n0", Kind.PARAMETER, name="w", shape=(), dtype="float64"))
    last = "n0"
    for i in range(length):
        if weight:
            graph.add(Vertex(f"p{i}", Kind.OPERATION, op="multiply", shape=(), dtype="float64"))
            graph.edges += [Edge(last, f"p{i}", (0,)), Edge("n0", f"p{i}", (1,))]
            last = f"p{i}"
        graph.add(Vertex(f"t{i}", Kind.OPERATION, op="tanh", shape=(), dtype="float64"))
        graph.edges.append(Edge(last, f"t{i}", (0,)))
        last = f"t{i}"
    graph.total = len(graph.vertices)
    return graph


def layers(count: int) -> Graph:
    """`count` equal modules in a row, each `relu(x @ weight + bias)` with parameters of its own."""
    graph = Graph()
    graph.add(Vertex("x", Kind.INPUT, name="x", shape=(4, 8), dtype="float32"))
    graph.clusters["c0"] = Cluster("c0", "", "Net", inputs=("x",), outputs=(f"r{count - 1}",))
    last = "x"
    for i in range(count):
        key = f"c{i + 1}"
        graph.clusters[key] = Cluster(key, f"layers.{i}", "Block", "c0", inputs=(last,), outputs=(f"r{i}",),
                                      parameters=72)
        for vertex in (
            Vertex(f"w{i}", Kind.PARAMETER, name=f"layers.{i}.weight", named_by="module", shape=(8, 8),
                   dtype="float32"),
            Vertex(f"d{i}", Kind.OPERATION, op="matmul", shape=(4, 8), dtype="float32"),
            Vertex(f"b{i}", Kind.PARAMETER, name=f"layers.{i}.bias", named_by="module", shape=(8,), dtype="float32"),
            Vertex(f"a{i}", Kind.OPERATION, op="add", shape=(4, 8), dtype="float32"),
            Vertex(f"r{i}", Kind.OPERATION, op="relu", shape=(4, 8), dtype="float32", output=i == count - 1),
        ):
            graph.add(replace(vertex, cluster=key))
        graph.edges += [Edge(last, f"d{i}", (0,), "", True), Edge(f"w{i}", f"d{i}", (1,), "(8, 8)", True),
                        Edge(f"d{i}", f"a{i}", (0,)), Edge(f"b{i}", f"a{i}", (1,), "(8,)"),
                        Edge(f"a{i}", f"r{i}", (0,))]
        last = f"r{i}"
    graph.total = len(graph.vertices)
    return graph


@st.composite
def graphs(draw: st.DrawFn, names: st.SearchStrategy[str] = NAMELESS) -> Graph:
    """Any directed acyclic graph of operations and leaves, some in clusters."""
    size = draw(st.integers(1, 24))
    graph = Graph()
    for c in range(draw(st.integers(0, 3))):
        parent = draw(st.sampled_from(["", *graph.clusters]))
        graph.clusters[f"c{c}"] = Cluster(f"c{c}", draw(names) or f"block.{c}", "Block", parent)
    for i in range(size):
        parents = draw(st.lists(st.integers(0, i - 1), max_size=3)) if i else []
        kind = Kind.OPERATION if parents else draw(st.sampled_from([Kind.INPUT, Kind.PARAMETER, Kind.CONSTANT]))
        op = draw(st.sampled_from(["add", "tanh", "matmul"])) if parents else ""
        shape = draw(st.sampled_from([(), (3,), (3, 4)]))
        value = Summary(1, "2") if kind is Kind.CONSTANT else None
        graph.add(Vertex(f"n{i}", kind, op=op, name=draw(names), shape=shape, dtype="float64", value=value,
                         cluster=draw(st.sampled_from(["", *graph.clusters])), output=i == size - 1))
        for parent in dict.fromkeys(parents):
            places = tuple(place for place, other in enumerate(parents) if other == parent)
            graph.edges.append(Edge(f"n{parent}", f"n{i}", places, "(3,)", op == "matmul"))
    graph.total = size
    return graph.pruned()


def parsed(svg: str) -> ET.Element:
    """The picture as XML: raises if it is not well-formed."""
    return ET.fromstring(svg)


def groups(root: ET.Element, look: str) -> Iterator[ET.Element]:
    """The groups that carry this class."""
    for group in root.iter(f"{SVG}g"):
        if look in group.get("class", "").split():
            yield group


def structure(svg: str) -> list[str]:
    """The picture without coordinates: each element with its class, id and words."""
    found = []
    for element in parsed(svg).iter():
        tag = element.tag.removeprefix(SVG)
        if tag in ("style", "path", "rect", "ellipse", "marker", "pattern", "defs"):
            continue
        key = re.sub(r"^g[0-9a-f]{8}", "g", element.get("id", ""))
        found.append(" ".join(filter(None, [tag, element.get("class"), key, (element.text or "").strip()])))
    return "\n".join(found).splitlines()

"""What changed from one graph to another: nothing is lost, nothing is told twice, and the same is the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given

from autograd import Tensor
from autograd.drawing import draw
from autograd.drawing.model import Graph
from autograd.drawing.placing.layered import layered
from autograd.drawing.shaping.difference import difference
from autograd.drawing.writing.placed import placed_source
from autograd.drawing.writing.svg import paint
from tests.autograd.drawing.pictured import graphs, groups, parsed
from tests.examples import examples


def changed(graph: Graph, change: str) -> list[str]:
    return [vertex.op or vertex.name for vertex in graph.vertices.values() if vertex.change == change]


@examples(40)
@given(graphs())
def test_against_itself_a_graph_is_as_before(graph: Graph) -> None:
    same = difference(graph, graph)
    assert same.vertices == graph.vertices
    assert same.edges == graph.edges


@examples(40)
@given(graphs(), graphs())
def test_nothing_is_lost_and_nothing_told_twice(before: Graph, after: Graph) -> None:
    both = difference(before, after)
    added = sum(v.change == "added" for v in both.vertices.values())
    removed = sum(v.change == "removed" for v in both.vertices.values())
    shared = len(both.vertices) - added - removed
    assert (shared + added, shared + removed) == (len(after.vertices), len(before.vertices))
    place = {key: i for i, key in enumerate(both.vertices)}
    assert all(place[edge.source] < place[edge.target] for edge in both.edges)
    back = difference(after, before)
    assert sum(v.change == "added" for v in back.vertices.values()) == removed
    parsed(paint(both, layered(both)))


def test_a_rewrite_shows_what_it_replaced(tmp_path: Path) -> None:
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    old, new = draw(np.log(np.exp(x).sum()) * 2.0), draw(np.log1p(np.exp(x).sum()) * 2.0)
    drawing = new.changes(since=old)
    assert changed(drawing.graph, "added") == ["log1p", "multiply"]
    assert changed(drawing.graph, "removed") == ["log", "multiply"]
    assert drawing.graph.banner == ("2 vertices added, 2 removed, 4 as before.",)
    root = parsed(drawing.to_svg())
    assert len(list(groups(root, "removed"))) == 3  # one of them in the legend
    assert "removed" in drawing.to_text()
    assert placed_source(drawing.graph, layered(drawing.graph), "light").count("dashed") == 3
    assert drawing.save(tmp_path / "changes.html").stat().st_size > 0


def test_another_constant_is_another_program() -> None:
    x = Tensor(1.0, requires_grad=True, name="x")
    drawing = draw(x * 3.0).changes(since=draw(x * 2.0))
    assert changed(drawing.graph, "added") == ["", "multiply"]
    assert draw(x * 2.0).changes(since=draw(x * 2.0)).graph.banner[0].startswith("0 vertices added, 0 removed")

"""Pictures that are odd: loops that cut modules, frames around nothing, engines that are absent or leave things out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, checkpoint, custom, jvp, vmap
from autograd.drawing import Drawing, draw
from autograd.drawing import drawing as drawings
from autograd.drawing.model import Cluster, Edge, Graph, Kind, Vertex
from autograd.drawing.placing import engines
from autograd.drawing.placing.graphviz_answer import from_engine
from autograd.drawing.placing.layered import layered
from autograd.drawing.placing.layers import Member
from autograd.drawing.placing.parting import part
from autograd.drawing.reading.extract import Extraction
from autograd.drawing.shaping import folding, levels
from autograd.drawing.shaping import view as views
from autograd.drawing.shaping.folding import folded
from autograd.drawing.shaping.neighbourhood import neighbourhood
from autograd.drawing.shaping.view import View, shaped
from autograd.drawing.writing.dot import digraph
from autograd.drawing.writing.placed import placed_source
from autograd.drawing.writing.svg import paint
from tests.autograd.drawing.pictured import chain, leaf, neuron, parsed

# --- Shaping and placing ---------------------------------------------------------------------------------------------


def test_a_diamond_is_walked_once() -> None:
    graph = Graph()
    for key in ("a", "b", "c", "d", "far"):
        graph.add(Vertex(key, Kind.OPERATION, op="tanh"))
    graph.edges = [Edge("a", "b"), Edge("a", "c"), Edge("b", "d"), Edge("c", "d"), Edge("d", "far")]
    near = neighbourhood(graph, ("a",), hops=2, most=100)
    assert [key for key in near.vertices if near.vertices[key].kind is not Kind.MORE] == ["a", "b", "c", "d"]


def residual(names: Sequence[str]) -> Tensor:
    """x + tanh(layer(x)) in a loop, with no module around the turns of it."""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name in names:
                setattr(self, name, nn.Sequential(nn.Linear(3, 3), nn.Tanh()))

        def forward(self, x: Tensor) -> Tensor:
            for name in names:
                x = x + getattr(self, name)(x)
            return x

    return Net()(Tensor(np.ones((2, 3), np.float32)))  # type: ignore[no-any-return]


@pytest.mark.parametrize("names", [[f"layer{i}" for i in range(8)], ["a", "few", "layers", "with", "nothing", "alike"]])
def test_a_loop_of_operations_and_modules_is_a_frame_around_both(names: list[str]) -> None:
    graph = draw(residual(names), fold=True).graph
    shown = shaped(graph, View(fold=True))
    (loop,) = (c for c in shown.clusters.values() if c.repeats > 1)
    assert loop.repeats >= len(names) - 1
    inside = [c for c in shown.clusters.values() if c.parent == loop.id]
    assert inside
    assert {v.op for v in shown.vertices.values() if v.cluster == loop.id} >= {"add"}


def test_repetitions_that_cut_calls_in_two_stay() -> None:
    graph = chain(6)
    for i, half in enumerate(("c0", "c1")):
        graph.clusters[half] = Cluster(half, f"half{i}", "Half")
    graph = graph.with_vertices([replace(graph.vertices[f"t{i}"], cluster=f"c{i // 3}") for i in range(6)])
    assert len(folded(graph).vertices) == len(graph.vertices)


def test_folding_ends_after_its_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "ROUNDS", 1)
    x = leaf(1.0)
    for _ in range(10):
        x = np.tanh(x)
    for _ in range(10):
        x = np.sin(x)
    once_folded = folded(draw(x).graph)
    assert len(once_folded.vertices) == 12  # x, one of the tens, and the other ten


def test_modules_of_one_operation_are_not_said_to_be_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "COMFORTABLE", 3)
    graph = chain(5)
    graph.clusters["c0"] = Cluster("c0", "step", "Step")
    graph = graph.with_vertices([replace(graph.vertices["t1"], cluster="c0")])
    assert not any("folded below" in line for line in shaped(graph, View()).banner)


def test_a_page_of_a_neighbourhood_has_one_level() -> None:
    x = leaf(1.0)
    y = np.exp(np.sin(np.tanh(x)))
    near = draw(y, around=y, hops=1)
    assert [level.name for level in levels.levels_of(near.full, near.view)] == ["neighbourhood"]


def test_levels_that_are_too_large_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "MOST_VERTICES", 3)
    drawing = draw(residual(["a", "b"]))
    found = levels.levels_of(drawing.full, drawing.view)
    assert all(len(level.graph.vertices) <= 3 for level in found if level.name != "as drawn")


def test_clusters_that_cannot_both_make_way_are_moved_a_few_times_only() -> None:
    """Each stands beyond the other in one layer: no place of theirs would do."""
    layers = [[Member(20, 20, i, (key,), 1.0, False) for key in keys] for i, keys in enumerate(("ab", "ba"))]
    for layer in layers:
        for x, place in zip((50.0, 100.0), layer, strict=True):
            place.x = x
    part(layers, 10.0)
    assert all(left.right < right.left for left, right in layers)
    assert all(place.x < 1e4 for layer in layers for place in layer)


def test_a_frame_around_nothing_is_not_placed() -> None:
    graph = neuron()
    graph.clusters["c0"] = Cluster("c0", "empty", "Linear")
    assert layered(graph).frames == {}


def answer(vertices: int, pos: str) -> bytes:
    boxes = [{"id": f"n{i}", "pos": f"50,{100 * (1 - i)}", "width": "1", "height": "0.5"} for i in range(vertices)]
    return json.dumps({"bb": "0,0,100,200", "objects": [*boxes, {"name": "legend"}],
                       "edges": [{"id": "e0", "pos": pos}, {"comment": "no edge of ours"}]}).encode()


def test_what_an_engine_answers_is_read_with_both_ends_of_its_splines() -> None:
    graph = Graph()
    graph.add(Vertex("n0", Kind.PARAMETER))
    graph.add(Vertex("n1", Kind.OPERATION))
    graph.edges = [Edge("n0", "n1")]
    layout = from_engine(answer(2, "s,50,90 e,50,20 50,80 50,60 50,50 50,30"), graph, "dot")
    assert layout.routes == {0: [(50, 110), (50, 140), (50, 150), (50, 180)]}
    layout = from_engine(answer(2, "50,80 50,60 50,50 50,30"), graph, "dot")
    assert layout.routes == {0: [(50, 120), (50, 140), (50, 150), (50, 170)]}
    with pytest.raises(ValueError, match="dot placed 1 of 2 vertices"):
        from_engine(answer(1, "50,80 50,60 50,50 50,30"), graph, "dot")


def test_the_last_engine_is_graphviz_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEARGRAD_DOT", raising=False)
    monkeypatch.setattr(engines, "find_spec", lambda name: None if name == "pygraphviz" else find_spec(name))
    monkeypatch.setattr(shutil, "which", lambda name, path=None: "/bin/pure" if path else None)  # beside Python
    found = engines.find()
    assert found is not None
    assert (found.name, found.command) == ("graphviz-pure", ("/bin/pure",))
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    assert engines.find() is None


def test_where_processes_have_no_groups_the_engine_alone_is_ended(monkeypatch: pytest.MonkeyPatch,
                                                                  tmp_path: Path) -> None:
    script = tmp_path / "dot"
    script.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("CLEARGRAD_DOT", str(script))
    monkeypatch.delattr("os.killpg", raising=False)
    assert "took longer than 0.2 s" in draw(leaf(1.0) * 2, timeout=0.2).to_svg()


# --- Writing ---------------------------------------------------------------------------------------------------------


def test_dot_is_the_same_under_both_of_its_endings(tmp_path: Path) -> None:
    drawing = draw(np.exp(leaf(1.0)))
    for ending in ("dot", "gv"):
        drawing.save(tmp_path / f"graph.{ending}")
    assert (tmp_path / "graph.dot").read_bytes() == (tmp_path / "graph.gv").read_bytes()
    assert drawing.digraph.source == drawing.source


def test_a_notebook_shows_words_for_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = draw(np.exp(leaf(1.0)))
    assert drawing._repr_mimebundle_().keys() > {"text/plain"}
    assert drawing._repr_svg_() == drawing._repr_mimebundle_()["image/svg+xml"]
    monkeypatch.setattr(drawings, "NOTEBOOK", 1)
    assert drawing._repr_mimebundle_().keys() == {"text/plain"}
    assert drawing._repr_svg_() is None


def test_an_edge_that_an_engine_did_not_draw_is_stated_without_a_way() -> None:
    graph = neuron()
    layout = layered(graph)
    del layout.routes[0]
    lines = digraph(graph, layout=layout).source.splitlines()
    stated = [line for line in lines if "->" in line]
    assert len(stated) == len(graph.edges)
    assert sum("pos=" in line for line in stated) == len(graph.edges) - 1


def test_a_film_leaves_out_the_values_that_nobody_knows() -> None:
    double = custom(lambda x: 2.0 * x).defvjp(lambda g, out, x: 2.0 * g)
    x = leaf(3.0)
    loss = np.exp(double(x) * 0.1)
    loss.backward()
    assert "= 3" in draw(loss).to_film()


def test_json_has_words_for_what_is_not_finite() -> None:
    x = leaf(np.ones(2))
    x.grad = Tensor(np.array([np.inf, 1.0]))
    (found,) = json.loads(draw(x).to_json())["vertices"]
    assert found["grad"]["norm"] == "inf"


def test_a_painted_picture_has_its_banner_and_the_signs_of_the_way_back() -> None:
    x = leaf(np.ones(2))
    graph = draw(np.sum(x * x + np.exp(x)), backward=True).graph.saying("What is said above.")
    painted = placed_source(graph, layered(graph), "light")
    assert "What is said above." in painted
    assert "Σ" in painted
    assert 'class=backward' in painted
    assert "legend_backward" in painted


def test_a_painted_title_says_what_it_says() -> None:
    graph = replace(draw(np.sin(leaf(1.0))).graph, title="<b>a & b</b> \\N")
    assert "<b>&lt;b&gt;a &amp; b&lt;/b&gt; \\\\N</b>" in placed_source(graph, layered(graph), "light")


def test_a_legend_has_the_grounds_of_what_it_explains() -> None:
    x = leaf(np.ones(2), "x")
    for graph, ground in ((draw(np.exp(x)).graph, "#fcf3dc"), (draw(np.exp(x), color_by="bytes").graph, "#ffffff")):
        painted = placed_source(graph, layered(graph), "light").splitlines()
        grounds = [re.findall("fillcolor=\"(#.{6})\"", line)[0] for line in painted
                   if "legend_parameter [" in line or "\tn0 [" in line]
        assert grounds == [ground, ground]


def test_repetitions_without_a_frame_are_counted_on_the_vertex() -> None:
    graph = chain(3)
    graph.clusters["c0"] = Cluster("c0", "stack", "Stack", repeats=3)
    graph = graph.with_vertices([Vertex("t0", Kind.OPERATION, op="tanh", cluster="c0")])
    layout = layered(graph)
    layout.frames.clear()
    texts = ["".join(t.itertext()) for t in parsed(paint(graph, layout)).iter() if t.tag.endswith("text")]
    assert "× 3" in texts


def test_an_operation_without_a_shape_has_a_gradient_without_a_size() -> None:
    graph = neuron()
    graph = graph.with_vertices([Vertex("n2", Kind.OPERATION, op="multiply", rule="g * y")])
    graph.backward = True
    assert "multiply" in Drawing(Extraction(graph), drawings.View()).to_svg()


# --- What stands in a picture ----------------------------------------------------------------------------------------


def test_inside_vmap_the_graph_is_that_of_all_examples() -> None:
    w, seen = leaf(np.ones(3), "w"), []

    def f(x: Any) -> Any:
        y = np.sin(x @ w)
        seen.append(draw(y))
        return y

    vmap(f)(np.ones((4, 3)))
    (drawing,) = seen
    assert {"w", "sin", "matmul"} <= {word for v in drawing.graph.vertices.values() for word in (v.name, v.op)}
    (end,) = (v for v in drawing.graph.vertices.values() if v.output)
    assert (end.name, end.shape) == ("y", (4,))
    assert drawing.graph.banner == ("Drawn inside vmap: all examples at once, along the first axis.",)


def test_inside_forward_accumulation_the_picture_says_that_there_is_no_graph_and_why() -> None:
    seen = []
    jvp(lambda x: seen.append(draw(np.sin(x))) or x, (1.0,), (1.0,))
    assert "no graph" in seen[0].graph.banner[0]
    assert "forward accumulation" in seen[0].graph.banner[1]


@pytest.mark.parametrize(("make", "said"), [
    (lambda x: x[..., 0], "[..., 0]"),
    (lambda x: x[np.array([0, 1]), np.array([1, 2])], "[int64 (2,), int64 (2,)]"),
    (lambda x: x[1:, None], "[1:, None]"),
    (lambda x: np.tile(x, 2), "reps=(1, 2)"),
    (lambda x: np.broadcast_to(x, [2, 6, 3]), "shape=[2, 6, 3]"),
    (lambda x: written(x), "[1]"),
    (lambda x: written_through(x), "[1] reshape shape=(3, 1)"),
    (lambda x: nn.Dropout(0.7)(x), "scale=3.333"),
    (lambda x: checkpoint(np.sin)(x), "f=sin"),
])
def test_options_are_written_as_in_a_call(make: Any, said: str) -> None:
    graph = draw(make(leaf(np.ones((6, 3))))).graph
    assert said in [v.options for v in graph.vertices.values()], [v.options for v in graph.vertices.values()]


def written(x: Any) -> Any:
    y = x * 1.0
    row = y[1]
    row *= 2.0
    return y


def written_through(x: Any) -> Any:
    y = x * 1.0
    column = y[1].reshape(3, 1)
    column *= x[0, 0]
    return y


def test_a_title_stands_above_the_picture() -> None:
    drawing = draw(np.sin(leaf(1.0)), title="一个神经元")
    (title,) = (t for t in parsed(drawing.to_svg()).iter() if t.tag.endswith("text") and t.get("class") == "heading")
    assert title.text == "一个神经元"
    assert "一个神经元" in placed_source(drawing.graph, layered(drawing.graph), "light")


def test_hooks_are_said_where_they_are_and_keeping_a_gradient_is_none() -> None:
    def halved(g: Tensor) -> Tensor:
        return g / 2

    w = leaf([1.0, 2.0], "w")
    kept, hooked = w * 3.0, w * 4.0
    kept.retain_grad()
    hooked.register_hook(halved)
    gone = w.register_hook(lambda g: None)
    notes = {v.op or v.name: v.notes for v in draw(np.sum(np.tanh(kept) * np.exp(hooked))).graph.vertices.values()}
    assert notes["w"] == ("gradient goes to hook <lambda>",)
    assert notes["tanh"] == notes["exp"] == notes["sum"] == ()
    gone.remove()
    graph = draw({"kept": kept, "hooked": hooked}).graph
    assert {v.name: v.notes for v in graph.vertices.values() if v.name} == {
        "w": (), "kept": (), "hooked": ("gradient goes to hook halved",)}
    assert "gradient goes to hook halved" in draw(hooked).source

"""Pictures of what is seldom: operations that cannot be run again, figures that are not finite, absent engines."""

from __future__ import annotations

import json
import shutil
from collections import deque
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, custom, fused
from autograd.drawing import Drawing, draw
from autograd.drawing import drawing as drawings
from autograd.drawing.model import Cluster, Edge, Graph, Kind, Vertex
from autograd.drawing.placing import engines
from autograd.drawing.placing.layered import layered
from autograd.drawing.placing.layout import from_engine
from autograd.drawing.reading import heat
from autograd.drawing.reading.names import named
from autograd.drawing.reading.rule_text import expression
from autograd.drawing.shaping.neighbourhood import neighbourhood
from autograd.drawing.writing.placed import placed_source
from autograd.drawing.writing.svg import paint
from tests.autograd.drawing.pictured import chain, extraction, neuron, parsed


def leaf(value: Any, name: str = "x") -> Tensor:
    return Tensor(value, requires_grad=True, name=name)


def once(message: str) -> Any:
    """An operation that works one time only."""
    answers = deque([2.0])

    def forward(x: Any) -> tuple[Any, tuple[Any, ...]]:
        if not answers:
            raise RuntimeError(message)
        return answers.popleft() * x, ()

    return fused(f"once {message}", forward, lambda g, operands, residuals, needs: [2.0 * g], lambda x: 2.0 * x)


# --- Reading ---------------------------------------------------------------------------------------------------------


def test_what_cannot_be_run_again_is_counted_and_not_timed() -> None:
    drawing = draw(np.exp(once("timed")(leaf(1.0))), color_by="time")
    assert any("1 operation could not be run again" in line for line in drawing.graph.banner)
    figures = {v.op: v.heat_text for v in drawing.graph.vertices.values() if v.kind is Kind.OPERATION}
    assert figures["once timed"] == ""
    assert "s" in figures["exp"]


def test_operands_that_nobody_knows_are_timed_with_others_of_their_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heat, "LARGEST", 1)  # what is larger is not computed again
    x = leaf(np.ones(8))
    y = np.sum(np.tanh(np.exp(x * 2)))
    y.backward()
    drawing = draw(y, color_by="time")
    assert all("s" in v.heat_text for v in drawing.graph.vertices.values() if v.kind is Kind.OPERATION)


def test_nothing_to_measure_says_nothing() -> None:
    for measure in ("time", "bytes", "grad_norm"):
        assert draw(leaf(2.0), color_by=measure).graph.vertices  # type: ignore[arg-type]


def test_gradients_of_several_outputs_are_on_the_operation_of_each() -> None:
    x = leaf(np.diag([1.0, 2.0, 4.0]))
    values, vectors = np.linalg.eigh(x)
    both = np.sum(values * np.sin(values)) + np.sum(vectors * np.arange(9.0).reshape(3, 3))
    drawing = draw(both, color_by="grad_norm")
    both.backward()
    assert x.grad is not None
    norm = np.linalg.norm(x.grad.numpy())
    assert next(v for v in drawing.graph.vertices.values() if v.name == "x").heat_text == f"‖grad‖ {norm:.3g}"


def test_kernels_that_backward_has_freed_are_run_again() -> None:
    wave = fused("freed wave", lambda x: (np.sin(x), (np.cos(x),)),
                 lambda g, operands, residuals, needs: [g * residuals[0]], lambda x: np.sin(x))
    x = leaf(np.array([0.5, 1.0]))
    loss = np.sum(wave(x * 1.0) * 3)
    loss.backward()
    drawing = draw(loss, color_by="grad_norm")
    norm = np.linalg.norm(3 * np.cos([0.5, 1.0]))
    assert next(v for v in drawing.graph.vertices.values() if v.name == "x").heat_text == f"‖grad‖ {norm:.3g}"
    loss = np.sum(once("freed")(wave(x * 1.0)))
    loss.backward()
    assert "‖grad‖" not in next(v for v in draw(loss, color_by="grad_norm").graph.vertices.values()
                                if v.name == "x").heat_text  # the way there is gone


def test_a_way_back_that_is_gone_stops_short() -> None:
    """Of an operation of the user's, which is not run again, nobody knows the value; what reads it cannot go back."""
    double = custom(lambda x: 2.0 * x).defvjp(lambda g, out, x: 2.0 * g)
    x = leaf(np.array([0.5, 1.0]))
    loss = np.sum(np.exp(double(x)) * 3)
    loss.backward()
    figures = {v.op or v.name: v.heat_text for v in draw(loss, color_by="grad_norm").graph.vertices.values()}
    assert figures["sum"]
    assert not figures["x"]


def test_a_tangent_that_cannot_be_made_is_left_out() -> None:
    def refuses(t: Any, out: Any, x: Any) -> Any:
        raise RuntimeError("no tangent")

    double = custom(lambda x: 2.0 * x).defvjp(lambda g, out, x: 2.0 * g).defjvp(refuses)
    page = draw(double(leaf(1.0)) * 3.0, backward=True).to_html()
    assert "multiply" in page


def test_names_of_a_module_lead_to_its_parameters() -> None:
    net = nn.Sequential(nn.Linear(2, 1))
    y = net(Tensor(np.ones((1, 2), np.float32)))
    assert {"0.weight", "0.bias"} <= {v.name for v in draw(y, names=net).graph.vertices.values()}
    assert dict(named({"net": net})) == {f"net.{name}": parameter for name, parameter in net.named_parameters()}
    assert dict(named(net)) == dict(net.named_parameters())


def test_a_module_that_reads_what_another_made_does_not_hold_it() -> None:
    class Gate(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return np.tanh(x * self.opened)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.maker, self.gate = nn.Linear(2, 2), Gate()

        def forward(self, x: Tensor) -> Tensor:
            object.__setattr__(self.gate, "opened", self.maker(x))  # by the side door, not as an argument
            return self.gate(x)

    graph = draw(Net()(Tensor(np.ones((1, 2), np.float32)))).graph
    paths = {v.op: [graph.clusters[c].path for c in graph.lineage(v.cluster)] for v in graph.vertices.values()}
    assert paths["multiply"] == paths["tanh"] == ["", "gate"]
    assert "gate" not in paths["linear"]


def test_options_are_short() -> None:
    x = leaf(np.ones((2, 3)))
    options = {v.op: v.options for v in draw(np.sum(x, where=np.ones((2, 3), bool)),
                                             x.astype(np.float32)).graph.vertices.values()}
    assert "where=bool (2, 3)" in options["sum"]
    assert options["cast"] == "dtype=float32"
    double = custom(lambda x, *, by: by(x)).defvjp(lambda g, out, x, by: by(g))
    assert "by=negative" in [v.options for v in draw(double(x, by=np.negative)).graph.vertices.values()]


def test_operands_that_are_no_numbers_are_no_vertices() -> None:
    named = custom(lambda x, word: 2.0 * x).defvjp(lambda g, out, x, word: 2.0 * g)
    graph = draw(named(leaf(1.0), "a word")).graph
    assert [v.kind for v in graph.vertices.values()] == [Kind.INPUT if v.kind is Kind.INPUT else v.kind
                                                         for v in graph.vertices.values()]
    assert "a word" not in [v.name for v in graph.vertices.values()]


def test_values_of_which_none_is_finite() -> None:
    (x,) = draw(leaf(np.full(300, np.nan))).graph.vertices.values()
    assert x.value is not None
    assert (x.value.text, x.value.nan) == ("nothing finite", 300)


def test_rules_without_a_text_have_a_name() -> None:
    assert expression(np.exp) == "exp"
    assert expression(eval(compile("lambda g: g * 2", "<nowhere>", "eval"))) == "rule"


# --- Shaping and placing ---------------------------------------------------------------------------------------------


def test_a_diamond_is_walked_once() -> None:
    graph = Graph()
    for key in ("a", "b", "c", "d", "far"):
        graph.add(Vertex(key, Kind.OPERATION, op="tanh"))
    graph.edges = [Edge("a", "b"), Edge("a", "c"), Edge("b", "d"), Edge("c", "d"), Edge("d", "far")]
    near = neighbourhood(graph, ("a",), hops=2, most=100)
    assert [key for key in near.vertices if near.vertices[key].kind is not Kind.MORE] == ["a", "b", "c", "d"]


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
    monkeypatch.setattr(drawings, "NOTEBOOK", 1)
    assert drawing._repr_mimebundle_().keys() == {"text/plain"}


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
    assert "multiply" in Drawing(extraction(graph), drawings.View()).to_svg()

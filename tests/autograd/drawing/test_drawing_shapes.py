"""Folding, cloning, closing modules, cutting: what is left stands for all there was."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given

import autograd
import nn
from autograd import Tensor
from autograd.drawing import Drawing, draw
from autograd.drawing.model import Edge, Graph, Kind, Vertex
from autograd.drawing.placing.budget import suits_engine
from autograd.drawing.shaping.cloning import cloned
from autograd.drawing.shaping.collapse import collapsed, depth_of, without_lonely_frames
from autograd.drawing.shaping.folding import folded, pattern
from autograd.drawing.shaping.neighbourhood import neighbourhood
from autograd.drawing.shaping.view import DRAWN_VERTICES, View, found, shaped
from tests.autograd.drawing.pictured import chain, graphs, layers, neuron
from tests.counted import calls
from tests.examples import examples


def is_sound(graph: Graph) -> None:
    """Every edge joins vertices that are there and runs forwards, unless it is carried; clusters are there."""
    place = {key: i for i, key in enumerate(graph.vertices)}
    for edge in graph.edges:
        assert edge.source in place
        assert edge.target in place
        assert edge.carried or place[edge.source] < place[edge.target]
    for vertex in graph.vertices.values():
        assert not vertex.cluster or vertex.cluster in graph.clusters
    for cluster in graph.clusters.values():
        assert not cluster.parent or cluster.parent in graph.clusters


@examples(60)
@given(graphs())
def test_folding_keeps_count_of_everything(graph: Graph) -> None:
    small = folded(graph)
    is_sound(small)
    assert sum(v.stands_for for v in small.vertices.values()) == len(graph.vertices)
    assert small.vertices.keys() <= graph.vertices.keys()


@examples(40)
@given(graphs())
def test_cloning_gives_every_reader_a_leaf_of_its_own(graph: Graph) -> None:
    wide = cloned(graph, many=1)
    is_sound(wide)
    assert len(wide.edges) == len(graph.edges)
    readers: dict[str, int] = {}
    for edge in wide.edges:
        readers[edge.source] = readers.get(edge.source, 0) + 1
    assert all(count == 1 for key, count in readers.items() if wide.vertices[key].kind is not Kind.OPERATION)


@examples(40)
@given(graphs())
def test_closing_modules_keeps_count_and_connections(graph: Graph) -> None:
    for depth in range(depth_of(graph) + 1):
        closed = collapsed(graph, depth)
        is_sound(closed)
        assert sum(v.stands_for for v in closed.vertices.values()) == len(graph.vertices)
        assert depth_of(closed) <= depth


@examples(25)
@given(graphs())
def test_shaped_graphs_are_sound_whatever_is_asked(graph: Graph) -> None:
    for view in (View(), View(depth=0), View(fold=True), View(fold=True, depth=1, share_leaves=True),
                 View(around=(next(iter(graph.vertices)),), hops=1)):
        is_sound(shaped(graph, view))


def test_a_loop_is_drawn_once_with_an_edge_to_its_next_turn() -> None:
    graph = folded(chain(100, weight=True))
    (frame,) = graph.clusters.values()
    assert frame.repeats == 99  # the first multiplies the weight by itself
    assert [v.op for v in graph.vertices.values() if v.cluster] == ["multiply", "tanh"]
    (carried,) = (edge for edge in graph.edges if edge.carried)
    assert (graph.vertices[carried.source].op, graph.vertices[carried.target].op) == ("tanh", "multiply")


def test_equal_layers_are_drawn_once_under_a_name_for_all() -> None:
    graph = folded(layers(12))
    (block,) = (c for c in graph.clusters.values() if c.kind == "Block")
    assert (block.repeats, block.repeats_text, block.parameters) == (12, "layers[0..11]", 72)
    names = [v.name for v in graph.vertices.values() if v.kind is Kind.PARAMETER]
    assert names == ["layers[0..11].weight", "layers[0..11].bias"]
    assert next(v for v in graph.vertices.values() if v.op == "relu").output


def test_layers_that_differ_are_not_folded() -> None:
    graph = layers(9)
    graph.vertices["a4"] = Vertex("a4", Kind.OPERATION, op="add", shape=(4, 9), dtype="float32", cluster="c5")
    small = folded(graph)
    assert sorted(c.repeats for c in small.clusters.values() if c.kind == "Block") == [1, 4, 4]
    assert "a4" in small.vertices


def test_two_of_a_kind_stay_two_and_small_graphs_stay_whole() -> None:
    assert folded(layers(2)).vertices.keys() == layers(2).vertices.keys()
    assert shaped(layers(5), View()).vertices.keys() == layers(5).vertices.keys()
    assert len(shaped(layers(5), View(fold=True)).vertices) == 6


def test_a_loop_whose_weights_would_be_drawn_at_each_step_is_drawn_once() -> None:
    cell, h = nn.GRUCell(3, 4), None
    for _ in range(8):
        h = cell(np.ones((2, 3), np.float32), h)
    few = draw(h, names=cell)
    assert (len(few.graph.vertices), [c.repeats for c in few.graph.clusters.values()]) == (8, [7])
    assert len(draw(h, names=cell, fold=False).graph.vertices) == 8 * (2 + 4)
    assert len(draw(h, names=cell, share_leaves=True).graph.vertices) == 8 * 2 + 4  # lines, which are few


def test_a_loop_within_a_loop() -> None:
    graph, last = Graph(), "n0"
    graph.add(Vertex("n0", Kind.PARAMETER, shape=(), dtype="float64"))
    for outer in range(10):
        for inner in range(5):
            key = f"a{outer}_{inner}"
            graph.add(Vertex(key, Kind.OPERATION, op="sin", shape=(), dtype="float64"))
            graph.edges.append(Edge(last, key, (0,)))
            last = key
        graph.add(Vertex(f"b{outer}", Kind.OPERATION, op="exp", shape=(), dtype="float64"))
        graph.edges.append(Edge(last, f"b{outer}", (0,)))
        last = f"b{outer}"
    small = folded(graph)
    assert len(small.vertices) == 3
    assert sorted(c.repeats for c in small.clusters.values()) == [5, 10]


def test_every_step_read_at_the_end_gives_one_edge() -> None:
    graph = chain(50)
    graph.add(Vertex("all", Kind.OPERATION, op="stack", shape=(50,), dtype="float64"))
    graph.edges += [Edge(f"t{i}", "all", (i,), "", True) for i in range(50)]
    small = folded(graph)
    (edge,) = (edge for edge in small.edges if edge.target == "all")
    assert edge.operands == tuple(range(50))


@pytest.mark.parametrize(("names", "text"), [
    (["w", "w"], "w"), (["a.0.w", "a.1.w", "a.2.w"], "a[0..2].w"), (["h1", "h2"], "h[1..2]"),
    (["a.0.b.0", "a.1.b.1"], ""), (["x", "y"], ""), (["0", "1"], "[0..1]"), (["", ""], ""), (["a0", "a"], ""),
])
def test_names_for_all(names: list[str], text: str) -> None:
    assert pattern(names) == text


def test_modules_close_at_the_depth_that_was_asked_for() -> None:
    graph = layers(3)
    assert [v.op for v in collapsed(graph, 0).vertices.values()] == ["", "Net"]
    inner = collapsed(graph, 1)
    assert [v.name for v in inner.vertices.values()] == ["x", "layers.0", "layers.1", "layers.2"]
    box = inner.vertices["m1"]
    assert (box.parameters, box.stands_for, box.notes) == (72, 5, ("(4, 8) → (4, 8)",))
    assert collapsed(graph, 2) is graph


def test_a_folded_module_says_what_data_it_reads() -> None:
    graph = layers(1)
    graph.clusters["c0"] = replace(graph.clusters["c0"], inputs=())  # data has no node
    assert "(4, 8) → (4, 8)" in collapsed(graph, 0).vertices["m0"].notes


class SineAndCosine(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return np.sin(x), np.cos(x)


def test_a_box_that_is_read_at_two_places_says_both() -> None:
    sine, cosine = SineAndCosine()(Tensor(np.ones(3), requires_grad=True))
    for result, ordered in ((sine - cosine, True), (sine + cosine, False)):
        [edge] = [edge for edge in draw(result, depth=0).graph.edges if edge.source.startswith("m")]
        assert (edge.operands, edge.ordered) == ((0, 1), ordered)


def test_two_outputs_of_an_operation_beside_a_closed_module_keep_their_edges() -> None:
    graph = layers(1)
    graph.add(Vertex("q", Kind.OPERATION, op="qr"))
    graph.add(Vertex("y", Kind.OPERATION, op="matmul", shape=(8, 8)))
    pair = [Edge("q", "y", (0,), "[0] (8, 8)", True), Edge("q", "y", (1,), "[1] (8, 8)", True)]
    graph.edges += pair
    assert [edge for edge in collapsed(graph, 0).edges if edge.source == "q"] == pair


def test_a_box_with_outputs_of_several_shapes_labels_its_edge_with_none() -> None:
    graph = layers(1)
    graph.add(Vertex("y", Kind.OPERATION, op="concatenate", shape=(8, 8)))
    graph.edges += [Edge("a0", "y", (1,), "(4, 8)", True), Edge("r0", "y", (0,), "(8, 8)", True)]
    assert collapsed(graph, 0).edges[-1] == Edge("m0", "y", (0, 1), "", True)


def test_some_modules_stay_open() -> None:
    graph = collapsed(layers(3), 0, "layers.1")
    assert {v.name for v in graph.vertices.values() if v.kind is Kind.MODULE} == {"layers.0", "layers.2"}
    assert "m1" in graph.vertices
    assert "w1" in graph.vertices
    assert collapsed(layers(3), 0, lambda path: path == "layers.2").vertices.keys() >= {"w2", "m1"}


def test_a_frame_around_one_vertex_is_words_on_it_instead() -> None:
    graph = layers(1)
    graph.vertices = {"x": graph.vertices["x"], "r0": graph.vertices["r0"]}
    graph.edges = []
    small = without_lonely_frames(graph)
    assert not small.clusters
    assert small.vertices["r0"].notes == ("layers.0: Block", "Net")


def test_large_graphs_close_their_modules_and_say_so() -> None:
    graph = layers(200)
    for i in range(0, 200, 2):  # nothing repeats three times in a row
        graph.vertices[f"a{i}"] = replace(graph.vertices[f"a{i}"], shape=(4, i + 100))
    small = shaped(graph, View())
    assert len(small.vertices) == 201
    assert "folded below depth 1 of 2: 201 of 1,001 vertices" in small.banner[0]


def test_graphs_beyond_all_bounds_are_cut_and_say_so() -> None:
    graph = chain(DRAWN_VERTICES + 1000)
    graph.vertices = {key: Vertex(key, v.kind, op=v.op, shape=(i,), dtype="f") for i, (key, v)
                      in enumerate(graph.vertices.items())}
    small = shaped(graph, View())
    assert len(small.vertices) == 601
    assert small.banner[0].startswith("Summary: the 600 vertices nearest to the output are drawn, of 5,001")
    assert sum(v.kind is Kind.MORE for v in small.vertices.values()) == 1


def test_a_neighbourhood_shows_where_the_rest_goes_on() -> None:
    part = neighbourhood(chain(9), ["t4"], hops=1, most=100)
    assert list(part.vertices) == ["t3_more", "t3", "t4", "t5", "t5_use"]
    assert part.vertices["t3_more"].notes == ("1 more operand",)
    is_sound(part)


def test_names_lead_to_vertices_and_a_wrong_one_says_what_there_is() -> None:
    assert found(neuron(), "w") == ("n0",)
    assert set(found(layers(2), "layers.1")) == {"w1", "d1", "b1", "a1", "r1"}
    with pytest.raises(KeyError, match=r"nothing in the graph is called 'v'; it has b, w, x, y"):
        found(neuron(), "v")


def test_a_shared_leaf_keeps_a_graph_from_the_engine() -> None:
    """Engines take minutes over one leaf with readers in fifty layers, and no time over fifty leaves."""
    shared = chain(60, weight=True)
    assert not suits_engine(shared)
    assert suits_engine(cloned(shared))
    assert not suits_engine(chain(2000))


def test_folding_a_long_chain_is_linear() -> None:
    assert len(folded(chain(10_000, weight=True)).vertices) == 5
    half, whole = (calls(partial(folded, chain(length, weight=True))) for length in (1000, 2000))
    assert whole < 2.2 * half


def test_what_was_folded_is_said() -> None:
    shown = shaped(layers(60), View())
    assert len(shown.vertices) == 6
    said = "Repetitions are drawn once: 6 vertices stand for 301. draw(..., fold=False) shows each."
    assert shown.banner == (said,)
    assert shaped(layers(2), View()).banner == ()


def transformer(count: int = 5) -> Drawing:
    autograd.manual_seed(0)
    model = nn.Sequential(*[nn.TransformerEncoderLayer(8, 2, 16) for _ in range(count)])
    tokens = Tensor(np.ones((2, 5, 8), "f4"), name="tokens")
    return draw(model(tokens).sum(), names=model, depth=1)


def test_layers_that_drop_out_repeat_as_others_do() -> None:
    """Each draws a mask of its own, which stands where it is read; data comes from outside."""
    drawing = transformer()
    masks = [v for v in drawing.full.vertices.values() if v.op == "mask"]
    assert len(masks) == 4 * 5
    assert all(v.cluster and v.kind is Kind.INPUT and v.dtype == "bool" for v in masks)
    (tokens,) = (v for v in drawing.full.vertices.values() if v.name == "tokens")
    assert not tokens.cluster
    first, others = (v for v in drawing.graph.vertices.values() if v.kind is Kind.MODULE)
    assert (first.name, others.name) == ("0", "[1..4]")
    assert others.notes == ("(2, 5, 8) → (2, 5, 8)", "× 4")  # masks are no inputs of it


def test_how_many_vertices_stand_for_all_is_said_of_those_that_are_drawn() -> None:
    drawing = transformer()
    shown, whole = len(drawing.graph.vertices), len(drawing.full.vertices)
    assert f"{shown} vertices stand for {whole}" in drawing.graph.banner[0]


def test_a_tangle_of_long_edges_keeps_a_graph_from_the_engine() -> None:
    graph = chain(900)
    keys = list(graph.vertices)
    assert suits_engine(graph)
    graph.edges += [Edge(keys[i], keys[i + 4], (1,)) for i in range(1, 800)]  # each passes by three layers
    assert not suits_engine(graph)

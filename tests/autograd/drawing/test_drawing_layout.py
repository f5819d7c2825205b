"""Our own layout: nothing overlaps, everything flows downwards, and time stays near linear."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import combinations, pairwise
from math import isfinite

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, tensor
from autograd.drawing import Drawing, draw
from autograd.drawing.labels import BEHIND
from autograd.drawing.model import Cluster, Edge, Graph, Kind, Summary, Vertex
from autograd.drawing.placing.edge_words import edge_words
from autograd.drawing.placing.frame_words import frame_words
from autograd.drawing.placing.geometry import Box, enclosing, points_along
from autograd.drawing.placing.layered import layered
from autograd.drawing.placing.layout import Layout, sizes
from autograd.drawing.placing.ranks import ranks, spine
from autograd.drawing.placing.ways_back import ways_back
from autograd.drawing.reading.extract import Extraction
from autograd.drawing.shaping.view import View
from autograd.drawing.words import width
from tests.autograd.drawing.pictured import chain, graphs, layers, neuron
from tests.counted import calls
from tests.examples import examples


def overlap(a: Box, b: Box) -> bool:
    return min(a.right, b.right) - max(a.left, b.left) > 0.1 and min(a.bottom, b.bottom) - max(a.top, b.top) > 0.1


@examples(40)
@given(graphs())
def test_no_two_boxes_overlap_and_all_lie_in_the_picture(graph: Graph) -> None:
    layout = layered(graph)
    assert layout.boxes.keys() == graph.vertices.keys()
    for a, b in combinations(layout.boxes.values(), 2):
        assert not overlap(a, b)
    for box in layout.boxes.values():
        assert box.left >= 0 <= box.top
        assert box.right <= layout.width
        assert box.bottom <= layout.height
    for box in layout.frames.values():
        assert box.left >= 0 <= box.top
        assert box.right < layout.width
        assert box.bottom < layout.height
    for x, y in (point for route in layout.routes.values() for point in route):
        assert 0 <= x < layout.width
        assert 0 <= y <= layout.height


@examples(40)
@given(graphs())
def test_edges_run_downwards_from_box_to_box(graph: Graph) -> None:
    layout = layered(graph)
    for number, edge in enumerate(graph.edges):
        route = layout.routes[number]
        assert (len(route) - 1) % 3 == 0
        assert all(isfinite(x) and isfinite(y) for x, y in route)
        assert route[0][1] == layout.boxes[edge.source].bottom
        assert route[-1][1] == layout.boxes[edge.target].top
        assert route[0][1] < route[-1][1]


@examples(40)
@given(graphs())
def test_no_edge_runs_through_a_box(graph: Graph) -> None:
    layout = layered(graph)
    for number, edge in enumerate(graph.edges):
        for key, box in layout.boxes.items():
            inner = Box(box.x, box.y, box.width - 6, box.height - 6)
            if key not in (edge.source, edge.target):
                assert not any(overlap(inner, Box(x, y, 1, 1)) for x, y in points_along(layout.routes[number]))


@examples(40)
@given(graphs(), st.data())
def test_the_way_to_the_next_repetition_runs_through_no_box(graph: Graph, data: st.DataObject) -> None:
    keys = list(graph.vertices)
    for _ in range(data.draw(st.integers(1, 3))):
        first, last = sorted(data.draw(st.lists(st.integers(0, len(keys) - 1), min_size=2, max_size=2)))
        graph.edges.append(Edge(keys[last], keys[first], (0,), carried=True))
    layout = layered(graph)
    for number, edge in enumerate(graph.edges):
        if edge.carried:
            source, target, route = layout.boxes[edge.source], layout.boxes[edge.target], layout.routes[number]
            assert (route[0][1], route[-1][1]) == (source.bottom, target.top)
            assert max(x for x, _ in route) > max(source.right, target.right)  # also from a box to itself
            for box in layout.boxes.values():
                inner = Box(box.x, box.y, box.width - 2, box.height - 2)
                assert not any(overlap(inner, Box(x, y, 1, 1)) for x, y in points_along(route))


@pytest.mark.parametrize("engine", ["", "none"])  # the first that is there, and our own
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_loops_go_around_what_any_engine_placed(engine: str, direction: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARGRAD_DOT", engine)
    w, h = Tensor(np.ones((3, 3)), requires_grad=True, name="W"), Tensor(np.zeros(3))
    for _ in range(20):
        h = np.tanh(w @ h + 1.0) * np.cos(h) - h
    drawing = draw(h, direction=direction)
    layout = drawing.layout()
    carried = [number for number, edge in enumerate(drawing.graph.edges) if edge.carried]
    assert carried
    (frame,) = layout.frames.values()
    for number in carried:
        assert surrounds(frame, enclosing(layout.routes[number]))
        before, tip = layout.routes[number][-2:]
        across, along_it = sorted((abs(tip[0] - before[0]), abs(tip[1] - before[1])))
        assert across == 0 < 1 < along_it, "an arrow's head points straight from the one to the other"
        for x, y in points_along(layout.routes[number]):
            assert 0 <= x <= layout.width
            assert 0 <= y <= layout.height
            assert not any(overlap(Box(box.x, box.y, box.width - 2, box.height - 2), Box(x, y, 1, 1))
                           for box in layout.boxes.values())


def test_a_long_edge_makes_way_for_wide_and_high_boxes() -> None:
    """Beside a box a route is straight; a curve between two layers' middles would cut its corners."""
    graph = Graph()
    for key, name in (("a", "a"), ("b", "a name so long that its box is wide"), ("c", "c"), ("d", "d")):
        graph.add(Vertex(key, Kind.OPERATION, op="f", name=name, notes=("high",) * 4 if key == "b" else ()))
    graph.edges = [Edge("a", "b", (0,)), Edge("b", "c", (0,)), Edge("a", "c", (1,)), Edge("b", "d", (0,)),
                   Edge("a", "d", (1,))]
    layout = layered(graph)
    wide = layout.boxes["b"]
    for number in (2, 4):
        assert not any(overlap(wide, Box(x, y, 1, 1)) for x, y in points_along(layout.routes[number]))


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_frames_within_frames_have_room_for_their_words(direction: str) -> None:
    graph = layers(2)
    for key, parent in (("o0", ""), ("o1", "o0"), ("o2", "o1")):
        graph.clusters[key] = Cluster(key, f"outer {key}", "Sequential", parent)
    top = [key for key, cluster in graph.clusters.items() if not cluster.parent and key != "o0"]
    graph.clusters |= {key: replace(graph.clusters[key], parent="o2") for key in top}
    layout = layered(graph, direction)
    assert layout.frames.keys() == graph.clusters.keys()
    placed = [words.box for words in frame_words(graph, layout).values()]
    for a, b in combinations([*placed, *layout.boxes.values()], 2):
        assert not overlap(a, b)
    assert all(frame.left >= 0 <= frame.top and frame.right <= layout.width and frame.bottom <= layout.height
               for frame in layout.frames.values())


@examples(30)
@given(graphs())
def test_ranks_put_every_vertex_below_what_it_reads(graph: Graph) -> None:
    rank = ranks(graph)
    assert all(rank[edge.source] < rank[edge.target] for edge in graph.edges)
    assert min(rank.values()) == 0


@examples(30)
@given(graphs())
def test_frames_hold_their_members_and_no_strangers(graph: Graph) -> None:
    layout = layered(graph)
    for key, frame in layout.frames.items():
        for name, vertex in graph.vertices.items():
            if key in graph.lineage(vertex.cluster):
                box = layout.boxes[name]
                assert frame.left <= box.left
                assert box.right <= frame.right
                assert frame.top <= box.top
                assert box.bottom <= frame.bottom
            else:
                assert not overlap(frame, layout.boxes[name])


@examples(30)
@given(graphs())
def test_words_on_edges_cover_neither_boxes_nor_each_other(graph: Graph) -> None:
    layout = layered(graph)
    places = [Box(w.x, w.y, width(w.text, 9), 9) for w in edge_words(graph, layout)]
    for a, b in combinations(places, 2):
        assert not overlap(a, b)
    for place in places:
        assert not any(overlap(place, box) for box in layout.boxes.values())


def test_a_word_on_an_edge_keeps_off_the_lines_where_it_can() -> None:
    """A flat arrow has its word above, and one beside another arrow on the free side."""
    graph = Graph()
    for key in ("a", "b", "c"):
        graph.add(Vertex(key, Kind.OPERATION, op="f"))
    graph.edges = [Edge("a", "c", (0,), ordered=True), Edge("b", "c", (1,), ordered=True)]
    boxes = {"a": Box(200, 102, 20, 20), "b": Box(0, 0, 20, 20), "c": Box(0, 100, 20, 20)}
    flat = [(190.0, 102.0), (130.0, 101.0), (70.0, 101.0), (10.0, 100.0)]
    steep = [(0.0, 10.0), (0.0, 40.0), (0.0, 60.0), (0.0, 90.0)]
    placed = edge_words(graph, Layout(220, 120, boxes, {0: flat, 1: steep}, "by hand"))
    assert [word.text for word in placed] == ["0", "1"]
    for word in placed:
        place = Box(word.x, word.y, width(word.text, 9), 9)
        for route in (flat, steep):
            assert not any(overlap(place, Box(x, y, 1, 1)) for x, y in points_along(route))
    assert abs(placed[0].y - 100) < 12


def test_a_word_stands_on_no_other_edge_between_the_same_boxes_whatever_else_is_in_its_way() -> None:
    graph = Graph()
    for key in ("a", "b", "c", "d"):
        graph.add(Vertex(key, Kind.OPERATION, op="f"))
    graph.edges = [Edge("a", "b", (0,), ordered=True), Edge("a", "b", (1,), ordered=True),
                   *[Edge("c", "d", (i,)) for i in range(3)]]
    boxes = {key: Box(x, y, 40, 20) for key, x, y in (("a", 0, 0), ("b", 0, 100), ("c", -60, 0), ("d", -60, 100))}
    upright = [[(x, 10.0), (x, 40.0), (x, 60.0), (x, 90.0)] for x in (0.0, 8.0, -5.0, -7.0, -9.0)]
    placed = edge_words(graph, Layout(220, 120, boxes, dict(enumerate(upright)), "by hand"))
    assert [(word.text, word.x < 0 or word.x > 8) for word in placed] == [("0", True), ("1", True)]
    assert placed[0].x < placed[1].x


def test_a_word_stands_on_no_other_operands_edge_when_there_is_room_farther_back() -> None:
    """Beside the last piece of its own edge there are a box and the edge that comes from above."""
    graph = Graph()
    for key in ("a", "b", "c", "d"):
        graph.add(Vertex(key, Kind.OPERATION, op="f"))
    graph.edges = [Edge("a", "c", (0,), "(24, 24)", ordered=True), Edge("b", "c", (1,))]
    boxes = {"a": Box(150, 0, 40, 20), "b": Box(0, 0, 40, 20), "c": Box(0, 100, 40, 20), "d": Box(64, 75, 100, 46)}
    upright = [(0.0, 10.0), (0.0, 40.0), (0.0, 60.0), (0.0, 90.0)]
    bent = [(130.0, 4.0), (90.0, 4.0), (16.0, 30.0), (12.0, 60.0), (11.0, 70.0), (10.0, 80.0), (8.0, 90.0)]
    layout = Layout(220, 120, boxes, {0: bent, 1: upright}, "by hand", {0: (0.0, 50.0)})
    (word,) = (word for word in edge_words(graph, layout) if word.edge == 0)
    place = Box(word.x, word.y, width(word.text, 9), 9)
    assert not any(overlap(place, Box(x, y, 1, 1)) for x, y in points_along(upright))


def test_a_word_keeps_off_the_sheets_behind_a_folded_module() -> None:
    graph = Graph()
    graph.add(Vertex("m", Kind.MODULE, op="M"))
    graph.add(Vertex("a", Kind.OPERATION, op="f"))
    graph.edges = [Edge("m", "a", (0,), "(2, 5)")]
    boxes = {"m": Box(0, 0, 60, 20), "a": Box(0, 60, 40, 20)}
    route = [(0.0, 10.0), (0.0, 25.0), (0.0, 35.0), (0.0, 50.0)]
    (word,) = edge_words(graph, Layout(100, 80, boxes, {0: route}, "by hand", {0: (20.0, 16.5)}))
    assert word.y - 4.5 > 10 + BEHIND[0]


def test_a_word_keeps_off_the_border_of_a_frame_and_off_the_way_back() -> None:
    graph = Graph(backward=True)
    for key in ("a", "b", "c"):
        graph.add(Vertex(key, Kind.OPERATION, op="f", cluster="c0" if key == "a" else ""))
    graph.clusters["c0"] = Cluster("c0", "m", "M")
    graph.edges = [Edge("a", "b", (0,), "(128,)", ordered=True)]
    boxes = {"a": Box(0, 0, 40, 20), "b": Box(0, 100, 40, 20), "c": Box(40, 60, 70, 70)}  # c takes the right side
    route = [(0.0, 10.0), (0.0, 37.0), (0.0, 63.0), (0.0, 90.0)]
    frame = Box(0, 0, 300, 140)  # its lower border is level with the first place
    (word,) = edge_words(graph, Layout(400, 120, boxes, {0: route}, "by hand", {0: (-40.0, 70.0)}, {"c0": frame}))
    place = Box(word.x, word.y, width(word.text, 9), 9)
    assert word.x < 0
    assert place.right < -6
    assert place.bottom < frame.bottom or place.top > frame.bottom


@pytest.mark.parametrize("across", [0, 10, 25, 60, 100, 160, 400])
@pytest.mark.parametrize("side", [1, -1])
def test_a_word_keeps_off_its_own_line_at_any_slope(across: int, side: int) -> None:
    graph = Graph()
    for key in ("a", "b"):
        graph.add(Vertex(key, Kind.OPERATION, op="f"))
    graph.edges = [Edge("a", "b", (0,), "(128, 64, 32)", ordered=True)]
    boxes = {"a": Box(500, 10, 20, 20), "b": Box(500 + side * across, 100, 20, 20)}
    route = [(500 + side * across * t, 20 + 70 * t) for t in (0, 1 / 3, 2 / 3, 1)]
    (word,) = edge_words(graph, Layout(1000, 120, boxes, {0: route}, "by hand", {0: route[1]}))
    place = Box(word.x, word.y, width(word.text, 9), 8)
    assert not any(overlap(place, Box(x, y, 1, 1)) for x, y in points_along(route))


def test_a_frames_words_make_way_for_an_arrow_that_comes_in() -> None:
    graph = layers(1)
    frames = {"c0": Box(150, 40, 300, 80), "c1": Box(25, 40, 50, 80)}
    arrow = {0: [(20.0, -20.0), (20.0, 0.0), (20.0, 20.0), (20.0, 60.0)]}
    words = frame_words(graph, Layout(300, 80, {}, arrow, "by hand", {}, frames))
    assert words["c0"].box.left > 20
    assert words["c1"] == frame_words(graph, Layout(300, 80, {}, {}, "by hand", {}, frames))["c1"]  # no room


def test_a_narrow_frames_words_leave_out_what_the_frame_around_says() -> None:
    graph = Graph()
    graph.clusters["c0"] = Cluster("c0", "layers.0", "Block", repeats=3, repeats_text="layers[0..2]")
    graph.clusters["c1"] = Cluster("c1", "layers.0.act", "GELU", "c0", repeats_text="layers[0..2].act")
    frames = {"c0": Box(150, 40, 300, 80), "c1": Box(150, 45, 150, 60)}
    arrow = [(160.0, -20.0), (160.0, 0.0), (160.0, 20.0), (160.0, 60.0)]

    def words(*arrows: list[tuple[float, float]]) -> str:
        return frame_words(graph, Layout(300, 80, {}, dict(enumerate(arrows)), "by hand", {}, frames))["c1"].text

    graph.edges = [Edge("a", "b", (0,))]
    assert words() == "layers[0..2].act: GELU"
    assert words(arrow) == "act: GELU"


def test_the_way_of_the_data_is_straight() -> None:
    graph = layers(3)
    assert spine(graph) == ["x", *(f"{kind}{i}" for i in range(3) for kind in "dar")]


def test_of_many_ways_that_meet_the_one_in_the_middle_is_straight() -> None:
    graph = Graph()
    for key in ("x", *(f"f{i}" for i in range(7)), "end"):
        graph.add(Vertex(key, Kind.OPERATION if key != "x" else Kind.INPUT, op="f", output=key == "end"))
    graph.edges = [edge for i in range(7) for edge in (Edge("x", f"f{i}", (0,)), Edge(f"f{i}", "end", (i,)))]
    assert spine(graph) == ["x", "f3", "end"]


def test_a_gradients_way_back_stays_between_the_boxes() -> None:
    graph = replace(neuron(), backward=True)
    layout = layered(graph)
    for number, back in ways_back(graph, layout).items():
        edge = graph.edges[number]
        reader, maker = layout.boxes[edge.target], layout.boxes[edge.source]
        for x, y in (back[0], back[-1]):
            for box in (reader, maker):
                assert not (box.left + 1 < x < box.right - 1 and box.top + 1 < y < box.bottom - 1)


def test_from_left_to_right() -> None:
    graph = neuron()
    down, right = layered(graph), layered(graph, "LR")
    measured = sizes(graph)
    assert all((box.width, box.height) == measured[key] for key, box in right.boxes.items())
    assert right.boxes["n0"].x < right.boxes["n2"].x < right.boxes["n5"].x
    assert down.boxes["n0"].y < down.boxes["n2"].y < down.boxes["n5"].y


def test_a_chain_stands_straight() -> None:
    layout = layered(chain(12))
    assert len({round(box.x, 3) for box in layout.boxes.values()}) == 1


def test_the_way_of_the_data_stands_straight() -> None:
    graph = layers(4)
    graph.edges.append(Edge("r0", "a2", (2,)))  # passes two modules
    layout, way = layered(graph), spine(graph)
    assert max(layout.boxes[key].x for key in way) - min(layout.boxes[key].x for key in way) < 1e-3
    for number, edge in enumerate(graph.edges):
        if (edge.source, edge.target) in set(pairwise(way)):
            assert max(x for x, _ in layout.routes[number]) - min(x for x, _ in layout.routes[number]) < 1e-3


@pytest.mark.parametrize("engine", ["", "none"])  # the first that is there, and our own
def test_modules_stand_one_below_another(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their shapes are written beside the line, which goes on straight, and an edge that passes one goes around it."""
    monkeypatch.setenv("CLEARGRAD_DOT", engine)
    graph = layers(4)
    graph.edges = [replace(edge, label="(4, 8)" if edge.source[0] == "r" else "") for edge in graph.edges]
    graph.edges.append(Edge("r0", "a2", (2,), "(4, 8)"))
    drawing = Drawing(Extraction(graph), View(fold=False))
    layout = drawing.layout()
    across = [layout.boxes[key].x for key in spine(graph)]
    assert max(across) - min(across) < 1
    assert sum(word.text.endswith("(4, 8)") for word in edge_words(drawing.graph, layout)) == 4


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_a_frame_holds_the_ways_to_the_next_repetition_and_the_edges_that_pass(direction: str) -> None:
    graph = layers(2)
    graph.add(Vertex("end", Kind.OPERATION, op="end", output=True))
    graph.edges += [Edge("x", "r1", (1,)), Edge("r0", "d0", carried=True), Edge("a1", "d1", carried=True),
                    Edge("r1", "end", (0,))]
    layout = layered(graph, direction)
    for frame, number in (("c1", -3), ("c2", -2)):
        loop = enclosing(layout.routes[len(graph.edges) + number])
        assert surrounds(layout.frames[frame], loop)
    passing, outer = enclosing(layout.routes[len(graph.edges) - 4]), layout.frames["c0"]
    assert (passing.right < outer.right) if direction == "TB" else (passing.bottom < outer.bottom)
    assert surrounds(Box(layout.width / 2, layout.height / 2, layout.width, layout.height), outer)


def surrounds(outer: Box, inner: Box) -> bool:
    return (outer.left <= inner.left and inner.right <= outer.right
            and outer.top <= inner.top and inner.bottom <= outer.bottom)


def test_what_is_read_beside_a_module_stands_beside_its_frame() -> None:
    graph = layers(2)
    graph.vertices["w0"] = replace(graph.vertices["w0"], value=Summary(3, "[-0.3395, 0.04909, 0.1864]"))
    graph.vertices["b0"] = replace(graph.vertices["b0"], value=Summary(3, "[-0.3395, 0.04909, 0.1864]"))
    graph.add(Vertex("t", Kind.INPUT, name="targets", shape=(4,), dtype="int64"))
    graph.add(Vertex("loss", Kind.OPERATION, op="cross_entropy", output=True))
    graph.edges += [Edge("r1", "loss", (0,)), Edge("t", "loss", (1,))]
    layout = layered(graph)
    assert layout.frames.keys() == graph.clusters.keys()
    assert not layout.boxes["t"].meets(layout.frames["c0"])


def test_modules_beside_each_other_and_beside_operations_get_their_frames() -> None:
    """Narrow layers of theirs make way where wide ones need the room."""
    gate, experts = nn.Linear(4, 3), nn.ModuleList([nn.Sequential(nn.Linear(4, 4), nn.ReLU()) for _ in range(3)])
    x = tensor(np.ones((2, 4), np.float32))
    shares = nn.functional.softmax(gate(x), 1)
    graph = draw(sum(expert(x) * shares[:, i : i + 1] for i, expert in enumerate(experts)), names=experts).graph
    assert len(graph.clusters) == 7
    assert layered(graph).frames.keys() == graph.clusters.keys()


def test_modules_get_their_frames() -> None:
    assert set(layered(layers(4)).frames) == {"c0", "c1", "c2", "c3", "c4"}


def test_an_empty_graph_has_no_boxes() -> None:
    assert layered(Graph()).boxes == {}


def test_frames_cost_no_more_than_there_are_modules() -> None:
    half, whole = (calls(partial(layered, layers(count))) for count in (150, 300))
    assert whole < 2.2 * half


def test_long_edges_cost_no_more_than_there_are_vertices() -> None:
    """The weight is read at every layer: its edges pass hundreds of others."""
    half, whole = (calls(partial(layered, chain(length, weight=True))) for length in (400, 800))
    assert whole < 2.2 * half
    assert len(layered(chain(2500, weight=True)).boxes) == 5001


def test_lines_that_need_not_cross_do_not() -> None:
    """Two arms of a sum; the constant beside one of them does not pull it to the other side."""
    graph = Graph()
    for key in ("w", "a1", "b1", "a2", "b2", "half", "a3", "b3", "end"):
        kind = Kind.PARAMETER if key == "w" else Kind.CONSTANT if key == "half" else Kind.OPERATION
        graph.add(Vertex(key, kind, op="tanh", shape=(), value=Summary(1, "0.5") if key == "half" else None))
    graph.edges = [Edge(a, b, (0,)) for a, b in (
        ("w", "b1"), ("w", "a1"), ("a1", "a2"), ("b1", "b2"), ("b2", "b3"), ("half", "a3"), ("a2", "a3"), ("b3", "end"),
        ("a3", "end"))]
    boxes = layered(graph).boxes
    sides = {(boxes[f"a{i}"].x < boxes[f"b{i}"].x) for i in (1, 2, 3)}
    assert len(sides) == 1

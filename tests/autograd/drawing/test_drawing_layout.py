"""Our own layout: nothing overlaps, everything flows downwards, and time stays near linear."""

from __future__ import annotations

import time
from itertools import combinations
from math import isfinite

from hypothesis import given, settings

from autograd.drawing.edge_words import edge_words
from autograd.drawing.layered import layered
from autograd.drawing.layout import Box, sizes, way_back
from autograd.drawing.model import Graph
from autograd.drawing.ranks import ranks
from autograd.drawing.words import width
from tests.autograd.drawing.pictured import chain, graphs, layers, neuron


def overlap(a: Box, b: Box) -> bool:
    return min(a.right, b.right) - max(a.left, b.left) > 0.1 and min(a.bottom, b.bottom) - max(a.top, b.top) > 0.1


@settings(max_examples=40, deadline=None)
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


@settings(max_examples=40, deadline=None)
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


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_ranks_put_every_vertex_below_what_it_reads(graph: Graph) -> None:
    rank = ranks(graph)
    assert all(rank[edge.source] < rank[edge.target] for edge in graph.edges)
    assert min(rank.values()) == 0


@settings(max_examples=30, deadline=None)
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


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_words_on_edges_cover_neither_boxes_nor_each_other(graph: Graph) -> None:
    layout = layered(graph)
    places = [Box(w.x, w.y, width(w.text, 9), 9) for w in edge_words(graph, layout)]
    for a, b in combinations(places, 2):
        assert not overlap(a, b)
    for place in places:
        assert not any(overlap(place, box) for box in layout.boxes.values())


def test_a_gradients_way_back_stays_between_the_boxes() -> None:
    graph = neuron()
    layout = layered(graph)
    for number, edge in enumerate(graph.edges):
        reader, maker = layout.boxes[edge.target], layout.boxes[edge.source]
        back = way_back(layout.routes[number], reader, maker)
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


def test_modules_get_their_frames() -> None:
    assert set(layered(layers(4)).frames) == {"c0", "c1", "c2", "c3", "c4"}


def test_an_empty_graph() -> None:
    assert layered(Graph()).boxes == {}


def test_five_thousand_vertices_and_long_edges_take_seconds() -> None:
    graph = chain(2500, weight=True)  # the weight is read at every layer
    start = time.perf_counter()
    layered(graph)
    assert time.perf_counter() - start < 5

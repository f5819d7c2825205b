"""The picture: well-formed, escaped, accessible, and no text outside its box."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.drawing import Drawing
from autograd.drawing.labels import lines
from autograd.drawing.model import Graph, Kind, Summary, Vertex
from autograd.drawing.placing.layered import layered
from autograd.drawing.reading.extract import Extraction
from autograd.drawing.shaping.cloning import cloned
from autograd.drawing.shaping.folding import folded
from autograd.drawing.shaping.view import View
from autograd.drawing.words import width
from autograd.drawing.writing import dot
from autograd.drawing.writing.placed import placed_source
from autograd.drawing.writing.record import as_json
from autograd.drawing.writing.style import PALETTES
from autograd.drawing.writing.svg import paint
from autograd.drawing.writing.text import table
from tests.autograd.drawing.pictured import SVG, graphs, groups, layers, neuron, parsed, structure
from tests.examples import examples

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = st.text(st.characters(), max_size=15) | st.sampled_from(
    ["<script>alert(1)</script>", "]]>", '"><g onload="x"', "</style>", "a\nb", "{x|y}", "\\N", "&lt;"])


@examples(50)
@given(graphs(names=HOSTILE), st.booleans(), HOSTILE)
def test_any_names_make_a_well_formed_picture(graph: Graph, backward: bool, title: str) -> None:
    graph = replace(graph, backward=backward, title=title, banner=(title,))
    root = parsed(paint(graph, layered(graph)))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "style", "defs", "marker", "pattern", "path", "g", "rect", "ellipse", "text"}
    assert not any(name.startswith("on") for element in root.iter() for name in element.attrib)
    assert len(list(groups(root, "node"))) == len(graph.vertices)
    assert len(list(groups(root, "edge"))) == len(graph.edges)


@examples(50)
@given(graphs(names=HOSTILE))
def test_text_and_json_carry_any_name(graph: Graph) -> None:
    text = table(graph)
    assert text.encode()
    assert all(key in text for key in graph.vertices)
    content = json.loads(as_json(graph))
    assert [v["id"] for v in content["vertices"]] == list(graph.vertices)
    assert len(content["edges"]) == len(graph.edges)
    assert placed_source(graph, layered(graph), "dark").encode()


@examples(40)
@given(graphs(names=st.text(max_size=60)), st.booleans())
def test_text_stays_in_its_box(graph: Graph, backward: bool) -> None:
    graph = replace(graph, backward=backward)
    layout = layered(graph)
    for key, vertex in graph.vertices.items():
        inside = layout.boxes[key].width * (0.85 if vertex.kind is Kind.INPUT else 1.0)
        assert all(line.width <= inside - 4 for line in lines(vertex, backward=backward))


def test_the_structure_of_a_picture() -> None:
    """Without coordinates; the golden file is what `python -m tests.autograd.drawing.test_drawing_svg` writes."""
    svg = paint(neuron(), layered(neuron()))
    assert structure(svg) == (GOLDEN / "neuron.svg.txt").read_text(encoding="utf-8").splitlines()


def test_kinds_differ_in_outline_as_well_as_in_colour() -> None:
    root = parsed(paint(neuron(), layered(neuron())))
    by_id = {g.get("data-id"): g for g in groups(root, "node")}
    assert by_id["n1"].find(f"{SVG}ellipse") is not None
    corners = {key: by_id[key].find(f"{SVG}rect").get("rx") for key in ("n0", "n2")}  # type: ignore[union-attr]
    assert corners == {"n0": "1.5", "n2": "9.0"}
    assert len(by_id["n5"].findall(f"{SVG}rect")) == 2  # the output's double line


def test_states_are_drawn_not_only_coloured() -> None:
    graph = neuron()
    graph.vertices["n3"] = replace(graph.vertices["n3"], frozen=True)
    graph.vertices["n4"] = replace(graph.vertices["n4"], failed=True)
    graph.vertices["n0"] = replace(graph.vertices["n0"], copy=(2, 9))
    picture = paint(graph, layered(graph))
    assert "-hatch)" in picture
    assert "use 2 of 9" in picture
    assert {"frozen: no gradient", "failed here", "one leaf, drawn at each use"} <= set(words(picture))


def words(picture: str) -> list[str]:
    return [element.text or "" for element in parsed(picture).iter(f"{SVG}text")]


def test_what_is_written_on_vertices() -> None:
    texts = words(paint(neuron(), layered(neuron())))
    assert {"w", "= 2", "no grad yet", "b", "grad 0.42", "×  multiply", "y = tanh", "= 0.7616"} <= set(texts)
    assert texts.count("no grad yet") == 1  # b has one


def test_values_that_are_not_finite_stand_out() -> None:
    graph = neuron()
    graph.vertices["n2"] = replace(graph.vertices["n2"], value=Summary(900, "0 … 1", "0.5", nan=3, infinite=1))
    picture = paint(graph, layered(graph))
    assert "= 0 … 1, mean 0.5, 3 nan, 1 inf" in words(picture)
    assert [text.text for text in parsed(picture).iter(f"{SVG}text") if text.get("class") == "alarm"] == [
        "= 0 … 1, mean 0.5, 3 nan, 1 inf"]
    assert PALETTES["light"]["failed-line"] in dot.source(graph)


def test_the_backward_view_shows_rules_and_gradients() -> None:
    graph = replace(neuron(), backward=True)
    graph.edges.append(replace(graph.edges[2], target="n5", operands=(1, 2)))
    picture = paint(graph, layered(graph))
    root = parsed(picture)
    assert {(g.get("data-from"), g.get("data-to")) for g in groups(root, "backward") if g.get("data-from")} == {
        ("n2", "n0"), ("n4", "n2"), ("n4", "n3"), ("n5", "n4"), ("n5", "n2")}
    assert "∂  g * (1 - out * out)" in words(picture)
    assert "∂ ()  8 B" in words(picture)
    assert "Σ 3" in words(picture)  # n2 gathers from n4 and twice from n5
    assert words(picture).count("g ()  8 B") == 3  # what arrives at each operation
    graph.vertices["n2"] = replace(graph.vertices["n2"], rule="x: g * y; y: g * x")
    assert {"∂x  g * y", "∂y  g * x"} <= set(words(paint(graph, layered(graph))))


def test_a_picture_reads_aloud() -> None:
    root = parsed(paint(neuron(), layered(neuron())))
    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    about = [named[key] for key in (root.get("aria-labelledby") or "").split()]
    assert about == ["A neuron", "3 operations, 2 parameters, 1 input; output y ()"]
    titles = [g.find(f"{SVG}title").text for g in groups(root, "node")]  # type: ignore[union-attr]
    assert titles[0] == "w: parameter ()  float64\nvalue 2\nno gradient yet: backward() has not run"
    assert next(g.find(f"{SVG}title").text for g in groups(root, "edge")) == "w → multiply"  # type: ignore[union-attr]


def test_a_picture_follows_the_readers_theme_unless_it_is_given_one() -> None:
    follows = paint(neuron(), layered(neuron()))
    assert "prefers-color-scheme: dark" in follows
    assert '<rect class="ground"' in follows  # dark ink on a dark page, or light on light, cannot happen
    assert '<rect class="ground"' not in paint(neuron(), layered(neuron()), embedded=True)
    dark = paint(neuron(), layered(neuron()), theme="dark")
    assert "prefers-color-scheme" not in dark
    assert "--paper:#14181d" in dark


def test_two_figures_in_a_page_share_no_id() -> None:
    first, second = neuron(), layers(2)
    ids = [{e.get("id") for e in parsed(paint(g, layered(g))).iter() if e.get("id")} for g in (first, second)]
    assert not ids[0] & ids[1]
    light, dark = (parsed(paint(first, layered(first), theme=theme)).get("id") for theme in ("light", "dark"))
    assert light != dark  # or the style of one would be that of both
    assert paint(first, layered(first)) == paint(neuron(), layered(neuron()))


def test_heat_is_a_colour_a_figure_and_a_legend() -> None:
    graph = replace(neuron(), heat_unit="time", heat_figure=lambda ms: f"{ms:g} ms")
    graph.vertices["n2"] = replace(graph.vertices["n2"], heat=3.0, heat_text="3 ms")
    graph.vertices["n4"] = replace(graph.vertices["n4"], heat=1.0, heat_text="1 ms")
    picture = paint(graph, layered(graph))
    assert {"3 ms", "1 ms", "time, up to 3 ms"} <= set(words(picture))
    assert 'style="fill:#8c2d5a"' in picture
    graph.vertices["n0"] = replace(graph.vertices["n0"], heat=None)
    painted = placed_source(graph, layered(graph), "light")  # what png and pdf are made from
    assert painted.count('fillcolor="#8c2d5a"') == 2  # the vertex, and the end of the ramp
    assert PALETTES["light"]["parameter-fill"] not in painted.split("legend")[0]  # only heat has a colour
    assert "time, up to 3 ms" in painted


def test_a_legend_explains_the_signs_that_are_there() -> None:
    assert not {"read at two places", "which operand, and its shape where it changes"} & set(
        words(paint(neuron(), layered(neuron()))))
    graph = neuron()
    graph.edges[0] = replace(graph.edges[0], operands=(0, 1))
    graph.edges[1] = replace(graph.edges[1], ordered=True)
    picture = paint(graph, layered(graph))
    assert {"read at two places", "which operand, and its shape where it changes"} <= set(words(picture))
    assert "read at two places" in placed_source(graph, layered(graph), "dark")


def test_a_repeated_block_without_a_frame_has_its_count_on_its_vertices_in_every_form() -> None:
    graph = folded(layers(12))
    layout = layered(graph)
    framed = paint(graph, layout), placed_source(graph, layout, "light")
    assert not any('class="count"' in text or "count_" in text for text in framed)
    layout.frames = {}
    inside = [vertex for vertex in graph.vertices.values()
              if any(graph.clusters[c].repeats > 1 for c in graph.lineage(vertex.cluster))]
    assert len(inside) > 2
    assert paint(graph, layout).count('<g class="count"') == len(inside)
    assert placed_source(graph, layout, "light").count('label="× 12"') == len(inside)


def test_no_box_of_a_legend_looks_like_an_ellipse() -> None:
    painted = parsed(paint(neuron(), layered(neuron())))
    boxes = [box for box in painted.iter(f"{SVG}rect") if box.get("rx") and box.get("height", "")[-1] != "%"]
    assert len(boxes) > 8
    assert all(float(box.get("rx", 0)) < float(box.get("height", 0)) / 2 - 1 for box in boxes)


def test_a_narrow_picture_is_wide_enough_for_its_legend() -> None:
    graph = Graph(backward=True, heat_unit="bytes kept for the backward pass", heat_figure=lambda kb: f"{kb} kB")
    graph.add(Vertex("n0", Kind.OPERATION, op="tanh", rule="g", heat=1.0))
    (_, _, wide, _) = map(float, parsed(paint(graph, layered(graph))).get("viewBox", "").split())
    assert wide > 10 + 28 + width("g arrives from the readers, ∂ is what the operands get", 10)
    assert wide > 10 + 108 + width("bytes kept for the backward pass, up to 1.0 kB", 10)


def test_repetitions_and_aliases_are_explained() -> None:
    graph = cloned(folded(layers(12)))
    picture = paint(graph, layered(graph))
    assert any(text.startswith("× 12") for text in words(picture))
    assert "to the next repetition" in words(picture)


def test_notebooks_get_a_picture_and_text_and_never_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARGRAD_DOT", "none")
    drawing = Drawing(Extraction(neuron()), View())
    bundle = drawing._repr_mimebundle_()
    assert parsed(bundle["image/svg+xml"]) is not None
    assert bundle["text/plain"] == "<Drawing of 6 vertices; .save('graph.svg') or .to_text()>"
    assert str(drawing).startswith("A neuron\n3 operations")
    monkeypatch.setattr(drawing, "to_svg", lambda: 1 / 0)
    assert "no picture: ZeroDivisionError" in drawing._repr_mimebundle_()["text/plain"]


if __name__ == "__main__":
    (GOLDEN / "neuron.svg.txt").write_text("\n".join(structure(paint(neuron(), layered(neuron())))) + "\n",
                                           encoding="utf-8")

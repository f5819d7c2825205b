"""Text that any picture can carry."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd.drawing.labels import heading, lines
from autograd.drawing.model import Kind, Summary, Vertex
from autograd.drawing.reading.facts import summary
from autograd.drawing.words import (
    LINE,
    broken,
    bytes_text,
    figure,
    printable,
    seconds_text,
    shape_text,
    shortened,
    width,
)
from autograd.drawing.writing.escapes import escape
from autograd.drawing.writing.style import PALETTES, RAMP, contrast, heat_colours

ANYTHING = st.text(st.characters(), max_size=40)  # lone surrogates and control characters too


@given(ANYTHING)
def test_any_text_survives_in_xml(text: str) -> None:
    root = ET.fromstring(f'<a title="{escape(text)}">{escape(text)}</a>'.encode())
    assert root.text or not text
    assert (root.text or "") == root.get("title") == printable(text)


@given(ANYTHING)
def test_printable_text_is_one_line_that_can_be_encoded(text: str) -> None:
    shown = printable(text)
    assert shown.encode() or not text
    assert len(shown.splitlines()) <= 1
    assert json.loads(json.dumps(shown)) == shown


@given(ANYTHING, st.integers(4, 60))
def test_shortened_text_keeps_both_ends(text: str, limit: int) -> None:
    shown = shortened(text, limit)
    assert len(shown) <= limit
    if len(printable(text)) > limit:
        assert "…" in shown
        assert shown[0] == printable(text)[0]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)), st.text(max_size=5))
def test_a_longer_text_is_no_narrower(text: str, more: str) -> None:
    assert width(text + more, 10) >= width(text, 10)
    assert width(text, 10, bold=True) >= width(text, 10)


def test_boxes_are_wide_enough_for_the_widest_usual_font() -> None:
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib brings the font to measure with")
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    assert matplotlib
    for text in ("layers.0.weight", "(64, 128)  float32", "g * (1 - out * out)", "WWWW@@@@", "× multiply ∂ Σ −x"):
        for bold, weight in ((False, "normal"), (True, "bold")):
            path = TextPath((0, 0), text, size=12, prop=FontProperties(family="DejaVu Sans", weight=weight))
            assert width(text, 12, bold=bold) >= path.get_extents().width * 0.98


@pytest.mark.parametrize(("number", "text"), [
    (0.0, "0"), (-0.0, "0"), (2.0, "2"), (1 / 3, "0.3333"), (1e-9, "1e-09"), (123456.0, "1.235e+05"), (7, "7"),
    (True, "True"), (1 - 2j, "1-2j"), (float("nan"), "nan"), (float("-inf"), "-inf"),
])
def test_figures_are_short(number: complex, text: str) -> None:
    assert figure(number) == text


def test_units_fit_what_they_measure() -> None:
    assert [bytes_text(n) for n in (0, 999, 1500, 2e6, 3e9)] == ["0 B", "999 B", "1.5 kB", "2 MB", "3 GB"]
    assert [seconds_text(s) for s in (2e-6, 0.0042, 1.5)] == ["2 µs", "4.2 ms", "1.5 s"]
    assert shape_text((np.int64(3), 4)) == "(3, 4)"  # type: ignore[arg-type]


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=3, max_side=4),
                  elements=st.floats(allow_nan=True, allow_infinity=True)))
def test_summaries_count_what_is_not_finite(array: np.ndarray) -> None:
    found = summary(array[()])
    assert found is not None
    assert found.size == array.size
    assert (found.nan, found.infinite) == (np.isnan(array).sum(), np.isinf(array).sum())
    assert found.finite == np.isfinite(array).all()
    in_full = str(np.vectorize(figure, otypes=[object])(array).tolist()).replace("'", "")
    if array.size <= 4 and len(in_full) <= LINE:
        assert found.text == in_full


def test_summaries_of_what_is_unusual() -> None:
    assert summary(np.zeros((0, 3))).text == "empty"  # type: ignore[union-attr]
    assert summary(np.array(["a"])) is None
    assert summary(np.arange(9)).text == "0 … 8"  # type: ignore[union-attr]
    assert summary(np.full(9, 2.5)).describe() == "2.5, mean 2.5"  # type: ignore[union-attr]
    assert summary(np.array([1 + 1j] * 5)).text.startswith("|z| 1.414")  # type: ignore[union-attr]
    assert summary(np.array([-2, -np.inf])).describe() == "[-2, -inf]"  # type: ignore[union-attr]
    assert summary(np.float64(np.nan)).describe() == "nan"  # type: ignore[union-attr]
    assert summary(np.full(9, np.inf)).describe() == "nothing finite, 9 inf"  # type: ignore[union-attr]
    assert summary(np.array([np.nan, 1, 2, 3, 4.0])).describe() == "1 … 4, mean 2.5, 1 nan"  # type: ignore[union-attr]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read_on_its_ground(theme: str) -> None:
    colours = PALETTES[theme]  # type: ignore[index]
    grounds = [colours[name] for name in colours if name.endswith("-fill")] + [colours["paper"]]
    for ground in grounds:
        for ink in ("ink", "muted", "grad", "carried", "failed-line"):
            assert contrast(colours[ink], ground) >= 4.5, (ink, ground)
    for line in (name for name in colours if name.endswith("-line")):
        assert contrast(colours[line], colours["paper"]) >= 2.9, line


def test_heat_is_darker_the_hotter_and_its_text_can_be_read() -> None:
    shares = [i / 50 for i in range(51)]
    grounds = [heat_colours(share) for share in shares]
    assert all(contrast(ink, ground) >= 4.5 for ground, ink in grounds)
    light = [contrast(ground, "#000000") for ground, _ in grounds]
    assert light == sorted(light, reverse=True)
    assert len(RAMP) > 2


def test_options_are_broken_before_a_name() -> None:
    text = "stride=(1, 1), padding=(1, 1), dilation=(1, 1), groups=1"
    assert broken(text) == ["stride=(1, 1), padding=(1, 1)", "dilation=(1, 1), groups=1"]
    assert broken("axis=0") == ["axis=0"]
    assert ", ".join(broken(text)) == text


@pytest.mark.parametrize(("vertex", "written"), [
    (Vertex("n0", Kind.CONSTANT, shape=(), value=Summary(1, "2.5")), ["2.5"]),
    (Vertex("n0", Kind.CONSTANT, name="eps", shape=(), value=Summary(1, "2.5")), ["eps"]),
    (Vertex("n0", Kind.CONSTANT, shape=(2,), dtype="int64"), ["constant", "(2,)  int64"]),
    (Vertex("n0", Kind.INPUT, shape=(3,), dtype="float64", copy=(2, 7)), ["input", "use 2 of 7", "(3,)  float64"]),
    (Vertex("n0", Kind.PARAMETER, name="w", shape=(), value=Summary(1, "2"), expects_grad=True),
     ["w", "()", "= 2", "no grad yet"]),
    (Vertex("n0", Kind.OPERATION, op="add", name="y", shape=(1,), options="axis=0", change="added"),
     ["y = add", "(1,)", "axis=0", "added"]),
    (Vertex("n0", Kind.OPERATION, op="add", heat=2.0, heat_text="2 ms", notes=("got (2,)",)),
     ["+  add", "2 ms", "got (2,)"]),
    (Vertex("n0", Kind.OPERATION, op="sin", shape=(9,), value=Summary(9, "1 … 2", nan=3)),
     ["sin", "(9,)", "= 1 … 2, 3 nan"]),
    (Vertex("m0", Kind.MODULE, op="Linear", name="encoder", parameters=6), ["encoder: Linear", "6 parameters"]),
    (Vertex("m0", Kind.MODULE, op="Linear", notes=("× 3",)), ["Linear", "× 3"]),
    (Vertex("n0_more", Kind.MORE, op="…", notes=("2 more operands",)), ["…", "2 more operands"]),
])
def test_the_lines_on_a_vertex(vertex: Vertex, written: list[str]) -> None:
    assert [line.text for line in lines(vertex)] == written
    assert heading(vertex) == written[0]


def test_the_lines_on_a_vertex_of_the_backward_view() -> None:
    vertex = Vertex("n0", Kind.OPERATION, op="multiply", shape=(250,), dtype="float64", rule="x: g * y; y: g * x")
    assert [line.text for line in lines(vertex, backward=True)] == [
        "×  multiply", "(250,)  float64", "g (250,)  2 kB", "∂x  g * y", "∂y  g * x"]
    leaf = Vertex("n0", Kind.PARAMETER, name="w", shape=(5,), dtype="float32")
    assert [line.text for line in lines(leaf, backward=True)] == ["w", "(5,)  float32", "∂ (5,)  20 B"]
    frozen = Vertex("n0", Kind.PARAMETER, name="w", shape=(5,), dtype="float32", frozen=True)
    assert [line.text for line in lines(frozen, backward=True)] == ["w", "(5,)  float32"]

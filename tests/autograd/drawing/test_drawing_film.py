"""The film strip: frames that fill in, the engine's numbers at the end, and a picture like any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.drawing import Drawing, draw
from autograd.drawing.writing.film import MOST
from tests.autograd.drawing.pictured import SVG, groups, parsed


def neuron(name: str = "w") -> tuple[Drawing, Tensor]:
    x, w = Tensor(3.0, name="x"), Tensor(2.0, requires_grad=True, name=name)
    y = np.tanh(w * x - 5.0) + 0.5 * w
    y.backward(retain_graph=True)
    return draw(y), w


def slots(frame: object) -> list[str]:
    return [text.text for text in frame.iter(f"{SVG}text") if "slot" in text.get("class", "") and text.text]  # type: ignore[attr-defined]


def test_a_title_stands_above_all_frames() -> None:
    x = Tensor(1.0, requires_grad=True)
    strip = draw(np.sin(x) * 2.0, title="正弦").to_film()
    (title,) = [text for text in parsed(strip).iter(f"{SVG}text") if text.get("class") == "heading"]
    captions = [text for text in parsed(strip).iter(f"{SVG}text") if text.get("class") == "caption"]
    assert title.text == "正弦"
    assert all(float(caption.get("y", "")) > float(title.get("y", "")) + 8 for caption in captions)


def test_values_fill_in_forwards_and_gradients_backwards() -> None:
    drawing, w = neuron()
    frames = list(groups(parsed(drawing.to_film()), "graph"))
    shown = [slots(frame) for frame in frames]
    assert shown[0] == ["= 2"]
    assert [len(texts) for texts in shown] == sorted(len(texts) for texts in shown)
    first_back = next(i for i, texts in enumerate(shown) if any(text.startswith("∂") for text in texts))
    assert all(f"= {np.tanh(1.0) + 1:.4g}" in texts for texts in shown[first_back:])
    assert w.grad is not None
    assert f"∂ {float(w.grad):.4g}" in shown[-1]
    assert f"∂ {float(w.grad):.4g}" not in shown[first_back]


def test_each_frame_marks_where_its_step_happens() -> None:
    root = parsed(neuron()[0].to_film())
    frames = list(groups(root, "graph"))
    marked = [[g.get("data-id") for g in groups(frame, "current")] for frame in frames]
    assert all(len(keys) == 1 for keys in marked)
    assert marked[0] == ["n0"]
    reading = next(i for i, frame in enumerate(frames) if list(groups(frame, "flow")))
    assert {g.get("data-to") for g in groups(frames[reading], "flow")} == set(marked[reading])
    assert {g.get("data-to") for g in groups(frames[-1], "back")} == set(marked[-1])
    told = [group.get("aria-label") or "" for group in root.iter(f"{SVG}g") if group.get("role") == "img"]
    assert told[0] == "1. w is given: 2."
    assert told[-1].startswith(f"{len(frames)}. Back at")


def test_long_passes_come_in_few_frames_and_end_at_the_end() -> None:
    x = Tensor(0.5, requires_grad=True, name="x")
    y = x
    for _ in range(40):
        y = np.sin(y)
    root = parsed(draw(y).to_film())
    frames = list(groups(root, "graph"))
    assert len(frames) == MOST
    slope = np.prod([np.cos(v) for v in _iterates(0.5, 40)])
    assert f"∂ {slope:.4g}" in slots(frames[-1])
    assert any(" to " in (group.get("aria-label") or "")[:9] for group in root.iter(f"{SVG}g"))


def _iterates(x: float, count: int) -> list[float]:
    found = [x]
    for _ in range(count - 1):
        found.append(float(np.sin(found[-1])))
    return found


def test_any_name_is_text_and_no_two_elements_share_an_id(tmp_path: Path) -> None:
    drawing, _ = neuron("<b>&\"'{|}\n</svg>")
    path = drawing.save(tmp_path / "neuron.film.svg")
    root = parsed(path.read_text(encoding="utf-8"))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert not list(root.iter(f"{SVG}b"))
    assert drawing.to_film() == drawing.to_film()


def test_words_of_several_lines_stand_above_their_frame() -> None:
    drawing, _ = neuron("w" * 60)
    lines = []
    for frame in (g for g in parsed(drawing.to_film()).iter(f"{SVG}g") if g.get("role") == "img"):
        words = [float(text.get("y", "")) for text in frame.iter(f"{SVG}text") if text.get("class") == "caption"]
        lines.append(len(words))
        (figure,) = groups(frame, "graph")
        assert max(words) < float(figure.get("transform", "").rstrip(")").split()[-1])
    assert max(lines) == 2


def test_without_values_there_is_no_film() -> None:
    model = nn.Linear(600, 600)
    with pytest.raises(ValueError, match=r"a film strip needs the values .*steps=True"):
        draw(model(Tensor(np.ones((2, 600), "f4")))).to_film()


def test_a_leaf_that_is_drawn_at_each_of_its_many_readers_shows_its_numbers_at_each() -> None:
    w = Tensor(0.5, requires_grad=True, name="w")
    y = w
    for _ in range(7):
        y = np.sin(y) * w
    frames = list(groups(parsed(draw(y, fold=False).to_film()), "graph"))
    y.backward(retain_graph=True)
    assert w.grad is not None
    uses = [g for g in groups(frames[-1], "node") if g.get("data-id", "").startswith("n0_")]
    assert len(uses) == 8
    assert all({"= 0.5", f"∂ {w.grad.item():.4g}"} <= set(slots(use)) for use in uses)


def test_of_a_neighbourhood_there_is_no_film() -> None:
    x = Tensor(0.5, requires_grad=True, name="x")
    with pytest.raises(ValueError, match="draw without around="):
        draw(np.sin(np.exp(x)), around="x", hops=1).to_film()

"""Engines that are missing, fail, or never answer: a picture all the same, and in time."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from autograd.drawing import Drawing
from autograd.drawing.placing import engines
from autograd.drawing.reading.extract import Extraction
from autograd.drawing.shaping.view import View
from tests.autograd.drawing.pictured import chain, neuron, parsed

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-ins for engines are shell scripts")


def stand_in(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def drawing(timeout: float = 1.0) -> Drawing:
    return Drawing(Extraction(neuron()), View(), timeout=timeout)


def test_an_engine_that_hangs_is_ended_and_the_picture_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARGRAD_DOT", stand_in(tmp_path / "dot", "sleep 60"))  # sleep is a child of the shell
    start = time.perf_counter()
    picture = drawing(timeout=0.3).to_svg()
    assert time.perf_counter() - start < 5
    assert parsed(picture).get("data-engine") == "layered"
    assert "took longer than 0.3 s" in picture


@pytest.mark.parametrize("body", ["exit 1", "echo nonsense", "cat >/dev/null; echo '{}'", "kill -9 $$"])
def test_an_engine_that_fails_leaves_a_picture(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARGRAD_DOT", stand_in(tmp_path / "dot", body))
    root = parsed(drawing().to_svg())
    assert root.get("data-engine") == "layered"


def test_an_engine_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLEARGRAD_DOT", str(tmp_path / "nowhere"))
    assert "could not be started" in drawing().to_svg()


def test_no_engine_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLEARGRAD_DOT", "none")
    assert engines.find() is None
    here = drawing()
    assert parsed(here.to_svg()).get("data-engine") == "layered"
    assert "tanh" in here.source
    for form in ("svg", "dot", "json", "html", "txt"):
        assert here.save(tmp_path / f"graph.{form}").stat().st_size > 100
    with pytest.raises(RuntimeError, match=r"pip install 'cleargrad\[draw\]'"):
        here.save(tmp_path / "graph.png")


def test_the_order_in_which_engines_are_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLEARGRAD_DOT", "my-dot")
    assert engines.find().command == ("my-dot",)  # type: ignore[union-attr]
    monkeypatch.delenv("CLEARGRAD_DOT")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = engines.find()
    assert found is None or found.name in ("pygraphviz", "graphviz-pure")
    stand_in(tmp_path / "dot", "exit 1")
    assert engines.find().name == "dot"  # type: ignore[union-attr]


def test_dot_on_the_path_is_called_as_dot_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A `dot` made of the libraries at hand answers as they do."""
    inner = engines.find()
    if inner is None or not inner.in_process:
        pytest.skip("pygraphviz is not at hand to play dot: pip install 'cleargrad[draw]'")
    script = tmp_path / "player.py"
    script.write_text(inner.command[2].replace("program, form = sys.argv[1:3]", "program, form = "
                      "(a[2:] for a in sorted(sys.argv[1:3]))"), encoding="utf-8")
    monkeypatch.setenv("CLEARGRAD_DOT", stand_in(tmp_path / "dot", f"exec {sys.executable} {script} \"$@\""))
    played = Drawing(Extraction(neuron()), View())
    layout = played.layout()
    monkeypatch.delenv("CLEARGRAD_DOT")
    monkeypatch.setenv("PATH", "")
    assert layout.boxes == Drawing(Extraction(neuron()), View()).layout().boxes


def test_a_graph_too_costly_for_an_engine_never_reaches_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mark = tmp_path / "called"
    monkeypatch.setenv("CLEARGRAD_DOT", stand_in(tmp_path / "dot", f"touch {mark}; exit 1"))
    big = Drawing(Extraction(chain(2000)), View(fold=False))
    assert big.layout().engine == "layered"
    assert not mark.exists()


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_an_engine_paints_pictures(form: str, tmp_path: Path) -> None:
    if engines.find() is None:
        pytest.skip("no layout engine on this machine: pip install 'cleargrad[draw]'")
    start = {"png": b"\x89PNG", "pdf": b"%PDF"}[form]
    assert drawing(10.0).save(tmp_path / f"graph.{form}").read_bytes().startswith(start)


def test_saving_to_where_it_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"does not exist; make it first.*mkdir"):
        drawing().save(tmp_path / "no" / "graph.svg")
    with pytest.raises(ValueError, match=r"endings \.film\.svg, \.svg, \.png, \.pdf, \.dot, \.json, \.html, \.txt"):
        drawing().save(tmp_path / "graph.bmp")

"""The gallery's script: every picture can be drawn, and the page shows all of them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from tests.autograd.drawing.pictured import parsed

DOCS = Path(__file__).parents[3] / "docs"
GALLERY = runpy.run_path(str(DOCS / "gallery.py"))
PICTURES = {picture.__name__: picture for picture in GALLERY["PICTURES"]}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_drawn_without_an_engine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARGRAD_DOT", "none")
    drawing = PICTURES[name]()
    assert parsed(drawing.to_svg()).get("data-engine") == "layered"
    assert drawing.to_text()


def test_the_page_shows_all_pictures() -> None:
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    for name, picture in PICTURES.items():
        assert f"gallery/{name}.svg" in page
        assert (picture.__doc__ or "").splitlines()[0] in page
        assert parsed((DOCS / "gallery" / f"{name}.svg").read_text(encoding="utf-8")) is not None

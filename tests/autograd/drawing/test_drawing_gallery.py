"""The gallery's script: every picture can be drawn, and the page shows all of them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from tests.autograd.drawing.pictured import parsed, structure

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
    made = GALLERY["pages"]()
    page = made.pop("gallery.md")
    for name, picture in PICTURES.items():
        assert f'data="gallery/{name}.svg"' in page
        assert f"## {(picture.__doc__ or '').split(':')[0]}\n" in page
        assert parsed(made.pop(f"gallery/{name}.svg")) is not None
        assert made.pop(f"gallery/{name}.html").startswith("<!doctype html>")
        assert f"](gallery/{name}.html)" in page
    assert not made


def test_the_readmes_picture_is_what_is_drawn_today() -> None:
    """Whichever engine placed it: `python docs/gallery.py --front` writes it anew."""
    kept = GALLERY["FRONT"].read_text(encoding="utf-8")
    assert len(kept) < 30_000
    assert [line for line in structure(kept) if not line.startswith("text label")] == [
        line for line in structure(GALLERY["front"]().to_svg()) if not line.startswith("text label")]

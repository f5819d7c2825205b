"""Every Python snippet of the README and the documentation runs, page by page, in the order of reading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import autograd

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```python[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [page for page in sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")])
         if FENCE.search(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_snippets_of_a_page_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    autograd.manual_seed(0)
    text, namespace = page.read_text(encoding="utf-8"), {"__name__": "snippet"}
    for fence in FENCE.finditer(text):
        before = text.count("\n", 0, fence.start(1))
        # Blank lines in front make an error name the line of the page.
        exec(compile("\n" * before + fence.group(1), str(page), "exec"), namespace)


def test_every_link_to_a_file_leads_to_one():
    for page in [*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            made_when_built = target.endswith("supported.md") or "reference/" in target
            assert made_when_built or (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_the_notebooks_are_scripts_without_outputs():
    scripts = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
    assert [script.name[:2] for script in scripts] == [f"{number:02}" for number in range(1, 11)]
    assert not list((ROOT / "notebooks").glob("*.ipynb"))
    for script in scripts:
        source = script.read_text(encoding="utf-8")
        compile(source, str(script), "exec")
        assert source.startswith(f"# %% [markdown]\n# # {int(script.name[:2])}. ")
        assert "## What the figures showed · 小结" in source
        assert source.count("\nassert ") + source.count("\n    assert ") >= 4

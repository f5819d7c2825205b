"""Every Python snippet of the README and the documentation runs, page by page, in the order of reading."""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import itertools
import pkgutil
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
import optim
from autograd.registry import primitives, registry
from docs.snippets import FENCE, executed

ROOT = Path(__file__).resolve().parent.parent
PAGES = [page for page in sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")])
         if FENCE.search(page.read_text(encoding="utf-8"))]


@pytest.fixture
def no_rules_left_behind():
    """What a page adds to the tables of rules goes again, for the sake of the tests that go through them."""
    autograd.supported()  # loads what waits for its first use, and would be taken for the page's
    before = [(table, dict(table)) for table in (registry, primitives)]
    yield
    for table, content in before:
        table.clear()
        table.update(content)


@pytest.mark.usefixtures("no_rules_left_behind")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_snippets_of_a_page_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    autograd.manual_seed(0)
    # A page that a program writes shows the bodies of its functions, and shares the program's names.
    program = page.with_suffix(".py")
    executed(page.read_text(encoding="utf-8"), str(page), runpy.run_path(str(program)) if program.exists() else {})


def test_the_examples_in_docstrings_run():
    found = 0
    for package in (autograd, nn, optim):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            source = importlib.util.find_spec(module.name).origin
            if ">>>" in Path(source).read_text(encoding="utf-8"):  # some methods have NumPy's own docstrings
                names = {"np": np, "autograd": autograd, "nn": nn, "optim": optim}
                result = doctest.testmod(importlib.import_module(module.name), extraglobs=names)
                assert result.failed == 0
                found += result.attempted
    assert found


def test_every_link_to_a_file_leads_to_one():
    for page in [*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")]:
        prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", prose):
            made_when_built = target.endswith(("supported.md", "gallery.md")) or re.match(r"(\.\./)?reference/", target)
            made_when_built = made_when_built or re.fullmatch(r"notebooks/\d.*\.html", target)
            assert made_when_built or (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_every_name_of_ours_that_a_page_names_is_there():
    """CONTRIBUTING.md named a function that was called otherwise. What stands left in a table is another library's."""
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        prose = re.sub(r"```.*?```|^\|[^|]*\|", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for path in set(re.findall(r"(?<![\w./])((?:autograd|nn|optim)(?:\.[A-Za-z_]\w*)+)(?![\w/])", prose)):
            if not path.endswith(".py"):
                assert resolved(path) is not None, f"{page.relative_to(ROOT)} names {path}"


def resolved(path):
    """What a dotted name stands for, modules that are loaded when they are used included; None for nothing."""
    found = None
    for name in itertools.accumulate(path.split("."), "{}.{}".format):
        found = getattr(found, name.rpartition(".")[2], None)
        if found is None:
            with contextlib.suppress(ImportError):
                found = importlib.import_module(name)
    return found


def named_files(page):
    """The files and folders in backticks on a page."""
    return set(re.findall(r"`([\w./]+?(?:\.py|/))`", (ROOT / page).read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_file_that_a_page_names_is_there(page):
    here = [f"/{path.relative_to(ROOT)}{'/' * path.is_dir()}" for path in ROOT.rglob("*") if ".git/" not in str(path)]
    missing = {name for name in named_files(page) if not any(path.endswith(f"/{name}") for path in here)}
    assert missing <= {"notebooks/NN_name.py"}  # one that is to be added


def test_the_map_of_the_house_has_every_room():
    named = named_files("docs/architecture.md")
    for package in ("autograd", "nn"):
        rooms = [path for path in (ROOT / package).iterdir() if path.stem != "__init__" and path.suffix in ("", ".py")]
        for room in [path for path in rooms if path.suffix or any(path.glob("*.py"))]:
            name = f"{room.name}{'/' * room.is_dir()}"
            assert {name, f"{package}/{name}"} & named, f"docs/architecture.md does not say what {package}/{name} is"


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

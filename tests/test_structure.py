"""The arrows of the house: what each file imports, at its top and inside functions alike, never runs in a circle."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("autograd", "nn", "optim")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def runtime(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a file that may run: what is only for type checkers is left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        yield from runtime(node)


def imports(name: str) -> set[str]:
    """The modules of the three packages that a module imports, wherever the statement stands."""
    path = MODULES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in runtime(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: package.count(".") + 2 - node.level]) if node.level else ""
            base = ".".join(filter(None, (above, node.module)))
            inside = {f"{base}.{alias.name}" for alias in node.names}
            found |= (inside & MODULES.keys()) | ({base} if inside - MODULES.keys() else set())
    return {module for module in found if module in MODULES} - {name}


def in_order(arrows: dict[str, set[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(arrows).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_file_imports_in_a_circle():
    assert len(in_order({name: imports(name) for name in MODULES})) == len(MODULES) > 200


def test_every_module_that_is_imported_is_in_this_tree():
    """An editable installation of another tree gives what is missing here, such as a file under its former name."""
    for name in MODULES:
        importlib.import_module(name)
    assert {name for name in sys.modules if name.partition(".")[0] in PACKAGES} <= MODULES.keys()


def room(name: str) -> str:
    """The folder of the engine that a module is in, or the module where it is in none."""
    return ".".join(name.split(".")[:2])


def test_no_folder_of_the_engine_knows_what_knows_it():
    arrows: dict[str, set[str]] = {}
    for name in MODULES:
        arrows.setdefault(room(name), set()).update({room(module) for module in imports(name)} - {room(name)})
    assert {"autograd.declare", "autograd.runtime", "autograd.rules", "autograd.transforms"} <= {*in_order(arrows)}


def test_optim_and_nn_know_autograd_and_nothing_knows_them():
    room = {name: {module.partition(".")[0] for module in imports(name)} - {name.partition(".")[0]} for name in MODULES}
    for name, others in room.items():
        assert others <= {"nn": {"autograd"}, "optim": {"autograd"}, "autograd": set()}[name.partition(".")[0]], name


@pytest.mark.parametrize("low", ["errors", "modes", "graph", "registry", "tensor", "primitive"])
def test_what_is_at_the_bottom_knows_nothing_of_what_is_built_upon_it(low):
    known, waiting = set(), [f"autograd.{low}"]
    while waiting:
        found = imports(waiting.pop()) - known
        known |= found
        waiting += found
    above = ("rules", "reverse", "forward", "vmap", "numpy_protocol", "operators", "declare", "transforms", "drawing")
    assert not {name for name in known if name.split(".")[1] in above}

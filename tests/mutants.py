"""`make mutants`: plant one fault at a time in the engine and its rules, and report the share that the tests catch.

A fault is one change of the syntax tree: a sign, an operator, a comparison, a number, a condition. Each is written into
a copy of the sources in a temporary directory, where the tests then run until the first failure.

    python tests/mutants.py --sample 100 --only rules/ufuncs rules/linalg
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("autograd", "nn", "optim", "tests")

ENGINE = ("primitive", "declare", "reverse", "forward", "differential", "poles", "variadic", "outputs", "operators",
          "transforms", "jacobians", "vmap", "batching", "mutation", "tensor", "graph", "tree", "custom", "calling")
TESTS = (
    "tests/autograd/test_reverse.py", "tests/autograd/test_safety.py", "tests/autograd/test_tensor.py",
    "tests/autograd/test_transforms.py", "tests/autograd/test_mutation.py", "tests/autograd/test_vmap.py",
    "tests/autograd/test_tree.py", "tests/autograd/test_custom.py", "tests/autograd/rules",
    "tests/autograd/test_random_programs.py", "tests/autograd/test_array_api.py",
)  # fmt: skip
SECONDS = 300
"""A mutant whose tests run longer hangs, which is noticed too."""

OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.MatMult: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.Lt: ast.GtE, ast.LtE: ast.Lt, ast.Gt: ast.LtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


class Mutant(NamedTuple):
    """One fault: where it is, what it changes, and the whole source with it."""

    file: str
    line: int
    change: str
    source: str


def mutants_of(path: Path) -> Iterator[Mutant]:
    """All mutants of a file."""
    text = path.read_text()
    count = len(_places(ast.parse(text)))
    for i in range(count):
        tree = ast.parse(text)
        node = _places(tree)[i]
        before = ast.unparse(node)
        _mutate(node)
        yield Mutant(str(path.relative_to(ROOT)), node.lineno, f"{before}  ->  {ast.unparse(node)}", ast.unparse(tree))


def _places(tree: ast.AST) -> list[ast.expr]:
    """The expressions to change; not those of annotations, of messages, or of conditions for type checkers."""
    found: list[ast.expr] = []
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Raise, ast.JoinedStr, ast.arg, ast.Assert)):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if _is_place(node):
            found.append(node)  # type: ignore[arg-type]
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns"):
                stack += [n for n in (value if isinstance(value, list) else [value]) if isinstance(n, ast.AST)]
    return found


def _is_place(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return type(node.op) in OPERATORS and not (isinstance(node.op, ast.BitOr) and _is_type(node))
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (bool, int, float))
    return isinstance(node, (ast.Compare, ast.BoolOp, ast.IfExp)) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)))


def _is_type(node: ast.BinOp) -> bool:
    """Whether `a | b` is a union of types."""
    return any(word in ast.unparse(node) for word in ("None", "Callable", "Tensor", "type", "Any"))


def _mutate(node: ast.expr) -> None:
    if isinstance(node, (ast.BinOp, ast.BoolOp)):
        node.op = OPERATORS[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.Compare):
        node.ops[0] = OPERATORS[type(node.ops[0])]()  # type: ignore[call-overload]
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1  # type: ignore[operator]
    elif isinstance(node, ast.UnaryOp):
        node.op = ast.UAdd() if isinstance(node.op, ast.USub) else ast.Not()
        if isinstance(node.op, ast.Not):
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
    elif isinstance(node, ast.IfExp):
        node.body, node.orelse = node.orelse, node.body


def survives(mutant: Mutant, copy: Path) -> bool:
    """Whether no test fails in a copy of the project that has the fault."""
    target = copy / mutant.file
    original = target.read_text()
    target.write_text(mutant.source)
    try:
        return passes(copy)
    finally:
        target.write_text(original)


def passes(copy: Path) -> bool:
    """Whether the tests pass in a copy of the project."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *TESTS]
    environment = os.environ | {"CI": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(copy)}
    try:
        run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0


def copied(directory: Path) -> Path:
    """A copy of what the tests need."""
    for name in PACKAGES:
        shutil.copytree(ROOT / name, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", directory)
    return directory


def main() -> int:
    """Run the mutants asked for; exit with 1 if too few are caught."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=200, help="how many mutants, drawn at random; 0: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--least", type=float, default=95, help="the share to catch, in percent")
    parser.add_argument("--only", nargs="*", default=[], help="parts of file names")
    options = parser.parse_args()
    engine = [ROOT / "autograd" / f"{name}.py" for name in ENGINE]
    files = [*sorted((ROOT / "autograd" / "rules").glob("*.py")), *engine]
    files = [f for f in files if not options.only or any(part in str(f) for part in options.only)]
    mutants = [m for f in files for m in mutants_of(f)]
    print(f"{len(mutants)} mutants in {len(files)} files")
    if options.sample and options.sample < len(mutants):
        mutants = random.Random(options.seed).sample(mutants, options.sample)
    with tempfile.TemporaryDirectory() as directory:
        copies: Queue[Path] = Queue()
        for i in range(options.jobs):
            copies.put(copied(Path(directory) / str(i)))
        first = copies.get()
        if not passes(first):
            print("the tests fail without any fault: make them pass first", file=sys.stderr)
            return 2
        copies.put(first)

        def run(mutant: Mutant) -> bool:
            copy = copies.get()
            try:
                alive = survives(mutant, copy)
            finally:
                copies.put(copy)
            if alive:
                print(f"not caught: {mutant.file}:{mutant.line}: {mutant.change}", flush=True)
            return alive

        with ThreadPoolExecutor(options.jobs) as pool:
            alive = sum(pool.map(run, mutants))
    share = 100 * (1 - alive / max(len(mutants), 1))
    print(f"{len(mutants) - alive} of {len(mutants)} faults caught: {share:.1f} %")
    return int(share < options.least)


if __name__ == "__main__":
    raise SystemExit(main())

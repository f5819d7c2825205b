"""The faults of `make mutants`: planted where they are told to be, one at a time, and caught by what calls them."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutation import callers, mutants
from tests.mutation.faults import faults_of
from tests.mutation.mutants import ALIVE, Map, exchange

SOURCE = '''from __future__ import annotations
from numpy import conj

LIMIT = 3
HUGE = 1e20

def slope(g: float | None, x):
    """Twice."""
    if x is None and not g:
        raise ValueError(f"{1 + 1}")
    return -conj(g) * 2 + x

def flat(x, shape):
    return x.reshape((-1,) + shape).reshape([-1 if n else 7 for n in shape])

rule = lambda x, axis=1, *, check=True: zip(x ** axis, strict=True)
'''


RULE = "zip(x ** axis, strict=True)"


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of a package that nobody has imported yet."""
    path = tmp_path / "sample.py"
    path.write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr(callers, "ROOT", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield path
    sys.modules.pop("sample", None)


def test_every_kind_of_slip_is_made_and_messages_are_spared(planted: Path) -> None:
    assert [(f.line, f.function, f.change) for f in faults_of(planted, signs=True)] == [
        (4, 0, "3  ->  4"),
        (5, 0, "1e+20  ->  5e+19"),
        (9, 7, "x is None and (not g)  ->  x is None or not g"),
        (9, 7, "x is None  ->  x is not None"),
        (9, 7, "not g  ->  g"),
        (11, 7, "-conj(g) * 2 + x  ->  -conj(g) * 2 - x"),
        (11, 7, "-conj(g) * 2 + x  ->  -conj(g) * 2"),
        (11, 7, "-conj(g) * 2  ->  -conj(g) / 2"),
        (11, 7, "-conj(g)  ->  conj(g)"),
        (11, 7, "2  ->  3"),
        (14, 13, "(-1,) + shape  ->  (-1,) - shape"),
        (14, 13, "(-1,) + shape  ->  (-1,)"),
        (14, 13, "-1  ->  1"),
        (14, 13, "-1 if n else 7  ->  7 if n else -1"),
        (14, 13, "-1  ->  1"),
        (14, 13, "7  ->  8"),
        (16, 0, f"lambda x, axis=1, *, check=True: {RULE}  ->  lambda x, axis=1, *, check=True: -{RULE}"),
        (16, 0, "1  ->  2"),
        (16, 16, "x ** axis  ->  x * axis"),
    ]


def test_a_function_that_is_there_already_gets_the_fault(planted: Path) -> None:
    scope: dict[str, object] = {}
    exec(compile(SOURCE, str(planted), "exec"), scope)
    function = scope["slope"]
    assert callable(function)
    assert function(1.0, 5.0) == 3
    (fault,) = [f for f in faults_of(planted) if f.change.endswith("-conj(g) * 2 - x")]
    gc.collect()
    exchange(fault)
    assert function(1.0, 5.0) == -7


def test_a_file_that_waits_for_its_first_use_gets_the_fault(planted: Path) -> None:
    (fault,) = [f for f in faults_of(planted) if f.change.endswith("-conj(g) * 2 - x")]
    exchange(fault)
    assert importlib.import_module("sample").slope(1.0, 5.0) == -7


def test_a_fault_is_given_to_the_tests_that_call_its_function_fastest_first(planted: Path) -> None:
    seconds = {"slow": 2.0, "fast": 0.1, "other": 0.01, "endless": 1e6, "names[slope]": 0.5}
    known = Map(seconds, {str(planted): {7: ["slow", "fast", "endless"], 16: ["other"]}}, {})
    chosen = {f.change: known.chosen(f) for f in faults_of(planted)}
    assert chosen["x ** axis  ->  x * axis"] == ["other"]
    assert chosen["not g  ->  g"] == ["fast", "slow"]
    assert chosen["3  ->  4"] == ["other", "fast", "slow", "names[slope]"]


def test_a_fault_outside_of_functions_is_given_to_the_tests_that_name_it_most_closely_first(planted: Path) -> None:
    known = Map({"one[x]": 0.1, "two[x]": 0.2, "three[zip]": 3.0, "none": 0.0}, {}, {})
    (fault,) = [f for f in faults_of(planted) if f.change == "1  ->  2"]
    assert known.chosen(fault) == ["three[zip]", "one[x]", "two[x]", "none"]


def test_tests_that_are_about_its_file_come_first(planted: Path) -> None:
    about = "tests/autograd/test_sample.py::slow"
    known = Map({about: 2.0, "fast": 0.1}, {str(planted): {7: ["fast", about]}}, {})
    assert {tuple(known.chosen(f)) for f in faults_of(planted) if f.function == 7} == {(about, "fast")}


def test_a_fault_is_not_caught_by_other_work_of_the_machine(planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fault, start, clock = next(faults_of(planted)), time.monotonic(), time.monotonic
    monkeypatch.setattr(mutants.time, "monotonic", lambda: start + 400 * (clock() - start))  # 0.2 s are 80
    process = [sys.executable, "-c", "import time; time.sleep(0.2)"]
    monkeypatch.setattr(mutants, "in_a_fork", lambda attempt: os.posix_spawn(sys.executable, process, os.environ))
    assert list(mutants.each_in_a_fork([fault], lambda fault: ALIVE, Map({}, {}, {}), 1)) == [(fault, ALIVE)]

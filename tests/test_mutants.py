"""The faults of `make mutants`: planted where they are told to be, one at a time, and caught by what calls them."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from tests.faults import faults_of
from tests.mutants import Map, exchange

SOURCE = '''
from numpy import conj

LIMIT = 3

def slope(g: float | None, x):
    """Twice."""
    if x is None and not g:
        raise ValueError(f"{1 + 1}")
    return -conj(g) * 2 + x

rule = lambda x, axis=1, *, check=True: zip(x ** axis, strict=True)
'''


RULE = "zip(x ** axis, strict=True)"


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    path = tmp_path / "sample.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_every_kind_of_slip_is_made_and_messages_are_spared(planted: Path) -> None:
    assert [(f.line, f.function, f.change) for f in faults_of(planted, signs=True)] == [
        (4, 0, "3  ->  4"),
        (8, 6, "x is None and (not g)  ->  x is None or not g"),
        (8, 6, "x is None  ->  x is not None"),
        (8, 6, "not g  ->  g"),
        (10, 6, "-conj(g) * 2 + x  ->  -conj(g) * 2 - x"),
        (10, 6, "-conj(g) * 2 + x  ->  -conj(g) * 2"),
        (10, 6, "-conj(g) * 2  ->  -conj(g) / 2"),
        (10, 6, "-conj(g)  ->  conj(g)"),
        (10, 6, "2  ->  3"),
        (12, 0, f"lambda x, axis=1, *, check=True: {RULE}  ->  lambda x, axis=1, *, check=True: -{RULE}"),
        (12, 0, "1  ->  2"),
        (12, 12, "x ** axis  ->  x * axis"),
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


def test_a_fault_is_given_to_the_tests_that_call_its_function_fastest_first(planted: Path) -> None:
    seconds = {"slow": 2.0, "fast": 0.1, "other": 0.01, "endless": 1e6, "names[slope]": 0.5}
    known = Map(seconds, {str(planted): {6: ["slow", "fast", "endless"], 12: ["other"]}})
    chosen = {f.change: known.chosen(f) for f in faults_of(planted)}
    assert chosen["x ** axis  ->  x * axis"] == ["other"]
    assert chosen["not g  ->  g"] == ["fast", "slow"]
    assert chosen["3  ->  4"] == ["other", "fast", "slow", "names[slope]"]

"""The comparison's figures bear out what is said about the four ways."""

from __future__ import annotations

import json
import re
import sys
import tracemalloc
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor
from autograd.comparison import measuring
from autograd.comparison.tables import METHODS, Comparison, Row, _bytes

X = np.array([0.3, -2.0, 5.0])


def smooth(x: Any) -> Any:
    return np.sum(np.sin(x) * x**2)


@pytest.fixture(scope="module")
def table() -> Any:
    return autograd.compare(smooth, X, repeat=1)


def test_every_way_gives_the_gradient_as_exactly_as_it_can(table: Any) -> None:
    exact = np.cos(X) * X**2 + 2 * X * np.sin(X)
    bounds = dict(zip(METHODS, (1e-14, 1e-5, 1e-7, 1e-14, 1e-14, 1e-14), strict=True))
    for method, bound in bounds.items():
        np.testing.assert_allclose(table[method].value, exact, atol=1e-4)
        assert table[method].error < bound
        assert abs(table[method].error - np.max(np.abs(table[method].value - exact))) < 1e-15
    assert table.reference == "the formula in 30 digits"


def test_the_work_is_what_the_theory_says(table: Any) -> None:
    counts = {method: (table[method].evaluations, table[method].passes) for method in METHODS}
    assert counts == {
        "symbolic": (0, 0), "numerical forward": (4, 0), "numerical central": (6, 0), "numerical complex": (6, 0),
        "forward accumulation": (0, 3), "reverse accumulation": (0, 1),
    }
    assert table["forward accumulation"].work == "3 forward passes"
    assert table["reverse accumulation"].work == "1 backward pass"
    assert table["symbolic"].work == "a formula of 11 operations became one of 21"
    with pytest.raises(KeyError, match="the methods are symbolic"):
        table["sideways"]


def test_it_prints_shows_and_exports(table: Any) -> None:
    lines = str(table).splitlines()
    assert lines[0] == "smooth: 3 inputs, 1 output; errors against the formula in 30 digits"
    assert lines[1].split() == ["method", "value", "max", "error", "work", "seconds", "peak", "memory"]
    assert len(lines) == 9
    assert repr(table) == str(table)
    exported = json.loads(json.dumps(table.to_dict()))
    assert [row["method"] for row in exported["rows"]] == list(METHODS)
    assert len(exported["rows"][0]["value"]) == 3
    parser = HTMLParser()
    parser.feed(table._repr_html_())
    assert table._repr_html_().count("<tr>") == 7


def test_ways_that_do_not_apply_say_why() -> None:
    def kinked(x: Any) -> Any:
        return np.sum(np.abs(np.sort(x)))

    table = autograd.compare(kinked, X, repeat=1)
    assert table["numerical complex"].value is None
    assert "analytic" in table["numerical complex"].note
    assert "sort has no SymPy form" in table["symbolic"].note
    assert "does not apply" in str(table)
    assert table.reference == "extrapolated differences in long doubles"
    assert table["reverse accumulation"].error < 1e-15
    many = autograd.compare(smooth, np.linspace(0.1, 1, 80), repeat=1)
    assert many["symbolic"].note == "does not apply: more than 32 inputs"
    assert many["reverse accumulation"].error < 1e-14


def test_jacobians_take_a_forward_pass_an_input_and_a_backward_pass_an_output() -> None:
    table = autograd.compare(lambda x: np.tanh(np.outer(x, x)).ravel(), X[:2], repeat=1)
    assert table["forward accumulation"].passes == 2
    assert table["reverse accumulation"].passes == 4
    assert table["numerical central"].evaluations == 4
    assert table["forward accumulation"].value.shape == (4, 2)
    assert table["forward accumulation"].error < 1e-15
    assert "f: 2 inputs, 4 outputs" in str(table)


@pytest.mark.parametrize("x", [2, 2.0, np.float32(2), Tensor(2.0), {"a": 2.0, "b": [np.ones(2)]}])
def test_numbers_tensors_and_structures_are_taken(x: Any) -> None:
    def cube(x: Any) -> Any:
        return x["a"] ** 3 * x["b"][0].sum() if isinstance(x, dict) else x**3

    table = autograd.compare(cube, x, repeat=1)
    expected: Any = [24, 8, 8] if isinstance(x, dict) else 12
    for method in METHODS:
        assert table[method].value == pytest.approx(expected, rel=0.05)
    assert table["reverse accumulation"].error == 0


def test_functions_without_long_doubles_get_a_reference_in_doubles() -> None:
    a = np.array([[2.0, 0.3], [0.1, 1.0]])
    table = autograd.compare(lambda x: np.sum(np.linalg.svdvals(a * x)), np.ones((2, 2)), repeat=1)
    assert table.reference == "extrapolated differences in doubles"
    assert table["reverse accumulation"].error < 1e-10
    with pytest.raises(ValueError, match="cannot be evaluated on arrays"):
        autograd.compare(lambda x: np.sum(np.sort(x.astype(np.float32))), X, repeat=1)


def test_scaling_shows_what_grows_with_the_inputs() -> None:
    scaling = autograd.compare.scaling(lambda n: smooth, [2, 8, 32], repeat=1)
    assert scaling.ns == (2, 8, 32)
    assert autograd.compare.scaling(lambda n: (smooth, np.ones(n)), [3], repeat=1).ns == (3,)
    assert scaling.column("numerical central", "evaluations") == [4, 16, 64]
    assert scaling.column("numerical forward", "evaluations") == [3, 9, 33]
    assert scaling.column("forward accumulation", "passes") == [2, 8, 32]
    assert scaling.column("reverse accumulation", "passes") == [1, 1, 1]
    for comparison, n in zip(scaling.comparisons, scaling.ns, strict=True):
        exact = autograd.grad(smooth)(np.linspace(0.1, 1, n))
        np.testing.assert_allclose(comparison["reverse accumulation"].value, exact, rtol=1e-14)
    exported = json.loads(json.dumps(scaling.to_dict()))
    assert exported["n"] == [2, 8, 32]
    assert exported["methods"]["reverse accumulation"]["passes"] == [1, 1, 1]
    assert str(scaling).splitlines()[0].split() == ["method", "n", "work", "seconds", "peak", "memory"]
    times = re.findall(r"^reverse .* (\S+e[-+]\d\d) ", str(scaling), re.MULTILINE)
    assert [float(time) for time in times] == pytest.approx(scaling.column("reverse accumulation", "seconds"), rel=0.01)
    assert repr(scaling) == str(scaling)
    assert "<table>" in scaling._repr_html_()


def test_scaling_plots_three_panels() -> None:
    figure = autograd.compare.scaling(lambda n: (smooth, np.ones(n)), [2, 4], repeat=1).plot()
    assert [axes.get_title() for axes in figure.axes] == ["evaluations or passes", "seconds", "peak bytes"]
    assert len(figure.axes[1].lines) == len(METHODS)
    assert len({line.get_marker() for line in figure.axes[1].lines}) == len(METHODS), "colour alone tells none apart"


def chain(length: int) -> Any:
    def f(x: Any) -> Any:
        for _ in range(length):
            x = np.sin(x)
        return x.sum()

    return f


def test_forward_memory_is_flat_and_reverse_memory_linear_in_the_operations() -> None:
    x = np.linspace(0.1, 1, 1000)

    def peaks(method: str, *lengths: int) -> list[int]:
        measured = []
        for length in lengths:
            subject = measuring._Subject(chain(length), x)
            with measuring._traced() as peak:
                if method == "forward":
                    autograd.jvp(subject.f, (x,), (x,))
                else:
                    autograd.vjp(subject.f, x)[1](1.0)
            measured.append(peak[0])
        return measured

    autograd.jvp(chain(4000), (x,), (x,))  # fills Python's lists of free tuples
    forward, reverse = peaks("forward", 100, 4000), peaks("reverse", 10, 40, 160)
    assert forward[1] < 1.2 * forward[0], "for 40 times as many operations"
    assert reverse[2] > 10 * reverse[0]
    assert reverse[2] - reverse[1] == pytest.approx(4 * (reverse[1] - reverse[0]), rel=0.1)


def test_memory_is_measured_inside_another_measurement_too() -> None:
    tracemalloc.start()
    try:
        table = autograd.compare(smooth, X, repeat=1)
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
    assert table["reverse accumulation"].peak_bytes > 1000


def test_sizes_are_told_in_readable_units() -> None:
    assert [_bytes(n) for n in (None, 12, 3400, 5.6e6)] == ["", "12 B", "3.4 kB", "5.6 MB"]


def test_a_table_shows_the_first_numbers_and_counts_in_words() -> None:
    note = "does not apply: " + "0123456789" * 5
    rows = [Row("one", 2.0, 1e-9, 1, 0, 0.5, 100), Row("two", np.arange(3.0), 0.0, 2, 0, 0.5, 100),
            Row("forward accumulation", np.arange(4.0), 0.0, 0, 1, 0.5, 100),
            Row("reverse accumulation", np.eye(2) / 3, 0.0, 0, 2, 0.5, 100),
            Row("short", None, None, 0, 0, None, None, note[:60]), Row("long", None, None, 0, 0, None, None, note)]
    assert [row[1:] for row in Comparison("f", 1, 1, "the truth", rows)._cells()] == [
        ("2", "1.0e-09", "1 evaluation", "5.00e-01", "100 B"),
        ("[0, 1, 2]", "0.0e+00", "2 evaluations", "5.00e-01", "100 B"),
        ("[0, 1, 2, ...]", "0.0e+00", "1 forward pass", "5.00e-01", "100 B"),
        ("[0.333333, 0, 0, ...]", "0.0e+00", "2 backward passes", "5.00e-01", "100 B"),
        ("", "", note[:60], "", ""), ("", "", note[:57] + "...", "", ""),
    ]


def test_the_seconds_and_the_bytes_are_those_between_beginning_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 103.0, 200.0, 202.0, 300.0, 305.0] * len(METHODS))
    monkeypatch.setattr(measuring.time, "perf_counter", lambda: next(clock))
    table = autograd.compare(smooth, X, repeat=3)
    assert {row.seconds for row in table.rows} == {2.0}
    tracemalloc.start()
    try:
        held = bytearray(10**7)  # before, and so not counted
        with measuring._traced() as peak:
            made = bytearray(10**6)
            del made
    finally:
        tracemalloc.stop()
    assert len(held) == 10**7
    assert peak[0] == pytest.approx(10**6, rel=0.01)


def test_two_outputs_have_no_formula_but_a_jacobian() -> None:
    table = autograd.compare(lambda x: np.sin(x) * x[::-1], X[:2], repeat=1)
    assert table["symbolic"].note == "does not apply: more than one output"
    assert table["numerical central"].value.shape == (2, 2)
    assert table.reference == "extrapolated differences in long doubles"


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    scaling = autograd.compare.scaling(lambda n: smooth, [2], repeat=1)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"cleargrad\[plot\]"):
        scaling.plot()


def test_a_function_that_writes_to_its_argument_is_compared_at_the_point_that_was_given() -> None:
    def f(x: Any) -> Any:
        x *= 2
        x[0] += x[1]
        return np.sum(x**2)

    for point in (np.array([0.7, 0.2, 1.4]), Tensor(np.array([0.7, 0.2, 1.4]))):
        for row in autograd.compare(f, point).to_dict()["rows"]:
            np.testing.assert_allclose(row["value"], [7.2, 8.8, 11.2], rtol=1e-6)
        assert point.tolist() == [0.7, 0.2, 1.4]

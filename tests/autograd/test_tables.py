"""Tables that say something of primitives by name say it of primitives that there are."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

import autograd
import nn.functional  # whose kernels are primitives
from autograd.drawing.labels import SYMBOLS
from autograd.drawing.reading import flops
from autograd.drawing.reading.extract import COMMUTATIVE
from autograd.registry import primitives, registry
from autograd.symbolic import forms
from autograd.table import in_columns
from autograd.transforms import batching_rules
from nn.onnx import operations


@pytest.mark.parametrize("names", [
    pytest.param(SYMBOLS, id="signs of operators"), pytest.param(COMMUTATIVE, id="operands in any order"),
    pytest.param([*flops.MOVES, *flops.REDUCTIONS, *flops.COUNTS], id="counts of operations"),
    pytest.param([*forms.ARITHMETIC, *forms.elementwise(), *forms.over_axis(), *forms.whole()], id="SymPy's forms"),
    pytest.param(batching_rules.RULES, id="batching rules"),
    pytest.param(operations.supported(), id="ONNX's operators"),
])
def test_a_table_names_no_primitive_that_is_not_there(names: Iterable[str]) -> None:
    autograd.supported()  # loads what waits for its first use
    constant = {f.__name__ for f, apply in registry.items() if getattr(apply, "kind", "") == "constant"}
    assert {*names} <= primitives.keys() | constant, nn.functional.__name__


def test_columns_are_aligned_in_a_terminal_where_a_chinese_character_takes_two_places() -> None:
    combined = "e\N{COMBINING ACUTE ACCENT}"
    assert in_columns([("权重", "12", "a"), ("weight", "3", "b"), (combined, "偏", "ab")], words=1) == [
        "权重    12   a", "weight   3   b", combined + "       偏  ab"]

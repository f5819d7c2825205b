"""The table of domains against the registry: every function has its row, and there are as many as promised."""

from __future__ import annotations

import autograd
from autograd.registry import registry
from tests.autograd.rules.domains import ROWS, without_row


def test_every_function_of_the_registry_has_a_row() -> None:
    assert without_row() == []
    assert [f for f in ROWS if f not in registry] == []


def test_more_than_330_functions_are_differentiated() -> None:
    table = autograd.supported()
    assert sum(row.reverse and row.forward for row in table) >= 330
    assert {row.function for row in table if row.orders == "0"}.isdisjoint(row.function for row in table if row.reverse)


def test_constant_is_what_the_registry_calls_constant() -> None:
    for function, row in ROWS.items():
        assert row.constant == (getattr(registry[function], "kind", "composite") == "constant"), function

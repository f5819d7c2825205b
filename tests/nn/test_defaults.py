"""What is not given: parameters of networks and optimizers have PyTorch's defaults, by a golden table."""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from nn import init

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "defaults.json").read_text())

OTHERWISE: dict[str, dict[str, Any]] = {
    **{name: {"dim": -1} for name in ("Softmax", "Softmin", "LogSoftmax", "softmax", "softmin", "log_softmax")},
    **{name: {"align_corners": False} for name in ("affine_grid", "grid_sample")},
}
"""Where None is a deprecated choice, with a warning, this is what is said here."""


def taken() -> list[tuple[str, str]]:
    """Namespace and name of what is here and in the table."""
    return [(namespace, name) for namespace, table in GOLDEN["defaults"].items() for name in table
            if hasattr(importlib.import_module(namespace), name)]


@pytest.mark.parametrize(("namespace", "name"), taken())
def test_a_parameter_is_what_pytorchs_is_unless_given(namespace: str, name: str) -> None:
    theirs = GOLDEN["defaults"][namespace][name] | OTHERWISE.get(name, {})
    parameters = inspect.signature(getattr(importlib.import_module(namespace), name)).parameters
    ours = {p: parameters[p].default for p in theirs if p in parameters}
    ours = {p: list(value) if isinstance(value, tuple) else value for p, value in ours.items()}
    given = {p: value for p, value in ours.items() if value is not inspect.Parameter.empty}
    assert given == {p: theirs[p] for p in given}
    assert [type(value) is bool for value in given.values()] == [type(theirs[p]) is bool for p in given]


def test_the_table_is_about_what_there_is() -> None:
    assert len(taken()) > 150


@pytest.mark.parametrize("name", GOLDEN["gains"])
def test_gains_are_pytorchs(name: str) -> None:
    gain: Any = init.calculate_gain(name)
    assert gain == pytest.approx(GOLDEN["gains"][name])

"""The pytest plugin, in a pytest of its own."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

import autograd
from autograd.testing import plugin, strategies
from autograd.testing.plugin import check_gradients, seeded  # noqa: F401

SAMPLE = """
import autograd, numpy as np, pytest
from hypothesis import given, settings, strategies as st

def test_fixture(check_gradients):
    assert check_gradients(np.sin, 0.5).largest_error < 1e-9

def test_mismatch(check_gradients):
    half = autograd.custom(lambda x: x * x).defvjp(lambda g, out, x: g * x)
    with pytest.raises(autograd.GradientMismatch):
        check_gradients(half, 1.0)

numbers = []

@pytest.mark.parametrize("time", [1, 2])
def test_seeded(seeded, time):
    numbers.append((seeded.random(), autograd.random.generator().random()))
    assert numbers[0] == numbers[-1]

@given(st.integers())
def test_profile(n):
    assert settings().max_examples == 10
"""


def test_the_plugin_brings_fixtures_and_profiles(tmp_path: Path) -> None:
    sample = tmp_path / "test_sample.py"
    sample.write_text(SAMPLE)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "_hypothesis_pytestplugin", "-p", "autograd.testing.plugin",
         "-p", "no:cacheprovider", "--hypothesis-profile=quick", str(sample)],
        capture_output=True, text=True, cwd=tmp_path, check=False,
        env={"PYTHONPATH": str(Path(plugin.__file__).parents[2]), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    assert "5 passed" in run.stdout, run.stdout + run.stderr


def test_the_fixture_is_the_checker(check_gradients: Any) -> None:  # noqa: F811
    assert check_gradients is plugin._check_gradients


def test_seeded_starts_from_zero_and_puts_everything_back() -> None:
    before = autograd.random.generator().bit_generator.state
    fixture = seeded.__wrapped__ if hasattr(seeded, "__wrapped__") else seeded._get_wrapped_function()
    run = fixture()
    assert next(run).random() == np.random.default_rng(0).random()
    assert repr(autograd.random.generator().bit_generator.state) != repr(before)
    assert next(run, None) is None
    assert repr(autograd.random.generator().bit_generator.state) == repr(before)


def test_without_hypothesis_the_fixtures_work_and_the_strategies_name_their_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    plugin._register_profiles()
    with pytest.raises(ImportError, match=r"cleargrad\[test\]"):
        importlib.reload(strategies)


def test_profiles_are_registered() -> None:
    assert settings.get_profile("nightly").max_examples == 2000
    assert settings.get_profile("ci").derandomize

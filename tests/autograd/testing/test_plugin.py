"""The pytest plugin, in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import settings

from autograd.testing import plugin

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
        [sys.executable, "-m", "pytest", "-q", "-p", "autograd.testing.plugin", "-p", "no:cacheprovider",
         "--hypothesis-profile=quick", str(sample)],
        capture_output=True, text=True, cwd=tmp_path, check=False,
        env={"PYTHONPATH": str(Path(plugin.__file__).parents[2])},
    )  # fmt: skip
    assert "5 passed" in run.stdout, run.stdout + run.stderr


def test_profiles_are_registered() -> None:
    assert settings.get_profile("nightly").max_examples == 2000
    assert settings.get_profile("ci").derandomize

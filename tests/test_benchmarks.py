"""The benchmarks run as described, and their figures mean what the report says."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from benchmarks import machine, peers, report, turns, workloads

ROOT = Path(__file__).resolve().parent.parent
WORKLOADS = [module.name for module in iter_modules(workloads.__path__)]


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_says_what_it_measures_for_whom(name):
    module = import_module(f"benchmarks.workloads.{name}")
    assert module.__doc__
    assert module.TITLE
    assert callable(module.cleargrad)
    assert set(module.TARGETS) <= set(module.CASES)
    for targets in module.TARGETS.values():
        assert set(targets) <= set(peers.DISTRIBUTIONS)
        assert all(hasattr(module, side) for side in targets)


def test_ratios_are_taken_round_by_round():
    figures = {"cleargrad": [1.0, 2.0, 30.0, 4.0, 5.0], "torch": [2.0, 4.0, 10.0, 8.0, 10.0]}
    result = turns.Result("chain", "0-d", "seconds", figures, {"torch": 0.4})
    assert result.ratio("torch") == (0.5, 0.5, 0.5)
    assert result.median("cleargrad") == 4
    line = report.line(result, "a chain")
    assert "4 s" in line
    assert "torch       8 s  ratio 0.50 (0.50-0.50, at most 0.40: NO)" in line
    assert json.loads(json.dumps(result.to_dict()))["ratios"] == {"torch": [0.5, 0.5, 0.5]}


def test_misleading_settings_are_kept_from_the_sides(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    environment = machine.environment(threads=2)
    assert "OPENBLAS_CORETYPE" not in environment
    assert environment["OMP_NUM_THREADS"] == "2"


def test_a_side_that_fails_says_how():
    module = import_module("benchmarks.workloads.chain")
    with pytest.raises(RuntimeError, match="cleargrad failed:\n(.|\n)*KeyError: 'no such case'"):
        turns.measure(module, "no such case", "seconds", {}, machine.environment(1), rounds=1, seconds=1)


def test_the_runner_prints_a_table_and_keeps_the_figures(tmp_path, monkeypatch):
    monkeypatch.delenv("CLEARGRAD_PEERS", raising=False)
    command = [sys.executable, "-m", "benchmarks", "chain", "--case", "0-d", "--rounds", "3"]
    out = subprocess.run(
        [*command, "--output", tmp_path / "run"], check=True, capture_output=True, text=True, cwd=ROOT, env={"PATH": ""}
    ).stdout
    for peer in peers.DISTRIBUTIONS.keys() - peers.find().keys():
        assert f"{peer} skipped: {peers.DISTRIBUTIONS[peer]} is not installed (CLEARGRAD_PEERS=" in out
    assert "chain of 200 y = (y*x + x).tanh(), 0-d" in out
    kept = json.loads((tmp_path / "run.json").read_text())
    assert kept["machine"]["threads"] >= 1
    (result,) = kept["results"]
    assert len(result["figures"]["cleargrad"]) == 3
    assert (tmp_path / "run.txt").exists()
    assert (tmp_path / "run.png").exists()

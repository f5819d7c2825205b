"""The benchmarks run as described, and their figures mean what the report says."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest

from benchmarks import machine, peers, probes, publish, report, turns, workloads

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


def test_targets_are_the_workloads_and_no_more_memory_than_pytorch():
    times, peaks = (turns.Result("cnn", "", kind, {}, {"torch": 0.7}) for kind in ("seconds", "bytes"))
    assert (times.target("torch"), times.target("hips")) == (0.7, None)
    assert (peaks.target("torch"), peaks.target("hips")) == (1.0, None)


def test_misleading_settings_are_kept_from_the_sides(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    environment = machine.environment(threads=2)
    assert "OPENBLAS_CORETYPE" not in environment
    assert "PYTHONPATH" not in environment  # under which HIPS autograd's side would import ours
    assert environment["OMP_NUM_THREADS"] == "2"


def test_a_side_that_fails_says_how():
    module = import_module("benchmarks.workloads.chain")
    with pytest.raises(RuntimeError, match="cleargrad failed:\n(.|\n)*KeyError: 'no such case'"):
        turns.measure(module, "no such case", "seconds", {}, machine.environment(1), rounds=1, seconds=1)


def test_the_runner_prints_a_table_and_keeps_the_figures(tmp_path, monkeypatch):
    monkeypatch.delenv("CLEARGRAD_PEERS", raising=False)
    command = [sys.executable, "-m", "benchmarks", "chain", "--case", "0-d", "--rounds", "3"]
    ran = subprocess.run(
        [*command, "--output", tmp_path / "run"], check=True, capture_output=True, text=True, cwd=ROOT, env={"PATH": ""}
    )
    out = ran.stdout
    assert "Warning" not in ran.stderr  # of a picture with nothing in it, where there is no peer
    for peer in peers.DISTRIBUTIONS.keys() - peers.find().keys():
        assert f"{peer} skipped: {peers.DISTRIBUTIONS[peer]} is not installed (CLEARGRAD_PEERS=" in out
    assert "chain of 200 y = (y*x + x).tanh(), 0-d" in out
    kept = json.loads((tmp_path / "run.json").read_text())
    assert kept["machine"]["threads"] >= 1
    (result,) = kept["results"]
    assert len(result["figures"]["cleargrad"]) == 3
    assert (tmp_path / "run.txt").exists()
    assert (tmp_path / "run.png").exists()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("group", probes.CALLS)
def test_every_call_that_libraries_are_asked_for_is_differentiated(group):
    library = probes._cleargrad()
    calls = probes.CALLS[group].split()
    assert [call for call in calls if not probes.is_right(call, library.spaces[group], library.grad)] == []


def test_a_wrong_gradient_does_not_count():
    library = probes._cleargrad()
    assert not probes.is_right("sin(x)", np, lambda f: lambda x: 1.001 * library.grad(f)(x).data)
    assert not probes.is_right("no_such_function(x)", np, library.grad)


def test_published_tables_stand_between_their_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- times -->\nold\n<!-- end of times -->\nafter\n")
    figures = {"cleargrad": [1.0, 1.0, 1.0], "torch": [2.0, 2.0, 2.0]}
    result = turns.Result("chain", "0-d", "seconds", figures, {})
    facts = machine.facts(2, {"torch": "2.0 (NumPy 2.3, python)"})
    run = {"machine": facts, "results": [result.to_dict() | {"title": "chain"}]}
    publish.write(page, "times", publish.times(run))
    text = page.read_text()
    assert "| chain | 1 s | 0.50 (0.50–0.50) |" in text
    assert text.startswith("before\n")
    assert text.endswith("<!-- end of times -->\nafter\n")
    assert "old" not in text
    with pytest.raises(ValueError, match="has 0 places marked"):
        publish.write(page, "probes", "")

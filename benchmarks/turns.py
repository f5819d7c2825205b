"""Measure all sides of a case in turns: while one is measured the others wait, so noise affects all of them alike."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from types import ModuleType
from typing import Any

OURS = "cleargrad"
WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True)
class Result:
    """The figures of all sides of a case, with one per round."""

    workload: str
    case: str
    measure: str
    figures: dict[str, list[float]]
    targets: dict[str, float]

    def median(self, side: str) -> float:
        """A side's median over the rounds."""
        return median(self.figures[side])

    def target(self, side: str) -> float | None:
        """The largest ratio to a side that meets the target; no step may take more memory than PyTorch's."""
        if self.measure == "bytes":
            return 1.0 if side == "torch" else None
        return self.targets.get(side)

    def ratio(self, side: str) -> tuple[float, float, float]:
        """The ratios of our figures to theirs per round: the lower quartile, the median, the upper quartile."""
        ratios = [a / b for a, b in zip(self.figures[OURS], self.figures[side], strict=True)]
        if len(ratios) < 2:
            return ratios[0], ratios[0], ratios[0]
        low, middle, high = quantiles(ratios, n=4, method="inclusive")
        return low, middle, high

    def to_dict(self) -> dict[str, Any]:
        """All figures, medians and ratios, for JSON."""
        ratios = {side: self.ratio(side) for side in self.figures if side != OURS and OURS in self.figures}
        return {**vars(self), "medians": {s: self.median(s) for s in self.figures}, "ratios": ratios}


def measure(module: ModuleType, case: str, kind: str, pythons: Mapping[str, str], environment: Mapping[str, str], *,
            rounds: int, seconds: float) -> Result:
    """Measure a case: this number of rounds, or fewer (at least three) once `seconds` have passed.

    `pythons` maps the installed peers to their Python; our own sides run under this one. Raises `RuntimeError` with the
    error output of a side that failed.
    """
    workload = module.__name__.rpartition(".")[2]
    sides = [name for name in vars(module) if name.partition("_")[0] in (OURS, *pythons)]
    processes = {}
    figures: dict[str, list[float]] = {}
    try:
        for side in sides:
            python = pythons.get(side.partition("_")[0], sys.executable)
            process = _start([python, str(WORKER), side, workload, case, kind], environment)
            if _read(process, side):
                processes[side], figures[side] = process, []
        _round(processes, {side: [] for side in processes})  # a first round to warm up
        end = perf_counter() + seconds
        for k in range(rounds):
            if k >= 3 and perf_counter() > end:
                break
            _round(processes, figures)
    finally:
        for process in processes.values():
            process.kill()
            process.communicate()
    return Result(workload, case, kind, figures, module.TARGETS.get(case, {}))


def _start(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    pipe, folder = subprocess.PIPE, WORKER.parent
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment, cwd=folder)


def _round(processes: Mapping[str, subprocess.Popen[str]], figures: Mapping[str, list[float]]) -> None:
    for side, process in processes.items():
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        figures[side].append(float(_read(process, side)))


def _read(process: subprocess.Popen[str], side: str) -> Any:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{side} failed:\n{process.communicate()[1]}")
    return json.loads(line)

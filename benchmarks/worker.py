"""One side of one case in its own process: `worker.py SIDE WORKLOAD CASE MEASURE` prints a figure per line of input.

It runs under the peer's own Python. The project comes last on its path, so that `autograd` is HIPS autograd if that is
the side to measure; for the project's own side it comes first.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Callable
from importlib import import_module
from math import ceil
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

TURN = 0.1  # seconds that a turn takes at least
LONG = 1.0  # seconds: a first run that takes longer is not repeated to estimate the time of a run
PAUSE = 0.05  # seconds before a turn: threads of the previous side, such as OpenBLAS's, spin for some 25 ms
WARM = 0.05  # seconds of untimed runs after it: Linux takes some 30 ms to separate two threads woken on one core


def main() -> None:
    """Set up, print whether this side can run the case, then take a turn for each line of input."""
    side, workload, case, measure = sys.argv[1:]
    root = str(Path(__file__).resolve().parent.parent)
    sys.path[:1] = [root] if side.startswith("cleargrad") else []
    sys.path.append(root)
    module = import_module(f"benchmarks.workloads.{workload}")
    run = getattr(module, side)(**module.CASES[case])
    print(json.dumps(run is not None), flush=True)
    if run is not None:
        turn = _peak(run) if measure == "bytes" else _seconds(run, process_time if measure == "cpu" else perf_counter)
        for _ in sys.stdin:
            print(json.dumps(turn()), flush=True)


def _seconds(run: Callable[[], Any], clock: Callable[[], float]) -> Callable[[], float]:
    start = clock()
    if type(run()) is float:
        return run
    if clock() - start < LONG:  # else the first run, with its warm-up, is a good enough estimate
        start = clock()
        run()
    once = clock() - start
    repeats, warming = max(1, round(TURN / once)), ceil(WARM / once) if once < LONG else 0

    def turn() -> float:
        sleep(PAUSE)
        for _ in range(warming):
            run()
        start = clock()
        for _ in range(repeats):
            run()
        return (clock() - start) / repeats

    return turn


def _peak(run: Callable[[], Any]) -> Callable[[], float]:
    """A turn that returns the peak growth of the resident set in a run, in bytes, at least a page.

    Linux can reset the peak (`clear_refs`).
    """
    libc = ctypes.CDLL(None)

    def turn() -> float:
        libc.malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
        before = _status("VmRSS")
        run()
        return float(max(_status("VmHWM") - before, 4096))

    for _ in range(3):
        turn()
    return turn


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return 1024 * int(line.split()[1])
    raise RuntimeError(f"/proc/self/status has no {field}")


if __name__ == "__main__":
    main()

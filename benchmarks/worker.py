"""One side of one case, in a process of its own: `worker.py SIDE WORKLOAD CASE MEASURE`, a figure for each line in.

Runs under the peer's own Python. The project comes last on its path, so that `autograd` is HIPS autograd's where that
is the side to measure; on the project's own side it comes first.
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

TURN = 0.1  # seconds that a turn takes, at least
LONG = 1.0  # seconds after which a run is not repeated to find out how long it takes
PAUSE = 0.05  # before it: threads of the side that was measured before spin for some 25 ms, OpenBLAS's among them
WARM = 0.05  # of running after it, untimed: Linux may wake two threads on one core, and takes some 30 ms to part them


def main() -> None:
    """Set up and warm up, say so, then take a turn whenever told to."""
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
    if clock() - start < LONG:  # else the first run, which loads and warms up, tells enough
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
    """Bytes by which the resident set grows at most during a run, at least a page: Linux can reset its peak."""
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

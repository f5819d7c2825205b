"""CPU time of the import in a fresh process that has imported NumPy already.

Only the importing thread is measured: the time of the process would include OpenBLAS's workers, which spin for a while
after NumPy has started them.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

TITLE = "import after NumPy (always CPU time)"
CASES = {"": {}}
TARGETS: dict[str, dict[str, float]] = {}


def _import(what: str, folder: Path | None = None) -> Callable[[], float]:
    measured = f"import numpy, time; start = time.thread_time(); import {what}; print(time.thread_time() - start)"

    def run() -> float:
        child = subprocess.run([sys.executable, "-c", measured], cwd=folder, check=True, capture_output=True, text=True)
        return float(child.stdout)

    return run


def cleargrad() -> Callable[[], float]:
    return _import("autograd, nn, optim", Path(__file__).resolve().parents[2])


def torch() -> Callable[[], float]:
    return _import("torch")


def hips() -> Callable[[], float]:
    return _import("autograd, autograd.numpy")

"""What a result depends on besides the code: the machine, its load, and the versions."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

MISLEADING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Settings that make OpenBLAS use kernels for another processor, which can halve the speed of matrix products."""


def processors() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_busy() -> bool:
    """Whether other processes use the machine: a load of more than 0.5 in the last minute."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] > 0.5


def environment(threads: int) -> dict[str, str]:
    """The environment of a side: this number of threads, no misleading settings, and cleargrad's compiled loops off."""
    # Users import with bytecode; and a PYTHONPATH could lead to our `autograd` where HIPS autograd is meant.
    left_out = (*MISLEADING, "PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
    own = {name: value for name, value in os.environ.items() if name not in left_out}
    return own | {"OMP_NUM_THREADS": str(threads), "PYTHONHASHSEED": "0", "CLEARGRAD_FAST": "0"}


def facts(threads: int, peers: dict[str, str]) -> dict[str, Any]:
    """The facts to save with a result."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _output("git", "describe", "--always", "--dirty", "--abbrev=12"),
        "processor": _processor(),
        "processors": processors(),
        "threads": threads,
        "load": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": f"{blas['name']} {blas['version']}",
        "peers": peers,
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _output(*command: str) -> str | None:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None

"""The recurrence of Adam as one compiled loop, for large parameters where numba is installed (the extra `fast`).

NumPy makes a dozen passes over a block; the loop makes one, and takes less than half the time. It does the same
operations in the same order and precision, so it gives the same bits, whenever it takes over. It is used as soon as it
would have saved the time that loading numba takes; with `CLEARGRAD_FAST=1` in the environment from the start, with
`CLEARGRAD_FAST=0` never.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

MANY = 2**29
"""Numbers to be stepped before the loop is loaded: it saves some 1.2 ns each, and takes 0.7 s to load."""

_stepped = 0  # counted over all optimizers that could use it


def adam(numbers: int) -> Callable[..., None] | None:
    """The loop for a step over this many numbers, if it is asked for or pays off, and if it is available."""
    global _stepped  # noqa: PLW0603
    said = os.environ.get("CLEARGRAD_FAST")
    if said not in ("0", "1"):
        _stepped += numbers
        said = "1" if _stepped >= MANY else "0"
    return _loop() if said == "1" else None


@cache
def _loop() -> Callable[..., None] | None:
    """The loop, compiled for each dtype when first used, and cached on disk by numba where it may write.

    None without numba, or if it does not load, since each version refuses a newer NumPy: a loop that only saves time,
    and may take over in the middle of a training run, must not end that run.
    """
    try:
        import numba
    except ImportError:
        return None
    loop = numba.njit(nogil=True, error_model="numpy")(_adam)
    with suppress(RuntimeError):  # numba has no folder to write to
        loop.enable_caching()
    return loop


def _adam(w: Any, g: Any, m: Any, V: Any, beta1: Any, rest1: Any, beta2: Any, rest2: Any, eps: Any, rate: Any,
          coupled: Any, decoupled: Any) -> None:
    for i in range(w.size):
        slope = g[i]
        if coupled:
            slope += w[i] * coupled
        m[i] = m[i] * beta1 + slope * rest1
        V[i] = V[i] * beta2 + slope * slope * rest2
        eta = m[i] / (np.sqrt(V[i]) + eps) * rate
        if decoupled:
            eta += w[i] * decoupled
        w[i] -= eta

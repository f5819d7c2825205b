"""The recurrence of Adam as one compiled loop, for large parameters where numba is installed (the extra `fast`).

NumPy makes a dozen passes over a block; the loop makes one, and takes less than half the time. It does the same
operations in the same order and precision, so it ends with the same bits, whenever it begins. It is chosen when numba
can be imported, and once it would have saved what it takes to load; if the environment says `CLEARGRAD_FAST=1` at once,
if `CLEARGRAD_FAST=0` never.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

MANY = 2**29
"""Numbers to be stepped before the loop is loaded: it saves some 1.2 ns each, and takes 0.7 s to load."""

_stepped = 0  # by all optimizers that could use it


def wanted(numbers: int) -> bool:
    """Whether so many are to be stepped by a compiled loop: numba is there, and somebody said yes, or it pays."""
    global _stepped  # noqa: PLW0603
    if not _installed():
        return False
    said = os.environ.get("CLEARGRAD_FAST")
    if said in ("0", "1"):
        return said == "1"
    _stepped += numbers
    return _stepped >= MANY


@cache
def _installed() -> bool:
    return find_spec("numba") is not None


@cache
def adam() -> Callable[..., None]:
    """The compiled loop of Adam: compiled for each dtype when first used, and kept on disk by numba."""
    import numba

    return numba.njit(_adam, nogil=True, cache=True, error_model="numpy")  # type: ignore[no-any-return]


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

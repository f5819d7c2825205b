"""The recurrence of Adam as one compiled loop, for large parameters where numba is installed (the extra `fast`).

NumPy makes a dozen passes over a block; the loop makes one, and takes half the time. It does the same operations in the
same order and precision, so it ends with the same bits. It is chosen when numba can be imported, unless the environment
says `CLEARGRAD_FAST=0`. Small models never ask for it: importing numba costs more than it would save them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np


def wanted() -> bool:
    """Whether compiled loops are to be used: numba is there, and the environment does not say no."""
    return os.environ.get("CLEARGRAD_FAST") != "0" and _installed()


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

"""Transposes of each matrix of a stack."""

from __future__ import annotations

import numpy as np

from autograd.duck_arrays import Array


def mT(x: Array) -> Array:
    """The transpose."""
    return x.swapaxes(-1, -2)


def H(x: Array) -> Array:
    """The conjugate transpose."""
    return np.conj(x.swapaxes(-1, -2))

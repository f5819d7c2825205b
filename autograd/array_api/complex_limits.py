"""Complex functions whose values at infinities, and signs of zeros, NumPy leaves to chance and the standard states."""

from __future__ import annotations

import numpy as np

from autograd.declare import elementwise
from autograd.duck_arrays import Array


def expm1_values(x: Array) -> Array:
    """exp(x) - 1: by NumPy's expm1, which is accurate near 0, where it is finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(np.isfinite(x) & (x != 0), np.expm1(x), np.exp(x) - 1)[()]


def tanh_values(x: Array) -> Array:
    """The limits 1 + 0i and -1 + 0i at an infinite real part, with the sign of the imaginary zero that x has."""
    limit = np.sign(x.real) + 0j
    limit = np.where(x.imag < 0, np.conj(limit), limit)
    return np.where(np.isinf(x.real) & np.isfinite(x.imag), limit, np.tanh(x)).astype(x.dtype)[()]


complex_expm1 = elementwise(expm1_values, lambda x: np.exp(x), name="complex_expm1")
complex_tanh = elementwise(tanh_values, lambda out: 1 - out * out, name="complex_tanh")

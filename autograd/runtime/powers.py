"""Integer powers of floats, as fast as products.

On a processor with AVX-512 NumPy's power takes 65 ns per element for negative bases, and 1.3 for positive ones; a
product takes 0.2. The results are within two units in the last place of NumPy's.
"""

from __future__ import annotations

import numpy as np

from autograd.duck_arrays import Array

from .numbers import NUMBERS


def power(x: Array, y: Array) -> Array:
    """`x ** y`; for -1, 0, 1/2, 1 and 2 NumPy itself is fast."""
    if type(y) not in NUMBERS or type(x) is not np.ndarray or x.dtype.char not in "fd" or -1 <= y <= 2 or y % 1:
        return x**y
    if y == 3:
        return x * x * x
    if y == 4:
        square = x * x
        return square * square
    of_magnitude = np.abs(x) ** y
    return np.copysign(of_magnitude, x) if y % 2 else of_magnitude

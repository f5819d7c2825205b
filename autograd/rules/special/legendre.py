"""Associated Legendre functions of integer order. Source: DLMF, section 14.10; their zeros at ±1 as in 18.11.1."""

from __future__ import annotations

import numpy as np

from autograd.duck_arrays import Array
from autograd.rules.closed import closed, elementwise, slope

from .orthogonal import ultraspherical
from .ufuncs import special as sc


def by_polynomials(m: Array, v: Array, x: Array) -> Array:
    """P_v^m as (1 - x²)^(|m|/2) times a Gegenbauer function, which is smooth at ±1 for whole v, and else at 1."""
    order, degree = np.abs(m), np.maximum(v, -1 - v)
    double_factorial = 2**order * sc.poch(0.5, order)  # (2|m| - 1)!!
    factor = np.where(m < 0, 1 / sc.poch(degree - order + 1, 2 * order), (-1.0) ** order)
    n = degree - order
    gone = (n < 0) & (np.floor(n) == n)
    smooth = np.where(gone, 0, ultraspherical(np.where(gone, 0, n), order + 0.5, x))
    return factor * double_factorial * (1 - x * x) ** (order / 2) * smooth


at_the_ends = closed(slope(by_polynomials, 2), "slope of lpmv at the ends")


def between(m: Array, v: Array, x: Array) -> Array:
    """sqrt(1 - x²) dP_v^m/dx = ((v + m) (v - m + 1) P_v^(m-1) - P_v^(m+1)) / 2, in which no large terms cancel."""
    step = (v + m) * (v - m + 1)
    below = np.where(step == 0, 0, step * sc.lpmv(np.where(step == 0, m, m - 1), v, x))  # SciPy has no P_v^(m-1) there
    return (below - sc.lpmv(m + 1, v, x)) / (2 * np.sqrt((1 - x) * (1 + x)))


def legendre_slope(m: Array, v: Array, x: Array) -> Array:
    ends = np.abs(x) == 1
    return np.where(ends, at_the_ends(m, v, np.where(ends, x, 1.0)), between(m, v, np.where(ends, 0.0, x)))


elementwise(sc.lpmv, None, None, legendre_slope, operands=("m", "v", "x"))

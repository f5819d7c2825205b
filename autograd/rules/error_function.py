"""The error function in NumPy alone, by W. J. Cody's rational Chebyshev approximations (Math. Comp. 23, 1969, 631-637).

Three ranges of |x|: erf itself below 0.46875, erfc times exp(x^2) up to 4, and its asymptotic form beyond. The normal
distribution in float32, which networks compute again and again, has a polynomial of its own, in a tenth of the time.
"""

from __future__ import annotations

import numpy as np

from autograd.declare import elementwise
from autograd.duck_arrays import Array
from autograd.runtime.blocks import LONG, filled
from autograd.runtime.selection import minimum

# Numerator and denominator of each range, highest power first.
SMALL = (
    (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
MIDDLE = ((2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
           2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
           1.23033935479799725e3),
          (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
           3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3))
LARGE = ((1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
          1.60837851487422766e-2, 6.58749161529837803e-4),
         (1.0, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
          2.33520497626869185e-3))
ROOT = 0.5641895835477563  # 1 / sqrt(pi)
# exp(y^2 / 2) (y + 3) Phi(-y) of s = (3 - MIDPOINT y) / (y + 3), for y from 0 to 14.5, to within 5.2e-8; minimax,
# by Lawson's iteration on 400 Chebyshev points.
SINGLE = (-5.84225821e-05, 1.439960607e-04, 6.263305744e-04, -2.083345764e-03, -7.444741428e-03, 2.171178163e-02,
          1.731032718e-01, 4.906156487e-01, 8.233855584e-01)
MIDPOINT = 1.413793103


def ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Array) -> Array:
    top, bottom = (np.full_like(x, c[0]) for c in coefficients)
    for a, b in zip(coefficients[0][1:], coefficients[1][1:], strict=True):
        top, bottom = top * x + a, bottom * x + b
    return top / bottom


def erfc_of_positive(y: Array) -> Array:
    """Erfc for y >= 0.46875; exp(-y^2) in two factors, so that the rounding of y^2 is not magnified."""
    y = np.minimum(y, 28)  # erfc is 0 from here on
    inverse = 1 / np.square(y)
    large = (ROOT - inverse * ratio(LARGE, inverse)) / y
    coarse = np.trunc(y * 16) / 16
    return np.where(y <= 4, ratio(MIDDLE, y), large) * np.exp(-coarse * coarse) * np.exp(-(y - coarse) * (y + coarse))


def _wide(x: Array) -> Array:
    """The array in float64. Raises TypeError for complex numbers, whose imaginary part would be lost."""
    if x.dtype.kind == "c":
        raise TypeError("these approximations are for real numbers; write scipy.special.erf(z)")
    return np.asarray(x, float)


def erf_values(x: Array) -> Array:
    """Erf of an array, to within 4 units in the last place of float64; the dtype stays."""
    wide = _wide(x)
    y = np.abs(wide)
    small = wide * ratio(SMALL, np.square(np.minimum(y, 0.46875)))
    tail = np.copysign(1 - erfc_of_positive(np.maximum(y, 0.46875)), wide)
    return np.where(y <= 0.46875, small, tail).astype(x.dtype)[()]


def normal_cdf_in_single(out: Array, x: Array) -> None:
    """Phi(x) of float32, to within 8 units in the last place, written to `out`; in place, which halves its time."""
    y = minimum(np.abs(x), 20)  # the tail is 0 from here on
    inverse = 1 / (y + 3)
    s = (3 - MIDPOINT * y) * inverse
    out[...] = SINGLE[0]
    for coefficient in SINGLE[1:]:
        out *= s
        out += coefficient
    out *= inverse
    coarse = np.trunc(y * 16) / 16
    out *= np.exp(-0.5 * (coarse * coarse))
    out *= np.exp(-0.5 * ((y - coarse) * (y + coarse)))
    upper = x > 0
    out -= upper  # and 1 - tail is |tail - 1|
    np.abs(out, out=out)


def normal_cdf_values(x: Array) -> Array:
    """The normal distribution's cumulative distribution, without cancellation in the lower tail."""
    if x.dtype == np.float32 and isinstance(x, np.ndarray):
        return filled(normal_cdf_in_single, np.empty_like(x), x, block=LONG)
    z = _wide(x) * -0.7071067811865476
    y = np.abs(z)
    tail = 0.5 * erfc_of_positive(np.maximum(y, 0.46875))
    centre = 0.5 - 0.5 * z * ratio(SMALL, np.square(np.minimum(y, 0.46875)))
    return np.where(y <= 0.46875, centre, np.where(z > 0, tail, 1 - tail)).astype(x.dtype)[()]


erf_of = elementwise(erf_values, lambda x: 2 * ROOT * np.exp(-x * x), name="erf")
normal_cdf = elementwise(
    normal_cdf_values, lambda x: ROOT * 0.7071067811865476 * np.exp(-0.5 * x * x), name="normal_cdf"
)

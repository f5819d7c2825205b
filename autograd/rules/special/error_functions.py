"""The error function, the normal distribution, and their relatives. Source: DLMF, chapter 7."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

from autograd.differential import differential
from autograd.poles import along
from autograd.rules.closed import elementwise

from .ufuncs import special as sc

Array = Any
SLOPE = 2 / sqrt(pi)  # of erf at 0

elementwise(sc.erf, lambda x: SLOPE * np.exp(-x * x), name="scipy.erf")
elementwise(sc.erfc, lambda x: -SLOPE * np.exp(-x * x))
elementwise(sc.erfcx, lambda x, out: 2 * x * out - SLOPE)
elementwise(sc.erfi, lambda x: SLOPE * np.exp(x * x))
elementwise(sc.erfinv, lambda out: np.exp(out * out) / SLOPE)
elementwise(sc.erfcinv, lambda out: -np.exp(out * out) / SLOPE)
elementwise(sc.dawsn, lambda x, out: 1 - 2 * x * out)
elementwise(sc.wofz, lambda x, out: 1j * SLOPE - 2 * x * out)

elementwise(sc.ndtr, lambda x: np.exp(-0.5 * x * x) / sqrt(2 * pi))
elementwise(sc.log_ndtr, lambda x: sqrt(2 / pi) / sc.erfcx(-x / sqrt(2)))
elementwise(sc.ndtri, lambda out: np.exp(0.5 * out * out) * sqrt(2 * pi))
elementwise(sc.ndtri_exp, lambda x, out: np.exp(x + 0.5 * out * out) * sqrt(2 * pi))

elementwise(sc.owens_t, lambda h, a: -np.exp(-0.5 * h * h) * sc.erf(a * h / sqrt(2)) / sqrt(8 * pi),
            lambda h, a: np.exp(-0.5 * h * h * (1 + a * a)) / (2 * pi * (1 + a * a)), operands=("h", "a"))
differential(sc.fresnel, lambda t, x: along(t, np.sin(pi / 2 * x * x), np.cos(pi / 2 * x * x)))


def faddeeva_slope(x: Array, sigma: Array, gamma: Array) -> Array:
    """w'(z) at z = (x + i gamma) / (sigma sqrt 2)."""
    z = (x + 1j * gamma) / (sigma * sqrt(2))
    return 1j * SLOPE - 2 * z * sc.wofz(z)


elementwise(
    sc.voigt_profile,
    lambda x, sigma, gamma: np.real(faddeeva_slope(x, sigma, gamma)) / (2 * sqrt(pi) * sigma**2),
    lambda x, sigma, gamma, out: -out / sigma - np.real(
        faddeeva_slope(x, sigma, gamma) * (x + 1j * gamma)) / (2 * sqrt(pi) * sigma**3),
    lambda x, sigma, gamma: -np.imag(faddeeva_slope(x, sigma, gamma)) / (2 * sqrt(pi) * sigma**2),
    operands=("x", "sigma", "gamma"))

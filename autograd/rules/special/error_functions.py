"""The error function, the normal distribution, and their relatives. Source: DLMF, chapter 7."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt

import numpy as np

from autograd.declare import differential
from autograd.declare.poles import tangents
from autograd.duck_arrays import Array
from autograd.rule_signature import Rule
from autograd.rules.closed import elementwise, slope

from .ufuncs import special as sc

SLOPE = 2 / sqrt(pi)  # of erf at 0

FAR = 50
"""Beyond this the differences that give these slopes cancel, and five terms of a series are exact to all digits."""


def tail(s: Array) -> Array:
    """The sum of (2k + 1)!! s^k."""
    return 1 + s * (3 + s * (15 + s * (105 + s * (945 + s * 10395))))


def far_or_near(far: Array, x: Array, series: Callable[[Array], Array], near: Array) -> Array:
    """A series in 1/x, or where that is not far a slope as it is."""
    return np.where(far, series(1 / np.where(far, x, 1)), near)


def faddeeva_slope(z: Array, out: Array) -> Array:
    """w'(z) for w(z); in the upper half plane w(z) is i/(sqrt(pi) z) in the distance."""
    far = (np.abs(z) > FAR) & (np.imag(z) >= 0)
    return far_or_near(far, z, lambda r: -0.5j * SLOPE * r * r * tail(r * r / 2), 1j * SLOPE - 2 * z * out)


elementwise(sc.erf, lambda x: SLOPE * np.exp(-x * x))
elementwise(sc.erfc, lambda x: -SLOPE * np.exp(-x * x))
elementwise(sc.erfcx, lambda x, out: far_or_near(
    np.real(x) > FAR, x, lambda r: -r * r * tail(-r * r / 2) * (SLOPE / 2), 2 * x * out - SLOPE))
elementwise(sc.erfi, lambda x: SLOPE * np.exp(x * x))
elementwise(sc.erfinv, lambda out: np.exp(out * out) / SLOPE)
elementwise(sc.erfcinv, lambda out: -np.exp(out * out) / SLOPE)
elementwise(sc.dawsn, lambda x, out: far_or_near(
    np.abs(np.real(x)) > FAR + np.abs(np.imag(x)), x, lambda r: -r * r / 2 * tail(r * r / 2), 1 - 2 * x * out))
elementwise(sc.wofz, lambda x, out: faddeeva_slope(x, out))

elementwise(sc.ndtr, lambda x: np.exp(-0.5 * x * x) / sqrt(2 * pi))
elementwise(sc.log_ndtr, lambda x: sqrt(2 / pi) / sc.erfcx(-x / sqrt(2)))
elementwise(sc.ndtri, lambda out: np.exp(0.5 * out * out) * sqrt(2 * pi))
elementwise(sc.ndtri_exp, lambda out: sqrt(pi / 2) * sc.erfcx(-out / sqrt(2)))

elementwise(sc.owens_t, lambda h, a: -np.exp(-0.5 * h * h) * sc.erf(a * h / sqrt(2)) / sqrt(8 * pi),
            lambda h, a: np.exp(-0.5 * h * h * (1 + a * a)) / (2 * pi * (1 + a * a)), operands=("h", "a"))
differential(sc.fresnel, lambda t, x: tangents(t, np.sin(pi / 2 * x * x), np.cos(pi / 2 * x * x)))


# --- Voigt's profile: Re w(z) / (sigma sqrt(2 pi)) at z = (x + i gamma) / (sigma sqrt 2) ------------------------------


def lorentzian(x: Array, sigma: Array, gamma: Array) -> Array:
    """The profile of a sigma that is small beside x + i gamma: a series whose first term is Cauchy's density."""
    u = x + 1j * gamma
    s = (sigma / u) ** 2
    return np.real(1j / (pi * u) * (1 + s * tail(s)))


def profile_slope(place: int, slope_of: Callable[[Array, Array, Array, Array], Array]) -> Rule:
    """A partial of the profile by w'(z), or of the series, where z is so large that the slope of w is a difference."""
    far_slope = slope(lorentzian, place)

    def apply(x: Array, sigma: Array, gamma: Array) -> Array:
        far = (np.hypot(x, gamma) > sqrt(2) * FAR * np.abs(sigma)) & (((sigma > 0) & (gamma >= 0)) | (sigma == 0))
        inner = np.where(far, 0, x), np.where(far, 1, sigma), np.where(far, 1, gamma)
        outer = np.where(far, x, 1), np.where(far, sigma, 0), np.where(far, gamma, 1)
        z = (inner[0] + 1j * inner[2]) / (inner[1] * sqrt(2))
        w = sc.wofz(z)
        return np.where(far, far_slope(*outer), slope_of(z, w, 1j * SLOPE - 2 * z * w, inner[1]))

    return apply


elementwise(
    sc.voigt_profile,
    profile_slope(0, lambda z, w, change, sigma: np.real(change) / (2 * sqrt(pi) * sigma**2)),
    profile_slope(1, lambda z, w, change, sigma: -np.real(w + change * z) / (sqrt(2 * pi) * sigma**2)),
    profile_slope(2, lambda z, w, change, sigma: -np.imag(change) / (2 * sqrt(pi) * sigma**2)),
    operands=("x", "sigma", "gamma"))

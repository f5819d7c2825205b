"""Elliptic integrals and functions. Source: DLMF, chapters 19 and 22."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
import scipy.special as sc

from autograd.declare import elementwise
from autograd.differential import differential

Array = Any

elementwise(sc.ellipk, lambda x: pi / 8 * sc.hyp2f1(0.5, 0.5, 2, x) / (1 - x), poles=True)
elementwise(sc.ellipkm1, lambda x: -pi / 8 * sc.hyp2f1(0.5, 0.5, 2, 1 - x) / x, poles=True)
elementwise(sc.ellipe, lambda x: -pi / 8 * sc.hyp2f1(0.5, 1.5, 2, x), poles=True)
elementwise(sc.ellipkinc, lambda phi, m: 1 / np.sqrt(1 - m * np.sin(phi) ** 2),
            lambda phi, m: parameter_slope(phi, m, 1, 1 - m * np.sin(phi) ** 2) + 2 * turns(phi) * (
                pi / 8 * sc.hyp2f1(0.5, 0.5, 2, m) / (1 - m)), operands=("phi", "m"))
elementwise(sc.ellipeinc, lambda phi, m: np.sqrt(1 - m * np.sin(phi) ** 2),
            lambda phi, m: -parameter_slope(phi, m, 1 - m * np.sin(phi) ** 2, 1) - 2 * turns(phi) * (
                pi / 8 * sc.hyp2f1(0.5, 1.5, 2, m)), operands=("phi", "m"))


def turns(phi: Array) -> Array:
    """How many half periods an amplitude is away from the interval of -pi/2 to pi/2."""
    return np.round(phi / pi)


def parameter_slope(phi: Array, m: Array, y: Array, z: Array) -> Array:
    """sin(phi)^3 R_D(cos(phi)^2, y, z) / 6, within the half period around 0."""
    s = np.sin(phi - pi * turns(phi))
    return s**3 * sc.elliprd(np.cos(phi) ** 2, y, z) / 6


elementwise(sc.elliprf, lambda x, y, z: -sc.elliprd(y, z, x) / 6, lambda x, y, z: -sc.elliprd(x, z, y) / 6,
            lambda x, y, z: -sc.elliprd(x, y, z) / 6)
elementwise(sc.elliprc, lambda x, y: -sc.elliprd(y, y, x) / 6, lambda x, y: -sc.elliprd(x, y, y) / 3)
differential(sc.ellipj, lambda t, m, out: jacobi_change(t, m, *out), None, operands=("u", "m"))


def jacobi_change(t: Array, m: Array, sn: Array, cn: Array, dn: Array, am: Array) -> tuple[Array, Array, Array, Array]:
    return t * cn * dn, -t * sn * dn, -t * m * sn * cn, t * dn

"""Elliptic integrals and functions. Source: DLMF, chapters 19 and 22."""

from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import Any

import numpy as np

from autograd.declare import differential, general, on_arrays_too
from autograd.declare.poles import tangents
from autograd.duck_arrays import Array
from autograd.errors import NoDerivativeError
from autograd.primitive import pole_safe
from autograd.registry import real_only
from autograd.rule_signature import Rule
from autograd.rules.closed import elementwise, slope

from .ufuncs import special as sc

elementwise(sc.ellipk, lambda x: complete_slope(x, 1 - x))
elementwise(sc.ellipkm1, lambda x: -complete_slope(1 - x, x))
elementwise(sc.ellipe, lambda x: -pi / 8 * sc.hyp2f1(0.5, 1.5, 2, x))
elementwise(sc.ellipkinc, lambda phi, m: 1 / np.sqrt(square_of_delta(phi, m)),
            lambda phi, m: parameter_slope(phi, 1, square_of_delta(phi, m))
            + pole_safe(2 * turns(phi), complete_slope(m, 1 - m)), operands=("phi", "m"))
elementwise(sc.ellipeinc, lambda phi, m: np.sqrt(square_of_delta(phi, m)),
            lambda phi, m: -parameter_slope(phi, square_of_delta(phi, m), 1)
            - pole_safe(2 * turns(phi), pi / 8 * sc.hyp2f1(0.5, 1.5, 2, m)), operands=("phi", "m"))


def square_of_delta(phi: Array, m: Array) -> Array:
    """1 - m sin(phi)^2 as a sum of two squares: near (pi/2, 1), where it is small, both are, and nothing cancels."""
    return np.cos(phi) ** 2 + (1 - m) * np.sin(phi) ** 2


def complete_slope(m: Array, rest: Array) -> Array:
    """dK/dm, given 1 - m: by R_D(0, 1, 1 - m) / 6 where hyp2f1 loses digits, and overflows in the end."""
    far = m < -1
    near = pi / 8 * sc.hyp2f1(0.5, 0.5, 2, np.where(far, 0, m)) / np.where(far, 1, rest)
    return np.where(far, sc.elliprd(0, 1, np.where(far, rest, 1)) / 6, near)


def turns(phi: Array) -> Array:
    """How many half periods an amplitude is away from the interval of -pi/2 to pi/2."""
    return np.round(phi / pi)


def parameter_slope(phi: Array, y: Array, z: Array) -> Array:
    """sin(phi)^3 R_D(cos(phi)^2, y, z) / 6, within the half period around 0."""
    s = np.sin(phi - pi * turns(phi))
    return s**3 * sc.elliprd(np.cos(phi) ** 2, y, z) / 6


# --- Carlson's symmetric integrals: the derivative of each raises one power of the general form ----------------------


def carlson_integral(*arguments: Array, powers: tuple[float, ...]) -> Array:
    """The integral of (t + x)^-a (t + y)^-b ... over t from 0 to infinity; nan where an argument is negative.

    In u = log t the integrand falls exponentially at both ends and has no singularity nearer than pi to the real line,
    so that the trapezoidal rule of step 1/2 is exact to rounding, from far below the least positive argument on. Powers
    of very large and small arguments meet in the logarithm.
    """
    if any(np.iscomplexobj(x) for x in arguments):
        raise NoDerivativeError("derivatives of elliptic integrals that need R_D or R_J are known for real arguments")
    wide = np.stack(np.broadcast_arrays(*[np.asarray(x, np.result_type(x, np.float64)) for x in arguments]))
    largest = np.max(wide, axis=0)
    scaled = wide / np.where(largest > 0, largest, 1)
    with np.errstate(all="ignore"):
        depth = -np.log(max(np.min(scaled, initial=1, where=scaled > 0), 1e-300))  # where: nan is left out
        u = np.arange(-78 - depth, 37 / (sum(powers) - 1), 0.5)
        t = np.exp(np.maximum(u, -740))
        logs = [power * np.log(t + x[..., None]) for x, power in zip(scaled, powers, strict=True) if power]
        size = (sum(powers) - 1) * np.log(np.where(largest > 0, largest, 1))
        found = 0.5 * np.sum(np.exp(u - size[..., None] - np.sum(logs, axis=0)), axis=-1)
    return np.where(np.min(wide, axis=0) < 0, np.nan, found).astype(np.result_type(*arguments, np.float16))[()]


def in_argument(place: int) -> Rule:
    return lambda g, x, y, z, p, *, powers: pole_safe(g, -powers[place] * carlson(
        x, y, z, p, powers=tuple(power + (i == place) for i, power in enumerate(powers))))


carlson: Any = on_arrays_too(
    general(carlson_integral, [in_argument(i) for i in range(4)], [in_argument(i) for i in range(4)],
            name="carlson", operands=("x", "y", "z", "p")))
elementwise(sc.elliprf, lambda x, y, z: -sc.elliprd(y, z, x) / 6, lambda x, y, z: -sc.elliprd(x, z, y) / 6,
            lambda x, y, z: -sc.elliprd(x, y, z) / 6)
elementwise(sc.elliprc, lambda x, y, out: principal(y, lambda y: (out - 1 / np.sqrt(x)) / (2 * (y - x)),
                                                    lambda y: -sc.elliprd(y, y, x) / 6),
            lambda x, y, out: principal(y, lambda y: (np.sqrt(x) / y - out) / (2 * (y - x)),
                                        lambda y: -sc.elliprd(x, y, y) / 3))


def principal(y: Array, known: Callable[[Array], Array], integral: Callable[[Array], Array]) -> Array:
    """A slope: `integral` of y, and `known` where y < 0.

    There the function is a Cauchy principal value, and the formulas of `known` do not cancel, as x - y is not small.
    """
    if np.iscomplexobj(y):
        return integral(y)
    negative = y < 0
    return np.where(negative, known(np.where(negative, y, -1)), integral(np.where(negative, 1, y)))


elementwise(sc.elliprd, lambda x, y, z: -0.75 * carlson(x, y, z, z, powers=(1.5, 0.5, 1.5, 0)),
            lambda x, y, z: -0.75 * carlson(x, y, z, z, powers=(0.5, 1.5, 1.5, 0)),
            lambda x, y, z: -2.25 * carlson(x, y, z, z, powers=(0.5, 0.5, 2.5, 0)))
OF_RJ = (0.5, 0.5, 0.5, 1)
"""The powers with which three halves of the integral are R_J."""


def below_the_pole(x: Array, y: Array, z: Array, p: Array) -> Array:
    """R_J for p < 0, by that for a positive one, where z is the largest of the three (DLMF 19.20.14)."""
    largest = np.maximum(np.maximum(x, y), z)
    x, z = np.where(x == largest, z, x), np.where(x == largest, x, z)
    y, z = np.where(y == largest, z, y), np.where(y == largest, y, z)
    above = (z * (x + y - p) - x * y) / (z - p)
    base = x * y - above * p
    regular = (z - x) * (z - y) / (p - z) * 1.5 * carlson(x, y, z, above, powers=OF_RJ)
    return (regular - 3 * sc.elliprf(x, y, z) + 3 * np.sqrt(x * y * z / base) * sc.elliprc(base, -above * p)) / (z - p)


def slope_of_elliprj(place: int) -> Rule:
    below, raised = slope(below_the_pole, place), tuple(power + (i == place) for i, power in enumerate(OF_RJ))
    return lambda x, y, z, p: principal(p, lambda p: below(x, y, z, p), lambda p: (
        -1.5 * OF_RJ[place] * carlson(x, y, z, p, powers=raised)))


elementwise(sc.elliprj, *map(slope_of_elliprj, range(4)), operands=("x", "y", "z", "p"))
real_only.update((sc.elliprd, sc.elliprj))

differential(sc.ellipj, lambda t, m, out: jacobi_change(t, m, *out), None, operands=("u", "m"))


def jacobi_change(t: Array, m: Array, sn: Array, cn: Array, dn: Array, am: Array) -> tuple[Array, Array, Array, Array]:
    return tangents(t, cn * dn, -sn * dn, -m * sn * cn, dn)

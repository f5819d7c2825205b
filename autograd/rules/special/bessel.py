"""Bessel and related functions, in their last argument; the order is constant. Source: DLMF, chapters 9 to 12."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

import numpy as np

from autograd.declare import differential
from autograd.declare.poles import tangents
from autograd.duck_arrays import Array
from autograd.errors import NoDerivativeError
from autograd.registry import real_only
from autograd.rules.closed import elementwise

from .ufuncs import special as sc


def neighbours(function: Callable[..., Any], below: float, above: float) -> Callable[..., Any]:
    """The slope (below f_(v-1) + above f_(v+1)) / 2."""
    return lambda v, z: (below * function(v - 1, z) + above * function(v + 1, z)) / 2


def at_whole_orders(slope: Callable[..., Any]) -> Callable[..., Any]:
    """The slope of a function that SciPy has for whole orders only: it cuts off the fraction of others."""
    return lambda v, z: slope(np.trunc(v), z)


def sign(z: Array) -> Array:
    """The sign of a real argument; exp(-|Re z|) has no complex derivative."""
    if z.dtype.kind == "c":
        raise NoDerivativeError("a Bessel function scaled by exp(-|Re z|) or exp(-|Im z|) has no complex derivative; "
                                "scale the unscaled one, e.g. iv(v, z) * np.exp(-z)")
    return np.sign(z)


def of_real(slope: Callable[..., Any]) -> Callable[..., Any]:
    return lambda v, z: slope(v, z) + 0 * sign(z)


def scaled(slope: Callable[..., Any], rate: Callable[[Array], Any]) -> Callable[..., Any]:
    """The slope of exp(rate z) f from that of f in this scale; far out, where the sum cancels, by Hankel's series."""

    def apply(v: Array, z: Array, out: Array) -> Array:
        far = np.abs(z) > 100 + 10 * v * v
        inner, away, order = np.where(far, 1, z), np.where(far, z, 1), np.where(far, v, 0)
        return np.where(far, -out * fading(order, away, rate(away)), slope(v, inner) + rate(inner) * out)

    return apply


def fading(v: Array, z: Array, rate: Array | complex) -> Array:
    """-f'/f of f = z^(-1/2) sum_k a_k(v) / (rate z)^k. Source: DLMF 10.17 and 10.40."""
    term, total, weighted = 1.0, 1.0, 0.5
    for k in range(1, 10):
        term = term * (4 * v * v - (2 * k - 1) ** 2) / (8 * k * rate * z)
        total, weighted = total + term, weighted + (k + 0.5) * term
    return weighted / total / z


def of_order(v: int, slope: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, out: slope(v, x, out)


order = ("v", "z")
elementwise(sc.jv, None, neighbours(sc.jv, 1, -1), operands=order)
elementwise(sc.yv, None, neighbours(sc.yv, 1, -1), operands=order)
elementwise(sc.yn, None, at_whole_orders(neighbours(sc.yn, 1, -1)), operands=order)
elementwise(sc.iv, None, neighbours(sc.iv, 1, 1), operands=order)
elementwise(sc.kv, None, neighbours(sc.kv, -1, -1), operands=order)
elementwise(sc.kn, None, at_whole_orders(neighbours(sc.kn, -1, -1)), operands=order)
elementwise(sc.hankel1, None, neighbours(sc.hankel1, 1, -1), operands=order)
elementwise(sc.hankel2, None, neighbours(sc.hankel2, 1, -1), operands=order)
elementwise(sc.jve, None, of_real(neighbours(sc.jve, 1, -1)), operands=order)
elementwise(sc.yve, None, of_real(neighbours(sc.yve, 1, -1)), operands=order)
elementwise(sc.ive, None, scaled(neighbours(sc.ive, 1, 1), lambda z: -sign(z)), operands=order)
elementwise(sc.kve, None, scaled(neighbours(sc.kve, -1, -1), lambda z: 1), operands=order)
elementwise(sc.hankel1e, None, scaled(neighbours(sc.hankel1e, 1, -1), lambda z: -1j), operands=order)
elementwise(sc.hankel2e, None, scaled(neighbours(sc.hankel2e, 1, -1), lambda z: 1j), operands=order)
real_only.update((sc.jve, sc.yve, sc.ive))

elementwise(sc.j0, lambda x: -sc.j1(x))
elementwise(sc.j1, lambda x: (sc.j0(x) - sc.jv(2, x)) / 2)
elementwise(sc.y0, lambda x: -sc.y1(x))
elementwise(sc.y1, lambda x: (sc.y0(x) - sc.yn(2, x)) / 2)
elementwise(sc.i0, lambda x: sc.i1(x))
elementwise(sc.i1, lambda x: (sc.i0(x) + sc.iv(2, x)) / 2)
elementwise(sc.i0e, of_order(0, scaled(lambda v, x: sc.i1e(x), lambda x: -sign(x))))
elementwise(sc.i1e, of_order(1, scaled(lambda v, x: (sc.i0e(x) + sc.ive(2, x)) / 2, lambda x: -sign(x))))
elementwise(sc.k0, lambda x: -sc.k1(x))
elementwise(sc.k1, lambda x: -(sc.k0(x) + sc.kn(2, x)) / 2)
elementwise(sc.k0e, of_order(0, scaled(lambda v, x: -sc.k1e(x), lambda x: 1)))
elementwise(sc.k1e, of_order(1, scaled(lambda v, x: -(sc.k0e(x) + sc.kve(2, x)) / 2, lambda x: 1)))


# --- Airy, Kelvin, Struve, parabolic cylinder functions: second derivatives by their differential equations ----------

differential(sc.airy, lambda t, z, out: tangents(t, out[1], z * out[0], out[3], z * out[2]), operands=("z",))
elementwise(sc.ber, lambda x: sc.berp(x))
elementwise(sc.bei, lambda x: sc.beip(x))
elementwise(sc.ker, lambda x: sc.kerp(x))
elementwise(sc.kei, lambda x: sc.keip(x))
elementwise(sc.berp, lambda x: (np.imag(rotated_second(x)) - sc.bei(x)) / 2)
elementwise(sc.beip, lambda x: (sc.ber(x) - np.real(rotated_second(x))) / 2)
elementwise(sc.kerp, lambda x, out: -sc.kei(x) - out / x)
elementwise(sc.keip, lambda x, out: sc.ker(x) - out / x)


def rotated_second(x: Array) -> Array:
    """J_2 at x exp(3 pi i / 4), where J_0 is ber + i bei: with it their second derivatives divide by nothing."""
    return sc.jv(2, (1j - 1) / sqrt(2) * x)


differential(sc.kelvin, lambda t, x, out: tangents(
    t, out[2], out[3], 0.5j * (out[0] - rotated_second(x)), 1j * out[1] - out[3] / x))
for function in (sc.pbdv, sc.pbvv):
    differential(function, None, lambda t, v, x, out: tangents(t, out[1], (x * x / 4 - v - 0.5) * out[0]),
                 operands=("v", "x"))
differential(sc.pbwa, None, lambda t, a, x, out: tangents(t, out[1], (a - x * x / 4) * out[0]), operands=("a", "x"))


def struve_slope(function: Callable[..., Any], above: float) -> Callable[..., Any]:
    """The slope f_(v-1) - v f / z, and near 0, which it would divide by, with a term instead that is large far out."""

    def slope(v: Array, z: Array, out: Array) -> Array:
        near = np.abs(z) < 1
        inner, away = np.where(near, z, 0.5), np.where(near, 1, z)
        term = (inner / 2) ** v * sc.rgamma(v + 1.5) / sqrt(pi)
        below = function(v - 1, z)
        return np.where(near, (below + above * function(v + 1, inner) + term) / 2, below - v * out / away)

    return slope


elementwise(sc.struve, None, struve_slope(sc.struve, -1), operands=order)
elementwise(sc.modstruve, None, struve_slope(sc.modstruve, 1), operands=order)

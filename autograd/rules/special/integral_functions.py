"""Integrals of elementary functions, and hypergeometric functions. Source: DLMF, chapters 6, 13, 15 and 25."""

from __future__ import annotations

from math import pi

import numpy as np

from autograd.declare import differential
from autograd.declare.poles import tangents
from autograd.duck_arrays import Array
from autograd.rule_signature import Rule
from autograd.rules.closed import elementwise
from autograd.rules.integrals import exprel, log1prel, quadrature

from .ufuncs import special as sc

elementwise(sc.expi, lambda x: np.exp(x) / x)
elementwise(sc.exp1, lambda x: -np.exp(-x) / x)
elementwise(sc.expn, None, lambda n, x: exponential_slope(np.trunc(n), x), operands=("n", "x"))


def exponential_slope(n: Array, x: Array) -> Array:
    """-E_(n-1), for a whole n: SciPy cuts off the fraction of others."""
    return -np.where(np.equal(n, 0), np.exp(-x) * (1 + 1 / x) / x, sc.expn(np.maximum(n - 1, 0), x))


elementwise(sc.spence, lambda x: np.where(np.abs(x) < 0.5, np.log(x) / (1 - x), -log1prel(x - 1)))
elementwise(sc._ufuncs._lambertw, lambda z, out: np.exp(-out) / (1 + out), None, 0, name="lambertw",
            operands=("z", "k", "tol"))
elementwise(sc.wrightomega, lambda out: out / (1 + out))
differential(sc.sici, lambda t, x: tangents(t, np.sinc(x / pi), np.cos(x) / x))
differential(sc.shichi, lambda t, x: tangents(t, (exprel(x) + exprel(-x)) / 2, np.cosh(x) / x))

# --- Hypergeometric functions, by their last argument ----------------------------------------------------------------

elementwise(sc.hyp0f1, None, lambda v, z: sc.hyp0f1(v + 1, z) / v, operands=("v", "z"))
elementwise(sc.hyp1f1, None, None, lambda a, b, z: sc.hyp1f1(a + 1, b + 1, z) * a / b, operands=("a", "b", "z"))
elementwise(sc.hyperu, None, None, lambda a, b, z: -a * sc.hyperu(a + 1, b + 1, z), operands=("a", "b", "z"))
elementwise(sc.hyp2f1, None, None, None, lambda a, b, c, z: np.where(
    a * b == 0, 0, a * b / np.where(a * b == 0, 1, c) * sc.hyp2f1(a + 1, b + 1, c + 1, z)),
    operands=("a", "b", "c", "z"))
elementwise(sc.wright_bessel, None, None, lambda a, b, z: sc.wright_bessel(a, b + a, z), operands=("a", "b", "z"))

elementwise(sc.log_wright_bessel, None, None, lambda a, b, z, out: np.exp(sc.log_wright_bessel(a, b + a, z) - out),
            operands=("a", "b", "z"))

# --- Integrals of Bessel, Airy and Struve functions ------------------------------------------------------------------


def mean_slope(x: Array, function: Rule, slope: Rule) -> Array:
    """f(x)/x for f(0) = 0: near 0, where f is a difference that cancels, the mean of its slopes between 0 and x."""
    (nodes, weights), near = quadrature(), np.abs(x) < 1
    inner, away = np.where(near, x, 0), np.where(near, 1, x)
    return np.where(near, slope(inner[..., None] * nodes.astype(inner.dtype)) @ weights.astype(inner.dtype),
                    function(away) / away)


differential(sc.itj0y0, lambda t, x: tangents(t, sc.j0(x), sc.y0(x)))
differential(sc.iti0k0, lambda t, x: tangents(t, sc.i0(x), sc.k0(x)))
differential(sc.it2j0y0, lambda t, x: tangents(t, mean_slope(x, lambda x: 1 - sc.j0(x), sc.j1), -sc.y0(x) / x))
differential(sc.it2i0k0, lambda t, x: tangents(t, mean_slope(x, lambda x: sc.i0(x) - 1, sc.i1), -sc.k0(x) / x))
differential(sc.itairy, lambda t, x: tangents(t, *sc.airy(x)[::2], *sc.airy(-x)[::2]))
elementwise(sc.itstruve0, lambda x: sc.struve(0, x))
elementwise(sc.it2struve0, lambda x: -mean_slope(x, lambda x: sc.struve(0, x), lambda x: 2 / pi - sc.struve(1, x)))
elementwise(sc.itmodstruve0, lambda x: sc.modstruve(0, x))

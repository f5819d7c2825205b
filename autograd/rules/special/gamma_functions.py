"""The gamma function and what is made of it: beta, binomials, polygamma, zeta. Source: DLMF, chapters 5 and 25."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np

from autograd.declare import constant
from autograd.registry import real_only
from autograd.rules.closed import elementwise
from autograd.rules.integrals import by_order

from .ufuncs import special as sc

Array = Any

elementwise(sc.gamma, lambda x, out: out * sc.psi(x))
elementwise(sc.gammaln, lambda x: sc.psi(x))
elementwise(sc.loggamma, lambda x: sc.psi(x))
elementwise(sc.rgamma, lambda x, out: -out * sc.psi(x))
elementwise(sc.psi, lambda x: trigamma(x) if x.dtype.kind == "c" else sc.zeta(2, x))
elementwise(sc._ufuncs._zeta, None, lambda s, q: -s * sc.zeta(s + 1, q), name="zeta", operands=("s", "q"))
real_only.add(sc._ufuncs._zeta)
constant(sc.gammasgn)

elementwise(sc.beta, lambda x, y, out: out * (sc.psi(x) - sc.psi(x + y)),
            lambda x, y, out: out * (sc.psi(y) - sc.psi(x + y)))
elementwise(sc.betaln, lambda x, y: sc.psi(x) - sc.psi(x + y), lambda x, y: sc.psi(y) - sc.psi(x + y))
elementwise(sc.binom, lambda n, k, out: out * (sc.psi(n + 1) - sc.psi(n - k + 1)),
            lambda n, k, out: out * (sc.psi(n - k + 1) - sc.psi(k + 1)), operands=("n", "k"))
elementwise(sc.poch, lambda z, m, out: out * (sc.psi(z + m) - sc.psi(z)), lambda z, m, out: out * sc.psi(z + m),
            operands=("z", "m"))


# --- SciPy's polygamma is real only ----------------------------------------------------------------------------------

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66)


def complex_zeta(s: int, q: Array) -> Array:
    """sum_k (q + k)^-s by Euler and Maclaurin, from where Re q >= 14 (DLMF 25.11.28)."""
    first = 14 + s + max(0, int(-np.min(q.real, initial=0)))
    near = np.sum((q[..., None] + np.arange(first)) ** -s, axis=-1)
    z = q + first
    tail, term = z ** (1 - s) / (s - 1) + z**-s / 2, s * z ** (-s - 1) / 2
    for k, number in enumerate(BERNOULLI, start=1):
        tail = tail + number * term
        term = term * (s + 2 * k - 1) * (s + 2 * k) / ((2 * k + 1) * (2 * k + 2) * z * z)
    return near + tail


def polygamma(z: Array, n: int) -> Array:
    return (-1) ** (n + 1) * factorial(n) * complex_zeta(n + 1, z)


trigamma: Any = by_order("trigamma", lambda z: polygamma(np.asarray(z), 1)[()],
                         lambda z, order: polygamma(z, order + 1))

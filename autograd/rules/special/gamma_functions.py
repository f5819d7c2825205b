"""The gamma function and what is made of it: beta, binomials, polygamma, zeta. Source: DLMF, chapters 5 and 25."""

from __future__ import annotations

import scipy.special as sc

from autograd.declare import constant, elementwise

elementwise(sc.gamma, lambda x, out: out * sc.psi(x))
elementwise(sc.gammaln, lambda x: sc.psi(x))
elementwise(sc.loggamma, lambda x: sc.psi(x))
elementwise(sc.rgamma, lambda x, out: -out * sc.psi(x))
elementwise(sc.psi, lambda x: sc.zeta(2, x))
elementwise(sc._ufuncs._zeta, None, lambda s, q: -s * sc.zeta(s + 1, q), name="zeta", operands=("s", "q"))
constant(sc.gammasgn)

elementwise(sc.beta, lambda x, y, out: out * (sc.psi(x) - sc.psi(x + y)),
            lambda x, y, out: out * (sc.psi(y) - sc.psi(x + y)))
elementwise(sc.betaln, lambda x, y: sc.psi(x) - sc.psi(x + y), lambda x, y: sc.psi(y) - sc.psi(x + y))
elementwise(sc.binom, lambda n, k, out: out * (sc.psi(n + 1) - sc.psi(n - k + 1)),
            lambda n, k, out: out * (sc.psi(n - k + 1) - sc.psi(k + 1)), operands=("n", "k"))
elementwise(sc.poch, lambda z, m, out: out * (sc.psi(z + m) - sc.psi(z)), lambda z, m, out: out * sc.psi(z + m),
            operands=("z", "m"))

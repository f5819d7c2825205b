"""Orthogonal polynomials: the derivative of each family is a member of another. Source: DLMF, section 18.9."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.rules.closed import elementwise

from .ufuncs import special as sc

Array = Any


def lower(n: Array) -> Array:
    """n - 1, and 0 for n = 0, whose term has the factor n."""
    return np.maximum(n - 1, 0)


degree = ("n", "x")
elementwise(sc.eval_legendre, None, lambda n, x: sc.eval_gegenbauer(n - 1, 1.5, x), operands=degree)
elementwise(sc.eval_chebyt, None, lambda n, x: n * sc.eval_chebyu(n - 1, x), operands=degree)
elementwise(sc.eval_chebyu, None, lambda n, x: 2 * sc.eval_gegenbauer(n - 1, 2.0, x), operands=degree)
elementwise(sc.eval_chebyc, None, lambda n, x: n * sc.eval_chebyu(n - 1, x / 2), operands=degree)
elementwise(sc.eval_chebys, None, lambda n, x: sc.eval_gegenbauer(n - 1, 2.0, x / 2), operands=degree)
elementwise(sc.eval_sh_legendre, None, lambda n, x: 2 * sc.eval_gegenbauer(n - 1, 1.5, 2 * x - 1), operands=degree)
elementwise(sc.eval_sh_chebyt, None, lambda n, x: 2 * n * sc.eval_chebyu(n - 1, 2 * x - 1), operands=degree)
elementwise(sc.eval_sh_chebyu, None, lambda n, x: 4 * sc.eval_gegenbauer(n - 1, 2.0, 2 * x - 1), operands=degree)
elementwise(sc.eval_hermite, None, lambda n, x: 2 * n * sc.eval_hermite(lower(n), x), operands=degree)
elementwise(sc.eval_hermitenorm, None, lambda n, x: n * sc.eval_hermitenorm(lower(n), x), operands=degree)
elementwise(sc.eval_laguerre, None, lambda n, x: -sc.eval_genlaguerre(n - 1, 1.0, x), operands=degree)
elementwise(sc.eval_genlaguerre, None, None, lambda n, a, x: -sc.eval_genlaguerre(n - 1, a + 1, x),
            operands=("n", "a", "x"))
elementwise(sc.eval_gegenbauer, None, None, lambda n, a, x: 2 * a * sc.eval_gegenbauer(n - 1, a + 1, x),
            operands=("n", "a", "x"))
elementwise(sc.eval_jacobi, None, None, None,
            lambda n, a, b, x: (n + a + b + 1) / 2 * sc.eval_jacobi(n - 1, a + 1, b + 1, x),
            operands=("n", "a", "b", "x"))

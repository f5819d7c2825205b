"""Orthogonal polynomials: the derivative of each family is a member of another. Source: DLMF, section 18.9."""

from __future__ import annotations

import numpy as np

from autograd.duck_arrays import Array
from autograd.rule_signature import Rule
from autograd.rules.closed import by_definition, computed_in_double, elementwise

from .ufuncs import special as sc


def lower(n: Array) -> Array:
    """n - 1, and 0 for n = 0, whose term has the factor n."""
    return np.maximum(n - 1, 0)


def but_of_degree_0(n: Array, slope: Array) -> Array:
    """A slope from a member of degree n - 1, of which SciPy knows none for n = 0: that is 0."""
    return np.where(n == 0, 0, slope)


def ultraspherical(n: Array, a: Array, x: Array) -> Array:
    """C_n^a by Jacobi's polynomials: SciPy's own is nan for n of a floating dtype from 170 on."""
    return sc.poch(n + a + 0.5, a - 0.5) / sc.poch(a + 0.5, a - 0.5) * sc.eval_jacobi(n, a - 0.5, a - 0.5, x)


def gegenbauer(n: Array, x: Array, a: int | float) -> Array:
    """C_n^a, continued to whole negative n by the recurrence: 0, and from n = -2a on C_(-n-2a) with a sign."""
    below, gone = n <= -2 * a, (n < 0) & (np.floor(n) == n)
    mirrored = np.where(gone & below, -n - int(2 * a), np.where(gone, 0, n))
    sign = np.where(gone, np.where(below, -1 if int(2 * a) % 2 == 0 else 1, 0), 1)
    return sign * (sc.eval_chebyu(mirrored, x) if a == 1 else ultraspherical(mirrored, a, x))


def polynomial(ufunc: np.ufunc, *slopes: Rule | None, operands: tuple[str, ...]) -> None:
    elementwise(ufunc, *[rule and computed_in_double(rule) for rule in slopes], operands=operands)


degree = ("n", "x")
polynomial(sc.eval_legendre, None, lambda n, x: gegenbauer(n - 1, x, 1.5), operands=degree)
polynomial(sc.eval_chebyt, None, lambda n, x: n * gegenbauer(n - 1, x, 1), operands=degree)
polynomial(sc.eval_chebyu, None, lambda n, x: 2 * gegenbauer(n - 1, x, 2), operands=degree)
polynomial(sc.eval_chebyc, None, lambda n, x: n * gegenbauer(n - 1, x / 2, 1), operands=degree)
polynomial(sc.eval_chebys, None, lambda n, x: gegenbauer(n - 1, x / 2, 2), operands=degree)
polynomial(sc.eval_sh_legendre, None, lambda n, x: 2 * gegenbauer(n - 1, 2 * x - 1, 1.5), operands=degree)
polynomial(sc.eval_sh_chebyt, None, lambda n, x: 2 * n * gegenbauer(n - 1, 2 * x - 1, 1), operands=degree)
polynomial(sc.eval_sh_chebyu, None, lambda n, x: 4 * gegenbauer(n - 1, 2 * x - 1, 2), operands=degree)
polynomial(sc.eval_hermite, None, lambda n, x: 2 * n * sc.eval_hermite(lower(n), x), operands=degree)
polynomial(sc.eval_hermitenorm, None, lambda n, x: n * sc.eval_hermitenorm(lower(n), x), operands=degree)
polynomial(sc.eval_laguerre, None, lambda n, x: -sc.eval_genlaguerre(n - 1, 1.0, x), operands=degree)
polynomial(sc.eval_genlaguerre, None, None, lambda n, a, x: -sc.eval_genlaguerre(n - 1, a + 1, x),
           operands=("n", "a", "x"))
polynomial(sc.eval_gegenbauer, None, None, lambda n, a, x: but_of_degree_0(
    n, 2 * a * sc.eval_gegenbauer(np.where(n == 0, 0, n - 1), a + 1, x)), operands=("n", "a", "x"))
polynomial(sc.eval_jacobi, None, None, None,
           lambda n, a, b, x: but_of_degree_0(
               n, (n + a + b + 1) / 2 * sc.eval_jacobi(np.where(n == 0, 0, n - 1), a + 1, b + 1, x)),
           operands=("n", "a", "b", "x"))
by_definition(sc.eval_sh_jacobi)(
    lambda n, p, q, x: sc.eval_jacobi(n, p - q, q - 1, 2 * x - 1) / sc.binom(2 * n + p - 1, n))

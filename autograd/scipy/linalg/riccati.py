"""Riccati's equations of optimal control, differentiated where SciPy found their stabilizing solution X.

With the gain K that X gives, V = [[1], [-K]], F = [A, B] V = A - B K and W = [[Q, S], [S^H, R]], they are

    continuous    V^H W V + F^H X E + E^H X F = 0    K = R^-1 (B^H X E + S^H)
    discrete      V^H W V + F^H X F - E^H X E = 0    K = (R + B^H X B)^-1 (B^H X A + S^H)

K is the best gain: the left sides do not change with it. So their change is that at constant V, and a Lyapunov equation
of F E^-1, which is stable, says by how much X changes. Source: Kao and Hennequin (2020), arXiv:2011.11430.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.declare import differential
from autograd.duck_arrays import Array
from autograd.rules.transposes import H
from autograd.scipy.precision import at_least
from autograd.scipy.twin import twin

from .equations import solve_continuous_lyapunov, solve_discrete_lyapunov
from .operands import of_one_stack


def below(*rows: list[Array]) -> Array:
    return np.concatenate([np.concatenate(row, axis=-1) for row in rows], axis=-2)


def parts(x: Array) -> tuple[Array, Array, Array]:
    """[A, B], E and W of the one operand that holds them below one another, with zeros beside E."""
    rows, columns = x.shape[-2:]
    n = (rows - columns) // 2
    return x[..., :n, :], x[..., n : 2 * n, :n], x[..., 2 * n :, :]


def refuse_other_shapes(name: str, *given: Array) -> None:
    n, m = given[1].shape[-2:]
    shapes = [x.shape[-2:] for x in given]
    if shapes != [(n, n), (n, m), (n, n), (m, m), (n, n), (n, m)]:
        named = ", ".join(f"{letter} {shape}" for letter, shape in zip("abqres", shapes, strict=True))
        raise ValueError(f"{name} takes a, q and e of shape (n, n), b and s of (n, m) and r of (m, m), got {named}")


def equation(function: Callable[..., Array], gain: Callable[..., Array], change: Callable[..., Array],
             solve: Callable[[Array, Array], Array]) -> Callable[..., Any]:
    """The twin of a solver. `change` is half of the equation's own, but for W's; `solve` solves for X's."""

    def evaluate(x: Array, *, given: tuple[bool, bool], balanced: bool) -> Array:
        dynamics, e, cost = parts(x)
        n = e.shape[-1]
        return function(dynamics[..., :n], dynamics[..., n:], cost[..., :n, :n], cost[..., n:, n:],
                        e if given[0] else None, cost[..., :n, n:] if given[1] else None, balanced)

    def differential_of_solution(t: Array, x: Array, out: Array, *, given: tuple[bool, bool], balanced: bool) -> Array:
        (dynamics, e, cost), (d_dynamics, d_e, d_cost) = parts(x), parts(t)
        n = e.shape[-1]
        k = gain(out, e, dynamics[..., :n], dynamics[..., n:], H(cost[..., :n, n:]), cost[..., n:, n:])
        v = below([np.broadcast_to(np.eye(n), e.shape)], [-k])
        f, inverse = dynamics @ v, np.linalg.inv(e)
        half = change(out, e, f, d_e, d_dynamics @ v) + H(v) @ d_cost @ v / 2
        return solve(H(f @ inverse), H(inverse) @ (half + H(half)) @ inverse)

    solution: Any = differential(function, differential_of_solution, evaluate=evaluate)

    @twin(function)
    def apply(a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None, balanced: bool = True) -> Any:
        """X, for Hermitian q and r, whose gradients are Hermitian, too. With e, SciPy seldom fails if not balanced."""
        given = e is not None, s is not None
        a, b, q, r = map(np.atleast_2d, at_least(np.float64, a, b, q, r))
        e, s = (default if x is None else np.atleast_2d(*at_least(np.float64, x))
                for x, default in ((e, np.eye(a.shape[-1])), (s, np.zeros_like(b))))
        refuse_other_shapes(function.__name__, a, b, q, r, e, s)
        a, b, q, r, e, s = of_one_stack(a, b, q, r, e, s)
        return solution(below([a, b], [e, np.zeros_like(b)], [q, s], [H(s), r]), given=given, balanced=balanced)

    return apply


solve_continuous_are = equation(
    sl.solve_continuous_are, lambda x, e, a, b, s, r: np.linalg.solve(r, H(b) @ x @ e + s),
    lambda x, e, f, d_e, d_f: H(e) @ x @ d_f + H(f) @ x @ d_e, lambda f, q: solve_continuous_lyapunov(f, -q))
solve_discrete_are = equation(
    sl.solve_discrete_are, lambda x, e, a, b, s, r: np.linalg.solve(r + H(b) @ x @ b, H(b) @ x @ a + s),
    lambda x, e, f, d_e, d_f: H(f) @ x @ d_f - H(e) @ x @ d_e, solve_discrete_lyapunov)

"""Linear least squares in a box: `min |A x - b|` for `low <= x <= high`.

Which unknowns stand at a bound is constant almost everywhere; the others are least squares without bounds.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.optimize as so

from autograd.arguments import array_of
from autograd.declare import decided
from autograd.duck_arrays import Array
from autograd.primitive import wrap

from .least_squares import limits
from .solutions import NEAR, Call, Solver, described, solver_twin

TOLERANCE = 1e-7
"""The accuracy of slopes at a bound, relative to the terms of their sums, and of unknowns that pass a bound."""


@solver_twin(so.nnls, "least squares", real=True)
def nnls(call: Call, solver: Solver) -> Any:
    A, b = array_of(call.pop("A")), array_of(call.pop("b"))
    zeros, defaults = np.zeros(A.shape[1]), inspect.signature(so.nnls).parameters
    options = {name: value for name, value in call.items() if value is not defaults[name].default}  # one is deprecated

    def solve(A: Array, b: Array, low: Array, high: Array) -> tuple[Array, Array]:
        x, _ = solver(A, b, **options)
        return x, np.where(x == 0, -1, 0)

    x = standing(A, b, zeros, zeros + np.inf, decided(at_bounds(solve), A, b, zeros, zeros + np.inf))
    return x, np.linalg.norm(A @ x - b)


@solver_twin(so.lsq_linear, "least squares", real=True)
def lsq_linear(call: Call, solver: Solver) -> Any:
    A, b = array_of(call.pop("A")), array_of(call.pop("b"))
    low, high = (side + np.zeros(A.shape[1]) for side in limits(call))
    del call["bounds"]
    found = list[Any]()

    def solve(A: Array, b: Array, low: Array, high: Array) -> tuple[Array, Array]:
        found.append(solver(A, b, (low, high), **call))
        return found[-1].x, found[-1].active_mask

    side = decided(at_bounds(solve), A, b, low, high)
    x = wrap(standing(A, b, low, high, side))
    residuals = A @ x - b
    return described(found.pop(), x=x, fun=residuals, cost=0.5 * np.sum(residuals**2), active_mask=side)


def standing(A: Array, b: Array, low: Array, high: Array, side: Array) -> Array:
    """The solution in which the unknowns with side -1 are at their lower bounds, with side 1 at their upper ones."""
    held = np.where(side < 0, low, np.where(side > 0, high, 0.0))
    free = side == 0
    return held + np.eye(len(side))[:, free] @ np.linalg.lstsq(A[:, free], b - A @ held)[0]


def at_bounds(solve: Callable[..., tuple[Array, Array]]) -> Callable[..., Array]:
    """The function that finds the bound of each unknown.

    It raises `ValueError` unless the bounds are clear, and the solution there is SciPy's.
    """

    def sides(A: Array, b: Array, low: Array, high: Array) -> Array:
        found, side = solve(A, b, low, high)
        x = standing(A, b, low, high, side)
        push, size = A.T @ (A @ x - b), np.abs(A.T) @ (np.abs(A @ x) + np.abs(b))
        room = TOLERANCE * (1 + np.max(np.abs(x), initial=0))
        if np.any(np.abs(x - found) > NEAR * (1 + np.abs(x))) or np.any(side * push > TOLERANCE * size) or np.any(
                (x < low - room) | (x > high + room)):
            raise ValueError(f"the solution {found} of least squares has no derivative: it is not clear which unknowns "
                             "are at a bound, or columns of A depend on each other; lsq_linear is surer with "
                             "method='bvls', or a smaller tol")
        return side

    return sides

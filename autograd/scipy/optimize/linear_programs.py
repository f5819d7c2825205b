"""Linear programs: the solution is the vertex in which as many constraints meet as there are unknowns.

Which ones meet is constant almost everywhere; where they meet is the solution of a linear system.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.optimize as so

from autograd.arguments import array_of
from autograd.declare import decided
from autograd.duck_arrays import Array
from autograd.primitive import wrap

from .minima import box
from .solutions import Call, Solver, described, solver_twin

TOLERANCE = 1e-7
"""The accuracy of HiGHS: a slack of less than this, relative to 1 + |x|, counts as 0, and so does a multiplier."""


@solver_twin(so.linprog, "linear program", real=True)
def linprog(call: Call, solver: Solver) -> Any:
    if np.any(call["integrality"] or 0):
        raise ValueError("linprog of tensors takes no integrality: whole numbers have no derivative")
    c = array_of(call["c"])
    n, found = c.shape[0], list[Any]()
    upper_rows, upper = constraints(call, "ub", n)
    equal_rows, equal = constraints(call, "eq", n)
    low, high = (side + np.zeros(n) for side in box({"bounds": pairs(call["bounds"])}))

    options = {name: call[name] for name in ("method", "callback", "options")}

    def meeting(c: Array, upper_rows: Array, upper: Array, equal_rows: Array, equal: Array, low: Array,
                high: Array) -> Array:
        """Which rows meet in the solution, of those below an upper limit, of the equations, of low and of high ends."""
        result = so.linprog(c, upper_rows, upper, equal_rows, equal, np.stack([low, high], axis=1), **options)
        if not result.success:
            raise RuntimeError(f"linprog found no solution: {result.message}")
        found.append(result)
        return touching(result, low == high)

    meets = decided(meeting, c, upper_rows, upper, equal_rows, equal, low, high)
    rows = np.concatenate([upper_rows, equal_rows, np.eye(n), np.eye(n)])[meets]
    x = wrap(np.linalg.solve(rows, np.concatenate([upper, equal, low, high])[meets]))
    return described(found.pop(), x=x, fun=c @ x, slack=upper - upper_rows @ x, con=equal - equal_rows @ x)


def constraints(call: Call, kind: str, n: int) -> tuple[Array, Array]:
    rows, limits = call[f"A_{kind}"], call[f"b_{kind}"]
    if (rows is None) != (limits is None):
        raise ValueError(f"linprog takes A_{kind} and b_{kind} together, got one of them alone")
    return (np.zeros((0, n)), np.zeros(0)) if rows is None else (array_of(rows), np.atleast_1d(array_of(limits)))


def pairs(bounds: Any) -> list[Any]:
    """The pairs of bounds, one for each unknown or one for all; without any the unknowns are not negative."""
    given = [] if bounds is None else list(bounds)
    if not given:
        return [(0, None)]
    return given if isinstance(given[0], (list, tuple)) or np.ndim(given[0]) else [given]


def touching(result: Any, fixed: Array) -> Array:
    """Which constraints meet in the solution; raises unless as many as there are unknowns do, all with a multiplier."""
    near = TOLERANCE * (1 + np.max(np.abs(result.x), initial=0))
    low = result.lower.residual <= near
    sides = [(result.ineqlin.residual <= near, result.ineqlin.marginals),
             (np.ones(len(result.eqlin.residual), bool), np.ones(len(result.eqlin.residual))),
             (low, np.where(fixed, 1, result.lower.marginals)),
             ((result.upper.residual <= near) & ~fixed, result.upper.marginals)]
    meets = np.concatenate([meet for meet, _ in sides])
    held = np.concatenate([np.abs(multiplier) > TOLERANCE for _, multiplier in sides])
    if np.sum(meets) != len(result.x) or not np.all(held[meets]):
        raise ValueError(f"the solution {result.x} of the linear program has no derivative: {np.sum(meets)} constraints"
                         f" meet there, {np.sum(meets & held)} of which hold it, where {len(result.x)} must do both")
    return meets

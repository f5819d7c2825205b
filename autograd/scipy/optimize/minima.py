"""Minima: the condition is that the gradient vanishes, or pushes against a bound.

The conditions of Karush, Kuhn and Tucker for `lower <= x <= upper` are `x = clip(x - f'(x), lower, upper)`. Their root
moves with a bound that is active, or only just is, and with f where none is.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np
import scipy.optimize as so

from autograd.arguments import array_of
from autograd.duck_arrays import Array
from autograd.transforms import grad

from .roots import equation
from .solutions import Call, Condition, Solver, described, solved, solver_twin, unknowns

Cost = Callable[[Array, Call], Array]


def stationary(cost: Cost, bounds: Callable[[Call], tuple[Array, Array]]) -> Condition:
    """`x - clip(x - f'(x), lower, upper)`, without what cancels."""

    def condition(x: Array, call: Call) -> Array:
        lower, upper = (x - bound for bound in bounds(call))
        push = slope(cost, x, call)
        return np.where(push >= lower, lower, np.where(push <= upper, upper, push))

    return condition


def slope(cost: Cost, x: Array, call: Call) -> Array:
    return grad(lambda x: cost(x, call))(x)


def box(call: Call) -> tuple[Array, Array]:
    """The bounds of `minimize`: an object that holds both, or a pair for each unknown, in which None is none."""
    bounds = call["bounds"]
    if bounds is None:
        return -np.inf, np.inf
    if isinstance(bounds, so.Bounds):
        return bounds.lb, bounds.ub
    pairs = [(-np.inf if low is None else low, np.inf if high is None else high) for low, high in bounds]
    return tuple(array_of(list(side)) for side in zip(*pairs, strict=True))


@solver_twin(so.minimize, "minimum", real=True)
def minimize(call: Call, solver: Solver) -> Any:
    if call["constraints"]:
        raise ValueError("minimize of tensors takes bounds, but no constraints: write autograd.implicit.root of the "
                         "conditions of Karush, Kuhn and Tucker for those that are active")
    cost = equation("fun", "jac")
    found, x = solved(stationary(cost, box), np.atleast_1d(unknowns(call["x0"])), call, solver, attrgetter("x"))
    return described(found, x=x, fun=cost(x, call), jac=slope(cost, x, call))


def interval(call: Call) -> tuple[Array, Array]:
    return (-np.inf, np.inf) if call["bounds"] is None else call["bounds"]


@solver_twin(so.minimize_scalar, "minimum", real=True)
def minimize_scalar(call: Call, solver: Solver) -> Any:
    cost = equation("fun")
    found, x = solved(stationary(cost, interval), np.zeros(()), call, solver, attrgetter("x"))
    return described(found, x=x, fun=cost(x, call))

"""Roots and fixed points: the condition is the equation itself."""

from __future__ import annotations

from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
import scipy.optimize as so

from autograd.arguments import array_of
from autograd.duck_arrays import Array

from .solutions import Call, Condition, EachAlone, Solver, counts_and_words, described, solved, solver_twin, unknowns


def equation(name: str, *derivatives: str) -> Condition:
    """`f(x, *args) = 0`; an option that is true says that f gives derivatives along with its value."""

    def condition(x: Array, call: Call) -> Array:
        value = call[name](x, *call["args"])
        along = any(call[option] and not callable(call[option]) for option in derivatives)
        return array_of(value[0] if along else value)

    return condition


def of_a_number(function: Solver) -> Solver:
    """The twin of a solver of one equation between two ends."""

    @solver_twin(function, "equation", real=True)
    def root(call: Call, solver: Solver) -> Any:
        (_, results), x = solved(equation("f"), np.zeros(()), call | {"full_output": True}, solver, itemgetter(0))
        results.root = x
        return (x, results) if call["full_output"] else x

    return root


bisect, brenth, brentq, ridder, toms748 = map(of_a_number, (so.bisect, so.brenth, so.brentq, so.ridder, so.toms748))


@solver_twin(so.newton, "equation")
def newton(call: Call, solver: Solver) -> Any:
    found, x = solved(equation("func"), unknowns(call["x0"]), call | {"full_output": True}, solver, itemgetter(0),
                      EachAlone)
    if not call["full_output"]:
        return x
    if hasattr(found, "_replace"):  # of several equations
        return found._replace(root=x)
    found[1].root = x
    return x, found[1]


@solver_twin(so.root_scalar, "equation", real=True)
def root_scalar(call: Call, solver: Solver) -> Any:
    found, x = solved(equation("f", "fprime", "fprime2"), unknowns(0.0 if call["x0"] is None else call["x0"]), call,
                      solver, attrgetter("root"))
    found.root = x
    return found


@solver_twin(so.fsolve, "equations", real=True)
def fsolve(call: Call, solver: Solver) -> Any:
    condition = equation("func")
    found, x = solved(condition, unknowns(call["x0"]).ravel(), call | {"full_output": True}, solver, itemgetter(0))
    _, info, *words = found
    return (x, counts_and_words(info) | {"fvec": condition(x, call)}, *words) if call["full_output"] else x


@solver_twin(so.root, "equations", real=True)
def root(call: Call, solver: Solver) -> Any:
    condition, like = equation("fun", "jac"), unknowns(call["x0"])
    flat = call["method"].lower() in ("hybr", "lm")
    found, x = solved(condition, like.ravel() if flat else like, call, solver, attrgetter("x"))
    return described(found, x=x, fun=condition(x, call))


@solver_twin(so.fixed_point, "equations")
def fixed_point(call: Call, solver: Solver) -> Any:
    step = equation("func")
    return solved(lambda x, call: step(x, call) - x, unknowns(call["x0"]), call, solver, np.asarray)[1]

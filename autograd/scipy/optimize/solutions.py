"""What SciPy's solvers have in common: they run on numbers, and the condition they solved gives the derivatives.

A solver stops within its tolerance, but a derivative is correct at the solution itself. Newton's method continues from
there to the last digits: a step is a linear system, as a derivative is, and two or three steps suffice.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
import scipy.optimize as so

from autograd import tree
from autograd.arguments import array_of
from autograd.arrays import is_floating
from autograd.boundary import as_plain
from autograd.duck_arrays import Array
from autograd.implicit import Elementwise, Problem
from autograd.primitive import wrap
from autograd.scipy.callbacks import ARGS, as_args, twin_of_functions
from autograd.scipy.precision import in_double

Call = dict[str, Any]
Condition = Callable[[Array, Call], Array]
Solver = Callable[..., Any]
"""SciPy's function for numbers."""

STEPS = 10
NEAR = 1e-2
"""How far from what SciPy found the solution may be, relative to 1 + |x|."""

INVERTED = 1e-6
"""How far from v, relative to it, `A^-1 A v` may be."""


def called(function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Call:
    """The arguments of a call by name, `args` as a tuple, floating numbers in the precision in which SciPy computes."""
    bound = inspect.signature(function).bind(*args, **options)
    bound.apply_defaults()
    call: Call = tree.map(_as_computed, dict(bound.arguments))
    return call | {"args": as_args(call["args"])} if "args" in call else call


def solver_twin(function: Callable[..., Any], of: str, how: str = ARGS,
                **options: Any) -> Callable[[Callable[[Call, Solver], Any]], Callable[..., Any]]:
    """Register a definition on the call's arguments, and on SciPy's function for numbers, as the twin of a solver."""

    def register(definition: Callable[[Call, Solver], Any]) -> Callable[..., Any]:
        @wraps(function)
        def apply(*args: Any, **options: Any) -> Any:
            return definition(called(function, args, options), function)

        return twin_of_functions(function, of, how, **options)(apply)

    return register


def _as_computed(leaf: Any) -> Any:
    if not is_floating(leaf):
        return as_plain(leaf)
    return in_double(leaf) if hasattr(leaf, "dtype") else leaf


def unknowns(start: Any) -> Array:
    """Zeros in the shape and the precision of a solution that is sought from a start."""
    start = array_of(start)
    return np.zeros(start.shape, np.result_type(start.dtype, np.float64))


def solved(condition: Condition, like: Array, call: Call, solver: Solver,
           read: Callable[[Any], Array], kind: type[Solution] | None = None) -> tuple[Any, Any]:
    """All that SciPy's solver found in a call, and the solution within it as a tensor."""
    problem = (kind or Solution)(condition, like, call, solver, read)
    x = wrap(problem.solution((call,)))
    return problem.__dict__.pop("found"), x


class Solution(Problem):
    """What SciPy's solver finds in a call, as the root of a condition on it.

    All floating numbers of the call are its parameters, including the start and the tolerances: the condition
    determines on which of them the solution depends.
    """

    singular = "what it solves is singular there, as at a multiple root, a jump, or a minimum that is flat or a kink"
    found: Any  # computed on demand: it holds the solution as a tensor, whose graph refers to this problem

    def __init__(self, condition: Condition, like: Array, call: Call, solver: Solver,
                 read: Callable[[Any], Array]) -> None:
        super().__init__(condition, like, (call,))
        self.solver, self.read = solver, read

    def solve(self, p: Array) -> Array:
        (call,) = self.arguments(p)
        self.found = self.solver(**call)
        x = np.asarray(self.read(self.found)).astype(self.start.dtype, casting="same_kind").reshape(self.start.shape)
        try:
            return self.proved(self.refined(x, p), p)
        except np.linalg.LinAlgError:
            raise np.linalg.LinAlgError(f"the solution {x} has no derivative: {self.singular}") from None

    def refined(self, found: Array, p: Array) -> Array:
        """The solution by Newton's method, until a step changes less than half of the digits: the next changes none.

        The method also ends where steps no longer shrink because they are rounding errors, at an unknown that is 0.
        Steps that grow otherwise lead elsewhere, to a solution that SciPy did not find.
        """
        x, longest = found, np.inf
        for _ in range(STEPS):
            residual = as_plain(self.residual(x, p))
            change = as_plain(self.inverse(residual, x, p))
            x, step, eps, before = x - change, np.abs(change), np.finfo(residual.dtype).eps, longest
            longest, size = np.max(step, initial=0), np.max(np.abs(x), initial=0)
            exact = np.all(step <= eps**0.5 * np.abs(x)) or before <= longest <= eps**0.5 * size + eps**0.75
            if exact and np.all(np.abs(x - found) <= NEAR * (1 + size)):
                return x
            if exact or longest > before:
                break
        raise RuntimeError(
            f"a derivative is taken at the solution itself, and {found} is not near one: Newton's method went from "
            f"there to {x}, at last by {longest:.3g}. Give the solver a smaller tolerance or another start; a multiple "
            "root or a flat minimum has no derivative")

    def proved(self, x: Array, p: Array) -> Array:
        """A solution near which `A` is known to be inverted: singular to rounding, it would give any numbers at all."""
        v = np.random.default_rng(0).uniform(1, 2, x.shape) * np.where(x == 0, 1, np.abs(x))
        back = as_plain(self.inverse(self.change(v, x, p), x, p))
        if not np.all(np.abs(back - v) <= INVERTED * v):
            raise np.linalg.LinAlgError
        return x


class EachAlone(Elementwise, Solution):
    """Independent equations, each with one unknown of its own."""

    singular = (f"{Solution.singular}, or each equation depends on unknowns at other places, for which write "
                "autograd.scipy.optimize.root")


def counts_and_words(found: Any) -> dict[str, Any]:
    """What SciPy says of its solver's course, without numbers such as `hess_inv`, whose gradients would be lost."""
    return {key: value for key, value in found.items() if isinstance(value, (int, np.integer, np.bool_, str, bytes))}


def described(found: Any, **tensors: Any) -> Any:
    """SciPy's result, with tensors for the numbers that have derivatives, and with its counts and words."""
    return so.OptimizeResult(counts_and_words(found) | tensors)

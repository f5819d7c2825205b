"""Ordinary differential equations.

Forward accumulation integrates the sensitivities along with the solution; reverse accumulation integrates the adjoint
equation backwards (Pontryagin; Chen et al. 2018, arXiv:1806.07366). What fades in time grows on the way back, so the
steps back are made short enough for the solution to return the way it went. Both are solutions of equations again, so
every order follows. They are as accurate as the solver's tolerance.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import scipy.integrate as si

from autograd.arguments import array_of, arrays_of, replaced
from autograd.arrays import consecutive
from autograd.declare import on_arrays_too
from autograd.duck_arrays import Array
from autograd.forward import jvp_of_some
from autograd.graph import Node
from autograd.primitive import Primitive
from autograd.registry import real_only
from autograd.scaling import size_of
from autograd.scipy.callbacks import on_values, twin_of_functions
from autograd.tensor.nested import values_of
from autograd.transforms import vjp

from .arguments import taken_apart

HALVINGS = 8
"""How often the time between two outputs is halved, for an equation that goes astray backwards."""

STRAY = 1e3
"""A solution backwards may differ from the one forwards by this many relative tolerances."""

Slope = Callable[..., Array]
Solver = Callable[[Slope, Array, Array], Array]  # from slope(y, t), y at the first time, and all times, to y at these


class Solution(Primitive):
    """The solution at the times t; the operands are y0, t and the floating leaves of the arguments."""

    kind = "general"

    def __init__(self) -> None:
        super().__init__("odeint", solve, ("operands",))
        self.reads = frozenset({"operands", "out"})

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array:
        slope, solver = options["slope"], options["solver"]
        scale = size_of(*[x for x in tangents if x is not None])
        (y, t, *rest), (dy, dt, *changes) = operands, [x if x is None else x / scale for x in tangents]
        size = y.shape[0]
        dy = np.zeros_like(y) if dy is None else dy
        start = dy if dt is None else dy - slope(y, t[0], *rest) * dt[0]
        active, still = [i for i, change in enumerate(changes) if change is not None], (None,) * len(rest)

        def augmented(both: Array, time: Array, *given: Array) -> Array:
            rest, changes = given[: len(still)], replaced(still, active, given[len(still) :])
            return np.concatenate(jvp_of_some(lambda y, *rest: slope(y, time, *rest), (both[:size], *rest),
                                              (both[size:], *changes)))

        both = solved(np.concatenate([y, start]), t, *rest, *[changes[i] for i in active], slope=augmented,
                      solver=solver)
        change = both[:, size:]
        if dt is not None:
            change = change + np.stack([slope(out[i], t[i], *rest) * dt[i] for i in range(len(t))])
        return change * scale

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        return adjoint_solution(g, node)


def adjoint_solution(g: Array, node: Node) -> list[Array]:
    """The cotangents of y0, t and the arguments: the adjoint equation, from the last time back to the first."""
    (y, t, *rest), out = node.saved[:-1], node.saved[-1]
    slope, scale, size = node.options["slope"], size_of(g), y.shape[0]
    adjoint = Adjoint(slope, node.options["solver"], size, rest)
    g = np.conj(g) / scale  # in the convention of a user's pullback
    _, *parts = consecutive([2 * size, *map(np.size, rest)])
    state = np.concatenate([out[-1], g[-1], np.zeros(sum(map(np.size, rest)), y.dtype)])
    at_times = [np.vdot(g[-1], slope(out[-1], t[-1], *rest))]
    for i in range(len(t) - 1, 0, -1):
        state = adjoint.back(state, t[i], t[i - 1], out[i - 1], HALVINGS)
        at_times.append(np.vdot(g[i - 1], slope(out[i - 1], t[i - 1], *rest)))
        state = np.concatenate([out[i - 1], state[size : 2 * size] + g[i - 1], state[2 * size :]])
    total = state[size : 2 * size]
    at_times[-1] = at_times[-1] - np.vdot(total, slope(out[0], t[0], *rest))
    arguments = [state[part].reshape(np.shape(x)) for part, x in zip(parts, rest, strict=True)]
    return [scale * np.conj(x) for x in (total, np.stack(at_times[::-1]), *arguments)]


class Adjoint:
    """The adjoint equation of y' = slope(y, t, *rest): its state is y, the cotangent of y, and those of the rest."""

    def __init__(self, slope: Slope, solver: Solver, size: int, rest: Sequence[Array]) -> None:
        self.slope, self.solver, self.size, self.rest = slope, solver, size, rest

    def __call__(self, state: Array, time: Array, *rest: Array) -> Array:
        """The slope of the state, in time that runs backwards."""
        value, pull = vjp(lambda y, *rest: self.slope(y, -time, *rest), state[: self.size], *rest)
        return np.concatenate([-value, *[np.ravel(c) for c in pull(state[self.size : 2 * self.size])]])

    def back(self, state: Array, later: Array, sooner: Array, reached: Array, halvings: int) -> Array:
        """The state at an earlier time, at which y was `reached`; by halves of the way where y does not come back."""
        failure = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", si.ODEintWarning)  # about work in vain, which is then done otherwise
                found = self._solved(self, state, -later, -sooner)
            if comes_back(found[: self.size], reached, state[: self.size], relative_tolerance(self.solver)):
                return found
        except (RuntimeError, ValueError) as error:  # of SciPy's solvers, where y grows beyond all bounds
            failure = error
        if not halvings:
            raise RuntimeError(
                f"the adjoint equation could not be solved backwards from t = {values_of(later)}: what fades in time "
                "grows on the way back; differentiate forwards, by jvp or jacfwd") from failure
        middle = (later + sooner) / 2
        between = self._solved(self.slope, reached, sooner, middle)
        state = self.back(state, later, middle, between, halvings - 1)
        return self.back(np.concatenate([between, state[self.size :]]), middle, sooner, reached, halvings - 1)

    def _solved(self, slope: Slope, state: Array, start: Array, end: Array) -> Array:
        return solved(state, np.stack([start, end]), *self.rest, slope=slope, solver=self.solver)[1]


def comes_back(y: Array, known: Array, start: Array, tolerance: float) -> bool:
    """Whether a solution that went backwards from `start` is where the forward one was, as nearly as can be asked."""
    allowed = min(max(STRAY * tolerance, 1e-6), 1e-2)
    scale = np.max(np.maximum(np.abs(known), np.abs(start)), initial=0.0)
    excess = np.max(np.abs(y - known), initial=0.0) - allowed * scale
    return bool(np.all(values_of(excess) <= 0))


def relative_tolerance(solver: Any) -> float:
    """What a solver is asked for, or SciPy's default."""
    return float(np.min(solver.keywords["settings"].get("rtol", 1e-8 if solver.func is by_odeint else 1e-3)))


def solve(y: Array, t: Array, *rest: Array, slope: Slope, solver: Solver) -> Array:
    return solver(on_values(lambda y, time: slope(y, time, *rest)), y, t)


solved = on_arrays_too(Solution())


def slope_of(func: Callable[..., Any], filled: Callable[..., Any], time_first: bool) -> Slope:
    """A user's function of y, t and its arguments as one of y, t and the values in them; it may return a list."""

    def slope(y: Array, time: Array, *values: Array) -> Array:
        args = filled(values)
        out = func(time, y, *args) if time_first else func(y, time, *args)
        return array_of(out)

    return slope


def tolerances(settings: dict[str, Any], size: int) -> dict[str, Any]:
    """One tolerance for all unknowns, the smallest one, since a derivative adds unknowns without a tolerance."""
    return settings | {name: np.min(settings[name]) for name in ("rtol", "atol")
                       if np.size(settings.get(name, 0.0)) not in (1, size)}


def by_odeint(slope: Slope, y: Array, t: Array, settings: dict[str, Any]) -> Array:
    return si.odeint(slope, y, t, **tolerances(settings, len(y)))


@twin_of_functions(si.odeint, "equation")
def odeint(func: Callable[..., Any], y0: Any, t: Any, args: tuple[Any, ...] = (), Dfun: None = None,
           col_deriv: int = 0, full_output: int = 0, *, tfirst: bool = False, **settings: Any) -> Any:
    """y(t) with y' = func(y, t, *args) and y(t[0]) = y0; differentiated in y0, t and all numbers in `args`."""
    if Dfun is not None or full_output:
        raise ValueError("odeint of tensors takes no Dfun and no full_output: its derivatives come from func")
    values, filled = taken_apart(args)
    y0, t = (np.atleast_1d(x) for x in arrays_of((y0, t)))
    return solved(y0, t, *values, slope=slope_of(func, filled, tfirst), solver=partial(by_odeint, settings=settings))


real_only.add(si.odeint)

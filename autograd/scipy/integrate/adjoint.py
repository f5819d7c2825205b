"""The adjoint equation of y' = slope(y, t, *rest), on numbers: from the last time back to the first.

The solution is followed forwards once more and is then known at every time, so only cotangents go back. Followed
backwards it would not return the way it went, since what fades in time grows on the way back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.integrate as si

from autograd.duck_arrays import Array
from autograd.modes import outside
from autograd.scaling import size_of
from autograd.scipy.callbacks import on_values
from autograd.transforms import vjp

IMPLICIT = frozenset({"Radau", "BDF", "LSODA"})
"""The methods of `solve_ivp` that solve for a step with the Jacobian of the slope."""

OF_ONE_EQUATION = frozenset({"first_step", "h0", "jac_sparsity", "lband", "uband", "ml", "mu"})
"""The settings that are about the unknowns of one equation."""

Slope = Callable[..., Array]


def cotangents(g: Array, y: Array, t: Array, *rest: Array, slope: Slope, settings: dict[str, Any]) -> Array:
    """Those of y at the first time, of the times and of the rest, end to end, for those of y at all times."""
    scale, size = size_of(g), len(y)
    g = np.conj(g) / scale  # in the convention of a user's pullback
    equation = AdjointEquation(slope, y, t, rest, settings)
    state, later = np.zeros(size + sum(map(np.size, rest)), y.dtype), t[-1]
    of_times = np.zeros(len(t), y.dtype)
    for i in reversed(range(len(t))):
        if np.any(g[i]) or i == 0:
            state, later = equation.back(state, later, t[i]), t[i]
            of_times[i] = np.vdot(g[i], equation.slope_at(later))
            state[:size] += g[i]
    of_times[0] -= np.vdot(state[:size], equation.slope_at(t[0]))
    equation.pulled.cache_clear()  # SciPy's solvers are reference cycles, which would keep the graphs
    return scale * np.conj(np.concatenate([state[:size], of_times, state[size:]]))


class AdjointEquation:
    """Its state is the cotangents of y and of the rest, and its slope is linear in those of y."""

    def __init__(self, slope: Slope, y: Array, t: Array, rest: Sequence[Array], settings: dict[str, Any]) -> None:
        self.slope, self.rest, self.size = slope, rest, len(y)
        self.y: Callable[[Array], Array] = lambda time: y
        if t[0] != t[-1]:
            self.y = reached(si.solve_ivp(on_values(lambda time, y: slope(y, time, *rest)), (t[0], t[-1]), y,
                                          dense_output=True, **settings), t[-1]).sol
        self.settings = for_other_unknowns(settings)
        if getattr(settings["method"], "__name__", settings["method"]) in IMPLICIT:
            self.settings["jac"] = self.jacobian
        self.pulled = lru_cache(maxsize=4)(self._pulled)  # a step of an implicit method returns to its stages

    def slope_at(self, time: Array) -> Array:
        """The slope of the solution."""
        return on_values(self.slope)(self.y(time), time, *self.rest)

    def back(self, state: Array, later: Array, sooner: Array) -> Array:
        """The state at an earlier time."""
        if later == sooner or not np.any(state):
            return state
        found = si.solve_ivp(lambda time, state: self.pulled(time)(state[: self.size]), (later, sooner), state,
                             t_eval=[sooner], **self.settings)
        return reached(found, sooner).y[:, 0]

    def jacobian(self, time: float, state: Array) -> Array:
        """The slope's derivative in the state: a column for each cotangent of y, and 0 in those of the rest."""
        columns = np.zeros((len(state), len(state)), state.dtype)
        columns[:, : self.size] = np.stack(list(map(self.pulled(time), np.eye(self.size, dtype=state.dtype))), axis=1)
        return columns

    def _pulled(self, time: float) -> Callable[[Array], Array]:
        """The slope of the state at a time, as a function of the cotangents of y."""
        with outside():
            _, pull = vjp(lambda y, *rest: self.slope(y, time, *rest), self.y(time), *self.rest)

        def slope(g: Array) -> Array:
            with outside():
                return -np.concatenate([np.ravel(c) for c in pull(g)])

        return slope


def reached(found: Any, end: Array) -> Any:
    """What `solve_ivp` found, if it came to the end."""
    if not found.success:
        raise RuntimeError(f"solve_ivp did not reach t = {end}: {found.message}")
    return found


def for_other_unknowns(settings: dict[str, Any]) -> dict[str, Any]:
    """A solver's settings for a derivative's equation; of several tolerances the smallest, for all of its unknowns."""
    return {name: np.min(value) if name in ("rtol", "atol") else value
            for name, value in settings.items() if name not in OF_ONE_EQUATION}

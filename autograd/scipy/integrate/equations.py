"""Ordinary differential equations.

Forward accumulation integrates the sensitivities along with the solution; reverse accumulation integrates the adjoint
equation backwards (Pontryagin; Chen et al. 2018, arXiv:1806.07366). The derivatives of either are those of equations
again, so every order follows. They are as accurate as the solver's tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import scipy.integrate as si

from autograd.arguments import array_of, arrays_of, replaced
from autograd.arrays import consecutive
from autograd.declare import on_arrays_too
from autograd.duck_arrays import Array, add_all
from autograd.forward import jvp_of_some
from autograd.graph import Node
from autograd.primitive import Primitive
from autograd.scaling import size_of
from autograd.scipy.callbacks import on_values, twin_of_functions
from autograd.scipy.precision import in_double
from autograd.transforms import vjp

from .adjoint import Slope, cotangents, for_other_unknowns
from .arguments import taken_apart

Solver = Callable[[Slope, Array, Array, dict[str, Any]], Array]
"""From slope(y, t), y at the first time, all times, and the settings to y at all times."""


class Solution(Primitive):
    """The solution at the times t; the operands are y0, t and the floating leaves of the arguments."""

    kind = "general"

    def __init__(self) -> None:
        super().__init__("odeint", solve, ("operands",))
        self.reads = frozenset({"operands"})

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array:
        slope = options["slope"]
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

        both = solved(np.concatenate([y, start]), t, *rest, *[changes[i] for i in active],
                      **options | {"slope": augmented, "settings": for_other_unknowns(options["settings"])})
        change = both[:, size:]
        if dt is not None:
            change = change + np.stack([slope(out[i], t[i], *rest) * dt[i] for i in range(len(t))])
        return change * scale

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        operands = node.saved[:-1]
        return parted(pulled_back(g, *operands, **node.options), operands)


class PulledBack(Primitive):
    """The cotangents F'(x)^T g of all operands x of the solution F(x), end to end; the operands are g and x.

    F'(x)^T g is the gradient of g^T F'(x) u in u, and its derivative along a change of x is the gradient of
    g^T F'(x) dx in x.
    """

    kind = "general"

    def __init__(self) -> None:
        super().__init__("odeint_adjoint", pull_back, ("operands",))
        self.reads = frozenset({"operands"})

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array:
        (change, *moved), (g, *x) = tangents, operands
        total = [] if change is None else [pulled_back(change, *x, **options)]
        if any(t is not None for t in moved):
            _, pull = along(x, moved, options)
            total.append(np.concatenate([np.conj(np.ravel(c)) for c in pull(np.conj(g))]))
        return add_all(total)

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        of_solution, *x = node.saved[:-1]
        change, pull = along(x, parted(g, x), node.options)
        return [change, *map(np.conj, pull(np.conj(of_solution)))]


def along(x: Sequence[Array], moved: Sequence[Array | None], options: dict[str, Any]) -> tuple[Array, Any]:
    """The change F'(x) dx of the solution along a change of its operands, and the pullback of that to x."""
    return vjp(lambda *x: jvp_of_some(partial(solved, **options), x, moved)[1], *x)


def parted(flat: Array, like: Sequence[Array]) -> list[Array]:
    """What lies end to end, in the shapes of the operands, and real where they are."""
    parts = consecutive(map(np.size, like))
    return [(flat[part] if x.dtype.kind == "c" else np.real(flat[part])).reshape(np.shape(x))
            for part, x in zip(parts, like, strict=True)]


def solve(y: Array, t: Array, *rest: Array, slope: Slope, solver: Solver, settings: dict[str, Any]) -> Array:
    return solver(on_values(lambda y, time: slope(y, time, *rest)), y, t, settings)


def pull_back(g: Array, *operands: Array, slope: Slope, solver: Solver, settings: dict[str, Any]) -> Array:
    return cotangents(g, *operands, slope=slope,
                      settings=as_of_solve_ivp(settings) if solver is by_odeint else settings)


solved, pulled_back = on_arrays_too(Solution()), on_arrays_too(PulledBack())


def slope_of(func: Callable[..., Any], filled: Callable[..., Any], time_first: bool) -> Slope:
    """A user's function of y, t and its arguments as one of y, t and the values in them; it may return a list."""

    def slope(y: Array, time: Array, *values: Array) -> Array:
        args = filled(values)
        out = func(time, y, *args) if time_first else func(y, time, *args)
        return array_of(out)

    return slope


def by_odeint(slope: Slope, y: Array, t: Array, settings: dict[str, Any]) -> Array:
    return si.odeint(slope, y, t, **settings)


def as_of_solve_ivp(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of odeint as those of the same method of `solve_ivp`, which knows the solution between its steps."""
    given = {name: settings[name] for name in ("rtol", "atol") if settings.get(name) is not None}
    return {"method": "LSODA", "max_step": settings.get("hmax") or np.inf, "rtol": 1.49012e-8, "atol": 1.49012e-8,
            **given}


@twin_of_functions(si.odeint, "equation", real=True)
def odeint(func: Callable[..., Any], y0: Any, t: Any, args: tuple[Any, ...] = (), Dfun: None = None,
           col_deriv: int = 0, full_output: int = 0, *, tfirst: bool = False, **settings: Any) -> Any:
    """y(t) with y' = func(y, t, *args) and y(t[0]) = y0; differentiated in y0, t and all numbers in `args`."""
    if Dfun is not None or full_output:
        raise ValueError("odeint of tensors takes no Dfun and no full_output: its derivatives come from func")
    values, filled = taken_apart(args)
    y0, t = (np.atleast_1d(in_double(x)) for x in arrays_of((y0, t)))
    return solved(y0, t, *values, slope=slope_of(func, filled, tfirst), solver=by_odeint, settings=settings)

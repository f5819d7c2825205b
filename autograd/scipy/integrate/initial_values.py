"""`solve_ivp`: the solution at any time, and the times at which events happen.

An event happens where a function of time and state is 0. That is an equation for the time, which is differentiated by
the implicit function theorem: minus the function's differential, divided by its slope along the solution.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any

import numpy as np
import scipy.integrate as si

from autograd.arguments import array_of, arrays_of
from autograd.arrays import in_a_tuple
from autograd.declare import piecewise_constant
from autograd.duck_arrays import Array
from autograd.implicit import Elementwise
from autograd.modes import local
from autograd.primitive import wrap
from autograd.scipy.callbacks import on_values, twin_of_functions
from autograd.scipy.precision import in_double
from autograd.tensor.nested import shared_values, values_of

from .adjoint import Slope, reached
from .arguments import taken_apart
from .equations import slope_of, solved


def by_solve_ivp(slope: Slope, y: Array, t: Array, settings: dict[str, Any]) -> Array:
    """The states at all times, which rise or fall, and may be equal to their neighbours."""
    moves = np.diff(t, prepend=np.nan) != 0
    if not np.any(moves[1:]):
        return np.broadcast_to(y, (len(t), len(y))).copy()
    found = si.solve_ivp(lambda time, y: slope(y, time), (t[0], t[-1]), y, t_eval=t[moves], **settings)
    return reached(found, t[-1]).y.T[np.cumsum(moves) - 1]


class DenseOutput:
    """The solution as a function of time, between the ends of what was solved: each call solves the equation again."""

    def __init__(self, states: Callable[[Array], Array], start: Array, end: Array) -> None:
        self.states, self.start = states, start
        self.t_min, self.t_max = np.minimum(start, end), np.maximum(start, end)

    def __call__(self, t: Any) -> Any:
        """The states at a time, or at a vector of times, one per column, as SciPy's `OdeSolution` gives them.

        Raises `ValueError` for times that are not between the ends.
        """
        t = in_double(array_of(t))
        if t.ndim > 1:
            raise ValueError(f"the solution is taken at a time or a vector of times, got shape {t.shape}")
        if np.any(values_of((t < self.t_min) | (t > self.t_max))):
            raise ValueError(f"the solution is known from t = {values_of(self.t_min)} to {values_of(self.t_max)}, got "
                             f"{values_of(t)}: solve over a t_span that holds all times")
        times = np.atleast_1d(t)
        order = np.argsort(np.abs(times - self.start))
        states = self.states(np.take_along_axis(times, order, 0))
        states = np.take_along_axis(states, np.argsort(order)[:, None], 0)
        return wrap(states.T if t.ndim else states[0])


class EventTimes(Elementwise):
    """The times of events, which SciPy found and which are its first argument: at each one of them an event is 0."""

    def solve(self, p: Array) -> Array:
        return values_of(self.arguments(p)[0])

    def inverse(self, v: Any, x: Any, p: Any) -> Any:
        try:
            return super().inverse(v, x, p)
        except np.linalg.LinAlgError:
            raise np.linalg.LinAlgError(
                f"the time of an event has no derivative where its function touches 0 and does not cross it, or jumps: "
                f"at one of t = {values_of(x)} it has the slope 0 along the solution; where a function turns, its rate "
                "of change crosses 0, and is a better event") from None


def event_of(event: Callable[..., Any], filled: Callable[..., Any], values: Sequence[Array]) -> Callable[..., Any]:
    """A user's event as SciPy calls it, with its direction and whether it ends the solution."""
    return wraps(event)(on_values(lambda t, y: event(t, y, *filled(values))))


class Equation:
    """y' = slope(y, t, *values), with the settings of SciPy's solver, and the user's events."""

    def __init__(self, slope: Slope, filled: Callable[..., Any], events: Sequence[Callable[..., Any]],
                 settings: dict[str, Any]) -> None:
        self.slope, self.filled, self.events, self.settings = slope, filled, events, settings

    def on_numbers(self, y0: Array, start: Array, end: Array, values: Sequence[Array], t_eval: Any) -> Any:
        """SciPy's own result."""
        found = si.solve_ivp(
            on_values(lambda t, y: self.slope(y, t, *values)), (start, end), y0, t_eval=t_eval,
            events=[event_of(event, self.filled, values) for event in self.events] or None, **self.settings)
        return reached(found, end)

    def states(self, times: Array, y0: Array, start: Array, *values: Array) -> Array:
        """The states at times that lead away from the start, one per row."""
        return solved(y0, np.concatenate([start[None], times]), *values, slope=self.slope,
                      solver=by_solve_ivp, settings=self.settings)[1:]

    def at_events(self, which: Array, times: Array, _: Array, y0: Array, start: Array, *values: Array) -> Array:
        """The values of the event functions, which are 0 at the times of these events."""
        there = zip(which, times, self.states(times, y0, start, *values), strict=True)
        return np.stack([array_of(self.events[i](t, y, *self.filled(values))).reshape(()) for i, t, y in there])


def all_events(found: Sequence[Array], start: Array) -> tuple[Array, Array]:
    """The times of all events in the order in which they follow the start, and the number of each one's function."""
    times = np.concatenate([np.zeros(0), *found])
    order = np.argsort(np.abs(times - start), kind="stable")
    return times[order], np.repeat(np.arange(len(found)), list(map(len, found)))[order]


def at_the_end(call: dict[str, Any], captured: tuple[Any, ...]) -> None:
    """Add to `args`, of which `solve_ivp` takes any sequence."""
    given = call.get("args")
    call["args"] = (*(() if given is None else given), *captured)


@twin_of_functions(si.solve_ivp, "equation", enter=at_the_end)
def solve_ivp(fun: Callable[..., Any], t_span: Any, y0: Any, method: Any = "RK45", t_eval: Any = None,
              dense_output: bool = False, events: Any = None, vectorized: bool = False, args: Any = None,
              **options: Any) -> Any:
    """y' = fun(t, y, *args) over `t_span`: the result's `y` is differentiated in y0, `args`, and the times asked for.

    So are the times of `events`, the states there, and `sol(t)`, which solves the equation again at each call. Times
    that the solver chose itself, without `t_eval`, are constants, except the first and the last. As accurate as the
    solver's tolerance: three digits by default. Raises `RuntimeError` if the solver gives up.
    """
    if "jac" in options:
        raise ValueError("solve_ivp of tensors takes no jac: leave it out, and the method takes differences of fun")
    values, filled = taken_apart(() if args is None else args)
    equation = Equation(slope_of(fun, filled, time_first=True), filled, in_a_tuple(events or ()),
                        {"method": method, **options})
    start, end, y0 = map(in_double, arrays_of((*t_span, y0)))
    y0 = np.atleast_1d(y0)
    asked = arrays_of(() if t_eval is None else (t_eval,))
    if local.batches and t_eval is None:
        raise ValueError("solve_ivp inside vmap needs t_eval: the times that it chooses differ by example")
    results = []

    def on_numbers(y0: Array, start: Array, end: Array, *rest: Array) -> tuple[Array, ...]:
        """SciPy's solution: its own times, and those of events."""
        found = equation.on_numbers(y0, start, end, rest[len(asked) :], rest[0] if asked else None)
        results.append(found)
        return found.t, *all_events(found.t_events or [], start)

    chosen, when, which = piecewise_constant(on_numbers)(y0, start, end, *asked, *values)
    which, result, given = shared_values(which), results.pop(), (y0, start, *values)
    if equation.events:
        if len(which):
            when = EventTimes(partial(equation.at_events, which), np.zeros(len(which)), (when, *given)).solution(
                (when, *given))
        places, at = [which == i for i in range(len(equation.events))], equation.states(when, *given)
        result.t_events, result.y_events = [when[here] for here in places], [at[here] for here in places]
    end = when[-1] if result.status == 1 else end
    result.t = asked[0][: len(chosen)] if asked else np.concatenate(
        [start[None], shared_values(chosen)[1:-1], end[None]])
    result.y = equation.states(result.t, *given).T
    result.sol = DenseOutput(lambda times: equation.states(times, *given), start, end) if dense_output else None
    return result

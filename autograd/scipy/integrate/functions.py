"""Integrals of functions.

By Leibniz' rule the differential of an integral from a to b is f(b) db - f(a) da plus the integral of df, which is an
integral again: of as many numbers as there are arguments in reverse accumulation, of one in forward accumulation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import scipy.integrate as si

from autograd.arguments import arrays_of
from autograd.arrays import consecutive
from autograd.declare import on_arrays_too
from autograd.duck_arrays import Array
from autograd.forward import jvp_of_some
from autograd.graph import Node
from autograd.primitive import Primitive
from autograd.registry import real_only
from autograd.scaling import size_of
from autograd.scipy.functions import on_values, twin_of_functions
from autograd.scipy.precision import in_double
from autograd.transforms import vjp, vmap
from autograd.tree import add_all, replaced

from .arguments import taken_apart
from .weights import WEIGHTS, Weighting, weightings

Integrand = Callable[..., Array]


class Integral(Primitive):
    """The integral of f(x, *arguments); the operands are a, b and the floating leaves of the arguments."""

    kind = "general"

    def __init__(self) -> None:
        super().__init__("quad", integrate, ("operands",))
        self.reads = frozenset({"operands"})

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array:
        f, settings = options["f"], options["settings"]
        (a, b, *rest), (da, db, *changes) = each_in_double(operands), each_in_double(tangents)
        moving, still = [i for i, change in enumerate(changes) if change is not None], (None,) * len(rest)

        def change(x: Array, *both: Array) -> Array:
            rest, changes = both[: len(still)], replaced(still, moving, both[len(still) :])
            return jvp_of_some(partial(f, x), rest, changes)[1]

        total = np.zeros_like(out)
        if moving:
            total = integrated(a, b, *rest, *[changes[i] for i in moving], f=change, settings=settings, errors=[],
                               at_once=True)
        total = total if db is None else total + at_end(b, rest, f, settings) * db
        return total if da is None else total - at_end(a, rest, f, settings) * da

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        g, a, b, *rest = each_in_double((g, *node.saved[:-1]))
        f, settings, scale = node.options["f"], node.options["settings"], size_of(g)
        g = g / scale
        ends = [scale * np.sum(g * at_end(end, rest, f, settings)) * sign if needed else None
                for end, sign, needed in ((a, -1, needs[0]), (b, 1, needs[1]))]
        moving = [i for i, needed in enumerate(needs[2:]) if needed]
        if not moving:
            return [*ends, *[None] * len(rest)]
        parts = consecutive(np.size(rest[i]) for i in moving)

        def adjoint(x: Array, g: Array, *rest: Array) -> Array:
            pulled = vjp(lambda *moved: f(x, *replaced(rest, moving, moved)), *[rest[i] for i in moving])[1](g)
            return np.concatenate([np.ravel(c) for c in pulled])

        flat = scale * integrated(a, b, g, *rest, f=adjoint, settings=settings, errors=[], at_once=True)
        found = [flat[part].reshape(np.shape(rest[i])) for part, i in zip(parts, moving, strict=True)]
        return [*ends, *replaced([None] * len(rest), moving, found)]


def each_in_double(given: Sequence[Array | None]) -> list[Any]:
    """As SciPy computes: of numbers that are rounded to less no integral comes to an end."""
    return [x if x is None else in_double(x) for x in given]


def at_end(end: Array, rest: Sequence[Array], f: Integrand, settings: dict[str, Any]) -> Array:
    """The tangent of the integral due to an end that moves; nothing at infinity."""
    finite = np.isfinite(end)
    place = np.where(finite, end, 0)
    return np.where(finite, f(place, *rest) * WEIGHTS[settings.get("weight")](place), 0)


def integrate(a: Array, b: Array, *rest: Array, f: Integrand, settings: dict[str, Any], errors: list[float],
              at_once: bool = False) -> Array:
    """By QUADPACK one component after another, which share their evaluations of f, if they are few or have a weight; by
    `quad_vec` for many components, or with a `norm`. The error is appended to `errors`.
    """
    function = on_values(lambda x: f(x, *rest))
    inside = (a + b) / 2 if np.isfinite(a) and np.isfinite(b) else np.clip(0.0, a, b)
    first = function(inside)
    if "norm" in settings or (first.size > FEW and "weight" not in settings):
        value, error = si.quad_vec(function, a, b, **settings)
        errors.append(error)
        return np.asarray(value)
    seen = {inside: first} | (at_first_places(lambda x: f(x, *rest), a, b, settings) if at_once else {})

    def part(x: float, i: tuple[int, ...]) -> Any:
        if x not in seen:
            seen[x] = function(x)
        return seen[x][i]

    found = [si.quad(part, a, b, (i,), **settings) for i in np.ndindex(first.shape)]
    errors.append(max((error for _, error in found), default=0.0))
    return np.reshape([value for value, _ in found], first.shape)


FEW = 64
"""Up to so many components, QUADPACK (21 evaluations or more) is faster than `quad_vec` (63 or more)."""


def at_first_places(function: Integrand, a: Array, b: Array, settings: dict[str, Any]) -> dict[float, Array]:
    """The values at the points that QUADPACK always evaluates, in one batch; integrating 0 shows which these are.

    Nothing if the function does not take a batch, for example since it branches on values.
    """
    places: list[float] = []

    def noted(x: float) -> float:
        places.append(x)
        return 0.0

    si.quad(noted, a, b, **settings)
    try:
        return dict(zip(places, on_values(vmap(function))(np.array(places)), strict=True))
    except Exception:  # noqa: BLE001  # if it has nothing to do with batches, the first single point raises it again
        return {}


integrated = on_arrays_too(Integral())


SHARED = frozenset({"epsabs", "epsrel", "limit", "points"})
"""Options of QUADPACK's that the vector rule shares, with the same meaning."""

WEIGHTED = SHARED - {"points"} | {"limlst", "maxp1"}
"""Options that an integral with a weight has."""


def over_interval(func: Callable[..., Any], a: Any, b: Any, args: Any = (), *, weight: Any = None,
                  wvar: Any = None, **options: Any) -> Any:
    """The integral of func(x, *args) from a to b, and its error; differentiated in a, b and all numbers in `args`.

    With a weight, it is also differentiated in the frequency of "sin" and "cos", and in the pole of "cauchy", by a
    change of variable, for which `func` must be continuous. Inside `vmap` the error is the largest of the examples.
    """
    known = SHARED if weight is None else WEIGHTED
    if not options.keys() <= known:
        raise ValueError(f"quad of tensors takes {', '.join(sorted(known))}{'' if weight is None else ' with a weight'}"
                         f", not {', '.join(sorted(options.keys() - known))}")
    settings = {"epsabs": 1.49e-8, "epsrel": 1.49e-8, "limit": 50} | options  # quad's own
    values, filled = taken_apart(args if isinstance(args, tuple) else (args,))
    a, b = arrays_of((a, b))
    errors: list[float] = []

    def part(weighting: Weighting) -> Array:
        count, integrand = len(weighting.numbers), weighting.integrand

        def f(u: Array, *given: Array) -> Array:
            return integrand(lambda x: func(x, *filled(given[count:])), u, *given[:count])

        return integrated(*weighting.ends, *weighting.numbers, *values, f=f, settings=settings | weighting.settings,
                          errors=errors)

    value = add_all([part(weighting) for weighting in weightings(weight, wvar, a, b)])
    return value, np.float64(max(errors))


quad = twin_of_functions(si.quad, "integral")(over_interval)


@twin_of_functions(si.quad_vec, "integral")
def quad_vec(f: Callable[..., Any], a: Any, b: Any, epsabs: float = 1e-200, epsrel: float = 1e-8, norm: str = "2",
             cache_size: float = 100e6, limit: float = 10000, workers: Any = 1, points: Any = None,
             quadrature: str | None = None, full_output: bool = False, *, args: Any = ()) -> Any:
    """The integral of the vector f(x, *args) from a to b, and its error; differentiated as `quad`."""
    if full_output:
        raise ValueError("quad_vec of tensors has no full_output: count the calls of f in f")
    settings = {"epsabs": epsabs, "epsrel": epsrel, "norm": norm, "cache_size": cache_size, "limit": limit,
                "points": points, "quadrature": quadrature}
    values, filled = taken_apart(args if isinstance(args, tuple) else (args,))
    errors: list[float] = []
    value = integrated(*arrays_of((a, b)), *values, f=lambda x, *given: f(x, *filled(given)), settings=settings,
                       errors=errors)
    return value, np.float64(max(errors))


real_only.update((si.quad, si.quad_vec))

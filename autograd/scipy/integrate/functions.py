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
from autograd.scipy.functions import on_values, twin_of_functions
from autograd.scipy.precision import in_double
from autograd.transforms import vjp
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
            total = integrated(a, b, *rest, *[changes[i] for i in moving], f=change, settings=settings, errors=[])
        total = total if db is None else total + at_end(b, rest, f, settings) * db
        return total if da is None else total - at_end(a, rest, f, settings) * da

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        g, a, b, *rest = each_in_double((g, *node.saved[:-1]))
        f, settings = node.options["f"], node.options["settings"]
        parts = consecutive(np.size(x) for x in rest)
        alone = not g.shape and sum(map(np.size, rest)) == 1  # a third of the calls that a vector takes

        def adjoint(x: Array, g: Array, *rest: Array) -> Array:
            pulled = vjp(lambda *rest: f(x, *rest), *rest)[1](g)
            numbers = np.concatenate([np.ravel(c) for c in pulled])
            return numbers[0] if alone else numbers

        ends = [np.sum(g * at_end(end, rest, f, settings)) * sign if needed else None
                for end, sign, needed in ((a, -1, needs[0]), (b, 1, needs[1]))]
        if not any(needs[2:]):
            return [*ends, *[None] * len(rest)]
        flat = integrated(a, b, g, *rest, f=adjoint, settings=settings, errors=[]).reshape(-1)
        return [*ends, *[flat[part].reshape(np.shape(x)) for part, x in zip(parts, rest, strict=True)]]


def each_in_double(given: Sequence[Array | None]) -> list[Any]:
    """As SciPy computes: of numbers that are rounded to less no integral comes to an end."""
    return [x if x is None else in_double(x) for x in given]


def at_end(end: Array, rest: Sequence[Array], f: Integrand, settings: dict[str, Any]) -> Array:
    """The tangent of the integral due to an end that moves; nothing at infinity."""
    finite = np.isfinite(end)
    place = np.where(finite, end, 0)
    return np.where(finite, f(place, *rest) * WEIGHTS[settings.get("weight")](place), 0)


def integrate(a: Array, b: Array, *rest: Array, f: Integrand, settings: dict[str, Any], errors: list[float]) -> Array:
    """By QUADPACK for a number, or each of several with a weight; adaptively for all components at once of a vector
    without. `errors` gets the error.
    """
    function = on_values(lambda x: f(x, *rest))
    inside = (a + b) / 2 if np.isfinite(a) and np.isfinite(b) else np.clip(0.0, a, b)
    count = function(inside).shape
    if count and "weight" in settings:
        found = [si.quad(lambda x, i=i: function(x)[i], a, b, **settings) for i in np.ndindex(count)]
        value = np.reshape([part for part, _ in found], count)
        error = max((part for _, part in found), default=0.0)
    else:
        rule: Any = si.quad_vec if count or "norm" in settings else si.quad
        value, error = rule(function, a, b, **settings)
    errors.append(error)
    return np.asarray(value)


integrated = on_arrays_too(Integral())


SHARED = frozenset({"epsabs", "epsrel", "limit", "points"})
"""Options of QUADPACK's that the vector rule shares, with the same meaning."""

WEIGHTED = SHARED - {"points"} | {"limlst", "maxp1"}
"""Options that an integral with a weight has."""


@twin_of_functions(si.quad, "integral")
def quad(func: Callable[..., Any], a: Any, b: Any, args: Any = (), *, weight: Any = None, wvar: Any = None,
         **options: Any) -> Any:
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

"""Integrals of functions.

The differential of an integral from a to b is f(b) db - f(a) da plus the integral of df (`leibniz.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.integrate as si

from autograd.arguments import arrays_of
from autograd.declare import on_arrays_too
from autograd.duck_arrays import Array, add_all
from autograd.scipy.callbacks import as_args, on_values, twin_of_functions
from autograd.transforms import vmap

from .arguments import taken_apart
from .leibniz import Integral, Integrand
from .weights import WEIGHTS, Weighting, weightings


class IntegralOverInterval(Integral):
    """An integral by QUADPACK or `quad_vec`, which evaluate f at one point after another."""

    def of_derivative(self, *operands: Array, f: Integrand, settings: dict[str, Any]) -> Array:
        return integrated(*operands, f=f, settings=settings, errors=[], at_once=True)

    def over_faces(self, end: Array, a: Array, b: Array, rest: Sequence[Array], options: dict[str, Any]) -> list[Array]:
        return [at_end(end, rest, options["f"], options["settings"])]


def at_end(end: Array, rest: Sequence[Array], f: Integrand, settings: dict[str, Any]) -> Array:
    """The tangent of the integral due to an end that moves; nothing at infinity."""
    finite = np.isfinite(end)
    place = np.where(finite, end, 0)
    return np.where(finite, f(place, *rest) * WEIGHTS[settings.get("weight")](place), 0)


def integrate(a: Array, b: Array, *rest: Array, f: Integrand, settings: dict[str, Any], errors: list[float],
              at_once: bool = False) -> Array:
    """The integral: by QUADPACK if f has few components or there is a weight, by `quad_vec` if many, or with a `norm`.

    QUADPACK integrates one component after another, which share their evaluations of f. The error is appended to
    `errors`.
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
"""Up to this many components QUADPACK (21 evaluations or more) is faster than `quad_vec` (63 or more)."""


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


integrated: Any = on_arrays_too(IntegralOverInterval("quad", integrate))


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
    settings = {"epsabs": 1.49e-8, "epsrel": 1.49e-8, "limit": 50} | options  # the defaults of `quad`
    values, filled = taken_apart(as_args(args))
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


quad = twin_of_functions(si.quad, "integral", real=True)(over_interval)


@twin_of_functions(si.quad_vec, "integral", real=True)
def quad_vec(f: Callable[..., Any], a: Any, b: Any, epsabs: float = 1e-200, epsrel: float = 1e-8, norm: str = "2",
             cache_size: float = 100e6, limit: float = 10000, workers: Any = 1, points: Any = None,
             quadrature: str | None = None, full_output: bool = False, *, args: Any = ()) -> Any:
    """The integral of the vector f(x, *args) from a to b, and its error; differentiated as `quad`.

    Of tensors it runs in this thread, whatever `workers` says, since f may read tensors that others do not know.
    """
    if full_output:
        raise ValueError("quad_vec of tensors has no full_output: count the calls of f in f")
    settings = {"epsabs": epsabs, "epsrel": epsrel, "norm": norm, "cache_size": cache_size, "limit": limit,
                "points": points, "quadrature": quadrature}
    values, filled = taken_apart(as_args(args))
    errors: list[float] = []
    value = integrated(*arrays_of((a, b)), *values, f=lambda x, *given: f(x, *filled(given)), settings=settings,
                       errors=errors)
    return value, np.float64(max(errors))

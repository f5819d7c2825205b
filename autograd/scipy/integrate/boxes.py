"""Integrals over boxes, by rules that evaluate the function at many points at once.

The faces in Leibniz' rule (`leibniz.py`) are boxes of one dimension less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.integrate as si

from autograd.arguments import arrays_of
from autograd.declare import on_arrays_too
from autograd.duck_arrays import Array
from autograd.scipy.callbacks import as_args, on_values, twin_of_functions
from autograd.scipy.precision import at_least
from autograd.transforms import vmap

from .arguments import taken_apart
from .leibniz import Integral, Integrand


class IntegralOverBox(Integral):
    """An integral by `cubature`, which evaluates f at many points at once; `a` and `b` are opposite corners."""

    def of_derivative(self, *operands: Array, f: Integrand, settings: dict[str, Any]) -> Array:
        return of_changes(*operands, f=f, settings=settings)

    def over_faces(self, end: Array, a: Array, b: Array, rest: Sequence[Array], options: dict[str, Any]) -> list[Array]:
        return [on_face(end, k, a, b, rest, options) for k in range(a.shape[0])]

    def at_one(self, f: Integrand) -> Integrand:
        return lambda x, *rest: f(x[None], *rest)[0]

    def at_each(self, f: Integrand) -> Integrand:
        return lambda x, *rest: vmap(lambda place: f(place, *rest))(x)


def integrate(a: Array, b: Array, *rest: Array, f: Integrand, settings: dict[str, Any], results: list[Any]) -> Array:
    """The integral by SciPy's adaptive rule; SciPy's result object is appended to `results`."""
    found = si.cubature(on_values(lambda x: f(x, *rest)), a, b, **settings)
    results.append(found)
    return np.asarray(found.estimate)


integrated: Any = on_arrays_too(IntegralOverBox("cubature", integrate))


def of_changes(*operands: Array, f: Integrand, settings: dict[str, Any]) -> Array:
    """The integral of a derivative, to `rtol` of that of its absolute value, since it may be exactly 0."""
    absolute: list[Any] = []
    integrated(*operands, f=lambda *given: np.abs(f(*given)), settings=settings | {"max_subdivisions": 0},
               results=absolute)
    size = min(float(np.max(found.estimate, initial=0.0)) for found in absolute)  # inside vmap one for each example
    atol = max(settings["atol"], settings["rtol"] * size)
    return integrated(*operands, f=f, settings=settings | {"atol": atol}, results=[])


def on_face(end: Array, k: int, a: Array, b: Array, rest: Sequence[Array], options: dict[str, Any]) -> Array:
    """The integral over the face at `end[k]`, the derivative of the integral in that coordinate; 0 at infinity."""
    f, others = options["f"], np.arange(a.shape[0]) != k
    finite = np.isfinite(end[k])
    place = np.where(finite, end[k], 0.0)

    def face(x: Array, place: Array, *rest: Array) -> Array:
        column = np.broadcast_to(place, (*x.shape[:-1], 1))
        return f(np.concatenate([x[:, :k], column, x[:, k:]], axis=1), *rest)

    if a.shape[0] == 1:
        return np.where(finite, f(place.reshape(1, 1), *rest)[0], 0.0)
    settings = options["settings"]
    flat: dict[str, Any] = {"points": [np.broadcast_to(point, a.shape)[others] for point in settings["points"] or ()]}
    if settings["rule"] == "genz-malik" and a.shape[0] == 2:  # the rule needs two variables at least
        flat["rule"] = "gk21"
    return np.where(finite, of_changes(a[others], b[others], place, *rest, f=face, settings=settings | flat), 0.0)


@twin_of_functions(si.cubature, "integral", real=True)
def cubature(f: Callable[..., Any], a: Any, b: Any, *, rule: Any = "gk21", rtol: float = 1e-8, atol: float = 0,
             max_subdivisions: Any = 10000, args: Any = (), workers: Any = 1, points: Any = None) -> Any:
    """The integral of f(x, *args) over the box from a to b, as the estimate in SciPy's result; x has one point per row.

    It is differentiated in a, b and all numbers in `args`. Of tensors it runs in this thread, whatever `workers` says,
    since f may read tensors that others do not know. Inside `vmap` the other fields are the last example's.
    """
    if not isinstance(rule, str):
        raise TypeError(f"cubature of tensors takes a rule by its name, 'gk21', 'gk15' or 'genz-malik', got {rule!r}")
    settings = {"rule": rule, "rtol": rtol, "atol": atol, "max_subdivisions": max_subdivisions, "points": points}
    values, filled = taken_apart(as_args(args))
    corners = arrays_of((a, b))
    dtype = np.result_type(*[x if x.dtype.kind == "f" else np.float64 for x in corners])  # that of SciPy's result
    a, b = np.broadcast_arrays(*[np.atleast_1d(end) for end in at_least(np.float64, *corners)])
    results: list[Any] = []
    estimate = integrated(a, b, *values, f=lambda x, *given: f(x, *filled(given)), settings=settings, results=results)
    return replace(results[-1], estimate=estimate.astype(dtype, copy=False))

"""Integrals over boxes, by rules that evaluate the function at many points at once.

By Leibniz' rule the differential of such an integral is the integral of df, plus the integral of f over each face times
the face's displacement. A face is a box of one dimension less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
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
from autograd.scipy.precision import at_least
from autograd.transforms import vjp, vmap
from autograd.tree import add_all, replaced

from .arguments import taken_apart
from .functions import each_in_double

Integrand = Callable[..., Array]  # of points, one per row, and arguments


class IntegralOverBox(Primitive):
    """The integral of f(x, *arguments); operands are its corners and the floating leaves of the arguments."""

    kind = "general"

    def __init__(self) -> None:
        super().__init__("cubature", integrate, ("operands",))
        self.reads = frozenset({"operands"})

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array:
        f, settings = options["f"], options["settings"]
        (a, b, *rest), (da, db, *changes) = each_in_double(operands), each_in_double(tangents)
        moving, still = [i for i, change in enumerate(changes) if change is not None], (None,) * len(rest)

        def change(x: Array, *both: Array) -> Array:
            rest, changes = both[: len(still)], replaced(still, moving, both[len(still) :])
            return jvp_of_some(partial(f, x), rest, changes)[1]

        total = [np.zeros_like(out)]
        if moving:
            total.append(of_changes(a, b, *rest, *[changes[i] for i in moving], f=change, settings=settings))
        total += [sign * moved[k] * on_face(end, k, a, b, rest, options)
                  for end, moved, sign in ((a, da, -1), (b, db, 1)) if moved is not None for k in range(a.shape[0])]
        return add_all(total)

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        g, a, b, *rest = each_in_double((g, *node.saved[:-1]))
        f, settings, scale = node.options["f"], node.options["settings"], size_of(g)
        g = g / scale
        ends = [sign * scale * np.stack([np.sum(g * on_face(end, k, a, b, rest, node.options))
                                         for k in range(a.shape[0])]) if needed else None
                for end, sign, needed in ((a, -1, needs[0]), (b, 1, needs[1]))]
        moving = [i for i, needed in enumerate(needs[2:]) if needed]
        if not moving:
            return [*ends, *[None] * len(rest)]
        parts = consecutive(np.size(rest[i]) for i in moving)

        def adjoint(x: Array, g: Array, *rest: Array) -> Array:
            def at(place: Array) -> Array:
                pulled = vjp(lambda *moved: f(place[None], *replaced(rest, moving, moved))[0],
                             *[rest[i] for i in moving])[1](g)
                return np.concatenate([np.ravel(c) for c in pulled])

            return vmap(at)(x)

        flat = scale * of_changes(a, b, g, *rest, f=adjoint, settings=settings)
        found = [flat[part].reshape(np.shape(rest[i])) for part, i in zip(parts, moving, strict=True)]
        return [*ends, *replaced([None] * len(rest), moving, found)]


def integrate(a: Array, b: Array, *rest: Array, f: Integrand, settings: dict[str, Any], results: list[Any]) -> Array:
    """By SciPy's adaptive rule; SciPy's result object is appended to `results`."""
    found = si.cubature(on_values(lambda x: f(x, *rest)), a, b, **settings)
    results.append(found)
    return np.asarray(found.estimate)


integrated = on_arrays_too(IntegralOverBox())


def of_changes(a: Array, b: Array, *rest: Array, f: Integrand, settings: dict[str, Any]) -> Array:
    """The integral of a derivative, to `rtol` of that of its absolute value, since it may be exactly 0."""
    absolute: list[Any] = []
    integrated(a, b, *rest, f=lambda *given: np.abs(f(*given)), settings=settings | {"max_subdivisions": 0},
               results=absolute)
    size = min(float(np.max(found.estimate, initial=0.0)) for found in absolute)  # of several examples, inside vmap
    atol = max(settings["atol"], settings["rtol"] * size)
    return integrated(a, b, *rest, f=f, settings=settings | {"atol": atol}, results=[])


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


@twin_of_functions(si.cubature, "integral")
def cubature(f: Callable[..., Any], a: Any, b: Any, *, rule: Any = "gk21", rtol: float = 1e-8, atol: float = 0,
             max_subdivisions: Any = 10000, args: Any = (), workers: Any = 1, points: Any = None) -> Any:
    """The integral of f(x, *args) over the box from a to b, as the estimate in SciPy's result; x has one point per row.

    It is differentiated in a, b and all numbers in `args`. Inside `vmap` the other fields are the last example's.
    """
    if not isinstance(rule, str):
        raise TypeError(f"cubature of tensors takes a rule by its name, 'gk21', 'gk15' or 'genz-malik', got {rule!r}")
    settings = {"rule": rule, "rtol": rtol, "atol": atol, "max_subdivisions": max_subdivisions, "points": points}
    values, filled = taken_apart(args if isinstance(args, tuple) else (args,))
    corners = arrays_of((a, b))
    dtype = np.result_type(*[x if x.dtype.kind == "f" else np.float64 for x in corners])  # SciPy's
    a, b = np.broadcast_arrays(*[np.atleast_1d(end) for end in at_least(np.float64, *corners)])
    results: list[Any] = []
    estimate = integrated(a, b, *values, f=lambda x, *given: f(x, *filled(given)), settings=settings, results=results)
    return replace(results[-1], estimate=estimate.astype(dtype, copy=False))


real_only.add(si.cubature)

"""Leibniz' rule: the differential of an integral, over an interval or over a box.

It is the integral of df, which is an integral again: of as many numbers as there are arguments in reverse accumulation,
of one in forward accumulation; plus, for each face of the domain, the integral of f over the face times the face's
displacement. The faces of an interval are its ends.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd.arguments import replaced
from autograd.arrays import consecutive
from autograd.duck_arrays import Array, add_all
from autograd.forward import jvp_of_some
from autograd.graph import Node
from autograd.primitive import Primitive
from autograd.scaling import size_of
from autograd.scipy.precision import in_double
from autograd.transforms import vjp

Integrand = Callable[..., Array]  # of a point or of points, one per row, and arguments


class Integral(Primitive, ABC):
    """The integral of f(x, *arguments); operands are where it begins and ends, and the arguments' floating leaves."""

    kind = "general"

    def __init__(self, name: str, evaluate: Callable[..., Array]) -> None:
        super().__init__(name, evaluate, ("operands",))
        self.reads = frozenset({"operands"})

    @abstractmethod
    def of_derivative(self, *operands: Array, f: Integrand, settings: dict[str, Any]) -> Array:
        """The integral of a derivative of f."""

    @abstractmethod
    def over_faces(self, end: Array, a: Array, b: Array, rest: Sequence[Array], options: dict[str, Any]) -> list[Array]:
        """The integrals of f over the faces that numbers of `end` move, 0 at infinity."""

    def at_one(self, f: Integrand) -> Integrand:
        """f of a single point."""
        return f

    def at_each(self, f: Integrand) -> Integrand:
        """A function of a single point as the rule evaluates it."""
        return f

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
            total.append(self.of_derivative(a, b, *rest, *[changes[i] for i in moving], f=change, settings=settings))
        for end, moved, sign in ((a, da, -1), (b, db, 1)):
            if moved is not None:
                faces = self.over_faces(end, a, b, rest, options)
                total += [sign * np.ravel(moved)[k] * face for k, face in enumerate(faces)]
        return add_all(total)

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        g, a, b, *rest = each_in_double((g, *node.saved[:-1]))
        f, settings, scale = node.options["f"], node.options["settings"], size_of(g)
        g = g / scale
        ends = [sign * scale * np.stack([np.sum(g * face) for face in self.over_faces(
            end, a, b, rest, node.options)]).reshape(end.shape) if needed else None
            for end, sign, needed in ((a, -1, needs[0]), (b, 1, needs[1]))]
        moving = [i for i, needed in enumerate(needs[2:]) if needed]
        if not moving:
            return [*ends, *[None] * len(rest)]
        parts = consecutive(np.size(rest[i]) for i in moving)
        single = self.at_one(f)

        def adjoint(x: Array, g: Array, *rest: Array) -> Array:
            pulled = vjp(lambda *moved: single(x, *replaced(rest, moving, moved)), *[rest[i] for i in moving])[1](g)
            return np.concatenate([np.ravel(c) for c in pulled])

        flat = scale * self.of_derivative(a, b, g, *rest, f=self.at_each(adjoint), settings=settings)
        found = [flat[part].reshape(np.shape(rest[i])) for part, i in zip(parts, moving, strict=True)]
        return [*ends, *replaced([None] * len(rest), moving, found)]


def each_in_double(given: Sequence[Array | None]) -> list[Any]:
    """The numbers in float64, in which SciPy computes: an integral of less precise numbers would not converge."""
    return [x if x is None else in_double(x) for x in given]

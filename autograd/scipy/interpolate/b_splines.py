"""Sums of B-splines, in NumPy calls (de Boor, A Practical Guide to Splines, 1978, chapter X)."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.declare.poles import quotient
from autograd.duck_arrays import Array

from .piecewise import Piecewise, beside, doubles, piece_of


class Spline(Piecewise):
    """sum_j c_j B_j(x), where the B-spline B_j of degree k is of the knots t_j .. t_(j+k+1) (de Boor 1978, ch. X)."""

    def __init__(self, t: Any, c: Any, k: int, extrapolate: Any = True, axis: int = 0) -> None:
        self.knots, c = doubles(t, c)
        self.k, self.extrapolate, self.axis = k, extrapolate, axis
        self.c = c[: len(self.knots) - k - 1]

    @property
    def t(self) -> Array:
        """The knots."""
        return self.knots

    @property
    def tck(self) -> tuple[Array, Array, int]:
        """Knots, coefficients and degree."""
        return self.knots, self.c, self.k

    @property
    def bounds(self) -> tuple[Array, Array]:
        return self.knots[self.k], self.knots[len(self.c)]

    def at(self, points: Array, *own: Array) -> Array:
        place = piece_of(self.knots, points, self.k)
        around = [self.c[(place - self.k + j, *own)] for j in range(self.k + 1)]
        return de_boor(self.knots, self.k, points, place, around)

    def slope(self) -> Spline:
        t, c, k = self.tck
        if k == 0:
            return Spline(t, np.zeros_like(c), k, self.extrapolate, self.axis)
        c = k * quotient(np.diff(c, axis=0), beside(t[k + 1 : len(c) + k] - t[1 : len(c)], c))
        return Spline(t[1:-1], c, k - 1, self.extrapolate, self.axis)

    def area(self) -> Spline:
        t, c, k = self.tck
        c = np.cumsum(c * beside(t[k + 1 :] - t[: -k - 1], c) / (k + 1), axis=0)
        t, c = np.concatenate([t[:1], t, t[-1:]]), np.concatenate([np.zeros_like(c[:1]), c])
        return Spline(t, c, k + 1, self.extrapolate != "periodic" and self.extrapolate, self.axis)

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        """The integral from a to b; without extrapolation, of a spline that is 0 outside of its bounds."""
        extrapolate = self.extrapolate if extrapolate is None else extrapolate
        if not extrapolate:
            a, b = (np.clip(x, *self.bounds) for x in doubles(a, b))
        return super().integrate(a, b, extrapolate)


def de_boor(t: Array, k: int, points: Array, place: Array, c: list[Array]) -> Array:
    """The value at each point from the k + 1 coefficients of its piece, by repeated interpolation between them.

    It is 0 beyond knots between which there is no piece.
    """
    for r in range(1, k + 1):
        for j in range(k, r - 1, -1):
            low, high = t[place - k + j], t[place + 1 + j - r]
            c[j] = c[j - 1] + beside(quotient(points - low, high - low), c[j]) * (c[j] - c[j - 1])
    return np.where(beside(t[place] < t[place + 1], c[k]), c[k], 0) if k else c[k]


def basis(t: Array, k: int, points: Array, place: Array) -> Array:
    """The values of the k + 1 B-splines of each point's piece, (points, k + 1)."""
    return de_boor(t, k, points, place, [np.broadcast_to(unit, (len(points), k + 1)) for unit in np.eye(k + 1)])

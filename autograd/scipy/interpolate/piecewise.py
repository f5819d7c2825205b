"""Functions of one variable by pieces, in NumPy calls, such as polynomials between breakpoints.

The piece of a point is found from its value (`np.searchsorted`) and held constant; the rest is arithmetic, which every
transform differentiates. Pieces are half open, [a, b), except the last: SciPy's convention.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np

from autograd.arguments import array_of
from autograd.duck_arrays import Array
from autograd.primitive import wrap
from autograd.scipy.precision import at_least


def doubles(*given: Any) -> Any:
    """Tensors in double precision, in which SciPy interpolates."""
    return wrap(at_least(np.float64, *given))


def beside(x: Array, like: Array) -> Array:
    """A vector as a column that broadcasts against the first axis of another array."""
    return x.reshape(x.shape + (1,) * (like.ndim - 1))


def piece_of(knots: Array, points: Array, k: int = 0) -> Array:
    """The i with t_i <= x < t_(i+1) for each point, of the pieces between the knots t_k and t_n, or the nearest one."""
    return np.clip(np.searchsorted(knots, points, side="right") - 1, k, len(knots) - k - 2)


class Piecewise(ABC):
    """The base of the twins of `PPoly` and `BSpline`. The first axis of `c` is interpolated, and is `axis` of a result.

    `extrapolate` is True, False (nan outside of the bounds) or "periodic".
    """

    knots: Array
    c: Array
    extrapolate: Any
    axis: int

    @property
    @abstractmethod
    def bounds(self) -> tuple[Array, Array]:
        """The interval that the data cover."""

    @abstractmethod
    def at(self, points: Array, *own: Array) -> Array:
        """The values at a vector of points, by the pieces next to them where they are outside.

        Indices `own` of further axes of `c` say which of its curves are read at each point.
        """

    def at_own(self, points: Array) -> Array:
        """The values at points each of which has a curve of its own, on the second axis of a result of `at`."""
        return self.at(points, np.arange(len(points)))

    @abstractmethod
    def slope(self) -> Self:
        """The function of the derivatives of the pieces."""

    @abstractmethod
    def area(self) -> Self:
        """The continuous function that has this one as its derivative, and is 0 at the first knot."""

    def derivative(self, nu: int = 1) -> Self:
        """The function of the nu-th derivatives of the pieces."""
        made = self
        for _ in range(abs(nu)):
            made = made.slope() if nu > 0 else made.area()
        return made

    def antiderivative(self, nu: int = 1) -> Self:
        """The continuous function that has this one as its nu-th derivative, and is 0 at the first knot."""
        return self.derivative(-nu)

    def __call__(self, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
        """The values, or the nu-th derivatives, at points of any shape, which stands in the place of `axis`."""
        if nu < 0:
            raise ValueError(f"a derivative has an order of 0 or more, got nu={nu}; write antiderivative({-nu})(x)")
        x = array_of(x)
        (points,) = doubles(x.reshape(-1))
        extrapolate = self.extrapolate if extrapolate is None else extrapolate
        start, end = self.bounds
        if extrapolate == "periodic":
            points = start + np.mod(points - start, end - start)
        inside = (np.minimum(start, end) <= points) & (points <= np.maximum(start, end))
        known = ~np.isnan(points) if extrapolate else inside
        out = self.derivative(nu).at(np.where(np.isnan(points), start, points))
        out = np.where(beside(known, out), out, np.nan).reshape(x.shape + out.shape[1:])
        return np.moveaxis(out, range(x.ndim), range(self.axis, self.axis + x.ndim))

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        """The integral from a to b, in which it is differentiated too."""
        a, b = doubles(a, b)
        extrapolate = self.extrapolate if extrapolate is None else extrapolate
        whole, (start, end) = self.antiderivative(), self.bounds
        if extrapolate != "periodic":
            return whole(b, extrapolate=extrapolate) - whole(a, extrapolate=extrapolate)
        turns = [np.floor((x - start) / (end - start)) for x in (a, b)]
        low, high = (whole(x - n * (end - start), extrapolate=True) for x, n in zip((a, b), turns, strict=True))
        return high - low + (turns[1] - turns[0]) * (whole(end) - whole(start))


class PiecewisePolynomial(Piecewise):
    """sum_m c[m, i] (x - x_i)^(k - m) on the piece from x_i; `c` has the shape (k + 1, pieces, ...).

    The breakpoints increase or decrease.
    """

    def __init__(self, x: Any, c: Any, extrapolate: Any = None, axis: int = 0) -> None:
        self.knots, self.c = doubles(x, c)
        self.extrapolate, self.axis = True if extrapolate is None else extrapolate, axis

    @property
    def x(self) -> Array:
        """The breakpoints."""
        return self.knots

    @property
    def bounds(self) -> tuple[Array, Array]:
        return self.knots[0], self.knots[-1]

    def at(self, points: Array, *own: Array) -> Array:
        way = np.sign(self.knots[-1] - self.knots[0])
        place = piece_of(way * self.knots, way * points)
        return horner(self.c[(slice(None), place, *own)], points - self.knots[place])

    def slope(self) -> PiecewisePolynomial:
        c = self.c
        c = c[:-1] * beside(np.arange(len(c) - 1.0, 0, -1), c) if len(c) > 1 else np.zeros_like(c)
        return PiecewisePolynomial(self.knots, c, self.extrapolate, self.axis)

    def area(self) -> PiecewisePolynomial:
        c = self.c / beside(np.arange(float(len(self.c)), 0, -1), self.c)
        rises = horner(np.concatenate([c, np.zeros_like(c[:1])]), np.diff(self.knots))
        starts = np.concatenate([np.zeros_like(rises[:1]), np.cumsum(rises[:-1], axis=0)])
        c = np.concatenate([c, starts[None]])
        return PiecewisePolynomial(self.knots, c, self.extrapolate != "periodic" and self.extrapolate, self.axis)


def horner(c: Array, step: Array) -> Array:
    """The polynomials of coefficients c, highest power first, each at its step."""
    value, step = c[0], beside(step, c[0])
    for coefficient in c[1:]:
        value = value * step + coefficient
    return value

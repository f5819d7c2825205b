"""Functions of one variable by pieces, in NumPy calls: polynomials between breakpoints, and sums of B-splines.

The piece of a point is looked up in its value (`np.searchsorted`) and held constant; what follows is arithmetic, which
every transform differentiates. Pieces are half open, [a, b), but for the last: SciPy's convention.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arguments import array_of
from autograd.declare.poles import over
from autograd.primitive import wrap
from autograd.scipy.precision import at_least

Array = Any


def doubles(*given: Any) -> Any:
    """Tensors in double precision, in which SciPy interpolates."""
    return wrap(at_least(np.float64, *given))


def beside(x: Array, like: Array) -> Array:
    """A vector as a column that broadcasts against the first axis of another array."""
    return x.reshape(x.shape + (1,) * (like.ndim - 1))


class Piecewise:
    """What SciPy's `PPoly` and `BSpline` share: the first axis of `c` is interpolated; it stands at `axis` in a result.

    `extrapolate` is True, False (nan outside of the bounds) or "periodic".
    """

    knots: Array
    c: Array
    extrapolate: Any
    axis: int

    @property
    def bounds(self) -> tuple[Array, Array]:
        """The interval that the data are of."""
        raise NotImplementedError

    def at(self, points: Array) -> Array:
        """The values at a vector of points, by the pieces next to them where they are outside."""
        raise NotImplementedError

    def at_own(self, points: Array) -> Array:
        """The values at points each of which has a curve of its own, on the second axis of a result of `at`."""
        raise NotImplementedError

    def derivative(self, nu: int = 1) -> Piecewise:
        """The function of the nu-th derivatives of the pieces."""
        raise NotImplementedError

    def antiderivative(self, nu: int = 1) -> Piecewise:
        """The continuous function that has this one as its nu-th derivative, and is 0 at the first knot."""
        raise NotImplementedError

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

    def at(self, points: Array) -> Array:
        place = self.piece_of(points)
        return horner(self.c[:, place], points - self.knots[place])

    def at_own(self, points: Array) -> Array:
        place = self.piece_of(points)
        return horner(self.c[:, place, np.arange(len(points))], points - self.knots[place])

    def piece_of(self, points: Array) -> Array:
        """The piece that each point is in, or next to."""
        way = np.sign(self.knots[-1] - self.knots[0])
        place = np.searchsorted(way * self.knots, way * points, side="right") - 1
        return np.clip(place, 0, len(self.knots) - 2)

    def derivative(self, nu: int = 1) -> PiecewisePolynomial:
        if nu < 0:
            return self.antiderivative(-nu)
        c = self.c
        for _ in range(nu):
            c = c[:-1] * beside(np.arange(len(c) - 1.0, 0, -1), c) if len(c) > 1 else np.zeros_like(c)
        return PiecewisePolynomial(self.knots, c, self.extrapolate, self.axis)

    def antiderivative(self, nu: int = 1) -> PiecewisePolynomial:
        if nu <= 0:
            return self.derivative(-nu)
        c, steps = self.c, np.diff(self.knots)
        for _ in range(nu):
            c = c / beside(np.arange(float(len(c)), 0, -1), c)
            rises = horner(np.concatenate([c, np.zeros_like(c[:1])]), steps)
            starts = np.concatenate([np.zeros_like(rises[:1]), np.cumsum(rises[:-1], axis=0)])
            c = np.concatenate([c, starts[None]])
        return PiecewisePolynomial(self.knots, c, self.extrapolate != "periodic" and self.extrapolate, self.axis)


def horner(c: Array, step: Array) -> Array:
    """The polynomials of coefficients c, highest power first, each at its step."""
    value, step = c[0], beside(step, c[0])
    for coefficient in c[1:]:
        value = value * step + coefficient
    return value


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

    def at(self, points: Array) -> Array:
        place = piece_of(self.knots, self.k, points)
        return de_boor(self.knots, self.k, points, place, [self.c[place - self.k + j] for j in range(self.k + 1)])

    def at_own(self, points: Array) -> Array:
        place, own = piece_of(self.knots, self.k, points), np.arange(len(points))
        return de_boor(self.knots, self.k, points, place, [self.c[place - self.k + j, own] for j in range(self.k + 1)])

    def derivative(self, nu: int = 1) -> Spline:
        if nu < 0:
            return self.antiderivative(-nu)
        t, c, k = self.tck
        for _ in range(nu):
            if k == 0:
                c = np.zeros_like(c)
            else:
                c = k * over(np.diff(c, axis=0), beside(t[k + 1 : len(c) + k] - t[1 : len(c)], c))
                t, k = t[1:-1], k - 1
        return Spline(t, c, k, self.extrapolate, self.axis)

    def antiderivative(self, nu: int = 1) -> Spline:
        if nu <= 0:
            return self.derivative(-nu)
        t, c, k = self.tck
        for _ in range(nu):
            c = np.cumsum(c * beside(t[k + 1 :] - t[: -k - 1], c) / (k + 1), axis=0)
            c, t, k = np.concatenate([np.zeros_like(c[:1]), c]), np.concatenate([t[:1], t, t[-1:]]), k + 1
        return Spline(t, c, k, self.extrapolate != "periodic" and self.extrapolate, self.axis)

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        """The integral from a to b; without extrapolation, of a spline that is 0 outside of its bounds."""
        extrapolate = self.extrapolate if extrapolate is None else extrapolate
        if not extrapolate:
            a, b = (np.clip(x, *self.bounds) for x in doubles(a, b))
        return super().integrate(a, b, extrapolate)


def piece_of(t: Array, k: int, points: Array) -> Array:
    """The i of t_i <= x < t_(i+1), of the pieces between t_k and t_n."""
    return np.clip(np.searchsorted(t, points, side="right") - 1, k, len(t) - k - 2)


def de_boor(t: Array, k: int, points: Array, place: Array, c: list[Array]) -> Array:
    """The value at each point from the k + 1 coefficients of its piece, by repeated interpolation between them.

    It is 0 beyond knots between which there is no piece.
    """
    for r in range(1, k + 1):
        for j in range(k, r - 1, -1):
            low, high = t[place - k + j], t[place + 1 + j - r]
            c[j] = c[j - 1] + beside(over(points - low, high - low), c[j]) * (c[j] - c[j - 1])
    return np.where(beside(t[place] < t[place + 1], c[k]), c[k], 0) if k else c[k]

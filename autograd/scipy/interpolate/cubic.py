"""Piecewise polynomials of given coefficients, and cubic ones through data: each a choice of the slopes at the knots.

Fritsch and Butland 1984 (PCHIP), Akima 1970, de Boor 1978, ch. IV (splines).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.interpolate as si

from autograd.arguments import arrays_of
from autograd.registry import real_only
from autograd.scipy.takes_tensors import twin_class
from autograd.tensor.nested import values_of

from .banded import solve_circular, tridiagonal
from .piecewise import PiecewisePolynomial, beside, doubles

Array = Any


# --- Data ------------------------------------------------------------------------------------------------------------


def checked(name: str, x: Any, y: Any, *others: Any, axis: int) -> list[Array]:
    """Knots and values in double precision, with the interpolated axis of the values first."""
    x, y, *others = doubles(x, y, *others)
    if x.dtype.kind == "c" or x.ndim != 1 or len(x) < 2:
        raise ValueError(f"{name} takes a vector of two or more real knots x, got {x.dtype} of shape {x.shape}")
    if not (np.all(np.isfinite(values_of(x))) and np.all(np.diff(values_of(x)) > 0)):
        raise ValueError(f"{name} takes finite knots x that increase strictly; sort x and the values together")
    if any(len(x) != np.moveaxis(v, axis, 0).shape[0] or v.shape != y.shape for v in (y, *others)):
        raise ValueError(f"{name} takes as many values along axis {axis} as knots, {len(x)}, got shapes "
                         f"{', '.join(str(v.shape) for v in (y, *others))}")
    if not all(np.all(np.isfinite(values_of(v))) for v in (y, *others)):
        raise ValueError(f"{name} takes finite values; leave out those that are missing, and their knots")
    return [x, *[np.moveaxis(v, axis, 0) for v in (y, *others)]]


def real_checked(name: str, x: Any, y: Any, *, axis: int) -> list[Array]:
    x, y = checked(name, x, y, axis=axis)
    if y.dtype.kind == "c":
        raise ValueError(f"{name} takes real values, got {y.dtype}; interpolate np.real(y) and np.imag(y)")
    return [x, y]


def hermite(x: Array, y: Array, slopes: Array, extrapolate: Any, axis: int, ndim: int) -> PiecewisePolynomial:
    """The cubics that have values y and these slopes at both ends of each piece."""
    h = beside(np.diff(x), y)
    chord = np.diff(y, axis=0) / h
    excess = (slopes[:-1] + slopes[1:] - 2 * chord) / h
    c = np.stack([excess / h, (chord - slopes[:-1]) / h - excess, slopes[:-1], y[:-1]])
    return PiecewisePolynomial(x, c, extrapolate, axis % ndim)


# --- Slopes ----------------------------------------------------------------------------------------------------------


def monotone_slopes(h: Array, chord: Array) -> Array:
    """Weighted harmonic means of neighbouring chords, 0 where these differ in sign: no values between overshoot."""
    if len(chord) == 1:
        return np.concatenate([chord, chord])
    w, v = h[:-1] + 2 * h[1:], 2 * h[:-1] + h[1:]
    alike = np.sign(chord[:-1]) * np.sign(chord[1:]) > 0
    before, after = np.where(alike, chord[:-1], 1), np.where(alike, chord[1:], 1)
    inner = np.where(alike, (w + v) / (w / before + v / after), 0)
    return np.concatenate([one_sided(h[:2], chord[:2]), inner, one_sided(h[:-3:-1], chord[:-3:-1])])


def one_sided(h: Array, chord: Array) -> Array:
    """The slope of a parabola at its end, limited to the sign of its first chord, and to thrice that."""
    (h, after), (first, second) = (h[:1], h[1:]), (chord[:1], chord[1:])
    slope = ((2 * h + after) * first - h * second) / (h + after)
    bent = (np.sign(first) != np.sign(second)) & (np.abs(slope) > 3 * np.abs(first))
    return np.where(np.sign(slope) != np.sign(first), 0, np.where(bent, 3 * first, slope))


def akima_slopes(chord: Array, modified: bool) -> Array:
    """Means of neighbouring chords, each weighted by how much the two chords on the other side differ."""
    if len(chord) == 1:
        return np.concatenate([chord, chord])
    for _ in range(2):
        chord = np.concatenate([2 * chord[:1] - chord[1:2], chord, 2 * chord[-1:] - chord[-2:-1]])
    change = np.abs(np.diff(chord, axis=0))
    if modified:
        change = change + np.abs(chord[1:] + chord[:-1]) / 2
    after, before = change[2:], change[:-2]
    defined = after + before > 1e-9 * np.max(after + before, initial=-np.inf)
    weight = before / np.where(defined, after + before, 1)
    return np.where(defined, chord[1:-2] + weight * (chord[2:-1] - chord[1:-2]), (chord[3:] + chord[:-3]) / 2)


def spline_slopes(h: Array, chord: Array, conditions: list[Any]) -> Array:
    """The slopes that make second derivatives continuous: a tridiagonal system, one equation a knot."""
    column = beside(h, chord)
    diagonal, right = 2 * (h[:-1] + h[1:]), 3 * (column[1:] * chord[:-1] + column[:-1] * chord[1:])
    if len(h) == 2 and conditions == ["not-a-knot"] * 2:
        conditions = ["parabola"] * 2
    first, above, b = end_equation(conditions[0], h[:2], chord[:2], -0.5)
    last, below, d = end_equation(conditions[1], h[:-3:-1], chord[:-3:-1], 0.5)
    return tridiagonal(np.concatenate([h[1:], below[None]]), np.concatenate([first[None], diagonal, last[None]]),
                       np.concatenate([above[None], h[:-1]]), np.concatenate([b[None], right, d[None]]))


def end_equation(condition: Any, h: Array, chord: Array, half: float) -> tuple[Array, Array, Array]:
    """At an end: the factors of the slope there and of the next one, and the right side."""
    if condition == "parabola":
        return np.ones_like(h[0]), np.ones_like(h[0]), 2 * chord[0]
    if condition == "not-a-knot":
        both = h[0] + h[1]
        return h[1], both, ((h[0] + 2 * both) * h[1] * chord[0] + h[0] ** 2 * chord[1]) / both
    order, value = condition
    if order == 1:
        return np.ones_like(h[0]), np.zeros_like(h[0]), value + np.zeros_like(chord[0])
    return 2 * h[0], h[0], half * value * h[0] ** 2 + 3 * h[0] * chord[0]


def periodic_slopes(h: Array, chord: Array) -> Array:
    """The same equations in a circle."""
    previous, column = np.roll(h, 1), beside(h, chord)
    right = 3 * (column * np.roll(chord, 1, axis=0) + np.roll(column, 1, axis=0) * chord)
    slopes = solve_circular(np.stack([h, 2 * (previous + h), previous], axis=1), right)
    return np.concatenate([slopes, slopes[:1]])


def refuse_open(name: str, y: Array, axis: int) -> None:
    """Raise for values that do not end as they began."""
    if not np.allclose(values_of(y[0]), values_of(y[-1]), rtol=1e-15, atol=1e-15):
        raise ValueError(f"{name}(bc_type='periodic') takes values that begin and end alike along axis {axis}; close "
                         "them with np.concatenate([y, y[:1]])")


def conditions_of(bc_type: Any, y: Array, axis: int) -> list[Any]:
    """The condition at each end: "not-a-knot", "periodic", or the order and value of a derivative."""
    if isinstance(bc_type, str):
        bc_type = (bc_type, bc_type)
        if bc_type[0] == "periodic":
            refuse_open("CubicSpline", y, axis)
            return ["periodic", "periodic"]
    named = {"clamped": (1, 0.0), "natural": (2, 0.0), "not-a-knot": "not-a-knot"}
    out = []
    for condition in bc_type if len(bc_type) == 2 else (None,):
        if isinstance(condition, str) and condition in named:
            out.append(named[condition])
        elif isinstance(condition, (tuple, list)) and len(condition) == 2 and condition[0] in (1, 2):
            (value,) = arrays_of(condition[1:])
            if value.shape != y.shape[1:]:
                raise ValueError(f"CubicSpline takes a derivative of shape {y.shape[1:]} at an end, got {value.shape}")
            out.append((condition[0], value))
        else:
            raise ValueError("CubicSpline takes bc_type='periodic', 'not-a-knot', 'clamped' or 'natural', or for each "
                             f"end one of the last three or (order 1 or 2, derivative), got {bc_type!r}")
    return out


# --- Twins -----------------------------------------------------------------------------------------------------------


@twin_class(si.PPoly, PiecewisePolynomial)
def PPoly(c: Any, x: Any, extrapolate: Any = None, axis: int = 0) -> PiecewisePolynomial:
    """sum_m c[m, i] (x - x_i)^(k - m) on the piece from breakpoint x_i, as `scipy.interpolate.PPoly`.

    `c` has the shape (k + 1, pieces, ...), `x` (pieces + 1,); differentiable in both, and in the points it is given.
    """
    c, x = doubles(c, x)
    if not 0 <= axis < c.ndim - 1 or x.ndim != 1 or len(x) < 2 or c.shape[axis + 1] != len(x) - 1:
        raise ValueError("PPoly takes two or more breakpoints x and coefficients of shape (..., degree + 1, "
                         f"len(x) - 1, ...), the degree at `axis`, got {x.shape}, {c.shape} and axis={axis}")
    steps = np.diff(values_of(x))
    if not (np.all(steps >= 0) or np.all(steps <= 0)):
        raise ValueError("PPoly takes breakpoints x in increasing or in decreasing order")
    return PiecewisePolynomial(x, np.moveaxis(c, (axis, axis + 1), (0, 1)), extrapolate, axis)


@twin_class(si.CubicHermiteSpline, PiecewisePolynomial)
def CubicHermiteSpline(x: Any, y: Any, dydx: Any, axis: int = 0, extrapolate: Any = None) -> PiecewisePolynomial:
    """The cubics through values `y` with slopes `dydx` at the knots `x`, as `scipy.interpolate.CubicHermiteSpline`.

    `x` (n,), `y` and `dydx` n along `axis`; differentiable in all three, and in the points it is called with.
    """
    x, y, slopes = checked("CubicHermiteSpline", x, y, dydx, axis=axis)
    return hermite(x, y, slopes, extrapolate, axis, y.ndim)


@twin_class(si.PchipInterpolator, PiecewisePolynomial)
def PchipInterpolator(x: Any, y: Any, axis: int = 0, extrapolate: Any = None) -> PiecewisePolynomial:
    """The monotone cubics through values `y` at the knots `x`, as `scipy.interpolate.PchipInterpolator`.

    The slopes are weighted harmonic means of neighbouring chords, 0 where these differ in sign; `y` has n along `axis`.
    Source: Fritsch & Butland, "A method for constructing local monotone piecewise cubic interpolants", 1984.
    """
    x, y = real_checked("PchipInterpolator", x, y, axis=axis)
    h = beside(np.diff(x), y)
    return hermite(x, y, monotone_slopes(h, np.diff(y, axis=0) / h), extrapolate, axis, y.ndim)


@twin_class(si.Akima1DInterpolator, PiecewisePolynomial)
def Akima1DInterpolator(x: Any, y: Any, axis: int = 0, *, method: str = "akima",
                        extrapolate: Any = None) -> PiecewisePolynomial:
    """Akima's cubics through values `y` at the knots `x`, as `scipy.interpolate.Akima1DInterpolator`.

    Slopes are means of neighbouring chords, each weighted by how much the two chords on the other side differ; `method`
    is "akima" or "makima". `x` (n,), `y` n along `axis`. Source: Akima, J. ACM 17, 1970.
    """
    if method not in ("akima", "makima"):
        raise NotImplementedError(f"Akima1DInterpolator takes the methods akima and makima, got {method!r}")
    x, y = real_checked("Akima1DInterpolator", x, y, axis=axis)
    slopes = akima_slopes(np.diff(y, axis=0) / beside(np.diff(x), y), method == "makima")
    return hermite(x, y, slopes, False if extrapolate is None else extrapolate, axis, y.ndim)


@twin_class(si.CubicSpline, PiecewisePolynomial)
def CubicSpline(x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot",
                extrapolate: Any = None) -> PiecewisePolynomial:
    """The cubics through values `y` at the knots `x` with continuous second derivatives, as SciPy's `CubicSpline`.

    The slopes solve a tridiagonal system, one equation a knot; `bc_type` closes it at the ends. `x` (n,), `y` n along
    `axis`; differentiable in both, and in the points it is called with. Source: de Boor, A Practical Guide to Splines.
    """
    x, y = checked("CubicSpline", x, y, axis=axis)
    conditions, h = conditions_of(bc_type, y, axis), np.diff(x)
    periodic = conditions[0] == "periodic"
    chord = np.diff(y, axis=0) / beside(h, y)
    if len(h) == 1:
        conditions = [(1, chord[0]) if isinstance(c, str) else c for c in conditions]
    slopes = periodic_slopes(h, chord) if periodic and len(h) > 1 else spline_slopes(h, chord, conditions)
    extrapolate = ("periodic" if periodic else True) if extrapolate is None else extrapolate
    return hermite(x, y, slopes, extrapolate, axis, y.ndim)


real_only.update((si.PchipInterpolator, si.Akima1DInterpolator))

"""Piecewise polynomials of given coefficients, and cubic ones through data: a choice of slopes at the knots."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.interpolate as si

from autograd.arguments import arrays_of
from autograd.duck_arrays import Array
from autograd.scipy.takes_tensors import twin_class
from autograd.tensor.nested import values_of

from .data import checked, real_checked, refuse_open
from .piecewise import PiecewisePolynomial, beside, doubles
from .slopes import akima_slopes, monotone_slopes, periodic_slopes, spline_slopes


def hermite(x: Array, y: Array, slopes: Array, extrapolate: Any, axis: int, ndim: int) -> PiecewisePolynomial:
    """The cubics that have values y and these slopes at both ends of each piece."""
    h = beside(np.diff(x), y)
    chord = np.diff(y, axis=0) / h
    excess = (slopes[:-1] + slopes[1:] - 2 * chord) / h
    c = np.stack([excess / h, (chord - slopes[:-1]) / h - excess, slopes[:-1], y[:-1]])
    return PiecewisePolynomial(x, c, extrapolate, axis % ndim)


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


@twin_class(si.PchipInterpolator, PiecewisePolynomial, real=True)
def PchipInterpolator(x: Any, y: Any, axis: int = 0, extrapolate: Any = None) -> PiecewisePolynomial:
    """The monotone cubics through values `y` at the knots `x`, as `scipy.interpolate.PchipInterpolator`.

    The slopes are weighted harmonic means of neighbouring chords, 0 where these differ in sign; `y` has n along `axis`.
    Source: Fritsch & Butland, "A method for constructing local monotone piecewise cubic interpolants", 1984.
    """
    x, y = real_checked("PchipInterpolator", x, y, axis=axis)
    h = beside(np.diff(x), y)
    return hermite(x, y, monotone_slopes(h, np.diff(y, axis=0) / h), extrapolate, axis, y.ndim)


@twin_class(si.Akima1DInterpolator, PiecewisePolynomial, real=True)
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

    The slopes solve a tridiagonal system, one equation per knot; `bc_type` closes it at the ends. `x` (n,), `y` n along
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

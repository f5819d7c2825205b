"""The twins of `scipy.interpolate`: data with increasing knots, read at points between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.interpolate as si

from autograd.duck_arrays import Array
from autograd.scipy import interpolate

from .rows import UNIT, Operand, Table

table = Table()
on = table.on

gaps, shares = Operand((6,), UNIT), Operand((2, 2), UNIT)
values = Operand((6,), (-1.0, 1.0), "distinct")


def knots(gaps: Array) -> Array:
    """Each in the first half of the way from one whole number to the next."""
    return np.arange(len(gaps)) + 0.4 * np.real(gaps)


def between(size: int, shares: Array) -> Array:
    """Points in the second halves, in the middle of the knots: no difference leaves its piece."""
    return np.arange(shares.size).reshape(shares.shape) + (size - shares.size) // 2 + 0.5 + 0.4 * np.real(shares)


def through(make: Callable[..., Any]) -> Callable[..., Any]:
    """The curve that is made of knots and values, at points between the knots."""
    def call(gaps: Array, y: Array, shares: Array) -> Any:
        return make(knots(gaps), y)(between(len(gaps), shares))

    return call


for name in ("CubicSpline", "PchipInterpolator", "Akima1DInterpolator", "make_interp_spline"):
    on(getattr(si, name), gaps, values, shares, call=through(getattr(interpolate, name)),
       complex=name in ("CubicSpline", "make_interp_spline"))
on(si.CubicHermiteSpline, gaps, values, shares, complex=True,
   call=through(lambda x, y: interpolate.CubicHermiteSpline(x, y, np.sin(y))))
on(si.InterpolatedUnivariateSpline, gaps, values, shares, call=through(interpolate.InterpolatedUnivariateSpline))
on(si.UnivariateSpline, gaps, values, shares, call=through(lambda x, y: interpolate.UnivariateSpline(x, y, s=0)))
on(si.splrep, gaps, values, call=lambda gaps, y: interpolate.splrep(knots(gaps), y)[:2])
on(si.splev, Operand((10,), UNIT), values, shares,
   call=through(lambda t, c: lambda at: interpolate.splev(at, (t, c, 3))))
on(si.interp1d, gaps, values, shares, complex=True, call={
    kind: through(lambda x, y, kind=kind: interpolate.interp1d(x, y, kind, fill_value="extrapolate"))
    for kind in ("linear", "quadratic")})
on(si.PPoly, gaps, Operand((3, 5)), shares, complex=True, call=through(lambda x, c: interpolate.PPoly(c, x)))
on(si.BSpline, Operand((10,), UNIT), values, shares, complex=True,
   call=through(lambda t, c: interpolate.BSpline(t, c, 3)))
on(si.RegularGridInterpolator, gaps, Operand((6, 6, 2)), shares, complex=True, call=through(
    lambda x, v: lambda at: interpolate.RegularGridInterpolator((x, x), v, bounds_error=False, fill_value=None)(at)))
on(si.RectBivariateSpline, gaps, Operand((6, 6)), shares, call={
    f"grid={grid}": through(lambda x, z, grid=grid: lambda at: interpolate.RectBivariateSpline(x, x, z)(
        at[0], at[1], grid=grid)) for grid in (False, True)})
on(si.make_lsq_spline, gaps, Operand((6, 2)), shares, Operand((6,), (0.5, 2.0)), complex=True,
   call=lambda gaps, y, shares, w: interpolate.make_lsq_spline(
       knots(gaps), y, np.array([0.0] * 4 + [2.7] + [5.4] * 4), 3, np.real(w))(between(6, shares)))
on(si.make_smoothing_spline, gaps, Operand((6, 2)), shares, Operand((6,), (0.5, 2.0)), Operand((), UNIT),
   call=lambda gaps, y, shares, w, lam: interpolate.make_smoothing_spline(
       knots(gaps), y, w, lam)(between(6, shares)))
CORNERS = np.array([[0.0, 0.0], [4.0, 0.1], [0.2, 4.1], [4.2, 4.0], [2.1, 1.8], [0.5, 2.2]])
on(si.LinearNDInterpolator, Operand((6, 2), (-0.1, 0.1)), Operand((6, 2)), Operand((3, 2), (1.0, 3.0)), complex=True,
   call=lambda moved, v, at: interpolate.LinearNDInterpolator(CORNERS + np.real(moved), v)(np.real(at)))
on(si.RBFInterpolator, Operand((6, 2), (-0.1, 0.1)), Operand((6, 2)), Operand((3, 2), (1.0, 3.0)), complex=True, call={
    f"neighbors={n}": lambda moved, v, at, n=n: interpolate.RBFInterpolator(CORNERS + np.real(moved), v, n)(np.real(at))
    for n in (None, 4)})
on(si.interpn, gaps, Operand((6, 2)), Operand((3, 1), UNIT), complex=True, call=through(
    lambda x, v: lambda at: interpolate.interpn((x,), v, at, bounds_error=False, fill_value=None)))

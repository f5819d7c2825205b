"""Tables on grids that are read between their points: `RegularGridInterpolator` and `interpn`.

A sum over the corners of a cell, or a product of splines, one per axis: the cell of a point is found from its value and
held constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np
import scipy.interpolate as si

from autograd.arguments import array_of
from autograd.arrays import floating, one_of
from autograd.duck_arrays import Array
from autograd.primitive import wrap
from autograd.scipy.takes_tensors import twin_class
from autograd.scipy.twin import twin
from autograd.tensor.nested import values_of

from .b_splines import Spline, de_boor
from .cubic import PchipInterpolator
from .piecewise import beside, doubles, piece_of
from .splines import make_interp_spline

DEGREES = {"slinear": 1, "cubic": 3, "quintic": 5}
LEGACY = {f"{name}_legacy": name for name in DEGREES}
"""SciPy has an older algorithm for these; here the current one computes them."""
METHODS = ["linear", "nearest", "pchip", *DEGREES, *LEGACY]


def refuse_few(grid: Sequence[Array], k: int) -> None:
    """Raise unless every axis has the points that polynomials of degree k take."""
    for i, x in enumerate(grid):
        if len(x) <= k:
            raise ValueError(f"RegularGridInterpolator of degree {k} takes {k + 1} or more points along each axis, got "
                             f"{len(x)} in dimension {i}")


class Product:
    """A sum of products of B-splines of degree k, one for each axis, through values on a grid."""

    def __init__(self, grid: Sequence[Array], values: Array, k: int) -> None:
        refuse_few(grid, k)
        self.knots, self.c, self.k = [], values, k
        for i, x in enumerate(grid):
            spline = make_interp_spline(x, self.c, k, axis=i)
            self.knots.append(spline.t)
            self.c = np.moveaxis(spline.c, 0, i)

    def at(self, columns: Sequence[Array], nu: Sequence[int]) -> Array:
        """The values, or derivatives, of the coefficients around each point, taken up one axis after the other."""
        c, count, axes, around = self.c, len(nu), [], []
        for i, (t, points, order) in enumerate(zip(self.knots, columns, nu, strict=True)):
            t, part, k = Spline(t, np.moveaxis(c, i, 0), self.k).derivative(order).tck
            c, place = np.moveaxis(part, 0, i), piece_of(t, points, k)
            axes.append((t, k, points, place))
            neighbours = np.arange(k + 1).reshape(-1, *(1,) * (count - 1 - i))
            around.append(place.reshape(-1, *(1,) * count) - k + neighbours)
        out = c[tuple(around)]
        for t, k, points, place in axes:
            out = de_boor(t, k, points, place, [out[:, j] for j in range(k + 1)])
        return out


def one_axis_after_the_other(grid: Sequence[Array], values: Array, columns: Sequence[Array]) -> Array:
    """Monotone cubics along the last axis, then along each one before it, of the values that came out for a point."""
    count = len(grid)
    out = PchipInterpolator(grid[-1], values, axis=count - 1)(columns[-1])
    out = np.moveaxis(out, count - 1, 0)
    for i in range(count - 2, -1, -1):
        out = PchipInterpolator(grid[i], np.moveaxis(out, i + 1, 0)).at_own(columns[i])
    return out


class Grid:
    """`RegularGridInterpolator` in NumPy calls."""

    def __init__(self, grid: Any, values: Any, method: str, bounds_error: bool, fill_value: Any) -> None:
        self.grid, values = doubles(*grid), floating(wrap(array_of(values)))
        one_of("method", method, METHODS)
        self.method, self.bounds_error, self.fill_value = method, bounds_error, fill_value
        shapes = [p.shape for p in self.grid]
        if any(len(s) != 1 for s in shapes) or tuple(s[0] for s in shapes) != values.shape[: len(shapes)]:
            raise ValueError("RegularGridInterpolator takes a vector of points for each of the first axes of its values"
                             f", got {', '.join(map(str, shapes))} for values of shape {values.shape}")
        for i, p in enumerate(self.grid):
            steps = np.diff(values_of(p))
            if np.all(steps < 0) and steps.size:
                self.grid[i], values = np.flip(p), np.flip(values, i)
            elif not np.all(steps > 0):
                raise ValueError("RegularGridInterpolator takes points that increase or decrease strictly, not so in "
                                 f"dimension {i}")
        self.values = values
        self.splines = Product(self.grid, values, DEGREES[method]) if method in DEGREES else None

    def __call__(self, xi: Any, method: str | None = None, *, nu: Any = None) -> Any:
        """The values at points, whose coordinates are the last axis of an array, or arrays that broadcast."""
        method, count = self.method if method is None else method, len(self.grid)
        one_of("method", method, METHODS)
        if nu is not None and (method not in DEGREES or np.shape(nu) != (count,) or min(nu) < 0):
            raise ValueError("RegularGridInterpolator takes as nu an order for each axis, with the methods "
                             f"{', '.join(DEGREES)}, got {nu!r} with {method!r}")
        xi = coordinates(xi, count)
        columns = [xi[..., i].reshape(-1) for i in range(count)]
        unknown = np.any(np.isnan(xi), axis=-1).reshape(-1)
        outside = sum((p < g[0]) | (p > g[-1]) for p, g in zip(columns, self.grid, strict=True)) > 0
        if self.bounds_error and np.any(values_of(outside | unknown)):
            raise ValueError("RegularGridInterpolator takes points inside of its grid, got some outside; give "
                             "bounds_error=False and a fill_value, or fill_value=None to extrapolate")
        away = unknown if self.fill_value is None else unknown | outside
        columns = [np.where(away, g[0], p) for g, p in zip(self.grid, columns, strict=True)]
        out = self.at(columns, LEGACY.get(method, method), (0,) * count if nu is None else nu)
        if not self.bounds_error and self.fill_value is not None:
            out = np.where(beside(outside, out), self.fill_value, out).astype(out.dtype)
        return np.where(beside(unknown, out), np.nan, out).astype(out.dtype).reshape(xi.shape[:-1] + out.shape[1:])

    def at(self, columns: list[Array], method: str, nu: Sequence[int]) -> Array:
        """The values, or derivatives, at points with these coordinates."""
        if method in DEGREES:
            splines = self.splines if method == self.method else None
            return (splines or Product(self.grid, self.values, DEGREES[method])).at(columns, nu)
        if method == "pchip":
            refuse_few(self.grid, 3)
            return one_axis_after_the_other(self.grid, self.values, columns).astype(self.values.dtype)
        cells = [cell_of(g, p) for g, p in zip(self.grid, columns, strict=True)]
        if method == "nearest":
            return self.values[tuple(np.where(share <= 0.5, low, high) for low, high, share in cells)]
        out: Array = 0.0
        for corner in product((0, 1), repeat=len(cells)):
            chosen = list(zip(corner, cells, strict=True))
            weight = prod(share if up else 1 - share for up, (_, _, share) in chosen)
            value = self.values[tuple(cell[up] for up, cell in chosen)]
            out = out + value * beside(weight, value)
        return out


@twin_class(si.RegularGridInterpolator, Grid)
def RegularGridInterpolator(points: Any, values: Any, method: str = "linear", bounds_error: bool = True,
                            fill_value: Any = np.nan, *, solver: Any = None, solver_args: Any = None) -> Grid:
    """A table on a grid, read between its points: as `scipy.interpolate.RegularGridInterpolator`.

    "linear" is the mean of the corners of a point's cell, weighted by the product of its shares of the way along each
    axis; "nearest" is constant around a corner; "slinear", "cubic" and "quintic" are products of splines, "pchip"
    monotone cubics. Differentiable in `points`, `values` and the points it is called with.
    """
    if solver is not None or solver_args:
        raise ValueError(f"RegularGridInterpolator of tensors takes no solver, got {solver!r} with {solver_args}; "
                         "splines are found exactly")
    return Grid(points, values, method, bounds_error, fill_value)


def cell_of(grid: Array, points: Array) -> tuple[Array, Array, Array]:
    """The positions of the ends of the cell that each point is in, and its share of the way between them."""
    if len(grid) == 1:
        only: Array = np.zeros(points.shape, int)
        return only, only, np.zeros_like(points)
    low = piece_of(grid, points)
    return low, low + 1, (points - grid[low]) / (grid[low + 1] - grid[low])


def coordinates(xi: Any, count: int) -> Array:
    """Points as one array whose last axis has `count` coordinates."""
    if isinstance(xi, tuple) and len(xi) > 1:
        out = np.stack(np.broadcast_arrays(*doubles(*xi)), axis=-1)
    else:
        (out,) = doubles(*(xi if isinstance(xi, tuple) else (xi,)))
        out = out.reshape(-1, count) if out.ndim == 1 else out
    if not out.ndim or out.shape[-1] != count:
        raise ValueError(f"RegularGridInterpolator of {count} dimensions takes points of {count} coordinates in the "
                         f"last axis, got shape {out.shape}")
    return out


@twin(si.interpn)
def interpn(points: Any, values: Any, xi: Any, method: str = "linear", bounds_error: bool = True,
            fill_value: Any = np.nan) -> Any:
    """`RegularGridInterpolator(points, values, ...)(xi)`."""
    return Grid(points, values, method, bounds_error, fill_value)(xi)

"""Tables that are read between their entries: `interp1d` in one variable, `RegularGridInterpolator` in several."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np
import scipy.interpolate as si

from autograd.arguments import array_of, arrays_of
from autograd.arrays import floating
from autograd.primitive import wrap
from autograd.scipy.takes_tensors import TakesTensors, twin_class
from autograd.scipy.twin import twin
from autograd.tensor.nested import values_of

from .piecewise import PiecewisePolynomial, beside, doubles
from .splines import make_interp_spline

Array = Any
DEGREES = {"zero": 0, "slinear": 1, "quadratic": 2, "cubic": 3}
STEPS = {"nearest", "nearest-up", "previous", "next"}


# --- One variable ----------------------------------------------------------------------------------------------------


class Tables(TakesTensors):
    """What SciPy's `interp1d` is, which keeps no `kind`."""

    def __init__(self, x: Any, y: Any, kind: Any = "linear", *args: Any, **options: Any) -> None:
        super().__init__(x, y, kind, *args, **options)  # type: ignore[call-arg]  # SciPy's class comes after this one
        self.kind = kind


class Table:
    """`interp1d` in NumPy calls: a value, or its slope, is constant between two entries, or it is that of a spline."""

    def __init__(self, x: Any, y: Any, kind: Any, axis: int, bounds_error: Any, fill_value: Any, *,
                 assume_sorted: bool = True) -> None:
        x, y = wrap(arrays_of((x, y)))
        if not (kind in ("linear", *STEPS, *DEGREES) or isinstance(kind, int)):
            raise NotImplementedError(f"interp1d takes the kinds linear, {', '.join(sorted(STEPS | DEGREES.keys()))} "
                                      f"and degrees, got {kind!r}")
        if x.ndim != 1 or not y.ndim or len(x) != y.shape[axis] or not len(x):
            raise ValueError(f"interp1d takes a vector x and as many values along axis {axis}, got shapes {x.shape} "
                             f"and {y.shape}")
        y = np.moveaxis(floating(y), axis, 0)
        if not assume_sorted:
            order = np.argsort(x, kind="stable")
            x, y = x[order], y[order]
        self.x, self.y, self.kind, self.axis = x, y, kind, axis % y.ndim
        self.extrapolate = isinstance(fill_value, str) and fill_value == "extrapolate"
        if self.extrapolate and bounds_error:
            raise ValueError("interp1d takes bounds_error=True or fill_value='extrapolate', not both")
        self.bounds_error = not self.extrapolate if bounds_error is None else bounds_error
        if self.extrapolate and kind in ("previous", "next"):
            self.extrapolate = False
            fill_value = (np.nan, y[-1]) if kind == "previous" else (y[0], np.nan)
        self.fill_value = fill_value if isinstance(fill_value, tuple) and len(fill_value) == 2 else (fill_value,) * 2

    def __call__(self, x: Any) -> Any:
        """The values at points of any shape, which stands in the place of `axis`."""
        x = wrap(array_of(x))
        points = x.reshape(-1) if x.dtype.kind == "f" else x.reshape(-1).astype(float)
        out, low, high = self.at(points), points < self.x[0], points > self.x[-1]
        if self.bounds_error and np.any(values_of(low | high)):
            raise ValueError(f"interp1d takes points between {values_of(self.x[0])} and {values_of(self.x[-1])}, got "
                             "some outside; give fill_value='extrapolate', or bounds_error=False and a fill_value")
        if not self.extrapolate:
            for outside, fill in zip((low, high), arrays_of(self.fill_value), strict=True):
                out = np.where(beside(outside, out), fill.astype(out.dtype), out)
        out = out.reshape(x.shape + out.shape[1:])
        return np.moveaxis(out, range(x.ndim), range(self.axis, self.axis + x.ndim))

    def at(self, points: Array) -> Array:
        """The values at a vector of points."""
        x, y, kind = self.x, self.y, self.kind
        if kind == "linear":
            slopes = np.diff(y, axis=0) / beside(np.diff(x), y)
            line = PiecewisePolynomial(x, np.stack([slopes, y[:-1]]))
            return line(points).astype(np.result_type(y.dtype, x.dtype, points.dtype))
        if kind not in STEPS:
            return make_interp_spline(x, y, DEGREES.get(kind, kind))(points)
        if kind.startswith("nearest"):
            middles = x[1:] / 2 + x[:-1] / 2
            return y[np.searchsorted(middles, points, side="left" if kind == "nearest" else "right")]
        at_or_before = np.searchsorted(x, points, side="right") - 1
        return y[np.clip(at_or_before if kind == "previous" else np.searchsorted(x, points), 0, len(x) - 1)]


@twin_class(si.interp1d, Table, Tables)
def interp1d(x: Any, y: Any, kind: Any = "linear", axis: int = -1, copy: Any = True, bounds_error: Any = None,
             fill_value: Any = np.nan, assume_sorted: bool = False) -> Table:
    """A table of values `y` at `x`, read between its entries as `kind` says: as `scipy.interpolate.interp1d`.

    Between x_i and x_(i+1) "linear" is y_i + (y_(i+1) - y_i) (x - x_i) / (x_(i+1) - x_i); "nearest", "nearest-up",
    "previous" and "next" are constant; "zero", "slinear", "quadratic", "cubic" and integers are splines.
    """
    return Table(x, y, kind, axis, bounds_error, fill_value, assume_sorted=assume_sorted)


# --- Several variables -----------------------------------------------------------------------------------------------


class Grid:
    """`RegularGridInterpolator` in NumPy calls: a mean of the corners of the cell that a point is in."""

    def __init__(self, grid: Any, values: Any, method: str, bounds_error: bool, fill_value: Any) -> None:
        self.grid, values = doubles(*grid), floating(wrap(array_of(values)))
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

    def __call__(self, xi: Any, method: str | None = None, *, nu: Any = None) -> Any:
        """The values at points, whose coordinates are the last axis of an array, or arrays that broadcast."""
        method, count = self.method if method is None else method, len(self.grid)
        if method not in ("linear", "nearest"):
            raise ValueError(f"RegularGridInterpolator of tensors takes the methods linear and nearest, got {method!r}"
                             "; go along one axis after the other with make_interp_spline(x, values, axis=...)")
        if nu is not None:
            raise ValueError(f"RegularGridInterpolator of tensors takes no nu, got {nu!r}; differentiate in the points")
        xi = coordinates(xi, count)
        columns = [xi[..., i].reshape(-1) for i in range(count)]
        unknown = np.isnan(sum(columns))
        columns = [np.where(unknown, g[0], p) for g, p in zip(self.grid, columns, strict=True)]
        sides = [(p < g[0], p > g[-1]) for p, g in zip(columns, self.grid, strict=True)]
        outside = sum(low | high for low, high in sides) > 0
        if self.bounds_error and np.any(values_of(outside | unknown)):
            raise ValueError("RegularGridInterpolator takes points inside of its grid, got some outside; give "
                             "bounds_error=False and a fill_value, or fill_value=None to extrapolate")
        out = self.at(columns, method)
        if not self.bounds_error and self.fill_value is not None:
            out = np.where(beside(outside, out), self.fill_value, out).astype(out.dtype)
        return np.where(beside(unknown, out), np.nan, out).astype(out.dtype).reshape(xi.shape[:-1] + out.shape[1:])

    def at(self, columns: list[Array], method: str) -> Array:
        """The values at points with these coordinates."""
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
    axis; "nearest" is constant around a corner. Differentiable in `points`, `values` and the points it is called with.
    """
    if solver is not None or solver_args:
        raise ValueError(f"RegularGridInterpolator of tensors takes no solver, got {solver!r} with {solver_args}")
    return Grid(points, values, method, bounds_error, fill_value)


def cell_of(grid: Array, points: Array) -> tuple[Array, Array, Array]:
    """The positions of the ends of the cell that each point is in, and its share of the way between them."""
    if len(grid) == 1:
        only: Array = np.zeros(points.shape, int)
        return only, only, np.zeros_like(points)
    low: Array = np.clip(np.searchsorted(grid, points, side="right") - 1, 0, len(grid) - 2)
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

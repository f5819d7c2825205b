"""Surfaces in FITPACK's form: products of splines in two variables (Dierckx, 1993)."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.interpolate as si

from autograd.arguments import arrays_of
from autograd.duck_arrays import Array
from autograd.primitive import wrap
from autograd.scipy.takes_tensors import twin_class

from .b_splines import Spline
from .fitpack import refuse_smoothing, through
from .piecewise import doubles


class Surface:
    """SciPy's `RectBivariateSpline` in NumPy calls: a curve in y of curves in x; outside as at its edge."""

    def __init__(self, tck: tuple[Any, Any, Any], degrees: tuple[int, int]) -> None:
        self.tx, self.ty, c = doubles(*tck[:3])
        self.kx, self.ky = degrees
        self.c = c.reshape(len(self.tx) - self.kx - 1, len(self.ty) - self.ky - 1)

    def __call__(self, x: Any, y: Any, dx: int = 0, dy: int = 0, grid: bool = True) -> Any:
        """The values, or derivatives, on the grid of the vectors x and y, or at points that broadcast."""
        x, y = doubles(x, y)
        shape = (x.size, y.size) if grid else np.broadcast_shapes(x.shape, y.shape)
        x, y = (p.reshape(-1) if grid else np.broadcast_to(p, shape).reshape(-1) for p in (x, y))
        lines = inside(Spline(self.ty, self.c.T, self.ky), y, dy)
        curves = Spline(self.tx, lines.T, self.kx)
        if grid:
            return inside(curves, x, dx)
        return curves.derivative(dx).at_own(np.clip(x, *curves.bounds)).reshape(shape)

    def ev(self, xi: Any, yi: Any, dx: int = 0, dy: int = 0) -> Any:
        """The values, or derivatives, at points that broadcast."""
        return self(xi, yi, dx, dy, grid=False)

    def integral(self, xa: Any, xb: Any, ya: Any, yb: Any) -> Any:
        """The integral over a rectangle, where the surface counts as 0 outside the data."""
        strips = Spline(self.ty, self.c.T, self.ky).integrate(ya, yb, extrapolate=False)
        return Spline(self.tx, strips, self.kx).integrate(xa, xb, extrapolate=False)


def inside(spline: Spline, points: Array, nu: int) -> Array:
    """The nu-th derivatives at points, moved into the bounds."""
    return spline.derivative(nu).at(np.clip(points, *spline.bounds))


@twin_class(si.RectBivariateSpline, Surface, real=True)
def RectBivariateSpline(x: Any, y: Any, z: Any, bbox: Any = (None,) * 4, kx: int = 3, ky: int = 3, s: Any = 0,
                        maxit: int = 20) -> Surface:
    """The spline surface of degrees kx and ky through values `z` on a grid, as `scipy.interpolate.RectBivariateSpline`.

    `x` (m,), `y` (n,), `z` (m, n); differentiable in all three and in the points it is called with. Raises `ValueError`
    for tensors and s > 0. Source: Dierckx, "Curve and surface fitting with splines", 1993.
    """
    refuse_smoothing("RectBivariateSpline", s)
    x, y, z = wrap(arrays_of((x, y, z)))
    rows = through(x, z, kx, bbox[:2])
    columns = through(y, rows.c.T, ky, bbox[2:])
    return Surface((rows.t, columns.t, columns.c.T), (kx, ky))

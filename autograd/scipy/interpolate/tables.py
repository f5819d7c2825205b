"""Tables of one variable that are read between their entries: `interp1d`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.interpolate as si

from autograd.arguments import array_of, arrays_of
from autograd.arrays import floating
from autograd.duck_arrays import Array
from autograd.primitive import wrap
from autograd.scipy.takes_tensors import TakesTensors, twin_class
from autograd.tensor.nested import values_of

from .piecewise import PiecewisePolynomial, beside
from .splines import make_interp_spline

DEGREES = {"zero": 0, "slinear": 1, "quadratic": 2, "cubic": 3}
STEPS = {"nearest", "nearest-up", "previous", "next"}


class TableOfArrays(TakesTensors):
    """SciPy's `interp1d`, which does not keep its `kind`."""

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
        if self.extrapolate and kind == "linear" and len(x) == 1:
            raise ValueError("interp1d extrapolates a line through two entries or more, got one; kind='nearest' is its "
                             "value everywhere")
        self.bounds_error = not self.extrapolate if bounds_error is None else bounds_error
        if self.extrapolate and kind in ("previous", "next"):
            self.extrapolate = False
            fill_value = (np.nan, y[-1]) if kind == "previous" else (y[0], np.nan)
        self.fill_value = fill_value if isinstance(fill_value, tuple) and len(fill_value) == 2 else (fill_value,) * 2
        rest = y.shape[1:] or (1,)
        for shape in [] if self.extrapolate else [fill.shape for fill in arrays_of(self.fill_value)]:
            if len(shape) > len(rest) or any(n not in (1, m) for n, m in zip(shape[::-1], rest[::-1], strict=False)):
                raise ValueError(f"interp1d takes a fill_value for each entry, of shape {rest} or one that broadcasts "
                                 f"to it, got {shape}; one below and another above are a tuple of two")

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
            out = (PiecewisePolynomial(x, np.stack([slopes, y[:-1]]))(points) if len(x) > 1
                   else y[np.zeros(points.shape, int)])  # the one entry, which is read at its place only
            return out.astype(np.result_type(y.dtype, x.dtype, points.dtype))
        if kind not in STEPS:
            return make_interp_spline(x, y, DEGREES.get(kind, kind))(points)
        if kind.startswith("nearest"):
            middles = x[1:] / 2 + x[:-1] / 2
            return y[np.searchsorted(middles, points, side="left" if kind == "nearest" else "right")]
        at_or_before = np.searchsorted(x, points, side="right") - 1
        return y[np.clip(at_or_before if kind == "previous" else np.searchsorted(x, points), 0, len(x) - 1)]


@twin_class(si.interp1d, Table, TableOfArrays)
def interp1d(x: Any, y: Any, kind: Any = "linear", axis: int = -1, copy: Any = True, bounds_error: Any = None,
             fill_value: Any = np.nan, assume_sorted: bool = False) -> Table:
    """A table of values `y` at `x`, read between its entries as `kind` says: as `scipy.interpolate.interp1d`.

    Between x_i and x_(i+1) "linear" is y_i + (y_(i+1) - y_i) (x - x_i) / (x_(i+1) - x_i); "nearest", "nearest-up",
    "previous" and "next" are constant; "zero", "slinear", "quadratic", "cubic" and integers are splines.
    """
    return Table(x, y, kind, axis, bounds_error, fill_value, assume_sorted=assume_sorted)

"""Curves in FITPACK's form: knots, coefficients and degree (Dierckx, Curve and surface fitting with splines, 1993).

Tensors as data are interpolated. A smoothing spline is differentiated only in the points at which it is read, since its
knots jump with the data.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.interpolate as si

from autograd.duck_arrays import Array
from autograd.scipy.takes_tensors import TakesTensors, twin_class
from autograd.scipy.twin import twin
from autograd.tensor.nested import values_of

from .b_splines import Spline
from .piecewise import beside, doubles
from .splines import knots_of, make_interp_spline

OUTSIDE = {0: 0, "extrapolate": 0, 1: 1, "zeros": 1, 2: 2, "raise": 2, 3: 3, "const": 3}


def through(x: Any, y: Any, k: int, ends: Any = (None, None), periodic: bool = False) -> Spline:
    """The spline through values at the sites x, whose outermost knots are the sites' or these ends."""
    x, y = doubles(x, y)
    if periodic:
        spline: Spline = make_interp_spline(x, np.concatenate([y[:-1], y[:1]]), k, bc_type="periodic")
    else:
        t = knots_of(x, k, False)
        first, last = (at if end is None else end for at, end in zip((x[0], x[-1]), ends, strict=True))
        t = np.concatenate([np.stack([first] * (k + 1)), t[k + 1 : -k - 1], np.stack([last] * (k + 1))])
        spline = make_interp_spline(x, y, k, t)
    return spline


def refuse_smoothing(name: str, s: Any) -> None:
    if s != 0:
        raise ValueError(f"{name} of tensors takes s=0, which is to interpolate, got s={s}: where a smoothing spline "
                         "has its knots depends on data by jumps; of arrays it can be read at points that are tensors")


def read(spline: Spline, x: Any, nu: int, ext: Any) -> Array:
    """The nu-th derivative at points of any shape; outside by the last pieces, 0, refused, or as at the end."""
    if not 0 <= nu <= spline.k or ext not in OUTSIDE:
        raise ValueError(f"a spline of degree {spline.k} has derivatives of the orders 0 to {spline.k}, and ext is one "
                         f"of {', '.join(map(repr, OUTSIDE))}, got {nu} and {ext!r}")
    (x,) = doubles(x)
    points, (start, end) = x.reshape(-1), spline.bounds
    outside = (points < start) | (points > end)
    if OUTSIDE[ext] == 2 and np.any(values_of(outside)):
        raise ValueError(f"a spline with ext=2 is read between {values_of(start)} and {values_of(end)}, got points "
                         "outside")
    if OUTSIDE[ext] == 3 and nu == 0:  # FITPACK's derivatives go on as those of the last pieces
        points = np.clip(points, start, end)
    out = spline.derivative(nu).at(points)
    return (np.where(beside(outside, out), 0, out) if OUTSIDE[ext] == 1 else out).reshape(x.shape)


@twin(si.splrep, real=True)
def splrep(x: Any, y: Any, w: Any = None, xb: Any = None, xe: Any = None, k: int = 3, task: int = 0, s: Any = None,
           t: Any = None, full_output: int = 0, per: int = 0, quiet: int = 1) -> tuple[Any, Any, int]:
    """Knots, coefficients and degree of the spline through the values; after the coefficients stand k + 1 zeros."""
    refuse_smoothing("splrep", "m - sqrt(2 m)" if s is None and w is not None else s or 0)
    if task or t is not None or full_output:
        raise ValueError(f"splrep of tensors takes no task, t and full_output, got {task}, {t} and {full_output}; "
                         "make_interp_spline takes knots")
    spline = through(x, y, k, (xb, xe), bool(per))
    return spline.t, np.concatenate([spline.c, np.zeros(k + 1)]), k


@twin(si.splev, real=True)
def splev(x: Any, tck: Any, der: int = 0, ext: int = 0) -> Any:
    """The values, or derivatives, of a curve of which `splrep` gave knots, coefficients and degree; or of several."""
    t, c, k = tck if isinstance(tck, (tuple, list)) else tck.tck
    if np.ndim(c[0]):
        return [splev(x, (t, part, k), der, ext) for part in c]
    return read(Spline(t, c, k), x, der, ext)


class Curve:
    """SciPy's `UnivariateSpline` in NumPy calls."""

    def __init__(self, _eval_args: tuple[Any, Any, int], ext: Any = 0) -> None:
        self.spline, self.ext = Spline(*_eval_args), ext

    def __call__(self, x: Any, nu: int = 0, ext: Any = None) -> Any:
        """The values, or the nu-th derivatives, at points of any shape."""
        out = read(self.spline, x, nu, self.ext if ext is None else ext)
        return out if out.size else out.reshape(0)  # as in SciPy

    def derivatives(self, x: Any) -> Any:
        """The value and all derivatives at a point."""
        return np.stack([self(x, nu) for nu in range(self.spline.k + 1)])

    def integral(self, a: Any, b: Any) -> Any:
        """The integral from a to b, where the curve counts as 0 outside the data."""
        return self.spline.integrate(a, b, extrapolate=False)

    def derivative(self, n: int = 1) -> Curve:
        """The curve of the n-th derivatives."""
        return Curve(self.spline.derivative(n).tck, 1 if OUTSIDE[self.ext] == 3 else self.ext)

    def antiderivative(self, n: int = 1) -> Curve:
        """The curve that has this one as its n-th derivative, and is 0 at the first knot."""
        return Curve(self.spline.antiderivative(n).tck, self.ext)


class CurveOfArrays(TakesTensors):
    """SciPy's `UnivariateSpline`, whose derivatives take tensors too."""

    def derivative(self, n: int = 1) -> Any:
        return self.again(super().derivative(n))  # type: ignore[misc]  # SciPy's class comes after this one

    def antiderivative(self, n: int = 1) -> Any:
        return self.again(super().antiderivative(n))  # type: ignore[misc]  # SciPy's class comes after this one

    def again(self, made: Any) -> Any:
        """SciPy's plain object as one of this class."""
        return type(self)._from_tck(made._eval_args, made.ext)  # type: ignore[attr-defined]  # SciPy's class has it


@twin_class(si.InterpolatedUnivariateSpline, Curve, CurveOfArrays, real=True)
def InterpolatedUnivariateSpline(x: Any, y: Any, w: Any = None, bbox: Any = (None, None), k: int = 3, ext: Any = 0,
                                 check_finite: bool = False) -> Curve:
    """The spline of degree k through values `y` at `x`, as `scipy.interpolate.InterpolatedUnivariateSpline`.

    `x` (n,) increases, `y` (n,); differentiable in both and in the points it is called with. `ext` says what it is
    outside of `bbox`. Source: Dierckx, "Curve and surface fitting with splines", 1993.
    """
    return Curve(through(x, y, k, bbox).tck, ext)


@twin_class(si.UnivariateSpline, Curve, CurveOfArrays, real=True)
def UnivariateSpline(x: Any, y: Any, w: Any = None, bbox: Any = (None, None), k: int = 3, s: Any = None, ext: Any = 0,
                     check_finite: bool = False) -> Curve:
    """A spline near values `y` at `x`, as `scipy.interpolate.UnivariateSpline`.

    For arrays it is differentiable in the points it is called with. For tensors it takes only s=0, interpolates the
    values, and is differentiable in `x` (n,) and `y` (n,) too; another s raises `ValueError`. Source: Dierckx, "Curve
    and surface fitting with splines", 1993.
    """
    refuse_smoothing("UnivariateSpline", "len(w)" if s is None else s)
    return Curve(through(x, y, k, bbox).tck, ext)

"""Twins of `scipy.interpolate`: splines and tables, differentiated in values, knots and points.

`CubicSpline(x, y)(points)` is called like SciPy's. From plain arrays it makes SciPy's own object, whose points may be
tensors; from tensors, a function that is defined in NumPy calls. At a knot the derivative is that from the right.
"""

from autograd.scipy.twin import no_twins_but_these

from .cubic import Akima1DInterpolator, CubicHermiteSpline, CubicSpline, PchipInterpolator, PPoly
from .fitpack import InterpolatedUnivariateSpline, UnivariateSpline, splev, splrep
from .fits import make_lsq_spline, make_smoothing_spline
from .grids import RegularGridInterpolator, interpn
from .radial import RBFInterpolator
from .scattered import LinearNDInterpolator
from .splines import BSpline, make_interp_spline
from .surfaces import RectBivariateSpline
from .tables import interp1d

__all__ = [
    "Akima1DInterpolator", "BSpline", "CubicHermiteSpline", "CubicSpline", "InterpolatedUnivariateSpline",
    "LinearNDInterpolator", "PPoly", "PchipInterpolator", "RBFInterpolator", "RectBivariateSpline",
    "RegularGridInterpolator", "UnivariateSpline", "interp1d", "interpn", "make_interp_spline", "make_lsq_spline",
    "make_smoothing_spline", "splev", "splrep",
]

__getattr__ = no_twins_but_these(
    __name__, griddata="LinearNDInterpolator(points, values)(xi) is its method 'linear'; ",
    pchip_interpolate="PchipInterpolator(xi, yi)(x, der) is the same; ")

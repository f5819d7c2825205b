"""B-splines: given by coefficients, or through data by a banded system of equations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.interpolate as si

from autograd.arguments import array_of
from autograd.duck_arrays import Array
from autograd.scipy.linalg import solve_banded
from autograd.scipy.takes_tensors import twin_class
from autograd.scipy.twin import twin
from autograd.tensor.nested import values_of

from .b_splines import Spline, basis
from .banded import band_of, solve_circular
from .data import checked, refuse_open
from .piecewise import doubles, piece_of


@twin_class(si.BSpline, Spline)
def BSpline(t: Any, c: Any, k: int, extrapolate: Any = True, axis: int = 0) -> Spline:
    """sum_j c_j B_j(x) with the B-splines of degree `k` on the knots `t`, as `scipy.interpolate.BSpline`.

    `c` has len(t) - k - 1 coefficients along `axis`; differentiable in `t`, `c` and the points it is called with.
    Source: de Boor, A Practical Guide to Splines, 1978, chapter X.
    """
    t, c = doubles(t, c)
    c = np.moveaxis(c, axis, 0)
    count = len(t) - k - 1
    if k < 0 or t.ndim != 1 or count < k + 1 or len(c) < count:
        raise ValueError("BSpline takes a degree k >= 0, 2 k + 2 or more knots t and len(t) - k - 1 or more "
                         f"coefficients, got k={k}, {len(t)} knots and {len(c)} coefficients")
    knots = values_of(t)
    if not np.all(np.isfinite(knots)) or np.any(np.diff(knots) < 0) or np.any(knots[..., k] == knots[..., count]):
        raise ValueError("BSpline takes finite knots that do not decrease, two of t[k:-k] at least different")
    return Spline(t, c, k, extrapolate, axis % c.ndim)


def of_arrays(make: Callable[..., Any]) -> Callable[..., Any]:
    """A function of SciPy's that makes a spline of arrays, whose points may be tensors."""

    def apply(*args: Any, **options: Any) -> Any:
        spline = make(*args, **options)
        return BSpline.construct_fast(*spline.tck, spline.extrapolate, spline.axis)

    return apply


@twin(si.make_interp_spline, of_arrays(si.make_interp_spline))
def make_interp_spline(x: Any, y: Any, k: int = 3, t: Any = None, bc_type: Any = None, axis: int = 0,
                       check_finite: bool = True) -> Any:
    """The spline of degree k through values y at the sites x; its knots t follow from x unless they are given."""
    x, y = checked("make_interp_spline", x, y, axis=axis)
    axis = axis % y.ndim
    if isinstance(bc_type, str) and bc_type == "periodic":
        refuse_open("make_interp_spline", y, axis)
        if t is not None:
            raise ValueError("make_interp_spline with bc_type='periodic' takes no knots t: they follow from x")
        if k > 1:
            return Spline(*on_a_circle(x, y, k), k, "periodic", axis)
        bc_type = None
    left, right = (derivatives_of(bc, y) for bc in ends_of(bc_type))
    if k <= 1 and t is None:
        if left or right:
            raise ValueError(f"make_interp_spline of degree {k} takes no bc_type: its values say all, got {bc_type!r}")
        return Spline(knots_of(x, k, True), y, k, axis=axis)
    t = knots_of(x, k, bool(left or right)) if t is None else doubles(t)[0]
    check_conditions(k, len(t) - k - 1, len(x), left, right)
    return Spline(t, coefficients(t, k, x, y, left, right), k, axis=axis)


Derivatives = list[tuple[int, Array]]  # orders and values


def check_conditions(k: int, unknowns: int, values: int, left: Derivatives, right: Derivatives) -> None:
    """Raise ValueError unless values and derivatives together are as many as the coefficients."""
    orders = [order for order, _ in left + right]
    if not all(0 <= order <= k for order in orders):
        raise ValueError(f"make_interp_spline of degree {k} takes derivatives of the orders 0 to {k} in bc_type, got "
                         f"{orders}")
    if unknowns - values != len(orders):
        raise ValueError(f"make_interp_spline has {unknowns} coefficients for {values} values, and so takes "
                         f"{unknowns - values} derivatives in bc_type, got {len(left)} + {len(right)}")


def coefficients(t: Array, k: int, x: Array, y: Array, left: Derivatives, right: Derivatives) -> Array:
    """The coefficients of the spline on the knots t, from an equation for each value and each derivative at an end."""
    size, place = len(t) - k - 1, piece_of(t, x, k)
    first = Spline(t, np.eye(size, k + 1), k)
    last = Spline(t, np.eye(size, k + 1, k + 1 - size), k)
    rows = [*[first(x[:1], order) for order, _ in left], basis(t, k, x, place),
            *[last(x[-1:], order) for order, _ in right]]
    starts = [np.zeros(len(left), int), place - k, np.full(len(right), size - k - 1)]
    sides = [*[value[None] for _, value in left], y, *[value[None] for _, value in right]]
    band, b = band_of(np.concatenate(rows), np.concatenate(starts), k), np.concatenate(sides)
    return solve_banded((k, k), band, b.reshape(size, -1)).reshape(b.shape)


def on_a_circle(x: Array, y: Array, k: int) -> tuple[Array, Array]:
    """Knots and coefficients of the spline that goes on as it began: both repeat with the period, the last of x."""
    count = len(x) - 1
    knots = x if k % 2 else np.concatenate([x[:1], (x[1:-1] + x[:-2]) / 2, x[-1:]])
    rounds, place = np.divmod(np.arange(-k, count + k + 1), count)
    t = knots[place] + rounds * (x[-1] - x[0])
    weights = basis(t, k, x[:-1], np.arange(count) + k)
    half = k // 2  # a value is a sum of 2 half + 1 terms: k + 1, or k at a knot, where x is for odd degrees
    c = solve_circular(weights[:, : 2 * half + 1], y[:-1])
    return t, c[(np.arange(count + k) - half) % count]


def ends_of(bc_type: Any) -> tuple[Any, Any]:
    if isinstance(bc_type, str):
        bc_type = None if bc_type == "not-a-knot" else (bc_type, bc_type)
    left, right = (None, None) if bc_type is None else bc_type
    return left, right


def derivatives_of(given: Any, y: Array) -> Derivatives:
    """The orders and values of the derivatives that are known at an end."""
    if isinstance(given, str):
        if given not in ("clamped", "natural"):
            raise ValueError("make_interp_spline takes bc_type='not-a-knot', 'clamped', 'natural' or pairs of an order "
                             f"and a derivative, got {given!r}")
        given = [(1 if given == "clamped" else 2, np.zeros(y.shape[1:]))]
    return [(order, array_of(value).reshape(y.shape[1:])) for order, value in given or ()]


def knots_of(x: Array, k: int, conditions: bool) -> Array:
    """The sites, or for even degrees the points midway, with the ends repeated; without conditions fewer of them."""
    first, last = x[:1], x[-1:]
    if k == 0:
        return np.concatenate([x, last])
    if k == 1 or conditions:
        return np.concatenate([*[first] * k, x, *[last] * k])
    inner = x if k % 2 else (x[1:] + x[:-1]) / 2
    cut = (k + 1) // 2
    return np.concatenate([*[first] * (k + 1), inner[cut:-cut], *[last] * (k + 1)])

"""Splines near data rather than through them: by least squares, or smooth."""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np
import scipy.interpolate as si

from autograd.arrays import one_of
from autograd.declare import decided
from autograd.duck_arrays import Array, add_all
from autograd.rules.indexing import put_along
from autograd.scipy.linalg import solve_banded
from autograd.scipy.twin import twin
from autograd.tensor.nested import values_of

from .b_splines import Spline, basis
from .data import checked, real_checked
from .piecewise import beside, doubles, piece_of
from .splines import make_interp_spline, of_arrays


def weights_of(name: str, w: Any, x: Array) -> Array:
    """Weights, as many as there are values, which are not negative; ones if there are none."""
    (w,) = doubles(np.ones(len(x)) if w is None else w)
    if w.shape != x.shape or decided(lambda w: np.any(w < 0), w):
        raise ValueError(f"{name} takes as many weights w as values, {len(x)}, of 0 or more, got shape {w.shape}")
    return w


@twin(si.make_lsq_spline, of_arrays(si.make_lsq_spline))
def make_lsq_spline(x: Any, y: Any, t: Any, k: int = 3, w: Any = None, axis: int = 0, check_finite: bool = True, *,
                    method: str = "qr") -> Spline:
    """The spline S of degree k on the knots t for which sum_j (w_j (S(x_j) - y_j))^2 is least.

    Differentiable in x, y, t and w. Both methods have the same solution.
    """
    one_of("make_lsq_spline: method", method, ("qr", "norm-eq"))
    x, y = checked("make_lsq_spline", x, y, axis=axis, repeated=method == "qr")
    (t,), k = doubles(t), index(k)
    w, count = weights_of("make_lsq_spline", w, x), len(t) - k - 1
    knots, sites = values_of(t), values_of(x)
    if k < 0 or t.ndim != 1 or count < k + 1 or np.any(np.diff(knots) < 0) or not np.all(np.isfinite(knots)):
        raise ValueError(f"make_lsq_spline takes a degree k >= 0 and 2 k + 2 or more finite knots t that do not "
                         f"decrease, got k={k} and {len(t)} knots")
    if np.any(sites < knots[..., k, None]) or np.any(sites > knots[..., count, None]):
        raise ValueError("make_lsq_spline takes sites x from t[k] to t[-k-1]: others are not under the spline")
    place = piece_of(t, x, k)
    rows = put_along(basis(t, k, x, place), place[:, None] + np.arange(-k, 1), axis=1, shape=(len(x), count))
    right = (beside(w, y) * y).reshape(len(x), -1)
    c, _, rank, _ = np.linalg.lstsq(w[:, None] * rows, right)
    if rank < count:
        raise np.linalg.LinAlgError(f"make_lsq_spline finds {rank} of {count} coefficients: some knots have no values "
                                    "between them; leave such knots out")
    return Spline(t, c.reshape(count, *y.shape[1:]), k, axis=axis % y.ndim)


@twin(si.make_smoothing_spline, of_arrays(si.make_smoothing_spline), real=True)
def make_smoothing_spline(x: Any, y: Any, w: Any = None, lam: Any = None, *, axis: int = 0) -> Spline:
    """The f for which sum_j w_j (f(x_j) - y_j)^2 + lam times the integral of f''(x)^2 is least, a natural cubic spline.

    Differentiable in x, y, w and lam. The second derivatives solve a banded system (Green and Silverman, Nonparametric
    Regression and Generalized Linear Models, 1994, ch. 2).
    """
    x, y = real_checked("make_smoothing_spline", x, y, axis=axis)
    if lam is None:
        raise ValueError("make_smoothing_spline of tensors takes lam, by how much to smooth, as a number or a tensor; "
                         "scipy.interpolate finds one for arrays")
    if len(x) < 5:
        raise ValueError(f"make_smoothing_spline takes 5 or more values, got {len(x)}")
    (lam,), w = doubles(lam), weights_of("make_smoothing_spline", w, x)
    if decided(lambda w, lam: np.any(w == 0) or lam < 0, w, lam):
        raise ValueError("make_smoothing_spline takes weights w above 0 and lam of 0 or more, got "
                         f"lam={values_of(lam)}")
    gaps, smooth, second = np.diff(x), y, np.zeros_like(y[2:])
    band, hats, bends = bending(gaps, 1 / w, lam)
    for _ in range(2):  # the second time solves for what rounding left
        rest = np.diff(np.diff(smooth, axis=0) / beside(gaps, y), axis=0) - times_hats(hats, second)
        more = solve_banded((2, 2), band, rest.reshape(len(rest), -1)).reshape(rest.shape)
        zeros = np.zeros_like(more[:1])
        pull = add_all([np.concatenate([*[zeros] * k, beside(bends[k], y) * more, *[zeros] * (2 - k)])
                        for k in range(3)])
        smooth, second = smooth - beside(lam / w, y) * pull, second + more
    spline = make_interp_spline(x, smooth, 3, bc_type="natural")
    return Spline(spline.t, spline.c, 3, axis=axis % y.ndim)


def bending(gaps: Array, spread: Array, lam: Array) -> tuple[Array, list[Array], list[Array]]:
    """The band of R + lam Q' S Q, the diagonals of R, and those of Q, whose columns take second differences.

    R has the inner products of the hats between the knots, and S the spread of each value on its diagonal.
    """
    left, right = 1 / gaps[:-1], 1 / gaps[1:]
    bends, hats, size = [left, -left - right, right], [(gaps[:-1] + gaps[1:]) / 3, gaps[1:-1] / 6], len(gaps) - 1
    products = [add_all([bends[k][: size - d] * bends[k - d][d:] * spread[k : k + size - d] for k in range(d, 3)])
                for d in range(3)]
    main, first, second = hats[0] + lam * products[0], hats[1] + lam * products[1], lam * products[2]
    above = [np.concatenate([np.zeros(2), second]), np.concatenate([np.zeros(1), first])]
    below = [np.concatenate([first, np.zeros(1)]), np.concatenate([second, np.zeros(2)])]
    return np.stack([*above, main, *below]), hats, bends


def times_hats(hats: list[Array], x: Array) -> Array:
    """R x; `hats` has the diagonals of the symmetric R."""
    zeros = np.zeros_like(x[:1])
    main, aside = beside(hats[0], x), beside(hats[1], x)
    return main * x + np.concatenate([aside * x[1:], zeros]) + np.concatenate([zeros, aside * x[:-1]])

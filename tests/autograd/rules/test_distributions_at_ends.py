"""Slopes of probabilities at the ends of a support, where the chain rule of a form may lose them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats

from autograd import grad, jvp
from autograd.scipy import stats


@pytest.mark.parametrize(("name", "shapes", "scale", "same", "theirs"), [
    ("chi", (1.0,), 1.0, "halfnorm", ()), ("nakagami", (0.5,), 1.0, "halfnorm", ()),
    ("halfgennorm", (2.0,), 2**0.5, "halfnorm", ()), ("exponweib", (1.0, 1.0), 1.0, "expon", ()),
    ("fisk", (1.0,), 1.0, "lomax", (1.0,)), ("burr", (1.0, 1.0), 1.0, "lomax", (1.0,)),
    ("weibull_min", (1.0,), 1.0, "expon", ()), ("chi", (3.0,), 1.0, "maxwell", ())])
def test_probabilities_have_the_density_for_a_slope_at_an_end(
        name: str, shapes: tuple[float, ...], scale: float, same: str, theirs: tuple[float, ...]) -> None:
    """One that is another's by a second name: slopes of most of these were 0 at 0, and the second ones infinite."""
    density = getattr(scipy.stats, same).pdf(0.0, *theirs)
    for method, expected in (("cdf", density), ("sf", -density), ("logsf", -density)):
        ours, other = getattr(getattr(stats, name), method), getattr(getattr(stats, same), method)
        slope, moved = grad(lambda x, loc, f=ours: f(x, *shapes, loc, scale), argnums=(0, 1))(0.0, 0.0)
        assert (slope, moved) == pytest.approx((expected, -expected), rel=1e-12)
        second = grad(grad(lambda x, f=ours: f(x, *shapes, 0.0, scale)))(0.0)
        assert second == pytest.approx(grad(grad(lambda x, f=other: f(x, *theirs)))(0.0), rel=1e-12, abs=1e-15)
        assert jvp(lambda x, f=ours: f(x, *shapes, 0.0, scale), (0.0,), (1.0,))[1] == slope
    if density:
        assert grad(getattr(stats, name).logcdf)(0.0, *shapes) == np.inf


@pytest.mark.parametrize(("name", "shapes", "end", "sign"), [
    ("chi", (0.5,), 0.0, 1), ("burr", (2.0, 0.3), 0.0, 1), ("weibull_max", (1.0,), 0.0, -1),
    ("powerlaw", (2.0,), 1.0, -1)])
def test_infinite_slopes_at_an_end_have_the_sign_of_a_tail(name: str, shapes: Any, end: float, sign: int) -> None:
    """Where the density is infinite they were 0, and the logarithm of an upper tail that ends rose."""
    tail = "logcdf" if sign > 0 else "logsf"
    assert grad(getattr(getattr(stats, name), tail))(end, *shapes) == sign * np.inf
    if sign > 0:
        assert grad(getattr(stats, name).cdf)(end, *shapes) == np.inf
        assert grad(getattr(stats, name).sf)(end, *shapes) == -np.inf

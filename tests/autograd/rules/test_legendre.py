"""Associated Legendre functions to the ends of their interval, where the usual formulas are 0 / 0."""

from __future__ import annotations

from math import factorial
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special as sc
from numpy.polynomial import Legendre, Polynomial

from autograd import grad


def polynomial(m: int, v: int) -> Any:
    """P_v^m of even order, by its definition: (-1)^m (1 - x²)^(m/2) times the m-th derivative of P_v."""
    ratio = factorial(v + m) / factorial(v - m) if m < 0 else 1.0
    return ratio * Polynomial([1, 0, -1]) ** (abs(m) // 2) * Legendre.basis(v).deriv(abs(m)).convert(kind=Polynomial)


@pytest.mark.parametrize("x", [-1.0, -0.8, 0.3, 1.0])
@pytest.mark.parametrize("v", [0, 1, 2, 5, 9])
@pytest.mark.parametrize("m", [-4, -2, 0, 2, 4])
def test_functions_of_even_order_are_polynomials_with_slopes_everywhere(m: int, v: int, x: float) -> None:
    if v >= -m:  # others are nan in SciPy
        exact, f = polynomial(m, v), lambda x: sc.lpmv(m, v, x)
        assert f(x) == pytest.approx(exact(x), abs=1e-10)
        assert grad(f)(x) == pytest.approx(exact.deriv()(x), rel=1e-9, abs=1e-9)
        assert grad(grad(f))(x) == pytest.approx(exact.deriv(2)(x), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("x", [1.0, -1.0])
@pytest.mark.parametrize(("m", "factor"), [(1, -1.0), (-1, 1 / 12)])
def test_functions_of_order_1_are_steep_at_the_ends(m: int, factor: float, x: float) -> None:
    # -sqrt(1 - x²) (15 x² - 3) / 2 for v = 3, which comes to 0 from positive or negative infinity
    assert grad(lambda x: sc.lpmv(m, 3, x))(x) == -x * factor * np.inf


@pytest.mark.parametrize("v", [-0.5, 0.5, 2.5, 7.3])
def test_functions_of_fractions_have_slopes_at_1(v: float) -> None:
    # hypergeometric: P_v = 2F1(-v, v + 1; 1; (1 - x) / 2)
    slopes = v * (v + 1) / 2, (v - 1) * v * (v + 1) * (v + 2) / 8
    assert grad(lambda x: sc.lpmv(0, v, x))(1.0) == pytest.approx(slopes[0], rel=1e-12)
    assert grad(grad(lambda x: sc.lpmv(0, v, x)))(1.0) == pytest.approx(slopes[1], rel=1e-12)
    assert grad(lambda x: sc.lpmv(3, v, x))(1.0) == 0


@pytest.mark.parametrize("distance", [1e-3, 1e-6, 1e-9])
@pytest.mark.parametrize(("m", "v"), [(0, 3), (1, 2), (2, 5), (-2, 2), (-2, 7.3), (3, 20), (5, 2)])
def test_slopes_keep_their_digits_close_to_the_end(m: int, v: float, distance: float) -> None:
    x = 1 - distance
    with mpmath.workdps(40):
        expected = 0.0 if m > v else float(mpmath.diff(lambda x: mpmath.legenp(v, m, x), x, h=mpmath.mpf(10) ** -14))
    assert grad(lambda x: sc.lpmv(m, v, x))(x) == pytest.approx(expected, rel=1e-9)

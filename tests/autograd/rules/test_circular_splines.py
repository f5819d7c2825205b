"""Periodic splines: equations in a circle, solved on a line."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from autograd import vjp
from autograd.scipy import interpolate
from autograd.scipy.interpolate.banded import solve_circular
from autograd.testing import check_gradients

rng = np.random.default_rng(0)


@pytest.mark.parametrize("q", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 13])
def test_equations_in_a_circle_are_solved_as_the_whole_matrix_is(size: int, q: int) -> None:
    rows, right = rng.normal(size=(size, 2 * q + 1)) + 9 * (np.arange(2 * q + 1) == q), rng.normal(size=(size, 2, 2))
    matrix = np.zeros((size, size))
    for i, row in enumerate(rows):
        np.add.at(matrix[i], np.arange(i - q, i + q + 1) % size, row)
    found = solve_circular(rows, right)
    np.testing.assert_allclose(np.tensordot(matrix, found, 1), right, rtol=1e-10, atol=1e-12)
    check_gradients(solve_circular, rows, right[:, 0])


@pytest.mark.parametrize("name", ["CubicSpline", "make_interp_spline"])
def test_a_periodic_spline_of_many_values_needs_no_square_matrix(name: str) -> None:
    x, spline = np.linspace(0, 1, 3001), getattr(interpolate, name)
    spline(x, np.sin(2 * np.pi * x))  # loads what is loaded at first
    tracemalloc.start()
    try:
        y, pull = vjp(lambda y: spline(x, np.concatenate([y, y[:1]]), bc_type="periodic")(x[:-1]), np.sin(6 * x[:-1]))
        (gradient,) = pull(np.ones(3000))
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()
    np.testing.assert_allclose(y, np.sin(6 * x[:-1]), atol=1e-12)
    np.testing.assert_allclose(gradient, 1, rtol=1e-9)

"""Twins of `interp1d`, `RegularGridInterpolator` and `interpn`: SciPy's values, and derivatives in every number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.interpolate as si
import scipy.sparse.linalg

from autograd import Tensor, vmap
from autograd.scipy import interpolate
from autograd.testing import check_gradients
from tests.autograd.rules.test_interpolate import knots, same, tensors

rng = np.random.default_rng(4)
KINDS = ["linear", "nearest", "nearest-up", "previous", "next", "zero", "slinear", "quadratic", "cubic", 4]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128, np.int64])
@pytest.mark.parametrize("kind", KINDS)
def test_tables_are_scipys(kind: Any, dtype: Any) -> None:
    """Unsorted too; at entries, half way between them, outside."""
    x = np.array([2.0, 0.5, 1.0, 3.5, -1.0])
    tolerance = 1e-5 if dtype is np.float32 else 1e-11
    for shape, axis in (((5,), -1), ((2, 5), -1), ((2, 5, 3), 1)):
        y, rest = (rng.normal(size=shape) * 10).astype(dtype), tuple(np.delete(shape, axis))
        for options in ({}, {"bounds_error": False}, {"fill_value": "extrapolate"}, {"fill_value": np.ones(rest)},
                        {"fill_value": (0.0, 1.0), "bounds_error": False}):
            free = not options.get("bounds_error", True) or isinstance(options.get("fill_value"), str)
            for knots_dtype in (np.float64, np.float32):
                given = x.astype(knots_dtype)
                theirs = si.interp1d(given, y, kind, axis, **options)
                ours = interpolate.interp1d(Tensor(given), Tensor(y), kind, axis, **options)
                plain = interpolate.interp1d(given, y, kind, axis, **options)
                for at in (np.array([[0.5, 0.75, 3.5], [-1, 1.5, 0.1]], np.float32), np.array(0.3), np.array([1, 2, 3]),
                           *([np.array([-2.0, 4.0, 0.3, np.nan])] if free else [])):
                    loose = max(tolerance, 1e-5 if np.float32 in (knots_dtype, at.dtype) else 0)
                    same(ours(at), theirs(at), loose)
                    same(plain(Tensor(at)), theirs(at), loose)


@pytest.mark.parametrize(("shape", "fill"), [
    ((4,), [-1.0, -1.0]), ((4,), [[-1.0]]), ((4,), (-1.0, -1.0, -1.0)), ((4,), ()), ((4, 3), (0.0, [-1.0, -1.0]))])
def test_a_fill_value_is_of_an_entry_as_scipys_and_not_of_the_points(shape: tuple[int, ...], fill: Any) -> None:
    x, y = np.arange(4.0), rng.normal(size=shape)
    for table, values in ((si.interp1d, y), (interpolate.interp1d, Tensor(y))):
        with pytest.raises(ValueError, match="fill_value"):
            table(x, values, axis=0, bounds_error=False, fill_value=fill)


@pytest.mark.parametrize("kind", KINDS)
def test_tables_are_differentiated_in_entries_and_points(kind: Any) -> None:
    x, y, at = np.array([2.0, 0.5, 1.0, 3.5, -1.0]), rng.normal(size=5), np.array([0.6, -1.5, 3.7])
    check_gradients(lambda x, y, at: interpolate.interp1d(x, y, kind, 0, fill_value="extrapolate")(at), x, y, at)
    check_gradients(lambda y, fill: interpolate.interp1d(x, y, kind, 0, bounds_error=False, fill_value=(fill, 2.0))(at),
                    y, np.array(0.3))


def test_a_table_may_be_known_to_be_sorted() -> None:
    x, y = knots(5), rng.normal(size=5)
    same(interpolate.interp1d(Tensor(x), y, assume_sorted=True)(0.7), si.interp1d(x, y, assume_sorted=True)(0.7))


GRID = (np.array([0.0, 1.0, 3.0]), np.array([2.0, 1.5, -1.0]), np.array([0.5]))
"""Of unequal steps, of which one axis decreases and one has a single point."""
OPTIONS: list[dict[str, Any]] = [{}, {"bounds_error": False}, {"bounds_error": False, "fill_value": 2.0}]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128])
@pytest.mark.parametrize("method", ["linear", "nearest"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_grids_are_scipys(count: int, method: str, dtype: Any) -> None:
    grid = GRID[:count]
    inside = np.stack([rng.uniform(0, 3, 12), rng.uniform(-1, 2, 12), np.full(12, 0.5)][:count], -1)
    inside[:2] = [[0, 2, 0.5][:count], [1, 1.5, 0.5][:count]]
    beyond = np.concatenate([inside, inside + 3, inside - 4, np.full((1, count), np.nan)])
    for trailing in ((), (2,)):
        values = rng.normal(size=(*map(len, grid), *trailing)).astype(dtype)
        extrapolated = [{"bounds_error": False, "fill_value": None}] if count < 3 else []
        for options in OPTIONS + extrapolated:
            theirs = si.RegularGridInterpolator(grid, values, method, **options)
            ours = interpolate.RegularGridInterpolator(grid, Tensor(values), method, **options)
            moved = interpolate.RegularGridInterpolator(tensors(*grid), values, method, **options)
            plain = interpolate.RegularGridInterpolator(grid, values, method, **options)
            for at in (inside, inside.reshape(3, 4, count), inside[4], tuple(inside.T), *([beyond] if options else [])):
                expected = theirs(at)
                same(ours(at), expected)
                same(moved(at), expected)
                same(plain(tuple(map(Tensor, at)) if isinstance(at, tuple) else Tensor(at)), expected)
                same(interpolate.interpn(grid, Tensor(values), at, method, **options), expected)


def test_grids_of_whole_numbers_are_read_as_fractions() -> None:
    values = np.arange(9).reshape(3, 3)
    same(interpolate.RegularGridInterpolator(GRID[:2], Tensor(values))([0.5, 0.0]),
         si.RegularGridInterpolator(GRID[:2], values.astype(float))([0.5, 0.0]))


@pytest.mark.parametrize("method", ["linear", "nearest"])
def test_grids_are_differentiated_in_points_values_and_coordinates(method: str) -> None:
    values, at = rng.normal(size=(3, 3, 1)), np.array([[0.3, 1.6, 0.5], [2.5, -0.7, 0.5]])
    check_gradients(lambda x, y, z, values, at: interpolate.RegularGridInterpolator((x, y, z), values, method)(
        np.concatenate([at, np.full((2, 1), 0.5)], 1)), *GRID, values, at[:, :2])


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128])
@pytest.mark.parametrize("method", ["slinear", "cubic", "quintic", "pchip"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_splines_on_grids_are_scipys(count: int, method: str, dtype: Any) -> None:
    """SciPy solves for them with a tolerance of its own, unless it is told to do so exactly."""
    if method == "pchip" and dtype is np.complex128:
        with pytest.raises(ValueError, match="takes real values"):
            interpolate.interpn((knots(4),), Tensor(np.ones(4, dtype)), [knots(4)[1]], method)
        return
    grid = [knots(6 + i) for i in range(count)]
    exact = {} if method == "pchip" else {"solver": scipy.sparse.linalg.spsolve}
    points = np.stack([rng.uniform(g[0] - 0.5, g[-1] + 0.5, 8) for g in grid], -1)
    points[0], points[1] = [g[2] for g in grid], [g[-1] for g in grid]
    for trailing in ((), (2,)):
        values = rng.normal(size=(*map(len, grid), *trailing)).astype(dtype)
        for fill in (None, np.nan):
            theirs = si.RegularGridInterpolator(grid, values, method, False, fill, **exact)
            ours = interpolate.RegularGridInterpolator(grid, Tensor(values), method, False, fill)
            plain = interpolate.RegularGridInterpolator(grid, values, method, False, fill)
            loose = 1e-5 if dtype is np.float32 and method == "pchip" else 1e-9
            same(ours(points), theirs(points), loose)
            same(plain(Tensor(points)), theirs(points), loose)
            same(ours(points, "linear"), theirs(points, "linear"), 1e-5)
            if exact:
                nu = [1, 2, 0][:count]
                same(ours(points, nu=nu), theirs(points, nu=nu), 1e-8)
                same(plain(Tensor(points), f"{method}_legacy"), theirs(points))


@pytest.mark.parametrize("method", ["slinear", "cubic", "quintic", "pchip"])
def test_splines_on_grids_are_differentiated(method: str) -> None:
    values, at = rng.normal(size=(6, 7)), np.array([[2.3, 3.1], [3.4, 2.2]])
    check_gradients(lambda x, y, values, at: interpolate.RegularGridInterpolator((x, y), values, method)(at),
                    knots(6), knots(7), values, at)
    batches, many = np.stack([values, -values]), np.stack([at, at + 0.1])
    read = lambda values, at: interpolate.interpn((knots(6), knots(7)), values, at, method)  # noqa: E731
    np.testing.assert_allclose(vmap(read)(batches, many), [read(Tensor(v), q).numpy() for v, q in
                                                           zip(batches, many, strict=True)])


def test_batches_of_tables_are_a_loop() -> None:
    x, y, at = np.stack([knots(6), knots(7)[1:]]), rng.normal(size=(2, 6)), rng.uniform(1.2, 2, (2, 3))
    for kind in KINDS:
        found = vmap(lambda x, y, at, kind=kind: interpolate.interp1d(x, y, kind)(at))(x, y, at)
        np.testing.assert_allclose(found, [si.interp1d(*given, kind)(q) for *given, q in zip(x, y, at,
                                                                                                    strict=True)])
    values = rng.normal(size=(2, 6))
    found = vmap(lambda x, v, q: interpolate.RegularGridInterpolator((x,), v)(q[:, None]))(x, values, at)
    expected = [si.RegularGridInterpolator((g,), v)(q[:, None]) for g, v, q in zip(x, values, at, strict=True)]
    np.testing.assert_allclose(found, expected)


def test_a_point_that_is_nan_is_outside_of_a_grid() -> None:
    for given in (np.array([[np.nan]]), Tensor([[np.nan]])):
        with pytest.raises(ValueError, match="out of bounds|inside"):
            interpolate.RegularGridInterpolator((np.arange(3.0),), np.arange(3.0))(given)
        found = interpolate.RegularGridInterpolator((np.arange(3.0),), np.arange(3.0), bounds_error=False)(given)
        assert np.isnan(found[0])


def test_a_point_beyond_opposite_corners_is_beyond_and_not_unknown() -> None:
    """The sum of its coordinates is nan, they are not."""
    grid, values, at = (np.arange(3.0),) * 2, np.arange(9.0).reshape(3, 3), np.array([[np.inf, -np.inf], [np.nan, 1.0]])
    options: Any = {"bounds_error": False, "fill_value": -7.0}
    found = interpolate.RegularGridInterpolator(grid, Tensor(values), **options)(at)
    np.testing.assert_array_equal(found.numpy(), si.RegularGridInterpolator(grid, values, **options)(at))


def test_derivatives_have_orders_of_0_or_more() -> None:
    x, y = np.arange(5.0), np.arange(5.0) ** 2
    for spline in (interpolate.CubicSpline(x, Tensor(y)), interpolate.make_interp_spline(x, Tensor(y))):
        with pytest.raises(ValueError, match="antiderivative"):
            spline(1.5, -1)


def test_the_orders_of_a_grids_derivatives_are_any_sequence_and_one_for_each_axis() -> None:
    grid, values = (np.arange(5.0), np.arange(6.0) ** 2), np.random.default_rng(0).normal(size=(5, 6))
    theirs = si.RegularGridInterpolator(grid, values, "cubic", solver=scipy.sparse.linalg.spsolve)
    ours = interpolate.RegularGridInterpolator(grid, Tensor(values), "cubic")
    for nu in ([1, 0], (0, 2), np.array([1, 1])):
        same(ours([[1.3, 7.0]], nu=nu), theirs([[1.3, 7.0]], nu=nu), 1e-8)
    for wrong in (1, [1], [[1, 0]]):
        with pytest.raises(ValueError, match="an order for each axis"):
            ours([[1.3, 7.0]], nu=wrong)


def test_a_table_of_one_entry_is_read_at_its_place() -> None:
    x, y, points = np.array([1.5]), Tensor([6.0], requires_grad=True), np.array([1.0, 1.5, 2.0])
    options: dict[str, Any] = {"bounds_error": False, "fill_value": (2.0, 10.0)}
    found = interpolate.interp1d(x, y, **options)(points)
    same(found, si.interp1d(x, [6.0], **options)(points))
    found.sum().backward()
    same(y.grad, np.ones(1))
    with pytest.raises(ValueError, match="two entries or more, got one"):
        interpolate.interp1d(x, y, fill_value="extrapolate")

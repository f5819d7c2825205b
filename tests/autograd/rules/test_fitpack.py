"""FITPACK's curves and surfaces, and values at scattered points: SciPy's values in every form of a call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.interpolate as si
from scipy.spatial import Delaunay

from autograd import Tensor, grad, vmap
from autograd.scipy import interpolate
from autograd.testing import check_gradients

rng = np.random.default_rng(0)
X, Y = np.sort(rng.uniform(0, 5, 9)), rng.normal(size=9)
AT = np.concatenate([X[:1] - 0.4, X, rng.uniform(0, 5, 5), X[-1:] + 0.3])
ENDS: list[Any] = [(None, None), (X[0] - 0.2, X[-1] + 0.5)]


def same(found: Any, expected: Any) -> None:
    assert isinstance(found, Tensor)
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_curves_by_knots_and_coefficients_are_scipys(k: int, ends: Any) -> None:
    tck = si.splrep(X, Y, None, *ends, k)
    ours = interpolate.splrep(Tensor(X), Y, None, *ends, k)
    same(ours[0], tck[0])
    same(interpolate.splrep(X, Tensor(Y), None, *ends, k)[1], tck[1])
    for der in range(k + 1):
        for ext in (0, 1, 3):
            expected = si.splev(AT.reshape(4, 4), tck, der, ext)
            same(interpolate.splev(AT.reshape(4, 4), ours, der, ext), expected)
            same(interpolate.splev(Tensor(AT.reshape(4, 4)), tck, der, ext), expected)
    np.testing.assert_array_equal(interpolate.splev(AT, tck), si.splev(AT, tck))
    same(interpolate.splev(Tensor(AT), si.BSpline(*tck)), si.splev(AT, tck))


def test_closed_curves_and_curves_in_the_plane() -> None:
    same(interpolate.splrep(Tensor(X), Y, per=True)[1], si.splrep(X, Y, per=True)[1])
    (t, c, k), _ = si.splprep([Y, Y**2], u=X, s=0)
    for found, expected in zip(interpolate.splev(Tensor(AT), (t, c, k)), si.splev(AT, (t, c, k)), strict=True):
        same(found, expected)


@pytest.mark.parametrize("ext", [0, 1, 3, "extrapolate", "zeros", "const"])
@pytest.mark.parametrize("k", [1, 3, 4])
def test_curves_through_values_and_near_them_are_scipys(k: int, ext: Any) -> None:
    for ends in ENDS:
        known = si.InterpolatedUnivariateSpline(X, Y, None, list(ends), k, ext)
        smooth = si.UnivariateSpline(X, Y, bbox=list(ends), k=k, ext=ext)
        for ours, theirs in (
                (interpolate.InterpolatedUnivariateSpline(X, Tensor(Y), None, ends, k, ext), known),
                (interpolate.InterpolatedUnivariateSpline(X, Y, None, list(ends), k, ext), known),
                (interpolate.UnivariateSpline(Tensor(X), Y, bbox=ends, k=k, s=0, ext=ext), known),
                (interpolate.UnivariateSpline(X, Y, bbox=list(ends), k=k, ext=ext), smooth)):
            for nu in range(k + 1):
                same(ours(Tensor(AT), nu), theirs(AT, nu))
            same(ours(Tensor(AT), ext=0), theirs(AT, ext=0))
            same(ours.integral(Tensor(0.3), 7.0), theirs.integral(0.3, 7.0))
            same(ours.derivatives(Tensor(1.1)), theirs.derivatives(1.1))
            same(ours.derivative()(Tensor(AT)), theirs.derivative()(AT))
            same(ours.antiderivative()(Tensor(AT)), theirs.antiderivative()(AT))


@pytest.mark.parametrize("ends", [(None,) * 4, (-0.1, 5.2, -0.3, 4.4)])
@pytest.mark.parametrize(("kx", "ky"), [(3, 3), (1, 2), (2, 4), (5, 1)])
def test_surfaces_are_scipys(kx: int, ky: int, ends: Any) -> None:
    x, y, z = np.sort(rng.uniform(0, 5, 7)), np.sort(rng.uniform(0, 4, 6)), rng.normal(size=(7, 6))
    theirs = si.RectBivariateSpline(x, y, z, list(ends), kx, ky)
    p, q = np.sort(rng.uniform(-1, 6, 4)), np.sort(rng.uniform(-1, 5, 3))
    for ours in (interpolate.RectBivariateSpline(x, y, Tensor(z), ends, kx, ky),
                 interpolate.RectBivariateSpline(x, y, z, list(ends), kx, ky)):
        for dx, dy in ((0, 0), (1, 0), (0, 1)):
            if dx < kx and dy < ky:
                same(ours(Tensor(p), q, dx, dy), theirs(p, q, dx, dy))
                same(ours.ev(Tensor(p[:, None]), q, dx, dy), theirs.ev(p[:, None], q, dx, dy))
        same(ours.integral(0.3, 4.0, Tensor(0.2), 3.0), theirs.integral(0.3, 4.0, 0.2, 3.0))
        same(ours(Tensor(1.0), 2.0), theirs(1.0, 2.0))
        same(ours.ev(Tensor(1.0), 2.0), theirs.ev(1.0, 2.0))
    check_gradients(lambda x, z, p: interpolate.RectBivariateSpline(x, y, z, kx=kx, ky=ky).ev(p, 1.7), x, z, p, order=1)


@pytest.mark.parametrize("scales", [(1.0, 50.0), (1.0, 50.0, 3.0)])
@pytest.mark.parametrize("rescale", [False, True])
@pytest.mark.parametrize("turn", [1.0, 1j])
def test_values_between_scattered_points_are_scipys(scales: tuple[float, ...], rescale: bool, turn: Any) -> None:
    d = len(scales)
    points = rng.normal(size=(12, d)) * scales
    at = np.concatenate([np.mean(points, axis=0) + 0.6 * rng.normal(size=(6, d)) * scales, points[:1],
                         np.full((1, d), np.nan), np.full((1, d), 1e3)]).reshape(3, 3, d)
    for values in (turn * rng.normal(size=12), turn * rng.normal(size=(12, 2))):
        theirs = si.LinearNDInterpolator(points, values, rescale=rescale)
        ours = interpolate.LinearNDInterpolator(points, Tensor(values), rescale=rescale)
        same(ours(at), theirs(at))
        same(ours(*np.moveaxis(at, -1, 0)), theirs(*np.moveaxis(at, -1, 0)))
        same(interpolate.LinearNDInterpolator(points, values, rescale=rescale)(Tensor(at)), theirs(at))
        same(interpolate.LinearNDInterpolator(Tensor(points), values, rescale=rescale)(at), theirs(at))
    same(interpolate.LinearNDInterpolator(Delaunay(points), Tensor(values), 0.5)(at),
         si.LinearNDInterpolator(Delaunay(points), values, 0.5)(at))


def test_a_linear_function_is_met_exactly_and_moves_with_nothing_but_the_values() -> None:
    points, at = rng.normal(size=(20, 2)), np.array([[0.1, -0.2], [0.3, 0.2]])
    slope = np.array([2.0, -3.0])

    def read(points: Any, at: Any) -> Any:
        return np.sum(interpolate.LinearNDInterpolator(points, points @ slope)(at))

    np.testing.assert_allclose(grad(read, argnums=0)(points, at), 0, atol=1e-12)
    np.testing.assert_allclose(grad(read, argnums=1)(points, at), np.tile(slope, (2, 1)))


def test_batches_of_data_and_of_points() -> None:
    y, at = rng.normal(size=(3, 9)), rng.uniform(0.5, 4, size=(3, 2))
    found = vmap(lambda y, at: interpolate.UnivariateSpline(X, y, s=0)(at))(y, at)
    np.testing.assert_allclose(found, [si.UnivariateSpline(X, y, s=0)(at) for y, at in zip(y, at, strict=True)])
    points = rng.normal(size=(3, 8, 2))
    found = vmap(lambda p, v, at: interpolate.LinearNDInterpolator(p, v, 0.0)(at))(points, y[:, :8], at - 2)
    expected = [si.LinearNDInterpolator(p, v, 0.0)(a) for p, v, a in zip(points, y[:, :8], at - 2, strict=True)]
    np.testing.assert_allclose(found, np.reshape(expected, np.shape(found)))


SMOOTH = "takes s=0, which is to interpolate, got s="


@pytest.mark.parametrize(("call", "message"), [
    (lambda x, y: interpolate.UnivariateSpline(x, y), SMOOTH),
    (lambda x, y: interpolate.UnivariateSpline(x, y, s=0.1), SMOOTH + "0.1"),
    (lambda x, y: interpolate.splrep(x, y, s=2), SMOOTH + "2"),
    (lambda x, y: interpolate.splrep(x, y, np.ones(9)), SMOOTH),
    (lambda x, y: interpolate.splrep(x, y, t=[2.0]), "takes no task, t and full_output"),
    (lambda x, y: interpolate.RectBivariateSpline(x, x, np.outer(y, y), s=1), SMOOTH + "1"),
    (lambda x, y: interpolate.UnivariateSpline(x, y, s=0, ext=2)(9.0), "ext=2 is read between .*outside"),
    (lambda x, y: interpolate.UnivariateSpline(x, y, s=0, ext="no")(1.0), "0, 'extrapolate', 1,.* got 0 and 'no'"),
    (lambda x, y: interpolate.UnivariateSpline(x, y, s=0)(1.0, 4), "of the orders 0 to 3, .* got 4"),
    (lambda x, y: interpolate.LinearNDInterpolator(x, y), r"points of shape \(n, d\).*got shapes \(9,\) and \(9,\)"),
    (lambda x, y: interpolate.LinearNDInterpolator(np.stack([x, y**2], axis=1), y)(x), r"2 coordinates.*\(9,\)")])
def test_what_does_not_fit_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(Tensor(X), Tensor(Y))

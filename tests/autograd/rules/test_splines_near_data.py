"""Least-squares and smoothing splines: SciPy's values, exact ones where rounding matters, and every derivative."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.interpolate as si

from autograd import Tensor, grad, vmap
from autograd.scipy import interpolate
from autograd.testing import check_gradients

rng = np.random.default_rng(5)
X = np.sort(rng.uniform(0, 10, 40))
Y, W = rng.normal(size=(40, 2)), rng.uniform(0.5, 2.0, 40)
AT = np.array([[0.2, 4.0, 9.5], [-1.0, 7.7, 11.0]])


def knots(k: int, inner: Any = (2.0, 4.5, 7.0)) -> Any:
    return np.concatenate([np.zeros(k + 1), inner, np.full(k + 1, 10.0)])


@pytest.mark.parametrize("k", range(6))
@pytest.mark.parametrize("w", [None, W, np.where(np.arange(40) % 3, W, 0.0)])
def test_a_spline_by_least_squares_is_scipys(k: int, w: Any) -> None:
    for y, axis in ((Y, 0), (Y.T, 1), (Y.T, -1), (Y[:, 0], 0), (Y + 1j * Y[::-1], 0), (Y.astype(np.float32), 0)):
        expected = si.make_lsq_spline(X, y, knots(k), k, w, axis)
        for found in (interpolate.make_lsq_spline(Tensor(X), y, knots(k), k, w, axis),
                      interpolate.make_lsq_spline(X, Tensor(y), knots(k), k, w, axis, method="norm-eq")):
            np.testing.assert_allclose(found.c.numpy(), expected.c, rtol=1e-11, atol=1e-12)
            np.testing.assert_allclose(found(AT).numpy(), expected(AT), rtol=1e-10, atol=1e-11)


def test_sites_of_least_squares_may_be_repeated_but_not_of_normal_equations() -> None:
    x = np.repeat(X[::2], 2)
    expected = si.make_lsq_spline(x, Y, knots(3))(AT)
    np.testing.assert_allclose(interpolate.make_lsq_spline(x, Tensor(Y), knots(3))(AT).numpy(), expected, rtol=1e-10)
    with pytest.raises(ValueError, match="increase strictly"):
        interpolate.make_lsq_spline(x, Tensor(Y), knots(3), method="norm-eq")


def test_derivatives_of_least_squares() -> None:
    def read(x: Any, y: Any, inner: Any, w: Any) -> Any:
        return interpolate.make_lsq_spline(x, y, knots(3, inner), 3, w)(AT)

    check_gradients(read, X, Y, np.array([2.0, 4.5, 7.0]), W, order=2)
    spline = interpolate.make_lsq_spline(X, Y, knots(3))
    check_gradients(spline, AT, order=2)
    many = vmap(lambda y: interpolate.make_lsq_spline(X, y, knots(3))(AT))(np.stack([Y, 2 * Y]))
    np.testing.assert_allclose(many[1], 2 * spline(AT))


def exactly(x: Any, y: Any, w: Any, lam: float) -> Any:
    """The values of the smoothing spline, in fifty digits, from the dense equations."""
    with mpmath.workdps(50):
        n = len(x)
        gaps = [mpmath.mpf(float(b)) - mpmath.mpf(float(a)) for a, b in pairwise(x)]
        q, r = mpmath.zeros(n, n - 2), mpmath.zeros(n - 2, n - 2)
        for j in range(n - 2):
            q[j, j], q[j + 1, j], q[j + 2, j] = 1 / gaps[j], -1 / gaps[j] - 1 / gaps[j + 1], 1 / gaps[j + 1]
            r[j, j] = (gaps[j] + gaps[j + 1]) / 3
            if j < n - 3:
                r[j, j + 1] = r[j + 1, j] = gaps[j + 1] / 6
        values, spread = mpmath.matrix(y.tolist()), mpmath.diag([1 / mpmath.mpf(float(v)) for v in w])
        found = values - lam * spread * q * mpmath.lu_solve(r + lam * q.T * spread * q, q.T * values)
        return np.array([float(v) for v in found])


@pytest.mark.parametrize("lam", [0.0, 1e-3, 1.0, 100.0, 1e6])
def test_a_smoothing_spline_has_all_its_digits(lam: float) -> None:
    """SciPy's has 11 of them at lam=100, where two sites are near one another."""
    for w in (None, W):
        found = interpolate.make_smoothing_spline(X, Tensor(Y[:, 0]), w, lam)
        np.testing.assert_allclose(found(X).numpy(), exactly(X, Y[:, 0], np.ones(40) if w is None else w, lam),
                                   rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("lam", [0.0, 1e-3, 1.0])
def test_a_smoothing_spline_is_scipys(lam: float) -> None:
    for y, axis in ((Y, 0), (Y.T, 1), (Y[:, 0], 0)):
        expected = si.make_smoothing_spline(X, y, W, lam, axis=axis)
        found = interpolate.make_smoothing_spline(Tensor(X), y, W, lam, axis=axis)
        np.testing.assert_array_equal(found.t.numpy(), expected.t)
        np.testing.assert_allclose(found.c.numpy(), expected.c, rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(found(AT).numpy(), expected(AT), rtol=1e-8, atol=1e-9)


def test_derivatives_of_smoothing() -> None:
    check_gradients(lambda x, y, w, lam: interpolate.make_smoothing_spline(x, y, w, lam)(AT), X, Y, W, 0.3, order=2)
    spline = interpolate.make_smoothing_spline(X, Y[:, 0], lam=0.3)
    slope = grad(lambda at: spline(at))(4.0)
    np.testing.assert_allclose(slope, spline(4.0, 1))


@pytest.mark.parametrize(("call", "words"), [
    (lambda y: interpolate.make_lsq_spline(X, y, knots(3), w=W[:3]), r"as many weights w as values, 40.*\(3,\)"),
    (lambda y: interpolate.make_lsq_spline(X, y, knots(3), w=-W), "weights w as values, 40, of 0 or more"),
    (lambda y: interpolate.make_lsq_spline(X, y, knots(3)[::-1]), "finite knots t that do not decrease"),
    (lambda y: interpolate.make_lsq_spline(X, y, knots(3)[:7]), "2 k \\+ 2 or more finite knots.*k=3 and 7 knots"),
    (lambda y: interpolate.make_lsq_spline(X + 5, y, knots(3)), r"sites x from t\[k\] to t\[-k-1\]"),
    (lambda y: interpolate.make_lsq_spline(X, y, knots(3), method="svd"), "one of 'qr', 'norm-eq', got 'svd'"),
    (lambda y: interpolate.make_lsq_spline(X, y, knots(3, np.linspace(X[4], X[5], 9))), "some knots have no values"),
    (lambda y: interpolate.make_smoothing_spline(X, y), "takes lam, by how much to smooth"),
    (lambda y: interpolate.make_smoothing_spline(X, y, lam=-1.0), "lam of 0 or more, got lam=-1.0"),
    (lambda y: interpolate.make_smoothing_spline(X, y, 0 * W, 1.0), "weights w above 0"),
    (lambda y: interpolate.make_smoothing_spline(X, y + 1j, lam=1.0), "takes real values, got complex128"),
    (lambda y: interpolate.make_smoothing_spline(X[:4], y[:4], lam=1.0), "5 or more values, got 4"),
])
def test_what_no_spline_is_near_is_refused(call: Callable[[Any], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call(Tensor(Y))

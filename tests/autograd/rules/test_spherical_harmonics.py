"""Legendre's functions and spherical harmonics: SciPy's values and derivatives, at the poles too."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
import scipy.special as sc

from autograd import Tensor, grad, vmap
from autograd.scipy import special
from autograd.testing import check_gradients

PLACES = np.array([-1.0, -0.3, 0.0, 0.7, 1.0])
THETA, PHI = np.array([0.0, 0.4, 1.3, np.pi, 2.9]), np.array([0.2, -1.0, 3.0, 4.0, 1.1])


def same(found: Any, expected: Any) -> None:
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("k", [0, 1, 2])
def test_values_and_derivatives_are_scipys(k: int) -> None:
    for n in (0, 1, 5, np.array([[0], [2], [7]])):
        same(special.legendre_p(n, Tensor(PLACES), diff_n=k), sc.legendre_p(n, PLACES, diff_n=k))
    for z in (PLACES, 0.3):
        same(special.legendre_p_all(4, Tensor(z), diff_n=k), sc.legendre_p_all(4, z, diff_n=k))
    for n, m in ((0, 0), (3, -2), (3, 3), (1, 3), (np.array([[4], [2]]), 1)):
        same(special.sph_legendre_p(n, m, Tensor(THETA), diff_n=k), sc.sph_legendre_p(n, m, THETA, diff_n=k))
    same(special.sph_legendre_p_all(3, -2, Tensor(THETA), diff_n=k), sc.sph_legendre_p_all(3, -2, THETA, diff_n=k))


def test_harmonics_are_scipys() -> None:
    for n, m in ((0, 0), (3, -2), (4, 1), (np.array([[4], [2]]), 2)):
        same(special.sph_harm_y(n, m, Tensor(THETA), PHI), sc.sph_harm_y(n, m, THETA, PHI))
        same(special.sph_harm_y(n, m, THETA, Tensor(PHI)), sc.sph_harm_y(n, m, THETA, PHI))
    same(special.sph_harm_y_all(3, 2, Tensor(THETA), PHI), sc.sph_harm_y_all(3, 2, THETA, PHI))


@pytest.mark.parametrize("k", [1, 2])
def test_gradients_and_hessians_of_harmonics_are_scipys(k: int) -> None:
    for n, m in ((0, 0), (3, -2), (np.array([[4], [2]]), 2)):
        expected = sc.sph_harm_y(n, m, THETA, PHI, diff_n=k)
        for t, p in ((Tensor(THETA), PHI), (THETA, Tensor(PHI))):
            for found, known in zip(special.sph_harm_y(n, m, t, p, diff_n=k), expected, strict=True):
                same(found, known)
    for found, known in zip(special.sph_harm_y_all(2, 1, Tensor(THETA), PHI, diff_n=k),
                            sc.sph_harm_y_all(2, 1, THETA, PHI, diff_n=k), strict=True):
        same(found, known)
    check_gradients(lambda t, p: special.sph_harm_y(3, 1, t, p, diff_n=k), np.array([0.4, 2.0]), np.array([0.3, 1.0]))


def test_second_derivatives_hold_at_the_poles() -> None:
    at = np.array([0.0, 0.4, 2.0])
    check_gradients(lambda t: special.sph_legendre_p(np.array([[0], [3], [4]]), 1, t), at)
    check_gradients(lambda t, p: special.sph_harm_y(4, 2, t, p), at, np.array([0.3, 1.0, 2.0]))
    check_gradients(lambda z: special.legendre_p(4, z), np.array([-1.0, 0.4, 1.0]))


def test_harmonics_are_eigenfunctions_of_the_laplacian() -> None:
    """By n (n + 1), which takes two derivatives in each angle."""
    def part(t: Any, p: Any) -> Any:
        return np.real(special.sph_harm_y(5, 3, t, p))

    t, p = 0.7, 1.9
    laplacian = grad(grad(part))(t, p) + grad(part)(t, p) / np.tan(t) + grad(grad(part, 1), 1)(t, p) / np.sin(t) ** 2
    np.testing.assert_allclose(laplacian, -30 * part(t, p), rtol=1e-11)


@pytest.mark.parametrize("dtypes", list(product((np.float16, np.float32, np.float64, np.int8), repeat=2)))
def test_dtypes_are_those_of_the_scipy_that_is_installed(dtypes: tuple[Any, Any]) -> None:
    """SciPy 1.17 answers float32 in double precision beside degrees, 1.18 in single precision in some functions."""
    theta, phi = (np.array([0, 1, 2]).astype(dtype) for dtype in dtypes)
    for n in (2, np.int64(2), np.array([2, 1, 0], np.int8)):
        for f in (lambda z, n=n: special.legendre_p(n, z), lambda t, n=n: special.sph_legendre_p(n, 1, t)):
            assert f(Tensor(theta)).dtype == f(theta).dtype
        found = special.sph_harm_y(n, 1, Tensor(theta), phi).dtype, special.sph_harm_y(n, 1, theta, Tensor(phi)).dtype
        assert found == (sc.sph_harm_y(n, 1, theta, phi).dtype,) * 2
    for f in (lambda z: special.legendre_p_all(2, z), lambda t: special.sph_legendre_p_all(2, 1, t)):
        assert f(Tensor(theta)).dtype == f(theta).dtype
    assert special.sph_harm_y_all(2, 1, Tensor(theta), phi).dtype == sc.sph_harm_y_all(2, 1, theta, phi).dtype


def test_batches_are_those_of_a_loop() -> None:
    for f in (lambda t: special.sph_legendre_p(4, 2, t)[0], lambda t: np.real(special.sph_harm_y(4, 2, t, 0.3))):
        np.testing.assert_allclose(vmap(grad(f))(THETA), [grad(f)(t) for t in THETA], atol=1e-14)


def test_what_has_no_degree_is_refused() -> None:
    z = Tensor(PLACES)
    with pytest.raises(TypeError, match="degrees and orders of an integer dtype, got float64"):
        special.legendre_p(2.5, z)
    with pytest.raises(ValueError, match=r"P_n is P_\(-n-1\)"):
        special.legendre_p(-3, z)
    with pytest.raises(ValueError, match="order 0, 1 and 2, got diff_n=3"):
        special.sph_harm_y(2, 1, z, PHI, diff_n=3)

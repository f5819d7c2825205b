"""Eigenvalues of tridiagonal matrices: SciPy's, with the signs of its vectors, and derivatives in both diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg as sl

from autograd import Tensor, grad
from autograd.scipy import linalg
from autograd.testing import check_gradients

rng = np.random.default_rng(8)
D, E = rng.normal(size=6), rng.uniform(0.5, 1.0, 5)


@pytest.mark.parametrize("driver", ["auto", "stemr", "stebz", "stev", "stevd"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_values_and_vectors_are_scipys(driver: str, dtype: Any) -> None:
    d, e = D.astype(dtype), E.astype(dtype)
    expected = sl.eigh_tridiagonal(d, e, lapack_driver=driver)
    for found, known in zip(linalg.eigh_tridiagonal(Tensor(d), e, lapack_driver=driver), expected, strict=True):
        assert found.dtype == known.dtype
        np.testing.assert_allclose(found.numpy(), known, rtol=1e-12 if dtype is np.float64 else 1e-5, atol=1e-6)


@pytest.mark.parametrize(("select", "ends"), [
    ("a", None), ("i", (1, 3)), ("v", (-0.5, 1.5)), ("all", None), (2, (0, 0))])
def test_a_part_is_selected_as_by_scipy(select: Any, ends: Any) -> None:
    expected = sl.eigh_tridiagonal(D, E, select=select, select_range=ends)
    found = linalg.eigh_tridiagonal(Tensor(D), E, select=select, select_range=ends)
    np.testing.assert_allclose(found[0].numpy(), expected[0], rtol=1e-12)
    np.testing.assert_allclose(np.abs(found[1].numpy()), np.abs(expected[1]), rtol=1e-9, atol=1e-12)
    only = linalg.eigvalsh_tridiagonal(D, Tensor(E), select, ends)
    np.testing.assert_allclose(only.numpy(), expected[0], rtol=1e-12)


def test_derivatives_in_both_diagonals() -> None:
    check_gradients(linalg.eigh_tridiagonal, D, E, order=2)
    check_gradients(lambda d, e: linalg.eigvalsh_tridiagonal(d, e, "i", (1, 3)), D, E, order=2)
    slope = grad(lambda d: linalg.eigvalsh_tridiagonal(d, E)[2])(D)
    np.testing.assert_allclose(slope, sl.eigh_tridiagonal(D, E)[1][:, 2] ** 2, rtol=1e-10)


@pytest.mark.parametrize(("call", "words"), [
    (lambda d: linalg.eigh_tridiagonal(d, E[:3]), r"n - 1 beside it, got float64 \(6,\) and float64 \(3,\)"),
    (lambda d: linalg.eigh_tridiagonal(d + 1j, E), "a real diagonal.*complex128"),
    (lambda d: linalg.eigh_tridiagonal(d, E, select="n"), "one of 'all', 'value', 'index', got 'n'"),
    (lambda d: linalg.eigh_tridiagonal(d, E, lapack_driver="sterf"), "lapack_driver must be one of .*'sterf'"),
    (lambda d: linalg.eigh_tridiagonal(d, E, select="i", select_range=(2, 9)), "first <= last < 6"),
])
def test_what_is_no_such_matrix_is_refused(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call(Tensor(D))

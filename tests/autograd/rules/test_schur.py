"""Schur's decomposition: SciPy's forms, and derivatives of both factors where the form is triangular."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg as sl

from autograd import Tensor, grad, jvp, vmap
from autograd.scipy import linalg
from autograd.testing import check_gradients

rng = np.random.default_rng(1)
TURNING, STRAIGHT = rng.normal(size=(4, 4)), np.diag([1, 2.5, -1, 4]) + 0.3 * rng.normal(size=(4, 4))
FORMS = [(STRAIGHT, "real"), (STRAIGHT, "r"), (TURNING, "complex"), (TURNING + 1j * STRAIGHT, "real"),
         (STRAIGHT.astype(np.float32), "c"), (np.stack([STRAIGHT, STRAIGHT.T]), "real"), (np.array([[2.0]]), "real")]


@pytest.mark.parametrize(("a", "output"), FORMS)
def test_every_form_is_scipys(a: Any, output: str) -> None:
    for x, expected in zip(linalg.schur(Tensor(a), output), sl.schur(a, output), strict=True):
        assert x.dtype == expected.dtype
        np.testing.assert_array_equal(x.numpy(), expected)


@pytest.mark.parametrize("sort", ["lhp", "rhp", "iuc", "ouc", lambda x, y=0.0: x > 2])
def test_eigenvalues_are_sorted_as_scipy_sorts_them(sort: Any) -> None:
    t, z, count = linalg.schur(Tensor(STRAIGHT), sort=sort)
    expected = sl.schur(STRAIGHT, sort=sort)
    np.testing.assert_array_equal([t.numpy(), z.numpy()], expected[:2])
    assert count == expected[2]
    check_gradients(lambda a: linalg.schur(a, sort=sort)[:2], STRAIGHT)


def test_both_factors_are_differentiated() -> None:
    """Those of a real form as they are, of a complex one what does not depend on the phases of its vectors."""
    def unique(a: Any) -> Any:
        t, z = linalg.schur(a, "complex")
        return np.diagonal(t), np.abs(t) ** 2, (z * np.arange(1.0, 5)) @ np.conj(z.T)

    check_gradients(linalg.schur, STRAIGHT)
    for a in (TURNING, TURNING + 1j * STRAIGHT):
        check_gradients(unique, a)


def test_the_tangents_of_the_factors_are_those_of_their_product_and_keep_their_structure() -> None:
    (t, z), (dt, dz) = jvp(linalg.schur, (STRAIGHT,), (TURNING,))
    np.testing.assert_allclose(dz @ t @ z.T + z @ dt @ z.T + z @ t @ dz.T, TURNING, atol=1e-12)
    np.testing.assert_array_equal(np.tril(dt, -1), 0)
    np.testing.assert_allclose(z.T @ dz + dz.T @ z, 0, atol=1e-13)


def test_batches_are_those_of_a_loop() -> None:
    both = np.stack([STRAIGHT, STRAIGHT.T])
    slope = grad(lambda a: np.sum(linalg.schur(a)[0] ** 3))
    np.testing.assert_allclose(vmap(slope)(both), [slope(a) for a in both], rtol=1e-12)


def test_what_has_no_triangular_form_is_refused_and_equal_eigenvalues_have_no_slope() -> None:
    with pytest.raises(ValueError, match="complex eigenvalues: write output='complex'"):
        linalg.schur(Tensor(TURNING))
    with pytest.raises(ValueError, match="output must be one of"):
        linalg.schur(Tensor(TURNING), "polar")
    equal = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert np.isnan(jvp(lambda a: linalg.schur(a)[1], (equal,), (np.array([[0.0, 1.0], [1.0, 0.0]]),))[1]).any()

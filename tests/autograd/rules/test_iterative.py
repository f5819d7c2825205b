"""Iterative solvers of linear systems: SciPy's solution and its derivative in b, by the transposed system."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as ss
import scipy.sparse.linalg as sl

from autograd import Tensor, grad, vmap
from autograd.scipy import sparse
from autograd.scipy.sparse import linalg
from autograd.testing import check_gradients

rng = np.random.default_rng(7)
HALF = ss.random_array((8, 8), density=0.4, rng=rng)
SYMMETRIC = (HALF @ HALF.T + 3 * ss.eye_array(8)).tocsr()
GENERAL = (SYMMETRIC + ss.diags_array([np.arange(7) * 0.3], offsets=[1], shape=(8, 8))).tocsr()
B = rng.normal(size=8)
CASES = [("cg", SYMMETRIC), ("minres", SYMMETRIC), ("bicg", GENERAL), ("bicgstab", GENERAL), ("gmres", GENERAL)]


@pytest.mark.parametrize(("name", "matrix"), CASES)
@pytest.mark.parametrize("form", [lambda a: a, lambda a: a.toarray(), sl.aslinearoperator])
def test_solutions_and_their_derivatives(name: str, matrix: Any, form: Any) -> None:
    solver, given = getattr(linalg, name), form(matrix)
    x, info = solver(given, Tensor(B), rtol=1e-12)
    expected, ended = getattr(sl, name)(given, B, rtol=1e-12)
    np.testing.assert_array_equal(x.numpy(), expected)
    assert (info, type(info)) == (ended, int)
    check_gradients(lambda b: solver(given, b, rtol=1e-13)[0], B, order=2)
    exact = np.linalg.solve(matrix.toarray().T, np.cos(np.arange(8)))
    for size in (1.0, 1e-9):  # a cotangent has no scale
        slope = grad(lambda b, size=size: size * (np.cos(np.arange(8)) @ solver(given, b, rtol=1e-12)[0]))(B)
        np.testing.assert_allclose(slope, size * exact, rtol=1e-9)
    many = vmap(lambda b: solver(given, b, rtol=1e-12)[0])(np.stack([B, 2 * B]))
    np.testing.assert_allclose(many[1], 2 * many[0], rtol=1e-9)


def test_a_symmetric_operator_needs_no_transpose() -> None:
    operator = sl.LinearOperator((8, 8), matvec=lambda v: SYMMETRIC @ v, dtype=float)
    inverse = sl.LinearOperator((8, 8), matvec=lambda v: v / SYMMETRIC.diagonal(), dtype=float)
    for solver in (linalg.cg, linalg.minres):
        slope = grad(lambda b, solver=solver: np.sum(solver(operator, b, M=inverse, rtol=1e-12)[0]))(B)
        np.testing.assert_allclose(slope, np.linalg.solve(SYMMETRIC.toarray(), np.ones(8)), rtol=1e-9)


def test_settings_are_the_solvers() -> None:
    seen, alone = list[Any](), list[Any]()
    sl.cg(SYMMETRIC, B, maxiter=99, callback=alone.append)
    x, info = linalg.cg(SYMMETRIC, Tensor(B[:, None]), Tensor(B), maxiter=2, rtol=1e-12, callback=seen.append)
    assert (x.shape, info, len(seen)) == ((8,), 2, 2)
    grad(lambda b: np.sum(linalg.cg(SYMMETRIC, b, maxiter=99, callback=seen.append)[0]))(B)
    assert len(seen) == 2 + len(alone)  # it is not called for cotangents
    with pytest.raises(np.linalg.LinAlgError, match=r"cg did not converge for a cotangent \(info=2\)"):
        grad(lambda b: np.sum(linalg.cg(SYMMETRIC, b, maxiter=2, rtol=1e-12)[0]))(B)
    shifted = linalg.minres(SYMMETRIC, Tensor(B), shift=0.5, rtol=1e-12)[0]
    np.testing.assert_allclose(shifted.numpy(), np.linalg.solve(SYMMETRIC.toarray() - 0.5 * np.eye(8), B))


@pytest.mark.parametrize(("args", "options", "misfit"), [
    ((None, 1e-5), {}, "too many positional arguments"),
    ((), {"tol": 1e-5}, "got an unexpected keyword argument 'tol'")])
def test_what_a_solver_does_not_take_is_told_in_its_own_names(args: Any, options: Any, misfit: str) -> None:
    with pytest.raises(TypeError, match=f"cg of tensors takes A, b, x0, rtol, atol, .*: {misfit}"):
        linalg.cg(SYMMETRIC, Tensor(B), *args, **options)


def test_a_matrix_of_tensors_is_refused() -> None:
    entries = sparse.coo_array((Tensor(np.ones(8)), (np.arange(8), np.arange(8))), (8, 8))
    for matrix in (entries, Tensor(np.eye(8))):
        with pytest.raises(TypeError, match=r"cg takes a constant matrix; .*spsolve\(A, b\)"):
            linalg.cg(matrix, Tensor(B))
    with pytest.raises(ValueError, match=r"one right side of 8 numbers, got shape \(8, 2\)"):
        linalg.cg(SYMMETRIC, Tensor(np.stack([B, B], 1)))

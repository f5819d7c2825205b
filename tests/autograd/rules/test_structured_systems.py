"""LU factors, Toeplitz, circulant and banded Hermitian systems, and isometries, with SciPy's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg as sl

from autograd import Tensor, grad, jacobian, jvp, vmap
from autograd.scipy import linalg
from autograd.testing import check_gradients
from tests.autograd.rules.form_checks import Form, checks_of

rng = np.random.default_rng(5)
SQUARE, TALL = rng.normal(size=(4, 4)), rng.normal(size=(5, 3))
COMPLEX = SQUARE + 1j * rng.normal(size=(4, 4))
VECTOR, COLUMNS = rng.normal(size=4), rng.normal(size=(4, 2))
FIRST = np.array([4.0, 1.0, -0.5, 0.3])
BAND = np.array([[0.0, 0.3, -0.4, 0.2], [0.0, 1.0, 0.5, -1.0], [4.0, 5.0, 4.5, 6.0]])

FORMS: list[Form] = [
    *[("linalg.lu_factor", (a,), {}) for a in (SQUARE, TALL, TALL.T, COMPLEX, SQUARE[:1, :1])],
    *[("linalg.lu", (a,), options) for a in (SQUARE, TALL, TALL.T, COMPLEX)
      for options in ({}, {"permute_l": True}, {"p_indices": True})],
    *[("linalg.solve_toeplitz", (c, b), {}) for c in (FIRST, FIRST + 1j * (np.arange(4) > 0))
      for b in (VECTOR, COLUMNS)],
    ("linalg.solve_toeplitz", (FIRST[:1], VECTOR[:1]), {}),
    *[("linalg.matmul_toeplitz", (c, x), {}) for c in (FIRST, COMPLEX[0]) for x in (VECTOR, COLUMNS)],
    *[("linalg.solve_circulant", (FIRST, b), {}) for b in (VECTOR, COLUMNS, COMPLEX)],
    ("linalg.solve_circulant", (FIRST, COLUMNS), {"outaxis": -1}),
    ("linalg.solve_circulant", (SQUARE[:2] + 4 * np.eye(4)[0], COLUMNS.T), {"baxis": 1, "caxis": 1, "outaxis": 1}),
    ("linalg.solve_circulant", (np.ones(3), VECTOR[:3]), {"singular": "lstsq"}),
    *[("linalg.convolution_matrix", (a, n), {"mode": mode}) for a in (VECTOR, COLUMNS.T, COMPLEX[0])
      for n in (1, 3, 4, 6) for mode in ("full", "same", "valid")],
    *[("linalg.solveh_banded", (BAND[start:], b), {}) for start in (0, 1, 2) for b in (VECTOR, COLUMNS)],
    ("linalg.solveh_banded", (BAND + 1j * (BAND < 2), COLUMNS), {}),
    ("linalg.solveh_banded", (np.flip(BAND), COLUMNS), {"lower": True}),
    ("linalg.solveh_banded", (np.flip(BAND + 1j * (BAND < 2)), COLUMNS), {"lower": True}),
    *[("linalg.pinvh", (a,), {"lower": lower}) for a in (SQUARE, COMPLEX) for lower in (True, False)],
    ("linalg.orthogonal_procrustes", (SQUARE, COMPLEX), {}), ("linalg.orthogonal_procrustes", (TALL, TALL**2), {}),
]


(
    test_each_form_of_a_call_is_scipys,
    test_each_form_of_a_call_is_differentiated_in_each_argument,
    test_each_form_of_a_call_in_single_precision_has_scipys_dtype_or_its_own,
) = checks_of(
    FORMS, smooth=lambda form: form[2] != {"singular": "lstsq"})  # in c it is not smooth where a frequency is lost


@pytest.mark.parametrize("trans", [0, 1, 2])
@pytest.mark.parametrize("b", [VECTOR, COLUMNS])
@pytest.mark.parametrize("a", [SQUARE, COMPLEX])
def test_factors_solve(a: Any, b: Any, trans: int) -> None:
    def solved(a: Any, b: Any, module: Any = linalg) -> Any:
        return module.lu_solve(module.lu_factor(a), b, trans)

    np.testing.assert_allclose(solved(Tensor(a), Tensor(b)).numpy(), solved(a, b, sl), rtol=1e-10)
    check_gradients(solved, a, b)


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (3,), (2, 3)])
def test_what_is_no_square_matrix_is_refused_whatever_is_assumed_of_it(shape: tuple[int, ...]) -> None:
    """A row broadcast to a matrix that nobody gave: a symmetric one, a diagonal one, a Lyapunov equation's."""
    a, b = Tensor(rng.uniform(0.1, 0.3, shape)), np.eye(3)
    for kind in ("symmetric", "diagonal", "tridiagonal", "upper triangular", "general", None):
        for lower in (False, True):
            for function in (lambda a, **options: linalg.solve(a, b, **options), linalg.inv):
                with pytest.raises(np.linalg.LinAlgError, match="takes a square matrix, got shape"):
                    function(a, assume_a=kind, lower=lower)
    with pytest.raises(np.linalg.LinAlgError, match="solve_discrete_lyapunov takes a square matrix, got shape"):
        linalg.solve_discrete_lyapunov(a, b, "bilinear")


@pytest.mark.parametrize("shape", [(6,), (2,), (6, 2), (1, 2), ()])
@pytest.mark.parametrize("trans", [0, 1])
def test_factors_refuse_a_right_side_of_other_rows(shape: tuple[int, ...], trans: int) -> None:
    """Of more rows those that the pivots name were solved for, and the rest forgotten."""
    b, factors = np.ones(shape), linalg.lu_factor(Tensor(SQUARE))
    assert SQUARE.shape[0] not in (2, 6)
    with pytest.raises(ValueError, match=r"right side of as many rows, got shapes .* and \("):
        linalg.lu_solve(factors, b, trans)


def test_factors_of_a_stack() -> None:
    stack, right = rng.normal(size=(3, 4, 4)), rng.normal(size=(3, 4, 2))
    solved = np.linalg.solve(stack, right)
    found = linalg.lu_solve(linalg.lu_factor(Tensor(stack)), right)
    np.testing.assert_allclose(found.numpy(), solved, rtol=1e-9)
    np.testing.assert_allclose(vmap(lambda a, b: linalg.lu_solve(linalg.lu_factor(a), b))(stack, right), solved,
                               rtol=1e-9)
    p, low, up = linalg.lu(Tensor(stack))
    np.testing.assert_allclose((p @ low @ up).numpy(), stack, atol=1e-12)


def test_the_factors_are_those_of_the_pivots_where_candidates_are_equal() -> None:
    matrix = np.array([[1.0, 3.0, -2.0], [-1.0, 0.1, 5.0], [1.0, -0.7, 0.3], [-1.0, 3.0, 2.0]])
    for found, expected in zip(linalg.lu_factor(Tensor(matrix)), sl.lu_factor(matrix), strict=True):
        np.testing.assert_array_equal(found, expected)
    p, low, up = (part.numpy() for part in linalg.lu(Tensor(matrix)))
    np.testing.assert_allclose(p @ low @ up, matrix, atol=1e-12)


@pytest.mark.parametrize("columns", [VECTOR, COLUMNS])
def test_a_toeplitz_matrix_of_a_column_and_a_row(columns: Any) -> None:
    row = np.array([4.0, 0.2, 0.7, -1.0])

    def solved(c: Any, r: Any, b: Any) -> Any:
        return linalg.solve_toeplitz((c, r), b)

    def product(c: Any, r: Any, x: Any) -> Any:
        return linalg.matmul_toeplitz((c, r), x)

    given = FIRST, row, columns
    matrix = sl.toeplitz(FIRST, row)
    np.testing.assert_allclose(solved(*map(Tensor, given)).numpy(), np.linalg.solve(matrix, columns), rtol=1e-10)
    np.testing.assert_allclose(product(*map(Tensor, given)).numpy(), matrix @ columns, rtol=1e-10)
    np.testing.assert_allclose(product(FIRST[:2], Tensor(row), columns).numpy(), matrix[:2] @ columns, rtol=1e-10)
    check_gradients(solved, *given)
    check_gradients(product, *given)
    firsts = FIRST + np.arange(3)[:, None] / 9
    np.testing.assert_allclose(vmap(lambda c: solved(c, row, columns))(firsts),
                               [sl.solve_toeplitz((c, row), columns) for c in firsts], rtol=1e-9)


def test_a_toeplitz_system_without_columns_has_derivatives_of_0() -> None:
    """SciPy's convolution of nothing has one axis, so the way back ended in an AxisError."""
    nothing = np.zeros((len(FIRST), 0))
    by_column, by_right = jacobian(linalg.solve_toeplitz, argnums=(0, 1))(FIRST, nothing)
    assert by_column.shape == (*nothing.shape, *FIRST.shape)
    assert by_right.shape == 2 * nothing.shape
    gradient = grad(lambda c: np.sum(linalg.solve_toeplitz(c, nothing)))
    np.testing.assert_array_equal(gradient(FIRST), 0 * FIRST)
    np.testing.assert_array_equal(jacobian(gradient)(FIRST), np.zeros(2 * FIRST.shape))
    out, change = jvp(linalg.solve_toeplitz, (FIRST, nothing), (FIRST, nothing))
    assert out.shape == change.shape == nothing.shape


def test_a_toeplitz_matrix_of_a_list_of_tensors_is_symmetric() -> None:
    def solved(a: Any) -> Any:
        return linalg.solve_toeplitz([2 * a, a * a, 0.1], VECTOR[:3])

    np.testing.assert_allclose(solved(Tensor(0.7)).numpy(), sl.solve_toeplitz([1.4, 0.49, 0.1], VECTOR[:3]), rtol=1e-12)
    check_gradients(solved, np.array(0.7))


def test_a_circle_that_loses_a_frequency_is_solved_as_nearly_as_can_be() -> None:
    check_gradients(lambda b: linalg.solve_circulant(np.ones(3), b, singular="lstsq"), VECTOR[:3])


def test_the_nearest_rotation_is_known_where_singular_values_are_equal() -> None:
    check_gradients(lambda a: linalg.orthogonal_procrustes(a, np.eye(3))[0], 2 * np.eye(3))


@pytest.mark.parametrize(("call", "error", "said"), [
    (lambda: linalg.solve_toeplitz(Tensor(SQUARE), VECTOR), ValueError, "made of two vectors"),
    (lambda: linalg.solve_toeplitz((FIRST, SQUARE), Tensor(VECTOR)), ValueError, "made of two vectors"),
    (lambda: linalg.solve_toeplitz((FIRST, FIRST[:3]), Tensor(VECTOR)), ValueError, "a square matrix"),
    (lambda: linalg.solve_toeplitz(FIRST, Tensor(VECTOR[:3])), ValueError, "a square matrix"),
    (lambda: linalg.solve_toeplitz(FIRST, Tensor(np.ones((4, 2, 2)))), ValueError, "a square matrix"),
    (lambda: linalg.matmul_toeplitz(FIRST, Tensor(VECTOR[:3])), ValueError, "as many numbers as the matrix has, 4"),
    (lambda: linalg.matmul_toeplitz(FIRST, Tensor(np.ones((4, 0)))), ValueError, "as the matrix has, 4"),
    (lambda: linalg.solve_circulant(Tensor(FIRST), VECTOR[:3]), ValueError, "of one length, got 4 and 3"),
    (lambda: linalg.solve_circulant(Tensor(np.ones(4)), VECTOR), np.linalg.LinAlgError, "singular='lstsq'"),
    (lambda: linalg.solve_circulant(Tensor(FIRST), VECTOR, "solve"), ValueError, "singular"),
    (lambda: linalg.solve_circulant(Tensor(FIRST), VECTOR, tol=5.0), np.linalg.LinAlgError, "near singular"),
    (lambda: linalg.convolution_matrix(Tensor(FIRST), 0), ValueError, "a length n > 0"),
    (lambda: linalg.convolution_matrix(Tensor(1.0), 2), ValueError, "at least one number"),
    (lambda: linalg.convolution_matrix(Tensor(FIRST[:0]), 2), ValueError, "at least one number"),
    (lambda: linalg.convolution_matrix(Tensor(FIRST), 2, "half"), ValueError, "mode"),
    (lambda: linalg.solveh_banded(Tensor(-BAND), VECTOR), np.linalg.LinAlgError, "not positive definite"),
    (lambda: linalg.pinvh(Tensor(SQUARE), atol=0.1), ValueError, "no atol"),
    (lambda: linalg.pinvh(Tensor(SQUARE), return_rank=True), ValueError, "matrix_rank"),
    (lambda: linalg.orthogonal_procrustes(Tensor(TALL), SQUARE), ValueError, "of one shape"),
])
def test_what_does_not_fit_is_said(call: Any, error: Any, said: str) -> None:
    with pytest.raises(error, match=said):
        call()

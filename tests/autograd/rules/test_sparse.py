"""Constant sparse matrices: products and systems, against dense ones."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg

from autograd import Tensor, grad, hessian, jacobian, vmap
from autograd.scipy import sparse
from autograd.scipy.sparse.entries import Places
from autograd.testing import check_gradients

rng = np.random.default_rng(0)
FORMATS = ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"]
VECTORS = [rng.standard_normal(4), rng.standard_normal((4, 3)), rng.standard_normal(4) * (1 - 0.5j)]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("factor", [1.0, 1.0 + 2.0j])
def test_products_are_those_of_dense_matrices(kind: str, factor: Any) -> None:
    for made in (sp.random_array, sp.random):
        matrix = made((5, 4) if made is sp.random_array else 5, **({} if made is sp.random_array else {"n": 4}),
                      density=0.5, rng=0).asformat(kind) * factor
        for x in VECTORS:
            np.testing.assert_allclose(sparse.matmul(matrix, Tensor(x)).numpy(), matrix.toarray() @ x)
            check_gradients(lambda x, matrix=matrix: sparse.matmul(matrix, x), x, order=2)
            assert type(sparse.matmul(matrix, x)) is np.ndarray


@pytest.mark.parametrize("kind", ["csr", "csc", "coo"])
@pytest.mark.parametrize("factor", [1.0, 1.0 + 0.5j])
def test_solutions_are_those_of_dense_systems(kind: str, factor: Any) -> None:
    matrix = (sp.random_array((4, 4), density=0.5, rng=1) * factor + 4 * sp.eye_array(4)).asformat(kind)
    for b in VECTORS:
        found = sparse.linalg.spsolve(matrix, Tensor(b)).numpy()
        np.testing.assert_allclose(matrix.toarray() @ found, b)
        check_gradients(lambda b: sparse.linalg.spsolve(matrix, b), b, order=2)
    single = sparse.linalg.spsolve(matrix.astype(np.complex64 if factor.imag else np.float32),
                                   Tensor(VECTORS[0].astype(np.float32)))
    assert single.dtype == (np.complex64 if factor.imag else np.float32)
    assert sparse.linalg.spsolve(sp.eye_array(2, format="csc"), Tensor([1, 2])).dtype == np.float64


def test_one_column_gives_a_vector_as_it_does_in_scipy() -> None:
    matrix, b = 2 * sp.eye_array(3, format="csc"), np.ones((3, 1))
    assert sparse.linalg.spsolve(matrix, Tensor(b)).shape == scipy.sparse.linalg.spsolve(matrix, b).shape == (3,)
    check_gradients(lambda b: sparse.linalg.spsolve(matrix, b), b)


@pytest.mark.parametrize("trans", ["N", "T", "H"])
@pytest.mark.parametrize("factor", [1.0, 1.0 + 0.5j])
def test_a_factored_matrix_solves_as_scipys_does(factor: Any, trans: Any) -> None:
    matrix = (sp.random_array((4, 4), density=0.5, rng=1) * factor + 4 * sp.eye_array(4)).tocsc()
    ours, theirs = (module.linalg.splu(matrix) for module in (sparse, sp))
    for b in VECTORS[: 2 + isinstance(factor, complex)]:
        np.testing.assert_allclose(ours.solve(Tensor(b), trans).numpy(), theirs.solve(b, trans))
        np.testing.assert_array_equal(ours.solve(b, trans), theirs.solve(b, trans))
        check_gradients(lambda b: ours.solve(b, trans), b, order=2)
    np.testing.assert_allclose(vmap(lambda b: ours.solve(b, trans))(VECTORS[1].T), theirs.solve(VECTORS[1], trans).T)
    assert (ours.nnz, ours.shape) == (theirs.nnz, theirs.shape)
    assert not hasattr(ours, "_nothing")
    np.testing.assert_array_equal(copy.copy(ours).solve(VECTORS[0]), theirs.solve(VECTORS[0]))
    assert sparse.linalg.factorized(matrix)(Tensor(VECTORS[0])).dtype == matrix.dtype


def test_columns_are_ordered_as_scipys_are_asked_to_be() -> None:
    matrix, b = (sp.random_array((6, 6), density=0.5, rng=1) + 4 * sp.eye_array(6)).tocsc(), np.arange(6.0)
    found, usual = sparse.linalg.splu(matrix, permc_spec="NATURAL"), sparse.linalg.splu(matrix)
    assert found.perm_c.tolist() == list(range(6)) != usual.perm_c.tolist()
    for module, right in ((sparse, b), (sparse, Tensor(b)), (scipy.sparse, b)):
        with pytest.raises(ValueError, match="(?i)permc_?spec|invalid"):
            module.linalg.spsolve(matrix, right, permc_spec="BEST")


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_right_side_of_less_precision_has_its_own_gradient(kind: Any) -> None:
    matrix = (sp.random_array((4, 4), density=0.5, rng=1) * (1 + 1j) + 4 * sp.eye_array(4)).tocsc()
    b = Tensor(VECTORS[0].astype(kind), requires_grad=True)
    np.sum(np.abs(sparse.linalg.splu(matrix).solve(b)) ** 2).backward()
    assert b.grad is not None
    inverse = np.linalg.inv(matrix.toarray())
    assert b.grad.dtype == kind
    np.testing.assert_allclose(b.grad.numpy(), 2 * np.real(np.conj(inverse.T) @ inverse @ VECTORS[0]), rtol=1e-5)


def test_a_factored_matrix_says_what_it_cannot_solve() -> None:
    factors = sparse.linalg.splu(sp.eye_array(4, format="csc"))
    with pytest.raises(TypeError, match=r"float64 matrix solve .* got complex128 and 'N'; factor A.astype"):
        factors.solve(Tensor(VECTORS[2]))
    with pytest.raises(TypeError, match=r"trans 'N', 'T' or 'H' .* got float64 and 'C'"):
        factors.solve(Tensor(VECTORS[0]), "C")
    with pytest.raises(TypeError, match=r"splu takes a constant matrix"):
        sparse.linalg.splu(Tensor(np.eye(3)))
    with pytest.raises(TypeError, match=r"takes a constant matrix"):
        sparse.linalg.factorized(Tensor(np.eye(3)))


def test_a_matrix_that_is_changed_afterwards_changes_no_gradient() -> None:
    matrix, x = sp.eye_array(3, format="csc") * 2.0, Tensor(np.ones(3), requires_grad=True)
    loss = np.sum(sparse.matmul(matrix, x) ** 2) + np.sum(sparse.linalg.spsolve(matrix, x))
    matrix.data[:] = 100
    loss.backward()
    np.testing.assert_allclose(x.grad.numpy(), [8.5] * 3)


def test_heat_on_a_line_by_implicit_steps() -> None:
    """A thousand unknowns: the gradient of where the heat is, in where it was, against the dense inverse."""
    size = 1000
    step = sp.diags_array([np.full(size - 1, -0.4), np.full(size, 1.8), np.full(size - 1, -0.4)],
                          offsets=[-1, 0, 1], format="csc")
    start, weights = rng.standard_normal(size), rng.standard_normal(size)

    def loss(u: Any) -> Any:
        for _ in range(5):
            u = sparse.linalg.spsolve(step, u)
        return np.sum(weights * u)

    expected = np.linalg.matrix_power(np.linalg.inv(step.toarray()), 5).T @ weights
    np.testing.assert_allclose(grad(loss)(start), expected, atol=1e-12)


def test_batches_and_hessians() -> None:
    matrix = sp.random_array((3, 3), density=0.7, rng=0).tocsr()
    x = rng.standard_normal((2, 3))
    np.testing.assert_allclose(vmap(lambda x: sparse.matmul(matrix, x))(x), x @ matrix.toarray().T)
    energy = hessian(lambda x: np.sum(sparse.matmul(matrix, x) ** 2))(x[0])
    np.testing.assert_allclose(energy, 2 * matrix.toarray().T @ matrix.toarray())


ROW, COL = np.array([0, 1, 2, 3, 0, 2, 2]), np.array([0, 1, 2, 3, 2, 1, 2])  # the last place twice
ENTRIES = np.array([4.0, 3.0, 2.0, 5.0, 0.3, -0.7, 1.5])


def dense(data: Any) -> Any:
    return sp.coo_array((data, (ROW, COL)), (4, 4)).toarray()


@pytest.mark.parametrize("factor", [1.0, 1.0 + 0.5j])
def test_a_matrix_of_tensors_multiplies_and_solves_as_the_dense_one(factor: Any) -> None:
    data = ENTRIES * factor
    for x in VECTORS[:2]:
        A = sparse.coo_array((Tensor(data), (ROW, COL)), (4, 4))
        np.testing.assert_allclose((A @ x).numpy(), dense(data) @ x)
        np.testing.assert_allclose(sparse.matmul(A.T, Tensor(x)).numpy(), dense(data).T @ x)
        np.testing.assert_allclose(sparse.linalg.spsolve(A.tocsc(), x).numpy(), np.linalg.solve(dense(data), x))
        check_gradients(lambda d, x: sparse.coo_array((d, (ROW, COL)), (4, 4)) @ x, data, x)
        check_gradients(lambda d, x: sparse.linalg.spsolve(sparse.coo_matrix((d, (ROW, COL))), x), data, x)
    numbers = [Tensor(data)[i] for i in range(len(data))]
    np.testing.assert_allclose((sparse.coo_array((numbers, (ROW, COL))) @ VECTORS[0]).numpy(), dense(data) @ VECTORS[0])
    single = sparse.coo_array((Tensor(data.astype(np.complex64 if factor.imag else np.float32)), (ROW, COL)))
    assert (single @ np.ones(4, np.float32)).dtype == sparse.linalg.spsolve(single, np.ones(4, np.float32)).dtype
    assert single.dtype == (single @ np.ones(4, np.float32)).dtype


@pytest.mark.parametrize("shape", [(3, 5), (5, 3)])
def test_a_matrix_of_tensors_need_not_be_square(shape: tuple[int, int]) -> None:
    row, col = np.array([2, 0, 1, 2, 2]), np.array([0, 2, 1, 0, 2])  # the first place twice
    full = sp.coo_array((ENTRIES[:5], (row, col)), shape).toarray()

    def products(data: Any, x: Any, y: Any) -> Any:
        A = sparse.coo_array((data, (row, col)), shape)
        return A @ x, y @ A, A.T @ y.T, x.T @ A.T, A.toarray(), A.T.toarray(), sparse.matmul(A, x[:, 0])

    x, y = rng.standard_normal((shape[1], 2)), rng.standard_normal((2, shape[0]))
    expected = full @ x, y @ full, full.T @ y.T, x.T @ full.T, full, full.T, full @ x[:, 0]
    for found, dense_one in zip(products(*map(Tensor, (ENTRIES[:5], x, y))), expected, strict=True):
        np.testing.assert_allclose(found.numpy(), dense_one, atol=1e-12)
    check_gradients(products, ENTRIES[:5], x, y)
    A = sparse.coo_array((Tensor(ENTRIES[:5]), (row, col)), shape)
    assert (A.T.shape, A.T.places.matrix(ENTRIES[:5]).shape) == (shape[::-1], shape[::-1])
    with pytest.raises(ValueError, match=r"takes a square matrix .* got \(\d, \d\) and \(\d,\)"):
        sparse.linalg.spsolve(A, np.ones(shape[0]))


@pytest.mark.parametrize("of_entries", [int, np.float32, float])
@pytest.mark.parametrize("of_right", [int, np.float32, float, complex])
def test_a_system_of_two_dtypes_is_solved_in_both(of_entries: Any, of_right: Any) -> None:
    data, b = (10 * ENTRIES).astype(of_entries), np.array([3, 1, -2, 5], of_right)
    found = sparse.linalg.spsolve(sparse.coo_array((Tensor(data), (ROW, COL)), (4, 4)), Tensor(b))
    assert found.dtype == np.result_type(data, b, np.float32)
    np.testing.assert_allclose(found.numpy(), np.linalg.solve(dense(data), b), rtol=1e-5)


def test_sums_and_multiples_of_matrices_of_tensors() -> None:
    constant, d = sp.random_array((4, 4), density=0.5, rng=0), Tensor(ENTRIES)
    A = sparse.coo_array((d, (ROW, COL)), (4, 4))
    full, other = dense(ENTRIES), constant.toarray()
    for found, expected in ((A + constant, full + other), (constant + A, full + other), (constant - A, other - full),
                            (A - A / 2, full / 2), (-2 * A * d[1] + A.T, -6 * full + full.T)):
        np.testing.assert_allclose(found.toarray().numpy(), expected)
    assert repr(A) == "<sparse matrix (4, 4) of 7 tensors, float64>"
    assert (A.nnz, A.ndim) == (7, 2)


@pytest.mark.parametrize("shape", [None, (4, 6)])
def test_diagonals_of_tensors_stand_where_scipys_do(shape: Any) -> None:
    diagonals = [np.array([1.0, 2, 3]), np.array([4.0, 5, 6, 7]), np.array([8.0, 9])]
    if shape:
        diagonals = [np.array([1.0, 2, 3]), np.array([4.0, 5, 6, 7]), np.array([8.0, 9, 1, 2])]
    offsets = [-1, 0, 2]
    expected = sp.diags_array(diagonals, offsets=offsets, shape=shape).toarray()
    for make in (sparse.diags_array, sparse.diags):
        found = make([Tensor(d) for d in diagonals], offsets=offsets, shape=shape)
        np.testing.assert_array_equal(found.toarray().numpy(), expected)
        assert sp.issparse(make(diagonals, offsets=offsets, shape=shape))
    laplace = sparse.diags_array([Tensor(1.0), -2.0, 1.0], offsets=[-1, 0, 1], shape=(5, 5))
    np.testing.assert_array_equal(laplace.toarray().numpy(),
                                  sp.diags_array([1.0, -2.0, 1.0], offsets=[-1, 0, 1], shape=(5, 5)).toarray())
    np.testing.assert_array_equal(sparse.diags_array(Tensor([1.0, 2.0])).toarray().numpy(), np.diag([1.0, 2.0]))


MAKERS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    *[(name, given, options) for name in ("coo_array", "coo_matrix") for given, options in (
        ((ENTRIES, (ROW, COL)), {}), ((ENTRIES, (ROW, COL)), {"shape": (6, 5)}),
        ((ENTRIES, (ROW, COL)), {"dtype": np.float32, "copy": True, "maxprint": 3}))],
    *[(name, ENTRIES[:4], options) for name in ("diags_array", "diags") for options in (
        {}, {"offsets": -1}, {"offsets": 1, "shape": (4, 5)}, {"dtype": np.float32, "format": "csr"})],
    *[(name, diagonals, options) for name in ("diags_array", "diags") for diagonals, options in (
        ([ENTRIES[:2], ENTRIES[:3]], {"offsets": [-2, 1], "shape": (4, 4), "dtype": complex}), (ENTRIES[:1], {}),
        *[([np.array(2.0), np.array(-0.5)], {"offsets": [-1, 1], "shape": shape}) for shape in ((2, 6), (6, 2))],
        ([ENTRIES[:2], ENTRIES[:0]], {"offsets": [0, 2], "shape": (2, 2)}))],
]


@pytest.mark.parametrize(("name", "given", "options"), MAKERS)
def test_a_matrix_of_tensors_is_made_by_the_options_of_scipys(name: str, given: Any, options: dict[str, Any]) -> None:
    expected = getattr(sp, name)(given, **options)
    of_arrays = getattr(sparse, name)(given, **options)
    for kind in ("dtype", "shape", "format", "maxprint"):
        assert getattr(of_arrays, kind) == getattr(expected, kind)
    np.testing.assert_array_equal(of_arrays.toarray(), expected.toarray())
    data = given[0] if isinstance(given, tuple) else given
    tensors = [Tensor(d) for d in data] if isinstance(data, list) else Tensor(data)
    found = getattr(sparse, name)((tensors, given[1]) if isinstance(given, tuple) else tensors, **options)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(found.toarray().numpy(), expected.toarray())
    with pytest.raises(TypeError, match="unexpected keyword argument 'size'"):
        getattr(sparse, name)((tensors, given[1]) if isinstance(given, tuple) else tensors, size=3, **options)


def test_a_conductivity_is_found_again_from_a_temperature() -> None:
    """`(k u')' = -1` on a line: the gradient in k of each cell through the sparse system, and steps by it."""
    size = 30

    def temperature(k: Any) -> Any:
        A = sparse.diags_array([-k[1:-1], k[1:] + k[:-1], -k[1:-1]], offsets=[-1, 0, 1], format="csc")
        return sparse.linalg.spsolve(A, np.full(size, (size + 1) ** -2.0))

    truth = 1 + 0.5 * np.sin(np.arange(size + 1))
    measured, k = temperature(truth), truth * (1 + 0.03 * np.cos(5.0 * np.arange(size + 1)))
    check_gradients(lambda k: np.sum(temperature(k) ** 2), truth)
    assert np.max(np.abs(temperature(k) / measured - 1)) > 1e-3
    for _ in range(5):
        J = np.asarray(jacobian(temperature)(k))
        k = k + np.linalg.lstsq(J, measured - temperature(k), rcond=None)[0]
    np.testing.assert_allclose(temperature(k), measured, rtol=1e-10)
    np.testing.assert_allclose(vmap(temperature)(np.stack([truth, k])), np.stack([temperature(truth), temperature(k)]))


def test_numbers_and_arrays_stand_on_either_side_of_a_matrix_of_tensors() -> None:
    def apart(k: Any, d: Any, x: Any) -> Any:
        A = sparse.coo_array((d, (ROW, COL)), (4, 4))
        return (k * A).toarray() - (A * k).toarray(), x @ (k * A), x[0] @ A, A @ x.T, (A / k).toarray()

    x = rng.standard_normal((2, 4))
    A = sp.coo_array((ENTRIES, (ROW, COL)), (4, 4)).toarray()
    for found, expected in zip(apart(Tensor(1.5), Tensor(ENTRIES), Tensor(x)),
                               (np.zeros((4, 4)), 1.5 * x @ A, x[0] @ A, A @ x.T, A / 1.5), strict=True):
        np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)
    check_gradients(apart, np.array(1.5), ENTRIES, x)
    ks = np.array([0.5, 2.0])
    np.testing.assert_allclose(vmap(lambda k: apart(k, Tensor(ENTRIES), x)[1])(ks), ks[:, None, None] * (x @ A))


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda A: A @ A, TypeError, r"write A @ \(B @ x\)"),
    (lambda A: A @ np.ones(3), ValueError, r"a matrix \(4, 4\) multiplies \(4,\) or \(4, K\), got \(3,\)"),
    (lambda A: A + sp.eye_array(3), ValueError, r"of one shape are added, got \(4, 4\) and \(3, 3\)"),
    (lambda A: A + 1, TypeError, "unsupported operand"),
    (lambda A: A * np.ones(4), TypeError, "does not support ufuncs"),
    (lambda A: A / A, TypeError, "unsupported operand"),
    (lambda A: A.data * A, TypeError, "unsupported operand"),
    (lambda A: A.data[0] + A, TypeError, "unsupported operand"),
    (lambda A: np.multiply(A.data[0], A), TypeError, "does not support ufuncs"),
    (lambda A: np.ones(3) @ A, ValueError, r"multiplies \(4,\) or \(4, K\), got \(3,\)"),
    (lambda A: sparse.linalg.spsolve(A, np.ones(3)), ValueError, r"got \(4, 4\) and \(3,\)"),
    *[(lambda A, given=given: sparse.coo_array(given), TypeError, r"coo_array\(\(data, \(row, col\)\), shape\)")
      for given in (
          Tensor(np.eye(3)), Tensor(np.eye(2)), (Tensor(ENTRIES), ROW, COL), (Tensor(np.eye(2)), (ROW, COL)))],
    (lambda A: sparse.csr_array, AttributeError, r"coo_array\(.*\) and diags_array take tensors"),
])
def test_what_matrices_of_tensors_do_not_do(call: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        call(sparse.coo_array((Tensor(ENTRIES), (ROW, COL)), (4, 4)))


def test_what_is_no_sparse_matrix_is_refused_and_tensors_name_the_way() -> None:
    with pytest.raises(TypeError, match=r"got ndarray; write A @ x"):
        sparse.matmul(np.eye(3), Tensor(np.ones(3)))
    with pytest.raises(TypeError, match=r"autograd.scipy.sparse.matmul\(A, x\)"):
        Tensor(np.ones(3)) @ sp.eye_array(3)
    A, t = sp.eye_array(3).tocoo(), Tensor(2.0)
    with pytest.raises(TypeError, match=r"for a multiple sparse.coo_array\(\(t \* A.data, A.coords\), A.shape\)"):
        t * A
    assert sparse.coo_array((t * A.data, A.coords), A.shape).toarray().tolist() == (2 * np.eye(3)).tolist()


def test_places_say_how_many_they_are_and_of_what() -> None:
    assert repr(Places(np.arange(3), np.arange(3), (4, 5))) == "3 of (4, 5)"


def test_a_complex_matrix_solves_for_real_tensors() -> None:
    A = (sp.eye_array(3) * (2 + 1j)).tocsc()
    b = np.arange(1.0, 4.0)
    np.testing.assert_allclose(sparse.linalg.spsolve(A, Tensor(b)).numpy(), b / (2 + 1j), rtol=1e-14)
    check_gradients(lambda b: sparse.linalg.spsolve(A, b), b)

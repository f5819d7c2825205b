"""Linear algebra where it is degenerate, where NumPy reads half of a matrix, and against formulas known otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import NoDerivativeError, Tensor, grad, hessian, jacobian, jvp, vjp
from autograd.scipy.linalg import polar
from autograd.testing import check_gradients

Array = np.ndarray[Any, Any]
rng = np.random.default_rng(0)
DEGENERATE = {
    "identity": np.eye(3), "zero": np.zeros((3, 3)), "rank 1": np.ones((3, 3)), "two equal": np.diag([1.0, 1.0, 2.0]),
    "singular": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]),
}


def put_together(w: Any, v: Any) -> Any:
    """The symmetric matrix of these eigenvalues and eigenvectors."""
    return (v * w) @ v.T


def symmetric(x: Array) -> Array:
    return x + x.T


# --- Degenerate matrices ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["identity", "zero", "rank 1", "two equal"])
def test_losses_of_equal_eigenvalues_have_the_derivative_they_have(name: str) -> None:
    x = DEGENERATE[name]
    losses = (
        lambda x: np.sum(np.linalg.eigvalsh(x) ** 2), lambda x: np.sum(np.linalg.eigh(x)[0] ** 3),
        lambda x: np.sum(np.linalg.svdvals(x) ** 2), lambda x: np.sum(np.linalg.svd(x)[1] ** 2),
    )
    for loss in losses:
        check_gradients(loss, x, order=1)


@pytest.mark.parametrize("name", ["identity", "zero", "rank 1", "two equal"])
def test_vectors_of_equal_values_give_nan_and_no_wrong_number(name: str) -> None:
    """The exponential of a matrix has a derivative there, but its eigenvectors have none, and cannot carry it."""
    x, t = DEGENERATE[name], symmetric(np.arange(9.0).reshape(3, 3)) / 10

    def exponential(x: Any) -> Any:
        w, v = np.linalg.eigh(x)
        return np.sum(put_together(np.exp(w), v) * t)

    def stretched(x: Any) -> Any:
        u, s, vh = np.linalg.svd(x)
        return np.sum(((u * (1 + s)) @ vh) * t)

    for loss in (exponential, stretched):
        assert np.isnan(grad(loss)(x)).any()
        assert np.isnan(jvp(loss, (x,), (t,))[1])


@pytest.mark.parametrize("scale", [2.0**-90, 2.0**-30, 2.0**60])
def test_vectors_turn_alike_however_small_their_matrix_is(scale: float) -> None:
    """Values are equal up to rounding of the largest among them, not of 1."""
    x, t = symmetric(np.arange(9.0).reshape(3, 3) ** 1.5), symmetric(np.cos(np.arange(9.0)).reshape(3, 3))
    found, expected = (jvp(lambda x: np.linalg.eigh(x)[1], (s * x,), (s * t,))[1] for s in (scale, 1.0))
    np.testing.assert_allclose(np.abs(found), np.abs(expected), rtol=1e-9, atol=1e-9)  # LAPACK may turn their signs


def test_the_vector_of_a_number_does_not_turn() -> None:
    for value in (0.0, 2.0):
        assert jvp(lambda x: np.linalg.eigh(x)[1], (np.full((1, 1), value),), (np.ones((1, 1)),))[1] == 0


def test_the_polar_factor_is_right_where_singular_values_are_equal() -> None:
    for x in (np.eye(3), np.linalg.qr(rng.standard_normal((4, 3)))[0], rng.standard_normal((2, 4))):
        for side in ("right", "left"):
            check_gradients(lambda x, side=side: polar(x, side), x, order=2)


@pytest.mark.parametrize("name", DEGENERATE)
def test_gradient_of_a_singular_determinant_is_the_matrix_of_cofactors(name: str) -> None:
    x = DEGENERATE[name]
    cofactors = [
        [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) for j in range(3)] for i in range(3)
    ]
    np.testing.assert_allclose(grad(np.linalg.det)(x), cofactors, atol=1e-12)


@pytest.mark.parametrize("name", ["zero", "rank 1", "singular", "two equal"])
@pytest.mark.parametrize("phase", [1.0, np.exp(1j)])
@pytest.mark.parametrize("rounding", [0.0, 1e-16])
def test_second_derivatives_of_a_singular_determinant_are_those_of_a_triple_product(
        name: str, phase: complex, rounding: float) -> None:
    x, t = phase * (DEGENERATE[name] + rounding * rng.standard_normal((3, 3))), rng.standard_normal((3, 3))
    def curvature(det: Any) -> Any:
        def slope(x: Any) -> Any:
            return jvp(det, (x,), (t,))[1]

        return jvp(slope, (x,), (t,))[1], *((grad(slope)(x),) if phase == 1 else ())

    for found, expected in zip(curvature(np.linalg.det), curvature(lambda x: np.sum(x[0] * np.cross(x[1], x[2]))),
                               strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-13)


def test_a_third_derivative_of_a_singular_determinant_is_refused_in_words() -> None:
    with pytest.raises(NoDerivativeError, match="det has two derivatives at a matrix that is singular"):
        jacobian(hessian(np.linalg.det))(np.ones((3, 3)))


def test_a_singular_complex_determinant_changes_by_the_cofactors() -> None:
    """Where the inverse exists because of rounding, and where it does not."""
    left, right, t = (rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3)) for _ in range(3))
    signs = (-1.0) ** np.add.outer(np.arange(3), np.arange(3))
    for x in (left @ np.diag([1.0, 2.0, 0.0]) @ right, np.array([[1, 1j, 0], [1j, -1, 0], [0, 0, 2]]),
              np.array([[1 + 1j, 2, 0], [2j, 1 - 3j, 0], [1j, 5, 0]])):
        minors = [[np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) for j in range(3)] for i in range(3)]
        assert jvp(np.linalg.det, (x,), (t,))[1] == pytest.approx(np.sum(signs * minors * t), rel=1e-9)
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.inv(x)
    stack = np.stack([[x, x.T], [np.conj(x), 2 * x]])
    found = jvp(np.linalg.det, (stack,), (np.broadcast_to(t, stack.shape),))[1]
    for k in np.ndindex(2, 2):
        assert found[k] == pytest.approx(jvp(np.linalg.det, (stack[k],), (t,))[1], rel=1e-9)


def test_determinant_at_the_identity_to_the_third_order() -> None:
    check_gradients(np.linalg.det, np.eye(3), order=3)


@pytest.mark.parametrize("ord", [None, 1, 2, 3, 0.5, np.inf])
def test_norm_of_the_zero_vector_has_gradient_zero(ord: Any) -> None:
    np.testing.assert_array_equal(grad(lambda x: np.linalg.norm(x, ord))(np.zeros(3)), np.zeros(3))


@pytest.mark.parametrize("ord", [None, "nuc", 1, 2, np.inf])
def test_norm_of_the_zero_matrix_has_gradient_zero(ord: Any) -> None:
    np.testing.assert_array_equal(grad(lambda x: np.linalg.norm(x, ord))(np.zeros((2, 3))), np.zeros((2, 3)))


def test_spectral_norm_shares_a_tie_equally() -> None:
    np.testing.assert_allclose(grad(lambda x: np.linalg.norm(x, 2))(np.eye(4)), np.eye(4) / 4)


def test_least_squares_of_deficient_rank_has_the_derivative_along_its_rank() -> None:
    left, right = rng.standard_normal((4, 2)), rng.standard_normal((2, 3))
    b = rng.standard_normal(4)
    check_gradients(lambda left, right, b: np.linalg.lstsq(left @ right, b, rcond=1e-10)[0], left, right, b, order=1)
    check_gradients(lambda left, right: np.linalg.pinv(left @ right, rcond=1e-10), left, right, order=1)


@pytest.mark.parametrize("scale", [1.0, 1e6, 1e-6])
@pytest.mark.parametrize("rcond", [None, -1])
def test_what_is_singular_but_for_rounding_is_so_unless_told_otherwise(rcond: Any, scale: float) -> None:
    """Also where the two ways to leave the limit to NumPy are asked for: its rank, and no huge derivative."""
    a, b = np.outer([1.0, 0.3, 0.7, 0.9], [1.0, 0.1, 0.6]) @ rng.standard_normal((3, 3)), rng.standard_normal(4)
    a = a * scale
    solution, misfit, rank, _ = np.linalg.lstsq(a, Tensor(b, requires_grad=True), rcond)
    expected = np.linalg.lstsq(a, b, rcond)
    assert (rank, misfit.shape) == (expected[2], expected[1].shape) == (1, (0,))
    np.testing.assert_allclose(solution.detach().numpy(), expected[0])
    np.testing.assert_allclose(jacobian(lambda b: np.linalg.lstsq(a, b, rcond)[0])(b), np.linalg.pinv(a, rcond=1e-10))


def test_the_sign_of_a_determinant_may_be_imaginary() -> None:
    turns = jvp(lambda a: np.linalg.slogdet(a)[0], (np.diag([1j, 1.0]),), (np.diag([1.0, 0]) + 0j,))[1]
    assert turns == pytest.approx(1.0)  # from i along the circle
    x = np.diag([1j, 2.0])
    check_gradients(lambda a: np.linalg.slogdet(a)[0], x, order=1)
    check_gradients(lambda a: np.linalg.slogdet(a)[1], x, order=1)


def test_condition_of_a_singular_matrix() -> None:
    singular = Tensor(np.diag([3.0, 0.0]), requires_grad=True)
    with np.errstate(divide="ignore"):
        assert [np.linalg.cond(singular, p).item() for p in (None, 2, -2)] == [np.inf, np.inf, 0]


# --- What NumPy reads and returns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("f", "unread"), [
    (np.linalg.cholesky, np.triu), (lambda x: np.linalg.cholesky(x, upper=True), np.tril),
    (np.linalg.eigvalsh, np.triu), (lambda x: np.linalg.eigvalsh(x, "U"), np.tril),
    (lambda x: np.linalg.eigh(x)[0], np.triu), (lambda x: np.linalg.svd(x, hermitian=True)[1], np.triu),
])
def test_the_triangle_that_is_not_read_has_gradient_zero(f: Any, unread: Any) -> None:
    x = symmetric(rng.standard_normal((3, 3))) + 6 * np.eye(3)
    gradient = grad(lambda x: np.sum(f(x)))(x)
    strictly = unread(np.ones((3, 3))) - np.eye(3)
    assert not np.any(gradient * strictly)
    assert np.any(gradient * strictly.T)


def test_log_determinant_has_the_inverse_as_gradient_by_every_way() -> None:
    a = rng.standard_normal((4, 4))
    x = a @ a.T + np.eye(4)
    ways = (
        lambda a: np.linalg.slogdet(a @ a.T + np.eye(4))[1],
        lambda a: 2 * np.sum(np.log(np.diagonal(np.linalg.cholesky(a @ a.T + np.eye(4))))),
        lambda a: np.sum(np.log(np.linalg.eigvalsh(a @ a.T + np.eye(4)))),
        lambda a: np.sum(np.log(np.linalg.svdvals(a @ a.T + np.eye(4)))),
        lambda a: np.log(np.linalg.det(a @ a.T + np.eye(4))),
    )
    for way in ways:
        np.testing.assert_allclose(grad(way)(a), 2 * np.linalg.inv(x) @ a, rtol=1e-9)


@pytest.mark.parametrize("kind", [int, np.int8, np.float32, np.complex64])
@pytest.mark.parametrize("f", [
    np.linalg.inv, np.linalg.det, np.linalg.slogdet, np.linalg.pinv, np.linalg.cholesky, np.linalg.eigvalsh,
    np.linalg.svdvals, np.linalg.cond, lambda x: np.linalg.qr(x, "r"), lambda x: np.linalg.solve(x, x[0]),
    lambda x: np.linalg.lstsq(x[:, :2], x[0])[0], lambda x: np.linalg.lstsq(x[:, :2], x[:, 1:])[1:],
    lambda x: np.linalg.matrix_norm(x, ord=1), lambda x: np.linalg.vector_norm(x, ord=3), np.linalg.norm,
    lambda x: np.linalg.tensorinv(x, ind=1), lambda x: np.linalg.tensorinv(x[:, None], ind=2), np.linalg.trace,
    lambda x: np.linalg.tensorsolve(x, x[1]),
    lambda x: np.linalg.matrix_power(x, 3), lambda x: np.linalg.matrix_power(x, -2),
])
def test_matrices_of_other_kinds_give_what_numpy_makes_of_them(f: Any, kind: Any) -> None:
    x = np.array([[4, 1, 0], [1, 5, 2], [0, 2, 7]], kind)
    for a, b in zip(autograd.tree.leaves(f(Tensor(x))), autograd.tree.leaves(f(x)), strict=True):
        a = a.numpy() if isinstance(a, Tensor) else np.asarray(a, b.dtype)  # a rank
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-5, strict=True)


def test_results_are_numpys_namedtuples_of_tensors() -> None:
    x = rng.standard_normal((3, 3))
    t = Tensor(x, requires_grad=True)
    for function in (np.linalg.eigh, np.linalg.eig, np.linalg.svd, np.linalg.qr, np.linalg.slogdet):
        expected, got = function(x), function(t)
        assert type(got) is type(expected)
        for a, b in zip(got, expected, strict=True):
            assert isinstance(a, Tensor)
            np.testing.assert_allclose(a.detach().numpy(), b, rtol=1e-12)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (3, 3)])
@pytest.mark.parametrize("dtype", [float, complex])
def test_full_svd_turns_its_null_space_rightly(shape: tuple[int, int], dtype: type) -> None:
    x = rng.standard_normal(shape) + (1j * rng.standard_normal(shape) if dtype is complex else 0)
    size = min(shape)

    def projections(x: Any) -> Any:
        u, s, vh = np.linalg.svd(x)
        return u[:, size:] @ np.conj(u[:, size:].T), np.conj(vh[size:].T) @ vh[size:], u[:, :size] * s @ vh[:size]

    check_gradients(projections, x)


@given(
    st.integers(0, 4),
    st.integers(0, 4),
    st.sampled_from(["inv", "det", "solve", "matmul", "svdvals", "qr", "cholesky"]),
)
def test_empty_matrices_and_stacks_have_empty_gradients(stack: int, size: int, name: str) -> None:
    x = np.broadcast_to(np.eye(size), (stack, size, size)).copy()
    f = getattr(np.linalg, name)
    if name in ("qr", "svdvals") and size == 0:
        return
    out, pullback = vjp(f, x, x) if name in ("solve", "matmul") else vjp(f, x)
    assert pullback(autograd.tree.map(np.ones_like, out))[0].shape == x.shape


@pytest.mark.parametrize("dtype", [float, complex])
@pytest.mark.parametrize("direction", ["real", "complex"])
def test_eigenvectors_of_a_general_matrix_keep_their_length_one(dtype: type, direction: str) -> None:
    """And turn as differences do, up to the phase, which LAPACK chooses: that of the largest element is undone."""
    generator = np.random.default_rng(4)
    a = generator.normal(size=(4, 4)) + (1j * generator.normal(size=(4, 4)) if dtype is complex else 0)
    t = generator.normal(size=(4, 4)) + (1j * generator.normal(size=(4, 4)) if direction == "complex" else 0)
    t = t if dtype is complex else np.real(t)

    def projectors(a: Any) -> Any:
        vectors = np.linalg.eig(a)[1]
        return np.stack([np.outer(vectors[:, k], np.conj(vectors[:, k])) for k in range(4)])

    vectors, change = (np.asarray(x) for x in jvp(lambda a: np.linalg.eig(a)[1], (a,), (t,)))
    np.testing.assert_allclose(np.real(np.sum(np.conj(vectors) * change, axis=0)), 0, atol=1e-13)
    along = np.diagonal(np.linalg.solve(vectors, change))
    np.testing.assert_allclose(np.imag(along), 0, atol=1e-13)  # of all changes of phase the least: none
    step = 1e-6
    expected = (projectors(a + step * t) - projectors(a - step * t)) / (2 * step)
    np.testing.assert_allclose(jvp(projectors, (a,), (t,))[1], expected, rtol=1e-6, atol=1e-7)
    check_gradients(lambda a: np.real(projectors(a)), a, order=2)


# --- Stacks of stacks: each matrix by itself -------------------------------------------------------------------------

TALL, WIDE, SQUARE = (np.random.default_rng(7).normal(size=(2, 5, *shape)) for shape in ((4, 3), (3, 4), (3, 3)))
POSITIVE = SQUARE @ np.swapaxes(SQUARE, -1, -2) + np.eye(3)
OF_SQUARES: dict[str, Any] = {
    **{name: getattr(np.linalg, name) for name in ("inv", "det", "slogdet")},
    **{f"matrix_power {n}": lambda x, n=n: np.linalg.matrix_power(x, n) for n in (-2, 0, 1, 5)},
    "svd, hermitian": lambda x: np.linalg.svd(x + np.swapaxes(x, -1, -2), hermitian=True),
    "pinv, hermitian": lambda x: np.linalg.pinv(x, hermitian=True), "solve": lambda x: np.linalg.solve(x, x[..., :2]),
    **{f"cond {p}": lambda x, p=p: np.linalg.cond(x, p) for p in (None, 2, -2, 1, -1, np.inf, -np.inf, "fro")},
}
OF_ALL: dict[str, Any] = {
    "pinv": np.linalg.pinv, "svd": np.linalg.svd, "svd, reduced": lambda x: np.linalg.svd(x, full_matrices=False),
    "svdvals": np.linalg.svdvals, "qr": np.linalg.qr, "qr, complete": lambda x: np.linalg.qr(x, "complete"),
    "r of qr": lambda x: np.linalg.qr(x, "r"), "matrix_transpose": np.linalg.matrix_transpose,
    "diagonal": lambda x: np.linalg.diagonal(x, offset=1), "trace above": lambda x: np.linalg.trace(x, offset=1),
    **{f"matrix_norm {order}": lambda x, order=order: np.linalg.matrix_norm(x, ord=order)
       for order in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)},
    "norms kept": lambda x: np.linalg.matrix_norm(x, keepdims=True), "vecdot": lambda x: np.vecdot(x, x),
    "cross": lambda x: np.linalg.cross(x[..., :3, :], x[..., :3, :][..., ::-1, :], axis=-2), "matvec": lambda x:
        np.matvec(x, x[..., 0, :]), "vecmat": lambda x: np.vecmat(x[..., 0], x), "vector_norm": lambda x:
        np.linalg.vector_norm(x, axis=-2, ord=3),
}
OF_POSITIVE: dict[str, Any] = {
    "cholesky": np.linalg.cholesky, "cholesky, upper": lambda x: np.linalg.cholesky(x, upper=True),
    **{f"{name} {half}": lambda x, name=name, half=half: getattr(np.linalg, name)(x, half)
       for name in ("eigh", "eigvalsh") for half in "LU"},
}
OF_COMPLEX = {"eig": np.linalg.eig, "eigvals": np.linalg.eigvals} | OF_SQUARES | OF_ALL
STACKS = {"square": (SQUARE, OF_SQUARES | OF_ALL), "tall": (TALL, OF_ALL), "wide": (WIDE, OF_ALL),
          "complex": (SQUARE + 1j * SQUARE[::-1], OF_COMPLEX), "positive": (POSITIVE, OF_POSITIVE)}


@pytest.mark.parametrize(("f", "x"), [pytest.param(f, x, id=f"{kind}, {name}")
                                      for kind, (x, table) in STACKS.items() for name, f in table.items()])
def test_each_matrix_of_a_stack_of_stacks_is_by_itself(f: Any, x: Array) -> None:
    """Two axes before the matrix tell an axis counted from the end from one counted from the front."""
    t = np.random.default_rng(8).normal(size=x.shape).astype(x.dtype) * (1 + 1j if x.dtype.kind == "c" else 1)
    out, change = jvp(f, (x,), (t,))
    outs, pullback = vjp(f, x)
    cotangents = autograd.tree.map(lambda o: np.cos(np.arange(o.size)).reshape(o.shape).astype(o.dtype), outs)
    gradient = pullback(cotangents)[0]
    for k in np.ndindex(x.shape[:2]):
        expected = (*jvp(f, (x[k],), (t[k],)), vjp(f, x[k])[1](autograd.tree.map(lambda g, k=k: g[k], cotangents))[0])
        found = (*autograd.tree.map(lambda o, k=k: o[k], (out, change)), gradient[k])
        for a, b in zip(autograd.tree.leaves(found), autograd.tree.leaves(expected), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


def test_refusals_say_what_to_write() -> None:
    t = Tensor(np.eye(2), requires_grad=True)
    for call, words in (
        (lambda: np.linalg.norm(t, "bad"), "no norm of ord='bad'"),
        (lambda: np.linalg.qr(t, "raw"), "reduced, complete and r"),
        (lambda: np.linalg.norm(t[0], "fro"), "no norm of ord='fro'"), (lambda: np.linalg.multi_dot([t]), "two arrays"),
        (lambda: np.linalg.tensorinv(t, 0), "ind > 0"), (lambda: np.linalg.outer(t, t), "write np.outer"),
        (lambda: np.cross(t[0], t[1]), "length 3"),
    ):
        with pytest.raises(ValueError, match=words.replace("(", r"\(")):
            call()
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        np.linalg.inv(Tensor(np.zeros((2, 2)), requires_grad=True))


@pytest.mark.parametrize("s", [(3.0, 2.0, 0.05), (3.0, 0.1, 0.02), (2.0, 2.0, 0.1), (2.0, 0.1, 0.1), (3.0, 2.0, 1.0)])
@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 5)])
def test_singular_values_that_are_cut_off_turn_those_that_stay(shape: tuple[int, int], s: tuple[float, ...]) -> None:
    """The derivative was that of a matrix without the parts that are cut off."""
    u, v = (np.linalg.qr(rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n)))[0] for n in shape)
    order = 2 if len(set(s)) == 3 else 1
    w, z = (np.linalg.qr(rng.normal(size=(n, n)))[0] for n in shape)
    for x in (u[:, :3] * s @ v[:3], w[:, :3] * s @ z[:3]):
        check_gradients(lambda x: np.linalg.pinv(x, rcond=0.1), x, order=order)
        check_gradients(lambda x: np.linalg.pinv(x, rtol=0.1), x, order=1)
        check_gradients(lambda x: np.linalg.pinv(x, rcond=np.array([0.1, 1e-9])), np.stack([x, x]), order=1)
        check_gradients(lambda x, y: np.linalg.lstsq(x, y, 0.1)[0], x, rng.normal(size=(len(x), 2)), order=1)
    check_gradients(lambda x: np.linalg.pinv(x @ np.conj(x.T), 0.05, hermitian=True), u[:, :3] * s @ v[:3], order=1)


def test_jacobian_of_a_holomorphic_function_of_matrices() -> None:
    x = rng.standard_normal((2, 2)) + 1j * rng.standard_normal((2, 2))
    inverse = np.linalg.inv(x)
    expected = -np.einsum("ik,lj->ijkl", inverse, inverse)
    np.testing.assert_allclose(jacobian(np.linalg.inv)(x), expected, rtol=1e-12)


def test_sign_of_a_complex_determinant_to_the_second_order() -> None:
    x = rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3))
    check_gradients(lambda x: tuple(np.linalg.slogdet(x)), x)


def test_singular_values_of_stacks_of_hermitian_matrices_are_those_of_each() -> None:
    stacks = rng.normal(size=(2, 4, 3, 3))
    stacks = stacks + np.swapaxes(stacks, 2, 3)
    stacks[0, 0] = np.diag([0, 3, -2])  # singular values that are 0 have vectors too; not in NumPy 2.2
    u, s, vh = (part.numpy() for part in np.linalg.svd(Tensor(stacks), hermitian=True))
    for k in np.ndindex(2, 4):
        np.testing.assert_allclose(s[k], np.linalg.svd(stacks[k], hermitian=True)[1], rtol=1e-12)
        np.testing.assert_allclose(u[k] * s[k] @ vh[k], stacks[k], atol=1e-12)
        np.testing.assert_allclose(vh[k] @ vh[k].T, np.eye(3), atol=1e-12)

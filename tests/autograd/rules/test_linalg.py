"""Linear algebra where NumPy reads half of a matrix, of stacks, and against formulas known otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
from hypothesis import example, given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, grad, jacobian, jvp, vjp
from autograd.arrays import Array
from autograd.scipy.linalg import expm_frechet
from autograd.testing import check_gradients

rng = np.random.default_rng(0)


def symmetric(x: Array) -> Array:
    return x + x.T


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
@example(0, 1, "qr")
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


def test_the_exponential_beside_its_complex_direction_is_real() -> None:
    """Both are blocks of one exponential, which is complex."""
    a, e = np.array([[0.3, 1.2], [-0.7, 0.4]]), np.array([[1j, 2.0], [0.5, -1j]])
    for found, expected in zip(expm_frechet(Tensor(a), e), scipy.linalg.expm_frechet(a, e), strict=True):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-13)
    check_gradients(expm_frechet, a, e)


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


@pytest.mark.parametrize("tracked", [False, True])
def test_the_zeros_of_an_upper_factor_have_numpys_signs(tracked: bool) -> None:
    """An imaginary part of -0 turns the angle of a negative number from pi to -pi."""
    root = np.random.default_rng(5).normal(size=(2, 3, 3)) @ np.array([[1, 1j, 0], [0, 2, 1j], [1j, 0, 3]])
    a = root @ np.conj(root.swapaxes(-1, -2))
    found, wanted = (np.linalg.cholesky(x, upper=True) for x in (Tensor(a, requires_grad=tracked), a))
    for part in (np.real, np.imag):
        np.testing.assert_array_equal(np.signbit(part(found.detach().numpy())), np.signbit(part(wanted)))
    np.testing.assert_allclose(np.angle(found - 9).detach(), np.angle(wanted - 9), rtol=1e-12)


# --- Tiny and huge numbers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ord", "scale"), [  # as far as NumPy's own powers go
    (-1, 1e-200), (-1, 1e200), (0.5, 1e-200), (0.5, 1e200), (-2, 1e-150), (-2, 1e150), (3, 1e-100), (3, 1e100),
    (4, 1e-75), (4, 1e75)])
def test_slopes_of_norms_have_no_scale(ord: float, scale: float) -> None:
    for x in (np.array([3.0, -4.0, 2.0]), np.array([3.0 + 1j, -4.0, 2.0j])):
        assert 0 < np.linalg.norm(x * scale, ord) < np.inf
        slope = grad(lambda x: np.linalg.norm(x, ord))
        np.testing.assert_allclose(slope(x * scale), slope(x), rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_least_squares_of_tiny_and_huge_numbers_have_their_slopes(scale: float) -> None:
    a, b = rng.normal(size=(4, 2)), rng.normal(size=4)

    def solution(a: Any, scale: float) -> Any:
        with np.errstate(over="ignore"):  # of the squares of the misfit
            return np.linalg.lstsq(a, b * scale, rcond=None)[0]

    for derivative in (autograd.jacrev, autograd.jacfwd):
        found = derivative(lambda a: solution(a, scale))(a * scale) * scale
        np.testing.assert_allclose(found, derivative(lambda a: solution(a, 1.0))(a), rtol=1e-9)

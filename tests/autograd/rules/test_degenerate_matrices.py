"""Linear algebra where it is degenerate: equal eigenvalues, singular matrices, norms of zero."""

from __future__ import annotations

import functools
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, hessian, hvp, jacobian, jvp, vmap
from autograd.arrays import Array
from autograd.scipy.linalg import polar
from autograd.testing import check_gradients

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


TWICE = np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 1.0], [3.0, 3.0, 5.0]])


@pytest.mark.parametrize("scale", [1.0, 1e-100, 1e100])
@pytest.mark.parametrize("x", [np.zeros((3, 3)), TWICE, TWICE[:, :2], np.ones((3, 4)), TWICE + 1j, np.outer(
    rng.standard_normal(5), rng.standard_normal(3)), rng.standard_normal((4, 2)) @ rng.standard_normal((2, 3))])
def test_a_column_that_depends_on_those_before_it_gives_nan_and_no_wrong_number(x: Array, scale: float) -> None:
    """Rounding alone says where its direction goes: slopes were of the size 1e16, or as small as any and wrong."""
    t, regular = np.cos(np.arange(x.size)).reshape(x.shape), np.eye(*x.shape, dtype=x.dtype)
    for part in (0, 1):
        def loss(x: Any, part: int = part) -> Any:
            return np.sum(np.real(np.linalg.qr(x)[part] / scale))

        assert np.isnan(grad(loss)(x * scale)).any()
        assert np.isnan(jvp(lambda x, part=part: np.linalg.qr(x)[part], (x * scale,), (t,))[1]).any()
        assert not grad(lambda x, loss=loss: np.where(False, loss(x), 0.0))(x * scale).any()
        both = grad(loss)(np.stack([x * scale, regular * scale]))
        assert [np.isnan(x).any() for x in both] == [True, False]


@pytest.mark.parametrize("mode", ["reduced", "complete", "r"])
@pytest.mark.parametrize("beside", [0, 2])
def test_the_last_column_of_a_square_follows_from_those_before_it(mode: Any, beside: int) -> None:
    """Also where it depends on them, and has no size of its own that its direction would be divided by."""
    x = DEGENERATE["singular"]
    for a in (np.concatenate([x, rng.standard_normal((3, beside))], axis=1), np.stack([x, TWICE[:, [0, 2, 1]]])):
        check_gradients(lambda a: np.linalg.qr(a, mode)[:], a, order=2)


@pytest.mark.parametrize("scale", [2.0**-90, 2.0**-30, 2.0**60])
def test_vectors_turn_alike_however_small_their_matrix_is(scale: float) -> None:
    """Values are equal up to rounding of the largest among them, not of 1."""
    x, t = symmetric(np.arange(9.0).reshape(3, 3) ** 1.5), symmetric(np.cos(np.arange(9.0)).reshape(3, 3))
    found, expected = (jvp(lambda x: np.linalg.eigh(x)[1], (s * x,), (s * t,))[1] for s in (scale, 1.0))
    np.testing.assert_allclose(np.abs(found), np.abs(expected), rtol=1e-9, atol=1e-9)  # LAPACK may turn their signs


def test_the_vector_of_a_number_does_not_turn() -> None:
    for value in (0.0, 2.0):
        assert jvp(lambda x: np.linalg.eigh(x)[1], (np.full((1, 1), value),), (np.ones((1, 1)),))[1] == 0


def test_a_small_matrix_beside_a_large_one_in_a_stack_is_as_it_is_alone() -> None:
    """What is negligible is so beside the largest singular value of the same matrix."""
    (left, right), directions = np.linalg.qr(rng.normal(size=(2, 3, 3)))[0], rng.normal(size=(2, 3, 3))
    nearly_singular = (left * [1.0, 0.5, 1e-9]) @ right
    stack = np.stack([1e8 * nearly_singular, nearly_singular])
    slope = grad(lambda x: np.sum(np.square(np.linalg.pinv(x, rcond=1e-6))))
    for i, pair in enumerate(zip(*jvp(slope, (stack,), (directions,)), strict=True)):
        for found, alone in zip(pair, jvp(slope, (stack[i],), (directions[i],)), strict=True):
            np.testing.assert_allclose(found, alone, rtol=1e-9, atol=1e-9 * np.abs(alone).max())


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


def by_permutations(x: Any) -> Any:
    """The determinant as Leibniz's sum of products, which has all derivatives everywhere."""
    return sum(np.linalg.det(np.eye(len(x))[list(p)]) * np.prod(x[np.arange(len(x)), list(p)])
               for p in permutations(range(len(x))))


@pytest.mark.parametrize("order", [3, 4, 5])
@pytest.mark.parametrize("rank", [0, 1, 2, 3])
@pytest.mark.parametrize("phase", [1.0, np.exp(1j)])
def test_a_singular_determinant_has_all_derivatives(phase: complex, rank: int, order: int) -> None:
    x = phase * rng.standard_normal((4, rank)) @ rng.standard_normal((rank, 4))
    directions = rng.standard_normal((order, 4, 4))

    def slope(f: Any, t: Any) -> Any:
        return lambda x: jvp(f, (x,), (t,))[1]

    found, expected = (functools.reduce(slope, directions, f)(x) for f in (np.linalg.det, by_permutations))
    np.testing.assert_allclose(found, expected, atol=1e-11)


def test_third_derivatives_of_determinants_in_reverse_and_in_batches() -> None:
    stack = np.stack([np.ones((3, 3)), np.zeros((3, 3)), np.eye(3), rng.standard_normal((3, 3))])
    expected = [jacobian(hessian(by_permutations))(x) for x in stack]
    np.testing.assert_allclose(vmap(jacobian(hessian(np.linalg.det)))(stack), expected, atol=1e-13)
    both = hessian(lambda x: np.sum(np.linalg.det(x)))(stack)
    np.testing.assert_allclose([both[i, :, :, i] for i in range(4)], [hessian(by_permutations)(x) for x in stack],
                               atol=1e-13)


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
    draw = np.random.default_rng(0)  # of others the rank may be 2 at the last digit, for NumPy as well
    a, b = np.outer([1.0, 0.3, 0.7, 0.9], [1.0, 0.1, 0.6]) @ draw.standard_normal((3, 3)), draw.standard_normal(4)
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


@pytest.mark.parametrize("dtype", [float, np.float32, complex])
def test_a_singular_matrix_among_others_has_a_sign_but_no_slope_of_the_logarithm(dtype: Any) -> None:
    x = np.array([[[1.0, 2.0], [2.0, 4.0]], [[2.0, 0.5], [0.3, -1.0]]], dtype)

    def regular_ones(a: Any) -> Any:
        sign, log = np.linalg.slogdet(a)
        return np.sum(np.where(sign == 0, 0, log)) + np.sum(np.real(sign))

    alone = grad(lambda a: np.sum(np.linalg.slogdet(a)[1]) + np.sum(np.real(np.linalg.slogdet(a)[0])))(x[1:])
    found = grad(regular_ones)(x)
    np.testing.assert_array_equal(found[0], 0)
    np.testing.assert_allclose(found[1:], alone, rtol=1e-6)
    assert found.dtype == x.dtype
    along = np.arange(8.0).reshape(2, 2, 2).astype(dtype)
    slope = np.real(np.sum(alone.conj() * along[1:]))
    np.testing.assert_allclose(jvp(regular_ones, (x,), (along,))[1], slope, rtol=1e-5)
    np.testing.assert_array_equal(hvp(regular_ones, x, along)[0], 0)
    np.testing.assert_allclose(hvp(regular_ones, x, along)[1:], hvp(regular_ones, x[1:], along[1:]), rtol=1e-5)
    np.testing.assert_array_equal(grad(lambda a: np.sum(np.real(np.linalg.slogdet(a)[0])))(x)[0], 0)
    assert np.isnan(grad(lambda a: np.sum(np.linalg.slogdet(a)[1]))(x)[0]).all()
    assert np.isnan(jvp(lambda a: np.linalg.slogdet(a)[1], (x,), (along,))[1][0])


@pytest.mark.parametrize("p", [None, 1, "fro"])
def test_a_stack_of_no_matrices_has_no_conditions(p: Any) -> None:
    """NumPy refuses matrices without elements only."""
    none = np.ones((0, 2, 2))
    np.testing.assert_array_equal(np.linalg.cond(Tensor(none), p).numpy(), np.linalg.cond(none, p), strict=True)
    assert grad(lambda x: np.sum(np.linalg.cond(x, p)))(none).shape == none.shape
    with pytest.raises(np.linalg.LinAlgError, match="cond is not defined on empty arrays"):
        np.linalg.cond(Tensor(np.ones((2, 0, 0))), p)


def test_condition_of_a_singular_matrix() -> None:
    singular = Tensor(np.diag([3.0, 0.0]), requires_grad=True)
    with np.errstate(divide="ignore"):
        assert [np.linalg.cond(singular, p).item() for p in (None, 2, -2)] == [np.inf, np.inf, 0]


@pytest.mark.parametrize("s", [(3.0, 2.0, 0.05), (3.0, 0.1, 0.02), (2.0, 2.0, 0.1), (2.0, 0.1, 0.1), (3.0, 2.0, 1.0),
                               (3.0, 2.0, 0.0), (3.0, 0.0, 0.0), (2.0, 2.0, 0.0)])
@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 5)])
def test_singular_values_that_are_cut_off_turn_those_that_stay(shape: tuple[int, int], s: tuple[float, ...]) -> None:
    """Of a matrix without the parts that are cut off the first derivative is another, where these are 0 the second."""
    u, v = (np.linalg.qr(rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n)))[0] for n in shape)
    w, z = (np.linalg.qr(rng.normal(size=(n, n)))[0] for n in shape)
    for x in (u[:, :3] * s @ v[:3], w[:, :3] * s @ z[:3]):
        check_gradients(lambda x: np.linalg.pinv(x, rcond=0.1), x, order=2)
        check_gradients(lambda x: np.linalg.pinv(x, rtol=0.1), x, order=1)
        check_gradients(lambda x: np.linalg.pinv(x, rcond=np.array([0.1, 1e-9])), np.stack([x, x]), order=1)
        check_gradients(lambda x, y: np.linalg.lstsq(x, y, 0.1)[0], x, rng.normal(size=(len(x), 2)), order=2)
    check_gradients(lambda x: np.linalg.pinv(x @ np.conj(x.T), 0.05, hermitian=True), u[:, :3] * s @ v[:3], order=1)

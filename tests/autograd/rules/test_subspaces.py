"""Bases of null spaces and ranges, angles between ranges, and RQ: SciPy's values, derivatives of what is unique."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg as sl

from autograd import Tensor, grad, jvp, vmap
from autograd.scipy import linalg
from autograd.testing import check_gradients

rng = np.random.default_rng(3)
SHAPES = [(3, 5), (5, 3), (4, 4)]


def drawn(*shape: int, complex: bool = False) -> Any:
    return rng.normal(size=shape) + (1j * rng.normal(size=shape) if complex else 0)


def of_rank_2(x: Any) -> Any:
    """Four rows and as many columns from 16 numbers: changes of these keep the rank."""
    return x[:, :2] @ x[:, 2:].T


def projector(basis: Callable[..., Any], **options: Any) -> Callable[[Any], Any]:
    return lambda a: (z := basis(a, **options)) @ np.conj(np.swapaxes(z, -1, -2))


@pytest.mark.parametrize("name", ["null_space", "orth"])
@pytest.mark.parametrize("complex", [False, True])
def test_bases_are_scipys(name: str, complex: bool) -> None:
    ours, theirs = getattr(linalg, name), getattr(sl, name)
    for a in (*(drawn(*shape, complex=complex) for shape in SHAPES), of_rank_2(drawn(4, 4, complex=complex)),
              np.zeros((2, 3)), np.zeros((0, 3)), np.arange(6).reshape(2, 3), drawn(2, 3, 4).astype(np.float32)):
        for options in ({}, {"rcond": 0.4}) if a.ndim == 2 else ({},):
            found, expected = ours(Tensor(a), **options).numpy(), theirs(a, **options)
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected)
    assert linalg.null_space(Tensor(drawn(3, 5)), lapack_driver="gesvd").shape == (5, 2)


@pytest.mark.parametrize("complex", [False, True])
def test_what_does_not_depend_on_the_choice_of_a_basis_is_differentiated(complex: bool) -> None:
    for a in (drawn(3, 5, complex=complex), drawn(5, 3, complex=complex)):
        check_gradients(projector(linalg.null_space), a)
        check_gradients(projector(linalg.orth), a)
    for basis in (linalg.null_space, linalg.orth):
        check_gradients(lambda x, basis=basis: projector(basis)(of_rank_2(x)), drawn(4, 4, complex=complex))
        with_gap = drawn(3, 3, complex=complex) @ np.diag([1.0, 0.5, 0.01]) @ drawn(3, 4, complex=complex)
        check_gradients(projector(basis, rcond=0.05), with_gap)


def test_the_tangent_of_a_basis_has_no_turn_within_its_space() -> None:
    a, t = drawn(3, 5), drawn(3, 5)
    z, dz = jvp(linalg.null_space, (a,), (t,))
    np.testing.assert_allclose(z.T @ dz, 0, atol=1e-14)
    np.testing.assert_allclose(dz, -np.linalg.pinv(a) @ t @ z, atol=1e-14)
    q, dq = jvp(linalg.orth, (a.T,), (t.T,))
    np.testing.assert_allclose(q.T @ dq, 0, atol=1e-14)
    np.testing.assert_allclose(dq, (np.eye(5) - q @ q.T) @ t.T @ np.linalg.pinv(a.T) @ q, atol=1e-14)


def test_a_single_null_vector_is_differentiated_up_to_its_sign() -> None:
    a = drawn(3, 4)
    sign = np.sign(sl.null_space(a)[0, 0])
    check_gradients(lambda a: (z := linalg.null_space(a)[:, 0]) * np.sign(z[0]) * sign, a)


def test_batches_have_one_rank() -> None:
    a = drawn(3, 5)
    slope = grad(lambda a: np.sum(projector(linalg.null_space)(a) ** 3))
    np.testing.assert_allclose(vmap(slope)(np.stack([a, a[::-1]])), [slope(a), slope(a[::-1])], rtol=1e-11)
    with pytest.raises(TypeError, match="shape of this result would differ from example to example"):
        vmap(linalg.null_space)(np.stack([a, 0 * a]))
    with pytest.raises(ValueError, match=r"orth of float64 \(5,\): "):  # and SciPy's words
        linalg.orth(Tensor(a[0]))


@pytest.mark.parametrize("complex", [False, True])
def test_angles_are_scipys_and_differentiated_where_they_are_not_0(complex: bool) -> None:
    a, b = drawn(5, 3, complex=complex), drawn(5, 2, complex=complex)
    near = np.concatenate([a[:, :1] + 1e-3 * b[:, :1], b[:, 1:]], axis=1)  # one small angle, one large
    for pair in ((a, b), (b, a), (a, near), (a, a), (np.stack([a, 2j * a]) if complex else np.stack([a, a]), b)):
        np.testing.assert_allclose(linalg.subspace_angles(Tensor(pair[0]), pair[1]).numpy(), sl.subspace_angles(*pair),
                                   rtol=1e-14, atol=1e-15)  # SciPy's LAPACK may round otherwise than NumPy's
    check_gradients(linalg.subspace_angles, a, b)
    check_gradients(linalg.subspace_angles, near[:, :1], a)
    with pytest.raises(ValueError, match="as many rows, got 5 and 4"):
        linalg.subspace_angles(Tensor(a), np.eye(4))


@pytest.mark.parametrize("angle", [1e-9, 0.3, 0.9, 1.4])
def test_the_angle_between_two_lines_moves_as_one_of_them_turns(angle: float) -> None:
    def between(turn: Any) -> Any:
        return linalg.subspace_angles(np.array([[1.0], [0.0]]), np.stack([np.cos(turn), np.sin(turn)])[:, None])[0]

    assert between(Tensor(angle)).item() == pytest.approx(angle, rel=1e-12)
    assert grad(between)(angle) == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("mode", ["full", "r", "economic"])
@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), (1, 1), (2, 3, 4), (0, 3), (3, 0)])
def test_every_form_of_rq_is_scipys(shape: tuple[int, ...], mode: str) -> None:
    for a in (drawn(*shape), drawn(*shape, complex=True), drawn(*shape).astype(np.float32)):
        found, expected = linalg.rq(Tensor(a), mode=mode), sl.rq(a, mode=mode)
        for x, known in zip(*([v] if mode == "r" else v for v in (found, expected)), strict=True):
            assert (x.dtype, x.shape) == (known.dtype, known.shape)
            np.testing.assert_allclose(x.numpy(), known, atol=1e-5 if a.dtype == np.float32 else 1e-13)
        if shape[0] != 0 and len(shape) == 2 and a.dtype != np.float32:
            check_gradients(lambda a: linalg.rq(a, mode="economic"), a)


def test_a_singular_matrix_has_its_rq() -> None:
    """As by QR: the last direction of Q follows from the others."""
    a = drawn(3, 3)
    a[0] = a[1] + a[2]
    check_gradients(linalg.rq, a)
    with pytest.raises(ValueError, match="mode must be one of"):
        linalg.rq(Tensor(a), mode="raw")


@pytest.mark.parametrize("name", ["qz", "ordqz"])
def test_generalized_forms_say_what_to_write(name: str) -> None:
    with pytest.raises(AttributeError, match=rf"scipy.linalg.{name} has no twin.*schur\(solve\(b, a\)\) has the same"):
        getattr(linalg, name)

"""Riccati's and Lyapunov's equations: SciPy's solutions, and their derivatives against what the equations say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg as sl

from autograd import Tensor, grad, hessian, jvp, vmap
from autograd.scipy import linalg
from autograd.testing import check_gradients

rng = np.random.default_rng(0)
RICCATI = ["solve_continuous_are", "solve_discrete_are"]


def system(complex: bool) -> list[Any]:
    """a, b, q, r, e and s of three states and two controls."""
    def drawn(*shape: int) -> Any:
        return rng.normal(size=shape) + (1j * rng.normal(size=shape) if complex else 0)

    return [drawn(3, 3), drawn(3, 2), drawn(3, 3), drawn(2, 2), np.eye(3) + 0.2 * drawn(3, 3), 0.1 * drawn(3, 2)]


def definite(x: Any) -> Any:
    return x @ np.conj(np.swapaxes(x, -1, -2)) + np.eye(x.shape[-1])


@pytest.mark.parametrize("complex", [False, True])
@pytest.mark.parametrize("name", RICCATI)
def test_solutions_are_scipys_and_differentiated_in_every_operand(name: str, complex: bool) -> None:
    ours, theirs, (a, b, q, r, e, s) = getattr(linalg, name), getattr(sl, name), system(complex)
    for given in ((), (e, None, False), (None, s), (e, s, False)):
        found = ours(Tensor(a), b, definite(q), definite(r), *given)
        np.testing.assert_array_equal(found.numpy(), theirs(a, b, definite(q), definite(r), *given))
    check_gradients(lambda a, b, q, r, e, s: ours(a, b, definite(q), definite(r), e, s, False), a, b, q, r, e, s,
                    order=1 if complex else 2)


@pytest.mark.parametrize("name", RICCATI)
def test_one_state_has_the_slopes_of_the_root_of_a_square(name: str) -> None:
    """2 a x - b^2 x^2 / r + q = 0, and a^2 x - x - a^2 b^2 x^2 / (r + b^2 x) + q = 0 times its denominator."""
    def by_hand(a: Any, b: Any, q: Any, r: Any) -> Any:
        if name == "solve_continuous_are":
            return (a + np.sqrt(a * a + b * b * q / r)) * r / b**2
        half = (a * a * r - r + b * b * q) / 2
        return (half + np.sqrt(half**2 + b * b * q * r)) / b**2

    def ours(*given: Any) -> Any:
        return getattr(linalg, name)(*given)[0, 0]

    places, given = (0, 1, 2, 3), (0.7, 1.3, 2.1, 0.4)
    np.testing.assert_allclose(ours(*map(Tensor, given)).item(), by_hand(*given), rtol=1e-13)
    np.testing.assert_allclose(grad(ours, places)(*given), grad(by_hand, places)(*given), rtol=1e-12)
    np.testing.assert_allclose(hessian(lambda x: ours(*x))(np.array(given)),
                               hessian(lambda x: by_hand(*x))(np.array(given)), rtol=1e-10)


@pytest.mark.parametrize("name", RICCATI)
def test_costs_stay_hermitian_along_their_gradients(name: str) -> None:
    """SciPy takes no others, so that a step of descent from one must not leave them."""
    ours, (a, b, q, r, *_) = getattr(linalg, name), system(complex=True)
    of_q, of_r = grad(lambda q, r: np.real(ours(a, b, q, r)[0, 1] ** 2), argnums=(0, 1))(definite(q), definite(r))
    for g in (of_q, of_r):
        np.testing.assert_allclose(g, np.conj(g.T), atol=1e-12)
        assert np.abs(g).max() > 1e-6


@pytest.mark.parametrize("name", RICCATI)
def test_stacks_are_loops_and_the_precision_is_double(name: str) -> None:
    ours, theirs, (a, b, q, r, *_) = getattr(linalg, name), getattr(sl, name), system(complex=False)
    both, q, r = np.stack([a, a / 2]), definite(q), definite(r)
    np.testing.assert_array_equal(ours(Tensor(both), b, q, r).numpy(), theirs(both, b, q, r))
    slope = grad(lambda a: np.sum(ours(a, b, q, r) ** 2))
    np.testing.assert_allclose(vmap(slope)(both), [slope(a) for a in both], rtol=1e-9)
    assert ours(Tensor(a.astype(np.float32)), *(x.astype(np.float32) for x in (b, np.eye(3), np.eye(2)))).dtype == float
    assert slope(a.astype(np.float32)).dtype == np.float32
    assert ours(Tensor(np.eye(2, dtype=int)), np.eye(2, dtype=int), np.eye(2), np.eye(2)).dtype == float


@pytest.mark.parametrize("name", RICCATI)
def test_what_has_no_solution_is_refused(name: str) -> None:
    ours, one = getattr(linalg, name), np.eye(2)
    with pytest.raises(ValueError, match=r"b and s of \(n, m\) and r of \(m, m\), got a \(2, 2\), b \(2, 1\), q"):
        ours(Tensor(one), np.ones((2, 1)), one, one)
    with pytest.raises(ValueError, match=r"q should be symmetric/hermitian"):
        ours(Tensor(one), one, Tensor([[1.0, 2.0], [3.0, 4.0]]), one)
    with pytest.raises(np.linalg.LinAlgError, match="finite solution|too close"):
        ours(Tensor(2 * one), 0 * one, one, one)


@pytest.mark.parametrize("complex", [False, True])
@pytest.mark.parametrize("size", [3, 9, 10, 30])
def test_discrete_lyapunov_equations_of_any_size(size: int, complex: bool) -> None:
    """From 10 rows on SciPy transforms them into continuous ones; as one linear system they took memory of size^4."""
    a, q, t = (rng.normal(size=(size, size)) / size + (1j * rng.normal(size=(size, size)) / size if complex else 0)
               for _ in range(3))
    for method in (None, "direct", "bilinear")[: 3 if size < 30 else 1]:
        def solved(a: Any, method: str | None = method) -> Any:
            return linalg.solve_discrete_lyapunov(a, q, method)

        x, slope = jvp(solved, (a,), (t,))
        np.testing.assert_allclose(x, sl.solve_discrete_lyapunov(a, q, method), rtol=1e-11, atol=1e-13)
        change = t @ x @ np.conj(a.T) + a @ x @ np.conj(t.T)
        np.testing.assert_allclose(slope, a @ slope @ np.conj(a.T) + change, atol=1e-12)
        g = grad(lambda a, solved=solved: np.sum(np.abs(solved(a)) ** 2))(a)
        assert np.sum(np.real(np.conj(g) * t)) == pytest.approx(2 * np.sum(np.real(np.conj(x) * slope)), rel=1e-9)


def test_both_methods_for_discrete_lyapunov_equations_are_differentiated() -> None:
    a, q = rng.normal(size=(2, 3, 3)) / 3
    for method in ("direct", "bilinear"):
        check_gradients(lambda a, q, method=method: linalg.solve_discrete_lyapunov(a, q, method), a, q)

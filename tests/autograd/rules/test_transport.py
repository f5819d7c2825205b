"""Distances between distributions on a line: SciPy's values, and derivatives in values and weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats

from autograd import Tensor, grad, vmap
from autograd.scipy import stats
from autograd.testing import check_gradients

rng = np.random.default_rng(10)
U, V = rng.normal(size=7), rng.normal(0.5, 1.5, size=5)
P, Q = rng.uniform(0.5, 2.0, 7), rng.uniform(0.5, 2.0, 5)
NAMES = ("wasserstein_distance", "energy_distance")


@pytest.mark.parametrize("name", NAMES)
def test_values_are_scipys(name: str) -> None:
    ours, theirs = getattr(stats, name), getattr(scipy.stats, name)
    repeated = np.array([1.0, 0.0, 1.0, 2.0, 0.0])
    for given in ((U, V), (U, V, P), (U, V, None, Q), (U, V, P, Q), (U, U), (repeated, repeated[:3]), (U[:1], V[:1]),
                  (repeated, V, [0, 1, 2, 0, 0]), (U.astype(np.float32), V)):
        found, expected = ours(Tensor(given[0]), *given[1:]), theirs(*given)
        assert (found.shape, found.dtype) == ((), np.float64)
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_in_values_and_weights(name: str) -> None:
    check_gradients(getattr(stats, name), U, V, P, Q, order=2)
    check_gradients(getattr(stats, name), U, V, order=2)
    assert not np.any(grad(getattr(stats, name))(U, U))
    many = vmap(lambda u: getattr(stats, name)(u, V))(np.stack([U, U + 1]))
    np.testing.assert_allclose(many, [getattr(scipy.stats, name)(u, V) for u in (U, U + 1)])


def test_a_shift_costs_as_much_as_it_moves() -> None:
    assert grad(lambda c: stats.wasserstein_distance(U + c, U))(3.0) == pytest.approx(1.0)
    np.testing.assert_allclose(grad(lambda u: stats.wasserstein_distance(u, U - 9))(U), np.full(7, 1 / 7))


@pytest.mark.parametrize(("given", "words"), [
    ((np.stack([U, U]), V), r"a vector of one or more real values.*\(2, 7\)"), ((U[:0], V), r"got float64 \(0,\)"),
    ((U, V, P[:3]), r"as many weights, got .*\(3,\)"), ((U, V, -P), "weights that are not negative"),
    ((U, V, 0 * P), "one at least is positive"), ((U + 1j, V), "real values.*complex128")])
def test_what_is_no_distribution_is_refused(given: Any, words: str) -> None:
    for name in NAMES:
        with pytest.raises(ValueError, match=words):
            getattr(stats, name)(Tensor(given[0]), *given[1:])

"""What goes another way where operands are large: the same numbers as the plain way gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor
from autograd.rules.indexing import MANY, added_up, order
from autograd.rules.products import LARGE, sums_products
from autograd.rules.recurrences import recurrence

rng = np.random.default_rng(0)
KEYS: dict[str, tuple[tuple[int, ...], Any]] = {
    "a vector": ((2000,), rng.integers(-2000, 2000, 3000)),
    "rows": ((30, 64), rng.integers(-30, 30, 70)),
    "a table of rows": ((30, 4, 8), rng.integers(0, 30, (6, 9))),
    "pairs": ((40, 50), (rng.integers(-40, 40, 2000), rng.integers(0, 50, 2000))),
    "pairs, broadcast": ((40, 50), (rng.integers(-40, 40, (40, 1)), rng.integers(0, 50, (1, 60)))),
    "pairs of vectors": ((9, 8, 30), (rng.integers(0, 9, 50), rng.integers(-8, 8, 50))),
    "a number and rows": ((9, 30, 40), (-2, rng.integers(0, 30, 50))),
    "bytes": ((200, 30), rng.integers(-100, 100, 60).astype(np.int8)),
    "unsigned": ((200, 30), rng.integers(0, 200, 60).astype(np.uint8)),
    "a slice and columns": ((20, 64), (slice(1, None), rng.integers(0, 64, 70))),
    "columns before a slice": ((20, 4, 64), (slice(None), rng.integers(0, 4, 7), slice(3, 50))),
    "wide rows": ((200, 300), rng.integers(-100, 100, 250).astype(np.int8)),
    "a few wide rows": ((3, 300), rng.integers(-3, 3, 70)),
    "three wide rows": ((9, 400), np.array([-1, 8, 2])),
    "long columns": ((8, 80, 40), (slice(None), slice(None), rng.integers(-40, 40, 50))),
    "a new axis": ((30, 64), (None, rng.integers(0, 30, 40))),
}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("name", KEYS)
def test_elements_that_are_read_twice_receive_twice(name: str, dtype: Any) -> None:
    shape, key = KEYS[name]
    g = rng.standard_normal(np.zeros(shape)[key].shape)
    assert g.size >= MANY
    expected = np.zeros(shape)
    np.add.at(expected, key, g)
    found = added_up(g.astype(dtype), key, shape)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, rtol=0, atol=50 * np.finfo(dtype).eps * 4)


@given(st.integers(0, 2**32), st.sampled_from([(3, 40), (20, 20), (7, 50), (2, 0)]),
       st.sampled_from([2, 5, 1000, 10000]), st.booleans(), st.integers(0, 1))
def test_equal_elements_stay_in_their_order(seed: int, shape: tuple[int, int], values: int, nan: bool,
                                            axis: int) -> None:
    x = np.random.default_rng(seed).integers(0, values, shape).astype(float)
    if nan:
        x[x == 1] = np.nan
    expected = np.argsort(x, axis=axis, kind="stable")
    np.testing.assert_array_equal(order(x, axis), expected)
    np.testing.assert_array_equal(order(Tensor(x), axis).numpy(), expected)


@given(st.integers(0, 2**32), st.sampled_from([(3, 9), (1, 40), (4, 33), (2, 200)]), st.sampled_from([0.1, 3.0, 80.0]),
       st.sampled_from([0.0, 0.1, 0.9]))
def test_a_recurrence_is_that_of_one_step_after_the_other(seed: int, shape: tuple[int, int], spread: float,
                                                          zeros: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = np.exp(rng.normal(0, spread, (2, *shape))) * (rng.random((2, *shape)) >= zeros)
    expected, stepwise = b.astype(np.longdouble), b.copy()
    with np.errstate(all="ignore"):
        for i in range(1, shape[1]):
            for y in (expected, stepwise):
                y[:, i] += np.where(a[:, i] == 0, 0, a[:, i] * y[:, i - 1])
    found = recurrence(a, b)
    assert not np.any(np.isinf(found) & ~np.isinf(stepwise))
    np.testing.assert_allclose(found, np.where(np.isinf(found), np.inf, expected), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_product_of_many_factors_of_a_recurrence_may_be_out_of_range(sign: int) -> None:
    expected = [float(f"1e{sign * 30 * (k - 10)}") for k in range(20)]
    found = recurrence(np.full(20, float(f"1e{sign * 30}")), np.array([expected[0], *[0] * 19]))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_running_product_in_a_wider_dtype_goes_back_in_it() -> None:
    x, g = np.full(20, 1e10, np.float32), np.zeros(20)
    g[-1] = 1e-190
    (found,) = autograd.vjp(lambda x: np.cumprod(x, dtype=float), x)[1](g)
    np.testing.assert_allclose(found, np.ones(20), rtol=1e-6)


@pytest.mark.parametrize("subscripts", ["ij,jk->ik", "bij,bjk->bik", "ij,ij->i", "ij,kj->k", "ii,ij->j", "ij,jk->kij",
                                        "bi,bj->bij", "bij,bj->bi", "bij,ij->j"])
def test_a_large_einsum_is_numpys(subscripts: str) -> None:
    terms = subscripts.partition("->")[0]
    lengths = {"i": 200, "j": 190, "k": 30, "b": 3}
    x, y = (rng.standard_normal([lengths[label] for label in term]) for term in terms.split(","))
    assert np.prod([lengths[label] for label in set(terms) - {","}]) > LARGE
    out, pullback = autograd.vjp(lambda x, y: np.einsum(subscripts, x, y), x, y)
    np.testing.assert_allclose(out, np.einsum(subscripts, x, y), rtol=1e-12, atol=1e-12)
    g = rng.standard_normal(out.shape)
    t, u = rng.standard_normal(x.shape), rng.standard_normal(y.shape)
    moved = np.einsum(subscripts, t, y) + np.einsum(subscripts, x, u)
    by_x, by_y = pullback(g)
    np.testing.assert_allclose(np.sum(by_x * t) + np.sum(by_y * u), np.sum(g * moved), rtol=1e-9)


@pytest.mark.parametrize(("subscripts", "expected"), [
    ("ij,jk->ik", True), ("bij,bjk->kbi", True), ("ij,j->i", True), ("i,ij->j", True), ("bij,bi->j", True),
    ("ij,ij->i", False), ("ij,ij->", False), ("i,j->ij", False), ("bi,bj->bij", False), ("bij,bj->bi", False),
    ("ij,jk->kij", False), ("ij,kj->k", True), ("ij,kl->k", False),
])
def test_which_einsums_are_products_of_matrices(subscripts: str, expected: bool) -> None:
    """Others, of which NumPy makes products of many small or thin matrices, take up to five times as long as those."""
    assert sums_products(subscripts) == expected


@pytest.mark.parametrize("shapes", [((40, 30), (30,)), ((30,), (30, 40)), ((30,), (30,)), ((2, 40, 30), (30,))])
def test_a_product_with_a_vector_takes_cotangents_that_were_broadcast(shapes: Any) -> None:
    x, y = map(rng.standard_normal, shapes)
    out, pullback = autograd.vjp(np.matmul, x, y)
    np.testing.assert_array_equal(out, x @ y)
    ones = np.broadcast_to(1.0, np.shape(out))
    for found, expected in zip(pullback(ones), pullback(np.ones(np.shape(out))), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)

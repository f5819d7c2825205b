"""Matrix products: who computes them, and that parts make the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import runtime, tensor
from autograd.rules.ufuncs import matmul
from autograd.runtime.matmul import GRAIN, SHARED, WORTH, dot, dots, times_vector, vector_times

SHAPES = [
    ((32, 64), (64, 256)), ((130, 900), (900, 10)), ((10, 1200), (1200, 90)), ((600, 1000), (1000, 1)),
    ((1, 1000), (1000, 601)), ((700, 9), (9, 300)), ((1, 5000), (5000, 200)), ((64, 2), (2, 9000)),
    ((3, 48, 111), (111, 100)), ((48, 111), (2, 111, 100)), ((2, 40, 300), (2, 300, 50)),
    ((2, 1, 50, 100), (3, 100, 110)), ((1, 2, 1, 110, 100), (2, 1, 3, 100, 50)), ((60, 20, 30), (60, 30, 25)),
    ((1, 40, 20, 30), (3, 1, 30, 25)), ((50, 1, 20, 30), (2, 30, 25)), ((40, 20, 30), (30, 25)),
    ((60, 200), (200, 300)),
]


@pytest.fixture
def asked(monkeypatch: Any) -> list[Any]:
    """The sizes of the products that NumPy is asked for from now on."""
    whole, sizes = np.matmul, []

    def noted(a: Any, b: Any, out: Any = None) -> Any:
        sizes.append((a.shape[-2], a.shape[-1], b.shape[-1]))
        return whole(a, b, out=out)

    monkeypatch.setattr(np, "matmul", noted)
    return sizes


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("left", "right"), SHAPES)
def test_products_are_those_of_numbers(left: Any, right: Any, dtype: Any, three_threads: None,
                                       monkeypatch: Any) -> None:
    """However the operands lie in memory, and wherever the parts of threads end."""
    monkeypatch.setattr("autograd.runtime.matmul.WORTH", GRAIN)
    monkeypatch.setattr("autograd.runtime.tiles.IN_PLACE", 100**3)  # whichever kernels OpenBLAS has here
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(left).astype(dtype), rng.standard_normal(right).astype(dtype)
    expected = np.einsum("...mk,...kn->...mn", x.astype(np.float64), y)
    tolerance = 1e-5 if dtype is np.float32 else 1e-13
    for a in (x, np.ascontiguousarray(x.swapaxes(-1, -2)).swapaxes(-1, -2), x[..., ::-1]):
        for b in (y, np.ascontiguousarray(y.swapaxes(-1, -2)).swapaxes(-1, -2)):
            out = matmul(a, b if a.strides[-1] > 0 else b[..., ::-1, :])
            assert out.dtype == dtype
            assert out.flags.c_contiguous
            np.testing.assert_allclose(out, expected, rtol=0, atol=tolerance * abs(expected).max())


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 100])
def test_products_that_are_shared_out_together(parts: int, monkeypatch: Any) -> None:
    """Wherever one share ends and the next begins, each product is made whole, once, and so is its row."""
    shared = []

    def in_shares(task: Any, length: int, least: int) -> None:
        shared.append(length)
        for k in range(parts):
            task(length * k // parts, length * (k + 1) // parts)

    written = []

    def noted(x: Any, y: Any, plus: Any, out: Any) -> None:
        written.append(out.size)
        fill(x, y, plus, out)

    fill = runtime.matmul._fill
    monkeypatch.setattr("autograd.runtime.matmul._fill", noted)
    monkeypatch.setattr("autograd.runtime.matmul.in_parallel", in_shares)
    monkeypatch.setattr("autograd.runtime.matmul.GRAIN", 1000)
    monkeypatch.setattr("autograd.runtime.matmul.WORTH", SHARED // 2)
    rng = np.random.default_rng(0)
    tall, wide, small = ((rng.standard_normal((m, k)), rng.standard_normal((k, n)))
                         for m, k, n in ((1000, 33, 20), (40, 130, 500), (3, 4, 5)))
    for pair in ((tall, wide), (wide, tall), (tall, small), (small, tall)):
        for found, factors in zip(dots(*pair), pair, strict=True):
            np.testing.assert_allclose(found, np.einsum("mk,kn->mn", *factors), rtol=0, atol=1e-12)
    for x, y in (tall, wide, small):
        row = rng.standard_normal(y.shape[1])
        np.testing.assert_allclose(dot(x, y, row), np.einsum("mk,kn->mn", x, y) + row, rtol=0, atol=1e-12)
    assert shared == [3260, 3260, 660, 660, 660, 2600]
    assert sum(written) == 5 * 1000 * 20 + 3 * 40 * 500, "no part is written twice; the small ones are NumPy's"


def test_of_two_products_one_may_be_of_a_kind_that_is_not_shared() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 100, 100))
    for pair in (((x, y), (1j * x, y)), ((1j * x, y), (x, y))):
        for found, (a, b) in zip(dots(*pair), pair, strict=True):
            np.testing.assert_allclose(found, np.einsum("mk,kn->mn", a, b), rtol=0, atol=1e-12)


def test_large_products_are_shared_out_and_the_largest_are_blass(asked: list[Any], monkeypatch: Any) -> None:
    shares = []

    def in_thirds(task: Any, length: int, least: int) -> None:
        shares.append((length, least))
        for first, last in ((0, length // 3), (length // 3, length // 3 * 2), (length // 3 * 2, length)):
            task(first, last)

    monkeypatch.setattr("autograd.runtime.matmul.in_parallel", in_thirds)
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2000, 130)), rng.standard_normal((130, 65))
    np.testing.assert_allclose(dot(x, y), np.einsum("mk,kn->mn", x, y), rtol=0, atol=1e-12)
    np.testing.assert_allclose(dot(y.T, x.T), np.einsum("mk,kn->nm", x, y), rtol=0, atol=1e-12)
    assert shares == [(-(-x.size * 65 // GRAIN), WORTH // GRAIN)] * 2
    asked.clear()
    monkeypatch.setattr("autograd.runtime.matmul.WHOLE", x.size * 65 - 1)
    np.testing.assert_allclose(matmul(x, y), np.einsum("mk,kn->mn", x, y), rtol=0, atol=1e-12)
    assert asked == [(2000, 130, 65)]


@pytest.mark.parametrize(("rows", "inner", "columns", "expected"), [
    (256, 64, 784, (-2, 2)), (512, 32, 784, (-2, 2)), (1024, 128, 512, (-2, 2)), (64, 256, 784, (-1, 2)),
    (128, 64, 1568, (-1, 2)), (1000, 1000, 20, (-2, 2)),
])
def test_the_axis_that_is_parted_is_the_cheaper_one(rows: int, inner: int, columns: int, expected: tuple[int, int],
                                                    monkeypatch: Any) -> None:
    """As measured: two threads that write into the same lines of memory take longer than one that packs more."""
    parts = []

    def in_halves(task: Any, length: int, least: int) -> None:
        task(0, length // 2)
        task(length // 2, length)

    monkeypatch.setattr("autograd.runtime.matmul.WORTH", SHARED // 2)
    monkeypatch.setattr("autograd.runtime.matmul.in_parallel", in_halves)
    monkeypatch.setattr("autograd.runtime.matmul._fill", lambda x, y, plus, out: parts.append(out.shape))
    dot(np.ones((rows, inner)), np.ones((inner, columns)))
    axis, count = expected
    assert len(parts) == count
    assert sum(part[axis] for part in parts) == (rows, columns)[axis]
    assert {part[-3 - axis] for part in parts} == {(rows, columns)[-3 - axis]}


@pytest.mark.parametrize("matrices", [7, 16])
def test_a_stack_is_parted_between_its_matrices_into_equal_shares(matrices: int, monkeypatch: Any) -> None:
    """A thread that had them all would give the right product too, and take twice as long."""
    shares: list[list[int]] = []

    def in_halves(task: Any, length: int, least: int) -> None:
        for first, last in ((0, length // 2), (length // 2, length)):
            shares.append([])
            task(first, last)

    monkeypatch.setattr("autograd.runtime.matmul.WORTH", SHARED // 2)
    monkeypatch.setattr("autograd.runtime.matmul.in_parallel", in_halves)
    monkeypatch.setattr("autograd.runtime.matmul._fill", lambda x, y, plus, out: shares[-1].append(len(out)))
    matmul(np.ones((matrices, 64, 64)), np.ones((matrices, 64, 64)))
    assert shares == [[matrices // 2], [-(-matrices // 2)]]


def test_a_long_vector_by_a_matrix_has_no_rows_to_share() -> None:
    rng = np.random.default_rng(0)
    vector, matrix = rng.standard_normal(6000), rng.standard_normal((6000, 100))
    assert matrix.size >= SHARED
    np.testing.assert_allclose(dot(vector, matrix), np.einsum("k,kn->n", vector, matrix), rtol=0, atol=1e-11)


@pytest.mark.parametrize("row", [True, False])
@pytest.mark.parametrize(("rows", "turned"), [(1, False), (2, True), (97, True), (98, False)])
def test_few_rows_by_a_transposed_matrix_are_multiplied_the_other_way_round(rows: int, turned: bool, row: bool,
                                                                            asked: list[Any]) -> None:
    rng = np.random.default_rng(0)
    x, weight, plus = (rng.standard_normal(shape).astype(np.float32) for shape in ((rows, 780), (700, 780), (700,)))
    out = dot(x, weight.T, plus if row else None)
    assert all((first[0] == rows) is not turned for first in asked)
    assert out.flags.c_contiguous
    expected = np.einsum("mk,nk->mn", x.astype(np.float64), weight) + (plus if row else 0)
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-5 * abs(expected).max())


def test_few_rows_by_a_transposed_matrix_are_multiplied_in_tiles(asked: list[Any], monkeypatch: Any) -> None:
    """Where these are faster; and a row is added to them too."""
    monkeypatch.setattr("autograd.runtime.tiles.IN_PLACE", 100**3)
    rng = np.random.default_rng(0)
    x, weight, plus = (rng.standard_normal(shape).astype(np.float32) for shape in ((20, 300), (200, 300), (200,)))
    expected = np.einsum("mk,nk->mn", x.astype(np.float64), weight)
    for row in (None, plus):
        out = dot(x, weight.T, row)
        assert out.flags.c_contiguous
        np.testing.assert_allclose(out, expected if row is None else expected + row, rtol=0, atol=1e-4)
    assert asked == [(8, 300, 128), (4, 300, 128), (8, 300, 72), (4, 300, 72)] * 2


def test_few_rows_meet_a_stack_in_fortran_order() -> None:
    """Whose transpose is a stack along another axis: what goes for one matrix raised an error."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 512)).astype(np.float32), rng.standard_normal((16, 512, 512)).astype(np.float32)
    expected = np.einsum("mk,skn->smn", x.astype(np.float64), y)
    np.testing.assert_allclose(matmul(x, np.asfortranarray(y)), expected, rtol=0, atol=1e-5 * abs(expected).max())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(50, 7), (3000, 31), (3, 9000), (4000, 1), (0, 5), (5, 0), (1, 20000)])
def test_products_with_a_vector(shape: tuple[int, int], dtype: Any) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape).astype(dtype)
    row, column = rng.standard_normal(shape[0]).astype(dtype), rng.standard_normal(shape[1]).astype(dtype)
    stack, precise = np.stack([x, 2 * x]), x.astype(np.float64)

    def assert_close(found: Any, expected: Any, scale: Any) -> None:
        assert found.dtype == dtype
        assert found.shape == expected.shape
        assert (abs(found - expected) <= 4 * np.finfo(dtype).eps * scale).all()

    for matrix in (x, np.asfortranarray(x)):
        assert_close(times_vector(matrix, column), precise @ column, abs(precise) @ abs(column))
        assert_close(vector_times(row, matrix), row @ precise, abs(row) @ abs(precise))
    for found, times in zip(vector_times(row, stack), (1, 2), strict=True):
        assert_close(found, times * row @ precise, times * abs(row) @ abs(precise))


def test_a_stack_that_meets_one_matrix_is_one_product(asked: list[Any]) -> None:
    x, y = np.ones((40, 20, 30)), np.ones((30, 25))
    np.testing.assert_array_equal(matmul(x, y), np.full((40, 20, 25), 30.0))
    assert asked == [(800, 30, 25)]


@pytest.mark.parametrize(("left", "right"), [((8, 9), (9, 7)), ((60, 80), (80, 100)), ((2000, 300), (300,)),
                                             ((0, 3), (3, 4)), ((5, 0), (0, 4))])
def test_other_products_are_numpys(left: Any, right: Any) -> None:
    """Small ones, and products with vectors."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(left), rng.standard_normal(right)
    np.testing.assert_array_equal(matmul(x, y), x @ y)
    if y.ndim > 1:
        np.testing.assert_array_equal(dot(x, y), x @ y)
        np.testing.assert_array_equal(dot(np.ones(len(y)), y), np.ones(len(y)) @ y)


@pytest.mark.parametrize(("left", "right"), [("f", "d"), ("d", "f"), ("D", "D"), ("d", "D"), ("l", "l")])
def test_large_products_of_other_numbers_are_numpys(left: str, right: str) -> None:
    """Of two precisions, complex or whole: parts would be written in the first factor's numbers."""
    x, y = np.arange(64.0 * 100).reshape(64, 100) % 7, np.arange(100.0 * 120).reshape(100, 120) % 5
    assert x.size * y.shape[1] >= SHARED
    x, y = x.astype(left), y.astype(right)
    for found in (matmul(x, y), dot(x, y)):
        assert found.dtype == np.result_type(left, right)
        np.testing.assert_array_equal(found, x.astype("D") @ y.astype("D"))


@pytest.mark.parametrize(("left", "right"), [((32, 64), (65, 256)), ((2, 32, 64), (3, 64, 256))])
def test_shapes_that_do_not_fit_are_explained(left: Any, right: Any) -> None:
    with pytest.raises(ValueError, match="matmul"):
        tensor(np.ones(left), requires_grad=True) @ np.ones(right)


def test_gradients_of_products_in_parts_are_exact() -> None:
    rng = np.random.default_rng(0)
    x, y, g = rng.standard_normal((32, 100)), rng.standard_normal((100, 200)), rng.standard_normal((32, 200))
    assert x.shape[0] * y.size >= SHARED
    a, b = tensor(x, requires_grad=True), tensor(y, requires_grad=True)
    (a @ b).backward(tensor(g))
    np.testing.assert_allclose(a.grad.numpy(), np.einsum("mn,kn->mk", g, y), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(b.grad.numpy(), np.einsum("mk,mn->kn", x, g), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.float16, np.float32, np.float64, complex])
@pytest.mark.parametrize(("left", "right"), [
    ((30, 1), (1, 20)), ((5, 30, 1), (5, 1, 16)), ((30, 1), (4, 1, 17)), ((3, 1, 2, 1), (4, 1, 40)),
    ((0, 3, 1), (1, 20)),
])
def test_columns_times_rows_are_products_of_elements(left: Any, right: Any, dtype: Any, monkeypatch: Any) -> None:
    rng = np.random.default_rng(0)
    x, y = (rng.normal(size=s, scale=9).astype(dtype) for s in (left, right))
    expected = np.matmul(x, y)
    monkeypatch.setattr(np, "matmul", None)  # which takes three times as long
    found = matmul(x, y)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)

"""Tiles make the whole product, where they are used, and each is one whose factors OpenBLAS reads where they lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd.runtime import tiles
from autograd.runtime.tiles import in_tiles


@pytest.fixture(autouse=True)
def in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if OpenBLAS had kernels that read factors where they lie, whether or not it has them here."""
    monkeypatch.setattr(tiles, "IN_PLACE", 100**3)


def _factors(rows: int, inner: int, columns: int, dtype: Any) -> Any:
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((rows, inner)), rng.standard_normal((columns, inner))
    return x.astype(dtype), weight.astype(dtype).T, np.full((rows, columns), np.nan, dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("rows", "inner", "columns"), [
    (8, 128, 1), (9, 128, 129), (15, 512, 127), (16, 300, 128), (64, 201, 300), (63, 128, 1000), (40, 130, 5),
])
def test_tiles_make_the_whole(rows: int, inner: int, columns: int, dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, out = _factors(rows, inner, columns, dtype)
    matmul, asked = np.matmul, []

    def noted(a: Any, b: Any, out: Any) -> Any:
        asked.append((a.shape[-2], a.shape[-1], b.shape[-1]))
        return matmul(a, b, out=out)

    monkeypatch.setattr(np, "matmul", noted)
    expected = np.einsum("mk,kn->mn", x.astype(np.float64), y)
    tolerance = {np.float32: 1e-5, np.float64: 1e-13}[dtype] * inner
    wide, wider = np.zeros((rows, inner + 3), dtype), np.full((rows, columns + 5), np.nan, dtype)
    wide[:, 1:-2] = x
    for left, part in ((x, out), (wide[:, 1:-2], wider[:, 2 : columns + 2])):
        assert in_tiles(left, y, part)
        np.testing.assert_allclose(part, expected, rtol=0, atol=tolerance)
    assert np.isnan(wider[:, :2]).all()
    assert np.isnan(wider[:, columns + 2 :]).all()
    assert all(m * k * n <= 100**3 and m * n <= 1200 for m, k, n in asked)


@pytest.mark.parametrize(("rows", "inner", "dtype"), [
    (7, 300, np.float32), (65, 300, np.float32), (16, 127, np.float32), (16, 977, np.float32), (16, 513, np.float64),
])
def test_other_sizes_are_left_whole(rows: int, inner: int, dtype: Any) -> None:
    x, y, out = _factors(rows, inner, 200, dtype)
    assert not in_tiles(x, y, out)
    assert np.isnan(out).all()


def test_other_orders_of_memory_are_left_whole() -> None:
    x, y, out = _factors(16, 300, 200, np.float32)
    for left, right in ((np.asfortranarray(x), y), (x, np.ascontiguousarray(y)), (x[:, ::-1], y), (x, y[::-1])):
        assert not in_tiles(left, right, out)
    assert np.isnan(out).all()


@pytest.mark.parametrize("most", [0, 8 * 128 * 300 - 1])
def test_nothing_is_cut_where_openblas_copies_all_the_same(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "IN_PLACE", most)
    x, y, out = _factors(16, 300, 200, np.float32)
    assert not in_tiles(x, y, out)
    monkeypatch.setattr(tiles, "IN_PLACE", most + 1)
    assert in_tiles(x, y, out) is (most > 0)

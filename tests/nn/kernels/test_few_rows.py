"""The product of a few rows with a transposed matrix, where it is cut into pieces and where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nn.kernels import few_rows
from nn.kernels.few_rows import MOST, times_transposed
from tests.nn.kernels.kernel_checks import close, random


@pytest.mark.parametrize("small_kernels", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("rows", "inner", "columns"), [
    (8, 1000, 300), (13, 785, 257), (64, 300, 100), (MOST, 100, 130), (MOST + 1, 100, 130), (9, 4096, 31),
    (9, 4097, 31), (7, 1000, 300), (1, 3, 2), (64, 2, 9000), (0, 3, 2), (8, 0, 3),
])
def test_product(rows: int, inner: int, columns: int, dtype: Any, small_kernels: bool, monkeypatch: Any) -> None:
    monkeypatch.setattr(few_rows, "_reads_small_operands", lambda: small_kernels)
    generator = np.random.default_rng(0)
    x, weight = random(generator, rows, inner, dtype=dtype), random(generator, columns, inner, dtype=dtype)
    expected = np.einsum("mk,nk->mn", x.astype(np.float64), weight.astype(np.float64))
    for a, b in ((x, weight), (np.asfortranarray(x), np.asfortranarray(weight)), (x[:, ::-1], weight[:, ::-1])):
        out = times_transposed(a, b)
        assert out.dtype == dtype
        close(out, expected, 1e-5 if dtype is np.float32 else 1e-12)


def test_the_processor_is_asked_once() -> None:
    assert few_rows._reads_small_operands() in (True, False)

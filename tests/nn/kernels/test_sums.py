"""Sums over rows, and what BLAS says of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nn.kernels import layer_norm
from nn.kernels.sums import LONG, sums_over_rows
from tests.nn.kernels.kernel_checks import assert_close, random


@pytest.mark.parametrize("shape", [(7, 3), (2, 5, 40), (0, 4), (3, 0), (2, 3, LONG), (5, LONG - 1)])
def test_rows_are_added_up(shape: tuple[int, ...]) -> None:
    x = random(np.random.default_rng(0), *shape)
    assert_close(sums_over_rows(x), x.sum(axis=-2), 1e-12)
    assert_close(sums_over_rows(x.swapaxes(-1, -2)), x.sum(axis=-1), 1e-12)


def test_flags_that_blas_raises_of_what_it_throws_away_are_no_warning() -> None:
    """It did so in some processes only; here an infinite difference raises the same flag, with the same warning."""
    x = np.array([[np.inf, 1.0], [-np.inf, 2.0]])
    np.testing.assert_array_equal(sums_over_rows(x), [np.nan, 3.0])


def test_layer_normalization_gives_no_warning_of_what_blas_throws_away(monkeypatch: pytest.MonkeyPatch) -> None:
    multiply_by_vector = layer_norm.times_vector

    def flagged(x: Any, y: Any) -> Any:
        np.subtract(np.inf, np.inf)
        return multiply_by_vector(x, y)

    monkeypatch.setattr(layer_norm, "times_vector", flagged)
    x = random(np.random.default_rng(0), 3, 4)
    out, _ = layer_norm.forward(x, None, None, axes=1, eps=0.0)
    np.testing.assert_allclose(out.std(axis=1), 1)

"""Matrix products, where they are cut into pieces and where they are not."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from autograd.runtime.blas import reads_small_operands
from nn.kernels import layer_norm, products
from nn.kernels.products import add_transposed, in_pieces, multiply, sums_over_rows
from tests.nn.kernels.kernel_checks import close, random


def test_the_processor_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    facts, asked = np.show_config(mode="dicts"), []
    monkeypatch.setattr(np, "show_config", lambda mode: asked.append(mode) or facts)
    reads_small_operands.cache_clear()
    assert reads_small_operands() is reads_small_operands()
    assert asked == ["dicts"]


@pytest.mark.parametrize("small", [60, 500, 10**6])
@pytest.mark.parametrize(("rows", "inner", "columns"), [(7, 3, 5), (64, 4, 6), (33, 1, 130), (0, 3, 4), (5, 0, 3),
                                                      (9, 70, 3), (20, 41, 17)])
def test_stacks_and_sums_of_products(rows: int, inner: int, columns: int, small: int, monkeypatch: Any) -> None:
    monkeypatch.setattr(products, "SMALL", small)
    monkeypatch.setattr(products, "THIN", 2)
    generator = np.random.default_rng(0)
    a, b = random(generator, 3, rows, inner), random(generator, 3, inner, columns)
    close(multiply(a, b, np.empty((3, rows, columns))), np.einsum("smk,skn->smn", a, b), 1e-12)
    other, total = random(generator, 3, rows, columns), random(generator, 3, inner, columns)
    expected = total + np.einsum("smk,smn->skn", a, other)
    add_transposed(a, other, total, np.empty_like(total))
    close(total, expected, 1e-12)


@pytest.mark.parametrize(("rows", "inner", "columns", "pieces"), [
    (128, 128, 32, 2), (128, 8, 4, 1), (127, 128, 32, 1), (128, 512, 32, 1), (3, 2, 1, 1),
])
def test_a_matrix_in_pieces_of_one_height(rows: int, inner: int, columns: int, pieces: int, monkeypatch: Any) -> None:
    monkeypatch.setattr(products, "SMALL", 65536 * 4)
    monkeypatch.setattr(products, "NARROWEST", 16)
    matrix = random(np.random.default_rng(0), inner, rows).T
    stack = in_pieces(matrix, columns)
    assert stack.shape == (pieces, rows // pieces, inner)
    np.testing.assert_array_equal(stack.reshape(rows, inner), matrix)


@pytest.mark.parametrize(("core", "most"), [("Haswell", 65536 * 4), ("SkylakeX", 1_000_000)])
def test_pieces_of_products_stay_below_what_starts_the_threads_of_openblas(core: str, most: int) -> None:
    """Without code for small products OpenBLAS shares out those of more than 65536 * 4 multiplications."""
    program = "from nn.kernels.products import SMALL, piece; print(SMALL, *piece(576, 64))"
    told = subprocess.run([sys.executable, "-c", program], env={**os.environ, "OPENBLAS_CORETYPE": core}, check=True,
                          capture_output=True, text=True)
    small, width, height = map(int, told.stdout.split())
    assert small == most
    assert 0 < 576 * width * height <= most


def test_flags_that_blas_raises_of_what_it_throws_away_are_no_warning() -> None:
    """It did so in some processes only; here an infinite difference raises the same flag, with the same warning."""
    x = np.array([[np.inf, 1.0], [-np.inf, 2.0]])
    np.testing.assert_array_equal(sums_over_rows(x), [np.nan, 3.0])


def test_layer_normalization_gives_no_warning_of_what_blas_throws_away(monkeypatch: pytest.MonkeyPatch) -> None:
    multiply_by_vector = np.dot

    def flagged(x: Any, y: Any, out: Any) -> None:
        multiply_by_vector(x, y, out=out)
        np.subtract(np.inf, np.inf)

    monkeypatch.setattr(np, "dot", flagged)
    x = random(np.random.default_rng(0), 3, 4)
    out, _ = layer_norm.forward(x, None, None, axes=1, eps=0.0)
    np.testing.assert_allclose(out.std(axis=1), 1)

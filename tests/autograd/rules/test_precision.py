"""Operands in single precision: no result is less exact than that of plain arrays, nor in another precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad
from tests.autograd.rules.domains import Row
from tests.autograd.rules.test_every_rule import DIFFERENTIABLE, Call, arrays, quiet, samples


@pytest.mark.parametrize(("row", "call"), DIFFERENTIABLE)
def test_tensors_lose_no_more_digits_than_arrays(row: Row, call: Call) -> None:
    single = samples(row, np.float32)
    double: list[Any] = [x.astype(np.result_type(x.dtype, np.float64)) if x.dtype.kind in "fc" else x for x in single]
    with quiet():
        found = arrays(call(*[Tensor(x) if x.dtype.kind in "fc" else x for x in single]))
        known, exact = arrays(call(*single)), arrays(call(*double))
    given = max(float(np.max(np.abs(x), initial=0)) for x in double)  # what may cancel in a sum
    for ours, theirs, true in zip(found, known, exact, strict=True):
        if theirs.shape != true.shape:  # polydiv drops what rounding leaves of zeros
            continue
        rounding = np.finfo(ours.dtype).eps if ours.dtype.kind in "fc" else 0.0
        allowed = 4 * np.max(np.abs(theirs - true)) + 8 * rounding * (given + np.max(np.abs(true)))
        np.testing.assert_array_less(np.abs(ours - true), allowed + 1e-300)


@pytest.mark.parametrize(("function", "order", "places"), [
    (np.arctanh, 1, [0.9999, -0.9999, 0.999]), (np.arctanh, 2, [0.9999, -0.9999]), (np.reciprocal, 2, [3e-12, -1e-11]),
    (np.reciprocal, 1, [3e-12, 1e15])])
def test_slopes_have_the_digits_of_single_precision(function: Any, order: int, places: list[float]) -> None:
    """1 - x x loses those of x near 1, and a fourth power is infinite where the slope is not."""
    for _ in range(order):
        function = grad(function)
    for x in np.array(places, np.float32):
        assert float(function(x)) == pytest.approx(float(function(np.float64(x))), rel=1e-6, abs=0)

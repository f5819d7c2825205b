"""Every function of the registry, by its row of the table in `domains`: a function without one fails.

`check_gradients` compares both modes with differences, and each other by `<u, J v> = <J^T u, v>`, once; it finds
changed inputs and gradients that share memory.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from autograd.testing import check_gradients
from autograd.tree import flatten
from tests.autograd.rules.domains import ROWS, Row, without_row


def samples(row: Row, dtype: Any = np.float64) -> list[Any]:
    rng = np.random.default_rng(len(row.operands))
    return [operand.sample(rng, dtype) for operand in row.operands]


def cases() -> Iterator[Any]:
    for function, row in ROWS.items():
        for label, call in row.calls.items():
            name = f"{getattr(function, '__module__', None) or 'numpy'}.{getattr(function, '__name__', function)}"
            yield pytest.param(row, call, id=f"{name}({label})" if label else name)


def leaves(out: Any) -> list[Any]:
    return [x for x in flatten(out)[0] if isinstance(x, (Tensor, np.ndarray, np.generic))]


def test_no_function_is_without_a_row() -> None:
    assert without_row() == []


@pytest.mark.parametrize(("row", "call"), [c for c in cases() if c.values[0].order])
def test_derivatives_in_both_modes(row: Row, call: Any) -> None:
    given = samples(row)
    before = [x.copy() for x in given]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
        # Values that are known less well than to rounding leave differences that ought to vanish uncertain too.
        atol = None if row.rtol is None else 1e-4 * row.rtol
        report = check_gradients(call, *given, order=min(row.order, 1), rtol=row.rtol, atol=atol)
    assert not report.not_differentiable
    for x, copy in zip(given, before, strict=True):
        np.testing.assert_array_equal(x, copy)


@pytest.mark.parametrize(("row", "call"), [c for c in cases() if not c.values[0].order])
def test_piecewise_constants_have_no_gradient(row: Row, call: Any) -> None:
    tracked = [Tensor(x, requires_grad=x.dtype.kind == "f") for x in samples(row)]
    assert not any(isinstance(x, Tensor) and x.requires_grad for x in leaves(call(*tracked)))

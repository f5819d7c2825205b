"""Every function of the registry on batches: `vmap` of it, and of its pullback, is the loop over the examples."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, vjp, vmap
from autograd.tree import flatten
from tests.autograd.rules.domains import Row
from tests.autograd.rules.test_every_rule import cases, samples

SIZE = 5  # enough for cotangents to ride through the graph as one batch
REFUSED = {"trim_zeros", "piecewise", "geomspace", "lstsq", "poly", "polydiv", "polyfit"}
"""Their course, or the shape of their result, depends on values; so does that of `np.lib.scimath`."""


def arrays(found: Any) -> list[Any]:
    return [np.asarray(x.detach()._value if isinstance(x, Tensor) else x) for x in flatten(found)[0]]


def the_same(batched: Callable[[], Any], single: Callable[[int], Any]) -> None:
    """The batch against the loop, where the loop runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loop = [arrays(single(i)) for i in range(SIZE)]
        found = arrays(batched())
    for value, *expected in zip(found, *loop, strict=True):
        np.testing.assert_allclose(value, np.stack(expected), rtol=1e-9, atol=1e-12)


def differentiable(row: Row) -> bool:
    return not row.constant and all(operand.form != "whole" for operand in row.operands)


@pytest.mark.parametrize(("row", "call"), [c for c in cases() if differentiable(c.values[0])])
def test_a_batch_of_cotangents_is_pulled_back_as_each_of_them(row: Row, call: Any) -> None:
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value, pullback = vjp(call, *samples(row))
    outs, structure = flatten(value)
    given = [rng.standard_normal((SIZE, *np.shape(o))).astype(np.asarray(o).dtype) for o in outs]
    the_same(
        lambda: vmap(lambda *g: pullback(structure.unflatten(g)))(*given),
        lambda i: pullback(structure.unflatten([g[i] for g in given])),
    )


@pytest.mark.parametrize(("row", "call"), [c for c in cases() if not c.values[0].constant or c.values[0].elementwise])
def test_a_batch_of_operands_is_each_of_them(row: Row, call: Any) -> None:
    drawn = [[operand.sample(np.random.default_rng(i)) for operand in row.operands] for i in range(SIZE)]
    stacked = [np.stack(column) for column in zip(*drawn, strict=True)]
    if row.function.__name__ in REFUSED or getattr(row.function, "__module__", "") == "numpy.lib.scimath":
        with pytest.raises(TypeError, match="loop over the examples"):
            vmap(call)(*stacked)
    else:
        the_same(lambda: vmap(call)(*stacked), lambda i: call(*[Tensor(x) for x in drawn[i]]))

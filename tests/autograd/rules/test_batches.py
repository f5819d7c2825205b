"""Every function of the registry on batches: `vmap` of it, and of its pullback, is the loop over the examples."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, vjp, vmap
from autograd.primitive import Primitive
from autograd.transforms import batching_rules
from autograd.tree import flatten
from tests.autograd.rules.domains import Row
from tests.autograd.rules.test_every_rule import cases, samples

SIZE = 5  # enough for cotangents to ride through the graph as one batch
REFUSED = {"piecewise"}
"""Its course depends on values; others whose course does may batch examples that take the same course."""


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
    if row.function.__name__ in REFUSED:
        with pytest.raises(TypeError, match="loop over the examples"):
            vmap(call)(*stacked)
    else:
        the_same(lambda: vmap(call)(*stacked), lambda i: call(*[Tensor(x) for x in drawn[i]]))


A, B, X = np.array([1, 0, 1]), np.array([0, 1, 1]), np.arange(48.0).reshape(2, 2, 3, 4)
KEYS: dict[str, Callable[[Any], Any]] = {
    "one": lambda x: x[A], "two": lambda x: x[A, B], "the last": lambda x: x[..., A], "a middle one": lambda x: x[:, A],
    "the last two": lambda x: x[:, A, B], "a mask": lambda x: x[:, A > 0], "none": lambda x: x[1, ..., None, ::2],
    "one, and slices around": lambda x: x[::-1, A, 1:], "apart": lambda x: x[A, :, B],
    "apart, the last": lambda x: x[A, ..., B],
}


@pytest.mark.parametrize("name", KEYS)
def test_an_index_reads_of_each_example_what_it_reads_alone(name: str) -> None:
    np.testing.assert_array_equal(vmap(KEYS[name])(X), np.stack([KEYS[name](x) for x in X]))
    slopes = vmap(grad(lambda x: np.sum(KEYS[name](x) ** 2)))(X)
    np.testing.assert_array_equal(slopes, np.stack([grad(lambda x: np.sum(KEYS[name](x) ** 2))(x) for x in X]))


@pytest.mark.parametrize(("call", "given"), [
    *[pytest.param(c.values[1], [x.sample(np.random.default_rng(0)) for x in c.values[0].operands], id=c.id)
      for c in cases() if differentiable(c.values[0]) and c.values[0].function.__name__ not in REFUSED],
    *[pytest.param(key, [X[0]], id=f"index by {name}") for name, key in KEYS.items() if "apart" not in name]])
def test_what_has_a_rule_takes_the_batch_as_a_whole(call: Any, given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for other orders of memory, indices apart from each other, and windows whose weights differ by example."""
    alone: list[str] = []

    def noted(call: batching_rules.Call) -> Any:
        if call.options.get("order", "C") == "C" and isinstance(call.apply, Primitive):
            alone.append(call.apply.name if call.apply.kind != "elementwise" else "elementwise")
        return batching_rules.one_by_one(call)

    monkeypatch.setattr(sys.modules["autograd.transforms.vmap"], "one_by_one", noted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        vmap(call)(*[np.stack([x, x, x]) for x in given])
    assert set(alone) & {"elementwise", *batching_rules.RULES} <= {"sums_of_windows"}


@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")  # since NumPy 2.5
@pytest.mark.parametrize(("row", "call"), [c for c in cases() if c.values[0].constant])
def test_a_batch_of_what_is_piecewise_constant_is_each_of_them(row: Row, call: Any) -> None:
    """Or is refused, where the results are no numbers."""
    drawn = [[operand.sample(np.random.default_rng(i)) for operand in row.operands] for i in range(SIZE)]
    loop = [flatten(call(*x))[0] for x in drawn]
    stacked = [np.stack(column) for column in zip(*drawn, strict=True)]
    if not all(isinstance(x, (np.ndarray, np.number, bool, np.bool, int)) for x in loop[0]):
        with pytest.raises(TypeError, match="a tensor holds numbers"):
            vmap(call)(*stacked)
        return
    found = flatten(vmap(call)(*stacked))[0]
    for batch, *examples in zip(found, *loop, strict=True):
        np.testing.assert_array_equal(batch, np.stack(examples))


# --- Inside vmap: a course that depends on values is taken where it is that of every example --------------------------

LINE, COUNTS = np.arange(4.0), np.array([[0, 3, 1, 1], [3, 3, 3, 0]])
TALL = np.stack([np.vander(np.array([1.0, 2.0, 4.0, k]), 2) for k in (5.0, 6.0, 7.0)])
COURSES: dict[str, tuple[Callable[[Any], Any], Any, Any]] = {
    "lstsq": (lambda a: np.linalg.lstsq(a, LINE)[:2], TALL, TALL * [[[1.0, 1.0]], [[1.0, 1.0]], [[1.0, 0.0]]]),
    "polyfit": (lambda y: np.polyfit(LINE, y, 2), TALL[:, :, 0], None),
    "roots": (np.roots, TALL[:, :, 0], None),
    "emath.sqrt": (np.emath.sqrt, -TALL, TALL * [[[1.0]], [[-1.0]], [[1.0]]]),
    "geomspace": (lambda x: np.geomspace(x, 9.0, 4), TALL[:, 3, 0], np.array([0.0, 1.0, 2.0])),
    "trim_zeros": (np.trim_zeros, TALL[:, :, 0] * [0, 1, 1, 0], np.eye(3)),
    "poly": (np.poly, TALL[:, :, 0], np.array([[1j, -1j], [1.0, 2j]])),
    "polydiv": (lambda p: np.polydiv(p, [1.0, 2.0])[1], TALL[:, :, 0], None),
    "bincount": (lambda w: np.bincount([0, 2, 2, 1], w), TALL[:, :, 0], None),
    "bincount of counts": (lambda x: np.bincount(x, LINE), COUNTS, COUNTS // [[1], [3]]),
    "histogram": (lambda x: np.histogram(x, 3, weights=x)[0], TALL[:, :, 0], None),
    "histogram2d": (lambda x: np.histogram2d(x, x[::-1], 3, density=True, weights=x)[0], TALL[:, :, 0], None),
    "take where": (lambda x: x[np.where(x[:3] > 1.5)], TALL[:, :, 0], None),
    "real_if_close": (np.real_if_close, TALL + 0j, TALL + np.array([0, 1j, 0])[:, None, None]),
}


@pytest.mark.parametrize("name", COURSES)
def test_examples_that_take_one_course_are_a_batch_and_others_are_refused(name: str) -> None:
    call, alike, different = COURSES[name]
    found, loop = flatten(vmap(call)(alike))[0], [flatten(call(x))[0] for x in alike]
    for batch, *examples in zip(found, *loop, strict=True):
        np.testing.assert_allclose(batch, np.stack(examples), rtol=1e-9, atol=1e-12)
    total = lambda x: sum(np.sum(np.real(o) ** 2) for o in flatten(call(x))[0])  # noqa: E731
    if alike.dtype.kind == "f":
        np.testing.assert_allclose(vmap(grad(total))(alike), np.stack([grad(total)(x) for x in alike]), rtol=1e-9)
    if different is not None:
        with pytest.raises(TypeError, match="loop over the examples"):
            vmap(call)(different)


@pytest.mark.parametrize("key", [
    lambda i: (i, ...), lambda i: (..., i), lambda i: (i, ..., 1), lambda i: (slice(1), ..., i), lambda i: (0, i),
    lambda i: (i, None, i), lambda i: (i, slice(None, None, 2)), lambda i: (np.array([0, 1]), i),
])
def test_an_index_that_differs_from_example_to_example_stands_among_others(key: Any) -> None:
    x, places = np.random.default_rng(5).normal(size=(3, 2, 2, 2)), np.array([1, 0, 1])
    found = vmap(lambda x, i: x[key(i)])(x, places)
    np.testing.assert_array_equal(np.asarray(found), np.stack([a[key(i)] for a, i in zip(x, places, strict=True)]))

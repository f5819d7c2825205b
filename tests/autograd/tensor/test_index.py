"""Keys that differ from example to example inside `vmap`: what a loop gives, or a refusal; derivatives go through."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import autograd
from autograd import Tensor, grad, jvp, vmap
from autograd.rules.indexing import add_into_zeros, is_basic
from autograd.scipy import special
from autograd.tensor.index import places

rng = np.random.default_rng(5)
X = rng.normal(size=(3, 4, 5))
ROWS, ONE = rng.integers(0, 4, (3, 2)), rng.integers(0, 4, 3)
PLACES = rng.integers(0, 4, (3, 2, 5))
MASK, SOME = rng.random((3, 4, 5)) > 0.5, rng.integers(0, 2, (3, 5))
TABLE = Tensor(rng.normal(size=(4, 5)))
Function = Callable[..., Any]


@pytest.mark.parametrize(("key", "once"), [
    (2, True), (slice(1, 3), True), ((1, ..., None), True), (X > 0, True), ((slice(None), X[0, :, 0] > 0), True),
    ([True, False, True], True), ([0, 0], False), (([0, 1], slice(None)), False), (np.array([1, 1]), False),
    ((0, np.array([1]), 2), False), ((([1], [1]),), False), (((0, 1), 2), False), (range(-2, 2), False),
    (((True, False, True),), True), ((np.int64(1), np.True_), True),
])
def test_all_but_arrays_of_integers_read_an_element_once(key: Any, once: bool) -> None:
    assert is_basic(key) is once
    places = np.arange(X.size).reshape(X.shape)[key]
    assert not once or np.unique(places).size == places.size


@pytest.mark.parametrize("key", [
    (([1], [1]),), ((0, 0, 1), 2), (slice(None), (1, 1)), range(-3, 3), [[1], [1]], ((Tensor(1), 1), slice(2)),
    (([Tensor([0, 1]), Tensor([1, 0])],),),
])
def test_an_element_receives_as_often_as_it_is_read_however_the_key_is_written(key: Any) -> None:
    x, (tangent,) = rng.normal(size=(3, 4, 5)), rng.normal(size=(1, 3, 4, 5))
    out, pullback = autograd.vjp(lambda x: x[key], x)
    cotangent = rng.normal(size=out.shape)
    (gradient,) = pullback(cotangent)
    np.testing.assert_allclose(np.vdot(gradient, tangent), np.vdot(cotangent, Tensor(tangent)[key].numpy()))
    places = Tensor(np.arange(x.size).reshape(x.shape))[key].numpy()
    np.testing.assert_allclose(gradient.ravel(), np.bincount(places.ravel(), cotangent.ravel(), x.size))


def changed(x: Any, write: Callable[[Any], object]) -> Any:
    copy = x.clone()
    write(copy)
    return copy


def assigned(x: Any, key: Any, value: Any) -> Any:
    return changed(x, lambda copy: copy.__setitem__(key, value))


def added(x: Any, key: Any, value: Any) -> Any:
    x = x.clone()
    x[key] += value
    return x


KEYS: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "rows": (lambda x, i: x[i], (X, ROWS)), "columns": (lambda x, i: x[:, i], (X, ROWS)),
    "pairs": (lambda x, i, j: x[i, j], (X, ROWS, ROWS[::-1])), "a list": (lambda x, i: x[[i, 0]], (X, ONE)),
    "after an ellipsis": (lambda x, i: x[..., i], (X, ONE)), "with a new axis": (lambda x, i: x[None, i], (X, ROWS)),
    "of a constant": (lambda i: TABLE[i], (ROWS,)), "of an open mesh": (lambda x, i: x[np.ix_(i, i)], (X, ROWS)),
    "set rows": (lambda x, i: assigned(x, i, 0.0), (X, ROWS)),
    "set one row to another": (lambda x, i: assigned(x, i, 2 * x[0]), (X, ONE)),
    "set by mask": (lambda x, m: assigned(x, m, 1.0), (X, MASK)),
    "set rows of a constant": (lambda i, x: assigned(TABLE, i, x[1]), (ROWS, X)),
    "set a constant's by mask": (lambda m: assigned(TABLE, m, 0.0), (MASK,)),
    "set a value that differs": (lambda x: assigned(TABLE, 0, x[0]), (X,)),
    "added in place": (lambda x, i: added(x, i, x[2]), (X, ROWS)),
    "put along an axis": (
        lambda x, j: changed(x, lambda copy: np.put_along_axis(copy, j, 2.0, 0)), (X, PLACES)),
    "take": (lambda x, i: np.take(x, i, axis=0), (X, ROWS)), "take one": (lambda x, i: np.take(x, i, axis=1), (X, ONE)),
    "take of all": (lambda x, i: np.take(x, i), (X, ROWS)),
    "take of a table": (lambda i: np.take(TABLE, i, 0), (ROWS,)),
    "take, clipped": (lambda x, i: np.take(x, i, axis=0, mode="clip"), (X, 3 * ROWS - 2)),
    "take, wrapped": (lambda x, i: np.take(x, i, axis=0, mode="wrap"), (X, 3 * ROWS - 2)),
    "take along an axis": (lambda x, j: np.take_along_axis(x, j, 0), (X, PLACES)),
    "choose": (lambda x, i: np.choose(i, [x[0], x[1]]), (X, SOME)),
    "choose, wrapped": (lambda x, i: np.choose(i, [x[0], x[1]], mode="wrap"), (X, SOME * 3 - 1)),
    "repeated alike": (lambda x, n: np.repeat(x, n, axis=0), (X, np.full((3, 4), 2))),
    "repeated alike, by the standard's name": (lambda x, n: autograd.repeat(x, n, axis=0), (X, np.full((3, 4), 2))),
    "orders of a function": (lambda n, x: special.polygamma(n, x[0, 0] ** 2), (ONE, X)),
    "orders of a function, and a vector": (lambda n, x: special.polygamma(n, x[0] ** 2), (ONE, X)),
    "orders of Bessel functions": (lambda n, x: scipy.special.jv(n, x[0]), (ONE, X)),
    "flattened as it lies": (lambda x: np.ravel(x.T, order="K"), (X,)),
    "flattened as columns lie": (lambda x: np.ravel(x, order="A"), (np.asarray(X.T, order="C").T,)),
    "order of the elements": (lambda x: autograd.argsort(x, descending=True, axis=0), (X,)),
    "elements in their order": (lambda x: x[0][np.argsort(x[0])], (X,)),
    "the row of the largest": (lambda x: x[np.argmax(x[:, 0])], (X,)),
}


def by_loop(f: Function, arrays: tuple[Any, ...]) -> Any:
    """The examples one after the other, each an array without gaps, in the order of the batch."""
    return np.stack([f(*[Tensor(a[k].copy(order="K")) for a in arrays]).numpy() for k in range(len(arrays[0]))])


@pytest.mark.parametrize("name", KEYS)
def test_a_batch_is_a_loop(name: str) -> None:
    f, arrays = KEYS[name]
    np.testing.assert_array_equal(np.asarray(vmap(f)(*arrays)), by_loop(f, arrays))


OF_X = [name for name, (_, arrays) in KEYS.items() if arrays[0] is X and "order of" not in name]


@pytest.mark.parametrize("name", OF_X)
def test_its_derivatives_are_those_of_a_loop(name: str) -> None:
    f, (x, *rest) = KEYS[name]

    def total(x: Any, *rest: Any) -> Any:
        return np.sum(np.sin(f(x, *rest)))

    expected = np.stack([grad(total)(x[k], *[r[k] for r in rest]) for k in range(len(x))])
    np.testing.assert_allclose(vmap(grad(total))(x, *rest), expected, rtol=1e-12)
    np.testing.assert_allclose(grad(lambda x: np.sum(np.sin(vmap(f)(x, *rest))))(x), expected, rtol=1e-12)
    t = rng.normal(size=x.shape)
    tangent = jvp(lambda x: vmap(f)(x, *rest), (x,), (t,))[1]
    inside = vmap(lambda x, t, *rest: jvp(lambda x: f(x, *rest), (x,), (t,))[1])(x, t, *rest)
    slope = np.sum(expected * t)
    weight = np.cos(by_loop(f, (x, *rest)))
    for found in (tangent, inside):
        assert np.sum(weight * np.asarray(found)) == pytest.approx(slope, rel=1e-10)


REFUSED: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "shapes that differ": (lambda x, n: np.repeat(x, n, axis=0), (X, np.array([[1, 2, 1, 1]] * 2 + [[2, 2, 2, 2]]))),
    "an option that differs": (lambda x, s: np.sum(x, initial=s), (X, X[:, 0, 0])),
    "distinct values": (lambda x: autograd.unique_counts(x).counts, (X.round(),)),
    "written by mask": (lambda x, m: changed(x, lambda copy: np.putmask(copy, m, 0.0)), (X, MASK)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_differ_in_its_course_is_refused(name: str) -> None:
    f, arrays = REFUSED[name]
    with pytest.raises(TypeError, match="inside vmap"):
        vmap(f)(*arrays)


def test_an_index_is_no_float() -> None:
    with pytest.raises(IndexError, match="integers or booleans, got a tensor of dtype float64"):
        vmap(lambda x, i: x[i])(X, X[:, 0, 0])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex128])
@pytest.mark.parametrize("key", [
    (slice(None), [3, -1, 0, 0]), (np.array([1, 1, -2]),), (slice(None), slice(None), np.array([4, 2, 4])),
    (slice(1, 3), [3, 3, 0]), (slice(None), [2, 2], slice(0, 3)), ([1, 1],), (slice(None), np.array([[0, 0], [1, 3]])),
], ids=str)
def test_what_is_read_twice_receives_twice_whatever_its_length(key: Any, dtype: Any) -> None:
    """Short slices are added at once, long ones place by place: both are a loop over the elements that were read."""
    rng = np.random.default_rng(0)
    for length in (1, 300):
        x = Tensor(np.ones((4, 5, 6, length), dtype), requires_grad=True)
        read = x[key]
        g = rng.integers(-9, 9, read.shape).astype(dtype)
        read.backward(g)
        expected = np.zeros(x.shape, dtype)
        np.add.at(expected, key, g)
        np.testing.assert_array_equal(x.grad.data, expected, strict=True)


@pytest.mark.parametrize("shape", [(4, 3, 2), (3,), (2, 0, 3)])
@pytest.mark.parametrize("key", [
    0, -1, slice(None, None, -2), ..., None, (), [0, 1, 0], ([0, -1], ..., None), (slice(1, 3), [0, 0]),
    (0, slice(0, 1)), ([1], None, [0]), np.array([], int), np.array([[0, 1], [1, 0]]), (..., 0), True,
    np.zeros((0,), bool),
], ids=str)
def test_places_are_those_of_a_flattened_array(shape: tuple[int, ...], key: Any) -> None:
    whole = np.arange(np.prod(shape)).reshape(shape)
    try:
        expected = whole[key]
    except IndexError:
        with pytest.raises(IndexError):
            places(key, shape)
        return
    np.testing.assert_array_equal(places(key, shape), expected)
    assert places(key, shape).shape == expected.shape


def test_places_of_a_number() -> None:
    for key in ((), ..., None, (None, ...), True, False, np.array(True)):
        np.testing.assert_array_equal(places(key, ()), np.zeros((), int)[key])
        assert np.shape(places(key, ())) == np.shape(np.zeros((), int)[key])
    with pytest.raises(IndexError):
        places(0, ())


@pytest.mark.parametrize("key", [
    np.array([1, -2, 1]), -3, ..., (), np.int64(2), np.array([[0], [-1]]), slice(None, None, -2), np.arange(4) > 1,
    (np.array([3, 0]), np.array([-1, 2])), (np.array([[1], [2]]), 0), (1, -1), (slice(1), np.array([2, 2])), [0, 3]])
def test_places_are_those_of_the_flattened_array(key: Any) -> None:
    for shape in ((4,), (4, 3), (4, 3, 2), (4, 3, 0)):
        whole = np.arange(np.prod(shape)).reshape(shape)
        if not isinstance(key, tuple) or len(key) <= len(shape):
            np.testing.assert_array_equal(places(key, shape), whole[key], strict=type(whole[key]) is np.ndarray)
    with pytest.raises(IndexError, match="out of bounds"):
        places(np.array([4]), (4, 3))


def test_a_few_places_of_a_long_array_take_little_memory() -> None:
    """They took an array as long as that: np.add.at of three places of a million was ten times as slow."""
    places(np.array([1, 2]), (10,))
    tracemalloc.start()
    try:
        places(np.array([5, -1, 5]), (10**6,))
        assert tracemalloc.get_traced_memory()[1] < 10**5
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("key", [np.s_[1:-1, ::2], np.s_[..., :2], np.s_[::-1, 1:]])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_going_back_through_a_part_keeps_the_memory_order(key: Any, order: tuple[int, ...]) -> None:
    """A convolution copies the cotangents that it finds in another order than its own."""
    def ordered(x: Any) -> Any:
        return np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))

    x = np.zeros((4, 5, 6))
    g = ordered(np.random.default_rng(0).random(x[key].shape))
    back = add_into_zeros(g, key=key, shape=x.shape)
    x[key] = g
    np.testing.assert_array_equal(back, x)
    assert back.transpose(order).flags.c_contiguous

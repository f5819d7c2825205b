"""Functions that insert, delete and write: as NumPy's on arrays, differentiable on tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, grad
from autograd.testing import check_gradients

rng = np.random.default_rng(1)


@given(st.integers(1, 5), st.lists(st.integers(-5, 5), max_size=4), st.booleans())
def test_insert_is_numpys_for_positions_of_every_kind(size: int, positions: list[int], single: bool) -> None:
    positions = [p for p in positions if -size <= p <= size]
    x, where = rng.standard_normal(size), (positions[0] if single and positions else positions)
    values = rng.standard_normal(len(positions)) if not isinstance(where, int) else rng.standard_normal(2)
    out = np.insert(Tensor(x, requires_grad=True), np.array(where, int), values)
    np.testing.assert_array_equal(out.detach().numpy(), np.insert(x, np.array(where, int), values))


@given(st.sampled_from([(4,), (3, 4), (2, 3, 4)]), st.integers(-3, 2), st.sampled_from([
    1, -1, [1], [0, 2], np.array([True, False, True]), slice(0, 2), slice(None, None, 2)]), st.sampled_from([
        (), (1,), (2,), (3,), (4,), (2, 1), (1, 4), (3, 1), (3, 2), (2, 3), (3, 4), (2, 1, 4), (2, 3, 2)]))
def test_insert_is_numpys_along_every_axis(shape: Any, axis: int, where: Any, of_values: tuple[int, ...]) -> None:
    x, values = rng.standard_normal(shape), rng.standard_normal(of_values)
    try:
        expected = np.insert(x, where, values, axis)
    except (ValueError, IndexError):  # AxisError is both
        assume(False)
    np.testing.assert_array_equal(np.insert(Tensor(x), where, values, axis).numpy(), expected)


@pytest.mark.parametrize("function", [np.unique_values, np.unique_counts, np.unique_inverse, np.unique_all])
def test_unique_takes_each_nan_for_a_value_as_the_standard_says(function: Any) -> None:
    x = np.array([np.nan, 1.0, np.nan, 1.0])
    found, expected = function(Tensor(x, requires_grad=True)), function(x)
    assert isinstance(found, Tensor if isinstance(expected, np.ndarray) else type(expected))
    for a, b in zip(autograd.tree.leaves(found), autograd.tree.leaves(expected), strict=True):
        np.testing.assert_array_equal(a.detach().numpy(), b)


def test_a_cast_is_a_copy_unless_none_is_needed_or_wanted() -> None:
    x = Tensor([1.5, 2.5], requires_grad=True)
    assert np.astype(x, float, copy=False) is x
    for cast in (x.astype(float), np.astype(x, float)):
        assert cast is not x
        assert not np.shares_memory(cast.detach().numpy(), x.data)
    assert not x.astype(int).requires_grad


WRITERS: dict[str, Any] = {
    "put_along_axis": lambda x, v: np.put_along_axis(x, np.array([[0], [2]]), v[:, None], axis=1),
    "put_along_axis flat": lambda x, v: np.put_along_axis(x, np.array([1, 3]), v, axis=None),
    "put": lambda x, v: np.put(x, [0, -1], v), "put wrap": lambda x, v: np.put(x, [7, 8], v, mode="wrap"),
    "place": lambda x, v: np.place(x, np.array([[True, False, True], [False, True, False]]), v),
    "putmask": lambda x, v: np.putmask(x, np.array([[True, False, True], [False, True, False]]), v),
    "copyto": lambda x, v: np.copyto(x, v[:, None], where=np.array([True, False, True])),
    "fill_diagonal": lambda x, v: np.fill_diagonal(x, v),
}


@pytest.mark.parametrize("name", WRITERS)
def test_writing_into_a_tensor(name: str) -> None:
    write = WRITERS[name]

    def f(x: Any, v: Any) -> Any:
        target = x * 1.0
        write(target, v)
        return target * x

    x, v = rng.standard_normal((2, 3)), rng.standard_normal(2)
    np.testing.assert_array_equal(f(Tensor(x, requires_grad=True), Tensor(v)).detach().numpy(), f(x, v))
    check_gradients(f, x, v)


@pytest.mark.parametrize("write", [lambda x: np.put(x, [], []), lambda x: np.putmask(x, x < 9, [])])
def test_writing_nothing_changes_nothing(write: Any) -> None:
    x, expected = Tensor([1.0, 2.0], requires_grad=True), np.array([1.0, 2.0])
    y = x * x
    write(y)
    write(expected)
    assert y.tolist() == (expected**2).tolist()
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 4]


def test_leading_axes_that_assignment_drops_come_back_in_the_gradient() -> None:
    def f(v: Any) -> Any:
        y = autograd.zeros((2, 3))
        y[0] = v
        return np.sum(y * np.arange(6.0).reshape(2, 3) * y)

    check_gradients(f, np.array([[[1.0, 2.0, 3.0]]]))
    check_gradients(f, np.ones(1))


def test_trimming_nothing_but_zeros_leaves_nothing() -> None:
    assert np.trim_zeros(Tensor(np.zeros(3), requires_grad=True)).shape == (0,)


def test_writing_a_tensor_into_an_ndarray_says_what_to_write() -> None:
    t = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(TypeError, match=r"autograd\.asarray\(target\)"):
        np.copyto(np.zeros(2), t)
    for target in (np.zeros(2), [t[0], t[1]], 2 * t):  # what it says to write, whatever the target
        given = autograd.asarray(target)
        np.copyto(given, t)
        assert given.requires_grad


def test_unique_reads_each_value_where_it_first_occurs() -> None:
    x = np.array([3.0, 1.0, 3.0, 2.0])
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.unique(x) * np.arange(1.0, 4.0)))(x), [3, 1, 0, 2])
    values, inverse, counts = np.unique(Tensor(x, requires_grad=True), return_inverse=True, return_counts=True)
    assert values.requires_grad
    np.testing.assert_array_equal(inverse.numpy(), [2, 0, 2, 1])
    np.testing.assert_array_equal(counts.numpy(), [1, 1, 2])


def test_piecewise_and_select_keep_dead_branches_out() -> None:
    x = np.array([-1.0, 4.0])
    np.testing.assert_allclose(grad(lambda x: np.sum(np.piecewise(x, [x > 0], [np.sqrt, lambda v: -v])))(x), [-1, 0.25])
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(grad(lambda x: np.sum(np.select([x > 0], [np.sqrt(x)], x)))(x), [1, 0.25])


def test_vmap_refuses_what_differs_in_shape() -> None:
    with pytest.raises(TypeError, match="loop over the examples"):
        autograd.vmap(np.trim_zeros)(np.array([[0.0, 1.0], [1.0, 0.0]]))


@pytest.mark.parametrize("call", [
    lambda x, k: np.take(x, [0], axis=k), lambda x, k: np.repeat(x, 2, axis=k), lambda x, k: np.delete(x, 0, axis=k),
    lambda x, k: np.insert(x, 0, 1.0, axis=k), lambda x, k: np.unstack(x, axis=k), lambda x, k: np.split(x, 1, axis=k),
    lambda x, k: np.diff(x, axis=k), lambda x, k: np.trapezoid(x, axis=k), lambda x, k: np.gradient(x, axis=k),
    lambda x, k: np.take_along_axis(x, np.zeros((1, 1), int), k), lambda x, k: np.median(x, axis=k),
    lambda x, k: np.concatenate([x, x], axis=k), lambda x, k: np.cumulative_prod(x, axis=k),
    lambda x, k: np.apply_along_axis(np.sum, k, x), lambda x, k: np.tensordot(x, x, ([k], [0])),
    lambda x, k: np.linalg.norm(x, axis=(0, k)), lambda x, k: np.cumprod(x, axis=k), lambda x, k: np.partition(x, 0, k),
])
@pytest.mark.parametrize("axis", [2, 5, -3])
def test_an_axis_that_is_not_there_is_refused(call: Any, axis: int) -> None:
    with pytest.raises((np.exceptions.AxisError, IndexError)):
        call(Tensor(np.eye(2) + 1, requires_grad=True), axis)


def test_what_stands_around_an_array_that_is_padded_with_anything_has_no_part_in_it() -> None:
    assert grad(lambda x: np.sum(np.pad(x, 2, mode="empty")[2:-2] ** 2))(np.arange(3.0)).tolist() == [0, 2, 4]


def writes(function: Any) -> Any:
    """A function that writes, as one that returns what was written."""
    def written(y: Any, *args: Any) -> Any:
        y = y * 1.0
        function(y, *args)
        return y
    return written


WITH_A_LIST: dict[str, Any] = {
    "y[:2] = v": writes(lambda y, v: y.__setitem__(slice(0, 2), v)),
    "put": writes(lambda y, v: np.put(y, [2, 0], v)),
    "place": writes(lambda y, v: np.place(y, [True, False, True], v)),
    "putmask": writes(lambda y, v: np.putmask(y, [False, True, True], v)),
    "copyto": writes(lambda y, v: np.copyto(y, [*v, 5.0])),
    "fill_diagonal": writes(lambda y, v: np.fill_diagonal(y.reshape(1, 3), v)),
    "put_along_axis": writes(lambda y, v: np.put_along_axis(y, np.array([1, 2]), v, 0)),
    "add.at": writes(lambda y, v: np.add.at(y, [1, 1], v)),
    "multiply.at": writes(lambda y, v: np.multiply.at(y, [1, 1], v)),
    "append": lambda y, v: np.append(y, v),
    "insert": lambda y, v: np.insert(y, 1, v),
    "add": lambda y, v: np.add(y, [*v, 1.0]),
    "[v, v] * y": lambda y, v: [v, v] * y[:2],
    "dot": lambda y, v: np.dot(y, [*v, 2.0]),
    "maximum": lambda y, v: np.maximum(y[1:], v),
}


@pytest.mark.parametrize("name", WITH_A_LIST)
def test_a_list_of_tensors_and_numbers_is_an_array_beside_a_tensor(name: str) -> None:
    """A result computed element by element comes as `[t, 0.2]`, which NumPy takes for an array."""
    f, y = WITH_A_LIST[name], np.array([0.3, 0.7, -0.4])
    check_gradients(lambda y, t: f(y, [t, 0.2]), y, 1.3)
    check_gradients(lambda t: f(Tensor(y), (t * 2, t)), 1.3)
    np.testing.assert_array_equal(f(Tensor(y), [Tensor(1.3), 0.2]).numpy(), f(y, [1.3, 0.2]))


def test_a_list_of_tensors_is_written_in_the_dtype_of_its_target() -> None:
    y, t = Tensor(np.zeros(3, np.float32)), Tensor(np.float64(0.1), requires_grad=True)
    np.place(y, [True, False, True], [t, 0.2])
    assert y.dtype == np.float32
    y.sum().backward()
    assert t.grad is not None
    assert t.grad.item() == 1


@pytest.mark.parametrize("call", [lambda y, v: y + v, lambda y, v: np.append(y, v),
                                  writes(lambda y, v: y.__setitem__(slice(0, 2), v))])
def test_a_list_of_tensors_within_vmap(call: Any) -> None:
    y, t = np.zeros((3, 2)), np.arange(3.0)
    found = autograd.vmap(lambda y, t: call(y, [t, 2.0]))(y, t)
    np.testing.assert_array_equal(found, [call(row, [k, 2.0]) for row, k in zip(y, t, strict=True)])

"""Memory that several tensors share: what is written through one of them is noticed by the graph of another."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import MutationError, Tensor, custom, no_grad, tensor

identity = custom(lambda x: x)


def unrecorded(f: Callable[[Tensor], Any]) -> Callable[[Tensor], Any]:
    return no_grad()(f)


def with_data_of(x: Tensor) -> Tensor:
    other = tensor(np.zeros(3), requires_grad=True)
    other.data = x
    return other


def with_gradient(x: Tensor) -> Any:
    other = tensor(np.zeros(3), requires_grad=True)
    other.grad = x.detach()
    return other.grad


SHARERS: dict[str, Callable[[Tensor], Any]] = {
    "copy": copy.copy, "data": lambda x: x.data, "data given on": with_data_of, "detach": lambda x: x.detach(),
    "of a detached one": lambda x: Tensor(x.detach()), "a gradient": with_gradient,
    "view": unrecorded(lambda x: x[:]), "reshape": unrecorded(lambda x: x.reshape(3, 1)[:, 0]),
    "transpose": unrecorded(lambda x: x.T), "split": unrecorded(lambda x: np.split(x, 1)[0]),
    "real": unrecorded(np.real), "custom": unrecorded(identity), "view of detached": lambda x: x.detach()[:],
}
WRITES: dict[str, Callable[[Any], Any]] = {
    "[0] =": lambda x: x.__setitem__(0, 50.0), "+=": lambda x: x.__iadd__(50.0),
    "data[0] =": lambda x: getattr(x, "data", x).__setitem__(0, 50.0),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("sharer", SHARERS.values(), ids=SHARERS)
def test_what_a_sharer_writes_leaves_the_gradient_right_or_is_refused(sharer: Any, write: Any) -> None:
    for early in (True, False):
        x = tensor([1.0, 2.0, 3.0], requires_grad=True)
        other = sharer(x) if early else None
        y = np.sum(x * x)
        other = other if early else sharer(x)
        write = no_grad()(write) if isinstance(other, Tensor) else write
        write(other)
        try:
            y.backward()
        except MutationError:
            assert not np.array_equal(x.data, [1, 2, 3])
        else:
            assert x.grad.tolist() == [2, 4, 6]


def test_a_leaf_written_to_while_it_is_frozen_is_noticed() -> None:
    for write in WRITES.values():
        x = tensor([1.0, 2.0, 3.0], requires_grad=True)
        y, z = np.sum(x * x), np.sum(x * 2)
        x.requires_grad_(False)
        write(x)
        x.requires_grad_()
        with pytest.raises(MutationError, match=r"the tensor of shape \(3,\), whose values .* changed in place"):
            y.backward()
        z.backward()
        assert x.grad.tolist() == [2, 2, 2]


def test_a_constant_made_of_another_shares_memory_also_when_that_one_requires_grad_later() -> None:
    x = tensor([1.0, 2.0])
    other = Tensor(x)
    x.requires_grad_()
    y = np.sum(x * x)
    other[0] = 50.0
    y.backward()
    assert x.grad.tolist() == [2, 4]


def test_data_of_what_shows_a_recorded_result_cannot_be_written_to() -> None:
    y = tensor([1.0, 2.0], requires_grad=True) * 2
    with no_grad():
        shown = y[:]
    with pytest.raises(ValueError, match="read-only"):
        shown.data[0] = 50.0


@pytest.mark.parametrize("first", [True, False])
def test_a_tensor_with_other_data_is_no_view_any_more(first: bool) -> None:
    """Nor are the views of one that gets other data its views."""
    for changed in (0, 1):
        pair = [base := tensor([1.0, 2.0, 3.0]), base[:2]]
        pair[changed].data = np.array([7.0, 8.0, 9.0][: 3 - changed])
        before = [x.tolist() for x in pair]
        pair[first][0] = tensor(5.0, requires_grad=True)
        assert pair[not first].tolist() == before[not first]
        assert pair[first].tolist() == [5, *before[first][1:]]


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_an_array_given_as_data_stays_the_users_too(shape: tuple[int, ...]) -> None:
    """What is written to it after it was used leaves the gradient right."""
    x, buffer = Tensor(np.ones(shape), requires_grad=True), np.full(shape, 3.0)
    x.data = buffer
    y = np.sum(x * x)
    buffer[...] = 100.0
    y.backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), np.full(shape, 6.0))


def test_a_result_given_as_data_is_copied() -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    other = tensor([0.0, 0.0], requires_grad=True)
    other.data = y
    z = np.sum(y * y)
    with no_grad():
        other += 1.0
    z.backward()
    assert x.grad.tolist() == [8, 16]
    assert other.tolist() == [3, 5]


def test_reading_the_data_of_a_number_leaves_it_a_number() -> None:
    number = np.sum(tensor([1.0, 2.0]))
    before = number
    assert number.numpy() == 3
    number += 1
    assert before.item() == 3
    assert number.item() == 4


def test_an_operation_of_ones_own_may_reuse_its_buffer() -> None:
    buffer = np.empty(2)

    @custom
    def doubled(x: Any) -> Any:
        return np.multiply(x, 2, out=buffer)

    doubled.defvjp(lambda g, out, x: 2 * g)
    x = tensor([1.0, 2.0], requires_grad=True)
    y = doubled(x)
    doubled(x + 10)
    np.sum(y * y).backward()
    assert x.grad.tolist() == [8, 16]
    assert autograd.grad(lambda x: np.sum(doubled(x) * doubled(3 * x)))(np.ones(2)).tolist() == [24, 24]


ZERO_DIMENSIONAL: dict[str, Callable[[Any], Any]] = {
    "inner": lambda x: np.inner(x, x), "median": np.median, "quantile": lambda x: np.quantile(x, 0.3),
    "nanmax": np.nanmax, "nanvar": np.nanvar, "nanmedian": np.nanmedian, "nan_to_num": lambda x: np.nan_to_num(x[0]),
    "cond": lambda x: np.linalg.cond(np.outer(x, x) + np.eye(3)), "sum": np.sum, "element": lambda x: x[1],
    "percentile of a number": lambda x: np.percentile(x[0], 30), "where": lambda x: np.where(x[0] > 0, x[0], x[1]),
    "view": lambda x: x[..., 1], "array of an element": lambda x: x[0][...], "array of a sum": lambda x: np.sum(x)[...],
    "view by an array": lambda x: x[..., np.array(1)], "view at an index": lambda x: x[np.argmax(x), ...],
    "pad": lambda x: np.pad(np.where(x[0] > 0, x[0], x[1]), 0), "reshape": lambda x:
    np.reshape(x[:1], ()), "array": lambda x: np.copy(x[0]),
}


@pytest.mark.parametrize("f", ZERO_DIMENSIONAL.values(), ids=ZERO_DIMENSIONAL)
def test_a_number_is_no_memory_and_an_array_of_no_axes_is(f: Callable[[Any], Any]) -> None:
    """As NumPy has it, `y += 1` makes another number, and changes the array for all that have it."""

    def program(x: Any) -> Any:
        y = f(x)
        before = y
        y += x[2]
        return before

    x = np.array([1.0, 2.0, 4.0])
    expected = program(x.copy())
    assert program(tensor(x)).item() == expected
    assert program(tensor(x, requires_grad=True) * 1).item() == expected
    assert autograd.jvp(program, (x,), (x,))[0] == expected
    assert autograd.vmap(program)(np.stack([x, x])).tolist() == [expected] * 2
    assert autograd.vmap(lambda x: autograd.jvp(program, (x,), (x,))[0])(np.stack([x, x])).tolist() == [expected] * 2
    slope = (program(x + 1e-6 * x) - program(x - 1e-6 * x)) / 2e-6
    assert autograd.jvp(program, (x,), (x,))[1] == pytest.approx(slope, rel=1e-6, abs=1e-9)
    assert autograd.grad(program)(x) @ x == pytest.approx(slope, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("view", [
    lambda y: y.T, lambda y: y.real, lambda y: y[...], lambda y: np.broadcast_to(y, (2,)), lambda y: y.reshape(1),
], ids=range(5))
def test_an_array_of_no_axes_has_views(view: Callable[[Any], Any]) -> None:
    def program(x: Any) -> Any:
        y = np.where(x > 0, x, 0.0)
        shown = view(y)
        y[...] = 7.0
        return np.sum(shown) + x

    x = np.array([1.0, 2.0])
    expected = [program(x[0]), program(x[1])]
    assert [program(tensor(v, requires_grad=True) * 1).item() for v in x] == expected
    assert autograd.vmap(program)(x).tolist() == expected
    assert autograd.vmap(autograd.grad(program))(x).tolist() == [1, 1]


def test_within_vmap_an_array_of_no_axes_changes_for_all_who_have_it() -> None:
    def program(x: Any) -> Any:
        y = np.where(x > 0, x, 0.0)
        z = y
        z += 1
        return y * z

    x = np.array([0.0, 2.0])
    assert autograd.vmap(program)(x).tolist() == [program(v) for v in x] == [1, 9]
    assert autograd.vmap(autograd.grad(program))(x).tolist() == [0, 6]


def test_an_argument_that_is_a_number_stays_what_it_is() -> None:
    def program(x: Any) -> Any:
        y = x
        y += 1
        return x * y

    assert program(np.float64(2)) == 6
    assert autograd.value_and_grad(program)(2.0) == (6, 5)

"""Hooks on tensors, and gradients of results that are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, checkpoint, no_grad, tensor
from tests.autograd.test_reverse import leaf


def test_hooks_see_and_replace_complete_gradients() -> None:
    x = leaf(1, 2)
    seen = []
    handle = x.register_hook(lambda g: seen.append(g.tolist()))
    y = x * 2
    y.register_hook(lambda g: g * 10)
    (y + y).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [40, 40]
    assert seen == [[40, 40]]
    handle.remove()
    x.sum().backward()
    assert len(seen) == 1
    x.register_hook(lambda g: np.ones(3))  # type: ignore[arg-type,return-value]
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        x.sum().backward()


def test_retain_grad_keeps_the_gradient_of_a_result() -> None:
    x = leaf(1, 2)
    y = x * x
    y.retain_grad()
    (y * 3).sum().backward()
    assert y.grad is not None
    assert y.grad.tolist() == [3, 3]


def test_what_is_kept_is_what_all_hooks_leave_in_whatever_order_they_came() -> None:
    x = leaf(1, 2)
    y = x * 2
    y.register_hook(lambda g: g * 3)
    y.retain_grad()
    y.register_hook(lambda g: g * 5)
    y.sum().backward()
    assert y.grad is not None
    assert x.grad is not None
    assert y.grad.tolist() == [15, 15]  # as in PyTorch
    assert x.grad.tolist() == [30, 30]


def test_what_a_hook_returns_is_differentiated_again() -> None:
    x = Tensor(3.0, requires_grad=True)
    y = x * x
    handle = y.register_hook(lambda g: g * x)  # the gradient is 2 x^2 cos(x^2) then
    z = np.sin(y)
    z.backward(create_graph=True)
    assert x.grad is not None
    assert x.grad.item() == pytest.approx(2 * 9 * np.cos(9.0))
    slope = x.grad
    x.zero_grad()
    handle.remove()  # or it would multiply what flows through y in the second pass, too
    slope.backward()
    assert x.grad.item() == pytest.approx(4 * 3 * np.cos(9.0) - 2 * 9 * np.sin(9.0) * 6)


def test_a_hook_may_give_an_array_or_nothing() -> None:
    for given in (np.array([5.0, 7.0]), Tensor([5.0, 7.0])):
        x = Tensor([1.0, 2.0], requires_grad=True)
        (y := x * 2).register_hook(lambda g, given=given: given)  # type: ignore[misc]
        y.register_hook(lambda g: None)
        np.sum(y).backward()
        assert x.grad is not None
        assert x.grad.tolist() == [10, 14]


def test_gradients_of_results_that_are_kept_add_up() -> None:
    x = Tensor(2.0, requires_grad=True)
    y = x * 3
    y.retain_grad()
    np.square(y).backward(retain_graph=True)
    (y * 5).backward()
    assert y.grad is not None
    assert y.grad.item() == 2 * 6 + 5


def test_a_hook_taken_away_twice_is_gone() -> None:
    x = Tensor(2.0, requires_grad=True)
    y = x * 3
    handle = y.register_hook(lambda g: g * 0)
    handle.remove()
    handle.remove()
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == 3


def test_a_hook_that_takes_itself_away_does_not_take_the_turn_of_the_next() -> None:
    x, called = leaf(1, 2), []

    def once(gradient: Tensor) -> None:
        called.append("once")
        handle.remove()

    handle = x.register_hook(once)
    x.register_hook(lambda g: called.append("always"))
    x.sum().backward()
    x.sum().backward()
    assert called == ["once", "always", "always"]


def test_what_retained_its_gradient_may_go_away() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    x.retain_grad()  # a leaf keeps it anyway
    y = x * 3
    y.retain_grad()
    loss = np.sum(y * y)
    del y
    loss.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [18, 36]


CHANGES = {
    "frozen and thawed": lambda x: x.requires_grad_(False).requires_grad_(),
    "new data": lambda x: setattr(x, "data", np.ones(2)),
    "data while frozen": lambda x: (x.requires_grad_(False), setattr(x, "data", np.ones(2)), x.requires_grad_()),
    "another dtype": lambda x: setattr(x, "data", np.ones(2, np.float32)),
    "written to": lambda x: no_grad()(x.__setitem__)(0, 1.0),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_hooks_stay_with_a_leaf_whatever_becomes_of_its_values(change) -> None:
    x = Tensor(np.ones(2), requires_grad=True)
    first = x.register_hook(lambda gradient: gradient * 2)
    change(x)
    second = x.register_hook(lambda gradient: gradient + 1)
    (3 * x).sum().backward()
    np.testing.assert_array_equal(x.grad.data, 7)
    first.remove()
    change(x)
    second.remove()
    x.grad = None
    (3 * x).sum().backward()
    np.testing.assert_array_equal(x.grad.data, 3)


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_hook_may_write_to_what_it_is_given_and_nobody_sees_it(create_graph: bool) -> None:
    a, b = leaf(1, 2), leaf(3, 4)
    seed = tensor([1.0, 1.0])
    for x in (a, b):
        x.register_hook(lambda g: g.__setitem__(0, 100.0))
    (a + b).backward(seed, create_graph=create_graph)
    assert [x.tolist() for x in (a.grad, b.grad, seed)] == [[1, 1]] * 3  # type: ignore[union-attr]


def test_what_a_hook_returns_stays_its_own_and_takes_the_dtype_of_the_tensor() -> None:
    kept = tensor([5.0, 6.0])
    x = Tensor(np.ones(2, np.float32), requires_grad=True)
    x.register_hook(lambda g: kept)
    (x * 2 + x * 3).sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == np.float32
    x.grad *= 2
    assert kept.tolist() == [5, 6]
    y = Tensor(np.ones(2), requires_grad=True)
    y.register_hook(lambda g: kept)
    (y * 2 + y * 3).sum().backward()
    y.grad *= 2  # type: ignore[operator]
    assert kept.tolist() == [5, 6]


def test_a_hook_of_what_no_gradient_reaches_is_not_called() -> None:
    x, y = leaf(1, 2), leaf(3, 4)
    unused = x * 1
    unused.register_hook(lambda g: pytest.fail("there is no gradient"))
    checkpoint(lambda a, b: b * 2)(unused, y).sum().backward()
    assert x.grad is None
    assert y.grad is not None
    assert y.grad.tolist() == [2, 2]


@pytest.mark.parametrize("write", [
    lambda y: y.__setitem__(0, 5.0), lambda y: y.__imul__(2.0), lambda y: y[:2].__setitem__(..., 7.0),
    lambda y: y.sort(),
])
@pytest.mark.parametrize("show", [lambda y: y, lambda y: y[::-1], lambda y: y[1:][:1]])
def test_a_gradient_that_is_kept_is_that_of_what_a_write_made(write: Any, show: Any) -> None:
    x = Tensor([3.0, 1.0, 2.0], requires_grad=True)
    y = x * 1.0
    shown = show(y)
    shown.retain_grad()
    shown.retain_grad()  # which asks for nothing more
    np.sum(shown * 10).backward(retain_graph=True)
    assert shown.grad is not None
    assert shown.grad.data[0] == 10
    write(y)
    shown.zero_grad()
    np.sum(shown**2).backward()
    np.testing.assert_array_equal(shown.grad.data, 2 * shown.data)


def test_a_result_that_became_a_constant_keeps_no_gradient_of_what_it_was() -> None:
    x = Tensor([1.5, -0.5], requires_grad=True)
    y = x * 3
    y.retain_grad()
    loss = np.sum(y * y)
    y //= 2
    loss.backward()
    assert y.numpy().tolist() == [2, -1]
    assert y.grad is None
    assert x.grad is not None
    assert x.grad.tolist() == [27, -9]

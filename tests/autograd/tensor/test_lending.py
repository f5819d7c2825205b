"""A constant lends its memory to the graph, and whatever is written to it then leaves the gradient right."""

from __future__ import annotations

import copy
import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
import optim
from autograd import Tensor, no_grad, tensor
from nn.data import DataLoader
from nn.parameter import overwrite

Write = Callable[[Tensor], None]


def _set(part: Any, value: float = 9.0) -> None:
    part[...] = value


def _memory(array: np.ndarray) -> np.ndarray:
    """Where its numbers lie, for writing: NumPy 2.2 itself will not write to what it got by DLPack, others will."""
    assert array.dtype == np.float64
    assert array.flags.c_contiguous
    return np.frombuffer((ctypes.c_double * array.size).from_address(array.ctypes.data))


def _through_requires_grad(t: Tensor) -> None:
    t.requires_grad = True
    with no_grad():
        t *= 3.0


def _by_an_optimizer(t: Tensor) -> None:
    t.requires_grad = True
    t.sum().backward()
    optim.SGD([t], lr=0.5).step()


def _as_leaf_through_data(t: Tensor) -> None:
    t.requires_grad = True
    t.data[...] = 9.0


def _by_a_tracked_value(t: Tensor) -> None:
    t[1] = tensor(5.0, requires_grad=True)


WRITES: dict[str, Write] = {
    "assign": _set,
    "assign an element": lambda t: t.__setitem__((0, 1), 9.0),
    "update": lambda t: t.__iadd__(1.0),
    "fill": lambda t: t.fill(9.0),
    "data": lambda t: _set(t.data),
    "numpy": lambda t: _set(t.numpy()),
    "asarray": lambda t: _set(np.asarray(t)),
    "view": lambda t: _set(t[0]),
    "transposed view": lambda t: _set(t.T[1:]),
    "view of a view": lambda t: _set(t.reshape(-1)[2:]),
    "data of a view": lambda t: _set(t[0].data),
    "part of a split": lambda t: _set(np.split(t, 2)[1]),
    "row of a loop": lambda t: _set(list(t)[1]),
    "flat": lambda t: t.flat.__setitem__(2, 9.0),
    "copyto": lambda t: np.copyto(t, 9.0),
    "add.at": lambda t: np.add.at(t, [0], 5.0),
    "dlpack": lambda t: _set(_memory(np.from_dlpack(t))),
    "tensor of it": lambda t: _set(Tensor(t)),
    "detached": lambda t: _set(t.detach()),
    "shallow copy": lambda t: _set(copy.copy(t)),
    "other data": lambda t: setattr(t, "data", np.full((2, 3), 9.0)),
    "assigned to its own data": lambda t: exec("t.data -= 1", {"t": t}),
    "overwrite": lambda t: overwrite(t, np.full((2, 3), 9.0)),
    "as a leaf": _through_requires_grad,
    "by an optimizer": _by_an_optimizer,
    "data of a leaf": _as_leaf_through_data,
    "a tracked value": _by_a_tracked_value,
    "sort": lambda t: t[:, ::-1].sort(),
}
USES: dict[str, Callable[[Any, Any], Any]] = {
    "product": lambda w, t: w * t,
    "matrix product": lambda w, t: w @ t.T,
    "kernel": lambda w, t: nn.functional.linear(t, w),
    "power": lambda w, t: t**w,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_to_a_constant_that_was_used_leaves_the_gradient(write: Write, use: Any) -> None:
    values = np.arange(1.0, 7.0).reshape(2, 3)
    gradients = []
    for writes in (False, True):
        w, t = tensor(values / 2, requires_grad=True), tensor(values)
        y = use(w, t)
        if writes:
            write(t)
            assert not np.array_equal(t.detach(), values)  # it arrives
            again = use(w, t).data.copy()
            np.testing.assert_array_equal(again, use(w.data, np.array(t.detach())))
        y.sum().backward()
        assert w.grad is not None
        gradients.append(w.grad.data)
    np.testing.assert_array_equal(*gradients)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("write", [WRITES[name] for name in ("assign", "update", "data", "view", "flat", "add.at")])
def test_a_constant_is_used_again_after_each_of_several_writes(write: Write, use: Any) -> None:
    """The graph has its memory of the first use; that of the next it has not had yet."""
    gradients = []
    for as_it_is in (lambda t: np.array(t.tolist()), lambda t: t):  # a copy: no memory to be shared
        w, t = tensor(np.arange(1.0, 7.0).reshape(2, 3) / 2, requires_grad=True), tensor(np.ones((2, 3)))
        total = 0.0
        for factor in (1.0, 2.0, 3.0):
            total = total + factor * np.sum(use(w, as_it_is(t)))
            write(t)
        total.backward()
        assert w.grad is not None
        gradients.append(w.grad.data)
    np.testing.assert_allclose(*gradients, rtol=1e-12)


@pytest.mark.parametrize("view", [lambda t: t[0], lambda t: t.T, lambda t: t.reshape(-1), lambda t: t[:, 1:]])
@pytest.mark.parametrize("first", [False, True], ids=["used, then viewed", "viewed, then used"])
def test_a_view_and_its_base_show_the_same_whichever_is_written_to(view: Any, first: bool) -> None:
    w, t = tensor(np.ones((2, 3)), requires_grad=True), tensor(np.ones((2, 3)))
    shown = view(t) if first else None
    y = w * t
    shown = view(t) if shown is None else shown
    shown[...] = 4.0
    np.testing.assert_array_equal(view(t).data, 4)
    t[...] = 5.0
    np.testing.assert_array_equal(shown.data, 5)
    y.sum().backward()
    assert w.grad is not None
    np.testing.assert_array_equal(w.grad.data, 1)


def test_what_only_a_tensor_has_is_not_copied() -> None:
    w, t = tensor(np.ones(3), requires_grad=True), tensor(np.ones(3))
    assert (w * t)._node.saved[1] is t._value
    assert (w * t)._node.saved[1] is t._value
    (batch,) = DataLoader(np.ones((3, 3), np.float32), 3, shuffle=True)
    layer = nn.Linear(3, 2)
    assert layer(batch)._node.saved[0] is batch._value


@pytest.mark.parametrize("expose", [lambda t: t.data, lambda t: t.detach(), lambda t: t[0]])
def test_what_others_have_is_copied(expose: Any) -> None:
    array = np.ones((2, 3))
    w, t = tensor(array, requires_grad=True), tensor(array)
    exposed = expose(t)
    assert not np.shares_memory((w * t)._node.saved[1], t._value)
    assert not np.shares_memory((w * Tensor(array))._node.saved[1], array)
    del exposed


def test_a_tensor_writes_to_its_own_memory_as_long_as_no_graph_keeps_it() -> None:
    t = tensor(np.zeros(3))
    memory = t._value
    t[0] = 1.0
    t += 1.0
    assert t._value is memory
    with no_grad():
        t * tensor(np.ones(3), requires_grad=True)
    t[0] = 2.0
    assert t._value is memory

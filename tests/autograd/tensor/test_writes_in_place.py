"""Writes to results that nothing else knows: in place, forward and backward, and never where someone would see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import MutationError, Tensor, grad, no_grad, tensor
from autograd.forward import Dual
from autograd.tensor.memory import arrays_alone
from autograd.testing import check_gradients
from tests.examples import examples


def result(rows: int = 4) -> tuple[Tensor, Tensor]:
    """A leaf, and a result of it whose array no node keeps."""
    x = tensor(np.arange(1.0, 1 + 2 * rows).reshape(rows, 2), requires_grad=True)
    return x, np.concatenate([x[:1], x[1:]])


KEYS = [1, slice(1, 3), np.array([0, 2]), np.array([1, 1]), np.array([True, False, True, False]), (slice(None), 1), ...]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_a_write_to_what_nothing_else_knows_copies_nothing(key: Any) -> None:
    x, out = result()
    value = tensor(np.full(out[key].shape, 3.0), requires_grad=True)
    place = out._value.ctypes.data
    out[key] = value * 2
    out[key] = value * value
    assert out._value.ctypes.data == place
    expected = x.detach().numpy().copy()
    expected[key] = 9.0
    np.testing.assert_array_equal(out.detach(), expected)

    def written(x: Any, value: Any) -> Any:
        out = np.concatenate([x[:1], x[1:]])
        out[key] = value * 2
        out[key] = value * value
        return np.sum(out**3)

    check_gradients(written, x.detach().numpy(), value.detach().numpy())


def test_a_step_that_reads_the_one_before_copies_nothing() -> None:
    """Of what a node keeps of a small part it has a copy, so that the whole stays unknown to others."""

    def steps(h: Any, w: Any, collected: bool) -> Any:
        rows, out = [h], np.concatenate([h[None], np.zeros((19, 2))])
        places = set()
        for t in range(1, 20):
            if collected:
                rows.append(np.tanh(rows[-1] @ w))
            else:
                out[t] = np.tanh(out[t - 1] @ w)
                places.add(out._value.ctypes.data)
        assert collected or isinstance(out, Dual) or len(places) == 1
        return np.sum((np.stack(rows) if collected else out) ** 3)

    h, w = np.array([0.3, -0.4]), np.array([[0.9, 0.4], [-0.5, 0.8]])
    found, expected = (grad(steps, argnums=(0, 1))(h, w, collected) for collected in (False, True))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13)
    check_gradients(lambda h, w: steps(h, w, False), h, w)


def test_how_references_are_counted_does_not_change_while_a_program_runs() -> None:
    """Python replaces its instructions by faster ones as they are repeated."""
    _, out = result()
    for _ in range(5000):
        assert arrays_alone(out)
        array = out._value
        assert not arrays_alone(out)
        del array


def test_a_leaf_that_no_graph_has_stays_when_it_is_written_to() -> None:
    """Which the optimizer's steps rely on, and which the counting of references tells, however often it is repeated."""
    w = tensor([1.0, 2.0], requires_grad=True)
    for _ in range(5000):
        leaf = id(w._node)
        with no_grad():
            w += 1.0
        assert id(w._node) == leaf
    loss = (w * w).sum()
    with no_grad():
        w += 1.0
    assert loss._node.parents[0].parents[0] is not w._node
    with pytest.raises(MutationError):
        loss.backward()


@pytest.mark.parametrize("write", [lambda w: w.__iadd__(1.0), lambda w: w.__setitem__(0, 5.0),
                                   lambda w: setattr(w, "data", w.data * 2), lambda w: w.data.__setitem__(0, 3.0)])
def test_after_a_write_to_a_leaf_in_no_graph_a_new_graph_notices_the_next_one(write: Any) -> None:
    w = tensor([1.5, 2.0], requires_grad=True)
    calls: list[float] = []
    w.register_hook(lambda g: calls.append(float(g[0])))
    for _ in range(3):
        no_grad()(write)(w)
        w.zero_grad()
        loss = (w**3).sum()
        loss.backward()
        np.testing.assert_allclose(w.grad, 3 * w.detach() ** 2)
        del loss
    assert len(calls) == 3
    loss, expected = (w**3).sum(), 3 * w.detach().numpy().copy() ** 2
    w.zero_grad()
    no_grad()(write)(w)
    try:
        loss.backward()
    except MutationError:
        return
    np.testing.assert_allclose(w.grad, expected)


def test_a_view_that_lies_elsewhere_is_no_reference_to_the_array() -> None:
    _, out = result()
    view = out[1:]
    assert arrays_alone(out)
    assert arrays_alone(view)
    view._value = view._value.copy()
    array = out._value
    assert not arrays_alone(out)
    del array


KEEPERS: dict[str, Callable[[Tensor], Any]] = {
    "a square": lambda out: out * out, "its array": lambda out: out.data, "a detached tensor": lambda out: out.detach(),
    "a variable": lambda out: out._value, "a buffer": lambda out: memoryview(out.data),
    "a NumPy view": lambda out: np.asarray(out.detach())[1:], "a detached view": lambda out: out[1].detach(),
    "the array of a view": lambda out: (view := out[1:], view._value), "a square of a view": lambda out: out[1:] ** 2,
    "a view, and what keeps it": lambda out: (view := out[1:], view * view),
}


@pytest.mark.parametrize("keeper", KEEPERS)
def test_a_write_to_what_someone_knows_leaves_them_the_earlier_values(keeper: str) -> None:
    x, out = result()
    kept = KEEPERS[keeper](out)
    before, array = out._value.copy(), out._value
    place = array.ctypes.data
    del array
    out[1] = x[0] * 10
    assert out._value.ctypes.data != place
    if keeper in ("its array", "a variable", "a detached tensor"):
        np.testing.assert_array_equal(kept, before)
    np.sum(out).backward()
    np.testing.assert_array_equal(x.grad, [[11.0, 11.0], [0.0, 0.0], [1.0, 1.0], [1.0, 1.0]])


def test_a_square_of_earlier_values_has_their_gradient() -> None:
    x, out = result()
    square = out * out
    out[1] = 0.0
    out[2] = x[0]
    (np.sum(square) + np.sum(out * 2)).backward()
    expected = 2 * x.detach().numpy() + 2
    expected[1:3] -= 2
    expected[0] += 2
    np.testing.assert_array_equal(x.grad, expected)


def test_a_write_that_fails_leaves_the_result_as_it_was() -> None:
    x, out = result()
    before, node = out.detach().numpy().copy(), out._node
    for key, value in ((9, x[0]), (1, x), (np.array([0, 9]), x[:2]), ("name", x[0])):
        with pytest.raises((IndexError, ValueError)):
            out[key] = value
    np.testing.assert_array_equal(out.detach(), before)
    assert out._node is node


@pytest.mark.parametrize("value", [tensor([1.0, 1e300]), np.array([1.0, 1e300])], ids=["tensor", "array"])
def test_a_write_whose_cast_fails_leaves_the_result_as_it_was(value: Any) -> None:
    x = tensor(np.ones((4, 2), np.float32), requires_grad=True)
    out = np.exp(x) * 2
    before = out.detach().numpy().copy()
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        out[1] = value
    np.testing.assert_array_equal(out.detach(), before)
    with pytest.raises(ValueError, match="3"):
        out[np.array([True, False, True, False])] = tensor(np.ones((3, 2), np.float32))
    np.testing.assert_array_equal(out.detach(), before)


def test_the_cotangent_of_what_is_written_to_is_no_one_elses() -> None:
    """Zeros that a pass writes into it in place must not reach the given one, another branch, or a kept gradient."""
    x, out = result()
    middle = out * 1.0
    middle.retain_grad()
    first = middle * 1.0
    first[0] = x[1]
    first[1] = x[0]
    second = first * 1.0
    second[2] = x[3] * 3
    seed = np.arange(8.0).reshape(4, 2)
    total = second + first
    total.backward(seed)
    np.testing.assert_array_equal(seed, np.arange(8.0).reshape(4, 2))
    of_first = 2 * seed
    of_first[2] = seed[2]
    np.testing.assert_array_equal(middle.grad, np.concatenate([np.zeros((2, 2)), of_first[2:]]))
    expected = np.concatenate([of_first[1:2], of_first[:1], of_first[2:]])
    expected[3] += 3 * seed[2]
    np.testing.assert_array_equal(x.grad, expected)


@examples(60)
@given(st.lists(st.tuples(st.sampled_from("wrkvo"), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=9))
def test_programs_of_writes_and_reads_have_the_gradients_of_copies(program: list[tuple[str, int, int]]) -> None:
    def run(x: Any, copying: bool) -> Any:
        out, kept = np.concatenate([x[:2], x[2:]]), [x.sum()]
        for action, i, j in program:
            if action == "w":
                if copying:
                    out = np.stack([x[j] * (i + 1.0) if k == i else out[k] for k in range(4)])
                else:
                    out[i] = x[j] * (i + 1.0)
            elif action == "r":
                kept.append(out[i] * out[j])
            elif action == "k":
                kept.append(out * out)
            elif action == "v":
                if copying:
                    out = np.stack([out[k] * 0.5 if k == i else out[k] for k in range(4)])
                else:
                    out[i] = out[i] * 0.5
            else:
                out = np.sin(out)
        return sum(np.sum(part * (n + 1.0)) for n, part in enumerate([*kept, out]))

    x = np.linspace(-1.0, 1.5, 8).reshape(4, 2)
    found, expected = (grad(lambda x, copying=copying: run(x, copying))(x) for copying in (False, True))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(run(x.copy(), False), run(x.copy(), True), rtol=1e-12)

"""Writes through views of results: `x[i] += v` takes as long as the part, and is what NumPy makes of it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, checkpoint, detect_anomaly, grad, jvp, no_grad, tensor, vmap
from autograd.registry import primitives
from autograd.tensor.mutation import SMALL
from autograd.testing import check_gradients
from tests.examples import examples

UPDATES: dict[str, Callable[[Any, Any], Any]] = {
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv, "**=": operator.ipow,
}


def update(x: Any, key: Any, operation: str, value: Any) -> None:
    """`x[key] += value` as Python does it, for any operation."""
    x[key] = UPDATES[operation](x[key], value)


def start(x: Any) -> Any:
    """Something whose array no node keeps."""
    return np.concatenate([x[:1], x[1:]])


def leaf(dtype: Any = float, rows: int = 6) -> Tensor:
    return tensor(np.linspace(0.5, 1.6, 2 * rows, dtype=dtype).reshape(rows, 2), requires_grad=True)


def place(x: Tensor) -> int:
    return x._value.ctypes.data  # type: ignore[no-any-return]


KEYS = [1, slice(1, 3), slice(None, None, -2), (slice(None), 1), (2, 1), (2, ..., 1), (None, 3), np.int64(4), ...,
        np.array([0, 2]), np.array([1, 1]), np.arange(16) % 9 == 4, [4, -1]]


@pytest.mark.parametrize("operation", UPDATES)
@pytest.mark.parametrize("key", KEYS, ids=str)
def test_an_update_of_a_part_copies_nothing_and_is_numpys(key: Any, operation: str) -> None:
    def program(x: Any, value: Any) -> Any:
        out = start(x)
        update(out, key, operation, value * 2)
        update(out, key, operation, value)
        return out

    x = leaf(rows=16)
    out = start(x)
    value = np.linspace(1.2, 1.5, out[key].size).reshape(out[key].shape)
    before = place(out)
    for factor in (2, 1):
        update(out, key, operation, tensor(value, requires_grad=True) * factor)
        if operation in ("+=", "-=", "/=") or SMALL * out[key].size <= out.size:  # else their nodes keep the part
            assert place(out) == before
    np.testing.assert_array_equal(out.detach(), program(x.detach().numpy(), value))
    check_gradients(lambda x, value: np.sum(np.sin(program(x, value))), x.detach().numpy(), value)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.complex64])
@pytest.mark.parametrize("operation", ["+=", "*=", "/="])
def test_a_part_keeps_its_dtype(operation: str, dtype: Any) -> None:
    x, value = leaf(dtype, 8), tensor([3.0, 7.0], requires_grad=True)
    out, expected = start(x), x.detach().numpy().copy()
    before = place(out)
    update(out, 1, operation, value)
    update(expected, 1, operation, value.detach().numpy())
    assert (place(out), out.dtype) == (before, dtype)
    np.testing.assert_array_equal(out.detach(), expected)
    np.sum(np.real(out)).backward()
    assert (x.grad.dtype, value.grad.dtype) == (dtype, float)


VIEWS: dict[str, Callable[[Any], Any]] = {
    "a row": lambda out: out[1], "rows": lambda out: out[1:4], "a transpose": lambda out: out.T, "flat": np.ravel,
    "a column of a transpose": lambda out: out.T[1], "a row of rows": lambda out: out[1:][0], "mirrored": np.flip,
    "blocks": lambda out: out.reshape(2, 3, 2)[1], "another axis": lambda out: out[:, None], "all": lambda out: out[:],
}


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("other", VIEWS)
def test_views_that_are_alive_see_a_write_and_cost_no_copy(name: str, other: str) -> None:
    def program(x: Any, y: Any) -> Any:
        out = start(x)
        kept, written = VIEWS[other](out), VIEWS[name](out)
        early = np.sum(kept * 3.0)
        written -= y
        written[-1:] = y * 0.5
        out[2] += y
        return early + np.sum(np.sin(kept)) + np.sum(np.cos(written)) + np.sum(np.tanh(out))

    x = leaf()
    out = start(x)
    before, kept, written = place(out), VIEWS[other](out), VIEWS[name](out)
    written -= tensor(1.5, requires_grad=True)
    written[-1:] = tensor(0.5, requires_grad=True)
    out[2] += tensor(1.0, requires_grad=True)
    assert place(out) == before
    assert kept._value.base is written._value.base is out._value
    values = x.detach().numpy()
    assert program(x, 0.7).item() == pytest.approx(program(values, 0.7), rel=1e-14)
    check_gradients(program, values, 0.7)


def test_parts_of_a_complex_result_are_written_through() -> None:
    def program(x: Any, y: Any) -> Any:
        out = np.concatenate([x[:1], x[1:]]) * (1 + 0.5j)
        out[1] += y * 1j
        real = out.real
        real[2:4] *= y
        out.T[0] -= y
        out.imag[3] = y
        return np.sum(np.abs(out * (2 - 1j)) ** 2)

    x = leaf().detach().numpy()
    assert program(tensor(x, requires_grad=True), 0.7).item() == pytest.approx(program(x, 0.7), rel=1e-14)
    check_gradients(program, x, 0.7)


def test_a_loop_of_updates_copies_nothing_on_the_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def loop(w: Any, steps: int) -> Any:
        out = np.zeros((steps, 2), like=w) if isinstance(w, np.ndarray) else autograd.zeros((steps, 2))
        for t in range(steps):
            out[t] += w
            out[t] *= np.tanh(out[t - 1] + w)
            out[t, 1] -= out[t - 1, 0] * w[0]
        return out

    w = tensor([0.3, -0.4], requires_grad=True)
    whole: list[str] = []
    writing = primitives["set_item"]
    monkeypatch.setattr(writing, "evaluate", lambda x, v, evaluate=writing.evaluate, alone=(), **options: (
        whole.append("write") if id(x) not in alone else None, evaluate(x, v, alone=alone, **options))[1])
    np.sum(np.sin(loop(w, 50))).backward()
    assert len(whole) <= 2  # the cotangent that a pass was given is not its own
    values = w.detach().numpy()
    np.testing.assert_allclose(loop(tensor(values, requires_grad=True), 50).detach(), loop(values, 50), rtol=1e-14)
    check_gradients(lambda w: np.sum(np.sin(loop(w, 9))), values)


def test_an_assignment_of_what_is_there_records_nothing() -> None:
    out = start(leaf())
    out[2:] += tensor(1.0, requires_grad=True)
    assert out._node.primitive.name == "set_item"
    node, rows = out._node, out[1:]
    for write in (lambda: out.__setitem__(slice(1, None), rows), lambda: rows.__setitem__(0, rows[0]),
                  lambda: out.__setitem__((0, slice(None)), out[0, :])):
        write()
        assert out._node is node
    expected = out.detach().numpy().copy()
    others: list[tuple[Any, Any]] = [
        (slice(0, 5), slice(1, 6)), (0, 1), (np.array([1]), 1), ([True] * 6, slice(None)), (True, 1)]
    for key, other in others:
        out[key] = out[other]
        expected[key] = expected[other]
        assert out._node is not node
        np.testing.assert_array_equal(out.detach(), expected)
        node = out._node


def test_a_view_of_another_tensor_is_not_what_is_there() -> None:
    x = leaf()
    out = start(x) * 2
    for key in (1, slice(0, 4, 2), (3, slice(None))):
        out[key] = x[key]
        out[:4][key] += x[key]
    expected = x.detach().numpy() * 2
    np.testing.assert_array_equal(out.detach(), expected)
    np.sum(out).backward()
    np.testing.assert_array_equal(x.grad, np.full((6, 2), 2.0))


def test_a_row_that_is_kept_is_written_to_in_place_by_a_product_again_and_again() -> None:
    out, y = start(leaf(rows=16)), tensor(1.5, requires_grad=True)
    row, before = out[1], place(out)
    for _ in range(3):
        row *= y
        out[2] *= y
    assert place(out) == before
    np.sum(row).backward()
    assert y.grad.item() == pytest.approx(3 * np.sum(leaf(rows=16).detach().numpy()[1]) * 1.5**2)


def test_what_was_computed_with_earlier_values_keeps_them() -> None:
    def program(x: Any, y: Any) -> Any:
        out = start(x)
        half, row = out[:3], out[4]
        kept = [half * half, row * row, out[2] ** 3, np.exp(out), out[1] * y]
        half += y
        row *= y
        kept += [half * half, row * row, np.exp(out[1:]), out.T @ out]
        out[:] -= out[::-1]
        out[1:] /= out[:-1] + 3.0
        return sum(np.sum(part * (i + 1.0)) for i, part in enumerate([*kept, out, half * row]))

    x = leaf().detach().numpy()
    assert program(tensor(x, requires_grad=True), 0.7).item() == pytest.approx(program(x, 0.7), rel=1e-14)
    check_gradients(program, x, 0.7)


def test_a_write_through_a_view_is_differentiated_in_every_mode() -> None:
    def program(x: Any) -> Any:
        out = start(x)
        for t in range(1, 6):
            out[t] += np.cos(out[t - 1])
            out[t, 0] *= out[t, 1]
            out.T[1] /= 1.5
        return np.sum(np.sin(out) * np.arange(12.0).reshape(6, 2))

    x, v = leaf().detach().numpy(), np.cos(np.arange(12.0)).reshape(6, 2)
    slope = (program(x + 1e-6 * v) - program(x - 1e-6 * v)) / 2e-6
    first = grad(program)(x)
    assert np.sum(first * v) == pytest.approx(slope, rel=1e-7)
    assert jvp(program, (x,), (v,))[1] == pytest.approx(slope, rel=1e-7)
    np.testing.assert_allclose(grad(checkpoint(program))(x), first, rtol=1e-13)
    np.testing.assert_allclose(vmap(grad(program))(np.stack([x, x])), [first, first], rtol=1e-13)
    with detect_anomaly():
        np.testing.assert_allclose(grad(program)(x), first, rtol=1e-13)
    second = (grad(program)(x + 1e-6 * v) - grad(program)(x - 1e-6 * v)) / 2e-6
    np.testing.assert_allclose(jvp(grad(program), (x,), (v,))[1], second, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(grad(lambda x: jvp(program, (x,), (v,))[1])(x), second, rtol=1e-6, atol=1e-7)
    leaf_of_it = tensor(x, requires_grad=True)
    loss = program(leaf_of_it)
    loss.backward(retain_graph=True)
    np.testing.assert_allclose(leaf_of_it.grad, first, rtol=1e-13)
    leaf_of_it.grad = None
    loss.backward(create_graph=True)
    np.testing.assert_allclose(leaf_of_it.grad.detach(), first, rtol=1e-13)
    found, leaf_of_it.grad = leaf_of_it.grad, None
    np.sum(found * v).backward()
    np.testing.assert_allclose(leaf_of_it.grad, second, rtol=1e-6, atol=1e-7)


def test_the_cotangent_of_what_is_written_through_is_no_one_elses() -> None:
    """Zeros that a pass writes into it must not reach the given one, what goes to the values, or a kept one."""
    x = leaf()
    out = start(x)
    out.retain_grad()
    first = out * 1.0
    first[1:3] -= x[:2] * 3
    first.T[0] += 1.0
    second = first * 1.0
    flat = second.reshape(-1)
    flat[3:5] = x[0]
    seed = np.arange(12.0).reshape(6, 2)
    (second + first).backward(seed)
    np.testing.assert_array_equal(seed, np.arange(12.0).reshape(6, 2))
    of_first = 2 * seed
    of_first.reshape(-1)[3:5] = seed.reshape(-1)[3:5]
    np.testing.assert_array_equal(out.grad, of_first)
    expected = of_first.copy()
    expected[:2] -= 3 * of_first[1:3]
    expected[0] += seed.reshape(-1)[3:5]
    np.testing.assert_array_equal(x.grad, expected)


def test_an_update_that_fails_leaves_everything_as_it_was() -> None:
    x = leaf()
    out = start(x)
    rows = out[1:]
    before, node = out.detach().numpy().copy(), out._node
    for operand, error in ((x, ValueError), (np.ones(3), ValueError), (1j, TypeError)):
        with pytest.raises(error):
            rows += operand
    with pytest.raises(ValueError, match="read-only"):
        np.broadcast_to(out[0], (2, 2)).__iadd__(x[:2])
    with no_grad(), pytest.raises(RuntimeError, match="no_grad"):
        rows += 1.0
    np.testing.assert_array_equal(out.detach(), before)
    assert out._node is node
    rows += 1.0
    np.testing.assert_array_equal(out.detach(), np.concatenate([before[:1], before[1:] + 1]))


def test_a_leaf_written_through_a_view_keeps_its_memory_and_becomes_a_result() -> None:
    x = leaf()
    first, before = x._node, x.detach().numpy().copy()
    array = x._value
    x[1] += x[0]
    np.testing.assert_array_equal(array, before)
    (x * x).sum().backward()
    expected = 2 * before
    expected[1] = 2 * (before[1] + before[0])
    expected[0] += expected[1]
    np.testing.assert_array_equal(first.reference().grad if first.reference() is not x else x.grad, expected)


ACTIONS = st.sampled_from(["view", "update", "assign", "own", "keep", "copy"])
PARTS = st.sampled_from([0, 1, -1, slice(1, 3), slice(None, None, -1), (slice(None), 0), (1, 1), ..., [0, 0], [2, 1],
                         (slice(1, None), slice(None, 1)), "T", "flat"])
Step = tuple[str, int, Any, str, int]


def part(x: Any, key: Any) -> Any:
    return x.T if key == "T" else x.reshape(-1) if key == "flat" else x[key]


def run(program: list[Step], x: Any) -> Any:
    """A program over named tensors: each step takes a view, updates one through an index, keeps a product, ..."""
    known: list[Any] = [start(x)[:4, :2] * 1.0]
    kept: list[Any] = []
    for action, which, key, operation, other in program:
        target, value = known[which % len(known)], known[other % len(known)]
        try:
            if action == "view":
                view = part(target, key)
                if view.ndim:  # no number
                    known.append(view)
            elif action == "update" and not isinstance(key, str):
                update(target, key, operation, 1.1 + np.sin(value.reshape(-1)[0]))
            elif action == "assign":
                view = part(target, key)
                if view.ndim:
                    view[...] = part(value, key) * 0.5 + x[0, 0]
            elif action == "own":
                target *= 0.9 + value.reshape(-1)[-1] * 0.1
            elif action == "keep":
                kept.append(np.sum(target * target))
            else:
                known.append(target * 1.0)
        except (IndexError, ValueError):  # an index of another number of axes
            continue
    return sum((np.sum(np.tanh(z)) * (i + 1.0) for i, z in enumerate([*known, *kept])), x[0, 1])


@examples(200)
@given(st.lists(st.tuples(ACTIONS, st.integers(0, 5), PARTS, st.sampled_from(["+=", "-=", "*=", "/="]),
                          st.integers(0, 5)), min_size=1, max_size=10))
def test_programs_of_views_and_updates_are_numpys(program: list[Step]) -> None:
    x, v = np.linspace(0.3, 1.4, 12).reshape(6, 2), np.cos(np.arange(12.0)).reshape(6, 2)
    found, of_x = autograd.value_and_grad(lambda x: run(program, x))(x)
    assert found == pytest.approx(run(program, x), rel=1e-13)
    slope = (run(program, x + 1e-6 * v) - run(program, x - 1e-6 * v)) / 2e-6
    assert np.sum(of_x * v) == pytest.approx(slope, rel=1e-5, abs=1e-6)
    assert jvp(lambda x: run(program, x), (x,), (v,))[1] == pytest.approx(np.sum(of_x * v), rel=1e-11, abs=1e-11)

"""Cotangents of parts wait for others without the zeros around them, in whatever order a pass meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import checkpoint, detect_anomaly, grad, jvp, tensor
from autograd.modes import local
from autograd.parts import Part
from autograd.registry import primitives
from autograd.testing import check_gradients
from tests.examples import examples


def sums(w: Any, steps: int, first: bool) -> Any:
    """A loss that adds up rows of an array while it is filled, from the left or from the right."""
    out, loss = autograd.zeros((steps, 2)), np.sum(w)
    for t in range(steps):
        out[t] += np.tanh(w * (t + 1.0))
        s = np.sum(out[t] * out[t - 1]) + np.sum(out[[t, t]] ** 2)
        loss = s + loss if first else loss + s
    return loss + np.sum(np.sin(out))


def rows(w: Any, steps: int, first: bool) -> Any:
    """A loss of rows that were kept while the array changed."""
    out, kept = autograd.zeros((steps, 2)), []
    for t in range(steps):
        out[t] = np.sin(w * (t + 1.0))
        kept += [out[t] * w, out[t - 1] * 2.0]
    return np.sum(np.stack(kept[::-1] if first else kept) ** 2) + np.sum(out)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("program", [sums, rows])
def test_rows_read_while_an_array_is_filled_make_no_wholes(
    program: Callable[..., Any], first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = np.array([0.3, -0.4])
    check_gradients(lambda w: program(w, 20, first), w)
    loss = program(tensor(w, requires_grad=True), 100, first)
    made: list[int] = []
    for name in ("add_into_zeros", "set_item"):
        primitive = primitives[name]
        monkeypatch.setattr(primitive, "evaluate", lambda *given, evaluate=primitive.evaluate, **options: (
            made.append(1), evaluate(*given, **options))[1])
    zeros = np.zeros
    monkeypatch.setattr(np, "zeros", lambda shape, *rest, **options: (
        made.append(1) if shape == (100, 2) else None, zeros(shape, *rest, **options))[1])
    loss.backward()
    assert len(made) <= 6


@pytest.mark.parametrize("dtype", [float, np.float32, np.float16, np.complex128])
@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_parts_of_a_leaf_add_up(count: int, dtype: Any) -> None:
    x = tensor(np.zeros((16, 2)), requires_grad=True, dtype=dtype)
    keys: list[Any] = [3, (slice(None), 1), [3, 3], (5, 0), slice(2, 4), np.arange(16) > 13]
    loss, expected = np.sum(x[0]), np.zeros((16, 2))
    expected[0] += 1
    for i in range(count):
        key = keys[i % len(keys)]
        loss = np.sum(x[key] * (i + 1.0)) + loss
        np.add.at(expected, key, i + 1.0)
    np.real(loss).backward()
    np.testing.assert_array_equal(x.grad, expected)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_part_that_nothing_follows_is_made_whole(order: tuple[int, ...]) -> None:
    """What comes last may be no contribution at all."""
    x = tensor(np.ones((16, 2)), requires_grad=True)
    y, z = x * 2, tensor(1.0, requires_grad=True)
    terms = [lambda: np.sum(y[3]), lambda: np.sum(checkpoint(lambda y, z: z * np.floor(y))(y, z))]
    first, second = (terms[i]() for i in order)
    (first + second).backward()
    expected = np.zeros((16, 2))
    expected[3] = 2
    np.testing.assert_array_equal(x.grad, expected)


def test_parts_beyond_an_eighth_are_made_whole_at_once() -> None:
    def part(key: Any, value: float) -> Part:
        g = np.full(np.zeros(16)[key].shape, value)

        def add(total: Any, scale: float = 1.0) -> bool:
            total[key] += g * scale
            return True

        def whole() -> Any:
            add(out := np.zeros(16))
            return out

        return Part(g.size, whole, add)

    first = part(slice(0, 1), 1.0)
    assert first.takes(part(slice(0, 1), 2.0), 16)
    assert not first.takes(part(slice(3, 4), 4.0), 16)
    assert first.size == 2
    np.testing.assert_array_equal(first.whole(), [3.0] + [0.0] * 15)
    total = np.ones(16)
    assert first.add(total)
    np.testing.assert_array_equal(total, [4.0] + [1.0] * 15)
    refusing = Part(1, part(slice(5, 6), 8.0).whole, lambda total: False)
    assert not refusing.add(total)
    small = part(slice(0, 1), 1.0)
    assert small.takes(refusing, 16)
    assert small.add(total)
    np.testing.assert_array_equal(total, [5.0, *[1.0] * 4, 9.0, *[1.0] * 10])


def test_parts_wait_in_no_pass_that_is_checked_recorded_or_repeated_alone() -> None:
    w, v = np.array([0.3, -0.4]), np.array([1.0, 0.5])
    expected = grad(lambda w: rows(w, 20, True))(w)
    slope = (grad(lambda w: rows(w, 20, True))(w + 1e-6 * v) - grad(lambda w: rows(w, 20, True))(w - 1e-6 * v)) / 2e-6
    with detect_anomaly():
        np.testing.assert_allclose(grad(lambda w: rows(w, 20, True))(w), expected, rtol=1e-12)
    np.testing.assert_allclose(grad(checkpoint(lambda w: rows(w, 20, True)))(w), expected, rtol=1e-12)
    np.testing.assert_allclose(jvp(grad(lambda w: rows(w, 20, True)), (w,), (v,))[1], slope, rtol=1e-6)
    np.testing.assert_allclose(grad(lambda w: np.sum(grad(lambda w: rows(w, 20, True))(w) * v))(w), slope, rtol=1e-6)
    x = tensor(w, requires_grad=True)
    loss = rows(x, 20, True)
    for times in (1, 2):
        loss.backward(retain_graph=True)
        np.testing.assert_allclose(x.grad, times * expected, rtol=1e-12)


@examples(100)
@given(st.lists(st.tuples(st.sampled_from("wruke"), st.integers(0, 15), st.integers(0, 15)), min_size=1, max_size=25),
       st.randoms(use_true_random=False))
def test_programs_of_reads_in_any_order_have_the_slopes_of_differences(
    program: list[tuple[str, int, int]], shuffled: Any
) -> None:
    order = list(range(2 * len(program)))
    shuffled.shuffle(order)

    def run(x: Any) -> Any:
        out, kept = np.concatenate([x[:7], x[7:]]), []
        for action, i, j in program:
            if action == "w":
                out[i] = x[j] * 0.5
            elif action == "u":
                out[i] += out[j] * 0.3
            elif action == "e":
                out[i, 1] *= 0.9 + 0.1 * out[j, 0]
            elif action == "r":
                kept += [np.sum(out[i] * out[j]), np.sum(out[[i, i, j]])]
            else:
                kept += [np.sum(out[min(i, j) : max(i, j)] ** 2), np.sum(np.sin(out[:, 0]))]
        total = np.sum(out)
        for n in order:
            if n < len(kept):
                total = kept[n] * (n + 1.0) + total
        return total

    x, v = np.linspace(-1.0, 1.0, 32).reshape(16, 2), np.cos(np.arange(32.0)).reshape(16, 2)
    found, of_x = autograd.value_and_grad(run)(x)
    assert found == pytest.approx(run(x.copy()), rel=1e-12)
    slope = (run(x + 1e-6 * v) - run(x - 1e-6 * v)) / 2e-6
    assert np.sum(of_x * v) == pytest.approx(slope, rel=1e-6, abs=1e-5)


def test_what_checks_a_pass_sees_every_cotangent_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    loss, seen = rows(tensor([0.3, -0.4], requires_grad=True), 20, True), []
    monkeypatch.setattr(local, "check", lambda node, c: seen.append((node.primitive.name, np.shape(c))))
    loss.backward()
    assert seen.count(("get_item", (20, 2))) == 40
    assert seen.count(("set_item", (20, 2))) == 19  # the first one wrote to what has no gradient

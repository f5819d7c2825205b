"""Writes in place within `jvp`, `vmap` and nestings of them: as fast as without, and seen by no one else."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import (
    AnomalyError,
    Tensor,
    checkpoint,
    detect_anomaly,
    grad,
    hvp,
    jacfwd,
    jvp,
    linearize,
    no_grad,
    tensor,
    value_and_grad,
    vjp,
    vmap,
)
from autograd.registry import primitives
from autograd.tensor import mutation
from tests.examples import examples

ROWS = 16
X = np.linspace(0.3, 1.4, 2 * ROWS).reshape(ROWS, 2)
V = np.cos(np.arange(2.0 * ROWS)).reshape(ROWS, 2)


def number(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A scalar function that is not linear in the result of `f`."""

    def sines(x: Any) -> Any:
        y = f(x)
        return np.sum(np.sin(y) * np.linspace(1.0, 2.0, y.size).reshape(y.shape))

    return sines


def along(t: Any) -> Any:
    """A batch of three points."""
    return np.stack([t, 0.5 * t + 0.2, t[::-1]])


Mode = Callable[[Callable[[Any], Any]], Any]

MODES: dict[str, Mode] = {
    "no transform": lambda f: f(tensor(X)).detach(),
    "recorded": lambda f: f(tensor(X, requires_grad=True)).detach(),
    "value_and_grad": lambda f: value_and_grad(number(f))(X),
    "vjp": lambda f: vjp(f, X)[1](np.sin(np.arange(float(vjp(f, X)[0].size))).reshape(vjp(f, X)[0].shape)),
    "jvp": lambda f: jvp(f, (X,), (V,)),
    "vmap": lambda f: vmap(f)(along(X)),
    "vmap along the last axis": lambda f: vmap(f, in_axes=2, out_axes=1)(np.moveaxis(along(X), 0, 2)),
    "jacfwd": lambda f: jacfwd(lambda t: f(X * t[0] + V * t[1]))(np.array([1.0, 0.1])),
    "linearize": lambda f: linearize(f, X)[1](V),
    "hvp": lambda f: hvp(number(f), X, V),
    "jvp of grad": lambda f: jvp(grad(number(f)), (X,), (V,)),
    "vmap of grad": lambda f: vmap(grad(number(f)))(along(X)),
    "grad of vmap": lambda f: grad(lambda x: np.sum(np.sin(vmap(f)(along(x)))))(X),
    "grad of grad": lambda f: grad(lambda x: np.sum(grad(number(f))(x) * V))(X),
    "vmap of jvp": lambda f: vmap(lambda x, v: jvp(f, (x,), (v,)))(along(X), along(V)),
    "jvp of vmap": lambda f: jvp(vmap(f), (along(X),), (along(V),)),
    "vmap of the tangent": lambda f: vmap(lambda v: jvp(f, (X,), (v,)))(along(V)),
    "vmap of the point": lambda f: vmap(lambda x: jvp(f, (x,), (V,)))(along(X)),
    "jvp of jvp": lambda f: jvp(lambda x: jvp(f, (x,), (V,))[1], (X,), (V[::-1],)),
    "vmap of vmap": lambda f: vmap(vmap(f))(np.stack([along(X), along(V)])),
    "vmap of jvp of grad": lambda f: vmap(lambda x: jvp(grad(number(f)), (x,), (V,)))(along(X)),
    "checkpoint": lambda f: grad(number(checkpoint(f)))(X),
    "jvp of checkpoint": lambda f: jvp(checkpoint(f), (X,), (V,)),
    "jvp within no_grad": lambda f: no_grad()(lambda: jvp(f, (X,), (V,)))(),
}


def flat(found: Any) -> list[Any]:
    return [np.asarray(leaf.detach() if isinstance(leaf, Tensor) else leaf) for leaf in autograd.tree.flatten(found)[0]]


def agree(found: Any, expected: Any) -> None:
    for one, other in zip(flat(found), flat(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The shapes of what writes copied, in a list that grows."""
    made: list[tuple[int, ...]] = []
    writing = primitives["set_item"]
    monkeypatch.setattr(writing, "evaluate", lambda x, v, evaluate=writing.evaluate, alone=(), **options: (
        made.append(x.shape) if id(x) not in alone else None, evaluate(x, v, alone=alone, **options))[1])
    return made


def copying(f: Callable[[], Any]) -> Any:
    """What `f` returns when every write copies the whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mutation, "arrays_alone", lambda target: [])
        return f()


# --- As long as the part ---------------------------------------------------------------------------------------------


def rows(x: Any, size: int) -> Any:
    out = autograd.zeros((size, 2))
    for t in range(size):
        out[t] = np.tanh(x[0] * (t + 1.0))
    return out


def steps(x: Any, size: int) -> Any:
    out = autograd.zeros((size, 2))
    out[0] = x[1]
    for t in range(1, size):
        out[t] = np.cos(out[t - 1] * x[2]) + x[0]
    return out


def updates(x: Any, size: int) -> Any:
    out = autograd.zeros((size, 2))
    for t in range(size):
        out[t] += x[t % 3]
        out[t] += 0.5
        out[t] *= np.tanh(out[t - 1] + x[0])
        out[t, 1] -= out[t - 1, 0] * x[1, 1]
    return out


def places(x: Any, size: int) -> Any:
    out = autograd.zeros((size, 2))
    for t in range(size - 1):
        out[[t, t + 1, t]] = x[:3] * (t + 1.0)
        out[np.arange(size) == t] = x[3:4]
        out[t, [1, 0]] = np.sin(x[4])
        np.add.at(out, [t, t, 0], x[5:8])
    return out


def views_of_views(x: Any, size: int) -> Any:
    out = autograd.zeros((size, 2))
    pairs, turned = out.reshape(size // 2, 2, 2), out.T
    for t in range(size // 2):
        pairs[t][1] = np.tanh(x[0] * (t + 1.0))
        pairs[t, 0] = x[1]
        turned[0][t : t + 1] *= x[2, :1]
        out[t:][0][1] = x[3, 0]
    return out


LOOPS = [rows, steps, updates, places, views_of_views]
FAST = [name for name in MODES if name not in (
    "grad of grad", "linearize",  # whose passes are recorded: their gradients are whole
    "checkpoint")]  # which watches what is recorded


@pytest.mark.parametrize("mode", FAST)
@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_that_fills_an_array_copies_it_no_more_often_if_it_is_longer(
    loop: Any, mode: str, copies: list[tuple[int, ...]]
) -> None:
    counts = []
    for size in (50, 100):
        MODES[mode](lambda x, size=size: loop(x, size))
        counts.append(len(copies))
        copies.clear()
    assert counts[0] == counts[1]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_that_fills_an_array_gives_what_it_gives_with_copies(loop: Any, mode: str) -> None:
    agree(MODES[mode](lambda x: loop(x, 12)), copying(lambda: MODES[mode](lambda x: loop(x, 12))))


@pytest.mark.parametrize("loop", LOOPS)
def test_a_thread_without_recording_slows_no_other_one(loop: Any, copies: list[tuple[int, ...]]) -> None:
    entered, done = threading.Event(), threading.Event()

    def other() -> None:
        with no_grad():
            entered.set()
            done.wait(60)

    thread = threading.Thread(target=other)
    thread.start()
    entered.wait(60)
    try:
        counts = []
        for size in (50, 100):
            grad(number(lambda x, size=size: loop(x, size)))(X)
            counts.append(len(copies))
            copies.clear()
    finally:
        done.set()
        thread.join()
    assert counts[0] == counts[1]


# --- Seen by no one else ---------------------------------------------------------------------------------------------


def start(x: Any) -> Any:
    """Something that nothing else knows, whatever the mode."""
    return np.concatenate([x[:1], x[1:]]) * 1.5


KEEPERS: dict[str, Callable[[Any], Any]] = {
    "itself, copied": lambda out: out.clone(), "detached": lambda out: out.detach(), "copy.copy": copy.copy,
    "with the same tangent": lambda out: out + 1.0, "detached, of a view": lambda out: out[1:3].detach(),
    "a view with the same tangent": lambda out: out[1:3] + 1.0, "a square": lambda out: out * out,
    "a square of a view": lambda out: out[1:3] ** 2, "a reshaped sum": lambda out: (out + 0.5).reshape(-1),
    "real and imaginary parts": lambda out: np.real(out) + np.imag(out * 1j), "chosen": lambda out: out[[1, 1, 0]],
    "joined": lambda out: np.concatenate([out, out[:2]]), "where": lambda out: np.where(out > 0.7, out, 0.0),
    "a flipped copy": lambda out: np.flip(out) * 1.0, "the value of a jvp": lambda out: jvp(
        lambda z: z, (out,), (out,))[0], "the slope of a jvp": lambda out: jvp(lambda z: z, (out,), (out,))[1],
    "the result of a vmap": lambda out: vmap(lambda z: z)(out), "an aux result": lambda out: grad(
        lambda z: (np.sum(z), (z, out)), has_aux=True)(out)[1][1], "linearized": lambda out: linearize(
        lambda z: z * out, out)[1](out), "the argument of a vjp": lambda out: vjp(np.sin, out)[1](out)[0],
}


@pytest.mark.parametrize("part", [False, True])
@pytest.mark.parametrize("keeper", KEEPERS)
@pytest.mark.parametrize("mode", MODES)
def test_what_was_taken_before_a_write_keeps_its_values_and_slopes(mode: str, keeper: str, part: bool) -> None:
    def program(x: Any) -> Any:
        out = start(x)
        shown = out[1:6] if part else out
        kept = KEEPERS[keeper](shown)
        out[1] = np.sin(x[0])
        again = KEEPERS[keeper](shown)
        shown[0] += x[2]
        out[:, 0] *= x[3, 1]
        return np.concatenate([np.reshape(y, -1) * (i + 1.0) for i, y in enumerate([kept, again, shown, out])])

    agree(MODES[mode](program), copying(lambda: MODES[mode](program)))


def test_an_index_that_differs_writes_to_an_array_of_each_example() -> None:
    """Though the examples begin with one array, which nothing else refers to."""

    def program(i: Any) -> Any:
        out, other = autograd.zeros(4) * 1.0, autograd.zeros(4) * 1.0
        out[i] = 7.0
        rows = other.reshape(2, 2)
        rows[i // 2] += 1.0
        return np.stack([out, other])

    expected = [[[7.0, 0, 0, 0], [1, 1, 0, 0]], [[0, 7, 0, 0], [1, 1, 0, 0]], [[0, 0, 0, 7], [0, 0, 1, 1]]]
    np.testing.assert_array_equal(vmap(program)(np.array([0, 1, 3])), expected)


@pytest.mark.parametrize("mode", MODES)
def test_functions_that_captured_a_tensor_see_it_as_it_is_when_they_are_called(mode: str) -> None:
    def program(x: Any) -> Any:
        out = start(x)
        first = vjp(lambda z: z * out, x)[1]
        second = linearize(lambda z: np.sum(z * z * out), x)[1]
        out[2] = x[1] * 3.0
        third = vjp(lambda z: z * out, x)[1]
        return np.concatenate([first(x)[0], np.reshape(second(x), (1, 1)) + x[:1], third(x)[0], out])

    agree(MODES[mode](program), copying(lambda: MODES[mode](program)))


def test_an_argument_of_a_transform_is_the_callers() -> None:
    def written(x: Any) -> Any:
        x[1] = x[0] * 2.0
        x[2] *= 3.0
        return x

    for name, mode in MODES.items():
        if "checkpoint" in name:  # which refuses it
            continue
        x, v = X.copy(), V.copy()
        agree(mode(written), copying(lambda mode=mode: mode(written)))
        np.testing.assert_array_equal(X, x)
        np.testing.assert_array_equal(V, v)
    given = tensor(X)
    jvp(written, (given,), (given,))
    vmap(written)(np.stack([X, X]))
    vmap(written)(tensor(np.stack([X, X])))
    np.testing.assert_array_equal(given.numpy(), X)


@pytest.mark.parametrize("mode", ["jvp", "vmap", "hvp", "vmap of jvp", "jvp of grad"])
def test_a_write_that_fails_changes_nothing(mode: str) -> None:
    def program(x: Any) -> Any:
        out, narrow = start(x), start(x).astype(np.float32)
        out[0] = x[1]
        row, before = out[3:], [out * 1.0, narrow * 1.0]
        for key, value in ((99, x[0]), (1, x), (np.array([0, 99]), x[:2]), ((slice(None), 2), x[0, 0]),
                           (np.ones(ROWS, bool), x[:3]), ((0, [0, 1]), x[:3, 0]), (0, np.stack([x, x]))):
            with pytest.raises((IndexError, ValueError)):
                out[key] = value
            with pytest.raises((IndexError, ValueError)):
                row[key] = value
        with np.errstate(over="raise"), pytest.raises(FloatingPointError):
            narrow[1] = x[0] * 1e300
        return np.concatenate([out - before[0], narrow - before[1], out])

    agree(MODES[mode](program), copying(lambda: MODES[mode](program)))
    assert not np.any(vmap(program)(along(X))[:, : 2 * ROWS])


def test_a_tangent_that_overflows_as_it_is_written_is_infinite(copies: list[tuple[int, ...]]) -> None:
    """After what is inside was written to: nothing fails halfway."""

    def program(x: Any) -> Any:
        narrow = start(x).astype(np.float32)
        narrow[1] = np.sin(x[0] * 1e290)
        return narrow

    with np.errstate(all="raise"):
        value, slope = jvp(program, (X,), (V,))
    assert not copies
    np.testing.assert_array_equal(np.isinf(slope), np.arange(ROWS)[:, None] == [1, 1])
    np.testing.assert_array_equal(np.delete(value, 1, 0), np.delete(start(X), 1, 0).astype(np.float32))


def test_an_anomaly_says_what_an_operand_was_before_the_write() -> None:
    def program(x: Any) -> Any:
        out = start(x)
        with np.errstate(all="ignore"):
            out[1] = np.log(x[0] * 0.0)
        return out

    for run in (lambda: jvp(program, (X,), (V,)), lambda: vmap(program)(along(X)), lambda: grad(number(program))(X)):
        with detect_anomaly(), pytest.raises(AnomalyError, match="log made"):
            run()

    def given(x: Any) -> Any:
        out = start(x)
        out[1] = np.array([1.0, np.inf])
        return out

    with detect_anomaly(), pytest.raises(AnomalyError, match="operand 1, which holds an infinity already"):
        jvp(given, (X,), (V,))


KEYS: list[Any] = [
    1, -1, slice(1, 3), slice(None, None, -2), (slice(None), 1), (2, 1), (2, ..., 1), (None, 3), ..., (), [0, 2],
    [1, 1], np.arange(ROWS) % 3 == 1, ([0, 2], [1, 0]), (slice(2), [1, 0]), ([3, 4], slice(None)), (None, [0, 1]),
    (1, [0, 1]), ([1, 1, 0], 0), (..., [1, 0]), (np.arange(ROWS) % 5 == 2, 1), (True, 2), ([2, 0], None, 1),
    (0, None, [1, 0]), np.array([[0, 1], [1, 0]]), (np.array([[0], [3]]), [0, 1]), np.array(2),
    (np.array(2), slice(None), None), (slice(None), np.array([True, False])),
    np.arange(2 * ROWS).reshape(ROWS, 2) % 3 == 0,
]


@pytest.mark.parametrize("mode", ["vmap", "vmap of vmap", "jvp of vmap", "vmap of grad", "vmap of the tangent"])
@pytest.mark.parametrize("key", KEYS, ids=str)
def test_every_index_of_an_example_is_one_of_the_batch(key: Any, mode: str) -> None:
    """Values have the part's shape, fewer axes, or more axes of length 1; they differ by example or are the same."""
    mask = isinstance(key, np.ndarray) and key.dtype.kind == "b"
    leading = np.ndim(X[key]) and not mask  # NumPy drops the leading axes of a value, except for numbers and masks

    def program(x: Any) -> Any:
        out = np.concatenate([x[:1], x[1:]]) * 1.5
        part = np.sin(out[key])
        out[key] = part * 2.0
        out[key] = x[0, 0]
        out[key] += part
        if leading:
            out[key] = np.reshape(part, (1, 1, *part.shape)) + 0.5
            out[key] += out[key] / 3.0
            out[key] = np.linspace(1.0, 2.0, part.size).reshape(1, *part.shape)
        out.T.T[key] *= np.linspace(1.0, 2.0, part.size).reshape(part.shape)
        kept = out * 1.0
        out[key] = 0.5
        return np.concatenate([kept, out])

    if mode == "vmap":
        np.testing.assert_allclose(vmap(program)(along(X)), [program(x) for x in along(X)], rtol=1e-14)
    elif mode == "vmap of vmap":
        x = np.stack([along(X), along(V)])
        np.testing.assert_allclose(vmap(vmap(program))(x), [[program(a) for a in b] for b in x], rtol=1e-14)
    elif mode == "jvp of vmap":
        expected = [jvp(program, (x,), (v,)) for x, v in zip(along(X), along(V), strict=True)]
        for found, each in zip(jvp(vmap(program), (along(X),), (along(V),)), zip(*expected, strict=True), strict=True):
            np.testing.assert_allclose(found, each, rtol=1e-13, atol=1e-14)
    elif mode == "vmap of the tangent":
        found = vmap(lambda v: jvp(program, (X,), (v,))[1])(along(V))
        np.testing.assert_allclose(found, [jvp(program, (X,), (v,))[1] for v in along(V)], rtol=1e-13, atol=1e-14)
    else:
        found = vmap(grad(number(program)))(along(X))
        np.testing.assert_allclose(found, [grad(number(program))(x) for x in along(X)], rtol=1e-12, atol=1e-13)


def test_values_that_no_example_takes_are_refused_for_a_batch() -> None:
    """Also those whose leading axis is as long as the batch, which the whole would take."""

    def program(x: Any, value: Any) -> Any:
        out = x * 1.0
        out[0] = value
        return out

    x = np.ones((3, 4, 2))
    with pytest.raises(ValueError, match="shape|axis"):
        vmap(program, (0, None))(x, np.ones((3, 2)))
    with pytest.raises(ValueError, match="shape|axis"):
        vmap(program)(x, np.ones((3, 3, 2)))
    with pytest.raises(ValueError, match="shape|axis"):
        vmap(program)(x, np.ones((3, 3)))
    np.testing.assert_array_equal(vmap(program, (0, None))(x, np.full((1, 1, 2), 7.0))[:, 0], np.full((3, 2), 7.0))


def test_the_examples_of_what_becomes_a_batch_lie_one_after_the_other() -> None:
    """Otherwise a view by `reshape` would be a copy, and each write through it would take as long as the whole."""

    def program(x: Any) -> Any:
        out = autograd.zeros((3, 4)) * 1.0
        out[0] = x
        assert out._value.flags.c_contiguous
        out.reshape(2, 6)[1] = x[0]
        return out

    x = np.arange(20.0).reshape(5, 4)
    expected = np.zeros((5, 3, 4))
    expected[:, 0] = x
    expected.reshape(5, 2, 6)[:, 1] = x[:, :1]
    np.testing.assert_array_equal(vmap(program)(x), expected)


def test_integers_of_a_batch_are_written_to(copies: list[tuple[int, ...]]) -> None:
    def program(x: Any) -> Any:
        counts = np.argsort(x) * 0
        for t in range(x.size):
            counts[t] = np.argmax(x[: t + 1])
        return counts

    x = np.sin(np.arange(60.0)).reshape(3, 20)
    np.testing.assert_array_equal(vmap(program)(x), [program(each) for each in x])
    assert len(copies) <= 2


ACTIONS = st.sampled_from(["view", "write", "write", "update", "add.at", "keep", "detach", "aux", "shift", "copy",
                           "own"])
PARTS = st.sampled_from([0, -1, slice(1, 3), slice(None, None, -1), (slice(None), 0), (1, 1), ..., [0, 0], [2, 1],
                         (slice(1, None), slice(None, 1)), (None, 1), ([1, 0], 1), "T", "flat"])
Program = list[tuple[str, int, Any, int]]


def taken(x: Any, key: Any) -> Any:
    return x.T if key == "T" else x.reshape(-1) if key == "flat" else x[key]


def run(program: Program, x: Any) -> Any:
    """A program over named tensors: each step takes a view, writes, keeps something for later, ..."""
    known: list[Any] = [start(x)[:4, :2] * 1.0]
    kept: list[Any] = []
    for action, which, key, other in program:
        target, value = known[which % len(known)], known[other % len(known)]
        try:
            if action == "view":
                view = taken(target, key)
                if view.ndim:
                    known.append(view)
            elif action == "write" and not isinstance(key, str):
                target[key] = np.sin(taken(value, key)) + x[0, 0]
            elif action == "update" and not isinstance(key, str):
                target[key] *= 1.1 + np.sin(value.reshape(-1)[0])
            elif action == "add.at" and not isinstance(key, str):
                np.add.at(target, key, value.reshape(-1)[0] * 0.5)
            elif action == "keep":
                kept.append(target * value[..., :1])
            elif action == "detach":
                kept.append(taken(target, key).detach() if hasattr(target, "detach") else taken(target, key).copy())
            elif action == "aux":
                kept.append(jvp(lambda z, t=target: (z * 2.0, t), (value,), (value,), has_aux=True)[2] * 1.0)
            elif action == "shift":
                known.append(target + 1.0)
            elif action == "copy":
                known.append(target * 1.0)
            else:
                target *= 0.9
        except (IndexError, ValueError):  # an index of another number of axes
            continue
    return np.concatenate([np.reshape(np.tanh(part) * (i + 1.0), -1) for i, part in enumerate([*known, *kept])])


@examples(150)
@given(st.lists(st.tuples(ACTIONS, st.integers(0, 5), PARTS, st.integers(0, 5)), min_size=2, max_size=9),
       st.sampled_from(sorted(MODES)))
def test_programs_of_writes_give_what_they_give_with_copies(program: Program, mode: str) -> None:
    found = MODES[mode](lambda x: run(program, x))
    agree(found, copying(lambda: MODES[mode](lambda x: run(program, x))))

"""Reverse accumulation: the pass itself, leaves, modes, threads, and what it refuses."""

from __future__ import annotations

import contextlib
import itertools
import threading
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor, jvp, no_grad, vmap
from autograd.modes import mode
from autograd.primitive import Primitive


def leaf(*values: float) -> Tensor:
    return Tensor(np.array(values, float), requires_grad=True)


def test_gradients_accumulate_into_leaves() -> None:
    x = leaf(1, 2)
    (x * x).sum().backward()
    (x * 3).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [5, 7]
    x.zero_grad()
    assert x.grad is None


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_the_cotangent_of_one_element_is_a_one_of_its_shape_and_dtype(shape: tuple[int, ...], dtype: type) -> None:
    x = Tensor(np.full(shape, 3.0, dtype), requires_grad=True)
    x.backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), np.ones(shape, dtype), strict=True)


def test_backward_of_a_vector_needs_a_cotangent() -> None:
    x = leaf(1, 2)
    with pytest.raises(RuntimeError, match=r"scalar.*\(2,\).*y\.sum\(\)\.backward\(\)"):
        (x * x).backward()
    with pytest.raises(RuntimeError, match=r"shape \(2,\).*got \(3,\)"):
        (x * x).backward(np.ones(3))
    (x * x).backward(np.array([1.0, 10.0]))
    assert x.grad is not None
    assert x.grad.tolist() == [2, 40]


def test_a_state_that_is_carried_on_over_a_step_is_told_to_be_cut_off() -> None:
    """The graph of the last batch is freed: that its parameters have changed since is not what is to be mended."""
    w, state = Tensor([0.5], requires_grad=True), Tensor([1.0])
    state = np.tanh(w * state)
    state.sum().backward()
    with autograd.no_grad():
        w -= 0.1
    with pytest.raises(RuntimeError, match=r"freed by an earlier .* is cut off by h = h\.detach\(\)"):
        np.tanh(w * state).sum().backward()


def test_a_freed_graph_says_retain_graph() -> None:
    x = leaf(3)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [12]
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        y.backward()
    assert x.grad.tolist() == [12]


def test_an_update_that_was_recorded_is_explained() -> None:
    w = Tensor([1.0, 2.0], requires_grad=True)

    def step() -> None:
        np.sum(w * w).backward()
        assert w.grad is not None
        w.__isub__(0.1 * w.grad)  # `w -= ...` without no_grad(): the next loss depends on all earlier ones

    step()
    step()
    with pytest.raises(RuntimeError, match=r"with autograd\.no_grad\(\): w -= "):
        step()


def test_backward_without_a_graph_says_why() -> None:
    with pytest.raises(RuntimeError, match=r"requires_grad=True.*detach"):
        Tensor(1.0).backward()


def test_diamonds_squares_and_sums_are_exact() -> None:
    x = leaf(3)
    (x + x).sum().backward()
    (x * x).sum().backward()
    y = x * 2
    (y * y + y).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2 + 6 + (2 * 2 * 6 + 2)]


def test_equal_leaves_are_two_leaves() -> None:
    a, b = leaf(1), leaf(1)
    (a + b).sum().backward()
    assert a.grad is not None
    assert b.grad is not None
    assert a.grad.tolist() == b.grad.tolist() == [1]


def test_gradients_are_not_aliased_with_each_other_or_the_seed() -> None:
    a, b, seed = leaf(1, 2), leaf(3, 4), np.ones(2)
    (a + b).backward(seed)
    assert a.grad is not None
    assert b.grad is not None
    a.grad.data[:] = 100
    assert b.grad.tolist() == [1, 1]
    assert seed.tolist() == [1, 1]
    c, seed = leaf(1, 2), np.ones((1, 2))
    c.reshape(2, 1).T.backward(seed)  # of which it is a view all the way
    assert c.grad is not None
    c.grad.data[:] = 7
    assert seed.tolist() == [[1, 1]]
    d, seed = leaf(1, 2), np.ones(2)
    d.backward(seed)  # where it ends at once
    assert d.grad is not None
    d.grad.data[:] = 7
    assert seed.tolist() == [1, 1]


def test_no_grad_records_nothing_and_is_per_thread() -> None:
    x = leaf(1)
    results: dict[str, bool] = {}
    inside, done = threading.Event(), threading.Event()

    def other() -> None:
        inside.wait()
        results["other"] = (x * 2).requires_grad
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with no_grad():
        inside.set()
        done.wait()
        results["this"] = (x * 2).requires_grad
        assert not autograd.is_grad_enabled()
        with autograd.enable_grad():
            assert (x * 2).requires_grad
    thread.join()
    assert results == {"other": True, "this": False}
    assert (x * 2).requires_grad

    @no_grad()
    def decorated(depth: int) -> bool:
        return (x * 2).requires_grad or (depth > 0 and decorated(depth - 1))

    assert not decorated(3)
    assert autograd.is_grad_enabled()


def test_leaving_a_mode_leaves_the_short_way_open_as_it_was() -> None:
    """Only where recording is off, or something watches, do operations look: each mode counts itself, in and out."""
    before = mode.special
    with autograd.enable_grad():
        assert mode.special == before
        with no_grad():
            assert mode.special == before + 1
            with autograd.enable_grad(), no_grad():
                assert mode.special == before + 2
    with contextlib.suppress(ValueError), no_grad():
        raise ValueError
    assert mode.special == before


def test_create_graph_differentiates_gradients() -> None:
    x = Tensor(0.3, requires_grad=True)
    y = np.tanh(x)
    y.backward(create_graph=True)
    first = x.grad
    assert first is not None
    x.grad = None
    first.backward()
    assert x.grad is not None
    t = np.tanh(0.3)
    np.testing.assert_allclose(x.grad.item(), -2 * t * (1 - t * t), rtol=1e-14)


def test_a_diamond_of_sixty_levels_is_walked_once() -> None:
    """It has 2^60 paths: who walks them all never comes back."""
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == 2.0**60


def test_an_interrupted_backward_pass_leaves_the_next_one_right() -> None:
    x = leaf(1, 2)

    def interrupt(g: Tensor) -> None:
        raise KeyboardInterrupt

    y = x * x
    handle = y.register_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        y.sum().backward()
    handle.remove()
    assert x.grad is None
    assert autograd.is_grad_enabled()
    np.sum(x * x).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 4]  # type: ignore[unreachable]


Z = np.array([1 + 2j, 3 - 1j])


def test_gradients_of_complex_leaves_point_uphill() -> None:
    """dL/dRe z + i dL/dIm z: of |z|^2 it is 2z; of Re(conj(c) z^2) it is c conj(2z), by hooks and cotangents too."""
    z = Tensor(Z, requires_grad=True)
    np.sum(np.abs(z) ** 2).backward()
    assert z.grad is not None
    np.testing.assert_allclose(z.grad.numpy(), 2 * Z)
    c = np.array([3 + 2j, -1j])
    seen: list[Tensor] = []
    z.grad = None
    y = z * z
    y.register_hook(lambda g: seen.append(g))  # type: ignore[arg-type,func-returns-value]
    y.register_hook(lambda g: 2 * g)
    y.backward(c)
    assert seen[0].tolist() == c.tolist()
    assert z.grad is not None
    np.testing.assert_allclose(z.grad.numpy(), 2 * c * np.conj(2 * Z))


def test_a_complex_number_is_no_loss() -> None:
    """The gradient of its real part was taken, unasked."""
    z = Tensor(1 + 2j, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"a real scalar to start from, got complex128 of shape \(\);.* np\.abs"):
        (z * z).backward()
    assert z.grad is None
    (z * z).backward(1.0)
    assert z.grad is not None
    assert z.grad.item() == 2 - 4j


def test_a_cotangent_takes_the_dtype_of_its_tensor() -> None:
    x = Tensor(np.ones(2, np.float32), requires_grad=True)
    (x * 2).backward(np.ones(2))
    assert x.grad is not None
    assert x.grad.dtype == np.float32
    with pytest.raises(TypeError, match="imaginary part"):
        (x * 2).backward(np.ones(2) * 1j)


def test_a_cotangent_of_more_digits_keeps_its_imaginary_part() -> None:
    z = Tensor(np.array([1 + 2j, 3 - 1j], np.complex64), requires_grad=True)
    factors = np.array([1 + 3j, 2 - 5j])
    np.sum(np.real(z * factors)).backward()
    assert z.grad is not None
    np.testing.assert_array_equal(z.grad.numpy(), np.conj(factors).astype(np.complex64), strict=True)


def test_backward_inside_a_transform_names_grad() -> None:
    x = Tensor(1.0, requires_grad=True)
    with pytest.raises(TypeError, match="inside jvp or vmap.*autograd.grad"):
        jvp(lambda t: (t * x).backward(), (1.0,), (1.0,))
    with pytest.raises(TypeError, match="inside jvp or vmap.*autograd.grad"):
        vmap(lambda t: (t * x).backward())(np.ones(2))


def test_nodes_and_primitives_say_what_they_are() -> None:
    y = np.exp(Tensor(np.ones((2, 3)), requires_grad=True))
    assert y._node is not None
    assert repr(y._node) == "<Node exp (2, 3) float64>"
    assert repr(y._node.primitive) == "<elementwise primitive exp>"
    with pytest.raises(ValueError, match="the primitive exp is registered twice"):
        Primitive("exp", np.exp, ("x",))


def test_sums_and_differences_hand_on_cotangents_that_are_not_finite() -> None:
    """As they are, or with the other sign: a product of complex numbers would make nan of an infinity's other part."""
    x, y = (Tensor([1j, 2.0], requires_grad=True) for _ in range(2))
    for f, sign in ((np.add, 1), (np.subtract, -1)):
        x.grad = y.grad = None
        f(x, y).backward(np.array([complex(np.inf, 0), complex(3, -np.inf)]))
        assert x.grad is not None
        assert y.grad is not None
        assert x.grad.tolist() == [complex(np.inf, 0), complex(3, -np.inf)]
        assert y.grad.tolist() == [complex(sign * np.inf, 0), complex(sign * 3, sign * -np.inf)]


def test_a_cotangent_is_summed_over_every_axis_that_broadcasting_made() -> None:
    weights = np.random.default_rng(0).normal(size=(2, 3, 4))
    for shape in [s for k in range(4) for s in itertools.product(*[(1, n) for n in weights.shape[3 - k :]])]:
        x = Tensor(np.ones(shape), requires_grad=True)
        (x * weights).sum().backward()
        expected = np.zeros(shape)
        for index in np.ndindex(weights.shape):
            own = tuple(0 if n == 1 else i for i, n in zip(index[3 - len(shape) :], shape, strict=True))
            expected[own] += weights[index]
        assert x.grad is not None
        np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-12)


def test_a_cotangent_of_float16_is_summed_without_losing_count() -> None:
    b = Tensor(np.ones(2, np.float16), requires_grad=True)
    np.sum(np.ones((5000, 2), np.float16) * b, dtype=np.float32).backward()
    assert b.grad.dtype == np.float16
    np.testing.assert_array_equal(b.grad.data, 5000)  # one after the other, 2048 + 1 would be 2048


def test_a_loss_without_slopes_says_what_may_have_cut_the_graph() -> None:
    scores = Tensor([[0.2, 0.8], [0.6, 0.4]], requires_grad=True)
    accuracy = np.mean(np.argmax(scores, axis=1) == np.array([1, 1]))
    with pytest.raises(RuntimeError, match=r"cut by .* without slopes \(argmax, round, a compari.*place, w -="):
        accuracy.backward()


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c16"])
@pytest.mark.parametrize("turned", [False, True])
def test_gradients_of_parts_are_added_up_as_if_each_were_whole(dtype: str, turned: bool) -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(-4, 5, (5, 6, 7)).astype(dtype)  # whole numbers, whose sums are exact in any order
    keys: list[Any] = [
        0, -1, (slice(None), 2), (slice(1, 4), 0), ..., (..., None), values.real > 0, [3, 3, 0], ([1, 1], [2, 2]),
        (slice(None), [4, 4]), (1, 2, 3), (slice(None, None, -2), slice(5), [0, 6]), np.array(2), [0, 1] * 100]
    weights = [rng.integers(-3, 4, values[key].shape).astype(dtype) for key in keys]
    expected = np.full_like(values, 3)
    for key, weight in zip(keys, weights, strict=True):
        np.add.at(expected, key, weight)
    x = Tensor(values, requires_grad=True)
    parts = [np.sum(x[key] * weight) for key, weight in zip(keys, weights, strict=True)]
    once, twice = [x.T * np.full((7, 6, 5), n, dtype) if turned else x * n for n in (1, 2)]
    np.real(sum(parts) + np.sum(once) + np.sum(twice)).backward()  # meets the last first, whose layout the total has
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), expected)


def test_repetitions_in_a_later_part_do_not_stop_growing_in_half_precision() -> None:
    x = Tensor(np.zeros(2, np.float16), requires_grad=True)
    (np.sum(x[[0] * 3000]) + np.sum(x * 1) + np.sum(x * 2)).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [3004, 3]  # one after the other, 2048 + 1 would be 2048


def test_a_loop_over_rows_makes_no_matrix_for_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    x, made, zeros = Tensor(np.ones((50, 3)), requires_grad=True), [], np.zeros
    loss = np.sum(x[0, 0] * x[[1, 1], [2, 2]])
    for i in range(50):
        loss = loss + np.sum(x[i] * i)

    def counted(shape: Any, *more: Any, **options: Any) -> Any:
        made.append(shape)
        return zeros(shape, *more, **options)

    monkeypatch.setattr(np, "zeros", counted)
    loss.backward()
    assert made.count((50, 3)) == 2
    assert x.grad is not None
    expected = np.repeat(np.arange(50.0)[:, None], 3, axis=1)
    expected[0, 0] += 2
    expected[1, 2] += 2
    np.testing.assert_array_equal(x.grad.numpy(), expected)

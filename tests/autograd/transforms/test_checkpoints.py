"""`checkpoint`: recomputed, not stored; the same gradients to any order, in less memory."""

from __future__ import annotations

import tracemalloc
import weakref
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import (
    Tensor,
    checkpoint,
    grad,
    hessian,
    jacfwd,
    jvp,
    value_and_grad,
    vmap,
)

Pair = namedtuple("Pair", "left right")


def test_checkpoint_gives_the_same_bits_with_less_memory() -> None:
    w = Tensor(np.linspace(0.5, 1.5, 50_000), requires_grad=True)

    def segment(x: Any) -> Any:
        for _ in range(10):
            x = np.sin(x * w)
        return x

    def run(wrapped: Callable[[Any], Any]) -> tuple[Any, Any, int]:
        x = Tensor(np.linspace(-1, 1, 50_000), requires_grad=True)
        w.zero_grad()
        tracemalloc.start()
        y = x
        for _ in range(10):
            y = wrapped(y)
        y.sum().backward()
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert x.grad is not None
        assert w.grad is not None
        return x.grad.numpy(), w.grad.numpy(), high

    stored, recomputed = run(segment), run(checkpoint(segment))
    np.testing.assert_array_equal(stored[0], recomputed[0])
    np.testing.assert_allclose(stored[1], recomputed[1], rtol=1e-14)
    assert recomputed[2] < 0.35 * stored[2]


def test_checkpoint_nests_with_every_transform() -> None:
    f = checkpoint(lambda x, y: (np.sin(x) * y, np.sum(x * y)))

    def scalar(x: Any) -> Any:
        a, b = f(x, x * 2)
        return np.sum(a) * b

    def plain(x: Any) -> Any:
        return np.sum(np.sin(x) * (x * 2)) * np.sum(x * (x * 2))

    x = np.array([0.3, 0.8])
    np.testing.assert_allclose(grad(scalar)(x), grad(plain)(x), rtol=1e-14)
    np.testing.assert_allclose(hessian(scalar)(x), hessian(plain)(x), rtol=1e-12)
    np.testing.assert_allclose(jacfwd(scalar)(x), grad(plain)(x), rtol=1e-12)


def test_checkpoint_differentiates_what_it_closes_over_to_any_order() -> None:
    """A tracked tensor that was made outside once lost its part of the second derivative, silently."""

    def around(wrap: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def f(x: Any) -> Any:
            w, (low, high) = np.sin(x), np.split(np.exp(x), 2)
            inner = wrap(lambda a: a * w * np.concatenate([high, low]) + grad(lambda b: np.sum(b**3 * w))(a))
            return np.sum(inner(x * 2) ** 2)

        return f

    x, v = np.array([0.3, 0.8, -0.5, 1.2]), np.array([1.0, -0.5, 0.25, 2.0])
    saved, stored = around(checkpoint), around(lambda f: f)
    for derivative in (grad, hessian, jacfwd, lambda f: grad(lambda x: np.sum(grad(f)(x) * v)), lambda f: lambda x: jvp(
            grad(f), (x,), (v,))[1]):
        np.testing.assert_allclose(derivative(saved)(x), derivative(stored)(x), rtol=1e-12)
    # What is closed over varies in a transform that does not reach the argument.
    mixed = jvp(lambda x: grad(lambda w: np.sum(checkpoint(lambda a: a**2 * x)(w)))(v), (x,), (np.ones(4),))[1]
    np.testing.assert_allclose(mixed, 2 * v)


def test_the_function_runs_once_where_nothing_is_recorded_and_twice_for_a_gradient() -> None:
    runs = []

    @checkpoint
    def square(x: Any) -> Any:
        runs.append(1)
        return x * x

    for use, count in (
        (lambda: square(2.0), 1), (lambda: square(Tensor(2.0, requires_grad=True)), 1), (lambda: grad(square)(2.0), 2),
        (lambda: jvp(square, (2.0,), (1.0,)), 1), (lambda: vmap(square)(np.ones(3)), 1),
    ):
        runs.clear()
        use()
        assert len(runs) == count


def test_nothing_of_the_first_run_is_kept() -> None:
    """Nor of an operation with several results, which are nodes beside its own."""
    values: list[Any] = []

    def f(x: Any, w: Any) -> Any:
        y = np.exp(x) * w
        low, high = np.split(np.sin(y), 2)
        cosine = np.cos(np.linalg.svd(np.multiply.outer(low, high))[1])
        values[:] = [weakref.ref(t._value) for t in (y, cosine)]
        return low * high * cosine[0] * np.sum(y)

    x, w = Tensor(np.linspace(0.1, 0.8, 4), requires_grad=True), Tensor(np.ones(4), requires_grad=True)
    for call in (lambda: checkpoint(f)(x, w), lambda: checkpoint(lambda x: f(x, w))(x)):
        out = call()
        assert [value() for value in values] == [None, None]
        assert out.requires_grad


def test_a_leaf_that_lives_in_a_checkpoint_only_is_a_constant() -> None:
    f = checkpoint(lambda x: x * Tensor(2.0, requires_grad=True))
    assert value_and_grad(f)(3.0) == (6, 2)
    x = Tensor(3.0, requires_grad=True)
    f(f(x)).backward()
    assert x.grad is not None
    assert x.grad.item() == 4


def test_the_second_run_draws_the_same_numbers_and_leaves_the_generator_alone() -> None:
    def noisy(x: Any) -> Any:
        return x * autograd.random.generator().normal(size=3)

    found = []
    for f in (noisy, checkpoint(noisy), checkpoint(checkpoint(noisy))):
        autograd.manual_seed(4)
        value, gradient = value_and_grad(lambda x, f=f: np.sum(f(f(x)) ** 2))(np.ones(3))
        found.append(np.concatenate([[value], gradient, autograd.random.generator().normal(size=2)]))
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], rtol=1e-14)


def test_checkpoint_notices_that_its_second_run_differs() -> None:
    x, w, constant = Tensor(np.ones(3), requires_grad=True), Tensor(np.ones(3), requires_grad=True), np.ones(3)
    own = np.random.default_rng(0)
    noisy = checkpoint(lambda x: x * own.normal(size=3))(x)
    with pytest.raises(RuntimeError, match="ran it again.*random numbers from a generator other than the library's"):
        noisy.sum().backward()
    changed = checkpoint(lambda x: x * constant)(x)
    constant[0] = 2
    with pytest.raises(RuntimeError, match="was changed since"):
        changed.sum().backward()
    stepped = checkpoint(lambda x: x * w)(x)
    with autograd.no_grad():
        w += 0.0
    with pytest.raises(RuntimeError, match="was changed since"):
        stepped.sum().backward()


@pytest.mark.parametrize("f", [
    autograd.softmax, lambda x: x - np.mean(x), lambda x: x**2,
], ids=["softmax", "centred", "permuted"])
def test_results_that_add_up_to_the_same_are_told_apart(f: Any) -> None:
    x, constant = Tensor(np.ones(3), requires_grad=True), np.array([1.0, 2.0, 4.0])
    out = checkpoint(lambda x: f(x * constant))(x)
    constant[:] = constant[[2, 0, 1]]
    with pytest.raises(RuntimeError, match="was changed since"):
        np.sum(out * np.arange(3.0)).backward()


@pytest.mark.parametrize("scale", [1e-150, 1e-6, 1.0, 1e9, 1e150])
def test_runs_may_differ_by_rounding_of_what_they_give_and_by_no_more(scale: float) -> None:
    x = Tensor(np.full(1000, scale), requires_grad=True)
    for share, differs in ((1e-15, False), (1e-7, True)):
        shares = iter((1.0, 1.0 + share))
        out = checkpoint(lambda x, shares=shares: x * next(shares))(x)
        if differs:
            with pytest.raises(RuntimeError, match="ran it again"):
                out.sum().backward()
        else:
            out.sum().backward()


def test_checkpoint_gives_back_what_the_function_gives() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    constant = np.ones(2)
    product, number, array, largest = checkpoint(lambda x, k: (x * k, 3.0, constant, np.argmax(x)))(x, 2.0)
    assert (number, array is constant, largest.item()) == (3.0, True, 1)
    np.sum(product).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 2]
    assert not checkpoint(np.sin)(Tensor(1.0)).requires_grad
    assert not checkpoint(lambda x: Tensor(1.0))(x).requires_grad


def test_a_checkpoint_may_give_a_constant_that_is_used() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    doubled, one = checkpoint(lambda x: (x * 2, Tensor(1.0)))(x)
    np.sum(doubled * one).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 2]


@pytest.mark.parametrize("write", [
    lambda x: x.__setitem__(0, x[1] * 2), lambda x: x.__imul__(2), lambda x: x[:1].__iadd__(1), lambda x: x.sort(),
], ids=range(4))
def test_a_function_that_writes_to_its_argument_is_refused(write: Any) -> None:
    """The gradient was that of the written values."""

    def f(x: Any) -> Any:
        write(x)
        return np.sum(x**2)

    with pytest.raises(RuntimeError, match=r"f writes to its argument.*x = x\.copy\(\)"):
        grad(checkpoint(f))(np.array([3.0, 1.0]))
    copying = checkpoint(lambda x: f(x.copy()))
    np.testing.assert_array_equal(grad(copying)(np.array([3.0, 1.0])), grad(f)(np.array([3.0, 1.0])))


CONSTANTS: dict[str, tuple[Any, Any]] = {
    "tensor": (np.arange(1.0, 4.0), lambda c: c.relu().mean()), "scalar": (2.0, lambda c: c.relu()),
    "values": (np.arange(1.0, 4.0), lambda c: c.numpy()[1]),
    "written": (np.arange(1.0, 4.0), lambda c: c.__iadd__(1.0)[1] - 1),
}


@pytest.mark.parametrize("name", CONSTANTS)
def test_the_second_run_is_given_constants_as_they_were(name: str) -> None:
    """A tensor without a graph was an ndarray there, which has no `relu`."""
    value, of = CONSTANTS[name]
    x, constant = Tensor(np.ones(2), requires_grad=True), autograd.tensor(value)
    out = np.sum(checkpoint(lambda x, c: x**3 * of(c))(x, constant))
    constant *= 50.0
    for order in (1, 2):  # the same graph again
        out.backward(retain_graph=True)
        np.testing.assert_allclose(x.grad.numpy(), np.full(2, order * 6.0))
    np.testing.assert_array_equal(constant.numpy(), 50 * (value + (name == "written")))


def test_an_array_that_is_an_argument_may_change_before_the_backward_pass() -> None:
    x, weights = Tensor(np.ones(2), requires_grad=True), np.array([1.0, 2.0])
    out = np.sum(checkpoint(lambda x, scale: x**2 * scale["weights"])(x, {"weights": weights}))
    weights[:] = 100
    out.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 4]


def test_functions_of_a_loop_each_have_their_own_turn() -> None:
    """All of them saw the variables of the last, and differed from their first run."""
    x = y = Tensor(1.0, requires_grad=True)
    for factor in (2.0, 3.0, 5.0):
        y = checkpoint(lambda y: y * factor)(y)  # noqa: B023  # that is what is tested
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == 30


def test_arguments_by_name_are_differentiated_too() -> None:
    f = checkpoint(lambda x, *, scale, how: np.sin(x) * scale["of x"] if how == "times" else x)
    x = np.array([0.5, -2.0])
    slopes = grad(lambda x: np.sum(f(x, scale={"of x": x}, how="times")))(x)
    np.testing.assert_allclose(slopes, np.cos(x) * x + np.sin(x))
    np.testing.assert_allclose(vmap(lambda x: f(x, scale={"of x": x}, how="times"))(x), np.sin(x) * x)


def test_an_argument_that_the_function_does_not_use_may_come_of_several() -> None:
    """No cotangent arrives at `stack`, whose pullback is one for all of its operands."""
    gradient = grad(lambda x: np.sum(checkpoint(lambda a, b: 3 * a)(x, np.stack([x, 2 * x]))))(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(gradient, [3, 3])

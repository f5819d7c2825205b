"""What a transform or a pass gives out belongs to the user: a write to it changes nothing else, nor a later pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, jvp, linearize, no_grad, tensor, vjp, vmap

X, V = np.array([0.5, 1.0, -2.0]), np.array([1.0, 2.0, 3.0])


def pulled_after_a_write(f: Callable[[Any], Any], x: Any) -> Any:
    """A residual, made in place of the output and then pulled back."""
    y, pullback = vjp(f, x)
    y *= 2
    y -= 1.0
    return pullback(V)[0]


def pushed_after_a_write(f: Callable[[Any], Any], x: Any) -> Any:
    y, push = linearize(f, x)
    y *= 2
    return push(V)


def pulled_twice(f: Callable[[Any], Any], x: Any) -> Any:
    pullback = vjp(f, x)[1]
    first = pullback(V)[0]
    first *= 2
    return pullback(V)[0]


GIVEN: dict[str, Callable[[Any], Any]] = {
    "array": lambda x: x, "constant": tensor, "leaf": lambda x: tensor(x, requires_grad=True),
    "result": lambda x: tensor(x, requires_grad=True) * 1,
}
WRITES = {"pullback": pulled_after_a_write, "linear function": pushed_after_a_write, "pullback twice": pulled_twice}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp, "identity": lambda x: x, "shift": lambda x: x + 1.0, "square": lambda x: x * x,
    "view": lambda x: x[...],
}


def numbers(x: Any) -> Any:
    return x.detach().numpy() if isinstance(x, Tensor) else x


@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_to_the_value_leaves_the_derivative(write: Any, f: Any) -> None:
    expected = V * jvp(f, (X,), (np.ones(3),))[1]
    for given in GIVEN.values():
        x = given(X)
        np.testing.assert_array_equal(numbers(write(f, x)), expected)
        np.testing.assert_array_equal(numbers(x), X)
    np.testing.assert_array_equal(vmap(lambda x: write(f, x))(np.stack([X, X])), [expected] * 2)
    np.testing.assert_array_equal(jvp(lambda x: write(f, x), (X,), (V,))[0], expected)
    second = grad(lambda x: np.sum(write(f, x)))(X)
    np.testing.assert_allclose(second, grad(lambda x: np.sum(vjp(f, x)[1](V)[0]))(X), rtol=1e-15)


@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_write_to_the_argument_leaves_the_derivative(f: Any) -> None:
    for given in GIVEN.values():
        for linear in (lambda x: vjp(f, x)[1], lambda x: linearize(f, x)[1]):
            x = given(X.copy())
            product = linear(x)
            with no_grad():
                x = x if not isinstance(x, Tensor) or x.is_leaf else x.detach()
                x[...] = 100.0
            found = product(V)
            found = found[0] if isinstance(found, tuple) else found
            np.testing.assert_array_equal(numbers(found), V * jvp(f, (X,), (np.ones(3),))[1])


@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_write_to_what_jvp_and_vmap_give_leaves_what_they_were_given(f: Any) -> None:
    x, v = tensor(X), tensor(V)
    value, slope = jvp(f, (x,), (v,))
    value += 1.0
    slope += 1.0
    many = vmap(f)(x)
    many += 1.0
    assert x.tolist() == X.tolist()
    assert v.tolist() == V.tolist()
    np.testing.assert_array_equal(numbers(value), f(X) + 1)


def test_gradients_that_are_recorded_are_no_memory_of_each_other() -> None:
    a, b = tensor([1.0, 2.0], requires_grad=True), tensor([3.0, 4.0], requires_grad=True)
    seed = tensor([1.0, 1.0])
    (a + b).backward(seed, create_graph=True)
    a.grad *= 2.0
    assert [a.grad.tolist(), b.grad.tolist(), seed.tolist()] == [[2, 2], [1, 1], [1, 1]]
    first, second = grad(lambda x, y: np.sum((x + y) * a), (0, 1))(tensor([1.0, 2.0]), tensor([1.0, 2.0]))
    first[0] = 100.0
    assert [first.tolist(), second.tolist(), a.tolist()] == [[100, 2], [1, 2], [1, 2]]

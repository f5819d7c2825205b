"""`fused`: a kernel of one's own, with its gradient on raw arrays, and a reference that defines it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, fused, grad, hessian, jacobian, jacrev, jvp, no_grad, vmap
from autograd.testing import check_gradients

X = np.array([0.3, -1.2, 2.0])
calls: list[str] = []


def forward(x: Any, y: Any, *, scale: float) -> tuple[Any, tuple[Any, ...]]:
    calls.append("forward")
    return scale * np.sin(x) * y, (np.cos(x),)


def pullback(g: Any, operands: Any, residuals: Any, needs: tuple[bool, ...], *, scale: float) -> list[Any]:
    calls.append("pullback")
    x, y = operands
    return [scale * g * residuals[0] * y if needs[0] else None, scale * g * np.sin(x) if needs[1] else None]


wave = fused("test wave", forward, pullback, lambda x, y, *, scale: scale * np.sin(x) * y)


def both(x: Any) -> tuple[Any, Any]:
    return np.sin(x), np.cos(x)


circle = fused("test circle", lambda x: (both(x), ()),
               lambda g, operands, residuals, needs: [sum(  # an output that nobody used has no cotangent
                   part * slope for part, slope in zip(g, (np.cos(operands[0]), -np.sin(operands[0])), strict=True)
                   if part is not None)], both)


def f(x: Any, y: Any) -> Any:
    return wave(x, y, scale=2.0)


def test_the_kernel_serves_first_gradients_and_the_reference_all_else() -> None:
    calls.clear()
    assert np.allclose(grad(lambda x: np.sum(f(x, X)))(X), 2 * np.cos(X) * X)
    assert calls == ["forward", "pullback"]
    check_gradients(f, X, X + 1)
    np.testing.assert_allclose(hessian(lambda x: np.sum(f(x, X)))(X), np.diag(-2 * np.sin(X) * X))
    np.testing.assert_allclose(jvp(f, (X, X), (np.ones(3), np.zeros(3)))[1], 2 * np.cos(X) * X)
    np.testing.assert_allclose(vmap(f)(X, X), 2 * np.sin(X) * X)


def test_a_leaf_that_is_not_read_is_not_copied() -> None:
    seen: list[Any] = []
    doubled = fused("test doubled", lambda x: (seen.append(x) or 2 * x, ()),
                    lambda g, operands, residuals, needs: [2 * g], lambda x: 2 * x, unread=(0,))
    memory = X.copy()
    x = Tensor(memory, requires_grad=True)  # whose memory is the user's too
    out = doubled(x)
    memory[:] = 99
    assert seen[0] is memory
    np.sum(out).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 2, 2]


def test_constants_are_kept_as_they_were_and_what_is_not_read_not_at_all() -> None:
    """Written to between the passes: an operand that the pullback reads was copied, one that it does not is gone."""
    half = fused("test half-blind", lambda x, y, z: (x * y + z, ()),
                 lambda g, operands, residuals, needs: [g * operands[1], g * operands[0], g if operands[2] is None else
                                                        None], lambda x, y, z: x * y + z, unread=(2,))
    x, constant, other = Tensor(X, requires_grad=True), np.array([1.0, 2.0, 3.0]), Tensor(X, requires_grad=True)
    out = half(x, Tensor(constant), other)
    constant[:] = 99
    np.sum(out).backward()
    assert x.grad is not None
    assert other.grad is not None
    assert x.grad.tolist() == [1, 2, 3]
    assert other.grad.tolist() == [1, 1, 1]
    for last in (lambda x: np.ones(3), lambda x: x**2, lambda x: 2.0):  # which was missed where it was a constant
        np.testing.assert_allclose(hessian(lambda x, z=last: np.sum(half(x, x, z(x)) ** 2))(X), hessian(
            lambda x, z=last: np.sum((x * x + z(x)) ** 2))(X))


def test_an_array_shared_with_a_leaf_is_kept_as_it_was() -> None:
    array = X.copy()
    x = Tensor(array, requires_grad=True)
    out = f(X, x) * f(x, X + 1)
    array[:] = 99
    np.sum(out).backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), 4 * np.sin(X) * (X + 1) * (np.sin(X) + X * np.cos(X)))


def test_where_the_residuals_say_all_the_operands_are_not_kept() -> None:
    """Of the cube of a difference that alone: with 0 in the place of the other operand it is its own equivalent."""
    cube = fused("test cube of a difference", lambda x, y: ((x - y) ** 3, (np.float64(0), x - y)),
                 lambda g, operands, residuals, needs: [sign * 3 * g * residuals[1] ** 2 for sign in (1, -1)],
                 lambda x, y: (x - y) ** 3, unread=(0, 1), equivalent=lambda zero, e: (e, zero))
    x = Tensor(X, requires_grad=True)
    assert cube(x, x * 2)._node.saved[:2] == (None, None)
    v = np.array([1.0, -2.0, 0.5])
    found = hessian(lambda x: np.sum(cube(x, v * x[::-1])))(X)
    step = np.eye(3) - v[:, None] * np.eye(3)[::-1]  # of the difference, which is linear
    np.testing.assert_allclose(found, step.T @ np.diag(6 * (step @ X)) @ step, rtol=1e-12)


def test_only_what_is_needed_is_asked_for() -> None:
    x = Tensor(X, requires_grad=True)
    np.sum(f(x, X)).backward()
    assert x.grad is not None
    calls.clear()
    assert not f(Tensor(X), X).requires_grad
    assert calls == ["forward"]


def test_a_pullback_is_told_which_cotangents_the_pass_is_after() -> None:
    asked: list[list[bool]] = []

    def product(g: Any, operands: Any, residuals: Any, needs: Any) -> list[Any]:
        asked.append(list(needs))
        return [g * operands[1], g * operands[0]]

    times = fused("test asked product", lambda x, y: (x * y, ()), product, lambda x, y: x * y)
    w = Tensor(X + 1, requires_grad=True)
    assert np.allclose(grad(lambda x: np.sum(times(x, w.detach())))(X), X + 1)
    with no_grad():  # w is tracked, but the gradient is of x alone
        grad(lambda x: np.sum(times(x, w)))(X)
    np.sum(times(Tensor(X, requires_grad=True), w)).backward()
    assert asked == [[True, False], [True, False], [True, True]]


def test_cotangents_in_differentiable_calls_stand_in_for_the_reference() -> None:
    def recorded(g: Any, operands: Any, needs: Any) -> list[Any]:
        assert list(needs) == [True, False]
        return [2 * g * operands[0] * operands[1], None]

    def reference(x: Any, y: Any) -> Any:
        raise AssertionError("the reference was differentiated")

    f = fused("test recorded", lambda x, y: (x * x * y, ()), lambda g, operands, residuals, needs: recorded(
        g, operands, needs), reference, recorded=recorded)
    np.testing.assert_allclose(hessian(lambda x: np.sum(f(x, X)))(X), np.diag(2 * X))


def test_several_outputs_in_every_order() -> None:
    check_gradients(circle, X)
    np.testing.assert_allclose(grad(lambda x: np.sum(circle(x)[1]))(X), -np.sin(X))
    np.testing.assert_allclose(hessian(lambda x: np.sum(circle(x)[1] * circle(x)[0]))(X), np.diag(-2 * np.sin(2 * X)))
    np.testing.assert_allclose(jacobian(lambda x: circle(x)[0])(X), np.diag(np.cos(X)))


def test_the_rows_of_a_jacobian_are_pulled_back_by_the_kernel_one_after_the_other() -> None:
    """It takes raw arrays, not a batch of them; where the graph holds other operations, too."""
    x = np.linspace(0.1, 0.6, 6)
    for wrap in (lambda y: y, lambda y: np.exp(y) * 1.0):
        calls.clear()
        found = jacrev(lambda x, wrap=wrap: wrap(f(x, np.ones(6))))(x)
        slope = 2 * np.cos(x) * (1.0 if wrap(1.0) == 1 else np.exp(2 * np.sin(x)))
        np.testing.assert_allclose(found, np.diag(slope))
        assert calls == ["forward", *["pullback"] * 6]


def test_a_second_backward_pass_goes_through_the_reference() -> None:
    x = Tensor(X, requires_grad=True)
    np.sum(circle(x)[0] * f(x, x)).backward(create_graph=True)
    slope = x.grad
    assert slope is not None
    x.grad = None
    np.sum(slope).backward()
    expected = hessian(lambda x: np.sum(np.sin(x) * 2 * np.sin(x) * x))(X)
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), np.sum(expected, axis=0))


def test_an_operand_in_which_a_kernel_is_constant() -> None:
    """Its cotangent is None, and adds nothing to what comes by other ways."""
    first = fused("test first", lambda x, y: (x * 1.0, ()), lambda g, operands, residuals, needs: [g, None],
                  lambda x, y: x * 1.0)
    np.testing.assert_array_equal(grad(lambda x: np.sum(first(x, x) * X))(X), X)
    np.testing.assert_array_equal(grad(lambda x: np.sum(first(X, x * 2.0) * X + x))(X), np.ones(3))
    np.testing.assert_array_equal(grad(lambda x: np.sum(first(X, x)))(X), np.zeros(3))


def test_a_gradient_of_the_wrong_shape_is_told_of_the_kernel() -> None:
    for shape in [(2,), (1, 5), ()]:
        wrong = fused(f"test wrong {shape}", lambda x: (x * 1.0, ()),
                      lambda g, operands, residuals, needs, shape=shape: [np.ones(shape)], lambda x: x * 1.0)
        with pytest.raises(ValueError, match=r"rule of test wrong .* returned a gradient of shape .* shape \(3,\)"):
            grad(lambda x, wrong=wrong: np.sum(wrong(x)))(X)

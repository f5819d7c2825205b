"""Rules that round to float32 are reported; functions that do it themselves are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd.errors import GradientMismatch
from autograd.testing import check_gradients

X = np.array([0.3, -1.2, 2.0])


def narrow(x: Any) -> Any:
    return x.astype(np.float32)


def square(vjp: Callable[..., Any], jvp: Callable[..., Any] | None = None) -> Any:
    @autograd.custom
    def op(x: Any) -> Any:
        return x * x

    op.defvjp(vjp)
    if jvp is not None:
        op.defjvp(jvp)
    return op


def slope(g: Any, out: Any, x: Any) -> Any:
    return g * 2 * x


@pytest.mark.parametrize("x", [X, np.array([1.0, 2.0, 4.0]), 0.7])
@pytest.mark.parametrize(("op", "mode"), [
    (square(lambda g, out, x: narrow(g * 2 * x)), "reverse mode: the gradient of argument 0"),
    (square(lambda g, out, x: 2 * narrow(g) * narrow(x)), "reverse mode: the gradient of argument 0"),
    (square(slope, lambda t, out, x: narrow(t * 2 * x)), "forward mode: the tangent of output"),
])
def test_a_rule_that_rounds_is_reported(op: Any, mode: str, x: Any) -> None:
    """The engine casts it back, and its error of 1e-7 is within the tolerance."""
    with pytest.raises(GradientMismatch, match=mode + ".* is float64, but holds no more digits than float32"):
        check_gradients(op, x)


def test_a_complex_rule_that_rounds_is_reported() -> None:
    op = square(lambda g, out, x: (g * 2 * x).astype(np.complex64))
    with pytest.raises(GradientMismatch, match="is complex128, but holds no more digits than complex64"):
        check_gradients(op, X + 1j)


def test_the_argument_whose_rule_rounds_is_named() -> None:
    @autograd.custom
    def product(x: Any, y: Any) -> Any:
        return x * y

    product.defvjp(lambda g, out, x, y: g * y, lambda g, out, x, y: narrow(g * x))
    with pytest.raises(GradientMismatch, match="gradient of argument 1 is float64"):
        check_gradients(product, X, X + 1)


@pytest.mark.parametrize(("op", "told"), [
    (square(lambda g, out, x: narrow(g * 2 * x)), "the gradient of argument 0"),
    (square(slope, lambda t, out, x: narrow(t * 2 * x)), r"the tangent of output\[1\]"),
])
def test_a_rule_that_rounds_is_reported_beside_an_output_without_a_slope(op: Any, told: str) -> None:
    """Which no last digit of the argument changes."""
    with pytest.raises(GradientMismatch, match=told + ".* holds no more digits than float32"):
        check_gradients(lambda x: (np.floor(x) + 0.1, op(x)), X)


@pytest.mark.parametrize("f", [
    lambda x: narrow(x).astype(float) * 3.3,  # rounds its argument
    lambda x: np.exp(narrow(np.sin(x)).astype(float)),  # and what it makes of it
    lambda x: np.mean((narrow(x) * 1.5 - X) ** 2),
    lambda x: nn.functional.linear(narrow(x), np.ones((2, 3), np.float32)) - np.array([0.1, 0.2]),
    lambda x: np.floor(x) + 0.1,
    lambda x: x * 2.0,
    lambda x: x[0],
])
def test_functions_that_round_themselves_and_those_of_few_digits_are_not(f: Callable[..., Any]) -> None:
    check_gradients(f, X, order=1)

"""What a graph keeps, and for how long: values that rules read, nodes, and the memory of a million operations."""

from __future__ import annotations

import tracemalloc
import weakref
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, tensor

CONSTANT = np.ones((2, 2))


@pytest.mark.parametrize("use", [
    lambda t: t @ CONSTANT, lambda t: CONSTANT @ t, lambda t: np.multiply(t, CONSTANT), lambda t: CONSTANT * t,
    lambda t: t * 2.0, lambda t: 2.0 * t, lambda t: t / 2.0, lambda t: 2.0 - t,
    np.sum, lambda t: np.concatenate([t, t]), lambda t: np.where(CONSTANT > 0, t, 0.0),
    lambda t: np.linalg.solve(np.eye(2), t), np.sqrt, np.exp, np.linalg.inv,  # slopes said by their values
])
def test_an_operand_that_no_rule_reads_is_not_kept(use: Any) -> None:
    """Of a product with a constant the derivative needs the constant alone; nor is a sum's operand needed."""
    passed = np.sin(tensor([[1.0, 2.0], [3.0, 1.0]], requires_grad=True)) + 0.5
    kept = weakref.ref(passed._value)
    result = use(passed)
    del passed
    assert kept() is None
    assert result.requires_grad


@pytest.mark.parametrize("use", [
    np.sin, np.square, np.add, np.multiply, np.matmul, np.arctan2, lambda x, y: x**2.0, lambda x, y: 2.0 * x,
    lambda x, y: np.maximum(x, 1.0), lambda x, y: np.linalg.det(x), lambda x, y: np.sort(x, axis=0),
    lambda x, y: np.einsum("ij,jk->ik", x[0], y[0]), lambda x, y: np.cumsum(x, axis=0), lambda x, y: x[0] * 1.0,
    lambda x, y: np.var(x, axis=0),
])
def test_a_value_that_no_rule_reads_is_not_kept(use: Any) -> None:
    """The derivatives of these are said by their operands."""
    x, y = (tensor(np.eye(2) + np.full((2, 2, 2), factor), requires_grad=True) for factor in (2.0, 3.0))
    result = use(*(x, y)[: getattr(use, "nin", 2)])
    kept = weakref.ref(result._value)
    total = np.sum(result)
    del result
    assert kept() is None
    assert total.requires_grad


def test_a_million_operations_go_forward_backward_and_away() -> None:
    x = Tensor(0.5, requires_grad=True)
    y = x
    for _ in range(1_000_000):
        y = y + 1e-6
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == 1
    del y


def test_the_backward_pass_frees_as_it_goes() -> None:
    x = Tensor(np.ones(100_000), requires_grad=True)
    tracemalloc.start()
    y = x
    for _ in range(20):
        y = np.tanh(y)
    forward = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    y.sum().backward()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert forward > 19 * 800_000
    assert peak < 1.5 * forward


@pytest.mark.parametrize("step", [np.sin, lambda y: y * y])
def test_what_a_rule_reads_is_kept_by_reference(step: Any) -> None:
    x = Tensor(np.ones(100_000), requires_grad=True)
    step(x).sum()
    tracemalloc.start()
    y = x * 0.5
    results = [y := step(y) for _ in range(10)]
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert all(result.requires_grad for result in results)
    assert kept < 1.5 * 10 * 800_000


def test_what_a_rule_does_not_read_is_not_kept() -> None:
    x = Tensor(np.ones(100_000), requires_grad=True)
    tracemalloc.start()
    y = x
    for _ in range(20):
        y = y + 1.0
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 2 * 800_000

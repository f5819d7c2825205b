"""What a graph keeps, and for how long: values that rules read, nodes, and the memory of a million operations."""

from __future__ import annotations

import tracemalloc
import weakref
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from tests.autograd.test_reverse import leaf


def test_what_no_rule_reads_is_not_kept() -> None:
    """Of a product with a constant the derivative needs the constant alone; nor is a sum's operand needed."""
    x, constant = leaf(1, 2), np.ones((2, 2))
    for use in (lambda t: t @ constant, lambda t: np.multiply(t, constant), np.sum, lambda t: np.concatenate([t, t])):
        passed = np.exp2(x - 1) + 0.0
        kept = weakref.ref(passed._value)
        result = use(passed)
        del passed
        assert kept() is None, use
        assert result.requires_grad


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

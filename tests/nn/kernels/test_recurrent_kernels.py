"""RNN, LSTM and GRU over a sequence: against loops over single numbers, PyTorch, and their references."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor
from autograd.runtime.blas import one_thread
from nn.kernels import recurrence
from nn.kernels.gru import gru
from nn.kernels.lstm import lstm
from nn.kernels.rnn import rnn
from tests.examples import examples
from tests.nn.kernels.kernel_checks import assert_close, check, check_golden, golden, random

GATES = {rnn: 1, gru: 3, lstm: 4}


def operands(kernel: Any, steps: int, batch: int, features: int, units: int, *, bias: bool = True, state: bool = True,
             dtype: Any = np.float64) -> list[Any]:
    generator = np.random.default_rng(steps + 10 * batch)
    rows = GATES[kernel] * units
    states = [random(generator, batch, units, dtype=dtype) if state else None for _ in range(1 + (kernel is lstm))]
    biases = [random(generator, rows, dtype=dtype) if bias else None for _ in range(2)]
    weights = [random(generator, rows, width, dtype=dtype) / dtype(width**0.5) for width in (features, units)]
    return [random(generator, steps, batch, features, dtype=dtype), *states, *weights, *biases]


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def by_numbers(kernel: Any, x: Any, *rest: Any, nonlinearity: str = "tanh") -> list[Any]:
    """Each hidden unit of each example at each step, one number after the other."""
    *states, w_i, w_h, b_i, b_h = rest
    steps, batch, features = x.shape
    units = w_h.shape[1]
    h = np.array(states[0])
    c = np.array(states[-1])
    outputs = np.empty((steps, batch, units))
    for t in range(steps):
        for n in range(batch):
            of_input = [sum(w_i[r, k] * x[t, n, k] for k in range(features)) + b_i[r] for r in range(len(w_i))]
            of_state = [sum(w_h[r, k] * h[n, k] for k in range(units)) + b_h[r] for r in range(len(w_h))]
            new = np.empty(units)
            for j in range(units):
                a = [of_input[r] + of_state[r] for r in range(j, len(w_i), units)]
                if kernel is rnn:
                    new[j] = math.tanh(a[0]) if nonlinearity == "tanh" else max(a[0], 0)
                elif kernel is lstm:
                    c[n, j] = sigmoid(a[1]) * c[n, j] + sigmoid(a[0]) * math.tanh(a[2])
                    new[j] = sigmoid(a[3]) * math.tanh(c[n, j])
                else:
                    candidate = math.tanh(of_input[2 * units + j] + sigmoid(a[0]) * of_state[2 * units + j])
                    z = sigmoid(a[1])
                    new[j] = (1 - z) * candidate + z * h[n, j]
            h[n] = outputs[t, n] = new
    return [outputs, h, c] if kernel is lstm else [outputs, h]


KERNELS = [(rnn, {}), (rnn, {"nonlinearity": "relu"}), (lstm, {}), (gru, {})]
kernels = pytest.mark.parametrize(("kernel", "options"), KERNELS, ids=["rnn", "relu", "lstm", "gru"])


@kernels
def test_each_number_is_that_of_loops(kernel: Any, options: dict[str, Any]) -> None:
    given = operands(kernel, 3, 2, 4, 3)
    for got, expected in zip(kernel(*given, **options), by_numbers(kernel, *given, **options), strict=True):
        assert_close(got.data, expected, 1e-12)


@kernels
@examples(8)
@given(steps=st.integers(1, 4), batch=st.integers(0, 3), features=st.integers(1, 3), units=st.integers(1, 3),
       bias=st.booleans(), state=st.booleans(), single=st.booleans())
def test_values_and_derivatives_are_those_of_the_reference(kernel: Any, options: dict[str, Any], steps: int, batch: int,
                                                           features: int, units: int, bias: bool, state: bool,
                                                           single: bool) -> None:
    given = operands(kernel, steps, batch, features, units, bias=bias, state=state,
                     dtype=np.float32 if single else np.float64)
    active = [i for i, x in enumerate(given) if x is not None]
    check(kernel, given, active, second="nonlinearity" not in options and steps < 4, **options)


@kernels
@pytest.mark.parametrize("large", [1, 2**20])
def test_each_number_of_some_size(kernel: Any, options: dict[str, Any], large: int, monkeypatch: Any) -> None:
    """Whoever computes the products, and in whichever threads."""
    monkeypatch.setattr(recurrence, "LARGE", large)
    given = operands(kernel, 3, 2, 4, 32)
    for got, expected in zip(kernel(*given, **options), by_numbers(kernel, *given, **options), strict=True):
        assert_close(got.data, expected, 1e-12)
    check(kernel, given, range(len(given)), second=False, **options)


def test_large_steps_are_left_to_the_threads_of_blas() -> None:
    weight = np.ones((512, 128))
    assert recurrence.threads_for(weight, 31) is one_thread
    assert recurrence.threads_for(weight, 32) is not one_thread


@pytest.mark.parametrize(("rows", "units", "steps", "copied"),
                         [(512, 128, 15, False), (256, 127, 16, False), (258, 128, 16, True), (128, 300, 16, True)])
def test_a_large_weight_is_transposed_in_memory_for_many_steps(rows: int, units: int, steps: int,
                                                               copied: bool) -> None:
    weight = np.arange(rows * units, dtype=np.float32).reshape(rows, units)
    transpose = recurrence.across(weight, steps)
    assert np.array_equal(transpose, weight.T)
    assert transpose.flags.c_contiguous is copied


@kernels
def test_a_reversed_sequence_and_blocks_of_steps(kernel: Any, options: dict[str, Any],
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurrence, "block_length", lambda length, elements, size=0: 2 if size else 1)
    given = operands(kernel, 5, 2, 3, 4)
    given[0] = given[0][::-1]
    check(kernel, given, [0, len(given) - 1], second=False, **options)


@pytest.mark.parametrize(("options", "arrays"), [pytest.param(*case, id=f"{case[0]['kind']}-{i}")
                                                 for i, case in enumerate(golden("recurrent"))])
def test_values_and_gradients_are_pytorchs(options: dict[str, Any], arrays: Any) -> None:
    kind = options["kind"]
    kernel = {"RNN": rnn, "RELU": rnn, "LSTM": lstm, "GRU": gru}[kind]
    states = ("h0", "c0") if kernel is lstm else ("h0",)
    check_golden(kernel, ("x", *states, "weight_ih", "weight_hh", "bias_ih", "bias_hh"), arrays, ("outputs", "h", "c"),
                 **({"nonlinearity": "relu"} if kind == "RELU" else {}))


def test_gates_far_from_zero_saturate_silently() -> None:
    given = operands(lstm, 2, 2, 3, 2, dtype=np.float32)
    given[0] = given[0] * np.float32(1e4)
    outputs, _, cells = lstm(*given)
    assert np.isfinite(outputs.data).all()
    assert np.abs(cells.data).max() < 10


@pytest.mark.parametrize("kernel", [rnn, gru, lstm])
def test_each_bias_has_a_gradient_of_its_own(kernel: Any) -> None:
    """Both are added to the same sums, but what scales one gradient in place must leave the other."""
    leaves = [Tensor(x, requires_grad=True) for x in operands(kernel, 3, 2, 4, 5)]
    kernel(*leaves)[0].sum().backward()
    assert not np.shares_memory(leaves[-1].grad.data, leaves[-2].grad.data)

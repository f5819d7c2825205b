"""Connectionist temporal classification: against all paths written out, PyTorch, and the reference."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import grad, log_softmax
from nn.functional import ctc_loss
from nn.kernels.ctc import ctc
from tests.examples import examples
from tests.nn.kernels.kernel_checks import check, check_golden, golden


def literally(x: Any, labels: list[int], blank: int) -> float:
    """Over every path there is."""
    total = 0.0
    for path in itertools.product(range(x.shape[1]), repeat=len(x)):
        merged = [c for c, _ in itertools.groupby(path)]
        if [c for c in merged if c != blank] == labels:
            total += math.exp(sum(x[t, c] for t, c in enumerate(path)))
    return -math.log(total) if total else math.inf


@st.composite
def sequences(draw: Any) -> tuple[Any, Any, Any, Any, int]:
    steps = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    blank = draw(st.integers(0, 2))
    labels = [draw(st.lists(st.sampled_from([c for c in range(3) if c != blank]), max_size=3)) for _ in steps]
    x = np.random.default_rng(draw(st.integers(0, 99))).normal(size=(max(steps), len(steps), 3))
    padded = np.full((len(steps), max(map(len, labels))), blank)
    for row, own in zip(padded, labels, strict=True):
        row[: len(own)] = own
    return log_softmax(x).data, padded, np.array(steps), np.array(list(map(len, labels))), blank


@given(sequences())
def test_it_is_the_sum_over_all_paths(given: tuple[Any, Any, Any, Any, int]) -> None:
    x, labels, steps, sizes, blank = given
    expected = [literally(x[:t, n], labels[n, :s].tolist(), blank)
                for n, (t, s) in enumerate(zip(steps, sizes, strict=True))]
    np.testing.assert_allclose(ctc(x, labels, steps, sizes, blank=blank).data, expected, rtol=1e-12)


@examples(20)
@given(sequences())
def test_it_is_its_reference_in_every_mode(given: tuple[Any, Any, Any, Any, int]) -> None:
    x, labels, steps, sizes, blank = given
    possible = np.isfinite(ctc(x, labels, steps, sizes, blank=blank).data)
    if possible.any():
        operands = (x[:, possible], labels[possible], steps[possible], sizes[possible])
        check(ctc, operands, [0], blank=blank)
        check(ctc, (operands[0].astype(np.float32), *operands[1:]), [0], blank=blank)


@pytest.mark.parametrize(("options", "arrays"), [*golden("ctc")])
def test_pytorchs_numbers(options: dict[str, Any], arrays: Any) -> None:
    def of_logits(x: Any, *others: Any) -> Any:
        return ctc_loss(log_softmax(x, -1), *others, **options)

    check_golden(of_logits, ("x", "targets", "input_lengths", "target_lengths"), arrays, ("out",))


def test_labels_without_a_path_cost_infinity_and_have_no_slope() -> None:
    x = log_softmax(np.zeros((2, 2, 3))).data
    labels, steps, sizes = np.array([[1, 1], [1, 2]]), np.array([2, 2]), np.array([2, 2])
    np.testing.assert_allclose(ctc(x, labels, steps, sizes, blank=0).data, [np.inf, 2 * np.log(3)])
    slope = grad(lambda x: ctc(x, labels, steps, sizes, blank=0).sum())(x)
    np.testing.assert_array_equal(slope[:, 0], np.zeros((2, 3)))  # a repetition needs a blank between
    np.testing.assert_allclose(slope[:, 1], [[0, -1, 0], [0, 0, -1]], atol=1e-15)


def test_long_sequences_do_not_underflow() -> None:
    x = np.full((2000, 1, 3), -np.log(3))
    out = ctc(x, np.array([[1, 2] * 40]), np.array([2000]), np.array([80]), blank=0).item()
    assert 1000 < out < 2000 * np.log(3)
    chances = -grad(lambda x: ctc(x, np.array([[1, 2] * 40]), np.array([2000]), np.array([80]), blank=0).sum())(x)
    np.testing.assert_allclose(chances.sum(axis=-1), 1, rtol=1e-9)  # at each step there is one class


def test_a_class_that_cannot_be_is_no_way() -> None:
    with np.errstate(divide="ignore"):
        x = np.log(np.array([[[0.5, 0.5, 0.0]], [[0.0, 1.0, 0.0]], [[0.2, 0.3, 0.5]]]))
    labels, steps, sizes = np.array([[1, 2]]), np.array([3]), np.array([2])
    np.testing.assert_allclose(ctc(x, labels, steps, sizes, blank=0).item(), -np.log(0.5))
    slope = grad(lambda x: ctc(x, labels, steps, sizes, blank=0).sum())(x)
    np.testing.assert_allclose(slope[:, 0], -np.array([[0.5, 0.5, 0], [0, 1, 0], [0, 0, 1]]), atol=1e-15)

"""`CTCLoss`: what it takes, what it refuses, and that it learns an alignment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
import optim
from autograd import Tensor, log_softmax, manual_seed, softmax
from nn import functional

RNG = np.random.default_rng(0)
X = log_softmax(RNG.normal(size=(6, 3, 4))).data
LABELS, STEPS, SIZES = np.array([[1, 2, 2], [3, 0, 0], [2, 1, 0]]), [6, 5, 6], [3, 1, 2]


def test_labels_may_be_padded_with_anything_or_follow_each_other() -> None:
    each = functional.ctc_loss(X, LABELS, STEPS, SIZES, reduction="none").data
    padded = np.where(np.arange(3) < np.array(SIZES)[:, None], LABELS, -1)
    following = np.concatenate([row[:n] for row, n in zip(LABELS, SIZES, strict=True)])
    for labels in (padded, following, np.pad(LABELS, ((0, 0), (0, 2))), LABELS.astype(np.uint8)):
        np.testing.assert_array_equal(functional.ctc_loss(X, labels, STEPS, SIZES, reduction="none").data, each)
    for n in range(3):  # one by one
        one = functional.ctc_loss(X[:, n], LABELS[n], STEPS[n], SIZES[n], reduction="none")
        np.testing.assert_allclose(one.data, each[n], rtol=1e-12)
    np.testing.assert_allclose(nn.CTCLoss()(X, LABELS, STEPS, SIZES).item(), np.mean(each / SIZES))
    np.testing.assert_allclose(nn.CTCLoss(reduction="sum")(X, LABELS, STEPS, SIZES).item(), each.sum())


def test_lengths_may_be_counted_in_few_bits() -> None:
    """Twice a length, and one label less than none, are no numbers of eight bits."""
    x, labels = log_softmax(RNG.normal(size=(250, 2, 3))).data, RNG.integers(1, 3, (2, 130))
    for sizes in ([130, 0], [0, 130]):
        expected = functional.ctc_loss(x, labels, [250, 240], sizes, reduction="none").data
        few = [np.array(n, np.uint8) for n in ([250, 240], sizes)]
        np.testing.assert_array_equal(functional.ctc_loss(x, labels, *few, reduction="none").data, expected)
    assert np.isfinite(expected).all()


def test_what_too_few_steps_are_there_for_counts_nothing_if_that_is_wanted() -> None:
    few = [2, 5, 6]
    assert functional.ctc_loss(X, LABELS, few, SIZES).item() == np.inf
    x = Tensor(X, requires_grad=True)
    functional.ctc_loss(x, LABELS, few, SIZES, zero_infinity=True).backward()
    assert x.grad is not None
    assert not x.grad.data[:, 0].any()
    assert x.grad.data[:, 1:].any()


@pytest.mark.filterwarnings("ignore:invalid value encountered in reduce:RuntimeWarning")
def test_a_nan_is_not_taken_for_too_few_steps() -> None:
    x = X.copy()
    x[0, 0] = np.nan
    losses = functional.ctc_loss(x, LABELS, [len(X)] * 3, SIZES, reduction="none", zero_infinity=True)
    np.testing.assert_array_equal(np.isnan(losses.data), [True, False, False])


def test_a_network_learns_where_the_labels_are() -> None:
    """Rows of digits with gaps; no place is told."""
    signal = np.zeros((12, 1, 3), np.float32)
    for t, c in ((2, 0), (3, 0), (6, 1), (10, 0)):
        signal[t, 0, c] = 1
    labels = np.array([[1, 2, 1]])
    manual_seed(0)  # of 400 seeds one leads to a minimum that is not the least
    model = nn.Linear(3, 3)
    optimizer = optim.Adam(model.parameters(), 0.1)
    for _ in range(150):
        optimizer.zero_grad()
        loss = nn.CTCLoss()(log_softmax(model(signal), -1), labels, [12], [3])
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05
    path = model(signal).data[:, 0].argmax(axis=-1)
    assert [c for t, c in enumerate(path) if c and (t == 0 or c != path[t - 1])] == [1, 2, 1]


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: functional.ctc_loss(X[0, 0], [1], 1, 1), ValueError, r"\(T, C\), the blank 0 among .*, got \(4,\)"),
    (lambda: nn.CTCLoss(0.5), TypeError, "CTCLoss: blank must be an integer, got 0.5"),
    (lambda: nn.functional.ctc_loss(X, LABELS, STEPS, SIZES, 0.5), ValueError, r"expected .* the blank 0.5 among"),
    (lambda: nn.CTCLoss(4)(X, LABELS, STEPS, SIZES), ValueError, r"CTCLoss\(blank=4\) expected .* the blank 4"),
    (lambda: functional.ctc_loss(X, LABELS * 1.0, STEPS, SIZES), TypeError, r"integer labels, got float64 \(3, 3\);"),
    (lambda: functional.ctc_loss(X, LABELS, [7, 5, 6], SIZES), ValueError,
     r"expected input_lengths, 3 integers from 1 to 6, got \[7, 5, 6\]"),
    (lambda: functional.ctc_loss(X, LABELS, STEPS, [4, 1, 2]), ValueError, "target_lengths, 3 integers from 0 to 3"),
    (lambda: functional.ctc_loss(X, LABELS, STEPS, [3, 1]), ValueError, r"target_lengths, 3 integers .* got \[3, 1\]"),
    (lambda: functional.ctc_loss(X, LABELS[:2], STEPS, SIZES), ValueError,
     r"labels \(3, S\), or \(6,\) one after the other, got \(2, 3\)"),
    (lambda: functional.ctc_loss(X, LABELS[:, ::-1], STEPS, SIZES), ValueError,
     r"labels from 0 to 3, except the blank 0; got 0 at index \(1, 0\)"),
    (lambda: functional.ctc_loss(X, LABELS + 2, STEPS, SIZES), ValueError, r"got 4 at index \(0, 1\)"),
    (lambda: nn.CTCLoss(reduction="max"), ValueError, "reduction must be one of 'mean', 'sum', 'none', got 'max'"),
])
def test_what_does_not_fit_is_said(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_probabilities_are_not_their_logarithms() -> None:
    x = Tensor(RNG.normal(size=(6, 3, 4)), requires_grad=True)
    with pytest.warns(UserWarning, match="got probabilities, made by softmax; .* write log_softmax"):
        nn.CTCLoss()(softmax(x, -1), LABELS, STEPS, SIZES)
    with pytest.warns(UserWarning, match="got logits, made by linear; .* write log_softmax"):
        nn.CTCLoss()(nn.Linear(4, 4, dtype=float)(x), LABELS, STEPS, SIZES)

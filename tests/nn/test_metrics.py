"""Metrics against scikit-learn, and their refusals."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd import Tensor
from nn import metrics
from tests.examples import examples

AVERAGES = ("macro", "micro", "weighted")
fewer = examples(30)  # scikit-learn takes milliseconds a call
OURS = {"precision": metrics.precision, "recall": metrics.recall, "f1": metrics.f1}
THEIRS = {
    "precision": reference.precision_score,
    "recall": reference.recall_score,
    "f1": reference.f1_score,
}


@st.composite
def multiclass(draw):
    samples, classes = draw(st.integers(1, 20)), draw(st.integers(2, 5))
    scores = draw(hnp.arrays(np.float32, (samples, classes), elements=st.floats(-3, 3, width=16)))
    return scores, draw(hnp.arrays(np.int64, samples, elements=st.integers(0, classes - 1)))


@fewer
@given(multiclass())
def test_classes_as_scikit_learn(case):
    scores, true = case
    decided, labels = scores.argmax(axis=1), range(scores.shape[1])
    assert metrics.accuracy(Tensor(scores), Tensor(true)) == pytest.approx(reference.accuracy_score(true, decided))
    np.testing.assert_array_equal(
        metrics.confusion_matrix(scores, true), reference.confusion_matrix(true, decided, labels=labels)
    )
    for name, ours in OURS.items():
        assert ours(scores, true) == ours(scores, true, average="macro")
        for average in AVERAGES:
            theirs = THEIRS[name](true, decided, labels=labels, average=average, zero_division=0)
            assert ours(scores, true, average=average) == pytest.approx(theirs)


@given(multiclass(), st.integers(1, 5))
def test_top_k_is_membership_in_a_stable_sort(case, k):
    scores, true = case
    k = min(k, scores.shape[1])
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    assert metrics.top_k(scores, true, k=k) == pytest.approx(np.mean(np.any(best == true[:, np.newaxis], axis=1)))
    assert metrics.top_k(scores, true, k=1) == pytest.approx(metrics.accuracy(scores, true))


binary = st.integers(1, 20).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.float64, n, elements=st.floats(0, 1)), hnp.arrays(np.int64, n, elements=st.integers(0, 1))
    )
)


@fewer
@given(binary, st.booleans(), st.booleans())
def test_yes_or_no_as_scikit_learn(case, column, column_of_targets):
    scores, true = case
    decided = (scores >= 0.5).astype(int)
    arguments = scores[:, None] if column else scores, true[:, None] if column and column_of_targets else true * 1.0
    assert metrics.accuracy(*arguments) == pytest.approx(reference.accuracy_score(true, decided))
    np.testing.assert_array_equal(
        metrics.confusion_matrix(*arguments), reference.confusion_matrix(true, decided, labels=[0, 1])
    )
    for name, ours in OURS.items():
        assert ours(*arguments) == pytest.approx(THEIRS[name](true, decided, zero_division=0))
        assert ours(scores - 0.5, true, threshold=0.0) == pytest.approx(
            THEIRS[name](true, (scores - 0.5 >= 0).astype(int), zero_division=0)
        )


@fewer
@given(
    st.tuples(st.integers(1, 10), st.integers(2, 4)).flatmap(
        lambda shape: st.tuples(
            hnp.arrays(np.float64, shape, elements=st.floats(0, 1)),
            hnp.arrays(np.int64, shape, elements=st.integers(0, 1)),
        )
    )
)
def test_several_labels_as_scikit_learn(case):
    scores, true = case
    decided = (scores >= 0.5).astype(int)
    assert metrics.accuracy(scores, true) == pytest.approx(np.mean(decided == true))
    for name, ours in OURS.items():
        for average in AVERAGES:
            theirs = THEIRS[name](true, decided, average=average, zero_division=0)
            assert ours(scores, true, average=average) == pytest.approx(theirs)


@given(
    hnp.array_shapes(min_dims=1, max_dims=2, min_side=2, max_side=8).flatmap(
        lambda shape: st.tuples(*[hnp.arrays(np.float64, shape, elements=st.integers(-9, 9)) for _ in range(2)])
    )
)
def test_regression_as_scikit_learn(case):
    outputs, true = case
    assert metrics.mae(outputs, true) == pytest.approx(reference.mean_absolute_error(true, outputs))
    assert metrics.r2(Tensor(outputs), true) == pytest.approx(reference.r2_score(true, outputs))


def test_classes_of_pixels_stand_on_the_second_axis():
    scores = np.zeros((2, 3, 4, 4))
    scores[:, 1] = 1
    true = np.ones((2, 4, 4), dtype=np.uint8)
    true[0, 0, 0] = 2
    assert metrics.accuracy(scores, true) == 31 / 32
    assert metrics.top_k(scores, true, k=2) == 31 / 32
    assert metrics.confusion_matrix(scores, true)[2, 1] == 1


def test_nan_scores_are_never_a_hit():
    assert metrics.top_k(np.full((2, 3), np.nan), np.array([0, 1]), k=3) == 0


TWO, THREE = np.ones((3, 2)), np.ones((3, 3))
FIRST = np.zeros(3, int)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: metrics.accuracy(TWO, np.array([0, 1, 2])), ValueError, r"targets\[2\] is 2, outside the 2 classes"),
        (lambda: metrics.accuracy(TWO, np.array([0.0, 1, 1])), TypeError, "integers, got targets of dtype float64"),
        (lambda: metrics.accuracy(TWO, np.array([0, 1])), ValueError, r"outputs \(3, 2\) and targets \(2,\)"),
        (lambda: metrics.accuracy(FIRST, TWO), ValueError, r"got outputs \(3,\) and targets \(3, 2\)"),
        (lambda: metrics.accuracy(np.ones((0, 2)), FIRST[:0]), ValueError, "at least one sample"),
        (lambda: metrics.accuracy(np.array([3.0, -1.0]), np.array([1, 0])), ValueError, "for logits write threshold="),
        (lambda: metrics.accuracy(TWO, np.full((3, 2), 0.5)), ValueError, r"targets.argmax\(axis=1\)"),
        (lambda: metrics.top_k(TWO, FIRST, k=3), ValueError, "an integer k from 1 to 2, .* got k=3"),
        (lambda: metrics.top_k(TWO, FIRST, k=1.5), ValueError, "an integer k from 1 to 2, .* got k=1.5"),
        (lambda: metrics.precision(THREE, FIRST, average="binary"), ValueError, "two classes"),
        (lambda: metrics.f1(THREE, FIRST, average="mean"), ValueError, "got 'mean'"),
        (lambda: metrics.confusion_matrix(THREE, THREE), ValueError, "several labels"),
        (lambda: metrics.mae(np.ones((3, 1)), np.ones(3)), ValueError, r"got \(3, 1\) and \(3,\)"),
        (lambda: metrics.r2(np.ones(0), np.ones(0)), ValueError, "at least one sample"),
    ],
)
def test_bad_input_is_described(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_classes_in_place_of_scores_are_told_from_logits():
    with pytest.raises(ValueError, match=r"scores \(N, C\) of the classes, got the class 3: leave out the argmax"):
        metrics.confusion_matrix(np.array([0, 3, 1]), np.array([0, 2, 1]))

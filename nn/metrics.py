"""Metrics: how good a model's outputs are, as plain numbers, which `nn.fit(metrics=...)` computes over an epoch.

Every function takes `(outputs, targets)`, Tensors or arrays, and returns a float (`confusion_matrix` an array).
What the outputs decide depends on the shapes alone:

- **Classes**: outputs (N, C, ...) are scores, targets (N, ...) class indices. The decision is the highest score.
- **Yes or no**: outputs (N,) or (N, 1), targets (N,) or (N, 1) of 0 and 1. The decision is `outputs >= threshold`.
- **Several labels**: outputs and targets (N, L), each label a yes or no of its own.

The default threshold of 0.5 is for probabilities; for logits write `threshold=0.0`. Outputs outside [0, 1] without a
threshold raise, since comparing logits with 0.5 would be wrong without a sign of it.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autograd.arrays import Array, is_integer, one_of
from autograd.boundary import as_plain_array
from nn.kernels.indices import first_index

__all__ = ["accuracy", "confusion_matrix", "f1", "mae", "precision", "r2", "recall", "top_k"]

Average = Literal["binary", "macro", "micro", "weighted"]


def accuracy(outputs: Any, targets: Any, *, threshold: float | None = None) -> float:
    """The share of correct decisions: mean(decision == target), over labels too if there are several.

    Outputs (N, C, ...) with class indices (N, ...): the highest score decides. Outputs of the targets' shape: yes from
    `threshold` on, 0.5 unless given; for logits write 0.0. Raises ValueError for no samples, for shapes that do not
    fit, and for outputs outside [0, 1] without a threshold.
    """
    decided, true, _ = _decisions(outputs, targets, threshold)
    return float(np.mean(decided == true))


def top_k(outputs: Any, targets: Any, k: int = 5) -> float:
    """The share of samples whose true class is among the k highest scores; of equal scores the first counts as higher.

    Outputs (N, C, ...), targets (N, ...) class indices. Raises ValueError unless 1 <= k <= C.
    """
    scores = as_plain_array(outputs)
    true = _class_indices(scores, as_plain_array(targets))
    scores, true = np.moveaxis(scores, 1, -1), true[..., np.newaxis]
    if not (is_integer(k) and 1 <= k <= scores.shape[-1]):
        raise ValueError(f"top_k expected an integer k from 1 to {scores.shape[-1]}, the number of classes; got k={k}")
    own = np.take_along_axis(scores, true, axis=-1)
    before = np.arange(scores.shape[-1]) < true
    rank = np.sum((scores > own) | ((scores == own) & before), axis=-1)
    return float(np.mean((rank < k) & ~np.isnan(own[..., 0])))


def precision(outputs: Any, targets: Any, *, average: Average | None = None, threshold: float | None = None) -> float:
    """The share of samples assigned to class c that belong to it: tp / (tp + fp), 0 if none is assigned.

    `average`: "binary" counts class 1 only (the default for a yes or no), "macro" is the mean over classes or labels
    (the default otherwise), "weighted" that mean weighted by how often each is true, "micro" pools all counts. Shapes,
    `threshold` and errors as in `accuracy`.
    """
    hits, decided, true, average = _counts(outputs, targets, average, threshold)
    return _averaged(hits, decided, average, true)


def recall(outputs: Any, targets: Any, *, average: Average | None = None, threshold: float | None = None) -> float:
    """The share of samples of class c that are assigned to it: tp / (tp + fn), 0 if there are none.

    `average` as in `precision`, shapes, `threshold` and errors as in `accuracy`.
    """
    hits, _, true, average = _counts(outputs, targets, average, threshold)
    return _averaged(hits, true, average, true)


def f1(outputs: Any, targets: Any, *, average: Average | None = None, threshold: float | None = None) -> float:
    """The harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn), 0 where both are.

    `average` as in `precision`, shapes, `threshold` and errors as in `accuracy`.
    """
    hits, decided, true, average = _counts(outputs, targets, average, threshold)
    return _averaged(2 * hits, decided + true, average, true)


def confusion_matrix(outputs: Any, targets: Any, *, threshold: float | None = None) -> NDArray[np.int64]:
    """How often class i (row) was classified as class j (column): (C, C) int64.

    Outputs (N, C, ...) and class indices (N, ...), or yes and no, which is C = 2. For several labels, ValueError.
    """
    decided, true, classes = _decisions(outputs, targets, threshold)
    if classes is None:
        raise ValueError(f"confusion_matrix expected one class per sample, got several labels: {true.shape}")
    pairs = true.ravel() * classes + decided.ravel()
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def mae(outputs: Any, targets: Any) -> float:
    """The mean absolute error, mean |output - target|, in double precision.

    Outputs and targets have one shape. Raises ValueError for others, or none at all.
    """
    predicted, true = _same_shape(outputs, targets, "mae")
    return float(np.mean(np.abs(predicted - true)))


def r2(outputs: Any, targets: Any) -> float:
    """The share of the targets' variance that is explained: 1 - sum (y - output)^2 / sum (y - mean y)^2.

    Outputs and targets of one shape, (N,) or (N, D): the mean over the D columns. A column whose targets are all equal
    gives 1 if the outputs equal them, else 0.
    """
    predicted, true = _same_shape(outputs, targets, "r2")
    residual = np.sum((true - predicted) ** 2, axis=0)
    total = np.sum((true - np.mean(true, axis=0)) ** 2, axis=0)
    constant = total == 0
    explained = 1 - residual / np.where(constant, 1, total)
    return float(np.mean(np.where(constant, residual == 0, explained)))


def _same_shape(outputs: Any, targets: Any, name: str) -> tuple[Array, Array]:
    predicted, true = as_plain_array(outputs), as_plain_array(targets)
    if predicted.shape != true.shape:
        raise ValueError(f"{name} expected outputs and targets of one shape, got {predicted.shape} and {true.shape}")
    if predicted.size == 0:
        raise ValueError(f"{name} expected at least one sample, got shape {predicted.shape}")
    return predicted.astype(np.float64), true.astype(np.float64)


def _decisions(outputs: Any, targets: Any, threshold: float | None) -> tuple[Array, Array, int | None]:
    """What was decided and what is true, as integers of one shape, and the number of classes (None: several labels)."""
    scores, true = as_plain_array(outputs), as_plain_array(targets)
    if scores.size == 0:
        raise ValueError(f"a metric needs at least one sample, got outputs of shape {scores.shape}")
    if scores.ndim == 2 and scores.shape[1] == 1 and true.shape in (scores.shape, scores.shape[:1]):
        scores, true = scores[:, 0], true.reshape(-1)
    if scores.shape == true.shape:
        return _reach_threshold(scores, threshold), _yes_or_no(true), 2 if scores.ndim == 1 else None
    indices = _class_indices(scores, true)
    return np.argmax(scores, axis=1), indices, scores.shape[1]


def _reach_threshold(scores: Array, threshold: float | None) -> Array:
    if threshold is None:
        if np.any((scores < 0) | (scores > 1)):
            outside = scores[(scores < 0) | (scores > 1)].flat[0]
            if scores.dtype.kind in "iu":
                raise ValueError(f"outputs must be what the model gives, scores (N, C) of the classes, got the class "
                                 f"{outside}: leave out the argmax")
            raise ValueError(
                f"outputs must be probabilities in [0, 1], got {outside:.4g}; for logits write threshold=0.0 "
                "(in fit: metrics={'accuracy': partial(nn.metrics.accuracy, threshold=0.0)})"
            )
        threshold = 0.5
    return (scores >= threshold).astype(np.int64)


def _yes_or_no(true: Array) -> Array:
    wrong = (true != 0) & (true != 1)
    if np.any(wrong):
        raise ValueError(f"targets of the outputs' shape {true.shape} are labels of 0 and 1, got "
                         f"{true[wrong].flat[0]}; for one class per sample give its index, targets.argmax(axis=1), of "
                         "shape (N,)")
    return true.astype(np.int64)


def _class_indices(scores: Array, true: Array) -> NDArray[np.int64]:
    if scores.ndim < 2 or true.shape != scores.shape[:1] + scores.shape[2:]:
        raise ValueError(f"outputs (N, C, ...) need class indices (N, ...) or labels of the outputs' shape, "
                         f"got outputs {scores.shape} and targets {true.shape}")
    if true.dtype.kind not in "biu":
        raise TypeError(f"class indices are integers, got targets of dtype {true.dtype}; write targets.astype(int)")
    wrong = (true < 0) | (true >= scores.shape[1])
    if np.any(wrong):
        at = first_index(wrong)
        raise ValueError(f"targets[{at}] is {true[at]}, outside the {scores.shape[1]} classes of the outputs")
    return true.astype(np.int64)


def _counts(outputs: Any, targets: Any, average: Average | None,
            threshold: float | None) -> tuple[Array, Array, Array, Average]:
    """For each class or label: hits, how often it was decided, how often it is true; and the average."""
    decided, true, classes = _decisions(outputs, targets, threshold)
    one_score = np.shape(outputs)[1:] in ((), (1,))
    if average is None:
        average = "binary" if one_score else "macro"
    one_of("average", average, ("binary", "macro", "micro", "weighted"))
    if average == "binary" and classes != 2:
        raise ValueError("average='binary' is for two classes; choose 'macro', 'micro' or 'weighted'")
    if classes is None:  # several labels: each is a column, and only its ones count
        hits, said, real = (np.sum(a, axis=0).ravel() for a in (decided & true, decided, true))
        return hits, said, real, average
    said, real = (np.bincount(a.ravel(), minlength=classes) for a in (decided, true))
    hits = np.bincount(true[decided == true].ravel(), minlength=classes)
    if average == "binary":
        hits, said, real = hits[1:], said[1:], real[1:]
    return hits, said, real, average


def _averaged(part: Array, whole: Array, average: Average, weights: Array) -> float:
    if average == "micro":
        part, whole = part.sum(keepdims=True), whole.sum(keepdims=True)
    ratio = part / np.maximum(whole, 1)
    if average == "weighted" and weights.sum() > 0:
        return float(np.average(ratio, weights=weights))
    return float(np.mean(ratio))

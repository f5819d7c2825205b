"""Targets, class weights and the mean of a categorical loss, for predictions (N, C, d1, ...).

A target is either class indices y, integers (N, d1, ...), which stand for one-hot vectors a; or class probabilities a,
floating (N, C, d1, ...). Label smoothing s turns a into (1 - s) a + s / C. Labels equal to `ignore_index` are ignored.
`weight` w is (C,) or None: the cost of class c is multiplied by w_c a_c. `reduction` "mean" divides the sum of all
losses by the sum of the weights w_y of the labels that are not ignored (the mean is 0 if all are), or for probabilities
by N d1 ... .

Without smoothing, the costs of the labels are gathered, and no distribution a is built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs
from nn.kernels.indices import first_outside
from nn.kernels.layout import along_channels

Composition = tuple[Any, tuple[Array, ...] | None, Any]
"""The factor of each cost, or None for 1; the index of the labels' costs, or None for all costs; and the divisor."""


def composition(x: Array, target: Array, weight: Array | None, reduction: str, ignore_index: int,
                label_smoothing: float) -> Composition:
    """How the loss is composed of the costs of all classes, or of the costs of the labels alone."""
    if target.dtype.kind == "f" or label_smoothing:
        counts = distribution(x, target, ignore_index, label_smoothing)
        if weight is not None:
            counts = counts * along_channels(weight, x.ndim)
        return counts, None, divisor(x, target, weight, ignore_index) if reduction == "mean" else 1
    labels, counted = _labels(target, x.shape[1], ignore_index)
    counts = None if weight is None else weight[labels]
    if counted is not None:
        counts = counted.astype(x.dtype) if counts is None else counts * counted
    total = 1 if reduction != "mean" else labels.size if counts is None else counts.sum() or np.inf
    batch, *places = cast(tuple[Array, ...], np.indices(labels.shape, sparse=True))
    return counts, (batch, labels, *places), total


def loss(costs: Array, composed: Composition, reduction: str) -> Any:
    """The loss from the costs of all classes, or of the labels alone; overwrites `costs`. 0 times infinity is 0."""
    counts, at, total = composed
    if counts is not None:
        costs[(counts == 0) & (np.isinf(costs) if at is None else True)] = 0
        costs *= counts
    losses = costs if at is not None else costs.sum(axis=1)
    return losses if reduction == "none" else losses.sum() / total


def each_cotangent(g: Any, x: Array, total: Any, reduction: str) -> Array:
    """The cotangent of each weighted cost: (N, 1, d1, ...), or one number for all."""
    each = np.asarray(g / total, x.dtype)
    return each[:, np.newaxis] if reduction == "none" else each


def other_cotangents(each: Array, costs: Callable[[Any], Array], operands: Sequence[Any], needs: Needs,
                     total: Any, *, reduction: str = "mean", ignore_index: int = -100,
                     label_smoothing: float = 0.0) -> tuple[Array | None, Array | None]:
    """The cotangents of target and weight:  da = g w cost,  dw = sum g a cost.

    `costs(a)` gives the costs, with 0 in place of an infinite one where a is 0.
    """
    x, target, weight = operands
    dtarget = dweight = None
    if needs[1]:
        spread = 1 if weight is None else along_channels(weight, x.ndim)
        dtarget = each * spread * (1 - label_smoothing) * costs(target)
    if needs[2]:
        rest = (0, *range(2, x.ndim))
        a = distribution(x, target, ignore_index, label_smoothing)
        dweight = (each * a * costs(a)).sum(axis=rest)
        if reduction == "mean" and target.dtype.kind != "f":  # the divisor, too, depends on the weights
            counts = distribution(x, target, ignore_index, 0.0).sum(axis=rest)
            dweight -= (dweight @ weight) / total * counts
    return dtarget, dweight


def distribution(x: Any, target: Any, ignore_index: int, smoothing: float) -> Any:
    """The class probabilities a, with zeros for ignored labels."""
    if target.dtype.kind == "f":
        return target if smoothing == 0 else (1 - smoothing) * target + smoothing / x.shape[1]
    labels, counted = _labels(target, x.shape[1], ignore_index)
    own = np.expand_dims(labels, 1) == along_channels(np.arange(x.shape[1]), x.ndim)
    rest = smoothing / x.shape[1]
    a = np.where(own, x.dtype.type(rest + (1 - smoothing)), x.dtype.type(rest))
    return a if counted is None else a * np.expand_dims(counted, 1)


def divisor(x: Any, target: Any, weight: Any, ignore_index: int) -> Any:
    """The divisor of "mean": infinity if no label has a weight."""
    if target.dtype.kind == "f":
        return x.size // x.shape[1]
    labels, counted = _labels(target, x.shape[1], ignore_index)
    if counted is None and weight is None:
        return labels.size
    share = 1 if counted is None else counted.astype(x.dtype)
    total = np.sum(share if weight is None else weight[labels] * share)
    return np.where(total == 0, np.inf, total)


def _labels(target: Array, classes: int, ignore_index: int) -> tuple[Array, Array | None]:
    """Class indices, 0 where ignored; and which count, None for all of them."""
    if not 0 <= ignore_index < classes and first_outside(target, classes) is None:
        return target, None
    counted = target != ignore_index
    labels = np.where(counted, target, 0)
    check_range(labels, classes)
    return labels, counted


def check_range(labels: Any, classes: int) -> None:
    """Raise a ValueError that names the first label outside of the classes, if there is one."""
    at = first_outside(labels, classes)
    if at is not None:
        known = (f"are {classes} classes: 0 to {classes - 1}" if classes > 1
                 else "is one class, which is certain; a single output for yes or no takes BCEWithLogitsLoss")
        raise ValueError(f"got the label {labels[at]} at index {at}, but there {known}")

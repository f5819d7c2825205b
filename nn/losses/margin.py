"""Losses with a margin: what is right by more than the margin costs nothing.

Targets y are 1 and -1. At the margin itself the slope is that of the side with a cost, as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor, softplus
from autograd.arrays import weak
from nn.kernels.half_precision import in_single
from nn.layers.distance import pairwise_distance
from nn.layers.input import Speaker, refusal, refuse_where
from nn.losses.reduction import Loss, check_reduction, paired, reduced

Distance = Callable[[Tensor, Tensor], Any]


class _WithMargin(Loss):
    """A loss whose margin is 0 unless given."""

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin


class MarginRankingLoss(_WithMargin):
    """max(0, -y (x1 - x2) + margin), averaged: x1 should be larger than x2 where y is 1, smaller where it is -1.

    All three have one shape. Raises ValueError for other shapes and targets.
    """

    def forward(self, input1: ArrayLike, input2: ArrayLike, target: ArrayLike) -> Tensor:
        return margin_ranking_loss(input1, input2, target, self.margin, self.reduction, speaker=self)


class HingeEmbeddingLoss(_WithMargin):
    """x where y is 1, max(0, margin - x) where y is -1, averaged: distances x small for what belongs together.

    Both have one shape. Raises ValueError for other shapes and targets.
    """

    def __init__(self, margin: float = 1.0, *, reduction: str = "mean") -> None:
        super().__init__(margin, reduction=reduction)

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return hinge_embedding_loss(input, target, self.margin, self.reduction, speaker=self)


class SoftMarginLoss(Loss):
    """log(1 + exp(-y x)), averaged: the logistic loss, of targets 1 and -1.

    Both have one shape. Raises ValueError for other shapes and targets.
    """

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return soft_margin_loss(input, target, self.reduction, speaker=self)


class CosineEmbeddingLoss(_WithMargin):
    """1 - cos(x1, x2) where y is 1, max(0, cos(x1, x2) - margin) where y is -1, averaged.

    cos(x1, x2) = x1 . x2 / sqrt((||x1||^2 + 1e-12) (||x2||^2 + 1e-12)). Inputs (N, D) or (D,), targets (N,) or ().
    Raises ValueError for other shapes and targets.
    """

    def forward(self, input1: ArrayLike, input2: ArrayLike, target: ArrayLike) -> Tensor:
        return cosine_embedding_loss(input1, input2, target, self.margin, self.reduction, speaker=self)


class TripletMarginLoss(Loss):
    """max(0, d(a, p) - d(a, n) + margin), averaged: an anchor should be closer to the positive than to the negative.

    d is `pairwise_distance` with p and eps, along the last axis; `swap` takes d(p, n) where that is smaller than d(a,
    n). All three have one shape, else ValueError.
    Source: Balntas et al., "Learning local feature descriptors with triplets", 2016.
    """

    def __init__(self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = False, *,
                 reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor: ArrayLike, positive: ArrayLike, negative: ArrayLike) -> Tensor:
        return triplet_margin_loss(anchor, positive, negative, self.margin, self.p, self.eps, self.swap, self.reduction,
                                   speaker=self)


class TripletMarginWithDistanceLoss(Loss):
    """max(0, d(a, p) - d(a, n) + margin), averaged, with any distance d; otherwise as TripletMarginLoss.

    `distance_function(x, y)` gives a distance for each pair: `pairwise_distance` unless given.
    """

    def __init__(self, *, distance_function: Distance | None = None, margin: float = 1.0, swap: bool = False,
                 reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.distance_function, self.margin, self.swap = distance_function, margin, swap

    def forward(self, anchor: ArrayLike, positive: ArrayLike, negative: ArrayLike) -> Tensor:
        return triplet_margin_with_distance_loss(
            anchor, positive, negative, distance_function=self.distance_function, margin=self.margin, swap=self.swap,
            reduction=self.reduction, speaker=self)


def margin_ranking_loss(input1: ArrayLike, input2: ArrayLike, target: ArrayLike, margin: float = 0.0,
                        reduction: str = "mean", *, speaker: Speaker = "margin_ranking_loss") -> Tensor:
    """max(0, -y (x1 - x2) + margin): their mean, sum, or each; otherwise as `nn.MarginRankingLoss`."""
    check_reduction(speaker, reduction)
    x1, x2 = paired(speaker, input1, input2, real=True, names=("input1", "input2"))
    y = _signs(speaker, paired(speaker, x1, target, names=("input1", "target"))[1])
    return reduced(_hinge(weak(margin) - y * (x1 - x2)), reduction)


def hinge_embedding_loss(input: ArrayLike, target: ArrayLike, margin: float = 1.0, reduction: str = "mean", *,
                         speaker: Speaker = "hinge_embedding_loss") -> Tensor:
    """x where y is 1, max(0, margin - x) where y is -1: their mean, sum, or each; as `nn.HingeEmbeddingLoss`."""
    check_reduction(speaker, reduction)
    x, target = paired(speaker, input, target, real=True)
    y = _signs(speaker, target)
    return reduced(np.where(y > 0, x, _hinge(weak(margin) - x)), reduction)


def soft_margin_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean", *,
                     speaker: Speaker = "soft_margin_loss") -> Tensor:
    """log(1 + exp(-y x)): their mean, sum, or each, finite for every finite x; as `nn.SoftMarginLoss`."""
    check_reduction(speaker, reduction)
    x, target = paired(speaker, input, target, real=True)
    return reduced(softplus(-_signs(speaker, target) * x), reduction)


def cosine_embedding_loss(input1: ArrayLike, input2: ArrayLike, target: ArrayLike, margin: float = 0.0,
                          reduction: str = "mean", *, speaker: Speaker = "cosine_embedding_loss") -> Tensor:
    """1 - cos(x1, x2) where y is 1, else max(0, cos(x1, x2) - margin); otherwise as `nn.CosineEmbeddingLoss`."""
    check_reduction(speaker, reduction)
    x1, x2 = paired(speaker, input1, input2, real=True, names=("input1", "input2"))
    if x1.ndim not in (1, 2):
        raise refusal(speaker, "inputs (N, D) or (D,)", x1)
    cosine = _cosine(x1, x2)
    y = _signs(speaker, paired(speaker, cosine, target, names=("cosines", "targets"))[1])
    return reduced(np.where(y > 0, 1 - cosine, _hinge(cosine - weak(margin))), reduction)


def triplet_margin_loss(anchor: ArrayLike, positive: ArrayLike, negative: ArrayLike, margin: float = 1.0,
                        p: float = 2.0, eps: float = 1e-6, swap: bool = False, reduction: str = "mean", *,
                        speaker: Speaker = "triplet_margin_loss") -> Tensor:
    """max(0, d(a, p) - d(a, n) + margin): their mean, sum, or each; otherwise as `nn.TripletMarginLoss`."""
    return triplet_margin_with_distance_loss(
        anchor, positive, negative, distance_function=partial(pairwise_distance, p=p, eps=eps),
        margin=margin, swap=swap, reduction=reduction, speaker=speaker)


def triplet_margin_with_distance_loss(anchor: ArrayLike, positive: ArrayLike, negative: ArrayLike, *,
                                      distance_function: Distance | None = None, margin: float = 1.0,
                                      swap: bool = False, reduction: str = "mean",
                                      speaker: Speaker = "triplet_margin_with_distance_loss") -> Tensor:
    """max(0, d(a, p) - d(a, n) + margin), with any distance d; as `nn.TripletMarginWithDistanceLoss`."""
    check_reduction(speaker, reduction)
    distance = pairwise_distance if distance_function is None else distance_function
    a, near = paired(speaker, anchor, positive, real=True, names=("anchor", "positive"))
    _, far = paired(speaker, a, negative, names=("anchor", "negative"))
    to_near, to_far = distance(a, near), distance(a, far)
    if swap:
        to_far = np.minimum(to_far, distance(near, far))
    return reduced(_hinge(to_near - to_far + weak(margin)), reduction)


@in_single
def _cosine(a: Any, b: Any) -> Any:
    """The cosines of the angles between vectors along the last axis, finite where one of them is 0, as in PyTorch."""
    length, other = (np.sqrt(np.sum(x * x, axis=-1) + 1e-12) for x in (a, b))
    return np.sum(a * b, axis=-1) / (length * other)


def _hinge(x: Any) -> Any:
    return np.where(x < 0, 0, x)  # nan stays


def _signs(speaker: Speaker, y: Tensor) -> Tensor:
    """The targets. Raises ValueError for others than 1 and -1."""
    refuse_where(np.abs(y._value) != 1, speaker, y, "targets 1 and -1", "for 0 and 1 write 2 * target - 1")
    return y

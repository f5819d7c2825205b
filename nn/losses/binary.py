"""Binary cross-entropy: each output is a yes or no of its own, so several labels may hold at once (multi-label).

    loss = -t log p - (1 - t) log(1 - p),    p = sigmoid(z) for a logit z

On logits it is one operation, `softplus(z) - t z`, which neither overflows nor loses small probabilities.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from autograd import Tensor
from nn.kernels.binary_cross_entropy import SMALLEST
from nn.kernels.binary_cross_entropy import binary_cross_entropy as of_probabilities
from nn.kernels.binary_cross_entropy import binary_cross_entropy_with_logits as of_logits
from nn.layers.input import Speaker, broadcasts, mistake
from nn.losses.reduction import Weighted, check_reduction, in_unit_interval, paired, reduced, warn_of_squashed, weights


class BCELoss(Weighted):
    """Binary cross-entropy of probabilities, or of logits with `from_logits=True`; targets between 0 and 1.

    log p is cut off at -100, as in PyTorch: a wrong prediction of exactly 0 or 1 costs 100, not infinity.
    `weight` multiplies the losses and broadcasts against them. Raises ValueError where shapes differ, (N, 1) against
    (N,) included, and for a probability or target outside [0, 1], with its index.
    """

    def __init__(self, weight: ArrayLike | None = None, *, from_logits: bool = False, reduction: str = "mean") -> None:
        super().__init__(weight, reduction=reduction)
        self.from_logits = from_logits

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        function = binary_cross_entropy_with_logits if self.from_logits else binary_cross_entropy
        return function(input, target, self.weight, self.reduction, speaker=self)


class BCEWithLogitsLoss(Weighted):
    """Binary cross-entropy of logits: `softplus(z) - t z`, finite for every finite logit; targets between 0 and 1.

    `weight` multiplies the losses, `pos_weight` the part of the positive targets (an imbalance of labels); both
    broadcast. Raises as BCELoss does.
    """

    pos_weight: Tensor | None

    def __init__(self, weight: ArrayLike | None = None, *, reduction: str = "mean",
                 pos_weight: ArrayLike | None = None) -> None:
        super().__init__(weight, reduction=reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return binary_cross_entropy_with_logits(input, target, self.weight, self.reduction, self.pos_weight,
                                                speaker=self)


class MultiLabelSoftMarginLoss(Weighted):
    """Binary cross-entropy of logits (N, C), the mean over the C labels of each example, averaged over examples.

    `weight` (C,) multiplies the loss of each label. Targets are between 0 and 1. Raises as BCELoss does.
    """

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return multilabel_soft_margin_loss(input, target, self.weight, self.reduction, speaker=self)


def binary_cross_entropy(input: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None, reduction: str = "mean",
                         *, speaker: Speaker = "binary_cross_entropy") -> Tensor:
    """-t log p - (1 - t) log(1 - p) for probabilities `input` and targets in [0, 1]; otherwise as `nn.BCELoss`."""
    check_reduction(speaker, reduction)
    p, t = paired(speaker, input, target, real=True)
    low, high = in_unit_interval(speaker, p, "probabilities",
                                 "for logits pass from_logits=True, or use BCEWithLogitsLoss")
    in_unit_interval(speaker, t, "targets", "a target is a probability: 0 for no, 1 for yes")
    weight = _fitting(speaker, "weight", weight, p)
    return of_probabilities(p, t, weight, reduction=reduction, inside=low > SMALLEST and high < 1)


def binary_cross_entropy_with_logits(input: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None,
                                     reduction: str = "mean", pos_weight: ArrayLike | None = None, *,
                                     speaker: Speaker = "binary_cross_entropy_with_logits") -> Tensor:
    """softplus(z) - t z for logits z and targets t in [0, 1]; otherwise as `nn.BCEWithLogitsLoss`."""
    check_reduction(speaker, reduction)
    z, t = paired(speaker, input, target, real=True)
    warn_of_squashed(speaker, z, "sigmoid", "it takes logits: leave the sigmoid out, or write BCELoss")
    in_unit_interval(speaker, t, "targets", "a target is a probability: 0 for no, 1 for yes")
    weight, pos_weight = (_fitting(speaker, name, w, z) for name, w in (("weight", weight), ("pos_weight", pos_weight)))
    return of_logits(z, t, weight, pos_weight, reduction=reduction)


def multilabel_soft_margin_loss(input: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None,
                                reduction: str = "mean", *, speaker: Speaker = "multilabel_soft_margin_loss") -> Tensor:
    """softplus(z) - t z, the mean over the last axis: their mean, sum, or each; as `nn.MultiLabelSoftMarginLoss`."""
    check_reduction(speaker, reduction)
    losses = binary_cross_entropy_with_logits(input, target, weight, "none", speaker=speaker)
    if losses.ndim == 0:
        raise mistake(speaker, "expected logits (N, C) or (C,), got a number")
    return reduced(losses.mean(axis=-1), reduction)


def _fitting(speaker: Speaker, name: str, weight: Any, losses: Any) -> Tensor | None:
    if weight is None:
        return None
    found = weights(speaker, name, weight, losses.dtype)
    if not broadcasts(found.shape, losses.shape):
        raise mistake(speaker, f"needs a {name} that broadcasts to {losses.shape}, got {found.shape}")
    return found

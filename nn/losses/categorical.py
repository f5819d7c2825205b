"""Categorical cross-entropy: exactly one of C classes holds (multi-class).

    loss = -log a_y,    a = softmax(z) for logits z,    log a_y = z_y - log sum_k exp(z_k)

Axis 1 is the class axis: predictions are (N, C), (N, C, d1, ...) or (C,), class indices lack that axis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arguments import as_tensor
from autograd.arrays import weak
from nn.kernels.cross_entropy import cross_entropy as of_logits
from nn.kernels.half_precision import in_single
from nn.kernels.labels import check_range
from nn.kernels.log_likelihood import negative_log_likelihood as of_log_probabilities
from nn.layers.arguments import probability
from nn.layers.input import Speaker, described, mistake, refusal, refuse_where
from nn.losses.reduction import (
    Loss,
    Weighted,
    check_reduction,
    filled,
    in_unit_interval,
    paired,
    predicted,
    reduced,
    warn_of_logits,
    warn_of_squashed,
    weights,
)


class _Categorical(Weighted):
    """`weight` (C,) multiplies each class, and the mean is weighted; labels equal to `ignore_index` do not count."""

    def __init__(self, weight: ArrayLike | None = None, *, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(weight, reduction=reduction)
        self.ignore_index = ignore_index


class CrossEntropyLoss(_Categorical):
    """-log of the probability that logits give to the right class; `from_logits=False` takes probabilities instead.

    `target`: class indices (N, d1, ...), or probabilities of the input's shape. `label_smoothing` mixes the target with
    the uniform distribution. If all labels are ignored the loss is 0 with zero gradient.
    Raises ValueError for a label out of range (which one, where), or a batch that disagrees with its labels.
    """

    def __init__(self, weight: ArrayLike | None = None, *, from_logits: bool = True, label_smoothing: float = 0.0,
                 ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(weight, ignore_index=ignore_index, reduction=reduction)
        probability("CrossEntropyLoss", label_smoothing=label_smoothing)
        self.from_logits, self.label_smoothing = from_logits, label_smoothing

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return cross_entropy(input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing,
                             from_logits=self.from_logits, speaker=self)


class NLLLoss(_Categorical):
    """-x_y for log-probabilities x, as LogSoftmax gives them: cross-entropy without its softmax.

    x (N, C, ...), target (N, ...) of class indices; `weight`, `ignore_index` and `reduction` as in CrossEntropyLoss,
    and the same errors.
    """

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return nll_loss(input, target, self.weight, self.ignore_index, self.reduction, speaker=self)


class MultiMarginLoss(Weighted):
    """sum over j != y of max(0, margin - x_y + x_j)^p / C, averaged: the right class should lead by the margin.

    x (N, C) or (C,), target (N,) or () of class indices; p is 1 or 2; `weight` (C,) multiplies the loss of class y. The
    slope at the margin itself is 0, as in PyTorch. Raises ValueError for other shapes, p, and labels. Source: Crammer
    and Singer, "On the algorithmic implementation of multiclass kernel-based vector machines", 2001.
    """

    def __init__(self, p: int = 1, margin: float = 1.0, weight: ArrayLike | None = None, *,
                 reduction: str = "mean") -> None:
        super().__init__(weight, reduction=reduction)
        self.p, self.margin = p, margin

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return multi_margin_loss(input, target, self.p, self.margin, self.weight, self.reduction, speaker=self)


class KLDivLoss(Loss):
    """t (log t - x): the divergence of target probabilities t from predicted log-probabilities x.

    `reduction="batchmean"`, the sum over the batch size, is the mathematical mean; "mean" is over all elements, as in
    PyTorch. With `log_target` the target is log t. Raises ValueError where shapes differ, or for a negative target.
    """

    reductions = ("mean", "batchmean", "sum", "none")

    def __init__(self, *, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.log_target = log_target

    def forward(self, input: ArrayLike, target: ArrayLike) -> Tensor:
        return kl_div(input, target, self.reduction, self.log_target, speaker=self)


def cross_entropy(input: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None, ignore_index: int = -100,
                  reduction: str = "mean", label_smoothing: float = 0.0, *, from_logits: bool = True,
                  speaker: Speaker = "cross_entropy") -> Tensor:
    """-log softmax(z)_y for logits z, (N, C, d1, ...) or (C,), and class indices y, or probabilities of z's shape.

    With `from_logits=False` -log a_y for probabilities a. `weight` is (C,), `ignore_index` marks labels that do not
    count. Raises as `nn.CrossEntropyLoss`.
    """
    check_reduction(speaker, reduction)
    probability(speaker, label_smoothing=label_smoothing)
    x = _predictions(speaker, input, target)
    weight = _class_weight(speaker, weight, x)
    target = as_tensor(target)
    soft = target.shape == x.shape and target.dtype.kind == "f"
    label_smoothing = weak(label_smoothing)
    target = target.astype(x.dtype) if soft else _indices(speaker, target, x)
    if from_logits:
        warn_of_squashed(speaker, x, "softmax", "it takes logits: leave the softmax out, or pass from_logits=False")
        return _reduced(of_logits, speaker, x, target, weight, reduction, ignore_index, label_smoothing)
    in_unit_interval(speaker, x, "probabilities", "for logits leave out from_logits=False")
    with np.errstate(divide="ignore"):  # log 0 = -inf is the right loss here
        scores = np.log(x)
    return _reduced(of_log_probabilities, speaker, scores, target, weight, reduction, ignore_index, label_smoothing)


def nll_loss(input: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None, ignore_index: int = -100,
             reduction: str = "mean", *, speaker: Speaker = "nll_loss") -> Tensor:
    """-x_y for log-probabilities x, (N, C, d1, ...) or (C,), and class indices y; otherwise as `nn.NLLLoss`."""
    check_reduction(speaker, reduction)
    x = _predictions(speaker, input, target)
    warn_of_squashed(speaker, x, "softmax", "it takes their logarithms: write log_softmax")
    warn_of_logits(speaker, x)
    target = _indices(speaker, as_tensor(target), x, soft=False)
    weight = _class_weight(speaker, weight, x)
    return _reduced(of_log_probabilities, speaker, x, target, weight, reduction, ignore_index)


def multi_margin_loss(input: ArrayLike, target: ArrayLike, p: int = 1, margin: float = 1.0,
                      weight: ArrayLike | None = None, reduction: str = "mean", *,
                      speaker: Speaker = "multi_margin_loss") -> Tensor:
    """sum over j != y of max(0, margin - x_y + x_j)^p / C: their mean, sum, or each; as `nn.MultiMarginLoss`."""
    check_reduction(speaker, reduction)
    if p not in (1, 2):
        raise ValueError(f"{described(speaker)}: p is 1 or 2, got {p!r}")
    x = _predictions(speaker, input, target)
    if x.ndim > 2:
        raise refusal(speaker, "predictions (N, C) or (C,)", x)
    target, weight = _indices(speaker, as_tensor(target), x, soft=False), _class_weight(speaker, weight, x)
    try:
        check_range(target._value, x.shape[-1])
    except ValueError as error:
        raise mistake(speaker, str(error)) from None
    return _multi_margin(x, target, weight, p=p, margin=margin, reduction=reduction)


@in_single
def _multi_margin(x: Any, target: Any, weight: Any, *, p: int, margin: float, reduction: str) -> Tensor:
    own = np.arange(x.shape[-1]) == target[..., np.newaxis]
    gap = weak(margin) - np.sum(np.where(own, x, 0), axis=-1, keepdims=True) + x
    cost = np.mean(np.where((gap <= 0) | own, 0, gap**p), axis=-1)
    return reduced(cost if weight is None else cost * np.take(weight, target), reduction)


def kl_div(input: ArrayLike, target: ArrayLike, reduction: str = "mean", log_target: bool = False, *,
           speaker: Speaker = "kl_div") -> Tensor:
    """t (log t - x) for log-probabilities x and target probabilities t: their mean, sum, or each; as `nn.KLDivLoss`."""
    check_reduction(speaker, reduction, KLDivLoss.reductions)
    x, t = paired(speaker, input, target, real=True)
    warn_of_squashed(speaker, x, "softmax", "it takes their logarithms: write log_softmax")
    warn_of_logits(speaker, x)
    if not log_target:
        refuse_where(t._value < 0, speaker, t, "target probabilities", "for their logarithms pass log_target=True")
    log_t = t if log_target else np.log(np.where(t > 0, t, 1))  # 0 log 0 = 0
    with np.errstate(under="ignore"):
        losses = (np.exp(t) if log_target else t) * (log_t - x)
    if reduction == "batchmean":
        return losses.sum() / (x.shape[0] if x.ndim else 1)
    return reduced(losses, reduction)


def _reduced(kernel: Callable[..., Any], speaker: Speaker, x: Any, target: Any, weight: Any, reduction: str,
             ignore_index: int, smoothing: float = 0.0) -> Tensor:
    """The loss by a kernel, which takes batches. Raises ValueError for a label out of range."""
    single = x.ndim == 1
    if single:
        x, target = x[np.newaxis], target[np.newaxis]
    try:
        loss: Tensor = kernel(x, target, weight, reduction=reduction, ignore_index=ignore_index,
                              label_smoothing=smoothing)
    except ValueError as error:
        raise mistake(speaker, str(error)) from None
    return loss[0] if single and reduction == "none" else loss


def _predictions(speaker: Speaker, input: Any, target: Any) -> Tensor:
    x = predicted(speaker, input, target, real=True)
    if x.ndim == 0 or x.shape[_class_axis(x)] == 0:
        raise refusal(speaker, "predictions (N, C), (N, C, d1, ...) or (C,)", x)
    filled(speaker, x)
    return x


def _class_axis(x: Tensor) -> int:
    return 1 if x.ndim > 1 else 0


def _indices(speaker: Speaker, target: Tensor, x: Tensor, *, soft: bool = True) -> Tensor:
    """Class indices for predictions x. Raises TypeError unless they are integers, ValueError for another shape."""
    axis = _class_axis(x)
    expected = x.shape[:axis] + x.shape[axis + 1 :]
    if target.dtype.kind not in "iu":
        other = f", or probabilities, floats of shape {x.shape}" if soft else ""
        advice = "; write target.astype(int)" if target.shape == expected else ""
        raise mistake(speaker, f"expected class indices, integers of shape {expected}{other}; got {target.dtype} "
                               f"{target.shape}{advice}", TypeError)
    if target.shape == expected:
        return target
    advice = ""
    if target.shape == (*expected, 1):
        advice = "; write target.squeeze(-1)"
    elif target.shape == x.shape:
        advice = f"; for one-hot rows write target.argmax({axis})" + ", or make them floats" * soft
    elif target.shape == x.shape[:-1]:
        advice = "; classes stand on axis 1: write np.moveaxis(output, -1, 1)"
    elif target.shape[:1] != expected[:1]:
        advice = f"; {x.shape[0]} predictions, {target.shape[0] if target.ndim else 1} labels"
    raise mistake(speaker, f"expected class indices of shape {expected} for predictions {x.shape}, got {target.shape}"
                           + advice)


def _class_weight(speaker: Speaker, weight: Any, x: Tensor) -> Tensor | None:
    if weight is None:
        return None
    classes = x.shape[_class_axis(x)]
    found = weights(speaker, "weight", weight, x.dtype)
    if found.shape != (classes,):
        raise mistake(speaker, f"needs a weight with one entry per class, ({classes},), got {found.shape}")
    return found

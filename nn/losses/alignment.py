"""The loss of labels whose places in the input are not known: speech, handwriting."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arguments import as_tensor
from autograd.arrays import is_integer
from autograd.boundary import as_plain_array
from nn.kernels.ctc import ctc
from nn.kernels.indices import first_index
from nn.layers.input import Speaker, mistake, refusal
from nn.layers.ragged import places
from nn.losses.reduction import Loss, check_reduction, predicted, reduced, warn_of_logits, warn_of_squashed


class CTCLoss(Loss):
    """-log of the probability that a path reads as the labels, over all paths: the labels need no places.

    A path has one class per step; reading it merges repetitions and then drops each `blank`. The call takes
    log-probabilities (T, N, C), labels (N, S) or one after the other, and the numbers of steps and labels of each
    example; or one example, (T, C) and (S,). "mean" first divides each loss by its number of labels. With too few steps
    for its labels an example costs infinity, with slope 0, or with `zero_infinity` nothing. Raises ValueError for
    arguments that do not fit.
    Source: Graves et al., "Connectionist temporal classification", ICML 2006.
    """

    called_with = ("log_probs", "targets", "input_lengths", "target_lengths")

    def __init__(self, blank: int = 0, *, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(self, log_probs: ArrayLike, targets: ArrayLike, input_lengths: ArrayLike,
                target_lengths: ArrayLike) -> Tensor:
        return ctc_loss(log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction,
                        self.zero_infinity, speaker=self)


def ctc_loss(log_probs: ArrayLike, targets: ArrayLike, input_lengths: ArrayLike, target_lengths: ArrayLike,
             blank: int = 0, reduction: str = "mean", zero_infinity: bool = False, *,
             speaker: Speaker = "ctc_loss") -> Tensor:
    """-log of the probability of all paths that read as the labels: mean per label, sum, or each; as `nn.CTCLoss`."""
    check_reduction(speaker, reduction)
    x = predicted(speaker, log_probs, targets, real=True)
    warn_of_squashed(speaker, x, "softmax", "it takes their logarithms: write log_softmax")
    warn_of_logits(speaker, x)
    if x.ndim not in (2, 3) or x.size == 0 or not (is_integer(blank) and 0 <= blank < x.shape[-1]):
        raise refusal(speaker, f"log-probabilities (T, N, C) or (T, C), the blank {blank} among the C classes", x)
    labels, single = as_tensor(targets), x.ndim == 2
    if single:
        x, labels = x[:, np.newaxis], labels[np.newaxis]
    most = labels.shape[-1] if labels.ndim else 0
    steps = _lengths(speaker, "input_lengths", input_lengths, x.shape[1], range(1, len(x) + 1))
    sizes = _lengths(speaker, "target_lengths", target_lengths, x.shape[1], range(most + 1))
    labels = _labels(speaker, labels, sizes, x.shape[2], blank)
    losses: Any = ctc(x, labels, steps, sizes, blank=blank)
    if zero_infinity:
        losses = np.where(losses == np.inf, 0, losses)
    if reduction == "mean":
        losses = losses / np.maximum(sizes, 1).astype(losses.dtype)
    return losses[0] if single and reduction == "none" else reduced(losses, reduction)


def _lengths(speaker: Speaker, name: str, given: Any, count: int, allowed: range) -> Any:
    """How long each example is. Raises ValueError unless there is one integer per example, none of them too large."""
    found = np.atleast_1d(as_plain_array(given))
    if found.dtype.kind not in "iu" or found.shape != (count,) or not all(n in allowed for n in found.tolist()):
        raise mistake(speaker, f"expected {name}, {count} integers from {allowed.start} to {allowed.stop - 1}, "
                               f"got {found.tolist()}")
    return found.astype(np.int64)


def _labels(speaker: Speaker, labels: Any, sizes: Any, classes: int, blank: int) -> Any:
    """Labels (N, S), padded with the blank. Raises TypeError unless they are integers."""
    if labels.dtype.kind not in "iu":
        raise mistake(speaker, f"expected integer labels, got {labels.dtype} {labels.shape}; write x.astype(int)",
                      TypeError)
    at, own = places(sizes)
    if labels.shape == (sizes.sum(),):
        labels = np.take(labels, at)
    elif labels.ndim == 2 and len(labels) == len(sizes):
        labels = labels[:, : at.shape[1]]
    else:
        raise refusal(speaker, f"labels ({len(sizes)}, S), or ({sizes.sum()},) one after the other", labels)
    value = labels._value
    wrong = own & ((value < 0) | (value >= classes) | (value == blank))
    if wrong.any():
        raise mistake(speaker, f"expected labels from 0 to {classes - 1}, except the blank {blank}; got "
                               f"{value[wrong][0]} at index {first_index(wrong)}")
    return np.where(own, labels, blank).astype(np.int64)

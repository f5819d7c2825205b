"""What all losses share: a module with a reduction, and the checks of its two arguments."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arguments import as_tensor
from autograd.errors import user_line
from autograd.registry import Operation
from autograd.tensor.nested import value_of
from nn.kernels import reduction as kernels
from nn.layers.arguments import choice
from nn.layers.input import Speaker, admitted, described, mistake, refuse_where
from nn.layers.layer import Layer

REDUCTIONS = ("mean", "sum", "none")
reduced: Operation = kernels.reduced  # of tensors


class Loss(Layer):
    """The base of losses: a function of predictions and targets, `loss(predictions, targets)`.

    `reduction` says what becomes of the losses of all elements: "mean", "sum", or "none" to keep them. Raises
    ValueError for another one, and where predictions and targets do not fit.
    """

    reductions: tuple[str, ...] = REDUCTIONS
    called_with: Sequence[str] = ("outputs", "targets")

    def __init__(self, *, reduction: str = "mean") -> None:
        check_reduction(type(self).__name__, reduction, self.reductions)
        self.reduction = reduction


class Weighted(Loss):
    """A loss whose `weight`, of classes or of elements, may be None."""

    weight: Tensor | None

    def __init__(self, weight: ArrayLike | None = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)


def check_reduction(speaker: Speaker, reduction: str, known: tuple[str, ...] = REDUCTIONS) -> None:
    """Raise ValueError for an unknown reduction."""
    if reduction not in known:  # checked here first, at every call of a loss: five times as fast
        choice(speaker, known, reduction=reduction)


def predicted(speaker: Speaker, input: ArrayLike, target: ArrayLike, *, real: bool = False) -> Tensor:
    """Predictions as a floating tensor. Raises TypeError for integers, and for swapped arguments."""
    try:
        return admitted(speaker, input, real=real)
    except TypeError:
        given, wanted = (np.asarray(value_of(x)) for x in (input, target))
        if given.dtype.kind not in "biu" or wanted.dtype.kind != "f" or given.shape == wanted.shape:
            raise
        raise mistake(speaker, f"expected predictions, then targets; got {given.dtype} {given.shape}, then "
                               f"{wanted.dtype} {wanted.shape}: write loss(predictions, targets)", TypeError) from None


def paired(speaker: Speaker, input: ArrayLike, target: ArrayLike, *, real: bool = False,
           names: tuple[str, str] = ("predictions", "targets")) -> tuple[Tensor, Tensor]:
    """Predictions and targets of one shape and dtype. Raises ValueError where the shapes differ, or are empty.

    `names` is what the message calls them.
    """
    x = predicted(speaker, input, target, real=real)
    t = as_tensor(target)
    if x.shape != t.shape:
        raise mistake(speaker, f"expected {' and '.join(names)} of one shape, got {x.shape} and {t.shape}; "
                               + _advice(x.shape, t.shape, *names))
    filled(speaker, x)
    return x, t if t.dtype == x.dtype else t.astype(x.dtype)


def weights(speaker: Speaker, name: str, weight: Any, dtype: np.dtype[Any]) -> Tensor:
    """Weights of classes or elements in the losses' dtype, also given as whole numbers, or True and False."""
    given = as_tensor(weight)
    return admitted(f"{described(speaker)}: {name}", given.astype(dtype) if given.dtype.kind in "biu" else given, dtype)


def filled(speaker: Speaker, x: Tensor) -> None:
    """Raise ValueError for no predictions at all, whose mean would be nan."""
    if x.size == 0:
        raise mistake(speaker, f"got an empty batch of predictions, {x.shape}")


def _advice(came: tuple[int, ...], wanted: tuple[int, ...], input: str, target: str) -> str:
    if came == (*wanted, 1):
        return f"write {input}.squeeze(-1), or {target}[:, None]: broadcasting would compare all with all"
    if wanted == (*came, 1):
        return f"write {target}.squeeze(-1): broadcasting would compare all with all"
    if came[:1] != wanted[:1]:
        return "the batches differ in size"
    return "reshape one of them"


def in_unit_interval(speaker: Speaker, x: Tensor, what: str, advice: str) -> tuple[Any, Any]:
    """The extremes of values between 0 and 1. Raises ValueError, naming the first offender, for others."""
    values = x._value
    low, high = values.item(values.argmin()), values.item(values.argmax())  # a third of the time of min() and max()
    if low < 0 or high > 1:
        refuse_where((values < 0) | (values > 1), speaker, x, f"{what} between 0 and 1", advice)
    return low, high


def warn_of_squashed(speaker: Speaker, x: Tensor, squashing: str, advice: str) -> None:
    """Warn if predictions are already a softmax or sigmoid, which the loss applies itself: no value would show it."""
    _warn_of_maker(speaker, x, "probabilities", squashing, advice)


def warn_of_logits(speaker: Speaker, x: Tensor) -> None:
    """Warn if log-probabilities are what a dense layer gave: such a loss falls without end, and nothing is learned."""
    _warn_of_maker(speaker, x, "logits", "linear", "it takes logarithms of probabilities: write log_softmax")


def _warn_of_maker(speaker: Speaker, x: Tensor, what: str, maker: str, advice: str) -> None:
    if getattr(getattr(x._node, "primitive", None), "name", "") == maker:
        warnings.warn(f"{described(speaker)} got {what}, made by {maker}; {advice} (at {user_line()})", stacklevel=3)

"""Dropout: in training each number is dropped with probability p, so that no unit can rely on another one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import autograd.random
from autograd import Tensor
from autograd.arrays import weak
from nn.kernels import dropout as kernels
from nn.layers.arguments import probability
from nn.layers.composed_activations import SELU_LIMIT
from nn.layers.input import AXES, Speaker, admitted, refusal
from nn.layers.layer import Layer


def dropout(input: ArrayLike, p: float = 0.5, training: bool = True, inplace: bool = False, *,
            speaker: Speaker = "dropout") -> Tensor:
    """x keep / (1 - p) in training, where keep is 0 with probability `p` and otherwise 1; else x, as `nn.Dropout`."""
    probability(speaker, p=p)
    input = admitted(speaker, input)
    if not training or p == 0:
        return input
    return kernels.dropout(input, p, autograd.random.generator())


def dropout2d(input: ArrayLike, p: float = 0.5, training: bool = True, inplace: bool = False, *,
              speaker: Speaker = "dropout2d") -> Tensor:
    """In training whole channels of (N, C, H, W) or (N, C, L) are 0 with probability `p`; as `nn.Dropout2d`."""
    return _channels(speaker, 2, input, p, training)


def dropout1d(input: ArrayLike, p: float = 0.5, training: bool = True, inplace: bool = False, *,
              speaker: Speaker = "dropout1d") -> Tensor:
    """In training whole channels of (N, C, L) or (C, L) are 0 with probability `p`; as `nn.Dropout1d`."""
    return _channels(speaker, 1, input, p, training)


def dropout3d(input: ArrayLike, p: float = 0.5, training: bool = True, inplace: bool = False, *,
              speaker: Speaker = "dropout3d") -> Tensor:
    """In training whole channels of (N, C, D, H, W) or (C, D, H, W) are 0 with probability `p`; as `nn.Dropout3d`."""
    return _channels(speaker, 3, input, p, training)


def alpha_dropout(input: ArrayLike, p: float = 0.5, training: bool = False, inplace: bool = False, *,
                  speaker: Speaker = "alpha_dropout") -> Tensor:
    """a (x keep + l (1 - keep) - l p) in training, keep being 0 with probability `p`; as `nn.AlphaDropout`."""
    probability(speaker, p=p)
    x = admitted(speaker, input)
    if not training or p == 0:
        return x
    spread = math.sqrt((1 - p) / (1 + p * SELU_LIMIT**2))
    return (dropout(x - weak(SELU_LIMIT), p, speaker=speaker) + weak(SELU_LIMIT)) * weak(spread)


def _channels(speaker: Speaker, axes: int, input: Any, p: float, training: bool) -> Tensor:
    x = admitted(speaker, input)
    if x.ndim - axes not in (1, 2):
        other = "N, C, L" if axes == 2 else f"C, {AXES[axes]}"
        raise refusal(speaker, f"(N, C, {AXES[axes]}) or ({other})", x)
    if axes == 2 and x.ndim == 3:
        axes = 1  # sequences, not one image, as in PyTorch
    share = dropout(np.ones_like(x[(..., *[slice(1)] * axes)]), p, training, speaker=speaker)
    return x * share if training and p else x


def keep_and_scale(shape: tuple[int, ...], p: float) -> tuple[np.ndarray[Any, np.dtype[np.bool]] | None, float]:
    """A mask of this shape, True with probability 1 - p, or None for p = 0; and the factor for what is kept."""
    keep = kernels.keep_mask(autograd.random.generator(), shape, p) if p else None
    return keep, kernels.keep_scale(p)


class _DropoutNd(Layer):
    """Dropout of numbers or of whole channels, as its function says."""

    function: Callable[..., Tensor]

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        probability(type(self).__name__, p=p)
        self.p = p

    def forward(self, input: ArrayLike) -> Tensor:
        return self.function(input, self.p, self.training, speaker=self)

    def extra_repr(self) -> str:
        return repr(self.p)


class Dropout(_DropoutNd):
    """y = x keep / (1 - p) in training, where keep is 0 with probability p and otherwise 1; in evaluation y = x.

    Draws from the library's generator (`autograd.manual_seed`), sixteen bits a number: p is a multiple of 1/65536.
    Inside `vmap` it chooses for each example, and once for what all examples share.
    `inplace` is accepted as in PyTorch; nothing is ever overwritten. Raises ValueError for p outside [0, 1].
    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """

    function = staticmethod(dropout)


class Dropout1d(_DropoutNd):
    """In training whole channels of (N, C, L) are dropped, or of one sequence (C, L); otherwise as Dropout.

    A single step could be guessed from its neighbours, a channel cannot. Source: Tompson et al., arXiv:1411.4280.
    """

    function = staticmethod(dropout1d)


class Dropout2d(_DropoutNd):
    """In training whole channels of (N, C, H, W) are dropped, or of sequences (N, C, L); otherwise as Dropout1d.

    For one image write x[None].
    """

    function = staticmethod(dropout2d)


class Dropout3d(_DropoutNd):
    """In training whole channels of (N, C, D, H, W) are dropped, or of one volume (C, D, H, W); as Dropout1d."""

    function = staticmethod(dropout3d)


class AlphaDropout(_DropoutNd):
    """In training y = a (x keep + l (1 - keep) - l p), so that mean 0 and variance 1 stay: between layers with SELU.

    l = -1.758... is the limit of selu at minus infinity, a = 1 / sqrt((1 - p) (1 + p l^2)); keep is 0 with probability
    p and else 1. In evaluation y = x. Raises ValueError for p outside [0, 1].
    Source: Klambauer et al., "Self-normalizing neural networks", arXiv:1706.02515.
    """

    function = staticmethod(alpha_dropout)

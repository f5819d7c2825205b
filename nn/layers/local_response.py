"""Local response normalization: each channel is divided by the activity of its neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import weak
from nn.kernels.half_precision import in_single
from nn.layers.arguments import positive_integers
from nn.layers.input import Speaker, admitted, refusal
from nn.layers.layer import Layer


class LocalResponseNorm(Layer):
    """x / (k + alpha / size * sum of x^2 over `size` neighbouring channels)^beta, of (N, C, ...).

    The window has `size // 2` channels before its own; beyond the first and the last one there are zeros. Raises
    ValueError for input without an axis after the channels. Source: Krizhevsky et al., "ImageNet classification with
    deep convolutional neural networks", 2012.
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        positive_integers("LocalResponseNorm", size=size)
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: ArrayLike) -> Tensor:
        return local_response_norm(input, self.size, self.alpha, self.beta, self.k, speaker=self)


def local_response_norm(input: ArrayLike, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0, *,
                        speaker: Speaker = "local_response_norm") -> Tensor:
    """x / (k + alpha / size * sum of x^2 over `size` neighbouring channels)^beta, as `nn.LocalResponseNorm`."""
    positive_integers(speaker, size=size)
    x = admitted(speaker, input, real=True)
    if x.ndim < 3:
        raise refusal(speaker, "(N, C, ...) with an axis after the channels", x)
    return _normalized(x, size=size, alpha=weak(alpha), beta=weak(beta), k=weak(k))


@in_single
def _normalized(x: Tensor, *, size: int, alpha: float, beta: float, k: float) -> Tensor:
    before = size // 2
    squares = np.pad(x * x, [(0, 0), (before, size - 1 - before), *[(0, 0)] * (x.ndim - 2)])
    total: Any = sum(squares[:, i : i + x.shape[1]] for i in range(size))
    return x / (k + total * (alpha / size)) ** beta  # type: ignore[no-any-return]

"""A choice drawn from probabilities that can be differentiated: the softmax of noisy logits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import autograd.random
from autograd import Tensor, softmax
from autograd.arrays import weak
from autograd.tensor.box import constant_like
from nn.foreign_names import refuses_foreign_options
from nn.layers.input import Speaker, admitted, mistake


@refuses_foreign_options
def gumbel_softmax(logits: ArrayLike, tau: float = 1.0, hard: bool = False, *, dim: int = -1,
                   speaker: Speaker = "gumbel_softmax") -> Tensor:
    """softmax((logits + noise) / tau) over axis `dim`: near a draw of one class, the nearer the smaller `tau` is.

    The noise is -log(-log u), u uniform, from the library's generator: each class is then the largest one with the
    probability softmax(logits). With `hard` the value is 1 at the largest, else 0, with the gradient of the soft one.
    Raises ValueError for a `tau` that is not above 0.
    Sources: Jang et al., arXiv:1611.01144; Maddison et al., arXiv:1611.00712.
    """
    x: Any = admitted(speaker, logits, real=True)
    if not tau > 0:
        raise mistake(speaker, f"needs a tau above 0, got {tau!r}")
    noise: Any = autograd.random.generator().gumbel(size=x._value.shape).astype(x.dtype)
    soft = softmax((x + (constant_like(x, noise) if x._boxed else noise)) / weak(tau), axis=dim)
    if not hard:
        return soft
    places = np.argmax(soft, axis=dim, keepdims=True)
    classes = np.arange(x.shape[dim]).reshape([-1 if axis == dim % x.ndim else 1 for axis in range(x.ndim)])
    return (places == classes).astype(x.dtype) + (soft - soft.detach())  # type: ignore[no-any-return]

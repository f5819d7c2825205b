"""Activations that are compositions of others: each a formula in functions that have derivatives already."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

import autograd
from autograd import Tensor
from autograd.arrays import weak
from nn.foreign_names import refuses_foreign_options
from nn.layers.activation import Activation, AlongAxis, WithInplace, softmax
from nn.layers.arguments import nonzero
from nn.layers.input import Speaker, admitted, refusal

_SCALE, _ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
SELU_LIMIT = -_SCALE * _ALPHA  # at minus infinity


def selu(input: ArrayLike, inplace: bool = False) -> Tensor:
    """1.0507 elu(x, 1.6733), elementwise; otherwise as `nn.SELU`."""
    return _SCALE * autograd.elu(admitted("selu", input, real=True), _ALPHA)


def celu(input: ArrayLike, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where x > 0, else alpha (exp(x / alpha) - 1), elementwise; otherwise as `nn.CELU`."""
    nonzero("celu", alpha=alpha)
    x, scale = admitted("celu", input, real=True), weak(alpha)
    if alpha > 0:
        return autograd.elu(x / scale) * scale
    # For a negative alpha, `elu(x / alpha)` would exchange the two pieces.
    return np.where(x > 0, x, scale * np.expm1(np.where(x > 0, 0, x) / scale))  # type: ignore[return-value]  # NumPy declares an array


def mish(input: ArrayLike, inplace: bool = False) -> Tensor:
    """x tanh(softplus(x)), elementwise; otherwise as `nn.Mish`."""
    x = admitted("mish", input, real=True)
    with np.errstate(under="ignore"):
        return x * np.tanh(autograd.softplus(x))


def logsigmoid(input: ArrayLike) -> Tensor:
    """log(1 / (1 + exp(-x))), elementwise; otherwise as `nn.LogSigmoid`."""
    return -autograd.softplus(-admitted("logsigmoid", input, real=True))


def softsign(input: ArrayLike) -> Tensor:
    """x / (1 + |x|), elementwise; otherwise as `nn.Softsign`."""
    x = admitted("softsign", input, real=True)
    return x / (1.0 + abs(x))


def tanhshrink(input: ArrayLike) -> Tensor:
    """x - tanh(x), elementwise; otherwise as `nn.Tanhshrink`."""
    x = admitted("tanhshrink", input)
    return x - np.tanh(x)


@refuses_foreign_options
def softmin(input: ArrayLike, dim: int = -1) -> Tensor:
    """exp(-x_j) / sum_k exp(-x_k) over axis `dim`; otherwise as `nn.Softmin`."""
    return softmax(-admitted("softmin", input, real=True), dim)


@refuses_foreign_options
def glu(input: ArrayLike, dim: int = -1, *, speaker: Speaker = "glu") -> Tensor:
    """a sigmoid(b) for the halves a and b of axis `dim`; otherwise as `nn.GLU`."""
    x = admitted(speaker, input, real=True)
    if not -x.ndim <= dim < x.ndim or x.shape[dim] % 2:
        raise refusal(speaker, f"an axis {dim} of even length", x)
    a, b = np.split(x, 2, axis=dim)
    return a * autograd.sigmoid(b)  # type: ignore[return-value]  # NumPy declares arrays


class SELU(WithInplace):
    """1.0507 elu(x, 1.6733), elementwise: activations of mean 0 and variance 1 stay so from layer to layer.

    Floating input of any shape; the dtype stays. `inplace` is accepted as in PyTorch; nothing is overwritten.
    Source: Klambauer et al., "Self-normalizing neural networks", arXiv:1706.02515.
    """

    function = staticmethod(selu)


class CELU(Activation):
    """x where x > 0, else alpha (exp(x / alpha) - 1), elementwise: an ELU whose slope has no jump for any alpha.

    Floating input of any shape; the dtype stays. Raises ValueError for an alpha of 0. Source: Barron, arXiv:1704.07483.
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        nonzero("CELU", alpha=alpha)
        self.alpha = alpha

    def function(self, x: Tensor) -> Tensor:
        return celu(x, self.alpha)


class Mish(WithInplace):
    """x tanh(softplus(x)), elementwise: like SiLU, a ReLU that is smooth and dips below 0.

    Floating input of any shape; the dtype stays. Source: Misra, arXiv:1908.08681.
    """

    function = staticmethod(mish)


class LogSigmoid(Activation):
    """log(1 / (1 + exp(-x))), elementwise: the logarithm of a probability, from its logit, without underflow.

    The derivative is sigmoid(-x). Floating input of any shape; the dtype stays.
    """

    function = staticmethod(logsigmoid)


class Softsign(Activation):
    """x / (1 + |x|), elementwise: a sigmoid from -1 to 1 that comes to its ends slowly.

    The derivative is 1 / (1 + |x|)^2. Floating input of any shape; the dtype stays.
    """

    function = staticmethod(softsign)


class Tanhshrink(Activation):
    """x - tanh(x), elementwise: almost 0 around 0. The derivative is tanh(x)^2.

    Floating input of any shape; the dtype stays.
    """

    function = staticmethod(tanhshrink)


class Softmin(AlongAxis):
    """exp(-x_j) / sum_k exp(-x_k) over axis `dim`: probabilities, the largest for the smallest number.

    Floating input of any shape; the dtype stays. Raises ValueError for a missing axis.
    """

    over = staticmethod(softmin)


class GLU(AlongAxis):
    """a sigmoid(b) for the halves a and b of axis `dim`: the one says what, the other how much of it passes.

    Any shape, of which one axis becomes half as long; the dtype stays. Raises ValueError for an axis of odd length.
    Source: Dauphin et al., "Language modeling with gated convolutional networks", arXiv:1612.08083.
    """

    def forward(self, input: ArrayLike) -> Tensor:
        return glu(input, self.dim, speaker=self)

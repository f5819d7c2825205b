"""Activations: what makes a stack of layers more than one linear map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

import autograd
from autograd import Tensor, gelu, sigmoid
from autograd.arguments import as_tensor
from autograd.arrays import weak
from nn.foreign_names import refuses_foreign_options
from nn.kernels.layout import along_channels
from nn.layers.arguments import choice, floating, nonzero, positive_integers
from nn.layers.input import Speaker, admitted, refusal, with_axis
from nn.layers.layer import Layer
from nn.parameter import Parameter


def relu(input: ArrayLike, inplace: bool = False) -> Tensor:
    """max(0, x), elementwise, of any dtype, which stays; otherwise as `nn.ReLU`."""
    return autograd.relu(input)


def silu(input: ArrayLike, inplace: bool = False) -> Tensor:
    """x sigmoid(x), elementwise; integers become float64, otherwise as `nn.SiLU`."""
    return autograd.silu(input)


def leaky_relu(input: ArrayLike, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where x > 0, else negative_slope x, elementwise; integers become float64, otherwise as `nn.LeakyReLU`."""
    return autograd.leaky_relu(input, negative_slope)


def elu(input: ArrayLike, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where x > 0, else alpha (exp(x) - 1), elementwise; integers become float64, otherwise as `nn.ELU`."""
    return autograd.elu(input, alpha)


def tanh(input: Tensor | ArrayLike) -> Tensor:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), elementwise: `np.tanh`, of arrays and numbers too."""
    return as_tensor(input).tanh()


def softplus(input: ArrayLike, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + exp(beta x)) / beta, elementwise; integers become float64, otherwise as `nn.Softplus`."""
    nonzero("softplus", beta=beta)
    beta, input = weak(beta), as_tensor(input)
    smooth = autograd.softplus(input) if beta == 1 else autograd.softplus(beta * input) / beta
    if threshold >= 20:
        return smooth
    return np.where(beta * input > threshold, input, smooth)  # type: ignore[return-value]  # NumPy declares an array


@refuses_foreign_options
def softmax(input: ArrayLike, dim: int = -1) -> Tensor:
    """exp(x_j) / sum_k exp(x_k) over axis `dim`; integers become float64, otherwise as `nn.Softmax`."""
    return autograd.softmax(input, axis=dim)


@refuses_foreign_options
def log_softmax(input: ArrayLike, dim: int = -1) -> Tensor:
    """x_j - log sum_k exp(x_k) over axis `dim`; integers become float64, otherwise as `nn.LogSoftmax`."""
    return autograd.log_softmax(input, axis=dim)


class Identity(Layer):
    """y = x, of any shape and dtype: what stands where a layer was taken out. An array comes back as a tensor.

    The constructor takes any arguments and ignores them, so that it can be put in another layer's place.
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def forward(self, input: ArrayLike) -> Any:
        return as_tensor(input) if isinstance(input, (np.ndarray, np.generic)) else input


class Activation(Layer):
    """An elementwise function of floating input."""

    function: Callable[[Tensor], Tensor]

    def __init__(self) -> None:
        pass

    def forward(self, input: ArrayLike) -> Tensor:
        if type(input) is not Tensor or input.dtype.kind != "f":
            input = admitted(self, input)
        return self.function(input)


class WithInplace(Activation):
    """An activation that takes `inplace` as PyTorch's does; nothing is ever overwritten."""

    def __init__(self, inplace: bool = False) -> None:
        pass


class ReLU(WithInplace):
    """max(0, x), elementwise; the derivative is 1 where x > 0, else 0, at 0 too.

    Floating input of any shape; the dtype stays. `inplace` is accepted as in PyTorch, here and below; nothing is
    overwritten. Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
    """

    function = staticmethod(autograd.relu)


class SiLU(WithInplace):
    """x sigmoid(x), elementwise; also called swish.

    Floating input of any shape; the dtype stays.
    Source: Elfwing et al., arXiv:1702.03118.
    """

    function = staticmethod(autograd.silu)


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), elementwise: a probability from a logit, without overflow.

    Floating input of any shape; the dtype stays.
    In front of a loss leave it out, and give `BCELoss(from_logits=True)` the logits.
    """

    function = staticmethod(sigmoid)


class Tanh(Activation):
    """tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)), elementwise: a sigmoid from -1 to 1.

    The derivative is 1 - tanh(x)^2. Floating input of any shape; the dtype stays.
    """

    function = staticmethod(tanh)


class LeakyReLU(Activation):
    """x where x > 0, else negative_slope x, elementwise: a unit that is off still learns.

    Floating input of any shape; the dtype stays.
    Source: Maas et al., "Rectifier nonlinearities improve neural network acoustic models", 2013.
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        self.negative_slope = negative_slope

    def function(self, x: Tensor) -> Tensor:
        return autograd.leaky_relu(x, self.negative_slope)


class PReLU(Layer):
    """x where x > 0, else weight x: a LeakyReLU that learns its slope, one for all channels or one each (axis 1).

    `weight` (num_parameters,) starts at `init`. Raises ValueError for another number of channels.
    Source: He et al., arXiv:1502.01852.
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, *, dtype: DTypeLike | None = None) -> None:
        positive_integers("PReLU", num_parameters=num_parameters)
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(np.full(num_parameters, init), dtype=floating("PReLU", dtype, real=True))

    def forward(self, input: ArrayLike) -> Tensor:
        return prelu(admitted(self, input, self.weight.dtype), self.weight, speaker=self)


def prelu(input: ArrayLike, weight: ArrayLike, *, speaker: Speaker = "prelu") -> Tensor:
    """x where x > 0, else weight x, elementwise, with the shapes and errors of `nn.PReLU`."""
    x = admitted(speaker, input, real=True)
    weight = admitted(speaker, weight, real=True)
    if weight.size != 1 and x.shape[1:2] != weight.shape:
        raise refusal(speaker, f"(N, {weight.size}, ...)", x)
    slopes = along_channels(weight, x.ndim) if x.ndim else weight.reshape(())
    return autograd.leaky_relu(x, slopes)


class ELU(Activation):
    """x where x > 0, else alpha (exp(x) - 1), elementwise: negative means push the mean of the outputs towards 0.

    Floating input of any shape; the dtype stays.
    Source: Clevert et al., arXiv:1511.07289.
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        self.alpha = alpha

    def function(self, x: Tensor) -> Tensor:
        return autograd.elu(x, self.alpha)


class GELU(Activation):
    """x Φ(x), elementwise, with the normal distribution's Φ; `approximate="tanh"` as GPT-2 has it.

    Floating input of any shape; the dtype stays. Raises ValueError for another approximation.
    Source: Hendrycks and Gimpel, arXiv:1606.08415.
    """

    def __init__(self, approximate: str = "none") -> None:
        choice("GELU", ("none", "tanh"), approximate=approximate)
        self.approximate = approximate

    def function(self, x: Tensor) -> Tensor:
        return gelu(x, self.approximate)


class Softplus(Activation):
    """log(1 + exp(beta x)) / beta, elementwise: a smooth ReLU; x itself where beta x > threshold.

    The derivative is sigmoid(beta x). Floating input of any shape; the dtype stays. Beyond a threshold of 20 the two
    differ by less than 3e-9, and the first is taken everywhere. Raises ValueError for a beta of 0.
    Source: Dugas et al., "Incorporating second-order functional knowledge for better option pricing", 2000.
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        nonzero("Softplus", beta=beta)
        self.beta, self.threshold = beta, threshold

    def function(self, x: Tensor) -> Tensor:
        return softplus(x, self.beta, self.threshold)


class AlongAxis(Activation):
    """A function of the numbers along axis `dim`."""

    over: Callable[[Any, int], Tensor]

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def function(self, x: Tensor) -> Tensor:
        return self.over(with_axis(self, x, self.dim), self.dim)


class Softmax(AlongAxis):
    """exp(x_j) / sum_k exp(x_k) over axis `dim`: logits in, probabilities out, without overflow.

    Floating input of any shape; the dtype stays.
    In front of a loss leave it out, and give `CrossEntropyLoss` the logits.
    Raises ValueError for a missing axis.
    """

    over = staticmethod(softmax)


class Softmax2d(AlongAxis):
    """exp(x_c) / sum_k exp(x_k) over the channels of images, (N, C, H, W) or (C, H, W): `Softmax(-3)`.

    The dtype stays. Raises ValueError for other shapes.
    """

    over = staticmethod(softmax)

    def __init__(self) -> None:
        super().__init__(-3)

    def function(self, x: Tensor) -> Tensor:
        if x.ndim not in (3, 4):
            raise refusal(self, "(N, C, H, W) or (C, H, W)", x)
        return super().function(x)


class LogSoftmax(AlongAxis):
    """x_j - log sum_k exp(x_k) over axis `dim`: logits in, log-probabilities out, without overflow or underflow.

    Floating input of any shape; the dtype stays.
    Its loss is `NLLLoss`; `CrossEntropyLoss` on the logits does both at once.
    Raises ValueError for a missing axis.
    """

    over = staticmethod(log_softmax)

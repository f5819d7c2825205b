"""Normalization of every example by itself: zero mean and unit variance over its last axes, or groups of channels.

    y = (x - mean) / sqrt(var + eps) * weight + bias

The variance is the biased one (divided by n).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor
from autograd.arrays import in_a_tuple, integer
from nn.kernels.layer_norm import layer_norm as layer_kernel
from nn.kernels.normalization import group_norm as group_kernel
from nn.kernels.rms_norm import rms_norm as rms_kernel
from nn.layers.arguments import floating, nonnegative, positive_integers
from nn.layers.input import Speaker, admitted, fitting, refusal
from nn.layers.layer import Layer
from nn.parameter import Parameter, overwrite


class Affine(Layer):
    """A layer with a weight that starts at 1 and, optionally, a bias that starts at 0; both may be None."""

    follows: Mapping[str, str] = MappingProxyType({"bias": "affine"})
    weight: Parameter | None
    bias: Parameter | None

    def _start(self, shape: tuple[int, ...], affine: bool, bias: bool, dtype: DTypeLike | None) -> np.dtype[Any]:
        found = floating(type(self).__name__, dtype, real=True)
        self.weight = Parameter(np.ones(shape), dtype=found) if affine else None
        self.bias = Parameter(np.zeros(shape), dtype=found) if affine and bias else None
        return found

    def _admitted(self, input: Any) -> Tensor:
        """The input, in the dtype of the layer's numbers, if it has any."""
        held = self._numbers()
        return admitted(self, input, None if held is None else held.dtype, real=True)

    def _numbers(self) -> Tensor | None:
        """One of the layer's parameters or statistics, all of which have one dtype; None if there are none."""
        return self.weight

    def reset_parameters(self) -> None:
        """Set weight to 1 and bias to 0 again."""
        for parameter, start in ((self.weight, 1), (self.bias, 0)):
            if parameter is not None:
                overwrite(parameter, start)


class _OverLastAxes(Affine):
    """Normalization of every example by itself, over its last axes."""

    follows = MappingProxyType({"bias": "elementwise_affine"})

    def __init__(self, normalized_shape: int | Sequence[int], eps: Any, elementwise_affine: bool, bias: bool,
                 dtype: DTypeLike | None) -> None:
        name = f"{type(self).__name__}: normalized_shape"
        shape = tuple(integer(name, length) for length in in_a_tuple(normalized_shape))
        if eps is not None:
            nonnegative(type(self).__name__, eps=eps)
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self._start(shape, elementwise_affine, bias, dtype)

    def _shown(self, name: str, default: Any) -> Any:
        value = super()._shown(name, default)
        return value[0] if name == "normalized_shape" and len(value) == 1 else value


class LayerNorm(_OverLastAxes):
    """y = (x - mean) / sqrt(var + eps) * weight + bias over the last axes of every example.

    These, `weight` and `bias` have `normalized_shape`. Raises ValueError for input that does not end in it.
    Source: Ba et al., arXiv:1607.06450.
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float = 1e-5, elementwise_affine: bool = True,
                 bias: bool = True, *, dtype: DTypeLike | None = None) -> None:
        super().__init__(normalized_shape, eps, elementwise_affine, bias, dtype)

    def forward(self, input: ArrayLike) -> Tensor:
        input = self._admitted(input)
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps, speaker=self)


class GroupNorm(Affine):
    """y = (x - mean) / sqrt(var + eps) * weight + bias over each of `num_groups` groups of channels of every example.

    Input (N, C, ...); `weight` and `bias` are (C,). Raises ValueError unless the groups divide the channels.
    Source: Wu & He, arXiv:1803.08494.
    """

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True, *,
                 bias: bool = True, dtype: DTypeLike | None = None) -> None:
        positive_integers("GroupNorm", num_groups=num_groups, num_channels=num_channels)
        nonnegative("GroupNorm", eps=eps)
        if num_channels % num_groups:
            raise ValueError(f"GroupNorm: num_groups={num_groups} must divide num_channels={num_channels}")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self._start((num_channels,), affine, bias, dtype)

    def forward(self, input: ArrayLike) -> Tensor:
        input = self._admitted(input)
        if input.ndim < 2 or input.shape[1] != self.num_channels:
            raise refusal(self, f"(N, {self.num_channels}, ...)", input)
        return group_norm(input, self.num_groups, self.weight, self.bias, self.eps, speaker=self)


class RMSNorm(_OverLastAxes):
    """x / sqrt(mean of x^2 + eps) * weight over the last axes: LayerNorm that leaves the mean where it is.

    `weight` has `normalized_shape`; `eps` is the spacing of floats at 1 (for float16 that of float32) unless given.
    Raises ValueError for input that does not end in that shape. Source: Zhang & Sennrich, arXiv:1910.07467.
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float | None = None,
                 elementwise_affine: bool = True, *, dtype: DTypeLike | None = None) -> None:
        super().__init__(normalized_shape, eps, elementwise_affine, False, dtype)

    def forward(self, input: ArrayLike) -> Tensor:
        input = self._admitted(input)
        return rms_norm(input, self.normalized_shape, self.weight, self.eps, speaker=self)


def layer_norm(input: ArrayLike, normalized_shape: Sequence[int], weight: ArrayLike | None = None,
               bias: ArrayLike | None = None, eps: float = 1e-5, *, speaker: Speaker = "layer_norm") -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, over the last axes, of `normalized_shape`; as `nn.LayerNorm`."""
    input, shape = _ending_in(speaker, input, normalized_shape)
    weight, bias = fitting(speaker, shape, input.dtype, weight=weight, bias=bias)
    return layer_kernel(input, weight, bias, axes=len(shape), eps=eps)


def group_norm(input: ArrayLike, num_groups: int, weight: ArrayLike | None = None, bias: ArrayLike | None = None,
               eps: float = 1e-5, *, speaker: Speaker = "group_norm") -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, over groups of channels of (N, C, ...); as `nn.GroupNorm`."""
    input = admitted(speaker, input, real=True)
    if input.ndim < 2 or num_groups < 1 or input.shape[1] % num_groups:
        raise refusal(speaker, f"(N, C, ...) with channels that {num_groups} groups divide", input)
    if 0 in input.shape[1:]:
        raise refusal(speaker, "(N, C, ...) with at least one value per channel", input)
    weight, bias = fitting(speaker, input.shape[1:2], input.dtype, weight=weight, bias=bias)
    return group_kernel(input, weight, bias, groups=num_groups, eps=eps)


def rms_norm(input: ArrayLike, normalized_shape: Sequence[int], weight: ArrayLike | None = None,
             eps: float | None = None, *, speaker: Speaker = "rms_norm") -> Tensor:
    """x / sqrt(mean of x^2 + eps) * weight, over the last axes, of `normalized_shape`; as `nn.RMSNorm`."""
    input, shape = _ending_in(speaker, input, normalized_shape)
    (weight,) = fitting(speaker, shape, input.dtype, weight=weight)
    eps = spacing(input.dtype) if eps is None else eps
    return rms_kernel(input, weight, axes=len(shape), eps=eps)


def _ending_in(speaker: Speaker, given: Any, normalized_shape: Sequence[int]) -> tuple[Tensor, tuple[int, ...]]:
    """The input and its normalized shape. Raises ValueError unless the input's last axes have that shape."""
    x, shape = admitted(speaker, given, real=True), tuple(normalized_shape)
    if x.shape[-len(shape) :] != shape:
        raise refusal(speaker, f"(..., {', '.join(map(str, shape))})", x)
    return x, shape


def spacing(dtype: DTypeLike) -> float:
    """The spacing of floats at 1, for float16 that of float32: `eps` of RMSNorm unless given."""
    return float(np.finfo(np.result_type(dtype, np.float32)).eps)

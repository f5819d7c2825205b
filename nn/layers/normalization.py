"""Normalization: zero mean and unit variance over the batch, over each example, or over groups of channels.

    y = (x - mean) / sqrt(var + eps) * weight + bias

The variance is the biased one (divided by n), except where a running variance is kept: that one is unbiased (n - 1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import Tensor
from autograd.modes import local
from nn.kernels import layer_norm as kernels_of_layers
from nn.kernels import normalization as kernels
from nn.kernels import rms_norm as kernels_of_rms
from nn.layers.arguments import arguments, floating, positive
from nn.layers.input import Speaker, admitted, described, fitting, mistake, refusal
from nn.module import Module
from nn.parameter import Parameter, overwrite

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class _Affine(Module):
    """A weight that starts at 1 and a bias that starts at 0, or None of either."""

    weight: Parameter | None
    bias: Parameter | None

    def _start(self, shape: tuple[int, ...], weight: bool, bias: bool, dtype: DTypeLike | None) -> None:
        self.weight = Parameter(np.ones(shape), dtype=dtype) if weight else None
        self.bias = Parameter(np.zeros(shape), dtype=dtype) if bias else None

    def reset_parameters(self) -> None:
        """Set weight to 1 and bias to 0 again."""
        for parameter, start in ((self.weight, 1), (self.bias, 0)):
            if parameter is not None:
                overwrite(parameter, start)


class BatchNorm2d(_Affine):
    """Normalization of images (N, C, H, W), each channel over the batch and all positions.

    In training mean and variance are the batch's, and the running ones move towards them: `running <- (1 - momentum)
    running + momentum batch`, or their plain average if `momentum` is None. In evaluation the running ones are used;
    without `track_running_stats` always the batch's. Raises ValueError for a batch of one value a channel.
    Source: Ioffe & Szegedy, arXiv:1502.03167.
    """

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None
    dimensions: Mapping[int, str] = MappingProxyType({4: "(N, {}, H, W)"})

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True,
                 track_running_stats: bool = True, *, bias: bool = True, dtype: DTypeLike | None = None) -> None:
        kind = type(self).__name__
        positive(kind, num_features=num_features)
        if momentum is not None and not 0 <= momentum <= 1:
            raise ValueError(f"{kind}: momentum must be between 0 and 1, or None, got {momentum}")
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        dtype = floating(kind, dtype, real=True)
        self._start((num_features,), affine, affine and bias, dtype)
        self.register_buffer("running_mean", np.zeros(num_features, dtype) if track_running_stats else None)
        self.register_buffer("running_var", np.ones(num_features, dtype) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", np.array(0) if track_running_stats else None)

    def reset_running_stats(self) -> None:
        """Forget the running mean and variance."""
        for buffer, start in ((self.running_mean, 0), (self.running_var, 1), (self.num_batches_tracked, 0)):
            if buffer is not None:
                overwrite(buffer, start)

    def forward(self, input: Any) -> Tensor:
        held = self.running_mean if self.weight is None else self.weight
        input = admitted(self, input, None if held is None else held.dtype, real=True)
        if input.ndim not in self.dimensions or input.shape[1] != self.num_features:
            expected = " or ".join(text.format(self.num_features) for text in self.dimensions.values())
            raise refusal(self, expected, input)
        tracked = self.num_batches_tracked if self.training else None
        count = 0 if tracked is None else tracked.item() + 1
        rate = 1 / max(count, 1) if self.momentum is None else self.momentum
        out = batch_norm(input, self.running_mean, self.running_var, self.weight, self.bias,
                         self.training or self.running_mean is None, rate, self.eps, speaker=self)
        if tracked is not None and not local.recomputing:
            overwrite(tracked, count)
        return out

    def extra_repr(self) -> str:
        return arguments(self.num_features, eps=(self.eps, 1e-5), momentum=(self.momentum, 0.1),
                         affine=(self.affine, True), track_running_stats=(self.track_running_stats, True),
                         bias=(self.bias is not None or not self.affine, True))


class BatchNorm1d(BatchNorm2d):
    """y = (x - mean) / sqrt(var + eps) * weight + bias, each channel over the batch; otherwise as BatchNorm2d.

    Input rows (N, C) or sequences (N, C, L), whose statistics are over all steps too; the running ones (C,) move in
    training. Raises ValueError for a batch of one value a channel. Source: Ioffe & Szegedy, arXiv:1502.03167.
    """

    dimensions = MappingProxyType({2: "(N, {})", 3: "(N, {}, L)"})


class LayerNorm(_Affine):
    """Normalization of every example by itself, over its last axes, which have `normalized_shape`.

    `weight` and `bias` have that shape. Raises ValueError for input that does not end in it.
    Source: Ba et al., arXiv:1607.06450.
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float = 1e-5, elementwise_affine: bool = True,
                 bias: bool = True, *, dtype: DTypeLike | None = None) -> None:
        shape = (normalized_shape,) if isinstance(normalized_shape, (int, np.integer)) else tuple(normalized_shape)
        positive("LayerNorm", normalized_shape=shape)
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self._start(shape, elementwise_affine, elementwise_affine and bias, floating("LayerNorm", dtype, real=True))

    def forward(self, input: Any) -> Tensor:
        input = admitted(self, input, None if self.weight is None else self.weight.dtype, real=True)
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps, speaker=self)

    def extra_repr(self) -> str:
        shape = self.normalized_shape
        return arguments(shape[0] if len(shape) == 1 else shape, eps=(self.eps, 1e-5),
                         elementwise_affine=(self.elementwise_affine, True),
                         bias=(self.bias is not None or not self.elementwise_affine, True))


class GroupNorm(_Affine):
    """Normalization of every example by itself, over each of `num_groups` groups of channels; input (N, C, ...).

    Raises ValueError unless the groups divide the channels. Source: Wu & He, arXiv:1803.08494.
    """

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True, *,
                 bias: bool = True, dtype: DTypeLike | None = None) -> None:
        positive("GroupNorm", num_groups=num_groups, num_channels=num_channels)
        if num_channels % num_groups:
            raise ValueError(f"GroupNorm: num_groups={num_groups} must divide num_channels={num_channels}")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self._start((num_channels,), affine, affine and bias, floating("GroupNorm", dtype, real=True))

    def forward(self, input: Any) -> Tensor:
        input = admitted(self, input, None if self.weight is None else self.weight.dtype, real=True)
        if input.ndim < 2 or input.shape[1] != self.num_channels:
            raise refusal(self, f"(N, {self.num_channels}, ...)", input)
        return group_norm(input, self.num_groups, self.weight, self.bias, self.eps, speaker=self)

    def extra_repr(self) -> str:
        return arguments(self.num_groups, self.num_channels, eps=(self.eps, 1e-5), affine=(self.affine, True),
                         bias=(self.bias is not None or not self.affine, True))


class InstanceNorm2d(_Affine):
    """Normalization of every channel of every image by itself: (N, C, H, W), or one image (C, H, W).

    With `affine` it has a weight and a bias. It keeps no running statistics: it does the same in evaluation.
    Raises ValueError for one value a channel. Source: Ulyanov et al., arXiv:1607.08022.
    """

    axes = "H, W"

    def __init__(self, num_features: int, eps: float = 1e-5, *, affine: bool = False,
                 dtype: DTypeLike | None = None) -> None:
        kind = type(self).__name__
        positive(kind, num_features=num_features)
        self.num_features, self.eps, self.affine = num_features, eps, affine
        self._start((num_features,), affine, affine, floating(kind, dtype, real=True))

    def forward(self, input: Any) -> Tensor:
        x = admitted(self, input, None if self.weight is None else self.weight.dtype, real=True)
        inner = 1 + self.axes.count(",")
        if x.ndim - inner not in (1, 2) or x.shape[-inner - 1] != self.num_features:
            raise refusal(self, f"(N, {self.num_features}, {self.axes})", x)
        if x.size and x.size == x[..., :1].size and (inner == 1 or x.shape[-2] == 1):
            raise mistake(self, f"needs more than one value a channel for its statistics, got {x.shape}")
        batch = x if x.ndim == inner + 2 else x[np.newaxis]
        out = group_norm(batch, self.num_features, self.weight, self.bias, self.eps, speaker=self)
        return out if x.ndim == inner + 2 else out[0]

    def extra_repr(self) -> str:
        return arguments(self.num_features, eps=(self.eps, 1e-5), affine=(self.affine, False))


class InstanceNorm1d(InstanceNorm2d):
    """y = (x - mean) / sqrt(var + eps), every channel of every sequence by itself; otherwise as InstanceNorm2d.

    Input (N, C, L), or one sequence (C, L). With `affine` times a weight, plus a bias, (C,). Raises ValueError for one
    value a channel. Source: Ulyanov et al., arXiv:1607.08022.
    """

    axes = "L"


class RMSNorm(_Affine):
    """x / sqrt(mean of x^2 + eps) * weight over the last axes: LayerNorm that leaves the mean where it is.

    `weight` has `normalized_shape`; `eps` is the spacing of floats at 1 unless given. Raises ValueError for input that
    does not end in that shape. Source: Zhang & Sennrich, arXiv:1910.07467.
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float | None = None,
                 elementwise_affine: bool = True, *, dtype: DTypeLike | None = None) -> None:
        shape = (normalized_shape,) if isinstance(normalized_shape, (int, np.integer)) else tuple(normalized_shape)
        positive("RMSNorm", normalized_shape=shape)
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self._start(shape, elementwise_affine, False, floating("RMSNorm", dtype, real=True))

    def forward(self, input: Any) -> Tensor:
        input = admitted(self, input, None if self.weight is None else self.weight.dtype, real=True)
        return rms_norm(input, self.normalized_shape, self.weight, self.eps, speaker=self)

    def extra_repr(self) -> str:
        shape = self.normalized_shape
        return arguments(shape[0] if len(shape) == 1 else shape, eps=(self.eps, None),
                         elementwise_affine=(self.elementwise_affine, True))


def batch_norm(input: Any, running_mean: Tensor | None = None, running_var: Tensor | None = None, weight: Any = None,
               bias: Any = None, training: bool = False, momentum: float = 0.1, eps: float = 1e-5, *,
               speaker: Speaker = "batch_norm") -> Tensor:
    """Batch normalization of (N, C, ...): with the running statistics, or in training with the batch's.

    In training the running mean and (unbiased) variance, where they are given, move towards the batch's, in place.
    Raises ValueError in training for one value a channel, and in evaluation without running statistics.
    """
    input = admitted(speaker, input, real=True)
    if input.ndim < 2:
        raise refusal(speaker, "(N, C, ...)", input)
    weight, bias, mean, variance = fitting(speaker, input.shape[1:2], input.dtype, weight=weight, bias=bias,
                                           running_mean=running_mean, running_var=running_var)
    if not training:
        if mean is None or variance is None:
            raise mistake(speaker, "needs running_mean and running_var, or training=True")
        return kernels.batch_norm_inference(input, mean, variance, weight, bias, eps=eps)  # type: ignore[no-any-return]
    if input.size <= input.shape[1]:
        raise mistake(speaker, f"needs more than one value a channel for its statistics, got {input.shape}; use a "
                               "larger batch (drop_last=True of a DataLoader), or call .eval()")
    if not all(held is None or isinstance(held, Tensor) for held in (running_mean, running_var)):
        raise TypeError(f"{described(speaker)} moves the running statistics in place: give them as tensors")
    if running_mean is not None and input._value.shape != input.shape:
        raise mistake(speaker, "inside vmap every example would move the running statistics another way; call .eval(), "
                               "or make the layer with track_running_stats=False")
    out, mean, variance = kernels.batch_norm(input, weight, bias, eps=eps)
    for running, batch in ((running_mean, mean), (running_var, variance)):
        if running is not None and not local.recomputing:
            overwrite(running, (1 - momentum) * running._value + momentum * batch._value)
    return out  # type: ignore[no-any-return]


def layer_norm(input: Any, normalized_shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5, *,
               speaker: Speaker = "layer_norm") -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, over the last axes, which have `normalized_shape`.

    `weight` and `bias` have that shape, or are None. Raises ValueError for input that does not end in it.
    """
    input, shape = admitted(speaker, input, real=True), tuple(normalized_shape)
    if input.shape[-len(shape) :] != shape:
        raise refusal(speaker, f"(..., {', '.join(map(str, shape))})", input)
    weight, bias = fitting(speaker, shape, input.dtype, weight=weight, bias=bias)
    return kernels_of_layers.layer_norm(input, weight, bias, axes=len(shape), eps=eps)  # type: ignore[no-any-return]


def group_norm(input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5, *,
               speaker: Speaker = "group_norm") -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, over each of `num_groups` groups of channels of (N, C, ...).

    `weight` and `bias` are (C,), or None. Raises ValueError unless the groups divide the channels.
    """
    input = admitted(speaker, input, real=True)
    if input.ndim < 2 or num_groups < 1 or input.shape[1] % num_groups:
        raise refusal(speaker, f"(N, C, ...) with channels that {num_groups} groups divide", input)
    if 0 in input.shape[1:]:
        raise refusal(speaker, "(N, C, ...) with at least one value a channel", input)
    weight, bias = fitting(speaker, input.shape[1:2], input.dtype, weight=weight, bias=bias)
    return kernels.group_norm(input, weight, bias, groups=num_groups, eps=eps)  # type: ignore[no-any-return]


def rms_norm(input: Any, normalized_shape: Sequence[int], weight: Any = None, eps: float | None = None, *,
             speaker: Speaker = "rms_norm") -> Tensor:
    """x / sqrt(mean(x^2) + eps) * weight, over the last axes, which have `normalized_shape`.

    `weight` has that shape, or is None; `eps` is the spacing of the dtype at 1 unless given. Raises ValueError for
    input that does not end in that shape. Source: Zhang & Sennrich, arXiv:1910.07467.
    """
    input, shape = admitted(speaker, input, real=True), tuple(normalized_shape)
    if input.shape[-len(shape) :] != shape:
        raise refusal(speaker, f"(..., {', '.join(map(str, shape))})", input)
    (weight,) = fitting(speaker, shape, input.dtype, weight=weight)
    eps = float(np.finfo(input.dtype).eps) if eps is None else eps
    return kernels_of_rms.rms_norm(input, weight, axes=len(shape), eps=eps)  # type: ignore[no-any-return]

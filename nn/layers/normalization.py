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
from autograd.arrays import in_a_tuple, integer
from autograd.modes import local
from nn.kernels import layer_norm as kernels_of_layers
from nn.kernels import normalization as kernels
from nn.kernels import rms_norm as kernels_of_rms
from nn.layers.arguments import floating, positive
from nn.layers.input import Speaker, admitted, batch_of, fitting, mistake, refusal
from nn.layers.layer import Layer
from nn.parameter import Parameter, overwrite

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class _Affine(Layer):
    """A weight that starts at 1 and, unless it goes without, a bias that starts at 0; or None of either."""

    follows: Mapping[str, str] = MappingProxyType({"bias": "affine"})
    weight: Parameter | None
    bias: Parameter | None

    def _start(self, shape: tuple[int, ...], affine: bool, bias: bool, dtype: DTypeLike | None) -> np.dtype[Any]:
        found = floating(type(self).__name__, dtype, real=True)
        self.weight = Parameter(np.ones(shape), dtype=found) if affine else None
        self.bias = Parameter(np.zeros(shape), dtype=found) if affine and bias else None
        return found

    def _admitted(self, input: Any) -> Tensor:
        """The input, in the dtype of the numbers that the layer has, if any."""
        held = getattr(self, "running_mean", None) if self.weight is None else self.weight
        return admitted(self, input, None if held is None else held.dtype, real=True)

    def reset_parameters(self) -> None:
        """Set weight to 1 and bias to 0 again."""
        for parameter, start in ((self.weight, 1), (self.bias, 0)):
            if parameter is not None:
                overwrite(parameter, start)


class _Tracking(_Affine):
    """One statistic a channel, and a running mean and variance of each, or None of either."""

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True,
                 track_running_stats: bool = True, *, bias: bool = True, dtype: DTypeLike | None = None) -> None:
        kind = type(self).__name__
        positive(kind, num_features=num_features)
        if momentum is not None and not 0 <= momentum <= 1:
            raise ValueError(f"{kind}: momentum must be between 0 and 1, or None, got {momentum}")
        self.num_features, self.eps, self.affine = num_features, eps, affine
        self.momentum, self.track_running_stats = momentum, track_running_stats
        dtype = self._start((num_features,), affine, bias, dtype)
        self.register_buffer("running_mean", np.zeros(num_features, dtype) if track_running_stats else None)
        self.register_buffer("running_var", np.ones(num_features, dtype) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", np.array(0) if track_running_stats else None)

    def reset_running_stats(self) -> None:
        """Forget the running mean and variance."""
        for buffer, start in ((self.running_mean, 0), (self.running_var, 1), (self.num_batches_tracked, 0)):
            if buffer is not None:
                overwrite(buffer, start)


class BatchNorm2d(_Tracking):
    """Normalization of images (N, C, H, W), each channel over the batch and all positions.

    In training mean and variance are the batch's, and the running ones move towards them: `running <- (1 - momentum)
    running + momentum batch`, or their plain average if `momentum` is None. In evaluation the running ones are used;
    without `track_running_stats` always the batch's. Raises ValueError for a batch of one value a channel.
    Source: Ioffe & Szegedy, arXiv:1502.03167.
    """

    dimensions: Mapping[int, str] = MappingProxyType({4: "(N, {}, H, W)"})

    def forward(self, input: Any) -> Tensor:
        input = self._admitted(input)
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


class BatchNorm1d(BatchNorm2d):
    """y = (x - mean) / sqrt(var + eps) * weight + bias, each channel over the batch; otherwise as BatchNorm2d.

    Input rows (N, C) or sequences (N, C, L), whose statistics are over all steps too; the running ones (C,) move in
    training. Raises ValueError for a batch of one value a channel. Source: Ioffe & Szegedy, arXiv:1502.03167.
    """

    dimensions = MappingProxyType({2: "(N, {})", 3: "(N, {}, L)"})


class BatchNorm3d(BatchNorm2d):
    """Normalization of volumes (N, C, D, H, W), each channel over the batch and all places; otherwise as BatchNorm2d.

    Raises ValueError for a batch of one value a channel. Source: Ioffe & Szegedy, arXiv:1502.03167.
    """

    dimensions = MappingProxyType({5: "(N, {}, D, H, W)"})


class _OverLastAxes(_Affine):
    """Normalization of every example by itself, over its last axes."""

    follows = MappingProxyType({"bias": "elementwise_affine"})

    def __init__(self, normalized_shape: int | Sequence[int], eps: Any, elementwise_affine: bool, bias: bool,
                 dtype: DTypeLike | None) -> None:
        name = f"{type(self).__name__}: normalized_shape"
        shape = tuple(integer(name, length) for length in in_a_tuple(normalized_shape))
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self._start(shape, elementwise_affine, bias, dtype)

    def _shown(self, name: str, default: Any) -> Any:
        value = super()._shown(name, default)
        return value[0] if name == "normalized_shape" and len(value) == 1 else value


class LayerNorm(_OverLastAxes):
    """Normalization of every example by itself, over its last axes, which have `normalized_shape`.

    `weight` and `bias` have that shape. Raises ValueError for input that does not end in it.
    Source: Ba et al., arXiv:1607.06450.
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float = 1e-5, elementwise_affine: bool = True,
                 bias: bool = True, *, dtype: DTypeLike | None = None) -> None:
        super().__init__(normalized_shape, eps, elementwise_affine, bias, dtype)

    def forward(self, input: Any) -> Tensor:
        input = self._admitted(input)
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps, speaker=self)


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
        self._start((num_channels,), affine, bias, dtype)

    def forward(self, input: Any) -> Tensor:
        input = self._admitted(input)
        if input.ndim < 2 or input.shape[1] != self.num_channels:
            raise refusal(self, f"(N, {self.num_channels}, ...)", input)
        return group_norm(input, self.num_groups, self.weight, self.bias, self.eps, speaker=self)


class InstanceNorm2d(_Tracking):
    """Normalization of every channel of every image by itself: (N, C, H, W), or one image (C, H, W).

    With `affine` it has a weight and a bias. It does the same in evaluation, unless `track_running_stats`: then the
    means and variances of images move running ones, as in BatchNorm2d, which are used in evaluation.
    Raises ValueError for one value a channel. Source: Ulyanov et al., arXiv:1607.08022.
    """

    axes = 2

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = False,
                 track_running_stats: bool = False, *, dtype: DTypeLike | None = None) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias=affine, dtype=dtype)

    def forward(self, input: Any) -> Tensor:
        x, single = batch_of(self, self._admitted(input), self.num_features, self.axes)
        out = instance_norm(x, self.running_mean, self.running_var, self.weight, self.bias,
                            self.training or self.running_mean is None, self.momentum or 0.0, self.eps, speaker=self)
        return out[0] if single else out


class InstanceNorm1d(InstanceNorm2d):
    """y = (x - mean) / sqrt(var + eps), every channel of every sequence by itself; otherwise as InstanceNorm2d.

    Input (N, C, L), or one sequence (C, L). With `affine` times a weight, plus a bias, (C,). Raises ValueError for one
    value a channel. Source: Ulyanov et al., arXiv:1607.08022.
    """

    axes = 1


class InstanceNorm3d(InstanceNorm2d):
    """y = (x - mean) / sqrt(var + eps), every channel of every volume by itself; otherwise as InstanceNorm2d.

    Input (N, C, D, H, W), or one volume (C, D, H, W). With `affine` times a weight, plus a bias, (C,). Raises
    ValueError for one value a channel. Source: Ulyanov et al., arXiv:1607.08022.
    """

    axes = 3


class RMSNorm(_OverLastAxes):
    """x / sqrt(mean of x^2 + eps) * weight over the last axes: LayerNorm that leaves the mean where it is.

    `weight` has `normalized_shape`; `eps` is the spacing of floats at 1 unless given. Raises ValueError for input that
    does not end in that shape. Source: Zhang & Sennrich, arXiv:1910.07467.
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float | None = None,
                 elementwise_affine: bool = True, *, dtype: DTypeLike | None = None) -> None:
        super().__init__(normalized_shape, eps, elementwise_affine, False, dtype)

    def forward(self, input: Any) -> Tensor:
        input = self._admitted(input)
        return rms_norm(input, self.normalized_shape, self.weight, self.eps, speaker=self)


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
    out, mean, variance = kernels.batch_norm(input, weight, bias, eps=eps)
    _move(speaker, input, (running_mean, running_var), (mean._value, variance._value), momentum)
    return out  # type: ignore[no-any-return]


def instance_norm(input: Any, running_mean: Tensor | None = None, running_var: Tensor | None = None, weight: Any = None,
                  bias: Any = None, use_input_stats: bool = True, momentum: float = 0.1, eps: float = 1e-5, *,
                  speaker: Speaker = "instance_norm") -> Tensor:
    """Normalization of every channel of every example of (N, C, ...) by itself, or by the running statistics.

    With `use_input_stats` the running mean and (unbiased) variance, where they are given, move towards the means over
    the examples, in place. Raises ValueError for one value a channel, and without it and running statistics.
    """
    x = admitted(speaker, input, real=True)
    if not use_input_stats:
        return batch_norm(x, running_mean, running_var, weight, bias, eps=eps, speaker=speaker)
    if x.ndim > 1 and x.size == x.shape[0] * x.shape[1] > 0:
        raise mistake(speaker, f"needs more than one value a channel for its statistics, got {x.shape}")
    out = group_norm(x, x.shape[1] if x.ndim > 1 else 1, weight, bias, eps, speaker=speaker)
    if len(x) and (running_mean is not None or running_var is not None):
        fitting(speaker, x.shape[1:2], x.dtype, running_mean=running_mean, running_var=running_var)
        values, inner = x._value, tuple(range(2, x.ndim))
        statistics = values.mean(inner).mean(0), values.var(inner, ddof=1).mean(0)
        _move(speaker, x, (running_mean, running_var), statistics, momentum)
    return out


def _move(speaker: Speaker, x: Tensor, running: Sequence[Any], batch: Sequence[Any], momentum: float) -> None:
    """The running statistics a step towards those of the batch x, in place; None is left out."""
    if not all(held is None or isinstance(held, Tensor) for held in running):
        raise mistake(speaker, "moves the running statistics in place: give them as tensors", TypeError)
    if any(held is not None for held in running) and x._value.shape != x.shape:
        raise mistake(speaker, "inside vmap every example would move the running statistics another way; call .eval(), "
                               "or make the layer with track_running_stats=False")
    for held, values in zip(running, batch, strict=True):
        if held is not None and not local.recomputing:
            overwrite(held, (1 - momentum) * held._value + momentum * values)


def layer_norm(input: Any, normalized_shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5, *,
               speaker: Speaker = "layer_norm") -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, over the last axes, which have `normalized_shape`.

    `weight` and `bias` have that shape, or are None. Raises ValueError for input that does not end in it.
    """
    input, shape = _ending_in(speaker, input, normalized_shape)
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
    input, shape = _ending_in(speaker, input, normalized_shape)
    (weight,) = fitting(speaker, shape, input.dtype, weight=weight)
    eps = float(np.finfo(input.dtype).eps) if eps is None else eps
    return kernels_of_rms.rms_norm(input, weight, axes=len(shape), eps=eps)  # type: ignore[no-any-return]


def _ending_in(speaker: Speaker, given: Any, normalized_shape: Sequence[int]) -> tuple[Tensor, tuple[int, ...]]:
    """The input, and the shape that its last axes have. Raises ValueError if they have not."""
    x, shape = admitted(speaker, given, real=True), tuple(normalized_shape)
    if x.shape[-len(shape) :] != shape:
        raise refusal(speaker, f"(..., {', '.join(map(str, shape))})", x)
    return x, shape

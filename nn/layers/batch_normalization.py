"""Normalization with one statistic per channel, of the batch or of each example, that may be kept for evaluation.

    y = (x - mean) / sqrt(var + eps) * weight + bias

The variance is the biased one (divided by n), but the running one unbiased (n - 1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor
from autograd.modes import local
from nn.kernels import normalization as kernels
from nn.layers.arguments import nonnegative, positive_integers
from nn.layers.input import Speaker, admitted, batch_of, fitting, mistake, refusal
from nn.layers.normalization import Affine, group_norm
from nn.parameter import overwrite


class _Tracking(Affine):
    """A layer with one statistic per channel, with or without a running mean and variance."""

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True,
                 track_running_stats: bool = True, *, bias: bool = True, dtype: DTypeLike | None = None) -> None:
        kind = type(self).__name__
        positive_integers(kind, num_features=num_features)
        nonnegative(kind, eps=eps)
        if momentum is not None and not 0 <= momentum <= 1:
            raise ValueError(f"{kind}: momentum must be between 0 and 1, or None, got {momentum}")
        self.num_features, self.eps, self.affine = num_features, eps, affine
        self.momentum, self.track_running_stats = momentum, track_running_stats
        dtype = self._start((num_features,), affine, bias, dtype)
        self.register_buffer("running_mean", np.zeros(num_features, dtype) if track_running_stats else None)
        self.register_buffer("running_var", np.ones(num_features, dtype) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", np.array(0) if track_running_stats else None)

    def _numbers(self) -> Tensor | None:
        return self.running_mean if self.weight is None else self.weight

    def reset_running_stats(self) -> None:
        """Forget the running mean and variance."""
        for buffer, start in ((self.running_mean, 0), (self.running_var, 1), (self.num_batches_tracked, 0)):
            if buffer is not None:
                overwrite(buffer, start)


class _BatchNormNd(_Tracking):
    """Normalization of each channel over the batch and all positions."""

    dimensions: Mapping[int, str]

    def forward(self, input: ArrayLike) -> Tensor:
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


class BatchNorm2d(_BatchNormNd):
    """y = (x - mean) / sqrt(var + eps) * weight + bias of images (N, C, H, W), by channel over batch and positions.

    In training mean and variance are the batch's, and the running ones move towards them: `running <- (1 - momentum)
    running + momentum batch`, or their plain average if `momentum` is None. In evaluation the running ones are used;
    without `track_running_stats` always the batch's. Raises ValueError for a batch of one value per channel.
    Source: Ioffe & Szegedy, arXiv:1502.03167.
    """

    dimensions = MappingProxyType({4: "(N, {}, H, W)"})


class BatchNorm1d(_BatchNormNd):
    """y = (x - mean) / sqrt(var + eps) * weight + bias, each channel over the batch; otherwise as BatchNorm2d.

    Input rows (N, C), or sequences (N, C, L), whose statistics are over all steps too.
    """

    dimensions = MappingProxyType({2: "(N, {})", 3: "(N, {}, L)"})


class BatchNorm3d(_BatchNormNd):
    """Normalization of volumes (N, C, D, H, W), each channel over the batch and all places, as BatchNorm2d."""

    dimensions = MappingProxyType({5: "(N, {}, D, H, W)"})


class _InstanceNormNd(_Tracking):
    """Normalization of every channel of every example by itself."""

    axes: int

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = False,
                 track_running_stats: bool = False, *, bias: bool = True, dtype: DTypeLike | None = None) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias=bias, dtype=dtype)

    def forward(self, input: ArrayLike) -> Tensor:
        x, single = batch_of(self, self._admitted(input), self.num_features, self.axes)
        out = instance_norm(x, self.running_mean, self.running_var, self.weight, self.bias,
                            self.training or self.running_mean is None, self.momentum or 0.0, self.eps, speaker=self)
        return out[0] if single else out


class InstanceNorm2d(_InstanceNormNd):
    """y = (x - mean) / sqrt(var + eps), every channel of every image by itself: (N, C, H, W), or one image (C, H, W).

    With `affine` it is multiplied by a weight and, unless `bias=False`, a bias is added, (C,). It does the same in
    evaluation, unless `track_running_stats`: then the means and variances of images move running ones, which are used
    there. Raises ValueError for one value per channel. Source: Ulyanov et al., arXiv:1607.08022.
    """

    axes = 2


class InstanceNorm1d(_InstanceNormNd):
    """Normalization of every channel of every sequence, (N, C, L) or (C, L), by itself; otherwise as InstanceNorm2d."""

    axes = 1


class InstanceNorm3d(_InstanceNormNd):
    """Normalization of every channel of every volume, (N, C, D, H, W) or (C, D, H, W), by itself; as InstanceNorm2d."""

    axes = 3


def batch_norm(input: ArrayLike, running_mean: Tensor | None = None, running_var: Tensor | None = None,
               weight: ArrayLike | None = None, bias: ArrayLike | None = None, training: bool = False,
               momentum: float = 0.1, eps: float = 1e-5, *, speaker: Speaker = "batch_norm") -> Tensor:
    """Batch normalization of (N, C, ...): with the running statistics, or in training with the batch's.

    In training the running mean and (unbiased) variance, where they are given, move towards the batch's, in place.
    Raises ValueError in training for one value per channel, and in evaluation without running statistics.
    """
    input = admitted(speaker, input, real=True)
    if input.ndim < 2:
        raise refusal(speaker, "(N, C, ...)", input)
    weight, bias = fitting(speaker, input.shape[1:2], input.dtype, weight=weight, bias=bias)
    mean, variance = fitting(speaker, input.shape[1:2], np.promote_types(input.dtype, np.float32),
                             running_mean=running_mean, running_var=running_var)
    if not training:
        if mean is None or variance is None:
            raise mistake(speaker, "needs running_mean and running_var, or training=True")
        return kernels.batch_norm_inference(input, mean, variance, weight, bias, eps=eps)
    if input.size <= input.shape[1]:
        raise mistake(speaker, f"needs more than one value per channel for its statistics, got {input.shape}; use a "
                               "larger batch (drop_last=True of a DataLoader), or call .eval()")
    out, mean, variance = kernels.batch_norm(input, weight, bias, eps=eps)
    _move(speaker, input, (running_mean, running_var), (mean._value, variance._value), momentum)
    return out


def instance_norm(input: ArrayLike, running_mean: Tensor | None = None, running_var: Tensor | None = None,
                  weight: ArrayLike | None = None, bias: ArrayLike | None = None, use_input_stats: bool = True,
                  momentum: float = 0.1, eps: float = 1e-5, *, speaker: Speaker = "instance_norm") -> Tensor:
    """Normalization of every channel of every example of (N, C, ...) by itself, or by the running statistics.

    With `use_input_stats` the running mean and (unbiased) variance, where they are given, move towards the means over
    the examples, in place. Raises ValueError for one value per channel, and without it and running statistics.
    """
    x = admitted(speaker, input, real=True)
    if not use_input_stats:
        return batch_norm(x, running_mean, running_var, weight, bias, eps=eps, speaker=speaker)
    if x.ndim > 1 and x.size == x.shape[0] * x.shape[1] > 0:
        raise mistake(speaker, f"needs more than one value per channel for its statistics, got {x.shape}")
    out = group_norm(x, x.shape[1] if x.ndim > 1 else 1, weight, bias, eps, speaker=speaker)
    if len(x) and (running_mean is not None or running_var is not None):
        fitting(speaker, x.shape[1:2], x.dtype, running_mean=running_mean, running_var=running_var)
        values, inner = x._value.astype(np.promote_types(x.dtype, np.float32), copy=False), tuple(range(2, x.ndim))
        statistics = values.mean(inner).mean(0), values.var(inner, ddof=1).mean(0)
        _move(speaker, x, (running_mean, running_var), statistics, momentum)
    return out


def _move(speaker: Speaker, x: Tensor, running: Sequence[Any], batch: Sequence[Any], momentum: float) -> None:
    """Move the running statistics a step towards those of the batch x, in place; None is skipped."""
    if not all(held is None or isinstance(held, Tensor) for held in running):
        raise mistake(speaker, "moves the running statistics in place: give them as tensors", TypeError)
    if any(held is not None for held in running) and x._value.shape != x.shape:
        raise mistake(speaker, "inside vmap every example would move the running statistics differently; call "
                               ".eval(), or make the layer with track_running_stats=False")
    for held, values in zip(running, batch, strict=True):
        if held is not None and not local.recomputing:
            overwrite(held, (1 - momentum) * held._value + momentum * values)

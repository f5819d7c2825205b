"""Pooling: one number from every window of a channel, the largest or the mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import Array, weak
from autograd.declare import piecewise_constant
from nn.kernels.average_pooling import average_pool
from nn.kernels.half_precision import in_single
from nn.kernels.max_pooling import max_pool
from nn.layers.arguments import Geometry, Size, geometry, nonzero
from nn.layers.input import Speaker, admitted, check_window, images
from nn.layers.layer import Layer


class _Pool(Layer):
    """The geometry of windows: `stride` is the kernel size unless given, and padding at most half of it."""

    axes: int
    follows = MappingProxyType({"stride": "kernel_size"})

    def __init__(self, kernel_size: Size, stride: Size | None, padding: Size, dilation: Size, ceil_mode: bool) -> None:
        self.kernel_size, self.stride, self.padding, self.dilation = _pool_geometry(
            type(self).__name__, self.axes, kernel_size, stride, padding, dilation)
        self.ceil_mode = ceil_mode

    @property
    def _geometry(self) -> Geometry:
        return self.kernel_size, self.stride, self.padding, self.dilation


class _MaxPoolNd(_Pool):
    """The largest value of every window, along any number of axes."""

    __call__: Callable[..., Any]  # with `return_indices` two tensors

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1,
                 return_indices: bool = False, ceil_mode: bool = False) -> None:
        super().__init__(kernel_size, stride, padding, dilation, ceil_mode)
        self.return_indices = return_indices

    def forward(self, input: ArrayLike) -> Any:
        return _max_pool(self, input, self._geometry, self.ceil_mode, self.return_indices)


class MaxPool2d(_MaxPoolNd):
    """The largest value of every window of (N, C, H, W), or of one image (C, H, W); the padding is -inf.

    A gradient goes to the first largest value in reading order. With `ceil_mode` the last window may reach beyond the
    padding. With `return_indices` also the place of each value in its channel, counted row by row.
    Raises ValueError for a window larger than the padded input.
    """

    axes = 2


class MaxPool1d(_MaxPoolNd):
    """out[n, c, t] = max over i of in[n, c, t stride + i dilation - padding]; otherwise as MaxPool2d.

    Input (N, C, L), or one sequence (C, L); output length floor((L + 2 padding - dilation (kernel_size - 1) - 1) /
    stride) + 1.
    """

    axes = 1


class MaxPool3d(_MaxPoolNd):
    """The largest value of every window of (N, C, D, H, W), or of one volume (C, D, H, W); otherwise as MaxPool2d."""

    axes = 3


class _AvgPoolNd(_Pool):
    """The mean of every window, along any number of axes."""

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0, ceil_mode: bool = False,
                 count_include_pad: bool = True, divisor_override: int | None = None) -> None:
        super().__init__(kernel_size, stride, padding, 1, ceil_mode)
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override
        nonzero(type(self).__name__, divisor_override=divisor_override)

    def forward(self, input: ArrayLike) -> Tensor:
        return _avg_pool(self, input, self._geometry, self.ceil_mode, self.count_include_pad, self.divisor_override)


class AvgPool2d(_AvgPoolNd):
    """The mean of every window of (N, C, H, W), or of one image (C, H, W).

    It is divided by the window's area within the padded input, within the input alone if not `count_include_pad`, or by
    `divisor_override`. Raises ValueError for a window larger than the padded input.
    """

    axes = 2


class AvgPool1d(_AvgPoolNd):
    """out[n, c, t] = the mean over i of in[n, c, t stride + i - padding]; otherwise as AvgPool2d.

    Input (N, C, L), or one sequence (C, L).
    """

    axes = 1


class AvgPool3d(_AvgPoolNd):
    """The mean of every window of (N, C, D, H, W), or of one volume (C, D, H, W); otherwise as AvgPool2d."""

    axes = 3


class _LPPoolNd(_Pool):
    """The p-norm of every window, along any number of axes."""

    def __init__(self, norm_type: float, kernel_size: Size, stride: Size | None = None,
                 ceil_mode: bool = False) -> None:
        super().__init__(kernel_size, stride, 0, 1, ceil_mode)
        nonzero(type(self).__name__, norm_type=norm_type)
        self.norm_type = norm_type

    def forward(self, input: ArrayLike) -> Tensor:
        return _lp_pool(self, input, self.norm_type, self._geometry, self.ceil_mode)


class LPPool2d(_LPPoolNd):
    """(sum of x^p)^(1/p) over every window of (N, C, H, W), or of one image: sums for p = 1, max |x| for p = inf.

    p is `norm_type`, and `stride` the kernel size unless given. A negative sum gives nan, except for p = 1; a sum of 0
    has the derivative 0.
    Raises ValueError for a window larger than the input. Source: Sermanet et al., arXiv:1204.3968.
    """

    axes = 2


class LPPool1d(_LPPoolNd):
    """(sum of x^p)^(1/p) over every window of (N, C, L), or of one sequence (C, L); otherwise as LPPool2d."""

    axes = 1


class LPPool3d(_LPPoolNd):
    """(sum of x^p)^(1/p) over every window of (N, C, D, H, W), or of one volume (C, D, H, W); as LPPool2d."""

    axes = 3


def max_pool2d(input: ArrayLike, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """The largest value of every window of `input` (N, C, H, W) or (C, H, W); otherwise as `nn.MaxPool2d`."""
    windows = _pool_geometry("max_pool2d", 2, kernel_size, stride, padding, dilation)
    return _max_pool("max_pool2d", input, windows, ceil_mode, return_indices)


def max_pool1d(input: ArrayLike, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """The largest value of every window of `input` (N, C, L) or (C, L); otherwise as `nn.MaxPool1d`."""
    windows = _pool_geometry("max_pool1d", 1, kernel_size, stride, padding, dilation)
    return _max_pool("max_pool1d", input, windows, ceil_mode, return_indices)


def max_pool3d(input: ArrayLike, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """The largest value of every window of `input` (N, C, D, H, W) or (C, D, H, W); otherwise as `nn.MaxPool3d`."""
    windows = _pool_geometry("max_pool3d", 3, kernel_size, stride, padding, dilation)
    return _max_pool("max_pool3d", input, windows, ceil_mode, return_indices)


def avg_pool2d(input: ArrayLike, kernel_size: Size, stride: Size | None = None, padding: Size = 0,
               ceil_mode: bool = False, count_include_pad: bool = True, divisor_override: int | None = None) -> Tensor:
    """The mean of every window of `input` (N, C, H, W) or (C, H, W); otherwise as `nn.AvgPool2d`."""
    windows = _pool_geometry("avg_pool2d", 2, kernel_size, stride, padding, 1)
    return _avg_pool("avg_pool2d", input, windows, ceil_mode, count_include_pad, divisor_override)


def avg_pool1d(input: ArrayLike, kernel_size: Size, stride: Size | None = None, padding: Size = 0,
               ceil_mode: bool = False, count_include_pad: bool = True) -> Tensor:
    """The mean of every window of `input` (N, C, L) or (C, L); otherwise as `nn.AvgPool1d`."""
    windows = _pool_geometry("avg_pool1d", 1, kernel_size, stride, padding, 1)
    return _avg_pool("avg_pool1d", input, windows, ceil_mode, count_include_pad, None)


def avg_pool3d(input: ArrayLike, kernel_size: Size, stride: Size | None = None, padding: Size = 0,
               ceil_mode: bool = False, count_include_pad: bool = True, divisor_override: int | None = None) -> Tensor:
    """The mean of every window of `input` (N, C, D, H, W) or (C, D, H, W); otherwise as `nn.AvgPool3d`."""
    windows = _pool_geometry("avg_pool3d", 3, kernel_size, stride, padding, 1)
    return _avg_pool("avg_pool3d", input, windows, ceil_mode, count_include_pad, divisor_override)


def lp_pool2d(input: ArrayLike, norm_type: float, kernel_size: Size, stride: Size | None = None,
              ceil_mode: bool = False) -> Tensor:
    """(sum of x^p)^(1/p) over every window of (N, C, H, W) or (C, H, W), p = `norm_type`; as `nn.LPPool2d`."""
    return _lp_pool("lp_pool2d", input, norm_type, _pool_geometry("lp_pool2d", 2, kernel_size, stride, 0, 1), ceil_mode)


def lp_pool1d(input: ArrayLike, norm_type: float, kernel_size: Size, stride: Size | None = None,
              ceil_mode: bool = False) -> Tensor:
    """(sum of x^p)^(1/p) over every window of (N, C, L) or (C, L), p = `norm_type`; as `nn.LPPool1d`."""
    return _lp_pool("lp_pool1d", input, norm_type, _pool_geometry("lp_pool1d", 1, kernel_size, stride, 0, 1), ceil_mode)


def lp_pool3d(input: ArrayLike, norm_type: float, kernel_size: Size, stride: Size | None = None,
              ceil_mode: bool = False) -> Tensor:
    """(sum of x^p)^(1/p) over every window of (N, C, D, H, W) or (C, D, H, W), p = `norm_type`; as `nn.LPPool3d`."""
    return _lp_pool("lp_pool3d", input, norm_type, _pool_geometry("lp_pool3d", 3, kernel_size, stride, 0, 1), ceil_mode)


def _pool_geometry(speaker: str, axes: int, kernel_size: Size, stride: Size | None, padding: Size,
                   dilation: Size) -> Geometry:
    """The geometry of windows. Raises ValueError for a padding of more than half the kernel size."""
    found = kernel, _, padded, _ = geometry(speaker, axes, kernel_size, stride, padding, dilation)
    if any(p > k // 2 for p, k in zip(padded, kernel, strict=True)):
        raise ValueError(f"{speaker}: padding must be at most half of the kernel size, got padding={padding} and "
                         f"kernel_size={kernel_size}")
    return found


def _batch(speaker: Speaker, x: Any, windows: Geometry, ceil_mode: bool) -> tuple[Any, bool]:
    """The input as a batch, and whether it had no batch axis. Raises ValueError if no window fits."""
    kernel, stride, padding, dilation = windows
    x, single = images(speaker, x, len(kernel))
    check_window(speaker, x, kernel, tuple((p, p) for p in padding), dilation, [(s - 1) * ceil_mode for s in stride])
    return x, single


def _max_pool(speaker: Speaker, x: Any, windows: Geometry, ceil_mode: bool, return_indices: bool) -> Any:
    kernel, stride, padding, dilation = windows
    x, single = _batch(speaker, admitted(speaker, x, real=True), windows, ceil_mode)
    out = max_pool(x, kernel=kernel, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode)
    if not return_indices:
        return out[0] if single else out
    places = _places(x, out.shape[2:], *windows)
    return (out[0], places[0]) if single else (out, places)


def _avg_pool(speaker: Speaker, x: Any, windows: Geometry, ceil_mode: bool, count_include_pad: bool,
              divisor: int | None) -> Tensor:
    nonzero(speaker, divisor_override=divisor)
    kernel, stride, padding, _ = windows
    x, single = _batch(speaker, admitted(speaker, x), windows, ceil_mode)
    out: Tensor = average_pool(x, kernel=kernel, stride=stride, padding=padding, ceil_mode=ceil_mode,
                               count_include_pad=count_include_pad, divisor=divisor)
    return out[0] if single else out


def _lp_pool(speaker: Speaker, x: Any, p: float, windows: Geometry, ceil_mode: bool) -> Tensor:
    nonzero(speaker, norm_type=p)
    x = admitted(speaker, x, real=True)
    if math.isinf(p):
        sign = math.copysign(1.0, p)
        largest: Tensor = _max_pool(speaker, sign * abs(x), windows, ceil_mode, False)
        return sign * largest
    return _norms(x, p=weak(p), speaker=speaker, windows=windows, ceil_mode=ceil_mode)


@in_single
def _norms(x: Tensor, *, p: float, speaker: Speaker, windows: Geometry, ceil_mode: bool) -> Tensor:
    """By way of the mean: a window that reaches beyond the border counts as a whole one, as in PyTorch."""
    sums: Any = _avg_pool(speaker, x**p, windows, ceil_mode, True, None) * math.prod(windows[0])
    sums = np.where(sums == 0, 0, sums)  # which has no slope
    return sums ** (1 / p)  # type: ignore[no-any-return]


@piecewise_constant
def _places(x: Array, outputs: Sequence[int], kernel: Sequence[int], stride: Sequence[int],
            padding: Sequence[int], dilation: Sequence[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Where in its channel, row by row, the largest value of every window is."""
    inside, flat = np.ones((), bool), np.zeros((), int)
    for axis, size in enumerate(x.shape[2:]):  # positions (outputs of each axis..., taps of each axis...)
        taps = np.arange(kernel[axis]) * dilation[axis] - padding[axis]
        seen = among_axes(np.arange(outputs[axis])[:, None] * stride[axis] + taps, axis, len(outputs))
        inside = inside & (seen >= 0) & (seen < size)
        flat = flat * size + np.clip(seen, 0, size - 1)
    values = np.where(inside, x.reshape(*x.shape[:2], math.prod(x.shape[2:]))[:, :, flat], -np.inf)
    values = values.reshape(*x.shape[:2], *outputs, math.prod(kernel))
    best = values.argmax(axis=-1)[..., None]
    return np.take_along_axis(np.broadcast_to(flat.reshape(*outputs, -1), values.shape), best, axis=-1)[..., 0]


def among_axes(seen: Array, axis: int, axes: int) -> Array:
    """What windows see along one axis, (outputs, taps), among (outputs of each axis..., taps of each axis...)."""
    shape = np.ones(2 * axes, int)
    shape[axis], shape[axis + axes] = seen.shape
    return seen.reshape(shape)

"""Adaptive pooling: the output has a given size, whatever the size of the input.

Window i of m goes from floor(i n / m) to ceil((i + 1) n / m): neighbours share a value where m does not divide n.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import integer
from nn.kernels.average_pooling import adaptive_average_pool
from nn.kernels.max_pooling import max_pool
from nn.kernels.windows import adaptive_windows
from nn.layers.arguments import each_axis
from nn.layers.input import Speaker, admitted, images
from nn.layers.layer import Layer
from nn.layers.pooling import among_axes

OutputSize = int | Sequence[int | None] | None


class _Adaptive(Layer):
    """The number of windows along each axis: the output's size, or, where that is None, the input's."""

    axes: int

    def __init__(self, output_size: OutputSize) -> None:
        self.output_size = _sizes(type(self).__name__, self.axes, output_size)


class _AdaptiveAvgPoolNd(_Adaptive):
    """The mean of every window, along any number of axes."""

    def forward(self, input: ArrayLike) -> Tensor:
        return _average(self, input, self.output_size)


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """The means of `output_size` H x W windows, whatever the input's size.

    Window i goes from floor(i n / m) to ceil((i + 1) n / m); None keeps the input's size. Input (N, C, H, W), or one
    image (C, H, W). Raises ValueError for other shapes.
    """

    axes = 2


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """The mean of `output_size` windows of (N, C, L), or of one sequence (C, L); otherwise as AdaptiveAvgPool2d."""

    axes = 1


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """The means of `output_size` D x H x W windows of (N, C, ., ., .), or of one volume; as AdaptiveAvgPool2d."""

    axes = 3


class _AdaptiveMaxPoolNd(_Adaptive):
    """The largest value of every window, along any number of axes."""

    __call__: Callable[..., Any]  # with `return_indices` two tensors

    def __init__(self, output_size: OutputSize, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input: ArrayLike) -> Any:
        return _largest(self, input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """The largest value of each of `output_size` H x W windows, whatever the input's size, as for AdaptiveAvgPool2d.

    A gradient goes to the first largest value in reading order. With `return_indices` also the place of each value in
    its channel, counted row by row. Raises ValueError for other shapes.
    """

    axes = 2


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """The maxima of `output_size` windows of (N, C, L), or of one sequence (C, L); otherwise as AdaptiveMaxPool2d."""

    axes = 1


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """The maxima of `output_size` D x H x W windows of (N, C, ., ., .), or of one volume; as AdaptiveMaxPool2d."""

    axes = 3


def adaptive_avg_pool2d(input: ArrayLike, output_size: OutputSize) -> Tensor:
    """The means of `output_size` H x W windows of `input` (N, C, ., .) or (C, ., .), as `nn.AdaptiveAvgPool2d`."""
    return _average("adaptive_avg_pool2d", input, _sizes("adaptive_avg_pool2d", 2, output_size))


def adaptive_avg_pool1d(input: ArrayLike, output_size: OutputSize) -> Tensor:
    """The means of `output_size` windows of `input` (N, C, .) or (C, .), as `nn.AdaptiveAvgPool1d`."""
    return _average("adaptive_avg_pool1d", input, _sizes("adaptive_avg_pool1d", 1, output_size))


def adaptive_avg_pool3d(input: ArrayLike, output_size: OutputSize) -> Tensor:
    """The means of D x H x W windows of `input` (N, C, ., ., .) or (C, ., ., .), as `nn.AdaptiveAvgPool3d`."""
    return _average("adaptive_avg_pool3d", input, _sizes("adaptive_avg_pool3d", 3, output_size))


def adaptive_max_pool2d(input: ArrayLike, output_size: OutputSize, return_indices: bool = False) -> Any:
    """The maxima of `output_size` H x W windows of `input` (N, C, ., .) or (C, ., .), as `nn.AdaptiveMaxPool2d`."""
    return _largest("adaptive_max_pool2d", input, _sizes("adaptive_max_pool2d", 2, output_size), return_indices)


def adaptive_max_pool1d(input: ArrayLike, output_size: OutputSize, return_indices: bool = False) -> Any:
    """The maxima of `output_size` windows of `input` (N, C, .) or (C, .), as `nn.AdaptiveMaxPool1d`."""
    return _largest("adaptive_max_pool1d", input, _sizes("adaptive_max_pool1d", 1, output_size), return_indices)


def adaptive_max_pool3d(input: ArrayLike, output_size: OutputSize, return_indices: bool = False) -> Any:
    """The maxima of D x H x W windows of `input` (N, C, ., ., .) or (C, ., ., .), as `nn.AdaptiveMaxPool3d`."""
    return _largest("adaptive_max_pool3d", input, _sizes("adaptive_max_pool3d", 3, output_size), return_indices)


def _sizes(speaker: str, axes: int, size: OutputSize) -> tuple[int | None, ...]:
    sizes = each_axis(speaker, "output_size", size, axes)
    return tuple(None if n is None else integer(f"{speaker}: output_size", n) for n in sizes)


def _wanted(x: Any, sizes: tuple[int | None, ...]) -> list[int]:
    return [n if m is None else m for n, m in zip(x.shape[2:], sizes, strict=True)]


def _average(speaker: Speaker, x: Any, sizes: tuple[int | None, ...]) -> Tensor:
    x, single = images(speaker, admitted(speaker, x), len(sizes))
    out: Tensor = adaptive_average_pool(x, size=_wanted(x, sizes))
    return out[0] if single else out


def _largest(speaker: Speaker, x: Any, sizes: tuple[int | None, ...], return_indices: bool) -> Any:
    x, single = images(speaker, admitted(speaker, x, real=True), len(sizes))
    size, axes = _wanted(x, sizes), len(sizes)
    if not return_indices and not any(n % m for n, m in zip(x.shape[2:], size, strict=True)):
        kernel = [n // m for n, m in zip(x.shape[2:], size, strict=True)]  # side by side, which is a plain pool
        largest = max_pool(x, kernel=kernel, stride=kernel, padding=[0] * axes, dilation=[1] * axes, ceil_mode=False)
        return largest[0] if single else largest
    seen = _seen(x.shape[2:], size)
    values = np.take(x.reshape(*x.shape[:2], math.prod(x.shape[2:])), seen, axis=2)
    best: Any = np.argmax(values, axis=-1, keepdims=True)
    shape = (*x.shape[:2], *size)
    out: Any = np.take_along_axis(values, best, axis=-1).reshape(shape)
    if not return_indices:
        return out[0] if single else out
    places: Any = np.take_along_axis(np.broadcast_to(seen, values.shape), best, axis=-1).reshape(shape)
    return (out[0], places[0]) if single else (out, places)


def _seen(lengths: Sequence[int], sizes: Sequence[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The positions in its channel, counted row by row, that each window sees: (windows, values).

    A short window repeats its last one.
    """
    flat = np.zeros((), int)
    for axis, (n, m) in enumerate(zip(lengths, sizes, strict=True)):
        first, end = np.transpose(adaptive_windows(n, m))
        at = np.minimum(first[:, None] + np.arange((end - first).max()), end[:, None] - 1)
        flat = flat * n + among_axes(at, axis, len(sizes))
    return flat.reshape(math.prod(sizes), -1)

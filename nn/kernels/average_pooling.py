"""Average pooling in one, two and three dimensions, also of adaptive windows: linear, as is its adjoint.

    out[n, c, y, x] = (sum over i, j of  x[n, c, y s + i - p, x s + j - p]) / count

Shapes: x (N, C, L), (N, C, H, W) or (N, C, D, H, W). Options, with one entry per axis: `kernel`, `stride`, `padding`
(p on both sides, of 0); `ceil_mode` lets the last window reach beyond the padding. `count` is the window's area within
the padded input, or with `count_include_pad=False` within the input, or `divisor`. A pool and its adjoint are each
other's derivative; with blocks side by side and the divisor 1, the adjoint repeats pixels. One axis at a time is
reduced, see `pooling_axis.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare import linear, on_arrays_too
from nn.kernels.half_precision import in_single
from nn.kernels.layout import in_memory_order, logical
from nn.kernels.pooling_axis import along_axes, at, reduce_taps, repeat_to_taps, with_size
from nn.kernels.windows import Axis, Windows, adaptive_windows, pool_windows

Bounds = tuple[tuple[tuple[int, int], ...], ...]  # the first and the end index of each window, along each axis


def _along_axis(counts: Array, along: int) -> Array:
    """Numbers along one axis, shaped to broadcast along the others."""
    return counts.reshape(with_size((1,) * 5, along, -1))


def _counts(windows: Axis, include_pad: bool) -> Array:
    """The number of taps of each window that count, along one axis."""
    starts = np.arange(windows.outputs) * windows.stride - windows.before
    low, high = (-windows.before, windows.size + windows.before) if include_pad else (0, windows.size)
    return np.minimum(starts + windows.kernel, high) - np.maximum(starts, low)


@lru_cache
def _areas(geometry: Windows, include_pad: bool) -> Array | int:
    """The number of taps of each window that count, in memory order, or a single number if all are equal."""
    counts = np.ones((1,) * 5, int)
    for along, windows in along_axes(geometry):
        counts = counts * _along_axis(_counts(windows, include_pad), along)
    most = int(counts.max())
    return most if (counts == most).all() else counts


def _divide(image: Array, geometry: Windows, include_pad: bool, divisor: int | None) -> Array:
    """A fresh (OH, N, OD, OW, C) divided by the windows' counts."""
    divided: Array
    if divisor is not None:
        divided = image / image.dtype.type(divisor)
    elif isinstance(areas := _areas(geometry, include_pad), int):
        divided = image * image.dtype.type(1 / areas)
    else:
        divided = image / areas.astype(image.dtype)
    return divided


@in_single
def _mean(x: Array, *, geometry: Windows, include_pad: bool, divisor: int | None) -> Array:
    image = in_memory_order(x)
    for along, windows in along_axes(geometry):
        image = reduce_taps(image, windows, along, np.add, 0)
    return logical(_divide(image, geometry, include_pad, divisor), x.ndim)


@in_single
def _spread(g: Array, *, geometry: Windows, include_pad: bool, divisor: int | None) -> Array:
    image = in_memory_order(g)
    if divisor != 1:
        image = _divide(image, geometry, include_pad, divisor)
    for along, windows in along_axes(geometry):
        image = repeat_to_taps(image, windows, along, np.empty(with_size(image.shape, along, windows.size), g.dtype))
    return logical(image, g.ndim)


def _pair(name: str, adjoint_name: str) -> tuple[Any, Any]:
    """A pool and its adjoint, each the other's rule."""
    pool: Any = on_arrays_too(linear(
        _mean, lambda g, *, geometry, include_pad, divisor: adjoint(
            g, geometry=geometry, include_pad=include_pad, divisor=divisor), name=name))
    adjoint: Any = on_arrays_too(linear(
        _spread, lambda g, *, geometry, include_pad, divisor: pool(
            g, geometry=geometry, include_pad=include_pad, divisor=divisor), name=adjoint_name))
    return pool, adjoint


mean, _ = _pair("average_pool", "average_pool_adjoint")
_, repeated = _pair("sum_of_blocks", "repeat_pixels")


def _lengths(windows: tuple[tuple[int, int], ...], along: int, dtype: Any) -> Array:
    return _along_axis(np.array([end - first for first, end in windows], dtype), along)


@in_single
def _adaptive_mean(x: Array, *, bounds: Bounds) -> Array:
    image = in_memory_order(x)
    for along, windows in along_axes(bounds):
        sums = np.empty(with_size(image.shape, along, len(windows)), image.dtype)
        for i, (first, end) in enumerate(windows):
            np.add.reduce(image[at(slice(first, end), along)], along, out=sums[at(i, along)])
        image = sums / _lengths(windows, along, sums.dtype)
    return logical(image, x.ndim)


@in_single
def _adaptive_spread(g: Array, *, bounds: Bounds) -> Array:
    share = in_memory_order(g)
    for along, windows in along_axes(bounds):
        share = share / _lengths(windows, along, share.dtype)
        image = np.zeros(with_size(share.shape, along, windows[-1][1]), share.dtype)
        for i, (first, end) in enumerate(windows):
            image[at(slice(first, end), along)] += share[at(slice(i, i + 1), along)]
        share = image
    return logical(share, g.ndim)


adaptive_mean: Any = on_arrays_too(linear(
    _adaptive_mean, lambda g, *, bounds: adaptive_spread(g, bounds=bounds), name="adaptive_average_pool"))
adaptive_spread: Any = on_arrays_too(linear(
    _adaptive_spread, lambda g, *, bounds: adaptive_mean(g, bounds=bounds), name="adaptive_average_pool_adjoint"))


def average_pool(x: Any, *, kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int],
                 ceil_mode: bool = False, count_include_pad: bool = True, divisor: int | None = None) -> Any:
    """The mean of windows of a sequence, an image or a volume (N, C, ...)."""
    geometry = pool_windows(x.shape[2:], kernel, stride, padding, (1,) * len(kernel), ceil_mode)
    return mean(x, geometry=geometry, include_pad=count_include_pad, divisor=divisor)


def repeat_pixels(x: Any, times: Sequence[int]) -> Any:
    """(N, C, ...) with each pixel so many times along each axis: the adjoint of a sum over blocks of pixels."""
    sizes = [n * k for n, k in zip(x.shape[2:], times, strict=True)]
    geometry = pool_windows(sizes, times, times, (0,) * len(times), (1,) * len(times), False)
    return repeated(x, geometry=geometry, include_pad=True, divisor=1)


def adaptive_average_pool(x: Any, *, size: Sequence[int]) -> Any:
    """The mean of `size` windows per axis of (N, C, ...), those of `adaptive_windows`.

    Windows are summed one at a time. In a product with a matrix, zeros times infinity would give nan.
    """
    lengths = x.shape[2:]
    if all(n % m == 0 for n, m in zip(lengths, size, strict=True)):
        kernel = [n // m for n, m in zip(lengths, size, strict=True)]
        return average_pool(x, kernel=kernel, stride=kernel, padding=[0] * len(kernel))
    return adaptive_mean(x, bounds=tuple(map(adaptive_windows, lengths, size)))

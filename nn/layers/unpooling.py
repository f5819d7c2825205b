"""Unpooling: maxima put back where a pool found them, among zeros."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arguments import array_of
from autograd.arrays import in_a_tuple
from nn.kernels.indices import first_outside
from nn.kernels.windows import transposed_size
from nn.layers.arguments import Size, Sizes, geometry
from nn.layers.input import Speaker, admitted, batch_of, mistake, refusal
from nn.layers.layer import Layer


class _MaxUnpoolNd(Layer):
    """The values of a pool back at their places, along any number of axes."""

    axes: int
    called_with = ("x", "indices")
    follows = MappingProxyType({"stride": "kernel_size"})

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> None:
        self.kernel_size, self.stride, self.padding, _ = geometry(type(self).__name__, self.axes, kernel_size, stride,
                                                                  padding)

    def forward(self, input: ArrayLike, indices: ArrayLike, output_size: Sequence[int] | None = None) -> Tensor:
        return _unpooled(self, input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool2d(_MaxUnpoolNd):
    """The values of a pool back at their places in images of zeros: of what `MaxPool2d(return_indices=True)` gives.

    Input (N, C, H, W) and places of its shape, counted row by row in each channel; also without N. The output is as
    large as the smallest image from which such a pool makes the input, unless `output_size` says otherwise. Where
    places coincide, the last value stays. Raises ValueError for other shapes, and for places outside of the output.
    """

    axes = 2


class MaxUnpool1d(_MaxUnpoolNd):
    """The values of a pool at their places in sequences of zeros, (N, C, L) or (C, L); as MaxUnpool2d."""

    axes = 1


class MaxUnpool3d(_MaxUnpoolNd):
    """The values of a pool at their places in volumes of zeros, (N, C, D, H, W) or (C, D, H, W); as MaxUnpool2d."""

    axes = 3


def max_unpool2d(input: ArrayLike, indices: ArrayLike, kernel_size: Size, stride: Size | None = None, padding: Size = 0,
                 output_size: Sequence[int] | None = None) -> Tensor:
    """The values of a pool of images back at their places `indices`, among zeros, as `nn.MaxUnpool2d`."""
    kernel, steps, padded, _ = geometry("max_unpool2d", 2, kernel_size, stride, padding)
    return _unpooled("max_unpool2d", input, indices, kernel, steps, padded, output_size)


def max_unpool1d(input: ArrayLike, indices: ArrayLike, kernel_size: Size, stride: Size | None = None, padding: Size = 0,
                 output_size: Sequence[int] | None = None) -> Tensor:
    """The values of a pool of sequences back at their places `indices`, among zeros, as `nn.MaxUnpool1d`."""
    kernel, steps, padded, _ = geometry("max_unpool1d", 1, kernel_size, stride, padding)
    return _unpooled("max_unpool1d", input, indices, kernel, steps, padded, output_size)


def max_unpool3d(input: ArrayLike, indices: ArrayLike, kernel_size: Size, stride: Size | None = None, padding: Size = 0,
                 output_size: Sequence[int] | None = None) -> Tensor:
    """The values of a pool of volumes back at their places `indices`, among zeros, as `nn.MaxUnpool3d`."""
    kernel, steps, padded, _ = geometry("max_unpool3d", 3, kernel_size, stride, padding)
    return _unpooled("max_unpool3d", input, indices, kernel, steps, padded, output_size)


def _unpooled(speaker: Speaker, input: Any, indices: Any, kernel: Sizes, stride: Sizes, padding: Sizes,
              output_size: Sequence[int] | None) -> Tensor:
    axes, given, places = len(kernel), admitted(speaker, input), array_of(indices)
    x: Any
    x, single = batch_of(speaker, given, "C", axes)
    if places.dtype.kind not in "iu" or places.shape != given.shape:
        raise refusal(speaker, f"places of the shape {given.shape}, as integers", f"{places.dtype} {places.shape}")
    size = tuple(transposed_size(n, k, s, padding=(p, p))
                 for n, k, s, p in zip(x.shape[2:], kernel, stride, padding, strict=True))
    if output_size is not None:
        wanted = in_a_tuple(output_size)[-axes:]
        if len(wanted) != axes or any(abs(w - n) >= s for w, n, s in zip(wanted, size, stride, strict=True)):
            raise mistake(speaker, f"makes outputs that are less than a stride of {stride} from {size}, not {wanted}")
        size = wanted
    (batch, channels), pixels = x.shape[:2], math.prod(size)
    outside = first_outside(places, pixels)
    if outside is not None:
        came = getattr(places, "_value", places)[outside]
        raise mistake(speaker, f"expected places in an output of {size}, got {came} at index {outside}")
    image: Any = np.zeros_like(x, shape=(batch, channels, pixels))
    at = np.arange(batch)[:, np.newaxis, np.newaxis], np.arange(channels)[:, np.newaxis]
    count = math.prod(x.shape[2:])
    image[(*at, places.reshape(batch, channels, count))] = x.reshape(batch, channels, count)
    out: Tensor = image.reshape(batch, channels, *size)
    return out[0] if single else out

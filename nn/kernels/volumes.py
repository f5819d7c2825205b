"""Convolution of volumes as convolution of images: the slices that a window sees along the depth become channels.

In memory a volume is a stack of N D images (H, N D, W, C). A window of the convolution sees kd of them; so images are
convolved whose pixels have the channels of all kd images side by side. `beside` makes these images of x, and `added`,
its adjoint, sums the channels of all taps that see the same place. In the weight, too, the taps along the depth become
channels (`matrices`, with the inverse `kernels`). Where windows have depth 1, nothing is copied.

Shapes: x (N, C, D, H, W), weight (O, C / groups, kd, kh, kw), each also without D, and without W, as in `layout.py`.
The images side by side take kd times the memory of the volume.
"""

from __future__ import annotations

import numpy as np

from autograd.arrays import Array
from nn.kernels.layout import in_memory_order, in_space, logical, pixels, with_axes
from nn.kernels.windows import Axis


def stacked(x: Array) -> Array:
    """A volume (N, C, D, H, W) as a stack of images (H, N D, W, C)."""
    volume = in_memory_order(x)
    height, batch, depth, width, channels = volume.shape
    return volume.reshape(height, batch * depth, width, channels)


def apart(images: Array, depth: int, ndim: int) -> Array:
    """The inverse of `stacked`: an array with `ndim` axes."""
    height, count, width, channels = images.shape
    return logical(images.reshape(height, count // depth, depth, width, channels), ndim)


def beside(x: Array, deep: Axis, groups: int) -> Array:
    """The slices that each window sees, side by side: (N, C, D, H, W) to (H, N OD, W, groups kd C / groups)."""
    if deep.identity:
        return stacked(x)
    volume = in_memory_order(x)
    height, batch, depth, width, channels = volume.shape
    seen = pixels(volume.reshape(height, batch, depth, width, groups, channels // groups))
    out = np.zeros((height, batch, deep.outputs, width, groups, deep.kernel, channels // groups), x.dtype)
    into = pixels(out)
    for j in range(deep.kernel):
        outputs, inputs = deep.tap(j)
        into[:, :, outputs, :, :, j] = seen[:, :, inputs]
    return out.reshape(height, batch * deep.outputs, width, deep.kernel * channels)


def added(images: Array, deep: Axis, groups: int, ndim: int) -> Array:
    """The adjoint of `beside`: (H, N OD, W, groups kd C / groups) to (N, C, D, H, W), or fewer axes: `ndim`."""
    if deep.identity:
        return apart(images, deep.size, ndim)
    height, count, width, channels = images.shape
    batch, channels = count // deep.outputs, channels // deep.kernel
    parts = images.reshape(height, batch, deep.outputs, width, groups, deep.kernel, channels // groups)
    out = np.zeros((height, batch, deep.size, width, groups, channels // groups), images.dtype)
    for j in range(deep.kernel):
        outputs, inputs = deep.tap(j)
        out[:, :, inputs] += parts[:, :, outputs, :, :, j]
    return logical(out.reshape(height, batch, deep.size, width, channels), ndim)


def matrices(weight: Array) -> Array:
    """A weight (O, C, kd, kh, kw) as a weight for images, (O, kd C, kh, kw)."""
    units, channels, *size = weight.shape
    depth, height, width = in_space(size, 1)
    taps = weight.reshape(units, channels, depth, height, width).swapaxes(1, 2)
    return taps.reshape(units, depth * channels, height, width)


def kernels(matrices: Array, depth: int, ndim: int) -> Array:
    """The inverse of `matrices`: a weight with `ndim` axes."""
    units, channels, *size = matrices.shape
    return with_axes(matrices.reshape(units, depth, channels // depth, *size).swapaxes(1, 2), ndim)

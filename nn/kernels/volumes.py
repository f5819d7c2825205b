"""Volumes as the kernels of images see them: (N, C, D, H, W), of which an image is one of depth 1, a sequence one of
depth and width 1.

In memory a volume lies as (H, N, D, W, C), so that it is a stack of N D images (H, N D, W, C) as it stands. The windows
of a convolution see several of these: then what is convolved are the images whose pixels have the channels of all kd
that a window sees, side by side. `beside` makes them of x, and `added`, its adjoint, adds up what taps have for one
place; to both belongs a weight whose taps along the depth are channels, too (`matrices`, and back `kernels`). Where the
depth is 1, nothing is moved.

Shapes: x (N, C, D, H, W), weight (O, C / groups, kd, kh, kw), each also without D, and without W. What stands side by
side is kd times the volume.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from nn.kernels.layout import pixels
from nn.kernels.memory_order import in_order
from nn.kernels.windows import Axis

Array = np.ndarray[Any, Any]
Entry = TypeVar("Entry")


def in_space(entries: Sequence[Entry], one: Entry) -> tuple[Entry, Entry, Entry]:
    """The entries along D, H and W: an image has `one` as its depth, a sequence, along H, as its width too."""
    if len(entries) == 1:
        return one, entries[0], one
    deep, rows, columns = (one, *entries)[-3:]
    return deep, rows, columns


def volume(x: Array) -> Array:
    """(N, C, D, H, W) as a contiguous array (H, N, D, W, C): a view if it lies so."""
    return in_order(x.reshape(*x.shape[:2], *in_space(x.shape[2:], 1)), (3, 0, 2, 4, 1))


def logical(volume: Array, ndim: int) -> Array:
    """The array (H, N, D, W, C) with the `ndim` axes of a sequence, an image or a volume, (N, C, D, H, W): a view."""
    return _with_axes(ndim, volume.transpose(1, 4, 2, 0, 3))


def stacked(x: Array) -> Array:
    """The images of (N, C, D, H, W), one after the other: (H, N D, W, C)."""
    height, batch, depth, width, channels = (lies := volume(x)).shape
    return lies.reshape(height, batch * depth, width, channels)


def apart(images: Array, depth: int, ndim: int) -> Array:
    """The inverse of `stacked`."""
    height, count, width, channels = images.shape
    return logical(images.reshape(height, count // depth, depth, width, channels), ndim)


def beside(x: Array, deep: Axis, groups: int) -> Array:
    """What windows see along the depth, side by side: (N, C, D, H, W) to (H, N OD, W, groups kd C / groups)."""
    if deep.identity:
        return stacked(x)
    height, batch, _, width, channels = (lies := volume(x)).shape
    out = np.zeros((height, batch, deep.outputs, width, groups, deep.kernel, channels // groups), x.dtype)
    seen, into = pixels(lies.reshape(*lies.shape[:4], groups, channels // groups)), pixels(out)
    for j in range(deep.kernel):
        outputs, inputs = deep.tap(j)
        into[:, :, outputs, :, :, j] = seen[:, :, inputs]
    return out.reshape(height, batch * deep.outputs, width, deep.kernel * channels)


def added(images: Array, deep: Axis, groups: int, ndim: int) -> Array:
    """The adjoint: (H, N OD, W, groups kd C / groups) to (N, C, D, H, W), with `ndim` axes."""
    if deep.identity:
        return apart(images, deep.size, ndim)
    height, count, width, channels = images.shape
    batch, channels = count // deep.outputs, channels // deep.kernel
    parts = images.reshape(height, batch, deep.outputs, width, groups, deep.kernel, channels // groups)
    out = np.zeros((height, batch, deep.size, width, groups, channels // groups), images.dtype)
    for j in range(deep.kernel):
        outputs, inputs = deep.tap(j)
        out[:, :, inputs] += parts[:, :, outputs, :, :, j]
    return logical(out.reshape(*out.shape[:4], channels), ndim)


def matrices(weight: Array) -> Array:
    """A weight (O, C, kd, kh, kw) as that of images, (O, kd C, kh, kw)."""
    units, channels, *size = weight.shape
    depth, height, width = in_space(size, 1)
    taps = weight.reshape(units, channels, depth, height, width).swapaxes(1, 2)
    return taps.reshape(units, depth * channels, height, width)


def kernels(matrices: Array, depth: int, ndim: int) -> Array:
    """The inverse of `matrices`, with `ndim` axes."""
    units, channels, *size = matrices.shape
    return _with_axes(ndim, matrices.reshape(units, depth, channels // depth, *size).swapaxes(1, 2))


def _with_axes(ndim: int, x: Array) -> Array:
    """(., ., D, H, W) as it is of a volume, of an image without D, and of a sequence without W too."""
    return x if ndim == 5 else x[:, :, 0] if ndim == 4 else x[:, :, 0, :, 0]

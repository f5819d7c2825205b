"""Volumes by the kernels of images: convolution, its adjoint and pooling of (N, C, D, H, W).

A volume is a stack of D images, of which the kernels know all but the depth:

    convolution   that of images whose pixels have the channels of all kd images that a window sees, side by side
    adjoint       that of images, into channels for each of the kd taps, which are added where these looked
    pooling       within the images, then along the depth of each place

`beside` puts those channels side by side and `added` is its adjoint, so that derivatives of every order and mode, and
batches, are those of images. Windows are in reading order (depth, row, column), and so is the first largest value.

Shapes: x (N, C, D, H, W), weight (O, C / groups, kd, kh, kw), of the adjoint (C, O / groups, kd, kh, kw), bias (O,) or
None. Options as for images, an entry an axis. Memory: images in the order of `layout.py`; what stands side by side is
kd times the volume, and made again in the backward pass rather than kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.declare import linear, on_arrays_too
from autograd.declare.fused import fused
from nn.kernels import convolution as of_images
from nn.kernels.broadcasting import along_channels
from nn.kernels.layout import in_memory_order, logical, pixels
from nn.kernels.memory_order import in_order
from nn.kernels.windows import Axis, axis

Array = np.ndarray[Any, Any]
Options = dict[str, Any]


# --- Along the depth: what the taps of a window see, side by side as channels, and added up again ---------------------


def _beside(x: Array, *, deep: Axis, groups: int) -> Array:
    """(N, C, D, H, W) to (N OD, groups kd C / groups, H, W); what pads is 0."""
    batch, channels, depth, height, width = x.shape
    volume = in_order(x, (3, 0, 2, 4, 1)).reshape(height, batch, depth, width, groups, channels // groups)
    out = np.zeros((height, batch, deep.outputs, width, groups, deep.kernel, channels // groups), x.dtype)
    seen, into = pixels(volume), pixels(out)
    for j in range(deep.kernel):
        outputs, inputs = deep.tap(j)
        into[:, :, outputs, :, :, j] = seen[:, :, inputs]
    return logical(out.reshape(height, batch * deep.outputs, width, deep.kernel * channels))


def _added(y: Array, *, deep: Axis, groups: int) -> Array:
    """The adjoint: (N OD, groups kd C / groups, H, W) to (N, C, D, H, W)."""
    _, channels, height, width = y.shape
    batch, channels = len(y) // deep.outputs, channels // deep.kernel
    parts = in_memory_order(y).reshape(height, batch, deep.outputs, width, groups, deep.kernel, channels // groups)
    out = np.zeros((height, batch, deep.size, width, groups, channels // groups), y.dtype)
    for j in range(deep.kernel):
        outputs, inputs = deep.tap(j)
        out[:, :, inputs] += parts[:, :, outputs, :, :, j]
    return out.reshape(height, batch, deep.size, width, channels).transpose(1, 4, 2, 0, 3)


beside = linear(_beside, lambda g, *, deep, groups: to_volumes(g, deep=deep, groups=groups), name="depth_unfolded")
added = linear(_added, lambda g, *, deep, groups: to_images(g, deep=deep, groups=groups), name="depth_folded")
to_images: Callable[..., Any] = on_arrays_too(beside)
to_volumes: Callable[..., Any] = on_arrays_too(added)


def _images(x: Any) -> Any:
    """The images of volumes, one after the other: (N, C, D, H, W) to (N D, C, H, W)."""
    batch, channels, depth, *size = x.shape
    return x.swapaxes(1, 2).reshape(batch * depth, channels, *size)


def _volumes(images: Any, depth: int) -> Any:
    """The inverse of `_images`."""
    return images.reshape(len(images) // depth, depth, *images.shape[1:]).swapaxes(1, 2)


def _matrices(weight: Any) -> Any:
    """A weight (O, C, kd, kh, kw) as that of images, (O, kd C, kh, kw)."""
    units, channels, depth, *size = weight.shape
    return weight.swapaxes(1, 2).reshape(units, depth * channels, *size)


def _part(options: Options, axes: slice) -> Options:
    """The options of some axes: of those that have an entry an axis, these."""
    return {name: value[axes] if isinstance(value, (tuple, list)) else value for name, value in options.items()}


PLANE, DEPTH = slice(1, None), slice(0, 1)


# --- Convolution and its adjoint --------------------------------------------------------------------------------------


def _depth(x: Any, weight: Any, *, stride: Sequence[int], padding: Sequence[tuple[int, int]], dilation: Sequence[int],
           groups: int) -> Options:
    """How the windows look along the depth of x."""
    return {"deep": axis(x.shape[2], weight.shape[2], stride[0], dilation[0], padding[0]), "groups": groups}


def forward(x: Array, weight: Array, bias: Array | None, **options: Any) -> tuple[Array, tuple[Any, ...]]:
    depth = _depth(x, weight, **options)
    out, kept = of_images.convolution.evaluate(_beside(x, **depth), _matrices(weight), bias, **_part(options, PLANE))
    return _volumes(out, depth["deep"].outputs), kept


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Any, ...], needs: Sequence[bool],
             **options: Any) -> tuple[Array | None, ...]:
    x, weight, _ = operands
    depth = _depth(x, weight, **options)
    planes = _beside(x, **depth) if needs[1] else None
    dx, dw, db = of_images.convolution.backward_kernel(
        _images(g), (planes, _matrices(weight), None), residuals, needs, **_part(options, PLANE))
    units, channels, *kernel = weight.shape
    return (None if dx is None else _added(dx, **depth),
            None if dw is None else dw.reshape(units, kernel[0], channels, *kernel[1:]).swapaxes(1, 2), db)


def reference(x: Any, weight: Any, bias: Any, **options: Any) -> Any:
    depth = _depth(x, weight, **options)
    out = of_images.convolution(to_images(x, **depth), _matrices(weight), bias, **_part(options, PLANE))
    return _volumes(out, depth["deep"].outputs)


convolution = fused("volume_convolution", forward, pullback, reference)


def transposed_convolution(x: Any, weight: Any, bias: Any, *, output_padding: Sequence[int], **options: Any) -> Any:
    """The adjoint in the volume, plus a bias; sizes as in `convolution.py`."""
    outputs, kernel = x.shape[2], weight.shape[2]
    (before, after), stride, dilation = (options[name][0] for name in ("padding", "stride", "dilation"))
    size = (outputs - 1) * stride - before - after + dilation * (kernel - 1) + output_padding[0] + 1
    parts = of_images.transposed_convolution(_images(x), _matrices(weight), None, output_padding=output_padding[1:],
                                             **_part(options, PLANE))
    out = to_volumes(parts, deep=Axis(size, kernel, stride, dilation, before, outputs), groups=options["groups"])
    return out if bias is None else out + along_channels(bias, out.ndim)


# --- Pooling ----------------------------------------------------------------------------------------------------------


def pooled(pool: Callable[..., Any], x: Any, **options: Any) -> Any:
    """What a pool of images and sequences is of volumes, too: within the images, then along the depth of each place."""
    if x.ndim < 5:
        return pool(x, **options)
    batch, channels, depth = x.shape[:3]
    images = pool(_images(x), **_part(options, PLANE))
    height, width = images.shape[2:]
    places = images.reshape(batch, depth, channels, height, width).transpose(0, 3, 4, 2, 1)
    if options.get("divisor") is not None:
        options["divisor"] = 1  # the images' sums are divided by it
    out = pool(places.reshape(batch, height * width * channels, depth), **_part(options, DEPTH))
    return out.reshape(batch, height, width, channels, out.shape[2]).transpose(0, 3, 4, 1, 2)

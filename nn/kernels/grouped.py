"""The products of a grouped convolution, where each group sees its own channels, on arrays (H, N, W, C).

One group is a dense convolution, and as many groups as channels a depthwise one; for any other number each group is a
dense convolution. Shapes: image (H, N, W, C), weight (O, C / groups, kh, kw), output (OH, N, OW, O).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograd.arrays import Array, consecutive
from nn.kernels import correlation as dense
from nn.kernels import depthwise
from nn.kernels.windows import Axis


def _shares(groups: int, *channels: int) -> Iterator[tuple[slice, ...]]:
    """For each group its slice of the channels, for each of the given channel counts."""
    return zip(*[consecutive([count // groups] * groups) for count in channels], strict=True)


def _copies(image: Array, count: int) -> Array:
    """The image with each channel repeated, once per output that a depthwise convolution makes of it."""
    return image if count == 1 else np.repeat(image, count, axis=3)


def correlate(image: Array, weight: Array, rows: Axis, columns: Axis, groups: int, bias: Array | None) -> Array:
    """The correlation of the image with the weight, plus a bias (O,)."""
    channels, units = image.shape[3], len(weight)
    if groups == 1:
        return dense.correlate(image, weight, rows, columns, bias)
    if groups == channels:
        return depthwise.correlate(_copies(image, units // groups), weight, rows, columns, bias)
    out = np.empty((rows.outputs, image.shape[1], columns.outputs, units), image.dtype)
    for c, o in _shares(groups, channels, units):
        out[..., o] = dense.correlate(image[..., c], weight[o], rows, columns, None if bias is None else bias[o])
    return out


def correlate_image(g: Array, weight: Array, rows: Axis, columns: Axis, groups: int, bias: Array | None) -> Array:
    """The adjoint in the image for a cotangent (OH, N, OW, O), plus a bias (C,)."""
    channels, units = weight.shape[1] * groups, len(weight)
    if groups == 1:
        return dense.correlate_image(g, weight, rows, columns, bias)
    if groups == channels == units:
        return depthwise.correlate_image(g, weight, rows, columns, bias)
    if groups == channels:
        copies = depthwise.correlate_image(g, weight, rows, columns)
        image = copies.reshape(*copies.shape[:3], groups, units // groups).sum(axis=4)
        return image if bias is None else image + bias  # type: ignore[no-any-return]
    image = np.empty((rows.size, g.shape[1], columns.size, channels), g.dtype)
    for c, o in _shares(groups, channels, units):
        image[..., c] = dense.correlate_image(g[..., o], weight[o], rows, columns, None if bias is None else bias[c])
    return image


def correlate_weight(image: Array, g: Array, rows: Axis, columns: Axis, groups: int) -> Array:
    """The adjoint in the weight for the image and a cotangent (OH, N, OW, O)."""
    channels, units = image.shape[3], g.shape[3]
    if groups == 1:
        return dense.correlate_weight(image, g, rows, columns)
    if groups == channels:
        return depthwise.correlate_weight(_copies(image, units // groups), g, rows, columns)
    return np.concatenate([dense.correlate_weight(image[..., c], g[..., o], rows, columns)
                           for c, o in _shares(groups, channels, units)])

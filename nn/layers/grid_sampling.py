"""Images and volumes read at any places: a grid says where each pixel of the result comes from (spatial transformers).

Places are (x, y), or (x, y, z), from -1 at the left, upper and front side to 1 at the right, lower and back one. With
`align_corners` these are the centres of the outermost pixels, without it their outer edges.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import Array
from nn.kernels.half_precision import in_single
from nn.layers.arguments import choice
from nn.layers.input import AXES, admitted, mistake, refusal
from nn.layers.resizing import cubic_shares


def grid_sample(input: ArrayLike, grid: ArrayLike, mode: str = "bilinear", padding_mode: str = "zeros",
                align_corners: bool = False) -> Tensor:
    """Images (N, C, H, W) read at the places of a grid (N, OH, OW, 2), between pixels: (N, C, OH, OW).

    Or volumes (N, C, D, H, W) at those of a grid (N, OD, OH, OW, 3). `mode` is "bilinear", of volumes too, "nearest",
    or of images "bicubic" with a = -3/4; beyond there are "zeros", the "border", or the "reflection". It is
    differentiable in the image and, unless "nearest", in the grid. A nan in the grid stands for -1, but gives nan
    between pixels of "zeros" or for "bicubic". Raises ValueError for other modes and shapes.
    Sources: Jaderberg et al., "Spatial transformer networks", arXiv:1506.02025; Keys, "Cubic convolution", 1981.
    """
    name = "grid_sample"
    choice(name, ("bilinear", "nearest", "bicubic"), mode=mode)
    choice(name, ("zeros", "border", "reflection"), padding_mode=padding_mode)
    x = admitted(name, input)
    places = admitted(name, grid, real=True)
    axes = x.ndim - 2
    if axes not in (2, 3) or 0 in x.shape[2:]:
        raise refusal(name, "images (N, C, H, W)", x)
    if places.ndim != x.ndim or places.shape[0] != x.shape[0] or places.shape[-1] != axes:
        outputs = ", ".join(f"O{axis}" for axis in AXES[axes].split(", "))
        raise refusal(name, f"a grid ({x.shape[0]}, {outputs}, {axes})", places)
    if mode == "bicubic" and axes != 2:
        raise refusal(name, "images (N, C, H, W) for mode='bicubic'", x)
    return _sampled(x, places, mode=mode, padding_mode=padding_mode, align_corners=align_corners)


@in_single
def _sampled(x: Tensor, places: Tensor, *, mode: str, padding_mode: str, align_corners: bool) -> Tensor:
    """The images read; float16, which cannot tell pixels apart from 2,048 on, is computed in float32."""
    axes = x.ndim - 2
    at = [_pixels_from(places[..., -1 - axis], size, align_corners) for axis, size in enumerate(x.shape[2:])]

    def within(at: Sequence[Any]) -> list[Any]:
        return [_within(place, size, padding_mode, align_corners) for place, size in zip(at, x.shape[2:], strict=True)]

    if mode == "nearest":
        return _read(x, [np.rint(place) for place in within(at)])  # type: ignore[no-any-return]
    if mode == "bilinear":
        at = within(at)
    low = [np.floor(place) for place in at]
    shares = [(_linear_shares if mode == "bilinear" else cubic_shares)(place - least)
              for place, least in zip(at, low, strict=True)]
    first = len(shares[0]) // 2 - 1  # pixels further left than the nearest on that side
    total: Any = 0
    for corner in product(range(len(shares[0])), repeat=axes):
        share: Any = math.prod(each[k] for each, k in zip(shares, corner, strict=True))
        pixels = [least + (k - first) for least, k in zip(low, corner, strict=True)]
        total = total + share[:, np.newaxis] * _read(x, pixels if mode == "bilinear" else within(pixels))
    return total  # type: ignore[no-any-return]


def affine_grid(theta: ArrayLike, size: Sequence[int], align_corners: bool = False) -> Tensor:
    """The grid (N, H, W, 2) whose places are theta (x, y, 1), for matrices `theta` (N, 2, 3) and a size (N, C, H, W).

    (x, y) is where the pixel itself stands, so that the identity leaves images as they are in `grid_sample`. Or the
    grid (N, D, H, W, 3) for `theta` (N, 3, 4) and a size (N, C, D, H, W). Raises ValueError for other shapes.
    """
    matrices = admitted("affine_grid", theta, real=True)
    axes = len(size) - 2
    if axes not in (2, 3) or matrices.shape != (size[0], axes, axes + 1):
        raise mistake("affine_grid", f"expected theta (N, 2, 3) and a size (N, C, H, W), got {matrices.shape} and "
                                     f"{tuple(size)}")
    places = np.ones((*size[2:], axes + 1), matrices.dtype)
    for axis, count in enumerate(reversed(size[2:])):  # x first: it is along the last axis
        places[..., axis] = _centres(count, align_corners).reshape(-1, *[1] * axis)
    flat: Any = places.reshape(-1, axes + 1) @ matrices.swapaxes(1, 2)
    return flat.reshape(size[0], *size[2:], axes)  # type: ignore[no-any-return]


def _centres(count: int, align_corners: bool) -> Array:
    """Where pixels stand, from -1 to 1."""
    corners = np.linspace(-1, 1, count) if count > 1 else np.zeros(1)
    return corners if align_corners else corners * ((count - 1) / count)


def _linear_shares(t: Any) -> list[Any]:
    """The weights of two pixels in a row, of a place that is t beyond the first."""
    return [1 - t, t]


def _pixels_from(place: Any, size: int, align_corners: bool) -> Any:
    """Places from -1 to 1 as numbers of pixels."""
    return (place + 1) * ((size - 1) / 2) if align_corners else ((place + 1) * size - 1) / 2


def _within(at: Any, size: int, padding_mode: str, align_corners: bool) -> Any:
    """Numbers of pixels brought back into the image, unless zeros are around it."""
    if padding_mode == "zeros":
        return at
    if padding_mode == "reflection":
        low, span = (0.0, size - 1.0) if align_corners else (-0.5, float(size))
        if span == 0:
            return 0 * at
        way = np.mod(abs(at - low), 2 * span)
        at = span - abs(way - span) + low
    return _clipped(at, size)


def _clipped(at: Any, size: int) -> Any:
    """The nearest pixel of the image; the first where the place is nan."""
    return np.fmin(np.fmax(at, 0), size - 1)


def _read(x: Any, at: Sequence[Any]) -> Any:
    """The pixels at whole numbers, (N, O...) along each axis of the image, 0 beyond it: (N, C, O...)."""
    batch, channels, *size = x.shape
    inside: Any = True
    flat = np.zeros((), np.int64)
    for place, length in zip(at, size, strict=True):
        inside = inside & (place >= 0) & (place < length)
        flat = flat * length + _clipped(place, length).astype(np.int64)
    outputs = at[0].shape[1:]
    count = math.prod(outputs)
    index = np.broadcast_to(flat.reshape(batch, 1, count), (batch, channels, count))
    found: Any = np.take_along_axis(x.reshape(batch, channels, math.prod(size)), index, axis=2)
    return np.where(inside[:, np.newaxis], found.reshape(batch, channels, *outputs), 0)

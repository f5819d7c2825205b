"""Images and volumes read at any places: a grid says where each pixel of the result comes from (spatial transformers).

Places are (x, y), or (x, y, z), from -1 at the left, upper and front side to 1 at the right, lower and back one. With
`align_corners` these are the centres of the outermost pixels, without it their outer edges.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import Tensor
from autograd.arrays import Array
from nn.layers.arguments import choice
from nn.layers.input import AXES, admitted, mistake, refusal

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def grid_sample(input: ArrayLike, grid: ArrayLike, mode: str = "bilinear", padding_mode: str = "zeros",
                align_corners: bool = False) -> Tensor:
    """Images (N, C, H, W) read at the places of a grid (N, OH, OW, 2), between pixels: (N, C, OH, OW).

    Or volumes (N, C, D, H, W) at those of a grid (N, OD, OH, OW, 3). `mode` is "bilinear", of volumes too, or
    "nearest"; beyond there are "zeros", the "border", or the "reflection". It is differentiable in the image and, if
    bilinear, in the grid. Raises ValueError for other modes and shapes.
    Source: Jaderberg et al., "Spatial transformer networks", arXiv:1506.02025.
    """
    name = "grid_sample"
    choice(name, ("bilinear", "nearest"), mode=mode)
    choice(name, ("zeros", "border", "reflection"), padding_mode=padding_mode)
    x = admitted(name, input)
    places = admitted(name, grid, real=True)
    axes = x.ndim - 2
    if axes not in (2, 3) or 0 in x.shape[2:]:
        raise refusal(name, "images (N, C, H, W)", x)
    if places.ndim != x.ndim or places.shape[0] != x.shape[0] or places.shape[-1] != axes:
        outputs = ", ".join(f"O{axis}" for axis in AXES[axes].split(", "))
        raise refusal(name, f"a grid ({x.shape[0]}, {outputs}, {axes})", places)
    at = [_pixels_from(places[..., -1 - axis], x.shape[2 + axis], padding_mode, align_corners) for axis in range(axes)]
    if mode == "nearest":
        return _read(x, [np.rint(place) for place in at])  # type: ignore[no-any-return]
    low = [np.floor(place) for place in at]
    shares = [(1 - (place - least), place - least) for place, least in zip(at, low, strict=True)]
    total: Any = 0
    for corner in product((0, 1), repeat=axes):
        share: Any = math.prod(both[k] for both, k in zip(shares, corner, strict=True))
        total = total + share[:, np.newaxis] * _read(x, [least + k for least, k in zip(low, corner, strict=True)])
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
    for axis, count in enumerate(reversed(size[2:])):  # x first, which is along the last axis
        places[..., axis] = _centres(count, align_corners).reshape(-1, *[1] * axis)
    flat: Any = places.reshape(-1, axes + 1) @ matrices.swapaxes(1, 2)
    return flat.reshape(size[0], *size[2:], axes)  # type: ignore[no-any-return]


def _centres(count: int, align_corners: bool) -> Array:
    """Where pixels stand, from -1 to 1."""
    corners = np.linspace(-1, 1, count) if count > 1 else np.zeros(1)
    return corners if align_corners else corners * ((count - 1) / count)


def _pixels_from(place: Any, size: int, padding_mode: str, align_corners: bool) -> Any:
    """Places from -1 to 1 as numbers of pixels, brought back into the image unless zeros are around it."""
    at = (place + 1) * ((size - 1) / 2) if align_corners else ((place + 1) * size - 1) / 2
    if padding_mode == "zeros":
        return at
    if padding_mode == "reflection":
        low, span = (0.0, size - 1.0) if align_corners else (-0.5, float(size))
        if span == 0:
            return 0 * at
        way = np.mod(abs(at - low), 2 * span)
        at = span - abs(way - span) + low
    return np.clip(at, 0, size - 1)


def _read(x: Any, at: Sequence[Any]) -> Any:
    """The pixels at whole numbers, (N, O...) along each axis of the image, 0 beyond it: (N, C, O...)."""
    batch, channels, *size = x.shape
    inside: Any = True
    flat = np.zeros((), np.int64)
    for place, length in zip(at, size, strict=True):
        inside = inside & (place >= 0) & (place < length)
        flat = flat * length + np.clip(place, 0, length - 1).astype(np.int64)
    outputs = at[0].shape[1:]
    count = math.prod(outputs)
    index = np.broadcast_to(flat.reshape(batch, 1, count), (batch, channels, count))
    found: Any = np.take_along_axis(x.reshape(batch, channels, math.prod(size)), index, axis=2)
    return np.where(inside[:, np.newaxis], found.reshape(batch, channels, *outputs), 0)

"""Images read at any places: a grid says where each pixel of the result comes from (spatial transformers).

Places are (x, y), from -1 at the left and upper side of the image to 1 at the right and lower one. With `align_corners`
these are the centres of the outermost pixels, without it their outer edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Tensor
from nn.layers.arguments import choice
from nn.layers.input import admitted, mistake, refusal


def grid_sample(input: Any, grid: Any, mode: str = "bilinear", padding_mode: str = "zeros",
                align_corners: bool = False) -> Tensor:
    """Images (N, C, H, W) read at the places of a grid (N, OH, OW, 2), between pixels: (N, C, OH, OW).

    `mode` is "bilinear" or "nearest"; beyond the image there are "zeros", its "border", or its "reflection". It is
    differentiable in the image and, if bilinear, in the grid. Raises ValueError for other modes and shapes.
    Source: Jaderberg et al., "Spatial transformer networks", arXiv:1506.02025.
    """
    name = "grid_sample"
    choice(name, ("bilinear", "nearest"), mode=mode)
    choice(name, ("zeros", "border", "reflection"), padding_mode=padding_mode)
    x = admitted(name, input)
    places = admitted(name, grid, real=True)
    if x.ndim != 4 or 0 in x.shape[2:]:
        raise refusal(name, "images (N, C, H, W)", x)
    if places.ndim != 4 or places.shape[0] != x.shape[0] or places.shape[3] != 2:
        raise refusal(name, f"a grid ({x.shape[0]}, OH, OW, 2)", places)
    across, down = (_pixels_from(places[..., k], size, padding_mode, align_corners)
                    for k, size in enumerate((x.shape[3], x.shape[2])))
    if mode == "nearest":
        return _read(x, np.rint(down), np.rint(across))  # type: ignore[no-any-return]
    top, left = np.floor(down), np.floor(across)
    below, right = down - top, across - left
    total: Any = 0
    for row, of_row in ((top, 1 - below), (top + 1, below)):
        for column, of_column in ((left, 1 - right), (left + 1, right)):
            total = total + (of_row * of_column)[:, np.newaxis] * _read(x, row, column)
    return total  # type: ignore[no-any-return]


def affine_grid(theta: Any, size: Sequence[int], align_corners: bool = False) -> Tensor:
    """The grid (N, H, W, 2) whose places are theta (x, y, 1), for matrices `theta` (N, 2, 3) and a size (N, C, H, W).

    (x, y) is where the pixel itself stands, so that the identity leaves images as they are in `grid_sample`. Raises
    ValueError for other shapes.
    """
    matrices = admitted("affine_grid", theta, real=True)
    if len(size) != 4 or matrices.shape != (size[0], 2, 3):
        raise mistake("affine_grid", f"expected theta (N, 2, 3) and a size (N, C, H, W), got {matrices.shape} and "
                                     f"{tuple(size)}")
    height, width = size[2:]
    places = np.ones((height, width, 3), matrices.dtype)
    places[..., 0] = _centres(width, align_corners)
    places[..., 1] = _centres(height, align_corners)[:, np.newaxis]
    flat: Any = places.reshape(-1, 3) @ matrices.swapaxes(1, 2)
    return flat.reshape(size[0], height, width, 2)  # type: ignore[no-any-return]


def _centres(count: int, align_corners: bool) -> np.ndarray[Any, Any]:
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


def _read(x: Any, row: Any, column: Any) -> Any:
    """The pixels at whole numbers (N, OH, OW), 0 beyond the image: (N, C, OH, OW)."""
    batch, channels, height, width = x.shape
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    count = row.shape[1] * row.shape[2]
    at = np.clip(row, 0, height - 1).astype(np.int64) * width + np.clip(column, 0, width - 1).astype(np.int64)
    index = np.broadcast_to(at.reshape(batch, 1, count), (batch, channels, count))
    found: Any = np.take_along_axis(x.reshape(batch, channels, height * width), index, axis=2)
    return np.where(inside[:, np.newaxis], found.reshape(batch, channels, *row.shape[1:]), 0)

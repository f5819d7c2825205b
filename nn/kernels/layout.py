"""The memory order of images in the kernels: H, N, W, C, while shapes stay the logical N, C, H, W.

With the channels innermost, a convolution is a sum of matrix products whose rows are pixels; with H outermost, the
pixels (h, n, w) that one kernel row sees are one block of memory, for the whole batch at once. A kernel returns its
image as a view with permuted strides. NumPy's elementwise functions keep that order, so the next kernel finds what it
wants; only an image that comes from elsewhere is copied. Sequences (N, C, L) are images with H = L and W = 1.

A value per channel is applied to an image fastest on whole rows of memory, (H * N, W * C): see `per_pixel`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.kernels.memory_order import in_order

Array = np.ndarray[Any, Any]


def in_memory_order(x: Array) -> Array:
    """An image (N, C, H, W) or sequence (N, C, L) as a contiguous array (H, N, W, C): a view if it has that order."""
    return in_order(x if x.ndim == 4 else x[..., np.newaxis], (2, 0, 3, 1))


def logical(image: Array, ndim: int = 4) -> Array:
    """The array (H, N, W, C) as an image (N, C, H, W), or as a sequence (N, C, L) for `ndim` 3: a view."""
    planes = image.transpose(1, 3, 0, 2)
    return planes if ndim == 4 else planes[..., 0]


def pixels(image: Array) -> Array:
    """An array (..., C), contiguous along C, as items (...) of C numbers: wholes are copied faster than short runs."""
    if image.shape[-1] == 1:
        return image[..., 0]
    return image.view(np.dtype((np.void, image.shape[-1] * image.itemsize)))[..., 0]


def per_pixel(channels: Array, width: int) -> Array:
    """Values (C,) repeated to (W * C,): one long inner loop a row of pixels in place of one short loop a pixel."""
    return np.tile(channels, width)

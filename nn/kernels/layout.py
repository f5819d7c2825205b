"""The memory order of images in the kernels: H, N, D, W, C, while shapes stay the logical N, C, D, H, W.

An image has depth 1, and a sequence (N, C, L), which lies along H, also width 1. With the channels innermost, a
convolution is a sum of matrix products whose rows are pixels; with H outermost, the pixels (h, n, w) that one kernel
row sees are one block of memory, for the whole batch at once. A kernel returns its image as a view with permuted
strides. NumPy's elementwise functions keep that order, so the next kernel finds the order it needs; only images from
elsewhere are copied.

A value per channel broadcasts along axis 1 (`along_channels`), and is applied to an image fastest on whole rows of
memory, (H * N, W * C) (`per_pixel`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from autograd.arrays import Array
from nn.kernels.memory_order import in_order

Entry = TypeVar("Entry")


def in_space(entries: Sequence[Entry], one: Entry) -> tuple[Entry, Entry, Entry]:
    """The entries along D, H and W, with `one` for each axis that an image or a sequence lacks."""
    if len(entries) == 1:
        return one, entries[0], one
    deep, rows, columns = (one, *entries)[-3:]
    return deep, rows, columns


def in_memory_order(x: Array) -> Array:
    """(N, C, D, H, W), (N, C, H, W) or (N, C, L) as a contiguous (H, N, D, W, C): a view if memory has that order."""
    if x.ndim == 4:  # an image, as is usual: without a depth to add first, in a third of the time
        return in_order(x, (2, 0, 3, 1))[:, :, np.newaxis]
    return in_order(x.reshape(*x.shape[:2], *in_space(x.shape[2:], 1)), (3, 0, 2, 4, 1))


def logical(image: Array, ndim: int) -> Array:
    """The array (H, N, D, W, C) as a volume, an image or a sequence, of 5, 4 or 3 axes: a view."""
    return with_axes(image.transpose(1, 4, 2, 0, 3), ndim)


def with_axes(x: Array, ndim: int) -> Array:
    """(., ., D, H, W) with `ndim` axes: all for a volume, without D for an image, and without W too for a sequence."""
    return x if ndim == 5 else x[:, :, 0] if ndim == 4 else x[:, :, 0, :, 0]


def pixels(image: Array) -> Array:
    """An array (..., C), contiguous along C, as items (...) of C numbers: items are copied faster than short runs."""
    if image.shape[-1] == 1:
        return image[..., 0]
    return image.view(_item(image.shape[-1] * image.itemsize))[..., 0]


@lru_cache
def _item(size: int) -> np.dtype[Any]:
    return np.dtype((np.void, size))


def overlapping(memory: Array, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """A view of contiguous memory in which elements may overlap; `as_strided` takes ten times as long."""
    return np.ndarray(shape, memory.dtype, memory, strides=strides)


def along_channels(values: Any, ndim: int) -> Any:
    """Values (C,), one per channel or class, shaped to broadcast against an array (N, C, ...) with `ndim` axes."""
    return values.reshape((-1, *[1] * (ndim - 2)))


def per_pixel(values: Array, width: int) -> Array:
    """Values (..., C) repeated to (..., W * C): one long inner loop per row of pixels, not a short one per pixel."""
    line = np.empty((*values.shape[:-1], width, values.shape[-1]), values.dtype)
    line[...] = values[..., np.newaxis, :]
    return line.reshape(*values.shape[:-1], -1)

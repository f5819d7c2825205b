"""Windows of images as columns (unfold), and sums of such columns as images (fold): each is the other's adjoint.

    unfold   out[n, (c, i, j), (y, x)] = image[n, c, y s + i d - p, x s + j d - p],  0 in the padding
    fold     image = the sum of all entries at the places from which unfold takes them

Shapes: images (N, C, H, W), columns (N, C kh kw, OH OW). `windows` is the geometry along H and W.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare import linear, on_arrays_too
from nn.kernels.windows import Windows


def _taps(windows: Windows) -> Iterator[tuple[Any, Any]]:
    """For each tap of a window: its index in the columns (..., kh, kw, OH, OW), and that of the pixels it sees."""
    rows, columns = windows
    for i, j in np.ndindex(rows.kernel, columns.kernel):
        (down, from_rows), (right, from_columns) = rows.tap(i), columns.tap(j)
        yield (..., i, j, down, right), (..., from_rows, from_columns)


def _unfold(x: Array, *, windows: Windows) -> Array:
    rows, columns = windows
    batch, channels = x.shape[:2]
    out = np.zeros((batch, channels, rows.kernel, columns.kernel, rows.outputs, columns.outputs), x.dtype)
    for of_columns, of_image in _taps(windows):
        out[of_columns] = x[of_image]
    return out.reshape(batch, channels * rows.kernel * columns.kernel, rows.outputs * columns.outputs)


def _fold(g: Array, *, windows: Windows) -> Array:
    rows, columns = windows
    channels = g.shape[1] // (rows.kernel * columns.kernel)
    parts = g.reshape(len(g), channels, rows.kernel, columns.kernel, rows.outputs, columns.outputs)
    image = np.zeros((len(g), channels, rows.size, columns.size), g.dtype)
    for of_columns, of_image in _taps(windows):
        image[of_image] += parts[of_columns]
    return image


unfold: Any = on_arrays_too(linear(_unfold, lambda g, *, windows: fold(g, windows=windows), name="unfold"))
fold: Any = on_arrays_too(linear(_fold, lambda g, *, windows: unfold(g, windows=windows), name="fold"))

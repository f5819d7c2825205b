"""Patches of images: the windows that a convolution sees, as columns, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from autograd import Tensor
from nn.kernels import patches as kernels
from nn.kernels.windows import Axis, axis
from nn.layers.arguments import Geometry, Size, geometry, sizes
from nn.layers.input import Speaker, admitted, batch_of, mistake, refusal
from nn.layers.layer import Layer


class _Patches(Layer):
    """The geometry of windows, which both layers share."""

    axes = 2

    def __init__(self, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1) -> None:
        self.kernel_size, self.stride, self.padding, self.dilation = geometry(
            type(self).__name__, self.axes, kernel_size, stride, padding, dilation)

    @property
    def _geometry(self) -> Geometry:
        return self.kernel_size, self.stride, self.padding, self.dilation


class Unfold(_Patches):
    """Every window of (N, C, H, W), or of one image, as a column: (N, C kh kw, number of windows), row by row.

    A convolution is a product of its weights, as a matrix, with them. The padding is 0. Raises ValueError for a window
    larger than the padded input.
    """

    def forward(self, input: ArrayLike) -> Tensor:
        return _unfolded(self, input, self._geometry)


class Fold(_Patches):
    """The sum of columns (N, C kh kw, number of windows) at the places of their windows: images of `output_size`.

    The adjoint of Unfold, not its inverse: where windows overlap values are added. Also without N. Raises ValueError
    for another number of windows, and for rows that the window does not divide.
    """

    def __init__(self, output_size: Size, kernel_size: Size, dilation: Size = 1, padding: Size = 0,
                 stride: Size = 1) -> None:
        self.output_size = sizes("Fold", "output_size", output_size, self.axes)
        super().__init__(kernel_size, dilation, padding, stride)

    def forward(self, input: ArrayLike) -> Tensor:
        return _folded(self, input, self.output_size, self._geometry)


def unfold(input: ArrayLike, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1) -> Tensor:
    """Every window of `input` (N, C, H, W) or (C, H, W) as a column: (N, C kh kw, windows); as `nn.Unfold`."""
    return _unfolded("unfold", input, geometry("unfold", 2, kernel_size, stride, padding, dilation))


def fold(input: ArrayLike, output_size: Size, kernel_size: Size, dilation: Size = 1, padding: Size = 0,
         stride: Size = 1) -> Tensor:
    """The sum of columns (N, C kh kw, windows) at their windows' places in images of `output_size`, as `nn.Fold`."""
    windows = geometry("fold", 2, kernel_size, stride, padding, dilation)
    return _folded("fold", input, sizes("fold", "output_size", output_size, 2), windows)


def _axes(speaker: Speaker, size: Sequence[int], windows: Geometry) -> tuple[Axis, ...]:
    kernel, stride, padding, dilation = windows
    try:
        return tuple(map(axis, size, kernel, stride, dilation, ((p, p) for p in padding)))
    except ValueError as error:
        raise mistake(speaker, f"got images of {tuple(size)}, where {error}") from None


def _unfolded(speaker: Speaker, x: Any, windows: Geometry) -> Tensor:
    x, single = batch_of(speaker, admitted(speaker, x), "C", 2)
    out: Tensor = kernels.unfold(x, windows=_axes(speaker, x.shape[2:], windows))
    return out[0] if single else out


def _folded(speaker: Speaker, x: Any, size: tuple[int, ...], windows: Geometry) -> Tensor:
    x = admitted(speaker, x)
    if x.ndim not in (2, 3):
        raise refusal(speaker, "columns (N, C kh kw, windows)", x)
    columns = x if x.ndim == 3 else x[None]
    taps = math.prod(windows[0])
    if columns.shape[1] % taps:
        raise refusal(speaker, f"rows that the window of {taps} divides", x)
    axes = _axes(speaker, size, windows)
    count = math.prod(window.outputs for window in axes)
    if columns.shape[2] != count:
        raise refusal(speaker, f"{count} windows in images of {size}", x)
    out: Tensor = kernels.fold(columns, windows=axes)
    return out if x.ndim == 3 else out[0]

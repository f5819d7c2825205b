"""Images of another size: read between their pixels, or made of channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Tensor
from nn.layers.arguments import arguments, positive
from nn.layers.input import Speaker, admitted, mistake, refusal
from nn.module import Module

Sizes = int | Sequence[int]
Factors = float | Sequence[float]

_MODES = {"nearest": (1, 2), "linear": (1,), "bilinear": (2,)}  # how many axes are resized
_SHAPES = {1: "(N, C, L)", 2: "(N, C, H, W)"}


class Upsample(Module):
    """Images of another size, `size` or the old one times `scale_factor`: one number for all axes or one an axis.

    Input (N, C, H, W), or (N, C, L). `mode` is "nearest", "bilinear" or (of sequences) "linear". Without
    `align_corners` a pixel is a square, and pixel i stands at i + 1/2; with it at i, and the corners stay corners.
    Raises ValueError for another mode, and unless exactly one of size and scale_factor is given.
    """

    def __init__(self, size: Sizes | None = None, scale_factor: Factors | None = None, mode: str = "nearest",
                 align_corners: bool | None = None) -> None:
        _check("Upsample", size, scale_factor, mode, align_corners)
        self.size, self.scale_factor, self.mode, self.align_corners = size, scale_factor, mode, align_corners

    def forward(self, input: Any) -> Tensor:
        return interpolate(input, self.size, self.scale_factor, self.mode, self.align_corners, speaker=self)

    def extra_repr(self) -> str:
        return arguments(size=(self.size, None), scale_factor=(self.scale_factor, None), mode=(self.mode, "nearest"),
                         align_corners=(self.align_corners, None))


class PixelShuffle(Module):
    """(N, C r^2, H, W) to (N, C, H r, W r): every r x r square of pixels comes from r^2 channels of one.

    Raises ValueError for channels that r^2 does not divide. Source: Shi et al., arXiv:1609.05158.
    """

    def __init__(self, upscale_factor: int) -> None:
        positive("PixelShuffle", upscale_factor=upscale_factor)
        self.upscale_factor = upscale_factor

    def forward(self, input: Any) -> Tensor:
        return pixel_shuffle(input, self.upscale_factor, speaker=self)

    def extra_repr(self) -> str:
        return arguments(self.upscale_factor)


def pixel_shuffle(input: Any, upscale_factor: int, *, speaker: Speaker = "pixel_shuffle") -> Tensor:
    """(N, C r^2, H, W) to (N, C, H r, W r): every r x r square of pixels comes from r^2 channels of one.

    r is the `upscale_factor`. Raises ValueError for channels that r^2 does not divide.
    Source: Shi et al., arXiv:1609.05158.
    """
    x, r = admitted(speaker, input), upscale_factor
    if x.ndim < 3 or x.shape[-3] % r**2:
        raise refusal(speaker, f"(N, C, H, W) with channels that {r**2} divides", x)
    *lead, channels, height, width = x.shape
    x = x.reshape(*lead, channels // r**2, r, r, height, width)
    at = len(lead)  # C, then the row and the column in the square, then H and W
    x = x.transpose(*range(at), at, at + 3, at + 1, at + 4, at + 2)
    return x.reshape(*lead, channels // r**2, height * r, width * r)


def interpolate(input: Any, size: Sizes | None = None, scale_factor: Factors | None = None, mode: str = "nearest",
                align_corners: bool | None = None, *, speaker: Speaker = "interpolate") -> Tensor:
    """Images (N, C, H, W) or sequences (N, C, L) of another `size`, or of the old one times `scale_factor`.

    `mode` is "nearest", "bilinear" or (of sequences) "linear", with the places of pixels as in `nn.Upsample`. It makes
    images smaller too, without smoothing them before. Raises ValueError for another mode or shape, and unless exactly
    one of size and scale_factor is given.
    """
    _check(speaker, size, scale_factor, mode, align_corners)
    x = admitted(speaker, input)
    axes = x.ndim - 2
    if axes not in _MODES[mode] or 0 in x.shape[2:]:
        raise refusal(speaker, " or ".join(_SHAPES[n] for n in _MODES[mode]), x)
    given: Any = scale_factor if size is None else size
    each = tuple(given) if isinstance(given, (tuple, list)) else (given,) * axes
    if len(each) != axes:
        raise mistake(speaker, f"needs one number or {axes} for {x.shape}, got {given!r}")
    for axis, number in enumerate(each, start=2):
        length = x.shape[axis]
        after = int(length * number) if size is None else int(number)
        if after < 1:
            raise mistake(speaker, f"would make {after} pixels of the {length} along axis {axis}")
        if after == length:
            continue
        step = 1 / number if size is None else length / after
        x = _nearest(x, axis, after, step) if mode == "nearest" else _linear(x, axis, after, step, bool(align_corners))
    return x


def _nearest(x: Any, axis: int, after: int, step: float) -> Any:
    length = x.shape[axis]
    if after == 2 * length:
        step = 0.5  # a factor of 2.3 that makes 6 of 3 repeats each: in this, and in single precision, as PyTorch
    positions = (np.arange(after, dtype=np.float32) * np.float32(step)).astype(int)
    return np.take(x, np.minimum(positions, length - 1), axis)


def _linear(x: Any, axis: int, after: int, step: float, align_corners: bool) -> Any:
    """Each new pixel between two old ones, which share its weight."""
    length = x.shape[axis]
    if align_corners:
        at = np.arange(after) * ((length - 1) / (after - 1) if after > 1 else 0.0)
    else:
        at = np.maximum((np.arange(after) + 0.5) * step - 0.5, 0)
    low = at.astype(int)
    high = np.minimum(low + 1, length - 1)
    share = (at - low).astype(x.dtype).reshape(-1, *[1] * (x.ndim - axis - 1))
    return (1 - share) * np.take(x, low, axis) + share * np.take(x, high, axis)


def _check(speaker: Speaker, size: Any, scale_factor: Any, mode: str, align_corners: bool | None) -> None:
    if mode not in _MODES:
        raise mistake(speaker, f"takes mode {', '.join(map(repr, _MODES))}, got {mode!r}")
    if (size is None) == (scale_factor is None):
        raise mistake(speaker, f"needs either size or scale_factor, got size={size!r}, scale_factor={scale_factor!r}")
    if align_corners is not None and mode == "nearest":
        raise mistake(speaker, "has no align_corners in mode 'nearest': leave it out")

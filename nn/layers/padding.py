"""Padding: values around a sequence, an image or a volume, which windows at the border see."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import is_integer
from nn.kernels.reading import Reading, read
from nn.layers.input import AXES, Speaker, admitted, mistake, refusal
from nn.layers.layer import Layer

Pads = tuple[tuple[int, int], ...]  # (before, after) along each axis
_SIDES = {1: "(left, right)", 2: "(left, right, top, bottom)", 3: "(left, right, top, bottom, front, back)"}
MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""The ways to continue an input beyond its ends, and NumPy's names for them."""


class _Padding(Layer):
    """`padding` is one number, or two an axis, from the last axis on: (left, right, top, bottom) of images."""

    axes: int
    mode = "constant"
    value = 0.0

    def __init__(self, padding: int | Sequence[int]) -> None:
        sides: tuple[Any, ...] = tuple(padding) if isinstance(padding, (tuple, list)) else (padding,) * (2 * self.axes)
        if len(sides) != 2 * self.axes or not all(map(is_integer, sides)):
            raise ValueError(f"{type(self).__name__}: padding is an integer or {_SIDES[self.axes]}, got {padding!r}")
        self.padding = sides

    def forward(self, input: ArrayLike) -> Tensor:
        if np.ndim(input) not in (self.axes + 1, self.axes + 2):
            raise refusal(self, f"(N, C, {AXES[self.axes]})", input)
        return pad(input, self.padding, self.mode, self.value, speaker=self)


class _ConstantPadNd(_Padding):
    """The same number around the input, along any number of axes."""

    def __init__(self, padding: int | Sequence[int], value: float) -> None:
        super().__init__(padding)
        self.value = value


class ConstantPad2d(_ConstantPadNd):
    """The same number around every image: `padding` of them on each side, or (left, right, top, bottom).

    Input (N, C, H, W), or one image (C, H, W); a sequence has no top and bottom, a volume also front and back. A
    negative `padding` cuts off. Raises ValueError for other shapes, and where more would be cut off than there is.
    """

    axes = 2


class ConstantPad1d(_ConstantPadNd):
    """The same number at both ends of every sequence, (N, C, L) or (C, L); otherwise as ConstantPad2d."""

    axes = 1


class ConstantPad3d(_ConstantPadNd):
    """The same number around every volume, (N, C, D, H, W) or (C, D, H, W); otherwise as ConstantPad2d."""

    axes = 3


class ZeroPad2d(_Padding):
    """Zeros around every image: `ConstantPad2d(padding, 0)`."""

    axes = 2


class ZeroPad1d(_Padding):
    """Zeros at both ends of every sequence: `ConstantPad1d(padding, 0)`."""

    axes = 1


class ZeroPad3d(_Padding):
    """Zeros around every volume: `ConstantPad3d(padding, 0)`."""

    axes = 3


class ReflectionPad2d(_Padding):
    """Every image continued by its mirror image, the border itself not repeated; `padding` as in ConstantPad2d.

    Raises ValueError for a padding that is not smaller than the image.
    """

    axes, mode = 2, "reflect"


class ReflectionPad1d(_Padding):
    """Every sequence continued by its mirror image, the end itself not repeated; otherwise as ReflectionPad2d."""

    axes, mode = 1, "reflect"


class ReflectionPad3d(_Padding):
    """Every volume continued by its mirror image, the border itself not repeated; otherwise as ReflectionPad2d."""

    axes, mode = 3, "reflect"


class ReplicationPad2d(_Padding):
    """Every image continued by its border: out[n, c, y, x] is in[n, c] at the nearest place inside.

    `padding` as in ConstantPad2d. Raises ValueError for a negative number.
    """

    axes, mode = 2, "replicate"


class ReplicationPad1d(_Padding):
    """Every sequence continued by its ends; otherwise as ReplicationPad2d."""

    axes, mode = 1, "replicate"


class ReplicationPad3d(_Padding):
    """Every volume continued by its border; otherwise as ReplicationPad2d."""

    axes, mode = 3, "replicate"


class CircularPad2d(_Padding):
    """Every image continued by itself from the other side; `padding` as in ConstantPad2d.

    Raises ValueError for a padding that is larger than the image.
    """

    axes, mode = 2, "circular"


class CircularPad1d(_Padding):
    """Every sequence continued by itself from the other end; otherwise as CircularPad2d."""

    axes, mode = 1, "circular"


class CircularPad3d(_Padding):
    """Every volume continued by itself from the other side; otherwise as CircularPad2d."""

    axes, mode = 3, "circular"


def pad(input: ArrayLike, pad: Sequence[int], mode: str = "constant", value: float | None = None, *,
        speaker: Speaker = "pad") -> Tensor:
    """`input` made longer at the ends of its last axes: by pad[0] and pad[1] of the last, pad[2] and pad[3] before it.

    `mode` is "constant" (with `value`, 0 unless given), "reflect", "replicate" or "circular". A negative number cuts
    off; "circular" then goes on with what is left. Raises ValueError for another mode, for what is not two integers an
    axis, and for input that is too short.
    """
    x, sides = admitted(speaker, input), tuple(np.atleast_1d(pad))
    if len(sides) % 2 or len(sides) > 2 * x.ndim or not all(map(is_integer, sides)):
        raise mistake(speaker, f"needs two integers per axis, from the last axis on, got pad={pad} for {x.shape}")
    around = tuple(zip(sides[::2], sides[1::2], strict=True))[::-1]
    if mode != "constant" and mode not in MODES:
        raise mistake(speaker, f"takes mode constant, reflect, replicate or circular, got mode={mode!r}")
    lead = x.ndim - len(around)
    if any(before + after + n < 0 for (before, after), n in zip(around, x.shape[lead:], strict=True)):
        raise mistake(speaker, f"would cut off more than there is: pad={pad} of {x.shape}")
    more = tuple((max(0, before), max(0, after)) for before, after in around)
    if mode == "constant":
        widths = [(0, 0)] * lead + [*more]
        return np.pad(_cut(x, around), widths, constant_values=value or 0)  # type: ignore[return-value]  # NumPy declares an array
    if mode == "circular":
        return surrounded(speaker, _cut(x, around), more, mode)
    return _cut(surrounded(speaker, x, more, mode), around)


def _cut(x: Tensor, around: Pads) -> Tensor:
    """The last axes without the parts that negative padding cuts off."""
    if min(map(min, around), default=0) >= 0:
        return x
    return x[(..., *[slice(max(0, -before), n - max(0, -after))
                     for (before, after), n in zip(around, x.shape[x.ndim - len(around) :], strict=True)])]


def surrounded(speaker: Speaker, x: Tensor, padding: Pads, mode: str) -> Tensor:
    """The last axes continued beyond their ends by copies of themselves."""
    for axis, (before, after) in enumerate(padding, start=x.ndim - len(padding)):
        size, wanted = x.shape[axis], max(before, after)
        least = {"reflect": wanted + 1, "circular": wanted, "replicate": 1}[mode] if wanted else 0
        if size < least:
            raise mistake(speaker, f"needs an input of at least {least} along each axis for "
                                   f"padding_mode={mode!r}, got {x.shape}")
        if wanted:
            x = read(x, axis=axis, reading=_continued(size, before, after, mode))
    return x


@lru_cache
def _continued(size: int, before: int, after: int, mode: str) -> Reading:
    positions = np.pad(np.arange(size), (before, after), mode=MODES[mode])  # type: ignore[call-overload]  # one of NumPy's modes
    return Reading.of(positions[np.newaxis], None, size)

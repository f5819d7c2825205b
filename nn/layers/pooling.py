"""Pooling: one number from every window of a channel, the largest or the mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.declare import piecewise_constant
from nn.kernels import pooling as kernels
from nn.layers.arguments import arguments, pair, short
from nn.layers.convolution import AXES, Size, batch_of, check_window
from nn.layers.input import Speaker, admitted, refusal
from nn.module import Module

Sizes = tuple[int, ...]


class _Windows(Module):
    """The geometry of windows: `stride` is the kernel size unless given, and padding at most half of it."""

    axes = 2

    def __init__(self, kernel_size: Size, stride: Size | None, padding: Size, dilation: Size, ceil_mode: bool) -> None:
        self.kernel_size, self.stride, self.padding, self.dilation = _geometry(
            type(self).__name__, self.axes, kernel_size, stride, padding, dilation)
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        shown = {name: short(getattr(self, name)) for name in ("kernel_size", "stride", "padding", "dilation")}
        return arguments(shown["kernel_size"], stride=(shown["stride"], shown["kernel_size"]),
                         padding=(shown["padding"], 0), dilation=(shown["dilation"], 1), **self._further(),
                         ceil_mode=(self.ceil_mode, False))

    def _further(self) -> dict[str, tuple[Any, Any]]:
        raise NotImplementedError


class MaxPool2d(_Windows):
    """The largest value of every window of (N, C, H, W), or of one image (C, H, W); what pads is -inf.

    A gradient goes to the first largest value in reading order. With `ceil_mode` the last window may reach beyond the
    padding. With `return_indices` also the place of each value in its channel, counted row by row.
    Raises ValueError for a window larger than the padded input.
    """

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1,
                 return_indices: bool = False, ceil_mode: bool = False) -> None:
        super().__init__(kernel_size, stride, padding, dilation, ceil_mode)
        self.return_indices = return_indices

    def forward(self, input: Any) -> Any:
        return _max_pool(self, input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode,
                         self.return_indices)

    def _further(self) -> dict[str, tuple[Any, Any]]:
        return {"return_indices": (self.return_indices, False)}


class MaxPool1d(MaxPool2d):
    """out[n, c, t] = max over i of in[n, c, t stride + i dilation - padding]; otherwise as MaxPool2d.

    Input (N, C, L), or one sequence (C, L); output length floor((L + 2 padding - dilation (kernel_size - 1) - 1) /
    stride) + 1. What pads is -inf. Raises ValueError for a window larger than the padded input.
    """

    axes = 1


class AvgPool2d(_Windows):
    """The mean of every window of (N, C, H, W), or of one image (C, H, W).

    It is divided by the window's area within the padded input, within the input alone if not `count_include_pad`, or by
    `divisor_override`. Raises ValueError for a window larger than the padded input.
    """

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0, ceil_mode: bool = False,
                 count_include_pad: bool = True, divisor_override: int | None = None) -> None:
        super().__init__(kernel_size, stride, padding, 1, ceil_mode)
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override
        _check_divisor("AvgPool2d", divisor_override)

    def forward(self, input: Any) -> Tensor:
        return _avg_pool(self, input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
                         self.count_include_pad, self.divisor_override)

    def _further(self) -> dict[str, tuple[Any, Any]]:
        return {"count_include_pad": (self.count_include_pad, True), "divisor_override": (self.divisor_override, None)}


class AdaptiveAvgPool2d(Module):
    """The mean of as many windows as the output shall have: `output_size` H x W of them, whatever the input's size.

    Window i goes from floor(i n / m) to ceil((i + 1) n / m); None keeps the input's size. Input (N, C, H, W), or one
    image (C, H, W).
    """

    def __init__(self, output_size: int | Sequence[int | None] | None) -> None:
        sizes = tuple(output_size) if isinstance(output_size, (tuple, list)) else (output_size,) * 2
        if len(sizes) != 2:
            raise TypeError(f"AdaptiveAvgPool2d: output_size must be an integer or 2 of them, got {output_size!r}")
        pair("AdaptiveAvgPool2d", "output_size", tuple(1 if size is None else size for size in sizes))
        self.output_size = sizes

    def forward(self, input: Any) -> Tensor:
        return adaptive_avg_pool2d(input, self.output_size, speaker=self)

    def extra_repr(self) -> str:
        return arguments(short(self.output_size))


def max_pool2d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """The largest value of every window of `input` (N, C, H, W) or (C, H, W), and with `return_indices` its place.

    A gradient goes to the first largest value. Options and errors are those of `nn.MaxPool2d`.
    """
    geometry = _geometry("max_pool2d", 2, kernel_size, stride, padding, dilation)
    return _max_pool("max_pool2d", input, *geometry, ceil_mode, return_indices)


def max_pool1d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """The largest value of every window of `input` (N, C, L) or (C, L), and with `return_indices` its place.

    A gradient goes to the first largest value. Options and errors are those of `nn.MaxPool1d`.
    """
    geometry = _geometry("max_pool1d", 1, kernel_size, stride, padding, dilation)
    return _max_pool("max_pool1d", input, *geometry, ceil_mode, return_indices)


def avg_pool2d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, ceil_mode: bool = False,
               count_include_pad: bool = True, divisor_override: int | None = None) -> Tensor:
    """The mean of every window of `input` (N, C, H, W) or (C, H, W).

    `divisor_override` divides the sum instead of the area. Options and errors are those of `nn.AvgPool2d`.
    """
    _check_divisor("avg_pool2d", divisor_override)
    kernel, steps, padded, _ = _geometry("avg_pool2d", 2, kernel_size, stride, padding, 1)
    return _avg_pool("avg_pool2d", input, kernel, steps, padded, ceil_mode, count_include_pad, divisor_override)


def adaptive_avg_pool2d(input: Any, output_size: int | Sequence[int | None] | None, *,
                        speaker: Speaker = "adaptive_avg_pool2d") -> Tensor:
    """The means of H x W windows of `input` (N, C, ., .) or (C, ., .), as many as `output_size` says.

    Window i goes from floor(i n / m) to ceil((i + 1) n / m), as in `nn.AdaptiveAvgPool2d`.
    """
    input, single = _images(speaker, admitted(speaker, input), 2)
    sizes = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * 2
    size = [n if m is None else m for n, m in zip(input.shape[2:], sizes, strict=True)]
    out = kernels.adaptive_average_pool(input, size=size)
    return out[0] if single else out  # type: ignore[no-any-return]


def _geometry(speaker: str, axes: int, kernel_size: Size, stride: Size | None, padding: Size,
              dilation: Size) -> tuple[Sizes, Sizes, Sizes, Sizes]:
    kernel = pair(speaker, "kernel_size", kernel_size, axes)
    padded = pair(speaker, "padding", padding, axes, least=0)
    if any(p > k // 2 for p, k in zip(padded, kernel, strict=True)):
        raise ValueError(f"{speaker}: padding must be at most half of the kernel size, got padding={padding} and "
                         f"kernel_size={kernel_size}")
    return (kernel, kernel if stride is None else pair(speaker, "stride", stride, axes), padded,
            pair(speaker, "dilation", dilation, axes))


def _images(speaker: Speaker, x: Any, axes: int) -> tuple[Any, bool]:
    """The input as a batch, and whether it had no batch axis. Raises ValueError for images without a pixel."""
    x, single = batch_of(speaker, x, "C", axes)
    if 0 in x.shape[2:]:
        raise refusal(speaker, f"(N, C, {AXES[axes]}) with at least one value along {AXES[axes]}", x)
    return x, single


def _batch(speaker: Speaker, x: Any, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes,
           ceil_mode: bool) -> tuple[Any, bool]:
    """The input as a batch, and whether it had no batch axis. Raises ValueError if no window fits."""
    x, single = _images(speaker, x, len(kernel))
    check_window(speaker, x, kernel, tuple((p, p) for p in padding), dilation, [(s - 1) * ceil_mode for s in stride])
    return x, single


def _max_pool(speaker: Speaker, x: Any, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil_mode: bool,
              return_indices: bool) -> Any:
    x, single = _batch(speaker, admitted(speaker, x, real=True), kernel, stride, padding, dilation, ceil_mode)
    out = kernels.max_pool(x, kernel=kernel, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode)
    if not return_indices:
        return out[0] if single else out
    places = piecewise_constant(_places)(x, out.shape[2:], kernel, stride, padding, dilation)
    return (out[0], places[0]) if single else (out, places)


def _avg_pool(speaker: Speaker, x: Any, kernel: Sizes, stride: Sizes, padding: Sizes, ceil_mode: bool,
              count_include_pad: bool, divisor: int | None) -> Tensor:
    x, single = _batch(speaker, admitted(speaker, x), kernel, stride, padding, (1,) * len(kernel), ceil_mode)
    out = kernels.average_pool(x, kernel=kernel, stride=stride, padding=padding, ceil_mode=ceil_mode,
                               count_include_pad=count_include_pad, divisor=divisor)
    return out[0] if single else out  # type: ignore[no-any-return]


def _places(x: NDArray[Any], outputs: Sequence[int], kernel: Sequence[int], stride: Sequence[int],
            padding: Sequence[int], dilation: Sequence[int]) -> NDArray[np.int64]:
    """Where in its channel, row by row, the largest value of every window is."""
    inside, flat = np.ones((), bool), np.zeros((), int)
    for axis, size in enumerate(x.shape[2:]):  # positions (outputs of each axis..., taps of each axis...)
        taps = np.arange(kernel[axis]) * dilation[axis] - padding[axis]
        seen = np.arange(outputs[axis])[:, None] * stride[axis] + taps
        shape = np.ones(2 * len(outputs), int)
        shape[axis], shape[axis + len(outputs)] = seen.shape
        seen = seen.reshape(shape)
        inside = inside & (seen >= 0) & (seen < size)
        flat = flat * size + np.clip(seen, 0, size - 1)
    values = np.where(inside, x.reshape(*x.shape[:2], math.prod(x.shape[2:]))[:, :, flat], -np.inf)
    values = values.reshape(*x.shape[:2], *outputs, math.prod(kernel))
    best = values.argmax(axis=-1)[..., None]
    return np.take_along_axis(np.broadcast_to(flat.reshape(*outputs, -1), values.shape), best, axis=-1)[..., 0]


def _check_divisor(speaker: str, divisor: int | None) -> None:
    if divisor == 0:
        raise ValueError(f"{speaker}: divisor_override must not be 0")

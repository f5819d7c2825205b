"""Convolutions: every unit sees a window, and all windows share its weights. Images are (N, C, H, W).

Sequences are (N, C, L), and volumes (N, C, D, H, W).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor
from autograd.arrays import in_a_tuple
from nn import init
from nn.kernels.convolution import convolution, transposed_convolution
from nn.kernels.windows import transposed_size
from nn.layers.arguments import Size, choice, floating, positive_integers, sizes
from nn.layers.initial_weights import draw_uniform
from nn.layers.input import AXES, Speaker, admitted, batch_of, check_window, fitting, mistake, refusal
from nn.layers.layer import Layer
from nn.layers.padding import MODES, Pads, surrounded
from nn.parameter import Parameter

_WINDOWS = {1: "k", 2: "kh, kw", 3: "kd, kh, kw"}


class Convolution(Layer):
    """What convolutions share: the arguments and their checks, the parameters, and how they are shown."""

    axes: int
    transposed = False
    bias: Parameter | None

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Size, stride: Size = 1,
                 padding: Size | str = 0, dilation: Size = 1, groups: int = 1, bias: bool = True,
                 padding_mode: str = "zeros", *, dtype: DTypeLike | None = None) -> None:
        kind = type(self).__name__
        positive_integers(kind, in_channels=in_channels, out_channels=out_channels, groups=groups)
        if in_channels % groups or out_channels % groups:
            raise ValueError(f"{kind}: groups={groups} must divide in_channels={in_channels} and "
                             f"out_channels={out_channels}")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = sizes(kind, "kernel_size", kernel_size, self.axes)
        self.stride = sizes(kind, "stride", stride, self.axes)
        self.dilation = sizes(kind, "dilation", dilation, self.axes)
        self.padding = padding if isinstance(padding, str) else sizes(kind, "padding", padding, self.axes, least=0)
        choice(kind, ("zeros",) if self.transposed else ("zeros", *MODES), padding_mode=padding_mode)
        self.padding_mode = padding_mode
        self._pads = pads(kind, self.padding, self.kernel_size, self.stride, self.dilation)
        first, second = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        dtype = floating(kind, dtype)
        self.weight = Parameter(np.zeros((first, second // groups, *self.kernel_size)), dtype=dtype)
        self.bias = Parameter(np.zeros(out_channels), dtype=dtype) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the initial weights again: uniform on ±1 / sqrt(fan_in)."""
        draw_uniform(self, init.fans(self.weight)[0])


class _ConvNd(Convolution):
    """A convolution, along any number of axes."""

    def forward(self, input: ArrayLike) -> Tensor:
        weight = self.weight
        if type(input) is not Tensor or input.dtype is not weight.dtype:
            input = admitted(self, input, weight.dtype)
        return _convolved(self, input, weight, self.bias, self.stride, self._pads, self.dilation, self.groups,
                          self.padding_mode)


class Conv2d(_ConvNd):
    """out[n, o, y, x] = bias[o] + sum over c, i, j of in[n, c, y s + i d - p, x s + j d - p] weight[o, c, i, j].

    Input (N, in_channels, H, W), or one image without N; `weight` (out_channels, in_channels / groups, kh, kw).
    `padding` is a number, one per axis, "valid" or "same"; `padding_mode` zeros, reflect, replicate or circular.
    Raises ValueError for another number of channels, or a kernel larger than the padded input.
    Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285.
    """

    axes = 2


class Conv1d(_ConvNd):
    """out[n, o, t] = bias[o] + sum over c, i of in[n, c, t s + i d - p] weight[o, c, i]; otherwise as Conv2d.

    Input (N, in_channels, L), or one sequence without N; `weight` (out_channels, in_channels / groups, k).
    """

    axes = 1


class Conv3d(_ConvNd):
    """out[n, o, z, y, x] = bias[o] + sum over c, h, i, j of in[n, c, z s + h d - p, ...] weight[o, c, h, i, j].

    Input (N, in_channels, D, H, W), or one volume without N; `weight` (out_channels, in_channels / groups, kd, kh, kw).
    Otherwise as Conv2d. Source: Tran et al., arXiv:1412.0767.
    """

    axes = 3


class _ConvTransposeNd(Convolution):
    """A transposed convolution, along any number of axes."""

    transposed = True

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Size, stride: Size = 1, padding: Size = 0,
                 output_padding: Size = 0, groups: int = 1, bias: bool = True, dilation: Size = 1,
                 padding_mode: str = "zeros", *, dtype: DTypeLike | None = None) -> None:
        kind = type(self).__name__
        padding = sizes(kind, "padding", padding, self.axes, least=0)
        self.output_padding = sizes(kind, "output_padding", output_padding, self.axes, least=0)
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode,
                         dtype=dtype)
        _check_output_padding(kind, self.output_padding, self.stride, self.dilation)

    def forward(self, input: ArrayLike, output_size: Sequence[int] | None = None) -> Tensor:
        input = admitted(self, input, self.weight.dtype)
        extra = self.output_padding if output_size is None else self._padding_for(in_a_tuple(output_size), input)
        return _transposed(self, input, self.weight, self.bias, self.stride, self._pads, extra, self.dilation,
                           self.groups)

    def _padding_for(self, output_size: tuple[int, ...], x: Tensor) -> tuple[int, ...]:
        """The output padding for which the output of x has this size, which may begin with batch and channels."""
        batch_of(self, x, self.in_channels, self.axes)
        smallest = tuple(map(transposed_size, x.shape[-self.axes :], self.kernel_size, self.stride, self.dilation,
                             self._pads))
        wanted = output_size[-self.axes :]
        extra = tuple(w - least for w, least in zip(wanted, smallest, strict=False))
        if len(wanted) < self.axes or any(not 0 <= e < s for e, s in zip(extra, self.stride, strict=True)):
            most = tuple(least + s - 1 for least, s in zip(smallest, self.stride, strict=True))
            raise mistake(self, f"makes outputs from {smallest} to {most} of an input {x.shape}, not {output_size}")
        return extra


class ConvTranspose2d(_ConvTransposeNd):
    """The adjoint of Conv2d in its image: every input value adds a copy of the kernel, `stride` apart (Zeiler 2010).

    Input (N, in_channels, H, W), or one image; output side (H - 1) stride - 2 padding + dilation (kernel - 1) + 1 +
    output_padding; `weight` (in_channels, out_channels / groups, kh, kw). `output_size` in the call picks the padding.
    Raises ValueError for another number of channels, or an output padding not below stride or dilation.
    """

    axes = 2


class ConvTranspose1d(_ConvTransposeNd):
    """The adjoint of Conv1d in its sequence: every value adds a copy of the kernel, `stride` apart.

    Input (N, in_channels, L), or one sequence without N; `weight` (in_channels, out_channels / groups, k). Otherwise,
    the output length included, as ConvTranspose2d.
    """

    axes = 1


class ConvTranspose3d(_ConvTransposeNd):
    """The adjoint of Conv3d in its volume: every value adds a copy of the kernel, `stride` apart.

    Input (N, in_channels, D, H, W), or one volume without N; `weight` (in_channels, out_channels / groups, kd, kh, kw).
    Otherwise, the output sizes included, as ConvTranspose2d.
    """

    axes = 3


def conv2d(input: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None, stride: Size = 1,
           padding: Size | str = 0, dilation: Size = 1, groups: int = 1) -> Tensor:
    """Images (N, C, H, W), or one (C, H, W), convolved with `weight` (O, C / groups, kh, kw), plus `bias` (O,).

    Formula, options and errors are those of `nn.Conv2d`.
    """
    return _conv("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv1d(input: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None, stride: Size = 1,
           padding: Size | str = 0, dilation: Size = 1, groups: int = 1) -> Tensor:
    """Sequences (N, C, L), or one (C, L), convolved with `weight` (O, C / groups, k), plus `bias` (O,).

    Formula, options and errors are those of `nn.Conv1d`.
    """
    return _conv("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv3d(input: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None, stride: Size = 1,
           padding: Size | str = 0, dilation: Size = 1, groups: int = 1) -> Tensor:
    """Volumes (N, C, D, H, W), or one (C, D, H, W), convolved with `weight` (O, C / groups, kd, kh, kw), plus `bias`.

    Formula, options and errors are those of `nn.Conv3d`.
    """
    return _conv("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def conv_transpose2d(input: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None, stride: Size = 1,
                     padding: Size = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1) -> Tensor:
    """The adjoint of `conv2d` in its image, (N, C, H, W), for `weight` (C, O / groups, kh, kw), plus `bias` (O,).

    Output sizes, options and errors are those of `nn.ConvTranspose2d`.
    """
    return _conv_transpose("conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding, groups,
                           dilation)


def conv_transpose1d(input: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None, stride: Size = 1,
                     padding: Size = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1) -> Tensor:
    """The adjoint of `conv1d` in its sequence, (N, C, L), for `weight` (C, O / groups, k), plus `bias` (O,).

    Output lengths, options and errors are those of `nn.ConvTranspose1d`.
    """
    return _conv_transpose("conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding, groups,
                           dilation)


def conv_transpose3d(input: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None, stride: Size = 1,
                     padding: Size = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1) -> Tensor:
    """The adjoint of `conv3d` in its volume, (N, C, D, H, W), for `weight` (C, O / groups, kd, kh, kw), plus `bias`.

    Output sizes, options and errors are those of `nn.ConvTranspose3d`.
    """
    return _conv_transpose("conv_transpose3d", 3, input, weight, bias, stride, padding, output_padding, groups,
                           dilation)


def pads(speaker: str, padding: Size | str, kernel: Sequence[int], stride: Sequence[int],
         dilation: Sequence[int]) -> Pads:
    """The padding (before, after) of each axis; "same" puts the odd one after, as PyTorch does."""
    if padding == "valid":
        padding = 0
    if padding == "same":
        if set(stride) != {1}:
            raise ValueError(f"{speaker}: padding='same' needs stride 1, got stride={tuple(stride)}")
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return tuple((total // 2, total - total // 2) for total in totals)
    if isinstance(padding, str):
        raise ValueError(f"{speaker}: padding is a number, one per axis, 'same' or 'valid', got {padding!r}")
    return tuple((p, p) for p in sizes(speaker, "padding", padding, len(kernel), least=0))


def _conv(name: str, axes: int, x: Any, weight: Any, bias: Any, stride: Size, padding: Size | str, dilation: Size,
          groups: int) -> Tensor:
    x, weight = admitted(name, x), admitted(name, weight)
    _check_weight(name, "out, in / groups", axes, weight, groups)
    (bias,) = fitting(name, weight.shape[:1], np.result_type(x.dtype, weight.dtype), bias=bias)
    stride, dilation = sizes(name, "stride", stride, axes), sizes(name, "dilation", dilation, axes)
    return _convolved(name, x, weight, bias, stride, pads(name, padding, weight.shape[2:], stride, dilation), dilation,
                      groups)


def _conv_transpose(name: str, axes: int, x: Any, weight: Any, bias: Any, stride: Size, padding: Size,
                    output_padding: Size, groups: int, dilation: Size) -> Tensor:
    x, weight = admitted(name, x), admitted(name, weight)
    _check_weight(name, "in, out / groups", axes, weight, groups)
    (bias,) = fitting(name, (weight.shape[1] * groups,), np.result_type(x.dtype, weight.dtype), bias=bias)
    stride, dilation = sizes(name, "stride", stride, axes), sizes(name, "dilation", dilation, axes)
    padding, extra = (sizes(name, what, size, axes, least=0)
                      for what, size in (("padding", padding), ("output_padding", output_padding)))
    _check_output_padding(name, extra, stride, dilation)
    return _transposed(name, x, weight, bias, stride, pads(name, padding, weight.shape[2:], stride, dilation), extra,
                       dilation, groups)


def _check_weight(name: str, channels: str, axes: int, weight: Any, groups: int) -> None:
    """Raise ValueError unless the weight has this number of window axes, and the same channels for each group."""
    positive_integers(name, groups=groups)
    if weight.ndim != axes + 2 or 0 in weight.shape[2:]:
        raise refusal(name, f"a weight ({channels}, {_WINDOWS[axes]})", weight)
    if len(weight) % groups:
        raise mistake(name, f"needs groups that divide the first axis of its weight, got {groups} for {weight.shape}")


def _convolved(speaker: Speaker, x: Any, weight: Any, bias: Any, stride: tuple[int, ...], padding: Pads,
               dilation: tuple[int, ...], groups: int, mode: str = "zeros") -> Tensor:
    _check_bias(speaker, "out, in / groups", weight, bias, len(weight))
    channels = weight.shape[1] * groups
    x, single = batch_of(speaker, x, channels, weight.ndim - 2)
    check_window(speaker, x, weight.shape[2:], padding, dilation)
    if mode != "zeros":
        x, padding = surrounded(speaker, x, padding, mode), ((0, 0),) * len(padding)
    out = convolution(x, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return out[0] if single else out


def _check_bias(speaker: Speaker, channels: str, weight: Any, bias: Any, outputs: int) -> None:
    """Raise ValueError if one of the two was given `.data` of another shape, and they no longer fit each other."""
    if weight.ndim - 2 not in AXES or (bias is not None and bias.shape != (outputs,)):
        raise mistake(speaker, f"needs a weight ({channels}, window) and a bias (out,), got {weight.shape} and "
                               f"{None if bias is None else bias.shape}")


def _transposed(speaker: Speaker, x: Any, weight: Any, bias: Any, stride: tuple[int, ...], padding: Pads,
                extra: tuple[int, ...], dilation: tuple[int, ...], groups: int) -> Tensor:
    _check_bias(speaker, "in, out / groups", weight, bias, weight.shape[1] * groups)
    x, single = batch_of(speaker, x, weight.shape[0], weight.ndim - 2)
    if 0 in x.shape[2:]:
        raise refusal(speaker, f"images with at least one value along {AXES[weight.ndim - 2]}", x)
    size = tuple(map(transposed_size, x.shape[2:], weight.shape[2:], stride, dilation, padding, extra))
    if min(size) < 1:
        raise mistake(speaker, f"would make an output of size {size} from the input {x.shape}; pad less")
    out = transposed_convolution(x, weight, bias, stride=stride, padding=padding, dilation=dilation,
                                 output_padding=extra, groups=groups)
    return out[0] if single else out


def _check_output_padding(name: str, extra: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> None:
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation, strict=True)):
        raise ValueError(f"{name}: output_padding must be smaller than stride or dilation, got output_padding="
                         f"{tuple(extra)} with stride={tuple(stride)} and dilation={tuple(dilation)}")

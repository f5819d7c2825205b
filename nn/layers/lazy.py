"""Layers that take the size of their input from the first call, and are ordinary layers from then on."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor, random
from nn.layers.arguments import Size
from nn.layers.batch_normalization import BatchNorm1d, BatchNorm2d, BatchNorm3d
from nn.layers.convolution import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from nn.layers.input import mistake, refusal
from nn.layers.layer import Layer
from nn.layers.linear import Linear


class Lazy(Layer):
    """What lazy layers share: they keep the options until the first call, and then become a layer of class `becomes`.

    Until then a lazy layer has no parameters. Asking for them, as an optimizer does, raises RuntimeError, and asking
    for one by its name AttributeError; both say to call the model first.
    """

    becomes: ClassVar[type[Layer]]
    axis: ClassVar[int]
    """Where the size is in the shape of the input."""

    def _wait(self, **options: Any) -> None:
        """Keep the options; errors in them are raised now, by building a layer of the smallest size."""
        with random.drawn_again(random.state()):  # its weights are thrown away
            self.becomes(options.get("groups", 1), **options)
        self._options = options

    def forward(self, input: ArrayLike, *others: Any, **options: Any) -> Tensor:
        shape = np.shape(input)
        if not -len(shape) <= self.axis < len(shape):
            raise refusal(self, f"at least {self.axis + 1 if self.axis >= 0 else -self.axis} axes", shape)
        self._become(shape[self.axis])
        return self.forward(input, *others, **options)

    def _become(self, size: int) -> None:
        kind, options = type(self), self._options
        del self._options
        object.__setattr__(self, "__class__", self.becomes)
        try:
            kind.becomes.__init__(self, size, **options)  # type: ignore[call-arg]  # they are those of its class
        except BaseException:
            object.__setattr__(self, "__class__", kind)
            self._options = options
            raise

    def _refuse_hidden(self, name: str, held: Any) -> None:
        """Raise RuntimeError when parameters are looked for, since there are none before the first call."""
        raise mistake(self, "learns the size of its input, and with it its parameters, from the first call: call the "
                            "model once before its parameters are asked for, as model(x) before "
                            "optim.Adam(model.parameters())", RuntimeError)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in ("weight", "bias", "running_mean", "running_var"):
                raise AttributeError(str(mistake(self, f"has no {name} before its first call, model(x)")))
            return super().__getattr__(name)

    def extra_repr(self) -> str:
        given = {name: (self._options[name], taken.default) for name, taken in signature(type(self)).parameters.items()}
        return ", ".join(repr(value) if default is Parameter.empty else f"{name}={value!r}"
                         for name, (value, default) in given.items() if value != default)


class LazyLinear(Lazy, Linear):
    """`Linear`, whose `in_features` are the last axis of its first input.

    It has no parameters before: call the model once, then make the optimizer. Afterwards it is a `Linear`, and raises
    what that raises.
    """

    becomes, axis = Linear, -1

    def __init__(self, out_features: int, bias: bool = True, *, dtype: DTypeLike | None = None) -> None:
        self._wait(out_features=out_features, bias=bias, dtype=dtype)


class _LazyConvNd(Lazy):
    """The options of a convolution, along any number of axes."""

    def __init__(self, out_channels: int, kernel_size: Size, stride: Size = 1, padding: Size | str = 0,
                 dilation: Size = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros", *,
                 dtype: DTypeLike | None = None) -> None:
        self._wait(out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding,
                   dilation=dilation, groups=groups, bias=bias, padding_mode=padding_mode, dtype=dtype)


class LazyConv2d(_LazyConvNd, Conv2d):
    """`Conv2d`, whose `in_channels` are those of its first input, (N, C, H, W) or (C, H, W); otherwise as LazyLinear.

    Whether the groups divide the channels is checked in the first call.
    """

    becomes, axis = Conv2d, -3


class LazyConv1d(_LazyConvNd, Conv1d):
    """`Conv1d`, whose `in_channels` are those of its first input, (N, C, L) or (C, L); otherwise as LazyConv2d."""

    becomes, axis = Conv1d, -2


class LazyConv3d(_LazyConvNd, Conv3d):
    """`Conv3d`, whose `in_channels` are those of its first input, (N, C, D, H, W) or (C, D, H, W), as LazyConv2d."""

    becomes, axis = Conv3d, -4


class _LazyConvTransposeNd(Lazy):
    """The options of a transposed convolution, along any number of axes."""

    def __init__(self, out_channels: int, kernel_size: Size, stride: Size = 1, padding: Size = 0,
                 output_padding: Size = 0, groups: int = 1, bias: bool = True, dilation: Size = 1,
                 padding_mode: str = "zeros", *, dtype: DTypeLike | None = None) -> None:
        self._wait(out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding,
                   output_padding=output_padding, groups=groups, bias=bias, dilation=dilation,
                   padding_mode=padding_mode, dtype=dtype)


class LazyConvTranspose2d(_LazyConvTransposeNd, ConvTranspose2d):
    """`ConvTranspose2d`, whose `in_channels` are those of its first input; otherwise as LazyConv2d."""

    becomes, axis = ConvTranspose2d, -3


class LazyConvTranspose1d(_LazyConvTransposeNd, ConvTranspose1d):
    """`ConvTranspose1d`, whose `in_channels` are those of its first input; otherwise as LazyConv2d."""

    becomes, axis = ConvTranspose1d, -2


class LazyConvTranspose3d(_LazyConvTransposeNd, ConvTranspose3d):
    """`ConvTranspose3d`, whose `in_channels` are those of its first input; otherwise as LazyConv2d."""

    becomes, axis = ConvTranspose3d, -4


class _LazyBatchNormNd(Lazy):
    """The options of a batch normalization, over any number of axes."""

    axis = 1

    def __init__(self, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True,
                 track_running_stats: bool = True, *, bias: bool = True, dtype: DTypeLike | None = None) -> None:
        self._wait(eps=eps, momentum=momentum, affine=affine, track_running_stats=track_running_stats, bias=bias,
                   dtype=dtype)


class LazyBatchNorm2d(_LazyBatchNormNd, BatchNorm2d):
    """`BatchNorm2d`, whose `num_features` are the channels of its first input (N, C, H, W); otherwise as LazyLinear."""

    becomes = BatchNorm2d


class LazyBatchNorm1d(_LazyBatchNormNd, BatchNorm1d):
    """`BatchNorm1d`, whose `num_features` are the channels of its first input, (N, C) or (N, C, L); as LazyLinear."""

    becomes = BatchNorm1d


class LazyBatchNorm3d(_LazyBatchNormNd, BatchNorm3d):
    """`BatchNorm3d`, whose `num_features` are the channels of its first input (N, C, D, H, W); as LazyLinear."""

    becomes = BatchNorm3d

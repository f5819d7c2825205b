"""Channels in another order, and pixels made of channels: numbers move, but do not change."""

from __future__ import annotations

from numpy.typing import ArrayLike

from autograd import Tensor
from nn.layers.arguments import positive_integers
from nn.layers.input import Speaker, admitted, refusal
from nn.layers.layer import Layer


class PixelShuffle(Layer):
    """(N, C r^2, H, W) to (N, C, H r, W r): every r x r square of pixels comes from r^2 channels of one.

    Raises ValueError for channels that r^2 does not divide. Source: Shi et al., arXiv:1609.05158.
    """

    def __init__(self, upscale_factor: int) -> None:
        positive_integers("PixelShuffle", upscale_factor=upscale_factor)
        self.upscale_factor = upscale_factor

    def forward(self, input: ArrayLike) -> Tensor:
        return pixel_shuffle(input, self.upscale_factor, speaker=self)


class PixelUnshuffle(Layer):
    """(N, C, H r, W r) to (N, C r^2, H, W): the inverse of PixelShuffle, every r x r square becomes r^2 channels.

    Raises ValueError for images that r does not divide. Source: Shi et al., arXiv:1609.05158.
    """

    def __init__(self, downscale_factor: int) -> None:
        positive_integers("PixelUnshuffle", downscale_factor=downscale_factor)
        self.downscale_factor = downscale_factor

    def forward(self, input: ArrayLike) -> Tensor:
        return pixel_unshuffle(input, self.downscale_factor, speaker=self)


class ChannelShuffle(Layer):
    """(N, C, ...) with its channels interleaved: `groups` runs of C / groups channels, one channel of each in turn.

    Raises ValueError for channels that `groups` does not divide. Source: Zhang et al., "ShuffleNet", arXiv:1707.01083.
    """

    def __init__(self, groups: int) -> None:
        positive_integers("ChannelShuffle", groups=groups)
        self.groups = groups

    def forward(self, input: ArrayLike) -> Tensor:
        return channel_shuffle(input, self.groups, speaker=self)


def channel_shuffle(input: ArrayLike, groups: int, *, speaker: Speaker = "channel_shuffle") -> Tensor:
    """(N, C, ...) with its channels interleaved, one of each of `groups` runs in turn; as `nn.ChannelShuffle`."""
    positive_integers(speaker, groups=groups)
    x = admitted(speaker, input)
    if x.ndim < 2 or x.shape[1] % groups:
        raise refusal(speaker, f"(N, C, ...) with channels that {groups} divides", x)
    runs = x.reshape(len(x), groups, x.shape[1] // groups, *x.shape[2:])
    return runs.swapaxes(1, 2).reshape(x.shape)


def pixel_shuffle(input: ArrayLike, upscale_factor: int, *, speaker: Speaker = "pixel_shuffle") -> Tensor:
    """(N, C r^2, H, W) to (N, C, H r, W r), where r is the `upscale_factor`; otherwise as `nn.PixelShuffle`."""
    positive_integers(speaker, upscale_factor=upscale_factor)
    x, r = admitted(speaker, input), upscale_factor
    if x.ndim < 3 or x.shape[-3] % r**2:
        raise refusal(speaker, f"(N, C, H, W) with channels that {r**2} divides", x)
    *lead, channels, height, width = x.shape
    x = x.reshape(*lead, channels // r**2, r, r, height, width)
    at = len(lead)  # C, then the row and the column in the square, then H and W
    x = x.transpose(*range(at), at, at + 3, at + 1, at + 4, at + 2)
    return x.reshape(*lead, channels // r**2, height * r, width * r)


def pixel_unshuffle(input: ArrayLike, downscale_factor: int, *, speaker: Speaker = "pixel_unshuffle") -> Tensor:
    """(N, C, H r, W r) to (N, C r^2, H, W), where r is the `downscale_factor`; otherwise as `nn.PixelUnshuffle`."""
    positive_integers(speaker, downscale_factor=downscale_factor)
    x, r = admitted(speaker, input), downscale_factor
    if x.ndim < 3 or x.shape[-2] % r or x.shape[-1] % r:
        raise refusal(speaker, f"(N, C, H, W) with H and W that {r} divides", x)
    *lead, channels, height, width = x.shape
    x = x.reshape(*lead, channels, height // r, r, width // r, r)
    at = len(lead)  # C, H, the row in the square, W, the column in it
    x = x.transpose(*range(at + 1), at + 2, at + 4, at + 1, at + 3)
    return x.reshape(*lead, channels * r**2, height // r, width // r)

"""The Fourier transform extension of the array API standard 2024.12."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.arguments import as_tensor
from autograd.arrays import check_device
from autograd.tensor import Tensor

from .apply import call, documented


def _along_one_axis(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """NumPy's transform along one axis."""

    def apply(x: Tensor, /, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
        return call(function, as_tensor(x), n=n, axis=axis, norm=norm)

    return documented(apply, function, None, "along one axis")


def _over_axes(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """NumPy's transform over several axes: the last ones where only their sizes are given; NumPy wants both."""

    def apply(x: Tensor, /, s: Any = None, axes: Any = None, norm: str = "backward") -> Tensor:
        axes = tuple(range(-len(s), 0)) if s is not None and axes is None else axes
        return call(function, as_tensor(x), s=s, axes=axes, norm=norm)

    return documented(apply, function, None, "over several axes")


fft, ifft = _along_one_axis(np.fft.fft), _along_one_axis(np.fft.ifft)
rfft, irfft = _along_one_axis(np.fft.rfft), _along_one_axis(np.fft.irfft)
hfft, ihfft = _along_one_axis(np.fft.hfft), _along_one_axis(np.fft.ihfft)
fftn, ifftn = _over_axes(np.fft.fftn), _over_axes(np.fft.ifftn)
rfftn, irfftn = _over_axes(np.fft.rfftn), _over_axes(np.fft.irfftn)


def fftfreq(n: int, /, d: float = 1.0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The sample frequencies of `fft`."""
    check_device(device)
    return Tensor._of(np.fft.fftfreq(n, d).astype(_real(dtype)), None)


def rfftfreq(n: int, /, d: float = 1.0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The sample frequencies of `rfft`."""
    check_device(device)
    return Tensor._of(np.fft.rfftfreq(n, d).astype(_real(dtype)), None)


def fftshift(x: Tensor, /, axes: Any = None) -> Tensor:
    """The zero frequency moved to the middle."""
    return call(np.fft.fftshift, as_tensor(x), axes=axes)


def ifftshift(x: Tensor, /, axes: Any = None) -> Tensor:
    """The inverse of `fftshift`."""
    return call(np.fft.ifftshift, as_tensor(x), axes=axes)


def _real(dtype: Any) -> Any:
    if dtype is not None and np.dtype(dtype).kind != "f":
        raise ValueError(f"frequencies are real floating-point numbers, got dtype {np.dtype(dtype)}")
    return dtype or np.float64

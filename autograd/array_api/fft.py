"""The Fourier transform extension of the array API standard 2024.12."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.tensor import Tensor

from .apply import as_tensor, call, check_device


def fft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.fft` along one axis."""
    return call(np.fft.fft, as_tensor(x), n=n, axis=axis, norm=norm)


def ifft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.ifft` along one axis."""
    return call(np.fft.ifft, as_tensor(x), n=n, axis=axis, norm=norm)


def rfft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.rfft` along one axis."""
    return call(np.fft.rfft, as_tensor(x), n=n, axis=axis, norm=norm)


def irfft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.irfft` along one axis."""
    return call(np.fft.irfft, as_tensor(x), n=n, axis=axis, norm=norm)


def hfft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.hfft` along one axis."""
    return call(np.fft.hfft, as_tensor(x), n=n, axis=axis, norm=norm)


def ihfft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.ihfft` along one axis."""
    return call(np.fft.ihfft, as_tensor(x), n=n, axis=axis, norm=norm)


def fftn(x: Tensor, /, *, s: Any = None, axes: Any = None, norm: str = "backward") -> Tensor:
    """NumPy's `fft.fftn` over several axes."""
    return call(np.fft.fftn, as_tensor(x), s=s, axes=_axes(s, axes), norm=norm)


def ifftn(x: Tensor, /, *, s: Any = None, axes: Any = None, norm: str = "backward") -> Tensor:
    """NumPy's `fft.ifftn` over several axes."""
    return call(np.fft.ifftn, as_tensor(x), s=s, axes=_axes(s, axes), norm=norm)


def rfftn(x: Tensor, /, *, s: Any = None, axes: Any = None, norm: str = "backward") -> Tensor:
    """NumPy's `fft.rfftn` over several axes."""
    return call(np.fft.rfftn, as_tensor(x), s=s, axes=_axes(s, axes), norm=norm)


def irfftn(x: Tensor, /, *, s: Any = None, axes: Any = None, norm: str = "backward") -> Tensor:
    """NumPy's `fft.irfftn` over several axes."""
    return call(np.fft.irfftn, as_tensor(x), s=s, axes=_axes(s, axes), norm=norm)


def fftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Tensor:
    """The sample frequencies of `fft`."""
    check_device(device)
    return Tensor._of(np.fft.fftfreq(n, d).astype(_real(dtype)), None)


def rfftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Tensor:
    """The sample frequencies of `rfft`."""
    check_device(device)
    return Tensor._of(np.fft.rfftfreq(n, d).astype(_real(dtype)), None)


def fftshift(x: Tensor, /, *, axes: Any = None) -> Tensor:
    """The zero frequency moved to the middle."""
    return call(np.fft.fftshift, as_tensor(x), axes=axes)


def ifftshift(x: Tensor, /, *, axes: Any = None) -> Tensor:
    """The inverse of `fftshift`."""
    return call(np.fft.ifftshift, as_tensor(x), axes=axes)


def _real(dtype: Any) -> Any:
    if dtype is not None and np.dtype(dtype).kind != "f":
        raise ValueError(f"frequencies are real floating-point numbers, got dtype {np.dtype(dtype)}")
    return dtype or np.float64


def _axes(s: Any, axes: Any) -> Any:
    """The last axes where only their sizes are given; NumPy wants both."""
    return tuple(range(-len(s), 0)) if s is not None and axes is None else axes

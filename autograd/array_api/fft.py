"""The Fourier transform extension of the array API standard 2024.12."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.tensor import Tensor

from .apply import as_tensor, call, check_device


def fft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.fft` along one axis."""
    return _precise(np.fft.fft, x, n=n, axis=axis, norm=norm)


def ifft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.ifft` along one axis."""
    return _precise(np.fft.ifft, x, n=n, axis=axis, norm=norm)


def rfft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.rfft` along one axis."""
    return _precise(np.fft.rfft, x, n=n, axis=axis, norm=norm)


def irfft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.irfft` along one axis."""
    return _precise(np.fft.irfft, x, n=n, axis=axis, norm=norm)


def hfft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.hfft` along one axis."""
    return _precise(np.fft.hfft, x, n=n, axis=axis, norm=norm)


def ihfft(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
    """NumPy's `fft.ihfft` along one axis."""
    return _precise(np.fft.ihfft, x, n=n, axis=axis, norm=norm)


def fftn(x: Tensor, /, *, s: Any = None, axes: Any = None, norm: str = "backward") -> Tensor:
    """NumPy's `fft.fftn` over several axes."""
    if s is not None and axes is None:
        axes = tuple(range(-len(s), 0))
    return _precise(np.fft.fftn, x, s=s, axes=axes, norm=norm)


def ifftn(x: Tensor, /, *, s: Any = None, axes: Any = None, norm: str = "backward") -> Tensor:
    """NumPy's `fft.ifftn` over several axes."""
    if s is not None and axes is None:
        axes = tuple(range(-len(s), 0))
    return _precise(np.fft.ifftn, x, s=s, axes=axes, norm=norm)


def rfftn(x: Tensor, /, *, s: Any = None, axes: Any = None, norm: str = "backward") -> Tensor:
    """NumPy's `fft.rfftn` over several axes."""
    if s is not None and axes is None:
        axes = tuple(range(-len(s), 0))
    return _precise(np.fft.rfftn, x, s=s, axes=axes, norm=norm)


def irfftn(x: Tensor, /, *, s: Any = None, axes: Any = None, norm: str = "backward") -> Tensor:
    """NumPy's `fft.irfftn` over several axes."""
    if s is not None and axes is None:
        axes = tuple(range(-len(s), 0))
    return _precise(np.fft.irfftn, x, s=s, axes=axes, norm=norm)


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
    return call(np.fft.fftshift, as_tensor(x), axes=axes)  # type: ignore[no-any-return]


def ifftshift(x: Tensor, /, *, axes: Any = None) -> Tensor:
    """The inverse of `fftshift`."""
    return call(np.fft.ifftshift, as_tensor(x), axes=axes)  # type: ignore[no-any-return]


def _real(dtype: Any) -> Any:
    if dtype is not None and np.dtype(dtype).kind != "f":
        raise ValueError(f"frequencies are real floating-point numbers, got dtype {np.dtype(dtype)}")
    return dtype or np.float64


def _precise(function: Any, x: Tensor, **options: Any) -> Tensor:
    return call(function, as_tensor(x), **options)  # type: ignore[no-any-return]

"""Fourier transforms: linear, and each its own transpose up to the ends of the axis.

Every `n`, `s`, `axes` and `norm` of NumPy is supported. A transform over several axes is one transform per axis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arrays import in_a_tuple, one_of
from autograd.declare import composite, linear
from autograd.duck_arrays import Array
from autograd.registry import real_only

from .axes import along, fitted, one_axis

SWAPPED: dict[Any, Any] = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def swapped(norm: Any) -> Any:
    """The normalization that the inverse of a transform needs, given the transform's own."""
    one_of("norm", norm, SWAPPED)
    return SWAPPED[norm]


linear(np.fft.fft, lambda g, x, *, n=None, axis=-1, norm=None: fitted(
    np.fft.fft(g, None, axis, norm), x.shape[axis], axis))
linear(np.fft.ifft, lambda g, x, *, n=None, axis=-1, norm=None: fitted(
    np.fft.ifft(g, None, axis, norm), x.shape[axis], axis))
linear(np.fft.rfft, lambda g, x, *, n=None, axis=-1, norm=None: rfft_back(g, x, n or x.shape[axis], axis, norm))
linear(np.fft.irfft, lambda g, x, *, n=None, axis=-1, norm=None: fitted(
    weighted(np.conj(np.fft.rfft(g, None, axis, swapped(norm))), 2, g.shape[axis], axis), x.shape[axis], axis))


def rfft_back(g: Array, x: Array, size: int, axis: int, norm: Any) -> Array:
    halves = weighted(np.conj(g), 0.5, size, axis)
    return fitted(np.fft.irfft(halves, size, axis, swapped(norm)), x.shape[axis], axis)


def weighted(x: Array, weight: float, size: int, axis: int) -> Array:
    """Each coefficient that also stands for its mirror image, so not the first, nor the last of an even size, times a
    weight.
    """
    weights = np.full(x.shape[axis], weight, x.real.dtype)
    weights[:: x.shape[axis] - 1 if size % 2 == 0 else size] = 1
    return x * along(weights, x, axis)


# --- Composed --------------------------------------------------------------------------------------------------------


@composite(np.fft.hfft)
def hfft(a: Any, n: int | None = None, axis: int = -1, norm: Any = None, out: None = None) -> Any:
    return np.fft.irfft(np.conj(a), n, axis, swapped(norm), out)


@composite(np.fft.ihfft)
def ihfft(a: Any, n: int | None = None, axis: int = -1, norm: Any = None, out: None = None) -> Any:
    return np.conj(np.fft.rfft(a, n, axis, swapped(norm), out))


def lengths(a: Array, s: Sequence[int] | None, axes: Sequence[int] | None) -> list[tuple[int, int]]:
    """(axis, length) of each transform of several, as NumPy reads `s` and `axes`: -1 keeps a length."""
    if axes is None:
        axes = range(-(a.ndim if s is None else len(s)), 0)
    s = [-1] * len(axes) if s is None else s
    if len(s) != len(axes):
        raise ValueError(f"fft over the axes {tuple(axes)} takes as many lengths s, got {s}")
    places = [one_axis(a, k) for k in axes]
    return [(k, a.shape[k] if n == -1 else n) for k, n in zip(places, s, strict=True)]


def over_axes(transform: Callable[..., Any]) -> Callable[..., Any]:
    def apply(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: None = None) -> Any:
        for axis, n in reversed(lengths(a, s, axes)):
            a = transform(a, n, axis, norm, out)
        return a

    return apply


fftn = composite(np.fft.fftn)(over_axes(np.fft.fft))
ifftn = composite(np.fft.ifftn)(over_axes(np.fft.ifft))


@composite(np.fft.rfftn)
def rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: None = None) -> Any:
    *others, (axis, n) = lengths(a, s, axes)
    a = np.fft.rfft(a, n, axis, norm, out)
    for axis, n in reversed(others):
        a = np.fft.fft(a, n, axis, norm, out)
    return a


@composite(np.fft.irfftn)
def irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: None = None) -> Any:
    *others, (axis, n) = lengths(a, s, axes)
    for other, m in others:
        a = np.fft.ifft(a, m, other, norm, out)
    return np.fft.irfft(a, None if s is None else n, axis, norm, out)


def in_plane(several: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, s=None, axes=(-2, -1), norm=None, out=None: several(a, s, axes, norm, out)


composite(np.fft.fft2)(in_plane(fftn))
composite(np.fft.ifft2)(in_plane(ifftn))
composite(np.fft.rfft2)(in_plane(rfftn))
composite(np.fft.irfft2)(in_plane(irfftn))


def shifted(sign: int) -> Callable[..., Any]:
    def apply(x: Any, axes: Any = None) -> Any:
        axes = tuple(range(x.ndim)) if axes is None else in_a_tuple(axes)
        return np.roll(x, tuple(sign * (x.shape[a] // 2) for a in axes), axes)

    return apply


composite(np.fft.fftshift)(shifted(1))
composite(np.fft.ifftshift)(shifted(-1))
real_only.update((np.fft.rfft, np.fft.rfft2, np.fft.rfftn, np.fft.ihfft))

"""The short-time Fourier transform and its inverse: spectra of windows, and the signal that has them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import scipy.signal as ss

from autograd.arguments import array_of
from autograd.arrays import one_of
from autograd.duck_arrays import Array, add_all
from autograd.scipy.precision import at_least
from autograd.scipy.twin import twin
from autograd.tensor.nested import values_of

from .filters import extended
from .spectra import cut, spectrogram

LEAST = 1e-10
"""A sample can be recovered if the squares of the windows over it add up to more than this."""


def between_zeros(x: Array, before: int, after: int, axis: int = -1) -> Array:
    """x padded with these numbers of zeros along an axis, counted from the last."""
    widths = [(0, 0)] * x.ndim
    widths[axis] = (before, after)
    return np.pad(x, widths)


@twin(ss.stft)
def stft(x: Any, fs: float = 1.0, window: Any = "hann_periodic", nperseg: int | None = 256, noverlap: int | None = None,
         nfft: int | None = None, detrend: Any = False, return_onesided: bool = True, boundary: str | None = "zeros",
         padded: bool = True, axis: int = -1, scaling: str = "spectrum") -> Any:
    """The frequencies, the times of the windows, and their spectra; differentiated in the signal and the window."""
    one_of("stft: scaling", scaling, ("spectrum", "psd"))
    one_of("stft: boundary", boundary, ("zeros", "even", "odd", "constant", None))
    x = np.moveaxis(array_of(x), axis, -1)
    window, step, size = cut(window, nperseg, nfft, noverlap, x.shape[-1])
    length = len(window)
    if boundary == "zeros":
        x = between_zeros(x, length // 2, length // 2)
    elif boundary is not None:
        x = extended(x, length // 2, boundary)
    if padded:
        x = between_zeros(x, 0, (length - x.shape[-1]) % step % length)
    frequencies, times, found = spectrogram(
        x, fs, window, None, length - step, size, detrend, return_onesided,
        "density" if scaling == "psd" else scaling, mode="complex")
    times = times - (length / 2 / fs if boundary is not None else 0)
    return frequencies, times, np.moveaxis(found, -2, axis - (axis < 0))


@twin(ss.istft)
def istft(Zxx: Any, fs: float = 1.0, window: Any = "hann_periodic", nperseg: int | None = None,
          noverlap: int | None = None, nfft: int | None = None, input_onesided: bool = True, boundary: bool = True,
          time_axis: int = -1, freq_axis: int = -2, scaling: str = "spectrum") -> Any:
    """The times, and the signal whose windows come closest to having these spectra (Griffin and Lim, 1984)."""
    one_of("istft: scaling", scaling, ("spectrum", "psd"))
    (spectra,) = at_least(np.float32, Zxx)
    if spectra.ndim < 2 or (time_axis - freq_axis) % spectra.ndim == 0:
        raise ValueError(f"istft takes spectra with an axis for times and one for frequencies, got shape "
                         f"{spectra.shape}, time_axis={time_axis} and freq_axis={freq_axis}")
    before = time_axis % spectra.ndim - (freq_axis % spectra.ndim < time_axis % spectra.ndim)
    spectra = np.moveaxis(spectra, (time_axis, freq_axis), (-2, -1))
    count = spectra.shape[-1]
    usual = 2 * (count - 1) if input_onesided else count
    length = usual if nperseg is None else int(nperseg)
    if nfft is None:
        nfft = length if input_onesided and length == usual + 1 else usual
    pieces = (np.fft.irfft if input_onesided else np.fft.ifft)(spectra, int(nfft))[..., :length]
    window, step, _ = cut(window, length, nfft, noverlap, length)
    window = window.astype(pieces.dtype)
    scale = np.sum(window) if scaling == "spectrum" else np.sqrt(fs * np.sum(window**2))
    inner = slice(length // 2, -(length // 2)) if boundary else slice(None)
    x = overlapped(pieces * scale * window, step)[..., inner]
    norm = overlapped(np.broadcast_to(window**2, pieces.shape[-2:]), step)[inner]
    known = norm > LEAST
    if not np.all(values_of(known)):
        warnings.warn("istft: windows add up to 0 at some samples, of which nothing is known: let them overlap more"
                      + ("" if boundary else ", or extend the signal by a boundary"), stacklevel=3)
    x = np.moveaxis(x / np.where(known, norm, 1), -1, before)
    return np.arange(x.shape[0]) / float(fs), x


def overlapped(pieces: Array, step: int) -> Array:
    """The sum of signals (..., count, length), of which each begins `step` after the one before."""
    *stack, count, length = pieces.shape
    parts = -(-length // step)
    blocks = between_zeros(pieces, 0, parts * step - length).reshape(*stack, count, parts, step)
    total = add_all([between_zeros(blocks[..., k, :], k, parts - 1 - k, -2) for k in range(parts)])
    return total.reshape(*stack, -1)[..., : length + (count - 1) * step]

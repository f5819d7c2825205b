"""Power spectra: squared Fourier transforms in windows, of one signal or between two, or averages (Welch, 1967)."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import scipy.fft as sf
import scipy.signal as ss

from autograd.arguments import array_of, arrays_of
from autograd.arrays import one_of
from autograd.duck_arrays import Array
from autograd.rules.axes import fitted
from autograd.scipy.precision import in_double
from autograd.scipy.twin import twin
from autograd.tensor.nested import values_of

from .filters import detrend as without_trend


def transformed(x: Array, window: Array, step: int, size: int, detrend: Any, onesided: bool) -> Array:
    """The Fourier transforms of the windows of a signal along its last axis: (..., windows, frequencies)."""
    starts = np.arange(0, x.shape[-1] - len(window) + 1, step)
    pieces = x[..., starts[:, None] + np.arange(len(window))]
    if callable(detrend):
        pieces = detrend(pieces)
    elif detrend:
        pieces = without_trend(pieces, type=detrend)
    return (np.fft.rfft if onesided else np.fft.fft)(pieces * np.conj(window), size)


def averaged(power: Array, average: str) -> Array:
    """The mean over windows, or their median, for powers of noise in place of their mean."""
    count = power.shape[-2]
    one_of("average", average, ("mean", "median"))
    if average == "mean":
        return np.mean(power, axis=-2)
    terms = np.arange(1, 2 * ((count - 1) // 2) + 2)
    real, imaginary = (np.median(part, axis=-2) / np.sum((-1.0) ** (terms + 1) / terms)
                       for part in (np.real(power), np.imag(power)))
    return real + 1j * imaginary


def cut(window: Any, nperseg: Any, nfft: Any, noverlap: Any, samples: int) -> tuple[Array, int, int]:
    """The window as an array, the step from one to the next, and the length of the transform."""
    if isinstance(window, (str, tuple)):
        length = 256 if nperseg is None else int(nperseg)
        if length > samples:
            warnings.warn(f"nperseg={length} is more than the {samples} samples there are: nperseg={samples} is taken",
                          stacklevel=4)
        window = ss.get_window(window, min(length, samples))
    elif nperseg not in (None, len(window)):
        raise ValueError(f"nperseg is the length of the window that is given, {len(window)}, got {nperseg}")
    window = array_of(window)
    if window.ndim != 1 or len(window) > samples:
        raise ValueError(f"a window is a vector no longer than the {samples} samples there are, got shape "
                         f"{window.shape}")
    size, shared = (len(window) if nfft is None else int(nfft)), len(window) // 2 if noverlap is None else int(noverlap)
    if not (size >= len(window) > shared):
        raise ValueError(f"spectra take nfft >= nperseg > noverlap, got nfft={size}, nperseg={len(window)} and "
                         f"noverlap={shared}")
    return window, len(window) - shared, size


def scale_of(window: Array, fs: float, scaling: str) -> Any:
    """The number that powers are divided by: |sum(w)|^2 for a spectrum, fs sum(|w|^2) for a density."""
    one_of("scaling", scaling, ("density", "spectrum"))
    if np.any(values_of(fs) <= 0):
        raise ValueError(f"spectra take a sampling frequency fs > 0, got {fs}")
    return fs * np.sum(np.abs(window) ** 2) if scaling == "density" else np.abs(np.sum(window)) ** 2


def frequencies_of(size: int, fs: float, onesided: bool) -> tuple[Array, Array]:
    """The frequencies, and how many each one stands for: those below 0 are added to those above."""
    if not onesided:
        return sf.fftfreq(size, 1 / fs), np.ones(size)
    frequencies = sf.rfftfreq(size, 1 / fs)
    weights = np.ones(len(frequencies))
    weights[1 : (size + 1) // 2] *= 2
    return frequencies, weights


@twin(ss.csd)
def csd(x: Any, y: Any, fs: float = 1.0, window: Any = "hann_periodic", nperseg: int | None = None,
        noverlap: int | None = None, nfft: int | None = None, detrend: Any = "constant", return_onesided: bool = True,
        scaling: str = "density", axis: int = -1, average: str = "mean") -> Any:
    """The frequencies, and the averages of conj(X) Y; of real signals for frequencies >= 0, where the others are added.

    Differentiated in both signals, and in the window.
    """
    alike = y is x
    x, y = arrays_of((x, y))
    if not (x.size and y.size):
        raise ValueError(f"spectra of tensors need samples, got the shapes {x.shape} and {y.shape}")
    dtype = np.result_type(x.dtype, y.dtype, np.complex64)
    x, y = (np.moveaxis(in_double(signal), axis, -1) for signal in (x, y))
    samples = max(x.shape[-1], y.shape[-1])
    x, y = fitted(x, samples, -1), fitted(y, samples, -1)
    window, step, size = cut(window, nperseg, nfft, noverlap, samples)
    onesided = return_onesided and "c" not in (x.dtype.kind, y.dtype.kind)
    scale = scale_of(window, fs, scaling)
    first = transformed(x, window, step, size, detrend, onesided)
    power = np.conj(first) * (first if alike else transformed(y, window, step, size, detrend, onesided))
    frequencies, weights = frequencies_of(size, fs, onesided)
    density = np.moveaxis(averaged(power * (weights / scale), average), -1, axis).astype(dtype)
    return frequencies, np.real(density) if alike else density


@twin(ss.welch)
def welch(x: Any, fs: float = 1.0, window: Any = "hann_periodic", nperseg: int | None = None,
          noverlap: int | None = None, nfft: int | None = None, detrend: Any = "constant",
          return_onesided: bool = True, scaling: str = "density", axis: int = -1, average: str = "mean") -> Any:
    """The frequencies, and the power of a signal at each."""
    return csd(x, x, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis, average)


@twin(ss.periodogram)
def periodogram(x: Any, fs: float = 1.0, window: Any = "boxcar", nfft: int | None = None, detrend: Any = "constant",
                return_onesided: bool = True, scaling: str = "density", axis: int = -1) -> Any:
    """The power of a signal in one window."""
    x = np.moveaxis(array_of(x), axis, -1)
    if nfft is not None and nfft < x.shape[-1]:
        x, nfft = x[..., :nfft], None
    frequencies, power = welch(x, fs, "boxcar" if window is None else window, x.shape[-1], 0, nfft, detrend,
                               return_onesided, scaling)
    return frequencies, np.moveaxis(power, -1, axis)


@twin(ss.spectrogram)
def spectrogram(x: Any, fs: float = 1.0, window: Any = ("tukey_periodic", 0.25), nperseg: int | None = None,
                noverlap: int | None = None, nfft: int | None = None, detrend: Any = "constant",
                return_onesided: bool = True, scaling: str = "density", axis: int = -1, mode: str = "psd") -> Any:
    """The frequencies, the times of the windows, and the power in each; by `mode`, the transform, or a part of it."""
    one_of("mode", mode, ("psd", "complex", "magnitude", "angle", "phase"))
    x = array_of(x)
    if not x.size:
        raise ValueError(f"spectra of tensors need samples, got the shape {x.shape}")
    dtype = np.result_type(x.dtype, np.complex64)
    x = np.moveaxis(in_double(x), axis, -1)
    window, step, size = cut(window, nperseg, nfft, noverlap, x.shape[-1])
    length = len(window)
    step = length - length // 8 if noverlap is None else step  # less in common than where windows are averaged
    onesided = return_onesided and x.dtype.kind != "c"
    found = transformed(x, window, step, size, detrend, onesided) / np.sqrt(scale_of(window, fs, scaling))
    frequencies, weights = frequencies_of(size, fs, onesided)
    if mode == "psd":
        found = np.real(np.conj(found) * found) * weights
    elif mode != "complex":
        found = np.abs(found) if mode == "magnitude" else np.angle(found)
    found = np.unwrap(found, axis=-1) if mode == "phase" else found
    found = found.astype(dtype if mode == "complex" else dtype.type().real.dtype)
    times = np.arange(length / 2, x.shape[-1] - length / 2 + 1, step) / float(fs)
    return frequencies, times, np.moveaxis(found, -1, axis - (axis < 0))


@twin(ss.coherence)
def coherence(x: Any, y: Any, fs: float = 1.0, window: Any = "hann_periodic", nperseg: int | None = None,
              noverlap: int | None = None, nfft: int | None = None, detrend: Any = "constant", axis: int = -1) -> Any:
    """The share of the power of two signals that they have in common, |P_xy|^2 / (P_xx P_yy), at each frequency."""
    options: Any = {"fs": fs, "window": window, "nperseg": nperseg, "noverlap": noverlap, "nfft": nfft,
                    "detrend": detrend, "axis": axis}
    (frequencies, both), (_, first), (_, second) = csd(x, y, **options), welch(x, **options), welch(y, **options)
    return frequencies, np.real(both * np.conj(both)) / first / second

"""Signals with another number of samples: the same frequencies, as many of them as both numbers of samples have."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft as sf
import scipy.signal as ss

from autograd.arguments import array_of
from autograd.arrays import one_of
from autograd.duck_arrays import Array
from autograd.scipy.twin import twin


@twin(ss.resample)
def resample(x: Any, num: int, t: Any = None, axis: int = 0, window: Any = None, domain: str = "time") -> Any:
    """The periodic signal through the samples x at `num` places, or through those that have the spectrum x."""
    one_of("resample: domain", domain, ("time", "freq"))
    x = np.moveaxis(array_of(x), axis, -1)
    size, real = x.shape[-1], domain == "time" and x.dtype.kind != "c"
    spectrum = np.fft.fft(x) if domain == "time" else x
    if window is not None:
        weighted = spectrum * weights(window, size)
        spectrum = weighted.astype(spectrum.dtype) if real else weighted
    out = np.fft.ifft(of_length(spectrum, num) * (num / size))
    out = np.moveaxis(np.real(out) if real else out, -1, axis)
    return out if t is None else (out, t[0] + (t[1] - t[0]) * (size / num) * np.arange(num))


def weights(window: Any, size: int) -> Array:
    """The weight of each frequency, in the order in which the transform has them."""
    if isinstance(window, (str, tuple)):
        return sf.fftshift(ss.get_window(window, size))
    window = array_of(window(sf.fftfreq(size)) if callable(window) else window)
    if window.shape != (size,):
        raise ValueError(f"resample's window has a weight for each of the {size} frequencies, got shape {window.shape}")
    return window


def of_length(spectrum: Array, num: int) -> Array:
    """The spectrum of `num` frequencies; half a turn a sample, if it is among them, stands for both signs."""
    size = spectrum.shape[-1]
    few = min(num, size)
    half = few // 2
    low, high = spectrum[..., : (few + 1) // 2], spectrum[..., size - (few - 1) // 2 :]
    between = np.zeros((*spectrum.shape[:-1], num - few), spectrum.dtype)
    if few % 2:
        return np.concatenate([low, between, high], axis=-1)
    top, bottom = spectrum[..., half : half + 1], spectrum[..., size - half : size - half + 1]
    if num > size:
        return np.concatenate([low, top / 2, between[..., 1:], top / 2, high], axis=-1)
    return np.concatenate([low, top + bottom if num < size else top, high], axis=-1)

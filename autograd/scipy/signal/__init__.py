"""Twins of `scipy.signal`: convolutions, filters along one axis, and power spectra."""

from __future__ import annotations

from autograd.scipy.twin import no_twins_but_these

from .convolutions import convolve, convolve2d, correlate, correlate2d, fftconvolve, oaconvolve
from .filters import detrend, filtfilt, hilbert, lfilter, lfilter_zi, sosfilt, sosfiltfilt
from .polyphase import resample_poly
from .resampling import resample
from .smoothing import savgol_filter
from .spectra import coherence, csd, periodogram, spectrogram, welch

__all__ = [
    "coherence", "convolve", "convolve2d", "correlate", "correlate2d", "csd", "detrend", "fftconvolve", "filtfilt",
    "hilbert", "lfilter", "lfilter_zi", "oaconvolve", "periodogram", "resample", "resample_poly", "savgol_filter",
    "sosfilt", "sosfiltfilt", "spectrogram", "welch",
]

__getattr__ = no_twins_but_these(__name__)

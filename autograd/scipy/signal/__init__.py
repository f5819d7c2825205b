"""Twins of `scipy.signal`: convolutions, filters along one axis, and power spectra."""

from __future__ import annotations

from autograd.scipy.twin import no_twins_but_these

from .convolutions import convolve, correlate, fftconvolve, oaconvolve
from .filters import detrend, filtfilt, hilbert, lfilter, lfilter_zi, sosfilt
from .smoothing import savgol_filter
from .spectra import coherence, csd, periodogram, welch

__all__ = ["coherence", "convolve", "correlate", "csd", "detrend", "fftconvolve", "filtfilt", "hilbert", "lfilter",
           "lfilter_zi", "oaconvolve", "periodogram", "savgol_filter", "sosfilt", "welch"]

__getattr__ = no_twins_but_these(__name__)

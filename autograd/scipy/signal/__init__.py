"""Twins of `scipy.signal`: convolutions, and filters along one axis."""

from __future__ import annotations

from .convolutions import convolve, correlate, fftconvolve, oaconvolve
from .filters import detrend, filtfilt, hilbert, lfilter, lfilter_zi, sosfilt

__all__ = ["convolve", "correlate", "detrend", "fftconvolve", "filtfilt", "hilbert", "lfilter", "lfilter_zi",
           "oaconvolve", "sosfilt"]

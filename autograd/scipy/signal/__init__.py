"""Twins of `scipy.signal`: convolutions, filters along one axis and their responses, spectra of signals."""

from autograd.scipy.twin import no_twins_but_these

from .convolutions import convolve, convolve2d, correlate, correlate2d, fftconvolve, oaconvolve
from .filters import detrend, filtfilt, hilbert, lfilter, lfilter_zi, sosfilt, sosfilt_zi, sosfiltfilt
from .polyphase import decimate, resample_poly, upfirdn
from .resampling import resample
from .responses import freqs, freqz, freqz_sos, freqz_zpk, group_delay, sosfreqz
from .short_time import istft, stft
from .smoothing import medfilt, medfilt2d, order_filter, savgol_filter, wiener
from .spectra import coherence, csd, periodogram, spectrogram, welch

__all__ = [
    "coherence", "convolve", "convolve2d", "correlate", "correlate2d", "csd", "decimate", "detrend", "fftconvolve",
    "filtfilt", "freqs", "freqz", "freqz_sos", "freqz_zpk", "group_delay", "hilbert", "istft", "lfilter", "lfilter_zi",
    "medfilt", "medfilt2d", "oaconvolve", "order_filter", "periodogram", "resample", "resample_poly", "savgol_filter",
    "sosfilt", "sosfilt_zi", "sosfiltfilt", "sosfreqz", "spectrogram", "stft", "upfirdn", "welch", "wiener",
]

__getattr__ = no_twins_but_these(__name__, ShortTimeFFT="signal.stft and signal.istft transform tensors; ")

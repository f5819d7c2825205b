"""What filters make of each frequency: their transfer functions on the unit circle, or along the imaginary axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.signal as ss

from autograd.arguments import array_of, arrays_of, in_common
from autograd.arrays import floating, is_integer
from autograd.declare import piecewise_constant
from autograd.duck_arrays import Array
from autograd.scipy.twin import twin

from .filters import sections


def angles(worN: Any, whole: bool, fs: Any, dtype: Any, endpoint: bool = False) -> Array:
    """The frequencies as angles per sample: a number of them, up to half a turn or a `whole` one, or given ones."""
    if worN is None or is_integer(worN):
        return np.linspace(0, (2 if whole else 1) * np.pi, 512 if worN is None else int(worN), endpoint=endpoint,
                           dtype=np.finfo(dtype).dtype)
    return 2 * np.pi * np.atleast_1d(array_of(worN)).astype(dtype) / fs


def transfer(c: Array, w: Array) -> Array:
    """sum_k c_k exp(-i k w), along the first axis of c, whose others broadcast with w."""
    k = np.arange(c.shape[0])
    if c.ndim == 1:
        return np.exp(-1j * w[..., None] * k.astype(w.real.dtype)) @ c
    return np.sum(c * np.exp(-1j * w * k.reshape(-1, *[1] * max(w.ndim, c.ndim - 1)).astype(w.real.dtype)), axis=0)


@twin(ss.freqz)
def freqz(b: Any, a: Any = 1, worN: Any = 512, whole: bool = False, plot: Any = None, fs: Any = 2 * np.pi,
          include_nyquist: bool = False) -> Any:
    """The frequencies, and the response B(w) / A(w); differentiated in the coefficients and the frequencies."""
    b, a = (np.atleast_1d(floating(x)) for x in in_common((b, a)))
    w = angles(worN, whole, fs, np.result_type(b, a), include_nyquist and not whole)
    h = transfer(b, w) / transfer(a, w)
    w = w * (fs / (2 * np.pi))
    if plot is not None:
        plot(w, h)
    return w, h


@twin(ss.freqz_sos)
def freqz_sos(sos: Any, worN: Any = 512, whole: bool = False, fs: Any = 2 * np.pi) -> Any:
    """The product of the responses of sections of second order."""
    sos = sections("freqz_sos", sos)
    w, h = freqz(sos[:, :3].T[..., None], sos[:, 3:].T[..., None], worN, whole, fs=fs)
    return w, np.prod(h, axis=0)


sosfreqz = twin(ss.sosfreqz)(freqz_sos)


@twin(ss.freqz_zpk)
def freqz_zpk(z: Any, p: Any, k: Any, worN: Any = 512, whole: bool = False, fs: Any = 2 * np.pi) -> Any:
    """k prod(e^(iw) - z) / prod(e^(iw) - p); differentiated in zeros, poles and gain."""
    z, p, k = (floating(x) for x in arrays_of((z, p, k)))
    w = angles(worN, whole, fs, np.finfo(np.result_type(z, p)).dtype)
    on_circle = np.exp(1j * w)[..., None]
    h = k * np.prod(on_circle - np.atleast_1d(z), axis=-1) / np.prod(on_circle - np.atleast_1d(p), axis=-1)
    return w * (fs / (2 * np.pi)), h


@twin(ss.freqs)
def freqs(b: Any, a: Any, worN: Any = 200, plot: Any = None) -> Any:
    """The response of an analog filter, B(iw) / A(iw); frequencies that SciPy chooses are constants."""
    b, a = (np.atleast_1d(x) for x in arrays_of((b, a)))
    if worN is None or is_integer(worN):
        count = 200 if worN is None else worN
        w = piecewise_constant(np.vectorize(lambda b, a: ss.findfreqs(b, a, count), signature="(m),(n)->(k)"))(b, a)
    else:
        w = np.atleast_1d(array_of(worN))
    h = np.polyval(b, 1j * w) / np.polyval(a, 1j * w)
    if plot is not None:
        plot(w, h)
    return w, h


@twin(ss.group_delay)
def group_delay(system: Any, w: Any = 512, whole: bool = False, fs: Any = 2 * np.pi) -> Any:
    """By how many samples a filter (b, a) delays each frequency, -d arg H / dw, and 0 where it lets none of it pass."""
    b, a = (np.atleast_1d(x) for x in arrays_of(system))
    w = angles(w, whole, fs, np.float64)
    (late, gone), (early, endless) = delay(b, w), delay(a, w)
    return w * (fs / (2 * np.pi)), np.where(gone | endless, 0, late - early)


def delay(c: Array, w: Array) -> tuple[Array, Array]:
    """-d arg C / dw = Re(sum k c_k e^(-ikw) / C), and where C is 0."""
    whole, weighted = transfer(c, w), transfer(c * np.arange(c.shape[0]), w)
    gone = whole == 0
    return np.real(weighted / np.where(gone, 1, whole)), gone

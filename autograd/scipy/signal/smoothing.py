"""Smoothing by polynomials (Savitzky and Golay, "Smoothing and differentiation of data", 1964)."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.signal as ss

from autograd.arguments import array_of
from autograd.registry import real_only
from autograd.scipy.ndimage import convolve1d
from autograd.scipy.twin import twin

Array = Any


@twin(ss.savgol_filter)
def savgol_filter(x: Any, window_length: int, polyorder: int, deriv: int = 0, delta: Any = 1.0, axis: int = -1,
                  mode: str = "interp", cval: Any = 0.0) -> Any:
    """In each window the polynomial that fits best, or a derivative of it: a convolution, since that is linear."""
    x = array_of(x)
    x = x if x.dtype in (np.float32, np.float64) else x.astype(np.float64)
    weights = ss.savgol_coeffs(window_length, polyorder, deriv=deriv) / delta**deriv
    if mode != "interp":
        return convolve1d(x, weights, axis, mode=mode, cval=cval)
    x = np.moveaxis(x, axis, -1)
    if window_length > x.shape[-1]:
        raise ValueError(f"savgol_filter(mode='interp') takes a window_length of at most the {x.shape[-1]} samples "
                         f"along axis {axis}, got {window_length}")
    half = window_length // 2
    first, last = ends(window_length, polyorder, deriv, half) / delta**deriv
    inner = convolve1d(x, weights, mode="constant")[..., half : x.shape[-1] - half]
    edges = [(samples @ fit.T).astype(x.dtype)
             for samples, fit in ((x[..., :window_length], first), (x[..., -window_length:], last))]
    return np.moveaxis(np.concatenate([edges[0], inner, edges[1]], axis=-1), -1, axis)


def ends(length: int, degree: int, order: int, half: int) -> Array:
    """The matrices from the samples of the first and the last window to the fit at their outer `half` places."""
    places = np.arange(length)
    fit = np.polyfit(places, np.eye(length), degree)  # a polynomial for each sample that is 1 where all others are 0
    for _ in range(order):
        fit = fit[:-1] * np.arange(len(fit) - 1, 0, -1)[:, None]
    return np.stack([np.vander(at, len(fit)) @ fit for at in (places[:half], places[length - half :])])


real_only.add(ss.savgol_filter)

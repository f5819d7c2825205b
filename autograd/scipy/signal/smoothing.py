"""Smoothing: by polynomials (Savitzky and Golay, 1964), by the middle element of windows, by mean and variance."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.signal as ss

from autograd.arguments import array_of
from autograd.duck_arrays import Array
from autograd.scipy.ndimage import convolve1d, rank_filter
from autograd.scipy.precision import at_least
from autograd.scipy.twin import twin

from .convolutions import correlate


@twin(ss.savgol_filter, real=True)
def savgol_filter(x: Any, window_length: int, polyorder: int, deriv: int = 0, delta: Any = 1.0, axis: int = -1,
                  mode: str = "interp", cval: Any = 0.0) -> Any:
    """The best polynomial in each window, or its derivative, at the centre: linear in x, so a convolution."""
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


@twin(ss.medfilt, real=True)
def medfilt(volume: Any, kernel_size: Any = None) -> Any:
    """The middle element of the window around each element, with zeros beyond the ends."""
    volume = np.atleast_1d(array_of(volume))
    sizes = np.broadcast_to(3 if kernel_size is None else kernel_size, volume.ndim)
    if np.any(sizes % 2 != 1):
        raise ValueError(f"medfilt takes windows of odd sizes, which have a middle, got {kernel_size}")
    return rank_filter(volume, int(np.prod(sizes)) // 2, sizes.tolist(), mode="constant")


@twin(ss.medfilt2d, real=True)
def medfilt2d(input: Any, kernel_size: Any = 3) -> Any:
    input = array_of(input)
    if input.ndim != 2:
        raise ValueError(f"medfilt2d takes a matrix, got shape {input.shape}")
    return medfilt(input, kernel_size)


@twin(ss.order_filter, real=True)
def order_filter(a: Any, domain: Any, rank: int) -> Any:
    """The element of this rank among those in the window where `domain` is not 0."""
    domain = np.asarray(domain)
    if any(n % 2 != 1 for n in domain.shape):
        raise ValueError(f"order_filter takes a domain of odd sizes, which has a middle, got shape {domain.shape}")
    return rank_filter(a, rank, footprint=domain, mode="constant")


@twin(ss.wiener, real=True)
def wiener(im: Any, mysize: Any = None, noise: Any = None) -> Any:
    """The mean of each window, plus the share of the deviation from it that its variance has beyond that of noise."""
    (im,) = at_least(np.float64, im)
    if not im.size:
        raise ValueError(f"wiener of tensors needs an image, got shape {im.shape}")
    sizes = np.broadcast_to(3 if mysize is None else mysize, im.ndim)
    ones, count = np.ones(sizes), float(np.prod(sizes))
    mean = correlate(im, ones, "same") / count
    variance = correlate(im**2, ones, "same") / count - mean**2
    noise = np.mean(variance) if noise is None else noise
    noisy = variance < noise
    share = 1 - noise / np.where(noisy, 1, variance)
    return np.where(noisy, mean, mean + (im - mean) * share)

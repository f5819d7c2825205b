"""Averages and covariances; all composed."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arguments import array_of, arrays_of
from autograd.arrays import in_a_tuple
from autograd.declare import composite, decided, put_back
from autograd.duck_arrays import Array, as_returned
from autograd.tensor import Tensor

from .axes import one_axis


@composite(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False) -> Any:
    a = array_of(a)
    keepdims = keepdims is True
    if weights is None:
        mean = np.mean(a, axis=axis, keepdims=keepdims)
        total = mean.dtype.type(a.size / mean.size)
    else:
        weights = along_axes(array_of(weights), a, axis)
        dtype = np.result_type(a.dtype, weights.dtype, *(["f8"] if a.dtype.kind in "biu" else []))
        a, weights = a.astype(dtype), weights.astype(dtype)
        total = np.sum(np.broadcast_to(weights, a.shape), axis=axis, keepdims=keepdims)
        if decided(lambda total: np.any(total == 0), total):
            raise ZeroDivisionError("weights of an average must not add up to zero")
        mean = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (mean, as_returned(np.full_like(mean, total))) if returned else mean


def along_axes(weights: Array, a: Array, axis: Any) -> Array:
    """Weights that have the shape of `a`, or that of the axes averaged over, as they multiply `a`."""
    if weights.shape == a.shape:
        return weights
    axes = in_a_tuple(axis)
    if axis is None or weights.shape != tuple(a.shape[k] for k in axes):
        raise ValueError(f"weights have the shape {a.shape} of the array, or that of the axes averaged over, "
                         f"got {weights.shape} for axis={axis}")
    places = [one_axis(a, k) for k in axes]
    order = sorted(range(len(places)), key=places.__getitem__)
    return np.transpose(weights, order).reshape([n if k in places else 1 for k, n in enumerate(a.shape)])


@composite(np.cov)
def cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None, fweights: Any = None,
        aweights: Any = None, *, dtype: Any = None) -> Any:
    given = arrays_of([x for x in (m, y) if x is not None])
    dtype = np.result_type(np.float64, *[x.dtype for x in given]) if dtype is None else np.dtype(dtype)
    x = np.concatenate([in_rows(x, rowvar) for x in given]).astype(dtype)
    ddof = (0 if bias else 1) if ddof is None else ddof
    if fweights is None and aweights is None:
        centred, weighted, degrees = x - np.mean(x, axis=1, keepdims=True), 1.0, x.shape[1] - ddof
    else:
        fweights, aweights = (w if w is None else weights_of_samples(w, x.shape[1], name)
                              for w, name in ((fweights, "fweights"), (aweights, "aweights")))
        weights = np.multiply(1.0 if fweights is None else fweights, 1.0 if aweights is None else aweights)
        mean, total = np.average(x, axis=1, weights=weights, returned=True)
        correction = ddof if aweights is None else ddof * np.sum(weights * aweights) / total[0]
        centred, weighted, degrees = x - mean[:, None], weights, total[0] - correction
    degrees = np.maximum(degrees, 0) if isinstance(degrees, Tensor) else max(degrees, 0)
    return np.squeeze(np.dot(centred, np.conj((centred * weighted).T)) / degrees)


def weights_of_samples(given: Any, samples: int, name: str) -> Array:
    """The weights of `cov`, one per sample: `fweights` count it, `aweights` say how much it matters."""
    weights = array_of(given)
    if weights.shape != (samples,):
        raise RuntimeError(f"cov takes {name} of shape ({samples},), one per sample, got {weights.shape}")
    if decided(lambda w: np.any(w < 0), weights):
        raise ValueError(f"cov takes no negative {name}")
    if name == "fweights" and decided(lambda w: np.any(w != np.round(w)), weights):
        raise TypeError("cov takes whole numbers for fweights, which count samples; write aweights")
    return weights.astype(float)


def in_rows(x: Array, rowvar: bool) -> Array:
    """One variable a row."""
    x = np.atleast_2d(x) if x.ndim < 2 else x if rowvar else x.T
    if x.ndim > 2:
        raise ValueError(f"cov takes at most 2 axes, got shape {x.shape}")
    return x


@composite(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    c = np.cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    deviation = np.sqrt(np.real(np.diagonal(c)))
    c = c / deviation[:, None] / deviation[None, :]
    if c.dtype.kind == "c":
        return put_back(np.real(c), -1, 1) + 1j * put_back(np.imag(c), -1, 1)
    return put_back(c, -1, 1)


@composite(np.ptp)
def ptp(a: Any, axis: Any = None, out: None = None, keepdims: Any = False) -> Any:
    keepdims = keepdims is True
    return np.max(a, axis=axis, out=out, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)

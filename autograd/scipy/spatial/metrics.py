"""The metrics of `scipy.spatial.distance`: each is a function along the last axis of two arrays.

Where points coincide a distance has a kink, and the gradient 0, as that of a norm at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Any

import numpy as np

from autograd.declare import decided, put_back
from autograd.declare.poles import quotient
from autograd.duck_arrays import Array
from autograd.rules.norms import power_apart_from_zero, power_of_size
from autograd.rules.special.ufuncs import special as sc

Metric = Callable[..., Array]


def total(terms: Array, w: Array | None) -> Array:
    return np.sum(terms if w is None else terms * w, axis=-1)


def sqeuclidean(u: Array, v: Array, w: Array | None = None) -> Array:
    return total((u - v) ** 2, w)


def euclidean(u: Array, v: Array, w: Array | None = None) -> Array:
    return power_apart_from_zero(total((u - v) ** 2, w), 0.5)


def minkowski(u: Array, v: Array, p: Any = 2, w: Array | None = None) -> Array:
    if decided(np.isposinf, p):
        return chebyshev(u, v, w)
    if decided(lambda p: p <= 0, p):
        raise ValueError(f"Minkowski's distance takes a power p > 0, got {p}")
    return power_apart_from_zero(total(power_of_size(u - v, p), w), 1 / p)


def cityblock(u: Array, v: Array, w: Array | None = None) -> Array:
    return total(np.abs(u - v), w)


def chebyshev(u: Array, v: Array, w: Array | None = None) -> Array:
    return np.max(np.abs(u - v) if w is None else (w > 0) * np.abs(u - v), axis=-1)


def seuclidean(u: Array, v: Array, V: Array) -> Array:
    return power_apart_from_zero(np.sum((u - v) ** 2 / V, axis=-1), 0.5)


def mahalanobis(u: Array, v: Array, VI: Array) -> Array:
    return power_apart_from_zero(np.sum(((u - v) @ VI) * (u - v), axis=-1), 0.5)


def correlation(u: Array, v: Array, w: Array | None = None, centered: bool = True) -> Array:
    share = np.ones(u.shape[-1], u.dtype) if w is None else w
    if centered:
        u, v = (x - total(x, share)[..., None] / np.sum(share) for x in (u, v))
    with np.errstate(invalid="ignore", divide="ignore"):  # of vectors without a length SciPy says nothing
        alike = total(u * v, share) / np.sqrt(total(u * u, share)) / np.sqrt(total(v * v, share))
    return put_back(1 - alike, 0.0, 2.0)


def cosine(u: Array, v: Array, w: Array | None = None) -> Array:
    return correlation(u, v, w, centered=False)


def canberra(u: Array, v: Array, w: Array | None = None) -> Array:
    return total(quotient(np.abs(u - v), np.abs(u) + np.abs(v)), w)


def braycurtis(u: Array, v: Array, w: Array | None = None) -> Array:
    return total(np.abs(u - v), w) / total(np.abs(u + v), w)


def divergence(p: Array, q: Array, base: Any = None, axis: int = -1, keepdims: bool = False) -> Array:
    """The root of Jensen and Shannon's: how far two distributions are from their mean."""
    p, q = (x / np.sum(x, axis=axis, keepdims=True) for x in (p, q))
    m = (p + q) / 2
    twice = np.sum(sc.rel_entr(p, m) + sc.rel_entr(q, m), axis=axis, keepdims=keepdims)
    return power_apart_from_zero(twice / (2 if base is None else 2 * log(base)), 0.5)


OF_VECTORS: tuple[Metric, ...] = (
    sqeuclidean, euclidean, minkowski, cityblock, chebyshev, seuclidean, mahalanobis, correlation, cosine, canberra,
    braycurtis)
METRICS = {metric.__name__: metric for metric in OF_VECTORS} | {"jensenshannon": divergence}

"""Twins of `scipy.spatial.distance`: distances of all pairs of points, and of two sets of points.

A metric is a function along the last axis, in double precision as in SciPy. Where points coincide a distance has a
kink, and the gradient 0, as that of a norm at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Any

import numpy as np
import scipy.spatial.distance as sd

from autograd.arguments import array_of, arrays_of, refuse_out
from autograd.declare import decided, piecewise_constant, put_back
from autograd.declare.poles import quotient
from autograd.duck_arrays import Array
from autograd.registry import real_only
from autograd.rules.norms import power_apart_from_zero
from autograd.rules.special.ufuncs import special as sc
from autograd.scipy.twin import no_twins_but_these, twin

Metric = Callable[..., Array]

__getattr__ = no_twins_but_these(__name__)


def total(terms: Array, w: Array | None) -> Array:
    return np.sum(terms if w is None else terms * w, axis=-1)


# --- Metrics ---------------------------------------------------------------------------------------------------------


def sqeuclidean(u: Array, v: Array, w: Array | None = None) -> Array:
    return total((u - v) ** 2, w)


def euclidean(u: Array, v: Array, w: Array | None = None) -> Array:
    return power_apart_from_zero(total((u - v) ** 2, w), 0.5)


def minkowski(u: Array, v: Array, p: Any = 2, w: Array | None = None) -> Array:
    if decided(np.isposinf, p):
        return chebyshev(u, v, w)
    return power_apart_from_zero(total(power_apart_from_zero(np.abs(u - v), p), w), 1 / p)


def cityblock(u: Array, v: Array, w: Array | None = None) -> Array:
    return total(np.abs(u - v), w)


def chebyshev(u: Array, v: Array, w: Array | None = None) -> Array:
    return np.max(np.abs(u - v) if w is None else (w > 0) * np.abs(u - v), axis=-1)


def seuclidean(u: Array, v: Array, V: Array) -> Array:
    return power_apart_from_zero(np.sum((u - v) ** 2 / V, axis=-1), 0.5)


def mahalanobis(u: Array, v: Array, VI: Array) -> Array:
    return power_apart_from_zero(np.sum(((u - v) @ VI) * (u - v), axis=-1), 0.5)


def correlation(u: Array, v: Array, w: Array | None = None, centered: bool = True) -> Array:
    share = np.ones(u.shape[-1]) if w is None else w
    if centered:
        u, v = (x - total(x, share)[..., None] / np.sum(share) for x in (u, v))
    with np.errstate(invalid="ignore", divide="ignore"):  # of vectors without a length SciPy says nothing
        alike = total(u * v, share) / np.sqrt(total(u * u, share) * total(v * v, share))
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


METRICS: dict[str, Metric] = {metric.__name__: metric for metric in (
    sqeuclidean, euclidean, minkowski, cityblock, chebyshev, seuclidean, mahalanobis, correlation, cosine, canberra,
    braycurtis)} | {"jensenshannon": divergence}
NAMES: dict[Any, str] = {getattr(sd, name): name for name in METRICS}
"""SciPy's own functions of two vectors, which stand for their names."""


@twin(sd.jensenshannon)
def jensenshannon(p: Any, q: Any, base: Any = None, *, axis: int = 0, keepdims: bool = False) -> Any:
    p, q = arrays_of((p, q))
    return divergence(p, q, base, axis, keepdims)


# --- Many points -----------------------------------------------------------------------------------------------------


def points(given: Any) -> Array:
    x = array_of(given)
    if x.ndim != 2 or x.dtype.kind == "c":
        raise ValueError(f"distances are between the rows of a real matrix, got {x.dtype} {x.shape}")
    return x.astype(np.float64)


def chosen(metric: Any, options: dict[str, Any], every: Array) -> Metric:
    """The metric with its options, those included that SciPy finds from all points."""
    metric = NAMES.get(metric, metric)
    if callable(metric):
        return lambda u, v: pair_by_pair(lambda a, b: metric(a, b, **options), u, v)
    if metric not in METRICS:
        raise ValueError(f"the metrics of tensors are {', '.join(METRICS)}, and functions of two vectors; "
                         f"got {metric!r}")
    options = {name: array_of(x) if isinstance(x, (list, tuple)) else x for name, x in options.items()}
    if options.get("w") is not None and decided(lambda w: np.any(w < 0), options["w"]):
        raise ValueError("the weights w of a metric are not negative")
    if metric == "seuclidean" and options.get("V") is None:
        options["V"] = np.var(every, axis=0, ddof=1)
    if metric == "mahalanobis" and options.get("VI") is None:
        options["VI"] = np.linalg.inv(np.atleast_2d(np.cov(every, rowvar=False)))
    return lambda u, v: METRICS[metric](u, v, **options)


def pair_by_pair(metric: Metric, u: Array, v: Array) -> Array:
    *shape, size = np.broadcast_shapes(u.shape, v.shape)
    u, v = (np.broadcast_to(x, (*shape, size)).reshape(-1, size) for x in (u, v))
    return np.stack([metric(a, b) for a, b in zip(u, v, strict=True)]).reshape(shape)


@twin(sd.cdist)
def cdist(XA: Any, XB: Any, metric: Any = "euclidean", *, out: None = None, **options: Any) -> Any:
    """All distances between the rows of two matrices."""
    refuse_out("cdist", out)
    a, b = points(XA), points(XB)
    return chosen(metric, options, np.concatenate([a, b]))(a[:, None], b[None])


@twin(sd.pdist)
def pdist(X: Any, metric: Any = "euclidean", *, out: None = None, **options: Any) -> Any:
    """All distances between two rows of a matrix, those of the first row first."""
    refuse_out("pdist", out)
    x = points(X)
    first, second = np.triu_indices(len(x), 1)
    return chosen(metric, options, x)(x[first], x[second])


@twin(sd.squareform)
def squareform(X: Any, force: str = "no", checks: bool = True) -> Any:
    """From the distances of all pairs to their symmetric matrix, or back."""
    x = np.atleast_1d(array_of(X))
    found = piecewise_constant(sd.squareform)(x, force=force, checks=checks)  # raises what SciPy raises
    if found.ndim == 1:
        return x[np.triu_indices(len(x), 1)]
    first, second = np.triu_indices(len(found), 1)
    places = np.zeros(found.shape, int)
    places[first, second] = places[second, first] = np.arange(len(first))
    return np.where(np.eye(len(found), dtype=bool), np.zeros_like(x, shape=()), x[places]) if len(first) else found


real_only.update((sd.cdist, sd.pdist, sd.jensenshannon))

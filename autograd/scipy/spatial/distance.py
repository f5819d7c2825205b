"""Twins of `scipy.spatial.distance`: distances of two vectors, of all pairs of points, and of two sets of points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from typing import Any

import numpy as np
import scipy.spatial.distance as sd

from autograd.arguments import array_of, arrays_of, refuse_out
from autograd.declare import decided, piecewise_constant
from autograd.duck_arrays import Array
from autograd.scipy.precision import in_double
from autograd.scipy.twin import no_twins_but_these, twin

from . import metrics
from .metrics import METRICS, Metric

__getattr__ = no_twins_but_these(__name__)

# --- Two vectors -----------------------------------------------------------------------------------------------------

IN_DOUBLE = frozenset({"euclidean", "minkowski", "seuclidean", "canberra", "braycurtis"})
"""Metrics that SciPy gives in double precision or as numbers of Python's. All others have the precision of the vectors,
or double precision if there are weights.
"""

NAMES: dict[Any, str] = {}
"""SciPy's own functions of two vectors, and their twins, which stand for the names of metrics."""


def of_two_vectors(metric: Metric) -> Callable[..., Any]:
    """The twin of SciPy's function of two vectors that has the metric's name."""
    name, takes = metric.__name__, signature(metric)
    theirs = getattr(sd, name)
    stacks = takes_stacks(theirs)

    @wraps(metric)
    def definition(u: Any, v: Any, *given: Any, **named: Any) -> Any:
        options = takes.bind(u, v, *given, **named).arguments
        u, v = arrays_of((u, v))
        fits = u.ndim and v.ndim and u.shape[-1] == v.shape[-1] if stacks else u.ndim == 1 and u.shape == v.shape
        if not fits or "c" in (u.dtype.kind, v.dtype.kind):
            raise ValueError(f"{name} takes two real vectors of one length{', or stacks of them' * stacks}, got "
                             f"{u.dtype} {u.shape} and {v.dtype} {v.shape}; cdist takes many")
        weighted = options.get("w") is not None and name != "chebyshev"  # which asks only where they are positive
        u, v = (in_double(x) if name in IN_DOUBLE or weighted or x.dtype.kind != "f" else x for x in (u, v))
        return metric(**of_arrays(options | {"u": u, "v": v}))

    made = twin(theirs, real=True)(definition)
    NAMES[theirs] = NAMES[made] = name
    return made


def takes_stacks(function: Callable[..., Any]) -> bool:
    """Whether SciPy's function goes along the last axis of arrays: since SciPy 1.18 some do."""
    try:
        function(np.ones((1, 2)), np.zeros((1, 2)))
    except (TypeError, ValueError):
        return False
    return True


def of_arrays(options: Mapping[str, Any]) -> dict[str, Any]:
    """A metric's options, in which lists are arrays and weights are a vector of numbers that are not negative."""
    found = {name: array_of(x) if isinstance(x, (list, tuple)) else x for name, x in options.items()}
    w = found.get("w")
    if w is not None and np.ndim(w) != 1:
        raise ValueError(f"the weights w of a metric are a vector, got {np.ndim(w)} dimensions")
    if w is not None and decided(lambda w: np.any(w < 0), w):
        raise ValueError("the weights w of a metric are not negative")
    return found


(sqeuclidean, euclidean, minkowski, cityblock, chebyshev, seuclidean, mahalanobis, correlation, cosine, canberra,
 braycurtis) = map(of_two_vectors, metrics.OF_VECTORS)


@twin(sd.jensenshannon, real=True)
def jensenshannon(p: Any, q: Any, base: Any = None, *, axis: int = 0, keepdims: bool = False) -> Any:
    p, q = arrays_of((p, q))
    return metrics.divergence(p, q, base, axis, keepdims)


NAMES[sd.jensenshannon] = NAMES[jensenshannon] = "jensenshannon"

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
    options = of_arrays(options)
    if metric == "seuclidean" and options.get("V") is None:
        options["V"] = np.var(every, axis=0, ddof=1)
    if metric == "mahalanobis" and options.get("VI") is None:
        options["VI"] = np.linalg.inv(np.atleast_2d(np.cov(every, rowvar=False)))
    return lambda u, v: METRICS[metric](u, v, **options)


def pair_by_pair(metric: Metric, u: Array, v: Array) -> Array:
    *shape, size = np.broadcast_shapes(u.shape, v.shape)
    u, v = (np.broadcast_to(x, (*shape, size)).reshape(-1, size) for x in (u, v))
    return np.stack([metric(a, b) for a, b in zip(u, v, strict=True)]).reshape(shape)


@twin(sd.cdist, real=True)
def cdist(XA: Any, XB: Any, metric: Any = "euclidean", *, out: None = None, **options: Any) -> Any:
    """All distances between the rows of two matrices."""
    refuse_out("cdist", out)
    a, b = points(XA), points(XB)
    return chosen(metric, options, np.concatenate([a, b]))(a[:, None], b[None])


@twin(sd.pdist, real=True)
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

"""Counts: constant in what is counted, linear in the weights; edges move with the ends that they lie between."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from functools import reduce
from math import prod
from typing import Any

import numpy as np

from autograd.arguments import array_of, arrays_of
from autograd.declare import composite, decided, piecewise_constant
from autograd.duck_arrays import Array
from autograd.registry import real_only

from .indexing import put_along


@composite(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    if weights is None or not np.size(x):
        # Integers, even where there are no weights to add.
        return piecewise_constant(np.bincount)(x, minlength=minlength)
    x, weights = arrays_of((x, weights))
    if x.shape != weights.shape:
        raise ValueError(f"bincount takes as many weights as elements, got shapes {weights.shape} and {x.shape}")
    size = decided(lambda x: len(np.bincount(x, minlength=minlength)), x)
    return put_along(weights.astype(float), x, axis=0, shape=(int(size),))


def refuse_complex(name: str, given: Any) -> None:
    if np.iscomplexobj(given):
        raise TypeError(f"{name} takes real numbers, got complex ones; take np.real or np.abs of them")


def evenly(known: Array, a: Any, range: Any) -> Array:
    """Known edges, at equal distances from each other, which move with the ends of a range, or of what is counted."""
    low, high = range if range is not None else (np.min(a), np.max(a)) if np.size(a) else (0.0, 1.0)
    apart = 0.5 if decided(np.equal, low, high) else 0.0
    return np.linspace(low - apart, high + apart, known.size).astype(known.dtype)


@composite(np.histogram_bin_edges)
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    refuse_complex("histogram", a)
    known = piecewise_constant(np.histogram_bin_edges)(a, bins, range, weights)
    return array_of(bins) if np.ndim(bins) else evenly(known, a, range)


@composite(np.histogram)
def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    edges, *given = arrays_of([histogram_bin_edges(a, bins, range, weights), a, np.ones_like(a, int)
                               if weights is None else weights])
    a, weights = map(np.ravel, given)
    counts = put_along(weights, piecewise_constant(bin_of)(a, edges), axis=0, shape=(edges.size,))[:-1]
    return counts / np.diff(edges).astype(float) / np.sum(counts) if density else counts, edges


def bin_of(x: Array, edges: Array) -> Array:
    """The bin of each element, -1 before all bins and their number after them; the last has its upper edge, too."""
    return np.where(x == edges[-1], len(edges) - 2, np.searchsorted(edges, x, side="right") - 1)


@composite(np.histogramdd)
def histogramdd(sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    points = sample if len(getattr(sample, "shape", ())) == 2 else np.atleast_2d(array_of(sample)).T
    refuse_complex("histogramdd", points)
    columns = [points[:, i] for i in builtins.range(points.shape[1])]
    known = piecewise_constant(lambda *given: np.histogramdd(*given)[1])(points, bins, range)
    each = bins if several(bins) else [bins] * len(columns)
    ranges = [None] * len(columns) if range is None else range
    edges = [array_of(own) if np.ndim(own) else evenly(found, x, ends)
             for own, found, x, ends in zip(each, known, columns, ranges, strict=True)]
    weights = np.ones(len(points)) if weights is None else array_of(weights)
    refuse_complex("histogramdd", weights)
    if weights.shape != (len(points),):
        raise ValueError(f"histogramdd takes a weight for each of {len(points)} points, got shape {weights.shape}")
    shape = [ends.size + 1 for ends in edges]
    counts = put_along(weights.astype(float), piecewise_constant(cell_of)(columns, edges), axis=0, shape=(prod(shape),))
    counts = counts.reshape(shape)[(slice(1, -1),) * len(edges)]
    if density:
        sizes = np.ix_(*[np.diff(ends).astype(float) for ends in edges])
        counts = reduce(np.divide, sizes, counts) / np.sum(counts)
    return counts, edges


def several(bins: Any) -> bool:
    """Whether this is a sequence, of bins for each axis or of edges, and not the number of bins."""
    return isinstance(bins, (list, tuple)) or np.ndim(bins) > 0


def cell_of(columns: Sequence[Array], edges: Sequence[Array]) -> Array:
    """The place of each point among all cells laid out in a row; beyond the edges there is one more on every side."""
    shape = [ends.size + 1 for ends in edges]
    return np.ravel_multi_index([bin_of(x, ends) + 1 for x, ends in zip(columns, edges, strict=True)], shape)


@composite(np.histogram2d)
def histogram2d(x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    x, y = arrays_of((x, y))
    if len(x) != len(y):
        raise ValueError(f"histogram2d takes as many y as x, got {len(y)} and {len(x)}")
    of_both = several(bins) and len(bins) not in (1, 2)  # one list of edges
    counts, edges = histogramdd([x, y], [bins, bins] if of_both else bins, range, density, weights)
    return counts, *edges


real_only.update((np.bincount, np.histogram, np.histogram_bin_edges, np.histogramdd, np.histogram2d))

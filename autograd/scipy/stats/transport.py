"""Distances between two distributions on a line, each of values with weights, by their cumulative distributions."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats

from autograd.declare import decided
from autograd.duck_arrays import Array
from autograd.rules.norms import power_apart_from_zero
from autograd.scipy.precision import at_least
from autograd.scipy.twin import twin


def weighted(name: str, values: Any, weights: Any) -> tuple[Array, Array]:
    """The values in order, and the probabilities of the first none, one, two ... of them."""
    (x,) = at_least(np.float64, values)
    (w,) = at_least(np.float64, np.ones(x.shape) if weights is None else weights)
    if x.ndim != 1 or not x.size or w.shape != x.shape or "c" in (x.dtype.kind, w.dtype.kind):
        raise ValueError(f"{name} takes a vector of one or more real values, and as many weights, got {x.dtype} "
                         f"{x.shape} and {w.dtype} {w.shape}")
    if decided(lambda w: np.any(w < 0) or not 0 < np.sum(w) < np.inf, w):
        raise ValueError(f"{name} takes weights that are not negative, of which one at least is positive and none "
                         "infinite")
    order = np.argsort(x, stable=True)
    x, w = (np.take_along_axis(given, order, 0) for given in (x, w))
    return x, np.concatenate([np.zeros(1), np.cumsum(w)]) / np.sum(w)


def between(name: str, u: Any, v: Any, u_weights: Any, v_weights: Any) -> tuple[Array, Array]:
    """At each value of either sample: the difference of the cumulative probabilities, and the gap to the next value."""
    sides = weighted(name, u, u_weights), weighted(name, v, v_weights)
    every = np.sort(np.concatenate([x for x, _ in sides]))
    below, other = (np.take_along_axis(sums, np.searchsorted(x, every[:-1], side="right"), 0) for x, sums in sides)
    return below - other, np.diff(every)


@twin(scipy.stats.wasserstein_distance, real=True)
def wasserstein_distance(u_values: Any, v_values: Any, u_weights: Any = None, v_weights: Any = None) -> Any:
    """The least work that moves one distribution onto the other: the integral of |U(x) - V(x)|."""
    apart, gaps = between("wasserstein_distance", u_values, v_values, u_weights, v_weights)
    return np.sum(np.abs(apart) * gaps)


@twin(scipy.stats.energy_distance, real=True)
def energy_distance(u_values: Any, v_values: Any, u_weights: Any = None, v_weights: Any = None) -> Any:
    """The root of twice the integral of (U(x) - V(x))^2."""
    apart, gaps = between("energy_distance", u_values, v_values, u_weights, v_weights)
    return power_apart_from_zero(2 * np.sum(apart * apart * gaps), 0.5)

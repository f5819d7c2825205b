"""Radial basis functions: values at scattered points, read anywhere, of as many dimensions as there are coordinates."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import scipy.interpolate as si
from scipy.spatial import KDTree

from autograd.arguments import arrays_of
from autograd.arrays import integer, one_of
from autograd.declare import piecewise_constant
from autograd.duck_arrays import Array
from autograd.rules.axes import fitted
from autograd.rules.norms import power_apart_from_zero
from autograd.scipy.takes_tensors import TakesTensors, twin_class

from .piecewise import doubles

KERNELS: dict[str, Callable[[Array], Array]] = {
    "linear": lambda s: -power_apart_from_zero(s, 0.5),
    "thin_plate_spline": lambda s: s * np.log(np.where(s == 0, 1.0, s)) / 2,
    "cubic": lambda s: power_apart_from_zero(s, 1.5),
    "quintic": lambda s: -power_apart_from_zero(s, 2.5),
    "multiquadric": lambda s: -np.sqrt(1 + s),
    "inverse_multiquadric": lambda s: 1 / np.sqrt(1 + s),
    "inverse_quadratic": lambda s: 1 / (1 + s),
    "gaussian": lambda s: np.exp(-s),
}
"""Each a function of the square of a distance; where that is 0, so are those derivatives that do not exist."""

SCALES_ALONE = frozenset({"linear", "thin_plate_spline", "cubic", "quintic"})
"""Kernels that need no epsilon, which would only scale the smoothing."""

LEAST_DEGREE = {"linear": 0, "multiquadric": 0, "thin_plate_spline": 1, "cubic": 1, "quintic": 2}
"""The degree of the polynomial beside a kernel that has no interpolant without one (Fasshauer 2007, ch. 8)."""


class RadialSum:
    """SciPy's `RBFInterpolator` in NumPy calls: sum_j w_j phi(|x - y_j|) plus a polynomial."""

    def __init__(self, y: Any, d: Any, neighbors: int | None, smoothing: Any, kernel: str, epsilon: Any,
                 powers: Array) -> None:
        self.y, self.d, self.smoothing, self.epsilon = doubles(y, d, smoothing, epsilon)
        self.columns = self.d.reshape(len(self.d), -1)
        self.neighbors, self.kernel, self.powers = neighbors, KERNELS[kernel], powers
        self.weights = None if neighbors else self.solved(self.y, self.columns, self.smoothing)

    def __call__(self, x: Any) -> Any:
        """The values at points, one in each row."""
        (x,) = doubles(x)
        if x.ndim != 2 or x.shape[1] != self.y.shape[1]:
            raise ValueError(f"RBFInterpolator of {self.y.shape[1]} dimensions takes points as rows of as many "
                             f"coordinates, got shape {x.shape}")
        if self.neighbors is None:
            out = self.terms(x, self.y) @ self.weights
        else:
            near = nearest(self.y, x, self.neighbors)
            own = [given[near] for given in (self.y, self.columns, self.smoothing)]
            out = (self.terms(x[:, None], own[0]) @ self.solved(*own))[:, 0]
        return out.reshape(len(x), *self.d.shape[1:])

    def terms(self, x: Array, y: Array) -> Array:
        """The kernel between points x and data points y, and the monomials at x, in which the y are from -1 to 1."""
        apart = self.epsilon * (x[..., :, None, :] - y[..., None, :, :])
        middle, reach = extent(y)
        products = np.prod(((x - middle) / reach)[..., None, :] ** self.powers, axis=-1)
        return np.concatenate([self.kernel(np.sum(apart * apart, axis=-1)), products], axis=-1)

    def solved(self, y: Array, d: Array, smoothing: Array) -> Array:
        """The factors of the terms: those of the kernel are orthogonal to all monomials."""
        size, count = y.shape[-2], len(self.powers)
        above = self.terms(y, y)
        corner = np.zeros((*y.shape[:-2], count, count))
        below = np.concatenate([above[..., size:].swapaxes(-1, -2), corner], axis=-1)
        damping = smoothing[..., None] * np.eye(size, size + count)
        return np.linalg.solve(np.concatenate([above + damping, below], axis=-2), fitted(d, size + count, -2))


@piecewise_constant
def extent(y: Array) -> tuple[Array, Array]:
    """The middle of the points and how far they reach: polynomials in other units are the same ones."""
    low, high = np.min(y, axis=-2, keepdims=True), np.max(y, axis=-2, keepdims=True)
    return (low + high) / 2, np.where(high == low, 1.0, (high - low) / 2)


@piecewise_constant
def nearest(y: Array, x: Array, count: int) -> Array:
    """The places of the data points nearest to each point."""
    return np.sort(KDTree(y).query(x, range(1, count + 1))[1], axis=1)


def monomials(dimensions: int, degree: int) -> Array:
    """The powers of the coordinates in all monomials up to a degree, one in each row."""
    chosen = [places for n in range(degree + 1) for places in combinations_with_replacement(range(dimensions), n)]
    return np.array([[places.count(i) for i in range(dimensions)] for places in chosen]).reshape(-1, dimensions)


class RadialSumOfArrays(TakesTensors):
    """SciPy's `RBFInterpolator`, which keeps complex values in pairs of columns."""

    def in_numpy_calls(self) -> RadialSum:
        """The same function in NumPy calls, whose equations are solved when it is first needed."""
        return self._radial_sum

    @cached_property
    def _radial_sum(self) -> RadialSum:
        own: Any = self
        d = own.d.view(own.d_dtype).reshape(-1, *own.d_shape)
        return RadialSum(own.y, d, own.neighbors, own.smoothing, own.kernel, own.epsilon, own.powers)


@twin_class(si.RBFInterpolator, RadialSum, RadialSumOfArrays)
def RBFInterpolator(y: Any, d: Any, neighbors: int | None = None, smoothing: Any = 0.0,
                    kernel: str = "thin_plate_spline", epsilon: Any = None, degree: int | None = None) -> RadialSum:
    """Values at scattered points by radial basis functions, as `scipy.interpolate.RBFInterpolator`.

    sum_j w_j phi(epsilon |x - y_j|) plus a polynomial. `y` (n, dimensions), `d` (n, ...); differentiable in both, in
    `smoothing`, `epsilon` and the points it is called with, which keep their `neighbors`. Source: Fasshauer, Meshfree
    Approximation Methods with MATLAB, 2007.
    """
    y, d, smoothing = arrays_of((y, d, smoothing))
    kernel = kernel.lower()
    one_of("RBFInterpolator: kernel", kernel, KERNELS)
    if y.ndim != 2 or not d.ndim or len(y) != len(d) or smoothing.shape not in ((), (len(y),)):
        raise ValueError("RBFInterpolator takes points y of shape (n, dimensions), as many values d, and one smoothing "
                         f"or as many, got shapes {y.shape}, {d.shape} and {smoothing.shape}")
    if epsilon is None and kernel not in SCALES_ALONE:
        raise ValueError(f"RBFInterpolator with kernel={kernel!r} takes epsilon, the inverse of a length")
    least = LEAST_DEGREE.get(kernel, -1)
    degree = max(least, 0) if degree is None else integer("RBFInterpolator: degree", degree, -1)
    if -1 < degree < least:
        warnings.warn(f"RBFInterpolator with kernel={kernel!r} may have no solution, or several, with a polynomial of "
                      f"degree {degree}: it needs {least}, or -1 for none", UserWarning, stacklevel=3)
    powers = monomials(y.shape[1], degree)
    count = None if neighbors is None else min(integer("RBFInterpolator: neighbors", neighbors), len(y))
    if len(powers) > (len(y) if count is None else count):
        raise ValueError(f"RBFInterpolator takes {len(powers)} points or more for a polynomial of degree {degree} in "
                         f"{y.shape[1]} dimensions, got {len(y) if count is None else count}")
    return RadialSum(y, d, count, smoothing + np.zeros(len(y)), kernel, 1.0 if epsilon is None else epsilon, powers)

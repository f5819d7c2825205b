"""Values at scattered points, read between them: linear on each simplex of a triangulation of the points."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.interpolate as si
from scipy.spatial import Delaunay

from autograd.arguments import arrays_of
from autograd.declare import piecewise_constant
from autograd.duck_arrays import Array
from autograd.scipy.takes_tensors import TakesTensors, twin_class
from autograd.tensor import Tensor

from .piecewise import beside, doubles


class Facets:
    """SciPy's `LinearNDInterpolator` in NumPy calls: a mean of the corners of the simplex of a point.

    The triangulation is that of (points - offset) / scale; it is `mesh` where the points are known once and for all.
    """

    def __init__(self, points: Any, values: Any, fill_value: Any, scale: Any = 1.0, offset: Any = 0.0,
                 mesh: Any = None) -> None:
        self.points, self.values = doubles(points, values)
        self.fill_value, self.scale, self.offset, self.mesh = fill_value, scale, offset, mesh

    def __call__(self, *args: Any) -> Any:
        """The values at points, whose coordinates are the last axis of an array, or arrays that broadcast."""
        at = doubles(*args)[0] if len(args) == 1 else np.stack(np.broadcast_arrays(*doubles(*args)), axis=-1)
        d = self.points.shape[1]
        if not at.ndim or at.shape[-1] != d:
            raise ValueError(f"LinearNDInterpolator of {d} dimensions takes points of {d} coordinates in the last axis"
                             f", got shape {at.shape}")
        flat = at.reshape(-1, d)
        places = corners_around((self.points - self.offset) / self.scale, (flat - self.offset) / self.scale, self.mesh)
        outside = places[:, -1] < 0
        places = np.where(beside(outside, places), np.arange(d + 1), places)
        corners = self.points[places]
        frames = np.where(outside[:, None, None], np.eye(d), corners[:, :-1] - corners[:, -1:])
        shares = np.linalg.solve(frames.swapaxes(1, 2), (flat - corners[:, -1])[..., None])[..., 0]
        shares = np.concatenate([shares, 1 - np.sum(shares, axis=1, keepdims=True)], axis=1)
        values = self.values[places]
        out = np.sum(shares.reshape(shares.shape + (1,) * (values.ndim - 2)) * values, axis=1)
        out = np.where(beside(outside, out), self.fill_value, out)
        return out.reshape(at.shape[:-1] + out.shape[1:])


@piecewise_constant
def corners_around(points: Array, at: Array, mesh: Any) -> Array:
    """The corners of the simplex around each point, -1 where there is none."""
    mesh = Delaunay(points) if mesh is None else mesh
    found = mesh.find_simplex(at)
    return np.where(found[:, None] < 0, -1, mesh.simplices[found])


class FacetsOfArrays(TakesTensors):
    """SciPy's `LinearNDInterpolator`, which keeps scaled points, and values in rows."""

    def in_numpy_calls(self) -> Facets:
        own: Any = self
        scale, offset = (1.0, 0.0) if own.scale is None else (own.scale, own.offset)
        values = own.values.reshape(len(own.points), *own.values_shape)
        return Facets(own.points * scale + offset, values, own.fill_value, scale, offset, own.tri)


@twin_class(si.LinearNDInterpolator, Facets, FacetsOfArrays)
def LinearNDInterpolator(points: Any, values: Any, fill_value: Any = np.nan, rescale: bool = False) -> Facets:
    """Values at scattered points, linear on each simplex between them, as `scipy.interpolate.LinearNDInterpolator`.

    sum_k w_k v_k over the corners of the simplex, x being sum_k w_k p_k with sum_k w_k = 1. `points` (n, d), `values`
    (n, ...); differentiable in both and in the points it is called with, for as long as these stay in their simplices.
    """
    points, values = arrays_of((getattr(points, "points", points), values))
    if points.ndim != 2 or len(points) != len(values):
        raise ValueError("LinearNDInterpolator takes points of shape (n, d) and as many values, got shapes "
                         f"{points.shape} and {values.shape}")
    scale, offset = (np.ptp(points, axis=0), np.mean(points, axis=0)) if rescale else (1.0, 0.0)
    mesh = None if isinstance(points, Tensor) else Delaunay((points - offset) / scale)
    return Facets(points, values, fill_value, scale, offset, mesh)

"""Sets of values: each is read where it first occurs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arguments import arrays_of
from autograd.declare import composite, constant, piecewise_constant


def first_places(function: Any) -> Any:
    """Unique values gathered from the array, beside what NumPy says of their places."""

    def apply(x: Any) -> Any:
        found = piecewise_constant(function)(x)
        if x.dtype.kind not in "fc":
            return found
        places = piecewise_constant(lambda x: np.unique(x, return_index=True, equal_nan=False)[1])(x)
        values = np.take_along_axis(np.ravel(x), places, 0)
        return found._replace(values=values) if hasattr(found, "_fields") else values

    return apply


@composite(np.unique)
def unique(ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
           axis: int | None = None, *, equal_nan: bool = True, **order: bool) -> Any:  # NumPy 2.3 has sorted=
    find = piecewise_constant(np.unique)
    _, places, *rest = find(ar, True, return_inverse, return_counts, axis, equal_nan=equal_nan, **order)
    values = np.take_along_axis(np.ravel(ar), places, 0) if axis is None else np.take(ar, places, axis=axis)
    return (values, *([places] if return_index else []), *rest) if return_index or rest else values


for function in (np.unique_values, np.unique_counts, np.unique_inverse, np.unique_all):
    composite(function)(first_places(function))
composite(np.union1d)(lambda ar1, ar2: np.unique(np.concatenate([np.ravel(ar1), np.ravel(ar2)])))


@composite(np.intersect1d)
def intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    _, i, j = piecewise_constant(np.intersect1d)(ar1, ar2, assume_unique, True)
    values = np.ravel(ar1)[i].astype(np.result_type(*arrays_of((ar1, ar2))))
    return (values, i, j) if return_indices else values


@composite(np.setdiff1d)
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    ar1 = np.ravel(ar1) if assume_unique else np.unique(ar1)
    return ar1[~np.isin(ar1, ar2)]


@composite(np.setxor1d)
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    parts: Sequence[Any] = [np.ravel(x) if assume_unique else np.unique(x) for x in (ar1, ar2)]
    return np.sort(np.concatenate([parts[0][~np.isin(parts[0], parts[1])], parts[1][~np.isin(parts[1], parts[0])]]))


constant(np.isin)

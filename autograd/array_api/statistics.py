"""Statistical, searching, sorting, set and utility functions of the array API standard 2024.12."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from autograd.arguments import as_tensor
from autograd.arrays import Axes
from autograd.tensor import Tensor

from .apply import call, call_for_several

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike

__all__ = [
    "all", "any", "argmax", "argmin", "argsort", "count_nonzero", "cumulative_prod", "cumulative_sum", "diff",
    "isin", "max", "mean", "min", "nonzero", "prod", "searchsorted", "sort", "std", "sum", "unique_all",
    "unique_counts", "unique_inverse", "unique_values", "var", "where",
]


def sum(x: Tensor, /, axis: Axes = None, dtype: DTypeLike | None = None, *, keepdims: bool = False) -> Tensor:
    """The sum over the axes."""
    return call(np.sum, as_tensor(x), axis=axis, dtype=dtype, keepdims=keepdims)


def prod(x: Tensor, /, axis: Axes = None, dtype: DTypeLike | None = None, *, keepdims: bool = False) -> Tensor:
    """The product over the axes."""
    return call(np.prod, as_tensor(x), axis=axis, dtype=dtype, keepdims=keepdims)


def mean(x: Tensor, /, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
    """The mean over the axes."""
    return call(np.mean, as_tensor(x), axis=axis, keepdims=keepdims)


def var(x: Tensor, /, axis: Axes = None, *, correction: float = 0.0, keepdims: bool = False) -> Tensor:
    """The variance over the axes; the divisor is n - correction."""
    return call(np.var, as_tensor(x), axis=axis, ddof=correction, keepdims=keepdims)


def std(x: Tensor, /, axis: Axes = None, *, correction: float = 0.0, keepdims: bool = False) -> Tensor:
    """The standard deviation over the axes; the divisor is n - correction."""
    return call(np.std, as_tensor(x), axis=axis, ddof=correction, keepdims=keepdims)


def max(x: Tensor, /, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
    """The largest element over the axes."""
    return call(np.max, as_tensor(x), axis=axis, keepdims=keepdims)


def min(x: Tensor, /, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
    """The smallest element over the axes."""
    return call(np.min, as_tensor(x), axis=axis, keepdims=keepdims)


def cumulative_sum(x: Tensor, /, *, axis: int | None = None, dtype: DTypeLike | None = None,
                   include_initial: bool = False) -> Tensor:
    """Running sums along an axis, from 0 with `include_initial`."""
    return call(np.cumulative_sum, as_tensor(x), axis=axis, dtype=dtype, include_initial=include_initial)


def cumulative_prod(x: Tensor, /, *, axis: int | None = None, dtype: DTypeLike | None = None,
                    include_initial: bool = False) -> Tensor:
    """Running products along an axis, from 1 with `include_initial`."""
    return call(np.cumulative_prod, as_tensor(x), axis=axis, dtype=dtype, include_initial=include_initial)


# --- Searching and sorting -------------------------------------------------------------------------------------------


def argmax(x: Tensor, /, axis: int | None = None, *, keepdims: bool = False) -> Tensor:
    """The position of the largest element."""
    return call(np.argmax, as_tensor(x), axis=axis, keepdims=keepdims)


def argmin(x: Tensor, /, axis: int | None = None, *, keepdims: bool = False) -> Tensor:
    """The position of the smallest element."""
    return call(np.argmin, as_tensor(x), axis=axis, keepdims=keepdims)


def count_nonzero(x: Tensor, /, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
    """How many elements are not zero."""
    return call(np.count_nonzero, as_tensor(x), axis=axis, keepdims=keepdims)


def nonzero(x: Tensor, /) -> tuple[Tensor, ...]:
    """The indices of elements that are not zero, one array per axis. Raises `ValueError` for a 0-d array."""
    if not x.ndim:
        raise ValueError("nonzero needs at least one dimension")
    return call_for_several(np.nonzero, as_tensor(x))


def searchsorted(x1: Tensor, x2: Tensor, /, side: str = "left", sorter: Tensor | None = None) -> Tensor:
    """Where elements of `x2` belong in the sorted `x1`."""
    return call(np.searchsorted, x1, x2, side=side, sorter=sorter)


def where(condition: Tensor, x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Elements of `x1` where the condition holds, of `x2` elsewhere."""
    return call(np.where, condition, x1, x2)


def argsort(x: Tensor, /, axis: int = -1, *, descending: bool = False, stable: bool = True) -> Tensor:
    """The indices that sort along an axis."""
    x = as_tensor(x)
    if not descending:
        return call(np.argsort, x, axis=axis, kind="stable")
    order = call(np.flip, call(np.argsort, call(np.flip, x, axis), axis=axis, kind="stable"), axis)
    return call(np.subtract, x.shape[axis] - 1, order)


def sort(x: Tensor, /, axis: int = -1, *, descending: bool = False, stable: bool = True) -> Tensor:
    """The elements in order along an axis."""
    out = call(np.sort, as_tensor(x), axis=axis)
    return call(np.flip, out, axis) if descending else out


# --- Sets ------------------------------------------------------------------------------------------------------------


class UniqueAll(NamedTuple):
    """The distinct values, where each is first, which one each element is, and how often each occurs."""

    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCounts(NamedTuple):
    """The distinct values and how often each occurs."""

    values: Tensor
    counts: Tensor


class UniqueInverse(NamedTuple):
    """The distinct values and which one each element is."""

    values: Tensor
    inverse_indices: Tensor


def unique_all(x: Tensor, /) -> UniqueAll:
    """Distinct values (every nan is one) with first positions, inverse and counts. The values stay differentiable."""
    return UniqueAll(*call_for_several(np.unique_all, as_tensor(x)))


def unique_counts(x: Tensor, /) -> UniqueCounts:
    """Distinct values and counts."""
    return UniqueCounts(*call_for_several(np.unique_counts, as_tensor(x)))


def unique_inverse(x: Tensor, /) -> UniqueInverse:
    """Distinct values and the inverse."""
    return UniqueInverse(*call_for_several(np.unique_inverse, as_tensor(x)))


def unique_values(x: Tensor, /) -> Tensor:
    """Distinct values."""
    return call(np.unique_values, as_tensor(x))


def isin(x1: ArrayLike, x2: ArrayLike, /, *, invert: bool = False) -> Tensor:
    """Whether each element of `x1` is in `x2`, or with `invert` whether it is not. New in 2025.12."""
    return call(np.isin, x1, x2, invert=invert)


# --- Utilities -------------------------------------------------------------------------------------------------------


def all(x: Tensor, /, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
    """Whether all elements are true."""
    return call(np.all, as_tensor(x), axis=axis, keepdims=keepdims)


def any(x: Tensor, /, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
    """Whether an element is true."""
    return call(np.any, as_tensor(x), axis=axis, keepdims=keepdims)


def diff(x: Tensor, /, n: int = 1, axis: int = -1, prepend: Tensor | None = None,
         append: Tensor | None = None) -> Tensor:
    """The n-th difference of neighbours along an axis."""
    return call(np.diff, as_tensor(x), n, axis, prepend, append)

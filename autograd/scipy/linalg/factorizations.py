"""A = P L U, by partial pivoting. Which rows change places is constant; L and U move with those of P^T A.

d(L U) = L (X_below + X_above) U for X = L^-1 dA U^-1, whose part below the diagonal is L^-1 dL, the rest dU U^-1.
Source: de Hoog, Anderssen, Lukas (2011), "Differentiation of matrix functionals using triangular factorization".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.arguments import arrays_of
from autograd.declare import differential, piecewise_constant
from autograd.duck_arrays import Array
from autograd.rules.transposes import H, mT
from autograd.scipy.twin import twin

from .operands import for_lapack
from .systems import by_columns, triangular


def factors(packed: Array) -> tuple[Array, Array]:
    """L and U, of which one is square."""
    size = min(packed.shape[-2:])
    return (np.tril(packed[..., :size], -1) + np.eye(*packed[..., :size].shape[-2:], dtype=packed.dtype),
            np.triu(packed[..., :size, :]))


def made_square(x: Array, size: int) -> Array:
    """A factor extended by rows and columns of the identity."""
    rows, columns = x.shape[-2:]
    wide = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(0, size - rows), (0, size - columns)])
    return wide + np.diag((np.arange(size) >= min(rows, columns)).astype(x.dtype))


def change_of_factors(t: Array, packed: Array, pivots: Array) -> tuple[Array, None]:
    rows, columns = packed.shape[-2:]
    lower, upper = factors(packed)
    lower, upper = made_square(lower, rows), made_square(upper, columns)
    inner = triangular(lower, rows_in_order(t, order_by(pivots, rows)), lower=True, unit_diagonal=True)
    inner = mT(triangular(mT(upper), mT(inner), lower=True, unit_diagonal=False))
    return lower @ np.tril(inner, -1) + np.triu(inner) @ upper, None


factored: Any = differential(sl.lu_factor, lambda t, out: change_of_factors(t, *out), name="lu",
                             evaluate=lambda x: tuple(sl.lu_factor(x)))


def order_of(pivots: Array, rows: int) -> Array:
    """Which row of A comes to each place when row k changes places with row `pivots[k]`, for one k after the other."""
    order = np.broadcast_to(np.arange(rows), (*pivots.shape[:-1], rows)).copy()
    for k in range(pivots.shape[-1]):
        other = pivots[..., k : k + 1]
        here = order[..., k].copy()
        order[..., k] = np.take_along_axis(order, other, -1)[..., 0]
        np.put_along_axis(order, other, here[..., None], -1)
    return order


order_by = piecewise_constant(order_of)


@twin(sl.lu_factor)
def lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """L and U in one matrix, and the row that each row was swapped with."""
    return factored(*for_lapack(a))


@twin(sl.lu)
def lu(a: Any, permute_l: bool = False, overwrite_a: bool = False, check_finite: bool = True,
       p_indices: bool = False) -> Any:
    """P, L and U with A = P L U, or P L and U, or P as the indices with which A = L[p] U."""
    packed, pivots = lu_factor(a)
    lower, upper = factors(packed)
    places = np.argsort(order_by(pivots, packed.shape[-2]), axis=-1).astype(pivots.dtype)
    if permute_l:
        return np.take_along_axis(lower, places[..., None], -2), upper
    if p_indices:
        return places, lower, upper
    return (places[..., None] == np.arange(packed.shape[-2])).astype(packed.real.dtype), lower, upper


@twin(sl.lu_solve)
def lu_solve(lu_and_piv: Any, b: Any, trans: int = 0, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    """The x with A x = b, A^T x = b or A^H x = b, for `trans` 0, 1 and 2."""
    packed, pivots, b = arrays_of((*lu_and_piv, b))
    if not b.ndim or packed.ndim < 2 or not packed.shape[-2] == packed.shape[-1] == b.shape[max(b.ndim - 2, 0)]:
        raise ValueError(f"lu_solve takes factors of a square matrix and a right side of as many rows, got shapes "
                         f"{packed.shape} and {b.shape}")
    order = order_by(pivots, packed.shape[-2])

    def solved(b: Array) -> Array:
        if trans == 0:
            below = triangular(packed, rows_in_order(b, order), lower=True, unit_diagonal=True)
            return triangular(packed, below, lower=False, unit_diagonal=False)
        other = H(packed) if trans == 2 else mT(packed)
        above = triangular(other, b, lower=True, unit_diagonal=False)
        return rows_in_order(triangular(other, above, lower=False, unit_diagonal=True), np.argsort(order, -1))

    return by_columns(solved, b)


def rows_in_order(b: Array, order: Array) -> Array:
    """The rows of b in this order."""
    return np.take_along_axis(b, order[..., None], -2)

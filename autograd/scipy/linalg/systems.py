"""Systems of linear equations: triangular, factored, banded, and of a structure named by `assume_a`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.arguments import array_of, arrays_of
from autograd.arrays import one_of
from autograd.declare import general, on_arrays_too, piecewise_constant
from autograd.duck_arrays import Array
from autograd.rules.axes import along
from autograd.rules.linalg import mirrored
from autograd.rules.transposes import H, mT
from autograd.scipy.precision import at_least
from autograd.scipy.twin import twin

from .operands import for_lapack, of_one_stack, square


def read_part(x: Array, lower: bool, unit_diagonal: bool) -> Array:
    """The triangle that a triangular solver reads."""
    return np.tril(x, -1 if unit_diagonal else 0) if lower else np.triu(x, 1 if unit_diagonal else 0)


triangular: Any = on_arrays_too(general(
    sl.solve_triangular,
    [lambda g, x, out, *, lower, unit_diagonal: -read_part(
        triangular(mT(x), g, lower=not lower, unit_diagonal=unit_diagonal) @ mT(out), lower, unit_diagonal),
     lambda g, x, *, lower, unit_diagonal: triangular(mT(x), g, lower=not lower, unit_diagonal=unit_diagonal)],
    [lambda t, x, out, *, lower, unit_diagonal: -triangular(
        x, read_part(t, lower, unit_diagonal) @ out, lower=lower, unit_diagonal=unit_diagonal),
     lambda t, x, *, lower, unit_diagonal: triangular(x, t, lower=lower, unit_diagonal=unit_diagonal)]))


@twin(sl.solve_triangular)
def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False,
                     overwrite_b: bool = False, check_finite: bool = True) -> Any:
    a, b = arrays_of((a, b))
    if trans not in (0, "N"):
        a, lower = H(a) if trans in (2, "C") else mT(a), not lower
    return by_columns(lambda b: triangular(a, b, lower=lower, unit_diagonal=unit_diagonal), b)


def by_columns(solve: Callable[[Array], Array], b: Array) -> Array:
    """The solution for a vector b, of which a stack of matrices has one each, as for a matrix of one column."""
    return solve(b[:, None])[..., 0] if b.ndim == 1 else solve(b)


@twin(sl.cholesky)
def cholesky(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    return np.linalg.cholesky(*for_lapack(a), upper=not lower)


@twin(sl.cho_factor)
def cho_factor(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    return cholesky(a, lower), lower


@twin(sl.cho_solve)
def cho_solve(c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    c, lower = c_and_lower
    first, second = ("N", "C") if lower else ("C", "N")
    return by_columns(lambda b: solve_triangular(c, solve_triangular(c, b, first, lower), second, lower), array_of(b))


banded: Any = on_arrays_too(general(
    sl.solve_banded,
    [lambda g, x, y, out, *, below, above: -band_of_outer(
        banded(band_transposed(x, below, above), g, below=above, above=below), out, below, above),
     lambda g, x, *, below, above: banded(band_transposed(x, below, above), g, below=above, above=below)],
    [lambda t, x, y, out, *, below, above: -banded(x, band_product(t, out, below, above), below=below, above=above),
     lambda t, x, *, below, above: banded(x, t, below=below, above=above)],
    evaluate=lambda x, y, *, below, above: sl.solve_banded((below, above), x, y)))


def shifted(x: Array, by: int, axis: int) -> Array:
    """x[i + by] along an axis, counted from the last, and 0 past the ends."""
    size = x.shape[axis]
    places = np.arange(size) + by
    inside = along((places >= 0) & (places < size), x, axis)
    return np.where(inside, np.take(x, np.clip(places, 0, size - 1), axis=axis), 0)


def band_transposed(x: Array, below: int, above: int) -> Array:
    """The band of the transpose: its row `below + d` holds what is row `above - d` of x, moved by d."""
    return np.stack([shifted(x[..., above - d, :], d, -1) for d in range(-below, above + 1)], axis=-2)


def band_product(x: Array, y: Array, below: int, above: int) -> Array:
    """The banded matrix times y."""
    return sum(shifted(x[..., above - d, :, None] * y, d, -2) for d in range(-below, above + 1))


def band_of_outer(left: Array, right: Array, below: int, above: int) -> Array:
    """The band of left right^T: in row `above - d` and column j, the product of rows j - d and j."""
    return np.stack([np.sum(shifted(left, -d, -2) * right, axis=-1) for d in range(above, -below - 1, -1)], axis=-2)


@twin(sl.solve_banded)
def solve_banded(l_and_u: tuple[int, int], ab: Any, b: Any, overwrite_ab: bool = False, overwrite_b: bool = False,
                 check_finite: bool = True) -> Any:
    ab, b = arrays_of((ab, b))
    below, above = map(int, l_and_u)
    return by_columns(lambda b: banded(*of_one_stack(ab, b), below=below, above=above), b)


@twin(sl.solveh_banded)
def solveh_banded(ab: Any, b: Any, overwrite_ab: bool = False, overwrite_b: bool = False, lower: bool = False,
                  check_finite: bool = True) -> Any:
    """Solves with a Hermitian positive definite matrix; `ab` has the upper or the lower half of its band."""
    ab, b = arrays_of((ab, b))
    count = ab.shape[-2] - 1
    half = ab if lower else np.conj(np.stack([shifted(ab[..., count - d, :], d, -1) for d in range(count + 1)], -2))
    refuse_indefinite_band(half, lower=True)
    other = [shifted(np.conj(half[..., d, :]), -d, -1) for d in range(count, 0, -1)]
    below = half[..., 1:, :]
    full = np.concatenate([np.stack([*other, np.real(half[..., 0, :]).astype(half.dtype)], axis=-2), below], axis=-2)
    return solve_banded((count, count), full, b)


@twin(sl.solve)
def solve(a: Any, b: Any, lower: bool = False, overwrite_a: bool = False, overwrite_b: bool = False,
          check_finite: bool = True, assume_a: str | None = None, transposed: bool = False) -> Any:
    a, b = for_lapack(a, b)
    a = as_assumed(a, assume_a, lower)
    return np.linalg.solve(mT(a) if transposed else a, b)


def as_assumed(a: Array, kind: str | None, lower: bool) -> Array:
    """The matrix that SciPy reads in `a`, given its structure."""
    a = square("a system or an inverse", a)
    if kind in ("sym", "symmetric"):
        part = np.tril(a) if lower else np.triu(a)
        return part + mT(part) - as_assumed(a, "diagonal", lower)
    if kind in ("pos", "positive definite", "her", "hermitian"):
        a = mirrored(a, lower)
        if kind.startswith("pos"):
            refuse_indefinite(a)
        return a
    bands = {"diagonal": (0, 0), "tridiagonal": (-1, 1), "upper triangular": (0, None), "lower triangular": (None, 0)}
    if kind not in (None, "gen", "general", "banded", *bands):
        raise ValueError(f"assume_a is general, symmetric, hermitian, positive definite, banded, {', '.join(bands)} or "
                         f"None, got {kind!r}")
    low, high = bands.get(kind or "", (None, None))
    a = a if low is None else np.triu(a, low)
    return a if high is None else np.tril(a, high)


refuse_indefinite = piecewise_constant(np.linalg.cholesky)
refuse_indefinite_band = piecewise_constant(sl.cholesky_banded)
"""Raise `LinAlgError` for a matrix that is not positive definite."""

inv = twin(sl.inv)(lambda a, overwrite_a=False, check_finite=True, *, assume_a=None, lower=False: np.linalg.inv(
    as_assumed(for_lapack(a)[0], assume_a, lower)))
det = twin(sl.det)(lambda a, overwrite_a=False, check_finite=True: np.linalg.det(*at_least(np.float64, a)))
norm = twin(sl.norm)(lambda a, ord=None, axis=None, keepdims=False, check_finite=True: np.linalg.norm(
    a, ord, axis, keepdims))


@twin(sl.lstsq)
def lstsq(a: Any, b: Any, cond: Any = None, overwrite_a: bool = False, overwrite_b: bool = False,
          check_finite: bool = True, lapack_driver: str | None = None) -> Any:
    one_of("lstsq: lapack_driver", lapack_driver, (None, "gelsd", "gelss", "gelsy"))
    a, b = for_lapack(a, b)
    if a.ndim != 2 or b.ndim > 2:
        raise ValueError(f"lstsq of tensors takes one matrix and one right side, got shapes {a.shape} and {b.shape}; "
                         "for a stack write np.linalg.pinv(a) @ b, or autograd.vmap of it")
    x, residues, rank, s = np.linalg.lstsq(a, b, np.finfo(a.dtype).eps if cond is None else cond)
    if lapack_driver == "gelsy":  # it computes neither rank nor singular values
        return x, residues[:0], rank, None
    return x, residues.reshape(b.shape[1:]) if residues.size else residues, rank, s  # one for a vector b is a number


@twin(sl.pinv)
def pinv(a: Any, *, rtol: Any = None, check_finite: bool = True) -> Any:
    return np.linalg.pinv(*for_lapack(a), rtol=rtol)


@twin(sl.pinvh)
def pinvh(a: Any, atol: Any = None, rtol: Any = None, lower: bool = True, return_rank: bool = False,
          check_finite: bool = True) -> Any:
    """The pseudoinverse of a Hermitian matrix, of which one triangle is read."""
    if atol is not None or return_rank:
        raise ValueError("pinvh of tensors takes no atol and gives no rank: np.linalg.matrix_rank does")
    return np.linalg.pinv(mirrored(for_lapack(a)[0], lower), rtol=rtol)

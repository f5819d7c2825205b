"""Twins of `scipy.linalg`: triangular and banded systems, matrix equations, functions of matrices, special matrices."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.arguments import array_of, arrays_of
from autograd.declare import decided, differential, general, on_arrays_too, piecewise_constant
from autograd.rules.decompositions import hermitian_change
from autograd.rules.linalg import H, mirrored, mT, sandwiched

from .precision import at_least
from .twin import no_twins_but_these, twin

Array = Any

__getattr__ = no_twins_but_these(__name__)


def for_lapack(*given: Any) -> list[Array]:
    """In single precision at least: LAPACK has no half precision, for which SciPy takes single; NumPy refuses it."""
    return at_least(np.float32, *given)


# --- Systems of equations --------------------------------------------------------------------------------------------


def read_part(x: Array, lower: bool, unit_diagonal: bool) -> Array:
    """The triangle that a triangular solver reads."""
    return np.tril(x, -1 if unit_diagonal else 0) if lower else np.triu(x, 1 if unit_diagonal else 0)


triangular: Any = on_arrays_too(general(
    sl.solve_triangular,
    [lambda g, x, out, *, trans, lower, unit_diagonal: -read_part(
        outer(triangular(x, g, trans=1 - trans, lower=lower, unit_diagonal=unit_diagonal), out, trans),
        lower, unit_diagonal),
     lambda g, x, *, trans, lower, unit_diagonal: triangular(
         x, g, trans=1 - trans, lower=lower, unit_diagonal=unit_diagonal)],
    [lambda t, x, out, *, trans, lower, unit_diagonal: -triangular(
        x, turned(read_part(t, lower, unit_diagonal), trans) @ out, trans=trans, lower=lower,
        unit_diagonal=unit_diagonal),
     lambda t, x, *, trans, lower, unit_diagonal: triangular(
         x, t, trans=trans, lower=lower, unit_diagonal=unit_diagonal)]), sl.solve_triangular)


def turned(x: Array, trans: int) -> Array:
    return mT(x) if trans else x


def outer(left: Array, right: Array, trans: int) -> Array:
    """The cotangent of x for that of x^-1 b, or of x^-T b."""
    return turned(left @ mT(right), trans)


@twin(sl.solve_triangular)
def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False,
                     overwrite_b: bool = False, check_finite: bool = True) -> Any:
    a, b = arrays_of((a, b))
    trans = {"N": 0, "T": 1, "C": 2}.get(trans, trans)
    a, trans = (np.conj(a), 1) if trans == 2 else (a, trans)
    return by_columns(lambda b: triangular(a, b, trans=trans, lower=lower, unit_diagonal=unit_diagonal), b)


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
    evaluate=lambda x, y, *, below, above: sl.solve_banded((below, above), x, y)),
    lambda x, y, *, below, above: sl.solve_banded((below, above), x, y))


def shifted(x: Array, by: int, axis: int) -> Array:
    """x[i + by] along an axis, counted from the last, and 0 past the ends."""
    size = x.shape[axis]
    places = np.arange(size) + by
    inside = (places >= 0) & (places < size)
    inside = inside.reshape([size] + [1] * (-1 - axis))
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


def of_one_stack(*matrices: Array) -> list[Array]:
    """Stacks of matrices, broadcast to one another."""
    stack = np.broadcast_shapes(*[x.shape[:-2] for x in matrices])
    return [np.broadcast_to(x, (*stack, *x.shape[-2:])) for x in matrices]


# --- Matrix equations ------------------------------------------------------------------------------------------------

sylvester: Any = on_arrays_too(general(
    sl.solve_sylvester,
    [lambda g, x, y, out: -sylvester(mT(x), mT(y), g) @ mT(out),
     lambda g, x, y, out: -mT(out) @ sylvester(mT(x), mT(y), g),
     lambda g, x, y: sylvester(mT(x), mT(y), g)],
    [lambda t, x, y, out: -sylvester(x, y, t @ out), lambda t, x, y, out: -sylvester(x, y, out @ t),
     lambda t, x, y: sylvester(x, y, t)]), sl.solve_sylvester)


@twin(sl.solve_sylvester)
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """a x + x b = q. SciPy's own is wrong where some of the three are complex and others real."""
    given = arrays_of((a, b, q))
    return sylvester(*at_least(np.result_type(*[x.dtype for x in given]), *given))


solve_continuous_lyapunov = twin(sl.solve_continuous_lyapunov)(
    lambda a, q: solve_sylvester(a, H(array_of(a)), q))


@twin(sl.solve_discrete_lyapunov)
def solve_discrete_lyapunov(a: Any, q: Any, method: str | None = None) -> Any:
    """x = a x a^H + q, as one linear system."""
    a, q = at_least(np.float64, a, q)
    size = q.shape[-2] * q.shape[-1]
    product = (a[..., :, None, :, None] * np.conj(a)[..., None, :, None, :]).reshape(*a.shape[:-2], size, size)
    x = np.linalg.solve(np.eye(size) - product, q.reshape(*q.shape[:-2], size, 1))
    return x.reshape(*x.shape[:-2], *q.shape[-2:])


# --- Functions of matrices: f([[A, E], [0, A]]) has the change of f(A) along E as its upper right block ---------------


def with_change(x: Array, t: Array) -> Array:
    """[[x, t], [0, x]] of each matrix and its tangent."""
    return np.concatenate([np.concatenate([x, t], -1), np.concatenate([np.zeros_like(x), x], -1)], -2)


def matrix_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """A twin whose differential is read off a matrix of twice the size (Mathias 1996); its transpose is that of A^T."""

    def change(x: Array, t: Array) -> Array:
        return apply(with_change(x, t))[..., : x.shape[-1], x.shape[-1] :]

    primitive = general(function, lambda g, x: change(mT(x), g), lambda t, x: change(x, t), name=function.__name__)
    apply = twin(function)(lambda A: primitive(A))
    return apply


expm, logm_off_the_cut = matrix_function(sl.expm), matrix_function(sl.logm)
sinm, cosm, tanm = matrix_function(sl.sinm), matrix_function(sl.cosm), matrix_function(sl.tanm)
sinhm, coshm, tanhm = matrix_function(sl.sinhm), matrix_function(sl.coshm), matrix_function(sl.tanhm)


# The root solves x x = a, so that its change solves x dx + dx x = da.
root: Any = general(sl.sqrtm, lambda g, out: sylvester(mT(out), mT(out), g), lambda t, out: sylvester(out, out, t))
sqrtm = twin(sl.sqrtm)(lambda A: root(A))
# A negative eigenvalue lies on the cut, where one that stands twice in a block may fall on both sides; no root's does.
logm = twin(sl.logm)(lambda A: 2 * logm_off_the_cut(root(A)))


@twin(sl.expm_frechet)
def expm_frechet(A: Any, E: Any, method: Any = None, compute_expm: bool = True, check_finite: bool = True) -> Any:
    A, E = of_one_stack(*at_least(np.float64, A, E))
    size = A.shape[-1]
    block = expm(with_change(A, E))[..., :size, :]
    return (block[..., :size], block[..., size:]) if compute_expm else block[..., size:]


# --- Matrices made of vectors or blocks ------------------------------------------------------------------------------


def joined(*parts: Array) -> Array:
    """Vectors one after the other along the last axis; the axes before it are those of a stack, and broadcast."""
    stack = np.broadcast_shapes(*[x.shape[:-1] for x in parts])
    return np.concatenate([np.broadcast_to(x, (*stack, x.shape[-1])) for x in parts], axis=-1)


@twin(sl.toeplitz)
def toeplitz(c: Any, r: Any = None) -> Any:
    c, r = map(np.atleast_1d, arrays_of((c, np.conj(c) if r is None else r)))
    places = np.arange(c.shape[-1])[:, None] - np.arange(r.shape[-1])
    return joined(c, np.flip(r[..., 1:], -1))[..., places]


@twin(sl.circulant)
def circulant(c: Any) -> Any:
    c = np.atleast_1d(c)
    size = c.shape[-1]
    return c[..., (np.arange(size)[:, None] - np.arange(size)) % size]


@twin(sl.hankel)
def hankel(c: Any, r: Any = None) -> Any:
    c, r = np.atleast_1d(*arrays_of((c, np.zeros_like(c) if r is None else r)))
    return np.concatenate([c, r[1:]])[np.arange(c.size)[:, None] + np.arange(r.size)]


@twin(sl.companion)
def companion(a: Any) -> Any:
    size = a.shape[-1]
    shifts = np.broadcast_to(np.eye(size - 2, size - 1, dtype=a.dtype), (*a.shape[:-1], size - 2, size - 1))
    return np.concatenate([(-a[..., 1:] / a[..., :1])[..., None, :], shifts], axis=-2)


@twin(sl.block_diag)
def block_diag(*arrs: Any) -> Any:
    blocks = of_one_stack(*map(np.atleast_2d, arrays_of(arrs)))
    width, done, rows = sum(x.shape[-1] for x in blocks), 0, []
    for x in blocks:
        rows.append(np.pad(x, [(0, 0)] * (x.ndim - 1) + [(done, width - done - x.shape[-1])]))
        done += x.shape[-1]
    return np.concatenate(rows, axis=-2)


@twin(sl.khatri_rao)
def khatri_rao(a: Any, b: Any) -> Any:
    a, b = arrays_of((a, b))
    product = a[..., :, None, :] * b[..., None, :, :]
    return product.reshape(*product.shape[:-3], a.shape[-2] * b.shape[-2], product.shape[-1])


# --- NumPy has these too: the twins read their arguments as SciPy does -----------------------------------------------


def nearest_isometry(x: Array) -> Array:
    """The factor Q of x = Q P with orthonormal columns, for at least as many rows as columns."""
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return u @ vh


def isometry_change(t: Array, x: Array, out: Array) -> Array:
    """Q^H dQ = X with X P + P X = Q^H dA - dA^H Q, and what dA adds outside of the columns' span, over P.

    Unlike the singular vectors it is right where singular values are equal.
    """
    p, inner = H(out) @ x, H(out) @ t
    return out @ sylvester(p, p, inner - H(inner)) + (t - out @ inner) @ np.linalg.inv(p)


isometry: Any = differential(nearest_isometry, isometry_change, name="polar", operands=("x",))


@twin(sl.polar)
def polar(a: Any, side: str = "right") -> Any:
    (a,) = for_lapack(a)
    q = H(isometry(H(a))) if a.shape[-2] < a.shape[-1] else isometry(a)
    return q, H(q) @ a if side == "right" else a @ H(q)


vectors_of: Any = differential(  # not NumPy's: SciPy's driver gives other signs to the vectors
    sl.eigh, lambda t, out, *, lower=True, driver=None, check_finite=True: hermitian_change(t, *out),
    name="scipy.eigh", evaluate=lambda x, **options: tuple(sl.eigh(x, **options)))


@twin(sl.eigh)
def eigh(a: Any, b: Any = None, *, lower: bool = True, eigvals_only: bool = False, overwrite_a: bool = False,
         overwrite_b: bool = False, type: int = 1, check_finite: bool = True, subset_by_index: Any = None,
         subset_by_value: Any = None, driver: str | None = None) -> Any:
    """A x = w B x is the ordinary problem of L^-1 A L^-H, where B = L L^H; a subset is part of the whole result."""
    if type != 1:
        raise ValueError(f"eigh has a derivative for type=1 only, got {type}")
    side: Any = "L" if lower else "U"
    (a,) = for_lapack(a)
    left = None if b is None else cholesky(b, True) if lower else H(cholesky(b))
    if left is not None:
        a, side = sandwiched(left, mirrored(a, lower)), "L"
    if eigvals_only:
        values, vectors = np.linalg.eigvalsh(a, side), None
    else:
        values, vectors = vectors_of(mirrored(a, lower), lower=lower, driver=driver if b is None else "evd",
                                     check_finite=check_finite)
    if subset_by_index is not None or subset_by_value is not None:
        part = subset(values, subset_by_index, subset_by_value)
        values, vectors = values[..., part], vectors if vectors is None else vectors[..., part]
    if vectors is None:
        return values
    return values, vectors if left is None else np.linalg.solve(H(left), vectors)


def subset(values: Array, by_index: Any, by_value: Any) -> slice:
    """Where the eigenvalues with these numbers, from the first to the last, or in (low, high], are among all."""
    if by_index is not None and by_value is not None:
        raise ValueError("eigh takes subset_by_index or subset_by_value, not both")
    if by_value is not None:
        low, high = by_value
        if not low < high:
            raise ValueError(f"eigh: subset_by_value is (low, high) with low < high, got {by_value}")
        return slice(*[int(decided(np.searchsorted, values, bound, "right")) for bound in by_value])
    first, last = map(operator.index, by_index)
    if not 0 <= first <= last < values.shape[-1]:
        raise ValueError(f"eigh: subset_by_index is (first, last) with 0 <= first <= last < {values.shape[-1]}, got "
                         f"{by_index}")
    return slice(first, last + 1)


@twin(sl.eigvalsh)
def eigvalsh(a: Any, b: Any = None, *, lower: bool = True, **options: Any) -> Any:
    return eigh(a, b, lower=lower, eigvals_only=True, **options)


@twin(sl.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, overwrite_a: bool = False,
        check_finite: bool = True, lapack_driver: str = "gesdd") -> Any:
    (a,) = for_lapack(a)
    return tuple(np.linalg.svd(a, full_matrices)) if compute_uv else np.linalg.svdvals(a)


@twin(sl.solve)
def solve(a: Any, b: Any, lower: bool = False, overwrite_a: bool = False, overwrite_b: bool = False,
          check_finite: bool = True, assume_a: str | None = None, transposed: bool = False) -> Any:
    a, b = for_lapack(a, b)
    a = as_assumed(a, assume_a, lower)
    return np.linalg.solve(mT(a) if transposed else a, b)


def as_assumed(a: Array, kind: str | None, lower: bool) -> Array:
    """The matrix that SciPy reads in `a` where it is told of a structure."""
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
"""Raises `LinAlgError` for a matrix that is not positive definite."""

svdvals = twin(sl.svdvals)(lambda a, overwrite_a=False, check_finite=True: np.linalg.svdvals(*for_lapack(a)))
inv = twin(sl.inv)(lambda a, overwrite_a=False, check_finite=True, *, assume_a=None, lower=False: np.linalg.inv(
    as_assumed(for_lapack(a)[0], assume_a, lower)))
det = twin(sl.det)(lambda a, overwrite_a=False, check_finite=True: np.linalg.det(*at_least(np.float64, a)))
norm = twin(sl.norm)(lambda a, ord=None, axis=None, keepdims=False, check_finite=True: np.linalg.norm(
    a, ord, axis, keepdims))

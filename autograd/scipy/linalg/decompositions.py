"""Decompositions, most of them NumPy's rules behind SciPy's arguments."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.arrays import one_of
from autograd.declare import decided, differential, piecewise_constant
from autograd.duck_arrays import Array
from autograd.rules.decompositions import eigvalsh_of, hermitian_change
from autograd.rules.linalg import mirrored, sandwiched
from autograd.rules.transposes import H
from autograd.scipy.precision import at_least
from autograd.scipy.twin import twin

from .equations import sylvester
from .operands import for_lapack
from .systems import cholesky


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


isometry: Any = differential(nearest_isometry, isometry_change, name="polar")


@twin(sl.polar)
def polar(a: Any, side: str = "right") -> Any:
    one_of("polar: side", side, ("right", "left"))
    (a,) = for_lapack(a)
    q = H(isometry(H(a))) if a.shape[-2] < a.shape[-1] else isometry(a)
    return q, H(q) @ a if side == "right" else a @ H(q)


@twin(sl.orthogonal_procrustes)
def orthogonal_procrustes(A: Any, B: Any, check_finite: bool = True) -> Any:
    """The orthogonal R for which A R comes closest to B, and the sum of the singular values of A^H B."""
    A, B = for_lapack(A, B)
    if A.ndim != 2 or A.shape != B.shape:
        raise ValueError(f"orthogonal_procrustes takes two matrices of one shape, got {A.shape} and {B.shape}")
    both = H(A) @ B
    r = isometry(both)
    return r, np.real(np.trace(H(r) @ both))


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
    one_of("eigh: driver", driver, (None, "ev", "evd", "evr", "evx", "gv", "gvd", "gvx"))
    (a,) = for_lapack(a)
    a = mirrored(a, lower)
    if b is not None:
        left = cholesky(b, True) if lower else H(cholesky(b))
        a, driver = mirrored(sandwiched(left, a), lower), "evd"
    options = {"lower": lower, "driver": driver, "check_finite": check_finite}
    found: Any = (eigvalsh_of(a),) if eigvals_only else vectors_of(a, **options)
    if subset_by_index is not None or subset_by_value is not None:
        part = subset(found[0], subset_by_index, subset_by_value)
        found = tuple(x[..., part] for x in found)
    if eigvals_only:
        return found[0]
    values, vectors = found
    return values, vectors if b is None else np.linalg.solve(H(left), vectors)


def subset(values: Array, by_index: Any, by_value: Any) -> slice:
    """The eigenvalues that are asked for, as a slice of all: by `(first, last)`, or by an interval (low, high]."""
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
    one_of("svd: lapack_driver", lapack_driver, ("gesdd", "gesvd"))
    (a,) = for_lapack(a)
    return tuple(np.linalg.svd(a, full_matrices)) if compute_uv else np.linalg.svdvals(a)


svdvals = twin(sl.svdvals)(lambda a, overwrite_a=False, check_finite=True: np.linalg.svdvals(*for_lapack(a)))


# --- General matrices ------------------------------------------------------------------------------------------------


@twin(sl.eig)
def eig(a: Any, b: None = None, left: bool = False, right: bool = True, overwrite_a: bool = False,
        overwrite_b: bool = False, check_finite: bool = True) -> Any:
    if b is not None or left:
        raise ValueError("eig of tensors takes no b and gives no left vectors: write eig(solve(b, a)), and "
                         "eig(a.T)[1].conj()")
    if not right:
        return eigvals(a)
    values, vectors = np.linalg.eig(*for_lapack(a))
    return *at_least(np.complex64, values), vectors


@twin(sl.eigvals)
def eigvals(a: Any, b: None = None, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    if b is not None:
        raise ValueError("eigvals of tensors takes no b: write eigvals(solve(b, a))")
    (values,) = at_least(np.complex64, np.linalg.eigvals(*for_lapack(a)))
    return values


@twin(sl.qr)
def qr(a: Any, overwrite_a: bool = False, lwork: Any = None, mode: str = "full", pivoting: bool = False,
       check_finite: bool = True) -> Any:
    """A = Q R, or A[:, p] = Q R with the columns that SciPy chose."""
    modes: dict[str, Any] = {"full": "complete", "r": "complete", "economic": "reduced"}
    one_of("qr of tensors: mode", mode, modes)
    (a,) = for_lapack(a)
    order = pivots(a) if pivoting else None
    q, r = np.linalg.qr(a if order is None else np.take_along_axis(a, order[..., None, :], -1), modes[mode])
    return (*((r,) if mode == "r" else (q, r)), *(() if order is None else (order,)))


pivots = piecewise_constant(lambda a: sl.qr(a, mode="r", pivoting=True)[1])


@twin(sl.rq)
def rq(a: Any, overwrite_a: bool = False, lwork: Any = None, mode: str = "full", check_finite: bool = True) -> Any:
    """A = R Q, which is Q R of the conjugate transpose with rows and columns from the last to the first."""
    one_of("rq of tensors: mode", mode, ("full", "r", "economic"))
    q, r = (H(x)[..., ::-1, ::-1] for x in qr(H(*for_lapack(a))[..., ::-1, ::-1], mode=mode if mode != "r" else "full"))
    return r if mode == "r" else (r, q)

"""Decompositions: eigenvalues and vectors, singular values and vectors, QR.

Differentials of vectors divide by gaps between eigenvalues (or singular values). Where two are equal, or for QR where a
column depends on those before it, the vectors have no derivative: whatever depends on their change becomes nan, never a
number that leaves the term out (a function of a matrix built from its vectors needs it). Values alone stay finite and
right. Sources: Giles (2008); Walter and Lehmann (2012), arXiv:1009.6112; Wan and Zhang (2019), arXiv:1909.02659.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.declare import composite, differential
from autograd.duck_arrays import Array
from autograd.primitive import pole_safe

from .linalg import mirrored, namedtuple_of
from .transposes import H, mT


def diagonal(x: Array) -> Array:
    return np.diagonal(x, 0, -2, -1)


def over_gaps(x: Array, values: Array) -> Array:
    """x_ij / (values_j - values_i), 0 on the diagonal; nan where values are equal up to rounding but x_ij is not 0."""
    gaps = values[..., None, :] - values[..., :, None]
    scale = np.max(np.abs(values), axis=-1, initial=0)[..., None, None]
    equal = np.abs(gaps) <= 4 * values.shape[-1] * np.finfo(values.dtype).eps * scale
    undefined = np.where(np.eye(values.shape[-1], dtype=bool), np.inf, np.nan)
    return pole_safe(x, 1 / np.where(equal, undefined, gaps))


def over_values(x: Array, values: Array) -> Array:
    """The quotient x / values; nan where a value is 0 but x is not."""
    return pole_safe(x, 1 / np.where(values == 0, np.nan, values))


# --- Hermitian eigenvalues: t -> V^H t V -----------------------------------------------------------------------------

eigh_of = differential(
    np.linalg.eigh, lambda t, out, *, UPLO="L": hermitian_change(t, *out),
    evaluate=lambda x, *, UPLO="L": tuple(np.linalg.eigh(x, UPLO)))
eigvalsh_of = differential(
    np.linalg.eigvalsh, lambda t, x, *, UPLO="L": within_pairs(v := np.linalg.eigh(x, UPLO)[1], t, v))


def hermitian_change(t: Array, values: Array, vectors: Array) -> tuple[Array, Array]:
    inner = H(vectors) @ t @ vectors
    return np.real(diagonal(inner)), vectors @ over_gaps(inner, values)


def within_pairs(u: Array, t: Array, v: Array) -> Array:
    """Re u_k^H t v_k for each pair of columns: the tangent of an eigenvalue, or of a singular value."""
    return np.real(np.sum(np.conj(u) * (t @ v), axis=-2))


@composite(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    return namedtuple_of(np.linalg.eigh)(*eigh_of(mirrored(a, UPLO.upper() == "L"), UPLO=UPLO))


@composite(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    return eigvalsh_of(mirrored(a, UPLO.upper() == "L"), UPLO=UPLO)


# --- General eigenvalues: t -> V^-1 t V; vectors keep the length 1 ---------------------------------------------------

eig_of = differential(
    np.linalg.eig, lambda t, out: general_change(similar(out[1], t), *out),
    evaluate=lambda x: tuple(np.linalg.eig(x)))
differential(np.linalg.eigvals, lambda t, x: diagonal(similar(np.linalg.eig(x)[1], t)))


def similar(vectors: Array, t: Array) -> Array:
    return np.linalg.solve(vectors, t @ vectors)


def general_change(inner: Array, values: Array, vectors: Array) -> tuple[Array, Array]:
    change = vectors @ over_gaps(inner, values)
    along = np.real(np.sum(np.conj(vectors) * change, axis=-2, keepdims=True))
    return diagonal(inner), change - vectors * along


@composite(np.linalg.eig)
def eig(a: Any) -> Any:
    return namedtuple_of(np.linalg.eig)(*eig_of(a))


# --- Singular values: t -> U^H t V -----------------------------------------------------------------------------------

svd_of = differential(
    np.linalg.svd, lambda t, out, *, full_matrices: singular_change(t, *out),
    evaluate=lambda x, *, full_matrices: tuple(np.linalg.svd(x, full_matrices)))
differential(np.linalg.svdvals, lambda t, x: singular_values_change(t, *np.linalg.svd(x, full_matrices=False)))


def singular_values_change(t: Array, u: Array, s: Array, vh: Array) -> Array:
    return within_pairs(u, t, H(vh))


def singular_change(t: Array, u: Array, s: Array, vh: Array) -> tuple[Array, Array, Array]:
    size, v = s.shape[-1], H(vh)
    (u, u_rest), (v, v_rest) = (u[..., :size], u[..., size:]), (v[..., :size], v[..., size:])
    left, right = t @ v, H(t) @ u
    inner = H(u) @ left
    row, column = s[..., None, :], s[..., :, None]
    alike = over_gaps(inner + H(inner), s) / 2
    unlike = over_values((inner - H(inner)) * (1 - np.eye(size)), row + column) / 2
    turn_u, turn_v = alike + unlike, alike - unlike
    if t.dtype.kind == "c":  # the phases of a pair turn together; this is the choice that leaves v as it is
        turn_u = turn_u + 1j * np.eye(size) * over_values(np.imag(diagonal(inner)), s)[..., None, :]
    du = u @ turn_u + over_values(left - u @ inner, row)
    dv = v @ turn_v + over_values(right - v @ H(inner), row)
    return completed(du, u, u_rest), np.real(diagonal(inner)), H(completed(dv, v, v_rest))


def completed(change: Array, columns: Array, rest: Array) -> Array:
    """The tangent of a unitary matrix whose first columns have a tangent; the others stay orthogonal to them."""
    return np.concatenate([change, -columns @ (H(change) @ rest)], axis=-1) if rest.shape[-1] else change


@composite(np.linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    if not compute_uv:
        return np.linalg.svdvals(mirrored(a) if hermitian else a)
    if not hermitian:
        return namedtuple_of(np.linalg.svd)(*svd_of(a, full_matrices=full_matrices))
    values, vectors = np.linalg.eigh(a)
    order = np.flip(np.argsort(np.abs(values), axis=-1), -1)
    values, vectors = np.take_along_axis(values, order, -1), np.take_along_axis(vectors, order[..., None, :], -1)
    signs = np.where(values < 0, -1, 1).astype(values.dtype)  # the zero matrix has singular vectors, too
    return namedtuple_of(np.linalg.svd)(vectors, np.abs(values), H(vectors * signs[..., None, :]))


# --- QR: dR R^-1 is upper triangular with a real diagonal ------------------------------------------------------------

qr_of = differential(
    np.linalg.qr, lambda t, out, *, mode="reduced": qr_change(t, *out),
    evaluate=lambda x, *, mode="reduced": tuple(np.linalg.qr(x, mode)))


def qr_change(t: Array, q: Array, r: Array) -> tuple[Array, Array]:
    size, square = t.shape[-1], r[..., : t.shape[-1], :]
    q, rest = q[..., :size], q[..., size:]
    sizes = np.abs(square)
    rounding = 4 * size * np.finfo(r.dtype).eps * np.max(sizes, axis=-2, initial=0)
    dependent = np.any(diagonal(sizes) <= rounding, axis=-1)[..., None, None]
    defined = np.where(dependent, np.nan, 1)
    divisor = np.where(dependent, np.eye(size, dtype=r.dtype), square)
    scaled = mT(np.linalg.solve(mT(divisor), mT(t)))  # t r^-1
    inner = H(q) @ scaled
    below = np.tril(inner, -1)
    growth = inner - below + H(below)
    if inner.dtype.kind == "c":
        growth = growth - 1j * np.eye(size) * np.imag(inner)
    zeros = np.zeros((*r.shape[:-2], r.shape[-2] - size, size), r.dtype)
    dq, dr = completed(scaled - q @ growth, q, rest), np.concatenate([growth @ square, zeros], axis=-2)
    return pole_safe(dq, defined), pole_safe(dr, defined)


@composite(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(f"qr(mode={mode!r}) has no derivative; the modes are reduced, complete and r")
    rows, columns = a.shape[-2:]
    first = max(0, rows - (a.dtype.kind != "c"))  # the directions of q determine it, up to a sign if it is real
    if columns <= first:
        q, r = qr_of(a, mode="reduced" if mode == "r" else mode)
    else:
        q, r = qr_of(a[..., :first], mode="complete")
        r = np.concatenate([r, H(q) @ a[..., first:]], axis=-1)
    return r if mode == "r" else namedtuple_of(np.linalg.qr)(q, r)

"""Determinants: the gradient is the matrix of cofactors, which exists for singular matrices too."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.declare import composite, differential, general, on_arrays_too, piecewise_constant
from autograd.duck_arrays import Array
from autograd.forward import jvp
from autograd.primitive import pole_safe
from autograd.tensor.nested import values_of

from .linalg import namedtuple_of
from .transposes import H, mT


def trace_of_product(x: Array, y: Array) -> Array:
    """tr(x y) of each pair of matrices."""
    return np.sum(x * mT(y), axis=(-2, -1))


def cofactors(x: Array) -> Array:
    """The transposed adjugate, det(x) inv(x)^T, computed without division where x has no inverse."""
    try:
        return np.linalg.det(x)[..., None, None] * mT(np.linalg.inv(x))
    except np.linalg.LinAlgError:
        return cofactors_by_blocks(x)


def cofactors_change(t: Array, x: Array, out: Array) -> Array:
    """The change of the cofactors C: C tr(x^-1 t) - x^-T t^T C; without a division where x is nearly singular."""
    if np.any(values_of(small_values(x))):
        return jvp(cofactors_by_blocks, (x,), (t,))[1]
    inverse = np.linalg.inv(x)
    return out * trace_of_product(inverse, t)[..., None, None] - mT(inverse @ t @ mT(out))


def cofactors_by_blocks(x: Array) -> Array:
    """The cofactors as a polynomial in the part of x that is nearly 0, to be differentiated to any order.

    In the frame of its singular vectors at this point, u and v, x has a block A that is far from singular beside the
    others, B, C and D. With the Schur complement S = D - C A^-1 B

        adj(u^H x v) = det A (det S [A^-1, 0; 0, 0] + [A^-1 B; -I] adj S [C A^-1, -I]).
    """
    u, _, vh = piecewise_constant(np.linalg.svd)(x)
    few = max(1, int(np.max(values_of(small_values(x)), initial=0)))
    inner, r = H(u) @ x @ H(vh), x.shape[-1] - few
    a, b, c, d = inner[..., :r, :r], inner[..., :r, r:], inner[..., r:, :r], inner[..., r:, r:]
    inverse, minus = np.linalg.inv(a), np.broadcast_to(-np.eye(few, dtype=x.dtype), d.shape)
    small, det = adjugate(d - c @ inverse @ b)
    within = np.pad(det * inverse, [(0, 0)] * (x.ndim - 2) + [(0, few)] * 2)
    around = np.concatenate([inverse @ b, minus], axis=-2) @ small @ np.concatenate([c @ inverse, minus], axis=-1)
    whole = np.linalg.det(a)[..., None, None] * (within + around)
    return np.linalg.det(u @ vh)[..., None, None] * mT(H(vh) @ whole @ H(u))


def adjugate(x: Array) -> tuple[Array, Array]:
    """The adjugate and the determinant by the Faddeev-LeVerrier recurrence, which divides by integers only."""
    size, one = x.shape[-1], np.eye(x.shape[-1], dtype=x.dtype)
    m = np.broadcast_to(one, x.shape)
    for k in range(1, size):
        m = x @ m
        m = m - np.linalg.trace(m)[..., None, None] / k * one
    return (-1) ** (size - 1) * m, (-1) ** (size - 1) * np.linalg.trace(x @ m)[..., None, None] / size


@piecewise_constant
def small_values(x: Array) -> Array:
    """How many singular values are so small that the inverse would lose half the digits of a second derivative."""
    s = np.linalg.svdvals(x)
    return np.sum(s <= np.sqrt(np.finfo(s.dtype).eps) * np.max(s, axis=-1, keepdims=True, initial=0), axis=-1)


cofactors_of = on_arrays_too(differential(cofactors, cofactors_change))
general(np.linalg.det, lambda g, x: g[..., None, None] * cofactors_of(x),
        lambda t, x: np.sum(cofactors_of(x) * t, axis=(-2, -1)))
slogdet_of = general(
    np.linalg.slogdet,
    lambda g, x, out: pole_safe(slogdet_cotangent(g[0], g[1], out[0])[..., None, None], slope_of_log(x, out[0])),
    lambda t, x, out: slogdet_tangents(np.sum(pole_safe(t, slope_of_log(x, out[0])), axis=(-2, -1)), out[0]),
    evaluate=lambda x: tuple(np.linalg.slogdet(x)))


def slope_of_log(x: Array, sign: Array) -> Array:
    """The slope of log det, inv(x)^T, and nan for a singular matrix, whose sign is 0: there is none."""
    singular = (sign == 0)[..., np.newaxis, np.newaxis]
    regular = np.where(singular, np.eye(x.shape[-1], dtype=x.dtype), x)
    return np.where(singular, np.nan, mT(np.linalg.inv(regular)))


def slogdet_tangents(change: Array, sign: Array) -> tuple[Array, Array]:
    """The tangents of sign and log|det|, given that of log det: a complex sign rotates."""
    if sign.dtype.kind != "c":
        return np.zeros_like(change), change
    return np.imag(np.where(sign == 0, 0, change)) * 1j * sign, np.real(change)


def slogdet_cotangent(g_sign: Array, g_log: Array, sign: Array) -> Array:
    """The transpose of that: the cotangent of log det."""
    g_log = 0.0 * np.real(sign) if g_log is None else g_log
    return g_log if g_sign is None or sign.dtype.kind != "c" else g_log + np.imag(g_sign * sign) * 1j


@composite(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    return namedtuple_of(np.linalg.slogdet)(*slogdet_of(a))

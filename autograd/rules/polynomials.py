"""Polynomials by their coefficients, highest power first; all composed, except for roots."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from autograd.arguments import array_of, arrays_of
from autograd.arrays import floating, integer
from autograd.declare import composite, decided, differential
from autograd.duck_arrays import Array
from autograd.primitive import pole_safe


@composite(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    p, x = arrays_of((p, x))
    value = np.zeros_like(x)
    for i in range(len(p)):
        value = value * x + p[i]
    return value


@composite(np.vander)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    if x.ndim != 1:
        raise ValueError(f"vander takes a vector, got shape {x.shape}")
    powers = np.arange(len(x) if N is None else integer("vander: N", N, 0))
    return x[:, None] ** (powers if increasing else powers[::-1])


def padded(p: Array, size: int) -> Array:
    """Coefficients with zeros for the missing high powers."""
    return np.concatenate([np.zeros(size - p.size, p.dtype), p]) if p.size < size else p


@composite(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    a1, a2 = map(np.atleast_1d, arrays_of((a1, a2)))
    return padded(a1, a2.size) + padded(a2, a1.size)


@composite(np.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    a1, a2 = map(np.atleast_1d, arrays_of((a1, a2)))
    return padded(a1, a2.size) - padded(a2, a1.size)


@composite(np.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    return np.convolve(*[x[decided(leading_zeros, x) :] for x in map(coefficients, (a1, a2))])


def coefficients(p: Any) -> Array:
    """The coefficients of a polynomial, at least one."""
    p = np.atleast_1d(array_of(p))
    return p if p.size else np.zeros(1, p.dtype)


def leading_zeros(p: Array) -> int:
    """How many leading coefficients are zero; the last one is kept in any case."""
    return int(np.argmax(np.append(p[:-1] != 0, True)))


@composite(np.polyder)
def polyder(p: Any, m: int = 1) -> Any:
    if m < 0:
        raise ValueError(f"polyder takes an order m >= 0, got {m}")
    for _ in range(m):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1)
    return p


@composite(np.polyint)
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    if m < 0:
        raise ValueError(f"polyint takes an order m >= 0, got {m}")
    p, k = arrays_of((p, np.zeros(m) if k is None else k))
    if k.size != 1 and k.size < m:
        raise ValueError(f"polyint takes one constant k, or one for each of m={m} integrations, got {k.size}")
    k = np.broadcast_to(k, (max(m, k.size),))
    for i in range(m):
        p = np.concatenate([p / np.arange(p.size, 0, -1), k[i : i + 1]])
    return p


@composite(np.polydiv)
def polydiv(u: Any, v: Any) -> Any:
    u, v = (np.atleast_1d(x) + 0.0 for x in arrays_of((u, v)))
    steps = u.size - v.size + 1
    quotient, rest = [], u
    for _ in range(steps):
        quotient.append(rest[0] / v[0])
        rest = rest[1:] - np.concatenate([quotient[-1] * v[1:], np.zeros(rest.size - v.size, v.dtype)])
    rest = rest if rest.size else np.sum(rest, keepdims=True)
    return np.stack(quotient) if quotient else np.zeros_like(rest[:1]), rest[decided(zeros_before, rest) :]


def zeros_before(rest: Array) -> int:
    """How many leading coefficients `np.polydiv` takes for zero; the last one is kept in any case."""
    return next((i for i, value in enumerate(rest) if not abs(value) <= 1e-8), len(rest) - 1)


# adj(s - A) is the sum of M_k s^(n - 1 - k), where M_0 = 1 and M_(k + 1) = A M_k + c_(k + 1) (Faddeev and Leverrier),
# and dc_(k + 1) = -tr(M_k dA). Through the eigenvalues the change would be lost where the matrix has no n eigenvectors.
def characteristic_change(t: Array, x: Array, out: Array) -> Array:
    changes, unit = [np.zeros_like(t[0, 0])], np.eye(len(x), dtype=x.dtype)
    factor = unit
    for k in range(len(x)):
        changes.append(-np.sum(factor.T * t))
        factor = x @ factor + out[k + 1] * unit
    return np.stack(changes)


characteristic: Any = differential(
    np.poly, characteristic_change, name="characteristic",
    evaluate=lambda x: np.poly(x).astype(x.dtype))


def has_real_coefficients(x: Array) -> bool:
    return np.isrealobj(np.poly(x))


@composite(np.poly)
def poly(seq_of_zeros: Any) -> Any:
    zeros = np.atleast_1d(seq_of_zeros)
    if zeros.ndim == 2 and zeros.shape[0] == zeros.shape[1]:
        out = characteristic(floating(zeros))
        return np.real(out) if out.dtype.kind == "c" and decided(has_real_coefficients, zeros) else out
    if zeros.ndim != 1:
        raise ValueError(f"poly takes a vector of zeros or a square matrix, got shape {zeros.shape}")
    zeros = zeros.astype(np.mintypecode(zeros.dtype.char))
    out = np.ones(1, zeros.dtype)
    for i in range(zeros.size):
        out = np.convolve(out, np.concatenate([np.ones(1, zeros.dtype), -zeros[i : i + 1]]))
    return np.real(out) if zeros.dtype.kind == "c" and decided(conjugate_pairs, zeros) else out


def conjugate_pairs(zeros: Array) -> bool:
    return np.array_equal(np.sort(zeros), np.sort(np.conj(zeros)))


# p(r) = 0 along the way: dp(r) + p'(r) dr = 0. A multiple root has no derivative, and cotangents become infinite.
roots = differential(np.roots, lambda t, p, out: pole_safe(-np.polyval(t, out), 1 / np.polyval(np.polyder(p), out)),
                     operands=("p",))


@composite(np.polyfit)
def polyfit(x: Any, y: Any, deg: int, rcond: float | None = None, full: bool = False, w: Any = None,
            cov: Any = False) -> Any:
    x, y = map(floating, arrays_of((x, y)))
    if not x.size:
        raise TypeError("polyfit takes at least one sample, got none")
    if deg < 0:
        raise ValueError(f"polyfit takes a degree of at least 0, got {deg}")
    rcond = len(x) * np.finfo(x.dtype).eps if rcond is None else rcond
    powers, target = vander(x, int(deg) + 1), y
    if w is not None:
        w = array_of(w)
        powers, target = powers * w[:, None], target * (w[:, None] if y.ndim == 2 else w)
    scale = np.sqrt(np.sum(powers * powers, axis=0))
    c, misfit, rank, sizes = np.linalg.lstsq(powers / scale, target, rcond)
    c = (c.T / scale).T
    if full:
        return c, misfit, rank, sizes, rcond
    if rank != powers.shape[1]:
        warnings.warn("Polyfit may be poorly conditioned", np.exceptions.RankWarning, stacklevel=3)
    if not cov:
        return c
    spread = np.linalg.inv(np.dot((powers / scale).T, powers / scale)) / np.outer(scale, scale)
    factor = 1 if cov == "unscaled" else misfit / (len(x) - powers.shape[1])
    return c, spread * factor if y.ndim == 1 else spread[:, :, None] * factor

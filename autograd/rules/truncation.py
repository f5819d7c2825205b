"""A matrix without the singular values that a relative cutoff takes for 0, differentiable to any order.

P projects onto the right singular vectors that are kept: it is pinv(x) x, and x P is the truncated matrix. With
G = x^H x, the differential of P is Y + Y^H, where Y maps the vectors left out to those that are kept, and solves

    G Y - Y G = P dG (1 - P).

The differential of that solution is again a solution of such an equation. No single vector is differentiated, since a
vector has no derivative where singular values are equal.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.declare import general, on_arrays_too
from autograd.duck_arrays import Array

from .axes import fitted
from .transposes import H, mT


def right_vectors(x: Array, cut: Any) -> tuple[Array, Array, Array]:
    """The right singular vectors in columns, the squares of their singular values, and which of them are kept."""
    _, s, vh = np.linalg.svd(x)
    s = fitted(s, x.shape[-1], -1)
    return H(vh), np.square(s), s > np.asarray(cut)[..., None] * np.max(s, axis=-1, keepdims=True, initial=0)


def _turn(x: Array, r: Array, *, cut: Any) -> Array:
    """Y, of which  G Y - Y G = P r (1 - P)  and  Y = P Y (1 - P)."""
    v, squares, large = right_vectors(x, cut)
    leads = large[..., :, None] & ~large[..., None, :]
    gaps = np.where(leads, squares[..., :, None] - squares[..., None, :], 1)
    return v @ (H(v) @ r @ v * np.where(leads, 1 / gaps, 0)) @ H(v)


def product_change(t: Array, x: Array) -> Array:
    """dG."""
    return H(t) @ x + H(x) @ t


def product_pulled(g: Array, x: Array) -> Array:
    """The transpose: the cotangent of x for that of G."""
    return np.conj(x) @ (g + H(g))


def projector_change(t: Array, x: Array, cut: Any) -> Array:
    y = turn(x, product_change(t, x), cut=cut)
    return y + H(y)


def projector_pulled(g: Array, x: Array, cut: Any) -> Array:
    """The cotangent of G for that of P."""
    return turn(np.conj(x), g + H(g), cut=cut)


def turn_change(t: Array, x: Array, r: Array, y: Array, cut: Any) -> Array:
    """What the equation's own change makes within the two blocks, and what the blocks' turn makes outside of them."""
    dp, dg = projector_change(t, x, cut), product_change(t, x)
    return turn(x, dp @ r - r @ dp - dg @ y + y @ dg, cut=cut) + dp @ y - y @ dp


def turn_pulled(g: Array, x: Array, r: Array, y: Array, cut: Any) -> Array:
    within = turn(np.conj(x), g, cut=cut)
    of_p = within @ mT(r) - mT(r) @ within + g @ mT(y) - mT(y) @ g
    return product_pulled(projector_pulled(of_p, x, cut) - within @ mT(y) + mT(y) @ within, x)


turn: Any = on_arrays_too(general(
    _turn,
    [lambda g, x, y, out, *, cut: turn_pulled(g, x, y, out, cut), lambda g, x, *, cut: turn(np.conj(x), g, cut=cut)],
    [lambda t, x, y, out, *, cut: turn_change(t, x, y, out, cut), lambda t, x, *, cut: turn(x, t, cut=cut)],
    name="kept_turn"))


def projected(t: Array, x: Array, inverse: Array, cut: Any) -> tuple[Array, Array]:
    """The change of x P with x, and x P, of `inverse`, pinv(x). Where only rounding is cut off P leaves nothing out."""
    if not isinstance(cut, (int, float, np.ndarray)) or not np.any(cut > max(x.shape[-2:]) * np.finfo(x.dtype).eps):
        return t, x
    p = inverse @ x
    return t @ p + x @ projector_change(t, x, cut), x @ p

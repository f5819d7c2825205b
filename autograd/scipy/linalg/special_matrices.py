"""Matrices made of vectors or blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.arguments import arrays_of
from autograd.duck_arrays import Array
from autograd.scipy.twin import twin

from .operands import of_one_stack


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
    if a.shape[-1:] != b.shape[-1:]:
        raise ValueError(f"khatri_rao takes matrices of as many columns, got {a.shape} and {b.shape}")
    product = a[..., :, None, :] * b[..., None, :, :]
    return product.reshape(*product.shape[:-3], a.shape[-2] * b.shape[-2], product.shape[-1])

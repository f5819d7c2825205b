"""Shaping an operand so that it broadcasts, and summing its cotangent back to its shape."""

from __future__ import annotations

from typing import Any

from autograd.arrays import Array


def along_channels(values: Any, ndim: int) -> Any:
    """Values (C,), one per channel or class, shaped to broadcast against an array (N, C, ...) with `ndim` axes."""
    return values.reshape((-1, *[1] * (ndim - 2)))


def summed_to(cotangent: Array, shape: tuple[int, ...]) -> Array:
    """The cotangent of a broadcast operand of `shape`: the sum over the axes along which it was repeated."""
    added = cotangent.ndim - len(shape)
    repeated = tuple(i for i in range(cotangent.ndim) if i < added or shape[i - added] == 1 < cotangent.shape[i])
    return cotangent.sum(axis=repeated, keepdims=True).reshape(shape) if repeated else cotangent

"""Lengths, angles and distances of vectors, by which embeddings are compared; float16 is computed in float32."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import weak
from nn.foreign_names import refuses_foreign_options
from nn.kernels.half_precision import in_single
from nn.layers.input import Speaker, admitted, mistake, with_axis
from nn.layers.layer import Layer


@refuses_foreign_options
def normalize(input: ArrayLike, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """x / max(||x||_p, eps), the vectors along axis `dim`: of length 1, and 0 where they are 0.

    Floating input of any shape; the dtype stays. Raises ValueError for a missing axis.
    """
    return _unit(with_axis("normalize", admitted("normalize", input), dim), p=p, dim=dim, eps=eps)


@refuses_foreign_options
def cosine_similarity(x1: ArrayLike, x2: ArrayLike, dim: int = 1, eps: float = 1e-8, *,
                      speaker: Speaker = "cosine_similarity") -> Tensor:
    """x1 . x2 / (max(||x1||, eps) max(||x2||, eps)), the vectors along axis `dim`, as `nn.CosineSimilarity`."""
    a, b = _together(speaker, x1, x2, real=True)
    return _cosine(with_axis(speaker, a, dim), b, dim=dim, eps=eps)


def pairwise_distance(x1: ArrayLike, x2: ArrayLike, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False, *,
                      speaker: Speaker = "pairwise_distance") -> Tensor:
    """||x1 - x2 + eps||_p, the vectors along the last axis; otherwise as `nn.PairwiseDistance`."""
    a, b = _together(speaker, x1, x2)
    return _distance(a, b, p=p, eps=eps, keepdim=keepdim)


class CosineSimilarity(Layer):
    """x1 . x2 / (max(||x1||, eps) max(||x2||, eps)), the vectors along axis `dim`: the cosine of their angle.

    Two inputs whose shapes broadcast, and lose the axis. Raises ValueError for shapes that do not broadcast, and for a
    missing axis.
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        self.dim, self.eps = dim, eps

    def forward(self, x1: ArrayLike, x2: ArrayLike) -> Tensor:
        return cosine_similarity(x1, x2, self.dim, self.eps, speaker=self)


class PairwiseDistance(Layer):
    """||x1 - x2 + eps||_p, the vectors along the last axis, which goes or (`keepdim`) keeps the length 1.

    Two inputs whose shapes broadcast; eps keeps the slope of equal vectors finite. Raises ValueError for other shapes.
    """

    held_as = MappingProxyType({"p": "norm"})

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: ArrayLike, x2: ArrayLike) -> Tensor:
        return pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim, speaker=self)


@in_single
def _unit(x: Tensor, *, p: float, dim: int, eps: float) -> Tensor:
    lengths: Tensor = np.clip(np.linalg.norm(x, ord=weak(p), axis=dim, keepdims=True), weak(eps), None)
    return x / lengths


@in_single
def _cosine(a: Tensor, b: Tensor, *, dim: int, eps: float) -> Tensor:
    return (_unit(a, p=2, dim=dim, eps=eps) * _unit(b, p=2, dim=dim, eps=eps)).sum(axis=dim)


@in_single
def _distance(a: Tensor, b: Tensor, *, p: float, eps: float, keepdim: bool) -> Tensor:
    lengths: Tensor = np.linalg.norm(a - b + weak(eps), ord=weak(p), axis=-1, keepdims=keepdim)
    return lengths


def _together(speaker: Speaker, x1: Any, x2: Any, *, real: bool = False) -> list[Any]:
    """Both in their common dtype, broadcast to their common shape."""
    a, b = admitted(speaker, x1, real=real), admitted(speaker, x2, real=real)
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        raise mistake(speaker, f"expected shapes that broadcast, got {a.shape} and {b.shape}") from None
    dtype = np.result_type(a.dtype, b.dtype)
    cast = [x if x.dtype == dtype else x.astype(dtype) for x in (a, b)]
    return [x if x.shape == shape else np.broadcast_to(x, shape) for x in cast]

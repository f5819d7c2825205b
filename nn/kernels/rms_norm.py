"""Root mean square normalization over the trailing axes as a primitive: layer normalization without the mean.

    out = x r weight,   r = 1 / sqrt(mean of x² + eps) over the normalized axes

x is (..., *normalized); weight has the shape of the normalized axes, or is None. Kept for the pullback: r of each row.

Source: Zhang and Sennrich, "Root mean square layer normalization", arXiv:1910.07467.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs
from autograd.registry import Operation
from nn.kernels.half_precision import fused_in_single
from nn.kernels.layer_norm import as_rows


def forward(x: Array, weight: Array | None, *, axes: int, eps: float) -> tuple[Array, tuple[Array]]:
    rows = as_rows(x, axes)
    inverse = 1 / np.sqrt(np.vecdot(rows, rows) / rows.shape[1] + eps)
    out = rows * inverse[:, np.newaxis]
    if weight is not None:
        out *= weight.reshape(-1)
    return out.reshape(x.shape), (inverse,)


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Array], needs: Needs, *, axes: int,
             eps: float) -> tuple[Array | None, ...]:
    x, weight = operands
    rows, cotangents, inverse = as_rows(x, axes), as_rows(g, axes), residuals[0][:, np.newaxis]
    normal = rows * inverse
    dweight = (cotangents * normal).sum(axis=0).reshape(weight.shape) if needs[1] else None
    if not needs[0]:
        return None, dweight
    dx = cotangents * inverse if weight is None else cotangents * weight.reshape(-1) * inverse
    normal *= np.vecdot(dx, normal)[:, np.newaxis] / rows.shape[1]  # r (g w - normal mean(g w normal))
    dx -= normal
    return dx.reshape(x.shape), dweight


def reference(x: Any, weight: Any, *, axes: int, eps: float) -> Any:
    normalized = tuple(range(x.ndim - axes, x.ndim))
    out = x / np.sqrt(np.mean(x * x, axis=normalized, keepdims=True) + eps)
    return out if weight is None else out * weight


rms_norm: Operation = fused_in_single("rms_norm", forward, pullback, reference)

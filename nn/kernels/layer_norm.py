"""Layer normalization over the trailing axes as a primitive.

    out = (x - mean) / sqrt(var + eps) * weight + bias,   mean and (biased) variance over the normalized axes

x is (..., *normalized), weight and bias have the shape of the normalized axes, or are None.
Memory: x is read as rows (M, D), in blocks of rows that stay in the L2 cache; sums over rows and columns are products
with vectors. Kept for the pullback: mean and 1 / sqrt(var + eps) of each row.

Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.fused import fused
from nn.kernels.blocks import block_length, for_blocks

Array = NDArray[Any]


def _rows(x: Array, axes: int) -> Array:
    return x.reshape(-1, math.prod(x.shape[x.ndim - axes :]))


def forward(x: Array, weight: Array | None, bias: Array | None, *, axes: int,
            eps: float) -> tuple[Array, tuple[Array, Array]]:
    rows = _rows(x, axes)
    count, length = rows.shape
    out = np.empty_like(rows, order="C")
    means, inverses = np.empty((2, count, 1), x.dtype)
    average = np.full(length, 1 / length, x.dtype)
    scale, shift = (None if w is None else w.reshape(-1) for w in (weight, bias))

    def work(block: slice) -> None:
        part = out[block]
        mean = means[block, 0] = rows[block] @ average
        np.subtract(rows[block], mean[:, np.newaxis], out=part)
        variance = np.einsum("rd,rd->r", part, part) / length
        inverse = inverses[block, 0] = 1 / np.sqrt(variance + eps)
        np.multiply(part, inverse[:, np.newaxis], out=part)
        if scale is not None:
            np.multiply(part, scale, out=part)
        if shift is not None:
            np.add(part, shift, out=part)

    for_blocks(work, count, block_length(length))
    return out.reshape(x.shape), (means, inverses)


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Array, Array], needs: Sequence[bool], *, axes: int,
             eps: float) -> tuple[Array | None, ...]:
    x, weight, bias = operands
    means, inverses = residuals
    rows, cotangents = _rows(x, axes), _rows(g, axes)
    count, length = rows.shape
    scale = np.ones(length, x.dtype) if weight is None else weight.reshape(-1)
    dx = np.empty_like(rows, order="C")
    step = block_length(length)
    dweights, dbiases = np.empty((2, -(-count // step), length), x.dtype)

    def work(block: slice) -> None:
        gradient, inverse = cotangents[block], inverses[block]
        normal = rows[block] - means[block]
        np.multiply(normal, inverse, out=normal)
        product = gradient * normal
        ones, at = np.ones(len(gradient), x.dtype), block.start // step
        dweights[at], dbiases[at] = ones @ product, ones @ gradient
        if needs[0]:  # (g w - mean(g w) - normal mean(g w normal)) / sqrt(var + eps)
            np.multiply(normal, (product @ scale / length)[:, np.newaxis], out=normal)
            part = np.multiply(gradient, scale, out=dx[block])
            np.subtract(part, normal, out=part)
            np.subtract(part, (gradient @ scale / length)[:, np.newaxis], out=part)
            np.multiply(part, inverse, out=part)

    for_blocks(work, count, step)
    return (
        dx.reshape(x.shape) if needs[0] else None,
        dweights.sum(axis=0).reshape(weight.shape) if needs[1] else None,
        dbiases.sum(axis=0).reshape(bias.shape) if needs[2] else None,
    )


def reference(x: Any, weight: Any, bias: Any, *, axes: int, eps: float) -> Any:
    normalized = tuple(range(x.ndim - axes, x.ndim))
    centred = x - np.mean(x, axis=normalized, keepdims=True)
    variance = np.mean(centred * centred, axis=normalized, keepdims=True)
    out = centred / np.sqrt(variance + eps)
    if weight is not None:
        out = out * weight
    return out if bias is None else out + bias


layer_norm = fused("layer_norm", forward, pullback, reference)

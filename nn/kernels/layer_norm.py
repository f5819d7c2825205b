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

from autograd.blocks import block_length, for_blocks
from nn.kernels.half_precision import fused_in_single

Array = NDArray[Any]


def _outer(column: Array, row: Array) -> Array:
    """The product of (M, 1) and (1, D) by BLAS, which NumPy does not ask for products of inner length 1."""
    return np.concatenate((column, np.zeros_like(column)), axis=1) @ np.concatenate((row, row))  # type: ignore[no-any-return]


def _rows(x: Array, axes: int) -> Array:
    return x.reshape(-1, math.prod(x.shape[x.ndim - axes :]))


def forward(x: Array, weight: Array | None, bias: Array | None, *, axes: int,
            eps: float) -> tuple[Array, tuple[Array, Array]]:
    rows = _rows(x, axes)
    count, length = rows.shape
    out = np.empty_like(rows, order="C")
    means, inverses = np.empty((2, count, 1), x.dtype)
    average = np.full(length, 1 / length, x.dtype)
    scale = np.ones((1, length), x.dtype) if weight is None else weight.reshape(1, length)
    shift = None if bias is None else bias.reshape(1, length)

    def work(block: slice) -> None:
        part, mean, inverse = out[block], means[block], inverses[block]
        np.matmul(rows[block], average, out=mean[:, 0])
        np.subtract(rows[block], mean, out=part)
        variance = np.vecdot(part, part)[:, np.newaxis] / length
        np.divide(1, np.sqrt(variance + eps), out=inverse)
        np.multiply(part, _outer(inverse, scale), out=part)
        if shift is not None:
            np.add(part, shift, out=part)

    for_blocks(work, count, block_length(count, length), row=length)
    return out.reshape(x.shape), (means, inverses)


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Array, Array], needs: Sequence[bool], *, axes: int,
             eps: float) -> tuple[Array | None, ...]:
    x, weight, bias = operands
    means, inverses = residuals
    rows, cotangents = _rows(x, axes), _rows(g, axes)
    count, length = rows.shape
    scale = np.ones((1, length), x.dtype) if weight is None else weight.reshape(1, length)
    dx = np.empty_like(rows, order="C")
    step = block_length(count, length)
    sums = np.empty((-(-count // step), 2, length), x.dtype)

    def work(block: slice) -> None:
        gradient, part, mean, inverse = cotangents[block], rows[block], means[block], inverses[block]
        product = gradient * part
        # Over the rows: sum g normal, and sum g, with normal = (x - mean) inverse.
        of_gradient = np.concatenate((-mean * inverse, np.ones_like(mean)), axis=1).T @ gradient
        of_gradient[0] += inverse[:, 0] @ product
        sums[block.start // step] = of_gradient
        if needs[0]:  # inverse (g w - mean(g w) - normal mean(g w normal)), as inverse w g + slope x + shift
            weighted = gradient @ scale.T
            slope = inverse**3 * (mean * weighted - product @ scale.T) / length
            shift = -inverse * weighted / length - mean * slope
            result = np.multiply(gradient, _outer(inverse, scale), out=dx[block])
            np.multiply(part, slope, out=product)
            np.add(product, shift, out=product)
            np.add(result, product, out=result)

    for_blocks(work, count, step, row=length)
    dweight, dbias = sums.sum(axis=0)
    return (
        dx.reshape(x.shape) if needs[0] else None,
        dweight.reshape(weight.shape) if needs[1] else None,
        dbias.reshape(bias.shape) if needs[2] else None,
    )


def reference(x: Any, weight: Any, bias: Any, *, axes: int, eps: float) -> Any:
    normalized = tuple(range(x.ndim - axes, x.ndim))
    centred = x - np.mean(x, axis=normalized, keepdims=True)
    variance = np.mean(centred * centred, axis=normalized, keepdims=True)
    out = centred / np.sqrt(variance + eps)
    if weight is not None:
        out = out * weight
    return out if bias is None else out + bias


layer_norm = fused_in_single("layer_norm", forward, pullback, reference)

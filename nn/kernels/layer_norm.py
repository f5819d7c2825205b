"""Layer normalization over the trailing axes as a primitive.

    out = (x - mean) / sqrt(var + eps) * weight + bias,   mean and (biased) variance over the normalized axes

x is (..., *normalized), weight and bias have the shape of the normalized axes, or are None.
Memory: x is read as rows (M, D), in blocks of rows; sums over rows and columns are products
with vectors. Many short rows near zero are not centred first: var = mean of x² - mean². Kept for the pullback: mean and
1 / sqrt(var + eps) of each row.

Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.runtime.blocks import BUFFER, block_length, for_blocks
from autograd.runtime.matmul import times_vector, vector_times
from nn.kernels.half_precision import fused_in_single
from nn.kernels.statistics import NEAR

Array = np.ndarray[Any, Any]

MANY = 2**13  # elements
BLOCK = 2**18  # elements of a block: more than fit the cache, as two threads hinder each other in short passes
FAR = 1e16  # beyond, squares may be infinite


def as_rows(x: Array, axes: int) -> Array:
    """All of the last `axes` axes as one, and all of the others."""
    return x.reshape(-1, math.prod(x.shape[x.ndim - axes :]))


def _spreading(row: Array, place: int) -> Array:
    """The matrix by which coefficients (M, 3) become the product of the column at `place` with a row.

    For many short rows BLAS writes that faster than NumPy's loops broadcast it.
    """
    matrix = np.zeros((3, len(row)), row.dtype)
    matrix[place] = row
    return matrix


def _worth_spreading(rows: Array) -> bool:
    return rows.shape[1] < BUFFER and rows.size > MANY


def forward(x: Array, weight: Array | None, bias: Array | None, *, axes: int,
            eps: float) -> tuple[Array, tuple[Array, Array]]:
    rows = as_rows(x, axes)
    count, length = rows.shape
    out = np.empty_like(rows, order="C")
    means = np.empty(count, x.dtype)
    coefficients = np.ones((count, 3), x.dtype)  # of a row: 1 / sqrt(var + eps), -mean times that, 1
    average = np.full(length, 1 / length, x.dtype)
    scale = np.ones(length, x.dtype) if weight is None else weight.reshape(length)
    shift = np.zeros(length, x.dtype) if bias is None else bias.reshape(length)
    spread = _worth_spreading(rows)
    if spread:
        scaling, shifting = _spreading(scale, 0), _spreading(scale, 1)
        shifting[2] = shift

    def work(block: slice) -> None:
        source, part, mean, own = rows[block], out[block], means[block], coefficients[block]
        with np.errstate(invalid="ignore"):  # as in sums.sums_over_rows
            mean[:] = times_vector(source, average)
        near = spread and np.abs(mean).max() < FAR
        if near:
            variance = np.vecdot(source, source)
            variance /= length
            near = (mean * mean <= NEAR * variance).all()
        if near:
            variance -= mean * mean
        else:
            np.subtract(source, mean[:, np.newaxis], out=part)
            variance = np.vecdot(part, part)
            variance /= length
        variance += eps
        inverse = np.divide(1, np.sqrt(variance, out=variance), out=own[:, 0])
        if near:
            np.negative(mean * inverse, out=own[:, 1])
            np.multiply(source, own @ scaling, out=part)
            np.add(part, own @ shifting, out=part)
        else:
            np.multiply(part, inverse[:, np.newaxis], out=part)
            np.multiply(part, scale, out=part)
            np.add(part, shift, out=part)

    for_blocks(work, count, block_length(count, length, BLOCK), row=length, least=1)
    return out.reshape(x.shape), (means, coefficients[:, 0])


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Array, Array], needs: Sequence[bool], *, axes: int,
             eps: float) -> tuple[Array | None, ...]:
    x, weight, bias = operands
    means, inverses = residuals
    rows, cotangents = as_rows(x, axes), as_rows(g, axes)
    count, length = rows.shape
    scale = np.ones(length, x.dtype) if weight is None else weight.reshape(length)
    dx = np.empty_like(rows, order="C")
    step = block_length(count, length, BLOCK)
    sums = np.empty((-(-count // step), 2, length), x.dtype)
    spread = _worth_spreading(rows)
    if spread:
        ones = np.ones(length, x.dtype)
        scaling, sloping, shifting = _spreading(scale, 0), _spreading(ones, 1), _spreading(ones, 2)
    centres = np.ones((2, count), x.dtype)
    np.multiply(-means, inverses, out=centres[0])

    def work(block: slice) -> None:
        gradient, part, mean, inverse = cotangents[block], rows[block], means[block], inverses[block]
        product = gradient * part
        # Over the rows: sum g normal, and sum g, with normal = (x - mean) inverse.
        of_gradient = np.matmul(centres[:, block], gradient, out=sums[block.start // step])
        of_gradient[0] += vector_times(inverse, product)
        if not needs[0]:
            return
        # inverse (g w - mean(g w) - normal mean(g w normal)), as inverse w g + slope x + shift
        own = np.empty((len(mean), 3), x.dtype)
        weighted = times_vector(gradient, scale)
        slope = mean * weighted
        slope -= times_vector(product, scale)
        slope *= inverse * inverse * inverse
        slope /= length
        own[:, 0], own[:, 1] = inverse, slope
        np.subtract(inverse * weighted / -length, mean * slope, out=own[:, 2])
        result = dx[block]
        if spread:
            np.multiply(gradient, np.matmul(own, scaling, out=product), out=result)
            np.add(result, np.multiply(part, np.matmul(own, sloping, out=product), out=product), out=result)
            np.add(result, np.matmul(own, shifting, out=product), out=result)
        else:
            np.multiply(gradient, own[:, :1], out=result)
            np.multiply(result, scale, out=result)
            np.multiply(part, own[:, 1:2], out=product)
            np.add(product, own[:, 2:], out=product)
            np.add(result, product, out=result)

    for_blocks(work, count, step, row=length, least=1)
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

"""Layer normalization over the trailing axes as a primitive.

    out = (x - mean) / sqrt(var + eps) * weight + bias,   mean and (biased) variance over the normalized axes

x is (..., *normalized); weight and bias have the shape of the normalized axes, or are None.
Memory: x is read as rows (M, D), in blocks of rows; sums over rows and columns are products with vectors. If rows are
many, short and near zero, they are not centred first: var = mean of x² - mean². Kept for the pullback: the mean and
1 / sqrt(var + eps) of each row.

Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs
from autograd.registry import Operation
from autograd.runtime.blocks import BUFFER, block_length, for_blocks
from autograd.runtime.matmul import times_vector, vector_times
from nn.kernels.half_precision import fused_in_single
from nn.kernels.statistics import NEAR

MANY = 2**13  # with more elements than this, short rows are worth the products below
BLOCK = 2**18  # elements per block: more than fit the cache, as two threads hinder each other in short passes
FAR = 1e16  # means beyond which squares may overflow


def as_rows(x: Array, axes: int) -> Array:
    """x as a matrix: its last `axes` axes become the columns, all others the rows."""
    return x.reshape(-1, math.prod(x.shape[x.ndim - axes :]))


def _as_row(parameter: Array | None, absent: float, length: int, dtype: Any) -> Array:
    """A parameter as a row, or a row of the number `absent` if it is None."""
    return np.full(length, absent, dtype) if parameter is None else parameter.reshape(length)


# --- Coefficients of rows ---------------------------------------------------------------------------------------------
# Each row of x is multiplied by a coefficient of its own times the weight, or times 1. For many short rows BLAS
# computes this outer product of a column and a row faster than NumPy's loops broadcast it.


def _worth_spreading(rows: Array) -> bool:
    return rows.shape[1] < BUFFER and rows.size > MANY


def _spreading(row: Array, place: int) -> Array:
    """The matrix (3, D) that turns coefficients (M, 3) into the outer product of their column `place` with `row`."""
    matrix = np.zeros((3, len(row)), row.dtype)
    matrix[place] = row
    return matrix


def _combining(scale: Array, *, spread: bool) -> Callable[[Array, Array, Array, Array, Array], None]:
    """A function that writes  a g scale + b x + c  to `out`, from g, x, and coefficients a, b, c per row, (M, 3)."""
    if not spread:

        def by_broadcasting(g: Array, x: Array, coefficients: Array, spare: Array, out: Array) -> None:
            np.multiply(g, coefficients[:, :1], out=out)
            np.multiply(out, scale, out=out)
            np.multiply(x, coefficients[:, 1:2], out=spare)
            np.add(spare, coefficients[:, 2:], out=spare)
            np.add(out, spare, out=out)

        return by_broadcasting
    ones = np.ones_like(scale)
    of_g, of_x, alone = _spreading(scale, 0), _spreading(ones, 1), _spreading(ones, 2)

    def by_products(g: Array, x: Array, coefficients: Array, spare: Array, out: Array) -> None:
        np.multiply(g, np.matmul(coefficients, of_g, out=spare), out=out)
        np.add(out, np.multiply(x, np.matmul(coefficients, of_x, out=spare), out=spare), out=out)
        np.add(out, np.matmul(coefficients, alone, out=spare), out=out)

    return by_products


# --- The kernel -------------------------------------------------------------------------------------------------------


def _variance_of_near(rows: Array, mean: Array) -> Array | None:
    """The variance of rows as mean of x² - mean², without centring; None if that would lose precision."""
    if not np.abs(mean).max() < FAR:
        return None
    squares: Array = np.vecdot(rows, rows)
    squares /= rows.shape[1]
    of_mean = mean * mean
    if not (of_mean <= NEAR * squares).all():
        return None
    squares -= of_mean
    return squares


def forward(x: Array, weight: Array | None, bias: Array | None, *, axes: int,
            eps: float) -> tuple[Array, tuple[Array, Array]]:
    rows = as_rows(x, axes)
    count, length = rows.shape
    out = np.empty_like(rows, order="C")
    means = np.empty(count, x.dtype)
    coefficients = np.ones((count, 3), x.dtype)  # in each row: 1 / sqrt(var + eps), -mean times that, 1
    average = np.full(length, 1 / length, x.dtype)
    scale, shift = _as_row(weight, 1, length, x.dtype), _as_row(bias, 0, length, x.dtype)
    spread = _worth_spreading(rows)
    if spread:
        scaling, shifting = _spreading(scale, 0), _spreading(scale, 1)
        shifting[2] = shift

    def work(block: slice) -> None:
        source, part, mean, own = rows[block], out[block], means[block], coefficients[block]
        with np.errstate(invalid="ignore"):  # for the reason given in sums.sums_over_rows
            mean[:] = times_vector(source, average)
        variance = _variance_of_near(source, mean) if spread else None
        near = variance is not None
        if variance is None:
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


def _coefficients_of_dx(mean: Array, inverse: Array, total: Array, product: Array, length: int) -> Array:
    """Each row's coefficients of  dx = inverse (g w - mean(g w) - n mean(g w n)),  n = (x - mean) inverse.

    They are the factors of g w and of x, and the constant term, (M, 3), from the sums `total` of g w and `product` of
    g w x.
    """
    coefficients = np.empty((len(mean), 3), mean.dtype)
    slope = mean * total
    slope -= product
    for _ in range(3):  # computed first, the cube of `inverse` would underflow for numbers around 1e15
        slope *= inverse
    slope /= length
    coefficients[:, 0], coefficients[:, 1] = inverse, slope
    np.subtract(inverse * total / -length, mean * slope, out=coefficients[:, 2])
    return coefficients


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Array, Array], needs: Needs, *, axes: int,
             eps: float) -> tuple[Array | None, ...]:
    x, weight, bias = operands
    means, inverses = residuals
    rows, cotangents = as_rows(x, axes), as_rows(g, axes)
    count, length = rows.shape
    scale = _as_row(weight, 1, length, x.dtype)
    dx = np.empty_like(rows, order="C")
    step = block_length(count, length, BLOCK)
    sums = np.empty((-(-count // step), 2, length), x.dtype)  # the sums of g n and of g over the rows of each block
    combine = _combining(scale, spread=_worth_spreading(rows))
    centres = np.ones((2, count), x.dtype)
    np.multiply(-means, inverses, out=centres[0])

    def work(block: slice) -> None:
        gradient, part, mean, inverse = cotangents[block], rows[block], means[block], inverses[block]
        product = gradient * part
        over_rows = np.matmul(centres[:, block], gradient, out=sums[block.start // step])
        over_rows[0] += vector_times(inverse, product)
        if needs[0]:
            own = _coefficients_of_dx(mean, inverse, times_vector(gradient, scale), times_vector(product, scale),
                                      length)
            combine(gradient, part, own, product, dx[block])

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


layer_norm: Operation = fused_in_single("layer_norm", forward, pullback, reference)

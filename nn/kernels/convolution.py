"""Convolution in the sense of networks (cross-correlation), in one, two and three dimensions, with its derivatives.

    out[n, o, y, x] = bias[o] + sum over c, i, j of  x[n, c, y s + i d - p, x s + j d - p] * weight[o, c, i, j]

A convolution is linear in the image and in the weight. The convolution and its two adjoints form a family that is
closed under differentiation: the derivatives of each are the other two. So derivatives of all orders, both modes, and
the transposed convolution run on the same three kernels.

Shapes: x (N, C, H, W), weight (O, C / groups, kh, kw), bias (O,) or None; x (N, C, L), weight (O, C / groups, k); or
x (N, C, D, H, W), weight (O, C / groups, kd, kh, kw). Options, with one entry per axis: `stride` (s, s), zero `padding`
((before, after), (before, after)), `dilation` (d, d); and `groups`. Results keep the dtype, and have the memory order
that `layout.py` describes.

The transposed convolution is the adjoint in the image, plus a bias: x (N, I, H, W), weight (I, O / groups, kh, kw). An
axis of n inputs gives `(n - 1) stride - before - after + dilation (k - 1) + output_padding + 1` outputs; with a stride
a convolution takes several sizes to n, and the option `output_padding` (p, p) chooses among them.

Sources: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, arXiv:1603.07285; Zeiler et
al., "Deconvolutional networks", 2010; Tran et al., "Learning spatiotemporal features with 3D convolutional networks",
2014, arXiv:1412.0767.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare import multilinear, on_arrays_too
from autograd.declare.fused import Needs, fused
from autograd.registry import Operation
from nn.kernels.grouped import correlate, correlate_image, correlate_weight
from nn.kernels.layout import along_channels, in_memory_order, in_space, logical
from nn.kernels.sums import sums_over_rows
from nn.kernels.volumes import added, apart, beside, kernels, matrices, stacked
from nn.kernels.windows import ALONE, Axis, Windows, axis, transposed_size

# --- The family on arrays: out, x and weight, each from the other two ------------------------------------------------


def _alike(*operands: Array) -> list[Array]:
    """The operands cast to their common dtype."""
    dtype = np.result_type(*operands)
    return [x.astype(dtype, copy=False) for x in operands]


def _convolve(x: Array, weight: Array, bias: Array | None = None, *, windows: Windows, groups: int) -> Array:
    deep, rows, columns = in_space(windows, ALONE)
    x, weight = _alike(x, weight)
    out = correlate(beside(x, deep, groups), matrices(weight), rows, columns, groups, bias)
    return apart(out, deep.outputs, x.ndim)


def _convolve_image(g: Array, weight: Array, bias: Array | None = None, *, windows: Windows, groups: int) -> Array:
    """The adjoint in the image; `bias`, one per channel of the image, is that of a transposed convolution."""
    deep, rows, columns = in_space(windows, ALONE)
    g, weight = _alike(g, weight)
    of_parts, of_sums = (bias, None) if deep.identity else (None, bias)
    parts = correlate_image(stacked(g), matrices(weight), rows, columns, groups, of_parts)
    image = added(parts, deep, groups, g.ndim)
    return image if of_sums is None else image + along_channels(of_sums, g.ndim)


def _convolve_weight(x: Array, g: Array, *, windows: Windows, groups: int) -> Array:
    """The adjoint in the weight."""
    deep, rows, columns = in_space(windows, ALONE)
    x, g = _alike(x, g)
    weight = correlate_weight(beside(x, deep, groups), stacked(g), rows, columns, groups)
    return kernels(weight, deep.kernel, x.ndim)


# --- The family on tensors: the derivatives of each are the other two ------------------------------------------------

convolve: Any = on_arrays_too(multilinear(
    _convolve,
    lambda g, weight, *, windows, groups: convolve_image(g, weight, windows=windows, groups=groups),
    lambda g, x, *, windows, groups: convolve_weight(x, g, windows=windows, groups=groups),
    name="convolution_output", operands=("x", "weight")))

convolve_image: Any = on_arrays_too(multilinear(
    _convolve_image,
    lambda g, weight, *, windows, groups: convolve(g, weight, windows=windows, groups=groups),
    lambda g, y, *, windows, groups: convolve_weight(g, y, windows=windows, groups=groups),
    name="convolution_image", operands=("y", "weight")))

convolve_weight: Any = on_arrays_too(multilinear(
    _convolve_weight,
    lambda g, y, *, windows, groups: convolve_image(y, g, windows=windows, groups=groups),
    lambda g, x, *, windows, groups: convolve(x, g, windows=windows, groups=groups),
    name="convolution_weight", operands=("x", "y")))


# --- The layers' operations: with a bias -----------------------------------------------------------------------------


def _windows(x: Any, weight: Any, *, stride: Sequence[int], padding: Sequence[tuple[int, int]],
             dilation: Sequence[int], groups: int) -> Windows:
    """The windows of the convolution over x."""
    return tuple(map(axis, x.shape[2:], weight.shape[2:], stride, dilation, padding))


def _windows_over_output(x: Any, weight: Any, *, stride: Sequence[int], padding: Sequence[tuple[int, int]],
                         dilation: Sequence[int], output_padding: Sequence[int], groups: int) -> Windows:
    """The windows of the convolution that the transposed one is the adjoint of: from the output's size to x's."""
    return tuple(Axis(transposed_size(n, k, s, d, p, extra), k, s, d, p[0], n)
                 for n, k, s, d, p, extra in zip(x.shape[2:], weight.shape[2:], stride, dilation, padding,
                                                 output_padding, strict=True))


def _sum_over_pixels(g: Array) -> Array:
    """The cotangent of a bias, as a product with ones, which reads `g` once."""
    return sums_over_rows(stacked(g).reshape(-1, g.shape[1]))


def _with_bias(name: str, windows_of: Callable[..., Windows], apply: Callable[..., Array],
               adjoint: Callable[..., Array], of_weight: Callable[..., Array], member: Callable[..., Any]) -> Operation:
    """The primitive of a family member plus a bias.

    `apply` evaluates it on arrays; `adjoint` and `of_weight` are its adjoints in x and in the weight; `member` is the
    same on tensors, for the reference.
    """

    def geometry(x: Any, weight: Any, **options: Any) -> dict[str, Any]:
        return {"windows": windows_of(x, weight, **options), "groups": options["groups"]}

    def forward(x: Array, weight: Array, bias: Array | None, **options: Any) -> tuple[Array, tuple[Any, ...]]:
        found = geometry(x, weight, **options)
        return apply(x, weight, bias, **found), (found,)

    def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Any, ...], needs: Needs,
                 **options: Any) -> tuple[Array | None, ...]:
        x, weight, _ = operands
        g = logical(in_memory_order(g), g.ndim)  # reordered once for all three
        return (adjoint(g, weight, **residuals[0]) if needs[0] else None,
                of_weight(x, g, **residuals[0]) if needs[1] else None,
                _sum_over_pixels(g) if needs[2] else None)

    def reference(x: Any, weight: Any, bias: Any, **options: Any) -> Any:
        out = member(x, weight, **geometry(x, weight, **options))
        return out if bias is None else out + along_channels(bias, out.ndim)

    return fused(name, forward, pullback, reference)


convolution = _with_bias("convolution", _windows, _convolve, _convolve_image, _convolve_weight, convolve)
transposed_convolution = _with_bias(
    "transposed_convolution", _windows_over_output, _convolve_image, _convolve,
    lambda x, g, **geometry: _convolve_weight(g, x, **geometry), convolve_image)

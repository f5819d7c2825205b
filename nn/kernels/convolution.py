"""Convolution as networks mean it (a cross-correlation), in one and two dimensions, with its derivatives.

    out[n, o, y, x] = bias[o] + sum over c, i, j of  x[n, c, y s + i d - p, x s + j d - p] * weight[o, c, i, j]

A convolution is linear in the image and in the weight. It and its two adjoints form a family that is closed under
differentiation: the derivatives of each are the other two. So all orders of derivative, both modes, and the transposed
convolution run on the same three kernels.

Shapes: x (N, C, H, W), weight (O, C / groups, kh, kw), bias (O,) or None; or x (N, C, L), weight (O, C / groups, k).
Options, an entry an axis: `stride` (s, s), `padding` ((before, after), (before, after)) of zeros, `dilation` (d, d);
and `groups`. Results keep the dtype, and have the memory order described in `layout.py`.

The transposed convolution is the adjoint in the image, plus a bias: x (N, I, H, W), weight (I, O / groups, kh, kw). An
axis of n inputs gives `(n - 1) stride - before - after + dilation (k - 1) + output_padding + 1` outputs; the option
`output_padding` (p, p) says which of the sizes that the convolution takes to n is meant.

Sources: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, arXiv:1603.07285; Zeiler et
al., "Deconvolutional networks", 2010.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd.arrays import consecutive
from autograd.declare import multilinear, on_arrays_too
from autograd.declare.fused import fused
from nn.kernels import depthwise
from nn.kernels.broadcasting import along_channels
from nn.kernels.correlation import correlate, correlate_image, correlate_weight
from nn.kernels.layout import in_memory_order, logical
from nn.kernels.products import sums_over_rows
from nn.kernels.windows import Axis, Windows, axis, planes

Array = np.ndarray[Any, Any]


# --- The family on arrays: x, weight and out, each from the other two ------------------------------------------------


def _alike(*operands: Array) -> list[Array]:
    """Operands in their common dtype."""
    dtype = np.result_type(*operands)
    return [x.astype(dtype, copy=False) for x in operands]


def _kernels(weight: Array) -> Array:
    return weight if weight.ndim == 4 else weight[..., np.newaxis]


def _shares(groups: int, *channels: int) -> Iterator[tuple[slice, ...]]:
    """For each group, its channels of each of several images."""
    return zip(*[consecutive([count // groups] * groups) for count in channels], strict=True)


def _copies(image: Array, count: int) -> Array:
    """Each channel as often as a depthwise convolution makes outputs of it."""
    return image if count == 1 else np.repeat(image, count, axis=3)


def _convolve(x: Array, weight: Array, bias: Array | None = None, *, windows: Windows, groups: int) -> Array:
    rows, columns = planes(windows)
    x, weight = _alike(x, weight)
    image, kernels = in_memory_order(x), _kernels(weight)
    if groups == 1:
        return logical(correlate(image, kernels, rows, columns, bias), x.ndim)
    if groups == image.shape[3]:
        copies = _copies(image, len(weight) // groups)
        return logical(depthwise.correlate(copies, kernels, rows, columns, bias), x.ndim)
    out = np.empty((rows.outputs, x.shape[0], columns.outputs, weight.shape[0]), x.dtype)
    for c, o in _shares(groups, x.shape[1], len(weight)):
        out[..., o] = correlate(image[..., c], kernels[o], rows, columns, None if bias is None else bias[o])
    return logical(out, x.ndim)


def _convolve_image(g: Array, weight: Array, bias: Array | None = None, *, windows: Windows, groups: int) -> Array:
    """The adjoint in the image; `bias`, one a channel of the image, is the transposed convolution's."""
    rows, columns = planes(windows)
    g, weight = _alike(g, weight)
    cotangent, kernels = in_memory_order(g), _kernels(weight)
    if groups == 1:
        return logical(correlate_image(cotangent, kernels, rows, columns, bias), g.ndim)
    channels = weight.shape[1] * groups
    if groups == channels == len(weight):
        return logical(depthwise.correlate_image(cotangent, kernels, rows, columns, bias), g.ndim)
    if groups == channels:
        copies = depthwise.correlate_image(cotangent, kernels, rows, columns)
        image = copies.reshape(*copies.shape[:3], groups, len(weight) // groups).sum(axis=4)
        return logical(image if bias is None else image + bias, g.ndim)
    image = np.empty((rows.size, g.shape[0], columns.size, channels), g.dtype)
    for c, o in _shares(groups, channels, len(weight)):
        image[..., c] = correlate_image(cotangent[..., o], kernels[o], rows, columns, None if bias is None else bias[c])
    return logical(image, g.ndim)


def _convolve_weight(x: Array, g: Array, *, windows: Windows, groups: int) -> Array:
    """The adjoint in the weight."""
    rows, columns = planes(windows)
    x, g = _alike(x, g)
    image, cotangent = in_memory_order(x), in_memory_order(g)
    if groups == 1:
        weight = correlate_weight(image, cotangent, rows, columns)
    elif groups == image.shape[3]:
        weight = depthwise.correlate_weight(_copies(image, g.shape[1] // groups), cotangent, rows, columns)
    else:
        weight = np.concatenate([correlate_weight(image[..., c], cotangent[..., o], rows, columns)
                                 for c, o in _shares(groups, x.shape[1], g.shape[1])])
    return weight if x.ndim == 4 else weight[..., 0]


# --- The family on tensors: the derivatives of each are the other two ------------------------------------------------

convolve = multilinear(
    _convolve,
    lambda g, weight, *, windows, groups: to_image(g, weight, windows=windows, groups=groups),
    lambda g, x, *, windows, groups: to_weight(x, g, windows=windows, groups=groups),
    name="convolution_output", operands=("x", "weight"))

convolve_image = multilinear(
    _convolve_image,
    lambda g, weight, *, windows, groups: to_output(g, weight, windows=windows, groups=groups),
    lambda g, y, *, windows, groups: to_weight(g, y, windows=windows, groups=groups),
    name="convolution_image", operands=("y", "weight"))

convolve_weight = multilinear(
    _convolve_weight,
    lambda g, y, *, windows, groups: to_image(y, g, windows=windows, groups=groups),
    lambda g, x, *, windows, groups: to_output(x, g, windows=windows, groups=groups),
    name="convolution_weight", operands=("x", "y"))

to_output: Callable[..., Any] = on_arrays_too(convolve)
to_image: Callable[..., Any] = on_arrays_too(convolve_image)
to_weight: Callable[..., Any] = on_arrays_too(convolve_weight)


# --- The layers' operations: with a bias -----------------------------------------------------------------------------


def _windows(x: Any, weight: Any, *, stride: Sequence[int], padding: Sequence[tuple[int, int]],
             dilation: Sequence[int], groups: int) -> Windows:
    """The windows over x."""
    return tuple(map(axis, x.shape[2:], weight.shape[2:], stride, dilation, padding))


def _windows_over_output(x: Any, weight: Any, *, stride: Sequence[int], padding: Sequence[tuple[int, int]],
                         dilation: Sequence[int], output_padding: Sequence[int], groups: int) -> Windows:
    """The windows of the convolution from the output's size to x's."""
    return tuple(Axis((n - 1) * s - before - after + d * (k - 1) + extra + 1, k, s, d, before, n)
                 for n, k, s, (before, after), d, extra in zip(x.shape[2:], weight.shape[2:], stride, padding, dilation,
                                                               output_padding, strict=True))


def _sum_over_pixels(g: Array) -> Array:
    """The cotangent of a bias: a product with ones reads `g` once."""
    return sums_over_rows(in_memory_order(g).reshape(-1, g.shape[1]))


def _with_bias(name: str, windows_of: Callable[..., Windows], apply: Callable[..., Array],
               adjoint: Callable[..., Array], of_weight: Callable[..., Array], member: Callable[..., Any]) -> Any:
    """A member of the family plus a bias, from its evaluation `apply`, and the adjoints of that in x and in weight."""

    def geometry(x: Any, weight: Any, **options: Any) -> dict[str, Any]:
        return {"windows": windows_of(x, weight, **options), "groups": options["groups"]}

    def forward(x: Array, weight: Array, bias: Array | None, **options: Any) -> tuple[Array, tuple[Any, ...]]:
        found = geometry(x, weight, **options)
        return apply(x, weight, bias, **found), (found,)

    def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Any, ...], needs: Sequence[bool],
                 **options: Any) -> tuple[Array | None, ...]:
        x, weight, _ = operands
        g = logical(in_memory_order(g), g.ndim)  # once for all three
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

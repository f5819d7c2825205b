"""Transposed convolution: the adjoint of a convolution in its image, with a bias; it enlarges by the stride.

    out = bias + A^T x,    A the convolution with this weight, from out's shape to x's

Shapes: x (N, I, H, W), weight (I, O / groups, kh, kw), bias (O,) or None; or with one axis L for H, W. An axis of n
inputs gives `(n - 1) stride - before - after + dilation (k - 1) + output_padding + 1` outputs. Options as for
`convolution`, and `output_padding` (p, p), which says which of the sizes that the convolution takes to n is meant.

Source: Zeiler et al., "Deconvolutional networks", 2010; Dumoulin and Visin, 2016, arXiv:1603.07285, section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from autograd.declare.fused import fused
from nn.kernels.convolution import (
    Windows,
    _convolve,
    _convolve_image,
    _convolve_weight,
    check_channels,
    convolve_image,
    sum_over_pixels,
    with_bias,
)
from nn.kernels.layout import in_memory_order, logical
from nn.kernels.windows import Axis

Array = NDArray[Any]


def _windows(x: Any, weight: Any, *, stride: Sequence[int], padding: Sequence[tuple[int, int]],
             dilation: Sequence[int], output_padding: Sequence[int], groups: int) -> Windows:
    """The windows of the convolution from the output's size to x's."""
    found = []
    for n, k, s, (before, after), d, extra in zip(x.shape[2:], weight.shape[2:], stride, padding, dilation,
                                                  output_padding, strict=True):
        if min(k, s, d) < 1:
            raise ValueError(f"kernel size, stride and dilation must be at least 1, got {k}, {s}, {d}")
        if not 0 <= extra < max(s, d):
            raise ValueError(f"output_padding must be at least 0 and less than stride {s} or dilation {d}, got {extra}")
        size = (n - 1) * s - before - after + d * (k - 1) + extra + 1
        if size < 1:
            raise ValueError(f"a transposed convolution of {n} inputs with kernel {k}, stride {s}, dilation {d} and "
                             f"padding {before} + {after} has the size {size}; pad less")
        found.append(Axis(size, k, s, d, before, n))
    return tuple(found)


def transposed_convolution_forward(x: Array, weight: Array, bias: Array | None,
                                   **options: Any) -> tuple[Array, tuple[Any, ...]]:
    groups = options["groups"]
    check_channels("transposed convolution", x.shape, weight.shape, bias, came=weight.shape[0],
                   made=weight.shape[1] * groups, groups=groups)
    windows = _windows(x, weight, **options)
    return _convolve_image(x, weight, bias, windows=windows, groups=groups), (windows,)


def transposed_convolution_pullback(g: Array, operands: Sequence[Any], residuals: tuple[Any, ...],
                                    needs: Sequence[bool], **options: Any) -> tuple[Array | None, ...]:
    x, weight, _ = operands
    geometry = {"windows": residuals[0], "groups": options["groups"]}
    g = logical(in_memory_order(g), g.ndim)  # once for all three
    return (_convolve(g, weight, **geometry) if needs[0] else None,
            _convolve_weight(g, x, **geometry) if needs[1] else None,
            sum_over_pixels(g) if needs[2] else None)


def transposed_convolution_reference(x: Any, weight: Any, bias: Any, **options: Any) -> Any:
    geometry = {"windows": _windows(x, weight, **options), "groups": options["groups"]}
    return with_bias(convolve_image(x, weight, **geometry), bias)


transposed_convolution = fused("transposed_convolution", transposed_convolution_forward,
                               transposed_convolution_pullback, transposed_convolution_reference)

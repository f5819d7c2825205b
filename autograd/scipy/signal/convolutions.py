"""Convolution and correlation of arrays, over all of their axes or over some."""

from __future__ import annotations

from operator import le
from typing import Any

import numpy as np
import scipy.signal as ss

from autograd.arguments import arrays_of
from autograd.declare import multilinear
from autograd.duck_arrays import Array
from autograd.rules.axes import all_axes
from autograd.rules.products import middle
from autograd.scipy.twin import twin

full_convolution = multilinear(
    ss.convolve,
    lambda g, y, *, method="auto": convolve(g, np.flip(y), "valid", method),
    lambda g, x, *, method="auto": convolve(g, np.flip(x), "valid", method),
    name="scipy.convolve", evaluate=lambda x, y, *, method="auto": ss.convolve(x, y, "full", method))


@twin(ss.convolve)
def convolve(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    in1, in2 = arrays_of((in1, in2))
    return middle(full_convolution(in1, in2, method=method), in1.shape, in2.shape, mode)


@twin(ss.fftconvolve)
def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    in1, in2 = arrays_of((in1, in2))
    dtype = np.result_type(*[np.result_type(x.dtype, "f4" if x.dtype.kind in "fc" else "f8") for x in (in1, in2)])
    in1, in2 = in1.astype(dtype), in2.astype(dtype)
    if in1.ndim != in2.ndim:
        raise ValueError(f"fftconvolve takes arrays of as many axes, got shapes {in1.shape} and {in2.shape}")
    along = all_axes(in1, axes)
    if not in1.size or not in2.size:
        return in1.ravel()[:0]  # one axis, whatever the mode and the axes were, as SciPy has it
    if len(along) == in1.ndim:
        return convolve(in1, in2, mode, "fft")
    return along_some(in1, in2, mode, along)


def along_some(x: Array, y: Array, mode: str, axes: tuple[int, ...]) -> Array:
    """Convolutions along some axes, for each place on the others, along which the operands broadcast."""
    if mode == "valid" and any(x.shape[k] < y.shape[k] for k in axes):
        x, y = y, x  # on the other axes, where they broadcast, it does not matter which is the larger
    transform, back = (np.fft.fftn, np.fft.ifftn) if x.dtype.kind == "c" else (np.fft.rfftn, np.fft.irfftn)
    sizes = [x.shape[k] + y.shape[k] - 1 for k in axes]
    full = back(transform(x, sizes, axes) * transform(y, sizes, axes), sizes, axes)
    first = [n if k in axes or mode == "same" else full.shape[k] for k, n in enumerate(x.shape)]
    second = [m if k in axes or n != full.shape[k] else 1 for k, (n, m) in enumerate(zip(first, y.shape, strict=True))]
    return middle(full, tuple(first), tuple(second), mode)


@twin(ss.oaconvolve)
def oaconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    return fftconvolve(in1, in2, mode, axes)


@twin(ss.correlate)
def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    in1, in2 = arrays_of((in1, in2))
    return convolve(in1, np.conj(np.flip(in2)), mode, method)


# --- Two dimensions, with a choice of what is beyond the boundary -----------------------------------------------------

BOUNDARIES = {"fill": "constant", "wrap": "wrap", "symm": "symmetric"}


@twin(ss.convolve2d)
def convolve2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Any:
    in1, in2 = arrays_of((in1, in2))
    if boundary not in BOUNDARIES or in1.ndim != 2 or in2.ndim != 2:
        raise ValueError(f"convolve2d takes two matrices and the boundary fill, wrap or symm, got shapes {in1.shape}, "
                         f"{in2.shape} and {boundary!r}")
    if mode == "valid":
        return convolve(in1, in2, mode)
    widths = [(n - 1, n - 1) for n in in2.shape]
    options: Any = {"mode": BOUNDARIES[boundary]} | ({"constant_values": fillvalue} if boundary == "fill" else {})
    full = convolve(np.pad(in1, widths, **options), in2, "valid")
    return middle(full, in1.shape, in2.shape, mode)


@twin(ss.correlate2d)
def correlate2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Any:
    """The middle of a kernel of even size is the other one of the two that a convolution takes."""
    in1, in2 = arrays_of((in1, in2))
    if mode == "valid" and in1.shape != in2.shape and all(map(le, in1.shape, in2.shape)):
        return np.flip(correlate2d(in2, in1, mode))  # the conjugate of the smaller one is taken, as SciPy does
    return np.flip(convolve2d(np.flip(in1), np.conj(in2), mode, boundary, fillvalue))

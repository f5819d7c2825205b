"""Images, continued beyond their edges, and sums over windows of them: what all filters are made of."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from autograd.arguments import arrays_of, refuse_out
from autograd.arrays import one_of
from autograd.declare import multilinear, on_arrays_too
from autograd.duck_arrays import Array
from autograd.primitive import wrap
from autograd.rules.axes import all_axes
from autograd.scipy.precision import in_double

PADDING: dict[str, Any] = {
    "reflect": "symmetric", "grid-mirror": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap",
    "grid-wrap": "wrap", "constant": "constant", "grid-constant": "constant",
}
"""The names of SciPy's modes in `np.pad`."""


# --- What goes in and what comes out ---------------------------------------------------------------------------------


def dtype_of(name: str, output: Any, image: Array, *others: Array) -> np.dtype[Any]:
    """The dtype of a result: that of the image or the one that is asked for, complex where an operand is.

    Raises `TypeError` for half precision, in which SciPy has no images.
    """
    if isinstance(output, (str, type, np.dtype)):
        dtype = np.dtype(output)
    else:
        refuse_out(name, output)
        dtype = image.dtype
    if any(x.dtype.kind == "c" for x in (image, *others)):
        dtype = np.promote_types(dtype, np.complex64)
    if np.float16 in (dtype, image.dtype):
        raise TypeError(f"{name} takes images of float32, float64 or complex numbers and gives them, not float16; give "
                        "image.astype(np.float32)")
    if dtype.kind not in "fc":
        raise TypeError(f"{name} of an image of {image.dtype} gives {dtype}, which is rounded and has no derivative; "
                        "give image.astype(float), or output=float")
    return dtype


def each(name: str, given: Any, count: int) -> list[Any]:
    """An argument for each of `count` axes: one for all, or a sequence."""
    if not isinstance(given, (list, tuple)) and (isinstance(given, str) or np.ndim(given) == 0):
        return [given] * count
    if len(given) != count:
        raise ValueError(f"{name} takes one value for each of {count} axes, got {len(given)}")
    return list(given)


def increasing(name: str, image: Array, axes: Any) -> tuple[int, ...]:
    """The axes that a window of several axes is laid along."""
    found = all_axes(image, axes)
    if list(found) != sorted(found):
        raise ValueError(f"{name} takes axes in increasing order, in which SciPy lays windows along them, got {axes!r}")
    return found


# --- Edges -----------------------------------------------------------------------------------------------------------


def extended(x: Array, axis: int, before: int, after: int, mode: str, cval: Any = 0.0) -> Array:
    """The image with `before` and `after` more elements along an axis."""
    one_of("the boundary mode", mode, PADDING)
    widths = [(before, after) if k == axis else (0, 0) for k in range(x.ndim)]
    if PADDING[mode] != "constant" and x.shape[axis]:
        return np.pad(x, widths, mode=PADDING[mode])
    x, cval = wrap(arrays_of((x, cval)))
    return np.pad(x.astype(np.result_type(x.dtype, cval.dtype), copy=False), widths, constant_values=cval)


def around(name: str, x: Array, axes: Sequence[int], sizes: Sequence[int], modes: Sequence[str], cval: Any,
           origins: Sequence[int]) -> Array:
    """The image with what windows of these sizes, moved by `origins` from their middle, see beyond its edges."""
    for axis, size, mode, origin in zip(axes, sizes, modes, origins, strict=True):
        before = size // 2 + origin
        if not 0 <= before < size:
            raise ValueError(f"{name} takes an origin inside of its window of {size}, from {-(size // 2)} to "
                             f"{(size - 1) // 2}, got {origin}")
        x = extended(x, axis, before, size - 1 - before, mode, cval)
    return x


# --- Sums over windows -----------------------------------------------------------------------------------------------


def window(x: Array, place: Sequence[int], sizes: Sequence[int]) -> Array:
    return x[tuple(slice(start, start + size) for start, size in zip(place, sizes, strict=True))]


def sums_of_windows(x: Array, y: Array) -> Array:
    """sum_k y[k] x[i + k] for every i at which all of y finds a partner; a loop over the smaller one of i and k."""
    sizes, dtype = tuple(n - m + 1 for n, m in zip(x.shape, y.shape, strict=True)), np.result_type(x.dtype, y.dtype)
    if y.size > prod(sizes):
        sums = [np.sum(window(x, place, y.shape) * y) for place in np.ndindex(sizes)]
        return np.array(sums, dtype).reshape(sizes)
    out = np.zeros(sizes, dtype)
    for place in np.ndindex(y.shape):
        out += y[place] * window(x, place, sizes)
    return out


def in_zeros(g: Array, shape: Sequence[int]) -> Array:
    """The array with enough zeros around it for windows of this shape to reach every element."""
    return np.pad(g, [(n - 1, n - 1) for n in shape]) if shape else g


# Both transposes are sums over windows again: of the cotangent among zeros, and of the image.
correlation: Any = on_arrays_too(multilinear(
    sums_of_windows, lambda g, y: correlation(in_zeros(g, y.shape), np.flip(y)), lambda g, x: correlation(x, g)))


def correlated(name: str, x: Array, weights: Array, axes: Sequence[int], modes: Sequence[str], cval: Any,
               origins: Sequence[int]) -> Array:
    """The sums of windows around each element of an image, weighted along these axes."""
    if weights.ndim != len(axes) or not weights.size:
        raise ValueError(f"{name} takes weights with one axis for each of {len(axes)} axes of the image, and none of "
                         f"length 0, got shape {weights.shape}")
    x = around(name, in_double(x), axes, weights.shape, modes, cval, origins)
    sizes = dict(zip(axes, weights.shape, strict=True))
    return correlation(x, in_double(weights).reshape([sizes.get(k, 1) for k in range(x.ndim)]))

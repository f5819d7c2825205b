"""Filters by rank: the least, the greatest, or the middle element of each window, which also has the derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage as nd

from autograd.arguments import array_of
from autograd.duck_arrays import Array
from autograd.scipy.twin import twin

from .windows import around, dtype_of, each, increasing, window


def sorted_windows(name: str, image: Any, size: Any, footprint: Any, output: Any, mode: Any, cval: Any, origin: Any,
                   axes: Any) -> Array:
    """The elements of the window around each element, in order along a first axis."""
    image = array_of(image)
    axes = increasing(name, image, axes)
    shape = footprint_of(name, size, footprint, len(axes))
    return np.sort(windows(name, image, shape, output, mode, cval, origin, axes), axis=0)


def footprint_of(name: str, size: Any, footprint: Any, count: int) -> Any:
    """Which elements of a window are in it, as an array of bool of `count` axes."""
    if (size is None) == (footprint is None):
        raise ValueError(f"{name} takes a size or a footprint, got size={size!r} and footprint={footprint!r}")
    shape = np.ones([int(n) for n in each(name, size, count)], bool) if footprint is None else np.asarray(
        footprint, dtype=bool)
    if shape.ndim != count or not shape.any():
        raise ValueError(f"{name} takes a footprint with one axis for each of {count} axes of the image, and at "
                         f"least one element, got shape {shape.shape}")
    return shape


def windows(name: str, image: Array, shape: Any, output: Any, mode: Any, cval: Any, origin: Any,
            axes: tuple[int, ...]) -> Array:
    """The elements of the window around each element, along a first axis."""
    dtype = dtype_of(name, output, image)
    if dtype.kind == "c":
        raise TypeError(f"{name} takes real images, got {dtype}: complex numbers have no order")
    modes, origins = (each(name, x, len(axes)) for x in (mode, origin))
    wide = around(name, image, axes, shape.shape, modes, cval, origins).astype(dtype)
    places = np.zeros((int(shape.sum()), image.ndim), int)
    places[:, list(axes)] = np.argwhere(shape)
    return np.stack([window(wide, place, image.shape) for place in places.tolist()])


def element_at(function: Callable[..., Any], place: Callable[[int], int]) -> Callable[..., Any]:
    """The filter that selects the element of this rank in each window."""

    @twin(function, real=True)
    def apply(input: Any, size: Any = None, footprint: Any = None, output: Any = None, mode: Any = "reflect",
              cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
        ordered = sorted_windows(function.__name__, input, size, footprint, output, mode, cval, origin, axes)
        return ordered[place(len(ordered))]

    return apply


minimum_filter = element_at(nd.minimum_filter, lambda count: 0)
maximum_filter = element_at(nd.maximum_filter, lambda count: -1)
median_filter = element_at(nd.median_filter, lambda count: count // 2)


@twin(nd.rank_filter, real=True)
def rank_filter(input: Any, rank: int, size: Any = None, footprint: Any = None, output: Any = None,
                mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    ordered = sorted_windows("rank_filter", input, size, footprint, output, mode, cval, origin, axes)
    if not -len(ordered) <= rank < len(ordered):
        raise ValueError(f"rank_filter of windows of {len(ordered)} takes ranks from {-len(ordered)} to "
                         f"{len(ordered) - 1}, got {rank}")
    return ordered[rank]


@twin(nd.percentile_filter, real=True)
def percentile_filter(input: Any, percentile: float, size: Any = None, footprint: Any = None, output: Any = None,
                      mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    ordered = sorted_windows("percentile_filter", input, size, footprint, output, mode, cval, origin, axes)
    share = percentile + 100 if percentile < 0 else percentile
    if not 0 <= share <= 100:
        raise ValueError(f"percentile_filter takes a percentile from -100 to 100, got {percentile}")
    return ordered[-1 if share == 100 else int(len(ordered) * share / 100)]

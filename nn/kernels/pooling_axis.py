"""What pools are made of: windows along one axis of an image in the memory order H, N, D, W, C.

A window of k * k is k + k steps, one axis at a time. Along H and D a step works on long runs of memory. Along W the
runs are only C long; there each tap's pixels are first copied together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from autograd.arrays import Array
from nn.kernels.layout import pixels
from nn.kernels.windows import Axis

Entry = TypeVar("Entry")

H, D, W = 0, 2, 3  # positions in the memory order
AXES = {1: (H,), 2: (H, W), 3: (D, H, W)}  # the axes of sequences, images and volumes
MANY = 4  # from this many taps on, windows that do not overlap are reduced in one call


def along_axes(entries: Sequence[Entry]) -> list[tuple[int, Entry]]:
    """The entry for each axis, with the axis's position in the memory order; in reading order."""
    return [*zip(AXES[len(entries)], entries, strict=True)]


def seen_by(image: Array, inputs: slice, along: int) -> Array:
    """The inputs that one tap sees: along H and D as a view, along W as a contiguous copy."""
    if along != W:
        return image[at(inputs, along)]
    return np.ascontiguousarray(pixels(image)[(*at(inputs, W), np.newaxis)]).view(image.dtype)


def at(part: slice | int, along: int) -> tuple[slice | int, ...]:
    """The index of a part of one axis, and of all others whole."""
    return (*(slice(None),) * along, part)


def with_size(shape: tuple[int, ...], along: int, size: int) -> tuple[int, ...]:
    """The shape with another size of one axis."""
    return (*shape[:along], size, *shape[along + 1 :])


def everywhere(part: Array, outputs: slice, windows: Axis, along: int, padding: float) -> Array:
    """Values of some of the windows, extended to all windows with the value of padding."""
    if outputs == slice(0, windows.outputs):
        return part
    whole = np.full(with_size(part.shape, along, windows.outputs), padding, part.dtype)
    whole[at(outputs, along)] = part
    return whole


def reduce_taps(image: Array, windows: Axis, along: int, ufunc: np.ufunc, start: float) -> Array:
    """`ufunc` over the taps along one axis, with the value `start` where the first tap sees padding."""
    out: Array
    if windows.partition and windows.kernel >= MANY:
        out = ufunc.reduce(_in_windows(image, windows, along), axis=along + 1)
        return out
    outputs, inputs = windows.tap(0)
    seen = seen_by(image, inputs, along)
    out = everywhere(seen, outputs, windows, along, start)
    owned = out is not seen
    for j in range(1, windows.kernel):
        outputs, inputs = windows.tap(j)
        seen = seen_by(image, inputs, along)
        if outputs == slice(0, windows.outputs) and not owned:
            out, owned = ufunc(out, seen), True
        else:
            out, owned = out if owned else out.copy(), True
            part = out[at(outputs, along)]
            ufunc(part, seen, out=part)
    return out


def _in_windows(image: Array, windows: Axis, along: int) -> Array:
    """An axis whose windows partition the inputs, split in two: the windows, and their taps."""
    return image.reshape(*image.shape[:along], windows.outputs, windows.kernel, *image.shape[along + 1 :])


def repeat_to_taps(part: Array, windows: Axis, along: int, image: Array) -> Array:
    """The adjoint of a sum over the taps: each input in `image` becomes the sum over the windows that see it."""
    if not windows.partition:
        return scatter_taps(lambda j, outputs, inputs: part[at(outputs, along)], windows, along, image)
    into, values = (pixels(image), pixels(part)) if along == W else (image, part)
    _in_windows(into, windows, along)[...] = np.expand_dims(values, along + 1)
    return image


def scatter_taps(parts: Callable[[int, slice, slice], Array], windows: Axis, along: int, image: Array) -> Array:
    """The adjoint of gathering by taps: `image` becomes the sum of what `parts` gives for the inputs of each tap."""
    if not windows.partition:
        image[...] = 0
    for j in range(windows.kernel):
        outputs, inputs = windows.tap(j)
        part = parts(j, outputs, inputs)
        if not windows.disjoint:
            image[at(inputs, along)] += part
        elif along != W:
            image[at(inputs, along)] = part
        else:
            pixels(image)[at(inputs, W)] = pixels(np.ascontiguousarray(part))
        del part  # frees its memory before the next one is computed
    return image

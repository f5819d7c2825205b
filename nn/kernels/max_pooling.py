"""Max pooling in one, two and three dimensions, with its derivatives.

    out[n, c, y, x] = max over i, j of  x[n, c, y s + i d - p, x s + j d - p]

Shapes: x (N, C, L), (N, C, H, W) or (N, C, D, H, W). Options, with one entry per axis: `kernel`, `stride`, `padding`
(p on both sides, of -inf), `dilation`; `ceil_mode` lets the last window reach beyond the padding. The cotangent of a
maximum goes to its first place in reading order, as in PyTorch; nan is larger than any number. One axis at a time is
reduced, see `pooling_axis.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs, fused
from autograd.registry import Operation
from autograd.runtime.blocks import block_length, for_blocks
from autograd.runtime.reduction import nan_or_largest
from autograd.runtime.selection import parted
from nn.kernels.layout import in_memory_order, logical
from nn.kernels.pooling_axis import along_axes, at, everywhere, reduce_taps, scatter_taps, seen_by, with_size
from nn.kernels.windows import Axis, Windows, pool_windows

BLOCK = 1 << 18  # elements worked on together: more than fit the cache, as the steps are short (measured)


def forward(x: Array, **options: Any) -> tuple[Array, tuple[Any, ...]]:
    image, geometry = in_memory_order(x), pool_windows(x.shape[2:], **options)
    shape = image.shape
    for along, windows in along_axes(geometry):
        shape = with_size(shape, along, windows.outputs)
    out = np.empty(shape, x.dtype)

    def work(some: slice) -> None:
        part = image[:, some]
        for along, windows in along_axes(geometry):
            part = reduce_taps(part, windows, along, np.maximum, -np.inf)
        out[:, some] = part

    _for_images(work, image, 2 * BLOCK)  # intermediate results are small
    return logical(out, x.ndim), (image, geometry)


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[Any, ...], needs: Needs,
                      **options: Any) -> tuple[Array | None, ...]:
    image, geometry = residuals
    cotangent, dx = in_memory_order(g), np.empty(image.shape, g.dtype)

    def work(some: slice) -> None:
        largest, steps = _choices(image[:, some], geometry, np.less)
        if np.isnan(nan_or_largest(largest)):
            steps = _choices(image[:, some], geometry, _below)[1]
        del largest  # frees its memory before that of the cotangents is allocated
        part = cotangent[:, some]
        while steps:  # in reading order: first the depth, then the row, and last the column
            later, windows, along, shape = steps.pop()
            part = _route(part, later, windows, along, np.empty(shape, g.dtype) if steps else dx[:, some])

    _for_images(work, image, BLOCK)
    return (logical(dx, g.ndim),)


def _for_images(work: Callable[[slice], None], image: Array, block: int) -> None:
    """`work` on a part of the batch at a time, of about `block` elements."""
    batch = image.shape[1]
    for_blocks(work, batch, block_length(batch, image[:, :1].size, block), least=1)


def _below(x: Array, largest: Array) -> Array:
    """Whether x is less than `largest`, where every number is less than nan."""
    below: Array = x < largest
    return below | (np.isnan(largest) & ~np.isnan(x))


def _choices(image: Array, geometry: Windows, less: Callable[[Array, Array], Array]) -> tuple[Array, list[Any]]:
    """The maximum of each window, and for each axis, from the last to the first, what `_route` needs for it."""
    steps = []
    for along, windows in reversed(along_axes(geometry)):
        shape = image.shape
        image, later = _later_is_larger(image, windows, along, less)
        steps.append((later, windows, along, shape))
    return image, steps


def _later_is_larger(image: Array, windows: Axis, along: int,
                     less: Callable[[Array, Array], Array]) -> tuple[Array, list[Array]]:
    """The maximum of each window, and for every tap but the last, where a later tap sees a larger value."""
    outputs, inputs = windows.tap(windows.kernel - 1)
    largest = everywhere(seen_by(image, inputs, along), outputs, windows, along, -np.inf)
    later = []
    for j in reversed(range(windows.kernel - 1)):
        outputs, inputs = windows.tap(j)
        seen = seen_by(image, inputs, along)
        later.append(everywhere(less(seen, largest[at(outputs, along)]), outputs, windows, along, True))
        seen = everywhere(seen, outputs, windows, along, -np.inf)
        largest = np.maximum(largest, seen, out=None if np.may_share_memory(seen, image) else seen)
    return largest, later[::-1]


def _route(g: Array, later: list[Array], windows: Axis, along: int, into: Array) -> Array:
    """Send each cotangent to the first tap that saw the maximum, its place in `into`; g is overwritten if no view."""
    left = g

    def share(j: int, outputs: slice, inputs: slice) -> Array:
        nonlocal left
        taken = left
        if j < len(later):
            left, taken = parted(later[j], left, owned=left.flags.owndata)
        return taken[at(outputs, along)]

    return scatter_taps(share, windows, along, into)


def reference(x: Any, **options: Any) -> Any:
    """The first maximum of each window; never the padding, even where all values in the window are -inf."""
    geometry = pool_windows(x.shape[2:], **options)
    choices = _taps(x, geometry, -np.inf)
    inside = _taps(np.ones((1, 1, *x.shape[2:]), bool), geometry, False)
    largest = np.argmax(choices, axis=0, keepdims=True)
    seen = np.take_along_axis(np.broadcast_to(inside, choices.shape), largest, axis=0)
    return np.take_along_axis(choices, np.where(seen, largest, np.argmax(inside, axis=0, keepdims=True)), axis=0)[0]


def _taps(x: Any, geometry: Windows, padding: float) -> Any:
    """The inputs that each tap sees, stacked along a new first axis."""
    taps = [x]
    for axis, windows in enumerate(geometry, start=2):
        span = (windows.outputs - 1) * windows.stride + 1  # what one tap of all windows reaches over
        after = span + (windows.kernel - 1) * windows.dilation - windows.before - windows.size
        widths = [(0, 0)] * x.ndim
        widths[axis] = (windows.before, max(0, after))
        taps = [np.pad(tap, widths, constant_values=padding)[at(slice(start, start + span, windows.stride), axis)]
                for tap in taps
                for start in range(0, windows.kernel * windows.dilation, windows.dilation)]
    return np.stack(taps)


max_pool: Operation = fused("max_pool", forward, pullback, reference)

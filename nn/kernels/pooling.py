"""Max and average pooling in one, two and three dimensions, with derivatives.

    max      out[n, c, y, x] = max over i, j of  x[n, c, y s + i d - p, x s + j d - p]
    average  out[n, c, y, x] = (sum over i, j of the same) / count

Shapes: x (N, C, L), (N, C, H, W) or (N, C, D, H, W). Options, with one entry per axis: `kernel`, `stride`, `padding`
(p on both sides: -inf for the maximum, 0 for the mean), `dilation` (max only); `ceil_mode` lets the last window reach
beyond the padding. `count` is the window's area within the padded input, or with `count_include_pad=False` within the
input, or `divisor`. The cotangent of a maximum goes to its first place in reading order, as in PyTorch; nan is larger
than any number.

Both work one axis at a time, k + k steps for a window of k * k, in the memory order H, N, D, W, C. Along H and D a step
works on long runs of memory. Along W the runs are only C long; there each tap's pixels are first copied together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from autograd.arrays import Array
from autograd.declare import linear, on_arrays_too
from autograd.declare.fused import Needs, fused
from autograd.registry import Operation
from autograd.runtime.blocks import block_length, for_blocks
from autograd.runtime.reduction import nan_or_largest
from autograd.runtime.selection import parted
from nn.kernels.half_precision import in_single
from nn.kernels.layout import in_memory_order, logical, pixels
from nn.kernels.windows import Axis, Windows, adaptive_windows, pool_windows

Entry = TypeVar("Entry")
Bounds = tuple[tuple[tuple[int, int], ...], ...]  # the first and the end index of each window, along each axis

H, D, W = 0, 2, 3  # positions in the memory order
AXES = {1: (H,), 2: (H, W), 3: (D, H, W)}  # the axes of sequences, images and volumes
MANY = 4  # taps from which on windows that do not overlap are reduced in one call
BLOCK = 1 << 18  # elements worked on together: more than fit the cache, as the steps are short (measured)


# --- One axis at a time ----------------------------------------------------------------------------------------------


def _along(entries: Sequence[Entry]) -> list[tuple[int, Entry]]:
    """The entry for each axis, with the axis's position in the memory order; in reading order."""
    return [*zip(AXES[len(entries)], entries, strict=True)]


def _seen(image: Array, inputs: slice, along: int) -> Array:
    """The inputs that one tap sees: along H and D as a view, along W as a contiguous copy."""
    if along != W:
        return image[_at(inputs, along)]
    return np.ascontiguousarray(pixels(image)[(*_at(inputs, W), np.newaxis)]).view(image.dtype)


def _at(part: slice | int, along: int) -> tuple[slice | int, ...]:
    return (*(slice(None),) * along, part)


def _with(shape: tuple[int, ...], along: int, size: int) -> tuple[int, ...]:
    return (*shape[:along], size, *shape[along + 1 :])


def _beside(counts: Array, along: int) -> Array:
    """Numbers along one axis, shaped to broadcast along the others."""
    return counts.reshape(_with((1,) * 5, along, -1))


def _everywhere(part: Array, outputs: slice, windows: Axis, along: int, padding: float) -> Array:
    """Values of some of the windows, extended to all windows with the value of padding."""
    if outputs == slice(0, windows.outputs):
        return part
    whole = np.full(_with(part.shape, along, windows.outputs), padding, part.dtype)
    whole[_at(outputs, along)] = part
    return whole


def _reduce(image: Array, windows: Axis, along: int, ufunc: np.ufunc, start: float) -> Array:
    """`ufunc` over the taps along one axis, with the value `start` where the first tap sees padding."""
    if windows.partition and windows.kernel >= MANY:
        return ufunc.reduce(_parted(image, windows, along), axis=along + 1)  # type: ignore[no-any-return]
    outputs, inputs = windows.tap(0)
    seen = _seen(image, inputs, along)
    out = _everywhere(seen, outputs, windows, along, start)
    owned = out is not seen
    for j in range(1, windows.kernel):
        outputs, inputs = windows.tap(j)
        seen = _seen(image, inputs, along)
        if outputs == slice(0, windows.outputs) and not owned:
            out, owned = ufunc(out, seen), True
        else:
            out, owned = out if owned else out.copy(), True
            part = out[_at(outputs, along)]
            ufunc(part, seen, out=part)
    return out


def _parted(image: Array, windows: Axis, along: int) -> Array:
    """An axis whose windows partition the inputs, split in two: the windows, and their taps."""
    return image.reshape(*image.shape[:along], windows.outputs, windows.kernel, *image.shape[along + 1 :])


def _repeat(part: Array, windows: Axis, along: int, image: Array) -> Array:
    """The adjoint of a sum over the taps: each input in `image` becomes the sum over the windows that see it."""
    if not windows.partition:
        return _scatter(lambda j, outputs, inputs: part[_at(outputs, along)], windows, along, image)
    into, values = (pixels(image), pixels(part)) if along == W else (image, part)
    _parted(into, windows, along)[...] = np.expand_dims(values, along + 1)
    return image


def _scatter(parts: Callable[[int, slice, slice], Array], windows: Axis, along: int, image: Array) -> Array:
    """The adjoint of gathering by taps: `image` becomes the sum of what `parts` gives for the inputs of each tap."""
    if not windows.partition:
        image[...] = 0
    for j in range(windows.kernel):
        outputs, inputs = windows.tap(j)
        part = parts(j, outputs, inputs)
        if not windows.disjoint:
            image[_at(inputs, along)] += part
        elif along != W:
            image[_at(inputs, along)] = part
        else:
            pixels(image)[_at(inputs, W)] = pixels(np.ascontiguousarray(part))
        del part  # frees its memory before the next one is computed
    return image


# --- Maximum ---------------------------------------------------------------------------------------------------------


def max_pool_forward(x: Array, **options: Any) -> tuple[Array, tuple[Any, ...]]:
    image, geometry = in_memory_order(x), pool_windows(x.shape[2:], **options)
    shape = image.shape
    for along, windows in _along(geometry):
        shape = _with(shape, along, windows.outputs)
    out = np.empty(shape, x.dtype)

    def work(some: slice) -> None:
        part = image[:, some]
        for along, windows in _along(geometry):
            part = _reduce(part, windows, along, np.maximum, -np.inf)
        out[:, some] = part

    _for_images(work, image, 2 * BLOCK)  # intermediate results are small
    return logical(out, x.ndim), (image, geometry)


def max_pool_pullback(g: Array, operands: Sequence[Any], residuals: tuple[Any, ...], needs: Needs,
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
    """The maximum of each window, and for each axis, from the last, what `_route` takes of it and the shape it had."""
    steps = []
    for along, windows in reversed(_along(geometry)):
        shape = image.shape
        image, later = _later_is_larger(image, windows, along, less)
        steps.append((later, windows, along, shape))
    return image, steps


def _later_is_larger(image: Array, windows: Axis, along: int,
                     less: Callable[[Array, Array], Array]) -> tuple[Array, list[Array]]:
    """The maximum of each window, and for every tap but the last, where a later tap sees a larger value."""
    outputs, inputs = windows.tap(windows.kernel - 1)
    largest = _everywhere(_seen(image, inputs, along), outputs, windows, along, -np.inf)
    later = []
    for j in reversed(range(windows.kernel - 1)):
        outputs, inputs = windows.tap(j)
        seen = _seen(image, inputs, along)
        later.append(_everywhere(less(seen, largest[_at(outputs, along)]), outputs, windows, along, True))
        seen = _everywhere(seen, outputs, windows, along, -np.inf)
        largest = np.maximum(largest, seen, out=None if np.may_share_memory(seen, image) else seen)
    return largest, later[::-1]


def _route(g: Array, later: list[Array], windows: Axis, along: int, into: Array) -> Array:
    """Send each cotangent to the first tap that saw the maximum: to its place in `into`."""
    left = g

    def share(j: int, outputs: slice, inputs: slice) -> Array:
        nonlocal left
        taken = left
        if j < len(later):
            left, taken = parted(later[j], left)
        return taken[_at(outputs, along)]

    return _scatter(share, windows, along, into)


def max_pool_reference(x: Any, **options: Any) -> Any:
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
    for at, windows in enumerate(geometry, start=2):
        before = (slice(None),) * at
        span = (windows.outputs - 1) * windows.stride + 1  # what one tap of all windows reaches over
        after = span + (windows.kernel - 1) * windows.dilation - windows.before - windows.size
        widths = [(0, 0)] * x.ndim
        widths[at] = (windows.before, max(0, after))
        taps = [np.pad(tap, widths, constant_values=padding)[(*before, slice(start, start + span, windows.stride))]
                for tap in taps
                for start in range(0, windows.kernel * windows.dilation, windows.dilation)]
    return np.stack(taps)


max_pool: Operation = fused("max_pool", max_pool_forward, max_pool_pullback, max_pool_reference)


# --- Mean: linear, so it and its adjoint are each other's derivative -------------------------------------------------


def _counts(windows: Axis, include_pad: bool) -> Array:
    """The number of taps of each window that count, along one axis."""
    starts = np.arange(windows.outputs) * windows.stride - windows.before
    low, high = (-windows.before, windows.size + windows.before) if include_pad else (0, windows.size)
    return np.minimum(starts + windows.kernel, high) - np.maximum(starts, low)


@lru_cache
def _areas(geometry: Windows, include_pad: bool) -> Array | int:
    """The number of taps of each window that count, in memory order, or a single number if all are equal."""
    counts = np.ones((1,) * 5, int)
    for along, windows in _along(geometry):
        counts = counts * _beside(_counts(windows, include_pad), along)
    most = int(counts.max())
    return most if (counts == most).all() else counts


def _divide(image: Array, geometry: Windows, include_pad: bool, divisor: int | None) -> Array:
    """A fresh (OH, N, OD, OW, C) divided by the windows' counts."""
    if divisor is not None:
        return image / image.dtype.type(divisor)  # type: ignore[no-any-return]
    areas = _areas(geometry, include_pad)
    if isinstance(areas, int):
        return image * image.dtype.type(1 / areas)  # type: ignore[no-any-return]
    return image / areas.astype(image.dtype)  # type: ignore[no-any-return]


@in_single
def _mean(x: Array, *, geometry: Windows, include_pad: bool, divisor: int | None) -> Array:
    image = in_memory_order(x)
    for along, windows in _along(geometry):
        image = _reduce(image, windows, along, np.add, 0)
    return logical(_divide(image, geometry, include_pad, divisor), x.ndim)


@in_single
def _spread(g: Array, *, geometry: Windows, include_pad: bool, divisor: int | None) -> Array:
    image = _divide(in_memory_order(g), geometry, include_pad, divisor)
    for along, windows in _along(geometry):
        image = _repeat(image, windows, along, np.empty(_with(image.shape, along, windows.size), g.dtype))
    return logical(image, g.ndim)


mean: Any = on_arrays_too(linear(
    _mean, lambda g, *, geometry, include_pad, divisor: spread(
        g, geometry=geometry, include_pad=include_pad, divisor=divisor), name="average_pool"))
spread: Any = on_arrays_too(linear(
    _spread, lambda g, *, geometry, include_pad, divisor: mean(
        g, geometry=geometry, include_pad=include_pad, divisor=divisor), name="average_pool_adjoint"))


def _lengths(windows: tuple[tuple[int, int], ...], along: int, dtype: Any) -> Array:
    return _beside(np.array([end - first for first, end in windows], dtype), along)


@in_single
def _adaptive_mean(x: Array, *, bounds: Bounds) -> Array:
    image = in_memory_order(x)
    for along, windows in _along(bounds):
        sums = np.empty(_with(image.shape, along, len(windows)), image.dtype)
        for i, (first, end) in enumerate(windows):
            np.add.reduce(image[_at(slice(first, end), along)], along, out=sums[_at(i, along)])
        image = sums / _lengths(windows, along, sums.dtype)
    return logical(image, x.ndim)


@in_single
def _adaptive_spread(g: Array, *, bounds: Bounds) -> Array:
    share = in_memory_order(g)
    for along, windows in _along(bounds):
        share = share / _lengths(windows, along, share.dtype)
        image = np.zeros(_with(share.shape, along, windows[-1][1]), share.dtype)
        for i, (first, end) in enumerate(windows):
            image[_at(slice(first, end), along)] += share[_at(slice(i, i + 1), along)]
        share = image
    return logical(share, g.ndim)


adaptive_mean: Any = on_arrays_too(linear(
    _adaptive_mean, lambda g, *, bounds: adaptive_spread(g, bounds=bounds), name="adaptive_average_pool"))
adaptive_spread: Any = on_arrays_too(linear(
    _adaptive_spread, lambda g, *, bounds: adaptive_mean(g, bounds=bounds), name="adaptive_average_pool_adjoint"))


def average_pool(x: Any, *, kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int],
                 ceil_mode: bool = False, count_include_pad: bool = True, divisor: int | None = None) -> Any:
    """The mean of windows of a sequence, an image or a volume (N, C, ...)."""
    geometry = pool_windows(x.shape[2:], kernel, stride, padding, (1,) * len(kernel), ceil_mode)
    return mean(x, geometry=geometry, include_pad=count_include_pad, divisor=divisor)


def adaptive_average_pool(x: Any, *, size: Sequence[int]) -> Any:
    """The mean of `size` windows per axis of (N, C, ...), those of `adaptive_windows`.

    Windows are summed one at a time. In a product with a matrix, zeros times infinity would give nan.
    """
    lengths = x.shape[2:]
    if all(n % m == 0 for n, m in zip(lengths, size, strict=True)):
        kernel = [n // m for n, m in zip(lengths, size, strict=True)]
        return average_pool(x, kernel=kernel, stride=kernel, padding=[0] * len(kernel))
    return adaptive_mean(x, bounds=tuple(map(adaptive_windows, lengths, size)))

"""Pooling: the largest or the mean value of windows, in one and two dimensions, with derivatives.

    max      out[n, c, y, x] = max over i, j of  x[n, c, y s + i d - p, x s + j d - p]
    average  out[n, c, y, x] = (sum over i, j of the same) / count

Shapes: x (N, C, H, W) or (N, C, L). Options, an entry an axis: `kernel`, `stride`, `padding` (p on both sides: -inf for
the largest, 0 for the mean), `dilation` (max only); `ceil_mode` lets the last window reach beyond the padding.
`count` is the window's area within the padded input, or with `count_include_pad=False` within the input, or `divisor`.
The cotangent of a largest value goes to the first place in reading order that has it, as in PyTorch.

Both work one axis after the other, k + k steps for a window of k * k, in the memory order H, N, W, C. Along H a step is
over long runs of memory. Along W the runs are only C long; there, each tap's pixels are first copied together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.declare import linear, on_arrays_too
from autograd.declare.fused import fused
from autograd.runtime.blocks import block_length, for_blocks
from autograd.runtime.selection import select
from nn.kernels.half_precision import in_single
from nn.kernels.layout import in_memory_order, logical, pixels
from nn.kernels.windows import Axis, Windows, axis, planes

Array = np.ndarray[Any, Any]
Bounds = tuple[tuple[tuple[int, int], ...], ...]  # along each axis, from where to where each window reaches

H, W = 0, 2  # positions in the memory order
MANY = 4  # taps that are taken all at once
BLOCK = 1 << 18  # elements worked on together: more than fit the cache, as the steps are short (measured)


# --- One axis at a time ----------------------------------------------------------------------------------------------


def _seen(image: Array, inputs: slice, along: int) -> Array:
    """What one tap sees: rows as a view, columns as a contiguous copy."""
    if along == H:
        return image[inputs]
    return np.ascontiguousarray(pixels(image)[:, :, inputs, np.newaxis]).view(image.dtype)


def _at(part: slice | int, along: int) -> tuple[slice | int, ...]:
    return (part,) if along == H else (slice(None), slice(None), part)


def _with(shape: tuple[int, ...], along: int, size: int) -> tuple[int, ...]:
    return (*shape[:along], size, *shape[along + 1 :])


def _everywhere(part: Array, outputs: slice, windows: Axis, along: int, padding: float) -> Array:
    """What some of the windows have, and for the others what they have of padding."""
    if outputs == slice(0, windows.outputs):
        return part
    whole = np.full(_with(part.shape, along, windows.outputs), padding, part.dtype)
    whole[_at(outputs, along)] = part
    return whole


def _reduce(image: Array, windows: Axis, along: int, ufunc: np.ufunc, start: float) -> Array:
    """`ufunc` over the taps along one axis, beginning with `start` where a tap sees padding."""
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
    """An axis of which every input is seen once as two: the windows, and their taps."""
    return image.reshape(*image.shape[:along], windows.outputs, windows.kernel, *image.shape[along + 1 :])


def _repeat(part: Array, windows: Axis, along: int, image: Array) -> Array:
    """The adjoint of a sum over the taps: `image` becomes, for each input, the sum of what its windows have."""
    if not windows.partition:
        return _scatter(lambda j, outputs, inputs: part[_at(outputs, along)], windows, along, image)
    into, values = (image, part) if along == H else (pixels(image), pixels(part))
    _parted(into, windows, along)[...] = np.expand_dims(values, along + 1)
    return image


def _scatter(parts: Callable[[int, slice, slice], Array], windows: Axis, along: int, image: Array) -> Array:
    """The adjoint of looking through the taps: `image` becomes the sum of what `parts` gives for the inputs of each."""
    if not windows.partition:
        image[...] = 0
    for j in range(windows.kernel):
        outputs, inputs = windows.tap(j)
        part = parts(j, outputs, inputs)
        if not windows.disjoint:
            image[_at(inputs, along)] += part
        elif along == H:
            image[inputs] = part
        else:
            pixels(image)[:, :, inputs] = pixels(np.ascontiguousarray(part))
        del part  # before the next is made
    return image


# --- Largest value ---------------------------------------------------------------------------------------------------


def max_pool_forward(x: Array, **options: Any) -> tuple[Array, tuple[Any, ...]]:
    windows = _windows(x, **options)
    rows, columns = planes(windows)
    image = in_memory_order(x)
    out = np.empty((rows.outputs, image.shape[1], columns.outputs, image.shape[3]), x.dtype)

    def work(some: slice) -> None:
        of_rows = _reduce(image[:, some], rows, H, np.maximum, -np.inf)
        out[:, some] = _reduce(of_rows, columns, W, np.maximum, -np.inf)

    for_blocks(work, image.shape[1], block_length(image.shape[1], image[:, :1].size, BLOCK), least=1)
    return logical(out, x.ndim), (image, windows)


def max_pool_pullback(g: Array, operands: Sequence[Any], residuals: tuple[Any, ...], needs: Sequence[bool],
                      **options: Any) -> tuple[Array | None, ...]:
    image, windows = residuals
    rows, columns = planes(windows)
    cotangent, dx = in_memory_order(g), np.empty(image.shape, g.dtype)

    def work(some: slice) -> None:
        of_columns, later_column = _later_is_larger(image[:, some], columns, W)
        _, later_row = _later_is_larger(of_columns, rows, H)
        shape = of_columns.shape
        del of_columns  # before memory for as many cotangents is taken
        to_rows = _route(cotangent[:, some], later_row, rows, H, np.empty(shape, g.dtype))
        _route(to_rows, later_column, columns, W, dx[:, some])  # reading order: first the row, then the column

    for_blocks(work, image.shape[1], block_length(image.shape[1], image[:, :1].size, BLOCK), least=1)
    return (logical(dx, g.ndim),)


def _later_is_larger(image: Array, windows: Axis, along: int) -> tuple[Array, list[Array]]:
    """The largest value of each window, and for every tap but the last, where it sees less than one after it."""
    outputs, inputs = windows.tap(windows.kernel - 1)
    largest = _everywhere(_seen(image, inputs, along), outputs, windows, along, -np.inf)
    later = []
    for j in reversed(range(windows.kernel - 1)):
        outputs, inputs = windows.tap(j)
        seen = _seen(image, inputs, along)
        later.append(_everywhere(seen < largest[_at(outputs, along)], outputs, windows, along, True))
        seen = _everywhere(seen, outputs, windows, along, -np.inf)
        largest = np.maximum(largest, seen, out=None if np.may_share_memory(seen, image) else seen)
    return largest, later[::-1]


def _route(g: Array, later: list[Array], windows: Axis, along: int, into: Array) -> Array:
    """Send each cotangent to the first tap that saw the largest value: to its place in `into`."""
    left = g

    def share(j: int, outputs: slice, inputs: slice) -> Array:
        nonlocal left
        if j > 0:
            left = select(later[j - 1], left, 0)
        taken: Array = select(~later[j], left, 0) if j < len(later) else left
        return taken[_at(outputs, along)]

    return _scatter(share, windows, along, into)


def max_pool_reference(x: Any, **options: Any) -> Any:
    """The taps side by side along a new axis; the first of the largest is taken."""
    taps = [x]
    for at, windows in enumerate(_windows(x, **options), start=2):
        before = (slice(None),) * at
        reach = (windows.outputs - 1) * windows.stride + (windows.kernel - 1) * windows.dilation + 1
        after = max(0, reach - windows.before - windows.size)
        widths = [(0, 0)] * x.ndim
        widths[at] = (windows.before, after)
        taps = [np.pad(tap, widths, constant_values=-np.inf)[(*before, slice(start, start + span, windows.stride))]
                for tap in taps
                for span in [(windows.outputs - 1) * windows.stride + 1]
                for start in range(0, windows.kernel * windows.dilation, windows.dilation)]
    choices = np.stack(taps)
    return np.take_along_axis(choices, np.argmax(choices, axis=0, keepdims=True), axis=0)[0]


max_pool = fused("max_pool", max_pool_forward, max_pool_pullback, max_pool_reference)


# --- Mean value: linear, so it and its adjoint are each other's derivative -------------------------------------------


def _counts(windows: Axis, include_pad: bool) -> Array:
    """How many taps of each window count."""
    starts = np.arange(windows.outputs) * windows.stride - windows.before
    low, high = (-windows.before, windows.size + windows.before) if include_pad else (0, windows.size)
    return np.minimum(starts + windows.kernel, high) - np.maximum(starts, low)


def _divide(image: Array, rows: Axis, columns: Axis, include_pad: bool, divisor: int | None) -> Array:
    """A fresh (OH, N, OW, C) divided by the windows' counts."""
    if divisor is not None:
        return image / image.dtype.type(divisor)  # type: ignore[no-any-return]
    counts = _counts(rows, include_pad)[:, np.newaxis] * _counts(columns, include_pad)
    if (counts == counts[0, 0]).all():
        return image * image.dtype.type(1 / counts[0, 0])  # type: ignore[no-any-return]
    return image / counts.astype(image.dtype)[:, np.newaxis, :, np.newaxis]  # type: ignore[no-any-return]


@in_single
def _average(x: Array, *, windows: Windows, include_pad: bool, divisor: int | None) -> Array:
    rows, columns = planes(windows)
    image = in_memory_order(x)
    total = _reduce(_reduce(image, rows, H, np.add, 0), columns, W, np.add, 0)
    return logical(_divide(total, rows, columns, include_pad, divisor), x.ndim)


@in_single
def _spread(g: Array, *, windows: Windows, include_pad: bool, divisor: int | None) -> Array:
    rows, columns = planes(windows)
    share = _divide(in_memory_order(g), rows, columns, include_pad, divisor)
    _, batch, width, channels = share.shape
    of_rows = np.empty((rows.size, batch, width, channels), g.dtype)
    image = np.empty((rows.size, batch, columns.size, channels), g.dtype)
    return logical(_repeat(_repeat(share, rows, H, of_rows), columns, W, image), g.ndim)


average = linear(
    _average,
    lambda g, *, windows, include_pad, divisor: to_image(g, windows=windows, include_pad=include_pad, divisor=divisor),
    name="average_pool")
spread = linear(
    _spread,
    lambda g, *, windows, include_pad, divisor: to_output(g, windows=windows, include_pad=include_pad, divisor=divisor),
    name="average_pool_adjoint")
to_output: Callable[..., Any] = on_arrays_too(average)
to_image: Callable[..., Any] = on_arrays_too(spread)


def _counts_of(windows: tuple[tuple[int, int], ...], along: int, dtype: Any) -> Array:
    counts = np.array([end - first for first, end in windows], dtype)
    return counts.reshape(_with((1, 1, 1, 1), along, -1))


@in_single
def _adaptive(x: Array, *, bounds: Bounds) -> Array:
    image = in_memory_order(x)
    for along, windows in zip((H, W), bounds, strict=False):
        sums = np.empty(_with(image.shape, along, len(windows)), image.dtype)
        for i, (first, end) in enumerate(windows):
            np.add.reduce(image[_at(slice(first, end), along)], along, out=sums[_at(i, along)])
        image = sums / _counts_of(windows, along, sums.dtype)
    return logical(image, x.ndim)


@in_single
def _adaptive_spread(g: Array, *, bounds: Bounds) -> Array:
    share = in_memory_order(g)
    for along, windows in zip((H, W), bounds, strict=False):
        share = share / _counts_of(windows, along, share.dtype)
        image = np.zeros(_with(share.shape, along, windows[-1][1]), share.dtype)
        for i, (first, end) in enumerate(windows):
            image[_at(slice(first, end), along)] += share[_at(slice(i, i + 1), along)]
        share = image
    return logical(share, g.ndim)


adaptive = linear(_adaptive, lambda g, *, bounds: from_windows(g, bounds=bounds), name="adaptive_average_pool")
adaptive_spread = linear(_adaptive_spread, lambda g, *, bounds: to_windows(g, bounds=bounds),
                         name="adaptive_average_pool_adjoint")
to_windows: Callable[..., Any] = on_arrays_too(adaptive)
from_windows: Callable[..., Any] = on_arrays_too(adaptive_spread)


def average_pool(x: Any, *, kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int],
                 ceil_mode: bool = False, count_include_pad: bool = True, divisor: int | None = None) -> Any:
    """The mean of windows of (N, C, H, W) or (N, C, L)."""
    windows = _windows(x, kernel, stride, padding, (1,) * len(kernel), ceil_mode)
    return average(x, windows=windows, include_pad=count_include_pad, divisor=divisor)


def adaptive_average_pool(x: Any, *, size: Sequence[int]) -> Any:
    """The mean of `size` windows an axis of (N, C, H, W) or (N, C, L): floor(i n / m) to ceil((i + 1) n / m).

    One window after the other, not as a product with a matrix, whose zeros would make nan of what is infinite.
    """
    lengths = x.shape[2:]
    if all(n % m == 0 for n, m in zip(lengths, size, strict=True)):
        kernel = [n // m for n, m in zip(lengths, size, strict=True)]
        return average_pool(x, kernel=kernel, stride=kernel, padding=[0] * len(kernel))
    bounds = tuple(tuple((i * n // m, -(-(i + 1) * n // m)) for i in range(m))
                   for n, m in zip(lengths, size, strict=True))
    return adaptive(x, bounds=bounds)


def _windows(x: Any, kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
             ceil_mode: bool) -> Windows:
    """The windows over x along each axis."""
    return tuple(axis(n, k, s, d, (p, p), ceil_mode)
                 for n, k, s, p, d in zip(x.shape[2:], kernel, stride, padding, dilation, strict=True))

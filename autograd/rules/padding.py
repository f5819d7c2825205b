"""`np.pad` in every mode. Zeros have an operation of their own; other modes that copy elements are a gather by padded
positions, the rest join blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arguments import arrays_of
from autograd.declare import composite, linear, piecewise_constant
from autograd.duck_arrays import Array

from .axes import along, part, with_length
from .shaping import lying_as

Widths = Sequence[tuple[int, int]]  # (before, after) per axis

STATISTICS: dict[str, Callable[..., Any]] = {"mean": np.mean, "maximum": np.max, "minimum": np.min, "median": np.median}
KEYWORDS = {"constant": "constant_values", "linear_ramp": "end_values", "reflect": "reflect_type",
            "symmetric": "reflect_type", "edge": None, "wrap": None} | dict.fromkeys(STATISTICS, "stat_length")


@composite(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    if array.dtype.kind not in "fc":
        return piecewise_constant(np.pad)(array, pad_width, mode, **options)
    if mode == "empty":  # its values may be anything
        mode = "constant"
    if mode not in KEYWORDS:
        raise ValueError(f"np.pad(mode={mode!r}) has no derivative; the modes are {', '.join(sorted(KEYWORDS))}")
    if not {KEYWORDS[mode]}.issuperset(options):
        raise ValueError(f"np.pad(mode={mode!r}) takes no {', '.join(sorted(options))}")
    widths = widths_of(pad_width, array.ndim)
    if not np.any(widths):
        return np.copy(array)
    if mode == "constant" and type(value := options.get("constant_values", 0)) in (int, float):
        return around(array, widths=widths, value=float(value) if value else value)
    out = array
    for axis, (before, after) in enumerate(widths):
        if before or after:
            out = along_axis(out, axis, before, after, mode, options)
    return lying_as(array, out)


def widths_of(given: Any, ndim: int) -> Widths:
    """The widths before and after each axis; NumPy takes one number, a pair, pairs, or a dict by axis."""
    if isinstance(given, dict):
        each: list[Any] = [given.get(i, given.get(i - ndim, 0)) for i in range(ndim)]
        given = [(w, w) if np.ndim(w) == 0 else tuple(w) for w in each]
    return tuple(map(tuple, np.broadcast_to(np.asarray(given), (ndim, 2)).tolist()))


def within(shape: Sequence[int], widths: Widths) -> tuple[slice, ...]:
    """The slices at which the array itself lies in the padded one."""
    return tuple(slice(before, before + n) for (before, _), n in zip(widths, shape, strict=True))


def _around(x: Array, *, widths: Widths, value: float = 0) -> Array:
    shape = [before + n + after for (before, after), n in zip(widths, x.shape, strict=True)]
    layout: dict[str, Any] = {"dtype": x.dtype, "order": "F" if x.flags.fnc else "C"}
    out = np.full(shape, value, **layout) if type(value) is float else np.zeros(shape, **layout)
    out[within(x.shape, widths)] = x
    return out


around = linear(_around, lambda g, x, *, widths, value=0: g[within(x.shape, widths)], name="pad", offset="value")


def along_axis(x: Array, axis: int, before: int, after: int, mode: Any, options: dict[str, Any]) -> Array:
    size = x.shape[axis]
    if not size and mode != "constant":
        raise ValueError(f"np.pad(mode={mode!r}) finds nothing on axis {axis} to extend; only 'constant' can")
    if mode in ("edge", "wrap") or (KEYWORDS[mode] == "reflect_type" and options.get("reflect_type", "even") == "even"):
        return np.take(x, np.pad(np.arange(size), (before, after), mode=mode), axis)
    if KEYWORDS[mode] == "reflect_type":
        return in_odd_reflection(x, axis, before, after, mode)
    low, high = ends_of(x, axis, before, after, mode, options)
    return np.concatenate([low, x, high], axis=axis)


def ends_of(x: Array, axis: int, before: int, after: int, mode: Any, options: dict[str, Any]) -> tuple[Array, Array]:
    """The blocks to join to the two ends of an axis."""
    size = x.shape[axis]
    if mode == "constant":
        ends = per_side(options.get("constant_values", 0), x, axis)
    elif mode == "linear_ramp":
        first, last = part(x, axis, slice(0, 1)), part(x, axis, slice(size - 1, size))
        low, high = per_side(options.get("end_values", 0), x, axis)
        return ramp(low, first, axis, before), np.flip(ramp(high, last, axis, after), axis)
    else:
        length = options.get("stat_length")
        counts = [size, size] if length is None else np.broadcast_to(length, (x.ndim, 2))[axis].tolist()
        near = slice(0, counts[0]), slice(max(size - counts[1], 0), size)
        ends = [STATISTICS[mode](part(x, axis, k), axis=axis, keepdims=True) for k in near]
    low, high = (np.broadcast_to(end, with_length(x, axis, n)) for end, n in zip(ends, (before, after), strict=True))
    return low, high


def ramp(start: Array, edge: Array, axis: int, count: int) -> Array:
    """`count` numbers from `start` towards `edge`, which is not included."""
    steps = along(np.arange(count, dtype=edge.dtype), edge, axis)
    return start + steps * ((edge - start) / max(count, 1))


def in_odd_reflection(x: Array, axis: int, before: int, after: int, mode: Any) -> Array:
    """Odd reflection, 2 x_end - x: at most the whole array at a time, whose ends are then those of a longer one."""
    size = x.shape[axis]
    step = size - 1 if mode == "reflect" else size
    if not step:
        return np.take(x, np.zeros(before + 1 + after, int), axis)
    if max(before, after) > step:
        longer = in_odd_reflection(x, axis, step, step, mode)
        longer = in_odd_reflection(longer, axis, max(before - step, 0), max(after - step, 0), mode)
        return part(longer, axis, slice(max(step - before, 0), longer.shape[axis] - max(step - after, 0)))
    even = np.take(x, np.pad(np.arange(size), (before, after), mode=mode), axis)
    low, high = part(even, axis, slice(0, before)), part(even, axis, slice(before + size, None))
    first, last = part(x, axis, slice(0, 1)), part(x, axis, slice(size - 1, size))
    return np.concatenate([2 * first - low, x, 2 * last - high], axis=axis)


def per_side(values: Any, x: Array, axis: int) -> list[Array]:
    """The values for the two ends of an axis, in the dtype of x: given once, as a pair, or as a pair per axis."""
    if not isinstance(values, (list, tuple)):
        values = np.broadcast_to(values, (x.ndim, 2))
    several = isinstance(values[0], (list, tuple)) or np.ndim(values[0]) > 0
    pair = values[axis % len(values)] if several else values
    return [v.astype(x.dtype) for v in arrays_of((pair[0], pair[-1]))]

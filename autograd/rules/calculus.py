"""Differences, slopes, integrals and interpolation of samples along an axis; all composed."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arguments import array_of, arrays_of
from autograd.declare import composite, piecewise_constant
from autograd.declare.poles import quotient
from autograd.duck_arrays import Array, as_returned
from autograd.registry import real_only
from autograd.tensor.nested import values_of

from .axes import all_axes, along, neighbours, one_axis, with_length
from .shaping import lying_as


@composite(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    if n < 0:
        raise ValueError(f"diff takes n >= 0 differences, got {n}")
    a = array_of(a)
    if not n:
        return a
    axis = one_axis(a, axis)
    slab = with_length(a, axis, 1)
    ends = [x if x is None or np.ndim(x) else np.broadcast_to(x, slab) for x in given(prepend, append)]
    if any(x is not None for x in ends):
        a = np.concatenate([x for x in (ends[0], a, ends[1]) if x is not None], axis=axis)
    for _ in range(n):
        earlier, later = neighbours(a, axis)
        a = later != earlier if a.dtype.kind == "b" else later - earlier
    return a


def given(*values: Any) -> list[Any]:
    """The values, with None in place of NumPy's mark for an argument that was not given."""
    return [None if type(value).__name__ == "_NoValueType" else value for value in values]


@composite(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    ary = array_of(ary)
    middle = np.diff(ary.reshape(-1))
    ends = [x if x is None else np.ravel(array_of(x)) for x in (to_begin, to_end)]
    for x in ends:
        if x is not None and not np.can_cast(x.dtype, ary.dtype, "same_kind"):
            raise TypeError(f"ediff1d of {ary.dtype} takes ends that can be cast to it, got {x.dtype}")
    parts = [x if x is None else x.astype(middle.dtype) for x in ends]
    return np.concatenate([x for x in (parts[0], middle, parts[1]) if x is not None])


@composite(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Slopes at samples: the slope of the quadratic through a sample and its neighbours, by difference quotients."""
    f = array_of(f)
    axes = all_axes(f, axis)
    spacings = varargs or (1.0,)
    spacings = spacings * len(axes) if len(spacings) == 1 and np.ndim(spacings[0]) == 0 else spacings
    if len(spacings) != len(axes):
        raise TypeError(f"gradient over {len(axes)} axes takes one spacing, or one per axis, got {len(spacings)}")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient takes edge_order 1 or 2, got {edge_order}")
    f = f.astype(float) if f.dtype.kind in "iu" else f  # booleans have no difference
    slopes = tuple(lying_as(f, slope_along(f, a, h, edge_order)) for a, h in zip(axes, spacings, strict=True))
    return slopes[0] if len(slopes) == 1 else slopes


def slope_along(f: Array, axis: int, spacing: Array, edge_order: int) -> Array:
    """Slopes at the samples: means of the two beside each, weighted by the distance to the other neighbour.

    At the ends it is the only one beside, or extrapolated from two for `edge_order` 2.
    """
    if f.shape[axis] < edge_order + 1:
        raise ValueError(f"gradient with edge_order={edge_order} needs {edge_order + 1} samples, got {f.shape[axis]}")
    f = np.moveaxis(f, axis, 0)
    spacing = array_of(spacing)
    spacing = spacing.astype(float) if spacing.dtype.kind in "iu" else spacing
    if spacing.ndim and spacing.shape != (len(f),):
        raise ValueError(f"gradient takes the distance between samples, or a place for each of the {len(f)} along axis "
                         f"{axis}, got {spacing.shape}")
    h = np.diff(spacing) if spacing.ndim else np.broadcast_to(spacing, (len(f) - 1,))
    h = along(h, f, 0).astype(f.real.dtype)
    s = (f[1:] - f[:-1]) / h
    middle = (h[1:] * s[:-1] + h[:-1] * s[1:]) / (h[:-1] + h[1:]) if spacing.ndim else (f[2:] - f[:-2]) / (2 * h[1:])
    first, last = s[:1], s[-1:]
    if edge_order == 2:
        first = first + (first - s[1:2]) * (h[:1] / (h[:1] + h[1:2]))
        last = last + (last - s[-2:-1]) * (h[-1:] / (h[-1:] + h[-2:-1]))
    return np.moveaxis(np.concatenate([first, middle, last]), 0, axis)


@composite(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    return np.sum(trapezoids(y, x, dx, axis), axis=axis)


def trapezoids(y: Any, x: Any, dx: Any, axis: int) -> Array:
    """The areas between neighbouring samples."""
    y = array_of(y)
    if x is not None:
        dx = np.diff(x, axis=axis if np.ndim(x) > 1 else 0)
        dx = along(dx, y, axis) if dx.ndim == 1 else dx
    before, after = neighbours(y, axis)
    return dx * (after + before) / 2.0


@composite(np.unwrap)
def unwrap(p: Any, discont: float | None = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """`p` plus whole periods, a piecewise constant number of them."""
    return p + period * piecewise_constant(whole_periods)(p, discont, axis, period)


def whole_periods(p: Array, discont: float | None, axis: int, period: Any) -> Array:
    moved = np.unwrap(p, discont, axis, period=period)
    return np.round((moved - p) / period).astype(moved.dtype)


def at(x: Array, places: Array) -> Array:
    """x[places], for places that may differ from example to example."""
    if places.ndim == 1:
        return np.take_along_axis(x, places, 0)
    return np.take_along_axis(x, places.reshape(-1), 0).reshape(places.shape)


@composite(np.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: float | None = None) -> Any:
    """A line from each sample to the next, and constant beyond the ends."""
    x, xp, fp = (v.astype(complex if v.dtype.kind == "c" else float) for v in arrays_of((x, xp, fp)))
    if xp.shape != fp.shape or xp.ndim != 1 or not xp.size:
        raise ValueError(f"interp takes as many values as places, in one row, and at least one, got {fp.shape} and "
                         f"{xp.shape}")
    if "c" in (x.dtype.kind, xp.dtype.kind):
        raise TypeError(f"interp takes real places, got {x.dtype} and {xp.dtype}")
    if period is not None:
        if period == 0:
            raise ValueError("interp takes a period other than 0")
        x, xp = x % abs(period), xp % abs(period)
        order = np.argsort(xp)
        xp, fp, left, right = xp[order], fp[order], None, None
        xp = np.concatenate([xp[-1:] - abs(period), xp, xp[:1] + abs(period)])
        fp = np.concatenate([fp[-1:], fp, fp[:1]])
    before, after, anchor, level, kink, infinite = line_at(x, xp, fp)
    known = piecewise_constant(np.interp)(x, xp, fp) if np.any(np.isinf(values_of(fp))) else None
    fp = fp if known is None else np.where(np.isinf(fp), 0, fp)
    slopes = np.pad(quotient(np.diff(fp), np.diff(xp)), 1)
    slope = at(slopes, after)
    slope = np.where(kink, least(at(slopes, before), slope), slope)
    y = at(fp, anchor) + slope * np.where(level, 0, x - at(xp, anchor))
    y = y if known is None else np.where(infinite, known, y)
    y = np.where(np.isnan(x), x, y) if y.dtype.kind == "c" else y  # as NumPy, without an imaginary part
    y = y if left is None else np.where(x < xp[0], left, y)
    return as_returned(y if right is None else np.where(x > xp[-1], right, y))


@piecewise_constant
def line_at(x: Array, xp: Array, fp: Array) -> tuple[Array, ...]:
    """The samples before x and after it, the one that the line is drawn from, whether the line is level, whether x is
    on that sample, and whether the value of one of the two is infinite, so that NumPy's own result is taken.
    """
    after = np.searchsorted(xp, x, side="right")
    before, behind = np.maximum(after - 1, 0), np.minimum(after, len(xp) - 1)
    beyond = np.isinf(xp[before]) & (x != xp[before])
    anchor = np.where(beyond, behind, before)  # it must not be infinitely far
    knot = xp[anchor]
    level = (x < xp[0]) | (x > xp[-1]) | (np.isinf(knot) & ((x == knot) | (fp[before] == fp[behind])))
    return before, after, anchor, level, x == knot, np.isinf(fp[before]) | np.isinf(fp[behind])


def least(x: Array, y: Array) -> Array:
    """The number nearest to 0 that lies between two, or is one of them: the slope at a kink."""
    if x.dtype.kind == "c":
        return least(np.real(x), np.real(y)) + 1j * least(np.imag(x), np.imag(y))
    return np.where(x * y > 0, np.where(np.abs(x) < np.abs(y), x, y), 0)


real_only.update((np.unwrap, np.interp))

"""The slopes at the knots that make cubics of data: monotone ones, Akima's, and those of a spline.

`h` are the distances of the knots, `chord` the slopes of the straight lines between them. Fritsch and Butland 1984
(PCHIP), Akima 1970, de Boor 1978, ch. IV (splines).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.duck_arrays import Array

from .banded import solve_circular, tridiagonal
from .piecewise import beside


def monotone_slopes(h: Array, chord: Array) -> Array:
    """Weighted harmonic means of neighbouring chords, 0 where these differ in sign: no values between overshoot."""
    if len(chord) == 1:
        return np.concatenate([chord, chord])
    w, v = h[:-1] + 2 * h[1:], 2 * h[:-1] + h[1:]
    alike = np.sign(chord[:-1]) * np.sign(chord[1:]) > 0
    before, after = np.where(alike, chord[:-1], 1), np.where(alike, chord[1:], 1)
    inner = np.where(alike, (w + v) / (w / before + v / after), 0)
    return np.concatenate([one_sided(h[:2], chord[:2]), inner, one_sided(h[:-3:-1], chord[:-3:-1])])


def one_sided(h: Array, chord: Array) -> Array:
    """The slope of a parabola at its end, limited to the sign of its first chord, and to thrice that."""
    (h, after), (first, second) = (h[:1], h[1:]), (chord[:1], chord[1:])
    slope = ((2 * h + after) * first - h * second) / (h + after)
    bent = (np.sign(first) != np.sign(second)) & (np.abs(slope) > 3 * np.abs(first))
    return np.where(np.sign(slope) != np.sign(first), 0, np.where(bent, 3 * first, slope))


def akima_slopes(chord: Array, modified: bool) -> Array:
    """Means of neighbouring chords, each weighted by how much the two chords on the other side differ."""
    if len(chord) == 1:
        return np.concatenate([chord, chord])
    for _ in range(2):
        chord = np.concatenate([2 * chord[:1] - chord[1:2], chord, 2 * chord[-1:] - chord[-2:-1]])
    change = np.abs(np.diff(chord, axis=0))
    if modified:
        change = change + np.abs(chord[1:] + chord[:-1]) / 2
    after, before = change[2:], change[:-2]
    defined = after + before > 1e-9 * np.max(after + before, initial=-np.inf)
    weight = before / np.where(defined, after + before, 1)
    return np.where(defined, chord[1:-2] + weight * (chord[2:-1] - chord[1:-2]), (chord[3:] + chord[:-3]) / 2)


def spline_slopes(h: Array, chord: Array, conditions: list[Any]) -> Array:
    """The slopes that make second derivatives continuous: a tridiagonal system, one equation a knot."""
    column = beside(h, chord)
    diagonal, right = 2 * (h[:-1] + h[1:]), 3 * (column[1:] * chord[:-1] + column[:-1] * chord[1:])
    if len(h) == 2 and conditions == ["not-a-knot"] * 2:
        conditions = ["parabola"] * 2
    first, above, b = end_equation(conditions[0], h[:2], chord[:2], -0.5)
    last, below, d = end_equation(conditions[1], h[:-3:-1], chord[:-3:-1], 0.5)
    return tridiagonal(np.concatenate([h[1:], below[None]]), np.concatenate([first[None], diagonal, last[None]]),
                       np.concatenate([above[None], h[:-1]]), np.concatenate([b[None], right, d[None]]))


def end_equation(condition: Any, h: Array, chord: Array, half: float) -> tuple[Array, Array, Array]:
    """The equation at an end: the factors of the slope there and of the next one, and the right-hand side."""
    if condition == "parabola":
        return np.ones_like(h[0]), np.ones_like(h[0]), 2 * chord[0]
    if condition == "not-a-knot":
        both = h[0] + h[1]
        return h[1], both, ((h[0] + 2 * both) * h[1] * chord[0] + h[0] ** 2 * chord[1]) / both
    order, value = condition
    if order == 1:
        return np.ones_like(h[0]), np.zeros_like(h[0]), value + np.zeros_like(chord[0])
    return 2 * h[0], h[0], half * value * h[0] ** 2 + 3 * h[0] * chord[0]


def periodic_slopes(h: Array, chord: Array) -> Array:
    """The same equations for a periodic spline."""
    previous, column = np.roll(h, 1), beside(h, chord)
    right = 3 * (column * np.roll(chord, 1, axis=0) + np.roll(column, 1, axis=0) * chord)
    slopes = solve_circular(np.stack([h, 2 * (previous + h), previous], axis=1), right)
    return np.concatenate([slopes, slopes[:1]])

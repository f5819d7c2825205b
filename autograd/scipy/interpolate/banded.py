"""The equations of splines: each has a few unknowns beside one another, on a line or around a circle."""

from __future__ import annotations

import numpy as np

from autograd.duck_arrays import Array
from autograd.scipy.linalg import solve_banded


def tridiagonal(below: Array, diagonal: Array, above: Array, right: Array) -> Array:
    none = np.zeros_like(diagonal[:1])
    band = np.stack([np.concatenate([none, above]), diagonal, np.concatenate([below, none])])
    return solve_banded((1, 1), band, right.reshape(len(right), -1)).reshape(right.shape)


def band_of(rows: Array, starts: Array, k: int) -> Array:
    """The band, as LAPACK stores it, of a matrix whose row i holds `rows[i]` from the column `starts[i]` on."""
    size = len(rows)
    i = np.arange(size) + np.arange(-k, k + 1)[:, None]
    inside = np.clip(i, 0, size - 1)
    offset = np.arange(size) - starts[inside]
    stands = (i == inside) & (offset >= 0) & (offset <= k)
    return np.where(stands, rows[inside, np.clip(offset, 0, k)], 0)


def solve_circular(rows: Array, right: Array) -> Array:
    """The unknowns of equations in a circle: row i holds the factors from the unknown i - q on to i + q.

    Without the last q equations the others have a band. They give the other unknowns as linear functions of the last q,
    which the last q equations then determine. If a row would reach around to itself, all are solved as one matrix.
    """
    size, q = len(rows), rows.shape[1] // 2
    order, few = np.arange(size), right.reshape(size, -1)

    def part(some: slice, columns: slice) -> Array:
        offsets = np.arange(-q, q + 1)[:, None, None]
        stands = (order[some, None] + offsets) % size == order[columns]
        return np.sum(rows[some].T[:, :, None] * stands, axis=0)

    if size <= 2 * q:
        return np.linalg.solve(part(slice(None), slice(None)), few).reshape(right.shape)
    line, last = slice(size - q), slice(size - q, None)
    band = band_of(rows[line], order[line] - q, 2 * q)
    found = solve_banded((2 * q, 2 * q), band, np.concatenate([few[line], part(line, last)], axis=1))
    alone, moved = found[:, :-q], found[:, -q:]
    beside = part(last, line)
    ends = np.linalg.solve(part(last, last) - beside @ moved, few[last] - beside @ alone)
    return np.concatenate([alone - moved @ ends, ends]).reshape(right.shape)

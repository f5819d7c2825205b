"""Images read between their elements, as splines of degrees 0 to 5 on whole numbers.

The coefficients of a spline solve a linear system, which SciPy's recursive filter does (Unser, Aldroubi and Eden 1991);
a value is a mean of the coefficients around it, whose weights are B-splines of the coordinate (de Boor 1978, ch. X).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import scipy.ndimage as nd

from autograd.arguments import array_of
from autograd.arrays import one_of
from autograd.declare import linear, on_arrays_too
from autograd.duck_arrays import Array
from autograd.primitive import wrap
from autograd.rules.axes import along, one_axis
from autograd.scipy.precision import in_double
from autograd.scipy.twin import twin

from .windows import PADDING, dtype_of, extended

MARGIN = 12
"""How far SciPy continues an image before the filter, in modes in which that has no ends of its own."""
SHORT = 64
"""Lines at whose one end the filter still feels the other, by powers of 0.43."""


# --- Coefficients ----------------------------------------------------------------------------------------------------


def coefficients_of(x: Array, *, degree: int, axis: int, mode: str) -> Array:
    return nd.spline_filter1d(x, degree, axis, x.dtype, mode)


def transposed(g: Array, degree: int, axis: int, mode: str) -> Array:
    """The transpose of the filter: itself, but for mirrors in the ends, which are there once and all else twice.

    SciPy up to 1.17 solves short lines between reflections inexactly, and that is what is transposed.
    """
    size = g.shape[axis]
    if size <= SHORT:
        matrix = coefficients_of(np.eye(size), degree=degree, axis=0, mode=mode)
        return np.moveaxis(np.tensordot(matrix, g, (0, axis)), 0, axis)
    if mode in ("reflect", "grid-mirror", "nearest", "grid-wrap"):
        return coefficients(g, degree=degree, axis=axis, mode=mode)
    once = along(np.where(np.arange(size) % (size - 1) == 0, 0.5, 1.0), g, axis)
    return once * coefficients(g / once, degree=degree, axis=axis, mode=mode)


coefficients: Any = on_arrays_too(linear(
    coefficients_of, lambda g, *, degree, axis, mode: transposed(g, degree, axis, mode)))


def degree_of(name: str, order: int, least: int = 0) -> int:
    if order not in range(least, 6):
        raise ValueError(f"{name} takes an order from {least} to 5, got {order}")
    return order


@twin(nd.spline_filter1d)
def spline_filter1d(input: Any, order: int = 3, axis: int = -1, output: Any = np.float64, mode: str = "mirror") -> Any:
    image = array_of(input)
    dtype, axis = dtype_of("spline_filter1d", output, image), one_axis(image, axis)
    return filtered(image, degree_of("spline_filter1d", order), [axis], mode).astype(dtype)


@twin(nd.spline_filter)
def spline_filter(input: Any, order: int = 3, output: Any = np.float64, mode: str = "mirror") -> Any:
    image = array_of(input)
    dtype = dtype_of("spline_filter", output, image)
    return filtered(image, degree_of("spline_filter", order, 2), range(image.ndim), mode).astype(dtype)


def filtered(image: Array, degree: int, axes: Sequence[int], mode: str) -> Array:
    """The coefficients along these axes, in double precision."""
    one_of("the boundary mode", mode, PADDING)
    out = in_double(image)
    for axis in axes if degree > 1 else ():
        out = coefficients(out, degree=degree, axis=axis, mode=mode)
    return out


# --- Reading ---------------------------------------------------------------------------------------------------------


def sampled(image: Array, coordinates: Sequence[Array], degree: int, mode: str, cval: Any,
            prefilter: bool) -> tuple[Array, Array]:
    """The image at coordinates along its first axes, which broadcast; and where it is read, not replaced by `cval`."""
    cval = array_of(cval)
    image, margin = prepared(image, len(coordinates), degree, mode, cval, prefilter)
    read: list[Neighbours] = []
    for axis, (size, at) in enumerate(zip(image.shape, coordinates, strict=False)):
        if not size and at.size:
            raise ValueError(f"an image of shape {image.shape} has nothing to read along axis {axis}")
        read.append(neighbours(in_double(at) + margin, size, degree, mode))
    out = wrap(image)[tuple(among([line.places for line in read]))]
    ones = (1,) * (image.ndim - len(read))
    if mode == "grid-constant":
        known = reduce(np.logical_and, among([line.known for line in read]))
        out = np.where(known.reshape(known.shape + ones), out, cval)
    for axis in reversed(range(len(read))):
        weights = read[axis].weights
        out = np.sum(out * weights.reshape(weights.shape + ones), axis=axis)
    return out, reduce(np.logical_and, [line.inside for line in read])


def prepared(image: Array, count: int, degree: int, mode: str, cval: Array, prefilter: bool) -> tuple[Array, int]:
    """The coefficients of splines of this degree along the first `count` axes, and how far they begin before the image.

    With `prefilter=False` the image is taken for the coefficients.
    """
    image = in_double(image)
    if not prefilter or degree <= 1:
        return image, 0
    margin = MARGIN if mode in ("nearest", "grid-constant") else 0
    for axis in range(count) if margin else ():
        image = extended(image, axis, margin, margin, mode, cval)
    return filtered(image, degree, range(count), mode), margin


class Neighbours(NamedTuple):
    """The elements that are read for coordinates along one axis; axis 0 has the neighbours of each coordinate."""

    places: Array
    known: Array  # whether they are in the image, and not its continuation
    weights: Array
    inside: Array  # without neighbours: whether the coordinate is where the image is read


def neighbours(at: Array, size: int, degree: int, mode: str) -> Neighbours:
    """The degree + 1 elements around each coordinate."""
    inside = (at >= 0) & (at <= size - 1) if mode == "constant" else ~np.isnan(at)
    at = folded(np.where(np.isnan(at), 0, at), size, mode)
    base = np.floor(at if degree % 2 else at + 0.5)
    places = np.stack([base.astype(int) + j - degree // 2 for j in range(degree + 1)])
    weights = basis(at - base + (0 if degree % 2 else 0.5), degree)
    return Neighbours(wrapped(places, size, mode), (places >= 0) & (places < size), weights, inside)


def among(lines: Sequence[Array]) -> list[Array]:
    """One array for each axis, with new axes so that they broadcast to all combinations of neighbours."""
    return [x.reshape(*[1] * axis, len(x), *[1] * (len(lines) - axis - 1), *x.shape[1:])
            for axis, x in enumerate(lines)]


def folded(at: Array, size: int, mode: str) -> Array:
    """Coordinates beyond the edges, as those inside at which the continued image is the same."""
    if mode in ("constant", "grid-constant", "nearest"):
        return at
    if size == 1:
        return np.zeros_like(at)
    ahead = np.where(at < 0, -at, at)
    if mode == "mirror":
        ahead = np.mod(ahead, 2 * size - 2)
        moved = np.where(ahead < size - (at < 0), ahead, 2 * size - 2 - ahead)
    elif mode == "wrap":  # the period is the distance of the ends, of which the last one is read below 0
        rest = np.mod(ahead, size - 1)
        moved = np.where(at < 0, size - 1 - rest, rest)
    elif mode == "grid-wrap":
        moved = np.mod(at, size)
    else:
        rest = np.mod(at, 2 * size)
        moved = np.where(rest > size - 0.5, 2 * size - 1 - rest, rest)
    return np.where((at >= 0) & (at <= size - 1), at, moved)


def wrapped(places: Array, size: int, mode: str) -> Array:
    """The elements that stand at these places of the continued coefficients."""
    if mode in ("nearest", "grid-constant") or size == 1:
        return np.clip(places, 0, size - 1)
    if mode == "grid-wrap":
        return np.mod(places, size)
    period = 2 * size if mode in ("reflect", "grid-mirror") else 2 * size - 2
    rest = np.mod(places, period)
    return np.where(rest < size, rest, 2 * size - 1 - (period == 2 * size - 2) - rest)


def basis(u: Array, degree: int) -> Array:
    """The B-splines of this degree that are not 0 at the share u of the way between two knots."""
    values = [np.ones_like(u)]
    for r in range(1, degree + 1):
        falling = [(j + 1 - u) / r * value for j, value in enumerate(values)]
        rising = [(u + r - j - 1) / r * value for j, value in enumerate(values)]
        values = [falling[0], *[x + y for x, y in zip(falling[1:], rising[:-1], strict=True)], rising[-1]]
    return np.stack(values)

"""Geometric transforms: an image at other coordinates, given, shifted, scaled, turned, or moved by a matrix.

They are differentiated in the image and in what the coordinates are made of. The shape of a result is held constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.ndimage as nd

from autograd.arguments import array_of, arrays_of
from autograd.arrays import one_of
from autograd.declare import decided
from autograd.duck_arrays import Array
from autograd.rules.axes import all_axes, along
from autograd.rules.special.ufuncs import special as sc
from autograd.scipy.twin import twin
from autograd.tensor.nested import values_of

from .sampling import degree_of, sampled
from .windows import PADDING, dtype_of, each


class Reader:
    """An image with the options of reading it, as all transforms have them."""

    def __init__(self, name: str, image: Any, output: Any, order: int, mode: str, cval: Any, prefilter: bool) -> None:
        self.image = array_of(image)
        self.dtype, self.name = dtype_of(name, output, self.image), name
        if not self.image.ndim:
            raise ValueError(f"{name} takes an image of one axis or more, got a number")
        one_of(f"{name}: mode", mode, PADDING)
        self.settings = degree_of(name, order), mode, cval, prefilter
        self.cval = cval

    def at(self, axes: Sequence[int], coordinates: Sequence[Array]) -> Array:
        """The image at coordinates along these axes together, which broadcast and take the axes' places in order."""
        x = np.moveaxis(self.image, axes, range(len(axes)))
        out, inside = sampled(x, coordinates, *self.settings)
        inside = inside.reshape(inside.shape + (1,) * (out.ndim - inside.ndim))
        out = np.where(inside, out, self.cval).astype(self.dtype)
        return np.moveaxis(out, range(len(axes)), axes) if len(axes) < self.image.ndim else out

    def along_each(self, coordinates: Sequence[Array]) -> Array:
        """The image at vectors of coordinates, one along each axis, which make a grid."""
        out, known = self.image, []
        for axis, at in enumerate(coordinates):
            out, inside = sampled(np.moveaxis(out, axis, 0), [at], *self.settings)
            out = np.moveaxis(out, 0, axis)
            known.append(along(inside, self.image, axis))
        for inside in known:
            out = np.where(inside, out, self.cval)
        return out.astype(self.dtype)


@twin(nd.map_coordinates)
def map_coordinates(input: Any, coordinates: Any, output: Any = None, order: int = 3, mode: str = "constant",
                    cval: Any = 0.0, prefilter: bool = True) -> Any:
    read = Reader("map_coordinates", input, output, order, mode, cval, prefilter)
    coordinates = array_of(coordinates)
    if coordinates.ndim < 2 or len(coordinates) != read.image.ndim or coordinates.dtype.kind == "c":
        raise ValueError(f"map_coordinates takes real coordinates, an array for each of {read.image.ndim} axes, got "
                         f"{coordinates.dtype} of shape {coordinates.shape}")
    return read.at(range(read.image.ndim), [coordinates[k] for k in range(read.image.ndim)])


@twin(nd.shift)
def shift(input: Any, shift: Any, output: Any = None, order: int = 3, mode: str = "constant", cval: Any = 0.0,
          prefilter: bool = True) -> Any:
    read = Reader("shift", input, output, order, mode, cval, prefilter)
    shifts = arrays_of(each("shift", shift, read.image.ndim))
    if any(s.ndim for s in shifts):
        raise ValueError(f"shift takes a number, or one for each axis, got shapes {[s.shape for s in shifts]}")
    return read.along_each([np.arange(n) - s for n, s in zip(read.image.shape, shifts, strict=True)])


@twin(nd.zoom)
def zoom(input: Any, zoom: Any, output: Any = None, order: int = 3, mode: str = "constant", cval: Any = 0.0,
         prefilter: bool = True, *, grid_mode: bool = False) -> Any:
    """The zoom counts only in the whole numbers of elements of the result, so that it has no derivative."""
    read = Reader("zoom", input, output, order, mode, cval, prefilter)
    factors = [decided(float, factor) for factor in each("zoom", zoom, read.image.ndim)]
    if prefilter and all(factor == 1 for factor in factors):
        return read.image.astype(read.dtype)
    grid_mode = grid_mode and read.image.dtype.kind != "c"  # SciPy ignores it for complex images
    coordinates = []
    for n, factor in zip(read.image.shape, factors, strict=True):
        size, less = round(n * factor), 0 if grid_mode else 1
        scale = (n - less) / (size - less) if size != less else 1.0
        coordinates.append((np.arange(size) + 0.5) * scale - 0.5 if grid_mode else np.arange(size) * scale)
    return read.along_each(coordinates)


@twin(nd.affine_transform)
def affine_transform(input: Any, matrix: Any, offset: Any = 0.0, output_shape: Any = None, output: Any = None,
                     order: int = 3, mode: str = "constant", cval: Any = 0.0, prefilter: bool = True) -> Any:
    """The image at `matrix @ i + offset` for the places i of the result; a vector is the diagonal of a matrix."""
    read = Reader("affine_transform", input, output, order, mode, cval, prefilter)
    matrix, count = array_of(matrix), read.image.ndim
    shape = read.image.shape if output_shape is None else tuple(output_shape)
    if matrix.shape in ((count, count + 1), (count + 1, count + 1)):
        if len(matrix) > count and np.any(values_of(matrix[count]) != np.eye(count + 1)[count]):
            raise ValueError(f"affine_transform takes a matrix of shape {matrix.shape} whose last row is 0, ..., 0, 1")
        matrix, offset = matrix[:count, :count], matrix[:count, count]
    if matrix.shape not in ((count,), (count, len(shape))):
        raise ValueError(f"affine_transform of an image of {count} axes to {len(shape)} takes a matrix of shape "
                         f"({count}, {len(shape)}), a diagonal, or one of homogeneous coordinates, got {matrix.shape}")
    offsets = arrays_of(each("affine_transform", offset, count))
    if matrix.ndim == 1:
        return read.along_each([matrix[k] * np.arange(n) + offsets[k] for k, n in enumerate(shape)])
    return read.at(range(count), moved(matrix, offsets, shape))


def moved(matrix: Array, offsets: Sequence[Array], shape: Sequence[int]) -> list[Array]:
    """The coordinates matrix @ i + offset of every place i of a result."""
    grid = np.ogrid[tuple(slice(n) for n in shape)]
    return [sum((matrix[k, j] * along for j, along in enumerate(grid)), offset) for k, offset in enumerate(offsets)]


@twin(nd.rotate)
def rotate(input: Any, angle: Any, axes: Any = (1, 0), reshape: bool = True, output: Any = None, order: int = 3,
           mode: str = "constant", cval: Any = 0.0, prefilter: bool = True) -> Any:
    """The image rotated in the plane of two axes by an angle in degrees; differentiated in the angle, too."""
    read = Reader("rotate", input, output, order, mode, cval, prefilter)
    plane = sorted(all_axes(read.image, axes))
    if len(plane) != 2:
        raise ValueError(f"rotate takes two axes of the image, got {axes!r}")
    angle = array_of(angle)
    c, s = sc.cosdg(angle), sc.sindg(angle)
    matrix = np.stack([np.stack([c, s]), np.stack([-s, c])])
    sizes = np.array([read.image.shape[k] for k in plane])
    shape = decided(turned_shape, matrix, sizes) if reshape else tuple(sizes.tolist())
    offset = (sizes - 1) / 2 - matrix @ ((np.array(shape) - 1) / 2)
    return read.at(plane, moved(matrix, [offset[0], offset[1]], shape))


def turned_shape(matrix: Array, sizes: Array) -> tuple[int, ...]:
    """The side lengths of the bounding box of a rotated rectangle."""
    corners = matrix @ np.array([[0, 0, sizes[0], sizes[0]], [0, sizes[1], 0, sizes[1]]])
    return tuple(int(n) for n in np.ptp(corners, axis=1) + 0.5)

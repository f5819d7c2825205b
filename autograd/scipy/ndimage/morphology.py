"""Grey morphology: erosion and dilation, the minimum and maximum of each window, and the operations made of them.

They are differentiated in the image, through the element that is selected, and in the heights of the structure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage as nd

from autograd.arguments import array_of
from autograd.duck_arrays import Array
from autograd.rules.axes import along
from autograd.scipy.twin import twin

from .ranks import footprint_of, windows
from .windows import each, increasing

Definition = Callable[..., Array]


def with_scipys_arguments(function: Callable[..., Any]) -> Callable[[Definition], Callable[..., Any]]:
    """Register `definition(image, **options)` as the twin of a function with the options that all of them share."""

    def register(definition: Definition) -> Callable[..., Any]:
        @twin(function, real=True)
        def apply(input: Any, size: Any = None, footprint: Any = None, structure: Any = None, output: Any = None,
                  mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
            return definition(array_of(input), size=size, footprint=footprint, structure=structure, output=output,
                              mode=mode, cval=cval, origin=origin, axes=axes)

        return apply

    return register


def heights(image: Array, name: str, size: Any, footprint: Any, structure: Any, output: Any, mode: Any, cval: Any,
            origin: Any, axes: Any, upwards: bool) -> Array:
    """The sorted elements of each window along a first axis, minus a structure, or plus the reflected structure."""
    axes = increasing(name, image, axes)
    if structure is not None:
        structure = array_of(structure)
        if size is not None:
            raise ValueError(f"{name} takes a size or a structure, which has one, got size={size!r}")
        footprint = np.ones(structure.shape, bool) if footprint is None else footprint
    shape = footprint_of(name, size, footprint, len(axes))
    if structure is not None and structure.shape != shape.shape:
        raise ValueError(f"{name} takes a structure of the shape of its footprint, got {structure.shape} and "
                         f"{shape.shape}")
    if upwards:
        shape = np.flip(shape)
        origin = [-o - (n % 2 == 0) for o, n in zip(each(name, origin, len(axes)), shape.shape, strict=True)]
    seen = windows(name, image, shape, output, mode, cval, origin, axes)
    if structure is not None:
        added = (np.flip(structure) if upwards else -structure)[shape]
        seen = (seen + along(added, seen, 0)).astype(seen.dtype, copy=False)
    return np.sort(seen, axis=0)


@with_scipys_arguments(nd.grey_erosion)
def grey_erosion(image: Array, **options: Any) -> Array:
    return heights(image, "grey_erosion", **options, upwards=False)[0]


@with_scipys_arguments(nd.grey_dilation)
def grey_dilation(image: Array, **options: Any) -> Array:
    return heights(image, "grey_dilation", **options, upwards=True)[-1]


@with_scipys_arguments(nd.grey_opening)
def grey_opening(image: Array, output: Any, **options: Any) -> Array:
    return grey_dilation(grey_erosion(image, **options), output=output, **options)


@with_scipys_arguments(nd.grey_closing)
def grey_closing(image: Array, output: Any, **options: Any) -> Array:
    return grey_erosion(grey_dilation(image, **options), output=output, **options)


@with_scipys_arguments(nd.white_tophat)
def white_tophat(image: Array, **options: Any) -> Array:
    opened = grey_opening(image, **options)
    return (image - opened).astype(opened.dtype, copy=False)


@with_scipys_arguments(nd.black_tophat)
def black_tophat(image: Array, **options: Any) -> Array:
    closed = grey_closing(image, **options)
    return (closed - image).astype(closed.dtype, copy=False)


@with_scipys_arguments(nd.morphological_gradient)
def morphological_gradient(image: Array, output: Any, **options: Any) -> Array:
    refuse_output("morphological_gradient", output)
    return grey_dilation(image, **options) - grey_erosion(image, **options)


@with_scipys_arguments(nd.morphological_laplace)
def morphological_laplace(image: Array, output: Any, **options: Any) -> Array:
    refuse_output("morphological_laplace", output)
    return grey_dilation(image, **options) + grey_erosion(image, **options) - 2 * image


def refuse_output(name: str, output: Any) -> None:
    """Raise `ValueError` for `output=`: in these functions SciPy takes an array to write to, and ignores a dtype."""
    if output is not None:
        raise ValueError(f"{name} of tensors takes no output: write .astype(dtype) behind it")

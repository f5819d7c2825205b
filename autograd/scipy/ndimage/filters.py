"""Linear filters: convolutions with weights that are given, uniform, of Gauss, or of differences.

A Gaussian filter is differentiated in its width as well, on a support whose length is held constant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage as nd

from autograd.arguments import array_of, arrays_of
from autograd.declare import decided
from autograd.duck_arrays import Array, add_all
from autograd.rules.axes import all_axes, one_axis
from autograd.scipy.twin import twin

from .windows import correlated, dtype_of, each, increasing

# --- Given weights ---------------------------------------------------------------------------------------------------


def weighted(name: str, image: Any, weights: Any, output: Any, mode: str, cval: Any, origin: Any, axes: Any,
             flipped: bool) -> Array:
    """A correlation, or with flipped weights a convolution, whose window ends on the other side of its middle."""
    image, weights, cval = arrays_of((image, weights, cval))
    axes, dtype = increasing(name, image, axes), dtype_of(name, output, image, weights)
    if not isinstance(mode, str):
        raise ValueError(f"{name} takes one mode for all axes, got {mode!r}")
    origins = each(name, origin, len(axes))
    if flipped:
        origins = [-o - (n % 2 == 0) for o, n in zip(origins, weights.shape, strict=False)]
    weights = np.flip(weights) if flipped else np.conj(weights)
    return correlated(name, image, weights, axes, [mode] * len(axes), cval, origins).astype(dtype)


def along_several(function: Callable[..., Any], flipped: bool) -> Callable[..., Any]:
    @twin(function)
    def apply(input: Any, weights: Any, output: Any = None, mode: str = "reflect", cval: Any = 0.0, origin: Any = 0, *,
              axes: Any = None) -> Any:
        return weighted(function.__name__, input, weights, output, mode, cval, origin, axes, flipped)

    return apply


def along_one(function: Callable[..., Any], flipped: bool) -> Callable[..., Any]:
    @twin(function)
    def apply(input: Any, weights: Any, axis: int = -1, output: Any = None, mode: str = "reflect", cval: Any = 0.0,
              origin: int = 0) -> Any:
        return weighted(function.__name__, input, weights, output, mode, cval, origin, axis, flipped)

    return apply


correlate, convolve = along_several(nd.correlate, False), along_several(nd.convolve, True)
correlate1d, convolve1d = along_one(nd.correlate1d, False), along_one(nd.convolve1d, True)


def correlated_along(x: Array, weights: Any, axis: int, mode: str, cval: Any, origin: int = 0,
                     name: str = "a filter") -> Array:
    """A correlation along one axis, in double precision."""
    return correlated(name, x, array_of(weights), (axis,), [mode], cval, [origin])


# --- Means -----------------------------------------------------------------------------------------------------------


@twin(nd.uniform_filter)
def uniform_filter(input: Any, size: Any = 3, output: Any = None, mode: Any = "reflect", cval: Any = 0.0,
                   origin: Any = 0, *, axes: Any = None) -> Any:
    image = array_of(input)
    axes, dtype = all_axes(image, axes), dtype_of("uniform_filter", output, image)
    out = image
    given = [each("uniform_filter", x, len(axes)) for x in (size, mode, origin)]
    for axis, n, edge, o in zip(axes, *given, strict=True):
        if n > 1:
            out = correlated_along(out, np.full(int(n), 1 / int(n)), axis, edge, cval, o, "uniform_filter")
    return out.astype(dtype)


@twin(nd.uniform_filter1d)
def uniform_filter1d(input: Any, size: int, axis: int = -1, output: Any = None, mode: str = "reflect", cval: Any = 0.0,
                     origin: int = 0) -> Any:
    if size < 1:
        raise ValueError(f"uniform_filter1d takes a size of at least 1, got {size}")
    return uniform_filter(array_of(input), size, output, mode, cval, origin, axes=axis)


# --- Gauss -----------------------------------------------------------------------------------------------------------


def reach(sigma: Any, truncate: float) -> int:
    """The radius of a Gaussian window, or -1 for one so narrow that it changes nothing."""
    return int(truncate * float(sigma) + 0.5) if sigma > 1e-15 else -1


def gaussian_weights(sigma: Any, order: int, radius: int) -> Array:
    """The normal density on whole numbers with sum 1, or its derivative: -s^2 f^(n+1) = x f^(n) + n f^(n-1)."""
    x = np.arange(-radius, radius + 1)
    density = np.exp(-0.5 / (sigma * sigma) * x**2)
    previous, out = np.zeros(1), density / np.sum(density)
    for n in range(order):
        previous, out = out, -(x * out + n * previous) / (sigma * sigma)
    return np.flip(out)


@twin(nd.gaussian_filter)
def gaussian_filter(input: Any, sigma: Any, order: Any = 0, output: Any = None, mode: Any = "reflect", cval: Any = 0.0,
                    truncate: float = 4.0, *, radius: Any = None, axes: Any = None) -> Any:
    image = array_of(input)
    axes, dtype = all_axes(image, axes), dtype_of("gaussian_filter", output, image)
    return smoothed(image, sigma, order, mode, cval, truncate, radius, axes).astype(dtype)


def smoothed(image: Array, sigma: Any, order: Any, mode: Any, cval: Any, truncate: float, radius: Any,
             axes: tuple[int, ...]) -> Array:
    """Gaussian filters, one axis after the other."""
    out, given = image, [each("gaussian_filter", x, len(axes)) for x in (sigma, order, mode, radius)]
    for axis, width, n, edge, r in zip(axes, *given, strict=True):
        found = decided(reach, width, truncate)
        r = found if r is None else r
        if n < 0 or truncate < 0 or (found >= 0 and (r < 0 or int(r) != r)):
            raise ValueError("gaussian_filter takes orders and radii that are whole numbers of 0 or more, and truncate "
                             f"of 0 or more, got order={n} and radius={r} with truncate={truncate}")
        if found >= 0:
            out = correlated_along(out, gaussian_weights(width, n, int(r)), axis, edge, cval)
    return out


@twin(nd.gaussian_filter1d)
def gaussian_filter1d(input: Any, sigma: Any, axis: int = -1, order: int = 0, output: Any = None,
                      mode: str = "reflect", cval: Any = 0.0, truncate: float = 4.0, *, radius: Any = None) -> Any:
    return gaussian_filter(array_of(input), sigma, order, output, mode, cval, truncate, radius=radius, axes=axis)


@twin(nd.gaussian_laplace)
def gaussian_laplace(input: Any, sigma: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, *,
                     axes: Any = None, **options: Any) -> Any:
    """The sum of the second derivatives along the axes, of the image smoothed along them."""
    image = array_of(input)
    axes = all_axes(image, axes)
    widths = each("gaussian_laplace", sigma, len(axes))
    if len(axes) < image.ndim:  # of all axes they are in the image's order, as SciPy reads them
        chosen = dict(zip(axes, widths, strict=True))
        widths = [chosen.get(k, 0.0) for k in range(image.ndim)]
    return gaussian_derivatives("gaussian_laplace", add_all, image, widths, 2, output, mode, cval, axes, **options)


@twin(nd.gaussian_gradient_magnitude, real=True)
def gaussian_gradient_magnitude(input: Any, sigma: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, *,
                                axes: Any = None, **options: Any) -> Any:
    """The length of the gradient along the axes, of the image smoothed along all."""
    return gaussian_derivatives("gaussian_gradient_magnitude", length, input, sigma, 1, output, mode, cval, axes,
                                **options)


def gaussian_derivatives(name: str, combine: Callable[[list[Array]], Array], input: Any, sigma: Any, order: int,
                         output: Any, mode: Any, cval: Any, axes: Any, *, truncate: float = 4.0,
                         radius: Any = None) -> Array:
    """Derivatives of the smoothed image along each axis, combined; without an axis, the image."""
    image = array_of(input)
    axes, every, dtype = all_axes(image, axes), tuple(range(image.ndim)), dtype_of(name, output, image)
    parts = [smoothed(image, sigma, [order if k == axis else 0 for k in every], edge, cval, truncate, radius, every)
             for axis, edge in zip(axes, each(name, mode, len(axes)), strict=True)]
    return (combine(parts) if parts else image).astype(dtype)


def length(parts: list[Array]) -> Array:
    if parts[0].dtype.kind == "c":
        raise TypeError("gaussian_gradient_magnitude takes real images, got complex numbers; give the parts one by one")
    return np.linalg.norm(np.stack(parts), axis=0)


# --- Differences -----------------------------------------------------------------------------------------------------


def differences(function: Callable[..., Any], beside: list[int]) -> Callable[..., Any]:
    """A central difference along one axis, weighted by `beside` along the others."""

    @twin(function)
    def apply(input: Any, axis: int = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0) -> Any:
        image = array_of(input)
        dtype, axis = dtype_of(function.__name__, output, image), one_axis(image, axis)
        modes = each(function.__name__, mode, image.ndim)
        out = correlated_along(image, [-1, 0, 1], axis, modes[axis], cval)
        for k in range(image.ndim):
            if k != axis:
                out = correlated_along(out, beside, k, modes[k], cval)
        return out.astype(dtype)

    return apply


prewitt, sobel = differences(nd.prewitt, [1, 1, 1]), differences(nd.sobel, [1, 2, 1])


@twin(nd.laplace)
def laplace(input: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, *, axes: Any = None) -> Any:
    image = array_of(input)
    axes, dtype = all_axes(image, axes), dtype_of("laplace", output, image)
    modes = each("laplace", mode, len(axes))
    parts = [correlated_along(image, [1, -2, 1], k, edge, cval) for k, edge in zip(axes, modes, strict=True)]
    return (add_all(parts) if parts else image).astype(dtype)

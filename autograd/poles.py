"""Products with a derivative that may be infinite: a cotangent or tangent of exactly 0 contributes exactly 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from .registry import primitives
from .tensor import Tensor

Array = Any


def pole_safe(g: Array, partial: Array) -> Array:
    """`g * partial`, exactly 0 where `g` is exactly 0, even where the partial derivative is infinite or nan."""
    if isinstance(g, Tensor) or isinstance(partial, Tensor):
        return primitives["pole_safe"](g, partial)
    return pole_safe_values(g, partial)


def along(t: Array, *partials: Array) -> tuple[Array, ...]:
    """The tangents `t * partial` of several outputs, by the same rule."""
    return tuple(pole_safe(t, partial) for partial in partials)


def pole_safe_values(g: Array, partial: Array) -> Array:
    """The same on arrays."""
    product = g * partial
    if isinstance(product, np.ndarray):
        zero = g == 0
        if zero.any():
            product[zero if zero.shape == product.shape else np.broadcast_to(zero, product.shape)] = 0
        return product
    return product if g != 0 else product.dtype.type(0)

"""The logistic sigmoid, and x times it, the SiLU: in blocks for many numbers, with few passes over memory.

    s(x) = 1 / (1 + exp(-x)),   s' = s (1 - s),   silu(x) = x s,   silu' = s + x s (1 - s)

The exponential keeps its digits for negative x, where 1/2 + tanh(x / 2) / 2 cancels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.declare import elementwise, on_arrays_too
from autograd.duck_arrays import HALF, Array
from autograd.primitive import pole_safe
from autograd.rule_signature import Rule
from autograd.runtime.blocks import LONG, filled
from autograd.runtime.reduction import nan_or_largest
from autograd.runtime.silence import silent

MANY = 2**12  # from this size on, one look for nan costs less than the masks that avoid it


def _over(out: Array, x: Array, numerator: Any) -> Array:
    """numerator / (1 + exp(-x)), in place."""
    np.negative(x, out=out)
    np.exp(out, out=out)
    out += 1
    return np.divide(numerator, out, out=out)


def _is_large(x: Array, least: int = LONG) -> bool:
    return type(x) is np.ndarray and x.size > least and x.dtype.char in "fd"


def _in_few_passes(pulled: Callable[[Array, Array, Array], None], slope: Rule) -> Rule:
    """`g * slope(value)` by `pulled(product, g, value)`, unless that is nan somewhere; large arrays go in blocks."""

    def times(g: Array, value: Array) -> Array:
        if _is_large(value, MANY) and _is_large(g, MANY) and g.dtype == value.dtype:
            with np.errstate(all="ignore"):  # what is nan here may have a limit
                product = filled(pulled, np.empty_like(value), g, value, block=LONG, least=2)
            if not np.isnan(nan_or_largest(product)):
                return product
        return pole_safe(g, slope(value))

    return times


@silent  # the result is right even where exp overflows
def _sigmoid(x: Array) -> Array:
    if x.dtype.char == HALF:  # whose exp overflows at 11.1, where the sigmoid is far from its smallest number
        return _sigmoid(x.astype(np.float32)).astype(x.dtype)
    if _is_large(x):
        return filled(lambda out, x: _over(out, x, 1), np.empty_like(x), x, block=LONG, least=2)
    return 1 / (1 + np.exp(-x))


@silent
def _silu(x: Array) -> Array:
    if _is_large(x):
        return filled(lambda out, x: _over(out, x, x), np.empty_like(x), x, block=LONG, least=2)
    return x / (1 + np.exp(-x))


def _sigmoid_pulled(product: Array, g: Array, out: Array) -> None:
    np.subtract(1, out, out=product)
    product *= out
    product *= g


def _silu_pulled(product: Array, g: Array, x: Array) -> None:
    s = _over(np.empty_like(x), x, 1)
    np.subtract(1, s, out=product)
    product *= x
    product += 1
    product *= s
    product *= g


def silu_slope(x: Array) -> Array:
    """s + x s (1 - s), where s is the sigmoid; 1 and 0 at the infinities."""
    s = logistic(x)
    return s + pole_safe(x, s * (1 - s))


sigmoid_of = elementwise(_sigmoid, lambda out: out * (1 - out), name="sigmoid",
                         times=_in_few_passes(_sigmoid_pulled, lambda out: out * (1 - out)))
logistic = on_arrays_too(sigmoid_of)
silu_of = elementwise(_silu, silu_slope, name="silu", times=_in_few_passes(_silu_pulled, silu_slope))

"""Functions that reduce over axes: sums, means, extremes, products, and running sums.

`axis` is None, an integer or a tuple; `keepdims`, `where` and `initial` are NumPy's.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from autograd.arguments import array_of, as_tensor, by_name
from autograd.arrays import in_a_tuple, in_dtype
from autograd.declare import composite, constant, linear, on_arrays_too, reduction
from autograd.declare.poles import quotient
from autograd.duck_arrays import HALF, Array, at_least_single
from autograd.runtime.reduction import reduce
from autograd.runtime.running import running
from autograd.tensor import Tensor

from .axes import all_axes, at_least_one_axis, moved_back, reduced_last, with_length
from .ufuncs import expand, masked, reducing_by


def count(x: Array, axis: Any, where: Any) -> Any:
    """The number of elements that each result is computed from."""
    if where is not True:
        return np.sum(np.broadcast_to(where, x.shape), axis=axis, keepdims=True)
    if axis is None:
        return x.size
    return prod(x.shape[a] for a in in_a_tuple(axis))


# --- Sums and means --------------------------------------------------------------------------------------------------

linear(np.sum, expand, evaluate=reducing_by(np.add), offset="initial")


def _mean(x: Array, *, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Array:
    if dtype is None and type(x) is np.ndarray and x.size and x.dtype.char in "fd":
        return reduce(np.add, x, axis=axis, keepdims=keepdims) / count(x, axis, True)
    return np.mean(x, axis=axis, dtype=dtype, keepdims=keepdims)


# In float16 a count of more than 65,504 is infinite.
mean_of_all = linear(np.mean, lambda g, x, *, axis=None, dtype=None, keepdims=False: expand(
    at_least_single(g) / count(x, axis, True), x, axis=axis, keepdims=keepdims), evaluate=_mean)
mean_of_some = reduction(np.mean, lambda g, x, *, axis=None, dtype=None, where=True: left_or_none(
    expand(shared_out(g, count(x, axis, where)), x, keepdims=True), count(x, axis, where), where), name="mean_of_some")


@composite(np.mean)
def mean(a: Any, *args: Any, where: Any = True, **options: Any) -> Any:
    return mean_of_all(a, *args, **options) if where is True else mean_of_some(a, *args, where=where, **options)


def shared_out(change: Array, number: Any) -> Array:
    """`change / number`, and nan where the result is 0 / 0."""
    return change / ((number or np.nan) if isinstance(number, (int, float)) else np.where(number == 0, np.nan, number))


def left_or_none(change: Array, number: Any, where: Any) -> Array:
    """`change`, and 0 for elements that were left out, unless the result is 0 / 0, which has no derivative at all."""
    return masked(change, where if where is True else where | (number == 0))


def centred(x: Array, axis: Any, where: Any, dtype: Any, mean: Array | None) -> Array:
    """The deviation of x from its mean over `axis`, in the dtype of the computation, for float16 in float32.

    In float16 the sum, the number of the elements and their squares may overflow, and the squares may be 0.
    """
    x = at_least_single(in_dtype(x, dtype))
    if mean is None:
        mean = np.sum(masked(x, where), axis=axis, keepdims=True) / count(x, axis, where)
    return x - mean


def spread_back(change: Array, x: Array, axis: Any, where: Any, dtype: Any, mean: Array | None, degrees: Any) -> Array:
    """The cotangent of a variance, or of its root; where that is 0 / 0, nan for all elements, even those left out."""
    change = shared_out(at_least_single(change), degrees)
    return left_or_none(change * np.conj(centred(x, axis, where, dtype, mean)), degrees, where)


def _var(x: Array, *, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: bool = False,
         **options: Any) -> Array:
    """NumPy's variance, whose own text takes longer on small arrays, and whose loops do in short rows."""
    plain = dtype is None and not options and isinstance(ddof, (int, float))
    if plain and type(x) is np.ndarray and x.size and x.dtype.char in "fd":
        deviation = x - _mean(x, axis=axis, keepdims=True)
        if (divisor := float(count(x, axis, True) - ddof)) > 0:
            return reduce(np.add, np.square(deviation, out=deviation), axis=axis, keepdims=keepdims) / divisor
    return np.var(x, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims, **options)


var_of = reduction(
    np.var, lambda g, x, *, axis=None, dtype=None, ddof=0, correction=None, where=True, mean=None: spread_back(
        2 * g, x, axis, where, dtype, mean, degrees(x, axis, where, ddof, correction)), evaluate=_var)
std_of = reduction(
    np.std, lambda g, x, out, *, axis=None, dtype=None, ddof=0, correction=None, where=True, mean=None: root_back(
        g, out, x, axis, where, dtype, mean, degrees(x, axis, where, ddof, correction)),
    evaluate=lambda x, **options: np.sqrt(_var(x, **options)))


def root_back(g: Array, out: Array, x: Array, axis: Any, where: Any, dtype: Any, mean: Array | None,
              degrees: Any) -> Array:
    """The cotangent of a standard deviation `out`, which is computed again where NumPy computed it in float16."""
    if out.dtype.char == HALF:
        square = masked(centred(x, axis, where, dtype, mean) ** 2, where)
        out = np.sqrt(shared_out(np.sum(square, axis=axis, keepdims=True), degrees))
    return spread_back(quotient(g, out), x, axis, where, dtype, mean, degrees)


def degrees(x: Array, axis: Any, where: Any, ddof: Any, correction: Any) -> Any:
    """The divisor of a variance, which NumPy clips at 0."""
    divisor = count(x, axis, where) - (ddof if correction is None else correction)
    return max(divisor, 0) if isinstance(divisor, (int, float)) else np.maximum(divisor, 0)


def of_real_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose values are real also in a complex dtype, and so are their derivatives."""

    def apply(a: Any, axis: Any = None, dtype: Any = None, *args: Any, **options: Any) -> Any:
        if dtype is None or np.dtype(dtype).kind != "c":
            return function(a, axis, dtype, *args, **options)
        return function(array_of(a).astype(dtype), axis, None, *args, **options).astype(dtype)

    return apply


@composite(np.var)
@of_real_values
def var(a: Any, *args: Any, mean: Any = None, **options: Any) -> Any:
    if not isinstance(mean, Tensor):
        return var_of(a, *args, **mean_option(mean), **options)
    options = by_name(np.var, args, options)
    axis, where = options.pop("axis", None), options.pop("where", True)
    ddof, correction = options.pop("ddof", 0), options.pop("correction", None)
    x = in_dtype(as_tensor(a), options.pop("dtype", None))
    deviation = masked(x - mean, where)
    total = np.sum(np.real(deviation * np.conj(deviation)), axis=axis, **(options | {"keepdims": True}))
    found = shared_out(total, degrees(x, axis, where, ddof, correction))
    return found if options.get("keepdims") else np.squeeze(found, axis=axis)


@composite(np.std)
@of_real_values
def std(a: Any, *args: Any, mean: Any = None, **options: Any) -> Any:
    if isinstance(mean, Tensor):
        return np.sqrt(var(a, *args, mean=mean, **options))
    return std_of(a, *args, **mean_option(mean), **options)


def mean_option(mean: Any) -> dict[str, Any]:
    """The option, if there is one: NumPy's default is none that could be passed."""
    return {} if mean is None else {"mean": mean}


# --- Extremes: a tie over an axis is shared equally ------------------------------------------------------------------


def winners(x: Array, out: Array, axis: Any, initial: Any, where: Any) -> Array:
    """1/n at each of the n elements that equal the extreme, 0 elsewhere, or in a tie with `initial`, a constant."""
    won = masked(x == out, where if initial is None else where & (out != initial))
    return won / np.maximum(np.sum(won, axis=axis, keepdims=True), 1)


for function, ufunc in ((np.max, np.maximum), (np.min, np.minimum)):
    reduction(function, lambda g, x, out, *, axis=None, initial=None, where=True:
              g * winners(x, out, axis, initial, where), evaluate=reducing_by(ufunc))
composite(np.amax)(np.max)
composite(np.amin)(np.min)

# --- Products --------------------------------------------------------------------------------------------------------


def product_of_others(x: Array, out: Array, axis: Any, initial: Any, where: Any) -> Array:
    """For each element the product of all the others in its reduction: right with any number of zeros."""
    if where is True and initial is None and type(x) is np.ndarray and keeps_its_digits(x, axis):
        return out / x
    x = np.where(where, x, 1) if where is not True else x
    axes = all_axes(x, axis if x.ndim else None)
    flat = reduced_last(x, axes)
    ones = np.ones_like(flat[..., :1])
    before = np.cumprod(np.concatenate([ones, flat[..., :-1]], axis=-1), axis=-1)
    after = np.flip(np.cumprod(np.concatenate([ones, np.flip(flat, -1)[..., :-1]], axis=-1), axis=-1), -1)
    back = moved_back(before * after, x.shape, axes)
    return masked(back if initial is None else back * initial, where)


def keeps_its_digits(x: np.ndarray[Any, Any], axis: Any) -> bool:
    """Whether no product of elements that are multiplied is 0, infinite or subnormal, in whichever order."""
    if x.dtype.char not in "fd":
        return False
    with np.errstate(divide="ignore"):  # the logarithm of 0
        furthest = np.add.reduce(np.abs(np.log2(np.abs(x))), axis=axis)
    return bool(np.all(furthest < -1 - np.finfo(x.dtype).minexp))


reduction(np.prod, lambda g, x, out, *, axis=None, dtype=None, initial=None, where=True:
          g * product_of_others(in_dtype(x, dtype), out, axis, initial, where), evaluate=reducing_by(np.multiply))

# --- Running sums ----------------------------------------------------------------------------------------------------


def reversed_cumsum(g: Array, x: Array, *, axis: Any = None, dtype: Any = None) -> Array:
    return np.flip(cumsum(np.flip(g, axis), axis=axis), axis).reshape(x.shape)


cumsum: Any = on_arrays_too(linear(np.cumsum, reversed_cumsum, evaluate=running(np.cumsum, np.add)))


def cumulative(function: Callable[..., Any], start: float) -> Callable[..., Any]:
    """A running sum or product along an axis, with its start before it if wanted."""

    def apply(x: Any, /, *, axis: int | None = None, dtype: Any = None, out: None = None,
              include_initial: bool = False) -> Any:
        if axis is None and x.ndim > 1:
            raise ValueError(f"cumulative functions need an axis for more than one dimension, got shape {x.shape}")
        x, axis = at_least_one_axis(x), 0 if axis is None else axis
        total = function(x, axis=axis, dtype=dtype, out=out)
        if not include_initial:
            return total
        return np.concatenate([np.full(with_length(total, axis, 1), start, total.dtype), total], axis=axis)

    return apply


composite(np.cumulative_sum)(cumulative(np.cumsum, 0))
composite(np.cumulative_prod)(cumulative(np.cumprod, 1))

constant(np.any, np.all, np.argmax, np.argmin, np.count_nonzero, np.nanargmax, np.nanargmin)

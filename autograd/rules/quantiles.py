"""Order statistics: median, quantiles and percentiles, with or without nan, every `method` and `weights`.

Which sorted elements a quantile reads, and how it interpolates between two of them, depends on ranks alone. So NumPy's
own function is applied to the ranks; it returns a position between two ranks, and the elements at these ranks are
interpolated. If the method is linear between elements, the position has a derivative in the level.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograd.arguments import array_of
from autograd.arrays import floating
from autograd.declare import composite, piecewise_constant
from autograd.duck_arrays import Array
from autograd.errors import NoDerivativeError
from autograd.registry import real_only
from autograd.tensor.box import varies
from autograd.tensor.nested import shared_values, tensors_in

from .axes import all_axes, reduced_last
from .calculus import least

LINES = {"linear": (1, 1), "hazen": (1 / 2, 1 / 2), "weibull": (0, 0), "median_unbiased": (1 / 3, 1 / 3),
         "normal_unbiased": (3 / 8, 3 / 8), "interpolated_inverted_cdf": (0, 1)}
"""Methods whose place is `q n + a + q (1 - a - b) - 1` among n elements, within their ends, and a and b (Hyndman and
Fan 1996, p. 363). All others step from element to element."""


def read_by_rank(function: Callable[..., Any], mix: Callable[..., Array], a: Array, axis: Any, keepdims: bool,
                 moves: Callable[..., Array] | None = None, **options: Any) -> Array:
    """Read the sorted elements of `a` over `axis` at the positions given by `function(ranks, axis=-1, **options)`.

    `moves` adds the derivative of the result in the level, from the sorted elements and the position among them.
    """
    a = array_of(a)
    if a.dtype.kind not in "fc" or not a.size:
        return piecewise_constant(function)(a, axis=axis, keepdims=keepdims, **options)
    axes = all_axes(a, axis)
    flat, weights = reduced_last(a, axes), options.get("weights")
    if weights is not None and np.shape(weights) == a.shape:
        options["weights"] = reduced_last(np.asarray(weights), axes)
    levels = np.shape(options.get("q", 0))  # they come first
    dtype = function(np.zeros(1, a.dtype), **{key: o for key, o in options.items() if key != "weights"}).dtype

    def read(x: Array) -> tuple[Array, ...]:
        return between_ranks(places_to_read(function, x, options), x, dtype)

    low, high, share, missing = piecewise_constant(read)(flat)
    ordered = np.sort(flat, axis=-1)
    below, above = np.take_along_axis(ordered, low, -1), np.take_along_axis(ordered, high, -1)
    mixed = np.where(share == 0, below, mix(below, above, share))
    mixed = mixed if moves is None else mixed + moves(ordered, low, share)
    out = np.moveaxis(np.where(missing, np.nan, mixed), -1, 0).reshape(*levels, *flat.shape[:-1])
    if len(levels) > 1 and weights is None:
        out = np.transpose(out, places_of_axes(function, len(levels), a.ndim, axes))
    return np.expand_dims(out, [len(levels) + k for k in axes]) if keepdims else out[()]


def places_to_read(function: Callable[..., Any], x: Array, options: dict[str, Any]) -> Array:
    """Where among its sorted elements the function reads each row of x: (levels ..., rest of x ...)."""
    if options.get("weights") is None and not np.isnan(x).any():  # every row has the ranks of one
        row = np.arange(x.shape[-1], dtype=np.float64)
        of_one, rest = np.ravel(function(row, **options)), x.shape[:-1]
        if function in (np.nanquantile, np.nanpercentile):  # in NumPy's memory order: those of a row side by side
            return np.moveaxis(np.tile(of_one, math.prod(rest)).reshape(*rest, -1), -1, 0)
        return np.repeat(of_one, math.prod(rest)).reshape(-1, *rest)
    return function(ranks(x), axis=-1, **options)


def between_ranks(places: Array, x: Array, dtype: Any) -> tuple[Array, ...]:
    """The ranks before and after each place, its share of the way between them, and where there is none.

    Places are (levels ..., rest of x ...); what is returned (rest of x ..., levels), as the elements of x come last.
    """
    places = np.moveaxis(np.reshape(places, (-1, *x.shape[:-1])), 0, -1)
    missing = np.isnan(places)
    places = np.where(missing, 0, places)
    low = np.floor(places).astype(int)
    return low, np.minimum(low + 1, x.shape[-1] - 1), (places - low).astype(dtype), missing


def places_of_axes(function: Callable[..., Any], levels: int, ndim: int, axes: tuple[int, ...]) -> list[int]:
    """Where NumPy puts the axes of several levels, read off a result whose sizes all differ.

    They are not always first: `np.nanquantile` over several axes mixes them with those that remain.
    """
    sizes = list(range(2, 2 + levels + ndim))
    given, shape = sizes[:levels], sizes[levels:]
    kept = given + [size for k, size in enumerate(shape) if k not in axes]
    return [kept.index(size) for size in function(np.zeros(shape), np.zeros(given), axis=axes).shape]


def between(below: Array, above: Array, share: Array) -> Array:
    """A line from one element to the next, as NumPy rounds it."""
    gap = above - below
    return np.where(share < 0.5, below + share * gap, above - (1 - share) * gap)


def moved(q: Array, method: str, ordered: Array, low: Array, share: Array) -> Array:
    """A zero whose derivative is that of a quantile in its level.

    At an element, where two lines meet, it is the lesser slope if both have the same sign, as at every kink. Beyond the
    ends it is 0, and therefore also where a line ends; but not at levels 0 and 1, beyond which there are no levels.
    """
    lower, upper = LINES[method]
    count = piecewise_constant(count_of_numbers)(ordered)
    values, last = q.detach(), low == count - 1
    with np.errstate(invalid="ignore"):  # between two infinities there is no slope
        gaps = np.diff(ordered, axis=-1, append=ordered[..., -1:])
    before, after = np.take_along_axis(gaps, np.maximum(low - 1, 0), -1), np.take_along_axis(gaps, low, -1)
    slope = np.where(share == 0, least(before, after), after)
    slope = np.where((low == 0) & (share == 0), np.where((values == 0) & (lower == 1), after, 0), slope)
    slope = np.where(last, np.where((values == 1) & (upper == 1), before, 0), slope)
    slope = np.where((count > 1) & np.isfinite(slope), slope, 0) * (count + 1 - lower - upper)
    return np.astype(slope * (q - values), ordered.dtype)


def count_of_numbers(x: Array) -> Array:
    return np.sum(~np.isnan(x), axis=-1, keepdims=True)


def halfway(below: Array, above: Array, share: Array) -> Array:
    """The mean of two elements, which may be infinite."""
    return np.mean(np.stack([below, above]), axis=0)


def ranks(x: Array) -> Array:
    """The position of each element among the sorted ones; nan stays nan."""
    order = np.argsort(x, axis=-1, kind="stable")
    return np.where(np.isnan(x), np.nan, np.argsort(order, axis=-1))


def middle(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(a: Any, axis: Any = None, out: None = None, overwrite_input: bool = False, keepdims: Any = False) -> Any:
        refuse(function, out, overwrite_input)
        return read_by_rank(function, halfway, a, axis, keepdims is True)

    return apply


def at_level(function: Callable[..., Any], whole: int) -> Callable[..., Any]:
    """A quantile, or a percentile: the same with a level out of 100."""

    def apply(a: Any, q: Any, axis: Any = None, out: None = None, overwrite_input: bool = False,
              method: str = "linear", keepdims: Any = False, *, weights: Any = None) -> Any:
        refuse(function, out, overwrite_input)
        if any(map(varies, tensors_in(weights))):
            raise NoDerivativeError(f"{function.__name__} has no derivative in weights; pass weights.detach()")
        moves = None
        if method in LINES and any(map(varies, tensors_in(q))):
            a = floating(array_of(a))
            moves = partial(moved, np.ravel(array_of(q) / whole), method)
        q = q if isinstance(q, (int, float)) else np.asarray(shared_values(q))
        return read_by_rank(function, between, a, axis, keepdims is True, moves, q=q, method=method,
                            weights=shared_values(weights))

    return apply


def refuse(function: Callable[..., Any], out: Any, overwrite_input: bool) -> None:
    if out is not None or overwrite_input:
        raise TypeError(f"{function.__name__}(out=..., overwrite_input=True) would overwrite a value that the graph "
                        "may need; assign the result instead")


for central in (np.median, np.nanmedian):
    composite(central)(middle(central))
for anywhere, of in ((np.quantile, 1), (np.percentile, 100), (np.nanquantile, 1), (np.nanpercentile, 100)):
    composite(anywhere)(at_level(anywhere, of))
    real_only.add(anywhere)

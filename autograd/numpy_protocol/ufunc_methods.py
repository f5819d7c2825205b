"""The methods of ufuncs on tensors: `np.add.reduce`, `np.maximum.accumulate`, `np.multiply.outer`, `np.add.at`.

Where NumPy has a function of its own for it (`np.add.reduce` is `np.sum`), that function's rule is taken. Any other
ufunc with a rule is applied element after element, as its method is defined; a tie is shared at each application.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from autograd.arguments import array_of, as_operand, refuse_ndarray
from autograd.duck_arrays import Array, as_returned
from autograd.primitive import wrap
from autograd.registry import primitives, registry
from autograd.tensor import Tensor
from autograd.tensor.box import tracked
from autograd.tensor.index import places, raw_key
from autograd.tensor.mutation import SMALL, update
from autograd.tensor.nested import value_of

FUNCTIONS: dict[tuple[np.ufunc, str], Callable[..., Any]] = {
    (np.add, "reduce"): np.sum, (np.multiply, "reduce"): np.prod,
    (np.maximum, "reduce"): np.max, (np.minimum, "reduce"): np.min,
    (np.logical_or, "reduce"): np.any, (np.logical_and, "reduce"): np.all,
    (np.add, "accumulate"): np.cumsum, (np.multiply, "accumulate"): np.cumprod,
}
"""The methods that are also NumPy functions."""


def apply_method(ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """`ufunc.method(*inputs, **options)` on tensors; `NotImplemented` where the ufunc has no rule or no such method."""
    function = FUNCTIONS.get((ufunc, method))
    if function in (np.max, np.min):  # which compare in the dtype of what they are given
        options = dict(options)
        dtype = options.pop("dtype", None)
        inputs = inputs if dtype is None else [array_of(x).astype(dtype) for x in inputs]
    if function is not None:
        return registry[function](*inputs, **{"axis": 0, **options})
    if method == "at" and ufunc in registry and ufunc.nout == 1:
        return at(ufunc, *inputs, **options)
    if method not in METHODS or ufunc not in registry or (ufunc.nin, ufunc.nout) != (2, 1):
        return NotImplemented
    if method != "outer":
        x, *rest = inputs
        if any(map(tracked, (*rest, *options.values()))):
            return NotImplemented  # masks, indices and starts are constants
        rest = [*map(value_of, rest)]
        options = {name: value_of(o) for name, o in options.items()}
        if not isinstance(x, Tensor):  # only an option was a tensor
            return wrap(getattr(ufunc, method)(x, *rest, **options))
        model = getattr(ufunc, method)(np.ones(x.shape, x.dtype), *rest, **options)  # raises what NumPy raises
        options.pop("dtype", None)
        inputs = (x if x.dtype == model.dtype else x.astype(model.dtype), *rest)
        return wrap(METHODS[method](ufunc, *inputs, **options).astype(model.dtype, copy=False))  # integers were widened
    return wrap(METHODS[method](ufunc, *inputs, **options))


def reduce(ufunc: np.ufunc, x: Array, axis: Any = 0, keepdims: bool = False, initial: Any = None,
           where: Any = True) -> Array:
    """x_1 ∘ x_2 ∘ ... ∘ x_n over the axes, from the left."""
    axes = tuple(range(x.ndim)) if axis is None or not x.ndim else tuple(a % x.ndim for a in np.atleast_1d(axis))
    parts = list(parts_along(x, axes))
    # A ufunc with an identity starts with that: hypot of one element is its size.
    first = initial is None and where is True and parts and ufunc.identity is None
    total = parts.pop(0) if first else filled(x, axes, ufunc, initial)
    if first and not parts:
        total = np.copy(total)  # a part is a view of x, which a result is not
    taken = parts_along(np.broadcast_to(where, x.shape), axes)
    for part, here in zip(parts, taken[: len(parts)], strict=True):
        total = ufunc(total, part) if where is True else np.where(here, ufunc(total, part), total)
    return as_returned(np.expand_dims(total, axes) if keepdims else total)


def filled(x: Array, axes: tuple[int, ...], ufunc: np.ufunc, initial: Any) -> Array:
    """The start of a reduction that does not start with an element: `initial`, or the ufunc's identity."""
    shape = tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return np.full(shape, np.asarray(ufunc.identity if initial is None else initial).astype(x.dtype))


def accumulate(ufunc: np.ufunc, x: Array, axis: int = 0) -> Array:
    """x_1, x_1 ∘ x_2, x_1 ∘ x_2 ∘ x_3, ... along the axis."""
    totals: list[Array] = []
    for part in parts_along(x, (axis,)):
        totals.append(ufunc(totals[-1], part) if totals else part)
    return np.stack(totals, axis) if totals else x


def reduceat(ufunc: np.ufunc, x: Array, indices: Any, axis: int = 0) -> Array:
    """The reduction of each part of the axis that begins at an index and ends before the next, if that is later."""
    x = np.moveaxis(x, axis, 0)
    bounds = [*np.asarray(indices).tolist(), x.shape[0]]
    parts = [x[first : max(last, first + 1)] for first, last in pairwise(bounds)]
    totals = [part[0] if len(part) == 1 else ufunc.reduce(part) for part in parts]
    return np.stack(totals, axis) if parts else np.moveaxis(x[:0], 0, axis)


def outer(ufunc: np.ufunc, x: Array, y: Array) -> Array:
    """x_i ∘ y_j for every pair of elements."""
    return ufunc(np.reshape(x, np.shape(x) + (1,) * np.ndim(y)), y)


def at(ufunc: np.ufunc, target: Any, indices: Any, *values: Any) -> Any:
    """`target[indices] = ufunc(target[indices], values)`, applied as often as each place occurs in the indices."""
    if not isinstance(target, Tensor) and not any(map(tracked, (indices, *values))):
        return NotImplemented
    refuse_ndarray(f"{ufunc.__name__}.at", target)
    key = raw_key(indices)
    found = places(key, target.shape)
    operands = [np.broadcast_to(as_operand(v), found.shape) for v in values]
    if ufunc in (np.add, np.subtract):  # contributions to one place can be added up first, in a dtype that holds them
        (amount,) = operands
        amount = amount.astype(np.result_type(target.dtype, amount.dtype))
        if SMALL * found.size > target.size:
            update(target, ufunc, primitives["add_into_zeros"](amount, key=key, shape=target.shape))
            return None
        found, amount = found.ravel(), np.ravel(amount)
        total = primitives["add_into_zeros"](amount, key=last_of_its_kind(found, target.size), shape=found.shape)
        where = index_of(found, target.shape)
        target[where] = update(target[where], ufunc, total)  # of writes to one place the last one stays
        return None
    found, operands = found.ravel(), [np.copy(v).reshape(-1) for v in operands]  # may be views of it
    times = occurrence(found)
    for k in range(int(times.max(initial=-1)) + 1):
        now = times == k
        where = index_of(found[now], target.shape)
        target[where] = ufunc(target[where], *[v[now] for v in operands])
    return None


def index_of(places: Array, shape: tuple[int, ...]) -> Any:
    """The index of elements, given their places in the flattened array; None if that has no axes: it makes one."""
    return np.unravel_index(places, shape) if shape else None


def last_of_its_kind(places: Array, size: int) -> Array:
    """For each of some places below `size`, the position at which it occurs last among them; without a sort."""
    last = np.empty(size, np.intp)  # of which only what is written is read
    last[places] = np.arange(places.size)
    return last[places]


def occurrence(places: Array) -> Array:
    """How often each value occurred before it: 0 for the first of its kind, 1 for the second."""
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    out = np.empty_like(places)
    out[order] = np.arange(len(places)) - np.repeat(starts, np.diff(starts, append=len(places)))
    return out


def parts_along(x: Array, axes: tuple[int, ...]) -> Array:
    """The parts of an array along some of its axes, one after the other, as axis 0."""
    front = np.moveaxis(x, axes, range(len(axes)))
    return front.reshape(prod(front.shape[: len(axes)]), *front.shape[len(axes) :])


METHODS: dict[str, Callable[..., Any]] = {
    "reduce": reduce, "accumulate": accumulate, "reduceat": reduceat, "outer": outer,
}

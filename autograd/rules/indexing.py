"""Reading and writing elements: `x[key]`, `x[key] = v`, gathers, sorting.

Reading and its transpose, adding into zeros, are a pair: each is the other's rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from math import prod
from typing import Any

import numpy as np

from autograd.arguments import refuse_out
from autograd.arrays import one_of
from autograd.declare import composite, constant, general, linear, on_arrays_too, piecewise_constant
from autograd.declare.variadics import Variadic
from autograd.duck_arrays import Array
from autograd.graph import Node
from autograd.parts import Part, Rest
from autograd.registry import primitives
from autograd.tensor.index import BASIC, differs, indices_of, known_places, parts_of, raw_key, with_key
from autograd.tensor.mutation import link_choice

from .axes import at_least_one_axis, flat_or_along, neighbours, part, with_leading_axes

NOTHING = np.False_  # 0 in any dtype
PLAIN = (np.ndarray, np.generic)  # cotangents in a pass that is not recorded
LONG = 256  # from this size on, a sort pays off that may be in vain
WIDE = 256  # elements at each place of an axis from which on sums of all of them take less time than `add.at`
RARE = 16  # an index comes rarely if it has less than one in so many places
MANY = 1024  # from this size on, it pays off to compute their places in memory


def get_item(x: Array, *, key: Any) -> Array:
    return x[key]


def add_into_zeros(g: Array, *, key: Any, shape: tuple[int, ...]) -> Array:
    """Zeros of `shape` with `g` added at `key`; an element that was read twice receives two contributions."""
    if not is_basic(key):
        return added_up(g, key, shape)
    contiguous = g.flags.c_contiguous or g.ndim != len(shape)
    out = np.zeros(shape, g.dtype) if contiguous else np.zeros_like(g, shape=shape)  # the latter in g's memory order
    out[key] = g
    return out


def add_at(total: Any, g: Array, key: Any) -> bool:
    """Add to the elements at `key` of an array, and say whether that was possible."""
    if type(total) is not np.ndarray or total.dtype != g.dtype:
        return False
    if is_basic(key):
        total[key] += g
    elif g.dtype != np.float16:  # whose repetitions are added up in float32
        add_repeatedly(total, g, key)
    else:
        return False
    return True


def added_up(g: Array, key: Any, shape: tuple[int, ...]) -> Array:
    """Zeros of `shape` with `g` added at an index that may repeat; float16 would stop growing at 2048."""
    out = np.zeros(shape, np.float32 if g.dtype == np.float16 else g.dtype)
    add_repeatedly(out, g, key)
    return out.astype(g.dtype, copy=False)


def add_repeatedly(out: Array, g: Array, key: Any) -> None:
    """`np.add.at(out, key, g)` for an index that may repeat, in less time."""
    *lead, last = parts_of(key)
    whole = all(type(k) is slice and k == slice(None) for k in lead)
    if whole and np.ndim(last) == 1 and g.size >= WIDE * np.size(last):
        for index, some in each_once(np.asarray(last), out.shape[len(lead)]):
            out[(*lead, index)] += g[(*lead, some)]
    elif g.size < MANY or out.ndim == 1 or not out.flags.c_contiguous:
        np.add.at(out, key, g)
    else:  # one index is five times as fast as several
        np.add.at(out.reshape(-1), known_places(key, out.shape).reshape(-1), g.reshape(-1))


def each_once(index: Array, length: int) -> Iterable[tuple[Any, Any]]:
    """A vector of indices as rounds in which none comes twice, each with its places.

    The first round has each index where it comes first, the second where it comes again, and so on. If they are few, or
    one comes very often, a round is one place.
    """
    if len(index) >= RARE:
        index = index.astype(np.intp)
        index[index < 0] += length
        order = np.argsort(index, kind="stable")
        ordered = index[order]
        earlier = np.arange(len(index)) - np.searchsorted(ordered, ordered)  # how often an index has come before
        rounds = int(earlier.max()) + 1
        if rounds * RARE <= len(index):
            return [(ordered[now], order[now]) for now in (earlier == k for k in range(rounds))]
    return zip(index.tolist(), range(len(index)), strict=True)


def is_basic(key: Any) -> bool:
    """Whether an index reads each element at most once: no integer arrays."""
    return all(isinstance(k, BASIC) or np.asarray(k).dtype.kind == "b" for k in parts_of(key))


linear(get_item, lambda g, x, *, key: scatter(g, key=key, shape=x.shape), views=True)
scatter: Callable[..., Any] = on_arrays_too(linear(add_into_zeros, lambda g, *, key, shape: g[key]))


def in_parts(whole: Callable[..., Any]) -> Callable[..., Any]:
    """The rule of `x[key]`; within a pass over arrays it gives a `Part`, without zeros until these are needed."""

    @wraps(whole)
    def cotangent(g: Any, node: Node) -> Any:
        if not isinstance(g, PLAIN):
            return whole(g, node)
        return Part(g.size, lambda: whole(g, node), lambda total: add_at(total, g, node.options["key"]))

    return cotangent


_get_item: Any = primitives["get_item"]
_get_item.cotangents = tuple(map(in_parts, _get_item.cotangents))


def getitem(self: Any, key: Any) -> Any:
    if not differs(key):
        return _get_item.flat(self, {"key": raw_key(key)})
    out = with_key("get_item", (self,), key)
    link_choice(out, self, key)
    return out


# --- Writing ---------------------------------------------------------------------------------------------------------


def write(target: Array, value: Array, *, key: Any, steps: Any = (), alone: Any = ()) -> Array:
    """`target` with `value` at `key` of the view that `steps` take; in place if the id of `target` is among `alone`."""
    if target.dtype.kind not in "fc" and value.dtype.kind in "fc":
        raise TypeError(f"assigning {value.dtype} values into a tensor of dtype {target.dtype} would truncate them; "
                        "make the target with dtype=float")
    return put(target if id(target) in alone else np.array(target), value, key=key, steps=steps)


def put(out: Array, value: Any, *, key: Any, steps: Any = ()) -> Array:
    """`write` in place."""
    if not steps:  # as most writes
        out[key] = value.astype(out.dtype, copy=False)  # a cast may raise, before anything is written
        return out
    shown = [out]
    for view, options in steps:
        shown.append(view.evaluate(shown[-1], **options))
    put(shown[-1], value, key=key)
    for (view, options), whole, seen in zip(reversed(steps), shown[-2::-1], shown[:0:-1], strict=True):
        if not np.may_share_memory(seen, whole):  # NumPy copied: the view was taken of another memory layout
            places = view.evaluate(np.arange(whole.size).reshape(whole.shape), **options)
            np.put(whole, places, seen)
    return out


def seen_through(steps: Any, x: Array) -> Array:
    """The view of an array that steps take one after the other, each a primitive with its options."""
    for view, options in steps:
        x = view.evaluate(x, **options)
    return x


class Writing(Variadic):
    """A part of x replaced by v, as a function of x and v."""

    def record(self, value: Any, operands: Sequence[Any], values: Sequence[Any], parents: Sequence[Node | None],
               options: dict[str, Any]) -> Any:
        options.pop("alone", None)
        return super().record(value, operands, values, parents, options)

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Any]:
        if type(g) is not np.ndarray:
            return super().pullback(g, node, needs)
        _, of_value = super().pullback(g, node, (False, needs[1]))
        rest = Rest(lambda: self.evaluate(g, NOTHING, **node.options), lambda g: put(g, NOTHING, **node.options))
        return rest if needs[0] else None, of_value


def written(g: Array, i: int, operands: Any, *, key: Any, steps: Any = ()) -> Array:
    """The cotangent of overwritten elements goes to the new values, and none to the old ones."""
    if i == 0:
        return overwrite(g, NOTHING, key=key, steps=steps)
    shown = seen_through(steps, g)
    if shown.dtype != g.dtype:  # a view of the real or imaginary part
        shown = np.conj(seen_through(steps, np.conj(g)))
    return with_leading_axes(shown[key] * last_writes(shown.shape, key), operands[1].ndim)  # which the write dropped


def last_writes(shape: tuple[int, ...], key: Any) -> Any:
    """1, but 0 for writes that a later one to the same element overwrites."""
    if is_basic(key):
        return 1
    winner = np.empty(shape, int)  # of which only what is written is read
    order = np.arange(winner[key].size).reshape(winner[key].shape)
    winner[key] = order
    return winner[key] == order


overwrite: Callable[..., Any] = on_arrays_too(Writing("linear", "set_item", write, written))

# --- Gathers ---------------------------------------------------------------------------------------------------------

# Not `x[:, indices]`, whose memory order differs, so that its flattened array would not be a view.
taken = linear(
    np.take, lambda g, x, *, indices, axis: scatter(g, key=(slice(None),) * axis + (indices,), shape=x.shape),
    evaluate=lambda x, *, indices, axis: np.take(x, indices, axis))


@composite(np.take)
def take(a: Any, indices: Any, axis: int | None = None, out: None = None, mode: str = "raise") -> Any:
    refuse_out("take", out)
    indices = indices_of(indices)
    indices = indices.astype(np.intp) if indices.dtype.kind == "b" else indices  # False and True are 0 and 1 to `take`
    a, axis = flat_or_along(at_least_one_axis(a), axis)
    size = a.shape[axis]
    if not a.size:  # the result is empty, or there is nothing to take
        shape = (*a.shape[:axis], *indices.shape, *a.shape[axis + 1 :])
        if prod(shape):
            raise IndexError(f"take cannot take anything from the empty axis {axis} of shape {a.shape}")
        if mode == "raise":
            piecewise_constant(np.take)(a, indices, axis)  # NumPy says whether the indices are in bounds
        return a.reshape(shape)
    indices = within(indices, size, mode)
    return part(a, axis, indices) if differs(indices) else taken(a, indices=indices, axis=axis)


def within(indices: Any, size: int, mode: str) -> Any:
    """Indices as NumPy's `mode` has them where they are out of bounds: "wrap", "clip", or "raise" as they are."""
    one_of("mode", mode, ("raise", "wrap", "clip"))
    return indices % size if mode == "wrap" else np.clip(indices, 0, size - 1) if mode == "clip" else indices


def index_along(shape: tuple[int, ...], indices: Array, axis: int) -> tuple[Array, ...]:
    """The index arrays that pick `indices` along `axis` and every position along the other axes."""
    grids = np.ogrid[tuple(slice(n) for n in shape)]
    return tuple(indices if i == axis else grid for i, grid in enumerate(grids))


def add_along_axis(g: Array, indices: Array, *, axis: int, shape: tuple[int, ...]) -> Array:
    """Zeros of `shape` with `g` added where `take_along_axis` would read."""
    return added_up(g, index_along(shape, indices, axis), shape)


take_along = linear(np.take_along_axis, lambda g, x, indices, *, axis: put_along(g, indices, axis=axis, shape=x.shape),
                    operands=("x", "indices"))
put_along: Callable[..., Any] = on_arrays_too(linear(
    add_along_axis, lambda g, x, indices, *, axis, shape: np.take_along_axis(g, indices, axis),
    operands=("x", "indices")))


@composite(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    arr, axis = flat_or_along(arr, axis)
    return take_along(arr, indices, axis=axis)


# --- Sorting: a permutation of the elements --------------------------------------------------------------------------


def _order(x: Array, axis: int) -> Array:
    """The permutation that sorts, with equal elements in order; of many, those without equal ones by a faster sort."""
    if x.size < LONG:
        return np.argsort(x, axis=axis, kind="stable")
    found = np.argsort(x, axis=axis)
    before, after = neighbours(np.take_along_axis(x, found, axis), axis)
    tied = ~np.all(after > before, axis=axis)  # nan is not greater than anything
    if np.any(tied):
        np.moveaxis(found, axis, -1)[tied] = np.argsort(np.moveaxis(x, axis, -1)[tied], kind="stable")
    return found


order: Any = on_arrays_too(piecewise_constant(_order))
general(np.sort, lambda g, x, *, axis=-1, kind=None, stable=None: unsorted(g, x, axis),
        lambda t, x, *, axis=-1, kind=None, stable=None: sorted_alike(t, x, axis))


def sorted_alike(t: Array, x: Array, axis: Any) -> Array:
    (t, axis), (x, _) = flat_or_along(t, axis), flat_or_along(x, axis)
    return np.take_along_axis(t, order(x, axis), axis)


def unsorted(g: Array, x: Array, axis: Any) -> Array:
    flat, axis = flat_or_along(x, axis)
    return put_along(g, order(flat, axis), axis=axis, shape=flat.shape).reshape(x.shape)


constant(np.argsort, np.nonzero, np.flatnonzero, np.argwhere, np.searchsorted, np.digitize, np.argpartition, np.lexsort,
         np.unravel_index, np.ravel_multi_index)

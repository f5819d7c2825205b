"""In-place writes on tensors: `x[i] = v`, `x += y`, and what they mean for views, leaves and recorded values.

An untracked write goes to memory, as in NumPy. A tracked write never touches memory that the graph may need: it makes
the changed value, as a new array unless nothing else knows the old one, and the tensor object becomes that value; so
earlier uses keep the old one, and gradients are right for both. A view knows its base: writing through a view changes
the base and all of its views.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.arrays import plain_array
from autograd.duck_arrays import Array
from autograd.graph import Leaf, is_argument
from autograd.modes import is_grad_enabled, mode
from autograd.registry import primitives, registry

from .box import Box, boxes
from .hooks import follow
from .index import differs, is_same_key, leaves_an_array, parts_of, raw_key, with_key
from .memory import copied_options, is_alone, mutated, owners, reclaim, recorded_owner, views_of
from .nested import joined
from .tensor import Tensor

MANY = 8
"""When a tensor has this many views, it pays to forget those that no longer exist."""

SMALL = 8
"""A node that keeps a view of at most one eighth of a result copies it: so the result can be written to in place."""


def link(view: Any, base: Any, primitive: Any, options: dict[str, Any]) -> None:
    """Record that `view` shows a part of `base`, and how it was taken, if NumPy made a view."""
    if (base._node is None and reclaim(base)) or (isinstance(base._value, np.generic) and _made_an_array(base)):
        view._value = primitive.evaluate(base._value, **options)
    shown, whole = view._value, base._value
    if isinstance(view, Box) and whole.size and (whole.ndim > base.ndim or whole.dtype == object):
        # Within vmap what NumPy does for one example decides; for symbols, what it does for their array.
        whole = one_example(base)
        shown = primitive.evaluate(whole, **options)
    if type(shown) is np.ndarray and _shows(shown, whole):
        _remember(view, base, primitive, options)


def _made_an_array(base: Tensor) -> bool:
    """Turn the number of a 0-d array into an array, whose memory views can share; returns whether it was one.

    Not for a leaf, whose number the graph keeps: a write gives a leaf another number.
    """
    if is_number(base) or type(base._node) is Leaf:
        return False
    base._value = np.asarray(base._value)
    return True


def one_example(x: Tensor) -> Any:
    """An array with the memory layout that `x` would have if a loop took the examples of a `vmap` one by one.

    The batch itself may have another layout: views that batching rules copied are views here, other results contiguous.
    """
    steps = []
    while (view := getattr(x, "_view", None)) is not None:
        x, *step = view
        steps.append(step)
    found = x._value
    if found.ndim > x.ndim:
        found = found[(0,) * (found.ndim - x.ndim) + ((...,) if _is_array_without_axes(x) else ())]
        found = np.empty_like(found) if type(found) is np.ndarray else found
    for primitive, options in reversed(steps):
        found = primitive.evaluate(found, **options)
    return found


def _shows(part: Array, whole: Any) -> bool:
    """Whether an array is part of another: usually `base` tells, in a tenth of the time of comparing memory."""
    if part is whole or part.base is whole:
        return True
    return part.base is not None and (part.base is whole.base or np.may_share_memory(part, whole))


def _same_places(a: Any, b: Any) -> bool:
    """Whether two arrays are the same elements in the same order, and equally writeable."""
    return type(a) is type(b) is np.ndarray and a.shape == b.shape and a.strides == b.strides and a.dtype == b.dtype \
        and a.flags.writeable == b.flags.writeable and a.ctypes.data == b.ctypes.data


class Choice:
    """An index that differs from example to example, as a primitive that takes a view at it."""

    def __init__(self, key: Any) -> None:
        self.key = key

    def __call__(self, base: Any) -> Any:
        return with_key("get_item", (base,), self.key)

    def evaluate(self, example: Any) -> Any:
        """The elements that the first example's index selects."""
        return example[tuple(p._value.flat[0] if isinstance(p, Tensor) else p for p in parts_of(self.key))]


def link_choice(view: Any, base: Any, key: Any) -> None:
    """Remember that `view` shows `base` at an index that differs from example to example, where NumPy makes a view.

    It does so for slices and single integers, if an array is left.
    """
    chosen = [part for part in parts_of(key) if part is not None]
    if (view.ndim or leaves_an_array(key)) and not any(isinstance(p, (list, bool)) or np.ndim(p) for p in chosen):
        _remember(view, base, Choice(key), {})


def _remember(view: Any, base: Any, primitive: Any, options: dict[str, Any]) -> None:
    view._shared = base._shared or (not base.is_leaf and SMALL * view._value.size <= base._value.size)
    if base._value.base is not None:
        for owner in owners(base):
            if _same_places(view._value, owner._value):  # x.T.T is taken as x was: views in a loop do not get deeper
                base, primitive, options = getattr(owner, "_view", (owner, primitives["get_item"], {"key": ...}))
                break
    view._view = (base, primitive, copied_options(options))
    views = getattr(base, "_views", None)
    if views is None:
        views = base._views = []
    views.append(weakref.ref(view))
    if (count := len(views)) >= MANY and count & (count - 1) == 0:  # now and then: 8 of them, 16, 32 ...
        views[:] = [reference for reference in views if reference() is not None]


def assign(target: Tensor, key: Any, value: Any) -> None:
    """`target[key] = value`. Raises what NumPy raises, and leaves `target` as it was then."""
    value = joined(value)
    boxed = isinstance(target, Box) or isinstance(value, Box) or differs(key)
    if boxed or (is_grad_enabled() and _tracked(target, value)):
        if _is_there(target, key, value):
            return
        if not isinstance(value, Tensor):  # as in NumPy, 10**30 converts to float and a complex number does not
            value = plain_array(value, target.dtype if target.dtype.kind in "fc" else None)
        if not boxed and _written_in_place(target, at := raw_key(key), value):
            _become(target, _recorded("set_item", target, value, key=at), in_place=True)
        else:
            _become(target, with_key("set_item", (target, value), key))
        return
    at, raw = raw_key(key), value._value if isinstance(value, Tensor) else value
    memory = _memory(target)
    memory[at] = raw
    _written(target, memory)


def update(target: Tensor, operation: Callable[..., Any], operand: Any) -> Tensor:
    """`target += operand` and the like: `target` keeps its dtype and shape. Raises if it cannot.

    A 0-d result is a number and does not change, as NumPy's scalars: after `y = x; y += 1` only `y` is another number.
    """
    if is_number(target):
        return registry[operation](target, operand)  # type: ignore[no-any-return]
    boxed = isinstance(target, Box) or isinstance(operand, Box)
    if boxed or (is_grad_enabled() and _tracked(target, operand)):
        result = registry[operation](target, operand)
        _keep_shape(operation, target, operand, result.shape)
        if result.dtype != target.dtype:
            _keep_kind(operation, target, result.dtype)
            result = result.astype(target.dtype)
        if not boxed and hasattr(target, "_view") and _written_in_place(target, ..., result):
            _become(target, result, in_place=True)
        else:
            _become(target, _lying_as(target, result))
        return target
    raw = operand._value if isinstance(operand, Tensor) else operand
    if operation is np.matmul and np.ndim(raw) == 1:  # NumPy's `out=` would broadcast a smaller result
        _keep_shape(operation, target, raw, target.shape[:-1])
    memory = _memory(target)
    try:
        operation(memory, raw, out=memory, casting="same_kind")
    except TypeError:
        _keep_kind(operation, target, operation(memory, raw).dtype)
        raise
    _written(target, memory)
    return target


def _keep_kind(operation: Callable[..., Any], target: Tensor, dtype: np.dtype[Any]) -> None:
    """Raise unless the target can take results of this dtype: integers take no floats, floats no complex numbers."""
    if not np.can_cast(dtype, target.dtype, "same_kind"):
        name = operation.__name__
        raise TypeError(f"in-place {name} cannot cast {dtype} to {target.dtype}, the dtype that the tensor keeps; "
                        f"write x = np.{name}(x, y) instead, or begin with x.astype({dtype.name!r})")


def _keep_shape(operation: Callable[..., Any], target: Tensor, operand: Any, shape: tuple[int, ...]) -> None:
    """Raise unless an in-place operation keeps the shape of its target."""
    if shape != target.shape:
        raise ValueError(f"in-place {operation.__name__} of shapes {target.shape} and {np.shape(operand)} would "
                         f"change the shape to {shape}; write x = x + y instead")


def _lying_as(target: Tensor, result: Tensor) -> Any:
    """The result in Fortran order if only the target is: the memory order decides what is a view of it."""
    columns, found = (one_example(x) if isinstance(x, Box) else x._value for x in (target, result))
    return primitives["copy"](result, order="F") if columns.flags.fnc > found.flags.fnc else result


def _is_there(target: Tensor, key: Any, value: Any) -> bool:
    """Whether a value is the target's own view at this key: `x[key] += y` writes to the view, and then assigns it."""
    view: Any = getattr(value, "_view", None)
    return view is not None and view[0] is target and view[1] is primitives["get_item"] and (
        is_same_key(view[2]["key"], key))


def _written_in_place(target: Tensor, at: Any, value: Any) -> bool:
    """Write into the array of a result if only the result and its views refer to it: the rest need not be copied.

    Returns whether it did. Errors are left to the other way to write, into a new array, which explains them.
    """
    if mode.special or target.dtype.kind not in "fc" or not is_alone(target):
        return False
    try:
        raw = np.asarray(value._value if isinstance(value, Tensor) else value, target.dtype)  # a cast may raise
        target._value[at] = raw
    except Exception:  # noqa: BLE001  # NumPy has not written anything
        return False
    return True


def is_number(target: Tensor) -> bool:
    """Whether NumPy has a scalar here, which no write can change: the 0-d result of an operation, or an argument of a
    transform. A tensor that the user made, or a gradient, is a 0-d array: an optimizer writes to it.
    """
    if target.ndim or hasattr(target, "_view"):
        return False
    if is_argument(target._node):
        return True
    if _is_array_without_axes(target):
        return False
    made = isinstance(target, Box) or (target._node is not None and type(target._node) is not Leaf)
    value = target._value
    array = type(value) is np.ndarray and value.shape == () and value.dtype != object  # neither a batch nor symbols
    return getattr(target, "_scalar", made and not array)


def _is_array_without_axes(x: Tensor) -> bool:
    """Whether each example of a batch is known to be a 0-d array, not a scalar."""
    batched = not x.ndim and x._value.shape != ()
    return batched and any(getattr(box, "_scalar", True) is False for box in boxes(x))


def _tracked(target: Tensor, value: Any) -> bool:
    return target._node is not None or (isinstance(value, Tensor) and value._node is not None)


def _memory(target: Tensor) -> Array:
    """Where an untracked write goes: the value, or a copy where that cannot be written to (numbers, read-only arrays).

    Raises for a recorded result, whose values would no longer be those in the graph, and for a read-only view.
    """
    if (owner := recorded_owner(target)) is not None:
        raise RuntimeError(f"an in-place write within no_grad() to a recorded result, made by "
                           f"{owner._node.primitive.name}, of shape {owner.shape}: write outside of no_grad(), "
                           "which differentiates the write, or write to .detach().clone()")
    reclaim(target)
    if isinstance(target._value, np.ndarray) and target._value.flags.writeable:
        return target._value
    if hasattr(target, "_view"):
        raise ValueError("assignment destination is a read-only view; write to a copy, as x.clone()")
    return np.array(target._value)


def _written(target: Tensor, memory: Array) -> None:
    """Record the write on the leaf that owns the memory, or make the copy the value."""
    if memory is target._value:
        for owner in owners(target):
            mutated(owner)
    else:
        target._value = memory if memory.ndim else memory[()]
        target._shared = False
        mutated(target)


def _become(target: Tensor, result: Tensor, in_place: bool = False) -> None:
    """The tensor object becomes `result`, and its base and the base's other views change accordingly.

    With `in_place` their memory has changed already.
    """
    while (view := getattr(target, "_view", None)) is not None:
        target, primitive, options = view
        if in_place:
            result = _recorded("set_view", target, result, view=primitive.evaluate, options=options)
        else:
            result = _write_through(target, result, primitive, options)
    _stand_for(target, result)
    _refresh_views(target)


def _recorded(name: str, target: Tensor, value: Any, **options: Any) -> Any:
    """The result of a primitive that wrote a value to the target's memory, which holds it."""
    values, nodes = (target._value, getattr(value, "_value", value)), (target._node, getattr(value, "_node", None))
    return primitives[name].record(target._value, (target, value), values, nodes, options)


def _stand_for(target: Tensor, result: Tensor) -> None:
    if isinstance(result, Box):  # the same layout: a plain tensor that is written to inside jvp becomes a box
        target.__class__ = type(result)
        result.hand_over(target)  # type: ignore[arg-type]  # it is one, by the line above
    elif isinstance(target, Box):  # the result carries no tangent: it is piecewise constant
        target.__class__ = Tensor  # type: ignore[assignment]  # from a box to a plain tensor
    follow(target, result._node)
    target._value, target._node, target._shared = result._value, result._node, result._shared
    target._scalar = False


def _refresh_views(base: Tensor) -> None:
    """Update the views of a base, and their views, to any depth."""
    for shown in views_of(base):
        seen, primitive, options = shown._view
        _stand_for(shown, primitive(seen, **options))


def _write_through(base: Tensor, value: Tensor, primitive: Any, options: dict[str, Any]) -> Any:
    if isinstance(primitive, Choice):
        return with_key("set_item", (base, value), primitive.key)
    return primitives["set_view"](base, value, view=primitive.evaluate, options=options)

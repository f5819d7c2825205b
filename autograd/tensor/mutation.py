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
from autograd.modes import is_grad_enabled, local, mode
from autograd.registry import primitives, registry

from .box import Box, boxes
from .hooks import follow
from .index import differs, is_same_key, leaves_an_array, parts_of, raw_key, with_key
from .memory import arrays_alone, copied_options, mutated, owners, reclaim, recorded_owner, views_of
from .nested import joined
from .tensor import Tensor

MANY = 8
"""When a tensor has this many views, it pays to forget those that no longer exist."""

SMALL = 8
"""A node that keeps a view of at most one eighth of a result copies it: so the result can be written to in place."""


def link(view: Any, base: Any, primitive: Any, options: dict[str, Any]) -> Any:
    """The `view`, recorded to show a part of `base`, and how it was taken, if NumPy made a view."""
    if (base._node is None and reclaim(base)) or (isinstance(base._value, np.generic) and _made_an_array(base)):
        view._value = primitive.evaluate(base._value, **options)
    shown, whole = view._value, base._value
    if isinstance(view, Box) and whole.size and (whole.ndim > base.ndim or whole.dtype == object):
        # Within vmap what NumPy does for one example decides; for symbols, what it does for their array.
        whole = one_example(base)
        shown = primitive.evaluate(whole, **options)
    if type(shown) is np.ndarray and _shows(shown, whole):
        _remember(view, base, primitive, options)
    return view


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
    view._shared = is_kept_apart(view, base)
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


def is_kept_apart(view: Tensor, base: Tensor) -> bool:
    """Whether nodes copy a view: others may write to its memory, or a much larger base is written to in place then."""
    return base._shared or (not base.is_leaf and SMALL * view._value.size <= base._value.size)


def assign(target: Tensor, key: Any, value: Any) -> None:
    """`target[key] = value`. Raises what NumPy raises, and leaves `target` as it was then."""
    value = joined(value)
    boxed = isinstance(target, Box) or isinstance(value, Box) or differs(key)
    if boxed or (is_grad_enabled() and _tracked(target, value)):
        if not _is_there(target, key, value):
            if not isinstance(value, Tensor):  # as in NumPy, 10**30 converts to float and a complex number does not
                value = plain_array(value, target.dtype if target.dtype.kind in "fc" else None)
            _write(target, key, value)
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
        if hasattr(target, "_view"):
            result = primitives["copy"](result) if boxed else result  # its tangent may be the view's own
            _write(target, ..., result)
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


def _write(target: Tensor, key: Any, value: Any) -> None:
    """Write to a tensor, or if it is a view to its base, and let the views change accordingly.

    Arrays that nothing else refers to are written to in place: then a part costs what a part costs.
    """
    alone = arrays_alone(target) if not differs(key) and _is_undisturbed() else ()
    steps: tuple[Any, ...] = ()
    while (view := getattr(target, "_view", None)) is not None:
        base, primitive, options = view
        if isinstance(primitive, Choice):
            key, value = primitive.key, with_key("set_item", (target, value), key, steps=steps)
            steps = ()
        elif key is ... and not steps and primitive is primitives["get_item"]:  # as `base[i] = value`
            key = options["key"]
        else:
            steps = ((primitive, options), *steps)
        target = base
    _become(target, with_key("set_item", (target, value), key, steps=steps, alone=alone))


def _is_undisturbed() -> bool:
    """Whether nothing in this thread watches operations, whose values must not change, or replaces their operands."""
    return not mode.special or (local.stand_in is None and local.check_boxed is None and not local.watchers)


def _become(target: Tensor, result: Tensor) -> None:
    """The tensor object becomes `result`, and its views change accordingly, to any depth."""
    _stand_for(target, result)
    for shown in views_of(target):
        seen, primitive, options = shown._view
        _stand_for(shown, primitive(seen, **options))


def _stand_for(target: Tensor, result: Tensor) -> None:
    if isinstance(result, Box):  # the same layout: a plain tensor that is written to inside jvp becomes a box
        target.__class__ = type(result)
        result.hand_over(target)  # type: ignore[arg-type]  # it is one, by the line above
    elif isinstance(target, Box):  # the result carries no tangent: it is piecewise constant
        target.__class__ = Tensor  # type: ignore[assignment]  # from a box to a plain tensor
    follow(target, result._node)
    target._value, target._node, target._shared = result._value, result._node, result._shared
    target._scalar = False

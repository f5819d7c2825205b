"""Keys of `x[key]` and `x[key] = v`: integers, slices, arrays, and tensors, which a `vmap` may batch."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from autograd.duck_arrays import Array
from autograd.modes import local
from autograd.registry import primitives

from .box import Box, highest, shared_value
from .nested import joined, tensors_in
from .tensor import Tensor

TENSOR = object()
"""The place of a tensor in a template."""
BASIC = (int, np.integer, slice, type(...), type(None))
"""The types of basic indices, for which NumPy makes a view."""
_CONSTANT = frozenset({slice, int, type(None), type(...)})  # the most frequent keys, which contain no tensor


def with_key(name: str, operands: Sequence[Any], key: Any, **options: Any) -> Any:
    """Apply the primitive of this name, which has an option `key` and perhaps others, to operands."""
    if not differs(key):
        return primitives[name](*operands, key=raw_key(key), **options)
    parts = [joined(part) if differs(part) else part for part in parts_of(key)]
    template = tuple(TENSOR if isinstance(part, Tensor) else part for part in parts)
    tensors = [p for p in parts if isinstance(p, Tensor)]
    return ByExample(name, len(operands))(*operands, *tensors, template=template, **options)


def parts_of(key: Any) -> tuple[Any, ...]:
    """The indices of a key as a tuple; a single index may stand alone."""
    return key if isinstance(key, tuple) else (key,)


def leaves_an_array(key: Any) -> bool:
    """Whether NumPy returns an array, which can be written to, even if no axis is left: `x[..., 1]` of a vector."""
    return any(part is ... for part in parts_of(key))


def is_same_key(a: Any, b: Any) -> bool:
    """Whether two keys are the same integers and slices; False for keys of any other kind."""
    a, b = parts_of(a), parts_of(b)
    return len(a) == len(b) and all(isinstance(x, BASIC) and type(x) is type(y) and x == y
                                    for x, y in zip(a, b, strict=True))


def places(key: Any, shape: tuple[int, ...]) -> Array:
    """The positions of the elements at `key` in a flattened array of `shape`. Raises what NumPy raises of the index."""
    return np.broadcast_to(np.intp(0), shape)[key] + known_places(key, shape)


def known_places(key: Any, shape: tuple[int, ...]) -> Array:
    """`places` of an index that is known to be in bounds, by arithmetic alone if it is all integers."""
    keys = parts_of(key)
    if all(isinstance(k, (int, np.integer, np.ndarray)) and np.asarray(k).dtype.kind in "iu" for k in keys):
        place = np.zeros((), np.intp)
        for k, length in zip(keys, shape, strict=False):
            place = place * length + np.asarray(k, np.intp) + np.less(k, 0) * length
        inner = shape[len(keys) :]
        return place.reshape(place.shape + (1,) * len(inner)) * prod(inner) + np.arange(prod(inner)).reshape(inner)
    found = np.zeros((), np.intp)
    for axis, along in enumerate(np.ogrid[tuple(map(slice, shape))]):
        found = found + np.broadcast_to(along, shape)[key] * prod(shape[axis + 1 :])
    return found


def differs(key: Any) -> bool:
    """Whether an index contains boxes: in a `vmap` it may differ from example to example."""
    return bool(local.level) and type(key) not in _CONSTANT and any(isinstance(x, Box) for x in tensors_in(key))


def raw_key(key: Any) -> Any:
    """An index with arrays in place of tensors. Raises `TypeError` where they differ from example to example."""
    return tuple(map(_raw_part, key)) if isinstance(key, tuple) else _raw_part(key)


def _raw_part(part: Any) -> Any:
    if isinstance(part, (list, tuple)):
        return np.asarray([_raw_part(k) for k in part]) if part else np.zeros(0, int)
    if isinstance(part, Tensor):
        if part.dtype.kind not in "biu":
            raise IndexError(f"an index must be of integers or booleans, got a tensor of dtype {part.dtype}")
        return shared_value(part)
    return part


def indices_of(given: Any) -> Any:
    """Indices as an array, or as the tensor that differs from example to example."""
    return given if differs(given) else np.asarray(raw_key(given))


class ByExample:
    """A primitive whose key contains batched tensors: they are operands until a single example is left."""

    kind = "general"

    def __init__(self, name: str, count: int) -> None:
        self.name, self.primitive, self.count = f"{name} by example", primitives[name], count

    def apply(self, *operands: Any, **options: Any) -> Any:
        return self(*operands, **options)

    def __call__(self, *operands: Any, template: tuple[Any, ...], **options: Any) -> Any:
        given, tensors = operands[: self.count], operands[self.count :]
        if any(isinstance(x, Box) for x in tensors) and (top := highest(operands)) is not None:
            return top.applied(self, operands, {"template": template, **options})
        indices = iter(tensors)
        key = tuple(raw_key(next(indices)) if k is TENSOR else k for k in template)
        return self.primitive(*given, key=key, **options)

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array:
        moving = [np.zeros(np.shape(x), x.dtype) if t is None else t
                  for t, x in zip(tangents[: self.count], operands, strict=False)]
        return self(*moving, *operands[self.count :], **options)

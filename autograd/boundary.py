"""How functions and values enter a transform and leave it: floats, arrays and tensors come out as they went in."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import Array, floating, is_integer, plain_array
from .declare import general, linear
from .errors import require_function
from .modes import local, mode, stand_ins
from .tensor import Tensor, tensor
from .tensor.box import Box, another, bottom
from .tree import Structure, flatten
from .tree import map as tree_map

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Transformed(functools.partial[Any]):
    """The function that a transform returns: it looks like the original, works as a method, and can be pickled."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __reduce__(self) -> tuple[Any, ...]:
        return transformed, (self.func, *self.args)


def transformed(way: Callable[..., Any], f: Callable[..., Any], *settings: Any, argnums: Any = ()) -> Transformed:
    """`way(f, *settings, ...)`, as a function of the arguments of `f`.

    Raises `TypeError` for anything but a function, and for arguments in place of their numbers or names.
    """
    require_function(f, "a transform", "grad(f)(x), not grad(f(x))")
    given = argnums if isinstance(argnums, Sequence) else [argnums]
    if not all(is_integer(n) or isinstance(n, str) for n in given):
        raise TypeError(f"argnums are the numbers or names of arguments, got {type(argnums).__name__}; write "
                        "grad(f)(x), not grad(f, x)")
    made = Transformed(way, f, *settings)
    functools.update_wrapper(made, f)
    return made


def as_input(x: Any) -> Tensor:
    """A leaf of the user's arguments as a floating tensor; integers are promoted, so `grad(f)(2)` works.

    It shares the memory of an array.
    """
    if not isinstance(x, Tensor):
        array = plain_array(x)
        if array.dtype.kind not in "biufc":
            raise TypeError("can differentiate with respect to numbers, arrays and tensors, and dicts, lists, tuples "
                            f"and namedtuples of them, got {type(x).__name__}: {x!r}")
        x = Tensor(array)
    elif mode.special and (given := stand_ins((x,))) is not None:
        (x,) = given
    return floating(x)  # type: ignore[no-any-return]


def as_own_input(x: Any) -> Tensor:
    """`as_input`, but never the user's own tensor or memory: a function may write to it while it is differentiated."""
    return another(as_input(x))


def as_direction(name: str, given: Any, of: str, structure: Structure, like: Sequence[Tensor]) -> list[Tensor]:
    """The leaves of a tangent or a cotangent. Raises `ValueError` unless it has the structure and shapes of `like`."""
    leaves, other = flatten(given)
    if other != structure:
        raise ValueError(f"{name} has the structure of {of}, {structure}, got {other}")
    tensors = [as_own_input(leaf) for leaf in leaves]
    for t, x in zip(tensors, like, strict=True):
        if t.shape != x.shape:
            raise ValueError(f"{name} has the shape of {of}, {x.shape}, got {t.shape}")
    return tensors


def output_and_aux(result: Any, has_aux: bool) -> tuple[Any, Any]:
    """What a function returned, apart from the auxiliary results beside it."""
    if not has_aux:
        return result, None
    if not (isinstance(result, tuple) and len(result) == 2):
        raise TypeError(f"with has_aux=True the function returns (output, aux), got {type(result).__name__}")
    return result


def as_output(t: Any, plain: bool, like: Any = None) -> Any:
    """A tensor as the user sees it: with `plain`, an array or a number, unless a graph or a transform tracks it."""
    if not isinstance(t, Tensor) or not plain or t._node is not None or isinstance(t, Box):
        return t
    if t.ndim:
        return t._value
    return float(t._value) if type(like) in (int, float) and t.dtype.kind == "f" else t._value[()]


def handed_out(results: Any, plain: bool) -> Any:
    """Results of a transform, nested: tensors as the user sees them, whose memory nobody else has."""
    return tree_map(lambda x: as_output(another(x), plain) if isinstance(x, Tensor) else x, results)


def as_given(array: NDArray[Any], like: Any) -> Any:
    """An array as the type of `like`: a tensor, an array, or a number of NumPy's or Python's."""
    if isinstance(like, Tensor):
        return Tensor(array)
    if array.ndim or isinstance(like, np.ndarray):
        return array
    return array[()] if isinstance(like, np.generic) else array.item()


def as_plain(x: Any) -> Any:
    """The values of a tensor, without its graph; anything else as it is. Raises `TypeError` inside `vmap`."""
    return x.detach().numpy() if isinstance(x, Tensor) else x


def as_plain_array(x: Any) -> Array:
    """The values of a tensor, without its graph, or of numbers and lists of them, as an array. Raises as `as_plain`."""
    return plain_array(as_plain(x))


def fresh(x: Tensor) -> Tensor:
    """A new graph input with the value of `x`, inside all of its boxes: what a gradient is taken with respect to."""
    if isinstance(x, Box):
        return x.with_inner(fresh(x._inner))
    if x._node is None or not local.recording:  # within no_grad() the graph that x has is not continued
        leaf = tensor(x._value, requires_grad=True)
        leaf._node.argument = True
        return leaf
    return identity(x)


def same(x: Any) -> Any:
    """The value itself, as a new node: the input of a gradient within a larger graph. A copy: `x` may be written to."""
    return x.copy(order="K")


identity = linear(same, lambda g: g, name="input")


def first_operand(value: Any, x: Any) -> Any:
    """`value`, connected to `x` by a derivative of zero."""
    return value


def connected(slopes: Sequence[Any], inputs: Sequence[Tensor]) -> list[Any]:
    """Constant derivatives, connected to an input that is itself a result: their own derivative is 0, not missing."""
    around = next((x for x in inputs if bottom(x)._node is not None), None)
    return [*slopes] if around is None else [unvarying(s, around) if bottom(s)._node is None else s for s in slopes]


unvarying = general(first_operand, [None, lambda g, x: np.zeros_like(x)],
                    [None, lambda t, out: np.zeros_like(out)], name="held",
                    operands=("value", "x"))
"""Connects a constant gradient with its argument: its own derivative is then 0, not missing."""

"""Forward accumulation: each value carries its tangent, and nothing is stored.

A `Dual` is a tensor with its tangent. A primitive applied to duals computes its value on the primals and, by the same
rule that reverse accumulation uses, the tangent of the output. Each `jvp` works at a level of its own, inner ones
higher, and touches only the duals of its level: the perturbations of nested calls cannot be confused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import tree
from .arguments import replaced
from .arrays import plain_array, refuse_objects
from .boundary import as_direction, as_input, as_own_input, connected, handed_out, output_and_aux
from .errors import require_function
from .modes import among_partials, mode, surrounding
from .reverse import pull
from .runtime.silence import ignore_errors, restore_errors
from .tensor import Tensor
from .tensor.box import Box
from .tensor.nested import holds_tensors, values_of


class Dual(Box):
    """A value and its tangent: `value + tangent * epsilon` with `epsilon**2 = 0`, one epsilon per level."""

    __slots__ = ()
    layers = ("_inner", "_tangent")
    _tangent: Tensor

    def process(self, primitive: Any, operands: Sequence[Any], options: dict[str, Any]) -> Any:
        level = self.level
        primals: list[Any] = []
        tangents: list[Tensor | None] = []
        for x in operands:
            if type(x) is Dual and x.level == level:
                primals.append(x._inner)
                tangents.append(x._tangent)
            else:
                primals.append(x)
                tangents.append(None)
        out = primitive.apply(*primals, **options)
        if not isinstance(out, (Tensor, tuple)):
            refuse_objects(out)
        before = ignore_errors()
        try:
            if mode.special:
                with among_partials():
                    tangent = primitive.pushforward(tangents, primals, out, options)
            else:  # without a null context, which would take as long as all of this
                tangent = primitive.pushforward(tangents, primals, out, options)
        finally:
            restore_errors(before)
        if isinstance(out, tuple):
            return tuple(dual(o, t, level) for o, t in zip(out, tangent or (None,) * len(out), strict=True))
        return dual(out, tangent, level)

    def process_constant(self, apply: Callable[..., Any], args: Any, options: dict[str, Any]) -> Any:
        self.require_running()
        args, options = values_of((args, options), lambda x: parts(x, self.level)[0])
        return apply(*args, **options)

    def with_inner(self, inner: Tensor) -> Tensor:
        return dual(inner, self._tangent, self.level)

    def pull(self, pairs: Sequence[tuple[Tensor, Tensor]], stop: frozenset[Any]) -> dict[Any, Tensor]:
        """The gradient of a dual is the dual of the gradients: d/de (J^T g) = (dJ/de)^T g + J^T dg/de."""
        level = self.level
        primal, tangent = [], []
        for output, g in pairs:
            (o, do), (c, dc) = parts(output, level), parts(g, level)
            primal.append((o, c))
            if dc is not None:
                tangent.append((o, dc))
            if do is not None:
                tangent.append((do, c))
        values: dict[Any, Any] = pull(primal, stop)
        slopes = pull(tangent, stop) if tangent else {}
        values |= {node: np.zeros_like(slope) for node, slope in slopes.items() if node not in values}
        return {node: dual(value, slopes.get(node), level) for node, value in values.items()}

    def __repr__(self) -> str:
        return f"Dual({self._inner!r}, tangent={self._tangent!r}, level={self.level})"


def dual(primal: Tensor, tangent: Any, level: int) -> Tensor:
    """`primal` with its tangent in the same shape and dtype; without a tangent if nothing varies, or nothing can."""
    if type(primal) is not Tensor or type(tangent) is not Tensor or primal._value.shape != tangent._value.shape or (
            primal._value.dtype is not tangent._value.dtype):
        tangent = _fitted(primal, tangent)
    if tangent is None or primal._value.dtype.kind not in "fc":
        refuse_objects(primal._value)
        return primal
    self: Dual = object.__new__(Dual)
    self._inner, self._tangent, self.level = primal, tangent, level
    self._value, self._node, self._shared = primal._value, None, False
    return self


def _fitted(primal: Any, tangent: Any) -> Any:
    if tangent is None or primal.dtype.kind not in "fc":
        return None
    if not isinstance(tangent, Tensor):
        tangent = Tensor._of(plain_array(tangent)[()], None)
    if tangent.dtype != primal.dtype:
        tangent = tangent.astype(primal.dtype)
    return tangent if tangent.shape == primal.shape else np.broadcast_to(tangent, primal.shape)


def parts(x: Tensor, level: int) -> tuple[Tensor, Tensor | None]:
    """Primal and tangent at `level`; None for a value that does not vary there."""
    return (x._inner, x._tangent) if type(x) is Dual and x.level == level else (x, None)


def primals_of(tree_of_duals: Any, level: int) -> Any:
    """A function's result without the tangents of this level."""
    return tree.map(lambda x: parts(x, level)[0] if isinstance(x, Tensor) else x, tree_of_duals)


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any],
        has_aux: bool = False) -> tuple[Any, ...]:
    """The value of `f` at `primals` and its derivative along `tangents`: `(f(x), J(x) t)`, in one forward pass.

    Both are sequences with one entry per argument, of the same structure (numbers, arrays, tensors, nested); tangents
    have the shapes of the primals. Memory does not grow with the number of operations. With `has_aux`, f returns
    `(y, aux)`, and jvp returns aux as a third result. Raises `ValueError` for tangents that do not fit.
    """
    require_function(f, "jvp")
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise TypeError("jvp(f, primals, tangents) takes a tuple of primals and a tuple of tangents; "
                        "for one argument write jvp(f, (x,), (t,))")
    leaves, structure = tree.flatten(tuple(primals))
    primal = [as_own_input(x) for x in leaves]
    directions = as_direction("a tangent", tuple(tangents), "its primal", structure, primal)
    with surrounding() as level:
        out, aux = output_and_aux(f(*structure.unflatten(
            [dual(x, t, level) for x, t in zip(primal, directions, strict=True)])), has_aux)
    outs, out_structure = tree.flatten(out)
    outs = [o if isinstance(o, Tensor) else as_input(o) for o in outs]
    pairs = [parts(o, level) for o in outs]
    slopes: list[Any] = [np.zeros_like(o) if t is None else t for o, t in pairs]
    slopes = connected(slopes, primal)
    plain = not holds_tensors((primals, tangents))
    found = (out_structure.unflatten([o for o, _ in pairs]), out_structure.unflatten(slopes))
    return handed_out((*found, primals_of(aux, level)) if has_aux else found, plain)  # type: ignore[no-any-return]


def jvp_of_some(f: Callable[..., Any], operands: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """`jvp` of `f(*operands)`; operands with the tangent None do not vary."""
    places = [i for i, t in enumerate(tangents) if t is not None]
    return jvp(lambda *moved: f(*replaced(operands, places, moved)), [operands[i] for i in places],
               [tangents[i] for i in places])

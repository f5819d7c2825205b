"""`vmap`: a function of one example, applied to a batch of them at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd import tree
from autograd.arguments import refuses_foreign_options
from autograd.arrays import is_integer
from autograd.boundary import as_output, transformed
from autograd.graph import reachable
from autograd.modes import local, outside, surrounding, within
from autograd.registry import known_name
from autograd.reverse import pull, pull_plain
from autograd.tensor import Tensor, tensor
from autograd.tensor.box import Box, another, boxes
from autograd.tensor.index import leaves_an_array
from autograd.tensor.nested import holds_tensors

from .batching_rules import Call, all_at_once, broadcasting, one_by_one

FEW = 4
"""Fewer cotangents than this are pulled back faster one by one than as a batch."""


class Batch(Box):
    """A batch that looks like one of its examples: the tensor inside has the batch as axis 0."""

    __slots__ = ()

    @property
    def shape(self) -> tuple[int, ...]:
        return self._inner.shape[1:]

    def process(self, primitive: Any, operands: Sequence[Any], options: dict[str, Any]) -> Any:
        level, call = self.level, self._call(primitive, operands, options)
        out = all_at_once(call)
        if out is None:
            with outside(level):
                out = one_by_one(call)
        if isinstance(out, tuple):
            return tuple(batch(o, level) for o in out)
        result = batch(out, level)
        if out.ndim == 1 and gives_an_array(known_name(primitive), options):
            result._scalar = False
        return result

    def _call(self, apply: Any, operands: Sequence[Any], options: dict[str, Any]) -> Call:
        """The application of a primitive to operands, some of which are batches of this level."""
        batched = [type(x) is Batch and x.level == self.level for x in operands]
        inner = [x._inner if b else x for x, b in zip(operands, batched, strict=True)]
        return Call(apply, self._inner.shape[0], inner, batched, options)

    def process_constant(self, apply: Any, args: Any, options: dict[str, Any]) -> Any:
        """Apply a piecewise constant function: by broadcasting if it is elementwise, else example by example."""
        self.require_running()
        leaves, structure = tree.flatten((args, options))
        if isinstance(apply.evaluate, np.ufunc):
            out = broadcasting(self._call(apply, leaves, {}))
        else:

            def one(*values: Any) -> Any:
                call_args, call_options = structure.unflatten(values)
                return apply(*call_args, **call_options)

            with outside(self.level):
                out = one_by_one(self._call(one, leaves, {}))
        outs, out_structure = tree.flatten(out)
        return out_structure.unflatten([batch(o if isinstance(o, Tensor) else tensor(o), self.level) for o in outs])

    def with_inner(self, inner: Tensor) -> Tensor:
        return batch(inner, self.level)

    def detach(self) -> Tensor:
        return batch(self._inner.detach(), self.level)

    def pull(self, pairs: Sequence[tuple[Tensor, Tensor]], stop: frozenset[Any]) -> dict[Any, Tensor]:
        """Examples do not mix, so pulling back the whole batch gives every example its own gradient.

        Of outputs that were recorded outside of the `vmap` only the cotangents differ by example: they go through
        the one graph as batches.
        """
        level, size = self.level, self._inner.shape[0]
        if not any(is_batched(o, level) for o, _ in pairs):
            plain = not any(isinstance(o, Box) for o, _ in pairs)
            if plain and size >= FEW and _takes_tensors([o for o, _ in pairs], stop):
                return pull_plain(pairs, stop)
            return self._pull_one_by_one(pairs, stop)
        inner = [(inside(o, level, size), inside(g, level, size)) for o, g in pairs]
        with outside(level):
            return {node: batch(g, level) for node, g in pull(inner, stop).items()}

    def _pull_one_by_one(self, pairs: Sequence[tuple[Tensor, Tensor]], stop: frozenset[Any]) -> dict[Any, Tensor]:
        level, size = self.level, self._inner.shape[0]
        cotangents = [inside(g, level, size) for _, g in pairs]
        with outside(level):
            found = [pull([(o, g[i]) for (o, _), g in zip(pairs, cotangents, strict=True)], stop) for i in range(size)]
        if not found:
            return {node: batch(Tensor(np.zeros((0, *node.shape), node.dtype)), level) for node in stop}
        return {node: batch(np.stack([each[node] for each in found]), level) for node in found[0]}

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if self.dtype.kind in "biu":
            raise TypeError("an index inside vmap differs from example to example, and an ndarray is read at one; make "
                            "it a tensor, as autograd.asarray(table)[i]")
        return super().__array__(dtype, copy)

    def __index__(self) -> int:
        return int(self)

    def __repr__(self) -> str:
        return f"Batch({self._inner!r}, level={self.level})"


def gives_an_array(name: str, options: dict[str, Any]) -> bool:
    """Whether NumPy would return an array, which can be written to, even if it is 0-d."""
    return name in ("where", "copy") or (name == "get_item" and leaves_an_array(options["key"]))


def _takes_tensors(outputs: Sequence[Tensor], stop: frozenset[Any]) -> bool:
    """Whether all rules on the way are as fast on tensors as on arrays."""
    nodes = reachable(*[o._node for o in outputs if o._node is not None], stop=stop)
    return all(node.primitive.takes_tensors or not node.parents for node in nodes)


def batch(inner: Any, level: int) -> Tensor:
    """A tensor whose axis 0 is the batch of a `vmap`, as one example."""
    self: Batch = object.__new__(Batch)
    self._inner, self.level = inner, level
    self._value, self._node, self._shared = inner._value, None, False
    return self


def inside(x: Tensor, level: int, size: int) -> Tensor:
    """The inside of a batch of this level; any other value repeated for every example."""
    if type(x) is Batch and x.level == level:
        return x._inner
    return np.broadcast_to(x, (size, *x.shape))  # type: ignore[return-value]


def is_batched(x: Tensor, level: int) -> bool:
    """Whether the `vmap` of this level batches `x`."""
    return any(box.level == level for box in boxes(x))


def one_per_example(x: Tensor, level: int, size: int) -> Tensor:
    """A batch with one copy of `x` per example: gradients within `vmap` are taken by these, and differ by example."""
    if is_batched(x, level):
        return x
    if isinstance(x, Box) and x.level > level:  # the boxes of inner transforms stay around it
        return x.with_inner(one_per_example(x._inner, level, size))
    return batch(np.broadcast_to(x, (size, *x.shape)), level)


def in_every_batch(x: Tensor) -> Tensor:
    """`x` with a copy for every example of every surrounding `vmap`."""
    for level, size in local.batches:
        x = one_per_example(x, level, size)
    return x


@refuses_foreign_options
def vmap(f: Callable[..., Any], in_axes: Any = 0, out_axes: Any = 0) -> Callable[..., Any]:
    """A function that applies `f` to every example of a batch: `vmap(f)(x)[i] = f(x[i])`, without a loop in Python.

    `in_axes` is an axis (None: the same for every example), or a tuple with one per positional argument; for keyword
    arguments it is 0. `out_axes` is the axis of the batch in the results (None: one result for all examples). For
    nested arguments or results, axes may be nested likewise. Primitives without a batching rule run example by example.
    `vmap(grad(loss), (None, 0, 0))` gives per-sample gradients. Raises `ValueError` where batch sizes differ.
    """
    return transformed(_mapped, f, in_axes, out_axes)


def _mapped(f: Callable[..., Any], in_axes: Any, out_axes: Any, /, *args: Any, **named: Any) -> Any:
    leaves, axes, structures = _with_axes(args, named, in_axes)
    plain = not holds_tensors(leaves)
    leaves = [x if a is None or isinstance(x, Tensor) else tensor(x) for x, a in zip(leaves, axes, strict=True)]
    size = _number_of_examples(leaves, axes)
    with surrounding() as level, within(batches=(*local.batches, (level, size))):
        boxed = iter([x if a is None else batch(_examples_first(x, a) if a else x, level)
                      for x, a in zip(leaves, axes, strict=True)])
        given = [s.unflatten([next(boxed) for _ in range(s.size)]) for s in structures]
        out = f(*given[: len(args)], **dict(zip(named, given[len(args) :], strict=True)))
    outs, structure = tree.flatten(out)
    outs = [_at_axis(o if isinstance(o, Tensor) else tensor(o), a, level, size)
            for o, a in zip(outs, tree.broadcast_prefix("axes", out_axes, structure), strict=True)]
    own = set(map(id, leaves))  # of the caller
    outs = [another(o) if hasattr(o, "_view") or id(o) in own else o for o in outs]
    return structure.unflatten([as_output(o, plain) for o in outs])


def _examples_first(x: Any, axis: int) -> Any:
    """The batch with its examples along axis 0, and one after the other in memory.

    If they lie interleaved, a result of the batch may have a memory layout that no single example would have. NumPy
    would then make views where it makes copies of one example, or copies for views, and writes would change others.
    """
    x = np.moveaxis(x, axis, 0)
    examples, *within = x._value.strides[-x.ndim :]
    interleaved = within == sorted(within, reverse=True) and examples < max(within, default=0)
    return np.copy(x, order="C") if interleaved else x


def _at_axis(x: Tensor, axis: int | None, level: int, size: int) -> Tensor:
    """A result with its examples along `axis`, or as it is if `axis` is None: they share it."""
    if axis is not None:
        whole: Any = inside(x, level, size)
        return np.moveaxis(whole, 0, axis) if axis else whole  # type: ignore[no-any-return]
    if is_batched(x, level):
        raise ValueError(f"vmap: out_axes=None is for a result that all examples share; one of shape {x.shape} "
                         "differs by example")
    return x


def _with_axes(args: Sequence[Any], named: Mapping[str, Any],
               in_axes: Any) -> tuple[list[Any], list[Any], list[tree.Structure]]:
    """The leaves of all arguments, the axis of the examples in each, and the structure of each argument."""
    axes = tuple(in_axes) if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(args)
    if len(axes) != len(args):
        raise ValueError(f"in_axes has {len(axes)} entries for {len(args)} arguments")
    axes += (0,) * len(named)
    parts = [tree.flatten(arg) for arg in (*args, *named.values())]
    return ([x for leaves, _ in parts for x in leaves],
            [a for axis, (_, structure) in zip(axes, parts, strict=True)
             for a in tree.broadcast_prefix("axes", axis, structure)],
            [structure for _, structure in parts])


def _number_of_examples(leaves: Sequence[Any], axes: Sequence[int | None]) -> int:
    for x, a in zip(leaves, axes, strict=True):
        if a is not None and not is_integer(a):
            raise TypeError(f"vmap: in_axes holds integers, and None for what is the same for every example, got {a!r}")
        if a is not None and not -x.ndim <= a < x.ndim:
            raise ValueError(f"vmap: an argument of shape {x.shape} has no axis {a} with the examples; "
                             "in_axes=None marks an argument that is the same for every example")
    sizes = {x.shape[a] for x, a in zip(leaves, axes, strict=True) if a is not None}
    if len(sizes) != 1:
        raise ValueError(f"vmap needs one batch size, got {sorted(sizes) or 'no batched argument'}; "
                         "in_axes=None marks an argument that is the same for every example")
    return int(sizes.pop())

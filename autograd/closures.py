"""Closure conversion: a tensor that a user's function reads from elsewhere becomes a further argument of it.

A solver runs a function on numbers, and again on other tensors wherever a derivative is taken. A function `f(x)` that
reads `a` is converted to `f(x, a)`: while it runs, the argument replaces `a` wherever an operation meets it, in a
closure, an attribute or a list. Captured tensors are found from results: a result that is tracked although no argument
is must depend on others. Then the function runs once more, watched, and the whole call starts over with those tensors
as arguments.

The derivative must be that of what was computed. So the function that runs again later is `frozen`, in each backward
pass it must give what it gave before, and a tensor that it reads only then is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import update_wrapper
from typing import Any

import numpy as np

from . import tree
from .arguments import as_tensor
from .arrays import plain_array
from .errors import NoDerivativeError, name_of
from .frozen import frozen
from .graph import Leaf, Node, surroundings
from .modes import enable_grad, local, next_level, outside, standing_in, watching
from .registry import registry
from .tensor import Tensor
from .tensor.box import Box, tracked
from .tensor.nested import tensors_in

ROUNDS = 100
"""How often a call may start over: with a function that makes new tensors each time it would never end."""

ROUNDINGS = 1e4
"""A second run may differ by this, in units of the last place of the largest result."""


class Captured(BaseException):
    """A function read tensors that it was not given. Not an Exception, which a solver might take for a failed step."""

    def __init__(self, tensors: Sequence[Tensor], conversion: Conversion) -> None:
        self.tensors, self.conversion = tensors, conversion


def converted(attempt: Callable[[Conversion], Any], advice: str) -> Any:
    """`attempt(conversion)`, repeated with every further tensor that a function was seen to capture.

    The attempt runs functions made by `conversion(f)`, each with `conversion.arguments` after its own arguments.
    Raises `NoDerivativeError` with `advice`, which says what to write, if conversion does not work.
    """
    captured: dict[Any, Tensor] = {}
    for _ in range(ROUNDS):
        conversion = Conversion(captured, advice)
        try:
            result = attempt(conversion)
            conversion.settle()
        except Captured as found:
            if found.conversion is not conversion:
                raise
            more = captured | {key(x): x for x in found.tensors}
            if len(more) == len(captured):
                break
            captured = more
        else:
            return result
        finally:
            conversion.functions.clear()
    raise NoDerivativeError(advice)


class Conversion:
    """What makes functions take captured tensors as arguments."""

    def __init__(self, captured: dict[Any, Tensor], advice: str) -> None:
        self.captured, self.advice = captured, advice
        # Copies: a stand-in must not be computed from the tensor that it stands in for, or it would be replaced again.
        self.arguments = tuple(registry[np.copy](x) for x in captured.values())
        self.functions: list[Function] = []

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function that takes what it captures at the end of its arguments."""
        self.functions.append(made := Function(function, self))
        return made

    def settle(self) -> None:
        """Note that the call has ended: whatever runs from now on runs for a derivative."""
        for function in self.functions:
            function.settle()


class Function:
    """A user's function, with what stands for the tensors that it captures at the end of its arguments."""

    def __init__(self, function: Callable[..., Any], conversion: Conversion) -> None:
        update_wrapper(self, function)
        self.function, self.captured, self.advice = function, conversion.captured, conversion.advice
        self.conversion: Conversion | None = conversion  # until it is settled
        self.runs, self.size = 0, 0.0  # the largest number that it returned: the scale of rounding errors
        self.example: tuple[Any, Any, Any] | None = None  # arguments and options of a run on numbers, and its result
        self.checked: object | None = None  # the backward pass in which its result was last confirmed

    def settle(self) -> None:
        self.function, self.conversion = frozen(self.function), None

    def __call__(self, *args: Any, **options: Any) -> Any:
        if self.conversion is None and self.example is not None and (
                self.checked is None or self.checked is not local.backward_pass):
            self.checked = local.backward_pass
            args_then, options_then, then = self.example
            with outside():
                self._must_be(then, self._run(args_then, options_then))
        out = self._run(args, options)
        if any(map(tracked, tensors_in(out))):
            given = Tracked(tensors_in((args, options) if options else args))
            if Tracked(tensors_in(out)).depends_on_more_than(given):
                if self.conversion is None:
                    raise NoDerivativeError(self.advice)
                raise Captured(self._read(args, options, given), self.conversion)
        elif self.conversion is not None:
            self.runs += 1
            if self.runs & (self.runs - 1) == 0:  # copies, now and then: a solver may write into its arguments
                self.example = tree.map(_kept, args), options, tree.map(_kept, out)
                self.size = max(self.size, *map(_size, tree.leaves(out)), 0.0)
        return out

    def _run(self, args: Sequence[Any], options: dict[str, Any],
             stand_in: Callable[[Tensor], Any] | None = None) -> Any:
        count = len(args) - len(self.captured)
        given = dict(zip(self.captured, map(as_tensor, args[count:]), strict=True))
        if not given and stand_in is None:
            return self.function(*args, **options)

        def instead(x: Any) -> Any:
            if not isinstance(x, Tensor):
                return x
            known = given.get(key(x), x)
            return stand_in(x) if known is x and stand_in is not None else known

        with standing_in(instead), enable_grad():  # what is not recorded meets no stand-in
            return tree.map(instead, self.function(*args[:count], **options))

    def _read(self, args: Sequence[Any], options: dict[str, Any], given: Tracked) -> list[Tensor]:
        """The captured tensors on which the result depends; those that a transform tracks may be among them."""
        now, inside = next_level(), set[Node]()
        boxes, met = dict[int, Tensor](), dict[Node, Any]()

        def noted(x: Tensor) -> Any:
            if isinstance(x, Box) and x.level < now and x.level not in given.levels:
                boxes[id(x)] = x
                return first_example(x)
            if x._node is not None:
                met[x._node] = x._value
            return x

        with watching(lambda node, value: inside.add(node), passes=True):
            out = Tracked(tensors_in(self._run(args, options, noted)))
        around = [node for node in surroundings(out.nodes, inside, given.nodes) if node in met and alive(node)]
        found = [*boxes.values(), *[Tensor._of(met[node], node) for node in around]]
        if not found:
            raise NoDerivativeError(self.advice)
        return found

    def _must_be(self, before: Any, now: Any) -> None:
        numbers, again = ([plain(x) for x in tree.leaves(out)] for out in (before, now))
        same = len(numbers) == len(again) and all(map(self._is_nearly, numbers, again))
        if not same or any(map(has_left, self.captured)):
            raise RuntimeError(
                f"{name_of(self.function)} gave something else when it was run again for a "
                "derivative: it reads a variable, an attribute or an array that was changed since, or draws random "
                "numbers; give it in args=(...), or as it is now in an argument of its own, lambda x, w=w: ...")

    def _is_nearly(self, x: Any, y: Any) -> bool:
        rounding = ROUNDINGS * np.finfo(x.dtype).eps * self.size if x.dtype.kind in "fc" else 0
        return x.shape == y.shape and np.allclose(x, y, rtol=0, atol=rounding, equal_nan=True)


class Tracked:
    """What tracks tensors: nodes of the graph, and levels of transforms."""

    def __init__(self, tensors: Iterator[Tensor]) -> None:
        self.nodes, self.levels = set[Node](), set[int]()
        stack = [*tensors]
        while stack:
            x = stack.pop()
            if isinstance(x, Box):
                self.levels.add(x.level)
                stack += [part for part in (x._inner, getattr(x, "_tangent", None)) if isinstance(part, Tensor)]
            elif x._node is not None:
                self.nodes.add(x._node)

    def depends_on_more_than(self, given: Tracked) -> bool:
        """Whether there are transforms, or leaves of the graph, other than the given ones."""
        if not self.levels <= given.levels or not (given.nodes or given.levels):
            return True
        seen, stack = set(given.nodes), list(self.nodes)
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                if not node.parents and alive(node):
                    return True
                stack += [parent for parent in node.parents if parent is not None]
        return False


def key(x: Tensor) -> Any:
    """What identifies a tensor: the node of its value, or, for a box, the object."""
    return x._node or id(x)


def alive(node: Node) -> bool:
    """Whether a gradient may still be asked for: not of the argument of a transform that has ended."""
    return type(node) is not Leaf or not node.argument or node.reference() is not None


def has_left(node: Any) -> bool:
    """Whether the tensor of a leaf was written to or frozen since: it has another node, or none."""
    tensor = node.reference() if type(node) is Leaf else None
    return tensor is not None and tensor._node is not node


def first_example(x: Tensor) -> Tensor:
    """The value inside all boxes; within `vmap`, that of the first example."""
    value = x._value
    if value.ndim == x.ndim:
        return Tensor(value)
    return Tensor(value.reshape(-1, *x.shape)[0] if value.size else np.ones(x.shape, x.dtype))


def plain(leaf: Any) -> Any:
    return leaf._value if isinstance(leaf, Tensor) else plain_array(leaf)


def _size(leaf: Any) -> float:
    return float(np.max(np.abs(plain(leaf)), initial=0))


def _kept(leaf: Any) -> Any:
    if isinstance(leaf, Tensor):
        return Tensor(np.array(leaf._value))
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf

"""`checkpoint`: recompute instead of store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import random, tree
from autograd.arguments import refuses_foreign_options
from autograd.boundary import fresh, transformed
from autograd.duck_arrays import Array
from autograd.errors import name_of
from autograd.frozen import frozen
from autograd.graph import Leaf, Node, surroundings
from autograd.modes import enable_grad, local, watching, within
from autograd.primitive import Primitive, protected
from autograd.reverse import pull_within, wanted
from autograd.tensor import Tensor
from autograd.tensor.box import Box
from autograd.tensor.nested import value_of

WEIGHTS = 1 + np.sqrt(np.arange(1.0, 1000.0)) % 1


class _Checkpoint(Primitive):
    """A whole function as one node: its parents are its arguments and what it captures from the graph around it."""

    kind = "fused"

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        parts = g if isinstance(g, list) else [g]
        f, structure = node.options["f"], node.options["structure"]
        count = structure.size
        arguments = [
            _constant(x, kind) if parent is None else x if isinstance(x, Tensor) else fresh(Tensor._of(x, None))
            for x, parent, kind in zip(node.saved[:count], node.parents, node.options["kinds"], strict=False)
        ]
        with enable_grad(), within(recomputing=True), random.drawn_again(node.options["since"]):
            again = _Run(f, structure.unflatten(arguments), arguments)
        if not (set(again.around) <= set(node.parents[count:]) and again.looks_like(node.options["sums"])):
            raise RuntimeError(f"{name_of(f)} gave something else when checkpoint ran it "
                               "again for the backward pass: it draws random numbers from a generator other than "
                               "the library's, writes to an argument, or reads a tensor or an array that was changed "
                               "since; hand over as an argument what changes")
        return pull_within(again.results, parts, wanted([*map(_node, arguments), *node.parents[count:]], needs))


def _constant(value: Any, kind: type) -> Any:
    """An argument without its graph, of the same type. If f writes to a tensor, that goes to other memory."""
    if not issubclass(kind, Tensor):
        return value
    constant = Tensor._of(value, None)
    constant._own, constant._lent = value, True
    return constant


checkpointed = _Checkpoint("checkpoint", lambda: None, ("operands",))


class _Run:
    """One run of a function: its results, and the outside nodes that they depend on besides its arguments."""

    def __init__(self, f: Callable[..., Any], call: Any, arguments: Sequence[Any]) -> None:
        inside: set[Node] = set()
        args, named = call
        with watching(lambda node, value: inside.add(node), passes=True):
            self.outs, self.structure = tree.flatten(f(*args, **named))
        self.results = [o for o in self.outs if isinstance(o, Tensor)]
        ends, given = ([node for node in map(_node, tensors) if node is not None]
                       for tensors in (self.results, arguments))
        self.around = [node for node in surroundings(ends, inside, given)
                       if type(node) is not Leaf or node.reference() is not None]

    def sums(self) -> list[tuple[Any, float]]:
        """A weighted sum of each result, and its size, to compare a second run with the first without keeping that.

        Weighted, since a plain sum of a softmax is always 1.
        """
        with np.errstate(all="ignore"):
            return [(np.sum(np.ravel(o._value) * np.resize(WEIGHTS, o.size)), float(np.sum(np.abs(o._value))))
                    for o in self.results if o.dtype.kind in "fc"]

    def looks_like(self, sums: list[tuple[Any, float]]) -> bool:
        """Whether the results equal those of an earlier run up to rounding."""
        eps = [float(np.finfo(o.dtype).eps) for o in self.results if o.dtype.kind in "fc"]
        return len(eps) == len(sums) and all(
            not abs(a - b) > 1e4 * e * size for (a, _), (b, size), e in zip(self.sums(), sums, eps, strict=True)
        )


def _node(x: Any) -> Node | None:
    return x._node if isinstance(x, Tensor) else None


@refuses_foreign_options
def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function with the values and gradients of `f` that keeps only its arguments until the backward pass.

    Then `f` runs a second time, so only one such function's intermediate values exist at a time: a chain of n segments
    keeps n arguments (Chen et al. 2016, arXiv:1604.06174). Captured tensors, such as a module's parameters, get their
    gradients too, dropout draws the same numbers again, and batch normalization updates its statistics once. f runs
    with the variables and arguments that it had the first time, also if it was made in a loop. Differentiable to any
    order, in both modes. Raises `RuntimeError` if the two runs differ, or if f writes to its arguments.
    """
    return transformed(_checkpointed, f)


def _checkpointed(f: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
    leaves, structure = tree.flatten((args, named))
    if not local.recording or local.stand_in is not None or any(isinstance(x, Box) for x in leaves):
        return f(*args, **named)
    values = [protected(x, _node(x), value_of(x)) for x in leaves]
    again = frozen(f)
    inputs = [x if _node(x) is None else fresh(Tensor._of(v, None)) for x, v in zip(leaves, values, strict=True)]
    since, nodes = random.state(), [*map(_node, inputs)]
    first = _Run(f, structure.unflatten(inputs), inputs)
    if any(_node(x) is not node for x, node in zip(inputs, nodes, strict=True)):
        raise RuntimeError(f"{name_of(f)} writes to its argument, which checkpoint "
                           "needs as it was to run it again; write to a copy, x = x.copy()")
    if any(isinstance(o, Box) for o in first.results):  # f captures a tensor that a transform tracks
        return f(*args, **named)
    parents = (*map(_node, leaves), *first.around)
    if not any(map(_node, first.results)) or not any(parents):
        return first.structure.unflatten(first.outs)
    raw = tuple(o._value for o in first.results)
    options = {"f": again, "structure": structure, "kinds": [*map(type, leaves)], "sums": first.sums(), "since": since}
    nothing = [None] * len(first.around)
    made = checkpointed.attach(raw if len(raw) > 1 else raw[0], (*leaves, *nothing), parents,
                               (*values, *nothing, None), options)
    results = iter(made if len(raw) > 1 else [made])
    return first.structure.unflatten([next(results) if isinstance(o, Tensor) else o for o in first.outs])
